"""Pooling in a real browser: windows under the pointer, gradients that land, a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, settled, shot

TIE = "2%201%200%200;%201%202%200%200;%203%203%201%201;%203%203%201%201"


def point(page: Page, key: str, mosaic: int, x: float, y: float) -> None:
    """Point at a place of a mosaic, in shares of its picture."""
    canvas = page.locator(f".st-key-{key} figure canvas").nth(mosaic)
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])


def test_pointing_at_a_pooled_cell_shows_its_window_and_what_it_keeps(open_page: OpenPage) -> None:
    page = open_page(f"/pooling?input={TIE}")
    grid = page.locator(".st-key-pooling_forward")
    point(page, "pooling_forward", 1, 0.25, 0.75)
    expect(grid).to_contain_text(re.compile(r"max = 3"))
    point(page, "pooling_forward", 2, 0.25, 0.25)
    expect(grid).to_contain_text(re.compile(r"mean = 1\.5"))
    shot(page, "pooling-forward")


def test_the_gradient_is_followed_with_the_keyboard(open_page: OpenPage) -> None:
    page = open_page(f"/pooling?input={TIE}&direction=backward&gradient=ones")
    arriving = page.locator(".st-key-pooling_backward figure canvas").first
    arriving.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".st-key-pooling_backward .tip")).to_contain_text("1")
    shot(page, "pooling-backward")


def test_a_control_changes_the_picture_and_the_url(open_page: OpenPage) -> None:
    page = open_page("/pooling")
    page.locator(".st-key-pooling_way-direction").get_by_text("Shift").click()
    expect(page.locator(".st-key-pooling_change")).to_be_visible()
    expect(page).to_have_url(re.compile("direction=shift"))
    settled(page)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_phone_sees_the_picture_first(open_page: OpenPage, language: str) -> None:
    page = open_page("/pooling", language=language, phone=True)
    picture = page.locator(".st-key-pooling_forward").bounding_box()
    size = page.locator(".st-key-pooling-size").bounding_box()
    assert picture is not None
    assert size is not None
    assert picture["y"] < size["y"]
    assert picture["x"] >= 0
    assert picture["x"] + picture["width"] <= 390
    shot(page, f"pooling-phone-{language}")
