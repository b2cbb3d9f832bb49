"""Learning curves: light ECharts options for a run that is going, full Plotly figures for one that stands still."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cnn.training.record import Columns
from pages.figures.notice import notice
from pages.figures.palette import CATEGORIES, DASHES, MARKERS, faint, training_pair
from pages.figures.thinning import Series, present, smooth, thin

Quantity = Literal["loss", "accuracy"]
Words = Mapping[str, str]
WORDS = (
    "step",
    "loss",
    "accuracy",
    "training",
    "validation",
    "wait",
)  # that charts need; the last where there is no data

_GHOST_POINTS = 80
_ECHARTS_DASHES: tuple[Any, ...] = ([8, 4], [2, 3], [8, 3, 2, 3], [14, 4], [14, 3, 2, 3], [5, 5])


class Ghost(NamedTuple):
    """A past run beside the present one: its name (what its settings change) and its records."""

    name: str
    columns: Columns


def live_chart(
    columns: Columns, quantity: Quantity, words: Words, dark: bool, ghosts: Sequence[Ghost] = (), waits: str = ""
) -> dict[str, Any]:
    """ECharts options of one quantity over the steps: batches faint, their running mean bold, validation dashed.

    Args:
        columns: the records so far; empty arrays are an empty chart.
        quantity: "loss" or "accuracy" (drawn in percent, 0 … 100).
        words: names of the axes and lines.
        dark: whether the page is dark.
        ghosts: past runs; of each, one line is drawn (validation where measured, else training).
        waits: written on a chart that shows nothing yet.
    """
    training, validation = training_pair(dark)
    raw = _scaled(getattr(columns, quantity), quantity)
    checked = present(columns.step, _scaled(getattr(columns, f"validation_{quantity}"), quantity))
    series = [
        _line(ghost.name, *_ghost_points(ghost, quantity), _ghost_colour(place), 1.5, dash)
        for place, (ghost, dash) in enumerate(zip(ghosts, _cycle(_ECHARTS_DASHES, len(ghosts)), strict=True))
    ]
    series += [
        _line("", *thin(columns.step, raw), faint(training, 0.3), 1),
        _line(words["training"], *thin(columns.step, smooth(raw)), training, 2.5),
        _line(words["validation"], *thin(*checked), validation, 2.5, [6, 4], symbol="diamond"),
    ]
    lines = [words["training"], *(ghost.name for ghost in ghosts)]
    named = [{"name": words["validation"]}, *({"name": name, "itemStyle": {"opacity": 0}} for name in lines)]
    empty = {} if len(columns.step) or ghosts else {"graphic": notice(waits, dark)}
    return {
        **empty,
        "animation": False,
        "grid": {"left": 8, "right": 18, "top": 40, "bottom": 22, "containLabel": True},
        "legend": {"data": named, "top": 0, "right": 0, "type": "scroll", "itemWidth": 26},
        "title": {"text": words[quantity], "left": 0, "top": 0, "textStyle": {"fontSize": 14}},
        "tooltip": {"trigger": "axis", "valueFormatter": "%.1f %%" if quantity == "accuracy" else "%.3f"},
        "xAxis": _step_axis(words),
        "yAxis": _value_axis(quantity),
        "series": series,
    }


def full_curves(columns: Columns, words: Words, dark: bool, ghosts: Sequence[Ghost] = ()) -> go.Figure:
    """Loss and accuracy side by side in Plotly, every record, past runs behind; to zoom into and hover over."""
    figure = go.Figure()
    for place, quantity in enumerate(("loss", "accuracy"), start=1):
        for number, ghost in enumerate(ghosts):
            _add_ghost(figure, ghost, number, quantity, place)
        _add_run(figure, columns, quantity, words, dark, place)
    figure.update_layout(
        height=380,
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        hovermode="x unified",
        xaxis={"domain": [0, 0.47], "title": words["step"]},
        xaxis2={"domain": [0.53, 1], "title": words["step"], "anchor": "y2"},
        yaxis={"title": words["loss"], "rangemode": "tozero"},
        yaxis2={"title": f"{words['accuracy']} (%)", "anchor": "x2", "range": [0, 101]},
    )
    return figure


def _add_run(figure: go.Figure, columns: Columns, quantity: str, words: Words, dark: bool, place: int) -> None:
    training, validation = training_pair(dark)
    steps, values = columns.step, _scaled(getattr(columns, quantity), quantity)
    lines = (
        ("training", steps, values, {"color": faint(training, 0.3), "width": 1}, False),
        ("training", steps, smooth(values), {"color": training, "width": 2.5}, True),
        (
            "validation",
            *present(steps, _scaled(getattr(columns, f"validation_{quantity}"), quantity)),
            {"color": validation, "width": 2.5, "dash": "dash"},
            True,
        ),
    )
    for name, x, y, line, listed in lines:
        marks = name == "validation"
        figure.add_trace(
            go.Scatter(
                x=x,
                y=y,
                name=words[name],
                line=line,
                mode="lines+markers" if marks else "lines",
                marker={"symbol": MARKERS[1], "size": 7},
                legendgroup=name,
                showlegend=listed and place == 1,
                hoverinfo=None if listed else "skip",
                xaxis=f"x{place}",
                yaxis=f"y{place}",
            )
        )


def _add_ghost(figure: go.Figure, ghost: Ghost, number: int, quantity: str, place: int) -> None:
    x, y = _ghost_points(ghost, quantity)
    figure.add_trace(
        go.Scatter(
            x=x,
            y=y,
            name=ghost.name,
            mode="lines",
            line={"color": _ghost_colour(number), "width": 1.5, "dash": DASHES[1 + number % (len(DASHES) - 1)]},
            legendgroup=f"ghost {number}",
            showlegend=place == 1,
            xaxis=f"x{place}",
            yaxis=f"y{place}",
        )
    )


def _ghost_points(ghost: Ghost, quantity: str) -> tuple[Series, Series]:
    """Validation where there are at least two measurements to join, else the smoothed training curve."""
    steps, values = present(ghost.columns.step, getattr(ghost.columns, f"validation_{quantity}"))
    if len(values) < 2:
        steps, values = ghost.columns.step, smooth(getattr(ghost.columns, quantity))
    return thin(steps, _scaled(values, quantity), _GHOST_POINTS)


def _ghost_colour(place: int) -> str:
    return CATEGORIES[2 + place % (len(CATEGORIES) - 2)]


def _cycle(things: Sequence[Any], count: int) -> list[Any]:
    return [things[place % len(things)] for place in range(count)]


def _scaled(values: NDArray[Any], quantity: str) -> NDArray[Any]:
    return values * 100 if quantity == "accuracy" else values


def _line(
    name: str, x: Series, y: Series, colour: str, width: float, dash: Any = "solid", symbol: str | None = None
) -> dict[str, Any]:
    points = [[int(step), round(float(value), 4)] for step, value in zip(x, y, strict=True) if np.isfinite(value)]
    return {
        "type": "line",
        "name": name,
        "data": points,
        "color": colour,
        "lineStyle": {"color": colour, "width": width, "type": dash},
        # A single measurement is no line: without a mark it would be invisible.
        "symbol": symbol or ("circle" if len(points) == 1 else "none"),
        "symbolSize": 6,
        "showSymbol": True,
        "silent": not name,
        "tooltip": {"show": bool(name)},
    }


def _step_axis(words: Words) -> dict[str, Any]:
    return {
        "type": "value",
        "name": words["step"],
        "nameLocation": "middle",
        "nameGap": 24,
        "min": 0,
        "minInterval": 1,
        "splitLine": {"show": False},
        "axisLabel": {"hideOverlap": True},
    }


def _value_axis(quantity: str) -> dict[str, Any]:
    if quantity == "accuracy":
        return {"type": "value", "min": 0, "max": 100, "interval": 25, "axisLabel": {"formatter": "{value} %"}}
    return {"type": "value", "min": 0, "splitNumber": 4}
