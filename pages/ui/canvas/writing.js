// A digit that writes itself while the pad is empty, so that nobody meets an empty stage. It is not the reader's: it is
// told to Python as an example, never kept, and gone as soon as the pad is used. Python joins this file to canvas.js.

const WAIT = 600; // ms before the pen comes down for the first time
const SPEED = 0.24; // units a millisecond, as a person writes who wants to be read
const LIFT = 200; // ms between two strokes
const REPORT = 320; // ms between two messages

function beginWriting(pad) {
  const timed = timeline(pad.data.example.strokes);
  pad.writing = { timed, shown: [], began: null, told: 0, frame: 0 };
  pad.spoken.textContent = pad.data.texts.example;
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) showUntil(pad, Infinity, performance.now());
  else pad.writing.frame = requestAnimationFrame((now) => write(pad, now));
}

function write(pad, now) {
  const { writing } = pad;
  if (!pad.writing) return;
  writing.began ??= now;
  if (!showUntil(pad, now - writing.began - WAIT, now)) writing.frame = requestAnimationFrame((then) => write(pad, then));
}

// Show what is written after `time` ms, and tell Python now and then; whether it is all.
function showUntil(pad, time, now) {
  const { writing } = pad;
  const done = time >= writing.timed.at(-1).at(-1).time;
  writing.shown = done ? pad.data.example.strokes : writtenBy(writing.timed, time);
  paint(pad);
  if (done || (writing.shown.length && now - writing.told >= REPORT)) {
    writing.told = now;
    pad.tell({ strokes: writing.shown, width: pad.width, drawing: !done, placed: pad.placedId, example: true });
  }
  return done;
}

// The reader takes over: the pad is as it was before, and Python is told so.
function endWriting(pad) {
  if (!pad.writing) return;
  leaveWriting(pad);
  pad.spoken.textContent = "";
  changed(pad);
}

function leaveWriting(pad) {
  if (pad.writing) cancelAnimationFrame(pad.writing.frame);
  pad.writing = null;
}

// Each point of the strokes with the time at which the pen gets there.
function timeline(strokes) {
  let time = -LIFT;
  return strokes.map((stroke) => {
    time += LIFT;
    return stroke.map((point, i) => {
      const [fx, fy] = stroke[Math.max(0, i - 1)];
      time += Math.hypot(point[0] - fx, point[1] - fy) / SPEED;
      return { point, time };
    });
  });
}

function writtenBy(timed, time) {
  return timed
    .map((stroke) => {
      const written = stroke.filter((one) => one.time <= time).map((one) => one.point);
      const next = stroke[written.length];
      if (!written.length || !next) return written;
      const last = stroke[written.length - 1];
      const share = (time - last.time) / (next.time - last.time);
      const between = (axis) => last.point[axis] + share * (next.point[axis] - last.point[axis]);
      return [...written, [between(0), between(1)]];
    })
    .filter((stroke) => stroke.length);
}
