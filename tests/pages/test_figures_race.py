"""Pictures of races: what is drawn, for whom, and in what it differs."""

import re
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import unquote

import numpy as np
import pytest

from cnn.config import ExperimentConfig
from cnn.training.landscape import Plane, Terrain
from cnn.training.race import ContestantView, RaceStatus, RaceView
from cnn.training.record import History, Record
from cnn.training.survey import SurveyView
from cnn.training.view import RunView, Status
from pages.figures.landscape import landscape_figure
from pages.figures.race import WORDS, RaceLook, style
from pages.figures.rates import rates_chart

LOOK = RaceLook({name: name for name in WORDS}, dark=False)
CONFIG = ExperimentConfig()
LANDSCAPE = {name: name for name in ("loss", "first", "second", "random_first", "random_second", "along", "start")}


def run(steps: int = 100, status: Status = Status.RUNNING, scale: float = 1.0) -> RunView:
    history = History(rows=256)
    for step in range(1, steps + 1):
        accuracy = step / 200 if step % 10 == 0 else None
        history.add(Record(step, 1, scale * 2 / step, 0.5, 0.1, accuracy and 1 - accuracy, accuracy), step / 50)
    return cast(RunView, SimpleNamespace(records=history.columns(), status=status, step=steps, config=CONFIG))


def race(*contestants: list[RunView]) -> RaceView:
    views = tuple(ContestantView(str(n), CONFIG, tuple(runs)) for n, runs in enumerate(contestants))
    return RaceView(RaceStatus.RUNNING, views, 1, 120, 0, 1, None)


def drawn(view: RaceView | None, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    names = [one.name for one in view.contestants] if view else []
    return LOOK.charts(view, names, more.get("against", "step"), more.get("show", "validation"), "wait")


def lines(chart: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [one for one in chart["series"] if one["type"] == "line" and one["name"] == name]


@pytest.mark.parametrize("dark", [False, True])
def test_eight_contestants_differ_in_colour_and_dash_and_marker(dark: bool) -> None:
    looks = [style(place, dark) for place in range(8)]
    assert len({look.colour for look in looks}) == len({look.dash for look in looks}) == 8
    assert len({look.marker for look in looks}) == 8
    assert style(8, dark) == looks[0]


@pytest.mark.parametrize(("dark", "paper"), [(False, (255, 255, 255)), (True, (15, 23, 42))])
def test_lines_stand_out_from_the_page(dark: bool, paper: tuple[int, int, int]) -> None:
    for place in range(8):
        colour = style(place, dark).colour
        bright, page = _luminance([int(colour[at : at + 2], 16) for at in (1, 3, 5)]), _luminance(paper)
        assert (max(bright, page) + 0.05) / (min(bright, page) + 0.05) >= 3, colour


def _luminance(rgb: Any) -> float:
    parts = [one / 255 for one in rgb]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_table_shows_the_line_and_marker_of_the_chart() -> None:
    pictures = [unquote(LOOK.swatch(place)) for place in range(8)]
    assert len(set(pictures)) == 8
    assert all(style(place, False).colour in picture for place, picture in enumerate(pictures))
    assert len({re.findall(r' d="([^"]+)"', picture)[1] for picture in pictures}) == 8


def test_before_a_race_the_charts_say_what_they_wait_for() -> None:
    for chart in drawn(None):
        assert chart["series"] == []
        assert chart["graphic"]["style"]["text"] == "wait"


def test_each_contestant_has_one_line_against_steps_or_seconds() -> None:
    loss, accuracy = drawn(race([run()], [run(60)]))
    assert len(lines(loss, "0")) == len(lines(accuracy, "0")) == 1
    assert lines(loss, "1")[0]["data"][-1] == [60, pytest.approx(lines(loss, "1")[0]["data"][-1][1])]
    assert lines(accuracy, "0")[0]["data"][-1] == [100, 50]
    assert loss["xAxis"]["max"] == 120
    loss, _ = drawn(race([run()]), against="seconds")
    assert lines(loss, "0")[0]["data"][-1][0] == 2.0
    assert "max" not in loss["xAxis"]
    assert len(lines(loss, "0")[0]["data"]) <= 81


def test_both_shows_training_beside_validation() -> None:
    alone = drawn(race([run()]))
    both = drawn(race([run()]), show="both")
    for before, after in zip(alone, both, strict=True):
        assert not lines(before, "")
        assert len(lines(after, "")) == 1
    validation = lines(both[0], "0")[0]["data"]
    assert validation[0] == [10, 0.95]


def test_what_is_learned_by_heart_does_not_flatten_the_others() -> None:
    by_heart = race([run(scale=1e-4)])
    assert drawn(by_heart, show="both")[0]["yAxis"]["min"] == 2.0**-5
    assert drawn(by_heart)[0]["yAxis"]["min"] < 2.0**-5


def test_several_seeds_make_a_mean_in_a_band_from_the_lowest_to_the_highest() -> None:
    loss, _ = drawn(race([run(scale=1.0), run(80, scale=3.0)]))
    low, height = lines(loss, "")
    (mean,) = lines(loss, "0")
    assert low["stack"] == height["stack"]
    assert mean["data"][0][1] == pytest.approx((low["data"][0][1] + low["data"][0][1] + height["data"][0][1]) / 2)
    assert mean["data"][-1][0] == 80, "as far as all have come"


def test_a_diverged_run_ends_in_a_cross_and_does_not_pull_the_mean() -> None:
    broken = run(5, Status.DIVERGED, scale=1e4)
    loss, _ = drawn(race([broken], [run()]))
    assert [one["name"] for one in loss["series"] if one["symbol"].startswith("path://")] == ["0"]
    assert max(point[1] for one in loss["series"] for point in one["data"]) <= 32
    loss, _ = drawn(race([broken, run()]))
    assert lines(loss, "0")[0]["data"][-1][0] == 100


def test_the_axis_of_losses_is_made_of_powers_of_two_around_what_is_drawn() -> None:
    axis = drawn(race([run()]))[0]["yAxis"]
    assert axis["min"] <= 2 / 100 * 1.5
    assert np.log2([axis["min"], axis["max"]]).tolist() == np.round(np.log2([axis["min"], axis["max"]])).tolist()


# The landscape -------------------------------------------------------------------------------------------------------


def survey(losses: Any, kind: Any = "principal") -> SurveyView:
    losses = np.asarray(losses, float)
    plane = Plane(np.zeros(3), np.eye(3)[:2], (0.6, 0.2) if kind == "principal" else ())
    paths = (np.array([[0.0, 0.0], [1.0, 1.0]]), np.empty((0, 2)))
    terrain = Terrain(
        kind, CONFIG, {}, np.eye(3), np.zeros((losses.size, 3)), cast(Any, losses.shape),
        np.arange(losses.shape[1], dtype=float), np.arange(losses.shape[0], dtype=float), paths, ("a", "b"), plane,
    )  # fmt: skip
    return SurveyView(terrain, losses, losses.size, losses.size, None, False, None)


def test_the_landscape_shows_paths_ends_start_and_what_the_plane_explains() -> None:
    figure = landscape_figure(survey([[1, 2], [0.5, 4]]), ["A", "B"], [0, 3], LANDSCAPE, False)
    names = [trace.name for trace in figure.data if trace.name]
    assert names == ["A", "A", "start"], "who has no path is not on it"
    assert figure.data[1].line.color == style(0, False).colour
    assert "60 %" in figure.layout.xaxis.title.text
    assert "20 %" in figure.layout.yaxis.title.text


def test_towers_are_cut_off_and_holes_stay_open() -> None:
    figure = landscape_figure(survey([[0.1, np.inf, 1e6], [np.nan, 0.2, 0.3]]), ["A", "B"], [0, 1], LANDSCAPE, True)
    levels = np.asarray(figure.data[0].z)
    assert np.isnan(levels[1, 0])
    assert np.nanmax(levels) == pytest.approx(np.log10(4.0))
    nothing = landscape_figure(survey([[np.nan, np.nan]]), ["A", "B"], [0, 1], LANDSCAPE, True)
    assert np.isnan(np.asarray(nothing.data[0].z)).all()


def test_straight_lines_are_one_curve_for_each() -> None:
    view = survey([[1, 0.5, 0.2], [1, 2, 0.1]], "straight")
    figure = landscape_figure(view, ["A", "B"], [1, 2], LANDSCAPE, False)
    assert [trace.name for trace in figure.data] == ["A", "B"]
    assert [trace.line.color for trace in figure.data] == [style(1, False).colour, style(2, False).colour]


def test_good_rates_are_seen_and_diverged_ones_are_crosses() -> None:
    losses = np.array([[0.5, 0.1, np.inf], [np.nan, 20.0, 0.3]])
    words = {name: name for name in ("rate", "loss", "diverged")}
    chart = rates_chart(losses, (0.01, 0.1, 1.0), ["A", "B"], words, False)
    first, crosses, second, none = chart["series"]
    assert first["data"] == [["0.01", 0.5], ["0.1", 0.1]]
    assert [point[0] for point in crosses["data"]] == ["1"]
    assert second["data"] == [["0.1", 8.0], ["1", 0.3]]
    assert none["data"] == []
    assert chart["yAxis"]["min"] == 2.0**-4
