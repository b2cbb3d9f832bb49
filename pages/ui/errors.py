"""Showing what went wrong, and text that strangers wrote, without letting it act as Markdown."""

import re

import streamlit as st

from cnn.errors import PlaygroundError
from pages.ui.language import language

_LONGEST = 40  # characters of a stranger's text that are shown


def show_error(error: PlaygroundError) -> None:
    """The error's sentence in the reader's language, where the options are."""
    st.error(as_plain(error.sentence(language())))


def as_plain(text: str) -> str:
    """``text`` for a Markdown element, every character standing for itself."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(text.split()))


def as_code(text: str) -> str:
    """``text`` as a Markdown code span: one line, at most 40 characters, nothing in it is interpreted."""
    line = " ".join(text.replace("`", "'").split())
    return f"`{line if len(line) <= _LONGEST else line[: _LONGEST - 1] + '…'}`" if line else "` `"
