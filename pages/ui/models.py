"""The networks that can look at a drawing: shipped, in training in this tab, loaded from a file, or untrained.

One more where the reader has had a network learn their own digits. Which of them looks is said by the URL of Draw.
"""

from dataclasses import dataclass

import streamlit as st

from cnn import shipped
from cnn.config import ExperimentConfig
from cnn.data import DIGIT_NAMES
from cnn.errors import PlaygroundError
from cnn.network import Network
from cnn.options import Configurable, option
from cnn.training import Run
from pages.ui.errors import show_error
from pages.ui.language import language
from pages.ui.menus import menu
from pages.ui.model_files import loaded_model
from pages.ui.runs import current_run, runs, watch
from pages.ui.samples import network_at, samples
from pages.ui.settings import read_settings, write_settings
from pages.ui.tab import keep_token, token
from pages.ui.texts import Texts

SHIPPED, RUN, TAUGHT, LOADED, UNTRAINED = "shipped", "run", "taught", "loaded", "untrained"
_BUILT, _PUPIL = "loaded_network", "taught_pupil"


@dataclass(frozen=True)
class DrawSettings(Configurable):
    """What the URL of Draw says."""

    model: str = option(SHIPPED, choices=(SHIPPED, RUN, TAUGHT, LOADED, UNTRAINED))


@dataclass(frozen=True, eq=False)
class Model:
    """A network, what its outputs mean, and the experiment that made it."""

    network: Network
    classes: tuple[str, ...]
    config: ExperimentConfig


def offered() -> tuple[str, ...]:
    """Names of the models to choose from; one that was taught, or is from a file, only where there is one."""
    return (SHIPPED, RUN, *([TAUGHT] if taught_run() else []), *([LOADED] if loaded_model() else []), UNTRAINED)


def model(name: str) -> Model | None:
    """The model called ``name``; None where it is a run of this tab and there is none with weights yet.

    Raises:
        PlaygroundError: the run's data or network cannot be had.
    """
    if name == RUN:
        return _trained_by(current_run())
    if name == TAUGHT:
        return _trained_by(taught_run()) or st.session_state.get(_PUPIL)
    if name == LOADED:
        return _loaded()
    return _untrained() if name == UNTRAINED else shipped_model()


def taught_run() -> Run | None:
    """The run in which a network of this tab learns, or has learned, the reader's digits."""
    kept = token(TAUGHT)
    return runs().find(kept) if kept else None


def keep_taught_run(run: Run, pupil: Model) -> None:
    """Let the tab keep ``run`` as the one that learns the reader's digits, in place of an earlier one. For callbacks.

    Until it has weights of its own, ``pupil``, from which it goes on, looks in its place.
    """
    earlier = taught_run()
    if earlier is not None:
        earlier.close()
    keep_token(run.token, TAUGHT)
    st.session_state[_PUPIL] = pupil


def _trained_by(run: Run | None) -> Model | None:
    if run is None:
        return None
    watch(run)  # whose network is asked is not forgotten: it trains on while Draw is open
    view = run.snapshot()
    if view.state is None:
        return None
    classes = samples(view.config).class_names
    return Model(network_at(view.config, view.state, len(classes)), classes, view.config)


def _loaded() -> Model | None:
    file = loaded_model()
    if file is None:
        return None
    kept = st.session_state.get(_BUILT)
    if kept is None or kept[0] is not file:
        kept = st.session_state[_BUILT] = file, Model(file.network(), file.class_names, file.config)
    return kept[1]


# One of its own for each session: a network works in arrays that it keeps, which two threads must not share.
@st.cache_resource(scope="session", show_spinner=False)
def shipped_model() -> Model:
    """The network that comes with the app."""
    return Model(shipped.load(), DIGIT_NAMES, _shipped_config())


@st.cache_resource(scope="session", show_spinner=False)
def _untrained() -> Model:
    return Model(Network(shipped.layers()), DIGIT_NAMES, _shipped_config())


def _shipped_config() -> ExperimentConfig:
    return ExperimentConfig(layers=tuple(shipped.layers()))


def chosen_name() -> str:
    """Name of the model that looks on Draw."""
    return read_settings(DrawSettings).model


def choose(name: str) -> None:
    """Let another model look on Draw. For callbacks."""
    write_settings(DrawSettings(name))


def choose_model(texts: Texts) -> None:
    """The menu of the networks that look at the drawing."""
    chosen = chosen_name()
    menu(
        texts("model.label"), tuple(dict.fromkeys((*offered(), chosen))), chosen, "model", choose,
        lambda name: texts(f"model.{name}"), width=150,
    )  # fmt: skip


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
