"""The page about pooling without a browser: what it says, and what it makes of nonsense."""

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.texts import Texts
from tests.pages.app import LOCALES, calm, open_app

TIE = "2 1 0 0; 1 2 0 0; 3 3 1 1; 3 3 1 1"


def opened(language: str = "en", **query: str) -> AppTest:
    return open_app("pooling", language, **query)


def said(at: AppTest) -> str:
    return " ".join(one.value for one in at.markdown)


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("direction", ["forward", "backward", "shift"])
def test_every_way_of_looking_opens_in_both_languages(language: str, direction: str) -> None:
    at = opened(language, direction=direction)
    assert not at.error
    assert Texts("pooling", language)("mistake.text") in at.info[0].value


def test_the_sizes_and_the_formula_are_this_pages() -> None:
    at = opened(input=TIE)
    assert "16 values become 4" in said(at)
    assert r"\frac{4 + 2 \cdot 0 - 2}{2} \right\rfloor + 1 = 2" in at.latex[0].value
    at.number_input(key="pooling.stride").set_value(1)
    calm(at.run())
    assert "16 values become 9" in said(at)
    assert at.query_params["stride"] == "1"


@pytest.mark.parametrize("language", LOCALES)
def test_windows_with_one_winner_are_mentioned_only_where_there_are_any(language: str) -> None:
    shared = Texts("pooling", language)("see.shared").split("{n}")
    apart, overlapping = opened(language, input=TIE), opened(language, input=TIE, stride="1")
    assert shared[1] not in said(apart)
    assert shared[1] in said(overlapping)


def test_the_gradient_goes_to_as_many_cells_as_there_are_winners() -> None:
    at = opened(input=TIE, direction="backward", gradient="ones")
    assert "sums to 4" in said(at)
    assert "**4** of 16 cells, average pooling to **16**" in said(at)


def test_a_control_of_one_way_of_looking_acts_at_once() -> None:
    at = opened(direction="shift")
    at.number_input(key="pooling_also.shift").set_value(0)
    calm(at.run())
    assert "changes by **0 %**" in said(at)


def test_windows_that_do_not_fit_are_explained_and_can_be_set_back() -> None:
    at = opened(size="2", padding="3")
    assert len(at.error) == 1
    at.number_input(key="pooling.padding").set_value(0)
    calm(at.run())
    assert not at.error


def test_a_link_that_makes_no_sense_is_named() -> None:
    at = opened(size="99", gradient="<img>", nonsense="1")
    assert "size=99" in at.warning[0].value
    assert "784 values become 196" in said(at)


def test_the_questions_are_answered_by_the_engine() -> None:
    at = opened()
    at.number_input[-1].set_value(0)
    at.button[-1].click().run()
    calm(at)
    assert Texts("pooling", "en")("questions.shift.answer") in at.success[0].value


def test_what_padding_takes_of_the_gradient_is_said() -> None:
    plain = said(opened(input=TIE, direction="backward", gradient="ones", padding="1"))
    assert "what average pooling hands on to" in plain
    uncounted = said(opened(input=TIE, direction="backward", gradient="ones", padding="1", count_padding="false"))
    assert "what is handed on still sums to" in uncounted
