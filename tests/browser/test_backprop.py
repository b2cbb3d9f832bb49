"""Backpropagation in a real browser: there and back by keyboard, the numbers of cells, a fault that is caught."""

import re

from pages.ui.page import PAGES  # noqa: F401 - it sets one BLAS thread before NumPy is imported

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnn import shipped
from cnn.data import rasterize
from cnn.data.handwriting import write
from cnn.explain.backprop import learn, rehearse
from cnn.losses import CrossEntropy
from cnn.network import Network
from pages.ui.numbers import number
from pages.ui.texts import Texts
from tests.browser.conftest import OpenPage, settled, shot

LAST = 20  # stations of the shipped architecture


def way(page: Page) -> Locator:
    return page.locator(".st-key-stations")


def position(page: Page) -> Locator:
    return way(page).locator(".position")


def words(page: Page) -> Locator:
    return page.locator(".st-key-bp_words")


def sample(digit: int) -> np.ndarray:
    return np.asarray(rasterize(write(digit, 1, 0.6)), np.float64)


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("ja", "dark")])
def test_the_keyboard_goes_there_and_back(open_page: OpenPage, language: str, theme: str) -> None:
    texts = Texts("backprop", language)
    page = open_page("/backprop?input=digit-4", language=language, theme=theme)
    stops = way(page).locator(".stop")
    expect(stops).to_have_count(LAST)
    stops.first.focus()
    for number_ in range(2, LAST + 1):
        page.keyboard.press("ArrowRight")
        expect(position(page)).to_contain_text(f"{number_} / {LAST}")
    before, *_, after = learn(Network(shipped.layers()), CrossEntropy(), sample(4), 4, 0.001, 20)
    expect(words(page)).to_contain_text(number(before.loss))
    expect(words(page)).to_contain_text(number(after.loss))
    expect(page.locator(".bp-phases .lit")).to_contain_text(texts("phase.repeat.name"))
    expect(page).to_have_url(re.compile("at=19"))
    shot(page, f"backprop-repeat-{language}")
    for number_ in range(LAST - 1, 0, -1):
        page.keyboard.press("ArrowLeft")
        expect(position(page)).to_contain_text(f"{number_} / {LAST}")
    expect(page.locator(".bp-phases .lit")).to_contain_text(texts("phase.batch.name"))
    page.keyboard.press("End")
    expect(position(page)).to_contain_text(f"{LAST} / {LAST}")
    expect(stops.last).to_be_focused()
    settled(page)


def test_each_stop_can_be_clicked_and_is_kept_by_a_link(open_page: OpenPage) -> None:
    page = open_page("/backprop?input=digit-4")
    way(page).get_by_title("Back through conv 32@5×5", exact=True).click()
    expect(words(page)).to_contain_text("passes the gradient on")
    expect(page.locator(".st-key-scene figure")).to_have_count(5)
    shot(page, "backprop-back")
    page.reload()
    settled(page)
    expect(position(page)).to_have_text(f"15 / {LAST} · Back through conv 32@5×5")
    expect(words(page)).to_contain_text("passes the gradient on")


def test_it_plays_and_pauses(open_page: OpenPage) -> None:
    page = open_page("/backprop?input=digit-4")
    play = way(page).locator(".play")
    play.click()
    expect(position(page)).to_contain_text(f"3 / {LAST}")
    play.click()
    expect(play).to_contain_text("Play")
    reached = position(page).inner_text()
    page.wait_for_timeout(2200)  # longer than a stop of the play
    assert position(page).inner_text() == reached


def test_the_stage_is_in_sight_without_scrolling(open_page: OpenPage) -> None:
    page = open_page("/backprop?input=digit-4&model=shipped")
    for at in (0, 1, 9, 14, 17, 18, 19):
        way(page).locator(".stop").nth(at).click()
        expect(page).to_have_url(re.compile(f"at={at}") if at else re.compile(r"digit-4"))
        settled(page)
        inside = {0: ".st-key-scene canvas", 9: "table.bp", 18: "table.bp-answers", 19: ".st-key-descent"}
        thing = page.locator(inside.get(at, ".st-key-scene canvas")).last
        expect(thing).to_be_visible()
        box = thing.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 800, f"station {at} ends at {box['y'] + box['height']}"


def test_a_gradients_cell_tells_the_engines_value(open_page: OpenPage) -> None:
    page = open_page("/backprop?input=digit-4&model=shipped&target=9&at=17")
    play = rehearse(shipped.load(), CrossEntropy(), sample(4), 9)
    page.locator(".st-key-scene canvas").nth(3).focus()
    page.keyboard.press("ArrowRight")
    tip = page.locator(".st-key-scene .tip")
    expect(tip).to_contain_text("filter 1, channel 1, row 1, column 1")
    expected = float(play.scenes[0].gradients["weight"][0, 0, 0, 0])
    assert float(tip.locator("b").inner_text()) == pytest.approx(expected, rel=1e-3)


def test_a_broken_gradient_is_caught(open_page: OpenPage) -> None:
    page = open_page("/backprop?input=digit-4&model=shipped")
    page.get_by_text(Texts("options", "en")("backpropsettings.check.label"), exact=True).click()
    expect(page.locator(".bp-check tr.agrees")).to_have_count(6)
    shot(page, "backprop-checked")
    page.goto("/backprop?input=digit-4&model=shipped&check=true&fault=batch_sum")
    expect(page.locator(".bp-check tr.differs")).to_have_count(6)
    expect(page.locator(".bp-check tr.differs").first).to_contain_text("✕")
    shot(page, "backprop-caught")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_on_a_phone_the_stage_comes_first_and_nothing_sticks_out(open_page: OpenPage, language: str) -> None:
    page = open_page("/backprop?at=12", language=language, phone=True)
    expect(page.locator(".st-key-bp_controls")).to_contain_text(Texts("common", language)("specimen.none_yet"))
    stage, controls = page.locator(".st-key-stations"), page.locator(".st-key-bp_controls")
    top, below = stage.bounding_box(), controls.bounding_box()
    assert top is not None
    assert below is not None
    assert top["y"] < below["y"]
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("one => one.scrollWidth <= one.clientWidth")
    way(page).locator(".next").tap()
    expect(position(page)).to_contain_text(f"14 / {LAST}")
    marked = way(page).locator("[aria-current]").bounding_box()
    assert marked is not None
    assert 0 <= marked["x"] <= 390 - marked["width"]
    for button in ("previous", "play", "next"):
        box = way(page).locator(f".{button}").bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 40
    settled(page)
    shot(page, f"backprop-phone-{language}")


def test_a_bad_link_is_answered_with_a_sentence(open_page: OpenPage) -> None:
    page = open_page("/backprop?at=x&lr=-3&target=77&model=nobody")
    expect(page.get_by_text(Texts("common", "en")("link.dropped"))).to_be_visible()
    expect(page.get_by_text(Texts("backprop", "en")("target.beyond", target=77, most=9))).to_be_visible()
    expect(position(page)).to_contain_text(f"1 / {LAST}")
