"""The plan of a network before it exists: shapes, parameters and costs of each layer, errors where they arise.

Nothing is allocated here, so that a page can show the table while a person is still typing, and a network of a billion
parameters is refused before it takes any memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from cnn.activations import ACTIVATIONS, Activation, ReLU
from cnn.errors import ConfigError, PlaygroundError, ShapeError
from cnn.initializers import Initializer
from cnn.layers.activation import ActivationLayer
from cnn.layers.base import LAYERS, Layer, Shape
from cnn.layers.funnel import FReLU
from cnn.layers.weighted import WeightedLayer
from cnn.options import plain

MAX_LAYERS = 64
MAX_PARAMETERS = 2_000_000  # they travel to the worker and back with every slice of training
MAX_MULTIPLY_ADDS = 50_000_000  # of one image forward: a batch of 64 then takes about a second to train on
MAX_ELEMENTS = 64_000_000  # numbers kept for the images that are trained on at once: 256 MB in float32
MICRO_BATCH = 64  # images at a time in training: what is kept for backward outgrows the cache anyway
INFERENCE_BATCH = 32  # images at a time in inference: their maps still fit into a core's cache


@dataclass(frozen=True)
class LayerRow:
    """One line of the table.

    Attributes:
        index: place in the list of layers.
        kind: registered name ("conv2d", "relu").
        in_shape, out_shape: shapes for one image; None where they are not known because of an error at or before here.
        parameters: how many numbers training changes.
        multiply_adds: of one forward pass of one image.
        remainder: rows and columns of the input that no window reads.
        initializer: the one in use, also where the option says "auto".
        error: why the layer cannot stand here, or at the end.
    """

    index: int
    kind: str
    in_shape: Shape | None = None
    out_shape: Shape | None = None
    parameters: int = 0
    multiply_adds: int = 0
    remainder: tuple[int, int] = (0, 0)
    initializer: Initializer | None = None
    error: PlaygroundError | None = None


def outline(
    layers: Sequence[Layer | Activation],
    input_shape: Shape = (1, 28, 28),
    batch_size: int = MICRO_BATCH,
    classes: int | None = None,
) -> list[LayerRow]:
    """A row per layer, never an exception: after the first impossible layer the shapes are None.

    Args:
        layers: layers and activations.
        input_shape: of one image.
        batch_size: matters for the memory of networks with batch statistics, which cannot split a batch.
        classes: of the data; the last layer is in error unless it makes one number for each. None: any output will do.
    """
    shape: Shape | None = tuple(input_shape)
    rows: list[LayerRow] = []
    elements = 0
    prepared = prepare(layers)
    at_once = images_at_once(prepared, batch_size)
    for index, layer in enumerate(prepared):
        if shape is None:
            rows.append(LayerRow(index, kind_of(layer)))
            continue
        row, needed = _row(index, layer, shape)
        elements += at_once * needed
        row = row if row.error else replace(row, error=_over_limit([*rows, row], elements))
        rows.append(row)
        shape = None if row.error else row.out_shape
    if rows and shape is not None and classes is not None and shape != (classes,):
        rows[-1] = replace(rows[-1], error=_misfit(shape, classes))
    return rows


def images_at_once(layers: Sequence[Layer], batch_size: int) -> int:
    """How many images of a batch go through the network together: all of them where they depend on each other."""
    return batch_size if any(layer.batch_statistics for layer in layers) else min(batch_size, MICRO_BATCH)


def check(layers: Sequence[Layer | Activation], input_shape: Sequence[int]) -> Shape:
    """The shape of one input of a network that can be built.

    Raises:
        ConfigError: no list of layers and activations.
        ShapeError: no layers, no sensible input, or the first error of a layer.
    """
    _check_are_layers(layers)
    if not layers:
        raise ShapeError("layers.no_layers")
    shape = _sizes(input_shape)
    for row in outline(layers, shape):
        if row.error:
            raise row.error
    return shape


def _check_are_layers(layers: object) -> None:
    """Raise :class:`ConfigError` unless these are a list of layers and activations."""
    if not isinstance(layers, list | tuple):
        raise ConfigError("config.layers_not_a_list", got=layers)
    for layer in cast(Sequence[object], layers):
        if not isinstance(layer, Layer | Activation):  # a class instead of an instance, say
            raise ConfigError("config.not_a_layer", got=layer, choices=", ".join((*LAYERS, *ACTIVATIONS)))


def _sizes(input_shape: Sequence[int]) -> Shape:
    """An input's shape as plain numbers.

    Raises:
        ShapeError: neither an image's nor a vector's.
    """
    sizes = tuple(plain(size) for size in input_shape) if isinstance(input_shape, list | tuple) else ()
    if len(sizes) not in (1, 3) or not all(type(size) is int and size > 0 for size in sizes):
        raise ShapeError("layers.bad_input_shape", shape=input_shape)
    return sizes


def prepare(layers: Sequence[Layer | Activation]) -> list[Layer]:
    """Copies of the layers, not built yet; activations become layers, and each learns which activation follows it."""
    prepared = [ActivationLayer(one) if isinstance(one, Activation) else replace(one) for one in layers]
    following: Activation | None = None
    for layer in reversed(prepared):
        layer.followed_by = following
        if isinstance(layer, ActivationLayer):
            following = layer.activation
        elif isinstance(layer, FReLU):
            following = ReLU()  # the same family: He's initialisation suits both
        elif isinstance(layer, WeightedLayer):
            following = None
    return prepared


def kind_of(layer: Layer) -> str:
    """The registered name of a layer, or of the activation inside it."""
    return ACTIVATIONS.name_of(layer.activation) if isinstance(layer, ActivationLayer) else LAYERS.name_of(layer)


def count(shape: Shape) -> int:
    """Numbers in an array of ``shape``, without overflow."""
    return int(np.prod(shape, dtype=object))


def _row(index: int, layer: Layer, shape: Shape) -> tuple[LayerRow, int]:
    """The row of a layer on ``shape``, and how many numbers it keeps for one image."""
    row = LayerRow(
        index,
        kind_of(layer),
        shape,
        initializer=layer.chosen_initializer() if isinstance(layer, WeightedLayer) else None,
    )
    try:
        out_shape = layer.infer(shape)
        parameters = sum(count(one) for one in layer.parameter_shapes(shape).values())
        costs = layer.multiply_adds(shape), layer.remainder(shape), layer.work_elements(shape)
    except PlaygroundError as error:
        return replace(row, error=error), 0
    multiply_adds, remainder, elements = costs
    row = replace(row, out_shape=out_shape, parameters=parameters, multiply_adds=multiply_adds, remainder=remainder)
    return row, elements


def _misfit(shape: Shape, classes: int) -> ShapeError:
    """Why outputs of ``shape`` are not one number for each of ``classes``."""
    if len(shape) > 1:
        code = "layers.unflattened" if count(shape) == classes else "layers.ends_in_maps"
        return ShapeError(code, shape=" × ".join(map(str, shape)), classes=classes)
    return ShapeError("layers.wrong_outputs", got=count(shape), classes=classes)


def _over_limit(rows: list[LayerRow], elements: int) -> ShapeError | None:
    """The limit that the network exceeds up to the last of ``rows``, if any."""
    parameters, multiply_adds = sum(row.parameters for row in rows), sum(row.multiply_adds for row in rows)
    for code, got, limit in (
        ("too_many_layers", len(rows), MAX_LAYERS),
        ("too_many_parameters", parameters, MAX_PARAMETERS),
        ("too_many_multiply_adds", multiply_adds, MAX_MULTIPLY_ADDS),
        ("too_much_memory", elements, MAX_ELEMENTS),
    ):
        if got > limit:
            return ShapeError(f"layers.{code}", got=f"{got:,}", limit=f"{limit:,}")
    return None
