"""A landscape measured on the executor: many points, in short slices that share the machine with every run.

    survey = runs.survey(race, landscape.principal(race.snapshot()))
    race.watch()
    survey.snapshot().losses          # NaN where it has not been yet

A survey belongs to a race: it goes on while somebody watches the race, and is freed with it.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.errors import ConfigError, PlaygroundError
from cnn.training.advance import prepare, scratch_network
from cnn.training.landscape import Terrain, losses, probe
from cnn.training.run import LEASE, SLICE_SECONDS

log = logging.getLogger(__name__)

Array = NDArray[Any]
LANES = 4  # slices of one survey under way at once, at most: as many cores as it can use
_FIRST = 2  # points of a lane's first slice


@dataclass(frozen=True, eq=False)
class SurveyView:
    """A survey at one moment.

    Attributes:
        terrain: what is measured.
        losses: of the terrain's shape; NaN where it has not been measured yet, infinite where the loss is no number.
        done, total: points.
        error: why it ended before all were done.
        cancelled: whether somebody ended it.
        seconds_left: None where it is not known.
    """

    terrain: Terrain
    losses: Array
    done: int
    total: int
    error: PlaygroundError | None
    cancelled: bool
    seconds_left: float | None

    @property
    def active(self) -> bool:
        """Whether it goes on."""
        return self.error is None and not self.cancelled and self.done < self.total


@dataclass(frozen=True, eq=False)
class Measured:
    """What comes back from a worker."""

    losses: Array
    seconds: float


def measure(terrain: Terrain, points: Array) -> Measured:
    """What workers are asked to do: the loss at some of a terrain's points.

    Args:
        terrain: without its points, which may be many.
        points: (k, m).
    """
    config = terrain.config
    network = scratch_network(config, len(prepare(config).class_names))
    images, labels = probe(config)
    network.load_buffers(terrain.buffers)
    began = time.perf_counter()
    found = losses(network, config.loss, images, labels, terrain.basis, points)
    return Measured(found, time.perf_counter() - began)


class Survey:
    """Made by ``Runs.survey``. Its lanes are the scheduler's jobs."""

    def __init__(self, terrain: Terrain, unwatched: Callable[[], float], clock: Callable[[], float]) -> None:
        self.terrain = terrain
        self.unwatched = unwatched
        self.error: PlaygroundError | None = None
        self.cancelled = False
        self.losses = np.full(len(terrain.points), np.nan)
        self._clock, self._began = clock, clock()
        # Every lane has points all over the picture, so that none of them is done long before the others.
        self.lanes = tuple(Lane(self, np.arange(lane, len(terrain.points), LANES)) for lane in range(LANES))

    def cancel(self) -> None:
        """Measure nothing more after the slices under way."""
        self.cancelled = True

    def snapshot(self) -> SurveyView:
        """The survey at this moment."""
        done, total = int(np.count_nonzero(~np.isnan(self.losses))), len(self.losses)
        left = (self._clock() - self._began) * (total - done) / done if done else None
        shaped = self.losses.reshape(self.terrain.shape).copy()
        return SurveyView(self.terrain, shaped, done, total, self.error, self.cancelled, left)


@dataclass(eq=False)
class Lane:
    """A share of a survey's points, measured one slice after the other."""

    survey: Survey
    places: Array
    _next: int = 0
    _size: int = _FIRST
    _light: Terrain | None = field(default=None)

    def next_slice(self) -> tuple[Callable[..., Measured], tuple[Any, ...]] | None:
        """The next points, while there are some and somebody watches."""
        survey = self.survey
        ended = survey.error is not None or survey.cancelled or self._next >= len(self.places)
        if ended or survey.unwatched() > LEASE:
            return None
        return measure, (self._travelling(), survey.terrain.points[self._under_way()])

    def slice_done(self, result: Measured, seconds: float) -> None:
        """Take in the losses; the next slice is as long as one should be."""
        measured_now = self._under_way()
        self.survey.losses[measured_now] = result.losses
        self._next += len(measured_now)
        fitting = SLICE_SECONDS * len(measured_now) / max(result.seconds, 1e-6)
        self._size = int(min(max(1, fitting), 2 * self._size))

    def cost(self, result: Measured, seconds: float) -> float:
        """Only the measuring is charged."""
        return result.seconds

    def slice_failed(self, error: BaseException) -> None:
        """The slice raised: the whole survey ends."""
        if isinstance(error, PlaygroundError):
            self.survey.error = error
            return
        log.error("a slice of a survey failed", exc_info=error)
        self.survey.error = ConfigError("training.unexpected", error=f"{type(error).__name__}: {error}")

    def slice_killed(self) -> None:
        """The slice killed its process repeatedly."""
        self.survey.error = ConfigError("training.killed_twice", step=0)

    def _under_way(self) -> Array:
        return self.places[self._next : self._next + self._size]

    def _travelling(self) -> Terrain:
        """The terrain without what a worker does not need."""
        if self._light is None:
            self._light = replace(self.survey.terrain, points=np.empty((0, 0)), paths=())
        return self._light
