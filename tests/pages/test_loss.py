"""The page about losses without a browser: what is dragged, what is said, what nonsense does."""

from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn import shipped
from cnn.explain.loss import LossSettings, contributions, losses, numbers
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
    assert "**90 %**" in said(at)
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
    assert f"<b>{losses(own, 7).cross_entropy:.3f}</b>" in said(at)


def test_the_features_add_up_to_the_score() -> None:
    at = opened(part="features", input="digit-8", target="3")
    assert "that is the score" in said(at)


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
