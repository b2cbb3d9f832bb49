"""How fast the pages answer, in a real Chromium: ``make benchmark-browser`` (``python -m tests.browser.latency``).

Latencies, each as median, 95th percentile and maximum over many repetitions:

- from the pen's going up to the prediction's last visible change in the DOM: at rest, while a run that was started in
  the same tab trains on, and while another window shows such a run as it trains;
- from a click to the page's answer to it while a run is training, and while eight race;
- from the move of a handle, or a change of any other control, to the picture that follows it;
- from pointing at a cell to its explanation, which the browser gives by itself.

Nothing is asserted: a busy machine would make a test fail for no fault of the code.
"""

import argparse
import os
import statistics
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ElementHandle, FloatRect, Page, expect, sync_playwright

from tests.browser.chromium import find
from tests.browser.server import serving

_TRAINING = "/train?v=1&epochs=1000"  # longer than any measurement takes
_RACING = "/optimizers?part=network&updates=3000&racers=sgd~momentum~nesterov~adagrad~rmsprop~adam~adamw~sgd(0.02)"
_QUIET = 700  # ms after pen-up in which the prediction has certainly come
# The strokes differ, so that each gives another prediction and so a change to see.
_STROKES = [[(0.2 + 0.05 * k, 0.2), (0.8, 0.2 + 0.04 * k), (0.4 + 0.03 * k, 0.9)] for k in range(6)]

# The page sends the drawing once more when it is at rest, which draws the same prediction again: only what a reader
# can see to have changed counts.
_WATCH_PEN = """() => {
  const seen = () => document.querySelector(".st-key-prediction [data-testid=stHtml]")?.innerHTML;
  window.pen = { up: 0, shown: 0 };
  let before = seen();
  document.addEventListener("pointerup", () => { window.pen = { up: performance.now(), shown: 0 }; }, true);
  new MutationObserver(() => {
    const now = seen();
    if (now !== before) window.pen.shown = performance.now();
    before = now;
  }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
}"""
# What is moved by a key, and what changes: page, handle, picture.
_HANDLES = {
    "an option, curves": (
        "/activations?chosen=sigmoid~tanh~leaky_relu(0.5)&x=-2",
        ".st-key-activations-options [role=slider]",
        ".st-key-activations-marker tbody tr >> nth=2",
    ),
    "an option, maps": (
        "/activations?section=maps&chosen=sigmoid~relu~tanh~leaky_relu(0.5)",
        ".st-key-activations-options [role=slider]",
        ".st-key-activations_maps figure >> nth=5",
    ),
    "temperature, softmax": (
        "/activations?section=softmax",
        ".st-key-activations-heat [role=slider]",
        ".st-key-activations-logits .item >> nth=8",
    ),
    "an option, twenty layers": (
        "/activations?section=depth&chosen=sigmoid~relu~tanh~leaky_relu(0.5)",
        ".st-key-activations-options [role=slider]",
        ".st-key-activations-depth tbody tr >> nth=3",
    ),
    "sigma, initializers": (
        "/initializers",
        ".st-key-initializers-sigma [role=slider]",
        "[data-testid=stMarkdown] li >> nth=0",
    ),
}
# What is changed to and fro, and what follows: page, selectors of the two buttons or the keys of one element, picture.
_CONTROLS = {
    "stride, convolution": (
        "/convolution",
        [".st-key-convolution-stride [data-testid=stNumberInputStepUp]",
         ".st-key-convolution-stride [data-testid=stNumberInputStepDown]"],
        ".st-key-convolution_forward figcaption >> nth=2",
    ),
    "window size, pooling": (
        "/pooling",
        [".st-key-pooling-size [data-testid=stNumberInputStepUp]",
         ".st-key-pooling-size [data-testid=stNumberInputStepDown]"],
        ".st-key-pooling_forward figcaption >> nth=1",
    ),
    "next station, backpropagation": (
        "/backprop?at=3",
        [".controls .next", ".controls .previous"],
        ".st-key-scene figcaption >> nth=0",
    ),
}  # fmt: skip
# What is pointed at, and where its explanation stands: page, canvas, text.
_CELLS = {
    "convolution": (
        "/convolution",
        ".st-key-convolution_forward canvas >> nth=2",
        ".st-key-convolution_forward .outcome",
    ),
    "pooling": ("/pooling", ".st-key-pooling_forward canvas >> nth=1", ".st-key-pooling_forward .outcome"),
    "feature maps, Draw": ("/?show=4", ".st-key-maps canvas >> nth=1", ".st-key-maps .tip"),
}
# What is done to an element (a click, a key, or pointing at a place of it), and how long until another one reads
# differently; null where it never does, because what was done has the same result as before.
_ANSWER = """async ([target, seen, { key, place }]) => {
  const box = target.getBoundingClientRect();
  const before = seen.textContent;
  const start = performance.now();
  if (key) target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  else if (place) {
    const at = { clientX: box.left + place[0] * box.width, clientY: box.top + place[1] * box.height, bubbles: true };
    target.dispatchEvent(new PointerEvent("pointermove", at));
  } else target.click();
  while (seen.textContent === before) {
    await new Promise(requestAnimationFrame);
    if (performance.now() - start > 5000) return null;
  }
  return performance.now() - start;
}"""
_CLICK = """async (selector) => {
  const text = () => document.querySelector(selector)?.innerText;
  const before = text();
  const start = performance.now();
  document.querySelector(`${selector} button`).click();
  while (text() === before) {
    await new Promise(requestAnimationFrame);
    if (performance.now() - start > 10000) throw new Error(`no answer to a click on ${selector}`);
  }
  return performance.now() - start;
}"""


def pen_up_to_prediction(page: Page, times: int, here: bool = False) -> list[float]:
    """Milliseconds from pen-up to the last change of the prediction, for ``times`` drawings.

    Args:
        page: a tab.
        times: repetitions.
        here: whether the tab shows Draw already.
    """
    if not here:
        page.goto("/")
    pad = page.locator(".st-key-canvas canvas").first
    expect(pad).to_be_visible()
    expect(page.locator(".st-key-prediction")).to_be_visible()
    page.wait_for_timeout(_QUIET)
    page.evaluate(_WATCH_PEN)
    measured: list[float] = []
    for repetition in range(times):
        box = pad.bounding_box()
        assert box is not None
        _stroke(page, box, _STROKES[repetition % len(_STROKES)])
        page.wait_for_timeout(_QUIET)
        pen = page.evaluate("window.pen")
        if pen["shown"] > pen["up"] > 0:  # a stroke may leave the prediction as it was
            measured.append(pen["shown"] - pen["up"])
        page.locator(".st-key-canvas").get_by_role("button", name="Clear").click()
        page.wait_for_timeout(_QUIET)
    return measured


def _stroke(page: Page, box: FloatRect, points: list[tuple[float, float]]) -> None:
    (x, y), *rest = [(box["x"] + box["width"] * u, box["y"] + box["height"] * v) for u, v in points]
    page.mouse.move(x, y)
    page.mouse.down()
    for x, y in rest:
        page.mouse.move(x, y, steps=8)
    page.mouse.up()


def start_training(page: Page) -> None:
    """Start a run that goes on and on, and wait until it has been through an epoch."""
    page.goto(_TRAINING)
    page.locator(".st-key-train_start button").click()
    expect(page.locator(".st-key-train_accuracy")).to_contain_text("%")


def start_racing(page: Page) -> None:
    """Start a race of eight that outlasts any measurement, and wait until all are under way."""
    page.goto(_RACING)
    page.locator(".st-key-race_start_optimizers button").click()
    expect(page.locator(".race-table tbody td:nth-child(5)").last).to_contain_text("%")


def go(page: Page, name: str, seen: str) -> None:
    """Go to another page by the navigation, as a reader would: a run goes on."""
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.locator(seen)).to_be_visible()


def click_to_answer(page: Page, times: int, button: str = ".st-key-train_pause") -> list[float]:
    """Milliseconds from a click on Pause (or Resume) to the button's saying the other; the run goes on in between."""
    measured: list[float] = []
    for _ in range(times):
        measured.append(page.evaluate(_CLICK, button))
        page.wait_for_timeout(_QUIET)
    return measured


def handle_to_picture(page: Page, path: str, handle: str, picture: str, times: int) -> list[float]:
    """Milliseconds from a key that moves a handle to the change in the picture that the engine computes from it."""
    page.goto(path)
    moved, followed = page.locator(handle).element_handle(), page.locator(picture).element_handle()
    keys = ("PageDown", "PageUp")
    return _answers(page, [(moved, followed, {"key": keys[repetition % 2]}) for repetition in range(times)])


def control_to_picture(page: Page, path: str, buttons: list[str], picture: str, times: int) -> list[float]:
    """Milliseconds from a click on a control to the change of what stands over the picture that follows it."""
    page.goto(path)
    followed = page.locator(picture).element_handle()
    there, back = (page.locator(button).element_handle() for button in buttons)
    return _answers(page, [((there, back)[repetition % 2], followed, {}) for repetition in range(times)])


def cell_to_explanation(page: Page, path: str, canvas: str, text: str, times: int) -> list[float]:
    """Milliseconds from the pointer's reaching a cell to the frame after which its explanation stands there."""
    page.goto(path)
    pointed, explained = page.locator(canvas).element_handle(), page.locator(text).element_handle(timeout=60_000)
    places = [[0.2 + 0.06 * (7 * repetition % 10), 0.2 + 0.06 * (3 * repetition % 10)] for repetition in range(times)]
    return _answers(page, [(pointed, explained, {"place": place}) for place in places])


def _answers(page: Page, deeds: list[tuple[ElementHandle, ElementHandle, dict[str, Any]]]) -> list[float]:
    """The milliseconds of each deed (to what, seen where, what) that changed something, with rest in between."""
    measured: list[float | None] = []
    for deed in deeds:
        page.wait_for_timeout(_QUIET)
        measured.append(page.evaluate(_ANSWER, list(deed)))
    return [one for one in measured if one is not None]


def _tab(browser: Browser, url: str) -> Page:
    return browser.new_context(base_url=url, viewport={"width": 1280, "height": 800}, locale="en-US").new_page()


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--times", type=int, default=40, help="repetitions of each measurement")
    times = parser.parse_args().times
    expect.set_options(timeout=60_000)
    chromium = find()
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        print(f"Chromium {browser.version}, {os.cpu_count()} cores, {times} repetitions, milliseconds\n")
        print(f"{'':44}{'median':>8}{'p95':>8}{'max':>8}")
        drawing, training = _tab(browser, server.url), _tab(browser, server.url)
        _report("pen-up to prediction, at rest", lambda: pen_up_to_prediction(drawing, times))
        for name, (path, handle, picture) in _HANDLES.items():
            _report(f"handle to picture: {name}", partial(handle_to_picture, drawing, path, handle, picture, times))
        for name, (path, buttons, picture) in _CONTROLS.items():
            _report(f"control to picture: {name}", partial(control_to_picture, drawing, path, buttons, picture, times))
        for name, (path, canvas, text) in _CELLS.items():
            _report(f"cell to explanation: {name}", partial(cell_to_explanation, drawing, path, canvas, text, times))
        drawing.goto("about:blank")
        start_training(training)
        go(training, "Draw", ".st-key-prediction")
        _report("pen-up, while a run trains", lambda: pen_up_to_prediction(training, times, here=True))
        go(training, "Train", ".st-key-train_accuracy")
        _report("pen-up, with Train in another window", lambda: pen_up_to_prediction(drawing, times))
        drawing.goto("about:blank")
        _report("click to answer, while a run trains", lambda: click_to_answer(training, times))
        training.locator(".st-key-train_reset button").click()
        start_racing(drawing)
        pause = ".st-key-race_pause_optimizers"
        _report("click to answer, while eight race", lambda: click_to_answer(drawing, times, pause))
        browser.close()


def _report(name: str, measure: Callable[[], list[float]]) -> None:
    measured = measure()
    p95 = statistics.quantiles(measured, n=20, method="inclusive")[-1]
    print(
        f"{name:44}{statistics.median(measured):8.0f}{p95:8.0f}{max(measured):8.0f}   n = {len(measured)}", flush=True
    )


if __name__ == "__main__":
    main()
