"""The way back through a convolution, in the five steps in which it can be seen to be a convolution itself.

The gradient of the input is the correlation of the output's gradient, dilated by the stride and padded by F − 1, with
the kernel turned by 180°::

    dx[c] = crop( Σ_f corr( pad(dilate(dy[f])), rot180(W[f, c]) ) )

Source: Dumoulin & Visin 2016, ch. 4. The engine computes the same in another order; tests hold the two together.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from cnn.explain.convolution import Convolved, network_of
from cnn.explain.entries import read_entries
from cnn.gradcheck import GradientCheck, check_function
from cnn.layers.windows import Windows
from cnn.network import INWARDS

Array = NDArray[Any]

_CHECKED = 400  # entries of each tensor that are set against central differences


@dataclass(frozen=True, eq=False)
class Steps:
    """Every picture on the way from dy to dx.

    Attributes:
        dy: (F, H', W'), where it starts.
        dilated: (F, (H' − 1)·S + 1, …), with S − 1 zeros between.
        padded: (F, padded H + k − 1, …), with k − 1 zeros around, and the remainder at the bottom and right.
        rotated: (C, F, k, k), the kernels turned by 180°, in the order in which the input's channels read them.
        correlated: (C, padded H, padded W).
        cropped: (C, H, W): dx.
    """

    dy: Array
    dilated: Array
    padded: Array
    rotated: Array
    correlated: Array
    cropped: Array


@dataclass(frozen=True, eq=False)
class Gradients:
    """What the engine's ``backward`` gives.

    Attributes:
        dx: (C, H, W).
        dw: (F, C, k, k).
        db: (F,).
        check: the same against central differences.
    """

    dx: Array
    dw: Array
    db: Array
    check: GradientCheck


def steps(found: Convolved, dy: Array) -> Steps:
    """The five steps for dy (F, H', W')."""
    down, across = found.axes
    dilated = dilate(dy, (down.stride, across.stride))
    wide = np.pad(dilated, ((0, 0), *(around(axis) for axis in found.axes)))
    rotated = np.ascontiguousarray(found.kernels[:, :, ::-1, ::-1].transpose(1, 0, 2, 3))
    correlated = correlate(wide, rotated)
    cropped = correlated[:, down.before : down.before + down.size, across.before : across.before + across.size]
    return Steps(dy, dilated, wide, rotated, correlated, cropped)


def around(axis: Windows) -> tuple[int, int]:
    """Zeros before and after the dilated gradient along an axis: F − 1, and the remainder that no window read."""
    return axis.kernel - 1, axis.kernel - 1 + axis.remainder


def dilate(maps: Array, strides: tuple[int, int]) -> Array:
    """``maps`` (F, H, W) with S − 1 zeros between neighbours."""
    count, height, width = maps.shape
    wide = np.zeros((count, (height - 1) * strides[0] + 1, (width - 1) * strides[1] + 1))
    wide[:, :: strides[0], :: strides[1]] = maps
    return wide


def correlate(maps: Array, kernels: Array) -> Array:
    """y[c] = Σ_f corr(maps[f], kernels[c, f]): every window as it stands in the formula, slow and plain."""
    seen = sliding_window_view(maps, kernels.shape[2:], axis=(1, 2))
    return np.tensordot(kernels, seen, axes=((1, 2, 3), (0, 3, 4)))


def gradients(found: Convolved, dy: Array) -> Gradients:
    """The engine's gradients for dy (F, H', W'), set against central differences of L = Σ dy · y."""
    network = network_of([found.layer], found.inputs.shape, found.kernels, found.bias)
    layer = network.layers[0]
    x = np.array(found.inputs[None].transpose(INWARDS[4]), order="C")
    inner = np.array(dy[None].transpose(INWARDS[4]), order="C")
    layer.forward(x, training=True)
    dx = layer.backward(inner).copy()
    grads = network.gradients()
    check = check_function(
        lambda: float(np.vdot(inner, layer.forward(x))),
        {"x": x, **layer.params},
        {"x": dx, **layer.grads},
        entries=_CHECKED,
    )
    return Gradients(dx[..., 0].transpose(1, 0, 2), grads["0.weight"], grads["0.bias"], check)


def incoming(kind: str, drawn: str, outputs: Array) -> Array:
    """dy for outputs (F, H', W'): 1 in "one" cell, the strongest; "ones" everywhere; "random"; or what is "drawn"."""
    if kind == "ones":
        return np.ones(outputs.shape)
    if kind == "random":
        return np.random.default_rng(0).standard_normal(outputs.shape).round(1)
    if kind == "drawn":
        return read_entries(drawn, outputs.shape)
    one = np.zeros(outputs.shape)
    one[np.unravel_index(int(np.abs(outputs).argmax()), outputs.shape)] = 1
    return one
