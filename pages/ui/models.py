"""The networks that can look at a drawing: shipped, in training in this tab, loaded from a file, or untrained."""

from dataclasses import dataclass

import streamlit as st

from cnn import shipped
from cnn.data import DIGIT_NAMES
from cnn.errors import PlaygroundError
from cnn.network import Network
from pages.ui.errors import show_error
from pages.ui.language import language
from pages.ui.model_files import loaded_model
from pages.ui.runs import current_run, watch
from pages.ui.samples import network_at, samples
from pages.ui.texts import Texts

SHIPPED, RUN, LOADED, UNTRAINED = "shipped", "run", "loaded", "untrained"
_BUILT = "loaded_network"


@dataclass(frozen=True, eq=False)
class Model:
    """A network and what its outputs mean."""

    network: Network
    classes: tuple[str, ...]


def offered() -> tuple[str, ...]:
    """Names of the models to choose from; one from a file only where this session has loaded it."""
    return (SHIPPED, RUN, *([LOADED] if loaded_model() else []), UNTRAINED)


def model(name: str) -> Model | None:
    """The model called ``name``; None where it is this tab's run and there is none with weights yet.

    Raises:
        PlaygroundError: the run's data or network cannot be had.
    """
    if name == RUN:
        return _run()
    if name == LOADED:
        return _loaded()
    return _untrained() if name == UNTRAINED else shipped_model()


def _run() -> Model | None:
    run = current_run()
    if run is None:
        return None
    watch(run)  # whose network is asked is not forgotten: it trains on while Draw is open
    view = run.snapshot()
    if view.state is None:
        return None
    classes = samples(view.config).class_names
    return Model(network_at(view.config, view.state, len(classes)), classes)


def _loaded() -> Model | None:
    file = loaded_model()
    if file is None:
        return None
    kept = st.session_state.get(_BUILT)
    if kept is None or kept[0] is not file:
        kept = st.session_state[_BUILT] = file, Model(file.network(), file.class_names)
    return kept[1]


# One of its own for each session: a network works in arrays that it keeps, which two threads must not share.
@st.cache_resource(scope="session", show_spinner=False)
def shipped_model() -> Model:
    """The network that comes with the app."""
    return Model(shipped.load(), DIGIT_NAMES)


@st.cache_resource(scope="session", show_spinner=False)
def _untrained() -> Model:
    return Model(Network(shipped.layers()), DIGIT_NAMES)


def usable(name: str) -> Model:
    """The model called ``name``; the shipped one, and a sentence why, where that one cannot be had."""
    try:
        chosen = model(name)
    except PlaygroundError as error:
        show_error(error)
        return shipped_model()
    if chosen is None:
        st.info(Texts("common", language())("no_such_model"))
    return chosen or shipped_model()
