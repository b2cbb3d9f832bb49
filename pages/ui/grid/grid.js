// Grids of numbers as pictures: feature maps, kernels, a confusion matrix. Everything that follows the pointer happens
// here, without asking Python: the value of a cell, the part of the input that it sees, the arrow keys, and (in the
// files that Python joins to this one) the windows that cells are made of, their sums, the sweep, typing into cells.
// Streamlit calls the exported function again whenever data or theme change; what lasts is in GRIDS, so that new
// values are drawn into the canvases that are there.

const GRIDS = new WeakMap();
const LINKED = "cnn-grid"; // event on window: a cell was pointed at, by grids of the same link
const SMALL = 0.75; // of the tallest picture
const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

export default function ({ parentElement, data, setStateValue, setTriggerValue }) {
  let grid = GRIDS.get(parentElement);
  if (!grid || !grid.root.isConnected) {
    grid?.close();
    grid = newGrid(parentElement.querySelector(".grid"));
    GRIDS.set(parentElement, grid);
  }
  grid.data = data;
  grid.select = (cell) => setStateValue("selected", cell);
  grid.choose = (cell) => setTriggerValue("chosen", cell);
  grid.tell = (edit) => setTriggerValue("edited", edit);
  grid.dark = isDark(getComputedStyle(grid.root).getPropertyValue("--st-background-color"));
  grid.signed = colours("signed", grid.dark);
  grid.root.querySelector("#keys").textContent = data.texts.keys;
  grid.root.classList.toggle("single", data.mosaics.length === 1);
  grid.root.classList.toggle("first-stays", data.first_stays);
  // Pictures of one size stand in line, however much is written over each.
  grid.root.style.setProperty("--lines", 1 + Math.max(0, ...data.mosaics.map(({ notes }) => notes.length)));
  grid.root.classList.toggle("wrap", data.wrap);
  data.mosaics.forEach((mosaic, i) => update((grid.cards[i] ??= newCard(grid, i)), mosaic, grid));
  for (const card of grid.cards.splice(data.mosaics.length)) card.figure.remove();
  // A kernel stands before the middle of its picture; pictures of about one size stand in line at the top.
  const tallest = Math.max(...grid.cards.map(({ high }) => high));
  for (const { figure, high } of grid.cards) figure.classList.toggle("small", high < SMALL * tallest);
  if (grid.active && !valueAt(grid, grid.active)) point(grid, (grid.pinned = null));
  else scrolled(grid);
  keepCurrent(grid);
  showSweep(grid);
  refresh(grid);
  return () => {
    grid.close();
    GRIDS.delete(parentElement);
  };
}

function newGrid(root) {
  // What an earlier mount left behind belongs to a grid that is gone.
  for (const part of root.querySelectorAll(".strip, .sweep")) part.replaceChildren();
  const grid = { root, strip: root.querySelector(".strip"), tip: root.querySelector(".tip"), cards: [] };
  grid.active = null; // {mosaic, map, row, column} that is pointed at
  grid.pinned = null; // the one that was clicked
  grid.field = null; // what a cell of a linked grid sees: {row, column, rows, columns}
  grid.current = null; // the cell, made of a window, whose sum is laid out: the last one pointed at, or the sweep's
  grid.sweep = { playing: false, reveals: false, speed: null };
  const follow = ({ detail }) => {
    if (!grid.data.link || detail.link !== grid.data.link) return;
    grid.field = detail.field;
    grid.cards.filter((card) => card.mosaic.shows_input).forEach((card) => paint(grid, card));
  };
  addEventListener(LINKED, follow);
  grid.strip.onscroll = () => scrolled(grid);
  grid.watcher = new ResizeObserver(() => scrolled(grid));
  grid.watcher.observe(grid.strip);
  grid.close = () => {
    removeEventListener(LINKED, follow);
    stop(grid);
    grid.watcher.disconnect();
  };
  return grid;
}

// One card is one mosaic ----------------------------------------------------------------------------------------------

function newCard(grid, index) {
  const figure = document.createElement("figure");
  figure.innerHTML = `<figcaption></figcaption><div class="picture"><canvas tabindex="0" role="application" aria-describedby="keys"></canvas></div>
    <div class="range" aria-hidden="true"><span></span><i></i><span></span></div><div class="legend"></div>`;
  grid.strip.append(figure);
  const canvas = figure.querySelector("canvas");
  const card = { index, figure, canvas, bitmap: document.createElement("canvas") };
  card.still = document.createElement("canvas");
  canvas.onpointermove = canvas.onpointerdown = (event) => {
    const cell = cellUnder(card, event);
    if (card.mosaic.edit === "brush") brush(grid, card, cell, event);
    point(grid, cell);
  };
  canvas.onpointerleave = () => point(grid, grid.pinned);
  canvas.onclick = (event) => card.mosaic.edit || pin(grid, cellUnder(card, event));
  canvas.onkeydown = (event) => onKey(grid, card, event);
  canvas.onblur = () => point(grid, (grid.pinned = null));
  return card;
}

function update(card, mosaic, grid) {
  const { figure, canvas } = card;
  card.mosaic = mosaic;
  card.all = decode(mosaic);
  card.number = 0;
  card.values = mosaic.follows === null ? card.all : card.all.subarray(0, mosaic.width * mosaic.height);
  card.sums = mosaic.reads?.sums ? floats(mosaic.reads.sums) : null;
  [card.hatched, card.marks] = [bytes(mosaic.hatched), bytes(mosaic.marks)];
  figure.className = ["card", mosaic.kind ? "" : "plain", mosaic.sign ? "signed" : ""].join(" ").trim();
  figure.classList.toggle("broad", mosaic.columns > 4); // too many maps in a line for half of a phone
  figure.dataset.sign = mosaic.sign;
  figure.style.setProperty("--kind", `var(--${mosaic.kind || "other"})`);
  const caption = [element("b", mosaic.title), ...mosaic.notes.map((note) => element("span", note))];
  figure.querySelector("figcaption").replaceChildren(...(mosaic.title ? caption : []));
  canvas.setAttribute("aria-label", mosaic.alt);
  card.margin = margins(mosaic, canvas);
  const wide = card.margin.left + mosaic.columns * (mosaic.width * mosaic.cell + GAP) + GAP;
  const high = card.margin.top + Math.ceil(mosaic.count / mosaic.columns) * (mosaic.height * mosaic.cell + GAP) + GAP;
  resize(canvas, wide, high);
  card.high = high;
  showRange(figure.querySelector(".range"), mosaic, grid.dark);
  showLegend(figure.querySelector(".legend"), mosaic);
  card.palette = colours(mosaic.scale, grid.dark);
  keepBrushed(card);
  drawBitmap(card);
  canvas.classList.toggle("brush", mosaic.edit === "brush");
  showFields(grid, card);
}

function resize(canvas, wide, high) {
  const ratio = devicePixelRatio || 1;
  const [w, h] = [Math.round(wide * ratio), Math.round(high * ratio)];
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  canvas.style.width = `${wide}px`;
  canvas.style.aspectRatio = `${wide} / ${high}`;
}

function decode({ values, levels, low_level, step }) {
  if (levels === null) return floats(values);
  const places = bytes(values);
  const known = levels ? floats(levels) : Float32Array.from({ length: 256 }, (_, i) => low_level + step * i);
  const found = new Float32Array(places.length);
  for (let i = 0; i < found.length; i++) found[i] = known[places[i]];
  return found;
}

// Pointing ------------------------------------------------------------------------------------------------------------

function cellUnder(card, event) {
  const { mosaic, margin, canvas } = card;
  const { width, height, cell, columns, count } = mosaic;
  const box = canvas.getBoundingClientRect();
  const shrunk = parseFloat(canvas.style.width) / box.width;
  const x = (event.clientX - box.left) * shrunk - margin.left - GAP;
  const y = (event.clientY - box.top) * shrunk - margin.top - GAP;
  const [across, down] = [Math.floor(x / (width * cell + GAP)), Math.floor(y / (height * cell + GAP))];
  const column = Math.floor((x - across * (width * cell + GAP)) / cell);
  const row = Math.floor((y - down * (height * cell + GAP)) / cell);
  const map = down * columns + across;
  const inside = across >= 0 && across < columns && column < width && row < height && x >= 0 && y >= 0 && map < count;
  return inside ? { mosaic: card.index, map, row, column } : null;
}

function valueAt(grid, cell) {
  const card = cell && grid.cards[cell.mosaic];
  if (!card || cell.map >= card.mosaic.count || cell.row >= card.mosaic.height || cell.column >= card.mosaic.width)
    return null;
  const value = card.values[(cell.map * card.mosaic.height + cell.row) * card.mosaic.width + cell.column];
  return Number.isNaN(value) ? null : { card, value };
}

function point(grid, cell) {
  const found = valueAt(grid, cell);
  grid.active = found ? cell : null;
  if (found && isTaken(grid, cell.mosaic)) {
    stop(grid);
    [grid.current, grid.sweep.reveals] = [cell, false];
  }
  showTip(grid);
  refresh(grid);
  const field = found && seen(found.card.mosaic, cell);
  dispatchEvent(new CustomEvent(LINKED, { detail: { link: grid.data.link, field } }));
}

function pin(grid, cell) {
  const again = JSON.stringify(cell) === JSON.stringify(grid.pinned);
  grid.pinned = again ? null : cell;
  point(grid, cell);
  if (!valueAt(grid, cell)) return;
  if (grid.data.selectable) grid.select(again ? null : cell);
  if (grid.data.chooses) grid.choose(cell);
}

function onKey(grid, card, event) {
  const here = [grid.active, grid.current, litCell(grid)].find((cell) => cell?.mosaic === card.index);
  if (event.key in ARROWS) {
    const next = here ? moved(card.mosaic, here, ARROWS[event.key]) : { mosaic: card.index, map: 0, row: 0, column: 0 };
    if (valueAt(grid, next)) point(grid, next);
  } else if ((event.key === "Enter" || event.key === " ") && here)
    card.mosaic.edit === "brush" ? toggle(grid, card, here) : pin(grid, here);
  else if (event.key === "Escape") point(grid, (grid.pinned = null));
  else return;
  event.preventDefault();
}

function moved({ width, height, columns, count }, { mosaic, map, row, column }, [down, across]) {
  // From the edge of one map the arrow leads on to its neighbour.
  [row, column] = [row + down, column + across];
  const neighbour = column < 0 ? -1 : column >= width ? 1 : row < 0 ? -columns : row >= height ? columns : 0;
  const sameLine = Math.abs(neighbour) !== 1 || Math.floor(map / columns) === Math.floor((map + neighbour) / columns);
  if (!sameLine || map + neighbour < 0 || map + neighbour >= count) return null;
  return { mosaic, map: map + neighbour, row: (row + height) % height, column: (column + width) % width };
}

function seen({ field, width }, { row, column }) {
  // The receptive field of a cell, within the picture: start + step * position, size, along each axis.
  if (!field) return null;
  if (field.fold) {
    // Units of a vector that was flattened from maps of fold[0] × fold[1]: the unit's place in its map counts.
    const unit = (row * width + column) % (field.fold[0] * field.fold[1]);
    [row, column] = [Math.floor(unit / field.fold[1]), unit % field.fold[1]];
  }
  const along = (axis, position) => {
    const start = field.start[axis] + field.step[axis] * position;
    const [from, to] = [Math.max(0, start), Math.min(field.picture[axis], start + field.size[axis])];
    return [from, to - from];
  };
  const [[top, rows], [left, columns]] = [along(0, row), along(1, column)];
  return rows > 0 && columns > 0 ? { row: top, column: left, rows, columns } : null;
}

function scrolled(grid) {
  const { scrollLeft, clientWidth, scrollWidth } = grid.strip;
  grid.root.classList.toggle("more", scrollLeft + clientWidth < scrollWidth - 4);
  showTip(grid);
}

function showTip(grid) {
  const { tip, active, data } = grid;
  if (!data) return;
  const found = active && data.mosaics[active.mosaic]?.reads ? null : valueAt(grid, active); // there the sum tells
  tip.hidden = !found;
  if (!found) return;
  const { mosaic, canvas } = found.card;
  const where = placeOf(grid, active);
  const field = seen(mosaic, active);
  const sees =
    field &&
    fill(data.texts.sees, {
      top: field.row + 1,
      bottom: field.row + field.rows,
      left: field.column + 1,
      right: field.column + field.columns,
    });
  const readers = countReaders(grid, active);
  const read = readers === null ? "" : `\n${fill(data.texts.read_by, { n: readers })}`;
  const value = mosaic.groups.length ? valuesOf(grid, active).map(shown).join(" → ") : shown(found.value);
  const note = noteOf(mosaic, active);
  tip.replaceChildren(element("b", value), `\n${where}`, note && `\n${note}`, sees ? `\n${sees}` : "", read);
  // Beside the cell, above it where there is room: a finger must not hide it.
  const [base, box] = [grid.root.getBoundingClientRect(), canvas.getBoundingClientRect()];
  const shrunk = box.width / parseFloat(canvas.style.width);
  const [cx, cy] = corner(found.card, active.map);
  const x = box.left - base.left + (cx + (active.column + 0.5) * mosaic.cell) * shrunk;
  const y = box.top - base.top + (cy + active.row * mosaic.cell) * shrunk;
  const above = y - tip.offsetHeight - 10;
  tip.style.left = `${Math.max(0, Math.min(x - tip.offsetWidth / 2, base.width - tip.offsetWidth))}px`;
  tip.style.top = `${base.top + above > 60 ? above : y + mosaic.cell * shrunk + 12}px`;
}

function placeOf({ data }, { mosaic: index, map, row, column }) {
  // As people count, from 1; padding has no place of its own in what it surrounds.
  const mosaic = data.mosaics[index];
  const { width, height, padding, unread, names, row_labels: rows, column_labels: columns } = mosaic;
  const values = { name: names[map] ?? String(map + 1), row: row - padding[0] + 1, column: column - padding[2] + 1 };
  values.unit = row * width + column + 1;
  if (rows.length) values.row = rows[row];
  if (mosaic.unit_labels.length) values.row = mosaic.unit_labels[values.unit - 1];
  if (columns.length) values.column = columns[column];
  const beside = row >= height - unread[0] || column >= width - unread[1];
  const place = isPadding(mosaic, row, column) ? data.texts.padding : fill(mosaic.place, values);
  return place + (beside ? ` · ${data.texts.unread}` : "");
}

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function shown(value) {
  const size = Math.abs(value);
  return size && (size < 1e-4 || size >= 1e6) ? value.toExponential(3) : String(Number(value.toPrecision(4)));
}

function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
