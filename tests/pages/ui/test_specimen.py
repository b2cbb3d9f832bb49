"""The input that follows from page to page, and the settings that stand in the URL."""

from typing import Any

import numpy as np
import pytest
import streamlit
from streamlit.testing.v1 import AppTest


@pytest.fixture(autouse=True)
def _links(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page on its own has no other page to link to."""

    def page_link(*_args: object, **_options: object) -> None: ...

    monkeypatch.setattr(streamlit, "page_link", page_link)


def page() -> None:
    from dataclasses import dataclass

    import streamlit as st

    from cnn.activations import ACTIVATIONS, ReLU
    from cnn.options import Configurable, option
    from pages.ui.settings import edit_settings, settings_notice
    from pages.ui.specimen import choose_specimen
    from pages.ui.url import resume_query

    @dataclass(frozen=True)
    class Settings(Configurable):
        size: int = option(2, low=1, high=4)
        activation: object = option(ReLU(), family=ACTIVATIONS)
        kernel: str = option("1", kind="text", pattern=r"[-0-9. ;]*")

    resume_query(st.session_state.get("at", "pooling"))
    settings_notice(Settings)
    specimen = choose_specimen()
    settings = edit_settings(Settings, "pooling", ("size",), more=("activation",))
    st.session_state["seen"] = specimen.picture, specimen.kind, specimen.stands_in
    st.session_state["settings"] = settings.size, ACTIVATIONS.to_dict(settings.activation), settings.kernel  # type: ignore[arg-type]


def opened(**query: str) -> AppTest:
    at = AppTest.from_function(page)
    at.context = {"locale": "en-US"}
    for name, value in query.items():
        at.query_params[name] = value
    return rerun(at)


def rerun(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def seen(at: AppTest) -> tuple[Any, ...]:
    return at.session_state["seen"]


def test_where_nothing_was_drawn_a_seven_stands_in_and_says_so() -> None:
    at = opened()
    picture, kind, stands_in = seen(at)
    assert (picture.shape, kind, stands_in) == ((28, 28), "drawing", True)
    assert at.caption
    assert at.query_params == {}


def test_the_drawing_is_the_input() -> None:
    at = opened()
    at.session_state["drawing"] = {"strokes": [[[50, 50], [200, 220]]], "width": 2.4}
    rerun(at)
    picture, _, stands_in = seen(at)
    assert not stands_in
    assert picture.max() > 0.5


def test_a_sample_goes_into_the_url_and_follows_to_the_next_page() -> None:
    at = opened()
    at.selectbox(key="specimen_menu").set_value("digit-4")
    rerun(at)
    assert at.query_params == {"input": "digit-4"}
    at.session_state["at"] = "loss"
    at.query_params.clear()  # as a click in the navigation does
    rerun(at)
    assert seen(at)[1] == "digit-4"
    assert at.query_params == {"input": "digit-4"}


def test_numbers_are_typed_and_stay_in_the_link() -> None:
    at = opened()
    at.selectbox(key="specimen_menu").set_value("typed")
    rerun(at)
    at.text_area(key="specimen_grid").set_value("1 2\n3 -4.5")
    rerun(at)
    np.testing.assert_array_equal(seen(at)[0], [[1, 2], [3, -4.5]])
    assert at.query_params == {"input": "1 2; 3 -4.5"}
    np.testing.assert_array_equal(seen(opened(input="1 2; 3 -4.5"))[0], [[1, 2], [3, -4.5]])


@pytest.mark.parametrize("typed", ["1 x", "1e300", "1 2; 3"])
def test_a_bad_grid_is_explained_and_kept_and_the_last_good_one_stays(typed: str) -> None:
    at = opened(input="1 2; 3 4")
    at.text_area(key="specimen_grid").set_value(typed)
    rerun(at)
    assert len(at.error) == 1
    assert at.text_area(key="specimen_grid").value == typed
    np.testing.assert_array_equal(seen(at)[0], [[1, 2], [3, 4]])
    at.text_area(key="specimen_grid").set_value("5")
    rerun(at)
    assert not at.error
    np.testing.assert_array_equal(seen(at)[0], [[5]])


@pytest.mark.parametrize("nonsense", ["digit-12", "digit-", "<b>", "1 2; 3", "1e9"])
def test_a_nonsense_input_of_a_link_is_corrected(nonsense: str) -> None:
    at = opened(input=nonsense)
    assert seen(at)[1] == "drawing"
    assert at.query_params == {}


def test_settings_come_from_the_url_and_go_back_into_it() -> None:
    at = opened(size="3", activation="leaky_relu(0.2)", kernel="1 0; 0 -1")
    assert at.session_state["settings"] == (3, {"kind": "leaky_relu", "alpha": 0.2}, "1 0; 0 -1")
    at.number_input(key="pooling.size").set_value(4)
    rerun(at)
    assert at.query_params == {"size": "4", "activation": "leaky_relu(0.2)", "kernel": "1 0; 0 -1"}
    at.number_input(key="pooling.size").set_value(2)
    rerun(at)
    assert "size" not in at.query_params


def test_settings_that_are_not_understood_take_their_default_and_are_named() -> None:
    at = opened(size="9", activation="nonsense", kernel="<script>", colour="red", input="digit-1", lang="en")
    assert at.session_state["settings"] == (2, {"kind": "relu"}, "1")
    assert len(at.warning) == 1
    assert all(part in at.warning[0].value for part in ("size=9", "activation=nonsense", "colour=red"))
