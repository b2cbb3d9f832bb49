"""Images of one's own as people have them: uploaded, looked at, put right, trained on, and still there afterwards."""

import re
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect

from cnn.data.handwriting import digits_uint8
from tests.browser.conftest import OpenPage, settled, shot

PATIENCE = 60_000  # ms for what takes a second or two when nobody else computes


def small_digits(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Digits as 8 × 8 numbers from 0 to 16, as scikit-learn has them, but dark on light."""
    images, labels = digits_uint8(count, seed=2, variation=0.5)
    ink = images[:, 0, 2:26, 2:26].reshape(count, 8, 3, 8, 3).mean(axis=(2, 4))
    return 16 - np.rint(np.minimum(2 * ink / 255, 1) * 16), labels


def open_data(page: Page) -> None:
    page.locator(".st-key-settings_data button").first.click()
    expect(page.locator(".st-key-data_upload")).to_be_visible()


def upload(page: Page, *files: Path) -> None:
    page.locator(".st-key-data_upload input[type=file]").set_input_files(list(files))


def stored_key(page: Page) -> str:
    found = re.search("[0-9a-f]{32}", page.url)
    assert found, page.url
    return found[0]


def test_odd_images_are_shown_put_right_trained_on_and_kept(open_page: OpenPage, tmp_path: Path) -> None:
    file = tmp_path / "数字 (1), 50%~'a'.npz"
    images, labels = small_digits(600)
    np.savez(file, images=images, labels=labels)

    page = open_page("/train?source=stored&epochs=4&batch_size=32&v=1")
    open_data(page)
    upload(page, file)
    panel = page.get_by_test_id("stPopoverBody")
    expect(panel.get_by_text("600 images of 8 × 8 pixels with values from 0 to 16, in 10 classes.")).to_be_visible()
    expect(panel.locator(".train-pictures img")).to_have_count(20)
    expect(panel.get_by_text("7 × 60")).to_be_visible()
    expect(panel.get_by_text("were spread over the whole range")).to_be_visible()
    expect(panel.get_by_role("alert")).to_contain_text("the other way round than in a drawing")
    shot(page, "upload-odd")
    before = stored_key(page)

    panel.get_by_role("button", name="Invert them").click()
    expect(panel.get_by_text("They were inverted")).to_be_visible()
    expect(panel.get_by_role("alert")).to_have_count(0)
    after = stored_key(page)
    assert after != before
    shot(page, "upload-put-right")
    page.keyboard.press("Escape")

    page.locator(".st-key-train_start button").click()
    status = page.locator(".st-key-train_status")
    expect(status).to_contain_text("Finished", timeout=PATIENCE)
    page.get_by_role("link", name="Draw", exact=True).first.click()
    expect(page.locator(".st-key-prediction")).to_be_visible()
    page.get_by_role("link", name="Train", exact=True).first.click()
    for _ in range(2):  # having come back, and after a refresh
        expect(page.locator(".st-key-settings_data")).to_contain_text("数字 (1), 50%~'a'.npz")
        expect(status).to_contain_text("Finished")
        settled(page)
        assert stored_key(page) == after
        expect(page.get_by_text("The settings differ from those of this run")).to_have_count(0)
        open_data(page)
        expect(panel.get_by_text("They were inverted")).to_be_visible()
        expect(panel.locator(".train-pictures img")).to_have_count(20)
        page.reload()
        settled(page)


def test_on_a_phone_what_is_odd_is_readable(open_page: OpenPage, tmp_path: Path) -> None:
    file = tmp_path / "a.npz"
    images, labels = small_digits(300)
    np.savez(file, images=images, labels=np.array([f"とても長いクラスの名前 {c}" for c in "abcdefghij"])[labels])
    page = open_page("/train?source=stored&v=1", language="ja", theme="dark", phone=True)
    open_data(page)
    upload(page, file)
    panel = page.get_by_test_id("stPopoverBody")
    expect(panel.get_by_role("button", name="反転する")).to_be_visible()
    shot(page, "upload-odd-ja-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
