// Tells the browser which language the page speaks, and keeps the tokens of its runs for as long as the tab lives.
const PREFIX = "cnn-playground-";

export default function ({ data, setStateValue }) {
  document.documentElement.lang = data.language;
  for (const [name, token] of Object.entries(data.tokens)) {
    sessionStorage.setItem(PREFIX + name, token);
  }
  const kept = {};
  for (let place = 0; place < sessionStorage.length; place++) {
    const key = sessionStorage.key(place);
    const name = key.slice(PREFIX.length);
    if (key.startsWith(PREFIX) && !(name in data.tokens)) {
      kept[name] = sessionStorage.getItem(key);
    }
  }
  if (Object.keys(kept).length) {
    setStateValue("tokens", kept);
  }
}
