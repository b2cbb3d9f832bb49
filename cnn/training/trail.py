"""The path of a run through the space of its weights: snapshots of all of them, keyed to steps, in bounded memory."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from cnn.training.kernels import MOST_SNAPSHOTS, interval

Array = NDArray[Any]

MOST_NUMBERS = 2_000_000  # in all snapshots of a run: 8 MB
_FEWEST = 8  # snapshots: of a network so large that fewer fit, no path is kept


@dataclass(frozen=True, eq=False)
class Waypoint:
    """All weights, (P,) float32, after ``step`` updates."""

    step: int
    parameters: Array


def is_due(step: int, parameters: int) -> bool:
    """Whether a run of ``parameters`` weights takes one after ``step`` updates, however it is cut."""
    most = _most(parameters)
    return most > 0 and step % interval(step, most) == 0


def thinned(waypoints: list[Waypoint]) -> list[Waypoint]:
    """Drop those that are off the grid of the latest one; the latest itself stays."""
    if not waypoints:
        return []
    every = interval(waypoints[-1].step, _most(waypoints[-1].parameters.size))
    return [one for one in waypoints[:-1] if one.step % every == 0] + waypoints[-1:]


def _most(parameters: int) -> int:
    fitting = min(MOST_SNAPSHOTS, MOST_NUMBERS // max(parameters, 1))
    return fitting if fitting >= _FEWEST else 0
