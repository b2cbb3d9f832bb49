// Whether the reader is on the way to another page. Of the requests that wait while the server is busy Streamlit answers
// the latest one, with the page that it came from: what plays by itself, and would go on telling Python, would call the
// reader back, or leave the next page empty. Python joins this file to the components that play.

const AWAY = 30_000; // ms after which the way led nowhere
let left = -Infinity; // when a link to another page was last followed

document.addEventListener("click", (event) => {
  const link = event.composedPath().find((one) => one instanceof HTMLAnchorElement && one.href);
  const elsewhere = event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!link || elsewhere || link.origin !== location.origin || link.pathname === location.pathname) return;
  left = performance.now();
}, true);

// What was put up after the link was followed belongs to the next page, and speaks.
function isLeaving({ born }) {
  return born <= left && performance.now() - left < AWAY;
}
