"""Kernels made by hand: what they are known for, at every size; and as text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnn.errors import DataError
from cnn.explain.kernels import PRESETS, fitted, preset, read_kernels, write_kernels

SIZES = range(1, 8)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("sobel_x", [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
        ("sobel_y", [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]),
        ("edges", [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
        ("identity", [[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
        ("sharpen", [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
        ("blur", np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16),
        ("emboss", [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]),
    ],
)
def test_the_kernels_of_textbooks(name: str, known: object):
    assert PRESETS[name](3).tolist() == np.array(known).tolist()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PRESETS)
def test_what_they_do_to_a_plain_area(name: str, size: int):
    kernel = PRESETS[name](size)
    assert kernel.shape == (size, size)
    keeps = {"identity", "sharpen", "blur", "emboss"}
    assert kernel.sum() == pytest.approx(1 if name in keeps else 0, abs=1e-12)


def test_each_further_filter_is_the_next_of_the_menu_in_all_channels():
    kernels = preset("emboss", 2, 3, 3)
    assert kernels.shape == (2, 3, 3, 3)
    assert (kernels[0] == PRESETS["emboss"](3)).all()
    assert (kernels[1] == PRESETS["sobel_x"](3)).all()


numbers = arrays(
    np.float64,
    st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 7)).map(lambda s: (*s, s[2])),
    elements=st.integers(-1000, 1000).map(float) | st.sampled_from([0.25, -1.5, 0.001]),
)


@given(numbers)
def test_text_is_read_as_it_was_written(kernels: np.ndarray):
    text = write_kernels(kernels)
    assert len(text) <= 4000
    assert np.allclose(read_kernels(text), kernels, rtol=6e-3)


@pytest.mark.parametrize("text", ["1 2", "1 2; 3 4 | 1", "1 | 2 / 3", "1 / 2 / 3 / 4", "a", "1e300", "", "nan", "1/"])
def test_what_is_no_kernel_is_refused_with_a_sentence(text: str):
    with pytest.raises(DataError) as refused:
        read_kernels(text)
    assert refused.value.sentence("ja") != refused.value.sentence("en")


def test_a_kernel_grows_and_shrinks_around_its_middle():
    kernel = np.arange(9.0).reshape(1, 1, 3, 3)
    assert fitted(kernel, 1, 1, 1).ravel().tolist() == [4]
    assert fitted(kernel, 1, 1, 5)[0, 0, 1:4, 1:4].tolist() == kernel[0, 0].tolist()
    assert fitted(kernel, 1, 1, 5).sum() == kernel.sum()
    assert (fitted(kernel, 2, 2, 3) == kernel).all()
    assert fitted(kernel, 1, 1, 2)[0, 0].tolist() == [[4, 5], [7, 8]]
