"""The reader's language: the browser's until they choose one; a choice goes into the URL and stays with the session."""

import streamlit as st

from cnn.errors import LANGUAGES

PARAMETER = "lang"
NAMES = {"en": "EN", "ja": "日本語"}
_CHOSEN = "chosen_language"
_SWITCH = "language"


def language() -> str:
    """ "en" or "ja": what the URL says, else what was chosen before, else what the browser prefers."""
    asked = st.query_params.get(PARAMETER)
    if asked in LANGUAGES:
        st.session_state[_CHOSEN] = asked
    if _CHOSEN in st.session_state:
        return st.session_state[_CHOSEN]
    locale = (st.context.locale or "").lower()
    return "ja" if locale.startswith("ja") else "en"


def language_switch(label: str) -> None:
    """Draw the switch and keep the URL telling the language that was chosen (a navigation click drops the query)."""
    spoken = st.session_state[_SWITCH] = language()
    st.segmented_control(
        label,
        LANGUAGES,
        default=spoken,
        format_func=NAMES.__getitem__,
        key=_SWITCH,
        required=True,
        on_change=_choose,
        label_visibility="collapsed",
    )
    if _CHOSEN in st.session_state and st.query_params.get(PARAMETER) != st.session_state[_CHOSEN]:
        st.query_params[PARAMETER] = st.session_state[_CHOSEN]


def _choose() -> None:
    st.session_state[_CHOSEN] = st.query_params[PARAMETER] = st.session_state[_SWITCH]
