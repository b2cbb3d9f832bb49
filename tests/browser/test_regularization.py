"""Regularization in a real browser: a gap that opens, a remedy beside it, dropout's proof; Japanese; a phone."""

import re

from pages.ui.page import PAGES  # noqa: F401 - it sets one BLAS thread before NumPy is imported

import pytest
from playwright.sync_api import Locator, Page, expect

from pages.ui.texts import Texts
from tests.browser.conftest import OpenPage, settled, shot
from tests.browser.test_activations import slide
from tests.browser.test_house import fits

PATIENCE = 120_000  # ms for what takes seconds when nobody else computes


def rows(page: Page) -> Locator:
    return page.locator(".race-table tbody tr")


def progress(page: Page) -> Locator:
    return page.locator(".progress-line")


def start(page: Page, race: str = "regularization") -> None:
    page.locator(f".st-key-race_start_{race} button").click()


def share(row: Locator, column: int) -> float:
    return float(re.sub(r"[^\d.−]", "", row.locator("td").nth(column).inner_text()).replace("−", "-"))


def test_the_gap_opens_and_a_remedy_joins_it(open_page: OpenPage) -> None:
    page = open_page("/regularization")
    start(page)
    expect(rows(page).first.locator("td").last).to_have_text("done", timeout=PATIENCE)
    training, validation, gap = (share(rows(page).first, column) for column in range(3))
    assert training > 97
    assert validation < 85
    assert gap == pytest.approx(training - validation, abs=0.11)
    expect(page.locator(".layer-histograms img")).to_have_count(1)
    page.get_by_role("button", name="Try it").click()
    expect(page).to_have_url(re.compile("tried=plain~weight_decay|tried=plain%7Eweight_decay"))
    expect(rows(page)).to_have_count(2)
    expect(rows(page).first.locator("td").last).to_have_text("done")
    expect(rows(page).nth(1).locator("td").last).to_have_text("done", timeout=PATIENCE)
    assert share(rows(page).first, 1) == validation, "it was not trained again"
    shot(page, "regularization-two")
    page.reload()
    settled(page)
    expect(progress(page)).to_contain_text("Finished", timeout=PATIENCE)
    page.get_by_role("link", name="Train").first.click()
    expect(page).to_have_url(re.compile("/train"))
    page.go_back()
    expect(rows(page)).to_have_count(2)
    page.get_by_role("button", name="Without remedy").click()
    expect(rows(page)).to_have_count(1)
    expect(rows(page).first).to_contain_text("Weight decay (0.02)")
    expect(progress(page)).to_contain_text("Finished")


def test_the_strength_slides_and_the_url_follows_at_rest(open_page: OpenPage) -> None:
    page = open_page("/regularization?remedy=dropout")
    slider = page.locator("[class*='st-key-regularization_remedy-dropout'] [role=slider]")
    slide(page, slider, 0.21, 0.6, lift=False)
    expect(page.get_by_text(re.compile("of the values before each fully connected layer"))).not_to_contain_text("20%")
    expect(page).to_have_url(re.compile(r"remedy=dropout$"))
    page.mouse.up()
    value = slider.get_attribute("aria-valuenow")
    expect(page).to_have_url(re.compile(re.escape(f"remedy=dropout%28{value}%29")))


def test_dropouts_mistake_hides_at_one_half_alone(open_page: OpenPage) -> None:
    page = open_page("/regularization?part=dropout")
    proof = page.locator("[data-testid=stMarkdown] table")
    expect(proof.locator("tbody tr").nth(2)).to_contain_text("0.25")
    slider = page.locator(".st-key-regularization_dropout-rate [role=slider]")
    slider.focus()
    for _ in range(3):
        page.keyboard.press("PageUp")  # ten steps of 0.005 … 0.01
    expect(proof.locator("tbody tr").nth(2)).not_to_contain_text("0.25")
    expect(page).to_have_url(re.compile("rate=0"))  # at rest: until then the slider leads, whatever a link says
    page.get_by_role("button", name="The mistake hides at one half").click()
    expect(page.get_by_text("by accident")).to_be_visible()
    expect(proof.locator("tbody tr").nth(2)).to_contain_text("fits")
    page.get_by_role("button", name="Next mask").click()
    expect(page).to_have_url(re.compile("mask=2"))
    expect(page.get_by_text("m: mask 2")).to_be_visible()
    shot(page, "regularization-dropout")


def test_sixteen_layers_learn_less_in_japanese_and_the_dark(open_page: OpenPage) -> None:
    page = open_page("/regularization?part=depth", language="ja", theme="dark")
    texts = Texts("regularization", "ja")
    start(page, "regularization_depth")
    expect(progress(page)).to_contain_text("終了", timeout=PATIENCE)
    shallow, deep = (share(rows(page).nth(place), 0) for place in (0, 3))
    assert shallow > deep + 5
    expect(rows(page).nth(3)).to_contain_text(texts("depth.name", layers=16))
    expect(page.get_by_text("これは過学習ではありません")).to_be_visible()
    shot(page, "regularization-depth-ja")


@pytest.mark.parametrize(("language", "theme"), [("en", "dark"), ("ja", "light")])
def test_a_phone_sees_the_race_first_and_the_proof(open_page: OpenPage, language: str, theme: str) -> None:
    page = open_page("/regularization?images=20&updates=20", language=language, theme=theme, phone=True)
    start(page)
    expect(rows(page).first.locator("td").last).to_have_text(Texts("race", language)("table.done"), timeout=PATIENCE)
    chart = page.locator("[class*=st-key-race_chart_]").first.bounding_box()
    assert chart is not None
    assert chart["y"] + chart["height"] < 844
    assert fits(page)
    shot(page, f"regularization-phone-{language}")
    page.get_by_text(Texts("regularization", language)("part.dropout"), exact=True).click()
    expect(page.locator("[data-testid=stMarkdown] table")).to_be_visible()
    assert fits(page)
