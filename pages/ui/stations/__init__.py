"""The way forward through a network and back again, as a strip of stops that one walks along.

One row of pictures runs to the loss, the other back; the present stop is marked, those ahead are still dark. Mouse,
finger, arrow keys or "play" move on; nothing but the number of the stop goes to Python.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component

from pages.ui.texts import Texts

_FOLDER = Path(__file__).parent
_TEXTS = ("label", "play", "pause", "previous", "next")
_component = component(
    "stations",
    html=_FOLDER.joinpath("stations.html").read_text(encoding="utf-8"),
    css=_FOLDER.joinpath("stations.css").read_text(encoding="utf-8"),
    js="\n".join(_FOLDER.joinpath(name).read_text(encoding="utf-8") for name in ("stations.js", "../leaving.js")),
)


@dataclass(frozen=True)
class Name:
    """What stands between the rows: a layer's name and its kind, which has a colour."""

    text: str
    kind: str


@dataclass(frozen=True)
class Stop:
    """One stop.

    Attributes:
        act: "input", "forward", "loss", "backward", "update" or "repeat"; it says the row.
        column: from 0.
        label: its name in full.
        picture: data URI; where there is none, ``sign`` and ``short`` are written.
        sign, short: one character, and one word.
    """

    act: str
    column: int
    label: str
    picture: str = ""
    sign: str = ""
    short: str = ""


def stations(key: str, names: Sequence[Name], stops: Sequence[Stop], at: int, texts: Texts) -> None:
    """Draw the strip with the stop ``at`` marked; where the reader goes from there, :func:`gone_to` says.

    Args:
        key: of the component.
        names: for the columns, from the left; the last ones need none.
        stops: in the order of the way.
        at: number of the present stop.
        texts: with ``stations.label``, ``stations.play``, ``stations.pause``, ``stations.previous``, ``stations.next``.
    """
    move = _move(st.session_state.get(key))
    data = {
        "names": [asdict(name) for name in names],
        "stops": [asdict(stop) for stop in stops],
        "columns": max(stop.column for stop in stops) + 1,
        "at": at,
        "move": move[1] if move else 0,
        "texts": {name: texts(f"stations.{name}") for name in _TEXTS},
    }
    _component(key=key, data=data, on_went_change=lambda: None)


def gone_to(key: str, count: int) -> int | None:
    """The stop, of ``count``, that the reader has gone to, until :func:`arrived`. To be asked before drawing."""
    move = _move(st.session_state.get(key))
    if move is None:
        st.session_state.pop(f"{key}_seen", None)  # the strip is new, its moves are counted from 1 again
        return None
    if st.session_state.get(f"{key}_seen") == move:
        return None
    return move[0] if 0 <= move[0] < count else None


def arrived(key: str) -> None:
    """The move is where it is kept. Until then a run that another one interrupts must not forget it."""
    st.session_state[f"{key}_seen"] = _move(st.session_state.get(key))


def _move(state: object) -> tuple[int, int] | None:
    """What the browser says, if it makes sense: (stop, number of the move)."""
    went = state.get("went") if isinstance(state, Mapping) else None
    if not isinstance(went, Mapping):
        return None
    at, count = went.get("at"), went.get("count")
    return (at, count) if type(at) is int and type(count) is int else None
