"""How much of a map changes when the picture moves, as a figure."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from pages.figures.palette import CATEGORIES, DASHES, MARKERS


def change_figure(
    changes: Mapping[str, Sequence[float]],
    names: Mapping[str, str],
    words: Mapping[str, str],
    marked: int,
    dark: bool,
) -> go.Figure:
    """One line per kind of map: percent of change against the pixels of the shift.

    Args:
        changes: kind -> change at 0, 1, … pixels, as a share.
        names: kind -> what its line is called.
        words: "pixels" and "change", the names of the axes.
        marked: the shift that is looked at.
        dark: whether the page is dark.
    """
    figure = go.Figure()
    colours = ("#9aa3b0" if dark else "#5b6472", CATEGORIES[2], CATEGORIES[3])
    for (kind, values), colour, dash, marker in zip(changes.items(), colours, DASHES, MARKERS, strict=False):
        figure.add_scatter(
            x=list(range(len(values))),
            y=[100 * value for value in values],
            name=names[kind],
            mode="lines+markers",
            line={"color": colour, "dash": dash, "width": 2.5},
            marker={"symbol": marker, "size": 9},
            hovertemplate="%{y:.0f} %",
        )
    figure.add_vline(x=marked, line={"color": colours[0], "width": 1, "dash": "dot"})
    figure.update_layout(
        height=250,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        hovermode="x unified",
        legend={"orientation": "h", "y": 1.12, "x": 0},
        xaxis={"title": words["pixels"], "dtick": 1, "fixedrange": True},
        yaxis={"title": words["change"], "ticksuffix": " %", "rangemode": "tozero", "fixedrange": True},
    )
    return figure
