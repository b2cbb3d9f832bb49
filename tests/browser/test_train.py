"""Train in a real browser: to 95 %, pausing, refreshing, on a phone, with what can go wrong."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage, settled, shot
from tests.browser.pen import SEVEN, draw

QUICK = "source=digits(1000)&epochs=3&v=1"
LASTING = "epochs=1000&v=1"  # not over before the next click, however late a busy machine comes to it
PATIENCE = 60_000  # ms for what takes a second or two when nobody else computes


def button(page: Page, name: str) -> Locator:
    return page.locator(f".st-key-train_{name} button")


def status(page: Page) -> Locator:
    return page.locator(".st-key-train_status")


def step_of(page: Page) -> int:
    found = re.search(r"(?:step|ステップ) ([\d,]+)", status(page).inner_text())
    return int(found[1].replace(",", "")) if found else 0


def wait_for_steps(page: Page, more_than: int = 0) -> int:
    page.wait_for_function(
        """(least) => {
            const line = document.querySelector('.st-key-train_status')
            const said = line && line.innerText.match(/(?:step|ステップ) ([\\d,]+)/)
            return said && Number(said[1].replace(/,/g, '')) > least
        }""",
        arg=more_than,
        timeout=PATIENCE,
    )
    return step_of(page)


def test_default_settings_reach_95_percent_while_kernels_form(open_page: OpenPage) -> None:
    page = open_page("/train")
    shot(page, "train-before")
    kernels = page.locator(".train-pictures img").first
    expect(kernels).to_be_visible()
    random = kernels.get_attribute("src")
    button(page, "start").click()
    page.wait_for_function(
        "parseFloat(document.querySelector('.st-key-train_accuracy').innerText) >= 95", timeout=2 * PATIENCE
    )
    shot(page, "train-running")
    assert kernels.get_attribute("src") != random
    expect(page.locator(".train-words")).to_contain_text("95")


def test_pausing_holds_a_refresh_finds_and_resuming_goes_on(open_page: OpenPage) -> None:
    page = open_page(f"/train?{LASTING}")
    button(page, "start").click()
    wait_for_steps(page)
    button(page, "pause").click()
    expect(button(page, "pause")).to_have_text(re.compile("Resume"), timeout=PATIENCE)
    expect(page.locator(".st-key-train_closer")).to_be_visible()
    page.wait_for_timeout(600)  # a slice that was under way when the button was pressed ends
    held = step_of(page)
    page.reload()
    settled(page)
    expect(status(page)).to_contain_text("Paused", timeout=PATIENCE)
    assert step_of(page) >= held
    held = step_of(page)
    button(page, "step").click()
    assert wait_for_steps(page, held) == held + 1
    button(page, "pause").click()
    wait_for_steps(page, held + 1)


def test_without_its_last_layer_a_network_says_what_is_missing_and_gets_it_with_one_click(open_page: OpenPage) -> None:
    page = open_page("/train?source=digits(200)&epochs=1&v=1&layers=conv2d(10,3)~relu~avg_pool2d(28)~flatten~linear")
    page.locator(".st-key-layer_4 button").click()
    page.locator(".st-key-layer_remove_4 button").click()
    settled(page)
    expect(button(page, "start")).to_be_enabled()  # ten maps, ten classes: nothing is missing
    button(page, "start").click()
    expect(status(page)).to_contain_text("Finished", timeout=PATIENCE)
    for panel in ("Histograms", "Gradient / weight", "Confusion matrix", "Worst mistakes"):
        page.get_by_role("tab", name=panel).click()
        settled(page)
    page.locator(".st-key-layer_3 button").click()
    page.locator(".st-key-layer_remove_3 button").click()
    expect(page.locator(".st-key-layers")).to_contain_text("10 × 1 × 1")
    expect(page.locator(".st-key-layers [role=alert]")).to_contain_text("end with Flatten.")
    expect(button(page, "start")).to_be_disabled()
    shot(page, "train-unfinished-network")
    page.locator(".st-key-layer_complete button").click()
    expect(page.locator(".st-key-layers [role=alert]")).to_have_count(0)
    expect(button(page, "start")).to_be_enabled()


def test_what_one_tab_does_to_a_run_the_other_notices_also_while_the_run_stands(open_page: OpenPage) -> None:
    page = open_page(f"/train?{LASTING}")
    button(page, "start").click()
    wait_for_steps(page)
    token = page.evaluate("sessionStorage.getItem('cnn-playground-tokens-run')")
    other = open_page("/")
    other.evaluate(
        "token => sessionStorage.setItem('cnn-playground-tokens-run', token)", token
    )  # as a duplicated tab has it
    other.goto("/train")
    for name in ("Resume", "Pause", "Resume"):
        button(other, "pause").click()
        for tab in (other, page):
            expect(button(tab, "pause")).to_have_text(re.compile(name), timeout=PATIENCE)


def test_a_run_whose_tab_is_closed_falls_asleep_in_the_eyes_of_who_has_its_link(open_page: OpenPage) -> None:
    page = open_page(f"/train?{LASTING}")
    button(page, "start").click()
    wait_for_steps(page)
    page.locator(".st-key-share_run button").click()
    shared = page.get_by_test_id("stPopoverBody")
    expect(shared.get_by_text("Only this computer can open an address that begins with 127.0.0.1.")).to_be_visible()
    expect(shared.locator("code").last).to_have_text("streamlit run app.py --server.address=0.0.0.0")
    shot(page, "train-shared")
    visitor = open_page(shared.locator("code").first.inner_text())
    wait_for_steps(visitor)
    page.close()
    expect(status(visitor)).to_contain_text("Asleep", timeout=PATIENCE)


def test_a_finished_run_can_be_looked_into(open_page: OpenPage) -> None:
    page = open_page(f"/train?{QUICK}")
    button(page, "start").click()
    expect(status(page)).to_contain_text("Finished", timeout=PATIENCE)
    closer = page.locator(".st-key-train_closer")
    expect(closer.locator(".js-plotly-plot")).to_be_visible()
    for tab in ("Confusion matrix", "Worst mistakes", "Replay"):
        closer.get_by_role("tab", name=tab).click()
        settled(page)
        shot(page, f"train-{tab.split()[0].lower()}")
    expect(closer.get_by_role("slider")).to_be_visible()
    primary = page.locator(".st-key-train_transport [data-testid=stBaseButton-primary]")
    expect(primary).to_have_text(re.compile("Draw with it"))
    primary.click()
    draw(page, SEVEN)
    expect(page.locator(".recognition")).to_be_visible()
    expect(page.locator(".recognition.waiting")).to_have_count(0)
    assert "My current run" in [one.input_value() for one in page.locator(".st-key-controls input").all()]
    page.get_by_role("link", name="Train", exact=True).click()
    expect(status(page)).to_contain_text("Finished")
    button(page, "reseed").click()
    expect(status(page)).to_contain_text("step 0", timeout=PATIENCE)
    expect(page).to_have_url(re.compile("seed=1"))


def test_a_diverged_run_offers_a_remedy_that_works(open_page: OpenPage) -> None:
    page = open_page(f"/train?{QUICK}&optimizer=sgd(1000000)")
    button(page, "start").click()
    remedy = page.locator(".st-key-train_remedy button")
    expect(remedy).to_be_visible(timeout=PATIENCE)
    shot(page, "train-diverged")
    remedy.click()
    wait_for_steps(page, 3)
    expect(page).to_have_url(re.compile(r"sgd%280\.01%29"))


def test_an_impossible_layer_is_marked_and_mended_where_it_stands(open_page: OpenPage) -> None:
    page = open_page("/train?layers=conv2d(8,5)~max_pool2d(20)~conv2d(8,9,padding:valid)~flatten~linear&v=1")
    row = page.locator(".st-key-layer_row_2")
    expect(row.get_by_role("alert")).to_be_visible()
    expect(button(page, "start")).to_be_disabled()
    shot(page, "train-impossible")
    row.locator("button").first.click()
    page.locator(".st-key-layer_remove_2 button").click()
    expect(button(page, "start")).to_be_enabled()
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_on_a_phone_the_stage_comes_first_and_nothing_sticks_out(open_page: OpenPage, language: str) -> None:
    page = open_page(f"/train?{QUICK}", language=language, theme="dark", phone=True)
    button(page, "start").tap()
    wait_for_steps(page)
    shot(page, f"train-phone-{language}")
    stage, form = (page.locator(name).bounding_box() for name in (".st-key-live_loss", ".st-key-layers"))
    assert stage is not None
    assert form is not None
    assert stage["y"] < form["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_own_images_train_a_network_whose_file_looks_at_drawings(open_page: OpenPage, tmp_path: Path) -> None:
    bad, good, model, damaged, foreign = (
        tmp_path / f"{name}.npz" for name in ("bad", "good", "model", "damaged", "foreign")
    )
    bad.write_bytes(b"no zip at all")
    labels = np.arange(120) % 3
    images = np.zeros((120, 28, 28), np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[4 + 8 * label : 8 + 8 * label, 4:24] = 255
    np.savez(good, images=images, labels=np.array(["top", "middle", "bottom"])[labels])

    page = open_page("/train?source=stored&epochs=8&v=1")
    expect(button(page, "start")).to_be_disabled()
    page.locator(".st-key-settings_data button").first.click()
    chooser = page.locator(".st-key-data_upload input[type=file]")
    chooser.set_input_files(bad)
    expect(page.get_by_role("alert").filter(has_text="bad.npz")).to_be_visible()
    chooser.set_input_files(good)  # beside the refused one
    expect(page.get_by_role("alert")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator(".st-key-layers")).to_contain_text("linear 3")
    button(page, "start").click()
    expect(status(page)).to_contain_text("Finished", timeout=PATIENCE)
    with page.expect_download() as download:
        page.locator(".st-key-model_save button").click()
    download.value.save_as(model)
    damaged.write_bytes(model.read_bytes()[:-500])
    with np.load(model) as file:
        arrays = dict(file)
    header = json.loads(arrays["header"].tobytes())
    header["fingerprint"]["blas"] = "of another processor"
    np.savez(foreign, **arrays | {"header": np.frombuffer(json.dumps(header).encode(), np.uint8)})

    other = open_page("/train")
    other.locator(".st-key-model_load button").first.click()
    chooser = other.locator(".st-key-model_file input[type=file]")
    chooser.set_input_files(damaged)
    expect(other.get_by_role("alert")).to_contain_text("save the model again")
    close = other.get_by_text("or on another kind of processor. Trained again here, it gets the same batches")
    chooser.set_input_files(foreign)
    expect(close).to_be_visible()
    chooser.set_input_files(model)
    expect(close).to_have_count(0)
    expect(other.get_by_role("alert")).to_have_count(0)
    other.get_by_test_id("stPopoverBody").get_by_text("Use it on Draw").click()
    expect(other.locator(".st-key-prediction [data-name=bottom]")).to_be_visible()
    assert "Model from a file" in [one.input_value() for one in other.locator(".st-key-controls input").all()]


def test_a_click_is_answered_while_training(open_page: OpenPage) -> None:
    page = open_page(f"/train?{LASTING}")
    button(page, "start").click()
    wait_for_steps(page)
    page.locator(".st-key-settings_optimizer button").click()
    rate = page.get_by_role("spinbutton", name="Learning rate")
    expect(rate).to_be_visible()
    rate.fill("0.001")
    rate.press("Enter")
    expect(page).to_have_url(re.compile(r"adam%280\.001%29|optimizer=adam(&|$)"))
    expect(button(page, "pause")).to_have_text(re.compile("Pause"))
    button(page, "pause").click()
    expect(button(page, "pause")).to_have_text(re.compile("Resume"), timeout=PATIENCE)
