"""The answer in large type, and how sure the network is of each class: one small block of HTML, cheap to replace."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.ui.texts import Texts

_STYLE = Path(__file__).with_name("draw.css")
_SURE = 0.5  # below this share the answer is put as a guess
_LEAST = 0.001  # smaller shares are not told apart
_MOST_BARS, _LIKELIEST = 20, 10  # of more classes than these, only so many have a bar
_SHORT = 2  # characters of a class name that still fits where a digit stands


def recognition_html(
    probabilities: NDArray[np.float32] | None, names: Sequence[str], texts: Texts, quiet: bool = False
) -> str:
    """The block for ``probabilities`` (K,), or the same block waiting where there is nothing to recognise (None).

    The first digit in its text is the answer; while it waits there is no digit in its text. Those who listen are told
    of each new answer, unless ``quiet``.
    """
    bars = "".join(_bar(name, share) for name, share in _shares(probabilities, names))
    if probabilities is None:
        answer = f'<p class="lead">{texts("answer.waiting")}</p><div class="answer">?</div><p class="sure">&nbsp;</p>'
        told = _told(answer, quiet)
        return f'<div class="recognition waiting">{told}<div class="bars" aria-hidden="true">{bars}</div></div>'
    best = int(probabilities.argmax())
    lead = texts("answer.is" if probabilities[best] >= _SURE else "answer.perhaps")
    size = "" if len(names[best]) <= _SHORT else " long"
    answer = (
        f'<p class="lead">{lead}</p><div class="answer{size}">{escape(names[best])}</div>'
        f'<p class="sure">{share_text(float(probabilities[best]))}</p>'
    )
    return f'<div class="recognition">{_told(answer, quiet)}<div class="bars">{bars}</div></div>'


def _told(inner: str, quiet: bool) -> str:
    role = "" if quiet else ' role="status"'
    return f'<div class="told"{role}>{inner}</div>'


def _shares(probabilities: NDArray[np.float32] | None, names: Sequence[str]) -> list[tuple[str, float | None]]:
    """Name and share of each class; of very many the likeliest only, which have no names before there is an answer."""
    many = len(names) > _MOST_BARS
    if probabilities is None:
        return [("", None)] * _LIKELIEST if many else [(name, None) for name in names]
    shares: list[tuple[str, float | None]] = [
        (name, float(one)) for name, one in zip(names, probabilities, strict=True)
    ]
    return [shares[place] for place in np.argsort(-probabilities, kind="stable")[:_LIKELIEST]] if many else shares


def _bar(name: str, share: float | None) -> str:
    """One class. Its name is set by the style sheet while there is no answer, so that it is no text."""
    label = escape(name, quote=True)
    if share is None:
        return f'<div class="bar"><b data-name="{label}"></b><i></i><span></span></div>'
    weight = " best" if share >= _SURE else " least" if share < _LEAST else ""
    percent = share_text(share)
    return f'<div class="bar{weight}"><b>{label}</b><i style="--share:{share:.4f}"></i><span>{percent}</span></div>'


def share_text(share: float) -> str:
    """A probability as the page writes it. Never 100 % or 0 %, which no softmax says."""
    return f"&lt;{_LEAST:.1%}" if share < _LEAST else f"{min(share, 1 - _LEAST):.1%}"


def recognition_style() -> None:
    """The style sheet of the block: once per page."""
    st.html(_STYLE)
