"""Losses in a real browser: scores under the mouse, the finger and the keys."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage, settled, shot


def number(page: Page, place: int) -> Locator:
    return page.locator(".loss-numbers b").nth(place)


def test_a_dragged_score_moves_losses_and_curves(open_page: OpenPage) -> None:
    page = open_page("/loss")
    before = number(page, 1).inner_text()
    handle = page.locator(".st-key-loss_scores [role=slider]").nth(7)
    box = handle.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 6, steps=8)
    expect(number(page, 1)).not_to_have_text(before)  # while the button is still down
    page.mouse.up()
    expect(page).to_have_url(re.compile("scores="))
    assert float(number(page, 1).inner_text()) > 4
    shot(page, "loss-dragged")


def test_the_keys_move_a_score_and_the_curves_marker(open_page: OpenPage) -> None:
    page = open_page("/loss")
    page.locator(".st-key-loss_scores [role=slider]").nth(7).focus()
    page.keyboard.press("End")
    expect(number(page, 1)).to_have_text(re.compile(r"^0\.0"))
    marker = page.locator(".st-key-loss_curves [role=slider]").first
    marker.focus()
    page.keyboard.press("Home")
    expect(number(page, 1)).to_have_text(re.compile(r"^[45]\."))
    expect(page).to_have_url(re.compile("scores="))


def test_the_networks_scores_come_back_with_one_click(open_page: OpenPage) -> None:
    page = open_page("/loss")
    page.get_by_role("button", name="Take the network's scores").click()
    expect(page).to_have_url(re.compile("scores=network"))
    settled(page)
    expect(page.get_by_role("button", name="Take the network's scores")).to_be_disabled()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_on_a_phone_the_scores_lie_down(open_page: OpenPage, language: str) -> None:
    page = open_page("/loss", language=language, phone=True)
    drag = page.locator(".st-key-loss_scores .lying")
    expect(drag).to_be_visible()
    box = drag.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    before = number(page, 1).inner_text()
    track = page.locator(".st-key-loss_scores [role=slider]").nth(3).bounding_box()
    assert track is not None
    page.touchscreen.tap(track["x"] + track["width"] * 0.9, track["y"] + track["height"] / 2)
    expect(number(page, 1)).not_to_have_text(before)
    shot(page, f"loss-phone-{language}")


def test_the_linear_layer_tells_what_a_cell_adds(open_page: OpenPage) -> None:
    page = open_page("/loss?part=features&input=digit-8&target=3")
    canvas = page.locator(".st-key-loss_classes figure canvas").nth(3)
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".st-key-loss_classes .tip")).to_contain_text(re.compile(r"\d"))
    shot(page, "loss-features")
