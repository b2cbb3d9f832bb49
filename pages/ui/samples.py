"""A few images of a run's data set, to look at while it trains, and the page's own copy of its network."""

from dataclasses import replace
from typing import Any

import streamlit as st
from numpy.typing import NDArray

from cnn.config import ExperimentConfig
from cnn.errors import PlaygroundError
from cnn.network import Network
from cnn.options import options_of
from cnn.training import Prepared, TrainingState, build_network, prepare, with_head

Array = NDArray[Any]

_SIZE = 300  # images: enough that each class has some; the whole set would take seconds to make
PROBE = 32  # images that statistics are taken of
_NETWORK = "train_network"


def samples(config: ExperimentConfig) -> Prepared:
    """A small part of the data set of ``config``, the reader's own digits included, without noise or augmentation.

    Raises:
        DataError: the images cannot be had.
    """
    source: Any = config.data.source
    if any(one.name == "size" for one in options_of(source)):
        source = replace(source, size=min(_SIZE, source.size))
    data = replace(config.data, source=source, label_noise=0.0, validation=0.0)
    return prepare(replace(config, data=data))


def classes_of(config: ExperimentConfig) -> int | None:
    """How many classes the data have; None where they are not there."""
    try:
        return len(samples(config).class_names)
    except PlaygroundError:
        return None


def fitted(config: ExperimentConfig) -> ExperimentConfig:
    """The configuration with the network that is really trained: as many outputs as its data have classes.

    As it is, where the data are not there.
    """
    classes = classes_of(config)
    return config if classes is None else with_head(config, classes)


def sample_of(data: Prepared, label: int) -> Array:
    """The first image (1, 1, 28, 28) of a class; of all images, where the class has none."""
    return data.images[[(data.labels == label).argmax()]]


def network_at(config: ExperimentConfig, state: TrainingState | None, classes: int) -> Network:
    """This session's network with the weights of ``state``; the initial ones where there is no state yet.

    One network is kept for a session and given new weights again and again: building takes longer than the rest.

    Raises:
        ShapeError: the layers of ``config`` cannot be built.
    """
    key = ExperimentConfig(layers=config.layers, seed=config.seed).canonical(), classes, state is None
    kept = st.session_state.get(_NETWORK)
    if kept is None or kept[0] != key:
        kept = st.session_state[_NETWORK] = key, build_network(config, classes)
    network: Network = kept[1]
    if state is not None:
        network.parameters[:] = state.parameters
        network.load_buffers(state.buffers)
    return network
