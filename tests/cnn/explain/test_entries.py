"""A drawn gradient as text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnn.errors import DataError
from cnn.explain.entries import read_entries, write_entries


@given(arrays(np.float64, (2, 3, 4), elements=st.sampled_from([0.0, 1.0, -1.0, 2.5, 1000.0])))
def test_what_was_drawn_is_read_again(gradient: np.ndarray):
    assert read_entries(write_entries(gradient), gradient.shape).tolist() == gradient.tolist()


def test_what_lies_outside_is_left_out():
    assert read_entries("0.0.1:1 0.5.0:1 1.0.0:1", (1, 2, 2)).tolist() == [[[0, 1], [0, 0]]]


@pytest.mark.parametrize("text", ["1", "0.0:1", "0.0.0:", "0.0.0:1e9", "0.0.0:nan", "a.b.c:1", "...:1"])
def test_nonsense_is_refused(text: str):
    with pytest.raises(DataError):
        read_entries(text, (1, 2, 2))


def test_what_would_not_fit_into_a_link_is_refused():
    with pytest.raises(DataError, match="784"):
        write_entries(np.ones((1, 28, 28)))
