"""Headings below a page's title: real ones, so that who listens to a page, or prints it, finds its parts."""

from html import escape
from typing import Any

import streamlit as st


def heading(title: str, lead: str = "", *, level: int = 2, width: Any = "stretch") -> None:
    """Draw a heading, with a sentence behind it in the same line where there is one.

    Streamlit's own would carry a link to itself and be as large as the page's title.

    Args:
        title: plain text.
        lead: plain text.
        level: 2 for a part of the page, 3 for what belongs to the part before. The page's title alone is of level 1.
        width: "content" where something stands beside it.
    """
    sentence = f" <p>{escape(lead, quote=False)}</p>" if lead else ""
    st.html(f'<div class="heading"><h{level}>{escape(title, quote=False)}</h{level}>{sentence}</div>', width=width)
