// What makes an element a handle: pointer, finger, keys, and the scale between its ends.

const STEPS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
const LOG_STEPS = 100; // key presses from one end of a logarithmic scale to the other

function attach(drag, index, area, focus, fractionAt) {
  // `area` is what the pointer drags on, `focus` what the keys move; `fractionAt(event)` is the place, 0 … 1.
  const handle = () => drag.data.handles[index];
  const follow = (event) => moveTo(drag, handle(), valueAt(drag, handle(), fractionAt(event)));
  area.onpointerdown = (event) => {
    if (event.button !== 0 || drag.pointer !== null) return;
    area.setPointerCapture(event.pointerId);
    drag.pointer = event.pointerId;
    focus.focus({ preventScroll: true, focusVisible: false });
    follow(event);
    event.preventDefault(); // no text is selected on the way
  };
  area.onpointermove = (event) => event.pointerId === drag.pointer && follow(event);
  area.onlostpointercapture = (event) => event.pointerId === drag.pointer && comeToRest(drag);
  focus.onkeydown = (event) => onKey(drag, handle(), event);
  focus.onblur = () => drag.keyed && comeToRest(drag);
  focus.setAttribute("role", "slider");
  focus.tabIndex = 0;
}

function onKey(drag, handle, event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const now = drag.values[handle.name];
  const next =
    event.key in STEPS
      ? stepped(drag, handle, now, STEPS[event.key] * (event.shiftKey ? 10 : 1))
      : { Home: handle.low, End: handle.high }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  drag.keyed = true;
  clearTimeout(drag.rest);
  drag.rest = setTimeout(() => comeToRest(drag), REST);
  moveTo(drag, handle, snapped(drag, handle, next));
}

function stepped({ data }, handle, value, count) {
  if (data.places) {
    const place = data.places.indexOf(nearest(data.places, value)) + count;
    return data.places[Math.min(data.places.length - 1, Math.max(0, place))];
  }
  if (handle.log) return unscaled(handle, scaled(handle, value) + count / LOG_STEPS);
  return value + count * handle.step;
}

function describe(drag, index, element, text) {
  const handle = drag.data.handles[index];
  const value = drag.values[handle.name];
  element.setAttribute("aria-label", handle.label);
  element.setAttribute("aria-valuemin", handle.low);
  element.setAttribute("aria-valuemax", handle.high);
  element.setAttribute("aria-valuenow", value);
  element.setAttribute("aria-valuetext", text ?? shown(value));
}

// The scale -------------------------------------------------------------------------------------------------------------

function scaled({ low, high, log }, value) {
  return log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}

function unscaled({ low, high, log }, fraction) {
  const inside = Math.min(1, Math.max(0, fraction));
  return log ? low * (high / low) ** inside : low + inside * (high - low);
}

function valueAt(drag, handle, fraction) {
  return snapped(drag, handle, unscaled(handle, fraction));
}

function snapped({ data }, handle, value) {
  const { low, high, step, log } = handle;
  const inside = Math.min(high, Math.max(low, value));
  if (data.places) return nearest(data.places, inside);
  if (log) return Math.min(high, Math.max(low, Number(inside.toPrecision(3))));
  return Math.min(high, Number((low + Math.round((inside - low) / step) * step).toFixed(10)));
}

function nearest(places, value) {
  return places.reduce((best, one) => (Math.abs(one - value) < Math.abs(best - value) ? one : best));
}
