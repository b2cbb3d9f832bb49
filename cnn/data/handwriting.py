"""Generated handwritten digits: the data set that needs no download.

A digit is one of the templates of its label, its control points jittered, its box bent, slanted, stretched and turned,
written with a pen of random width and pressure, drawn by the rasteriser that also draws what a person writes.
Everything random about an image stands in its own row of random numbers, so that

- the same seed gives the same images, bit for bit (on one version of NumPy and one kind of processor),
- ``digits(100, seed)`` are the first 100 of ``digits(200, seed)``,
- ``variation`` changes how strongly an image deviates from its template, and not which image it is.

Each run of ten images holds every digit once.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.data.strokes import SIZE, WIDTH, distance_field, fit, ink
from cnn.data.templates import Template, templates
from cnn.errors import DataError
from cnn.seeds import Purpose, generator

Array = NDArray[Any]

CLASSES = 10
MOST_IMAGES = 1_000_000
STRONGEST_VARIATION = 2.0

# How strongly writing varies at variation 1: standard deviations, in units of the template's box unless said otherwise.
JITTER = 0.04  # of a control point
END_JITTER = 0.07  # of the first and last one of a stroke, where pens wander most
STEADY_START = 0.5  # factor on the first one of a template tagged "steady-start"
STROKE_SHIFT, STROKE_SCALE = 0.03, 0.10  # of one stroke against the others; the scale is a logarithm
PROPORTION = 0.20  # quadratic: the upper half larger than the lower one
WARPS, WARP, WARP_FREQUENCY = 2, 0.10, 2.2  # sine warps; radians per unit
ASPECT = 0.14  # logarithm of width against height
SLANT_MEAN, SLANT = 0.10, 0.18  # x per y
ROTATION = 0.06  # radians
ROUGHNESS = 0.01  # largest trembling of a single point
WIDTH_LOG = 0.25  # of the pen's width
THINNEST, THICKEST = 1.3, 6.0  # pixels
PRESSURE = 0.15  # of the width along the stroke
SHIFT = 1.5  # pixels, uniform, after centring: people's digits are not centred as well as ours
SOFTNESS, SOFTNESS_RANGE = 0.625, 0.175  # pixels, uniform about the mean

_BLOCK = 16_000  # images whose random numbers are drawn at once (about 10 MB); a multiple of ten
_BATCH = 128  # images of one template drawn at once: their arrays stay in the processor's cache
_UNIFORMS = 16


def digits(n: int, seed: int = 0, variation: float = 1.0) -> tuple[Array, Array]:
    """Generate handwritten digits.

    Args:
        n: how many, 0 to 1 000 000.
        seed: which ones; any integer from 0.
        variation: 1 = as different from each other as people's, 0 = the bare templates, at most 2.

    Returns:
        images ``(n, 1, 28, 28)`` float32 in [0, 1] (steps of 1/255, 1 = ink) and labels ``(n,)`` int64.

    Raises:
        DataError: a number outside these ranges.
    """
    images, labels = digits_uint8(n, seed, variation)
    scaled = images.astype(np.float32)
    scaled /= 255
    return scaled, labels


def digits_uint8(n: int, seed: int = 0, variation: float = 1.0) -> tuple[Array, Array]:
    """As :func:`digits`, with images as uint8 in 0 … 255: a quarter of the memory."""
    _check(n, seed, variation)
    images = np.empty((n, 1, SIZE, SIZE), np.uint8)
    labels = np.empty(n, np.int64)
    for block, drawn, normals, uniforms in _random_blocks(n, seed):
        labels[block] = drawn
        picked = _picked(labels[block], uniforms[:, 0])
        for template, rows in picked:
            for at in range(0, len(rows), _BATCH):
                some = rows[at : at + _BATCH]
                pictures = _draw(template, _Columns(normals[some]), _Columns(uniforms[some, 1:]), np.float32(variation))
                images[block][some, 0] = np.rint(pictures * 255).astype(np.uint8).transpose(2, 0, 1)
    return images, labels


def write(digit: int, seed: int = 0, variation: float = 1.0) -> list[Array]:
    """Write one digit by hand: the strokes themselves, for a pad to show.

    Args:
        digit: 0 to 9.
        seed: which way of writing it, and how it deviates.
        variation: as in :func:`digits`.

    Returns:
        One array ``(n, 2)`` of x, y per stroke, y down, in a box of about 1 × 1 around 0.

    Raises:
        DataError: no such digit, a seed or variation out of range.
    """
    _check(1, seed, variation)
    if not 0 <= digit < CLASSES:
        raise DataError("data.label_range", got=digit, most=CLASSES - 1)
    rng = generator(seed, Purpose.DATA, 3, digit)
    group = templates()[digit]
    shares = np.cumsum([template.weight for template in group])
    template = group[int(np.searchsorted(shares, rng.random() * shares[-1], side="right"))]
    normal = _Columns(rng.standard_normal((1, _normals(template)), dtype=np.float32))
    uniform = _Columns(rng.random((1, _UNIFORMS), dtype=np.float32))
    points = _written(template, normal, uniform, np.float32(variation))[:, :, 0]
    # Within a stroke each point begins a segment; where one does not, the pen was lifted.
    lifted = np.setdiff1d(np.arange(len(points) - 1), template.first) + 1
    return np.split(points, lifted)


class _Columns:
    """Random numbers of a batch, handed out column by column, batch innermost."""

    def __init__(self, rows: Array) -> None:
        self._columns = np.ascontiguousarray(rows.T)
        self._next = 0

    def take(self, *shape: int) -> Array:
        """The next ``shape`` numbers of every image: (*shape, B)."""
        size = math.prod(shape)
        taken = self._columns[self._next : self._next + size]
        self._next += size
        return taken.reshape(*shape, -1)


def _random_blocks(n: int, seed: int) -> Iterator[tuple[slice, Array, Array, Array]]:
    """Labels and random numbers of consecutive images, one row an image, the same whatever n is."""
    most = max(_normals(template) for group in templates() for template in group)
    label_rng, normal_rng, uniform_rng = (generator(seed, Purpose.DATA, stream) for stream in range(3))
    for start in range(0, n, _BLOCK):
        count = min(_BLOCK, n - start)
        tens = np.tile(np.arange(CLASSES), (-(-count // CLASSES), 1))
        labels = label_rng.permuted(tens, axis=1).ravel()[:count]
        yield (
            slice(start, start + count),
            labels,
            normal_rng.standard_normal((count, most), dtype=np.float32),
            uniform_rng.random((count, _UNIFORMS), dtype=np.float32),
        )


def _normals(template: Template) -> int:
    """How many normal random numbers one image of a template takes."""
    return 2 * len(template.control) + 3 * len(template.strokes) + 2 * len(template.spline) + 2 + 6 * WARPS + 5


def _picked(labels: Array, chance: Array) -> Iterator[tuple[Template, Array]]:
    """Each template with the rows that are drawn from it."""
    for digit, group in enumerate(templates()):
        rows = np.flatnonzero(labels == digit)
        shares = np.cumsum([template.weight for template in group])
        which = np.searchsorted(shares / shares[-1], chance[rows], side="right")
        for i, template in enumerate(group):
            yield template, rows[which == i]


def _draw(template: Template, normal: _Columns, uniform: _Columns, variation: np.float32) -> Array:
    """Draw one picture per column: (28, 28, B) in [0, 1]."""
    points = _written(template, normal, uniform, variation)
    pen = _pen(template, normal, uniform, variation)
    points = fit(points, template.first, pen)
    points += (2 * uniform.take(2) - 1) * (SHIFT * variation)
    half_width = pen / 2 * _pressure(len(template.first), normal, uniform, variation)
    softness = SOFTNESS + SOFTNESS_RANGE * variation * (2 * uniform.take() - 1)
    field = distance_field(points[template.first], points[template.first + 1], half_width, float(softness.max()))
    return ink(field, softness)


def _written(template: Template, normal: _Columns, uniform: _Columns, variation: np.float32) -> Array:
    """The points of the pen's path (P, 2, B), y down, in a box of about 1 × 1 around 0."""
    points = _splined(template, _jittered(template, normal, variation)) - np.float32(0.5)
    points += normal.take(2) * (PROPORTION * variation) * (points * points - np.float32(0.25))
    for _ in range(WARPS):
        frequency, phase = normal.take(2, 2) * np.float32(WARP_FREQUENCY), uniform.take(2) * np.float32(math.tau)
        angle = points[:, :1] * frequency[0] + points[:, 1:] * frequency[1] + phase
        points = points + normal.take(2) * (WARP * variation) * np.sin(angle)
    points += normal.take(len(points), 2) * (uniform.take() * (ROUGHNESS * variation))
    aspect = np.exp(normal.take() * (ASPECT * variation))
    slant = np.float32(SLANT_MEAN) + normal.take() * (SLANT * variation)
    angle = normal.take() * (ROTATION * variation)
    x, y = points[:, 0] * aspect - slant * points[:, 1], points[:, 1]
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.stack([cosine * x - sine * y, sine * x + cosine * y], axis=1)


def _jittered(template: Template, normal: _Columns, variation: np.float32) -> Array:
    """The control points (K, 2, B), each moved a little, and each stroke of several as a whole."""
    deviation = np.full((len(template.control), 1, 1), JITTER, np.float32)
    for stroke in template.strokes:
        deviation[stroke][[0, -1]] = END_JITTER
        if "steady-start" in template.tags:
            deviation[stroke][0] *= STEADY_START
    control = template.control[:, :, None] + normal.take(*template.control.shape) * (deviation * variation)
    if len(template.strokes) > 1:
        for stroke in template.strokes:
            moved = control[stroke] + normal.take(2) * (STROKE_SHIFT * variation)
            middle = moved.mean(axis=0)
            control[stroke] = middle + (moved - middle) * np.exp(normal.take() * (STROKE_SCALE * variation))
    return control


def _splined(template: Template, control: Array) -> Array:
    """The points of the splines: (P, K) · (K, 2, B).

    Summed term by term and not by BLAS, whose rounding depends on the size of the batch: an image must not depend on
    those generated with it.
    """
    points = np.zeros((len(template.spline), *control.shape[1:]), np.float32)
    for weights, point in zip(template.spline.T, control, strict=True):
        used = np.flatnonzero(weights)
        reach = slice(used[0], used[-1] + 1)  # a control point acts on its neighbourhood only
        points[reach] += weights[reach, None, None] * point
    return points


def _pen(template: Template, normal: _Columns, uniform: _Columns, variation: np.float32) -> Array:
    """Pen widths (B,) in pixels."""
    width = np.float32(WIDTH) * np.exp(normal.take() * (WIDTH_LOG * variation))
    if "thick" in template.tags:
        width = width * (np.float32(1.4) + (0.4 * variation) * (2 * uniform.take() - 1))
    return np.clip(width, THINNEST, THICKEST)


def _pressure(segments: int, normal: _Columns, uniform: _Columns, variation: np.float32) -> Array:
    """Factor on the pen's width along the path: a slow wave (S, B)."""
    along = np.linspace(0, math.tau, segments, dtype=np.float32)[:, None]
    turns = np.float32(0.3) + np.float32(1.2) * uniform.take()
    wave = np.cos(along * turns + uniform.take() * np.float32(math.tau))
    return np.clip(1 + normal.take() * (PRESSURE * variation) * wave, 0.55, 1.5)


def _check(n: int, seed: int, variation: float) -> None:
    if not 0 <= n <= MOST_IMAGES:
        raise DataError("data.bad_count", got=n, most=MOST_IMAGES)
    if seed < 0:
        raise DataError("data.bad_seed", got=seed)
    if not 0 <= variation <= STRONGEST_VARIATION:
        raise DataError("data.bad_variation", got=variation, most=STRONGEST_VARIATION)
