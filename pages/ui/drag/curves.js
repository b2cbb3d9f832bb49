// Curves in panels over a common x, a marker that is dragged along it, and a table of the values where it stands.

const CURVES = {
  signature: ({ data }) => JSON.stringify([data.panels.map(({ title }) => title), data.curves.map(({ look }) => look)]),

  build: (drag) => {
    const { panels, curves } = drag.data;
    drag.root.className = "drag curves";
    drag.highlight = null;
    const row = element("div", "panels");
    drag.plots = panels.map((panel) => newPlot(drag, row, panel));
    drag.table = newTable(panels);
    drag.rows = curves.map((_, place) => newRow(drag, place));
    drag.table.tBodies[0].append(...drag.rows.map(({ row }) => row));
    drag.root.append(row, drag.table);
  },

  update: (drag) => {
    drag.samples = drag.data.curves.map(({ samples }) => floats(samples));
    drag.plots.forEach((plot, k) => drawPanel(drag, plot, k));
    drag.rows.forEach(({ row, button, label }, place) => {
      const chosen = drag.highlight === place;
      label.textContent = drag.data.curves[place].label;
      button.title = fill(drag.data.texts.highlight, { name: label.textContent });
      button.setAttribute("aria-pressed", String(chosen));
      row.classList.toggle("faded", drag.highlight !== null && !chosen);
    });
    drag.rows.forEach(({ swatch }, place) => drawSwatch(swatch, drag.data.curves[place], drag.dark));
    CURVES.moved(drag);
  },

  moved: (drag) => {
    const { data } = drag;
    const value = drag.values[data.handles[0].name];
    const numbers = data.curves.map((_, place) => data.panels.map((_, k) => shown(sampleAt(drag, place, k))));
    drag.rows.forEach(({ cells }, place) => cells.forEach((cell, k) => (cell.textContent = numbers[place][k])));
    drag.table.caption.textContent = fill(data.texts.at, { x: `${data.handles[0].label} = ${shown(value)}` });
    const said = data.curves.map(({ label }, place) => `${label} ${numbers[place].join(", ")}`);
    drag.plots.forEach((plot, k) => drawMarker(drag, plot, k));
    describe(drag, 0, drag.plots[0].knob, `${shown(value)}: ${said.join("; ")}`);
  },
};

function newPlot(drag, row, { title }) {
  const figure = element("figure", "panel");
  const area = element("div", "area");
  const plot = { area, svg: document.createElementNS(SVG, "svg"), knob: element("div", "knob") };
  area.append(plot.svg, plot.knob);
  figure.append(element("figcaption", "", title), area);
  row.append(figure);
  const first = row.children.length === 1; // one handle for the keys and for screen readers is enough
  if (!first) plot.knob.setAttribute("aria-hidden", "true");
  attach(drag, 0, area, first ? plot.knob : drag.plotsKnob, (event) => {
    const { left, right, wide } = plot.frame;
    return (event.clientX - area.getBoundingClientRect().left - left) / (wide - left - right);
  });
  if (first) drag.plotsKnob = plot.knob;
  return plot;
}

function newTable(panels) {
  const table = element("table");
  table.createCaption();
  const head = table.createTHead().insertRow();
  head.append(element("td"), ...panels.map(({ title }) => columnHead(title)));
  table.createTBody();
  return table;
}

function columnHead(title) {
  const head = element("th", "", title);
  head.scope = "col";
  return head;
}

function newRow(drag, place) {
  const row = element("tr");
  const name = element("th");
  name.scope = "row";
  const button = element("button");
  const swatch = svgElement("svg", { width: 44, height: 14, "aria-hidden": "true" });
  const label = element("span");
  button.type = "button";
  button.append(swatch, label);
  button.onclick = () => {
    drag.highlight = drag.highlight === place ? null : place;
    CURVES.update(drag);
  };
  name.append(button);
  const cells = drag.data.panels.map(() => element("td"));
  row.append(name, ...cells);
  return { row, button, label, swatch, cells };
}

function drawSwatch(swatch, curve, dark) {
  const { colour, dash } = look(curve.look, dark);
  const line = svgElement("line", { x1: 1, x2: 43, y1: 7, y2: 7, class: "line", stroke: colour, "stroke-dasharray": dash });
  swatch.replaceChildren(line, symbol(curve, 22, 7, dark, 0.95));
}

function sampleAt(drag, place, k) {
  const { places, handles } = drag.data;
  return drag.samples[place][k * places.length + places.indexOf(nearest(places, drag.values[handles[0].name]))];
}
