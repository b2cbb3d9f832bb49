"""What came out of a race: who got how far, how fast; and the whole of it as a file."""

import csv
import io
import json
import math
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.training.fingerprint import fingerprint
from cnn.training.race import ContestantView, RaceView
from cnn.training.record import Columns
from cnn.training.view import RunView, Status

Array = NDArray[Any]

FORMAT, VERSION = "cnn-playground-race", 1
CURVES = (
    "step", "epoch", "seconds", "loss", "accuracy", "learning_rate", "validation_loss", "validation_accuracy",
)  # fmt: skip
FIELDS = ("contestant", "seed", *CURVES)  # of the CSV file, in this order
_MEMORY = 20  # batches that training accuracy is the mean of, where nothing is held out for validation


@dataclass(frozen=True)
class Standing:
    """A contestant's line of the table. Over several seeds: medians; NaN where there is nothing yet.

    Accuracies are those of validation, or of the last training batches where nothing is held out.

    Attributes:
        name: the contestant's.
        reached: how many of its runs reached the goal.
        reach_step, reach_seconds: when; None where not more than half of the runs did.
        best: the highest accuracy at any time.
        final, final_loss: the latest accuracy, and loss measured with it.
        lowest_loss, lowest_step: the lowest loss at any time, and when that was.
        training: accuracy in training: over the last batches, as they were trained on.
        gap: accuracy in training less that in validation, at the latest measurement.
        seconds: of processor time, for the steps made.
        step: updates made.
        diverged, failed, early: how many of its runs did, or stopped early.
        runs: how many there are.
    """

    name: str
    reached: int
    reach_step: float | None
    reach_seconds: float | None
    best: float
    final: float
    final_loss: float
    lowest_loss: float
    lowest_step: float
    training: float
    gap: float
    seconds: float
    step: int
    diverged: int
    failed: int
    early: int
    runs: int


def standings(view: RaceView, reach: float = 0.9) -> tuple[Standing, ...]:
    """A line for each contestant, in their order.

    Args:
        view: the race.
        reach: accuracy that is the goal.
    """
    return tuple(_standing(one, reach) for one in view.contestants)


def winner(lines: Sequence[Standing]) -> Standing | None:
    """Who reached the goal after the fewest steps; None where nobody did."""
    arrived = [one for one in lines if one.reach_step is not None]
    return min(arrived, key=lambda one: one.reach_step or 0, default=None)


def best_of(lines: Sequence[Standing]) -> Standing | None:
    """Whose final loss is the lowest among those that came through; None where nobody did."""
    sound = [one for one in lines if not one.diverged and not one.failed and math.isfinite(one.final_loss)]
    return min(sound, key=lambda one: one.final_loss, default=None)


def measured(run: RunView) -> tuple[Columns, Array, Array]:
    """The rows at which a run was measured, with loss and accuracy there.

    Of validation, or where nothing is held out, the means over the last training batches.
    """
    records = run.records
    checked = records.validated()
    if len(checked.step) or run.config.data.validation:
        return checked, checked.validation_loss, checked.validation_accuracy
    return records, _recent_mean(records.loss), _recent_mean(records.accuracy)


def as_csv(view: RaceView) -> str:
    """All curves, a line for each record: the columns of :data:`FIELDS`; empty where nothing was measured."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(FIELDS)
    for one in view.contestants:
        for run in one.runs:
            for row in zip(*_curves(run.records).values(), strict=True):
                writer.writerow([_harmless(one.name), run.config.seed, *("" if v is None else v for v in row)])
    return text.getvalue()


def as_json(view: RaceView, reach: float = 0.9) -> str:
    """The whole race: versions, settings, results and curves. Numbers that are not finite are null."""
    lines = standings(view, reach)
    return json.dumps(
        {
            "format": FORMAT,
            "version": VERSION,
            "versions": {**fingerprint().to_dict(), "python": platform.python_version()},
            "status": view.status.value,
            "steps": view.steps,
            "seeds": view.seeds,
            "reach": reach,
            "contestants": [
                {
                    "name": one.name,
                    "config": one.config.to_dict(),
                    "standing": {name: _plain(value) for name, value in asdict(line).items() if name != "name"},
                    "runs": [_run(run) for run in one.runs],
                }
                for one, line in zip(view.contestants, lines, strict=True)
            ],
        },
        allow_nan=False,
    )


def _standing(one: ContestantView, reach: float) -> Standing:
    arrivals = [_arrival(run, reach) for run in one.runs]
    step, seconds = (float(np.median([arrival[part] for arrival in arrivals])) for part in (0, 1))
    ends = [_end(run) for run in one.runs]
    medians = {name: _median([getattr(end, name) for end in ends]) for name in _End._fields}
    statuses = [run.status for run in one.runs]
    return Standing(
        name=one.name,
        reached=sum(math.isfinite(arrival[0]) for arrival in arrivals),
        reach_step=step if math.isfinite(step) else None,
        reach_seconds=seconds if math.isfinite(seconds) else None,
        **medians,
        seconds=_median([run.records.seconds[-1] if len(run.records.step) else math.nan for run in one.runs]),
        step=min(run.step for run in one.runs),
        diverged=statuses.count(Status.DIVERGED),
        failed=statuses.count(Status.FAILED),
        early=statuses.count(Status.EARLY),
        runs=len(statuses),
    )


def _arrival(run: RunView, reach: float) -> tuple[float, float]:
    """Step and seconds at which a run reached the goal; infinite where it has not."""
    rows, _, accuracy = measured(run)
    there = np.flatnonzero(accuracy >= reach)
    if not len(there):
        return math.inf, math.inf
    return float(rows.step[there[0]]), float(rows.seconds[there[0]])


class _End(NamedTuple):
    """What a run has come to, as in :class:`Standing`."""

    best: float = math.nan
    final: float = math.nan
    final_loss: float = math.nan
    lowest_loss: float = math.nan
    lowest_step: float = math.nan
    training: float = math.nan
    gap: float = math.nan


def _end(run: RunView) -> _End:
    rows, loss, accuracy = measured(run)
    if not len(rows.step):
        return _End()
    lowest = int(loss.argmin())
    training, final = float(_recent_mean(run.records.accuracy)[-1]), float(accuracy[-1])
    return _End(
        best=float(accuracy.max()),
        final=final,
        final_loss=float(loss[-1]),
        lowest_loss=float(loss[lowest]),
        lowest_step=float(rows.step[lowest]),
        training=training,
        gap=training - final,
    )


def _recent_mean(values: Array) -> Array:
    """The mean of each entry and those before it, up to :data:`_MEMORY`."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    ends = np.arange(1, len(sums))
    starts = np.maximum(ends - _MEMORY, 0)
    return (sums[ends] - sums[starts]) / (ends - starts)


def _median(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return float(np.median(known)) if known else math.nan


def _run(run: RunView) -> dict[str, Any]:
    return {
        "seed": run.config.seed,
        "status": run.status.value,
        "step": run.step,
        "error": str(run.error) if run.error else None,
        "curves": _curves(run.records),
    }


def _curves(records: Columns) -> dict[str, list[Any]]:
    return {name: [_plain(value) for value in getattr(records, name).tolist()] for name in CURVES}


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _harmless(name: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{name}" if name[:1] in "=+-@\t\r" else name
