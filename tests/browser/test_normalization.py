"""Normalization in a real browser: groups light up, cells are worked out, races end, batch norm meets company."""

import re

from pages.ui.page import PAGES  # noqa: F401 - it sets one BLAS thread before NumPy is imported

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnn.explain.normalization import Block, sharing
from cnn.training.normalization import CHANNELS, NormalizationSettings, feature_maps, pictures_with, treated
from pages.ui.normalization import number
from pages.ui.texts import Texts
from tests.browser.conftest import OpenPage, shot
from tests.browser.test_activations import slide
from tests.browser.test_convolution import point
from tests.browser.test_house import fits

MAPS = ".st-key-normalization_block_maps"
PLACE = re.compile(r"image (\d), channel (\d), row (\d+), column (\d+)")
PATIENCE = 120_000  # ms for what takes seconds when nobody else computes


def words(page: Page, text: str) -> Locator:
    return page.locator("[data-testid=stMarkdown] li", has_text=text)


def pictures(page: Page) -> list[str]:
    """Both mosaics as they are painted."""
    return page.locator(f"{MAPS} canvas").evaluate_all("all => all.map((one) => one.toDataURL())")


def test_pointing_lights_up_the_group_and_a_click_works_the_cell_out(open_page: OpenPage) -> None:
    page = open_page("/normalization?norm=layer")
    before = pictures(page)
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    point(page, MAPS, 0, 0.55, 0.62)
    tip = page.locator(f"{MAPS} .tip")
    found = PLACE.search(tip.inner_text())
    assert found is not None
    image, channel, row, column = map(int, found.groups())
    assert image > 1
    assert all(one != other for one, other in zip(before, pictures(page), strict=True)), "lit before and after"
    assert not sent, "pointing asks nobody"

    # Layer norm looks at one image alone, and all but the first are generated.
    block = Block(feature_maps(pictures_with(np.zeros((28, 28)), 4)), sharing("layer", 4, CHANNELS, 1))
    place = image - 1, channel - 1, row - 1, column - 1
    x, y = block.maps[place], treated(block, NormalizationSettings(norm="layer")).maps[place]
    expect(tip).to_contain_text(f"mean {block.means[image - 1]:.3g}, variance {block.variances[image - 1]:.3g}")
    shown = [float(text) for text in tip.locator("b").inner_text().split(" → ")]
    np.testing.assert_allclose(shown, [x, y], rtol=1e-3)

    page.mouse.down()
    page.mouse.up()
    said = words(page, f"Image {image}, channel {channel}, row {row}, column {column}")
    expect(said).to_contain_text(f"x = {number(x)}")
    expect(said).to_contain_text(f"y = {number(y)}")
    expect(page).to_have_url(re.compile(f"image={image}.*channel={channel}"))
    expect(page.locator("annotation", has_text=f"= {number(y)}").first).to_be_attached()
    shot(page, "normalization-layer")


def test_arrow_keys_go_from_the_chosen_cell_and_enter_chooses(open_page: OpenPage) -> None:
    page = open_page("/normalization?image=2&channel=3&row=4&column=6")
    canvas = page.locator(f"{MAPS} canvas").first
    canvas.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(f"{MAPS} .tip")).to_contain_text("image 2, channel 3, row 5, column 8")
    page.keyboard.press("Enter")
    expect(words(page, "Image 2, channel 3, row 5, column 8")).to_be_visible()
    expect(page).not_to_have_url(re.compile("column=6"))


def test_the_switch_and_the_slider_choose_the_group(open_page: OpenPage) -> None:
    page = open_page("/normalization")
    expect(words(page, "Batch norm")).to_contain_text("784 cells")
    page.get_by_role("radio", name="Group norm").click()
    expect(words(page, "Group norm")).to_contain_text("3 · 14 · 14 = 588 cells, 8 groups")
    thumb = page.locator(".st-key-normalization_groups").get_by_role("slider")
    thumb.focus()
    page.keyboard.press("ArrowRight")
    expect(words(page, "Group norm")).to_contain_text("2 · 14 · 14 = 392 cells, 12 groups")
    expect(page).to_have_url(re.compile("groups=3"))
    page.get_by_role("radio", name="0 … 1", exact=True).click()
    expect(words(page, "is something else")).to_be_visible()
    shot(page, "normalization-groups")


def test_the_norms_train_to_the_end_and_fill_their_table(open_page: OpenPage) -> None:
    page = open_page("/normalization?part=training&updates=20&batch=4&rate=0.05")
    page.get_by_role("button", name="Start the race").click()
    rows = page.locator(".race-table tbody tr")
    expect(rows).to_have_count(5)
    for row in rows.all():
        expect(row.locator("td").last).to_have_text("done", timeout=PATIENCE)
    page.get_by_role("button", name="Compare all rates").click()
    cells = page.locator(".heat-table td")
    expect(cells).to_have_count(15)
    for cell in cells.all():
        expect(cell).to_have_text(re.compile(r"%|×"), timeout=PATIENCE)
    expect(page.locator(".heat-table .heat-top").first).to_be_visible()
    shot(page, "normalization-training")


def test_raw_pixels_diverge_alone_and_batch_norm_saves_them(open_page: OpenPage) -> None:
    page = open_page("/normalization?part=inputs&updates=20&batch=4")
    page.get_by_role("button", name="Start the race").click()
    states = page.locator(".race-table tbody tr td:last-child")
    expect(states.nth(0)).to_contain_text("diverged", timeout=PATIENCE)
    for place in range(1, 4):
        expect(states.nth(place)).to_have_text("done", timeout=PATIENCE)
    page.get_by_text("With batch norm").click()
    expect(page).to_have_url(re.compile("batch_norm=true"))
    page.get_by_role("button", name="Start new race").click()
    for place in range(4):
        expect(states.nth(place)).to_have_text("done", timeout=PATIENCE)
    shot(page, "normalization-inputs")


def test_larger_batches_differ_less_while_the_slider_moves(open_page: OpenPage) -> None:
    page = open_page("/normalization?part=inference&company=2")

    def apart() -> float:
        said = words(page, "Training: the same digit").locator("annotation").first.text_content()
        return float(said or "nan")

    expect(words(page, "in 6 different batches of 2")).to_be_visible()
    small = apart()
    track = page.locator(".st-key-normalization-inference [role=slider]").nth(1)
    slide(page, track, 0.05, 0.95, lift=False)
    expect(words(page, "in 6 different batches of")).not_to_contain_text("of 2.")
    expect(page).to_have_url(re.compile("company=2$"))
    page.mouse.up()
    expect(page).not_to_have_url(re.compile("company=2$"))
    assert apart() < small
    expect(words(page, "Inference: the running statistics")).to_contain_text("the output is the same (difference: 0")
    shot(page, "normalization-inference")


@pytest.mark.parametrize("part", ["block", "training", "inputs", "inference"])
def test_in_japanese_on_a_phone_the_stage_comes_first(open_page: OpenPage, part: str) -> None:
    page = open_page(f"/normalization?part={part}", language="ja", theme="dark", phone=True)
    texts = Texts("normalization", "ja")
    expect(page.get_by_role("radio", name=texts(f"part.{part}"), exact=True)).to_be_checked()
    assert fits(page)
    if part == "block":
        box = page.locator(f"{MAPS} canvas").first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 844
    shot(page, f"normalization-phone-{part}")
