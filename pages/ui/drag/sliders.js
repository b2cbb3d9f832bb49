// Sliders in rows, or upright with bars of the engine's numbers over them; where it is narrow, upright ones lie down.

const NARROWEST = 48; // CSS pixels an upright slider needs

const SLIDERS = {
  signature: (drag) => {
    const { handles, bars, upright, title } = drag.data;
    drag.upright = upright && drag.root.clientWidth >= NARROWEST * (handles.length + 1.5);
    return JSON.stringify([drag.upright, upright, title, handles.map(({ name }) => name), bars.map((row) => row.title)]);
  },

  build: (drag) => {
    const { handles, bars, upright, title } = drag.data;
    drag.root.className = `drag ${upright ? (drag.upright ? "upright" : "lying") : "rows"}`;
    drag.root.style.setProperty("--count", handles.length);
    drag.root.style.setProperty("--bars", bars.length);
    if (upright) {
      const head = element("div", "item head");
      head.append(...bars.map((row) => element("span", "bar", row.title)), element("span", "track", title));
      drag.root.append(head);
    }
    drag.items = handles.map((_, i) => newItem(drag, i));
  },

  update: (drag) => {
    drag.data.bars.forEach((row, k) => drag.items.forEach((item, i) => drawBar(item.bars[k], row, row.values[i])));
    SLIDERS.moved(drag);
  },

  moved: (drag) => {
    drag.data.handles.forEach((handle, i) => {
      const { item, track, value, label } = drag.items[i];
      const at = scaled(handle, drag.values[handle.name]);
      const zero = handle.low < 0 && handle.high > 0 ? scaled(handle, 0) : 0;
      span(item, at, zero);
      label.textContent = handle.label;
      value.textContent = shown(drag.values[handle.name]);
      track.setAttribute("aria-orientation", drag.upright ? "vertical" : "horizontal");
      describe(drag, i, track);
    });
  },
};

function newItem(drag, index) {
  const item = element("div", "item");
  const bars = drag.data.bars.map(() => {
    const bar = element("div", "bar");
    bar.append(element("i"), element("span"));
    return bar;
  });
  const track = element("div", "track");
  const rail = element("div", "rail");
  rail.append(element("i", "filled"), element("b", "thumb"));
  track.append(rail);
  const [label, value] = [element("span", "label"), element("output", "value")];
  item.append(...bars, track, value, label);
  drag.root.append(item);
  attach(drag, index, track, track, (event) => {
    const box = rail.getBoundingClientRect();
    return drag.upright ? (box.bottom - event.clientY) / box.height : (event.clientX - box.left) / box.width;
  });
  return { item, bars, track, label, value };
}

function drawBar(bar, { low, high, percent }, value) {
  const [fillOf, number] = bar.children;
  const zero = Math.min(1, Math.max(0, -low / (high - low)));
  const at = Math.min(1, Math.max(0, (value - low) / (high - low)));
  span(bar, at, zero);
  fillOf.className = low < 0 ? (value < 0 ? "negative" : "positive") : "";
  number.textContent = percent ? share(value) : fixed(value);
}

function span(element, at, zero) {
  element.style.setProperty("--at", at);
  element.style.setProperty("--zero", zero);
  element.style.setProperty("--from", Math.min(at, zero));
  element.style.setProperty("--size", Math.abs(at - zero));
}

function fixed(value) {
  const text = value.toFixed(3);
  return text === "-0.000" ? "0.000" : text.replace("-", "−");
}

function share(value) {
  // A share that is not nothing is never written as nothing, nor as everything.
  if (value > 0 && value < 0.001) return value < 1e-6 ? "<0.0001%" : `${Number((value * 100).toPrecision(1))}%`;
  return value < 1 && value > 0.999 ? ">99.9%" : `${(value * 100).toFixed(1)}%`;
}
