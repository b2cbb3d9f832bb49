"""Rows that open on a click: what is set, closed; all that can be set, open."""

from typing import Any

import streamlit as st


def opening_row(label: str, key: str) -> Any:
    """A popover as wide as its column; ask for ``.open`` and fill it where it is.

    A popover whose label changes closes itself, in the middle of what somebody is doing in it: while it is open, the
    label waits.
    """
    waiting = f"{key}_label"
    if not st.session_state.get(key) or waiting not in st.session_state:
        st.session_state[waiting] = label
    return st.popover(st.session_state[waiting], key=key, on_change="rerun", width="stretch")
