"""The picture of optimizers on their way down a surface: a start to drag, steps to play, losses beside.

:func:`read_told` says what the reader has chosen in it (where to start, which step, which optimizer to look at) before
the paths are computed; :func:`descent` shows them. The browser goes through the steps by itself; Python hears of the
start while it is dragged, and of the step once it is at rest.
"""

import math
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path as File
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.components.v2 import component

from cnn.explain.descent import Path
from cnn.explain.optimizers import FARTHEST
from cnn.explain.surfaces import Surface, heights
from pages.ui.language import language
from pages.ui.options import touch, touched
from pages.ui.texts import Texts

__all__ = ["Contestant", "Told", "descent", "opens", "read_told"]

Array = NDArray[Any]
_FOLDER = File(__file__).parent
_SCRIPTS = (
    "descent.js", "map.js", "heights.js", "losses.js", "player.js",
    "../drag/telling.js", "../drag/common.js", "../leaving.js", "../wire.js",
)  # fmt: skip
_TEXTS = (
    "start", "optimizer", "loss", "square", "lost", "focus", "here", "steps", "position", "scrub", "speed", "first",
    "previous", "play", "pause", "next", "losses_alt", "legend_gradient", "legend_momentum", "legend_square",
    "legend_minimum",
)  # fmt: skip
_SAMPLES = 161  # of the surface, from left to right
_DECADES = 1e-9  # the axis of losses begins here at the lowest, as a share of the loss at the start
_RISE = 1e3  # and ends here at the highest
_LARGEST_TURN = 2**53  # the browser counts in floats
_LONGEST_NAME = 40
_LARGEST_STEP = 10**6
_component = component(
    "descent",
    html=_FOLDER.joinpath("descent.html").read_text(encoding="utf-8"),
    css="".join(_FOLDER.joinpath(name).read_text(encoding="utf-8") for name in ("descent.css", "../drag/readings.css")),
    js="\n".join(_FOLDER.joinpath(name).read_text(encoding="utf-8") for name in _SCRIPTS),
)


@dataclass(frozen=True)
class Told:
    """What the picture was last set to.

    Attributes:
        start: x and y.
        step: the step that is looked at.
        focus: name of the optimizer that is looked at closely, or "".
        moving: whether the reader is dragging the start. The URL is to follow when it comes to rest.
        turn: number of the browser's last message.
    """

    start: tuple[float, float]
    step: int
    focus: str
    moving: bool = False
    turn: int = 0


@dataclass(frozen=True, eq=False)
class Contestant:
    """One of those who go down: its name for the program, its name for people, its place in the palette, its way."""

    name: str
    label: str
    look: int
    path: Path


def read_told(key: str, given: Told) -> Told:
    """What the reader chose in the picture ``key``, or ``given``, the truth of the page, once that has arrived there.

    Args:
        key: of the component.
        given: what the page's settings say.
    """
    state = st.session_state.get(key)
    message: Any = state.get("told") if isinstance(state, Mapping) else None
    if not isinstance(message, Mapping):
        return given
    turn, told = message.get("turn"), _read(message)
    if type(turn) is not int or not 0 < turn < _LARGEST_TURN or told is None:
        return given
    seen = f"{key}.seen"
    if st.session_state.get(seen) != turn:
        st.session_state[seen] = turn
        touch(f"{key}.told")
    found = told if told.moving or touched(f"{key}.told") else given
    return Told(found.start, found.step, found.focus, told.moving, turn)


def opens(key: str, what: str, told: Told) -> bool:
    """Whether the picture ``key`` shows ``what`` for the first time, or has come back, and has said nothing since.

    Args:
        key: of the component.
        what: any name of what is shown.
        told: what :func:`read_told` gave.
    """
    kept = st.session_state.get(f"{key}.opened")
    if kept is None or kept[0] != what or told.turn < kept[1]:
        kept = st.session_state[f"{key}.opened"] = what, told.turn
    return told.turn == kept[1]


def descent(
    key: str, surface: Surface, contestants: Sequence[Contestant], told: Told, alt: str, plays: str = ""
) -> None:
    """Show the ways of ``contestants`` down a surface.

    Args:
        key: of the component, and the CSS class ``st-key-<key>``.
        surface: what they go down.
        contestants: all from one start, with equally many steps.
        told: what :func:`read_told` gave.
        alt: the picture in words.
        plays: the name of what it plays by itself, from the start and once for each name; nothing where it is empty.
    """
    words = Texts("descent", language())
    (x, y), steps = surface.start, len(contestants[0].path.losses) - 1
    data = {
        "turn": told.turn,
        "window": surface.window,
        "minima": surface.minima,
        "least": surface.least,
        "start": told.start,
        "step": told.step,
        "focus": told.focus,
        "plays": plays,
        "steps": steps,
        "slope": math.hypot(*(float(one) for one in surface.gradient(np.array(x), np.array(y)))),
        "losses": _losses_axis([one.path for one in contestants], surface),
        # While the start moves the surface stands still: the browser has it.
        "raster": None if told.moving else _raster(surface),
        "contestants": [_as_json(one, surface) for one in contestants],
        "texts": {name: words(name) for name in _TEXTS},
        "loss_label": words("losses" if surface.least == 0 else "above_minimum"),
        "alt": alt,
    }
    _component(key=key, data=data, on_told_change=lambda: None)


def _read(message: Mapping[Any, Any]) -> Told | None:
    """A message from the browser, which may be anything, brought within bounds; None where it is not one of ours."""
    x, y = _number(message.get("x")), _number(message.get("y"))
    step, focus = message.get("step"), message.get("focus")
    if x is None or y is None or type(step) is not int or not isinstance(focus, str):
        return None
    return Told((x, y), max(0, min(step, _LARGEST_STEP)), focus[:_LONGEST_NAME], message.get("moving") is True)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= FARTHEST:
        return None
    return float(value)


def _as_json(one: Contestant, surface: Surface) -> dict[str, Any]:
    path = one.path
    nothing = np.zeros_like(path.positions)
    direction = nothing if path.direction is None else path.direction
    square = nothing if path.square is None else path.square
    columns = np.column_stack([path.positions, path.losses, path.gradients, direction, square])
    left, right, low, high = surface.window
    x, y = path.positions.T
    inside = (left <= x) & (x <= right) & (low <= y) & (y <= high)
    seen = inside if inside.any() else np.isfinite(path.losses)
    with np.errstate(over="ignore"):  # a walker that gets lost may have been farther away than float32 can say
        packed = b64encode(columns.astype("<f4").tobytes()).decode("ascii")
    return {
        "name": one.name,
        "label": one.label,
        "look": one.look,
        "lost": path.lost,
        "left": path.left(surface),
        "squares": path.square is not None,
        "most_momentum": float(np.hypot(*direction[seen].T).max(initial=0)),
        "most_square": float(square[seen].sum(axis=1).max(initial=0)),
        "path": packed,
    }


def _losses_axis(found: Sequence[Path], surface: Surface) -> tuple[float, float]:
    """The ends of the logarithmic axis: what there is, but neither nearly nothing nor what has blown up."""
    above = np.concatenate([one.losses[: one.last] for one in found]) - surface.least
    above = above[np.isfinite(above) & (above > 0)]
    first = float(found[0].losses[0]) - surface.least
    first = first if math.isfinite(first) and first > 0 else 1.0
    low = max(float(above.min(initial=first)), _DECADES * first)
    high = min(float(above.max(initial=first)), _RISE * first)
    return low / 1.5, max(high, 10 * low) * 1.5


@lru_cache(maxsize=32)
def _raster(surface: Surface) -> dict[str, Any]:
    """The heights as the browser is told of them."""
    found = heights(surface, _SAMPLES)
    rows, columns = found.levels.shape
    return {
        "name": repr(surface),
        "columns": columns,
        "rows": rows,
        "base": found.base,
        "scale": found.scale,
        "most": found.most,
        "values": b64encode(found.levels.astype("<f4").tobytes()).decode("ascii"),
    }
