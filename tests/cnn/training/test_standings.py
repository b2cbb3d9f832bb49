import csv
import io
import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from cnn.config import ExperimentConfig
from cnn.data.config import DataConfig
from cnn.errors import ConfigError
from cnn.training.race import ContestantView, RaceStatus, RaceView
from cnn.training.record import History, Record
from cnn.training.standings import CURVES, FIELDS, as_csv, as_json, best_of, measured, standings, winner
from cnn.training.view import RunView, Status

CONFIG = ExperimentConfig()


def run(accuracies: dict[int, float], steps: int = 30, status: Status = Status.FINISHED, seed: int = 0) -> RunView:
    """A run of 0.1 s a step: batches are all half right, validation as given."""
    history = History(rows=64)
    for step in range(1, steps + 1):
        accuracy = accuracies.get(step)
        loss = None if accuracy is None else 1 - accuracy
        history.add(Record(step, 1, 2.0 / step, 0.5, 0.1, loss, accuracy), step / 10)
    error = ConfigError("training.no_contestants") if status is Status.FAILED else None
    config = ExperimentConfig(seed=seed)
    made = SimpleNamespace(records=history.columns(), status=status, step=steps, config=config, error=error)
    return cast(RunView, made)


def race(**contestants: list[RunView]) -> RaceView:
    views = tuple(ContestantView(name, CONFIG, tuple(runs)) for name, runs in contestants.items())
    return RaceView(RaceStatus.FINISHED, views, 1, 30, 60, 60, None)


FAST = run({10: 0.91, 20: 0.95, 30: 0.93})
SLOW = run({10: 0.5, 20: 0.7, 30: 0.9})


def test_the_table_says_who_reached_the_goal_when_and_how_good_it_was() -> None:
    fast, slow = standings(race(fast=[FAST], slow=[SLOW]))
    assert (fast.reach_step, fast.reach_seconds, fast.best, fast.final) == (10, 1.0, 0.95, 0.93)
    assert (slow.reach_step, slow.reach_seconds) == (30, 3.0)
    assert fast.final_loss == pytest.approx(0.07)
    assert fast.gap == pytest.approx(0.5 - 0.93)
    assert fast.seconds == pytest.approx(3.0)
    assert winner((slow, fast)) is fast
    assert best_of((slow, fast)) is fast
    assert standings(race(slow=[SLOW]), reach=0.95)[0].reach_step is None


def test_over_seeds_the_median_counts_and_the_goal_is_reached_by_the_majority() -> None:
    never = run({10: 0.1, 20: 0.2, 30: 0.3})
    (line,) = standings(race(one=[FAST, SLOW, never]))
    assert (line.reach_step, line.reached, line.runs) == (30, 2, 3)
    assert line.best == 0.9
    (line,) = standings(race(one=[FAST, never, never]))
    assert (line.reach_step, line.reached) == (None, 1)


def test_one_that_diverged_or_failed_is_counted_and_does_not_win() -> None:
    lines = standings(
        race(hot=[run({}, steps=2, status=Status.DIVERGED)], gone=[run({}, 0, Status.FAILED)], slow=[SLOW])
    )
    assert [(one.diverged, one.failed) for one in lines] == [(1, 0), (0, 1), (0, 0)]
    assert best_of(lines) is lines[2]
    assert np.isnan(lines[1].best)
    assert best_of(lines[:2]) is None
    assert winner(lines[:2]) is None


def test_the_gap_is_training_less_validation_and_the_lowest_loss_has_its_step() -> None:
    (line,) = standings(race(one=[run({10: 0.4, 20: 0.7, 30: 0.6}, status=Status.EARLY)]))
    assert line.training == pytest.approx(0.5)
    assert line.gap == pytest.approx(0.5 - 0.6)
    assert (line.lowest_loss, line.lowest_step) == (pytest.approx(0.3), 20)
    assert line.final_loss == pytest.approx(0.4)
    assert (line.early, line.runs) == (1, 1)


def test_without_validation_the_last_batches_count() -> None:
    nothing_held_out = run({})
    unmeasured = measured(nothing_held_out)
    assert not len(unmeasured[0].step), "it would be measured on images held out, but has not come so far"
    nothing_held_out.config = replace(CONFIG, data=DataConfig(validation=0.0))  # type: ignore[misc]
    rows, _, accuracy = measured(nothing_held_out)
    assert rows.step.tolist() == list(range(1, 31))
    np.testing.assert_allclose(accuracy, 0.5)


def test_the_csv_has_a_fixed_list_of_fields_and_a_line_for_each_record() -> None:
    text = as_csv(race(fast=[FAST, run({30: 0.5}, seed=1)], **{"=cmd()": [SLOW]}))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert tuple(rows[0]) == FIELDS
    assert FIELDS == (
        "contestant", "seed", "step", "epoch", "seconds", "loss", "accuracy", "learning_rate", "validation_loss",
        "validation_accuracy",
    )  # fmt: skip
    assert len(rows) == 90
    assert (rows[9]["validation_accuracy"], rows[8]["validation_accuracy"]) == ("0.91", "")
    assert {row["seed"] for row in rows if row["contestant"] == "fast"} == {"0", "1"}
    assert rows[-1]["contestant"] == "'=cmd()", "no spreadsheet computes it"


def test_the_json_says_versions_settings_results_and_curves_and_is_strict() -> None:
    view = race(fast=[FAST], gone=[run({}, 0, Status.FAILED)])
    file: dict[str, Any] = json.loads(as_json(view), parse_constant=lambda name: pytest.fail(name))
    assert set(file) == {"format", "version", "versions", "status", "steps", "seeds", "reach", "contestants"}
    assert set(file["versions"]) == {"cnn", "numpy", "blas", "simd", "threads", "python"}
    fast, gone = file["contestants"]
    assert ExperimentConfig.from_dict(fast["config"]) == CONFIG
    assert fast["standing"]["reach_step"] == 10
    assert tuple(fast["runs"][0]["curves"]) == CURVES
    assert fast["runs"][0]["curves"]["validation_loss"][0] is None
    assert gone["standing"]["best"] is None
    assert gone["runs"][0]["status"] == "failed"
    assert gone["runs"][0]["error"]
