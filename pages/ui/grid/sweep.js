// Going through the cells of one mosaic: play, pause, step, speed. The position is the current cell, so it stays while
// the data change. Python joins this to grid.js.

const SPEEDS = [1, 2, 5, 10, 30, 60]; // cells a second
const CALM = 2; // cells a second at most, for those who asked for less motion
const ICONS = { previous: "M15 5v14l-9-7z M4 5h2v14H4z", play: "M7 4v16l13-8z", pause: "M6 4h4v16H6z M14 4h4v16h-4z" };
ICONS.next = "M9 5v14l9-7z M18 5h2v14h-2z";

function showSweep(grid) {
  const bar = grid.root.querySelector(".sweep");
  bar.hidden = grid.data.sweep === null || !grid.current;
  if (bar.hidden) return stop(grid);
  if (!bar.children.length) build(grid, bar);
  const { texts } = grid.data;
  for (const button of bar.querySelectorAll("button")) button.title = button.ariaLabel = texts[nameOf(grid, button)];
  const speed = bar.querySelector("input");
  grid.sweep.speed ??= startSpeed(grid);
  speed.value = SPEEDS.indexOf(grid.sweep.speed);
  showSpeed(grid, speed);
}

function build(grid, bar) {
  const button = (name) => `<button type="button" data-name="${name}"><svg viewBox="0 0 24 24"><path/></svg></button>`;
  bar.innerHTML = `${["previous", "play", "next"].map(button).join("")}
    <input type="range" min="0" max="${SPEEDS.length - 1}" step="1"><output class="speed"></output><output class="position"></output>`;
  for (const one of bar.querySelectorAll("button")) {
    one.querySelector("path").setAttribute("d", ICONS[one.dataset.name]);
    one.onclick = () => press(grid, one.dataset.name);
  }
  bar.querySelector("input").oninput = ({ target }) => {
    grid.sweep.speed = SPEEDS[Number(target.value)];
    showSpeed(grid, target);
  };
}

function nameOf(grid, { dataset }) {
  return dataset.name === "play" && grid.sweep.playing ? "pause" : dataset.name;
}

function startSpeed({ cards, data }) {
  // A sweep lasts about twenty seconds.
  const { count, width, height } = cards[data.sweep].mosaic;
  return SPEEDS.find((speed) => speed * 20 >= count * width * height) ?? SPEEDS.at(-1);
}

function showSpeed({ data, sweep }, input) {
  input.ariaLabel = input.title = fill(data.texts.speed, { n: sweep.speed });
  input.nextElementSibling.textContent = `${sweep.speed}/s`;
}

function showPosition(grid) {
  if (grid.data.sweep === null || !grid.current) return;
  const { mosaic } = grid.cards[grid.data.sweep];
  const here = grid.current.mosaic === grid.data.sweep ? numberOf(mosaic, grid.current) + 1 : 0;
  const values = { n: here, all: mosaic.count * mosaic.width * mosaic.height };
  grid.root.querySelector(".position").textContent = fill(grid.data.texts.position, values);
}

function press(grid, name) {
  const { sweep } = grid;
  if (name === "play" && !sweep.playing) return start(grid);
  stop(grid);
  if (name !== "play") step(grid, name === "next" ? 1 : -1);
}

function start(grid) {
  const { sweep } = grid;
  const { mosaic } = grid.cards[grid.data.sweep];
  // From the beginning, unless it was paused on the way.
  if (!sweep.reveals) grid.current = cellAt(grid.data.sweep, mosaic, 0);
  [sweep.playing, sweep.reveals, sweep.owed, sweep.last] = [true, true, 0, performance.now()];
  sweep.request = requestAnimationFrame((now) => play(grid, now));
  showPlaying(grid);
  step(grid, 0);
}

function stop(grid) {
  const { sweep } = grid;
  if (!sweep.playing) return;
  sweep.playing = false;
  cancelAnimationFrame(sweep.request);
  showPlaying(grid);
}

function showPlaying(grid) {
  const button = grid.root.querySelector('.sweep [data-name="play"]');
  button.title = button.ariaLabel = grid.data.texts[nameOf(grid, button)];
  button.querySelector("path").setAttribute("d", ICONS[nameOf(grid, button)]);
}

function play(grid, now) {
  const { sweep } = grid;
  if (!grid.root.isConnected) return stop(grid);
  const speed = matchMedia("(prefers-reduced-motion: reduce)").matches ? Math.min(CALM, sweep.speed) : sweep.speed;
  // A frame's time may lie before the click that asked for it.
  sweep.owed += (Math.min(Math.max(now - sweep.last, 0), 1000) * speed) / 1000;
  sweep.last = now;
  const due = Math.floor(sweep.owed);
  sweep.owed -= due;
  sweep.request = requestAnimationFrame((later) => play(grid, later));
  if (due) step(grid, due);
}

function step(grid, by) {
  const { sweep, data } = grid;
  const { mosaic } = grid.cards[data.sweep];
  const all = mosaic.count * mosaic.width * mosaic.height;
  const here = grid.current.mosaic === data.sweep ? numberOf(mosaic, grid.current) : 0;
  // By hand it goes round; played, it ends with the last cell.
  const next = sweep.playing ? Math.min(here + by, all - 1) : (here + by + all) % all;
  if (sweep.playing && next === all - 1) {
    stop(grid);
    sweep.reveals = false;
  }
  grid.current = cellAt(data.sweep, mosaic, next);
  grid.active = null;
  showTip(grid);
  refresh(grid);
}

function hideUnswept(ctx, grid, card, style) {
  // While it plays, the cells to come are veiled: the map grows under the moving window.
  const { sweep, current, data } = grid;
  if (!sweep.reveals || data.sweep !== card.index || current?.mosaic !== card.index) return;
  const { mosaic } = card;
  ctx.fillStyle = `color-mix(in srgb, ${style.getPropertyValue("--st-background-color")} 88%, transparent)`;
  for (let map = current.map; map < mosaic.count; map++) {
    const [x, y] = corner(card, map);
    const { cell, width, height } = mosaic;
    const [row, column] = map === current.map ? [current.row, current.column + 1] : [0, 0];
    ctx.fillRect(x + column * cell, y + row * cell, (width - column) * cell, cell);
    ctx.fillRect(x, y + (row + 1) * cell, width * cell, (height - row - 1) * cell);
  }
}
