// Tells the browser which language the page speaks, keeps for as long as the tab lives what the server would forget with
// a refresh (the tokens of its runs, what each page was set to), and sees to it that Back goes back.
const PREFIX = "cnn-playground-";

export default function ({ data, setStateValue }) {
  document.documentElement.lang = data.language;
  watchHistory();
  const forgotten = {};
  for (const [drawer, said] of Object.entries(data.kept)) {
    const kept = exchange(`${PREFIX}${drawer}-`, said);
    if (Object.keys(kept).length) {
      forgotten[drawer] = kept;
    }
  }
  if (Object.keys(forgotten).length) {
    setStateValue("kept", forgotten);
  }
  return attend(data.frame);
}

/** Keep what the server says under each name; what the tab remembers under other names. */
function exchange(prefix, said) {
  for (const [name, text] of Object.entries(said)) {
    sessionStorage.setItem(prefix + name, text);
  }
  const kept = {};
  for (let place = 0; place < sessionStorage.length; place++) {
    const key = sessionStorage.key(place);
    const name = key.slice(prefix.length);
    if (key.startsWith(prefix) && !(name in said)) {
      kept[name] = sessionStorage.getItem(key);
    }
  }
  return kept;
}

/**
 * One press of Back is one page. Streamlit gives every change of the query an entry of its own in the browser's history,
 * also where a page only gets back the query it had; so Back would lead to the same page again, and for ever. A change
 * on the page therefore takes the place of the entry it is on. Only what the reader followed like a link, a suggestion,
 * is a step that Back takes back.
 *
 * On a slow machine the query of the next page comes while the path is still that of the one before, whose entry it
 * must not keep.
 */
function watchHistory() {
  if (window.cnnPlaygroundHistory) {
    return;
  }
  window.cnnPlaygroundHistory = true;
  let followed = false; // whether the reader's last click was on a suggestion
  let replaced = null; // the address whose place another query has taken since that click
  document.addEventListener("click", ({ target }) => {
    followed = Boolean(target.closest?.(".st-key-try_this button"));
    replaced = null;
  }, true);
  const push = history.pushState.bind(history);
  history.pushState = (state, unused, url) => {
    const to = new URL(url ?? "", location.href);
    if (to.pathname === location.pathname && !followed) {
      replaced ??= location.href;
      history.replaceState(state, unused, url);
    } else {
      if (replaced && to.pathname !== location.pathname && to.search === location.search) {
        history.replaceState(history.state, unused, replaced);
      }
      push(state, unused, url);
      replaced = null;
    }
    followed = false;
  };
}
