"""Optimizers on a surface in a real browser: a start to drag, steps to play, by mouse, finger and keys."""

import re

from pages.ui.page import PAGES  # noqa: F401 - it sets one BLAS thread before NumPy is imported

import pytest
from playwright.sync_api import Locator, Page, expect

from cnn.explain.descent import paths
from cnn.explain.optimizers import OptimizersSettings
from cnn.explain.surfaces import Bowl
from cnn.optimizers import SGD, Adam
from tests.browser.conftest import OpenPage, settled, shot
from tests.browser.finger import Finger
from tests.browser.test_house import fits


def picture(page: Page) -> Locator:
    return page.locator(".st-key-optimizers-descent")


def place(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a point of the bowl is on the screen."""
    box = picture(page).locator(".map canvas").bounding_box()
    assert box is not None
    left, right, low, high = Bowl().window
    return box["x"] + (x - left) / (right - left) * box["width"], box["y"] + (high - y) / (high - low) * box["height"]


def losses(page: Page) -> Locator:
    return picture(page).locator("tbody .loss")


def shown(value: float) -> str:
    return f"{value:.4g}".replace("-", "−")


def loss_at(step: int, start: tuple[float, float] = (-7.0, 2.0)) -> float:
    return float(paths(Bowl(), [SGD(lr=0.5)], start, 100)[0].losses[step])


def test_the_start_is_dragged_and_everybody_sets_out_from_there(open_page: OpenPage) -> None:
    page = open_page("/optimizers?optimizers=sgd(0.5)~adam(0.3)&step=1")
    expect(losses(page).first).to_have_text(shown(loss_at(1)))
    page.mouse.move(*place(page, -7, 2))
    page.mouse.down()
    for k in range(1, 21):
        page.mouse.move(*place(page, -7 + 0.5 * k, 2 + 0.1 * k))
    knob = picture(page).get_by_role("slider", name=re.compile("^Start"))
    expect(knob).to_have_attribute("aria-valuetext", re.compile(r"^x = (2\.9|3)\S*, y = (3\.9|4)"))
    found = re.findall(r"−?[\d.]+", knob.get_attribute("aria-valuetext") or "")
    start = float(found[0]), float(found[1])
    # The paths follow before the button is let go, the link afterwards.
    expect(losses(page).first).to_have_text(shown(loss_at(1, start)))
    expect(page).not_to_have_url(re.compile("[?&]x="))
    page.mouse.up()
    expect(page).to_have_url(re.compile(rf"x={start[0]:g}"))
    settled(page)
    shot(page, "optimizers-dragged")


def test_steps_are_taken_one_by_one_and_formula_and_link_follow(open_page: OpenPage) -> None:
    page = open_page("/optimizers?optimizers=sgd(0.5)&step=0")
    press = picture(page).get_by_role("button", name="One step on")
    for step in (1, 2, 3):
        press.click()
        expect(picture(page).locator(".position")).to_have_text(f"step {step} / 100")
        expect(losses(page).first).to_have_text(shown(loss_at(step)))
    expect(page).to_have_url(re.compile("step=3"))
    expect(page.get_by_text("Step 3 with the real values")).to_be_visible()
    picture(page).get_by_role("button", name="Back one step").click()
    expect(page.get_by_text("Step 2")).to_be_visible()
    picture(page).get_by_role("button", name="To the start").click()
    expect(page.get_by_text("nothing has been updated yet")).to_be_visible()


def reruns(page: Page) -> int:
    """How often a script has begun to run since this was first asked."""
    return page.evaluate("""() => {
        if (window.reruns === undefined) {
            const app = document.querySelector("[data-testid=stApp]");
            window.reruns = 0;
            new MutationObserver(() => app.dataset.testScriptState === "running" && window.reruns++)
                .observe(app, { attributeFilter: ["data-test-script-state"] });
        }
        return window.reruns;
    }""")


def test_it_plays_by_itself_is_paused_and_played_to_the_end(open_page: OpenPage) -> None:
    page = open_page("/optimizers?optimizers=sgd(0.5)~adam&steps=500")
    play, position = picture(page).locator("[data-name=play]"), picture(page).locator(".position")
    expect(play).to_have_attribute("aria-label", "Pause")
    expect(page.get_by_text("All of them set out from")).to_be_visible()
    reruns(page)
    expect(position).to_have_text(re.compile(r"^step \d{2,3} / 500"))
    assert reruns(page) == 0, "the browser plays alone"
    assert "step=" not in page.url
    play.click()
    expect(play).to_have_attribute("aria-label", "Play")
    halted = (position.text_content() or "").split()[1]
    expect(page).to_have_url(re.compile(rf"step={halted}(&|$)"))
    expect(page.get_by_text(f"After {halted} steps")).to_be_visible()
    assert reruns(page) > 0
    page.reload()
    settled(page)
    expect(play).to_have_attribute("aria-label", "Play")
    expect(position).to_have_text(f"step {halted} / 500")
    picture(page).locator(".speed").fill("5")
    play.click()
    expect(position).to_have_text("step 500 / 500")
    expect(play).to_have_attribute("aria-label", "Play")
    expect(page).not_to_have_url(re.compile("[?&]step="))


def test_it_plays_another_surface_but_neither_a_step_in_a_link_nor_for_who_wants_less_motion(
    open_page: OpenPage,
) -> None:
    page = open_page("/optimizers?optimizers=sgd~adam&step=0")
    play, position = picture(page).locator("[data-name=play]"), picture(page).locator(".position")
    expect(play).to_have_attribute("aria-label", "Play")
    expect(position).to_have_text("step 0 / 100")
    picture(page).locator(".scrub").focus()
    page.keyboard.press("End")
    expect(page).not_to_have_url(re.compile("step="))
    page.locator(".st-key-optimizers-surface").get_by_role("combobox").first.click()
    page.get_by_role("option").nth(1).click()
    expect(play).to_have_attribute("aria-label", "Pause")
    page.emulate_media(reduced_motion="reduce")
    page.reload()
    settled(page)
    expect(position).to_have_text("step 100 / 100")
    expect(play).to_have_attribute("aria-label", "Play")
    expect(page.get_by_text("After 100 steps")).to_be_visible()


def test_the_scrubber_and_the_curves_go_to_a_step(open_page: OpenPage) -> None:
    page = open_page("/optimizers?optimizers=sgd(0.5)&step=last")
    scrub = picture(page).locator(".scrub")
    scrub.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(losses(page).first).to_have_text(shown(loss_at(1)))
    box = picture(page).locator(".losses").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 40 + (box["width"] - 50) / 2, box["y"] + 40)
    expect(picture(page).locator(".position")).to_have_text("step 50 / 100")


def test_the_start_is_moved_by_keys(open_page: OpenPage) -> None:
    page = open_page("/optimizers?optimizers=sgd(0.5)&x=0&y=1&step=1")
    knob = picture(page).get_by_role("slider", name=re.compile("^Start"))
    knob.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    expect(knob).to_have_attribute("aria-valuetext", "x = 0.16, y = 1.8")
    expect(losses(page).first).to_have_text(shown(loss_at(1, (0.16, 1.8))))
    expect(page).to_have_url(re.compile(r"x=0\.16.*y=1\.8"))


def test_pointing_says_where_and_how_high(open_page: OpenPage) -> None:
    page = open_page("/optimizers?optimizers=adam(0.3)&step=0")
    tip = picture(page).locator(".tip")
    page.mouse.move(*place(page, 4, 4))
    expect(tip).to_contain_text(re.compile(r"x = (4|3\.99|4\.01), y = (4|3\.99|4\.01)\nLoss = 16\.[6-9]"))
    (path,) = paths(Bowl(), [Adam(lr=0.3)], (-7.0, 2.0), 3)
    page.mouse.move(*place(page, *path.positions[2]))
    expect(tip).to_contain_text("Adam, step 2")


def test_one_is_looked_at_closely(open_page: OpenPage) -> None:
    page = open_page("/optimizers?step=5")
    picture(page).get_by_role("button", name="Adam").click()
    expect(picture(page).locator("tbody button", has_text="Adam")).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile("rule=adam"))
    page.locator(".st-key-optimizers-rule").get_by_text("Momentum").click()
    expect(picture(page).locator("tbody button", has_text="Momentum")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".st-key-optimizers_sweep canvas")).to_be_visible()
    shot(page, "optimizers-closely")


def test_a_rate_that_is_too_large_is_seen_and_set_right(open_page: OpenPage) -> None:
    page = open_page("/optimizers?optimizers=sgd~adam&steps=200&step=last")
    rate = page.locator(".st-key-optimizers-rates [role=slider]").first
    rate.focus()
    page.keyboard.press("PageUp")
    expect(losses(page).first).to_have_text(re.compile("^diverged at step "))
    expect(page.get_by_text("SGD diverged at step")).to_be_visible()
    shot(page, "optimizers-lost")
    page.locator(".st-key-optimizers-suit button").click()
    expect(losses(page).first).not_to_have_text(re.compile("diverged"))


def test_a_cell_of_the_map_is_taken_over(open_page: OpenPage) -> None:
    page = open_page("/optimizers?optimizers=momentum&step=last")
    canvas = page.locator(".st-key-optimizers_sweep canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] - 20, box["y"] + box["height"] - 20)
    expect(page).to_have_url(re.compile(r"optimizers=momentum%28100%2C0.999%29|optimizers=momentum\(100,0\.999\)"))
    expect(losses(page).first).to_have_text(re.compile("^diverged at step "))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_finger_moves_the_start_on_a_phone(open_page: OpenPage, language: str) -> None:
    page = open_page("/optimizers?optimizers=sgd(0.5)~adam(0.3)&step=1", language=language, phone=True)
    assert fits(page)
    for button in picture(page).locator(".transport button").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 40
    finger = Finger(page)
    finger.drag(place(page, -7 + k, 2) for k in range(11))
    expect(page).to_have_url(re.compile(r"x=(3|2\.9|3\.0)"))
    finger.tap(picture(page).locator("[data-name=next]"))
    expect(picture(page).locator(".position")).to_contain_text("2 / 100")
    settled(page)
    shot(page, f"optimizers-phone-{language}")


def test_the_other_stage_is_one_click_away_and_keeps_what_was_set(open_page: OpenPage) -> None:
    page = open_page("/optimizers?optimizers=sgd(0.5)&x=1&y=1")
    page.locator(".st-key-optimizers-part").get_by_text("On the real CNN").click()
    expect(page).to_have_url(re.compile("part=network"))
    expect(picture(page)).to_have_count(0)
    page.locator(".st-key-optimizers-part").get_by_text("On a surface").click()
    expect(picture(page).locator(".knob")).to_have_attribute("aria-valuetext", "x = 1, y = 1")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_surface_is_turned_around_in_perspective(open_page: OpenPage, theme: str) -> None:
    page = open_page("/optimizers?projection=perspective", theme=theme, language="ja")
    expect(page.locator(".st-key-optimizers_perspective canvas").first).to_be_visible()
    shot(page, f"optimizers-perspective-{theme}")
    page.locator(".st-key-optimizers-projection").get_by_text("真上から").click()
    expect(picture(page).locator(".map canvas")).to_be_visible()
    assert OptimizersSettings().projection == "above"
