// The losses over the steps, on a logarithmic axis, with a marker at the step that is looked at.

const EDGE = { left: 40, right: 10, top: 8, bottom: 20 };

function attachLosses(view) {
  const { losses } = view;
  const follow = (event) => {
    const box = losses.getBoundingClientRect();
    const share = (event.clientX - box.left - EDGE.left) / (box.width - EDGE.left - EDGE.right);
    stop(view);
    goTo(view, Math.round(share * view.data.steps));
  };
  losses.onpointerdown = (event) => {
    losses.setPointerCapture(event.pointerId);
    follow(event);
  };
  losses.onpointermove = (event) => losses.hasPointerCapture(event.pointerId) && follow(event);
}

function drawLosses(view) {
  const { losses, data, root } = view;
  if (!losses.clientWidth) return;
  const ratio = Math.min(2, devicePixelRatio || 1);
  const [wide, high] = [losses.clientWidth, losses.clientHeight];
  const size = [Math.round(wide * ratio), Math.round(high * ratio)];
  if (losses.width !== size[0] || losses.height !== size[1]) [losses.width, losses.height] = size;
  const ctx = losses.getContext("2d");
  const style = getComputedStyle(root);
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, wide, high);
  const [low, top] = data.losses;
  const floor = high - EDGE.bottom;
  const x = (step) => EDGE.left + (step / data.steps) * (wide - EDGE.left - EDGE.right);
  const y = (loss) => {
    const share = loss > 0 ? Math.log(loss / low) / Math.log(top / low) : -0.2;
    return floor - Math.min(1.3, Math.max(-0.2, Number.isNaN(share) ? 1.3 : share)) * (floor - EDGE.top);
  };
  drawLossAxes(view, ctx, style, { x, y, wide, high, floor });
  ctx.save();
  ctx.beginPath();
  ctx.rect(EDGE.left, EDGE.top - 4, wide - EDGE.left - EDGE.right, floor - EDGE.top + 8);
  ctx.clip();
  data.contestants.forEach((_, place) => drawLoss(view, ctx, place, x, y));
  ctx.restore();
  ctx.strokeStyle = style.color;
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  ctx.moveTo(x(view.step), EDGE.top - 4);
  ctx.lineTo(x(view.step), floor);
  ctx.stroke();
  data.contestants.forEach((_, place) => drawLossPoint(view, ctx, place, x, y, style));
}

function drawLossAxes({ data }, ctx, style, { x, y, wide, high, floor }) {
  ctx.font = `12px ${style.fontFamily}`;
  ctx.fillStyle = style.getPropertyValue("--soft");
  ctx.strokeStyle = style.getPropertyValue("--faint");
  ctx.lineWidth = 1;
  const line = (x1, y1, x2, y2) => {
    ctx.beginPath();
    ctx.moveTo(x1, y1);
    ctx.lineTo(x2, y2);
    ctx.stroke();
  };
  ctx.textAlign = "right";
  for (const tick of ticks(...data.losses, true, (floor - EDGE.top) / 26)) {
    line(EDGE.left, y(tick), wide - EDGE.right, y(tick));
    ctx.fillText(power(tick), EDGE.left - 5, y(tick) + 4);
  }
  for (const tick of ticks(0, data.steps, false, wide / 90)) {
    ctx.textAlign = tick ? "center" : "left";
    ctx.fillText(tick ? shown(tick) : `0 ${data.texts.steps}`, x(tick), high - 5);
  }
}

function drawLoss(view, ctx, place, x, y) {
  const { data } = view;
  const one = data.contestants[place];
  const { colour, dash } = look(one.look, view.dark);
  const last = one.lost ?? data.steps;
  const now = Math.min(last, view.step);
  const trace = (from, to, alpha) => {
    ctx.globalAlpha = alpha * (inFocus(view, place) ? 1 : 0.25);
    ctx.beginPath();
    for (let step = from; step <= to; step++) {
      const point = [x(step), y(view.paths[place][COLUMNS * step + 2] - data.least)];
      step === from ? ctx.moveTo(...point) : ctx.lineTo(...point);
    }
    ctx.stroke();
  };
  ctx.strokeStyle = colour;
  ctx.lineWidth = 2.2;
  ctx.lineJoin = "round";
  ctx.setLineDash(dash ? dash.split(" ").map(Number) : []);
  trace(0, now, 1);
  trace(now, last, 0.35);
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
}

function drawLossPoint(view, ctx, place, x, y, style) {
  const { data } = view;
  const one = data.contestants[place];
  const { colour, symbol } = look(one.look, view.dark);
  const step = Math.min(view.step, one.lost ?? data.steps);
  const loss = view.paths[place][COLUMNS * step + 2] - data.least;
  const gone = one.lost !== null && view.step >= one.lost;
  const py = Math.max(EDGE.top, Math.min(view.losses.clientHeight - EDGE.bottom, y(loss)));
  ctx.save();
  ctx.globalAlpha = inFocus(view, place) ? 1 : 0.25;
  ctx.translate(x(step), py);
  ctx.strokeStyle = style.getPropertyValue("--st-background-color");
  ctx.lineWidth = 1.5;
  const shape = new Path2D(gone ? "M-5 -5L5 5M-5 5L5 -5" : symbol);
  ctx.stroke(shape);
  [ctx.fillStyle, ctx.strokeStyle, ctx.lineWidth] = [colour, colour, 3];
  gone ? ctx.stroke(shape) : ctx.fill(shape);
  ctx.restore();
}
