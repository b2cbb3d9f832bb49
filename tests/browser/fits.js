// What does not fit the screen, for test_house.py: see everyone.py.

function whatDoesNotFit() {
  const found = [];
  for (const element of allBelow(document.querySelector("[data-testid=stMain]"))) {
    const box = element.getBoundingClientRect();
    if (box.width < 2 || box.height < 2 || !isSeen(element)) continue;
    const name = `${element.localName}.${[...element.classList].slice(0, 2).join(".")} “${words(element)}”`;
    if ((box.right > innerWidth + 1 || box.left < -1) && !within(element, scrolls) && !within(element, clips))
      found.push(`beyond the screen: ${name} ${Math.round(box.left)} … ${Math.round(box.right)}`);
    if (isTiny(element)) found.push(`too small to read: ${name} ${getComputedStyle(element).fontSize}`);
    if (isCut(element)) found.push(`cut off: ${name}`);
    if (scrolls(element) && element.scrollWidth > element.clientWidth + 1 && !hasSign(element))
      found.push(`scrolls without a sign: ${name}`);
  }
  return found;
}

async function inTheEnd(check) {
  // The page notices by itself what is too wide, but after it was drawn.
  for (let patience = 20; patience && check().length; patience--) await new Promise((go) => setTimeout(go, 100));
  return check();
}

function calledBy(words) {
  const names = ["aria-label", "title", "placeholder"];
  const called = [...document.querySelectorAll(`[${names.join("],[")}]`)].flatMap((one) => names.map((name) => one.getAttribute(name)));
  return words.filter((word) => called.includes(word));
}

function* allBelow(root) {
  for (const element of root.children) {
    yield element;
    yield* allBelow(element);
    if (element.shadowRoot) yield* allBelow(element.shadowRoot);
  }
}

function parent(element) {
  return element.parentElement ?? element.getRootNode().host ?? null;
}

function within(element, is) {
  for (let one = parent(element); one && one.dataset?.testid !== "stMain"; one = parent(one)) if (is(one)) return true;
  return false;
}

function scrolls(element) {
  return /auto|scroll/.test(getComputedStyle(element).overflowX);
}

function clips(element) {
  // A drawing keeps its lines within its frame.
  return element.localName === "svg" || element.localName === "canvas";
}

function isSeen(element) {
  if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
  return !within(element, hides) && !hides(element);
}

function hides(element) {
  // What is for those who listen: one pixel, or clipped away.
  const style = getComputedStyle(element);
  return style.clipPath === "inset(50%)" || /rect\(1px|rect\(0px/.test(style.clip) || element.clientWidth === 1;
}

function isCut(element) {
  // Text that ends in an ellipsis or at an edge. Streamlit's menus cut what is chosen, and open on a click.
  const style = getComputedStyle(element);
  if (!/hidden|clip/.test(style.overflowX) || element.localName === "input" || clips(element)) return false;
  if (element.closest("[data-baseweb=select], [data-testid=stPlotlyChart], [data-testid=stECharts]")) return false;
  const ownText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.nodeValue.trim());
  return ownText && element.scrollWidth > element.clientWidth + 1;
}

function isTiny(element) {
  // The indices of a formula are smaller than the formula.
  if (element.parentElement?.closest(".katex") || within(element, clips)) return false;
  return words(element) !== "" && parseFloat(getComputedStyle(element).fontSize) < 11;
}

function hasSign(element) {
  // A shadow or a fade at the edge: painted by the element itself or by the one around it.
  const painted = [element, parent(element)].flatMap((one) => [getComputedStyle(one), getComputedStyle(one, "::after")]);
  return painted.some(({ backgroundImage, maskImage }) => /gradient/.test(backgroundImage + maskImage));
}

function words(element) {
  return (element.textContent ?? "").trim().replace(/\s+/g, " ").slice(0, 40);
}
