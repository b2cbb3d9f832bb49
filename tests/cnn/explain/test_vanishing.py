"""What depth leaves of a gradient: computed on real passes, checked by hand where that can be done."""

import numpy as np
import pytest

from cnn.activations import ACTIVATIONS, Identity, ReLU, Sigmoid, Tanh
from cnn.data import digits
from cnn.explain.activations import elementwise
from cnn.explain.vanishing import DEEPEST, STACKS, passage
from cnn.initializers import HeNormal, Zeros
from cnn.layers.linear import Linear
from cnn.layers.reshape import Flatten
from cnn.network import Network
from cnn.seeds import Purpose, generator

PICTURE = digits(1, seed=3)[0][0, 0].astype(np.float64)


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("name", elementwise())
def test_every_function_and_stack(name: str, stack: str) -> None:
    found = passage(ACTIVATIONS[name](), PICTURE, stack, "auto")
    assert found.products.shape == found.gradients.shape == (DEEPEST,)
    assert np.isfinite(found.products).all()
    assert np.isfinite(found.gradients).all()


def test_sigmoid_leaves_at_most_a_quarter_for_each_layer() -> None:
    found = passage(Sigmoid(), PICTURE, "linear", "auto")
    assert (found.products <= 0.25 ** np.arange(1, DEEPEST + 1)).all()
    assert found.gradients[-1] < 1e-9


def test_identity_multiplies_by_one() -> None:
    np.testing.assert_array_equal(passage(Identity(), PICTURE, "linear", "auto").products, np.ones(DEEPEST))


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("name", sorted(set(elementwise()) - {"identity"}))
def test_the_derivatives_alone_shrink_the_gradient_for_every_function_but_identity(name: str, stack: str) -> None:
    for seed in range(3):
        found = passage(ACTIVATIONS[name](), PICTURE, stack, "auto", seed)
        assert found.products[-1] < 0.9


def test_he_keeps_the_gradient_of_relu_alive() -> None:
    found = passage(ReLU(), PICTURE, "linear", HeNormal())
    assert found.products[-1] < 1e-4
    assert 0.05 < found.gradients[-1] < 20


def test_weights_of_zero_stop_everything_but_the_first() -> None:
    found = passage(Tanh(), PICTURE, "linear", Zeros())
    np.testing.assert_array_equal(found.products, np.ones(DEEPEST))  # tanh′(0) = 1
    assert found.gradients[0] == pytest.approx(1)
    np.testing.assert_array_equal(found.gradients[1:], 0)


def test_the_gradient_is_that_of_the_network() -> None:
    """Two layers from the end, by hand: dz₂ = f′(z₂)·dy, dz₁ = f′(z₁)·W₂ᵀdz₂."""
    found = passage(Tanh(), PICTURE, "linear", "auto")
    layers = [Flatten(), *(one for _ in range(DEEPEST) for one in (Linear(64), Tanh()))]
    network = Network(layers, (1, 28, 28), 0, np.float64)
    with network.recording() as tape:
        output = network.forward(PICTURE[None, None])
    dy = generator(0, Purpose.DATA).standard_normal(output.shape)
    last, before = len(network.layers) - 2, len(network.layers) - 4
    dz = (1 - np.tanh(tape.outputs[last]) ** 2) * dy
    assert found.gradients[0] == pytest.approx(np.linalg.norm(dz) / np.linalg.norm(dy))
    weight = network.state_dict()[f"{last}.weight"]
    dz = (1 - np.tanh(tape.outputs[before]) ** 2) * (dz @ weight)
    assert found.gradients[1] == pytest.approx(np.linalg.norm(dz) / np.linalg.norm(dy))
