// A drawer of the browser's own storage (localStorage), opened for Python. It shows nothing.

const DRAWERS = new WeakMap();
const WRITTEN = new Map(); // name -> number of the last writing of this page load, whatever was mounted since

export default function ({ parentElement, data, setStateValue }) {
  const { name, write } = data;
  let drawer = DRAWERS.get(parentElement);
  if (!drawer) {
    drawer = { tell: setStateValue };
    drawer.follow = (event) => event.key === name && report(drawer, name); // another tab has written
    addEventListener("storage", drawer.follow);
    DRAWERS.set(parentElement, drawer);
    if (write.id <= (WRITTEN.get(name) ?? 0)) report(drawer, name);
  }
  drawer.tell = setStateValue;
  if (write.id > (WRITTEN.get(name) ?? 0)) {
    WRITTEN.set(name, write.id);
    setStateValue("written", { id: write.id, kept: put(name, write.value) });
  }
  return () => {
    removeEventListener("storage", drawer.follow);
    DRAWERS.delete(parentElement);
  };
}

function report(drawer, name) {
  const text = get(name);
  if (text !== null) drawer.tell("stored", { text, at: performance.timeOrigin + performance.now() });
}

function get(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // forbidden by the browser's settings
  }
}

function put(name, value) {
  try {
    localStorage.setItem(name, value);
    return true;
  } catch {
    return false; // full, or forbidden
  }
}
