// Strokes and how they are seen. A stroke is a list of points joined by straight lines, painted with a round pen: what
// Python rasterises for the network is the same lines and the same pen. Curves are made when the pen's points are taken
// in. Python joins this file to canvas.js.

const NEAR = 1.2; // units: closer points say nothing new
const SLIP = 3; // units: a pen put down and lifted is never quite still; within so much of its first point it is a dot
const SMOOTH = 0.15; // units between a curve and its chords, and between a stroke and what is kept of it
const SPARE = 40; // points: more than one movement of the pen adds
const THINNINGS = [0.3, 0.6, 1, 2]; // units: how far from the drawing its points may come where there are too many
const ROOM = 0.9; // of the points that may be: thinning is worth it if it leaves no more

// A pen's way: points come in, a smooth line comes out --------------------------------------------------------------

function newLine([x, y]) {
  const first = [round(x), round(y)];
  return { points: [first], heard: [first] };
}

// Whether the point was far enough from the last one to say anything.
function append(line, [x, y]) {
  const { points, heard } = line;
  const [lx, ly] = heard.at(-1);
  if (Math.hypot(x - lx, y - ly) < (heard.length === 1 ? SLIP : NEAR)) return false;
  const tip = [round(x), round(y)];
  if (heard.length > 1) {
    // The pen was heard at `corner` on its way to `tip`: the line goes round it, to the middle between the two. Where the
    // pen turned back, it goes to the very corner.
    const corner = points.pop();
    const middle = [(corner[0] + tip[0]) / 2, (corner[1] + tip[1]) / 2];
    points.push(...(isSharp(heard[0], corner, tip) ? [corner] : curve(points.at(-1), corner, middle)));
  }
  points.push(tip);
  line.heard = [heard.at(-1), tip];
  return true;
}

function isSharp([ax, ay], [bx, by], [cx, cy]) {
  return (bx - ax) * (cx - bx) + (by - ay) * (cy - by) < 0;
}

// Points of the quadratic Bézier curve from `a` by way of `b` to `c`, without `a`; its chords stay within SMOOTH of it.
function curve(a, b, c) {
  const bend = Math.hypot(a[0] - 2 * b[0] + c[0], a[1] - 2 * b[1] + c[1]) / 4;
  const pieces = Math.max(1, Math.ceil(Math.sqrt(bend / SMOOTH)));
  return Array.from({ length: pieces }, (_, i) => {
    const t = (i + 1) / pieces;
    const at = (axis) => round((1 - t) ** 2 * a[axis] + 2 * t * (1 - t) * b[axis] + t * t * c[axis]);
    return [at(0), at(1)];
  });
}

// Fewer points for the same stroke: none that is left out is further than `within` from what remains
// (Ramer 1972; Douglas, Peucker 1973).
function thin(stroke, within) {
  const kept = new Set([0, stroke.length - 1]);
  const parts = [[0, stroke.length - 1]];
  while (parts.length) {
    const [from, to] = parts.pop();
    let furthest = within;
    let middle = null;
    for (let i = from + 1; i < to; i++) {
      const off = offSegment(stroke[i], stroke[from], stroke[to]);
      if (off > furthest) [furthest, middle] = [off, i];
    }
    if (middle === null) continue;
    kept.add(middle);
    parts.push([from, middle], [middle, to]);
  }
  return stroke.filter((_, i) => kept.has(i));
}

function countPoints(strokes) {
  return strokes.reduce((sum, stroke) => sum + stroke.length, 0);
}

function distance(stroke, point) {
  return Math.min(...stroke.map((one, i) => offSegment(point, stroke[Math.max(0, i - 1)], one)));
}

function offSegment([x, y], [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const along = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}

function round(value) {
  return Math.round(value * 10) / 10;
}

// What is seen ------------------------------------------------------------------------------------------------------

function paint(pad) {
  const { canvas } = pad;
  const { units } = pad.data;
  const scale = (canvas.clientWidth * devicePixelRatio) / units;
  const size = Math.round(units * scale);
  if (!size) return;
  if (canvas.width !== size) canvas.width = canvas.height = size;
  const style = getComputedStyle(pad.root);
  const primary = style.getPropertyValue("--st-primary-color");
  const ctx = canvas.getContext("2d");
  ctx.setTransform(scale, 0, 0, scale, 0, 0);
  ctx.clearRect(0, 0, units, units);
  const strokes = pad.writing ? pad.writing.shown : pad.strokes;
  for (const stroke of strokes) trace(ctx, stroke, (pad.width / 28) * units, pad.writing ? primary : style.color);
  if (pad.pen.shown && !pad.writing) {
    ctx.lineWidth = 3;
    ctx.strokeStyle = ctx.fillStyle = primary;
    ctx.beginPath();
    ctx.arc(pad.pen.x, pad.pen.y, 9, 0, 2 * Math.PI);
    if (pad.open) ctx.fill();
    else ctx.stroke();
  }
}

function trace(ctx, stroke, width, colour) {
  ctx.fillStyle = ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.lineCap = ctx.lineJoin = "round";
  // A browser paints nothing for a line without length: its end is painted by itself, and makes a dot a dot.
  ctx.beginPath();
  ctx.arc(...stroke[0], width / 2, 0, 2 * Math.PI);
  ctx.fill();
  ctx.beginPath();
  ctx.moveTo(...stroke[0]);
  for (const point of stroke.slice(1)) ctx.lineTo(...point);
  ctx.stroke();
}
