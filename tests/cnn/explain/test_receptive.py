"""Receptive fields against brute force: change one pixel of the picture and see which cells notice."""

import numpy as np
import pytest

from cnn.activations import ReLU
from cnn.explain.receptive import ReceptiveField, receptive_fields
from cnn.layers import (
    LAYERS,
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    FReLU,
    InstanceNorm2d,
    LayerNorm,
    Linear,
    MaxPool2d,
)
from cnn.layers.base import Array
from cnn.network import Network

SIDE = 11
STACKS = {
    "conv pool conv": [Conv2d(3, 3), ReLU(), MaxPool2d(2), Conv2d(3, 3, padding="valid")],
    "strides and padding": [Conv2d(3, 3, stride=2, padding=1), AvgPool2d(3, stride=2, padding=1)],
    "even kernel, same": [Conv2d(3, 4), BatchNorm2d(), Conv2d(2, 2, stride=2)],
    "overlapping pools": [MaxPool2d(3, stride=1), MaxPool2d(3, stride=2)],
    "vectors": [Conv2d(2, 3, stride=2), Flatten(), Dropout(), Linear(5), ReLU(), Linear(3)],
    "funnel": [FReLU(), MaxPool2d(2)],
    "instance norm": [Conv2d(2, 3), InstanceNorm2d(), MaxPool2d(2)],
    "layer norm": [Conv2d(2, 3), LayerNorm()],
}


def noticing(network: Network, image: Array) -> list[Array]:
    """For each layer a table (rows, columns of the picture, *its output): does the output notice the pixel?"""
    before = record(network, image)
    tables = [np.zeros((*image.shape[1:], *output.shape), bool) for output in before]
    for row, column in np.ndindex(*image.shape[1:]):
        for change in (30.0, -30.0):  # a maximum notices only what is larger than the others
            changed = image.copy()
            changed[:, row, column] += change
            for table, output, old in zip(tables, record(network, changed), before, strict=True):
                table[row, column] |= np.abs(output - old) > 1e-9
    return tables


def record(network: Network, image: Array) -> list[Array]:
    with network.recording() as tape:
        network.forward(image[None])
    return [output[0] for output in tape.outputs]


def around(noticed: Array) -> tuple[slice, slice]:
    """The rectangle around the pixels that were noticed."""
    rows, columns = np.nonzero(noticed)
    return slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)


@pytest.mark.parametrize("name", STACKS)
def test_a_cell_sees_the_rectangle_of_pixels_that_it_notices(name: str):
    network = Network(STACKS[name], (1, SIDE, SIDE), seed=1, dtype=np.float64)
    rng = np.random.default_rng(0)
    network.parameters[:] = 0.2 + rng.random(network.parameters.size)  # positive: no two ways of a pixel cancel out
    tables = noticing(network, 50 + rng.random((1, SIDE, SIDE)))
    fields = receptive_fields(network.layers, network.input_shape)
    assert len(fields) == len(network.layers)
    for layer, field, table in zip(network.layers, fields, tables, strict=True):
        if table.ndim == 3:
            for unit in range(table.shape[2]):
                assert field.rectangle((unit, 0), (SIDE, SIDE)) == around(table[..., unit]), (layer, unit)
        else:
            for cell in np.ndindex(*table.shape[3:]):
                noticed = table[..., cell[0], cell[1]].any(axis=-1)
                assert field.rectangle((cell[0], cell[1]), (SIDE, SIDE)) == around(noticed), (layer, cell)


@pytest.mark.parametrize("name", [name for name in LAYERS if name not in ("flatten", "linear")])
def test_no_registered_layer_sees_more_than_its_field(name: str):
    """A new kind of layer that looks around itself has to be made known to receptive_fields."""
    network = Network([LAYERS[name]()], (4, SIDE, SIDE), seed=1, dtype=np.float64)
    (table,) = noticing(network, np.random.default_rng(0).normal(size=(4, SIDE, SIDE)))
    (field,) = receptive_fields(network.layers, network.input_shape)
    for row, column in np.ndindex(*network.output_shape[1:]):
        outside = table[..., row, column].any(axis=-1)
        outside[field.rectangle((row, column), (SIDE, SIDE))] = False
        assert not outside.any(), (row, column)


def test_the_field_grows_as_in_the_formula():
    layers = Network([Conv2d(1, 5), MaxPool2d(2), Conv2d(1, 5)]).layers
    last = receptive_fields(layers, (1, 28, 28))[-1]
    assert last == ReceptiveField(start=(-6, -6), step=(2, 2), size=(14, 14))
    assert last.rectangle((0, 13), (28, 28)) == (slice(0, 8), slice(20, 28))
