"""The network that is trained from several initial weights."""

from dataclasses import replace

from cnn.activations import Activation, ReLU
from cnn.config import ExperimentConfig
from cnn.data.config import DataConfig
from cnn.data.sources import GeneratedDigits
from cnn.initializers import Initializer
from cnn.layers import Conv2d, Flatten, Layer, Linear, MaxPool2d
from cnn.layers.weighted import WeightedLayer
from cnn.optimizers import Momentum

IMAGES = 5000  # few, so that a race starts at once


def contest(initializer: Initializer, seed: int) -> ExperimentConfig:
    """The CNN that is trained from each initializer: three hidden layers with ReLU, and an optimizer without the means
    to make up for gradients of the wrong size.
    """
    layers: tuple[Layer | Activation, ...] = (
        Conv2d(8, 5), ReLU(), MaxPool2d(2),
        Conv2d(16, 5), ReLU(), MaxPool2d(2),
        Flatten(), Linear(64), ReLU(), Linear(10),
    )  # fmt: skip
    started = tuple(replace(one, initializer=initializer) if isinstance(one, WeightedLayer) else one for one in layers)
    data = DataConfig(source=GeneratedDigits(size=IMAGES))
    return ExperimentConfig(data=data, layers=started, optimizer=Momentum(lr=0.02), seed=seed)
