"""Every registered layer, activation and a whole network: backpropagation against differences, in float64."""

from typing import Any

import numpy as np
import pytest

import cnn
from cnn.activations import ACTIVATIONS, Activation
from cnn.gradcheck import check_layer, check_network
from cnn.layers import LAYERS, ActivationLayer
from cnn.layers.base import Layer, Shape
from cnn.losses import LOSSES, SquaredError

# (options, input shape) for each layer; one that is not listed is checked with its defaults on an image.
CASES: dict[str, list[tuple[dict[str, Any], Shape]]] = {
    "conv2d": [
        ({"filters": 3, "kernel": 3}, (2, 5, 4)),
        ({"filters": 2, "kernel": 2}, (1, 4, 5)),  # an even kernel: "same" pads one side more
        ({"filters": 2, "kernel": 4}, (2, 5, 5)),
        ({"filters": 2, "kernel": 3, "stride": 2}, (2, 7, 6)),
        ({"filters": 2, "kernel": 4, "stride": 3}, (1, 8, 7)),
        ({"filters": 2, "kernel": 3, "stride": 2, "padding": "valid"}, (2, 8, 6)),  # a remainder that is never read
        ({"filters": 2, "kernel": 2, "stride": 3, "padding": "valid"}, (1, 7, 9)),  # gaps between windows
        ({"filters": 2, "kernel": 3, "padding": 2}, (2, 3, 4)),
        ({"filters": 2, "kernel": 3, "padding": 3, "stride": 2}, (1, 4, 4)),  # windows on padding alone
        ({"filters": 4, "kernel": 1, "bias": False}, (3, 2, 3)),
        ({"filters": 2, "kernel": 5, "padding": "valid"}, (2, 5, 5)),  # one output
    ],
    "max_pool2d": [
        ({}, (2, 4, 6)),
        ({}, (2, 5, 7)),
        ({"size": 3, "stride": 2}, (2, 7, 6)),  # overlaps
        ({"size": 3, "stride": 1, "padding": 1}, (1, 4, 5)),
        ({"size": 2, "stride": 3}, (2, 7, 8)),
        ({"size": 4, "stride": 2, "padding": 2}, (1, 5, 6)),
    ],
    "avg_pool2d": [
        ({}, (2, 4, 6)),
        ({}, (2, 5, 7)),
        ({"size": 3, "stride": 2}, (2, 7, 6)),
        ({"size": 3, "stride": 1, "padding": 1}, (1, 4, 5)),
        ({"size": 3, "stride": 2, "padding": 1, "count_padding": False}, (2, 5, 6)),
        ({"size": 2, "stride": 3}, (2, 7, 8)),
    ],
    "flatten": [({}, (2, 3, 4))],
    "linear": [({"units": 4}, (6,)), ({"units": 3, "bias": False}, (2,))],
    "batch_norm2d": [({}, (3, 4, 2)), ({"eps": 0.1}, (1, 2, 3)), ({}, (5,))],
    "layer_norm": [({}, (3, 4, 2)), ({}, (5,))],
    "instance_norm2d": [({}, (3, 4, 2))],
    "group_norm": [({"groups": 2}, (4, 3, 2)), ({"groups": 1}, (3, 2, 2)), ({"groups": 2}, (6,))],
    "dropout": [({"p": 0.3}, (2, 3, 4)), ({"p": 0.7, "scaling": "classic"}, (9,))],
    "rescale": [({}, (2, 3, 4)), ({"low": 0.0, "high": 255.0}, (1, 2, 3)), ({"low": 2.0, "high": -1.0}, (5,))],
    "frelu": [({}, (2, 4, 3)), ({}, (1, 1, 2))],
}
LAYER_CASES = [
    pytest.param(cls(**options), shape, id=f"{name}-{options}-{shape}")
    for name, cls in LAYERS.items()
    for options, shape in CASES.get(name, [({}, (4, 6, 5))])
]


def test_no_case_is_for_a_layer_that_is_gone() -> None:
    assert CASES.keys() <= LAYERS.keys()


@pytest.mark.parametrize(("layer", "shape"), LAYER_CASES)
def test_layer(layer: Layer, shape: Shape) -> None:
    report = check_layer(layer, shape)
    assert report.passed(), report
    assert [one.name for one in report.tensors] == ["input", *layer.parameter_shapes(shape)]
    for one in report.tensors[1:]:
        assert one.analytic.shape == layer.parameter_shapes(shape)[one.name]
    for one in report.tensors:
        assert one.compared.mean() > 0.9, "random inputs hardly ever sit on a kink"


@pytest.mark.parametrize("activation", [cls() for cls in ACTIVATIONS.values()], ids=list(ACTIVATIONS))
@pytest.mark.parametrize("shape", [(3, 4, 2), (6,)], ids=str)
def test_activation(activation: Activation, shape: Shape) -> None:
    report = check_layer(ActivationLayer(activation), shape)
    assert report.passed(), report
    assert report["input"].compared.all()


@pytest.mark.parametrize("activation", [cls() for cls in ACTIVATIONS.values()], ids=list(ACTIVATIONS))
def test_at_exactly_zero_backward_gives_the_slope_on_one_side(activation: Activation) -> None:
    layer = ActivationLayer(activation)
    report = check_layer(layer, (4,), x=np.zeros((1, 4)))
    kinked = {"relu": 0.0, "leaky_relu": 0.01}
    name = ACTIVATIONS.name_of(activation)
    assert report["input"].at_kink.all() == (name in kinked)
    if name in kinked:
        assert activation.derivative(0.0) == pytest.approx(kinked[name])


NETWORKS: dict[str, tuple[list[Any], Shape]] = {
    "everything": (
        [
            cnn.Conv2d(3, 3),
            cnn.BatchNorm2d(),
            cnn.ReLU(),
            cnn.MaxPool2d(2),
            cnn.Conv2d(4, 2, stride=2),
            cnn.GroupNorm(2),
            cnn.FReLU(),
            cnn.AvgPool2d(2, 1),
            cnn.Flatten(),
            cnn.LayerNorm(),
            cnn.Linear(6),
            cnn.Tanh(),
            cnn.Dropout(0.4),
            cnn.Linear(3),
        ],
        (2, 9, 8),
    ),
    "softmax_at_the_end": ([cnn.Flatten(), cnn.Linear(5), cnn.Sigmoid(), cnn.Linear(3), cnn.Softmax()], (1, 3, 3)),
    "pooling_after_an_activation": ([cnn.Conv2d(2, 3), cnn.ELU(), cnn.MaxPool2d(2), cnn.Flatten()], (1, 4, 4)),
}
LOSS_CASES = [*(cls() for cls in LOSSES.values()), SquaredError(through="identity")]


@pytest.mark.parametrize("loss", LOSS_CASES, ids=repr)
@pytest.mark.parametrize("name", NETWORKS)
def test_network(name: str, loss: cnn.losses.Loss) -> None:
    layers, shape = NETWORKS[name]
    net = cnn.Network(layers, shape, seed=1)
    net.parameters += 0.1 * np.random.default_rng(2).standard_normal(net.parameters.size)
    images = np.random.default_rng(0).standard_normal((4, *shape))
    report = check_network(net, loss, images, np.array([0, 1, 2, 1]), entries=12)
    assert report.passed(), report
    assert {one.name for one in report.tensors} == {"input", *net.slices}
    assert all(one.compared.any() for one in report.tensors)
