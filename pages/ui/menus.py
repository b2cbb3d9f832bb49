"""Menus and switches that show the page's state and tell what the reader chooses instead.

Two things that a browser does are looked after here:

- It mounts a widget with its default and takes over the session's state a moment later; a request that goes out in
  between would carry the default, such as the first entry of a menu, as if the reader had chosen it. So what is shown
  is the default, too.
- What travels is the label of a choice. A click that closely follows a change of the language carries labels of the
  language before, which are no choices any more: they are passed over.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import streamlit as st

T = TypeVar("T")


def menu(
    label: str,
    offered: Sequence[T],
    shown: T,
    key: str,
    take: Callable[[T], None],
    called: Callable[[T], str] = str,
    **look: Any,
) -> None:
    """A menu that opens.

    Args:
        label: its name.
        offered: what can be chosen.
        shown: what is chosen at present, one of ``offered``.
        key: of the widget.
        take: called with what the reader chose, before the page is drawn anew.
        called: the name of each choice in the reader's language.
        look: more of Streamlit's own arguments.
    """
    st.session_state[key] = shown
    st.selectbox(
        label, offered, list(offered).index(shown), called, key=key, on_change=_taken, args=(key, offered, take), **look
    )


def switch(
    label: str,
    offered: Sequence[T],
    shown: T,
    key: str,
    take: Callable[[T], None],
    called: Callable[[T], str] = str,
    **look: Any,
) -> None:
    """The same with all choices side by side; one of them is always chosen."""
    st.session_state[key] = shown
    st.segmented_control(
        label, offered, default=shown, format_func=called, key=key, required=True, on_change=_taken,
        args=(key, offered, take), **look,
    )  # fmt: skip


def _taken(key: str, offered: Sequence[T], take: Callable[[T], None]) -> None:
    chosen = st.session_state[key]
    if chosen in offered:
        take(chosen)
