"""The curves of a race: one line for each contestant, known by colour, dash and marker; a band over several seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from cnn.training.race import ContestantView, RaceView
from cnn.training.standings import measured
from cnn.training.view import RunView, Status
from pages.figures.notice import notice
from pages.figures.palette import faint
from pages.figures.thinning import smooth, thin

Array = NDArray[Any]
Against = Literal["step", "seconds"]
Show = Literal["validation", "both"]
Quantity = Literal["loss", "accuracy"]

WORDS = ("step", "seconds", "loss", "accuracy")  # that the charts need

_LIGHT = ("#0072B2", "#D55E00", "#009E73", "#B8508F", "#B07C00", "#2A93D5", "#5F6B7A", "#6A3D9A")
_DARK = ("#4FA8E0", "#F0803C", "#2FC79A", "#E39CC6", "#F0B429", "#9AD7F7", "#A9B4C2", "#B794F4")
_DASHES: tuple[tuple[int, ...], ...] = (
    (), (8, 4), (2, 3), (8, 3, 2, 3), (14, 4), (14, 3, 2, 3), (5, 5), (3, 3, 10, 3),
)  # fmt: skip
_MARKERS = (
    "circle", "diamond", "rect", "triangle", "emptyRect", "emptyDiamond", "emptyTriangle", "emptyCircle",
)  # fmt: skip
_MARKER_PATHS = (
    "M12 3a5 5 0 1 0 .01 0z", "M12 2l6 6-6 6-6-6z", "M7 3h10v10H7z", "M12 2l6 11H6z", "M7 3h10v10H7zM9 5v6h6V5z",
    "M12 2l6 6-6 6-6-6zM12 5l-3 3 3 3 3-3z", "M12 2l6 11H6zM12 6l-2.7 5h5.4z",
    "M12 3a5 5 0 1 0 .01 0zM12 5a3 3 0 1 1-.01 0z",
)  # fmt: skip  # the same shapes for the table, in a box of 24 × 16
_CROSS = "path://M2 0L8 6L14 0L16 2L10 8L16 14L14 16L8 10L2 16L0 14L6 8L0 2Z"
_BY_HEART = -5  # power of two: a smaller loss in training is not drawn beside validation
_POINTS = 80  # of a line: eight of them are sent twice a second
_MARKS = 5  # markers along a line
_LEAST_LOSS, _MOST_LOSS = 2.0**-10, 2.0**5  # of the logarithmic axis: what diverges leaves the picture at the top


class Style(NamedTuple):
    """How a contestant's line is told from the others."""

    colour: str
    dash: tuple[int, ...]
    marker: str


class _Line(NamedTuple):
    """Points of a curve, and over several seeds the ends of its band at each of them."""

    x: Array
    y: Array
    low: Array
    high: Array


@dataclass(frozen=True)
class RaceLook:
    """What a race looks like.

    Attributes:
        words: those of :data:`WORDS`, in the reader's language.
        dark: whether the page is dark.
    """

    words: Mapping[str, str]
    dark: bool

    def charts(
        self, view: RaceView | None, names: Sequence[str], against: Against, show: Show, waits: str
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """ECharts options of loss and accuracy.

        Args:
            view: the race; None before it has begun.
            names: of the contestants, in the reader's language.
            against: what runs to the right: updates, or seconds of computing.
            show: "both" draws training (thin) beside validation, where a gap between them is the point.
            waits: written on charts that show nothing yet.
        """
        loss, accuracy = (self._chart(view, names, quantity, against, show, waits) for quantity in ("loss", "accuracy"))
        return loss, accuracy

    def swatch(self, place: int) -> str:
        """A contestant's line and marker as a picture's address, 38 × 16 pixels, for a table."""
        colour, dash, _ = style(place, self.dark)
        dashes = f' stroke-dasharray="{" ".join(map(str, dash))}"' if dash else ""
        drawn = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="38" height="16" fill="{colour}">'
            f'<path d="M1 8H37" fill="none" stroke="{colour}" stroke-width="2.5"{dashes}/>'
            f'<path transform="translate(7 0)" fill-rule="evenodd" d="{_MARKER_PATHS[place % len(_MARKERS)]}"/>'
            "</svg>"
        )
        return f"data:image/svg+xml,{quote(drawn)}"

    def _chart(
        self,
        view: RaceView | None,
        names: Sequence[str],
        quantity: Quantity,
        against: Against,
        show: Show,
        waits: str,
    ) -> dict[str, Any]:
        series: list[dict[str, Any]] = []
        for place, one in enumerate(view.contestants if view else ()):
            series += _series(one, names[place], style(place, self.dark), place, quantity, against, show)
        drawn = [point[1] for one in series for point in one["data"]]
        empty = {} if drawn else {"graphic": notice(waits, self.dark)}
        return {
            **empty,
            "animation": False,
            "grid": {"left": 8, "right": 18, "top": 34, "bottom": 24, "containLabel": True},
            "title": {"text": self.words[quantity], "left": 0, "top": 0, "textStyle": {"fontSize": 14}},
            "tooltip": {
                "trigger": "axis",
                "order": "valueDesc" if quantity == "accuracy" else "valueAsc",
                "valueFormatter": "%.1f %%" if quantity == "accuracy" else "%.3f",
            },
            "xAxis": self._x_axis(view, against),
            "yAxis": _loss_axis(drawn, show) if quantity == "loss" else _accuracy_axis(),
            "series": series,
        }

    def _x_axis(self, view: RaceView | None, against: Against) -> dict[str, Any]:
        axis: dict[str, Any] = {
            "type": "value",
            "name": self.words[against] if view else "",  # without numbers on the axis its name would be cut off
            "nameLocation": "middle",
            "nameGap": 24,
            "min": 0,
            "splitLine": {"show": False},
            "axisLabel": {"hideOverlap": True},
        }
        return axis | ({"max": view.steps, "minInterval": 1} if view and against == "step" else {})


def style(place: int, dark: bool) -> Style:
    """The look of the contestant at ``place``; eight are told apart, the ninth looks like the first."""
    place %= len(_MARKERS)
    return Style((_DARK if dark else _LIGHT)[place], _DASHES[place], _MARKERS[place])


def _series(
    one: ContestantView, name: str, look: Style, place: int, quantity: Quantity, against: Against, show: Show
) -> list[dict[str, Any]]:
    training = quantity == "loss" or show == "both"
    validation = quantity == "accuracy" or show == "both"
    series: list[dict[str, Any]] = []
    main = _curve(one.runs, quantity, against, validated=validation)
    if show == "both" and training:
        thinner = _curve(one.runs, quantity, against, validated=False)
        series.append(_line("", thinner, faint(look.colour, 0.55), 1.2, ()))
    if len(one.runs) > 1 and len(main.x) > 1:
        series += _band(main, look.colour)
    series.append(_line(name, main, look.colour, 2.5, look.dash))
    if len(main.x):
        series.append(_marks(name, main, look, place))
        if one.diverged:
            series.append(_end(name, main, look.colour))
    return series


def _curve(runs: Sequence[RunView], quantity: Quantity, against: Against, validated: bool) -> _Line:
    """The mean over the runs that are sound (over all, where none is), as far as all of these have come."""
    sound = [run for run in runs if run.status not in (Status.DIVERGED, Status.FAILED)] or list(runs)
    curves = [_points(run, quantity, against, validated) for run in sound]
    length = min(len(x) for x, _ in curves)
    x = np.mean([x[:length] for x, _ in curves], axis=0)
    every = np.array([y[:length] for _, y in curves])
    places = _grid(length)
    low, middle, high = every.min(axis=0), every.mean(axis=0), every.max(axis=0)
    return _Line(x[places], middle[places], low[places], high[places])


def _points(run: RunView, quantity: Quantity, against: Against, validated: bool) -> tuple[Array, Array]:
    if validated:
        rows, loss, accuracy = measured(run)
        values = loss if quantity == "loss" else accuracy
    else:
        rows, values = run.records, smooth(getattr(run.records, quantity))
    y = values * 100 if quantity == "accuracy" else np.clip(values, _LEAST_LOSS, _MOST_LOSS)
    return getattr(rows, against).astype(float), y


def _grid(length: int) -> Array:
    """Places of at most so many points, of which those already drawn stay where they are."""
    places, _ = thin(np.arange(length), np.zeros(length), _POINTS)
    return np.unique(np.append([0], places)).astype(int) if length else np.empty(0, int)


def _line(name: str, line: _Line, colour: str, width: float, dash: tuple[int, ...]) -> dict[str, Any]:
    return {
        "type": "line",
        "name": name,
        "data": _data(line.x, line.y),
        "color": colour,
        "lineStyle": {"color": colour, "width": width, "type": list(dash) or "solid"},
        "symbol": "circle",
        "symbolSize": 6,
        "showSymbol": len(line.x) == 1,  # a single measurement is no line
        "silent": not name,
        "tooltip": {"show": bool(name)},
    }


def _band(line: _Line, colour: str) -> list[dict[str, Any]]:
    """From the lowest to the highest run, as an invisible line with a filled one stacked upon it."""
    hidden = {"type": "line", "name": "", "symbol": "none", "silent": True, "tooltip": {"show": False}}
    base = {**hidden, "lineStyle": {"opacity": 0}, "stack": colour, "stackStrategy": "all"}
    area = {"areaStyle": {"color": colour, "opacity": 0.16}}
    return [
        {**base, "data": _data(line.x, line.low)},
        {**base, **area, "data": _data(line.x, line.high - line.low)},
    ]


def _marks(name: str, line: _Line, look: Style, place: int) -> dict[str, Any]:
    """A few markers on the line, each contestant's a little further along than the last one's."""
    step = max(1, len(line.x) // _MARKS)
    places = np.arange(len(line.x))[min(place * step // 8, len(line.x) - 1) :: step]
    return {
        "type": "scatter",
        "name": name,
        "data": _data(line.x[places], line.y[places]),
        "color": look.colour,
        "symbol": look.marker,
        "symbolSize": 9,
        "silent": True,
        "tooltip": {"show": False},
    }


def _end(name: str, line: _Line, colour: str) -> dict[str, Any]:
    """A cross where a contestant diverged."""
    marks = _data(line.x[-1:], line.y[-1:])
    common = {"type": "scatter", "name": name, "color": colour, "silent": True, "tooltip": {"show": False}}
    return {**common, "data": marks, "symbol": _CROSS, "symbolSize": 15}


def _data(x: Array, y: Array) -> list[list[float]]:
    return [
        [round(float(a), 3), round(float(b), 4)] for a, b in zip(x, y, strict=True) if np.isfinite(a) and np.isfinite(b)
    ]


def _loss_axis(drawn: Sequence[float], show: Show) -> dict[str, Any]:
    """Logarithmic in powers of two, so that there are enough of them to read.

    Who learns its images by heart leaves the picture at the bottom, or the others' validation would be a flat line.
    """
    sound = [value for value in drawn if value > 0] or [0.125, 4.0]
    low, high = np.floor(np.log2(min(sound))), np.ceil(np.log2(max(sound)))
    if show == "both":
        low = max(low, _BY_HEART)
    return {"type": "log", "logBase": 2, "min": 2.0**low, "max": 2.0 ** max(high, low + 1)}


def _accuracy_axis() -> dict[str, Any]:
    return {"type": "value", "min": 0, "max": 100, "interval": 25, "axisLabel": {"formatter": "{value} %"}}
