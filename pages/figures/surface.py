"""A surface in perspective, with ways down on it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cnn.explain.surfaces import Surface, heights
from pages.figures.palette import CATEGORIES, CATEGORIES_ON_DARK, CIVIDIS

Array = NDArray[Any]
_COLUMNS = 81
_LIFT = 0.012  # the ways run a little over the surface


class Way(NamedTuple):
    """A path: its name, its place in the palette, positions (n, 2) and losses (n,)."""

    name: str
    look: int
    positions: Array
    losses: Array


def surface_figure(surface: Surface, ways: Sequence[Way], words: Mapping[str, str], dark: bool) -> go.Figure:
    """The surface's heights on the scale of its levels, so that the valley's floor shows as well as its walls.

    Args:
        surface: what is looked at.
        ways: up to the step that is looked at; what lies outside of the window is left out.
        words: "x", "y" and "loss", names of the axes.
        dark: whether the page is dark.
    """
    seen = heights(surface, _COLUMNS)
    lines = {"show": True, "start": 0, "end": 1, "size": 1 / 18, "color": "rgba(255,255,255,0.35)", "width": 1}
    figure = go.Figure(
        go.Surface(
            x=seen.x[0],
            y=seen.y[:, 0],
            z=seen.levels,
            customdata=seen.loss,
            colorscale=[list(stop) for stop in CIVIDIS],
            showscale=False,
            opacity=0.82,
            contours={"z": lines},
            hovertemplate="x = %{x:.3g}<br>y = %{y:.3g}<br>" + words["loss"] + " = %{customdata:.3g}<extra></extra>",
        )
    )
    palette = CATEGORIES_ON_DARK if dark else CATEGORIES
    left, right, low, high = surface.window
    for way in ways:
        x, y = way.positions.T
        inside = (left <= x) & (x <= right) & (low <= y) & (y <= high)
        z = np.where(inside, seen.level(way.losses) + _LIFT, np.nan)
        figure.add_scatter3d(
            x=x, y=y, z=z, name=way.name, mode="lines+markers", customdata=way.losses,
            line={"color": palette[way.look % len(palette)], "width": 6},
            marker={"size": 2.5, "color": palette[way.look % len(palette)]},
            hovertemplate="x = %{x:.3g}<br>y = %{y:.3g}<br>" + words["loss"] + " = %{customdata:.3g}",
        )  # fmt: skip
    figure.update_layout(
        height=470,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        legend={"orientation": "h", "y": 1.0, "x": 0},
        uirevision=repr(surface),
        scene={
            "xaxis": {"title": words["x"]},
            "yaxis": {"title": words["y"]},
            "zaxis": {"title": words["loss"], "showticklabels": False},
            "aspectratio": {"x": 1.4, "y": 1.05, "z": 0.6},
            "camera": {"eye": {"x": -0.65, "y": -1.2, "z": 0.85}},
        },
    )
    return figure
