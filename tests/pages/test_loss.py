"""The page about losses without a browser: what is dragged, what is said, what nonsense does."""

import json
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn import shipped
from cnn.explain.loss import LossSettings, contributions, losses, numbers
from pages.ui.loss_questions import untrained_loss
from pages.ui.loss_stage import in_words
from pages.ui.numbers import fixed
from pages.ui.specimen import current_specimen
from pages.ui.texts import Texts
from tests.pages.app import LOCALES, calm, open_app

DEFAULT = numbers(LossSettings().scores, 15)


def opened(language: str = "en", **query: str) -> AppTest:
    return open_app("loss", language, **query)


def drag(at: AppTest, key: str, values: dict[str, float], turn: int, moving: bool) -> AppTest:
    at.session_state[key] = {"moved": {"values": values, "turn": turn, "moving": moving}}
    return calm(at.run())


def scores_of(values: Any) -> dict[str, float]:
    return {str(place): float(value) for place, value in enumerate(values)}


def said(at: AppTest) -> str:
    return " ".join(str(getattr(one, "value", "")) for one in [*at.markdown, *at.get("html")])


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("part", ["losses", "features", "regression"])
def test_every_part_opens_in_both_languages(language: str, part: str) -> None:
    at = opened(language, part=part)
    assert not at.error
    assert Texts("loss", language)("mistake.text") in at.info[-1].value


def test_the_numbers_are_the_engines() -> None:
    found = losses(DEFAULT, 7)
    text = said(opened())
    assert f"<b>{found.cross_entropy:.3f}</b>" in text
    assert f"<b>{found.squared_error:.3f}</b>" in text


def test_dragged_scores_act_at_once_and_reach_the_url_at_rest() -> None:
    at, scores = opened(), DEFAULT.copy()
    scores[7] = -3.0
    drag(at, "loss_scores", scores_of(scores), turn=1, moving=True)
    assert f"<b>{losses(scores, 7).cross_entropy:.3f}</b>" in said(at)
    assert "scores" not in at.query_params
    drag(at, "loss_scores", scores_of(scores), turn=2, moving=False)
    assert at.query_params["scores"].split(",")[7] == "-3"
    calm(at.run())
    assert f"<b>{losses(scores, 7).cross_entropy:.3f}</b>" in said(at)


def test_the_marker_on_the_curves_moves_the_score_of_the_right_class() -> None:
    at = opened()
    drag(at, "loss_curves", {"p": 0.9}, turn=1, moving=True)
    assert "**90\u202f%**" in said(at)
    drag(at, "loss_curves", {"p": 0.9}, turn=2, moving=False)
    score = float(at.query_params["scores"].split(",")[7])
    moved = DEFAULT.copy()
    moved[7] = score
    assert losses(moved, 7).probabilities[7] == pytest.approx(0.9, abs=0.01)
    assert [float(one) for one in at.query_params["scores"].split(",")][:7] == DEFAULT[:7].tolist()


@pytest.mark.parametrize("moving", [True, False])
def test_the_marker_taken_before_the_slider_has_come_to_rest_leads(moving: bool) -> None:
    at, scores = opened(), DEFAULT.copy()
    scores[7] = 8.0
    drag(at, "loss_scores", scores_of(scores), turn=1, moving=True)
    at.session_state["loss_curves"] = {"moved": {"values": {"p": 0.01}, "turn": 1, "moving": moving}}
    drag(at, "loss_scores", scores_of(scores), turn=2, moving=False)
    assert f"<b>{-np.log(0.01):.3f}</b>" in said(at)
    drag(at, "loss_curves", {"p": 0.01}, turn=2, moving=False)
    kept = numbers(at.query_params["scores"], 15)
    assert losses(kept, 7).probabilities[7] == pytest.approx(0.01, abs=0.001)
    assert f"<b>{-np.log(0.01):.3f}</b>" in said(at)


def test_a_slider_taken_before_the_marker_has_come_to_rest_leads() -> None:
    at, scores = opened(), DEFAULT.copy()
    scores[7] = -3.0
    drag(at, "loss_curves", {"p": 0.9}, turn=1, moving=True)
    at.session_state["loss_curves"] = {"moved": {"values": {"p": 0.9}, "turn": 2, "moving": False}}
    drag(at, "loss_scores", scores_of(scores), turn=1, moving=True)
    assert f"<b>{losses(scores, 7).cross_entropy:.3f}</b>" in said(at)
    drag(at, "loss_scores", scores_of(scores), turn=2, moving=False)
    assert at.query_params["scores"].split(",")[7] == "-3"


def test_the_scores_can_be_the_networks_own() -> None:
    at = opened(scores="network")
    own = contributions(shipped.load(), np.asarray(current_specimen().picture)).scores
    assert f"<b>{fixed(losses(own, 7).cross_entropy)}</b>" in said(at)


def test_the_features_add_up_to_the_score() -> None:
    at = opened(part="features", input="digit-8", target="3")
    assert "that makes the score of class **3**" in said(at)


def test_regression_is_dragged_too() -> None:
    at = opened(part="regression")
    drag(at, "loss_outputs", {"y0": 0.5, "y1": -1.0, "y2": 2.0}, turn=1, moving=False)
    assert "loss is **0.000**" in said(at)
    assert at.query_params["outputs"] == "0.5,-1,2"


def test_scores_for_other_classes_and_nonsense_are_shrugged_off() -> None:
    assert not opened(scores="1,2,3").error
    at = opened(scores="<script>", target="44", part="what")
    assert "scores=" in at.warning[0].value
    assert f"<b>{losses(DEFAULT, 7).cross_entropy:.3f}</b>" in said(at)


def test_messages_of_nonsense_from_the_browser_change_nothing() -> None:
    at = opened()
    drag(at, "loss_scores", {"0": float("nan")}, turn=1, moving=False)
    assert f"<b>{losses(DEFAULT, 7).cross_entropy:.3f}</b>" in said(at)


def test_a_network_that_is_not_there_is_explained() -> None:
    at = opened(model="run")
    assert Texts("common", "en")("no_such_model") in at.info[0].value


CLASSES = tuple("0123456789")


@pytest.mark.parametrize("language", LOCALES)
def test_equal_scores_are_called_undecided_and_not_sure(language: str) -> None:
    texts = Texts("loss", language)
    even = in_words(losses(np.zeros(10), 3), 3, CLASSES, texts)
    assert even.startswith(texts("see.tie").split("{")[0])
    torn = in_words(losses(np.array([2.0, 2, 0]), 2), 2, CLASSES[:3], texts)
    assert f"**0**{texts('see.and')}**1**" in torn
    for words in (even, torn):
        assert texts("see.hardly").split("{weak}")[1] not in words


def test_hardly_is_said_only_of_what_is_hardly_anything_and_of_a_network_that_is_sure_and_wrong() -> None:
    rng, hardly = np.random.default_rng(4), Texts("loss", "en")("see.hardly").split("{weak}")[1]
    told = 0
    for _ in range(300):
        scores, target = rng.normal(0, 4, 10), int(rng.integers(10))
        now = losses(scores, target)
        if hardly in in_words(now, target, CLASSES, Texts("loss", "en")):
            told += 1
            assert now.probabilities.argmax() != target
            assert now.probabilities.max() > 0.8
            assert abs(now.squared_error_gradient[target]) < 0.1 * abs(now.cross_entropy_gradient[target])
    assert told > 20


def test_the_marker_stands_exactly_where_the_sentence_says() -> None:
    at = opened(scores="0,-2,0,0,0,0,0,8,0,0", target="1")
    exact = float(losses(np.array([0, -2.0, 0, 0, 0, 0, 0, 8, 0, 0]), 1).probabilities[1])
    messages = [json.loads(one.proto.json) for one in at.get("bidi_component") if "loss_curves" in one.proto.id]
    assert messages
    assert messages[0]["handles"][0]["value"] == exact
    assert exact in messages[0]["places"]


@pytest.mark.parametrize("seed", range(20))
def test_an_untrained_network_begins_a_little_above_knowing_nothing(seed: int) -> None:
    assert np.log(10) < untrained_loss(seed) < np.log(10) + 1
