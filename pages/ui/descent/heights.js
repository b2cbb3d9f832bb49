// The surface itself: bands of height with lines between them, painted once and kept until it or its size changes.

const BANDS = 18;
const PALENESS = { light: 0.58, dark: 0.55 }; // how much of the page's background is mixed into the heights
// Cividis, as in pages/figures/palette.py.
const HEIGHTS = "00224e 123570 3b496c 575d6d 707173 8a8678 a59c74 c3b369 e1cc55 fee838".split(" ");

function heightAt({ raster, data }, x, y) {
  // Between the samples of the engine: good to the three digits that are shown.
  const [left, right, low, high] = data.window;
  const { values, rows, columns, base, scale, most } = raster;
  const [across, down] = [((x - left) / (right - left)) * (columns - 1), ((high - y) / (high - low)) * (rows - 1)];
  return base + scale * Math.expm1(between(values, columns, rows, across, down) * most);
}

function between(values, columns, rows, across, down) {
  const [i, k] = [Math.min(columns - 2, Math.max(0, Math.floor(across))), Math.min(rows - 2, Math.max(0, Math.floor(down)))];
  const [u, v] = [across - i, down - k];
  const first = k * columns + i;
  const above = values[first] * (1 - u) + values[first + 1] * u;
  const below = values[first + columns] * (1 - u) + values[first + columns + 1] * u;
  return above * (1 - v) + below * v;
}

function background(view, wide, high, style) {
  const { raster } = view;
  const page = style.getPropertyValue("--st-background-color").trim();
  const of = [wide, high, page, raster.name].join();
  if (view.background.of === of) return view.background.canvas;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [wide, high];
  const levels = levelsOf(raster, wide, high);
  const colours = bandColours(page, view.dark);
  const image = new ImageData(wide, high);
  for (let i = 0, y = 0; y < high; y++) {
    for (let x = 0; x < wide; x++, i++) {
      const level = levels[i];
      const slope = Math.abs(level - levels[x + 1 < wide ? i + 1 : i - 1]) + Math.abs(level - levels[y + 1 < high ? i + wide : i - wide]);
      const distance = Math.abs(level - Math.round(level)) / (slope + 1e-9); // to the next line, in pixels
      const shade = 1 - (view.dark ? -0.28 : 0.16) * Math.max(0, 1 - distance);
      const colour = colours[Math.min(BANDS - 1, Math.floor(level))];
      for (let k = 0; k < 3; k++) image.data[4 * i + k] = colour[k] * shade;
      image.data[4 * i + 3] = 255;
    }
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  view.background = { of, canvas };
  return canvas;
}

function levelsOf({ values, rows, columns }, wide, high) {
  const levels = new Float32Array(wide * high);
  for (let i = 0, y = 0; y < high; y++)
    for (let x = 0; x < wide; x++, i++)
      levels[i] = BANDS * between(values, columns, rows, (x / (wide - 1)) * (columns - 1), (y / (high - 1)) * (rows - 1));
  return levels;
}

function bandColours(page, dark) {
  const rgb = (hex) => [0, 2, 4].map((k) => parseInt(hex.slice(k, k + 2), 16));
  const [stops, paper] = [HEIGHTS.map(rgb), rgb(page.replace("#", ""))];
  const paleness = PALENESS[dark ? "dark" : "light"];
  return Array.from({ length: BANDS }, (_, band) => {
    const place = (band / (BANDS - 1)) * (stops.length - 1);
    const below = Math.min(Math.floor(place), stops.length - 2);
    return stops[below].map((value, k) => {
      const colour = value + (stops[below + 1][k] - value) * (place - below);
      return colour + (paper[k] - colour) * paleness;
    });
  });
}
