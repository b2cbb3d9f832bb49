// Where Tab stops, for test_house.py: see everyone.py. Called after each press of the key.

const PRIMARY = ["rgb(11, 92, 173)", "rgb(86, 180, 233)"]; // of the two themes
const OTHERS = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';

function whereTabStopped() {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  if (!element || element === document.body) return null;
  const box = element.getBoundingClientRect();
  const name = nameOf(element);
  return {
    what: `${element.localName}.${[...element.classList].slice(0, 2).join(".")} “${name.slice(0, 60)}”`,
    named: Boolean(name),
    idle: element.querySelector(OTHERS) !== null, // nothing is done here, only inside
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && isLit(element),
  };
}

function nameOf(element) {
  const by = (element.getAttribute("aria-labelledby") ?? "").split(/\s+/).filter(Boolean);
  const root = element.getRootNode();
  return [
    element.getAttribute("aria-label"),
    ...by.map((id) => root.getElementById(id)?.textContent),
    ...[...(element.labels ?? [])].map((label) => label.textContent),
    element.localName === "input" || element.localName === "textarea" ? "" : element.textContent,
    ...[...element.querySelectorAll("img")].map((image) => image.alt),
    element.title,
  ]
    .map((text) => (text ?? "").trim())
    .find(Boolean) ?? "";
}

function isLit(element) {
  // A ring on the element, on what it draws, or close around it; or the edge of a field in the theme's colour.
  const around = [element, 1, 2, 3].map((up, n) => (n ? ancestor(element, up) : element)).filter(Boolean);
  return around.some((one) => ["", "::before", "::after"].some((part) => hasRing(one, part)) || hasEdge(one));
}

function ancestor(element, up) {
  return up ? ancestor(element?.parentElement, up - 1) : element;
}

function hasRing(one, part) {
  const style = getComputedStyle(one, part);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}

function hasEdge(one) {
  const { borderTopColor, borderTopWidth, boxShadow } = getComputedStyle(one);
  return parseFloat(borderTopWidth) > 0 && PRIMARY.some((colour) => borderTopColor === colour || boxShadow.includes(colour));
}
