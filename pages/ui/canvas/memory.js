// What the tab remembers of the pad in its sessionStorage: the drawing and the steps that undo takes back. A refresh of
// the tab finds them again, and so does the pad that another visit to its page makes. Python joins this file to
// canvas.js.

const REMEMBERED = "cnn-playground:drawing";
const STEPS = 100; // that can be undone

function remember(pad) {
  pad.past = [...pad.past.slice(1 - STEPS), pad.strokes];
}

function keep(pad) {
  for (let past = pad.past; !store(pad, past); past = past.slice(Math.ceil(past.length / 2))) {
    // Storage may be full: the oldest steps make room. Or it is forbidden: then a refresh starts with an empty pad.
    if (!past.length) return;
  }
}

function store(pad, past) {
  // Each step has most strokes in common with the one before: every stroke is written once, steps are lists of numbers.
  const numbers = new Map();
  const numbered = (strokes) =>
    strokes.map((stroke) => numbers.get(stroke) ?? (numbers.set(stroke, numbers.size), numbers.size - 1));
  const kept = { load: performance.timeOrigin, placed: pad.placedId, width: pad.width };
  try {
    const lists = { past: past.map(numbered), now: numbered(pad.strokes) };
    sessionStorage.setItem(REMEMBERED, JSON.stringify({ ...kept, ...lists, strokes: [...numbers.keys()] }));
    return true;
  } catch {
    return false;
  }
}

// What was kept, or null: {strokes, past, width, placed: what Python had placed then, here: whether since this page load}.
function recall() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(REMEMBERED));
    const strokes = (numbers) =>
      numbers.map((number) => {
        if (!kept.strokes[number].length) throw new RangeError("a stroke without points");
        return kept.strokes[number];
      });
    return {
      strokes: strokes(kept.now),
      past: kept.past.map(strokes),
      width: kept.width,
      placed: kept.placed,
      here: kept.load === performance.timeOrigin,
    };
  } catch {
    return null; // nothing there, forbidden, or written by another version
  }
}

// Whether two drawings are the same, rounding aside.
function isSame(strokes, others) {
  const near = ([x, y], [ox, oy]) => Math.abs(x - ox) < 0.1 && Math.abs(y - oy) < 0.1;
  return (
    strokes.length === others.length &&
    strokes.every((stroke, i) => stroke.length === others[i].length && stroke.every((at, j) => near(at, others[i][j])))
  );
}
