"""The ways of writing a digit, read from ``templates.toml`` and compiled for drawing many at once.

A stroke is a Catmull–Rom spline (Catmull, Rom 1974) through its control points, interrupted at corners. The samples of
a spline are a fixed linear combination of its control points, so that a template compiles to one matrix: moving
the control points of a whole batch and resampling costs one product.
"""

import itertools
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_FILE = Path(__file__).with_name("templates.toml")
_SAMPLES_PER_UNIT = 9  # of a template's box: segments of about 2 pixels


@dataclass(frozen=True)
class Template:
    """One way of writing a digit.

    Attributes:
        label: the digit.
        weight: share among the templates of its digit, before normalisation.
        tags: what is special about it.
        control: (K, 2) control points of all strokes, in the unit box.
        strokes: which rows of ``control`` each stroke has.
        spline: (P, K) matrix from control points to the points that are drawn.
        first: (S,) segment s runs from point ``first[s]`` to the next one.
    """

    label: int
    weight: float
    tags: frozenset[str]
    control: Array
    strokes: tuple[slice, ...]
    spline: Array
    first: Array


@cache
def templates() -> tuple[tuple[Template, ...], ...]:
    """All templates, by digit."""
    entries = tomllib.loads(_FILE.read_text(encoding="utf-8"))["template"]
    every = [_compiled(entry) for entry in entries]
    return tuple(tuple(one for one in every if one.label == digit) for digit in range(10))


def _compiled(entry: dict[str, Any]) -> Template:
    control: list[Array] = []
    strokes: list[slice] = []
    blocks: list[Array] = []
    first: list[Array] = []
    points = rows = 0
    for stroke in entry["strokes"]:
        line = np.array([point[:2] for point in stroke], dtype=np.float64)
        corners = [i for i, point in enumerate(stroke) if "corner" in point]
        block = spline_matrix(line, corners)
        control.append(line)
        strokes.append(slice(rows, rows + len(line)))
        blocks.append(block)
        first.append(np.arange(points, points + len(block) - 1))
        rows, points = rows + len(line), points + len(block)
    spline = np.zeros((points, rows), np.float32)
    for block, columns, drawn in zip(blocks, strokes, np.cumsum([len(b) for b in blocks]), strict=True):
        spline[drawn - len(block) : drawn, columns] = block
    return Template(
        label=entry["label"],
        weight=entry["weight"],
        tags=frozenset(entry["tags"]),
        control=np.concatenate(control).astype(np.float32),
        strokes=tuple(strokes),
        spline=spline,
        first=np.concatenate(first),
    )


def spline_matrix(line: Array, corners: Sequence[int]) -> Array:
    """The (samples, control points) matrix of a stroke that is smooth between its corners."""
    ends = [0, *corners, len(line) - 1]
    parts: list[Array] = []
    for begin, end in itertools.pairwise(ends):
        piece = line[begin : end + 1]
        length = np.hypot(*np.diff(piece, axis=0).T).sum()
        part = np.zeros((max(3, round(length * _SAMPLES_PER_UNIT) + 1), len(line)))
        part[:, begin : end + 1] = _catmull_rom(len(piece), len(part))
        parts.append(part[1:] if parts else part)  # a corner belongs to both of its pieces, and is drawn once
    return np.concatenate(parts)


def _catmull_rom(controls: int, samples: int) -> Array:
    """(samples, controls) uniform Catmull–Rom basis; the ends continue as straight lines."""
    ends = np.zeros((controls + 2, controls))
    ends[1:-1] = np.eye(controls)
    ends[0, :2] = 2, -1
    ends[-1, -2:] = -1, 2
    position = np.linspace(0, controls - 1, samples)
    piece = np.minimum(position.astype(int), controls - 2)
    t = (position - piece)[:, None]
    p0, p1, p2, p3 = (ends[piece + i] for i in range(4))
    return p1 + 0.5 * ((p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * (p1 - p2) + p3 - p0) * t**3)
