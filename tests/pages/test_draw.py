"""The page Draw without a browser: what it answers, what it keeps, what it shrugs off."""

import html
import json
import re
import time
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnn.config import ExperimentConfig
from cnn.data.drawings import drawings_from_json
from cnn.data.handwriting import write
from cnn.training import Run
from pages.ui.canvas import UNITS
from pages.ui.runs import runs
from pages.ui.texts import Texts
from tests.pages.app import LOCALES, calm, open_app

SEVEN = [[[80, 60], [130, 60], [190, 60]], [[190, 60], [160, 130], [125, 220]]]


@pytest.fixture(params=LOCALES)
def language(request: pytest.FixtureRequest) -> str:
    return request.param


def opened(language: str = "en", **query: str) -> AppTest:
    return open_app("", language, **query)


def draw(at: AppTest, strokes: Any, **more: Any) -> AppTest:
    number = at.session_state["placed_drawing"][0]
    at.session_state["pad"] = {"drawing": {"strokes": strokes, "width": 2.4, "placed": number, **more}}
    return calm(at.run())


def recognition(at: AppTest) -> str:
    return next(one.value for one in at.get("html") if 'class="recognition' in str(one.value))


def text_of(at: AppTest) -> str:
    return re.sub(r"<[^>]*>", " ", recognition(at))


def answer(at: AppTest) -> int | None:
    found = re.search(r"\d", text_of(at))
    return int(found[0]) if found else None


def test_an_empty_pad_invites_and_never_predicts(language: str):
    at = opened(language)
    texts = Texts("draw", language)
    assert answer(at) is None
    assert texts("answer.waiting") in text_of(at)
    assert any(texts("maps.empty") in str(one.value) for one in at.get("html"))


def test_a_drawing_is_recognised_while_it_is_drawn_and_after(language: str):
    at = draw(opened(language), SEVEN, drawing=True)
    assert answer(at) == 7
    assert Texts("draw", language)("answer.is") in text_of(at)
    assert answer(draw(at, SEVEN)) == 7
    assert answer(draw(at, [])) is None


@pytest.mark.parametrize("digit", range(10))
def test_generated_digits_are_placed_and_recognised(digit: int):
    at = opened(show=str(digit), model="shipped")
    assert answer(at) == digit, write(digit, 1)
    assert "show" not in at.query_params


@pytest.mark.parametrize(
    "strokes", [None, 7, "x", [[["a", "b"]]], [[[float("nan"), 1]]], [[[1e9, 1e9]]], [None, [None]], {"0": 1}]
)
def test_a_bad_message_is_no_drawing(strokes: Any):
    assert answer(draw(opened(), strokes)) is None


def test_a_huge_message_is_cut():
    assert answer(draw(opened(), [[[i % UNITS, i % 7] for i in range(20_000)]] * 3)) is not None


def test_a_message_about_an_earlier_drawing_does_not_replace_a_placed_one():
    at = draw(opened(), SEVEN)
    at.selectbox(key="show_digit_0").select(3)
    calm(at.run())
    assert answer(at) == 3  # the pad's last message was the 7
    assert answer(draw(at, SEVEN)) == 7


def test_the_drawing_survives_a_visit_to_another_page():
    at = draw(opened(), SEVEN)
    calm(at.switch_page("pages/train.py").run())
    calm(at.switch_page("pages/draw.py").run())
    assert answer(at) == 7
    assert at.session_state["placed_drawing"][1]["strokes"] == SEVEN


def test_what_writes_itself_is_read_but_is_nobodys_drawing():
    at = draw(opened(), SEVEN, example=True)
    assert answer(at) == 7
    assert 'role="status"' not in recognition(at), "who listens is not told each of its strokes"
    assert "drawing" not in at.session_state
    at.pills(key="teach_0").select(1)
    calm(at.run())
    assert "my_digits" not in at.session_state
    calm(at.switch_page("pages/convolution.py").run())
    assert any(Texts("common", "en")("specimen.none_yet") in one.value for one in at.caption)
    assert 'role="status"' in recognition(draw(opened(), SEVEN))


def test_a_corrected_drawing_joins_my_digits(language: str):
    at = draw(opened(language), SEVEN)
    at.pills(key="teach_0").select(1)
    calm(at.run())
    (kept,) = at.session_state["my_digits"]
    assert kept.label == 1
    assert [stroke.tolist() for stroke in kept.strokes] == SEVEN
    assert Texts("draw", language)("lesson.saved", digit=1, n=1) in shown(at)
    assert at.pills(key="teach_1").value is None


def shown(at: AppTest) -> str:
    return html.unescape(" ".join(str(one.value) for one in at.get("html")))


def learned(at: AppTest) -> AppTest:
    """The app once the network has been trained with the reader's digits."""
    press(at, "lesson_train")
    deadline = time.monotonic() + 60
    while "Training with" in shown(at) or "Mixing" in shown(at) or "Waiting" in shown(at):
        assert time.monotonic() < deadline, shown(at)
        time.sleep(0.05)
        calm(at.run())
    return at


def press(at: AppTest, key: str) -> AppTest:
    return calm(at.button(key=key).click().run())


def teach(at: AppTest, label: int) -> AppTest:
    pills = next(one for one in at.pills if str(one.key).startswith("teach_"))
    pills.select(label)
    return calm(at.run())


def test_one_click_trains_the_network_that_looks_with_my_digits_and_it_looks_again():
    at = learned(teach(draw(opened(), SEVEN), 1))
    assert answer(at) == 1
    assert at.selectbox(key="model").value == "taught"
    assert "Before, this drawing was a 7 (9" in shown(at)
    assert "now it is a 1" in shown(at)
    assert "run" not in at.session_state["tab_tokens"], "the run of Train is another one"

    at = learned(teach(at, 7))  # from the network as it is now
    assert "Before, this drawing was a 1" in shown(at)
    assert answer(at) == 7
    draw(at, [[[10, 10], [200, 10]]])
    assert Texts("draw", "en")("lesson.done") in shown(at), "of another drawing there is no before"
    at.selectbox(key="model").select("shipped")
    calm(at.run())
    assert "rained with your digits" not in shown(at)


def test_what_was_learned_is_found_again_after_another_page():
    at = teach(draw(opened(), SEVEN), 1)
    press(at, "lesson_train")
    calm(at.switch_page("pages/train.py").run())
    calm(at.switch_page("pages/draw.py").run())
    deadline = time.monotonic() + 60
    while answer(at) != 1 or "now it is a 1" not in shown(at):
        assert time.monotonic() < deadline, shown(at)
        time.sleep(0.05)
        calm(at.run())


def test_an_untrained_network_begins_with_the_default_settings_and_another_kind_of_network_is_left_alone():
    at = teach(draw(opened(model="untrained"), SEVEN), 7)
    press(at, "lesson_train")
    run = run_called(at, "taught")
    assert run.config.epochs == ExperimentConfig().epochs
    assert run.config.layers == ExperimentConfig().layers
    assert run.config.data.mine
    run.close()
    assert at.selectbox(key="model").value == "taught"
    assert answer(calm(at.run())) is not None, "where a run is gone, the trained network stands in"


def run_called(at: AppTest, name: str) -> Run:
    run = runs().find(at.session_state["tab_tokens"][name])
    assert run is not None
    return run


def test_nothing_is_taught_without_a_drawing():
    at = opened()
    at.pills(key="teach_0").select(1)
    calm(at.run())
    assert "my_digits" not in at.session_state
    assert at.toast[0].value == Texts("draw", "en")("teach.draw_first")


def test_my_digits_come_back_from_the_browser_and_damaged_ones_do_not():
    entry = {"label": 4, "strokes": [[[1, 2], [3, 4]]]}
    text = json.dumps({"format": "cnn-playground-drawings", "version": 1, "drawings": [entry]})
    at = opened()
    at.session_state["my_digits_storage"] = {"stored": {"text": text, "at": 1}}
    calm(at.run())
    assert [digit.label for digit in at.session_state["my_digits"]] == [4]
    assert len(drawings_from_json(text)) == 1
    for damaged in ("", "[", "null", "[[[[", text.replace("4", '"x"', 1), 7, None):
        at.session_state["my_digits_storage"] = {"stored": {"text": damaged, "at": 2}}
        calm(at.run())


@pytest.mark.parametrize("name", ["shipped", "run", "untrained"])
def test_every_model_looks(language: str, name: str):
    at = draw(opened(language), SEVEN)
    at.selectbox(key="model").select(name)
    calm(at.run())
    assert answer(at) is not None
    no_run = Texts("common", language)("no_such_model")
    assert [one.value for one in at.info] == ([no_run] if name == "run" else [])


def test_an_untrained_network_does_not_know():
    at = opened(show="3", model="untrained")
    assert at.selectbox(key="model").value == "untrained"
    assert Texts("draw", "en")("answer.perhaps") in text_of(at)


def test_nonsense_in_the_link_is_ignored():
    at = opened(show="<b>", model="javascript")
    assert answer(at) is None
    assert at.selectbox(key="model").value == "shipped"
