"""What takes many runs or many points: a race and its landscape, ways down a surface, a data set."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from statistics import median

from cnn.data import digits
from cnn.explain.descent import paths
from cnn.explain.surfaces import Bowl
from cnn.optimizers import OPTIMIZERS, SGD
from cnn.training import landscape
from cnn.training.optimizer_race import MOST_RACERS, OptimizerRaceSettings
from cnn.training.race import Race
from cnn.training.runs import Runs

_STEPS, _SURFACE_STEPS, _DIGITS = 300, 200, 20_000
_LOOK = 0.05  # seconds between two looks at what is under way
_TIMES = 5  # of what is over at once


@dataclass(frozen=True)
class Duration:
    """How long something took.

    Attributes:
        name: what it was.
        seconds: of the wall clock.
    """

    name: str
    seconds: float


def durations() -> Iterator[Duration]:
    """Each as it is done; the first one that needs worker processes does not count their start."""
    racers = (*(cls() for cls in OPTIMIZERS.values()), SGD(lr=0.02))[:MOST_RACERS]
    yield Duration(f"{_DIGITS:,} generated digits", _median(lambda: digits(_DIGITS, seed=0)))
    yield Duration(
        f"{len(racers)} optimizers, {_SURFACE_STEPS} steps on a surface",
        _median(lambda: paths(Bowl(), racers, Bowl.start, _SURFACE_STEPS)),
    )
    settings = OptimizerRaceSettings(racers=racers)
    entries = settings.entries([str(place) for place in range(len(racers))])
    with closing(Runs()) as runs:
        warm = runs.start_race(entries, steps=1)
        _wait(warm, lambda: warm.snapshot().status.ended)
        began = time.perf_counter()
        race = runs.start_race(entries, steps=_STEPS, trail=True)
        _wait(race, lambda: race.snapshot().status.ended)
        yield Duration(f"a race of {len(racers)} × {_STEPS} steps", time.perf_counter() - began)
        began = time.perf_counter()
        survey = runs.survey(race, landscape.principal(race.snapshot()))
        _wait(race, lambda: not survey.snapshot().active)
        side = landscape.SIDE
        name = f"its landscape, {side} × {side} points on {landscape.IMAGES} images"
        yield Duration(name, time.perf_counter() - began)


def _wait(race: Race, done: Callable[[], bool]) -> None:
    """Watch as a page would, until it is done."""
    while not done():
        race.watch()
        time.sleep(_LOOK)


def _median(call: Callable[[], object]) -> float:
    taken: list[float] = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        call()
        taken.append(time.perf_counter() - began)
    return median(taken)
