"""The page about convolution without a browser: what it says, both ways, and what it makes of nonsense."""

import re
from itertools import product

import pytest
from streamlit.testing.v1 import AppTest

from cnn.explain.convolution import STEPS, ConvolutionSettings
from pages.ui.convolution_words import questions
from pages.ui.texts import Texts
from tests.pages.app import LOCALES, calm, open_app

GRID = "1 2 3 4 5 6; 2 3 4 5 6 7; 3 4 5 6 7 8; 4 5 6 7 8 9; 5 6 7 8 9 1; 6 7 8 9 1 2"


def opened(language: str = "en", **query: str) -> AppTest:
    return open_app("convolution", language, **query)


def said(at: AppTest) -> str:
    return " ".join(one.value for one in at.markdown)


def noted(at: AppTest) -> str:
    return " ".join(one.value for one in at.info)


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("step", ["", *STEPS])
def test_every_view_opens_in_both_languages(language: str, step: str) -> None:
    way = {"direction": "backward", "step": step} if step else {"below": "fields"}
    at = opened(language, stride="2", filters="2", channels="3", **way)
    assert not at.error
    assert Texts("convolution", language)("mistake.text") in noted(at)


def test_the_numbers_and_the_formula_are_this_pages() -> None:
    at = opened(input=GRID, stride="2", padding="1")
    assert "Each of the **9** outputs is a sum of **9** products: 81 multiply-adds" in said(at)
    assert "only **10** parameters" in said(at)
    assert r"\frac{6 + 2 \cdot 1 - 3}{2} \right\rfloor + 1 = 3" in at.latex[1].value
    assert "**1 row** at the bottom and **1 column** at the right" in said(at)
    at.number_input(key="convolution.stride").set_value(1)
    calm(at.run())
    assert "= 6" in at.latex[1].value
    assert "never read" not in said(at)
    assert at.query_params["stride"] == "1"


def test_the_way_back_has_something_to_dilate_unless_a_stride_was_set() -> None:
    def turned(at: AppTest, way: str) -> AppTest:
        at.button_group(key="convolution_way.direction").set_value(way)
        return calm(at.run())

    def stride(at: AppTest) -> int:
        return at.number_input(key="convolution.stride").value

    at = opened(input=GRID)
    assert stride(at) == 1
    turned(at, "backward")
    assert "stride" not in at.query_params
    assert stride(at) == 2
    assert "**1** zeros" in said(at)
    assert stride(turned(at, "forward")) == 1
    # Once somebody has said it, also with a link, it stays, whichever way one looks.
    at.number_input(key="convolution.stride").set_value(3)
    calm(at.run())
    assert stride(turned(at, "backward")) == 3
    at.number_input(key="convolution.stride").set_value(1)
    calm(at.run())
    assert at.query_params["stride"] == "1"
    assert stride(turned(at, "forward")) == 1
    linked = opened(input=GRID, stride="1")
    assert stride(linked) == 1
    assert stride(turned(linked, "backward")) == 1
    assert linked.query_params["stride"] == "1"


def test_uneven_padding_and_a_picture_that_is_not_square() -> None:
    at = opened(input="1 2 3 4 5 6; 1 2 3 4 5 6; 1 2 3 4 5 6", size="2", padding="same")
    assert r"3 + (0 + 1) - 2" in at.latex[1].value
    assert r"6 + (0 + 1) - 2" in at.latex[2].value


def test_the_way_back_ends_in_gradients_that_pass_their_check() -> None:
    at = opened(input=GRID, direction="backward", step="correlate", stride="2")
    assert "Step 4." in said(at)
    at.button(key="convolution_next").click()
    calm(at.run())
    assert "Step 5." in said(at)
    badges = [one for one in at.markdown if "error" in one.value and "entries" in one.value]
    assert len(badges) == 3
    assert all("green" in one.value for one in badges)
    assert at.query_params["step"] == "crop"
    at.button(key="convolution_next").click()
    assert "Step 1." in said(calm(at.run()))


def test_a_preset_is_chosen_and_becomes_ones_own_numbers() -> None:
    at = opened(size="2")
    menu = at.selectbox(key="convolution_kernel")
    menu.set_value("identity")
    calm(at.run())
    assert at.query_params["kernel"] == "identity"
    at.selectbox(key="convolution_kernel").set_value("own")
    calm(at.run())
    assert at.query_params["kernel"] == "1 0; 0 0"


def test_a_learned_kernel_comes_in_its_own_size_and_without_a_run_the_page_says_so() -> None:
    at = opened()
    at.selectbox(key="convolution_kernel").set_value("shipped")
    calm(at.run())
    assert at.query_params["size"] == "5"
    assert Texts("convolution", "en")("kernel.no_run") not in noted(at)
    at.selectbox(key="convolution_kernel").set_value("run")
    calm(at.run())
    assert Texts("convolution", "en")("kernel.no_run") in noted(at)


def test_a_kernel_that_does_not_fit_is_explained_and_nothing_is_lost() -> None:
    at = opened(input="1 2; 3 4", size="5")
    assert "larger than its input" in at.error[0].value
    at.number_input(key="convolution.size").set_value(2)
    calm(at.run())
    assert not at.error
    assert at.query_params["input"] == "1 2; 3 4"


def test_nonsense_in_the_link_is_named() -> None:
    at = opened(kernel="1e300", stride="nine", drawn="9:9", size="3")
    for part in ("kernel=1e300", "stride=nine", "drawn=9:9"):
        assert part in at.warning[0].value


@pytest.mark.parametrize(("stride", "rows"), [("1", "0 rows"), ("2", "1 row"), ("4", "3 rows")])
def test_the_formulas_of_the_way_back_count_what_no_window_reads(stride: str, rows: str) -> None:
    at = opened(input="digit-3", direction="backward", step="crop", stride=stride, padding="1")
    weights, picture = (one.value for one in at.latex[:2])
    assert "^{-a}" in weights
    assert "^{+a}" in picture
    assert f"Here: {rows}, {rows.replace('row', 'column')}." in " ".join(one.value for one in at.caption)


def test_without_a_stride_nothing_is_said_to_be_spread_out() -> None:
    words = Texts("convolution", "en")
    for stride, kind, other in (("1", "see_none", "see"), ("2", "see", "see_none")):
        text = said(opened(input=GRID, direction="backward", step="dilate", stride=stride))
        assert words(f"step.dilate.{kind}").split("{")[0] in text
        assert words(f"step.dilate.{other}").split("{")[0] not in text


@pytest.mark.parametrize("language", LOCALES)
def test_the_first_answer_works_out(language: str) -> None:
    for padding, stride, size in product(("same", "valid", 1, 4), (1, 2, 3), (1, 4, 5)):
        asked = questions(ConvolutionSettings(padding=padding, stride=stride, size=size))[0]
        answer = Texts("convolution", language)("questions.size.answer", **asked.values)
        zeros, kernel, step, rows = map(int, re.findall(r"28 \+ (\d+) − (\d+)\) / (\d+)⌋ \+ 1 = (\d+)", answer)[0])
        assert (28 + zeros - kernel) // step + 1 == rows == asked.answer


def test_the_first_question_is_answered_by_the_engine() -> None:
    at = opened(size="3", stride="1", padding="1")
    guess = next(one for one in at.number_input if str(one.key).startswith("question_size"))
    guess.set_value(14)  # stride 2: ⌊(28 + 2 − 3)/2⌋ + 1
    next(one for one in at.button if str(one.key).startswith("question_size")).click()
    calm(at.run())
    assert Texts("common", "en")("guess.right") in at.success[0].value
