"""Things to drag: sliders that act while they move, upright bars, markers on curves. One component for all of them.

:func:`sliders` shows rows of sliders, or upright ones with bars above them that the engine computes; :func:`curves`
shows curves with a marker that is moved along x. While something moves, the browser tells Python as often as Python
can answer, and the last place always arrives; a moment after the last change it tells that all is at rest.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from streamlit.components.v2 import component

from pages.ui.drag.parts import Bars, Curve, Panel, Slider, Zone, read_values
from pages.ui.language import language
from pages.ui.options import touch, touched
from pages.ui.texts import Texts

__all__ = ["Bars", "Curve", "Dragged", "Panel", "Slider", "Zone", "curves", "sliders", "standing"]

_LARGEST_TURN = 2**53  # the browser counts in floats

_FOLDER = Path(__file__).parent
_STYLES = ("drag.css", "curves.css", "readings.css")
_SCRIPTS = (
    "drag.js", "handle.js", "sliders.js", "curves.js", "plot.js", "telling.js", "common.js", "../wire.js",
)  # fmt: skip
_component = component(
    "drag",
    html=_FOLDER.joinpath("drag.html").read_text(encoding="utf-8"),
    css="".join(_FOLDER.joinpath(name).read_text(encoding="utf-8") for name in _STYLES),
    js="".join(_FOLDER.joinpath(name).read_text(encoding="utf-8") for name in _SCRIPTS),
)


@dataclass(frozen=True)
class Dragged:
    """Where the handles stand.

    Attributes:
        values: one for each, within its bounds.
        moving: whether the reader is moving one of them. The URL is to follow when they come to rest: browsers refuse
            an address that changes ten times a second.
        chosen: whether the reader put them there, which ``settle`` has not yet said to have arrived.
    """

    values: tuple[float, ...]
    moving: bool = False
    chosen: bool = False

    @property
    def value(self) -> float:
        """The value of the only handle."""
        (value,) = self.values
        return value


def standing(key: str, handles: Sequence[Slider]) -> Dragged:
    """Where the handles of a component stand that is yet to be shown: for a page on which one follows another."""
    return _read(key, handles)[0]


def sliders(
    key: str,
    handles: Sequence[Slider],
    *,
    upright: bool = False,
    bars: Callable[[tuple[float, ...]], Sequence[Bars]] | None = None,
    title: str = "",
) -> Dragged:
    """Show sliders; where they stand.

    They stand at their ``value``, the truth of the page, except while the reader moves them and until what they chose
    has arrived there, which ``settle(key)`` says (:func:`pages.ui.options.settle`; a prefix of the key will do).

    Args:
        key: of the component, and the CSS class ``st-key-<key>``.
        handles: from top to bottom, or from left to right.
        upright: as bars side by side; they lie down where there is no room.
        bars: rows of numbers to draw over the upright sliders, one for each, computed from where they stand.
        title: of the upright sliders themselves, beside the titles of the bars.
    """
    dragged, turn = _read(key, handles)
    data = {
        "kind": "sliders",
        "handles": [handle.as_json(value) for handle, value in zip(handles, dragged.values, strict=True)],
        "upright": upright,
        "title": title,
        "bars": [row.as_json() for row in (bars(dragged.values) if bars else ())],
    }
    _mount(key, data, turn)
    return dragged


def curves(
    key: str,
    x: Slider,
    places: "np.ndarray[Any, Any]",
    panels: Sequence[Panel],
    lines: Sequence[Curve],
    *,
    live: bool = True,
) -> Dragged:
    """Show curves over a common x, with a marker that is dragged along it; where the marker stands.

    The values at the marker are looked up among the samples by the browser, so that they follow at once and are the
    engine's own: the marker goes from sample to sample.

    Args:
        key: of the component, and the CSS class ``st-key-<key>``.
        x: the axis, and the marker's place on it.
        places: (n,) where the curves were sampled, ascending; the marker stands on these.
        panels: the plots, side by side, each with its own y axis.
        lines: the curves, each with a row of samples for each panel.
        live: whether the script runs while the marker moves, or only when it has come to rest.
    """
    dragged, turn = _read(key, [x])
    data = {
        "kind": "curves",
        "handles": [x.as_json(dragged.value)],
        "places": [float(place) for place in places],
        "panels": [panel.as_json() for panel in panels],
        "curves": [line.as_json() for line in lines],
        "live": live,
    }
    _mount(key, data, turn)
    return dragged


def _read(key: str, handles: Sequence[Slider]) -> tuple[Dragged, int]:
    """Where the handles stand, and the number of the last message that was taken note of."""
    given = Dragged(tuple(min(handle.high, max(handle.low, handle.value)) for handle in handles))
    state = st.session_state.get(key)
    message: Any = state.get("moved") if isinstance(state, Mapping) else None
    if not isinstance(message, Mapping):
        return given, 0
    turn = message.get("turn")
    if type(turn) is not int or not 0 < turn < _LARGEST_TURN:
        return given, 0
    values = read_values(message.get("values"), handles)
    if values is None:  # about other handles, which stood here before
        return given, turn
    seen, change = f"{key}.seen", f"{key}.moved"
    if st.session_state.get(seen) != turn:
        st.session_state[seen] = turn
        touch(change)
    moving = message.get("moving") is True
    return (Dragged(values, moving, chosen=True) if moving or touched(change) else given), turn


def _mount(key: str, data: dict[str, Any], turn: int) -> None:
    words = Texts("drag", language())
    data = {"live": True, **data, "turn": turn, "texts": {name: words(name) for name in ("highlight", "at")}}
    _component(key=key, data=data, on_moved_change=lambda: None)
