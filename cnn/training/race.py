"""A race: several experiments that differ in a few settings train side by side, from one start, over one course.

    race = Runs().start_race([Contestant("Adam", config), Contestant("SGD", other)], steps=300, seeds=3)
    race.watch()
    standings(race.snapshot())

What makes it fair: contestants with one seed begin with the same weights, bit for bit, and see the same batches in the
same order (:mod:`cnn.seeds`); they take turns of equal computing time; and time is counted in seconds of the
processor, so that it makes no difference how many of them share it. Each contestant trains once with each of the seeds.
Each run fails alone. Where a race takes the place of an earlier one, the runs that both have in common are taken over:
training is repeatable bit for bit, so that only what is new needs to be computed.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from cnn.config import ExperimentConfig
from cnn.errors import ConfigError
from cnn.training.plan import Plan
from cnn.training.run import Run
from cnn.training.view import RunView, Status

if TYPE_CHECKING:
    from cnn.training.survey import Survey

MOST_RUNS = 64  # of one race: contestants × seeds
MOST_SEEDS = 5
MOST_STEPS = 10_000
_VALIDATE_EVERY = 10  # updates: time to 90 % is known this finely, for a fifth of the time
_ROWS = 2048  # of each run's history
RATES = tuple(float(f"{rate:.1g}") for rate in np.logspace(-4, 0, 9)[1:-1])  # rarely is the best one outside
SWEEP_STEPS = 60


@dataclass(frozen=True)
class Contestant:
    """Who takes part: a name for people, and the experiment."""

    name: str
    config: ExperimentConfig


def same_batches(contestants: Sequence[Contestant]) -> bool:
    """Whether all train on the same images, in the same batches and order."""
    drawn = [(one.config.data, one.config.batch_size, one.config.seed) for one in contestants]
    return all(one == drawn[0] for one in drawn)


class RaceStatus(StrEnum):
    """What a race is doing."""

    PREPARING = "preparing"
    RUNNING = "running"
    PAUSED = "paused"
    ASLEEP = "asleep"  # nobody has watched it for the length of a lease
    FINISHED = "finished"  # every run has come to some end
    CANCELLED = "cancelled"

    @property
    def active(self) -> bool:
        """Whether something is going to change by itself."""
        return self in (RaceStatus.PREPARING, RaceStatus.RUNNING)

    @property
    def ended(self) -> bool:
        """Whether nothing more can be computed."""
        return self in (RaceStatus.FINISHED, RaceStatus.CANCELLED)


@dataclass(frozen=True, eq=False)
class ContestantView:
    """A contestant at one moment.

    Attributes:
        name, config: as it was entered; its seed is the first one.
        runs: one for each seed.
    """

    name: str
    config: ExperimentConfig
    runs: tuple[RunView, ...]

    @property
    def diverged(self) -> bool:
        """Whether any of its runs did."""
        return any(run.status is Status.DIVERGED for run in self.runs)


@dataclass(frozen=True, eq=False)
class RaceView:
    """A race at one moment, to look at; nothing in it changes.

    Attributes:
        status: what it is doing.
        contestants: in the order in which they were entered.
        seeds: number of runs of each contestant.
        steps: updates of each run at most.
        done, total: updates of all runs, made and planned; runs that came to an early end count as done.
        seconds_left: None where it is not known.
    """

    status: RaceStatus
    contestants: tuple[ContestantView, ...]
    seeds: int
    steps: int
    done: int
    total: int
    seconds_left: float | None


class Race:
    """Runs that belong together. Whoever holds it (or its token) controls it. Made by ``Runs.start_race``.

    Attributes:
        token: secret; lets its holder find the race again, and control it.
        contestants: in order.
        steps, seeds: as asked for.
        group: what the scheduler knows its runs by: they share one turn with those of the race it took the place of.
        surveys: landscapes of it that are or were measured, by kind; filled by ``Runs.survey``.
    """

    def __init__(
        self,
        contestants: Sequence[Contestant],
        steps: int,
        seeds: int,
        trail: bool,
        start: Callable[[ExperimentConfig, Plan, str], Run],
        earlier: "Race | None" = None,
    ) -> None:
        self.token = secrets.token_urlsafe(24)
        self.group = earlier.group if earlier else self.token
        self.contestants, self.steps, self.seeds = tuple(contestants), steps, seeds
        self.surveys: dict[str, Survey] = {}
        self._cancelled = False
        self._runs: list[list[Run]] = [[] for _ in contestants]
        self._known: dict[tuple[str, Plan], Run] = {}  # by what was asked for: a run's own settings may change
        for seed in range(seeds):
            plan = Plan(steps, _VALIDATE_EVERY, kernels=False, trail=trail and seed == 0, rows=_ROWS)
            for one, runs in zip(contestants, self._runs, strict=True):
                config = replace(one.config, seed=one.config.seed + seed)
                key = config.canonical(), plan
                run = earlier.hand_over(key) if earlier else None
                self._known[key] = run or start(config, plan, self.group)
                runs.append(self._known[key])

    @property
    def runs(self) -> tuple[Run, ...]:
        """All of them, contestant by contestant."""
        return tuple(run for runs in self._runs for run in runs)

    def hand_over(self, key: tuple[str, Plan]) -> Run | None:
        """The run of an equal configuration and plan, to go on in another race; None where there is no sound one.

        One that diverged is sound: it would again. One that failed gets another chance.
        """
        run = self._known.get(key)
        if run is None or run.status() is Status.FAILED:
            return None
        run.resume()
        return run

    def watch(self) -> None:
        """Renew the lease: somebody is looking."""
        for run in self.runs:
            run.watch()

    def leave(self) -> None:
        """Who looked has gone: unless somebody looks again, the lease ends soon."""
        for run in self.runs:
            run.leave()

    def pause(self) -> None:
        """Compute nothing more after the slices under way."""
        for run in self.runs:
            run.pause()

    def resume(self) -> None:
        """Go on, unless it was cancelled."""
        if not self._cancelled:
            for run in self.runs:
                run.resume()

    def cancel(self) -> None:
        """Stop for good; what there is stays to be looked at."""
        self._cancelled = True
        self.pause()

    def unwatched(self) -> float:
        """Seconds since the lease was last renewed."""
        return min(run.unwatched() for run in self.runs)

    def snapshot(self) -> RaceView:
        """The race at this moment."""
        contestants = tuple(
            ContestantView(one.name, one.config, tuple(run.snapshot() for run in runs))
            for one, runs in zip(self.contestants, self._runs, strict=True)
        )
        views = [run for one in contestants for run in one.runs]
        planned = [view.total_steps or self.steps for view in views]
        done = [total if view.status.ended else view.step for view, total in zip(views, planned, strict=True)]
        return RaceView(
            status=self._status(views),
            contestants=contestants,
            seeds=self.seeds,
            steps=self.steps,
            done=sum(done),
            total=sum(planned),
            seconds_left=_seconds_left(views),
        )

    def _status(self, views: Sequence[RunView]) -> RaceStatus:
        statuses = {view.status for view in views}
        if self._cancelled:
            return RaceStatus.CANCELLED
        if all(one.ended for one in statuses):
            return RaceStatus.FINISHED
        if any(one.active for one in statuses):
            waiting = {Status.PREPARING, Status.WAITING}
            begun = any(view.step for view in views) or not statuses <= waiting
            return RaceStatus.RUNNING if begun else RaceStatus.PREPARING
        return RaceStatus.ASLEEP if Status.ASLEEP in statuses else RaceStatus.PAUSED


def sweep(config: ExperimentConfig, rates: Sequence[float] = RATES) -> tuple[Contestant, ...]:
    """The same experiment at several learning rates, as contestants named by the rate."""
    return tuple(
        Contestant(f"{rate:g}", replace(config, optimizer=replace(config.optimizer, lr=rate))) for rate in rates
    )


def check(contestants: Sequence[Contestant], steps: int, seeds: int) -> None:
    """Raise :class:`ConfigError` where a race of this size cannot be."""
    if not contestants:
        raise ConfigError("training.no_contestants")
    if not 1 <= steps <= MOST_STEPS:
        raise ConfigError("training.race_steps", got=steps, most=MOST_STEPS)
    if not 1 <= seeds <= MOST_SEEDS:
        raise ConfigError("training.race_seeds", got=seeds, most=MOST_SEEDS)
    if len(contestants) * seeds > MOST_RUNS:
        raise ConfigError("training.race_size", contestants=len(contestants), seeds=seeds, most=MOST_RUNS)
    names = [one.name for one in contestants]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConfigError("training.race_names", got=twice)


def _seconds_left(views: Sequence[RunView]) -> float | None:
    """All images that are left, at the speed of all runs together."""
    going = [view for view in views if view.status.active]
    speed = sum(view.images_per_second for view in going)
    if not speed or any(not view.images_per_second for view in going):
        return None
    return sum((view.total_steps - view.step) * view.config.batch_size for view in going) / speed
