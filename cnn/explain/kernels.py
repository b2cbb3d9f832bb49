"""Kernels made by hand, of any size from 1 × 1 to 7 × 7, and kernels as text.

Odd sizes have a middle; for even ones it is the cell before the middle, as for "same" padding.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.errors import DataError
from cnn.explain.matrix import read_matrix, write_matrix

Array = NDArray[Any]

LARGEST_SIZE = 7
MOST_MAPS = 3  # filters, and channels
_LONGEST = 3900  # characters of kernels in a link


def identity(size: int) -> Array:
    """1 in the middle: the output is the input."""
    kernel = np.zeros((size, size))
    kernel[_middle(size), _middle(size)] = 1
    return kernel


def edges(size: int) -> Array:
    """The cell against the mean of its neighbours: −1 all around; sums to 0, so that plain areas vanish."""
    return size**2 * identity(size) - 1


def sobel(size: int) -> Array:
    """The slope from left to right, smoothed along the edge: binomial weights times a difference."""
    if size == 1:
        return np.zeros((1, 1))  # one cell alone has no slope
    difference = np.convolve(binomial(size - 1), [-1.0, 1.0]) if size == 2 else _difference(size)
    return np.outer(binomial(size), difference)


def sharpen(size: int) -> Array:
    """The cell, raised by how much it stands out from the cross around it; sums to 1."""
    kernel = np.zeros((size, size))
    kernel[_middle(size), :] = kernel[:, _middle(size)] = -1
    kernel[_middle(size), _middle(size)] = 2 * size - 1
    return kernel


def blur(size: int) -> Array:
    """A weighted mean of the neighbourhood, the middle counting most: binomial weights."""
    return np.outer(binomial(size), binomial(size)) / 4 ** (size - 1)


def emboss(size: int) -> Array:
    """As if lit from one corner: the slope along the diagonal, plus the cell itself."""
    places = np.arange(size)
    return places[:, None] + places[None, :] - (size - 1.0) + identity(size)


PRESETS: dict[str, Callable[[int], Array]] = {
    "sobel_x": sobel,
    "sobel_y": lambda size: sobel(size).T.copy(),
    "edges": edges,
    "identity": identity,
    "sharpen": sharpen,
    "blur": blur,
    "emboss": emboss,
}


def binomial(size: int) -> Array:
    """Row ``size − 1`` of Pascal's triangle: 1 2 1, 1 3 3 1, 1 4 6 4 1 …"""
    row = np.ones(1)
    for _ in range(size - 1):
        row = np.convolve(row, [1.0, 1.0])
    return row


def preset(name: str, filters: int, channels: int, size: int) -> Array:
    """(filters, channels, size, size): the first filter is ``name``, the next ones follow it in the menu.

    A filter uses the same kernel in all channels.
    """
    names = list(PRESETS)
    first = names.index(name)
    kernels = [PRESETS[names[(first + number) % len(names)]](size) for number in range(filters)]
    return np.repeat(np.stack(kernels)[:, None], channels, axis=1)


def fitted(kernels: Array, filters: int, channels: int, size: int) -> Array:
    """``kernels`` (F, C, k, k) as (filters, channels, size, size).

    Grown by zeros or cut around the middle; filters and channels beyond those that are there repeat the last.
    """
    taken = kernels[np.minimum(np.arange(filters), len(kernels) - 1)]
    taken = taken[:, np.minimum(np.arange(channels), taken.shape[1] - 1)]
    kept = taken.shape[-1]
    shift = _middle(size) - _middle(kept)
    to = slice(max(0, shift), min(size, kept + shift))
    at = slice(to.start - shift, to.stop - shift)
    result = np.zeros((filters, channels, size, size))
    result[:, :, to, to] = taken[:, :, at, at]
    return result


def read_kernels(text: str) -> Array:
    """``"1 0; 0 1 | … / …"`` -> (F, C, k, k): filters separated by ``/``, channels by ``|``.

    Raises:
        DataError: something is no number, or the kernels are not square, of one size and of as many channels each.
    """
    filters = [[read_matrix(one, (LARGEST_SIZE, LARGEST_SIZE)) for one in row.split("|")] for row in text.split("/")]
    shapes = {kernel.shape for row in filters for kernel in row}
    height, width = next(iter(shapes))
    too_many = max(len(filters), *(len(row) for row in filters)) > MOST_MAPS
    if len(shapes) > 1 or height != width or len({len(row) for row in filters}) > 1 or too_many:
        raise DataError("explain.kernels_uneven", got=text, size=LARGEST_SIZE, most=MOST_MAPS)
    return np.array(filters)


def write_kernels(kernels: Array) -> str:
    """The inverse of :func:`read_kernels`: six significant digits, or three where that becomes too long for a link."""
    text = " / ".join(" | ".join(write_matrix(kernel) for kernel in row) for row in kernels)
    if len(text) <= _LONGEST:
        return text
    return write_kernels(np.array([float(f"{value:.2e}") for value in kernels.ravel()]).reshape(kernels.shape))


def _middle(size: int) -> int:
    return (size - 1) // 2


def _difference(size: int) -> Array:
    return np.convolve(binomial(size - 2), [-1.0, 0.0, 1.0])
