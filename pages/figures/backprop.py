"""Pictures of backpropagation: a thumbnail for each stop, and the loss while an update is repeated."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cnn.explain.backprop import Moment, Play
from pages.figures.mosaic import magnitude_mosaic, signed_mosaic
from pages.figures.palette import ink, signed, training_pair

Array = NDArray[Any]
_HEIGHT = 300  # CSS pixels


def thumbnails(play: Play, dark: bool) -> tuple[str, list[str], list[str]]:
    """Data URIs: of the picture, and of one map of each layer's output and of the gradient of this map.

    The map is the one with the largest gradient: the one that matters most to this picture's loss.
    """
    chosen = [_strongest(scene.dy) for scene in play.scenes]
    outputs = [_thumbnail(scene.y, one, dark) for scene, one in zip(play.scenes, chosen, strict=True)]
    gradients = [_thumbnail(scene.dy, one, dark) for scene, one in zip(play.scenes, chosen, strict=True)]
    picture = magnitude_mosaic(play.picture[None], ink(dark), high=max(1.0, float(play.picture.max()))).uri
    return picture, outputs, gradients


def descent(moments: Sequence[Moment], words: Mapping[str, str], dark: bool) -> go.Figure:
    """The loss before, and after each of a number of updates; dashed, the share of other digits that stay right.

    Args:
        moments: from step 0 on.
        words: "updates", "loss" and "others", the names of the axes.
        dark: whether the page is dark.
    """
    figure = go.Figure()
    losses = {step: one.loss for step, one in enumerate(moments)}
    _add_line(figure, losses, words["loss"], training_pair(dark)[0], "solid", "y", ".4g")
    others = {step: one.others for step, one in enumerate(moments) if one.others is not None}
    if others:
        _add_line(figure, others, words["others"], training_pair(dark)[1], "dash", "y2", ".0%")
        axis = {"title": words["others"], "overlaying": "y", "side": "right", "range": [0, 1.02], "tickformat": ".0%"}
        figure.update_layout(yaxis2={**axis, "showgrid": False})
    figure.update_layout(
        height=_HEIGHT, margin={"l": 60, "r": 60, "t": 10, "b": 48}, xaxis_title=words["updates"],
        yaxis_title=words["loss"], yaxis_rangemode="tozero",
        legend={"orientation": "h", "y": 1.12, "x": 1, "xanchor": "right"},
    )  # fmt: skip
    return figure


def _add_line(
    figure: go.Figure, values: Mapping[int, float], name: str, colour: str, dash: str, axis: str, form: str
) -> None:
    figure.add_scatter(
        x=list(values), y=list(values.values()), name=name, mode="lines+markers", yaxis=axis,
        line={"color": colour, "width": 3, "dash": dash}, marker={"size": 7},
        hovertemplate=f"%{{x}}: %{{y:{form}}}<extra>{name}</extra>",
    )  # fmt: skip


def _strongest(gradient: Array) -> int:
    return int(np.nan_to_num(np.abs(gradient)).sum(axis=(1, 2)).argmax()) if gradient.ndim == 3 else 0


def _thumbnail(values: Array, one: int, dark: bool) -> str:
    maps = values[[one]] if values.ndim == 3 else _nearly_square(values)
    return signed_mosaic(maps, signed(dark)).uri


def _nearly_square(vector: Array) -> Array:
    """A vector as one map, filled up with zeros; few units stand in a column."""
    if vector.size <= 20:
        return vector.reshape(1, -1, 1)
    columns = math.isqrt(vector.size - 1) + 1
    filled = np.zeros(columns * math.ceil(vector.size / columns), vector.dtype)
    filled[: vector.size] = vector
    return filled.reshape(1, -1, columns)
