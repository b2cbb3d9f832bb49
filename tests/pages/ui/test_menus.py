"""Menus that follow the page's state: what the browser still says of the state before is no choice."""

import time
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from cnn.optimizers import SGD
    from pages.ui.menus import menu
    from pages.ui.options import edit_options, settle

    state = st.session_state
    state.setdefault("chosen", "a")
    state.setdefault("rate", 0.5)
    if st.button("follow", key="follow"):  # a suggestion, or Back
        state["chosen"], state["rate"] = "b", 0.25
    menu("Letter", ("a", "b", "c"), state["chosen"], "letter", lambda one: state.update(chosen=one))
    state["rate"] = edit_options(SGD(lr=state["rate"]), "sgd", only=("lr",)).lr
    settle()


def followed() -> AppTest:
    at = AppTest.from_function(page).run()
    at.button(key="follow").click().run()
    assert (at.session_state["chosen"], at.session_state["rate"]) == ("b", 0.25)
    return at


def say(at: AppTest, letter: str, rate: float) -> tuple[str, float]:
    at.selectbox(key="letter").set_value(letter)
    at.number_input(key="sgd.lr").set_value(rate)
    at.run()
    assert not at.exception
    return at.session_state["chosen"], at.session_state["rate"]


def test_an_echo_of_what_was_shown_before_is_no_choice() -> None:
    assert say(followed(), "a", 0.5) == ("b", 0.25)


def test_what_is_new_is_a_choice_at_once() -> None:
    assert say(followed(), "c", 0.125) == ("c", 0.125)


def test_a_moment_later_it_may_be_chosen_again(monkeypatch: pytest.MonkeyPatch) -> None:
    at = followed()
    later: Any = time.monotonic() + 1
    monkeypatch.setattr("pages.ui.menus.time.monotonic", lambda: later)
    assert say(at, "a", 0.5) == ("a", 0.5)
