"""The end of a network: one output for each class of the data, and what is missing where that is not so."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cnn.activations import Activation, Softmax
from cnn.layers.base import Layer, Shape
from cnn.layers.linear import Linear
from cnn.layers.reshape import Flatten
from cnn.outline import MICRO_BATCH, count, outline

Layers = tuple[Layer | Activation, ...]


@dataclass(frozen=True)
class Missing:
    """Layers that make the outputs fit.

    Attributes:
        layers: those that are missing, in order.
        completed: the whole network with them.
    """

    layers: Layers
    completed: Layers


def sized(layers: Sequence[Layer | Activation], classes: int) -> Layers:
    """The layers, the last ``Linear`` among them with a unit for each class."""
    fitted = list(layers)
    for place, layer in reversed(list(enumerate(fitted))):
        if isinstance(layer, Linear):
            fitted[place] = replace(layer, units=classes)
            break
    return tuple(fitted)


def missing(
    layers: Sequence[Layer | Activation],
    classes: int,
    input_shape: Shape = (1, 28, 28),
    batch_size: int = MICRO_BATCH,
) -> Missing | None:
    """What has to be added to layers that fit together, but do not end in one number for each class.

    A ``Flatten`` where the network ends in maps, and a ``Linear`` where even these are not as many numbers; both before
    a final softmax. None where nothing is missing, or where even that would not make a network within the limits.
    """
    place = len(layers) - 1 if layers and isinstance(layers[-1], Softmax) else len(layers)
    before = outline(layers[:place], input_shape, batch_size)
    shape = before[-1].out_shape if before else input_shape
    if shape is None or shape == (classes,):
        return None
    flattening: Layers = (Flatten(),) if len(shape) > 1 else ()
    added: Layers = flattening if count(shape) == classes else (*flattening, Linear(classes))
    completed = (*layers[:place], *added, *layers[place:])
    if any(row.error for row in outline(completed, input_shape, batch_size, classes)):
        return None
    return Missing(added, completed)
