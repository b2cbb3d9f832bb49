"""Running one layer by itself on arrays in the user's axis order."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.layers import Layer

Array = NDArray[Any]
INWARDS = {4: (2, 1, 3, 0), 2: (1, 0)}
OUTWARDS = {4: (3, 1, 0, 2), 2: (1, 0)}


def inside(x: Array) -> Array:
    """(N, C, H, W) -> (H, C, W, N), (N, D) -> (D, N)."""
    return np.ascontiguousarray(x.transpose(INWARDS[x.ndim]))


def outside(x: Array) -> Array:
    return x.transpose(OUTWARDS[x.ndim]).copy()


def built(layer: Layer, x: Array, seed: int = 0) -> Layer:
    """The layer, ready for x in x's precision, with a bias that is not zero."""
    rng = np.random.default_rng(seed)
    layer.build(x.shape[1:], rng, x.dtype)
    if "bias" in layer.params:
        layer.params["bias"][...] = rng.standard_normal(layer.params["bias"].shape)
    return layer


def forward(layer: Layer, x: Array, training: bool = True) -> Array:
    return outside(layer.forward(inside(x), training))


def backward(layer: Layer, dy: Array) -> Array:
    return outside(layer.backward(inside(dy)))
