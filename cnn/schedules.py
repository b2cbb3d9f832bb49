"""Schedules: how the learning rate changes while a network trains.

A schedule is a factor on the optimizer's learning rate, a pure function of how far training is.
"""

import math
from dataclasses import dataclass

from cnn.options import Configurable, option
from cnn.registry import Registry

SCHEDULES: "Registry[Schedule]" = Registry("schedule")
_WARMUP_START = 0.1  # a warm-up from 0 would make the very first update do nothing


@dataclass(frozen=True)
class Schedule(Configurable):
    """A factor in (0, 1] on the learning rate; for the first ``warmup`` epochs it rises in a line from a tenth.

    Source of the warm-up: Goyal et al. 2017, §2.2.
    """

    warmup: float = option(0.0, low=0, high=100)

    def factor(self, epoch: float, epochs: float) -> float:
        """The factor when ``epoch`` of ``epochs`` are done (2.5: in the middle of the third)."""
        if epoch < self.warmup:
            return _WARMUP_START + (1 - _WARMUP_START) * epoch / self.warmup
        return self.after_warmup(epoch - self.warmup, epochs - self.warmup)

    def after_warmup(self, epoch: float, epochs: float) -> float:
        """The factor when ``epoch`` of the ``epochs`` that follow the warm-up are done."""
        raise NotImplementedError


@SCHEDULES.register("constant")
@dataclass(frozen=True)
class Constant(Schedule):
    """The learning rate stays.

    factor = 1.
    """

    def after_warmup(self, epoch: float, epochs: float) -> float:  # noqa: D102
        return 1.0


@SCHEDULES.register("step")
@dataclass(frozen=True)
class Step(Schedule):
    """The learning rate falls by a factor, every few epochs.

    factor = γ^⌊epoch/every⌋.
    """

    every: int = option(2, low=1, high=1000)
    gamma: float = option(0.5, low=0.001, high=1)

    def after_warmup(self, epoch: float, epochs: float) -> float:  # noqa: D102
        return self.gamma ** math.floor(epoch / self.every)


@SCHEDULES.register("cosine")
@dataclass(frozen=True)
class Cosine(Schedule):
    """The learning rate falls along half a cosine, slowly at first and at the end.

    factor = final + (1 − final)·½(1 + cos(π·epoch/epochs)).

    Source: Loshchilov & Hutter 2017, SGDR, eq. 5, without restarts.
    """

    final: float = option(0.0, low=0, high=1)

    def after_warmup(self, epoch: float, epochs: float) -> float:  # noqa: D102
        done = min(epoch / epochs, 1.0) if epochs > 0 else 1.0
        return self.final + (1 - self.final) * 0.5 * (1 + math.cos(math.pi * done))
