"""What weights that start at zero become, as the Train page says it."""

from dataclasses import replace

import numpy as np
import pytest

import cnn
from cnn.activations import Activation, ReLU, Tanh
from cnn.config import ExperimentConfig
from cnn.initializers import Zeros
from cnn.layers import Conv2d, Linear
from cnn.layers.base import Layer

IMAGES, LABELS = cnn.data.digits(640, seed=0)
LAYERS = ExperimentConfig().layers
CONVOLUTIONS = [place for place, layer in enumerate(LAYERS) if isinstance(layer, Conv2d)]


def trained(layers: list[Layer | Activation]) -> cnn.Network:
    network = cnn.Network(layers)
    trainer = cnn.Trainer(network, cnn.Adam(lr=2e-3), cnn.CrossEntropy(), IMAGES, LABELS, batch_size=64, seed=0)
    assert list(trainer.run(epochs=3))
    return network


def zeroed(places: list[int], activation: Activation | None = None) -> list[Layer | Activation]:
    layers = list(LAYERS) if activation is None else [activation if isinstance(one, ReLU) else one for one in LAYERS]
    for place in places:
        layer = layers[place]
        assert isinstance(layer, Conv2d | Linear)
        layers[place] = replace(layer, initializer=Zeros())
    return layers


def test_with_all_weights_zero_only_the_last_biases_learn() -> None:
    weighted = [place for place, layer in enumerate(LAYERS) if isinstance(layer, Conv2d | Linear)]
    changed = {name for name, array in trained(zeroed(weighted)).state_dict().items() if array.any()}
    assert changed == {f"{weighted[-1]}.bias"}


@pytest.mark.parametrize("place", CONVOLUTIONS)
def test_one_convolution_of_zeros_before_relu_stays_zero_and_all_images_look_alike(place: int) -> None:
    network = trained(zeroed([place]))
    assert not network.state_dict()[f"{place}.weight"].any()
    outputs = network.logits(IMAGES[:50])
    assert np.abs(outputs - outputs[0]).max() < 1e-4


@pytest.mark.parametrize("place", CONVOLUTIONS)
def test_before_tanh_it_learns_and_its_kernels_become_different(place: int) -> None:
    network = trained(zeroed([place], Tanh()))
    kernels = network.state_dict()[f"{place}.weight"].reshape(LAYERS[place].filters, -1)  # type: ignore[union-attr]
    apart = [np.linalg.norm(one - other) for i, one in enumerate(kernels) for other in kernels[:i]]
    assert min(apart) > 0.01
    assert (network.predict(IMAGES).argmax(axis=1) == LABELS).mean() > 0.3
