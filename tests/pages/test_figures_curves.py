"""Curves: thinned without jitter, smoothed without bias, and every line named."""

from typing import Any

import numpy as np
import pytest

from cnn.training.record import Columns
from pages.figures import curves
from pages.figures.curves import Ghost, full_curves, live_chart
from pages.figures.thinning import present, smooth, thin

WORDS = {name: name for name in curves.WORDS}


def run(steps: int, every: int = 10) -> Columns:
    step = np.arange(1, steps + 1)
    measured = step % every == 0
    falling = 2.3 * np.exp(-step / 50)
    return Columns(
        step=step,
        epoch=np.ones(steps, dtype=np.int64),
        loss=falling,
        accuracy=1 - falling / 2.5,
        learning_rate=np.full(steps, 1e-3),
        validation_loss=np.where(measured, falling, np.nan),
        validation_accuracy=np.where(measured, 1 - falling / 2.5, np.nan),
        seconds=0.01 * step,
    )


def test_thinning_keeps_the_mean_the_end_and_the_limit() -> None:
    steps = np.arange(1, 1001)
    x, y = thin(steps, steps.astype(float), most=160)
    assert len(x) <= 160
    assert x[-1] == 1000
    np.testing.assert_allclose(y[0], steps[: x[0]].mean())


def test_points_already_drawn_stay_where_they_are() -> None:
    noise = np.random.default_rng(0).normal(size=400)
    steps = np.arange(1, 401)
    x_before, y_before = thin(steps[:350], noise[:350])
    x_after, y_after = thin(steps, noise)
    full = len(x_before) - 1  # the last bucket may still have been filling
    np.testing.assert_array_equal(x_before[:full], x_after[:full])
    np.testing.assert_array_equal(y_before[:full], y_after[:full])


def test_nothing_thins_to_nothing() -> None:
    assert [len(one) for one in thin(np.empty(0), np.empty(0))] == [0, 0]


def test_smoothing_has_no_bias_to_its_start_and_passes_gaps() -> None:
    np.testing.assert_allclose(smooth(np.full(5, 3.0)), 3.0)
    assert smooth(np.array([1.0, np.nan, 1.0]))[1] == 1.0
    assert np.isnan(smooth(np.array([np.nan]))[0])


def test_validation_shows_only_where_it_was_measured() -> None:
    columns = run(40)
    assert list(present(columns.step, columns.validation_loss)[0]) == [10, 20, 30, 40]


def lines(option: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in option["series"]}


@pytest.mark.parametrize("dark", [False, True])
def test_live_chart_names_its_lines_and_counts_accuracy_in_percent(dark: bool) -> None:
    option = live_chart(run(40), "accuracy", WORDS, dark, [Ghost("lr 0.01", run(30))])
    listed = [one["name"] for one in option["legend"]["data"]]
    assert sorted(listed) == ["lr 0.01", "training", "validation"]
    assert set(listed) < set(lines(option))
    last = lines(option)["validation"]["data"][-1]
    assert last[0] == 40
    assert 55 < last[1] <= 100
    assert option["animation"] is False


def test_no_two_lines_are_told_apart_by_colour_alone() -> None:
    option = live_chart(run(40), "loss", WORDS, False, [Ghost(f"ghost {one}", run(30)) for one in range(4)])
    named = [one for name, one in lines(option).items() if name]
    dashes = [str(one["lineStyle"]["type"]) for one in named]
    assert len(set(dashes)) == len(dashes)
    assert len({one["color"] for one in named}) == len(named)


def test_an_empty_run_is_an_empty_chart_that_says_what_to_do() -> None:
    option = live_chart(run(0), "loss", WORDS, False, waits="wait")
    assert all(one["data"] == [] for one in option["series"])
    assert option["graphic"]["style"]["text"] == "wait"
    assert "graphic" not in live_chart(run(1), "loss", WORDS, False, waits="wait")
    assert "graphic" not in live_chart(run(0), "loss", WORDS, False, [Ghost("past", run(30))], waits="wait")


def test_a_single_measurement_is_visible() -> None:
    assert lines(live_chart(run(1), "loss", WORDS, False))["training"]["symbol"] == "circle"


def test_a_long_run_stays_light() -> None:
    option = live_chart(run(8192, every=100), "loss", WORDS, False)
    assert all(len(one["data"]) <= 160 for one in option["series"])


def test_full_curves_show_each_run_once_in_the_legend() -> None:
    figure = full_curves(run(40), WORDS, False, [Ghost("lr 0.01", run(30))])
    listed = [trace.name for trace in figure.data if trace.showlegend]
    assert sorted(listed) == ["lr 0.01", "training", "validation"]
    assert {trace.yaxis for trace in figure.data} == {"y", "y2"}
