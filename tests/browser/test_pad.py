"""The pad in a real browser: what is seen on it the network sees, nothing drawn is lost, and it writes by itself."""

from typing import Any

from pages.ui.page import PAGES  # noqa: F401 - it sets one BLAS thread before NumPy is imported

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from cnn.data.strokes import SIZE, fit
from pages.ui.canvas import LARGEST_SCALE, MOST_POINTS, MOST_STROKES, UNITS, read_drawing
from pages.ui.texts import Texts
from tests.browser.conftest import OpenPage, settled
from tests.browser.pen import SEVEN, answered, draw, ink, kept, pad, paper, take, waiting

FULL = Texts("canvas", "en")("full")
# Seven brushes wide or high, so that a network's picture has the pad's own scale and its pen is as wide.
LOW, HIGH = 52 / UNITS, 228 / UNITS
DRAWINGS = {
    "dot": [[(0.4, 0.7)]],
    "two dots": [[(LOW, LOW)], [(HIGH, 0.6)]],
    "line": [[(LOW, LOW), (HIGH, HIGH)]],
    "corners": [[(LOW, LOW), (HIGH, LOW), (0.4, HIGH)]],
    "crossing": [[(LOW, 0.3), (HIGH, 0.6)], [(0.7, LOW), (0.4, HIGH)], [(0.5, 0.5)]],
    "there and back": [[(LOW, 0.5), (HIGH, 0.5), (LOW, 0.5), (0.5, LOW)]],
}


def seen(page: Page) -> NDArray[np.float64]:
    """The pad's own pixels in the network's picture: moved as it is, averaged over each of its pixels."""
    drawing = read_drawing(kept(page))
    lines = [np.repeat(line, 2, axis=0) if len(line) == 1 else line for line in drawing.strokes]
    points = np.concatenate(lines)[:, :, None].astype(float)
    ends = np.cumsum([len(line) for line in lines])
    first = np.setdiff1d(np.arange(len(points)), ends - 1)
    scale = SIZE / UNITS
    moved = (
        fit(points, first, np.array([drawing.width]), largest_scale=LARGEST_SCALE)[0, :, 0] - scale * points[0, :, 0]
    )
    pixels, parts = paper(page), 8
    # Places in the picture, in pixels, and where they lie on the pad's canvas.
    x, y = (((np.arange(SIZE * parts) + 0.5) / parts - shift) * len(pixels) / SIZE for shift in moved)
    inside = np.pad(pixels, len(pixels))
    rows, columns = (np.clip(np.floor(at).astype(int) + len(pixels), 0, len(inside) - 1) for at in (y, x))
    return inside[np.ix_(rows, columns)].reshape(SIZE, parts, SIZE, parts).mean(axis=(1, 3))


def assert_same_picture(page: Page, name: str) -> None:
    difference = np.abs(seen(page) - read_drawing(kept(page)).picture())
    # In the corner of an acute angle a pixel is inked by two lines: the pad adds them up, the network sees the darker.
    assert difference.max() < 0.4, (name, difference.max())
    assert difference.mean() < 0.01, (name, difference.mean())


def test_pad_and_network_see_the_same_picture(open_page: OpenPage) -> None:
    page = open_page("/")
    for name, strokes in DRAWINGS.items():
        take(page)
        for stroke in strokes:
            draw(page, stroke)
        answered_with_anything(page)
        assert paper(page).max() == 1, name
        assert_same_picture(page, name)
    take(page)
    for stroke in DRAWINGS["crossing"]:
        draw(page, stroke)
    page.get_by_test_id("canvas-eraser").click()
    draw(page, [(0.2, 0.25), (0.25, 0.4)])  # crosses the first stroke only
    assert len(kept(page)["strokes"]) == 2
    assert_same_picture(page, "erased")


def answered_with_anything(page: Page) -> None:
    expect(page.locator(".recognition.waiting")).to_have_count(0)


def test_a_pen_that_hardly_moves_leaves_a_dot(open_page: OpenPage) -> None:
    page = open_page("/")
    box = pad(page).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for across, down in ((0, 0), (1, 0), (1, 1), (0, 2)):
        take(page)
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + across, y + down)
        page.mouse.up()
        pen = 2.4 / SIZE * len(paper(page))
        assert ink(page) == pytest.approx(np.pi * pen**2 / 4, rel=0.2)
        assert read_drawing(kept(page)).picture().sum() == pytest.approx(np.pi * 2.4**2 / 4, rel=0.1)


def scribble(page: Page, points: list[tuple[float, float]]) -> None:
    """A stroke of very many points: the mouse goes down and up, the browser makes the moves between."""
    box = pad(page).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    pad(page).evaluate(
        """(canvas, points) => {
            const box = canvas.getBoundingClientRect()
            for (const [x, y] of points)
                canvas.dispatchEvent(new PointerEvent("pointermove", {
                    pointerId: 1, clientX: box.left + x * box.width, clientY: box.top + y * box.height }))
        }""",
        points,
    )
    page.mouse.up()


def test_a_long_drawing_is_thinned_and_one_too_long_is_said_to_be(open_page: OpenPage) -> None:
    page = open_page("/")
    notice = page.locator(".st-key-canvas .notice")
    neat: list[Any] = [((step % 40) / 40 * 0.8 + 0.1, 0.1 + step / 8000 * 0.8) for step in range(8000)]
    scribble(page, neat)
    expect(notice).to_be_hidden()
    last = len(paper(page)) * 0.9
    assert paper(page)[int(last) - 1].any(), "what was drawn last is there"
    take(page)

    scribble(page, np.random.default_rng(0).uniform(0.1, 0.9, (6000, 2)).tolist())
    expect(notice).to_have_text(FULL)
    full = kept(page)["strokes"]
    assert 0.8 * MOST_POINTS < sum(len(stroke) for stroke in full) <= MOST_POINTS
    before = ink(page)
    draw(page, SEVEN)
    answered_with_anything(page)
    assert kept(page)["strokes"] == full, "nothing is lost"
    assert ink(page) == before
    page.get_by_test_id("canvas-undo").click()
    expect(notice).to_be_hidden()
    draw(page, SEVEN)
    answered(page, 7)

    take(page)
    for stroke in range(MOST_STROKES + 1):
        draw(page, [((stroke % 10) / 11 + 0.05, stroke // 10 / 11 + 0.05)])
    expect(notice).to_be_visible()
    assert len(kept(page)["strokes"]) == MOST_STROKES


def test_undo_takes_the_last_stroke_after_another_page_and_after_a_refresh(open_page: OpenPage) -> None:
    page = open_page("/")
    take(page)
    undo = page.get_by_test_id("canvas-undo")
    levels = [0]
    for height in (0.3, 0.5, 0.7, 0.9):
        draw(page, [(0.2, height), (0.8, height)])
        levels.append(ink(page))

    def goes_back_to(level: int) -> None:
        undo.click()
        page.wait_for_function("document.querySelector('.recognition')")
        assert ink(page) == pytest.approx(levels[level], rel=0.02)

    page.get_by_role("link", name=Texts("train", "en")("title"), exact=True).click()
    expect(page.locator(".page-head")).to_contain_text(Texts("train", "en")("lead"))
    page.get_by_role("link", name=Texts("draw", "en")("title"), exact=True).click()
    answered_with_anything(page)
    goes_back_to(3)
    page.reload()
    settled(page)
    answered_with_anything(page)
    goes_back_to(2)
    page.goto("/?show=4")
    answered(page, 4)
    goes_back_to(2)  # the digit that was shown has not replaced the drawing for good
    goes_back_to(1)
    goes_back_to(0)
    waiting(page)


def watched(page: Page) -> tuple[list[int], float]:
    """Inked pixels of the pad again and again until they have stood for half a second, and for how many seconds."""
    return pad(page).evaluate(
        """canvas => new Promise(done => {
            const began = performance.now(), amounts = []
            const look = () => {
                const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
                amounts.push(data.reduce((sum, value, i) => sum + (i % 4 === 3 && value > 0), 0))
                const stands = amounts.length > 5 && amounts.at(-6) === amounts.at(-1) && amounts.at(-1) > 0
                if (stands) done([amounts, (performance.now() - began) / 1000])
                else setTimeout(look, 100)
            }
            look()
        })"""
    )


def test_a_digit_writes_itself_until_the_first_touch(open_page: OpenPage) -> None:
    page = open_page("/convolution")
    sent: list[Any] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.goto("/")
    hint = page.locator(".st-key-canvas .hint")
    expect(hint).to_have_text(Texts("canvas", "en")("hint_example"))
    amounts, seconds = watched(page)
    assert sorted(amounts) == amounts
    assert len(set(amounts)) > 5, "it is written, not shown"
    answered_with_anything(page)
    settled(page)
    assert 2 < len(sent) < 5 + 4 * seconds, "a few messages a second"
    assert page.locator(".st-key-canvas .spoken").inner_text() == Texts("canvas", "en")("example")
    expect(page.locator(".st-key-maps canvas").nth(1)).to_be_visible()

    page.get_by_role("button", name=Texts("common", "en")("group.forward")).click()
    page.get_by_role("menuitem", name=Texts("convolution", "en")("title")).click()
    expect(page.get_by_text(Texts("common", "en")("specimen.none_yet"))).to_be_visible()
    page.get_by_role("link", name=Texts("draw", "en")("title"), exact=True).click()
    expect(hint).to_have_text(Texts("canvas", "en")("hint_example"))
    answered_with_anything(page)

    draw(page, SEVEN)
    answered(page, 7)
    assert len(kept(page)["strokes"]) == 1
    page.reload()
    settled(page)
    answered(page, 7)
    expect(hint).to_be_hidden()


def test_who_wants_no_motion_meets_the_digit_finished(open_page: OpenPage) -> None:
    page = open_page("/train")
    page.emulate_media(reduced_motion="reduce")
    page.goto("/")
    amounts, _ = watched(page)
    assert len({amount for amount in amounts if amount}) == 1
    answered_with_anything(page)
    page.get_by_test_id("canvas-clear").click()
    waiting(page)
    assert ink(page) == 0
    expect(page.locator(".st-key-canvas .hint")).to_have_text(Texts("canvas", "en")("hint"))
