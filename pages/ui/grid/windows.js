// What cells are made of: the window that a cell reads in another mosaic, the cells that read a cell, and the signs of
// cells that are padding, never read, or marked. Python joins this to grid.js.

// Frames --------------------------------------------------------------------------------------------------------------

function framesOf(grid) {
  // What to frame, as {mosaic, map (null: every one), row, column, rows, columns}.
  const cell = grid.active ?? grid.current ?? litCell(grid);
  if (!cell) return [];
  if (grid.data.mosaics[cell.mosaic].groups.length) return twinsOf(grid, cell);
  const frames = [{ ...cell, rows: 1, columns: 1 }, ...windowOf(grid, cell), ...readersOf(grid, cell)];
  const tap = tapOf(grid, cell);
  const product = tap ? [...windowOf(grid, grid.current), { ...grid.current, rows: 1, columns: 1 }, tap] : [];
  return [...product, ...frames];
}

function windowOf({ data }, { mosaic, map, row, column }) {
  const { reads } = data.mosaics[mosaic];
  if (!reads) return [];
  const [rows, columns] = reads.size;
  const source = { mosaic: reads.source, map: reads.own ? map : null, rows, columns };
  const frames = [{ ...source, row: row * reads.stride[0], column: column * reads.stride[1] }];
  const channels = channelsOf(data, reads);
  for (let channel = 0; reads.kernel !== null && channel < channels; channel++)
    frames.push({ mosaic: reads.kernel, map: map * channels + channel, row: 0, column: 0, rows, columns });
  return frames;
}

function channelsOf(data, { own, source }) {
  return own ? 1 : data.mosaics[source].count;
}

function readersOf({ data }, { mosaic, map, row, column }) {
  return data.mosaics.flatMap(({ reads, height, width }, i) => {
    if (reads?.source !== mosaic) return [];
    const along = (position, axis, count) => {
      const from = Math.max(0, Math.ceil((position - reads.size[axis] + 1) / reads.stride[axis]));
      return [from, Math.min(count - 1, Math.floor(position / reads.stride[axis])) - from + 1];
    };
    const [[top, rows], [left, columns]] = [along(row, 0, height), along(column, 1, width)];
    const there = rows > 0 && columns > 0;
    return there ? [{ mosaic: i, map: reads.own ? map : null, row: top, column: left, rows, columns }] : [];
  });
}

function countReaders(grid, cell) {
  // How many cells read this one; null where nothing reads its mosaic at all.
  if (!grid.data.mosaics.some(({ reads }) => reads?.source === cell.mosaic)) return null;
  const cells = ({ mosaic, map, rows, columns }) => rows * columns * (map === null ? grid.data.mosaics[mosaic].count : 1);
  return readersOf(grid, cell).reduce((sum, frame) => sum + cells(frame), 0);
}

function tapOf({ data, current }, { mosaic, map, row, column }) {
  // For a weight that is pointed at: the cell that it multiplies in the current window.
  const reads = current && data.mosaics[current.mosaic].reads;
  if (!reads || reads.kernel !== mosaic) return null;
  const place = { row: current.row * reads.stride[0] + row, column: current.column * reads.stride[1] + column };
  const channel = reads.own ? current.map : map % channelsOf(data, reads);
  return { mosaic: reads.source, map: channel, ...place, rows: 1, columns: 1 };
}

function keepCurrent(grid) {
  // New data may have fewer cells. The first cell to be laid out is the one with the most to tell.
  const start = JSON.stringify(grid.data.start);
  if (grid.start !== start) grid.current = null;
  grid.start = start;
  if (grid.current && isTaken(grid, grid.current.mosaic) && valueAt(grid, grid.current)) return;
  const card = grid.cards[grid.data.sweep ?? grid.data.mosaics.findIndex(({ reads }) => reads)];
  grid.current = card ? (grid.data.start ?? strongest(card)) : null;
  grid.sweep.reveals = false;
}

function isTaken({ data }, index) {
  // Whether the cells of a mosaic can be the current one.
  return Boolean(data.mosaics[index]?.reads) || index === data.sweep;
}

function turnTo(card, cells, cell) {
  // Of a mosaic that follows another one, the map with the number of the current cell there.
  const { follows, width, height } = card.mosaic;
  const number = cell?.mosaic === follows ? numberOf(cells.mosaic, cell) : 0;
  if (card.number === number) return;
  card.number = number;
  card.values = card.all.subarray(number * width * height, (number + 1) * width * height);
  drawBitmap(card);
}

function strongest({ index, values, sums, mosaic }) {
  // The bias says nothing of the cell, and an activation may make all alike.
  const strength = (i) => Math.abs((sums ?? values)[i] - (mosaic.reads?.bias[0] ?? 0)) || 0;
  let best = 0;
  for (let i = 1; i < mosaic.width * mosaic.height; i++) if (strength(i) > strength(best)) best = i;
  return cellAt(index, mosaic, best);
}

function cellAt(index, { width, height }, number) {
  const place = number % (width * height);
  const map = Math.floor(number / (width * height));
  return { mosaic: index, map, row: Math.floor(place / width), column: place % width };
}

function numberOf({ width, height }, { map, row, column }) {
  return (map * height + row) * width + column;
}

// Signs in cells ------------------------------------------------------------------------------------------------------

function isPadding({ padding: [top, bottom, left, right], height, width }, row, column) {
  return row < top || row >= height - bottom || column < left || column >= width - right;
}

function drawSigns(ctx, card, style) {
  const { mosaic, hatched, marks } = card;
  const { width, height, cell, count, unread } = mosaic;
  if (!mosaic.legend.length && !marks) return;
  const [strokes, crosses, rings] = [new Path2D(), new Path2D(), new Path2D()];
  for (let number = 0; number < count * width * height; number++) {
    const { map, row, column } = cellAt(0, mosaic, number);
    const [x0, y0] = corner(card, map);
    const [x, y] = [x0 + column * cell, y0 + row * cell];
    const beside = row >= height - unread[0] || column >= width - unread[1];
    if (beside || isPadding(mosaic, row, column) || hatched?.[row * width + column]) line(strokes, x, y, cell);
    if (beside) line(crosses, x + cell, y, -cell);
    if (marks?.[number]) rings.rect(x + cell * 0.18, y + cell * 0.18, cell * 0.64, cell * 0.64);
  }
  ctx.lineWidth = 1;
  ctx.strokeStyle = `color-mix(in srgb, ${style.color} 38%, ${style.getPropertyValue("--st-background-color")})`;
  ctx.stroke(strokes);
  ctx.strokeStyle = style.getPropertyValue("--unread");
  ctx.stroke(crosses);
  for (const [wide, colour] of [[4, "--st-background-color"], [2, "--mark"]]) {
    ctx.lineWidth = wide;
    ctx.strokeStyle = style.getPropertyValue(colour);
    ctx.stroke(rings);
  }
}

function line(path, x, y, cell) {
  path.moveTo(x, y + Math.abs(cell));
  path.lineTo(x + cell, y);
}

function showLegend(legend, { legend: entries }) {
  legend.replaceChildren(
    ...entries.map(([sign, meaning]) => {
      const entry = element("span", meaning);
      entry.className = sign;
      return entry;
    }),
  );
}
