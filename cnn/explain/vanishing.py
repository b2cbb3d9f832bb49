"""Vanishing gradients: what is left of a gradient after it has passed back through layer upon layer.

A real network of twenty equal layers is run forwards on a picture and backwards from its end. With z_l the input of the
l-th activation from the end, k layers leave

    product of the derivatives   Π_{l ≤ k} mean|f′(z_l)|
    gradient                     ‖∂L/∂z_k‖ / ‖∂L/∂y‖

where the second has passed through the weights between the layers, too.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.activations import Activation
from cnn.initializers import Initializer
from cnn.layers.base import Layer
from cnn.layers.convolution import Conv2d
from cnn.layers.linear import Linear
from cnn.layers.reshape import Flatten
from cnn.network import Network
from cnn.seeds import Purpose, generator

Array = NDArray[Any]

DEEPEST = 20  # layers
STACKS = ("linear", "convolution")
_UNITS = 64  # of a linear layer
_FILTERS, _KERNEL = 4, 3  # of a convolution


@dataclass(frozen=True, eq=False)
class Passage:
    """What is left after 1 … 20 layers, counted from the end of the network: (20,) each.

    Attributes:
        products: of the derivatives alone.
        gradients: of the gradient, as a share of its size at the end.
    """

    products: Array
    gradients: Array


def passage(
    activation: Activation, picture: Array, stack: str, initializer: Initializer | str, seed: int = 0
) -> Passage:
    """Send a picture (H, W) forwards and a gradient backwards through twenty layers of one activation.

    Args:
        activation: between the layers.
        picture: the input.
        stack: "linear" (64 units each) or "convolution" (4 filters of 3 × 3, same padding).
        initializer: of the weights, or "auto".
        seed: of the weights and of the direction of the gradient at the end.
    """
    layers: list[Layer | Activation] = [Flatten()] if stack == "linear" else []
    for _ in range(DEEPEST):
        layers += [_layer(stack, initializer), activation]
    network = Network(layers, (1, *picture.shape), seed, np.float64)
    weighted = [index for index, layer in enumerate(network.layers) if layer.params][::-1]
    with network.recording() as tape:
        output = network.forward(picture[None, None], training=True)
        arriving = generator(seed, Purpose.DATA).standard_normal(output.shape)
        network.backward(arriving)
    slopes = [np.abs(activation.derivative(tape.outputs[index])).mean() for index in weighted]
    sizes = [np.linalg.norm(tape.gradients[index]) for index in weighted]
    return Passage(np.cumprod(slopes), np.array(sizes) / np.linalg.norm(arriving))


def _layer(stack: str, initializer: Initializer | str) -> Layer:
    if stack == "linear":
        return Linear(_UNITS, initializer=initializer)
    return Conv2d(_FILTERS, _KERNEL, padding="same", initializer=initializer)
