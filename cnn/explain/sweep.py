"""Where an optimizer arrives with other options: the final loss over two of them, and where it gets lost."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from cnn.explain.descent import near
from cnn.explain.optimizers import suited
from cnn.explain.surfaces import Surface
from cnn.optimizers import Optimizer
from cnn.options import Option, options_of

Array = NDArray[Any]

RATE = "lr"
_DECADES = (-1, 3)  # of the learning rates, around the decade of the one that suits the surface
_FORGOTTEN = (1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)  # 1 − α, or 1 − β
_MOST_STEPS = 200  # where each cell is a run of its own


@dataclass(frozen=True)
class Axis:
    """One side of the map: an option's name and its values. A side without a name has one place and no meaning."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Sweep:
    """The map.

    Attributes:
        rows, columns: what is varied.
        losses: (rows, columns) above the surface's lowest value after ``steps``; NaN where it got lost.
        steps: how many were taken.
    """

    rows: Axis
    columns: Axis
    losses: Array
    steps: int

    @property
    def lost(self) -> Array:
        """(rows, columns) bool."""
        return np.isnan(self.losses)

    def nearest(self, optimizer: Optimizer) -> tuple[int, int]:
        """The cell whose options are closest to those of ``optimizer``, in ratios."""
        row, column = (_nearest(axis, optimizer) for axis in (self.rows, self.columns))
        return row, column

    def at(self, optimizer: Optimizer, row: int, column: int) -> Optimizer:
        """The optimizer with the options of a cell."""
        return _with(optimizer, {self.rows.name: self.rows.values[row], self.columns.name: self.columns.values[column]})


def pairs(kind: type[Optimizer]) -> list[tuple[str, str]]:
    """The options that can be varied, as (columns, rows): the rate over each share, then the first two shares."""
    shares = [one.name for one in options_of(kind) if _is_share(one)]
    both = [(shares[0], shares[1])] if len(shares) > 1 else []
    return [(RATE, name) for name in shares] + both or [(RATE, "")]


def sweep(
    surface: Surface, optimizer: Optimizer, varied: tuple[str, str], start: tuple[float, float], steps: int
) -> Sweep:
    """Let an optimizer go down with each pair of values; without noise.

    Args:
        surface: what it goes down.
        optimizer: its options that are not varied stay as they are.
        varied: one of :func:`pairs`.
        start: where it begins.
        steps: how many it takes; at most 200 where the learning rate is not varied, for that takes longer.
    """
    columns, rows = (_axis(name, optimizer, surface) for name in varied)
    steps = steps if RATE in varied else min(steps, _MOST_STEPS)
    walkers = list(_walkers(optimizer, rows, columns))
    w = np.tile(np.asarray(start, np.float64), (len(rows.values) * len(columns.values), 1))
    g, flat = np.empty_like(w), w.reshape(-1)
    slots = [one.new_slots(rates.size, np.float64) for one, _, rates in walkers]
    present = near(surface, w)
    with np.errstate(all="ignore"):
        for step in range(1, steps + 1):
            g[:, 0], g[:, 1] = surface.gradient(w[:, 0], w[:, 1])
            slopes = g.reshape(-1)
            for (one, place, rates), kept in zip(walkers, slots, strict=True):
                one.update(flat[place], slopes[place], kept, step, rates)
            present &= near(surface, w)
        losses = np.maximum(surface.value(w[:, 0], w[:, 1]) - surface.least, 0)
    return Sweep(rows, columns, np.where(present, losses, np.nan).reshape(len(rows.values), -1), steps)


def _walkers(optimizer: Optimizer, rows: Axis, columns: Axis) -> Iterator[tuple[Optimizer, slice, Array]]:
    """Who updates which part of the flat vector, with which learning rate for each number.

    All learning rates of a row are one optimizer with a rate for each number; other options take one for each cell.
    """
    across = len(columns.values)
    for i, value in enumerate(rows.values):
        row = _with(optimizer, {rows.name: value})
        if columns.name == RATE:
            yield row, slice(2 * i * across, 2 * (i + 1) * across), np.repeat(columns.values, 2)
            continue
        for k, other in enumerate(columns.values):
            one = _with(row, {columns.name: other})
            place = 2 * (i * across + k)
            yield one, slice(place, place + 2), np.repeat(one.lr, 2)


def _axis(name: str, optimizer: Optimizer, surface: Surface) -> Axis:
    known = {one.name: one for one in options_of(optimizer)}
    if not name:
        return Axis("", (0.0,))
    if name == RATE:
        decade = math.floor(math.log10(suited(optimizer, surface).lr))
        first, last = (decade + shift for shift in _DECADES)
        values = [float(f"{digit}e{power}") for power in range(first, last) for digit in (1, 2, 5)]
        return Axis(name, (*values, float(f"1e{last}")))
    return Axis(name, tuple(min(round(1 - share, 3), known[name].high) for share in _FORGOTTEN))


def _is_share(one: Option) -> bool:
    """Whether an option says how much of something is kept: between 0 and almost 1."""
    return one.kind == "float" and one.low == 0 and 0.9 < one.high <= 1


def _with(optimizer: Optimizer, values: dict[str, float]) -> Optimizer:
    return replace(cast(Any, optimizer), **{name: value for name, value in values.items() if name})


def _nearest(axis: Axis, optimizer: Optimizer) -> int:
    if not axis.name:
        return 0
    own = getattr(optimizer, axis.name)
    # Of a share, what is forgotten counts: 0.99 and 0.999 are as far apart as 0.9 and 0.99.
    scale: Sequence[float] = [math.log(one if axis.name == RATE else 1.0001 - one) for one in (own, *axis.values)]
    return min(range(len(axis.values)), key=lambda k: abs(scale[k + 1] - scale[0]))
