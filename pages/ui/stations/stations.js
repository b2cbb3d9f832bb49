// The way there and back through a network: a row of stops forward, a row of stops back, one of them the present one.
// A step shows at once and is told to Python, whose answer draws what belongs to the stop. While answers are under way
// (an arrow key is held down) the browser's own place counts, so that it never jumps back.

const WAYS = new WeakMap();
const PACE = 1600; // milliseconds at each stop while playing
const KEYS = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };

export default function ({ parentElement, data, setStateValue }) {
  let way = WAYS.get(parentElement);
  if (!way || !way.root.isConnected) {
    clearInterval(way?.timer);
    way = newWay(parentElement.querySelector(".way"));
    WAYS.set(parentElement, way);
  }
  way.data = data;
  way.tell = (at) => isLeaving(way) || setStateValue("went", { at, count: ++way.moves });
  if (data.move >= way.moves || !data.stops[way.at]) {
    way.moves = data.move;
    way.at = data.at;
  }
  build(way);
  show(way);
  // No cleaning up: Streamlit asks for it also where the elements stay and the next call follows, which would take
  // the focus from the strip. What is really gone notices itself (play) or is forgotten with its element (WAYS).
}

function newWay(root) {
  const way = { root, strip: root.querySelector(".strip"), buttons: [], at: 0, moves: 0, timer: null, built: "" };
  way.born = performance.now();
  const part = (name) => root.querySelector(`.${name}`);
  way.strip.onscroll = () => fade(way);
  new ResizeObserver(() => fade(way)).observe(way.strip);
  [way.previous, way.play, way.next, way.position] = ["previous", "play", "next", "position"].map(part);
  way.previous.onclick = () => go(way, way.at - 1);
  way.next.onclick = () => go(way, way.at + 1);
  way.play.onclick = () => play(way, !way.timer);
  root.onkeydown = (event) => {
    if (!(event.key in KEYS) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    go(way, way.at + KEYS[event.key]);
    if (way.strip.contains(root.getRootNode().activeElement)) way.buttons[way.at].focus({ preventScroll: true });
  };
  return way;
}

function go(way, at, playing = false) {
  at = Math.max(0, Math.min(way.data.stops.length - 1, at));
  if (!playing) play(way, false);
  if (at === way.at) return;
  way.at = at;
  show(way);
  way.tell(at);
}

function play(way, on) {
  clearInterval(way.timer);
  way.timer = null;
  const last = () => way.at >= way.data.stops.length - 1;
  if (on) {
    go(way, last() ? 0 : way.at + 1, true);
    way.timer = setInterval(() => {
      if (!way.root.isConnected) return play(way, false);
      if (way.data.move < way.moves) return; // Python is not there yet
      go(way, way.at + 1, true);
      if (last()) play(way, false);
    }, PACE);
  }
  show(way);
}

function build(way) {
  // The stops change only with the network: pictures change in place.
  const { stops, names, columns } = way.data;
  const shape = JSON.stringify([names, stops.map(({ act, label }) => [act, label])]);
  if (shape !== way.built) {
    way.built = shape;
    way.strip.style.setProperty("--columns", columns);
    way.buttons = stops.map((stop, i) => newStop(way, stop, i));
    const spine = names.map(({ text, kind }, i) => {
      const name = element("span", text, "name");
      name.style.gridColumn = i + 1;
      name.style.setProperty("--kind", `var(--${kind})`);
      return name;
    });
    way.strip.replaceChildren(...spine, ...way.buttons);
  }
  stops.forEach(({ picture, sign }, i) => {
    const [image, written] = ["img", "b"].map((tag) => way.buttons[i].querySelector(tag));
    if (image && image.src !== picture) image.src = picture;
    if (written) written.textContent = sign;
  });
  way.root.setAttribute("aria-label", way.data.texts.label);
  for (const name of ["previous", "next"]) way[name].setAttribute("aria-label", way.data.texts[name]);
}

function newStop(way, stop, i) {
  const button = element("button", "", `stop ${stop.act}`);
  button.type = "button";
  button.style.gridColumn = stop.column + 1;
  // Where something is written, that is its name, too: who speaks to the page says what they see.
  if (stop.picture) {
    button.append(Object.assign(document.createElement("img"), { alt: "" }));
    button.setAttribute("aria-label", stop.label);
  } else button.append(element("b", stop.sign), " ", element("small", stop.short));
  button.title = stop.label;
  button.onclick = () => go(way, i);
  return button;
}

function show(way) {
  const { at, buttons, data, strip } = way;
  buttons.forEach((button, i) => {
    button.classList.toggle("reached", i <= at);
    button.tabIndex = i === at ? 0 : -1;
    if (i === at) button.setAttribute("aria-current", "step");
    else button.removeAttribute("aria-current");
  });
  way.previous.disabled = at === 0;
  way.next.disabled = at === buttons.length - 1;
  way.play.textContent = way.timer ? `❚❚ ${data.texts.pause}` : `▶ ${data.texts.play}`;
  way.position.textContent = `${at + 1} / ${buttons.length} · ${data.stops[at].label}`;
  const { offsetLeft, offsetWidth } = buttons[at];
  strip.scrollTo({ left: offsetLeft - (strip.clientWidth - offsetWidth) / 2 });
}

function fade({ strip }) {
  // The strip fades where it goes on.
  const { scrollLeft, clientWidth, scrollWidth } = strip;
  strip.classList.toggle("before", scrollLeft > 4);
  strip.classList.toggle("after", scrollLeft + clientWidth < scrollWidth - 4);
}

function element(tag, text, className = "") {
  return Object.assign(document.createElement(tag), { textContent: text, className });
}
