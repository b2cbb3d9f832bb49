"""FReLU taken apart: a picture, what the funnel expects at each pixel, and which of the two wins."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.layers.funnel import FReLU
from cnn.network import Network

Array = NDArray[Any]

# Funnels to look at: what FReLU learns is of this kind.
KERNELS: dict[str, Array] = {
    "average": np.full((3, 3), 1 / 9),
    "around": np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]]) / 8,
    "vertical": np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 4,
    "horizontal": np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]]) / 4,
    "nothing": np.zeros((3, 3)),
}


@dataclass(frozen=True, eq=False)
class Funnel:
    """FReLU on one picture.

    Attributes:
        kernel: (3, 3) weights.
        condition: (H, W) T(x), what each pixel is compared with.
        output: (H, W) y = max(x, T(x)).
        widened: (H, W) where T(x) is the larger one: what is around has decided.
    """

    kernel: Array
    condition: Array
    output: Array
    widened: Array


def funnel(picture: Array, kernel: Array) -> Funnel:
    """Run the engine's FReLU with these weights over a picture (H, W), in float64.

    Its batch normalization stands as it begins, at mean 0 and variance 1, so that T(x) is the convolution, divided by
    √(1 + ε).
    """
    network = Network([FReLU()], (1, *picture.shape), dtype=np.float64)
    network.load_state_dict({**network.state_dict(), "0.conv.weight": kernel[None, None]})
    (layer,) = network.layers
    assert isinstance(layer, FReLU)
    output = network.forward(picture[None, None])[0, 0]
    condition = layer.condition(np.ascontiguousarray(picture[:, None, :, None]))[:, 0, :, 0].copy()
    return Funnel(kernel, condition, output, condition > picture)
