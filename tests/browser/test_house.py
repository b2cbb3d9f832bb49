"""What holds on every page, in a real browser: languages, themes, sizes, cold links, the navigation."""

import re
from collections.abc import Iterator

from pages.ui.page import PAGES

import pytest
from playwright.sync_api import Page, expect

from pages.ui.texts import Texts, entries
from tests.browser.conftest import OpenPage, settled, shot
from tests.browser.everyone import (
    FOREIGN,
    Foreign,
    faults,
    is_found,
    open_everything,
    still_there,
    unclear_stops,
    what_does_not_fit,
)
from tests.browser.server import Server

NAMES = [name for names in PAGES.values() for name in names]
PATHS = {name: "/" if name == NAMES[0] else f"/{name}" for name in NAMES}
# Streamlit's own words, as it writes them.
ENGLISH = [word for key, word in entries("streamlit", "en").items() if word != entries("streamlit", "ja")[key]]
# The choices that lead to the parts of a page: classes that Streamlit makes of their keys.
PARTS = {
    "convolution": ("convolution_below-below", "convolution_way-direction"),
    "activations": ("activations-section",),
    "pooling": ("pooling_way-direction",),
    "loss": ("loss_part-part",),
    "optimizers": ("optimizers-projection", "optimizers-part"),
    "initializers": ("initializers_part",),
    "regularization": ("regularization_part",),
    "normalization": ("normalization_part",),
}


def lead(name: str, language: str) -> str:
    return Texts(name, language)("lead")


def fits(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def parts(page: Page, name: str) -> Iterator[str]:
    """Go through the parts of a page, the one in sight first; what each is called."""
    yield name
    for choice in PARTS.get(name, ()):
        options = page.locator(f".st-key-{choice}").get_by_role("radio")
        for number in range(1, options.count()):
            option, here = options.nth(number), page.url
            option.click()
            expect(page).not_to_have_url(here)
            settled(page)
            expect(option).to_be_checked()
            yield f"{choice} {option.inner_text()}"


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("ja", "dark")])
@pytest.mark.parametrize("name", NAMES)
def test_a_page_opens(open_page: OpenPage, name: str, language: str, theme: str, phone: bool) -> None:
    page = open_page(PATHS[name], language=language, theme=theme, phone=phone)
    expect(page.locator(".page-head")).to_contain_text(lead(name, language))
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert fits(page), "no scrolling sideways"
    shot(page, f"{name}-{language}-{theme}-{'phone' if phone else 'desktop'}")
    checked = phone == (
        language == "ja"
    )  # each page and part in both themes, languages and sizes, but not in all mixtures
    found: list[str] = []
    for part in parts(page, name) if phone or checked else [name]:
        open_everything(page)
        found += [f"{part}: English: {word}" for word in still_there(page, ENGLISH)] if language == "ja" else []
        found += [f"{part}: {fault}" for fault in what_does_not_fit(page)]
        found += [f"{part}: {fault}" for fault in faults(page)] if checked else []
        found += [f"{part}: {fault}" for fault in unclear_stops(page)] if checked and not phone else []
    assert not found, "\n".join(found)


@pytest.mark.parametrize("known", FOREIGN, ids=lambda known: known.rule)
def test_what_is_excused_is_still_there(open_page: OpenPage, known: Foreign) -> None:
    page = open_page(known.page, phone=known.phone)
    assert is_found(page, known), f"{known.rule} is mended: take {known.selector} from the list"


@pytest.mark.parametrize("name", NAMES)
def test_a_shared_link_opens_right_after_the_server_has_started(
    cold_server: Server, open_page: OpenPage, name: str
) -> None:
    page = open_page(f"{PATHS[name]}?lang=ja", at=cold_server)
    expect(page.locator(".page-head")).to_contain_text(lead(name, "ja"))
    expect(page.get_by_role("link", name=Texts("train", "ja")("title"), exact=True)).to_be_visible()


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_the_language_is_switched_and_stays(open_page: OpenPage, phone: bool) -> None:
    page = open_page("/", phone=phone)
    switch = page.locator(".st-key-language").get_by_text("日本語")
    switch.tap() if phone else switch.click()
    expect(page.locator(".page-head")).to_contain_text(lead("draw", "ja"))
    expect(page).to_have_url(re.compile(r"lang=ja"))
    if phone:
        page.get_by_test_id("stExpandSidebarButton").tap()
    page.get_by_role("link", name=Texts("train", "ja")("title"), exact=True).click()
    expect(page.locator(".page-head")).to_contain_text(lead("train", "ja"))
    expect(page).to_have_url(re.compile(r"/train\?.*lang=ja"))
    page.reload()
    settled(page)
    expect(page.locator(".page-head")).to_contain_text(lead("train", "ja"))


def test_the_switch_works_by_keyboard(open_page: OpenPage) -> None:
    page = open_page("/")
    page.locator(".st-key-language button").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "ja")


def test_streamlits_own_words_are_japanese_and_english_again(open_page: OpenPage) -> None:
    page = open_page("/", language="ja")
    page.get_by_role("button", name="メインメニュー").click()
    expect(page.get_by_test_id("stMainMenuList")).to_contain_text("ダーク")
    page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile(Texts("draw", "ja")("teach.popover").split("{")[0])).click()
    uploader = page.get_by_test_id("stFileUploader")
    expect(uploader).to_contain_text("ファイルを選ぶ")
    expect(uploader).to_contain_text("1 ファイル 5MB まで")
    page.keyboard.press("Escape")
    page.locator(".st-key-language").get_by_text("EN").click()
    expect(page.get_by_role("button", name="Main menu")).to_be_visible()
