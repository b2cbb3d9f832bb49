"""The page about initializers without a browser: what it says, what it keeps in the URL, what it makes of nonsense."""

import pytest
from streamlit.testing.v1 import AppTest

from cnn.activations import ReLU, Sigmoid, Tanh
from cnn.initializers import INITIALIZERS, Constant, HeNormal, Initializer, Normal, XavierNormal, Zeros
from cnn.training.initialization import InitializersSettings, send
from pages.ui.initializers_stage import PRESETS
from pages.ui.initializers_words import Verdict, judge, questions
from pages.ui.texts import Texts
from tests.pages.app import LOCALES, calm, open_app


def opened(language: str = "en", **query: str) -> AppTest:
    return open_app("initializers", language, **query)


def said(at: AppTest) -> str:
    return " ".join(one.value for one in at.markdown)


def formulas(at: AppTest) -> str:
    return " ".join(one.value for one in at.latex)


def drag(at: AppTest, sigma: float, turn: int = 1, moving: bool = False) -> AppTest:
    at.session_state["initializers.sigma"] = {"moved": {"values": {"sigma": sigma}, "turn": turn, "moving": moving}}
    return calm(at.run())


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("part", ["stack", "training"])
def test_it_opens_in_both_languages(language: str, part: str) -> None:
    at = opened(language, part=part)
    assert not at.error
    (mistake,) = at.info
    assert Texts("initializers", language)("mistake.text") in mistake.value


@pytest.mark.parametrize("initializer", INITIALIZERS)
def test_each_initializers_formula_has_its_numbers(initializer: str) -> None:
    at = opened(initializer=initializer, layers="3")
    assert "sigma" in formulas(at)


def test_the_formula_follows_the_layer() -> None:
    assert r"\sqrt{\frac{2}{100 + 100}} = 0.1" in formulas(opened(initializer="xavier_normal"))
    first = formulas(opened(initializer="xavier_normal", at="1", width="16"))
    assert r"\frac{2}{784 + 16}" in first
    assert r"784 \cdot 0.05^2" in first


def test_a_vanished_signal_is_said_in_numbers() -> None:
    at = opened(initializer="normal(0.01)")
    assert "**After 10 layers** the standard deviation of the outputs is **$2.8 \\cdot 10^{-10}$**" in said(at)
    assert "**vanished**" in said(at)
    assert "10^{-2}" not in formulas(at)
    assert "100 \\cdot 0.01^2" in formulas(at)


@pytest.mark.parametrize(
    ("activation", "initializer", "verdict"),
    [
        (Tanh(), Normal(0.01), Verdict("vanished", "vanished")),
        (Tanh(), XavierNormal(), Verdict("alive", "alive")),
        (Tanh(), Zeros(), Verdict("vanished", "nothing")),
        (Tanh(), Constant(0.1), Verdict("same", "nothing")),
        (Tanh(), Normal(1.0), Verdict("saturated", "exploded")),
        (Sigmoid(), XavierNormal(), Verdict("alike", "vanished")),
        (ReLU(), HeNormal(), Verdict("alive", "alive")),
        (ReLU(), Normal(1.0), Verdict("exploded", "exploded")),
    ],
)
def test_what_happened_has_a_name(activation: ReLU, initializer: Initializer, verdict: Verdict) -> None:
    settings = InitializersSettings(activation=activation, initializer=initializer)
    passing = send(settings)
    assert judge(settings, passing, passing.different_units(10)[0]) == verdict


@pytest.mark.parametrize(
    "query",
    [
        {"initializer": "normal(10)", "width": "200", "activation": "relu", "layers": "20"},
        {"initializer": "constant(10)", "activation": "identity", "layers": "20"},
        {"layers": "1", "width": "1"},
        {"at": "0"},
        {"activation": "softmax"},
    ],
)
@pytest.mark.parametrize("language", LOCALES)
def test_the_ends_of_the_settings(query: dict[str, str], language: str) -> None:
    at = opened(language, **query)
    assert not at.error
    assert not at.warning


def test_numbers_of_three_digits_are_written_out() -> None:
    assert r"100 \cdot 1^2\;\overline{x^2} = 100\;" in formulas(opened(initializer="normal(1)"))
    assert r"\sqrt{\frac{2}{100}} = 0.141" in formulas(opened(initializer="he_normal"))


def test_symmetry_is_counted() -> None:
    assert (
        "**Symmetry**: all 100 units of layer 3 give the same output (1 different). Their weights get 1 different"
        in (said(opened(initializer="constant(0.02)", layers="5", at="3")))
    )
    assert "Layer 3 has 100 different units of 100" in said(opened(layers="5", at="3"))


def test_the_slider_chooses_sigma_and_the_url_follows_at_rest() -> None:
    at = opened(initializer="xavier_normal", layers="5")
    drag(at, 0.01, moving=True)
    assert "**vanished**" in said(at)
    assert at.query_params["initializer"] == "xavier_normal"
    drag(at, 0.02, turn=2)
    assert at.query_params["initializer"] == "normal(0.02)"
    assert at.selectbox(key="initializers_stack.initializer").value == "normal"
    assert at.number_input(key="initializers_stack.initializer.normal.sigma").value == 0.02
    at.selectbox(key="initializers_stack.initializer").set_value("he_normal")
    calm(at.run())
    assert at.query_params["initializer"] == "he_normal", "the slider does not hold on to what it said before"


@pytest.mark.parametrize("name", PRESETS)
def test_the_textbook_is_one_click_away(name: str) -> None:
    at = opened(layers="5")
    at.button(key=f"initializers_preset_{name}").click()
    calm(at.run())
    activation, initializer = PRESETS[name]
    default = InitializersSettings()
    assert ("activation" in at.query_params) == (activation != default.activation)
    assert at.query_params["initializer"].startswith(INITIALIZERS.name_of(initializer))
    assert at.query_params["layers"] == "5"


def test_the_questions_are_answered_by_the_engine() -> None:
    assert [one.answer for one in questions()] == ["nothing", "shrinks", 1]
    at = opened()
    field = next(one for one in at.number_input if str(one.key).startswith("question_same"))
    field.set_value(1)
    next(one for one in at.button if str(one.key).startswith("question_same")).click()
    calm(at.run())
    assert Texts("common", "en")("guess.right") in at.success[0].value


def test_a_race_of_two_is_offered() -> None:
    at = opened(part="training", racers="zeros~he_normal", updates="20")
    assert not at.button(key="race_start_initializers").disabled
    assert "He normal" in str(at.main)


@pytest.mark.parametrize(
    "query",
    [{"layers": "21"}, {"layers": "2.5"}, {"width": "0"}, {"initializer": "normal(nan)"}, {"initializer": "normal(0)"},
     {"activation": "<b>"}, {"at": "-1"}, {"part": "sound"}, {"racers": ""}, {"updates": "1e9"}, {"unknown": "1"}],
)  # fmt: skip
def test_nonsense_in_the_link_is_named_and_nothing_else_is_lost(query: dict[str, str]) -> None:
    at = opened(**{"seed": "4", **query})
    (name, text), *_ = query.items()
    assert f"`{name}={text}`" in at.warning[0].value
    assert at.query_params["seed"] == "4"
