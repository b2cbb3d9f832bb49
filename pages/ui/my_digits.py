"""Digits that the reader drew and labelled: kept in their browser, downloadable, mixed into training on demand."""

import streamlit as st

from cnn.data.drawings import (
    MOST_DRAWINGS,
    Drawing,
    drawings_from_json,
    drawings_to_dataset,
    drawings_to_json,
)
from cnn.data.store import put
from cnn.errors import DataError
from pages.ui import canvas
from pages.ui.storage import browser_storage

NAME = "cnn-playground:my-digits"  # of the entry in the browser's storage
_DIGITS = "my_digits"
_WRITING = "my_digits_writing"
_WRITTEN = "my_digits_written"
_SEEN = "my_digits_seen"


def my_digits() -> tuple[Drawing, ...]:
    """The digits so far, oldest first."""
    return st.session_state.get(_DIGITS, ())


def my_digits_key() -> str:
    """Keep the digits on the server as a data set; its key, for ``DataConfig.mine``; "" where there are none.

    Raises:
        DataError: the disk is full.
    """
    return put(drawings_to_dataset(my_digits(), canvas.LARGEST_SCALE)) if my_digits() else ""


def sync_my_digits() -> bool:
    """Exchange the digits with the browser: call it once per run of a page that shows them. False: it keeps nothing."""
    writing, written = st.session_state.get(_WRITING, 0), st.session_state.get(_WRITTEN, 0)
    # The text travels only until the browser has it, not with every stroke.
    text = drawings_to_json(my_digits()) if writing > written else ""
    stored = browser_storage("my_digits_storage", NAME, text, writing)
    st.session_state[_WRITTEN] = max(written, stored.written)
    if stored.text is not None and stored.at != st.session_state.get(_SEEN):
        st.session_state[_SEEN] = stored.at
        try:
            st.session_state[_DIGITS] = drawings_from_json(stored.text)
        except DataError:
            # Written by another version, or by somebody else: left as it is until the first digit replaces it.
            st.session_state[_DIGITS] = ()
    return stored.kept


def add_digit(drawing: canvas.Drawing, label: int) -> None:
    """Add what is on the pad as a ``label``."""
    _keep((*my_digits(), Drawing(label, drawing.strokes, drawing.width)))


def add_file(text: bytes) -> int:
    """Add the digits of a file that was downloaded before; how many there were.

    Raises:
        DataError: it is no such file.
    """
    found = drawings_from_json(text)
    _keep((*my_digits(), *found))
    return len(found)


def forget_digits() -> None:
    """Remove all."""
    _keep(())


def _keep(digits: tuple[Drawing, ...]) -> None:
    st.session_state[_DIGITS] = digits[-MOST_DRAWINGS:]
    st.session_state[_WRITING] = st.session_state.get(_WRITING, 0) + 1
