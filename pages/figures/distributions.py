"""What is inside each layer: histograms of weights, activations and gradients, and gradient/weight ratios."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cnn.activations import ACTIVATIONS
from cnn.training.inspect import Histogram, LayerStatistics
from pages.figures.palette import CATEGORIES

WORDS = ("weights", "activations", "gradients", "ratios")  # that the charts need
ROW = 125  # CSS pixels that a layer's row of histograms needs


def histograms(layers: Sequence[LayerStatistics], names: Sequence[str], words: Mapping[str, str]) -> dict[str, Any]:
    """ECharts options: a row for each layer with weights, a column each for weights, activations and gradients.

    Counts are drawn by their square root: a bar of a few values must not vanish beside a heap of zeros.

    Args:
        layers: all layers of the network, in order.
        names: what each of them is called.
        words: for ``WORDS``.
    """
    rows = [one for one in layers if one.weights is not None]
    option: dict[str, Any] = {"animation": False, "grid": [], "xAxis": [], "yAxis": [], "series": [], "title": []}
    option["tooltip"] = {"trigger": "item", "formatter": "{b}"}
    share = 100 / max(len(rows), 1)
    for number, row in enumerate(rows):
        cells = (row.weights, _activated(layers, row.index), row.gradients)
        heading = {"text": names[row.index], "left": 0, "top": f"{number * share}%", "textStyle": {"fontSize": 13}}
        option["title"].append(heading)
        for column, (quantity, cell) in enumerate(zip(("weights", "activations", "gradients"), cells, strict=True)):
            place = column * 33.4, number * share, share
            _add_cell(option, cell, words[quantity], CATEGORIES[column], place)
    return option


def height(layers: Sequence[LayerStatistics]) -> int:
    """CSS pixels that :func:`histograms` needs."""
    return ROW * sum(one.weights is not None for one in layers)


def _activated(layers: Sequence[LayerStatistics], index: int) -> Histogram:
    """What a layer gives on: the output of the activation before the next layer with weights, where there is one."""
    for after in layers[index + 1 :]:
        if after.kind in ACTIVATIONS:
            return after.activations
        if after.weights is not None:
            break
    return layers[index].activations


def _add_cell(
    option: dict[str, Any], cell: Histogram | None, title: str, colour: str, place: tuple[float, float, float]
) -> None:
    left, top, share = place
    here = len(option["grid"])
    edges = np.linspace(-0.5, 0.5, 2) if cell is None else cell.edges
    counts = np.zeros(len(edges) - 1) if cell is None else cell.counts
    centres = (edges[:-1] + edges[1:]) / 2
    style = {"fontSize": 11, "fontWeight": "normal"}
    option["title"].append({"text": title, "left": f"{left}%", "top": f"{top + share * 0.15}%", "textStyle": style})
    option["grid"].append(
        {"left": f"{left + 1}%", "width": "30%", "top": f"{top + share * 0.32}%", "height": f"{share * 0.44}%"}
    )
    option["xAxis"].append(
        {
            "gridIndex": here,
            "type": "category",
            "data": [f"{centre:.2g}" for centre in centres],
            "axisTick": {"show": False},
            "axisLabel": {"interval": max(len(centres) // 2 - 1, 0), "fontSize": 10, "showMaxLabel": True},
        }
    )
    option["yAxis"].append({"gridIndex": here, "type": "value", "show": False})
    option["series"].append(
        {
            "type": "bar",
            "xAxisIndex": here,
            "yAxisIndex": here,
            "barCategoryGap": "0%",
            "itemStyle": {"color": colour},
            "data": [round(float(height), 2) for height in np.sqrt(counts)],
        }
    )


def ratios(layers: Sequence[LayerStatistics], names: Sequence[str], words: Mapping[str, str]) -> dict[str, Any]:
    """ECharts options: ‖gradient‖ / ‖weights‖ of each layer with weights, as bars on a logarithmic scale.

    A layer whose gradient is zero or broken has no bar.
    """
    rows = [one for one in layers if one.ratio is not None]
    shown = [one.ratio if one.ratio and np.isfinite(one.ratio) else None for one in rows]
    known = [value for value in shown if value is not None] or [1.0]
    bottom = float(10.0 ** (np.floor(np.log10(min(known))) - 1))
    return {
        "animation": False,
        "grid": {"left": 8, "right": 70, "top": 34, "bottom": 8, "containLabel": True},
        "title": {"text": words["ratios"], "left": 0, "top": 0, "textStyle": {"fontSize": 14}},
        "tooltip": {"trigger": "axis", "valueFormatter": "scientific"},
        "xAxis": {
            "type": "log",
            "min": bottom,
            "startValue": bottom,  # bars grow from the left edge; a logarithmic axis has no zero to grow from
            "max": float(10.0 ** np.ceil(np.log10(max(known)) + 1e-9)),
        },
        "yAxis": {"type": "category", "data": [names[one.index] for one in rows], "inverse": True},
        "series": [
            {
                "type": "bar",
                "barMaxWidth": 22,
                "itemStyle": {"color": CATEGORIES[2]},
                "data": [
                    {"value": value, "label": {"show": True, "position": "right", "formatter": f"{value:.2g}"}}
                    if value is not None
                    else None
                    for value in shown
                ],
            }
        ],
    }
