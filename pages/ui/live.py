"""The stage of the Train page: charts and pictures that follow a run. What they show is made by the page's figures."""

import html
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

import streamlit as st

from pages.ui.texts import Texts

_CHART_HEIGHT = 215  # CSS pixels
_IN_A_LINE, _MENU_WIDTH = 20, 240  # so many classes stand side by side, more go into a menu; CSS pixels
_LARGEST_CELL = 14  # CSS pixels
_TALLEST = 200  # CSS pixels of a picture: all layers stay in sight together
_FIRST_KERNEL, _LATER_KERNEL = 48, 20  # CSS pixels: strokes are seen in the first kernels, in later ones only order


class Shown(Protocol):
    """A picture of many cells: its pixels, its size and that of one map, in cells, and the ends of its scale."""

    uri: Final[str]
    width: Final[int]
    height: Final[int]
    tile: Final[int]
    low: Final[float]
    high: Final[float]


def show_charts(loss: dict[str, Any], accuracy: dict[str, Any], texts: Texts) -> None:
    """The two learning curves side by side."""
    for place, name, option in zip(st.columns(2), ("loss", "accuracy"), (loss, accuracy), strict=True):
        with place:
            show_chart(option, _CHART_HEIGHT, name, texts)


def show_chart(option: dict[str, Any], height: int, key: str, texts: Texts) -> None:
    """One chart of the network's numbers; a sentence where there are none, and so no height."""
    if not height:
        st.markdown(texts("panel.no_weights"))
        return
    st.echarts_chart(option, height=height, key=f"live_{key}", alt=texts(f"chart.{key}_alt"))


def show_figure(figure: Any, texts: Texts) -> None:
    """The full curves."""
    st.plotly_chart(figure, key="full_curves", alt=texts("chart.full_alt"))


def show_panels(panels: Mapping[str, Callable[[], None]], key: str, texts: Texts) -> None:
    """Tabs of which only the open one is drawn."""
    tabs = st.tabs([texts(f"panel.{name}") for name in panels], key=key, on_change="rerun")
    for draw, tab in zip(panels.values(), tabs, strict=True):
        if tab.open:
            with tab:
                draw()


def choose_class(names: Sequence[str], texts: Texts) -> int:
    """Which class's feature maps are shown."""
    label, numbers, start = texts("panel.digit"), range(len(names)), min(7, len(names) - 1)
    shared: dict[str, Any] = {"format_func": names.__getitem__, "key": "train_digit", "label_visibility": "collapsed"}
    if len(names) > _IN_A_LINE:
        return int(st.selectbox(label, numbers, index=start, width=_MENU_WIDTH, **shared))
    chosen = st.segmented_control(label, numbers, default=start, required=True, **shared)
    return int(chosen)


def show_pictures(pictures: Sequence[tuple[str, Shown]], side: float, scale: bool = True) -> None:
    """Named pictures in rows, all in ONE element, so that nothing flashes when they change.

    Args:
        pictures: name and picture.
        side: CSS pixels that a map is wide, about: a cell takes a whole number of pixels.
        scale: whether the values at the ends of the colour scale are written beside the name.
    """
    _show([_figure(name, shown, side, scale) for name, shown in pictures])


def show_kernels(pictures: Sequence[tuple[str, Shown]], texts: Texts) -> None:
    """The kernels of each convolution, those that look at the image itself large; a sentence where there are none."""
    if not pictures:
        st.markdown(texts("panel.no_kernels"))
        return
    sides = [_FIRST_KERNEL, *[_LATER_KERNEL] * (len(pictures) - 1)]
    _show([_figure(name, shown, side, True) for (name, shown), side in zip(pictures, sides, strict=True)])


def _show(figures: Sequence[str]) -> None:
    st.html(f'<div class="train-pictures">{"".join(figures)}</div>')


def _figure(name: str, shown: Shown, side: float, scale: bool) -> str:
    name = html.escape(name)
    cell = max(1, min(round(side / shown.tile), _TALLEST // shown.height, _LARGEST_CELL))
    limits = f" <small>{shown.low:.2g} … {shown.high:.2g}</small>".replace("-", "−") if scale else ""
    return (
        f'<figure><img src="{shown.uri}" alt="{name}" style="width:{shown.width * cell}px">'
        f"<figcaption>{name}{limits}</figcaption></figure>"
    )
