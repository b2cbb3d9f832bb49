"""Histograms of a real network; ratios on a logarithmic scale."""

import json
from dataclasses import replace

import numpy as np
import pytest

from cnn.activations import ReLU
from cnn.layers.convolution import Conv2d
from cnn.layers.linear import Linear
from cnn.layers.reshape import Flatten
from cnn.losses import CrossEntropy
from cnn.network import Network
from cnn.training.inspect import LayerStatistics, statistics
from pages.figures import distributions
from pages.figures.distributions import height, histograms, ratios

WORDS = {name: name for name in distributions.WORDS}
NAMES = ("conv", "relu", "flatten", "linear")


@pytest.fixture(scope="module")
def layers() -> tuple[LayerStatistics, ...]:
    network = Network([Conv2d(2, 3), ReLU(), Flatten(), Linear(4)], input_shape=(1, 8, 8))
    images = np.random.default_rng(0).random((8, 1, 8, 8), dtype=np.float32)
    return statistics(network, CrossEntropy(), images, np.arange(8) % 4)


def test_each_layer_with_weights_has_a_row_of_three(layers: tuple[LayerStatistics, ...]) -> None:
    option = histograms(layers, NAMES, WORDS)
    assert height(layers) == 2 * distributions.ROW
    quantities = ["weights", "activations", "gradients"]
    assert [one["text"] for one in option["title"]] == ["conv", *quantities, "linear", *quantities]
    assert len(option["grid"]) == len(option["series"]) == 6
    json.dumps(option, allow_nan=False)


def test_bars_are_square_roots_of_counts(layers: tuple[LayerStatistics, ...]) -> None:
    weights = layers[0].weights
    assert weights is not None
    heights = histograms(layers, NAMES, WORDS)["series"][0]["data"]
    np.testing.assert_allclose(np.square(heights).sum(), weights.counts.sum(), rtol=0.02)


def test_activations_are_those_after_the_activation(layers: tuple[LayerStatistics, ...]) -> None:
    option = histograms(layers, NAMES, WORDS)
    assert float(option["xAxis"][1]["data"][0]) >= 0  # after ReLU


def test_ratios_leave_a_dead_layer_without_a_bar(layers: tuple[LayerStatistics, ...]) -> None:
    dead = replace(layers[3], ratio=0.0)
    option = ratios([*layers[:3], dead], NAMES, WORDS)
    bars = option["series"][0]["data"]
    assert option["yAxis"]["data"] == ["conv", "linear"]
    assert option["xAxis"]["min"] < bars[0]["value"] < option["xAxis"]["max"]
    assert bars[1] is None


def test_broken_ratios_still_have_axes(layers: tuple[LayerStatistics, ...]) -> None:
    json.dumps(ratios([replace(layers[0], ratio=float("nan"))], NAMES, WORDS), allow_nan=False)
