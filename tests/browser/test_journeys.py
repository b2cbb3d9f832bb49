"""What people really do: follow a link, take a suggestion, change something, start, reload, go back, come back."""

import re
from typing import Any

from pages.ui.page import PAGES

import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect

from pages.ui.texts import Texts
from tests.browser.conftest import OpenPage, settled
from tests.browser.test_house import NAMES, PATHS

# Every set of suggestions, and what starts there. (A suggestion on Draw is followed by a drawing, which Back keeps.)
STAGES = [(name, "") for name in NAMES if name != "draw"] + [("optimizers", "?part=network")]

# What a reader has set, as far as it can be seen: fields, menus, switches, labels of what opens.
_SETTINGS = """() => {
  const main = document.querySelector("[data-testid=stMain]");
  const fields = [...main.querySelectorAll("input:not([type=file])")].map((one) => `${one.ariaLabel}=${one.value}`);
  const rows = ["train_settings", "layers", "racer_rows"].map((key) => `.st-key-${key} .stPopover button`);
  const chosen = main.querySelectorAll(["[role=radio][aria-checked=true]", "[aria-pressed=true]", ...rows].join(", "));
  return [document.querySelector(".page-head").textContent, ...fields, ...[...chosen].map((one) => one.textContent)];
}"""
# The same, once it is as it was before; the promise of a test ends it.
_AS_BEFORE = f"""([url, settings]) => {{
  const now = ({_SETTINGS})();
  return location.pathname + location.search === url && settings.every((one) => now.includes(one));
}}"""


def query(page: Page) -> str:
    return page.evaluate("location.pathname + location.search")


def state(page: Page) -> list[Any]:
    """Where the reader is and what is set there."""
    settled(page)
    return [query(page), page.evaluate(_SETTINGS)]


def expect_state(page: Page, wanted: list[Any], why: str) -> None:
    """The reader is there again, and all is set as it was; what a run has added to the page does not count."""
    settled(page)
    try:
        page.wait_for_function(_AS_BEFORE, arg=wanted)
    except TimeoutError:
        assert state(page) == wanted, why


def follow(page: Page, chip: Locator) -> list[Any]:
    """Take a suggestion; what it has set."""
    before = query(page)
    chip.click()
    page.wait_for_function("before => location.pathname + location.search !== before", arg=before)
    return state(page)


@pytest.mark.parametrize(("name", "part"), STAGES, ids=[f"{name}{part}" for name, part in STAGES])
def test_a_suggestion_is_the_state_the_url_and_what_start_uses(open_page: OpenPage, name: str, part: str) -> None:
    page = open_page(f"{PATHS[name]}{part}")
    chips = page.locator(".st-key-try_this button")
    count = chips.count()
    assert count >= 3
    visited = [state(page)]
    for place in range(count):
        visited.append(follow(page, chips.nth(place)))
        if chips.count() != count:
            break  # it leads to another part, which has suggestions of its own
    start = page.locator(".st-key-train_start button, [class*='st-key-race_start_'] button").first
    if start.is_visible() and start.is_enabled():
        start.click()
        expect(page.locator(".st-key-train_pause button, [class*='st-key-race_cancel_'] button").first).to_be_enabled()
        expect_state(page, visited[-1], "starting keeps what was set")
    page.reload()
    expect_state(page, visited[-1], "so does a refresh")
    for earlier in reversed(visited[:-1]):
        page.go_back()
        expect_state(page, earlier, "Back takes a suggestion back")


def test_a_suggestion_on_draw_chooses_who_looks(open_page: OpenPage) -> None:
    page = open_page("/")
    chips = page.locator(".st-key-try_this button")
    asked = page.locator(".st-key-model input")
    untrained = Texts("draw", "en")("model.untrained")
    chips.nth(0).click()
    expect(asked).to_have_value(untrained)
    expect(page).to_have_url(re.compile(r"\?model=untrained$"))
    page.reload()
    settled(page)
    expect(asked).to_have_value(untrained)
    go_to(page, "train")
    go_to(page, "draw")
    expect(asked).to_have_value(untrained)
    chips.nth(1).click()
    expect(asked).to_have_value(Texts("draw", "en")("model.shipped"))
    expect(page.locator(".st-key-prediction")).to_contain_text("4")


def test_one_press_of_back_is_one_page(open_page: OpenPage) -> None:
    page = open_page("/convolution?stride=2&lang=en")
    page.locator(".st-key-language").get_by_text("日本語").click()
    expect(page).to_have_url(re.compile("lang=ja"))
    page.locator(".st-key-convolution-stride").get_by_test_id("stNumberInputStepUp").click()
    expect(page).to_have_url(re.compile("stride=3"))
    visited = [state(page)]
    for name in ("train", "draw", "convolution"):
        go_to(page, name)
        visited.append(state(page))
    assert visited[-1] == visited[0], "the page is given back what it had"
    for there in reversed(visited[:-1]):
        page.go_back()
        expect_state(page, there, "one page back")


def test_the_query_of_the_next_page_leaves_no_trace_on_the_one_before(open_page: OpenPage) -> None:
    page = open_page("/loss?target=3")
    length = page.evaluate("history.length")
    # What Streamlit does on a slow machine after a click in the navigation: first the query, then the path.
    page.locator(".page-head").click()
    page.evaluate("history.pushState({}, '', '/loss?stride=3'); history.pushState({}, '', '/convolution?stride=3')")
    assert (query(page), page.evaluate("history.length")) == ("/convolution?stride=3", length + 1)
    page.go_back()
    page.wait_for_function("location.pathname === '/loss'")
    assert query(page) == "/loss?target=3"


def test_a_refresh_elsewhere_loses_nothing(open_page: OpenPage) -> None:
    page = open_page("/train?v=1&epochs=7&optimizer=sgd&utm_source=mail&fbclid=x")
    assert Texts("common", "en")("link.dropped") not in page.inner_text("[data-testid=stMain]")
    there = state(page)
    go_to(page, "convolution")
    page.reload()
    settled(page)
    go_to(page, "train")
    assert state(page)[1] == there[1]
    assert "epochs=7" in query(page)


def go_to(page: Page, name: str) -> None:
    """Another page, by the navigation as a person uses it."""
    group = next(place for place, names in enumerate(PAGES.values()) if name in names)
    if group:
        page.get_by_test_id("stTopNavSection").nth(group - 1).click()
    title = Texts(name, page.evaluate("document.documentElement.lang"))("title")
    page.get_by_role("menuitem" if group else "link", name=title, exact=True).click()
    expect(page).to_have_url(re.compile(rf"{PATHS[name]}(\?|$)"))
    expect(page.locator(".page-head h1")).to_have_text(title)
    settled(page)
