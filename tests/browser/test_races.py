"""Optimizers on the real network: a race to its end, paused, found again; rates; the landscape."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage, settled, shot

PATIENCE = 90_000  # ms for what takes seconds when nobody else computes
BASE = "/optimizers?part=network&source=digits(1000)"
THREE = f"{BASE}&racers=sgd~adam~sgd(1000000)&updates=40"
LASTING = f"{BASE}&racers=sgd~adam~momentum&updates=3000"


def button(page: Page, name: str) -> Locator:
    return page.locator(f".st-key-race_{name}_optimizers button")


def progress(page: Page) -> Locator:
    return page.locator(".progress-line")


def done(page: Page) -> int:
    found = re.search(r"([\d,]+) (?:of|/)", progress(page).inner_text())
    return int(found[1].replace(",", "")) if found else 0


def wait_for_steps(page: Page, more_than: int) -> int:
    page.wait_for_function(
        """(least) => {
            const said = document.querySelector('.progress-line')?.innerText.match(/([\\d,]+) (?:of|[/])/)
            return said && Number(said[1].replaceAll(',', '')) > least
        }""",
        arg=more_than,
        timeout=PATIENCE,
    )
    return done(page)


def finish(page: Page, words: str = "Finished") -> None:
    button(page, "start").click()
    expect(progress(page)).to_contain_text(words, timeout=PATIENCE)


@pytest.mark.parametrize(
    ("language", "theme", "phone", "words"),
    [("en", "light", False, "Finished"), ("ja", "dark", False, "終了"), ("ja", "light", True, "終了")],
)
def test_a_race_of_three_runs_to_its_end(
    open_page: OpenPage, language: str, theme: str, phone: bool, words: str
) -> None:
    page = open_page(THREE, language=language, theme=theme, phone=phone)
    finish(page, words)
    rows = page.locator(".race-table tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(2)).to_contain_text("diverged" if language == "en" else "発散")
    expect(rows.nth(0)).to_contain_text("done" if language == "en" else "完了")
    expect(page.locator(".st-key-race_csv_optimizers button")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out"
    shot(page, f"race-{language}-{theme}{'-phone' if phone else ''}")


def test_a_race_is_paused_found_after_a_refresh_and_goes_on(open_page: OpenPage) -> None:
    page = open_page(LASTING)
    button(page, "start").click()
    wait_for_steps(page, 0)
    button(page, "pause").click()
    expect(button(page, "pause")).to_have_text(re.compile("Resume"), timeout=PATIENCE)
    page.wait_for_timeout(600)  # slices that were under way end
    held = done(page)
    page.reload()
    settled(page)
    expect(progress(page)).to_contain_text("Paused", timeout=PATIENCE)
    assert done(page) >= held > 0
    held = done(page)
    button(page, "pause").click()
    wait_for_steps(page, held)
    page.get_by_role("link", name="Train").first.click()
    expect(page).to_have_url(re.compile("/train"))
    page.go_back()
    expect(progress(page)).to_contain_text("Racing", timeout=PATIENCE)
    button(page, "cancel").click()
    expect(progress(page)).to_contain_text("Stopped", timeout=PATIENCE)


def test_the_files_hold_what_they_say(open_page: OpenPage) -> None:
    page = open_page(THREE)
    finish(page)
    for name, start in (("csv", "contestant,seed,step"), ("json", '{"format": "cnn-playground-race"')):
        with page.expect_download() as download:
            page.locator(f".st-key-race_{name}_optimizers button").click()
        assert download.value.suggested_filename == f"race.{name}"
        assert download.value.path().read_text().startswith(start)


def test_the_landscapes_are_measured_and_drawn(open_page: OpenPage) -> None:
    page = open_page(THREE.replace("digits(1000)", "digits(150)"))  # a landscape is measured on all, up to 512
    finish(page)
    for kind, tab in (("principal", "Plane of the paths"), ("minimum", "Around the minimum"),
                      ("straight", "Straight lines")):  # fmt: skip
        page.get_by_text(tab, exact=True).click()
        page.locator(f".st-key-landscape_{kind} button").click()
        expect(page.locator(f".st-key-landscape_figure_{kind} .js-plotly-plot")).to_be_visible(timeout=PATIENCE)
        expect(page.locator("[data-testid=stProgress]")).to_have_count(0, timeout=PATIENCE)
        shot(page, f"landscape-{kind}")
    assert "terrain=straight" in page.url
    page.get_by_text("Plane of the paths", exact=True).click()
    expect(page.get_by_text("The real points lie off it")).to_be_visible()


def test_good_rates_are_found_and_taken_over(open_page: OpenPage) -> None:
    page = open_page(f"{BASE}&racers=sgd(0.00001)~adam&updates=20")
    page.get_by_text("Find a good learning rate for each").click()
    page.locator(".st-key-rates_start button").click()
    page.locator(".st-key-rates_take button").click(timeout=PATIENCE)
    expect(page).not_to_have_url(re.compile(r"sgd(\(|%28)(0.00001|1e-05)"))
    expect(page).to_have_url(re.compile(r"racers=sgd"))


def test_racers_are_added_changed_and_removed(open_page: OpenPage) -> None:
    page = open_page(f"{BASE}&racers=sgd~adam")
    rows = page.locator(".race-table tbody tr")
    expect(rows).to_have_count(2)
    page.locator(".st-key-racer_add button").click()
    expect(rows).to_have_count(3)
    page.locator(".st-key-racer_1 button").first.click()
    rate = page.get_by_label("Learning rate").last
    rate.fill("0.05")
    rate.press("Enter")
    expect(page).to_have_url(re.compile(r"adam(\(|%28)0\.05"))
    expect(page.locator(".st-key-racer_remove_1 button")).to_be_visible()  # it stays open while it is worked with
    page.keyboard.press("Escape")
    expect(page.locator(".st-key-racer_1 button").first).to_contain_text("0.05")
    page.locator(".st-key-racer_1 button").first.click()
    page.locator(".st-key-racer_remove_1 button").click()
    expect(rows).to_have_count(2)
    expect(page).not_to_have_url(re.compile("adam"))
