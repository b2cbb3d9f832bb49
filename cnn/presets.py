"""Experiments to begin with: the networks that the pages offer by name.

The two words of a network and its optimizer are all that differ from the default experiment, so that two presets can be
compared on the same images, batches and seed.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from cnn.activations import ReLU, Tanh
from cnn.config import ExperimentConfig
from cnn.layers import AvgPool2d, BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d
from cnn.optimizers import Momentum


def _book() -> ExperimentConfig:
    """The network of "Deep Learning from Scratch" (Saitoh 2016), chapter 7."""
    return ExperimentConfig(
        layers=(
            Conv2d(30, 5, padding="valid"), ReLU(), MaxPool2d(2),
            Flatten(), Linear(100), ReLU(), Linear(10),
        )
    )  # fmt: skip


def _lenet() -> ExperimentConfig:
    """LeNet-5 (LeCun, Bottou, Bengio, Haffner 1998, fig. 2), its third stage fully connected."""
    return ExperimentConfig(
        layers=(
            Conv2d(6, 5, padding=2), Tanh(), AvgPool2d(2),
            Conv2d(16, 5, padding="valid"), Tanh(), AvgPool2d(2),
            Flatten(), Linear(120), Tanh(), Linear(84), Tanh(), Linear(10),
        ),
        optimizer=Momentum(lr=0.05),
    )  # fmt: skip


def _normalized() -> ExperimentConfig:
    """The default network with batch normalisation after each convolution and dropout before the last layer."""
    return replace(
        ExperimentConfig(),
        layers=(
            Conv2d(8, 5), BatchNorm2d(), ReLU(), MaxPool2d(2),
            Conv2d(16, 5), BatchNorm2d(), ReLU(), MaxPool2d(2),
            Flatten(), Dropout(), Linear(10),
        ),
    )  # fmt: skip


PRESETS: Mapping[str, ExperimentConfig] = MappingProxyType(
    {"small": ExperimentConfig(), "book": _book(), "lenet": _lenet(), "normalized": _normalized()}
)
