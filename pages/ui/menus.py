"""Menus and switches that show the page's state and tell what the reader chooses instead.

Two things that a browser does are looked after here:

- It mounts a widget with its default and takes over the session's state a moment later; a request that goes out in
  between would carry the default, such as the first entry of a menu, as if the reader had chosen it. So what is shown
  is the default, too.
- What travels is the label of a choice. A click that closely follows a change of the language carries labels of the
  language before, which are no choices any more: they are passed over.
- What asks by itself, as a page does while a network trains, may do so after the server has changed what a widget shows
  and before the browser has: it says once more what was shown before. Such an echo is no choice. Nobody sees a new
  value and chooses the old one again within :data:`ECHO` seconds.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import streamlit as st

T = TypeVar("T")
ECHO = 0.7  # seconds
_REPLACED = "replaced_values"  # by key: what the widget showed before the server changed it, and when


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
    show(key, shown)
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
    show(key, shown)
    st.segmented_control(
        label, offered, default=shown, format_func=called, key=key, required=True, on_change=_taken,
        args=(key, offered, take), **look,
    )  # fmt: skip


def _taken(key: str, offered: Sequence[T], take: Callable[[T], None]) -> None:
    chosen = st.session_state[key]
    if chosen in offered and not is_echo(key):
        take(chosen)


def show(key: str, value: Any) -> None:
    """Let the widget ``key`` show ``value``; to be called before it is drawn."""
    before = st.session_state.get(key)
    if before != value:
        if before is not None:
            st.session_state.setdefault(_REPLACED, {})[key] = before, time.monotonic()
        st.session_state[key] = value


def is_echo(key: str) -> bool:
    """Whether what the browser says of the widget ``key`` is only what it showed a moment ago. For callbacks."""
    before, since = st.session_state.get(_REPLACED, {}).get(key, (None, 0.0))
    return before is not None and before == st.session_state[key] and time.monotonic() - since < ECHO
