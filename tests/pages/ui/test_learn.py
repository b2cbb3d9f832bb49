"""Questions that are guessed before the page answers."""

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.learn import Question
from pages.ui.texts import Texts


def page() -> None:
    import streamlit as st

    from pages.ui.learn import Question, ask
    from pages.ui.texts import Texts

    texts = Texts("draw", "en")
    texts._entries |= {  # type: ignore[reportPrivateUsage]
        "questions.size.ask": "How large, for {n}?",
        "questions.size.answer": "{n} and {n}.",
        "questions.winner.ask": "Who wins?",
        "questions.winner.answer": "This one.",
        "questions.winner.left": "The left one",
    }
    n = st.session_state.get("n", 5)
    ask(Question("size", n, values={"n": n}), texts)
    ask(Question("winner", "left", ("left", "right")), texts)


def opened() -> AppTest:
    at = AppTest.from_function(page).run()
    assert not at.exception
    return at


def test_a_right_guess_a_wrong_one_and_another_question() -> None:
    at = opened()
    at.button[0].click().run()
    assert at.info[0].value == Texts("common", "en")("guess.missing")
    at.number_input[0].set_value(5)
    at.button[0].click().run()
    assert "5 and 5." in at.success[0].value
    assert not at.info
    at.number_input[0].set_value(4)
    at.button[0].click().run()
    assert "4" in at.info[0].value
    at.session_state["n"] = 6
    at.run()
    assert at.number_input[0].value is None


def test_a_choice_is_guessed() -> None:
    at = opened()
    at.button_group[0].set_value("right")
    at.button[1].click().run()
    assert at.info
    at.button_group[0].set_value("left")
    at.button[1].click().run()
    assert "This one." in at.success[0].value


@pytest.mark.parametrize(("guess", "right"), [(3.0, True), (3.1, True), (3.2, False)])
def test_a_number_may_be_off_by_the_tolerance(guess: float, right: bool) -> None:
    assert Question("x", 3.0, tolerance=0.15).is_right(guess) == right
