// Changing what a mosaic holds: typing numbers into its cells, or drawing on them. What was typed stays where it is,
// also where it is no number: Python says so. Python joins this to grid.js.

const PAUSE = 100; // ms between two messages while something is being changed
const LETTER = 8; // CSS pixels of a digit, about
const UNFINISHED = /^[-+−.]*$/;

// Numbers -------------------------------------------------------------------------------------------------------------

function showFields(grid, card) {
  const { mosaic, values, figure } = card;
  const picture = figure.querySelector(".picture");
  if (mosaic.edit !== "numbers") {
    card.fields?.forEach((field) => field.remove());
    card.fields = null;
    return;
  }
  const size = [mosaic.count, mosaic.height, mosaic.width, mosaic.cell].join();
  if (!card.fields || card.size !== size) {
    card.fields?.forEach((field) => field.remove());
    card.fields = Array.from(values, (_, i) => newField(grid, card, i));
    [card.size, card.sent] = [size, "[]"];
    picture.append(...card.fields);
  }
  const focused = picture.getRootNode().activeElement;
  card.fields.forEach((field, i) => {
    const text = shown(values[i]);
    field.short = text.length * LETTER > mosaic.cell ? brief(values[i], 2) : text.replace("-", "\u2212");
    const place = cellAt(card.index, mosaic, i);
    if (field.known !== text && field !== focused) field.value = field.short;
    field.known = text;
    field.style.color = inkOn(colourOf(card, values[i]));
    field.style.fontSize = `${Math.max(11, Math.min(16, Math.round(mosaic.cell * 0.36)))}px`;
    field.ariaLabel = fill(grid.data.texts.type_here, { title: mosaic.title, place: placeOf(grid, place) });
    check(field);
  });
  if (!changed(card).length) card.sent = "[]";
}

function newField(grid, card, i) {
  const { mosaic, canvas } = card;
  const field = document.createElement("input");
  const cell = cellAt(card.index, mosaic, i);
  const [x, y] = corner(card, cell.map);
  const [wide, high] = [parseFloat(canvas.style.width), canvasHeight(canvas)];
  const percent = (part, whole) => `${(100 * part) / whole}%`;
  field.style.left = percent(x + cell.column * mosaic.cell, wide);
  field.style.top = percent(y + cell.row * mosaic.cell, high);
  field.style.width = percent(mosaic.cell, wide);
  field.style.height = percent(mosaic.cell, high);
  field.spellcheck = false;
  field.autocomplete = "off";
  field.maxLength = 24;
  field.onpointerenter = () => point(grid, cell);
  field.onpointerleave = () => point(grid, grid.pinned);
  field.onfocus = () => {
    if (isKnown(field)) field.value = field.known;
    field.select();
    point(grid, cell);
  };
  field.oninput = () => {
    check(field);
    clearTimeout(card.timer);
    card.timer = setTimeout(() => sendTyped(grid, card), PAUSE);
  };
  field.onblur = () => {
    if (isKnown(field) || UNFINISHED.test(field.value)) field.value = field.short;
    check(field);
    clearTimeout(card.timer);
    sendTyped(grid, card);
    point(grid, grid.pinned);
  };
  field.onkeydown = (event) => {
    walk(card, i, field, event); // and no value: false would keep the key from typing
  };
  return field;
}

function canvasHeight({ style }) {
  const [wide, high] = style.aspectRatio.split("/").map(parseFloat);
  return (parseFloat(style.width) * high) / wide;
}

function walk({ fields, mosaic: { width, height } }, i, field, event) {
  // Up and down lead to the neighbours, left and right do at the end of the text.
  const step = ARROWS[event.key];
  if (event.key === "Enter") field.select();
  if (!step) return;
  const whole = field.selectionStart === 0 && field.selectionEnd === field.value.length;
  const atEnd = step[1] < 0 ? field.selectionEnd === 0 : field.selectionStart === field.value.length;
  const [row, column] = [Math.floor((i % (width * height)) / width) + step[0], (i % width) + step[1]];
  const inside = row >= 0 && row < height && column >= 0 && column < width;
  if ((step[1] && !whole && !atEnd) || !inside) return;
  event.preventDefault();
  fields[i + step[0] * width + step[1]].focus();
}

function typed(field) {
  return field.value.normalize("NFKC").replace("\u2212", "-").trim();
}

function isKnown(field) {
  // Whether it shows what Python sent, in full or shortened.
  return field.value === field.short || typed(field) === field.known;
}

function check(field) {
  const text = typed(field);
  field.ariaInvalid = !isKnown(field) && !UNFINISHED.test(text) && !Number.isFinite(Number(text));
}

function changed(card) {
  const isChange = (field) => !isKnown(field) && !UNFINISHED.test(typed(field));
  return card.fields.flatMap((field, i) => (isChange(field) ? [[i, typed(field)]] : []));
}

function sendTyped(grid, card) {
  if (!card.fields) return;
  const cells = changed(card);
  if (JSON.stringify(cells) === card.sent) return;
  card.sent = JSON.stringify(cells);
  grid.tell({ mosaic: card.index, cells });
}

// The brush -----------------------------------------------------------------------------------------------------------

function brush(grid, card, cell, event) {
  if (event.type === "pointerdown" && cell) {
    card.canvas.setPointerCapture(event.pointerId);
    card.paints = card.values[numberOf(card.mosaic, cell)] ? 0 : 1; // on something that is there it rubs out
  }
  if (event.type === "pointerdown" || event.buttons) put(grid, card, cell, card.paints);
}

function toggle(grid, card, cell) {
  const value = card.values[numberOf(card.mosaic, cell)];
  put(grid, card, cell, value > 0 ? -1 : value < 0 ? 0 : 1);
  refresh(grid);
}

function put(grid, card, cell, value) {
  const i = cell && numberOf(card.mosaic, cell);
  if (cell === null || value === undefined || card.values[i] === value) return;
  card.brushed ??= new Map();
  card.brushed.set(i, value);
  card.values[i] = value;
  drawBitmap(card);
  card.timer ??= setTimeout(() => {
    card.timer = null;
    // Everything that Python has not yet confirmed: of two messages on their way only the last may arrive.
    grid.tell({ mosaic: card.index, cells: [...card.brushed].map(([at, number]) => [at, String(number)]) });
  }, PAUSE);
}

function keepBrushed(card) {
  // New values must not take back what was drawn since they were sent for.
  for (const [i, value] of card.brushed ?? []) {
    if (card.values[i] === value || i >= card.values.length) card.brushed.delete(i);
    else card.values[i] = value;
  }
}
