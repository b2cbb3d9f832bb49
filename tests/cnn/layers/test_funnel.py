"""FReLU against a slow loop."""

import numpy as np
import pytest

import cnn
from cnn.errors import ShapeError

SHAPE = (3, 5, 4)
IMAGES = np.random.default_rng(0).standard_normal((6, *SHAPE))


def _slow(x: np.ndarray, state: dict[str, np.ndarray], training: bool) -> np.ndarray:
    """max(x, BatchNorm(depthwise convolution of x)), in loops over images, channels, pixels and taps."""
    images, channels, height, width = x.shape
    t = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(images, channels, height, width):
        for ky, kx in np.ndindex(3, 3):
            row, column = i + ky - 1, j + kx - 1
            if 0 <= row < height and 0 <= column < width:
                t[n, c, i, j] += state["0.conv.weight"][c, 0, ky, kx] * x[n, c, row, column]
    for c in range(channels):
        mean = t[:, c].mean() if training else state["0.norm.running_mean"][c]
        var = t[:, c].var() if training else state["0.norm.running_var"][c]
        t[:, c] = state["0.norm.weight"][c] * (t[:, c] - mean) / np.sqrt(var + 1e-5) + state["0.norm.bias"][c]
    return np.maximum(x, t)


@pytest.fixture
def net() -> cnn.Network:
    net = cnn.Network([cnn.FReLU()], SHAPE, dtype=np.float64)
    rng = np.random.default_rng(1)
    net.load_state_dict({name: a + 0.3 * rng.random(a.shape) for name, a in net.state_dict().items()})
    return net


@pytest.mark.parametrize("training", [True, False])
def test_forward_is_the_slow_loop(net: cnn.Network, training: bool) -> None:
    expected = _slow(IMAGES, net.state_dict(), training)
    np.testing.assert_allclose(net.forward(IMAGES, training=training), expected)


def test_running_statistics_are_those_of_the_convolution(net: cnn.Network) -> None:
    before = net.buffers()
    net.forward(IMAGES, training=True)
    assert all((net.buffers()[name] != before[name]).all() for name in before)
    assert set(before) == {"0.norm.running_mean", "0.norm.running_var"}


def test_only_the_filters_decay_and_its_weights_are_a_stream_of_their_own() -> None:
    plain = cnn.Network([cnn.Conv2d(3, 3), cnn.Conv2d(2, 3)], SHAPE)
    with_funnel = cnn.Network([cnn.Conv2d(3, 3), cnn.FReLU(), cnn.Conv2d(2, 3)], SHAPE)
    np.testing.assert_array_equal(with_funnel.state_dict()["2.weight"], plain.state_dict()["1.weight"])
    decayed = {name for name, place in with_funnel.slices.items() if with_funnel.decay_mask[place].all()}
    assert decayed == {"0.weight", "1.conv.weight", "2.weight"}


def test_a_vector_is_refused() -> None:
    with pytest.raises(ShapeError, match="FReLU expects an image"):
        cnn.FReLU().infer((12,))
