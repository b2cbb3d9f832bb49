// How a card is painted. Python joins this to grid.js.

const GAP = 2; // CSS pixels between two maps
const RAMPS = {
  signed: { light: ["#0060a8", "#ffffff", "#d55e00"], dark: ["#56b4e9", "#000000", "#f59e2b"] },
  magnitude: "00224e 123570 3b496c 575d6d 707173 8a8678 a59c74 c3b369 e1cc55 fee838".split(" ").map((hex) => `#${hex}`),
  ink: { light: ["#ffffff", "#0f172a"], dark: ["#060a14", "#f1f5f9"] },
};

// Colours -------------------------------------------------------------------------------------------------------------

function rgb(hex) {
  return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
}

function stops(scale, dark) {
  return Array.isArray(RAMPS[scale]) ? RAMPS[scale] : RAMPS[scale][dark ? "dark" : "light"];
}

function colours(scale, dark) {
  // 257 colours, so that 0 of a signed scale is exactly the middle one.
  const known = stops(scale, dark).map(rgb);
  return Array.from({ length: 257 }, (_, i) => {
    const place = (i / 256) * (known.length - 1);
    const below = Math.min(Math.floor(place), known.length - 2);
    return known[below].map((value, k) => value + (known[below + 1][k] - value) * (place - below));
  });
}

function showRange(range, { scale, low, high, range_labels: labels }, dark) {
  range.hidden = !labels.length;
  range.style.display = labels.length ? "" : "none";
  const [left, ramp, right] = range.children;
  [left.textContent, right.textContent] = labels;
  ramp.style.background = `linear-gradient(to right, ${stops(scale, dark).join(",")})`;
}

// Painting ------------------------------------------------------------------------------------------------------------

function colourOf({ palette, mosaic: { low, high } }, value) {
  const level = Math.round(((value - low) * 256) / (high - low || 1));
  return palette[Math.min(256, Math.max(0, level || 0))]; // NaN, no number at all, has the lowest
}

function inkOn(colour) {
  // Black or white, whichever has the higher contrast: at least 4.5:1 on any colour. Relative luminance as in WCAG 2.2.
  const [r, g, b] = colour.map((value) => (value <= 10 ? value / 3295 : ((value / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000000" : "#ffffff";
}

function drawBitmap(card) {
  // One pixel a cell, the maps below one another; paint() enlarges it.
  const { bitmap, mosaic, values } = card;
  const { width, height, count } = mosaic;
  [bitmap.width, bitmap.height] = [width, height * count];
  const image = new ImageData(width, height * count);
  values.forEach((value, i) => {
    if (!Number.isNaN(value)) image.data.set([...colourOf(card, value), 255], 4 * i);
  });
  bitmap.getContext("2d").putImageData(image, 0, 0);
  card.stale = true;
}

function paint(grid, card) {
  // What only new values change is painted once, aside; under the pointer it is copied, and the frames drawn on it.
  const { canvas, still, mosaic } = card;
  const { cell, count } = mosaic;
  const ratio = canvas.width / (parseFloat(canvas.style.width) || 1);
  const style = getComputedStyle(grid.root);
  if (card.stale || still.width !== canvas.width || still.height !== canvas.height) paintStill(card, ratio, style);
  const ctx = canvas.getContext("2d");
  ctx.setTransform(1, 0, 0, 1, 0, 0);
  ctx.clearRect(0, 0, canvas.width, canvas.height);
  ctx.drawImage(still, 0, 0);
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  hideUnswept(ctx, grid, card, style);
  const accent = style.getPropertyValue("--st-primary-color");
  lightUp(ctx, grid, card, accent, style);
  if (mosaic.shows_input && grid.field) {
    const { row, column, rows, columns } = grid.field;
    const [x, y] = corner(card, 0);
    frame(ctx, x + column * cell, y + row * cell, columns * cell, rows * cell, accent, style);
  }
  for (const { map, row, column, rows, columns } of grid.frames.filter((one) => one.mosaic === card.index)) {
    for (const each of map === null ? Array(count).keys() : [map]) {
      const [x, y] = corner(card, each);
      frame(ctx, x + column * cell, y + row * cell, columns * cell, rows * cell, accent, style);
    }
  }
}

function paintStill(card, ratio, style) {
  const { canvas, still, mosaic, bitmap, margin } = card;
  const { width, height, cell, count } = mosaic;
  [still.width, still.height, card.stale] = [canvas.width, canvas.height, false];
  const ctx = still.getContext("2d");
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.imageSmoothingEnabled = false;
  for (let map = 0; map < count; map++) {
    const [x, y] = corner(card, map);
    ctx.fillStyle = `color-mix(in srgb, ${style.color} 22%, transparent)`;
    ctx.fillRect(x - 1, y - 1, width * cell + 2, height * cell + 2);
    ctx.clearRect(x, y, width * cell, height * cell);
    ctx.drawImage(bitmap, 0, map * height, width, height, x, y, width * cell, height * cell);
  }
  drawSigns(ctx, card, style);
  if (mosaic.show_values || margin.left || margin.top) write(ctx, card, style);
}

function refresh(grid) {
  grid.frames = framesOf(grid);
  const following = grid.cards.filter(({ mosaic }) => mosaic.follows !== null);
  following.forEach((card) => turnTo(card, grid.cards[card.mosaic.follows], grid.current));
  grid.cards.forEach((card) => paint(grid, card));
  showDetail(grid);
  showPosition(grid);
}

function frame(ctx, x, y, wide, high, accent, style) {
  // Twice, dark on light: it has to be seen on any colour.
  ctx.lineWidth = 4;
  ctx.strokeStyle = style.getPropertyValue("--st-background-color");
  ctx.strokeRect(x - 0.5, y - 0.5, wide + 1, high + 1);
  ctx.lineWidth = 2;
  ctx.strokeStyle = accent;
  ctx.strokeRect(x - 0.5, y - 0.5, wide + 1, high + 1);
}

function corner({ mosaic, margin }, map) {
  const { width, height, cell, columns } = mosaic;
  const [down, across] = [Math.floor(map / columns), map % columns];
  return [margin.left + GAP + across * (width * cell + GAP), margin.top + GAP + down * (height * cell + GAP)];
}

// Labels: of rows and columns, in the cells -----------------------------------------------------------------------------

function margins(mosaic, canvas) {
  const { row_labels: rows, column_labels: columns, row_axis, column_axis, cell } = mosaic;
  const ctx = canvas.getContext("2d");
  ctx.font = `12px ${getComputedStyle(canvas).fontFamily}`;
  const longest = (labels) => Math.max(0, ...labels.map((label) => ctx.measureText(label).width));
  if (!rows.length) {
    const { line_labels: lines, map_labels: maps } = mosaic;
    return { left: lines.length ? longest(lines) + 10 : 0, top: maps.length ? 18 : 0 };
  }
  const upright = longest(columns) > cell - 2;
  return {
    left: longest(rows) + 10 + (row_axis ? 18 : 0),
    top: columns.length ? (upright ? longest(columns) + 8 : 18) + (column_axis ? 18 : 0) : 0,
    upright,
  };
}

function write(ctx, card, style) {
  const { mosaic, margin, values } = card;
  const { cell, width, height, row_labels: rows, column_labels: columns } = mosaic;
  const [x0, y0] = corner(card, 0);
  const put = (text, x, y, turn = 0, align = "center") => {
    ctx.save();
    ctx.translate(x, y);
    ctx.rotate(turn);
    ctx.textAlign = align;
    ctx.fillText(text, 0, 0);
    ctx.restore();
  };
  ctx.font = `12px ${style.fontFamily}`;
  ctx.textBaseline = "middle";
  ctx.fillStyle = style.color;
  rows.forEach((label, i) => put(label, x0 - 6, y0 + (i + 0.5) * cell, 0, "right"));
  columns.forEach((label, i) =>
    margin.upright
      ? put(label, x0 + (i + 0.5) * cell, y0 - 6, -Math.PI / 2, "left")
      : put(label, x0 + (i + 0.5) * cell, y0 - 9),
  );
  mosaic.line_labels.forEach((label, i) => {
    const [x, y] = corner(card, i * mosaic.columns);
    put(label, x - 8, y + (height * cell) / 2, 0, "right");
  });
  mosaic.map_labels.forEach((label, i) => {
    const [x, y] = corner(card, i);
    put(label, x + (width * cell) / 2, y - 10);
  });
  put(mosaic.row_axis, 8, y0 + (height * cell) / 2, -Math.PI / 2);
  put(mosaic.column_axis, x0 + (width * cell) / 2, 9);
  if (!mosaic.show_values) return;
  const digits = cell < 30 ? 2 : 3;
  ctx.font = `${Math.min(13, Math.round(cell * 0.36))}px ${style.fontFamily}`;
  values.forEach((value, i) => {
    if (Number.isNaN(value) || (rows.length && !value)) return; // the many zeros of a matrix with names would distract
    const [map, place] = [Math.floor(i / (width * height)), i % (width * height)];
    const [x, y] = corner(card, map);
    ctx.fillStyle = inkOn(colourOf(card, value));
    const text = rows.length ? String(Number(value.toPrecision(4))) : brief(value, digits);
    put(text, x + ((place % width) + 0.5) * cell, y + (Math.floor(place / width) + 0.5) * cell);
  });
}

function brief(value, digits = 3) {
  // Short enough for a cell, with a true minus sign.
  const size = Math.abs(value);
  const text = size && (size < 1e-3 || size >= 1e5) ? value.toExponential(1) : String(Number(value.toPrecision(digits)));
  return text.replace("-", "\u2212").replace(/^(\u2212?)0\./, "$1.");
}
