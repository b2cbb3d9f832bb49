"""Slow, obvious versions of what the engine computes fast: plain loops over one number at a time.

Arrays are (N, C, H, W). ``pads`` is ((top, bottom), (left, right)).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Pads = tuple[tuple[int, int], tuple[int, int]]


def pads_for(padding: int | str, size: tuple[int, int], kernel: int, stride: int) -> Pads:
    """What a padding option means along each axis."""
    if padding == "valid":
        return (0, 0), (0, 0)
    if isinstance(padding, int):
        return (padding, padding), (padding, padding)
    totals = [max((-(-n // stride) - 1) * stride + kernel - n, 0) for n in size]
    (top, bottom), (left, right) = ((t // 2, t - t // 2) for t in totals)
    return (top, bottom), (left, right)


def positions(size: int, pad: tuple[int, int], kernel: int, stride: int) -> range:
    """Where windows start, in coordinates of the padded image."""
    return range(0, size + pad[0] + pad[1] - kernel + 1, stride)


def pad(x: Array, pads: Pads, value: float = 0) -> Array:
    return np.pad(x, ((0, 0), (0, 0), *pads), constant_values=value)


def crop(x: Array, pads: Pads) -> Array:
    (top, bottom), (left, right) = pads
    return x[:, :, top : x.shape[2] - bottom, left : x.shape[3] - right]


def conv_forward(x: Array, weight: Array, bias: Array, stride: int, pads: Pads) -> Array:
    n, _, height, width = x.shape
    filters, kernel = weight.shape[0], weight.shape[2]
    ys, xs = positions(height, pads[0], kernel, stride), positions(width, pads[1], kernel, stride)
    padded = pad(x, pads)
    y = np.zeros((n, filters, len(ys), len(xs)))
    for image in range(n):
        for f in range(filters):
            for row, top in enumerate(ys):
                for column, left in enumerate(xs):
                    window = padded[image, :, top : top + kernel, left : left + kernel]
                    y[image, f, row, column] = bias[f] + np.sum(window * weight[f])
    return y


def conv_backward(dy: Array, x: Array, weight: Array, stride: int, pads: Pads) -> tuple[Array, Array, Array]:
    """(dx, dW, db): every output passes its gradient back to all that it was made of."""
    kernel = weight.shape[2]
    padded = pad(x, pads)
    d_padded, d_weight, d_bias = np.zeros_like(padded), np.zeros_like(weight), np.zeros(len(weight))
    for (image, f, row, column), gradient in np.ndenumerate(dy):
        top, left = row * stride, column * stride
        here = (image, slice(None), slice(top, top + kernel), slice(left, left + kernel))
        d_padded[here] += gradient * weight[f]
        d_weight[f] += gradient * padded[here]
        d_bias[f] += gradient
    return crop(d_padded, pads), d_weight, d_bias


def max_pool_forward(x: Array, size: int, stride: int, pads: Pads) -> Array:
    ys, xs = positions(x.shape[2], pads[0], size, stride), positions(x.shape[3], pads[1], size, stride)
    padded = pad(x, pads, -np.inf)
    y = np.zeros((*x.shape[:2], len(ys), len(xs)))
    for image, channel, row, column in np.ndindex(y.shape):
        top, left = ys[row], xs[column]
        y[image, channel, row, column] = padded[image, channel, top : top + size, left : left + size].max()
    return y


def max_pool_backward(dy: Array, x: Array, size: int, stride: int, pads: Pads) -> Array:
    """Each window adds its gradient at its first largest cell in row-major order."""
    padded = pad(x, pads, -np.inf)
    d_padded = np.zeros_like(padded)
    for (image, channel, row, column), gradient in np.ndenumerate(dy):
        top, left = row * stride, column * stride
        window = padded[image, channel, top : top + size, left : left + size]
        down, across = divmod(int(window.argmax()), size)
        d_padded[image, channel, top + down, left + across] += gradient
    return crop(d_padded, pads)


def _area(shape: tuple[int, int], top: int, left: int, size: int, pads: Pads, count_padding: bool) -> int:
    if count_padding:
        return size * size
    rows = sum(0 <= r - pads[0][0] < shape[0] for r in range(top, top + size))
    columns = sum(0 <= c - pads[1][0] < shape[1] for c in range(left, left + size))
    return rows * columns


def avg_pool_forward(x: Array, size: int, stride: int, pads: Pads, count_padding: bool) -> Array:
    ys, xs = positions(x.shape[2], pads[0], size, stride), positions(x.shape[3], pads[1], size, stride)
    padded = pad(x, pads)
    y = np.zeros((*x.shape[:2], len(ys), len(xs)))
    for image, channel, row, column in np.ndindex(y.shape):
        top, left = ys[row], xs[column]
        area = _area((x.shape[2], x.shape[3]), top, left, size, pads, count_padding)
        y[image, channel, row, column] = padded[image, channel, top : top + size, left : left + size].sum() / area
    return y


def avg_pool_backward(dy: Array, x: Array, size: int, stride: int, pads: Pads, count_padding: bool) -> Array:
    d_padded = np.zeros_like(pad(x, pads))
    for (image, channel, row, column), gradient in np.ndenumerate(dy):
        top, left = row * stride, column * stride
        area = _area((x.shape[2], x.shape[3]), top, left, size, pads, count_padding)
        d_padded[image, channel, top : top + size, left : left + size] += gradient / area
    return crop(d_padded, pads)
