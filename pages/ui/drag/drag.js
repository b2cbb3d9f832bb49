// Things to drag. The browser owns a handle while it moves; Python is told of it, and where nothing moves Python decides.
// Streamlit calls the exported function again whenever data or theme change; what lasts is in DRAGS, and handlers are
// assigned, never added. Python joins the scripts of this folder into one module.

const DRAGS = new WeakMap();

export default function ({ parentElement, data, setStateValue }) {
  let drag = DRAGS.get(parentElement);
  if (!drag || !drag.root.isConnected) {
    drag?.close();
    drag = newDrag(parentElement.querySelector(".drag"));
    DRAGS.set(parentElement, drag);
  }
  drag.tell = (message) => setStateValue("moved", message);
  drag.message = () => ({ values: { ...drag.values } });
  drag.dark = isDark(getComputedStyle(drag.root).getPropertyValue("--st-background-color"));
  receive(drag, data);
  return () => {
    drag.close();
    DRAGS.delete(parentElement);
  };
}

function newDrag(root) {
  const drag = {
    root,
    data: null,
    values: {}, // by the handles' names
    ...newTelling(),
    build: "", // what the elements on the page were made for
  };
  drag.watcher = new ResizeObserver(() => drag.data && show(drag));
  drag.watcher.observe(root);
  drag.close = () => {
    clearTimeout(drag.timer);
    clearTimeout(drag.rest);
    drag.watcher.disconnect();
  };
  return drag;
}

function receive(drag, data) {
  const names = (one) => one?.handles.map((handle) => handle.name).join();
  const others = names(data) !== names(drag.data);
  if (!drag.data) drag.turn = data.turn;
  drag.data = data;
  drag.answered = data.turn;
  // Data on their way while a handle moves are about where it was.
  if (others || (!isMoving(drag) && !drag.dirty && data.turn >= drag.turn))
    drag.values = Object.fromEntries(data.handles.map((handle) => [handle.name, handle.value]));
  show(drag);
  flush(drag);
}

function show(drag) {
  const { data, root } = drag;
  const view = data.kind === "curves" ? CURVES : SLIDERS;
  const build = view.signature(drag);
  if (build !== drag.build) {
    drag.build = build;
    root.replaceChildren();
    view.build(drag);
  }
  view.update(drag);
}

function moveTo(drag, handle, value) {
  if (drag.values[handle.name] === value) return;
  drag.values[handle.name] = value;
  drag.changed = drag.dirty = true;
  (drag.data.kind === "curves" ? CURVES : SLIDERS).moved(drag);
  flush(drag);
}
