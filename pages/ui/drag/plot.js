// The drawing of a panel: axes, curves, shaded ranges, the marker's points. SVG in CSS pixels, so that text keeps its size.

const MARGIN = { left: 46, right: 14, top: 12, bottom: 50 };
const LANE = 8; // pixels: a curve's stripe at the foot of a panel
const MANY = 40; // places; where there are fewer, each has its marker
let ids = 0; // of clip paths and hatchings, which a page shares

function drawPanel(drag, plot, k) {
  const { data, highlight } = drag;
  const panel = data.panels[k];
  const [wide, high] = [plot.area.clientWidth, plot.area.clientHeight];
  const lanes = k === data.panels.length - 1 ? data.curves.filter((curve) => curve.zones.length) : [];
  const frame = { ...MARGIN, wide, high, lanes: lanes.length * LANE };
  Object.assign(plot, { frame, x: (value) => xAt(frame, data.handles[0], value), y: (value) => yAt(frame, panel, value) });
  const svg = svgElement("svg", { width: wide, height: high, "aria-hidden": "true" });
  const clip = `drag-clip-${(ids += 1)}`;
  const defs = svgElement("defs", {}, [
    svgElement("clipPath", { id: clip }, [svgElement("rect", inner(frame))]),
  ]);
  const clipped = svgElement("g", { "clip-path": `url(#${clip})` });
  for (const [place, curve] of data.curves.entries()) {
    const { colour, dash } = look(curve.look, drag.dark);
    const hatch = `drag-hatch-${(ids += 1)}`;
    defs.append(hatching(hatch, colour));
    if (highlight === place)
      curve.zones.forEach((zone) => clipped.append(shade(plot, zone, colour, hatch, frame.top, floor(frame), 0.3)));
    const lane = lanes.indexOf(curve);
    const top = floor(frame) + lane * LANE + 2;
    if (lane >= 0)
      curve.zones.forEach((zone) => svg.append(shade(plot, zone, colour, hatch, top, top + LANE - 2, zone.solid ? 0.9 : 1)));
    const faded = highlight !== null && highlight !== place;
    const line = { d: path(plot, drag, place, k), class: "line", stroke: colour, "stroke-dasharray": dash };
    clipped.append(svgElement("path", { ...line, opacity: faded ? 0.35 : 1 }));
    if (data.places.length <= MANY) marks(plot, drag, place, k).forEach((mark) => clipped.append(mark));
  }
  svg.prepend(defs, axes(plot, panel, data));
  plot.marker = svgElement("g");
  svg.append(clipped, plot.marker);
  plot.svg.replaceWith(svg);
  plot.svg = svg;
}

function drawMarker(drag, plot, k) {
  const { data, dark } = drag;
  const value = drag.values[data.handles[0].name];
  const at = plot.x(value);
  const line = svgElement("line", { x1: at, x2: at, y1: plot.frame.top - 6, y2: floor(plot.frame), class: "marker" });
  const points = data.curves.map((curve, place) => {
    const y = plot.y(sampleAt(drag, place, k));
    const inside = y >= plot.frame.top - 1 && y <= floor(plot.frame) + 1;
    return inside ? symbol(curve, at, y, dark, 1.15) : svgElement("g");
  });
  plot.marker.replaceChildren(line, ...points);
  plot.knob.style.left = `${at}px`;
  plot.knob.style.top = `${floor(plot.frame) + plot.frame.lanes}px`;
}

// Its parts -------------------------------------------------------------------------------------------------------------

function axes(plot, panel, data) {
  const { frame } = plot;
  const group = svgElement("g", { class: "axes" });
  const text = (content, x, y, anchor) => {
    const label = svgElement("text", { x, y, "text-anchor": anchor });
    label.textContent = content;
    group.append(label);
  };
  const handle = data.handles[0];
  for (const tick of ticks(handle.low, handle.high, handle.log, (frame.wide - 60) / 55)) {
    const x = plot.x(tick);
    group.append(svgElement("line", { x1: x, x2: x, y1: frame.top, y2: floor(frame), class: tick ? "grid" : "zero" }));
    text(shown(tick), x, frame.high - 24, "middle");
  }
  for (const tick of ticks(panel.low, panel.high, panel.log, (frame.high - 60) / 45)) {
    const y = plot.y(tick);
    const ends = { x1: frame.left, x2: frame.wide - frame.right, y1: y, y2: y };
    group.append(svgElement("line", { ...ends, class: tick ? "grid" : "zero" }));
    text(panel.log ? power(tick) : shown(tick), frame.left - 7, y + 4, "end");
  }
  text(handle.label, frame.left + (frame.wide - frame.left - frame.right) / 2, frame.high - 5, "middle");
  return group;
}

function path(plot, drag, place, k) {
  let pen = "M";
  return drag.data.places
    .map((value, i) => {
      const y = plot.y(drag.samples[place][k * drag.data.places.length + i]);
      const drawn = Number.isNaN(y) ? "" : `${pen}${plot.x(value).toFixed(1)} ${y.toFixed(1)}`;
      pen = Number.isNaN(y) ? "M" : "L";
      return drawn;
    })
    .join("");
}

function marks(plot, drag, place, k) {
  const { places, curves } = drag.data;
  return places.map((value, i) =>
    symbol(curves[place], plot.x(value), plot.y(drag.samples[place][k * places.length + i]), drag.dark, 0.7),
  );
}

function symbol(curve, x, y, dark, size) {
  if (Number.isNaN(y)) return svgElement("g");
  const { colour, symbol: d } = look(curve.look, dark);
  return svgElement("path", { d, class: "point", fill: colour, transform: `translate(${x} ${y}) scale(${size})` });
}

function shade(plot, { start, end, solid }, colour, hatch, top, bottom, opacity) {
  const x = plot.x(start);
  const size = { x, width: Math.max(0, plot.x(end) - x), y: top, height: bottom - top };
  return svgElement("rect", { ...size, fill: solid ? colour : `url(#${hatch})`, opacity });
}

function hatching(id, colour) {
  const line = svgElement("path", { d: "M0 6L6 0M-1 1L1 -1M5 7L7 5", stroke: colour, "stroke-width": 1.6 });
  return svgElement("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse" }, [line]);
}

// Places ----------------------------------------------------------------------------------------------------------------

function floor({ high, bottom, lanes }) {
  return high - bottom - lanes;
}

function inner(frame) {
  const { left, right, top, wide } = frame;
  return { x: left, y: top, width: Math.max(0, wide - left - right), height: Math.max(0, floor(frame) - top) };
}

function xAt({ left, right, wide }, handle, value) {
  return left + scaled(handle, value) * (wide - left - right);
}

function yAt(frame, panel, value) {
  if (Number.isNaN(value)) return NaN;
  // A zero on a logarithmic axis, and whatever is far outside, leaves the panel.
  const fraction = panel.log && value <= 0 ? -1 : scaled(panel, value);
  return floor(frame) - Math.min(2, Math.max(-1, fraction)) * (floor(frame) - frame.top);
}
