"""The loss landscape of a race as a Plotly figure, the paths of its contestants drawn on it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cnn.training.survey import SurveyView
from pages.figures.palette import CIVIDIS
from pages.figures.race import Style, style

Array = NDArray[Any]

WORDS = ("loss", "first", "second", "random_first", "random_second", "along", "start")
_SYMBOLS = {"rect": "square", "triangle": "triangle-up", "emptyRect": "square-open", "emptyDiamond": "diamond-open",
            "emptyTriangle": "triangle-up-open", "emptyCircle": "circle-open"}  # fmt: skip  # Plotly's names
_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 1000, 10_000)
_HIGHEST = 30.0  # times the lowest loss … at least 4: what towers above it is cut off, so that valleys are seen
_HEIGHT = 460


def landscape_figure(
    view: SurveyView, names: Sequence[str], places: Sequence[int], words: Mapping[str, str], dark: bool
) -> go.Figure:
    """A contour of the loss with the paths, or one line for each contestant.

    Args:
        view: the survey; what it has not measured yet is left open.
        names: of the contestants on it.
        places: of these among all contestants: they decide colour, dash and marker.
        words: those of :data:`WORDS`.
        dark: whether the page is dark.
    """
    figure = go.Figure()
    looks = [style(place, dark) for place in places]
    if view.terrain.kind == "straight":
        _draw_lines(figure, view, names, looks, words)
    else:
        _draw_plane(figure, view, names, looks, words)
    figure.update_layout(
        height=_HEIGHT,
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )
    return figure


def _draw_plane(
    figure: go.Figure, view: SurveyView, names: Sequence[str], looks: Sequence[Style], words: Mapping[str, str]
) -> None:
    terrain = view.terrain
    figure.add_trace(_contour(view, words["loss"]))
    for name, look, path in zip(names, looks, terrain.paths, strict=True):
        if len(path) > 1:
            figure.add_trace(_path(name, look, path))
        if len(path):
            figure.add_trace(_end(name, look, path, listed=len(path) == 1))
    starts = [path[0] for path in terrain.paths if len(path) > 1]
    if starts:
        mark = {"symbol": "star", "size": 15, "color": "#FFFFFF", "line": {"color": "#0F172A", "width": 1.5}}
        figure.add_trace(
            go.Scatter(x=[starts[0][0]], y=[starts[0][1]], mode="markers", marker=mark, name=words["start"])
        )
    explained = terrain.plane.explained if terrain.plane else ()
    titles = [words["random_first"], words["random_second"]]
    if explained:
        titles = [
            f"{words[name]} ({share * 100:.0f} %)" for name, share in zip(("first", "second"), explained, strict=True)
        ]
    figure.update_xaxes(title=titles[0], range=[terrain.x[0], terrain.x[-1]], zeroline=False)
    figure.update_yaxes(title=titles[1], range=[terrain.y[0], terrain.y[-1]], zeroline=False)


def _contour(view: SurveyView, title: str) -> go.Contour:
    losses = view.losses
    finite = losses[np.isfinite(losses)]
    low = max(float(finite.min()), 1e-4) if finite.size else 1e-4
    high = min(float(finite.max()), max(_HIGHEST * low, 4.0)) if finite.size else 1.0
    levels = np.log10(np.clip(np.where(np.isnan(losses), np.nan, np.minimum(losses, high)), low, None))
    ticks = np.array([one for one in _TICKS if low <= one <= high])
    return go.Contour(
        x=view.terrain.x,
        y=view.terrain.y,
        z=levels,
        customdata=losses,
        colorscale=[list(stop) for stop in CIVIDIS],
        reversescale=False,
        ncontours=24,
        line={"width": 0.4, "color": "rgba(255,255,255,0.35)"},
        colorbar={"title": {"text": title}, "tickvals": np.log10(ticks), "ticktext": [f"{one:g}" for one in ticks]},
        hovertemplate=f"{title} %{{customdata:.3g}}<extra></extra>",
        connectgaps=False,
    )


def _path(name: str, look: Style, path: Array) -> go.Scatter:
    return go.Scatter(
        x=path[:, 0], y=path[:, 1], mode="lines+markers", name=name, legendgroup=name,
        line={"color": look.colour, "width": 2.5, "dash": _dash(look)},
        marker={"size": 4, "color": look.colour},
    )  # fmt: skip


def _end(name: str, look: Style, path: Array, listed: bool) -> go.Scatter:
    return go.Scatter(
        x=path[-1:, 0], y=path[-1:, 1], mode="markers", name=name, legendgroup=name, showlegend=listed,
        marker={"symbol": _symbol(look), "size": 13, "color": look.colour, "line": {"color": "#FFFFFF", "width": 1.5}},
    )  # fmt: skip


def _draw_lines(
    figure: go.Figure, view: SurveyView, names: Sequence[str], looks: Sequence[Style], words: Mapping[str, str]
) -> None:
    for name, look, losses in zip(names, looks, view.losses, strict=True):
        figure.add_trace(
            go.Scatter(
                x=view.terrain.x, y=losses, mode="lines+markers", name=name,
                line={"color": look.colour, "width": 2.5, "dash": _dash(look)},
                marker={"symbol": _symbol(look), "size": 8, "maxdisplayed": 7},
                hovertemplate=f"%{{x:.2f}}: {words['loss']} %{{y:.3g}}<extra>%{{fullData.name}}</extra>",
            )
        )  # fmt: skip
    figure.update_xaxes(title=words["along"])
    figure.update_yaxes(title=words["loss"], type="log", tickvals=_TICKS, ticktext=[f"{one:g}" for one in _TICKS])


def _dash(look: Style) -> str:
    return ",".join(f"{part}px" for part in look.dash) or "solid"


def _symbol(look: Style) -> str:
    return _SYMBOLS.get(look.marker, look.marker)
