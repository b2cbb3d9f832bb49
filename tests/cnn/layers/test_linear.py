import numpy as np
import pytest

from cnn.errors import ShapeError
from cnn.initializers import Constant, HeNormal, XavierNormal
from cnn.layers import Flatten, Linear
from tests.cnn.layers.run import backward, built, forward


def test_linear_is_a_weighted_sum() -> None:
    rng = np.random.default_rng(8)
    x, dy = rng.standard_normal((5, 7)), rng.standard_normal((5, 3))
    layer = built(Linear(3), x)
    weight, bias = layer.params["weight"], layer.params["bias"]
    np.testing.assert_allclose(forward(layer, x), x @ weight.T + bias)
    np.testing.assert_allclose(backward(layer, dy), dy @ weight)
    np.testing.assert_allclose(layer.grads["weight"], dy.T @ x)
    np.testing.assert_allclose(layer.grads["bias"], dy.sum(axis=0))


def test_flatten_lays_out_channel_by_channel_as_pytorch_does() -> None:
    x = np.random.default_rng(9).standard_normal((2, 3, 4, 5))
    layer = built(Flatten(), x)
    np.testing.assert_array_equal(forward(layer, x), x.reshape(2, -1))
    np.testing.assert_array_equal(backward(layer, x.reshape(2, -1)), x)


def test_shapes_that_do_not_fit_are_explained() -> None:
    with pytest.raises(ShapeError, match="put a Flatten before"):
        Linear().infer((1, 28, 28))
    with pytest.raises(ShapeError, match="put it before Flatten"):
        Flatten().infer((10,))


def test_initializer_follows_the_option_or_the_activation() -> None:
    from cnn.activations import ReLU, Tanh

    layer = Linear(4)
    layer.followed_by = ReLU()
    assert layer.chosen_initializer() == HeNormal()
    layer.followed_by = Tanh()
    assert layer.chosen_initializer() == XavierNormal()
    layer = built(Linear(2, initializer=Constant(0.5)), np.zeros((1, 3)))
    assert (layer.params["weight"] == 0.5).all()
