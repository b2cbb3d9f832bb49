"""Numbers as they are written: they read back as what they were, and shares are told from 0 and from 1."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.ui.numbers import apart, number, percent, probability

FINITE = st.floats(-1e30, 1e30, allow_nan=False).filter(lambda value: value == 0 or abs(value) > 1e-30)
SHARES = st.floats(0, 1)
DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")


def read(text: str) -> float:
    """What a reader understands of a written number, or share."""
    text = re.sub(r"·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", r"e\1", text).translate(DIGITS).replace(",", "").lstrip("> ")
    return float(text.removesuffix("\u202f%")) / (100 if "%" in text else 1)


@given(FINITE, st.integers(1, 6))
def test_a_number_reads_back_to_so_many_digits(value: float, digits: int) -> None:
    text = number(value, digits)
    assert math.isclose(read(text), value, rel_tol=10.0 ** (1 - digits), abs_tol=0)
    assert "e" not in text
    assert "-" not in text
    assert "_" not in text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (-0.0, "0"), (1234.0, "1,230"), (0.00074, "0.00074"), (0.000074, "7.4·10⁻⁵"),
     (2.3e-9, "2.3·10⁻⁹"), (-0.5, "−0.5"), (float("nan"), "NaN"), (float("inf"), "∞"), (float("-inf"), "−∞")],
)  # fmt: skip
def test_numbers_as_they_are_written(value: float, text: str) -> None:
    assert number(value) == text


@given(SHARES)
def test_what_is_neither_nothing_nor_all_is_never_called_so(share: float) -> None:
    if 0 < share < 1:
        assert read(percent(share)) not in (0, 1)
        assert read(probability(share)) > 0
    assert math.isclose(read(percent(share)), share, rel_tol=0.06, abs_tol=1e-300)
    assert math.isclose(1 - read(percent(share)), 1 - share, rel_tol=0.6, abs_tol=2e-9)


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.000074, "0.0074"), (0.00021, "0.021"), (0.24, "24"), (0.096, "9.6"), (0.5, "50"), (0.953, "95"),
     (0.9993, "99.93"), (0, "0"), (1, "100"), (1.2, "120"), (-0.3, "−30")],
)  # fmt: skip
def test_shares_as_they_are_written(share: float, text: str) -> None:
    assert percent(share) == f"{text}\u202f%"


@given(SHARES, SHARES)
def test_two_shares_are_told_apart(before: float, after: float) -> None:
    first, second = apart(percent, before, after, 2)
    if abs(before - after) > 1e-8 * max(before, after):
        assert (first != second) or min(before, after) > 1 - 1e-8


@given(FINITE, FINITE)
def test_two_numbers_are_told_apart(before: float, after: float) -> None:
    first, second = apart(number, before, after, 3)
    if not math.isclose(before, after, rel_tol=1e-8, abs_tol=0):
        assert first != second
