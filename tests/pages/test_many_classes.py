"""As many classes as there may be: every view of a network that tells 62 of them apart."""

import string
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn.data import store, uploads
from cnn.data.cache import VARIABLE
from cnn.data.dataset import MOST_CLASSES
from pages.ui.grid.mosaic import Mosaic, message
from pages.ui.recognition import recognition_html
from pages.ui.texts import Texts

APP = str(Path(__file__).parents[2] / "app.py")
NAMES = tuple(string.digits + string.ascii_uppercase + string.ascii_lowercase)  # as they are sorted
LIMIT = 60  # seconds for what takes two, on a machine that is busy


def checked(at: AppTest) -> AppTest:
    assert not at.exception, at.exception
    return at


def test_there_are_as_many_names_as_classes() -> None:
    assert len(NAMES) == MOST_CLASSES


def test_every_page_shows_a_network_of_62_classes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    images = np.random.default_rng(0).integers(0, 256, (248, 28, 28), dtype=np.uint8)
    key = store.put(uploads.make(images, np.array(NAMES)[np.arange(248) % MOST_CLASSES]))
    at = AppTest.from_file(APP, default_timeout=LIMIT)
    at.context = {"locale": "en-US"}
    at.run()
    at.switch_page("pages/train.py")
    for name, value in {"v": "1", "source": f"stored({key})", "epochs": "1", "validation": "0.5"}.items():
        at.query_params[name] = value
    checked(at.run())
    checked(at.button(key="train_start").click().run())
    deadline = time.monotonic() + LIMIT
    while Texts("train", "en")("status.finished") not in " ".join(str(one.value) for one in at.get("html")):
        assert time.monotonic() < deadline
        checked(at.run())
    at.session_state["settings_data"] = True
    for tabs, names in (
        ("train_panels", ("kernels", "maps", "histograms", "ratios")),
        ("train_closer", ("curves", "confusion", "mistakes", "replay")),
    ):
        for name in names:
            at.session_state[tabs] = Texts("train", "en")(f"panel.{name}")
            checked(at.run())
            if name == "maps":
                assert list(at.selectbox(key="train_digit").options) == list(NAMES), "a menu instead of 62 buttons"
    for page in ("draw", "backprop", "loss", "convolution", "pooling", "activations"):
        at.switch_page(f"pages/{page}.py")
        at.query_params["model"] = "run"
        checked(at.run())


def test_the_answer_among_many_classes_shows_the_likeliest() -> None:
    texts = Texts("draw", "en")
    shares = np.full(MOST_CLASSES, 0.001, np.float32)
    shares[[40, 61]] = 0.6, 0.3
    html = recognition_html(shares, NAMES, texts)
    assert html.count('class="bar') - html.count('class="bars') == 10
    assert html.index(f"<b>{NAMES[40]}</b>") < html.index(f"<b>{NAMES[61]}</b>") < html.index("<b>0</b>")
    waiting = recognition_html(None, NAMES, texts)
    assert waiting.count('class="bar"') == 10, "everything has its place before there is an answer"


def told(units: int) -> dict[str, Any]:
    return message(Mosaic(np.arange(float(units)), row_labels=NAMES[:units]), Texts("grid", "en"), coarse=False)


def test_the_names_of_a_vector_stand_beside_it_only_where_there_is_room() -> None:
    few, many = told(20), told(MOST_CLASSES)
    assert (few["row_labels"], few["unit_labels"]) == (NAMES[:20], ())
    assert (many["row_labels"], many["unit_labels"]) == ((), NAMES)
