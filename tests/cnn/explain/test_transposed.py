"""The five steps of the way back: each by hand on a small case, all together against the engine."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn.explain.convolution import ConvolutionSettings, Convolved, convolve
from cnn.explain.transposed import correlate, dilate, gradients, incoming, steps
from tests.cnn.explain.test_convolution import ARITHMETIC, settings_of, shapes


def convolved(settings: ConvolutionSettings, rows: int, columns: int, seed: int = 0) -> Convolved:
    rng = np.random.default_rng(seed)
    kernels = rng.standard_normal((settings.filters, settings.channels, settings.size, settings.size))
    return convolve(settings, rng.random((rows, columns)), kernels)


@settings(max_examples=40, deadline=None)
@given(shapes, st.integers(4, 7), st.integers(4, 7), st.integers(0, 99))
def test_the_five_steps_end_in_the_engines_gradient(chosen: dict[str, object], rows: int, columns: int, seed: int):
    found = convolved(ConvolutionSettings(**chosen), rows, columns, seed)  # type: ignore[arg-type]
    dy = np.random.default_rng(seed + 1).standard_normal(found.sums.shape)
    way, back = steps(found, dy), gradients(found, dy)
    assert way.cropped == pytest.approx(back.dx, abs=1e-12)
    assert way.cropped.shape == found.inputs.shape
    assert back.check.passed()
    assert {tensor.name for tensor in back.check.tensors} == {"x", "weight", "bias"}
    # dW as the page writes it: the padded input, without what no window read, correlated with the dilated gradient.
    down, across = found.axes
    read = found.padded[:, : down.padded - down.remainder, : across.padded - across.remainder]
    for f, c in np.ndindex(*found.kernels.shape[:2]):
        assert correlate(read[c : c + 1], way.dilated[f : f + 1, None]).squeeze(0) == pytest.approx(back.dw[f, c])
    assert back.db == pytest.approx(dy.sum(axis=(1, 2)))


# The transposes of the same figures: gradient -> dilated -> padded -> before it is cropped, by hand.
TRANSPOSES = {
    "no padding, unit strides": (2, 2, 6, 4),
    "arbitrary padding": (6, 6, 12, 9),
    "same (half) padding": (5, 5, 9, 7),
    "full padding": (7, 7, 11, 9),
    "strides": (2, 3, 7, 5),
    "padding and strides": (3, 5, 9, 7),
    "a remainder": (3, 5, 10, 8),
    "a remainder without padding": (2, 3, 8, 6),
}


@pytest.mark.parametrize("name", TRANSPOSES)
def test_sizes_on_the_way_back(name: str):
    case, _ = ARITHMETIC[name]
    found = convolved(settings_of(case), case[0], case[0])
    way = steps(found, found.sums)
    sizes = tuple(array.shape[1] for array in (way.dy, way.dilated, way.padded, way.correlated))
    assert sizes == TRANSPOSES[name]
    assert way.cropped.shape == (1, case[0], case[0])


def test_the_steps_by_hand():
    settings = ConvolutionSettings(kernel="1 2; 3 4", size=2, stride=2)
    found = convolve(settings, np.zeros((4, 4)), settings.kernels())
    way = steps(found, np.array([[[1.0, 0.0], [0.0, 10.0]]]))
    assert way.dilated[0].tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 10]]
    assert way.padded.shape == (1, 5, 5)
    assert way.rotated[0, 0].tolist() == [[4, 3], [2, 1]]
    assert way.correlated[0].tolist() == [[1, 2, 0, 0], [3, 4, 0, 0], [0, 0, 10, 20], [0, 0, 30, 40]]


def test_dilation_and_its_absence():
    maps = np.arange(4.0).reshape(1, 2, 2)
    assert dilate(maps, (1, 1)).tolist() == maps.tolist()
    assert dilate(maps, (3, 2)).shape == (1, 4, 3)
    assert dilate(maps, (3, 2)).sum() == maps.sum()


def test_where_the_gradient_starts():
    outputs = np.array([[[1.0, -5.0], [2.0, 0.0]]])
    assert incoming("one", "", outputs).tolist() == [[[0, 1], [0, 0]]]
    assert (incoming("ones", "", outputs) == 1).all()
    assert incoming("random", "", outputs).std() > 0
    assert incoming("drawn", "0.1.0:-1", outputs).tolist() == [[[0, 0], [-1, 0]]]
