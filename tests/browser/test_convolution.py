"""Convolution in a real browser: every product under the pointer, kernels typed, the way back, keys, a phone."""

import re

from pages.ui.page import PAGES  # noqa: F401 - it sets one BLAS thread before NumPy is imported

import pytest
from playwright.sync_api import Locator, Page, expect

from cnn.explain.convolution import ConvolutionSettings, convolve
from cnn.explain.matrix import read_matrix
from pages.ui.texts import Texts
from tests.browser.conftest import OpenPage, settled, shot

GRID = "1 2 3 4 5 6; 2 3 4 5 6 7; 3 4 5 6 7 8; 4 5 6 7 8 9; 5 6 7 8 9 1; 6 7 8 9 1 2"
FORWARD = ".st-key-convolution_forward"
WORDS = {language: Texts("convolution", language) for language in ("en", "ja")}


def point(page: Page, grid: str, mosaic: int, x: float, y: float) -> Locator:
    """Point at a place of a mosaic, in shares of its picture; the sum that is then laid out."""
    canvas = page.locator(f"{grid} figure canvas").nth(mosaic)
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    return page.locator(f"{grid} .outcome")


def fields(page: Page) -> Locator:
    return page.locator(f"{FORWARD} .picture input")


def numbers(page: Page, table: int) -> list[float]:
    """The numbers of one table below the stage: the window, the kernel or the products."""
    cells = page.locator(f"{FORWARD} .term").nth(table).locator("i").all_inner_texts()
    return [float(text.replace("−", "-")) for text in cells]


def test_a_cell_of_the_output_shows_its_products_and_their_sum(open_page: OpenPage) -> None:
    page = open_page(f"/convolution?input={GRID}&stride=2&padding=1&bias=0.5&activation=relu")
    settings = ConvolutionSettings(stride=2, padding=1, bias=0.5)
    found = convolve(settings, read_matrix(GRID), settings.kernels())
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    outcome = point(page, FORWARD, 2, 0.5, 0.5)
    expect(outcome).to_contain_text("row 2, column 2")
    before = float(found.sums[0, 1, 1])
    expect(outcome).to_contain_text(f"Σ = {before - 0.5:g}")
    expect(outcome).to_contain_text(f"Σ + 0.5 = {before:g}")
    expect(outcome.locator(".result")).to_have_text(f"{before:g}")
    window, kernel, products = (numbers(page, table) for table in range(3))
    assert window == found.padded[0, 2:5, 2:5].ravel().tolist()
    assert kernel == found.kernels[0, 0].ravel().tolist()
    assert products == [x * w for x, w in zip(window, kernel, strict=True)]
    assert sum(products) == before - 0.5
    tip = page.locator(f"{FORWARD} .tip")
    point(page, FORWARD, 0, 0.06, 0.06)
    expect(tip).to_contain_text("padding\nwindows")
    expect(tip).to_contain_text("windows that read it: 1")
    point(page, FORWARD, 0, 0.94, 0.94)
    expect(tip).to_contain_text("never read")
    assert not sent
    shot(page, "convolution-typed")


def test_typing_into_the_kernel_acts_and_nonsense_stays_with_its_sentence(open_page: OpenPage) -> None:
    page = open_page(f"/convolution?input={GRID}&kernel=identity")
    outcome = point(page, FORWARD, 2, 0.1, 0.1)
    expect(outcome).to_contain_text("Σ = 3")
    middle = fields(page).nth(4)
    middle.fill("-2.5")
    expect(page).to_have_url(re.compile(r"kernel=0\+0\+0%3B\+0\+-2.5\+0"))
    point(page, FORWARD, 2, 0.1, 0.1)
    expect(outcome).to_contain_text("Σ = −7.5")
    error = page.locator(".stAlert").filter(has_text="abc")
    fields(page).nth(0).fill("abc")
    expect(error).to_be_visible()
    expect(fields(page).nth(0)).to_have_value("abc")
    expect(fields(page).nth(0)).to_have_attribute("aria-invalid", "true")
    shot(page, "convolution-refused")
    fields(page).nth(0).fill("1e300")
    expect(page.locator(".stAlert").filter(has_text="1e300")).to_be_visible()
    fields(page).nth(0).fill("１")  # full width, as Japanese keyboards type it
    expect(page.locator(".stAlert").filter(has_text="1e300")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"kernel=1\+0\+0%3B\+0\+-2.5\+0"))
    settled(page)


def test_the_stage_is_worked_with_the_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page(f"/convolution?input={GRID}&kernel=identity")
    outcome, position = page.locator(f"{FORWARD} .outcome"), page.locator(f"{FORWARD} .position")
    fields(page).nth(0).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(fields(page).nth(4)).to_be_focused()
    page.keyboard.type("2")
    expect(page).to_have_url(re.compile("kernel=0"))
    page.locator(f"{FORWARD} figure canvas").nth(2).focus()
    before = position.inner_text()
    page.keyboard.press("ArrowUp")
    expect(position).not_to_have_text(before)
    for _ in range(4):
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowLeft")
    expect(outcome).to_contain_text("row 1, column 1")
    expect(outcome.locator(".result")).to_have_text("6")
    page.keyboard.press("Tab")  # the sweep's buttons
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator(f"{FORWARD} [data-name=next]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(position).to_have_text("2 / 16")
    expect(outcome).to_contain_text("row 1, column 2")


def test_a_sweep_plays_pauses_and_ends(open_page: OpenPage) -> None:
    page = open_page(f"/convolution?input={GRID}")
    position, play = page.locator(f"{FORWARD} .position"), page.locator(f"{FORWARD} [data-name=play]")
    page.locator(f"{FORWARD} .sweep input").fill("2")
    play.click()
    expect(play).to_have_attribute("aria-label", Texts("grid", "en")("pause"))
    expect(position).to_have_text(re.compile(r"^([3-9]|1\d) / 16"))
    play.click()
    paused = position.inner_text()
    page.locator(f"{FORWARD} .sweep input").fill("5")
    page.wait_for_timeout(300)
    expect(position).to_have_text(paused)
    # The position stays while the numbers change.
    fields(page).nth(4).fill("3")
    expect(page).to_have_url(re.compile("kernel=-1"))
    expect(position).to_have_text(paused)
    play.click()
    expect(position).to_have_text("16 / 16")
    expect(play).to_have_attribute("aria-label", Texts("grid", "en")("play"))


def test_the_way_back_is_stepped_to_dx(open_page: OpenPage) -> None:
    page = open_page(f"/convolution?input={GRID}&direction=backward&stride=2&padding=1")
    button = page.locator(".st-key-convolution_next button")
    for number, name in enumerate(("dilate", "pad", "rotate", "correlate"), start=1):
        expect(page.locator(f".st-key-convolution_{name} figure").first).to_be_visible()
        expect(page.get_by_text(f"Step {number}.", exact=True)).to_be_visible()
        shot(page, f"convolution-{name}")
        button.click()
    last = page.locator(".st-key-convolution_crop")
    expect(last.locator("figcaption b")).to_have_text(
        [WORDS["en"](f"stage.{name}") for name in ("full", "dx", "dw", "db")]
    )
    expect(
        page.locator(".st-key-convolution_check .stBadge, .st-key-convolution_check .stMarkdownBadge")
    ).to_have_count(3)
    expect(
        page.get_by_text(re.compile(r"its largest difference from the engine's own backward pass is (0|\d·10⁻)"))
    ).to_be_visible()
    shot(page, "convolution-crop")


def test_who_turns_round_sees_zeros_put_in_and_a_link_that_names_a_stride_keeps_it(open_page: OpenPage) -> None:
    page = open_page(f"/convolution?input={GRID}")
    way, stride = page.locator(".st-key-convolution_way-direction"), page.locator(".st-key-convolution-stride input")
    zeros = page.locator(".st-key-convolution_dilate .legend", has_text=WORDS["en"]("stage.zeros"))
    way.get_by_text("Backward").click()
    expect(zeros).to_be_visible()
    expect(stride).to_have_value("2")
    expect(page).to_have_url(re.compile("direction=backward"))
    page.reload()
    settled(page)
    expect(stride).to_have_value("2")
    assert "stride" not in page.url
    way.get_by_text("Forward").click()
    expect(stride).to_have_value("1")
    page = open_page(f"/convolution?input={GRID}&stride=1")
    page.locator(".st-key-convolution_way-direction").get_by_text("Backward").click()
    expect(page.get_by_text("Step 1.", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("stride=1"))
    expect(page.locator(".st-key-convolution-stride input")).to_have_value("1")


def test_a_gradient_is_drawn_and_comes_back(open_page: OpenPage) -> None:
    page = open_page("/convolution?direction=backward&stride=1&input=digit-3&kernel=identity")
    canvas = page.locator(".st-key-convolution_dilate figure canvas").first
    expect(canvas).to_be_visible()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.1 * box["width"], box["y"] + 0.1 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.1 * box["height"], steps=20)
    page.mouse.up()
    expect(page).to_have_url(re.compile("gradient=drawn"))
    expect(page).to_have_url(re.compile(r"0\.2\.10%3A1"))
    canvas.focus()
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"drawn=0\.0\.0%3A1"))
    page.locator(".st-key-convolution_steps").get_by_text("5 Crop").click()
    point(page, ".st-key-convolution_crop", 1, 0.35, 0.125)
    expect(page.locator(".st-key-convolution_crop .tip b")).to_have_text("1")


def test_the_table_of_sizes_sets_the_page(open_page: OpenPage) -> None:
    page = open_page("/convolution?input=digit-3")
    table = page.locator(".st-key-convolution_sizes figure canvas").first
    table.scroll_into_view_if_needed()
    table.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"stride=2.*padding=1|padding=1.*stride=2"))
    expect(page.locator(f"{FORWARD} .card figcaption").nth(2)).to_contain_text("1 × 14 × 14")


def test_a_deep_cell_frames_what_it_depends_on(open_page: OpenPage) -> None:
    page = open_page("/convolution?input=digit-3&below=fields&depth=3")
    grid = ".st-key-convolution_fields"
    point(page, grid, 3, 0.5, 0.5)
    expect(page.locator(f"{grid} .tip")).to_contain_text("sees rows 12–18, columns 12–18")


def test_an_empty_drawing_and_a_kernel_too_large_are_explained(open_page: OpenPage) -> None:
    page = open_page("/convolution")
    expect(page.get_by_text(Texts("common", "en")("specimen.none_yet"))).to_be_visible()
    page = open_page("/convolution?input=1 2; 3 4&size=5")
    expect(page.locator(".stAlert").filter(has_text="larger than its input")).to_be_visible()
    expect(fields(page)).to_have_count(25)  # still to be changed
    page.locator(".st-key-convolution-padding").get_by_text("same", exact=True).click()
    expect(page.locator(f"{FORWARD} .outcome")).to_contain_text("Σ")


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("ja", "dark")])
def test_the_whole_stage_is_in_sight(open_page: OpenPage, language: str, theme: str) -> None:
    page = open_page("/convolution?input=digit-3&kernel=emboss&padding=1", language=language, theme=theme)
    box = page.locator(FORWARD).bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 800
    expect(page.locator(f"{FORWARD} .legend").first).to_contain_text(Texts("grid", language)("padding"))
    shot(page, f"convolution-{language}-{theme}")


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("step", ["", "correlate", "crop"])
def test_a_phone_sees_the_stage_first(open_page: OpenPage, language: str, step: str) -> None:
    query = f"&direction=backward&step={step}" if step else ""
    page = open_page(f"/convolution?input=digit-3&stride=2{query}", language=language, phone=True)
    picture = page.locator(f".st-key-convolution_{step or 'forward'}").bounding_box()
    size = page.locator(".st-key-convolution-size").bounding_box()
    assert picture is not None
    assert size is not None
    assert picture["y"] < size["y"]
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    for card in page.locator(f".st-key-convolution_{step or 'forward'} figure.card").all():
        box = card.bounding_box()
        assert box is not None
        assert 0 <= box["x"] < box["x"] + box["width"] <= 390
    shot(page, f"convolution-phone-{step or 'forward'}-{language}")
