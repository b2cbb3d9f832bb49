"""What the server and the browser's tab tell each other on every page: the language, and which runs the tab controls.

A refresh of the browser is a new session for the server. The tokens that control a run or a race are therefore kept in
the tab's own sessionStorage, never in the URL: who is given a link may look, but only the tab that started a run steers
it.
"""

import re
from pathlib import Path
from typing import cast

import streamlit as st
from streamlit.components.v2 import component

RUN = "run"  # the name of the Train page's token
_TOKENS, _TOLD = "tab_tokens", "tab_told"
_KEY = "tab"
_NAME, _TOKEN = re.compile(r"[a-z_]{1,40}"), re.compile(r"[A-Za-z0-9_-]{1,128}")
_MOST = 20  # tokens
_component = component("tab", js=Path(__file__).with_name("tab.js").read_text(encoding="utf-8"))


def tell_tab(language: str) -> None:
    """Draw the invisible component that sets ``<html lang>`` and hands the tokens back and forth."""
    said = _component(
        key=_KEY,
        data={"language": language, "tokens": _tokens()},
        default={"tokens": None},
        on_tokens_change=lambda: None,
    ).get("tokens")
    # A session that has started a run of its own knows better than what the tab remembers from before.
    news = {name: value for name, value in _checked(said).items() if token(name) is None}
    for name, value in news.items():
        keep_token(value, name)
    st.session_state[_TOLD] = bool(news)


def has_just_told() -> bool:
    """Whether the script runs because the tab has told its tokens: to the reader it is still the run before."""
    return st.session_state.get(_TOLD, False)


def token(name: str = RUN) -> str | None:
    """The token of what the tab controls under ``name``, as far as it is known yet."""
    return _tokens().get(name)


def keep_token(value: str, name: str = RUN) -> None:
    """Let the tab remember ``value``. Call it in a callback: the next run of the script sends it to the browser.

    Args:
        value: the token.
        name: small letters and underscores; one thing is controlled under each name.
    """
    st.session_state[_TOKENS] = {**_tokens(), name: value}


def _tokens() -> dict[str, str]:
    return st.session_state.get(_TOKENS, {})


def _checked(said: object) -> dict[str, str]:
    """What a browser says may be anything."""
    if not isinstance(said, dict) or len(cast(dict[object, object], said)) > _MOST:
        return {}
    return {
        name: value
        for name, value in cast(dict[object, object], said).items()
        if isinstance(name, str) and isinstance(value, str) and _NAME.fullmatch(name) and _TOKEN.fullmatch(value)
    }
