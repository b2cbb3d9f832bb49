import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn.errors import DataError
from cnn.explain.matrix import LARGEST, read_matrix, write_matrix

NUMBERS = st.integers(-(10**5), 10**5).map(lambda hundredths: hundredths / 100)
MATRICES = st.integers(1, 6).flatmap(
    lambda width: st.lists(st.lists(NUMBERS, min_size=width, max_size=width), min_size=1, max_size=6)
)


@given(MATRICES)
def test_what_is_written_is_read_again(rows: list[list[float]]) -> None:
    np.testing.assert_array_equal(read_matrix(write_matrix(np.array(rows))), rows)


@pytest.mark.parametrize(
    "text", ["1 0 -1; 2 0 -2", "1,0,-1\n2,0,-2", " 1  0 −1 ；2、0，-2;", "１ ０ -1\r\n２ 0 -2\n"]
)  # fmt: skip
def test_rows_and_numbers_may_be_separated_as_people_do(text: str) -> None:
    np.testing.assert_array_equal(read_matrix(text), [[1, 0, -1], [2, 0, -2]])


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("", "matrix_empty"),
        (" ; \n ,", "matrix_empty"),
        ("1 a; 2 3", "matrix_not_a_number"),
        ("1 1e300", "matrix_out_of_range"),
        ("nan", "matrix_out_of_range"),
        ("-inf", "matrix_out_of_range"),
        ("1 2; 3", "matrix_ragged"),
        ("1 " * 13, "matrix_too_large"),
        ("1;" * 13, "matrix_too_large"),
        ("1 " * 5000, "matrix_too_long"),
    ],
)
def test_anything_else_is_refused_with_a_reason(text: str, entry: str) -> None:
    with pytest.raises(DataError) as caught:
        read_matrix(text)
    assert caught.value.code == f"explain.{entry}"


def test_the_largest_number_is_accepted() -> None:
    assert read_matrix(f"{LARGEST:g} -{LARGEST:g}").shape == (1, 2)
