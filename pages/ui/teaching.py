"""The controls beside a drawing: correct the answer, keep digits of one's own, choose who looks, be shown a digit."""

import secrets
from typing import Any

import streamlit as st

from cnn.data.drawings import drawings_to_json
from cnn.errors import DataError
from pages.ui import lesson, my_digits
from pages.ui.drawing import current_drawing, place_digit
from pages.ui.errors import show_error
from pages.ui.language import language
from pages.ui.texts import Texts

DIGITS = tuple(range(10))
_TEACH, _SHOW, _UPLOAD, _REFUSED = "teach", "show_digit", "my_digits_upload", "my_digits_refused"
_TURN = "teaching_turn"
_SAID = "teach_said"  # what a callback has to say: it may draw nothing itself


def correction(texts: Texts) -> None:
    """ "Wrong? It is a …": one click adds the drawing to the reader's own digits."""
    key = _key(_TEACH)
    with st.container(key=_TEACH, width="content"):
        st.pills(texts("teach.label"), DIGITS, key=key, on_change=_teach, args=(key,), width="content")
    if said := st.session_state.pop(_SAID, None):
        st.toast(said)


def digit_menu(texts: Texts) -> None:
    """A menu whose choice is drawn on the pad."""
    key = _key(_SHOW)
    with st.container(key=_SHOW, width=150):
        st.selectbox(
            texts("show.label"),
            ("random", *DIGITS),
            index=None,
            placeholder=texts("show.placeholder"),
            format_func=lambda choice: texts("show.random") if choice == "random" else str(choice),
            key=key,
            on_change=_show,
            args=(key,),
        )


def own_digits(texts: Texts) -> None:
    """How many digits are kept, where, and what can be done with them."""
    kept = my_digits.sync_my_digits()
    digits = my_digits.my_digits()
    count = len(digits)
    with st.popover(texts("teach.popover", n=count), width="content"):
        st.markdown(texts("teach.where"))
        if not kept:
            st.warning(texts("teach.not_kept"))
        with st.container(horizontal=True):
            st.download_button(
                texts("teach.download"),
                data=lambda: drawings_to_json(digits),  # made on the click, outside of this session's thread
                file_name="my-digits.json",
                mime="application/json",
                disabled=count == 0,
                on_click="ignore",
            )
            st.button(texts("teach.clear"), disabled=count == 0, on_click=my_digits.forget_digits, key="forget_digits")
            lesson.train_button("lesson_train_all", texts)
        st.file_uploader(texts("teach.upload"), type="json", key=_UPLOAD, on_change=_upload, max_upload_size=5)
        if _REFUSED in st.session_state:
            show_error(st.session_state[_REFUSED])


def _key(name: str) -> str:
    """The key of a menu that forgets its choice.

    It is new after each choice. A message that leaves the browser before it learns of that still carries the choice,
    and Streamlit calls the callback again: by the old key it is known, and ignored.
    """
    return f"{name}_{st.session_state.get(_TURN, 0)}"


def _choice(name: str, key: str) -> Any:
    """What was chosen; None where the message is an echo of an earlier choice, or nothing was chosen."""
    if key != _key(name):
        return None
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
    return st.session_state[key]


def _teach(key: str) -> None:
    label = _choice(_TEACH, key)
    if label is None:
        return
    words, drawing = Texts("draw", language()), current_drawing()
    if drawing.empty:
        st.session_state[_SAID] = words("teach.draw_first")
        return
    my_digits.add_digit(drawing, label)
    lesson.saved(label)


def _show(key: str) -> None:
    choice = _choice(_SHOW, key)
    if choice is not None:
        place_digit(secrets.choice(DIGITS) if choice == "random" else choice, secrets.randbelow(1_000_000))


def _upload() -> None:
    file = st.session_state[_UPLOAD]
    if file is None:
        return
    try:
        added = my_digits.add_file(file.getvalue())
    except DataError as error:
        st.session_state[_REFUSED] = error
    else:
        st.session_state.pop(_REFUSED, None)
        st.session_state[_SAID] = Texts("draw", language())("teach.added", n=added)
