// Below the mosaics: how the current cell is made. Operands and products are laid out; the result is the engine's.
// Python joins this to grid.js.

function showDetail(grid) {
  const { root, current, data } = grid;
  const detail = root.querySelector(".detail");
  const found = valueAt(grid, current);
  detail.hidden = !found?.card.mosaic.reads;
  if (detail.hidden) return;
  const { reads } = found.card.mosaic;
  const channels = channelsOf(data, reads);
  const tables = reads.kernel === null ? ["window"] : ["window", "weights", "products"];
  const shape = JSON.stringify([channels, reads.size, tables, data.texts.detail]);
  if (detail.dataset.shape !== shape) layOut(detail, shape, channels, reads, tables, data);
  const cells = detail.querySelectorAll(".numbers i");
  for (let channel = 0; channel < channels; channel++)
    for (const terms of termsOf(grid, reads, channel, tables.length)) fillIn(cells, terms, reads.size);
  const place = escaped(placeOf(grid, current));
  const outcome = detail.querySelector(".outcome");
  outcome.ariaLive = grid.sweep.playing ? "off" : "polite";
  outcome.innerHTML = `<span>${place}</span>${equations(found, reads, current)}`;
}

function layOut(detail, shape, channels, { size, own }, tables, { texts }) {
  // The tables are made once and filled in anew at each cell.
  detail.dataset.shape = shape;
  detail.setAttribute("aria-label", texts.detail);
  const numbers = `<div class="numbers" style="--columns:${size[1]}">${"<i></i>".repeat(size[0] * size[1])}</div>`;
  const table = (name) => `<figure class="term"><figcaption>${escaped(texts[name])}</figcaption>${numbers}</figure>`;
  const signs = ["", '<i class="sign">×</i>', '<i class="sign">=</i>'];
  const row = tables.map((name, i) => signs[i] + table(name)).join("");
  const heads = Array.from({ length: channels }, (_, i) => escaped(fill(texts.channel, { n: i + 1 })));
  const rows = heads.map((head) => (channels > 1 && !own ? `<b class="channel">${head}</b>` : "") + row);
  detail.innerHTML = `<div class="terms">${rows.join("")}</div><div class="outcome"></div>`;
}

function termsOf(grid, reads, channel, tables) {
  // Window, weights and products of one channel, each as {first cell, numbers, colours, hatched, tapped}.
  const { current, data, cards } = grid;
  const source = cards[reads.source];
  const [rows, columns] = reads.size;
  const taps = rows * columns;
  const top = { map: reads.own ? current.map : channel, row: current.row * reads.stride[0] };
  const left = current.column * reads.stride[1];
  const places = Array.from({ length: taps }, (_, i) => {
    return { ...top, row: top.row + Math.floor(i / columns), column: left + (i % columns) };
  });
  const values = places.map((place) => source.values[numberOf(source.mosaic, place)]);
  const hatched = places.map(({ row, column }) => isHatched(source, row, column));
  const tapped = grid.active?.mosaic === reads.kernel ? grid.active.row * columns + grid.active.column : -1;
  const at = (table) => ({ first: (channel * tables + table) * taps, tapped });
  const terms = [{ ...at(0), numbers: values, card: source, hatched }];
  if (tables === 1) return terms;
  const kernel = cards[reads.kernel];
  const first = (current.map * channelsOf(data, reads) + channel) * taps;
  const weights = kernel.values.slice(first, first + taps);
  const products = values.map((value, i) => value * weights[i]);
  const limit = Math.max(...products.map(Math.abs)) || 1;
  const scale = { palette: grid.signed, mosaic: { low: -limit, high: limit } };
  return [...terms, { ...at(1), numbers: weights, card: kernel }, { ...at(2), numbers: products, card: scale }];
}

function fillIn(cells, { first, numbers, card, hatched, tapped }, [rows, columns]) {
  const digits = columns > 5 ? 2 : 3;
  for (let i = 0; i < rows * columns; i++) {
    const { dataset } = cells[first + i];
    const colour = colourOf(card, numbers[i]);
    const text = brief(numbers[i], digits);
    const signs = [hatched?.[i] ? "pad" : "", i === tapped ? "tapped" : ""].join(" ").trim();
    const drawn = [text, colour, signs].join();
    if (dataset.drawn === drawn) continue; // most cells of a blank window stay as they are
    dataset.drawn = drawn;
    cells[first + i].textContent = text;
    cells[first + i].className = signs;
    cells[first + i].style = `background-color:rgb(${colour});color:${inkOn(colour)}`;
  }
}

function isHatched({ mosaic, hatched }, row, column) {
  return isPadding(mosaic, row, column) || Boolean(hatched?.[row * mosaic.width + column]);
}

function equations({ card, value }, reads, cell) {
  const before = card.sums ? card.sums[numberOf(card.mosaic, cell)] : value;
  const lines = [];
  if (reads.kernel !== null) {
    const bias = reads.bias[cell.map] ?? 0;
    const signed = `${bias < 0 ? "\u2212" : "+"} ${plain(Math.abs(bias))}`;
    lines.push(bias ? ["Σ", plain(before - bias)] : ["Σ", result(before, !reads.function)]);
    if (bias) lines.push([`Σ ${signed}`, result(before, !reads.function)]);
    if (reads.function) lines.push([applied(reads.function, plain(before)), result(value, true)]);
  } else lines.push([escaped(reads.function), result(value, true)]);
  return lines.map(([left, right]) => `<span>${left} = ${right}</span>`).join("");
}

function applied(name, argument) {
  // "ReLU" is written before its argument; "max(x, Σ)" says where it belongs.
  return name.includes("Σ") ? escaped(name.replace("Σ", argument)) : `${escaped(name)}(${argument})`;
}

function plain(value) {
  return shown(value).replace("-", "\u2212");
}

function result(value, last) {
  return last ? `<b class="result">${plain(value)}</b>` : plain(value);
}

function escaped(text) {
  return element("span", text).innerHTML;
}
