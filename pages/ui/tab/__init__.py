"""What the server and the browser's tab tell each other on every page: the language, which runs the tab controls, and
what its pages are set to. With the language come Streamlit's own words in it, which the browser puts where those stand.

A refresh of the browser is a new session for the server. What must not be lost with the old one is therefore kept in
the tab's own sessionStorage: the tokens that control a run or a race, never in the URL (who is given a link may look,
but only the tab that started a run steers it); and the query of each page that the reader has been to, because the URL
has only that of the page in sight.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import cast
from urllib.parse import parse_qsl, urlencode

import streamlit as st
from streamlit.components.v2 import component

from pages.ui.tab.streamlit_words import streamlit_words
from pages.ui.texts import Texts

RUN = "run"  # the name of the Train page's token
_TOKENS, _QUERIES = "tokens", "queries"  # what the tab keeps, each a table from names to texts
_DRAWERS = {_TOKENS: re.compile(r"[A-Za-z0-9_-]{1,128}"), _QUERIES: re.compile(r"[!-~]{0,20000}")}
_NAME = re.compile(r"[a-z_]{1,40}")
_MOST = 30  # texts of each kind
_MOST_PARAMETERS = 100  # of a query
_KEY = "tab"
_SCRIPTS = ("tab.js", "frame.js")
_component = component(
    "tab", js="".join(Path(__file__).with_name(name).read_text(encoding="utf-8") for name in _SCRIPTS)
)


def tell_tab(language: str) -> None:
    """Draw the invisible component that sets ``<html lang>`` and hands back and forth what the tab keeps."""
    said = _component(
        key=_KEY,
        data={
            "language": language,
            "kept": {drawer: _kept(drawer) for drawer in _DRAWERS},
            "frame": {**streamlit_words(language), "scrolls": Texts("common", language)("scrolls")},
        },
        default={"kept": None},
        on_kept_change=lambda: None,
    ).get("kept")
    for drawer in _DRAWERS:
        for name, text in _checked(said, drawer).items():
            # A session that has said something of its own knows better than what the tab remembers from before.
            if name not in _kept(drawer):
                _keep(drawer, name, text)


def token(name: str = RUN) -> str | None:
    """The token of what the tab controls under ``name``, as far as it is known yet."""
    return _kept(_TOKENS).get(name)


def keep_token(value: str, name: str = RUN) -> None:
    """Let the tab remember ``value``. Call it in a callback: the next run of the script sends it to the browser.

    Args:
        value: the token.
        name: small letters and underscores; one thing is controlled under each name.
    """
    _keep(_TOKENS, name, value)


def query_of(page: str) -> dict[str, str]:
    """The query that a page had when it was last in sight, in this tab; empty where it has not been."""
    text = _kept(_QUERIES).get(page, "")
    return dict(parse_qsl(text, keep_blank_values=True)) if text.count("&") < _MOST_PARAMETERS else {}


def keep_query(page: str, query: Mapping[str, str]) -> None:
    """Let the tab remember the query of a page, for :func:`query_of`."""
    _keep(_QUERIES, page, urlencode(query))


def _keep(drawer: str, name: str, text: str) -> None:
    st.session_state[_place(drawer)] = {**_kept(drawer), name: text}


def _kept(drawer: str) -> dict[str, str]:
    return st.session_state.get(_place(drawer), {})


def _place(drawer: str) -> str:
    return f"tab_{drawer}"


def _checked(said: object, drawer: str) -> dict[str, str]:
    """What a browser says may be anything."""
    table = cast(dict[object, object], said).get(drawer) if isinstance(said, dict) else None
    if not isinstance(table, dict) or len(cast(dict[object, object], table)) > _MOST:
        return {}
    return {
        name: text
        for name, text in cast(dict[object, object], table).items()
        if isinstance(name, str)
        and isinstance(text, str)
        and _NAME.fullmatch(name)
        and _DRAWERS[drawer].fullmatch(text)
    }
