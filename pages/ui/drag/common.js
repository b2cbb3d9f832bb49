// What the drawings of several components share: the categories' looks, axes, small things. Python joins this file to them.

const SVG = "http://www.w3.org/2000/svg";
// The categories of pages/figures/palette.py: colours, dashes, markers. On a dark page the same hues, lighter.
const COLOURS = {
  light: ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"],
  dark: ["#4DA6E0", "#FF8A3D", "#2FC79A", "#E59CC6", "#F2B632", "#8FD3FA"],
};
const DASHES = ["", "9 5", "2 4", "9 4 2 4", "15 5", "15 4 2 4"];
const SYMBOLS = [
  "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0",
  "M0 -6.5L6.5 0L0 6.5L-6.5 0Z",
  "M-4.6 -4.6H4.6V4.6H-4.6Z",
  "M-2 -6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z",
  "M0 -6L6 5H-6Z",
  "M-5 -2.5L-2.5 -5L0 -2.5L2.5 -5L5 -2.5L2.5 0L5 2.5L2.5 5L0 2.5L-2.5 5L-5 2.5L-2.5 0Z",
];

function look(place, dark) {
  const colours = COLOURS[dark ? "dark" : "light"];
  const round = Math.floor(place / colours.length); // the next round of colours takes other dashes and markers
  return {
    colour: colours[place % colours.length],
    dash: DASHES[(place + round) % DASHES.length],
    symbol: SYMBOLS[(place + round) % SYMBOLS.length],
  };
}

// Axes ------------------------------------------------------------------------------------------------------------------

function ticks(low, high, log, most) {
  if (log) {
    const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
    const step = Math.max(1, Math.ceil((last - first) / Math.max(1, most)));
    return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => 10 ** (last - i * step));
  }
  const raw = (high - low) / Math.max(1, most);
  const base = 10 ** Math.floor(Math.log10(raw));
  const step = base * [1, 2, 5, 10].find((factor) => base * factor >= raw * 0.999);
  const from = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - from + 1 }, (_, i) => Number(((from + i) * step).toFixed(10)));
}

function power(value) {
  const exponent = Math.round(Math.log10(value));
  const digits = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
  return exponent === 0 ? "1" : `10${[...String(exponent)].map((one) => digits[one]).join("")}`;
}

// Small things ----------------------------------------------------------------------------------------------------------

function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function shown(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const raised = (_, sign, digits) => `·10${sign === "-" ? "⁻" : ""}${[...digits].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("")}`;
  const far = size && (size < 1e-3 || size >= 1e5);
  const text = far ? value.toExponential(2).replace(/e([+-])(\d+)/, raised) : String(Number(value.toPrecision(4)));
  return text.replace(/-/g, "−");
}

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function svgElement(tag, attributes = {}, children = []) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}
