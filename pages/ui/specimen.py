"""The picture that the pages take apart: the reader's drawing, a sample digit or a small grid of typed numbers.

It is chosen once and follows from page to page; ``?input=`` says it in the URL: ``drawing`` (left out), ``digit-4``, or
the numbers themselves, ``1 2 3; 4 5 6``. Once a page has said it there, the URL is the truth: where that is gone,
the reader went back.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.data import rasterize
from cnn.data.handwriting import write
from cnn.errors import DataError, PlaygroundError
from cnn.explain.matrix import read_matrix, write_matrix
from pages.ui.drawing import current_drawing
from pages.ui.errors import show_error
from pages.ui.language import language
from pages.ui.menus import menu
from pages.ui.texts import Texts
from pages.ui.url import INPUT, current_page

DRAWING, TYPED = "drawing", "typed"
_DIGIT = re.compile(r"digit-([0-9])")
_DIGITS = tuple(f"digit-{digit}" for digit in range(10))
_STAND_IN = _DIGITS[7]
_FIRST_GRID = "0 0 1 1 0 0; 0 1 0 0 1 0; 0 0 0 0 1 0; 0 0 0 1 0 0; 0 0 1 0 0 0; 0 1 1 1 1 0"
_SEED, _VARIATION = 1, 0.6  # of the samples' handwriting: a person's, but a legible one

_CHOSEN, _SAID = "specimen", "specimen_said"  # what ?input= would say; what it was made to say, and on which page
_MENU, _GRID, _REFUSED = "specimen_menu", "specimen_grid", "specimen_refused"


@dataclass(frozen=True, eq=False)
class Specimen:
    """A picture to take apart.

    Attributes:
        picture: (H, W), float64.
        kind: "drawing", "typed", or the sample's name, "digit-4".
        stands_in: whether it is a sample because the reader has not drawn anything yet.
    """

    picture: NDArray[Any]
    kind: str
    stands_in: bool = False

    @property
    def typed(self) -> bool:
        """Whether it is a grid of typed numbers: few enough to be written into the cells."""
        return self.kind == TYPED


def current_specimen() -> Specimen:
    """The picture that was chosen last, on whatever page."""
    chosen = _chosen()
    if chosen == DRAWING:
        drawing = current_drawing()
        if not drawing.empty:
            return Specimen(np.asarray(drawing.picture(), np.float64), DRAWING)
        return Specimen(_sample(_STAND_IN), DRAWING, stands_in=True)
    if chosen in _DIGITS:
        return Specimen(_sample(chosen), chosen)
    return Specimen(read_matrix(chosen), TYPED)


def choose_specimen() -> Specimen:
    """The menu of inputs; what was chosen."""
    words, chosen = Texts("common", language()), _chosen()
    _say(chosen)
    kind = chosen if chosen in (DRAWING, *_DIGITS) else TYPED
    offered = (DRAWING, *_DIGITS, TYPED)
    shown = TYPED if _REFUSED in st.session_state else kind
    menu(
        words("specimen.label"), offered, shown, _MENU, _choose,
        lambda one: words("specimen.digit", digit=one[-1]) if one in _DIGITS else words(f"specimen.{one}"),
    )  # fmt: skip
    if shown == TYPED:
        _type_grid(chosen, words)
    specimen = current_specimen()
    if specimen.stands_in:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(words("specimen.none_yet"), width="content")
            st.page_link("pages/draw.py", label=words("specimen.draw"), width="content")
    return specimen


def _type_grid(chosen: str, words: Texts) -> None:
    """The field for a grid. A text that is refused stays in it, and the grid before it stays the input."""
    refused = st.session_state.get(_REFUSED)
    text = st.session_state[_GRID] = refused[0] if refused else chosen.replace("; ", "\n")
    st.text_area(words("specimen.grid"), text, key=_GRID, on_change=_read_grid, height=170)
    if refused:
        show_error(refused[1])


def _choose(kind: str) -> None:
    st.session_state.pop(_REFUSED, None)
    _say(_FIRST_GRID if kind == TYPED else kind)


def _read_grid() -> None:
    text = st.session_state[_GRID]
    try:
        _say(write_matrix(read_matrix(text)))
    except PlaygroundError as error:
        st.session_state[_REFUSED] = text, error
    else:
        st.session_state.pop(_REFUSED, None)


def _chosen() -> str:
    """What the URL says, if it is any input, else what was chosen before, on another page."""
    asked = st.query_params.get(INPUT)
    known = st.session_state.get(_CHOSEN, DRAWING)
    if asked is None:
        return known if st.session_state.get(_SAID, (None, DRAWING)) != (current_page(), known) else DRAWING
    if asked == known:
        return known
    if asked == DRAWING or _DIGIT.fullmatch(asked):
        return asked
    try:
        return write_matrix(read_matrix(asked))
    except DataError:
        return known  # the URL is anyone's: _say corrects it


def _say(chosen: str) -> None:
    st.session_state[_CHOSEN] = chosen
    st.session_state[_SAID] = current_page(), chosen
    if chosen == DRAWING:
        st.query_params.pop(INPUT, None)
    elif st.query_params.get(INPUT) != chosen:
        st.query_params[INPUT] = chosen


@cache
def _sample(name: str) -> NDArray[np.float64]:
    picture = np.asarray(rasterize(write(int(name[-1]), _SEED, _VARIATION)), np.float64)
    picture.setflags(write=False)
    return picture
