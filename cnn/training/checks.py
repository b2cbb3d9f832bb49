"""What a trainer is given by hand, checked once: numbers, parts and data; what is wrong gets a sentence."""

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn.errors import ConfigError, DataError, ShapeError
from cnn.inputs import pictures, targets
from cnn.network import Network
from cnn.options import Option, plain
from cnn.training.state import TrainingState

Array = NDArray[Any]
T = TypeVar("T")

_OWNER = "Trainer"
_CHUNK = 1024  # images that are converted at once
_NUMBERS = {
    one.name: one
    for one in (
        Option("batch_size", "int", None, low=1),
        Option("seed", "int", None, low=0),
        Option("weight_decay", "float", None, low=0),
        Option("epochs", "int", None, low=1),
        Option("early_stopping", "int", None, low=0),
        Option("steps", "int", None, low=0),
        Option("validate_every", "int", None, low=1),
    )
}


def number(name: str, value: Any, *, low: int | None = None) -> Any:
    """The number called ``name``, NumPy's as Python's.

    Args:
        name: as the trainer calls it.
        value: what was given.
        low: the least that it may be, where it is not the usual.

    Raises:
        ConfigError: it is no such number, or too small.
    """
    option, value = _NUMBERS[name], plain(value)
    option = option if low is None else Option(name, option.kind, None, low=low)
    option.check(_OWNER, value)
    return value


def part(name: str, value: object, kind: type[T]) -> T:
    """The optimizer, the loss … given for ``name``.

    Raises:
        ConfigError: it is something else; a class that was not called, say.
    """
    if not isinstance(value, kind):
        raise ConfigError("options.wrong_type", family=_OWNER, option=name, got=value, expected=kind.__name__)
    return value


def data(network: Network, images: ArrayLike, labels: Any) -> tuple[Array, Array]:
    """Images and targets as ``network`` can be trained on.

    Raises:
        ShapeError: the network ends in maps; images or targets have another shape.
        DataError: no images, not one target for each, or values that cannot be meant.
    """
    if len(network.output_shape) != 1:
        raise ShapeError("engine.not_a_vector", shape=network.output_shape)
    images = pictures(images, network.input_shape)
    if hasattr(labels, "__len__") and len(labels) != len(images):
        raise DataError("training.labels_mismatch", images=len(images), labels=len(labels))
    return compact(images), targets(labels, len(images), network.output_shape[0])


def held_out(network: Network, validation: Any) -> tuple[Array, Array] | None:
    """The images and targets of ``validation``; None where there are none.

    Raises:
        ConfigError: no pair.
        ShapeError, DataError: as :func:`data`.
    """
    if validation is None:
        return None
    if not isinstance(validation, tuple | list) or len(validation) != 2:
        raise ConfigError("engine.not_a_pair", family=_OWNER, option="validation", got=type(validation).__name__)
    images, labels = validation
    if hasattr(images, "__len__") and hasattr(labels, "__len__") and len(images) == len(labels) == 0:
        return None
    return data(network, images, labels)


def state(given: TrainingState, network: Network, slots: Mapping[str, Array]) -> None:
    """Whether a trainer with this network, and an optimizer with these ``slots``, can go on from a state.

    Raises:
        DataError: it is another network's or another optimizer's.
    """
    if given.parameters.shape != network.parameters.shape:
        raise DataError("training.state_mismatch", got=given.parameters.size, expected=network.parameters.size)
    for code, got, expected in (
        ("training.state_buffers", given.buffers, network.buffers()),
        ("training.state_slots", given.slots, slots),
    ):
        if {name: array.shape for name, array in got.items()} != {name: one.shape for name, one in expected.items()}:
            raise DataError(code, got=", ".join(got) or "-", expected=", ".join(expected) or "-")


def compact(images: Array) -> Array:
    """Images as uint8 where that loses nothing (a quarter of float32's memory), else as they are.

    Args:
        images: uint8, or float in [0, 1].
    """
    if images.dtype == np.uint8:
        return images
    small = np.empty(images.shape, np.uint8)
    for start in range(0, len(images), _CHUNK):  # in portions: no second copy in float
        part = images[start : start + _CHUNK] * 255
        rounded = np.rint(part)
        if not (np.abs(part - rounded) < 1e-3).all() or rounded.min() < 0 or rounded.max() > 255:
            return images
        small[start : start + _CHUNK] = rounded
    return small
