// Optimizers on their way down a surface. The browser moves the start and goes through the steps; Python computes every
// number. Streamlit calls the exported function again whenever data or theme change; what lasts is in VIEWS, and handlers
// are assigned, never added. Python joins this file with the others of the folder and two of pages/ui/drag.

const VIEWS = new WeakMap();
const COLUMNS = 9; // numbers a step: x, y, loss, gradient, momentum, square
const MOVES = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const FINE = 0.02; // half widths that a key moves the start by

export default function ({ parentElement, data, setStateValue }) {
  let view = VIEWS.get(parentElement);
  if (!view || !view.root.isConnected) {
    view?.close();
    view = newView(parentElement.querySelector(".descent"));
    VIEWS.set(parentElement, view);
  }
  view.tell = (message) => isLeaving(view) || setStateValue("told", message);
  view.message = () => ({ x: view.start[0], y: view.start[1], step: view.step, focus: view.focus });
  view.dark = isDark(getComputedStyle(view.root).getPropertyValue("--st-background-color"));
  receive(view, data);
  return () => {
    view.close();
    VIEWS.delete(parentElement);
  };
}

function newView(root) {
  const view = {
    root,
    born: performance.now(),
    map: root.querySelector(".map"),
    canvas: root.querySelector(".map canvas"),
    knob: root.querySelector(".knob"),
    losses: root.querySelector(".losses"),
    tip: root.querySelector(".tip"),
    data: null,
    start: [0, 0],
    step: 0,
    played: "", // name of what has played by itself
    focus: "", // name of the optimizer that is looked at closely
    size: [0, 0], // of the map, in CSS pixels
    background: { of: "" },
    player: newPlayer(),
    ...newTelling(),
  };
  view.watcher = new ResizeObserver(() => view.data && draw(view));
  view.watcher.observe(root);
  attachMap(view);
  attachLosses(view);
  buildTransport(view);
  view.close = () => {
    clearTimeout(view.timer);
    clearTimeout(view.rest);
    stop(view);
    view.watcher.disconnect();
  };
  return view;
}

function receive(view, data) {
  if (!view.data) view.turn = data.turn;
  view.data = data;
  view.answered = data.turn;
  if (data.raster) view.raster = { ...data.raster, values: floats(data.raster.values) };
  view.paths = data.contestants.map(({ path }) => floats(path));
  // Data on their way while something moves are about where it was.
  if (!isMoving(view) && !view.dirty && data.turn >= view.turn) {
    view.start = data.start;
    view.focus = data.focus;
    if (!view.player.playing) view.step = data.step;
  }
  view.step = Math.min(view.step, data.steps);
  showWords(view);
  draw(view);
  if (data.plays && data.plays !== view.played) playByItself(view);
  view.played = data.plays || view.played;
  if (!view.raster) view.changed = true; // a picture that was put up anew while something moved
  if (!view.raster) comeToRest(view);
  flush(view);
}

function draw(view) {
  drawMap(view);
  drawLosses(view);
  showRows(view);
  showTransport(view);
}

function showWords({ root, canvas, losses, data }) {
  const { texts } = data;
  canvas.setAttribute("aria-label", data.alt);
  losses.setAttribute("aria-label", texts.losses_alt);
  root.querySelector("figcaption").textContent = data.loss_label;
  root.querySelector(".legend").replaceChildren(...["gradient", "momentum", "square", "minimum"].map((name) => {
    const entry = element("span", name, "");
    entry.append(element("i"), texts[`legend_${name}`]);
    return entry;
  }));
}

// What is at a step -----------------------------------------------------------------------------------------------------

function at(view, place, step) {
  // Where somebody got lost, it stays at the last place there is.
  const { lost } = view.data.contestants[place];
  const [x, y, loss, ...rest] = view.paths[place].subarray(COLUMNS * (lost === null ? step : Math.min(step, lost)));
  return { x, y, loss, gradient: rest.slice(0, 2), momentum: rest.slice(2, 4), square: rest.slice(4, 6) };
}

function inFocus(view, place) {
  return !view.focus || view.data.contestants[place].name === view.focus;
}

// The rows: one for each optimizer --------------------------------------------------------------------------------------

function showRows(view) {
  const { root, data } = view;
  const body = root.querySelector("tbody");
  const { texts } = data;
  const names = data.contestants.map(({ name }) => name).join();
  if (body.dataset.names !== names + view.dark + texts.optimizer) {
    body.dataset.names = names + view.dark + texts.optimizer;
    root.querySelector("thead").replaceChildren(headOf(texts));
    body.replaceChildren(...data.contestants.map((one) => newRow(view, one)));
  }
  data.contestants.forEach((one, place) => fillRow(view, one, place, body.rows[place]));
}

function headOf(texts) {
  const row = element("tr");
  row.append(...["optimizer", "loss", "square"].map((name) => Object.assign(element("th", name, texts[name]), { scope: "col" })));
  return row;
}

function newRow(view, { name, label, look: place }) {
  const row = element("tr");
  row.dataset.name = name;
  const button = element("button");
  button.type = "button";
  const { colour, dash, symbol } = look(place, view.dark);
  const swatch = svgElement("svg", { width: 34, height: 14, "aria-hidden": "true" }, [
    svgElement("line", { x1: 1, x2: 33, y1: 7, y2: 7, stroke: colour, "stroke-width": 2.6, "stroke-dasharray": dash }),
    svgElement("path", { d: symbol, fill: colour, transform: "translate(17 7)" }),
  ]);
  button.append(swatch, element("span", "", label));
  button.onclick = () => {
    view.focus = view.focus === name ? "" : name;
    view.changed = true;
    comeToRest(view);
    draw(view);
  };
  const head = element("th");
  head.scope = "row";
  head.append(button);
  const squares = svgElement("svg", { width: 60, height: 26, class: "squares", role: "img" });
  const cell = element("td", "square");
  cell.append(squares);
  row.append(head, element("td", "loss"), cell);
  return row;
}

function fillRow(view, one, place, row) {
  const now = at(view, place, view.step);
  const chosen = view.focus === one.name;
  const { texts } = view.data;
  row.querySelector("button").setAttribute("aria-pressed", String(chosen));
  row.querySelector("button").title = fill(texts.focus, { name: one.label });
  row.classList.toggle("faded", Boolean(view.focus) && !chosen);
  const lost = one.lost !== null && view.step >= one.lost;
  row.querySelector(".loss").textContent = lost ? fill(texts.lost, { step: one.lost }) : shown(now.loss);
  row.querySelector(".loss").classList.toggle("gone", lost);
  // The area of a square is Σg², or its average, of one coordinate.
  const sides = now.square.map((value) => (one.most_square > 0 ? 24 * Math.sqrt(Math.min(1, value / one.most_square)) : 0));
  const { colour } = look(one.look, view.dark);
  row.querySelector(".squares").replaceChildren(
    ...sides.map((side, k) => svgElement("rect", { x: 14 + 30 * k - side / 2, y: 13 - side / 2, width: side, height: side, fill: colour })),
  );
  row.querySelector(".squares").setAttribute("aria-label", one.squares ? now.square.map(shown).join(", ") : "–");
  row.querySelector(".square").title = one.squares ? `x: ${shown(now.square[0])}, y: ${shown(now.square[1])}` : "";
}
