"""The funnel shown is the engine's FReLU, and that is the larger of a pixel and what is around it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from cnn.explain.funnel import KERNELS, funnel

PICTURES = arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.floats(-5, 5))


@given(PICTURES, st.sampled_from(list(KERNELS)))
def test_max_of_a_pixel_and_its_window(picture: np.ndarray, name: str) -> None:
    found = funnel(picture, KERNELS[name])
    padded = np.pad(picture, 1)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3))
    condition = (windows * KERNELS[name]).sum(axis=(2, 3)) / np.sqrt(1 + 1e-5)
    np.testing.assert_allclose(found.condition, condition, atol=1e-9)
    np.testing.assert_array_equal(found.output, np.maximum(picture, found.condition))
    np.testing.assert_array_equal(found.widened, found.condition > picture)


def test_without_surroundings_it_is_relu() -> None:
    picture = np.array([[-1.0, 2.0], [0.5, -3.0]])
    np.testing.assert_array_equal(funnel(picture, KERNELS["nothing"]).output, np.maximum(picture, 0))


def test_a_stroke_grows_by_its_surroundings() -> None:
    picture = np.zeros((5, 5))
    picture[2, 2] = 9.0
    found = funnel(picture, KERNELS["average"])
    assert found.widened.sum() == 8
    assert found.output[1, 1] == pytest.approx(1, rel=1e-4)
    assert found.output[2, 2] == 9
