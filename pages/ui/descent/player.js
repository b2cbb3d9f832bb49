// Going through the steps: play, pause, one by one, speed, and a rail to scrub along. And where the pointer is, in words.

const SPEEDS = [2, 5, 10, 20, 40, 80]; // steps a second
const CALM = 4; // steps a second at most, for those who asked for less motion
const ICONS = {
  first: "M5 5h2v14H5z M20 5v14l-11-7z",
  previous: "M15 5v14l-9-7z M4 5h2v14H4z",
  play: "M7 4v16l13-8z",
  pause: "M6 4h4v16H6z M14 4h4v16h-4z",
  next: "M9 5v14l9-7z M18 5h2v14h-2z",
};

function newPlayer() {
  return { playing: false, speed: 20, owed: 0, last: 0, request: 0 };
}

function buildTransport(view) {
  const bar = view.root.querySelector(".transport");
  const button = (name) => `<button type="button" data-name="${name}"><svg viewBox="0 0 24 24"><path/></svg></button>`;
  bar.innerHTML = `${["first", "previous", "play", "next"].map(button).join("")}
    <input class="scrub" type="range" min="0" step="1"><output class="position"></output>
    <input class="speed" type="range" min="0" max="${SPEEDS.length - 1}" step="1"><output class="rate"></output>`;
  for (const one of bar.querySelectorAll("button")) one.onclick = () => press(view, one.dataset.name);
  bar.querySelector(".scrub").oninput = ({ target }) => {
    stop(view);
    goTo(view, Number(target.value));
  };
  bar.querySelector(".speed").oninput = ({ target }) => {
    view.player.speed = SPEEDS[Number(target.value)];
    showTransport(view);
  };
}

function showTransport(view) {
  const { root, data, player, step } = view;
  const { texts } = data;
  for (const one of root.querySelectorAll(".transport button")) {
    const name = one.dataset.name === "play" && player.playing ? "pause" : one.dataset.name;
    one.title = one.ariaLabel = texts[name];
    one.querySelector("path").setAttribute("d", ICONS[name]);
  }
  const [scrub, speed] = [root.querySelector(".scrub"), root.querySelector(".speed")];
  scrub.max = data.steps;
  scrub.value = step;
  scrub.ariaLabel = texts.scrub;
  speed.value = SPEEDS.indexOf(player.speed);
  speed.ariaLabel = speed.title = fill(texts.speed, { n: player.speed });
  root.querySelector(".position").textContent = fill(texts.position, { step, steps: data.steps });
  root.querySelector(".rate").textContent = `${player.speed}/s`;
}

function press(view, name) {
  const { player, step } = view;
  if (name === "play" && !player.playing) return start(view);
  stop(view);
  if (name !== "play") goTo(view, { first: 0, previous: step - 1, next: step + 1 }[name]);
}

function goTo(view, step) {
  // Python is told where it came to rest: formula and words follow then.
  view.step = Math.min(view.data.steps, Math.max(0, step));
  view.changed = view.keyed = true;
  clearTimeout(view.rest);
  view.rest = setTimeout(() => comeToRest(view), REST);
  draw(view);
}

function start(view) {
  const { player, data } = view;
  if (view.step >= data.steps) view.step = 0;
  Object.assign(player, { playing: true, owed: 0, last: performance.now() });
  player.request = requestAnimationFrame((now) => play(view, now));
  draw(view);
}

function playByItself(view) {
  // Who asked for less motion sees at once where it ends.
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return goTo(view, view.data.steps);
  cancelAnimationFrame(view.player.request);
  view.step = 0;
  start(view);
}

function stop(view) {
  const { player } = view;
  cancelAnimationFrame(player.request);
  if (!player.playing) return;
  player.playing = false;
  view.changed = true;
  showTransport(view);
  comeToRest(view);
}

function play(view, now) {
  const { player, data } = view;
  if (!view.root.isConnected) return;
  const speed = matchMedia("(prefers-reduced-motion: reduce)").matches ? Math.min(CALM, player.speed) : player.speed;
  // A frame's time may lie before the click that asked for it.
  player.owed += (Math.min(Math.max(now - player.last, 0), 1000) * speed) / 1000;
  player.last = now;
  const due = Math.floor(player.owed);
  player.owed -= due;
  if (due) {
    view.step = Math.min(data.steps, view.step + due);
    if (view.step >= data.steps) stop(view);
    draw(view);
  }
  if (player.playing) player.request = requestAnimationFrame((later) => play(view, later));
}

// Pointing --------------------------------------------------------------------------------------------------------------

function showKnob(view) {
  const { knob, data, size, start: [x, y] } = view;
  const [px, py] = pixelsOf(view, x, y);
  knob.style.left = `${Math.min(size[0], Math.max(0, px))}px`;
  knob.style.top = `${Math.min(size[1], Math.max(0, py))}px`;
  knob.setAttribute("aria-label", data.texts.start);
  knob.setAttribute("aria-valuenow", x);
  knob.setAttribute("aria-valuetext", `x = ${shown(x)}, y = ${shown(y)}`);
  knob.title = data.texts.start;
}

function showTip(view, event) {
  if (view.pointer !== null || !view.raster || event.pointerType === "touch") return;
  const box = view.canvas.getBoundingClientRect();
  const [px, py] = [event.clientX - box.left, event.clientY - box.top];
  if (px < 0 || py < 0 || px > box.width || py > box.height) return void (view.tip.hidden = true);
  const found = stepNear(view, px, py);
  const [x, y] = found ? [found.x, found.y] : placeOf(view, event);
  const loss = found ? found.loss : heightAt(view, x, y);
  const where = `x = ${shown(Number(x.toPrecision(3)))}, y = ${shown(Number(y.toPrecision(3)))}`;
  const head = found ? fill(view.data.texts.here, { name: found.label, step: found.step }) : "";
  view.tip.textContent = [head, where, `${view.data.texts.loss} = ${shown(Number(loss.toPrecision(3)))}`].filter(Boolean).join("\n");
  view.tip.hidden = false;
  const root = view.root.getBoundingClientRect();
  const left = Math.min(root.width - view.tip.offsetWidth - 4, event.clientX - root.left + 14);
  view.tip.style.left = `${Math.max(4, left)}px`;
  view.tip.style.top = `${event.clientY - root.top + 18}px`;
}

function stepNear(view, px, py) {
  let best = null;
  let nearest = NEAR;
  view.data.contestants.forEach((one, place) => {
    if (!inFocus(view, place)) return;
    for (let step = 0; step <= (one.lost ?? view.data.steps); step++) {
      const [x, y] = pixelsOf(view, ...view.paths[place].subarray(COLUMNS * step, COLUMNS * step + 2));
      const distance = Math.hypot(x - px, y - py);
      if (distance < nearest) [nearest, best] = [distance, { ...at(view, place, step), step, label: one.label }];
    }
  });
  return best;
}
