"""What the page about optimizers shows: its settings, and the learning rates that suit a surface."""

import math
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

import numpy as np

from cnn.errors import ConfigError
from cnn.explain.descent import memory, paths
from cnn.explain.surfaces import SURFACES, Bowl, Surface
from cnn.optimizers import OPTIMIZERS, SGD, AdaGrad, Adam, Momentum, Optimizer
from cnn.options import Configurable, option

O = TypeVar("O", bound=Optimizer)  # noqa: E741 - the type of one optimizer

LONGEST = 500  # steps
FARTHEST = 1000.0  # a start in a link
_ACCUMULATES = 5.0  # an optimizer that adds squares up takes shorter and shorter steps: it begins with longer ones


@dataclass(frozen=True)
class OptimizersSettings(Configurable):
    """What the page shows.

    Attributes:
        part: on a surface, or on the network.
        projection: the surface from above, or in perspective.
        surface: what the optimizers go down.
        optimizers: those compared, each kind once.
        rates: "auto": a learning rate that is its class's default, which is one for networks, means the one that suits
            the surface; "own": every learning rate is meant as it stands.
        x, y: the start; "auto" is the surface's own.
        steps: how many are taken.
        step: the one that is looked at; "play" means all, one after the other from the start to the last.
        noise: of the gradients, see :func:`cnn.explain.descent.paths`.
        seed: of the noise.
        rule: name of the optimizer that is looked at closely, before all others; none where it is empty.
        sweep: names of the two options that the map of final losses varies, ``"lr-momentum"``; other ones where the
            optimizer looked at has no such options.

    Raises:
        ConfigError: a value is not accepted, or a kind of optimizer is there twice.
    """

    part: str = option("surface", choices=("surface", "network"))
    projection: str = option("above", choices=("above", "perspective"))
    surface: Surface = option(Bowl(), family=SURFACES)
    optimizers: tuple[Optimizer, ...] = option((SGD(), Momentum(), AdaGrad(), Adam()), family=OPTIMIZERS)
    rates: str = option("auto", choices=("auto", "own"))
    x: float | str = option("auto", low=-FARTHEST, high=FARTHEST, choices=("auto",), kind="float")
    y: float | str = option("auto", low=-FARTHEST, high=FARTHEST, choices=("auto",), kind="float")
    steps: int = option(100, low=10, high=LONGEST)
    step: int | str = option("play", low=0, high=LONGEST, choices=("play", "last"), kind="int")
    noise: float = option(0.0, low=0, high=2)
    seed: int = option(0, low=0, high=9999)
    rule: str = option("", kind="text", pattern=r"[a-z0-9_]{0,40}")
    sweep: str = option("lr", kind="text", pattern=r"[a-z0-9_]{1,40}(-[a-z0-9_]{1,40})?")

    def __post_init__(self) -> None:
        super().__post_init__()
        names = [OPTIMIZERS.name_of(one) for one in self.optimizers]
        for name in names:
            if names.count(name) > 1:
                raise ConfigError("explain.optimizer_twice", got=name)

    @property
    def origin(self) -> tuple[float, float]:
        """Where all begin."""
        x, y = self.surface.start
        return (x if isinstance(self.x, str) else self.x), (y if isinstance(self.y, str) else self.y)

    @property
    def at_step(self) -> int:
        """The step that is looked at, within those taken; in the end."""
        return self.steps if isinstance(self.step, str) else min(self.step, self.steps)

    @property
    def contestants(self) -> tuple[Optimizer, ...]:
        """The optimizers with the learning rates that are meant."""
        if self.rates == "own":
            return self.optimizers
        return tuple(suited(one, self.surface) if _is_default(one) else one for one in self.optimizers)

    def with_contestants(self, contestants: tuple[Optimizer, ...]) -> "OptimizersSettings":
        """Settings that mean these; rates that suit the surface stay bound to it, and follow when it is changed."""
        written = tuple(_unbound(one) if one == suited(one, self.surface) else one for one in contestants)
        found = replace(self, optimizers=written, rates="auto")
        return found if found.contestants == contestants else replace(self, optimizers=contestants, rates="own")


def suited(optimizer: O, surface: Surface) -> O:
    """The optimizer with a learning rate that suits the surface.

    The rate of one that follows the gradient is bounded by how steep it is. Momentum may take the same and follows a
    valley 1/(1 − α) times as fast, but swings about: the geometric mean of both is taken. The rate of one that divides
    by the gradient's size is a step length.
    """
    what = memory(type(optimizer))
    if what.square:
        rate = surface.stride * (_ACCUMULATES if what.accumulates else 1)
    else:
        rate = surface.rate * math.sqrt(1 - getattr(optimizer, "momentum", 0.0))
    return _with_rate(optimizer, max(1e-6, float(f"{rate:.3g}")))


def largest_rate(surface: Surface, optimizer: Optimizer) -> float:
    """The learning rate from which on it ends higher than it began, after ``LONGEST`` steps from the surface's start.

    Found by bisection, to a thousandth.
    """
    safe, wild = 0.0, suited(optimizer, surface).lr
    while not _climbs(surface, _with_rate(optimizer, wild)):
        safe, wild = wild, 2 * wild
    while wild - safe > 1e-3 * wild:
        middle = (safe + wild) / 2
        safe, wild = (safe, middle) if _climbs(surface, _with_rate(optimizer, middle)) else (middle, wild)
    return wild


def steps_down(surface: Surface, optimizer: Optimizer, within: float = 0.01) -> int:
    """How many steps it takes from the surface's start until the loss is ``within`` the lowest.

    ``LONGEST`` + 1 where it is not there by then."""
    (path,) = paths(surface, [optimizer], surface.start, LONGEST)
    low = np.flatnonzero(path.losses - surface.least < within)
    return int(low[0]) if low.size else LONGEST + 1


def steady_step(optimizer: Optimizer) -> float:
    """How long the step becomes while the gradient stays 1: of momentum η/(1 − α), of Adam η."""
    weight, gradient, before = np.zeros(1), np.ones(1), 0.0
    slots = optimizer.new_slots(1, np.float64)
    for step in range(1, LONGEST + 1):
        before = float(weight[0])
        optimizer.update(weight, gradient, slots, step)
    return abs(float(weight[0]) - before)


def _climbs(surface: Surface, optimizer: Optimizer) -> bool:
    (path,) = paths(surface, [optimizer], surface.start, LONGEST)
    return not path.losses[-1] <= path.losses[0]  # true for NaN, too


def _is_default(optimizer: Optimizer) -> bool:
    return optimizer.lr == type(optimizer)().lr


def _unbound(optimizer: O) -> O:
    return _with_rate(optimizer, type(optimizer)().lr)


def _with_rate(optimizer: O, rate: float) -> O:
    return replace(cast(Any, optimizer), lr=rate)
