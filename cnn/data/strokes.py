"""From pen strokes to 28 × 28 pixels: ONE rasteriser, for the digits of a training set and for a person's drawing.

A stroke is a line of capsules (segments with round ends). The ink of a pixel follows from its distance to the nearest
of them, which gives smooth edges without supersampling. As in MNIST (LeCun et al. 1998) the drawing is scaled, aspect
kept, until its ink fills a box of 20 pixels, and its centre of mass comes to the centre of the picture.

Arrays are batch innermost, as in the engine: points ``(P, 2, B)``, segments ``(S, 2, B)``, pictures ``(28, 28, B)``.
"""

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.errors import DataError

Array = NDArray[Any]

SIZE = 28  # pixels along each side of a picture
BOX = 20.0  # pixels that the ink spans along its longer side
CENTRE = 14.5  # where the centre of mass goes; MNIST's pixel (14, 14), pixel centres lying at i + 0.5
WIDTH = 2.4  # pen width in pixels of a picture
SOFTNESS = 0.6  # half of the width of the grey edge, in pixels

MOST_POINTS = 10_000  # of a drawing; a person's has some hundreds
LARGEST_COORDINATE = 1_000_000_000
NARROWEST, WIDEST = 0.5, 8.0
_SEGMENTS_AT_ONCE = 256
_CHORDS = 4  # that a curve is drawn with
_FAR = 1e3  # pixels; a distance at which there is no ink
_EPSILON = 1e-6

_CENTRES = np.arange(SIZE, dtype=np.float32) + np.float32(0.5)


def rasterize(strokes: Iterable[Any], width: float = WIDTH, largest_scale: float = math.inf) -> Array:
    """Draw strokes as a network sees them.

    Args:
        strokes: lists or ``(n, 2)`` arrays of x, y in writing order; y points down; any scale and place. A stroke of
            one point is a dot, empty strokes count for nothing.
        width: pen width in pixels of the picture, 0.5 to 8.
        largest_scale: pixels to which one unit of the strokes is enlarged at most. Where a dot is never quite still,
            it keeps the trembling of a pen from becoming a line.

    Returns:
        ``(28, 28)`` float32 in [0, 1], 1 = ink; all zeros where there are no points.

    Raises:
        DataError: not strokes, a coordinate that is not finite or beyond ±1e9, more than 10 000 points, a bad width.
    """
    if not NARROWEST <= width <= WIDEST:  # also refuses NaN
        raise DataError("data.pen_width", got=width, low=NARROWEST, high=WIDEST)
    lines = parse_strokes(strokes)
    if not lines:
        return np.zeros((SIZE, SIZE), np.float32)
    points, first = _joined(lines)
    fitted = fit(points[:, :, None], first, np.array([width]), largest_scale=largest_scale).astype(np.float32)
    # One drawing of S segments is drawn as S pictures of one segment each, whose nearest distance is then taken.
    start, end = fitted[first, :, 0].T[None], fitted[first + 1, :, 0].T[None]
    field = np.full((SIZE, SIZE), _FAR, np.float32)
    for at in range(0, len(first), _SEGMENTS_AT_ONCE):
        part = slice(at, at + _SEGMENTS_AT_ONCE)
        half_width = np.full((1, end[..., part].shape[-1]), width / 2, np.float32)
        np.minimum(field, distance_field(start[..., part], end[..., part], half_width).min(axis=-1), out=field)
    return ink(field, np.float32(SOFTNESS))


def parse_strokes(strokes: Iterable[Any], most_points: int = MOST_POINTS) -> list[Array]:
    """Check strokes from outside: ``(n, 2)`` float64 arrays, the empty ones left out.

    Raises:
        DataError: as :func:`rasterize`.
    """
    lines: list[Array] = []
    left = most_points
    try:
        for stroke in strokes:
            left -= len(stroke)
            if left < 0:  # before anything is copied
                raise DataError("data.too_many_points", most=most_points)
            line = np.asarray(stroke, dtype=np.float64)
            if line.size:
                lines.append(line)
    except (TypeError, ValueError, OverflowError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError("data.not_strokes") from error
    for line in lines:
        if line.ndim != 2 or line.shape[1] != 2:
            raise DataError("data.not_strokes")
        if not np.all(np.abs(line) <= LARGEST_COORDINATE):  # NaN compares false
            raise DataError("data.bad_coordinate", largest=LARGEST_COORDINATE)
    return lines


def fit(points: Array, first: Array, width: Array, box: float = BOX, largest_scale: float = math.inf) -> Array:
    """Scale and move drawings as MNIST does.

    Args:
        points: (P, 2, B).
        first: (S,) segment s runs from point ``first[s]`` to the next one.
        width: (B,) pen widths in pixels.
        box: pixels that the ink spans along its longer side.
        largest_scale: pixels a unit; a drawing that would need more to fill the box stays smaller.

    Returns:
        (P, 2, B) in pixels. A drawing without extent (a dot) is moved only; the ink box never leaves the picture.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    extent = (high - low).max(axis=0)
    scale = np.minimum((box - width) / np.maximum(extent, 1e-300), largest_scale)
    points = (points - (low + high) / 2) * np.where(extent > 0, scale, 0.0)
    start, end = points[first], points[first + 1]
    # The ink of a segment is about its length; dots, which have none, count only where there is nothing else.
    mass = (np.hypot(end[:, 0] - start[:, 0], end[:, 1] - start[:, 1]) + _EPSILON)[:, None]
    centre = ((start + end) / 2 * mass).sum(axis=0) / mass.sum(axis=0)
    half_box = points.max(axis=0) + width / 2
    return points + np.clip(CENTRE - centre, half_box, SIZE - half_box)


def smoothed(stroke: Array) -> Array:
    """A line (n, 2) rounded at its points: quadratic Bézier curves from the middle of each segment to that of the next.

    Returns:
        (m, 2), the same first and last points.
    """
    if len(stroke) < 3:
        return stroke
    corners = stroke[1:-1]
    middles = (stroke[1:-2] + stroke[2:-1]) / 2
    starts, ends = np.concatenate([stroke[:1], middles]), np.concatenate([middles, stroke[-1:]])
    t = np.linspace(0, 1, _CHORDS + 1)[1:, None]
    curves = (1 - t) ** 2 * starts[:, None] + 2 * t * (1 - t) * corners[:, None] + t**2 * ends[:, None]
    return np.concatenate([stroke[:1], curves.reshape(-1, 2)])


def distance_field(start: Array, end: Array, half_width: Array, reach: float = SOFTNESS) -> Array:
    """Distance of each pixel to the edge of the nearest capsule, negative inside.

    In the frame of a segment with middle m, direction u and half length l, a point p lies max(|(p − m)·u| − l, 0)
    beyond its ends and |(p − m) × u| beside it; the distance is the hypotenuse minus the half width.

    Only a window around a segment is computed: the pictures of one batch are drawn from one template, so that their
    s-th segments lie close together (five times fewer pixels than all 784).

    Args:
        start, end: (S, 2, B) pixels, float32.
        half_width: (S, B) pixels.
        reach: distances up to this one are exact, larger ones may be larger still.

    Returns:
        (28, 28, B) float32 pixels.
    """
    middle, along = (start + end) / 2, end - start
    length = np.hypot(along[:, 0], along[:, 1])
    across_x = np.where(length > _EPSILON, along[:, 0] / np.maximum(length, _EPSILON), 1)  # a dot may point anywhere
    across_y = np.where(length > _EPSILON, along[:, 1] / np.maximum(length, _EPSILON), 0)
    half_length = length / 2
    margin = half_width + np.float32(reach)
    field = np.full((SIZE, SIZE, start.shape[-1]), _FAR, np.float32)
    for s, (columns, rows) in enumerate(_windows(np.minimum(start, end), np.maximum(start, end), margin)):
        x = _CENTRES[columns, None] - middle[s, 0]
        y = _CENTRES[rows, None] - middle[s, 1]
        ux, uy = across_x[s], across_y[s]
        beyond = (y * uy)[:, None] + (x * ux)[None]
        beside = (y * ux)[:, None] - (x * uy)[None]
        np.abs(beyond, out=beyond)
        beyond -= half_length[s]
        np.maximum(beyond, 0, out=beyond)
        beyond *= beyond
        beside *= beside
        beyond += beside
        np.sqrt(beyond, out=beyond)
        beyond -= half_width[s]
        window = field[rows, columns]
        np.minimum(window, beyond, out=window)
    return field


def ink(field: Array, softness: Array | np.float32) -> Array:
    """Grey from distance: 1 well inside, 0 well outside, linear over ``softness`` pixels on both sides of the edge."""
    return np.clip((softness - field) / (2 * softness), 0, 1)


def _windows(low: Array, high: Array, margin: Array) -> list[tuple[slice, slice]]:
    """For each segment the columns and rows that its ink can reach in any picture of the batch."""
    first = np.floor((low - margin[:, None]).min(axis=-1) - 0.5)
    last = np.ceil((high + margin[:, None]).max(axis=-1) + 0.5)
    bounds = np.clip(np.stack([first, last], axis=-1), 0, SIZE).astype(int).tolist()
    return [(slice(*columns), slice(*rows)) for columns, rows in bounds]


def _joined(lines: Sequence[Array]) -> tuple[Array, Array]:
    """All points (P, 2) and the index of the first point of each segment; a dot becomes a segment of length 0."""
    lines = [line if len(line) > 1 else np.repeat(line, 2, axis=0) for line in lines]
    starts = np.cumsum([0, *(len(line) for line in lines)])
    first = np.concatenate([np.arange(a, b - 1) for a, b in itertools.pairwise(starts)])
    return np.concatenate(lines), first
