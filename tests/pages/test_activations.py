"""The page about activations without a browser: what it says, what it keeps in the URL, what it makes of nonsense."""

from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn import shipped
from cnn.explain.activations import SECTIONS, ActivationsSettings, curve
from pages.ui.specimen import _sample
from pages.ui.texts import Texts
from tests.pages.app import LOCALES, calm, open_app


def opened(language: str = "en", **query: str) -> AppTest:
    return open_app("activations", language, **query)


def said(at: AppTest) -> str:
    return " ".join(one.value for one in at.markdown)


def drag(at: AppTest, key: str, values: dict[str, float], turn: int = 1, moving: bool = False) -> AppTest:
    at.session_state[f"activations.{key}"] = {"moved": {"values": values, "turn": turn, "moving": moving}}
    return calm(at.run())


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("picture", ["drawing", "digit-3", "1 2; 3 4"])
def test_every_picture_opens_in_both_languages(language: str, section: str, picture: str) -> None:
    at = opened(language, section=section, input=picture)
    assert not at.error
    (mistake,) = at.info
    assert Texts("activations", language)("mistake.text") in mistake.value


def test_ranges_without_a_gradient_are_said() -> None:
    at = opened(chosen="relu~sigmoid~leaky_relu(0.2)")
    assert "no gradient at all up to x = 0" in said(at)
    assert "hardly any gradient up to x = −2.9 and from x = 2.9" in said(at)
    assert "(α = 0.2)** $y" in said(at)


def test_functions_are_switched_on_and_off() -> None:
    at = opened()
    at.button_group(key="activations.chosen").set_value(["relu", "mish"])
    calm(at.run())
    assert at.query_params["chosen"] == "relu~mish"
    assert "**Mish**" in said(at)
    assert "**Sigmoid**" not in said(at)
    at.button_group(key="activations.chosen").set_value([])
    calm(at.run())
    assert at.query_params["chosen"] == "relu~mish", "one stays on"


def test_the_url_follows_when_the_option_comes_to_rest() -> None:
    at = opened(chosen="leaky_relu(0.1)")
    name = "0.LeakyReLU.alpha"
    drag(at, "options", {name: 0.02}, moving=True)
    assert "hardly any gradient up to x = 0" in said(at)
    assert at.query_params["chosen"] == "leaky_relu(0.1)"
    drag(at, "options", {name: 0.5}, turn=2)
    assert at.query_params["chosen"] == "leaky_relu(0.5)"
    assert "a gradient everywhere" in said(at)


def test_the_marker_is_in_the_url() -> None:
    at = drag(opened(), "marker", {"x": -2.5})
    assert at.query_params["x"] == "-2.5"


def test_the_networks_logits_are_put_onto_the_sliders() -> None:
    at = opened(section="softmax", input="digit-4")
    at.button(key="activations.take").click()
    calm(at.run())
    logits = shipped.load().logits(_sample("digit-4")[None, None])[0]
    shown = ActivationsSettings(logits=at.query_params["logits"]).scores()
    np.testing.assert_allclose(shown, np.clip(logits, -10, 10), atol=0.051)
    assert f"**{int(logits.argmax())}** gets" in said(at)


def test_a_logit_that_moves_changes_the_answer_before_the_url() -> None:
    at = opened(section="softmax")
    values: dict[str, Any] = {str(place): 0.0 for place in range(10)} | {"3": 9.0}
    drag(at, "logits", values, moving=True)
    assert "**3** gets 99.89 %" in said(at)
    assert "logits" not in at.query_params
    drag(at, "logits", values, turn=2)
    assert at.query_params["logits"] == "0 0 0 9 0 0 0 0 0 0"


def test_a_typed_grid_has_no_logits() -> None:
    at = opened(section="softmax", input="1 2; 3 4")
    assert at.button(key="activations.take").disabled


def test_depth_is_said_in_numbers() -> None:
    at = opened(section="depth", chosen="sigmoid~identity", layers="1", initializer="zeros")
    assert "After **1** of 20 layers, **Sigmoid** has left 0.25 of the gradient that set out, **Identity** 1." in said(
        at
    )


def test_the_questions_are_answered_by_the_engine() -> None:
    at = opened()
    field = next(one for one in at.number_input if one.key.startswith("question_steepest"))
    field.set_value(0.25)
    next(one for one in at.button if one.key.startswith("question_steepest")).click()
    calm(at.run())
    assert Texts("common", "en")("guess.right") in at.success[0].value
    assert curve(ActivationsSettings().chosen[0])[1].max() == 0.25


@pytest.mark.parametrize(
    "query",
    [
        {"chosen": "softmax"},
        {"chosen": "relu~relu"},
        {"chosen": "<b>"},
        {"chosen": "leaky_relu(5)"},
        {"x": "1e300"},
        {"x": "left"},
        {"logits": "1 2 3"},
        {"logits": "nan nan"},
        {"temperature": "0"},
        {"section": "sound"},
        {"kernel": "9"},
        {"layers": "2.5"},
        {"unknown": "1"},
    ],
)
def test_nonsense_in_the_link_is_named_and_nothing_else_is_lost(query: dict[str, str]) -> None:
    at = opened(**{"initializer": "he_normal", **query})
    (name, text), *_ = query.items()
    assert f"`{name}={text}`" in at.warning[0].value
    assert at.query_params["initializer"] == "he_normal"
