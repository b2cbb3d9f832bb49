// A pad to draw on. It owns the strokes; Python is told of them while the pen moves and when it is lifted.
// Streamlit calls the exported function again whenever data or theme change: what must last is in PADS, handlers are
// assigned, never added, so that the second call changes nothing but words, colours and what Python has placed.
// Python joins strokes.js, memory.js, writing.js and leaving.js to this file.

const PADS = new WeakMap();
const EVERY = 80; // ms between two messages of one stroke
const REST = 250; // ms without a change until the drawing counts as at rest
const ERASER = 12; // units: how close to a stroke the eraser has to come
const STEP = 5; // units that one press of an arrow key moves the pen
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export default function ({ parentElement, data, setStateValue }) {
  let pad = PADS.get(parentElement);
  if (!pad || !pad.root.isConnected) {
    pad = newPad(parentElement, data);
    PADS.set(parentElement, pad);
  }
  pad.data = data;
  pad.tell = (drawing) => isLeaving(pad) || setStateValue("drawing", drawing);
  if (data.placed.id !== pad.placedId) place(pad, data.placed);
  label(pad);
  paint(pad);
  return () => {
    clearTimeout(pad.timer);
    clearTimeout(pad.rest);
    leaveWriting(pad);
    keep(pad);
    pad.watcher.disconnect();
    PADS.delete(parentElement);
  };
}

// The pad and its handlers --------------------------------------------------------------------------------------

function newPad(parentElement, data) {
  const root = parentElement.querySelector(".pad");
  const pad = {
    root,
    born: performance.now(),
    canvas: root.querySelector("canvas"),
    hint: root.querySelector(".hint"),
    notice: root.querySelector(".notice"),
    spoken: root.querySelector(".spoken"),
    brush: root.querySelector("input"),
    tool: (name) => root.querySelector(`[data-tool="${name}"]`),
    strokes: [],
    width: data.placed.width,
    past: [], // earlier lists of strokes, for undo
    open: null, // the line being drawn; its points are the last stroke
    full: false, // no more points fit, and thinning did not help
    writing: null, // the example that writes itself
    pointer: null, // the pointer that draws or erases
    erasing: false,
    pen: { x: data.units / 2, y: data.units / 2, shown: false }, // the keyboard's pen
    held: new Set(),
    sent: 0,
    placedId: null,
  };
  pad.watcher = new ResizeObserver(() => paint(pad));
  pad.watcher.observe(pad.canvas);
  listen(pad);
  return pad;
}

function listen(pad) {
  const { canvas } = pad;
  canvas.onpointerdown = (event) => {
    if (pad.pointer !== null || event.button !== 0) return;
    pad.pointer = event.pointerId;
    pad.pen.shown = false;
    canvas.setPointerCapture(event.pointerId);
    endWriting(pad);
    endStroke(pad);
    if (pad.erasing) beginErasing(pad, at(pad, event));
    else beginStroke(pad, at(pad, event));
  };
  canvas.onpointermove = (event) => {
    if (event.pointerId !== pad.pointer) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const one of all.length ? all : [event]) {
      if (pad.erasing) eraseAt(pad, at(pad, one));
      else extend(pad, at(pad, one));
    }
    changed(pad);
  };
  canvas.onpointerup = canvas.onpointercancel = (event) => {
    if (event.pointerId !== pad.pointer) return;
    pad.pointer = null;
    endStroke(pad);
    changed(pad);
  };
  canvas.onkeydown = (event) => onKey(pad, event);
  canvas.onkeyup = (event) => pad.held.delete(event.key);
  canvas.onblur = () => {
    pad.held.clear();
    pad.pen.shown = false;
    if (pad.pointer === null && pad.open) {
      endStroke(pad);
      changed(pad);
    } else paint(pad);
  };
  canvas.onfocus = () => {
    // A mouse click focuses too, but needs no second pen on the paper.
    pad.pen.shown = pad.pointer === null && canvas.matches(":focus-visible");
    paint(pad);
  };
  pad.tool("undo").onclick = () => undo(pad);
  pad.tool("clear").onclick = () => clear(pad);
  pad.tool("eraser").onclick = () => {
    endWriting(pad);
    pad.erasing = !pad.erasing;
    label(pad);
  };
  pad.brush.oninput = () => {
    endWriting(pad);
    pad.width = Number(pad.brush.value);
    changed(pad);
  };
}

function onKey(pad, event) {
  if (event.key in ARROWS) {
    endWriting(pad);
    pad.held.add(event.key);
    const reach = event.shiftKey ? 3 * STEP : STEP;
    for (const key of pad.held) movePen(pad, ARROWS[key][0] * reach, ARROWS[key][1] * reach);
    if (pad.open) extend(pad, [pad.pen.x, pad.pen.y]);
  } else if (event.key === " ") {
    endWriting(pad);
    if (pad.open) endStroke(pad);
    else if (pad.erasing) beginErasing(pad, [pad.pen.x, pad.pen.y]), endStroke(pad);
    else beginStroke(pad, [pad.pen.x, pad.pen.y]);
    pad.spoken.textContent = pad.open ? pad.data.texts.pen_down : pad.data.texts.pen_up;
  } else if (event.key === "Backspace" || (event.key === "z" && (event.ctrlKey || event.metaKey))) {
    undo(pad);
  } else if (event.key === "Delete") {
    clear(pad);
  } else return;
  event.preventDefault();
  pad.pen.shown = true;
  changed(pad);
}

function movePen(pad, dx, dy) {
  const clip = (value) => Math.min(pad.data.units, Math.max(0, value));
  pad.pen.x = clip(pad.pen.x + dx);
  pad.pen.y = clip(pad.pen.y + dy);
}

// Strokes: the lists are never changed in place once closed, so the past may share them ---------------------------

function at(pad, event) {
  const box = pad.canvas.getBoundingClientRect();
  const unit = (value, size) => Math.min(pad.data.units, Math.max(0, (value / size) * pad.data.units));
  return [unit(event.clientX - box.left, box.width), unit(event.clientY - box.top, box.height)];
}

function beginStroke(pad, point) {
  if (isFull(pad) || !makeRoom(pad)) return;
  remember(pad);
  pad.open = newLine(point);
  pad.strokes = [...pad.strokes, pad.open.points];
  changed(pad);
}

function extend(pad, point) {
  if (!pad.open || !append(pad.open, point)) return;
  if (!makeRoom(pad)) endStroke(pad);
}

function endStroke(pad) {
  if (pad.open) replace(pad, pad.open.points, thin(pad.open.points, SMOOTH));
  pad.open = null;
  // An eraser that met nothing leaves no step to undo.
  if (pad.past.at(-1) === pad.strokes) pad.past.pop();
}

// Whether there is room for another point. Where there is none, the drawing is told by fewer points.
function makeRoom(pad) {
  const most = pad.data.most_points - SPARE;
  if (countPoints(pad.strokes) < most) return true;
  for (const within of THINNINGS) {
    for (const stroke of pad.strokes) replace(pad, stroke, thin(stroke, within));
    if (countPoints(pad.strokes) <= ROOM * most) return true;
  }
  pad.full = true;
  return false;
}

function replace(pad, stroke, other) {
  pad.strokes = pad.strokes.map((one) => (one === stroke ? other : one));
  if (pad.open?.points === stroke) pad.open.points = other;
}

function isFull(pad) {
  return pad.full || pad.strokes.length >= pad.data.most_strokes;
}

function beginErasing(pad, point) {
  remember(pad);
  eraseAt(pad, point);
}

function eraseAt(pad, point) {
  const kept = pad.strokes.filter((stroke) => distance(stroke, point) > ERASER);
  if (kept.length < pad.strokes.length) {
    pad.strokes = kept;
    pad.full = false;
    changed(pad);
  }
}

function undo(pad) {
  endWriting(pad);
  pad.open = null;
  pad.full = false;
  if (pad.past.length) pad.strokes = pad.past.pop();
  changed(pad);
}

function clear(pad) {
  endWriting(pad);
  pad.open = null;
  pad.full = false;
  if (pad.strokes.length) {
    remember(pad);
    pad.strokes = [];
  }
  changed(pad);
}

// What Python places (a digit shown, the drawing of before a page switch) and what it is told ------------------------

function place(pad, placed) {
  const first = pad.placedId === null;
  pad.placedId = placed.id;
  pad.open = null;
  pad.full = false;
  leaveWriting(pad);
  const kept = first ? recall() : null;
  if (kept && isGoingOn(kept, placed)) {
    pad.past = kept.past;
    pad.strokes = kept.strokes;
    pad.width = kept.width;
    if (!isSame(kept.strokes, placed.strokes)) changed(pad); // Python does not know it, or not the end of it
  } else {
    // What was there before, here or on an earlier visit, is one step of undo away.
    if (kept) [pad.past, pad.strokes] = [kept.past, kept.strokes];
    if (pad.strokes.length || placed.strokes.length) remember(pad);
    pad.strokes = placed.strokes;
    pad.width = placed.width;
    keep(pad);
  }
  if (first && pad.data.example && !pad.strokes.length) beginWriting(pad);
}

// Whether a pad that is mounted begins where the tab's last one ended: its page is visited again, or the tab was
// refreshed, of which Python knows nothing.
function isGoingOn(kept, placed) {
  if (kept.here && kept.placed === placed.id) return true;
  return placed.id === 0 && !placed.strokes.length ? true : isSame(kept.strokes, placed.strokes);
}

function changed(pad) {
  paint(pad);
  label(pad);
  const wait = pad.open || pad.pointer !== null ? pad.sent + EVERY - performance.now() : 0;
  if (wait > 0) pad.timer ??= setTimeout(() => send(pad), wait);
  else send(pad);
}

function send(pad, drawing = true) {
  clearTimeout(pad.timer);
  clearTimeout(pad.rest);
  pad.timer = null;
  pad.sent = performance.now();
  const strokes = pad.strokes.map((stroke) => stroke.slice());
  pad.tell({ strokes, width: pad.width, drawing, placed: pad.placedId });
  if (pad.pointer === null) keep(pad);
  // The answer comes first; that nothing moves any more, and there is time for exact values, is told a moment later.
  if (drawing && pad.pointer === null) pad.rest = setTimeout(() => send(pad, false), REST);
}

// What is seen ------------------------------------------------------------------------------------------------------

function label(pad) {
  const { texts } = pad.data;
  const empty = pad.strokes.length === 0;
  pad.hint.textContent = pad.writing ? texts.hint_example : texts.hint;
  pad.hint.hidden = !empty;
  pad.hint.classList.toggle("below", pad.writing !== null);
  const notice = isFull(pad) ? texts.full : "";
  if (pad.notice.textContent !== notice) pad.notice.textContent = notice;
  pad.canvas.setAttribute("aria-label", texts.canvas);
  pad.root.querySelector("#keys").textContent = texts.keys;
  for (const name of ["undo", "clear", "eraser"]) {
    pad.tool(name).setAttribute("aria-label", texts[name]);
    pad.tool(name).title = texts[name];
  }
  pad.tool("undo").disabled = pad.past.length === 0;
  pad.tool("clear").disabled = empty && !pad.writing;
  pad.tool("eraser").setAttribute("aria-pressed", String(pad.erasing));
  pad.root.classList.toggle("erasing", pad.erasing);
  pad.brush.setAttribute("aria-label", texts.width);
  pad.brush.title = texts.width;
  pad.brush.value = pad.width;
  pad.root.querySelector(".tools").setAttribute("aria-label", texts.tools);
}
