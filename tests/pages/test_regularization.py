"""The page about regularization without a browser: what it says, keeps in the URL, and makes of nonsense."""

import time

import pytest
from streamlit.testing.v1 import AppTest

from cnn.training.race import Race
from cnn.training.regularization import REMEDIES, RegularizationSettings
from pages.ui.regularization.questions import questions
from pages.ui.runs import runs
from pages.ui.texts import Texts
from tests.pages.app import LOCALES, calm, open_app

SHORT = {"images": "20", "updates": "20"}


def opened(language: str = "en", **query: str) -> AppTest:
    return open_app("regularization", language, **query)


def said(at: AppTest) -> str:
    return " ".join(one.value for one in at.markdown)


def formulas(at: AppTest) -> str:
    return " ".join(one.value for one in at.latex)


def shown(at: AppTest) -> str:
    return " ".join(str(one.value) for one in at.get("html"))


def click(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click()
    return calm(at.run())


def drag(at: AppTest, component: str, name: str, value: float, turn: int = 1, moving: bool = False) -> AppTest:
    at.session_state[component] = {"moved": {"values": {name: value}, "turn": turn, "moving": moving}}
    return calm(at.run())


def race_of(at: AppTest, name: str = "regularization") -> Race:
    tokens: dict[str, str] = at.session_state["tab_tokens"]
    race = runs().find_race(tokens[f"race_{name}"])
    assert race is not None
    return race


def finished(at: AppTest, name: str = "regularization") -> AppTest:
    deadline = time.monotonic() + 90
    while not race_of(at, name).snapshot().status.ended:
        assert time.monotonic() < deadline
        race_of(at, name).watch()
        time.sleep(0.05)
    return calm(at.run())


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("part", ["overfitting", "depth", "dropout"])
def test_it_opens_in_both_languages(language: str, part: str) -> None:
    at = opened(language, part=part)
    assert not at.error
    (mistake,) = at.info
    assert Texts("regularization", language)("mistake.text") in mistake.value


# Learning by heart ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("name", REMEDIES)
def test_each_remedy_explains_itself_with_its_numbers(name: str, language: str) -> None:
    at = opened(language, remedy=name)
    texts = Texts("regularization", language)
    assert f"about.{name}" in texts
    assert "{" not in said(at).replace("{n}", "")
    if f"formula.{name}" in texts:
        assert formulas(at)


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize(
    ("tried", "fair"), [("plain~dropout~weight_decay", "fair"), ("plain~more_data", "fair_updates")]
)
def test_what_is_equal_for_all_is_what_is_said(tried: str, fair: str, language: str) -> None:
    texts = Texts("race", language)
    at = opened(language, tried=tried)
    assert [key for key in ("fair", "fair_updates") if texts(f"words.{key}") in shown(at)] == [fair]
    assert "ΣW²" in " ".join(one.value for one in at.caption), "the plotted loss leaves out the penalty"


def test_the_gap_opens_and_a_remedy_joins_without_training_the_first_again() -> None:
    at = opened(**SHORT)
    click(at, "race_start_regularization")
    finished(at)
    assert "Without remedy: " in shown(at), "one contestant's gap in words"
    assert "at the start" in said(at)
    first = race_of(at)
    click(at, "regularization_add")
    assert at.query_params["tried"] == "plain~weight_decay"
    assert race_of(at).runs[0] is first.runs[0]
    assert len(race_of(at).runs) == 2
    assert at.selectbox(key="regularization_remedy.kind").value == "dropout", "the next one is at hand"
    finished(at)
    assert "Weight decay (0.02)" in shown(at)
    assert "smallest with Weight decay (0.02)" in said(at)
    click(at, "regularization_drop_0")
    assert at.query_params["tried"] == "weight_decay"
    assert [one.name for one in race_of(at).contestants] == ["Weight decay (0.02)"]
    assert race_of(at).snapshot().status.ended, "whoever takes one away waits for nobody"


def test_taking_away_starts_nothing() -> None:
    at = opened(tried="plain~dropout")
    click(at, "regularization_drop_1")
    assert "tried" not in at.query_params
    assert "tab_tokens" not in at.session_state


def test_the_slider_sets_the_strength_and_the_url_follows_at_rest() -> None:
    at = opened(remedy="dropout")
    component, handle = "regularization_remedy.dropout", "0.WithDropout.p"
    drag(at, component, handle, 0.4, moving=True)
    assert "40\u202f%" in said(at)
    assert at.query_params["remedy"] == "dropout"
    drag(at, component, handle, 0.45, turn=2)
    assert at.query_params["remedy"] == "dropout(0.45)"
    at.selectbox(key="regularization_remedy.kind").set_value("more_data")
    calm(at.run())
    assert at.query_params["remedy"] == "more_data"
    assert "500 training images instead of 100" in said(at)


def test_what_is_there_or_too_much_is_not_added() -> None:
    at = opened(tried="plain~weight_decay", remedy="weight_decay")
    texts = Texts("regularization", "en")
    assert at.button(key="regularization_add").disabled
    assert texts("remedy.there") in [one.value for one in at.caption]
    eight = "~".join(f"dropout(0.{place})" for place in range(1, 9))
    at = opened(tried=eight)
    assert at.button(key="regularization_add").disabled
    assert texts("remedy.full", most=8) in [one.value for one in at.caption]


# Depth ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LOCALES)
def test_depth_is_raced_and_judged_by_training(language: str) -> None:
    at = opened(language, part="depth", updates="150")
    click(at, "race_start_regularization_depth")
    finished(at, "regularization_depth")
    texts = Texts("regularization", language)
    assert texts("depth.name", layers=16) in shown(at)
    assert texts("depth.worse").split("**")[-2] in said(at)
    assert not at.error


# Dropout -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rate", "ratio"), [("0.2", "0.25"), ("0.8", "4")])
def test_the_mistake_shows(rate: str, ratio: str) -> None:
    at = opened(part="dropout", rate=rate)
    assert f"**{ratio} times**" in said(at)
    assert f"= {ratio}" in formulas(at)
    assert said(at).count(Texts("regularization", "en")("dropout.fits")) == 2


def test_at_one_half_it_hides() -> None:
    at = opened(part="dropout", rate="0.5")
    assert "by accident" in said(at)
    assert said(at).count(Texts("regularization", "en")("dropout.fits")) == 3


def test_rate_and_mask_are_dragged_and_stepped() -> None:
    at = opened(part="dropout")
    drag(at, "regularization_dropout.rate", "0.RegularizationSettings.rate", 0.6, moving=True)
    assert "With p = 0.6" in said(at)
    assert "rate" not in at.query_params
    drag(at, "regularization_dropout.rate", "0.RegularizationSettings.rate", 0.6, turn=2)
    assert at.query_params["rate"] == "0.6"
    click(at, "regularization_next_mask")
    assert at.query_params["mask"] == "2"
    drag(at, "regularization_dropout.mask", "mask", 200)
    assert at.query_params["mask"] == "200"
    click(at, "regularization_next_mask")
    assert "mask" not in at.query_params, "after the last one the first"


@pytest.mark.parametrize("query", [{"rate": "0"}, {"rate": "0.95"}, {"input": "0 0; 0 0"}, {"input": "digit-3"}])
@pytest.mark.parametrize("language", LOCALES)
def test_the_ends_of_dropout(query: dict[str, str], language: str) -> None:
    at = opened(language, part="dropout", **query)
    assert not at.error


# The foot, and nonsense ----------------------------------------------------------------------------------------------


def test_the_questions_are_answered_by_the_engine() -> None:
    assert [one.answer for one in questions()] == [0.25, 0.95, "shallow"]


def test_a_network_that_diverges_leaves_the_others_alone() -> None:
    at = opened(tried="plain~weight_decay(1)~dropout(0.95)", **SHORT)
    click(at, "race_start_regularization")
    finished(at)
    assert not at.error
    assert shown(at).count(Texts("race", "en")("table.done")) >= 2


@pytest.mark.parametrize(
    "query",
    [{"images": "0"}, {"images": "1e9"}, {"noise": "-1"}, {"remedy": "weight_decay(-1)"},
     {"remedy": "weight_decay(1000000000)"}, {"rate": "1"}, {"tried": "plain~plain"}, {"tried": ""},
     {"tried": "magic"}, {"tried": "~".join(["plain"] * 9)}, {"part": "<b>"}, {"mask": "0"}, {"unknown": "1"}],
)  # fmt: skip
def test_nonsense_in_the_link_is_named_and_nothing_else_is_lost(query: dict[str, str]) -> None:
    at = opened(**{"seed": "4", **query})
    (name, text), *_ = query.items()
    assert f"`{name}={text[:20]}" in at.warning[0].value
    assert at.query_params["seed"] == "4"


def test_every_setting_is_in_the_url() -> None:
    at = opened(images="50", noise="0.1", updates="40", tried="plain~early_stopping(3)")
    assert at.number_input(key="regularization_base.images").value == 50
    assert at.number_input(key="regularization_base.noise").value == 0.1
    assert "Early stopping (3)" in shown(at)
    assert RegularizationSettings().images == 100
