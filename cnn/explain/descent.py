"""Optimizers going down a surface: every step of theirs, recorded.

The steps are the engine's own (:meth:`Optimizer.update` on two numbers in float64); the gradients of all optimizers
are computed together.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.explain.surfaces import Surface
from cnn.optimizers import Optimizer
from cnn.seeds import Purpose, generator

Array = NDArray[Any]

LOST = 100.0  # half widths of the window from its centre: who gets there does not come back


@dataclass(frozen=True)
class Memory:
    """What an optimizer's slots mean, found out by asking: which one points, which one measures.

    Attributes:
        direction: name of the slot that is a direction, in proportion to the gradient; "" where there is none.
        downhill: 1 where it points downhill, −1 where uphill.
        square: name of the slot that grows with the gradient's square; "" where there is none.
        accumulates: whether it only ever grows.
    """

    direction: str = ""
    downhill: float = 1.0
    square: str = ""
    accumulates: bool = False


@cache
def memory(kind: type[Optimizer]) -> Memory:
    """Learn from one step with gradient 1 and one with gradient 2 what the slots of an optimizer hold.

    So a new optimizer has its arrows and squares without saying anything about them.
    """
    optimizer, found = kind(), Memory()
    trials: list[dict[str, Array]] = []
    for gradients in ((1.0,), (2.0,), (1.0, 0.0)):
        params, slots = np.zeros(1), optimizer.new_slots(1, np.float64)
        for step, g in enumerate(gradients, start=1):
            optimizer.update(params, np.array([g]), slots, step)
        trials.append(slots)
    for name in optimizer.slots:
        one, two, after_none = (float(slots[name][0]) for slots in trials)
        if math.isclose(two, 4 * one):
            found = replace(found, square=name, accumulates=after_none == one)
        elif math.isclose(two, 2 * one):
            found = replace(found, direction=name, downhill=-math.copysign(1, one))
    return found


@dataclass(frozen=True, eq=False)
class Path:
    """The way of one optimizer: everything at steps 0 … T, step 0 being the start.

    Attributes:
        optimizer: whose way it is.
        positions: (T + 1, 2); NaN from the step after it was lost.
        losses: (T + 1,).
        gradients: (T + 1, 2) at the positions, noise included: what the next step is made of.
        slots: (T + 1, 2) for each name, as the step has left them.
        lost: the step at which it was farther than ``LOST`` half widths away, or no number any more; else None.
    """

    optimizer: Optimizer
    positions: Array
    losses: Array
    gradients: Array
    slots: dict[str, Array]
    lost: int | None

    @property
    def direction(self) -> Array | None:
        """(T + 1, 2) momentum, pointing downhill; None where the optimizer keeps none."""
        what = memory(type(self.optimizer))
        return self.slots[what.direction] * what.downhill if what.direction else None

    @property
    def square(self) -> Array | None:
        """(T + 1, 2) Σg² or its running average; None where the optimizer keeps none."""
        what = memory(type(self.optimizer))
        return self.slots[what.square] if what.square else None

    def turns(self, step: int) -> int:
        """How often it turned back up to a step: the angle between one move and the next was more than 90°."""
        moves = np.diff(self.positions[: min(step, self.last) + 1], axis=0)
        with np.errstate(all="ignore"):
            return int(((moves[1:] * moves[:-1]).sum(axis=1) < 0).sum())

    def length(self, step: int) -> float:
        """How far it walked up to a step."""
        with np.errstate(all="ignore"):
            return float(np.hypot(*np.diff(self.positions[: min(step, self.last) + 1], axis=0).T).sum())

    def left(self, surface: Surface) -> int | None:
        """The step at which it left the window for good; None where it ends inside."""
        left, right, low, high = surface.window
        x, y = self.positions[: self.last + 1].T
        inside = np.flatnonzero((left <= x) & (x <= right) & (low <= y) & (y <= high))
        first = int(inside[-1]) + 1 if inside.size else 0
        return first if first <= self.last else None

    @property
    def last(self) -> int:
        """The last step at which it was somewhere."""
        return len(self.losses) - 1 if self.lost is None else self.lost


def paths(
    surface: Surface,
    optimizers: Sequence[Optimizer],
    start: tuple[float, float],
    steps: int = 200,
    noise: float = 0.0,
    seed: int = 0,
) -> list[Path]:
    """Let optimizers go down from one start; each goes its own way, and one that is lost does not stop the others.

    Args:
        surface: what they go down.
        optimizers: any number of any kinds.
        start: where all begin.
        steps: T.
        noise: standard deviation of what is added to each component of each gradient, as a share of the gradient's
            length at the surface's own start; at the same step, the same is added for all.
        seed: of the noise.
    """
    count = len(optimizers)
    added = _noise(surface, steps, noise, seed)
    widest = max(1, *(len(one.slots) for one in optimizers)) if count else 1
    positions = np.full((steps + 1, count, 2), np.nan)
    gradients = np.full((steps + 1, count, 2), np.nan)
    kept = np.full((steps + 1, count, widest, 2), np.nan)
    w, g, memories = np.tile(np.asarray(start, np.float64), (count, 1)), np.empty((count, 2)), np.zeros(kept.shape[1:])
    walkers = [
        (i, one, w[i], g[i], dict(zip(one.slots, memories[i], strict=False))) for i, one in enumerate(optimizers)
    ]
    lost: dict[int, int] = {}
    present = np.ones(count, bool)
    with np.errstate(all="ignore"):  # whoever blows up is told so in words
        for step in range(steps + 1):
            g[:, 0], g[:, 1] = surface.gradient(w[:, 0], w[:, 1])
            g += added[step]
            positions[step], gradients[step], kept[step] = w, g, memories
            gone = present & ~near(surface, w)
            if gone.any():
                lost.update({walker[0]: step for walker in walkers if gone[walker[0]]})
                walkers = [walker for walker in walkers if not gone[walker[0]]]
                w[gone], present[gone] = np.nan, False
            for _, optimizer, place, slope, slots in walkers:
                optimizer.update(place, slope, slots, step + 1)
        losses = surface.value(positions[..., 0], positions[..., 1])
    return [
        Path(one, positions[:, i], losses[:, i], gradients[:, i],
             {name: kept[:, i, k] for k, name in enumerate(one.slots)}, lost.get(i))
        for i, one in enumerate(optimizers)
    ]  # fmt: skip


def _noise(surface: Surface, steps: int, noise: float, seed: int) -> Array:
    """(T + 1, 2)."""
    if not noise:
        return np.zeros((steps + 1, 2))
    slope = math.hypot(*(float(one) for one in surface.gradient(*(np.array(one) for one in surface.start))))
    return noise * slope * generator(seed, Purpose.SURFACE_NOISE).standard_normal((steps + 1, 2))


def near(surface: Surface, w: Array) -> Array:
    """(count,) which of the places (count, 2) are no farther than ``LOST`` half widths from the window's centre."""
    return np.abs(w - surface.centre).max(axis=1) <= LOST * surface.half_width  # false for NaN, too
