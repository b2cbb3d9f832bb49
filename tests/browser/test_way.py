"""The way through all pages in a real browser: what is next, and what is guessed on the way."""

import os
import re
import signal

import pytest
from playwright.sync_api import Locator, Page, expect

from pages.ui.texts import Texts
from tests.browser.conftest import OpenPage, settled, shot
from tests.browser.server import Server
from tests.browser.test_house import NAMES, PATHS, fits


@pytest.mark.parametrize(("language", "phone"), [("en", False), ("ja", True)], ids=["desktop", "phone"])
def test_next_leads_through_every_page_and_back_to_the_first(open_page: OpenPage, language: str, phone: bool) -> None:
    page = open_page("/", language=language, phone=phone)
    for place, name in enumerate([*NAMES[1:], NAMES[0]], start=1):
        link = page.locator(".st-key-next_page a")
        expect(link).to_contain_text(f"{place} / {len(NAMES)}")
        expect(link).to_contain_text(Texts(name, language)("lead"))
        assert link.locator("p").evaluate("one => one.scrollWidth <= one.clientWidth"), "all its words are in sight"
        if name == NAMES[0]:
            shot(page, f"way-last-{language}")
        link.tap() if phone else link.click()
        expect(page.locator(".page-head h1")).to_have_text(Texts(name, language)("title"))
        settled(page)
        assert fits(page)
        assert page.url.split("?")[0].endswith(PATHS[name])


@pytest.mark.parametrize("name", ["draw", "optimizers", "backprop"])
def test_a_page_that_plays_does_not_call_back_who_leaves_it(open_page: OpenPage, server: Server, name: str) -> None:
    page = open_page(PATHS[name])
    if name == "backprop":
        page.locator(".st-key-bp_stage .play").click()
    link, following = page.locator(".st-key-next_page a"), NAMES[NAMES.index(name) + 1]
    link.scroll_into_view_if_needed()
    os.kill(server.process.pid, signal.SIGSTOP)  # a server that is busy: what is asked of it meanwhile waits
    try:
        link.click()
        # What plays goes on until the next page is there: for longer than it takes until it tells Python something.
        page.evaluate("new Promise((resolve) => setTimeout(resolve, 7000))")
    finally:
        os.kill(server.process.pid, signal.SIGCONT)
    expect(page.locator(".page-head h1")).to_have_text(Texts(following, "en")("title"))
    settled(page)
    expect(page.locator(".st-key-next_page a")).to_contain_text(f"{NAMES.index(following) + 1} / ")


def asked(page: Page, question: str, language: str = "en") -> tuple[Locator, Locator]:
    """A question, opened; and the button that shows its answer."""
    block = page.locator(f".st-key-question_{question}")
    block.locator("summary").click()
    show = block.get_by_role("button", name=Texts("common", language)("guess.show"))
    show.scroll_into_view_if_needed()  # once it has opened
    return block, show


def test_a_guess_is_answered_by_one_click_or_by_enter(open_page: OpenPage) -> None:
    page, words = open_page("/activations"), Texts("common", "en")
    block, show = asked(page, "steepest")
    show.click()
    expect(block.get_by_text(words("guess.missing"))).to_be_visible()
    field = block.locator("input")
    field.fill("0.25")
    show.click()
    expect(block.get_by_text(words("guess.right"))).to_be_visible()
    field.fill("3")
    field.press("Enter")
    expect(block.get_by_text(words("guess.wrong").format(guess="3"))).to_be_visible()
    block, show = asked(page, "shift")
    block.get_by_role("radio").nth(1).click()
    expect(block.get_by_role("radio").nth(1)).to_be_checked()
    show.click()
    expect(block.get_by_text(re.compile("^You said"))).to_be_visible()
    block.get_by_role("radio").nth(0).focus()
    page.keyboard.press("Space")
    show.press("Enter")
    expect(block.get_by_text(words("guess.right"))).to_be_visible()


def test_a_guess_is_answered_by_one_tap(open_page: OpenPage) -> None:
    page, words = open_page("/activations", language="ja", phone=True), Texts("common", "ja")
    block, show = asked(page, "steepest", "ja")
    block.locator("input").fill("0.25")
    show.tap()
    expect(block.get_by_text(words("guess.right"))).to_be_visible()
    shot(page, "way-guess-ja")
    block, show = asked(page, "shift", "ja")
    block.get_by_role("radio").nth(0).tap()
    show.tap()
    expect(block.get_by_text(words("guess.right"))).to_be_visible()


@pytest.mark.parametrize(
    ("name", "switches"),
    [
        ("convolution", {"convolution_way-direction": ("backward",)}),
        ("activations", {"activations-section": ("maps", "softmax", "funnel", "depth")}),
        ("pooling", {"pooling_way-direction": ("backward", "shift")}),
        ("loss", {"loss_part-part": ("features", "regression")}),
        ("optimizers", {"optimizers-projection": ("perspective",)}),
        ("normalization", {"normalization_block-method": ("unit", "symmetric"),
                           "normalization_part": ("training",)}),
    ],
)  # fmt: skip
def test_the_first_sentence_follows_who_goes_to_another_part(
    open_page: OpenPage, name: str, switches: dict[str, tuple[str, ...]]
) -> None:
    page, texts = open_page(PATHS[name]), Texts(name, "en")
    said = page.locator(".page-head p")
    expect(said).to_have_text(texts("lead"))
    for key, parts in switches.items():
        for place, part in enumerate(parts, start=1):
            page.locator(f".st-key-{key}").get_by_role("radio").nth(place).click()
            expect(said).to_have_text(texts(f"leads.{part}"))
            settled(page)
    for key in reversed(switches):
        page.locator(f".st-key-{key}").get_by_role("radio").nth(0).click()
    expect(said).to_have_text(texts("lead"))
