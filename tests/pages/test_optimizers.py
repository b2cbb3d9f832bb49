"""The page about optimizers without a browser: what it says, what is chosen, and what it makes of nonsense."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnn.explain.optimizers import suited
from cnn.explain.surfaces import SURFACES, Bowl
from cnn.optimizers import OPTIMIZERS, SGD
from pages.ui.texts import Texts
from tests.pages.app import LOCALES, calm, open_app

PICTURE = "optimizers.descent"


def opened(language: str = "en", **query: str) -> AppTest:
    return open_app("optimizers", language, **query)


def said(at: AppTest) -> str:
    return " ".join(one.value for one in at.markdown)


def tell(at: AppTest, turn: int, **message: Any) -> AppTest:
    told = {"x": -7.0, "y": 2.0, "step": 100, "focus": "", "moving": False, "turn": turn, **message}
    at.session_state[PICTURE] = {"told": told}
    return calm(at.run())


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("name", SURFACES)
def test_every_surface_opens_in_both_languages(language: str, name: str) -> None:
    at = opened(language, surface=name, optimizers="~".join(OPTIMIZERS))
    assert not at.error
    assert Texts("optimizers", language)("mistake.text") in at.info[0].value


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_rule_is_filled_in(name: str) -> None:
    at = opened(optimizers=name, step="3")
    formula = at.latex[0].value
    assert r"\begin{pmatrix}" in formula
    assert "{w_old}" not in formula
    assert "Step 3 with the real values" in " ".join(one.value for one in at.caption)
    start = opened(optimizers=name, step="0")
    assert Texts("optimizers", "en")(f"formula.{name}") in start.latex[0].value


def test_the_numbers_are_those_of_the_step() -> None:
    at = opened(optimizers="sgd(0.5)", step="1")
    # From (−7, 2): g = (−0.7, 4), so x becomes −7 + 0.35 and y becomes 0.
    assert r"\begin{pmatrix}-7\\2\end{pmatrix}" in at.latex[0].value
    assert r"\begin{pmatrix}-0.7\\4\end{pmatrix}" in at.latex[0].value
    assert r"\begin{pmatrix}-6.65\\0\end{pmatrix}" in at.latex[0].value
    assert "loss **2.21** at (−6.65, 0)" in said(at)


def test_it_opens_at_the_start_and_its_words_follow_once_it_has_played() -> None:
    at = opened()
    assert "All of them set out from (−7, 2), where the loss is **6.45**" in said(at)
    assert "step" not in at.query_params
    tell(at, 1, step=100)
    assert "After **100** steps" in said(at)
    assert "step" not in at.query_params
    at.selectbox(key="optimizers.surface").set_value("saddle")
    calm(at.run())
    assert "All of them set out from" in said(at)


@pytest.mark.parametrize(("asked", "told"), [("0", "All of them set out"), ("7", "After **7** steps"),
                                             ("last", "After **100** steps")])  # fmt: skip
def test_a_link_that_names_a_step_stays_there(asked: str, told: str) -> None:
    at = opened(step=asked)
    assert told in said(at)
    calm(at.run())
    assert told in said(at)
    assert at.query_params["step"] in ([asked], asked)


def test_a_dragged_start_moves_everybody_and_the_link_follows_at_rest() -> None:
    at = opened(optimizers="sgd(0.5)", step="1")
    tell(at, 1, x=1.0, y=1.0, step=1, moving=True)
    assert "at (0.95, 0)" in said(at)
    assert "x" not in at.query_params
    tell(at, 2, x=2.0, y=1.0, step=1)
    assert at.query_params["x"] == "2"
    assert "at (1.9, 0)" in said(at)
    calm(at.run())
    assert "at (1.9, 0)" in said(at)


@pytest.mark.parametrize(
    "message",
    [{"x": None}, {"y": "2"}, {"x": float("nan")}, {"x": 1e9}, {"x": 10**400}, {"step": 1.5}, {"step": True},
     {"focus": 3}, {"turn": -1}, {"turn": "1"}, {"turn": 2**60}],
)  # fmt: skip
def test_messages_that_make_no_sense_change_nothing(message: dict[str, Any]) -> None:
    at = opened()
    before = said(at)
    turn = message.pop("turn", 1)
    tell(at, turn, **{"x": 1.0, "step": 7, **message})
    assert said(at) == before
    assert not at.query_params.get("step")


def test_an_optimizer_that_is_looked_at_is_explained_and_in_the_link() -> None:
    at = opened()
    tell(at, 1, focus="adam", step=4)
    assert at.query_params["rule"] in (["adam"], "adam")
    assert r"\hat m" in at.latex[0].value
    tell(at, 2, focus="<script>", step=4)
    assert "rule" not in at.query_params


def test_switching_one_on_gives_it_the_rate_that_suits_the_surface() -> None:
    at = opened(optimizers="adam", step="last")
    at.button_group(key="optimizers.optimizers").set_value(["adam", "sgd"])
    calm(at.run())
    assert at.query_params["optimizers"] in (["sgd~adam"], "sgd~adam")
    assert SGD(lr=0.95) == suited(SGD(), Bowl())
    assert "SGD's path is" in said(at)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        (
            {"optimizers": "sgd(0.95)", "step": "last"},
            "38.6 long but ends only 7.28 from the start: it turned round 99 times.",
        ),
        ({"optimizers": "momentum(0.3)", "step": "17"}, "it turned round once."),
        ({"optimizers": "adam(0.3)", "step": "last"}, "it never turned round."),
    ],
)  # fmt: skip
def test_how_far_one_went_is_said_as_it_is_counted(query: dict[str, str], says: str) -> None:
    assert says in said(opened(**query))


@pytest.mark.parametrize("language", LOCALES)
def test_what_is_special_about_a_rule_stands_below_it(language: str) -> None:
    texts = Texts("optimizers", language)
    for name in OPTIMIZERS:
        captions = [one.value for one in opened(language, optimizers=name, step="3").caption]
        assert all((texts(key) in captions) == (key == f"note.{name}") for key in ("note.momentum", "note.adamw"))


def test_a_rate_that_is_dragged_acts_while_it_moves() -> None:
    at = opened(optimizers="sgd~adam")
    at.session_state["optimizers.rates"] = {"moved": {"values": {"sgd": 1.2, "adam": 0.3}, "turn": 1, "moving": True}}
    calm(at.run())
    assert "SGD diverged" in said(at)
    assert at.query_params.get("optimizers") in (["sgd~adam"], "sgd~adam")
    at.session_state["optimizers.rates"] = {"moved": {"values": {"sgd": 1.2, "adam": 0.3}, "turn": 2, "moving": False}}
    calm(at.run())
    assert at.query_params["optimizers"] in (["sgd(1.2)~adam"], "sgd(1.2)~adam")


def test_who_diverges_is_named_with_a_remedy_and_the_others_go_on() -> None:
    at = opened(optimizers="sgd(3)~momentum(1000000)~adam(0.3)", step="last")
    assert "SGD diverged at step" in said(at)
    assert "Momentum diverged at step" in said(at)
    assert "Try 0.95" in said(at)
    assert "**Adam** is lowest" in said(at)
    at.button(key="optimizers.suit").click()
    calm(at.run())
    assert "diverged" not in said(at)
    assert "optimizers" in at.query_params


@pytest.mark.parametrize("bad", ["sgd(0)", "sgd(-1)", "sgd(1e9)", "sgd(nan)", "momentum(0.1,1)"])
def test_rates_that_cannot_be_are_named(bad: str) -> None:
    at = opened(optimizers=f"{bad}~adam", step="last")
    assert f"optimizers={bad}" in at.warning[0].value
    assert "is lowest" in said(at)


def test_a_start_outside_of_the_picture_is_explained() -> None:
    at = opened(x="50", y="3")
    assert "(50, 3) lies outside" in said(at)
    far = opened(x="1000", y="-1000", surface="rosenbrock")
    assert "diverged at step 0" in said(far)


def test_another_surface_begins_at_its_own_start() -> None:
    at = opened(x="1", y="1")
    at.selectbox(key="optimizers.surface").set_value("saddle")
    calm(at.run())
    assert "x" not in at.query_params


def test_options_of_an_optimizer_act() -> None:
    at = opened(optimizers="momentum", step="2")
    at.session_state["optimizers.more"] = True
    calm(at.run())
    at.number_input(key="optimizers.options.momentum.momentum").set_value(0.0)
    calm(at.run())
    assert "v \\leftarrow \\alpha v - \\eta\\, g = 0 \\," in at.latex[0].value.replace("&", "")


def test_the_surface_can_be_seen_in_perspective() -> None:
    at = opened(projection="perspective", optimizers="sgd(3)~adam")
    assert len(at.get("plotly_chart")) == 1
    assert "SGD diverged" in said(at)


def test_the_questions_are_answered_by_the_engine() -> None:
    at = opened()
    at.number_input[-2].set_value(1.0)
    at.button[-3].click().run()
    calm(at)
    assert "only while |1 − 2η| < 1, that is η < 1" in at.success[0].value


@pytest.mark.parametrize("language", LOCALES)
def test_the_race_speaks_of_itself(language: str) -> None:
    at = opened(language, part="network")
    words, own = Texts("optimizers", language), Texts("optimizer_race", language)
    assert any(words("leads.network") in one.value for one in at.get("html"))
    assert own("mistake.text") in at.info[0].value
    assert [one.label for one in at.expander if one.label.startswith(own("questions.memory.ask", parameters="11,274"))]
