"""What is dragged: messages may be anything, the page's own value leads as soon as a change has arrived there."""

import math
from base64 import b64decode
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from pages.ui.drag.parts import Bars, Curve, Slider, Zone, read_values

HANDLES = [Slider("a", "A", -1, 1, 0, 0.1), Slider("t", "T", 0.1, 10, 1, log=True)]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)


@given(anything | st.fixed_dictionaries({"a": anything, "t": anything}))
def test_whatever_comes_the_values_are_within_bounds(message: Any) -> None:
    values = read_values(message, HANDLES)
    if values is not None:
        assert -1 <= values[0] <= 1
        assert 0.1 <= values[1] <= 10


@pytest.mark.parametrize(
    "message",
    [None, [0, 1], {}, {"a": 0}, {"a": 0, "t": 1, "x": 2}, {"a": math.nan, "t": 1}, {"a": math.inf, "t": 1},
     {"a": True, "t": 1}, {"a": "0", "t": 1}, {"a": 10**400, "t": 1}],
)  # fmt: skip
def test_what_is_not_about_these_handles_is_nothing(message: Any) -> None:
    assert read_values(message, HANDLES) is None


@given(st.floats(-1, 1), st.floats(0.1, 10))
def test_a_value_goes_to_its_step(a: float, t: float) -> None:
    values = read_values({"a": a, "t": t}, HANDLES)
    assert values is not None
    assert values[0] == pytest.approx(a, abs=0.0501)
    assert round(values[0] * 10) == pytest.approx(values[0] * 10)
    assert values[1] == pytest.approx(t, rel=0.006)


@pytest.mark.parametrize(("low", "high", "step"), [(0, 1, 0.005), (-10, 10, 0.1), (0, 10, 0.05), (1, 3, 0.01)])
def test_a_slider_is_fine_where_nothing_says_how_fine(low: float, high: float, step: float) -> None:
    assert Slider("a", "A", low, high, low).fineness == pytest.approx(step)


def test_curves_travel_as_they_are() -> None:
    samples = np.array([[0.5, np.nan], [1e-12, 3.0]])
    message = Curve("f", samples, 2, (Zone(-1, 0, True),)).as_json()
    sent = np.frombuffer(b64decode(message["samples"]), "<f4").reshape(2, 2)
    np.testing.assert_array_equal(sent, samples.astype(np.float32))
    assert message["zones"] == [{"start": -1, "end": 0, "solid": True}]
    assert Bars("p", np.array([0.25])).as_json()["values"] == [0.25]


def page() -> None:
    import streamlit as st

    from pages.ui.drag import Bars, Slider, sliders
    from pages.ui.options import settle

    state = st.session_state
    state.setdefault("kept", 0.0)
    if st.button("reset", key="reset"):
        state["kept"] = 0.0
    dragged = sliders("one", [Slider("a", "A", -5, 5, state["kept"], 0.5)], bars=lambda values: [Bars("b", values)])
    state["value"] = dragged.value
    if not dragged.moving:
        state["kept"] = dragged.value
        settle("one")


@pytest.fixture
def at() -> AppTest:
    return AppTest.from_function(page).run()


def drag(at: AppTest, value: Any, turn: int, moving: bool = False) -> AppTest:
    at.session_state["one"] = {"moved": {"values": {"a": value}, "turn": turn, "moving": moving}}
    at.run()
    assert not at.exception
    return at


def test_while_it_moves_the_handle_leads_and_the_page_keeps_nothing(at: AppTest) -> None:
    assert drag(at, 2.0, 1, moving=True).session_state["value"] == 2
    assert at.session_state["kept"] == 0
    assert at.run().session_state["value"] == 2, "another run in between does not take it back"
    assert drag(at, 3.0, 2).session_state["kept"] == 3


def test_at_rest_the_page_leads(at: AppTest) -> None:
    drag(at, 2.0, 1)
    at.button(key="reset").click().run()
    assert at.session_state["value"] == 0


@pytest.mark.parametrize("turn", [None, True, -1, 0, 2**60, "1", 1.5])
def test_a_message_without_a_number_is_not_read(at: AppTest, turn: Any) -> None:
    assert drag(at, 2.0, turn).session_state["value"] == 0


@pytest.mark.parametrize("value", [None, "x", math.nan, [1]])
def test_a_bad_value_changes_nothing(at: AppTest, value: Any) -> None:
    assert drag(at, value, 1).session_state["value"] == 0
