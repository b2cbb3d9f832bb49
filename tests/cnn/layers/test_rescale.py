"""Rescale: fixed numbers in, fixed numbers out; nothing to learn, nothing to keep."""

import numpy as np
import pytest

import cnn
from cnn import links
from cnn.config import ExperimentConfig
from cnn.layers import Conv2d, Flatten, Linear, Rescale
from tests.cnn.layers.run import backward, built, forward


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.0, 255.0, [0, 51, 255]), (-1.0, 1.0, [-1, -0.6, 1]), (0.0, 1.0, [0, 0.2, 1]), (3.0, 3.0, [3, 3, 3])],
)
def test_where_pixels_go(low: float, high: float, expected: list[float]) -> None:
    x = np.array([[0.0, 0.2, 1.0]])
    layer = built(Rescale(low, high), x)
    np.testing.assert_allclose(forward(layer, x), [expected])
    np.testing.assert_allclose(forward(layer, x, training=False), [expected])
    np.testing.assert_allclose(backward(layer, np.ones_like(x)), high - low)


def test_it_has_no_parameters_and_leaves_the_weights_as_they_were() -> None:
    plain = cnn.Network([Conv2d(2, 3), Flatten(), Linear(10)], seed=5)
    scaled = cnn.Network([Rescale(0, 255), Conv2d(2, 3), Flatten(), Linear(10)], seed=5)
    assert list(scaled.state_dict()) == ["1.weight", "1.bias", "3.weight", "3.bias"]
    np.testing.assert_array_equal(plain.parameters, scaled.parameters)
    assert cnn.outline([Rescale()])[0].parameters == 0


def test_bytes_pass_a_network_that_rescales_as_themselves() -> None:
    pixels = np.arange(9, dtype=np.uint8).reshape(1, 1, 3, 3) * 30
    net = cnn.Network([Rescale(0, 255)], (1, 3, 3))
    np.testing.assert_allclose(net.forward(pixels), pixels, rtol=1e-6)


def test_it_travels_in_links_and_files() -> None:
    config = ExperimentConfig(layers=(Rescale(-0.5, 2.5), Flatten(), Linear(10)))
    assert links.decode(links.encode(config)) == (config, [])
    assert ExperimentConfig.from_dict(config.to_dict()) == config
