// Telling Python what moves: as often as Python can answer, and the last place always. For every component in which
// something is moved: it spreads newTelling() into its state and gives it data, message() and tell(message).

const EVERY = 60; // ms between two messages at the least
const PATIENCE = 1500; // ms after which no answer is waited for any longer
const REST = 300; // ms without a key until the handle counts as at rest

function newTelling() {
  return {
    pointer: null, // the pointer that holds a handle
    keyed: false, // whether a key moved one just now
    changed: false, // whether anything has moved since all was at rest
    dirty: false, // whether there is something that Python has not been told
    turn: 0, // number of the last message
    answered: 0, // number of the last message that the data know of
    sent: -Infinity,
  };
}

function isMoving(drag) {
  return drag.pointer !== null || drag.keyed;
}

function comeToRest(drag) {
  clearTimeout(drag.rest);
  drag.pointer = null;
  drag.keyed = false;
  if (drag.changed) {
    drag.changed = false;
    drag.dirty = true;
    flush(drag);
  }
}

function flush(drag) {
  // One message at a time: the next one waits for the answer, and then says where the handle is by now.
  clearTimeout(drag.timer);
  const moving = isMoving(drag);
  if (!drag.dirty || (moving && drag.data.live === false)) return;
  const ready = drag.answered >= drag.turn ? drag.sent + EVERY : drag.sent + PATIENCE;
  const wait = ready - performance.now();
  if (wait > 0) {
    drag.timer = setTimeout(() => flush(drag), wait);
    return;
  }
  drag.dirty = false;
  drag.sent = performance.now();
  drag.turn += 1;
  drag.tell({ ...drag.message(), turn: drag.turn, moving });
}
