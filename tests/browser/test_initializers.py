"""Initializers in a real browser: σ slides and the histograms follow, by mouse and keys, on a phone, in Japanese."""

import re

from pages.ui.page import PAGES  # noqa: F401 - it sets one BLAS thread before NumPy is imported

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage, shot
from tests.browser.test_activations import slide
from tests.browser.test_house import fits


def sigma(page: Page) -> Locator:
    return page.locator(".st-key-initializers-sigma [role=slider]")


def pictures(page: Page) -> Locator:
    return page.locator(".st-key-initializers_histograms img")


def words(page: Page, text: str) -> Locator:
    return page.locator("[data-testid=stMarkdown] li", has_text=text)


def test_histograms_follow_while_sigma_slides(open_page: OpenPage) -> None:
    page = open_page("/initializers")
    expect(words(page, "After 10 layers")).to_contain_text("vanished")
    before = pictures(page).first.get_attribute("src")
    slide(page, sigma(page), 0.57, 0.62, lift=False)
    expect(words(page, "After 10 layers")).to_contain_text("alive")
    assert pictures(page).first.get_attribute("src") != before
    expect(page).not_to_have_url(re.compile("initializer="))
    slide(page, sigma(page), 0.62, 0.95, lift=False)
    expect(words(page, "After 10 layers")).to_contain_text("saturated")
    page.mouse.up()
    value = sigma(page).get_attribute("aria-valuenow")
    expect(page).to_have_url(re.compile(re.escape(f"initializer=normal%28{value}%29")))
    expect(page.get_by_label("Standard deviation σ")).to_have_value(str(value))
    shot(page, "initializers-sigma")


def test_sigma_moves_by_keys(open_page: OpenPage) -> None:
    page = open_page("/initializers?initializer=xavier_normal&layers=20")
    expect(sigma(page)).to_have_attribute("aria-valuenow", "0.1")
    sigma(page).focus()
    before = pictures(page).nth(1).get_attribute("src")
    assert before is not None
    page.keyboard.press("ArrowLeft")
    expect(pictures(page).nth(1)).not_to_have_attribute("src", before)
    page.keyboard.press("Home")
    expect(words(page, "After 20 layers")).to_contain_text("vanished")
    expect(page).to_have_url(re.compile(r"initializer=normal%280\.001%29"))


def test_a_preset_moves_the_slider(open_page: OpenPage) -> None:
    page = open_page("/initializers")
    page.get_by_role("button", name="ReLU, He").click()
    expect(page).to_have_url(re.compile("initializer=he_normal"))
    expect(words(page, "After 10 layers")).to_contain_text("alive")
    expect(sigma(page)).to_have_attribute("aria-valuenow", re.compile(r"^0\.141"))
    page.get_by_role("button", name="all zeros").click()
    expect(words(page, "Symmetry")).to_contain_text("1 different")


def test_the_marker_chooses_the_layer(open_page: OpenPage) -> None:
    page = open_page("/initializers?layers=5&initializer=normal(0.01)")
    marker = page.locator(".st-key-initializers-depth-5 [role=slider]")
    marker.focus()
    page.keyboard.press("ArrowLeft")
    expect(words(page, "After 4 layers")).to_be_visible()
    expect(page).to_have_url(re.compile("at=4"))


def test_the_same_cnn_is_trained_from_two_of_them(open_page: OpenPage) -> None:
    page = open_page("/initializers?part=training&racers=zeros~he_normal&updates=60")
    page.get_by_role("button", name="Start the race").click()
    rows = page.locator(".race-table tbody tr")
    expect(rows).to_have_count(2)
    for name, row in zip(("Zeros", "He normal"), (rows.nth(0), rows.nth(1)), strict=True):
        expect(row).to_contain_text(name)
        expect(row.locator("td").last).to_have_text("done", timeout=90_000)
    shot(page, "initializers-training")


@pytest.mark.parametrize(("language", "theme"), [("en", "dark"), ("ja", "light")])
def test_a_phone_sees_slider_and_histograms_first(open_page: OpenPage, language: str, theme: str) -> None:
    page = open_page("/initializers", language=language, theme=theme, phone=True)
    slider, picture = sigma(page).bounding_box(), pictures(page).first.bounding_box()
    assert slider is not None
    assert picture is not None
    assert slider["height"] >= 40
    assert picture["y"] + picture["height"] < 844
    assert fits(page)
    shot(page, f"initializers-phone-{language}")
