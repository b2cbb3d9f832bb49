"""Activations in a real browser: what is dragged moves at once, by mouse, finger and keys; the URL follows at rest."""

import re

from pages.ui.page import PAGES  # noqa: F401 - it sets one BLAS thread before NumPy is imported

import pytest
from playwright.sync_api import Locator, Page, expect

from cnn.activations import ELU, LeakyReLU
from cnn.explain.activations import ActivationsSettings, softmax
from tests.browser.conftest import OpenPage, settled, shot
from tests.browser.finger import Finger
from tests.browser.test_house import fits

ZEROS = "0%200%200%200%200%200%200%200%200%200"


def marker(page: Page) -> Locator:
    return page.locator(".st-key-activations-marker [role=slider]")


def cells(page: Page, name: str) -> Locator:
    """The values of a function at the marker, in the table under the curves."""
    return page.locator(".st-key-activations-marker tbody tr", has_text=name).locator("td")


def slide(page: Page, track: Locator, start: float, end: float, upright: bool = False, lift: bool = True) -> None:
    """Drag along a track, from one share of its length to another."""
    track.scroll_into_view_if_needed()
    box = track.bounding_box()
    assert box is not None

    def place(share: float) -> tuple[float, float]:
        if upright:
            return box["x"] + box["width"] / 2, box["y"] + box["height"] * (1 - share)
        return box["x"] + box["width"] * share, box["y"] + box["height"] / 2

    page.mouse.move(*place(start))
    page.mouse.down()
    for step in range(1, 21):
        page.mouse.move(*place(start + (end - start) * step / 20))
    if lift:
        page.mouse.up()


def test_the_marker_moves_on_all_curves_without_asking_the_server(open_page: OpenPage) -> None:
    page = open_page("/activations?chosen=sigmoid~elu")
    expect(cells(page, "Sigmoid")).to_have_text(["0.7311", "0.1966"])
    area = page.locator(".st-key-activations-marker .area").first
    slide(page, area, 0.5, 0.3, lift=False)
    x = float(marker(page).get_attribute("aria-valuenow") or "nan")
    assert x < -1
    y, slope = ELU().forward([x])[0], ELU().derivative([x])[0]
    expect(cells(page, "ELU")).to_have_text([f"{value:.4g}".replace("-", "−") for value in (y, slope)])
    expect(page).not_to_have_url(re.compile("x="))
    page.mouse.up()
    expect(page).to_have_url(re.compile(rf"x={x:g}(&|$)"))


def test_the_marker_is_moved_by_keys(open_page: OpenPage) -> None:
    page = open_page("/activations?chosen=relu~tanh")
    marker(page).focus()
    for key, x in (("ArrowRight", "1.05"), ("PageDown", "0.55"), ("Home", "-6"), ("ArrowUp", "-5.95"), ("End", "6")):
        page.keyboard.press(key)
        expect(marker(page)).to_have_attribute("aria-valuenow", x)
    expect(marker(page)).to_have_attribute("aria-valuetext", re.compile("^6: .*ReLU 6, 1;"))
    expect(page).to_have_url(re.compile(r"x=6(&|$)"))


def test_an_option_acts_while_it_is_dragged(open_page: OpenPage) -> None:
    page = open_page("/activations?chosen=leaky_relu(0.1)&x=-2")
    track = page.locator(".st-key-activations-options [role=slider]")
    slide(page, track, 0.15, 0.8, lift=False)
    alpha = float(track.get_attribute("aria-valuenow") or "nan")
    assert alpha > 0.5
    values = LeakyReLU(alpha).forward([-2.0])[0], LeakyReLU(alpha).derivative([-2.0])[0]
    expect(cells(page, "Leaky ReLU")).to_have_text([f"{value:.4g}".replace("-", "−") for value in values])
    expect(track).to_have_attribute("aria-valuenow", f"{alpha:g}")  # what came back did not move it
    page.mouse.up()
    expect(page).to_have_url(re.compile(re.escape(f"chosen=leaky_relu%28{alpha:g}%29")))
    shot(page, "activations-curves")


def test_ranges_without_a_gradient_are_shaded_on_demand(open_page: OpenPage) -> None:
    page = open_page("/activations?chosen=relu~sigmoid")
    name = page.locator(".st-key-activations-marker").get_by_role("button", name="ReLU")
    rectangles = page.locator(".st-key-activations-marker svg g > rect")
    expect(rectangles).to_have_count(0)
    name.click()
    expect(name).to_have_attribute("aria-pressed", "true")
    expect(rectangles).to_have_count(2)  # one in each panel
    name.click()
    expect(rectangles).to_have_count(0)


def test_a_logit_is_dragged_and_the_probabilities_follow(open_page: OpenPage) -> None:
    page = open_page(f"/activations?section=softmax&logits={ZEROS}")
    logits = page.locator(".st-key-activations-logits")
    expect(logits.locator(".item:not(.head) .bar span")).to_have_text(["10.0%"] * 10)
    slide(page, logits.locator("[role=slider]").nth(3), 0.5, 0.97, upright=True, lift=False)
    expect(logits.locator(".item:not(.head) .bar span").nth(3)).to_have_text(">99.9%")
    expect(page.locator("[data-testid=stMarkdown]", has_text=re.compile("gets 99\\.9\\d+\u202f%"))).to_be_visible()
    page.mouse.up()
    logit = logits.locator("[role=slider]").nth(3).get_attribute("aria-valuenow")
    expect(page).to_have_url(re.compile(rf"logits=0\+0\+0\+{logit}\+0"))
    page.keyboard.press("Home")
    expect(logits.locator(".item:not(.head) .bar span").nth(3)).to_have_text(re.compile(r"^0\.000\d%$"))
    shot(page, "activations-softmax")


def test_temperature_flattens(open_page: OpenPage) -> None:
    flat = softmax(ActivationsSettings().scores(), 10)
    page = open_page("/activations?section=softmax")
    heat = page.locator(".st-key-activations-heat [role=slider]")
    heat.focus()
    page.keyboard.press("End")
    expect(page.locator(".st-key-activations-logits .item:not(.head) .bar span").nth(7)).to_have_text(f"{flat[7]:.1%}")
    expect(page).to_have_url(re.compile("temperature=10"))


def test_the_funnels_window_is_framed_and_added_up(open_page: OpenPage) -> None:
    page = open_page("/activations?section=funnel&input=0%200%200;%200%209%200;%200%200%200")
    funnel = page.locator(".st-key-activations_funnel")
    output = funnel.locator("figure canvas").nth(3)
    box = output.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 6, box["y"] + box["height"] / 6)
    expect(funnel).to_contain_text("max(x, 1) = 1")
    shot(page, "activations-funnel")


def test_every_picture_is_one_click_away(open_page: OpenPage) -> None:
    page = open_page("/activations")
    for name, key in (
        ("On your digit", "activations_maps"),
        ("FReLU", "activations_funnel"),
        ("Curves", "activations-marker"),
    ):
        page.locator(".st-key-activations-section").get_by_text(name).click()
        expect(page.locator(f".st-key-{key}")).to_be_visible()
    page.locator(".st-key-activations-section").get_by_text("Twenty layers").click()
    expect(page.locator(".st-key-activations-depth tbody tr")).to_have_count(4)
    expect(page).to_have_url(re.compile("section=depth"))
    page.reload()
    settled(page)
    expect(page.locator(".st-key-activations-depth tbody tr")).to_have_count(4)


def test_nonsense_in_the_link_is_named(open_page: OpenPage) -> None:
    page = open_page("/activations?chosen=softmax&x=1e300")
    expect(page.get_by_text("chosen=softmax")).to_be_visible()
    expect(page.get_by_text("x=1e300")).to_be_visible()
    expect(cells(page, "Sigmoid").first).to_have_text("0.7311")


@pytest.mark.parametrize(
    ("section", "language", "theme"),
    [("curves", "ja", "light"), ("maps", "en", "dark"), ("softmax", "ja", "dark"), ("funnel", "en", "light"),
     ("depth", "ja", "light")],
)  # fmt: skip
def test_a_phone_sees_the_picture_first(open_page: OpenPage, section: str, language: str, theme: str) -> None:
    page = open_page(f"/activations?section={section}", language=language, theme=theme, phone=True)
    keys = {"curves": "activations-marker", "maps": "activations_maps", "softmax": "activations-logits",
            "funnel": "activations_funnel", "depth": "activations-depth"}  # fmt: skip
    picture = page.locator(f".st-key-{keys[section]}").bounding_box()
    assert picture is not None
    assert picture["y"] < 300
    assert fits(page)
    shot(page, f"activations-{section}-phone-{language}")


def test_a_finger_drags_a_logit_where_the_bars_lie_down(open_page: OpenPage) -> None:
    page = open_page(f"/activations?section=softmax&logits={ZEROS}", phone=True)
    track = page.locator(".st-key-activations-logits [role=slider]").nth(3)
    expect(track).to_have_attribute("aria-orientation", "horizontal")
    box = track.bounding_box()
    assert box is not None
    assert box["height"] >= 40
    y = box["y"] + box["height"] / 2
    Finger(page).drag([(box["x"] + box["width"] * (0.5 + 0.045 * step), y) for step in range(11)])
    bar = page.locator(".st-key-activations-logits .item:not(.head) .bar span").nth(3)
    expect(bar).to_have_text(re.compile(r"^>?9\d\.\d%"))
