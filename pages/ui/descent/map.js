// The picture of the surface from above: the ways down, what pulls there, and the start that is dragged.

const NEAR = 12; // pixels within which the pointer finds a step
const ARROW = 46; // pixels: the gradient at the start

function attachMap(view) {
  const { canvas, knob, map } = view;
  const follow = (event) => moveStart(view, ...placeOf(view, event));
  const down = (event) => {
    if (event.button !== 0 || view.pointer !== null) return;
    // A finger that lands beside the knob scrolls the page; a tap moves the start.
    if (event.currentTarget === canvas && event.pointerType === "touch") return;
    map.setPointerCapture(event.pointerId);
    view.pointer = event.pointerId;
    knob.focus({ preventScroll: true, focusVisible: false });
    follow(event);
    event.preventDefault();
  };
  canvas.onpointerdown = knob.onpointerdown = down;
  canvas.onclick = (event) => {
    if (event.pointerType !== "touch") return;
    follow(event);
    comeToRest(view);
  };
  map.onpointermove = (event) => (event.pointerId === view.pointer ? follow(event) : showTip(view, event));
  map.onpointerleave = () => (view.tip.hidden = true);
  map.onlostpointercapture = (event) => event.pointerId === view.pointer && comeToRest(view);
  knob.onkeydown = (event) => onMapKey(view, event);
  knob.onblur = () => view.keyed && comeToRest(view);
}

function onMapKey(view, event) {
  const move = MOVES[event.key];
  if (!move || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const [left, right] = view.data.window;
  const far = ((right - left) / 2) * FINE * (event.shiftKey ? 5 : 1);
  view.keyed = true;
  clearTimeout(view.rest);
  view.rest = setTimeout(() => comeToRest(view), REST);
  moveStart(view, view.start[0] + move[0] * far, view.start[1] + move[1] * far);
}

function moveStart(view, x, y) {
  const [left, right, low, high] = view.data.window;
  const tidy = (value, from, to) => Number(Math.min(to, Math.max(from, value)).toPrecision(4));
  view.start = [tidy(x, left, right), tidy(y, low, high)];
  view.changed = view.dirty = true;
  view.tip.hidden = true;
  showKnob(view);
  flush(view);
}

// Places ----------------------------------------------------------------------------------------------------------------

function placeOf(view, event) {
  const box = view.canvas.getBoundingClientRect();
  const [left, right, low, high] = view.data.window;
  const [across, down] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  return [left + across * (right - left), high - down * (high - low)];
}

function pixelsOf({ data, size: [wide, tall] }, x, y) {
  const [left, right, low, high] = data.window;
  return [((x - left) / (right - left)) * wide, ((high - y) / (high - low)) * tall];
}

// Painting --------------------------------------------------------------------------------------------------------------

function drawMap(view) {
  const { canvas, data, raster } = view;
  view.size = [canvas.clientWidth, canvas.clientHeight]; // read once: asking the page costs more than drawing
  if (!raster || !view.size[0]) return;
  const ratio = Math.min(2, devicePixelRatio || 1);
  const size = view.size.map((pixels) => Math.round(pixels * ratio));
  if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
  const ctx = canvas.getContext("2d");
  const style = getComputedStyle(view.root);
  ctx.setTransform(1, 0, 0, 1, 0, 0);
  ctx.drawImage(background(view, ...size, style), 0, 0);
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  drawAxes(view, ctx, style);
  for (const [x, y] of data.minima) drawMinimum(ctx, ...pixelsOf(view, x, y), style);
  const order = data.contestants.map((_, place) => place).sort((a, b) => inFocus(view, a) - inFocus(view, b));
  for (const place of order) drawPath(view, ctx, place, style);
  for (const place of order) if (inFocus(view, place)) drawForces(view, ctx, place, style);
  for (const place of order) drawWalker(view, ctx, place, style);
  showKnob(view);
}

function drawAxes(view, ctx, style) {
  const [left, right, low, high] = view.data.window;
  const [wide, tall] = view.size;
  ctx.font = `12px ${style.fontFamily}`;
  ctx.textBaseline = "alphabetic";
  const put = (text, x, y, align) => {
    ctx.textAlign = align;
    ctx.lineWidth = 3;
    ctx.lineJoin = "round";
    ctx.strokeStyle = `color-mix(in srgb, ${style.getPropertyValue("--st-background-color")} 65%, transparent)`;
    ctx.strokeText(text, x, y);
    ctx.fillStyle = style.color;
    ctx.fillText(text, x, y);
  };
  for (const tick of ticks(left, right, false, wide / 80)) {
    const x = pixelsOf(view, tick, 0)[0];
    if (x > 34 && x < wide - 24) put(shown(tick), x, tall - 6, "center");
  }
  for (const tick of ticks(low, high, false, tall / 60)) {
    const y = pixelsOf(view, 0, tick)[1];
    if (y > 20 && y < tall - 20) put(shown(tick), 6, y + 4, "left");
  }
  put("x", wide - 12, tall - 6, "center");
  put("y", 6, 14, "left");
}

function drawMinimum(ctx, x, y, style) {
  ctx.beginPath();
  for (const [dx, dy] of [[6, 0], [0, 6]]) {
    ctx.moveTo(x - dx, y - dy);
    ctx.lineTo(x + dx, y + dy);
  }
  cased(ctx, style, style.color, 2);
}

function drawPath(view, ctx, place, style) {
  const { data, step } = view;
  const one = data.contestants[place];
  const { colour } = look(one.look, view.dark);
  const last = one.left ?? data.steps; // what comes after would only cross the picture from outside to outside
  const faded = inFocus(view, place) ? 1 : 0.22;
  const path = view.paths[place];
  // Canvas gives up on enormous numbers: far outside is far enough.
  const near = (value) => Math.min(1e5, Math.max(-1e5, value));
  const trace = (from, to) => {
    ctx.beginPath();
    for (let k = from; k <= to; k++) {
      const [px, py] = pixelsOf(view, path[COLUMNS * k], path[COLUMNS * k + 1]);
      k === from ? ctx.moveTo(near(px), near(py)) : ctx.lineTo(near(px), near(py));
    }
  };
  const now = Math.min(step, last);
  ctx.lineJoin = "round";
  ctx.globalAlpha = 0.3 * faded;
  trace(now, last); // what is to come
  ctx.lineWidth = 2;
  ctx.strokeStyle = colour;
  ctx.stroke();
  ctx.globalAlpha = faded;
  trace(0, now);
  cased(ctx, style, colour, 2.4);
  ctx.fillStyle = colour;
  for (let k = 0; k <= now && now <= 150; k++) {
    const [px, py] = pixelsOf(view, path[COLUMNS * k], path[COLUMNS * k + 1]);
    ctx.fillRect(px - 2, py - 2, 4, 4);
  }
  ctx.globalAlpha = 1;
}

function drawForces(view, ctx, place, style) {
  const one = view.data.contestants[place];
  const { x, y, gradient, momentum, square } = at(view, place, view.step);
  if (one.left !== null && view.step >= one.left) return;
  const from = pixelsOf(view, x, y);
  const { colour } = look(one.look, view.dark);
  const grown = square[0] + square[1];
  if (one.most_square > 0 && grown > 0) {
    const side = 34 * Math.sqrt(Math.min(2, grown / one.most_square)); // the square's area is in proportion
    ctx.fillStyle = colour;
    ctx.globalAlpha = 0.25;
    ctx.fillRect(from[0] - side / 2, from[1] - side / 2, side, side);
    ctx.globalAlpha = 1;
    ctx.lineWidth = 1;
    ctx.strokeStyle = colour;
    ctx.strokeRect(from[0] - side / 2, from[1] - side / 2, side, side);
  }
  if (one.most_momentum > 0) arrow(ctx, from, momentum, one.most_momentum, colour, 4, style);
  arrow(ctx, from, [-gradient[0], -gradient[1]], view.data.slope, style.color, 1.6, style);
}

function arrow(ctx, [x, y], [dx, dy], unit, colour, width, style) {
  // Lengths grow with the root: small ones stay visible, large ones in the picture.
  const size = Math.hypot(dx, dy);
  const length = Math.min(2 * ARROW, ARROW * Math.sqrt(size / unit));
  if (!(length > 3)) return;
  const [ux, uy] = [dx / size, -dy / size];
  const [tx, ty] = [x + ux * length, y + uy * length];
  const head = 4 + width;
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(tx, ty);
  for (const side of [-1, 1]) {
    ctx.moveTo(tx, ty);
    ctx.lineTo(tx - head * (ux + side * 0.6 * uy), ty - head * (uy - side * 0.6 * ux));
  }
  ctx.lineCap = "round";
  cased(ctx, style, colour, width);
}

function drawWalker(view, ctx, place, style) {
  const one = view.data.contestants[place];
  const { x, y } = at(view, place, Math.min(view.step, one.left ?? view.step));
  const [px, py] = pixelsOf(view, x, y);
  const [wide, tall] = view.size;
  const { colour, symbol } = look(one.look, view.dark);
  const outside = !(px >= 0 && px <= wide && py >= 0 && py <= tall);
  ctx.save();
  ctx.globalAlpha = inFocus(view, place) ? 1 : 0.3;
  if (outside) markExit(view, ctx, place, [px, py], colour, style);
  else {
    ctx.translate(px, py);
    ctx.scale(1.3, 1.3);
    const shape = new Path2D(symbol);
    ctx.lineWidth = 2;
    ctx.strokeStyle = style.getPropertyValue("--st-background-color");
    ctx.stroke(shape);
    ctx.fillStyle = colour;
    ctx.fill(shape);
  }
  ctx.restore();
}

function markExit(view, ctx, place, outside, colour, style) {
  // A cross where the path crosses the edge; one that never was inside is marked in its direction.
  const { left } = view.data.contestants[place];
  const last = left ? at(view, place, Math.min(view.step, left) - 1) : null;
  const middle = view.size.map((pixels) => pixels / 2);
  const inside = last ? pixelsOf(view, last.x, last.y) : middle;
  const to = outside.map((value) => (Number.isFinite(value) ? value : 1e6));
  const shares = to.map((value, k) => {
    const edge = value > inside[k] ? view.size[k] - 8 : 8;
    return Math.abs(value - inside[k]) < 1e-6 ? 1 : Math.max(0, (edge - inside[k]) / (value - inside[k]));
  });
  const share = Math.min(1, ...shares);
  const [ex, ey] = to.map((value, k) => inside[k] + (value - inside[k]) * share);
  ctx.beginPath();
  for (const side of [-1, 1]) {
    ctx.moveTo(ex - 6, ey - 6 * side);
    ctx.lineTo(ex + 6, ey + 6 * side);
  }
  ctx.lineCap = "round";
  cased(ctx, style, colour, 3.5);
}

function cased(ctx, style, colour, width) {
  // Twice, paper below ink: it has to be seen on any colour.
  ctx.lineWidth = width + 2.2;
  ctx.strokeStyle = `color-mix(in srgb, ${style.getPropertyValue("--st-background-color")} 75%, transparent)`;
  ctx.stroke();
  ctx.lineWidth = width;
  ctx.strokeStyle = colour;
  ctx.stroke();
}
