// A pad to draw on. It owns the strokes; Python is told of them while the pen moves and when it is lifted.
// Streamlit calls the exported function again whenever data or theme change: what must last is in PADS, handlers are
// assigned, never added, so that the second call changes nothing but words, colours and what Python has placed.

const PADS = new WeakMap();
const EVERY = 80; // ms between two messages of one stroke
const REST = 250; // ms without a change until the drawing counts as at rest
const NEAR = 1.2; // units: closer points say nothing new
const ERASER = 12; // units: how close to a stroke the eraser has to come
const STEP = 5; // units that one press of an arrow key moves the pen
const REMEMBERED = "cnn-playground:drawing"; // in sessionStorage: a refresh of the tab finds its drawing again
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export default function ({ parentElement, data, setStateValue }) {
  let pad = PADS.get(parentElement);
  if (!pad || !pad.root.isConnected) {
    pad = newPad(parentElement, data);
    PADS.set(parentElement, pad);
  }
  pad.data = data;
  pad.tell = (drawing) => setStateValue("drawing", drawing);
  if (data.placed.id !== pad.placedId) place(pad, data.placed);
  label(pad);
  paint(pad);
  return () => {
    clearTimeout(pad.timer);
    clearTimeout(pad.rest);
    pad.watcher.disconnect();
    PADS.delete(parentElement);
  };
}

// The pad and its handlers --------------------------------------------------------------------------------------

function newPad(parentElement, data) {
  const root = parentElement.querySelector(".pad");
  const pad = {
    root,
    canvas: root.querySelector("canvas"),
    hint: root.querySelector(".hint"),
    spoken: root.querySelector(".spoken"),
    brush: root.querySelector("input"),
    tool: (name) => root.querySelector(`[data-tool="${name}"]`),
    strokes: [],
    width: data.placed.width,
    past: [], // earlier lists of strokes, for undo
    open: null, // the stroke being drawn
    pointer: null, // the pointer that draws it
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
    endStroke(pad);
    remember(pad);
    if (pad.erasing) eraseAt(pad, at(pad, event));
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
    pad.erasing = !pad.erasing;
    label(pad);
  };
  pad.brush.oninput = () => {
    pad.width = Number(pad.brush.value);
    changed(pad);
  };
}

function onKey(pad, event) {
  if (event.key in ARROWS) {
    pad.held.add(event.key);
    const reach = event.shiftKey ? 3 * STEP : STEP;
    for (const key of pad.held) movePen(pad, ARROWS[key][0] * reach, ARROWS[key][1] * reach);
    if (pad.open) extend(pad, [pad.pen.x, pad.pen.y]);
  } else if (event.key === " ") {
    if (pad.open) endStroke(pad);
    else if (pad.erasing) remember(pad), eraseAt(pad, [pad.pen.x, pad.pen.y]);
    else remember(pad), beginStroke(pad, [pad.pen.x, pad.pen.y]);
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
  pad.open = [];
  pad.strokes = [...pad.strokes, pad.open];
  extend(pad, point);
  changed(pad);
}

function extend(pad, [x, y]) {
  const last = pad.open?.at(-1);
  if (!pad.open || (last && Math.hypot(x - last[0], y - last[1]) < NEAR)) return;
  const points = pad.strokes.reduce((sum, stroke) => sum + stroke.length, 0);
  if (points < pad.data.most_points) pad.open.push([round(x), round(y)]);
}

function endStroke(pad) {
  pad.open = null;
  // An eraser that met nothing, or a stroke refused, leaves no step to undo.
  if (pad.past.at(-1) === pad.strokes) pad.past.pop();
}

function eraseAt(pad, point) {
  const kept = pad.strokes.filter((stroke) => distance(stroke, point) > ERASER);
  if (kept.length < pad.strokes.length) {
    pad.strokes = kept;
    changed(pad);
  }
}

function distance(stroke, [x, y]) {
  let nearest = Infinity;
  stroke.forEach(([bx, by], i) => {
    const [ax, ay] = stroke[Math.max(0, i - 1)];
    const [dx, dy] = [bx - ax, by - ay];
    const along = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
    nearest = Math.min(nearest, Math.hypot(x - ax - along * dx, y - ay - along * dy));
  });
  return nearest;
}

function remember(pad) {
  pad.past = [...pad.past.slice(-99), pad.strokes];
}

function undo(pad) {
  pad.open = null;
  if (pad.past.length) pad.strokes = pad.past.pop();
  changed(pad);
}

function clear(pad) {
  pad.open = null;
  if (pad.strokes.length) {
    remember(pad);
    pad.strokes = [];
  }
  changed(pad);
}

function round(value) {
  return Math.round(value * 10) / 10;
}

// What Python places (a digit shown, the drawing of before a page switch) and what it is told ------------------------

function place(pad, placed) {
  const first = pad.placedId === null;
  pad.placedId = placed.id;
  if (!first || placed.strokes.length) remember(pad);
  pad.open = null;
  pad.strokes = placed.strokes;
  pad.width = placed.width;
  const kept = first && placed.id === 0 && !placed.strokes.length ? recall() : null;
  if (kept) {
    pad.strokes = kept.strokes;
    pad.width = kept.width;
    changed(pad);
  } else keep(pad);
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
  keep(pad);
  // The answer comes first; that nothing moves any more, and there is time for exact values, is told a moment later.
  if (drawing && pad.pointer === null) pad.rest = setTimeout(() => send(pad, false), REST);
}

function keep(pad) {
  try {
    sessionStorage.setItem(REMEMBERED, JSON.stringify({ strokes: pad.strokes, width: pad.width }));
  } catch {
    // Storage may be full or forbidden: then a refresh starts with an empty pad.
  }
}

function recall() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(REMEMBERED));
    return kept?.strokes?.length ? kept : null;
  } catch {
    return null; // forbidden, or written by another version
  }
}

// What is seen ------------------------------------------------------------------------------------------------------

function label(pad) {
  const { texts } = pad.data;
  const empty = pad.strokes.length === 0;
  pad.hint.textContent = texts.hint;
  pad.hint.hidden = !empty;
  pad.canvas.setAttribute("aria-label", texts.canvas);
  for (const name of ["undo", "clear", "eraser"]) {
    pad.tool(name).setAttribute("aria-label", texts[name]);
    pad.tool(name).title = texts[name];
  }
  pad.tool("undo").disabled = pad.past.length === 0;
  pad.tool("clear").disabled = empty;
  pad.tool("eraser").setAttribute("aria-pressed", String(pad.erasing));
  pad.root.classList.toggle("erasing", pad.erasing);
  pad.brush.setAttribute("aria-label", texts.width);
  pad.brush.title = texts.width;
  pad.brush.value = pad.width;
  pad.root.querySelector(".tools").setAttribute("aria-label", texts.tools);
}

function paint(pad) {
  const { canvas } = pad;
  const scale = (canvas.clientWidth * devicePixelRatio) / pad.data.units;
  const size = Math.round(pad.data.units * scale);
  if (!size) return;
  if (canvas.width !== size) canvas.width = canvas.height = size;
  const style = getComputedStyle(pad.root);
  const ctx = canvas.getContext("2d");
  ctx.setTransform(scale, 0, 0, scale, 0, 0);
  ctx.clearRect(0, 0, pad.data.units, pad.data.units);
  ctx.lineCap = ctx.lineJoin = "round";
  ctx.lineWidth = (pad.width / 28) * pad.data.units;
  ctx.strokeStyle = style.color;
  for (const stroke of pad.strokes) trace(ctx, stroke);
  if (pad.pen.shown) {
    ctx.lineWidth = 3;
    ctx.strokeStyle = ctx.fillStyle = style.getPropertyValue("--st-primary-color");
    ctx.beginPath();
    ctx.arc(pad.pen.x, pad.pen.y, 9, 0, 2 * Math.PI);
    if (pad.open) ctx.fill();
    else ctx.stroke();
  }
}

function trace(ctx, stroke) {
  ctx.beginPath();
  ctx.moveTo(...stroke[0]);
  if (stroke.length === 1) ctx.lineTo(...stroke[0]);
  for (let i = 1; i < stroke.length; i++) {
    // Curves through the midpoints: smooth, though the mouse reports corners.
    const [x, y] = stroke[i];
    const [nx, ny] = stroke[i + 1] ?? stroke[i];
    ctx.quadraticCurveTo(x, y, (x + nx) / 2, (y + ny) / 2);
  }
  ctx.stroke();
}
