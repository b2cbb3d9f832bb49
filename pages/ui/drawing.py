"""The current drawing: one per session, made on Draw, at hand on every page, kept when pages are switched."""

import secrets
from collections.abc import Mapping

import numpy as np
import streamlit as st

from cnn.data.handwriting import write
from cnn.data.strokes import smoothed
from pages.ui.canvas import UNITS, Drawing, canvas, read_drawing

_CURRENT = "drawing"  # plain lists and numbers, as the pad sends them
_PLACED = "placed_drawing"  # (number, drawing): what the pad starts from; a new number makes it start again

_EXAMPLE = "example_digit"  # the digit that writes itself in this session

_LEGIBLE = 1  # a seed whose ten digits are read right
_VARIATION = 0.6  # of a digit shown: a person's, but a legible one
_DIGIT_SIZE = 195  # units of the pad that it spans


def current_drawing() -> Drawing:
    """What is on the pad, or was when its page was left."""
    return read_drawing(st.session_state.get(_CURRENT))


def place_drawing(drawing: Drawing) -> None:
    """Put a drawing on the pad, in place of what is there. Call it in a callback, before the pad is drawn."""
    number, _ = _placed()
    st.session_state[_PLACED] = number + 1, drawing.as_json()
    st.session_state[_CURRENT] = drawing.as_json()


def place_digit(digit: int, seed: int) -> None:
    """Put a generated digit on the pad; the seed chooses the handwriting."""
    place_drawing(_written(digit, seed))


def _written(digit: int, seed: int) -> Drawing:
    strokes = write(digit, seed, _VARIATION)
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = _DIGIT_SIZE / float((high - low).max())
    return Drawing(tuple(smoothed((stroke - (low + high) / 2) * scale + UNITS / 2) for stroke in strokes))


def resume_drawing() -> None:
    """Let a pad that is mounted anew begin with the current drawing: call it once per run of a page with a pad.

    Not to be called while only the pad's fragment runs: its data would change with every stroke, and be sent back.
    """
    number, _ = _placed()
    st.session_state[_PLACED] = number, current_drawing().as_json()


def drawing_pad(key: str) -> Drawing:
    """Show the pad; what is on it: the current drawing, or an example that writes itself while there is none."""
    number, placed = _placed()
    before = read_drawing(placed)
    message = canvas(key, before, number, example=_example() if before.empty else None)
    # A message from before the last placing is about a drawing that is gone.
    if isinstance(message, Mapping) and message.get("placed") == number:
        drawing = read_drawing(message)
        if drawing.example:
            return drawing
        st.session_state[_CURRENT] = dict(message)
    return current_drawing()


def _example() -> Drawing:
    digit = st.session_state.setdefault(_EXAMPLE, secrets.randbelow(10))
    return _written(digit, _LEGIBLE)


def _placed() -> tuple[int, object]:
    return st.session_state.get(_PLACED, (0, None))
