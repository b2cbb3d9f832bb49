"""Draw in a real browser: mouse, finger and keys reach the network, and its answer reaches the page."""

import re

from pages.ui.page import PAGES  # noqa: F401 - it sets one BLAS thread before NumPy is imported

import pytest
from playwright.sync_api import Locator, Page, expect

from cnn import shipped
from cnn.data import rasterize
from pages.ui.my_digits import NAME
from pages.ui.texts import Texts
from tests.browser.conftest import OpenPage, settled, shot
from tests.browser.finger import Finger
from tests.browser.pen import SEVEN, answered, draw, ink, kept, pad, path, take, waiting


def cell_of(page: Page, mosaic: int, x: float, y: float) -> Locator:
    """Point at a place of a mosaic below the stage."""
    canvas = page.locator(".st-key-maps canvas").nth(mosaic)
    canvas.scroll_into_view_if_needed()
    canvas.hover(position={"x": x, "y": y})
    return page.locator(".st-key-maps .tip")


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("ja", "dark")])
def test_a_seven_is_recognised_before_the_pen_is_lifted(open_page: OpenPage, language: str, theme: str) -> None:
    page = open_page("/", language=language, theme=theme)
    take(page)
    expect(page.locator(".st-key-canvas .hint")).to_be_visible()
    draw(page, SEVEN, lift=False)
    answered(page, 7)
    page.mouse.up()
    answered(page, 7)
    expect(page.locator(".st-key-canvas .hint")).to_be_hidden()
    shot(page, f"draw-seven-{language}")
    page.locator(".st-key-canvas").get_by_role("button", name=Texts("canvas", language)("clear"), exact=True).click()
    waiting(page)


def test_the_pad_is_drawn_on_by_keyboard(open_page: OpenPage) -> None:
    page = open_page("/")
    pad(page).focus()
    for key, times in (("ArrowUp", 16), ("Space", 1), ("ArrowDown", 32), ("Space", 1)):
        for _ in range(times):
            page.keyboard.press(key)
    answered(page, 1)
    page.keyboard.press("Backspace")
    waiting(page)


def test_a_finger_draws_and_the_page_stays_where_it_is(open_page: OpenPage) -> None:
    page = open_page("/", phone=True)
    before = page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    Finger(page).drag(path(page, SEVEN))
    answered(page, 7)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == before
    shot(page, "draw-seven-phone")


def test_undo_and_eraser_take_whole_strokes(open_page: OpenPage) -> None:
    page = open_page("/")
    draw(page, [(0.2, 0.3), (0.8, 0.3)])
    one = ink(page)
    draw(page, [(0.2, 0.7), (0.8, 0.7)])
    two = ink(page)
    assert two > one > 0
    page.get_by_test_id("canvas-undo").click()
    assert ink(page) == pytest.approx(one, rel=0.02)
    draw(page, [(0.2, 0.7), (0.8, 0.7)])
    eraser = page.get_by_test_id("canvas-eraser")
    eraser.click()
    expect(eraser).to_have_attribute("aria-pressed", "true")
    draw(page, [(0.5, 0.1), (0.5, 0.5)])  # crosses the upper stroke only
    assert ink(page) == pytest.approx(one, rel=0.02)
    page.get_by_test_id("canvas-undo").click()
    assert ink(page) == pytest.approx(two, rel=0.02)
    page.get_by_test_id("canvas-clear").click()
    assert ink(page) == 0
    waiting(page)


def test_a_wider_brush_leaves_more_ink(open_page: OpenPage) -> None:
    page = open_page("/")
    draw(page, SEVEN)
    before = ink(page)
    page.get_by_test_id("canvas-width").fill("4")
    assert ink(page) > 1.3 * before
    answered(page, 7)


def test_a_cell_tells_its_value_without_asking_the_server(open_page: OpenPage) -> None:
    page = open_page("/?show=3&model=shipped")
    answered(page, 3)
    settled(page)
    strokes = kept(page)["strokes"]
    network = shipped.load()
    with network.recording() as tape:
        network.forward(rasterize(strokes)[None, None])
    sent: list[object] = []
    page.context.new_cdp_session(page).send("Network.enable")
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    tip = cell_of(page, 1, 2 + 58 + 10 * 2 + 1, 2 + 58 + 14 * 2 + 1)  # the first convolution: its map 6
    expect(tip).to_contain_text("row 15, column 11")
    name = re.search(r"map (\d+)", tip.inner_text())
    assert name is not None
    value = float(tip.locator("b").inner_text())
    assert value == pytest.approx(float(tape.outputs[0][0, int(name[1]) - 1, 14, 10]), rel=2e-3, abs=1e-4)
    expect(tip).to_contain_text("sees rows 13–17, columns 9–13")
    page.keyboard.press("Escape")
    assert not sent


def test_arrow_keys_walk_over_the_cells(open_page: OpenPage) -> None:
    page = open_page("/?show=3")
    answered(page, 3)
    page.locator(".st-key-maps canvas").nth(3).focus()
    tip = page.locator(".st-key-maps .tip")
    for keys, place in (("ArrowRight", "map 1, row 1, column 1"), ("ArrowRight", "column 2"), ("ArrowDown", "row 2")):
        page.keyboard.press(keys)
        expect(tip).to_contain_text(place)
    for _ in range(13):
        page.keyboard.press("ArrowRight")
    expect(tip).to_contain_text("map 2, row 2, column 1")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()


def test_a_corrected_digit_and_the_drawing_survive_a_refresh(open_page: OpenPage) -> None:
    page = open_page("/")
    draw(page, SEVEN)
    answered(page, 7)
    page.locator(".st-key-teach").get_by_text("1", exact=True).click()
    mine = page.get_by_role("button", name=Texts("draw", "en")("teach.popover", n=1))
    expect(mine).to_be_visible()
    page.wait_for_function("name => localStorage.getItem(name)", arg=NAME)
    page.reload()
    settled(page)
    expect(mine).to_be_visible()
    answered(page, 7)
    mine.click()
    with page.expect_download() as download:
        page.get_by_role("button", name=Texts("draw", "en")("teach.download")).click()
    page.locator("[data-testid=stFileUploaderDropzoneInput]").set_input_files(
        {"name": "my-digits.json", "mimeType": "application/json", "buffer": download.value.path().read_bytes()}
    )
    expect(page.get_by_role("button", name=Texts("draw", "en")("teach.popover", n=2))).to_be_visible()
    page.locator(".st-key-forget_digits button").click()
    expect(page.get_by_role("button", name=Texts("draw", "en")("teach.popover", n=0))).to_be_visible()


def test_one_click_after_a_correction_trains_and_comes_back_with_the_new_answer(open_page: OpenPage) -> None:
    page = open_page("/")
    draw(page, SEVEN)
    answered(page, 7)
    page.locator(".st-key-teach").get_by_text("1", exact=True).click()
    lesson = page.locator(".st-key-lesson")
    expect(lesson).to_contain_text("Saved as a 1")
    page.locator(".st-key-lesson_train button").click()
    expect(lesson).to_contain_text(re.compile("Mixing|Training with your digits"))
    page.get_by_role("link", name=Texts("train", "en")("title"), exact=True).click()  # nothing is lost by leaving
    expect(page.locator(".page-head")).to_contain_text(Texts("train", "en")("lead"))
    expect(page.locator(".st-key-train_status")).to_contain_text(Texts("train", "en")("status.not_started"))
    page.get_by_role("link", name=Texts("draw", "en")("title"), exact=True).click()
    expect(lesson).to_contain_text(re.compile(r"Before, this drawing was a 7 \(9.*; now it is a 1 \("), timeout=120_000)
    answered(page, 1)
    assert "With my digits" in [one.input_value() for one in page.locator(".st-key-controls input").all()]
    shot(page, "draw-taught")


def test_the_drawing_survives_a_visit_to_another_page(open_page: OpenPage) -> None:
    page = open_page("/")
    draw(page, SEVEN)
    answered(page, 7)
    page.get_by_role("link", name=Texts("train", "en")("title"), exact=True).click()
    expect(page.locator(".page-head")).to_contain_text(Texts("train", "en")("lead"))
    page.get_by_role("link", name=Texts("draw", "en")("title"), exact=True).click()
    answered(page, 7)
    assert ink(page) > 0


def test_a_digit_is_shown_and_can_be_changed(open_page: OpenPage) -> None:
    page = open_page("/?show=1")
    answered(page, 1)
    assert ink(page) > 0
    page.get_by_test_id("canvas-undo").click()
    waiting(page)
    page.get_by_role("button", name=Texts("draw", "en")("try.four")).click()
    answered(page, 4)
    shot(page, "draw-shown-four")
