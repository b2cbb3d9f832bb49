import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn.errors import ShapeError
from cnn.layers import AvgPool2d, MaxPool2d
from cnn.layers.pooling import _taps
from cnn.layers.windows import windows
from tests import oracles
from tests.cnn.layers.run import backward, built, forward

CASES = [
    # H, W, size, stride, padding
    (6, 8, 2, 0, 0),
    (7, 5, 2, 0, 0),  # a remainder
    (7, 7, 3, 2, 0),  # overlapping
    (6, 6, 2, 1, 0),
    (6, 6, 2, 1, 1),
    (6, 6, 2, 2, 1),
    (8, 8, 3, 3, 1),
    (9, 9, 2, 3, 0),  # gaps
    (5, 5, 5, 0, 2),
    (4, 4, 1, 1, 0),
    (4, 4, 1, 2, 0),
    (7, 6, 4, 1, 2),
]


def few_values(shape: tuple[int, ...]) -> np.ndarray:
    """Images with many ties."""
    return np.random.default_rng(4).integers(-2, 1, shape).astype(float)


@pytest.mark.parametrize(("height", "width", "size", "stride", "padding"), CASES)
def test_max_pooling_equals_the_loops(height: int, width: int, size: int, stride: int, padding: int) -> None:
    x = few_values((3, 2, height, width))
    pads = ((padding, padding), (padding, padding))
    layer = built(MaxPool2d(size, stride, padding), x)
    y = forward(layer, x)
    np.testing.assert_array_equal(y, oracles.max_pool_forward(x, size, stride or size, pads))
    np.testing.assert_array_equal(forward(layer, x, training=False), y)
    dy = np.random.default_rng(5).standard_normal(y.shape)
    expected = oracles.max_pool_backward(dy, x, size, stride or size, pads)
    np.testing.assert_allclose(backward(layer, dy), expected, atol=1e-12)


@pytest.mark.parametrize("count_padding", [True, False])
@pytest.mark.parametrize(("height", "width", "size", "stride", "padding"), CASES)
def test_average_pooling_equals_the_loops(
    height: int, width: int, size: int, stride: int, padding: int, count_padding: bool
) -> None:
    x = np.random.default_rng(6).standard_normal((3, 2, height, width))
    pads = ((padding, padding), (padding, padding))
    layer = built(AvgPool2d(size, stride, padding, count_padding), x)
    y = forward(layer, x)
    expected = oracles.avg_pool_forward(x, size, stride or size, pads, count_padding)
    np.testing.assert_allclose(y, expected, atol=1e-12)
    dx = oracles.avg_pool_backward(y, x, size, stride or size, pads, count_padding)
    np.testing.assert_allclose(backward(layer, y), dx, atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(
    height=st.integers(1, 9),
    width=st.integers(1, 9),
    size=st.integers(1, 4),
    stride=st.integers(0, 4),
    padding=st.integers(0, 3),
    batch=st.integers(1, 4),
)
def test_any_shape_equals_the_loops_or_is_refused(
    height: int, width: int, size: int, stride: int, padding: int, batch: int
) -> None:
    layer, x = MaxPool2d(size, stride, padding), few_values((batch, 2, height, width))
    if padding > size // 2 or size > min(height, width) + 2 * padding:
        with pytest.raises(ShapeError):
            layer.infer(x.shape[1:])
        return
    pads = ((padding, padding), (padding, padding))
    built(layer, x)
    y = forward(layer, x)
    assert y.shape[1:] == layer.out_shape
    np.testing.assert_array_equal(y, oracles.max_pool_forward(x, size, stride or size, pads))
    dy = np.random.default_rng(7).standard_normal(y.shape)
    np.testing.assert_allclose(
        backward(layer, dy), oracles.max_pool_backward(dy, x, size, stride or size, pads), atol=1e-12
    )
    assert layer.remainder(x.shape[1:])[0] == (height + 2 * padding - size) % (stride or size)


def test_on_a_tie_the_first_cell_in_reading_order_wins() -> None:
    x = np.array([[0.0, 1, 0, 0], [1, 0, 0, 0], [3, 3, 0, 2], [3, 3, 2, 2]])[None, None]
    layer = built(MaxPool2d(2), x)
    forward(layer, x)
    dx = backward(layer, np.array([[[[1.0, 2], [3, 4]]]]))
    np.testing.assert_array_equal(dx[0, 0], [[0, 1, 2, 0], [0, 0, 0, 0], [3, 0, 0, 4], [0, 0, 0, 0]])


def test_padding_never_wins() -> None:
    x = np.full((1, 1, 4, 4), -5.0)
    layer = built(MaxPool2d(3, 2, 1), x)
    assert (forward(layer, x) == -5).all()
    assert backward(layer, np.ones((1, 1, 2, 2))).sum() == 4


def test_taps_are_views() -> None:
    x = np.zeros((6, 2, 6, 3))
    assert all(np.shares_memory(tap, x) for tap in _taps(x, 2, windows(6, 2, 2, 0)))


@pytest.mark.parametrize("kind", [MaxPool2d, AvgPool2d])
def test_refuses_what_it_cannot_pool(kind: type[MaxPool2d] | type[AvgPool2d]) -> None:
    with pytest.raises(ShapeError, match="at most 1"):
        kind(2, padding=2).infer((1, 8, 8))
    with pytest.raises(ShapeError, match="larger than its input"):
        kind(5).infer((1, 4, 4))
    with pytest.raises(ShapeError, match="expects an image"):
        kind().infer((16,))
