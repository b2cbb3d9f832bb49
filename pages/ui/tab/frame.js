// What Streamlit draws around and between our parts, made fit for everyone: its own words in the language of the page,
// and Tab stops where there is something to do, and only there. Python joins this file to tab.js.

// Where Streamlit writes words of its own; elsewhere on the page they are ours, and stay as they are.
const ITS_OWN = ["stFileUploader", "stMainMenuList", "stSelectboxVirtualDropdown", "InputInstructions", "stStatusWidget"]
  .map((name) => `[data-testid="${name}"]`)
  .join();
const SPOKEN = ["aria-label", "title", "placeholder"];
const WIDE = ".katex-display, .scrolls, [data-testid=stMarkdownContainer]:has(> table)"; // what scrolls sideways where it is too wide
const SMALLEST = 0.72; // of its size that a formula shrinks to
const SOON = 100; // ms: many changes are looked through at once

function attend({ words, patterns, scrolls }) {
  const known = { words, patterns: patterns.map(([from, to]) => [new RegExp(from, "u"), to]) };
  let timer = null;
  const look = () => {
    timer = null;
    for (const element of document.querySelectorAll(`[${SPOKEN.join("],[")}]`)) translate(element, known);
    for (const place of document.querySelectorAll(ITS_OWN)) translateTexts(place, known);
    document.querySelectorAll(".katex-display").forEach(fit);
    for (const one of document.querySelectorAll(WIDE)) makeReachable(one, scrolls);
    const main = document.querySelector("[data-testid=stMain]");
    if (main) main.tabIndex = -1; // nothing is done there, and whatever is in it can be reached by itself
  };
  const soon = () => (timer ??= setTimeout(look, SOON));
  const watcher = new MutationObserver(soon);
  watcher.observe(document.body, { subtree: true, childList: true, characterData: true, attributeFilter: SPOKEN });
  addEventListener("resize", soon);
  document.fonts.addEventListener("loadingdone", soon); // other letters, other widths
  look();
  return () => {
    clearTimeout(timer);
    watcher.disconnect();
    removeEventListener("resize", soon);
    document.fonts.removeEventListener("loadingdone", soon);
  };
}

function translate(element, known) {
  for (const name of SPOKEN) {
    const said = element.getAttribute(name);
    const word = said && inOurLanguage(said, known);
    if (word) element.setAttribute(name, word);
  }
}

function translateTexts(place, known) {
  // In place: Streamlit holds on to its text nodes, and writes a new value into them when it has one.
  const texts = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const word = inOurLanguage(texts.currentNode.nodeValue, known);
    if (word) texts.currentNode.nodeValue = word;
  }
}

function inOurLanguage(said, { words, patterns }) {
  if (words[said]) return words[said];
  for (const [pattern, to] of patterns) {
    const found = pattern.exec(said);
    if (found) return to.replace(/\{(\w+)\}/g, (_, name) => found.groups[name]);
  }
  return null;
}

// What is wide ----------------------------------------------------------------------------------------------------------

const FITTED = new WeakMap(); // formula -> what it was made to fit: its width and its text

function fit(formula) {
  // A formula that is a little too wide is written smaller; one that would become too small scrolls.
  const made = `${formula.clientWidth} ${formula.textContent}`;
  if (!isWide(formula) && FITTED.get(formula) === made) return;
  FITTED.set(formula, made);
  formula.style.fontSize = "";
  const share = formula.clientWidth / formula.scrollWidth;
  for (const less of [0, 0.02, 0.04]) // letters are whole pixels wide: what is computed may be a little too much
    if (isWide(formula) && share - less >= SMALLEST) formula.style.fontSize = `${100 * (share - less)}%`;
  if (isWide(formula)) formula.style.fontSize = "";
}

function isWide({ scrollWidth, clientWidth }) {
  return scrollWidth > clientWidth;
}

function makeReachable(element, label) {
  // By keyboard, too, but only while there is something out of sight; and it shows where it goes on.
  if (isWide(element)) {
    if (element.dataset.goesOn === undefined) {
      element.tabIndex = 0;
      element.setAttribute("role", "group");
      element.setAttribute("aria-label", label);
    }
    element.onscroll = () => markEnds(element);
  } else if (element.dataset.goesOn !== undefined) {
    for (const name of ["tabindex", "role", "aria-label", "data-goes-on"]) element.removeAttribute(name);
    return;
  } else return;
  markEnds(element);
}

function markEnds(element) {
  const { scrollLeft, clientWidth, scrollWidth } = element;
  const ends = [scrollLeft > 2 && "left", scrollLeft + clientWidth < scrollWidth - 2 && "right"];
  element.dataset.goesOn = ends.filter(Boolean).join(" ");
}
