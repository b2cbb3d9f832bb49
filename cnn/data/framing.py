"""Pictures of any size to 28 × 28: framed as the pad frames drawings, or scaled as a whole.

A picture has a *background*, the median of the pixels along its edge, and *ink*, what differs from it. Framing scales
the picture, aspect kept, until the ink spans 20 pixels along its longer side, and brings its centre of mass to the
centre, as :func:`cnn.data.strokes.fit` does with strokes. Light ink on dark and dark ink on light are the same to it:
``frame(1 - x) == 1 - frame(x)``.

Resampling is separable: each new pixel is the mean of the old ones around its centre, weighted by a triangle as wide as
a new pixel or an old one, whichever is larger: bilinear when enlarging, without aliasing when reducing.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.data.strokes import BOX, CENTRE, SIZE

Array = NDArray[Any]

_INK = 0.25  # of the strongest ink of a picture: weaker specks and shades do not count when it is measured
_NEAR = 0.12  # of the range: so far from the background a pixel still belongs to it
_PLAIN = 0.6  # share of the edge that belongs to the background, where there is one
_NOTHING = 1 / 255  # ink that is none


def background(pictures: Array) -> Array:
    """The median (N,) of the pixels along the edge of each picture (N, H, W)."""
    return np.median(_edge(pictures), axis=1).astype(np.float32)


def has_plain_background(pictures: Array) -> bool:
    """Whether most of these pictures (N, H, W), in [0, 1], show something before a background of one grey."""
    edge = _edge(pictures)
    near = np.abs(edge - np.median(edge, axis=1)[:, None]) <= _NEAR
    return bool(np.median(near.mean(axis=1)) >= _PLAIN)


def frame(pictures: Array) -> Array:
    """Pictures (N, H, W) float32 in [0, 1] framed as drawings are: (N, 28, 28) float32.

    One without ink becomes a plain picture of its background's grey.
    """
    paper = background(pictures)
    ink = pictures - paper[:, None, None]
    strength = np.abs(ink)
    strength[strength < np.maximum(_INK * strength.max(axis=(1, 2)), _NOTHING)[:, None, None]] = 0
    rows, columns = _line(strength, axis=2), _line(strength, axis=1)
    extent = np.maximum(rows.high - rows.low, columns.high - columns.low)
    scale = np.where(extent > 0, BOX / np.maximum(extent, 1e-6), 1)
    framed = _resampling(rows, scale) @ ink @ _resampling(columns, scale).transpose(0, 2, 1)
    return np.clip(framed + paper[:, None, None], 0, 1)


def scale_whole(pictures: Array) -> Array:
    """Pictures (N, H, W) scaled to (N, 28, 28) float32, aspect kept, what is missing to a square filled with 0."""
    height, width = pictures.shape[1:]
    side = max(height, width)
    scale = np.array([SIZE / side])
    rows, columns = (_whole(length, side, scale) for length in (height, width))
    return rows @ pictures.astype(np.float32) @ columns.transpose(0, 2, 1)


class _Line:
    """Along one axis of N pictures: how long they are, where their ink begins and ends, where its centre lies."""

    def __init__(self, length: int, low: Array, high: Array, centre: Array) -> None:
        self.length, self.low, self.high, self.centre = length, low, high, centre


def _line(strength: Array, axis: int) -> _Line:
    """Measure the ink (N, H, W) along the axis that is not ``axis``.

    A pixel at the end that has half of the full ink counts as half covered.
    """
    profile = strength.max(axis=axis)
    mass = strength.sum(axis=axis)
    length = profile.shape[1]
    cover = profile / np.maximum(profile.max(axis=1, keepdims=True), 1e-6)
    inked = cover > 0
    first, last = inked.argmax(axis=1), length - 1 - inked[:, ::-1].argmax(axis=1)
    each = np.arange(len(profile))
    low, high = first + 1 - cover[each, first], last + cover[each, last]
    total = mass.sum(axis=1)
    centre = (mass * (np.arange(length) + 0.5)).sum(axis=1) / np.maximum(total, 1e-6)
    empty = total <= 0
    middle = length / 2
    return _Line(length, np.where(empty, middle, low), np.where(empty, middle, high), np.where(empty, middle, centre))


def _resampling(line: _Line, scale: Array) -> Array:
    """(N, 28, length): the centre of mass comes to the centre, except that the ink never leaves the picture."""
    least, most = -(line.low - line.centre) * scale, SIZE - (line.high - line.centre) * scale
    return _weights(line.length, scale, np.clip(CENTRE, least, most) - line.centre * scale)


def _whole(length: int, side: int, scale: Array) -> Array:
    before = (side - length) // 2
    return _weights(length, scale, before * scale, (-before, side - before))


def _weights(length: int, scale: Array, shift: Array, ends: tuple[float, float] = (-math.inf, math.inf)) -> Array:
    """(N, 28, length) for new = scale · old + shift; a line is 0 beyond its ends, and goes on as far as ``ends``."""
    reach = np.maximum(1 / scale, 1)[:, None]
    centres = (np.arange(SIZE) + 0.5 - shift[:, None]) / scale[:, None]  # in old pixels
    distance = np.abs(centres[:, :, None] - (np.arange(length) + 0.5))
    weights = np.maximum(0, 1 - distance / reach[:, :, None])
    # Divided by what all weights sum up to where the line goes on, which need not be 1.
    furthest = math.ceil(reach.max()) + 1
    places = np.floor(centres)[:, :, None] + np.arange(-furthest, furthest + 1)
    there = (places >= ends[0]) & (places < ends[1])
    steps = np.abs(centres[:, :, None] - places - 0.5)
    total = (np.maximum(0, 1 - steps / reach[:, :, None]) * there).sum(axis=2)
    return (weights / np.maximum(total, 1e-6)[:, :, None]).astype(np.float32)


def _edge(pictures: Array) -> Array:
    """The pixels (N, 2H + 2W - 4) along the edge, a corner once; in pictures of one row, both of its sides."""
    rows = pictures[:, [0, -1]].reshape(len(pictures), -1)
    columns = pictures[:, 1:-1, [0, -1]].reshape(len(pictures), -1)
    return np.concatenate([rows, columns], axis=1)
