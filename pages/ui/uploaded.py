"""A look at uploaded images before a network is trained on them: samples, classes, what was done, what is odd."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st
from numpy.typing import NDArray

from cnn.data import remedies, store
from cnn.data.labels import shortened
from cnn.data.origin import Origin
from cnn.data.sources import Stored
from cnn.errors import DataError
from pages.ui.errors import as_plain, show_error
from pages.ui.language import language
from pages.ui.live import Shown, show_pictures
from pages.ui.texts import Texts
from pages.ui.url import read_config, write_config

Draw = Callable[[NDArray[Any]], Shown]  # from an image (28, 28) to a picture
_SIDE = 42  # CSS pixels of a sample
_LONGEST_NAME = 8  # characters of a class under a sample
_REFUSED = "remedy_refused"


@dataclass(frozen=True, eq=False)
class _Look:
    """What is kept of a data set for showing it."""

    count: int
    overview: remedies.Overview
    samples: NDArray[Any]  # (n, 28, 28)
    labels: NDArray[Any]  # (n,)
    origin: Origin | None


@st.cache_resource(max_entries=100, show_spinner=False)
def _look(key: str, _filename: str = "") -> _Look:
    dataset = store.get(key, _filename)
    found = remedies.overview(dataset)
    return _Look(len(dataset), found, dataset.images[found.samples, 0], dataset.labels[found.samples], dataset.origin)


def is_odd(source: Stored) -> bool:
    """Whether something about these images should be looked at; where they cannot be had that is said elsewhere."""
    try:
        return bool(_look(source.key, source.filename).overview.findings)
    except DataError:
        return False


def show_uploaded(source: Stored, draw: Draw) -> None:
    """What is in the data set, what was done to it, and a button for each thing that can be put right."""
    words = Texts("upload", language())
    try:
        look = _look(source.key, source.filename)
    except DataError as error:
        show_error(error)
        return
    found, origin = look.overview, look.origin
    numbers = {"n": f"{look.count:,}", "classes": sum(count > 0 for count in found.counts)}
    if origin is None:
        st.markdown(words("now", **numbers))
    else:
        span = {"low": f"{origin.low:.4g}", "high": f"{origin.high:.4g}"}
        st.markdown(words("seen", **numbers, **span, height=origin.height, width=origin.width))
        _tell_done(origin, span, words)
    for name in found.findings:
        _offer(name, source, words(f"odd.{name}", n=f"{found.blank:,}"), words)
    if refused := st.session_state.pop(_REFUSED, None):
        show_error(refused)
    st.caption(words("samples", n=len(look.samples)))
    names = shortened(found.class_names, _LONGEST_NAME)
    pictures = [(names[label], draw(image)) for label, image in zip(look.labels, look.samples, strict=True)]
    with st.container(key="uploaded_samples"):
        show_pictures(pictures, _SIDE, scale=False)
    counts = [
        words("count", name=as_plain(name), n=f"{count:,}")
        for name, count in zip(found.class_names, found.counts, strict=True)
    ]
    st.caption(words("counts", counts=" · ".join(counts)))


def _tell_done(origin: Origin, span: dict[str, str], words: Texts) -> None:
    if origin.steps:
        lines = [words(f"done.{step}", **span) for step in origin.steps]
        st.caption("\n".join([words("done.title"), *(f"- {line}" for line in lines)]))


def _offer(name: str, source: Stored, sentence: str, words: Texts) -> None:
    with st.container(key=f"remedy_box_{name}"):
        st.warning(sentence, icon=":material/warning:")
        st.button(
            words(f"remedy.{name}"), key=f"remedy_{name}", type="primary", on_click=_put_right, args=(name, source)
        )


def _put_right(name: str, source: Stored) -> None:
    """Keep the data set with one thing put right, and let the URL name that one."""
    try:
        key = store.put(remedies.remedied(store.get(source.key, source.filename), name))
    except DataError as error:
        st.session_state[_REFUSED] = error
        return
    config = read_config()
    write_config(replace(config, data=replace(config.data, source=replace(source, key=key))))
