"""Convolutional networks in plain NumPy: build, train and take apart, without a browser.

    import cnn

    images, labels = cnn.data.digits(20_000, seed=0)
    net = cnn.Network([cnn.Conv2d(8, 5, padding="same"), cnn.ReLU(), cnn.MaxPool2d(2),
                       cnn.Conv2d(16, 5, padding="same"), cnn.ReLU(), cnn.MaxPool2d(2),
                       cnn.Flatten(), cnn.Linear(10)], input_shape=(1, 28, 28), seed=0)
    trainer = cnn.Trainer(net, cnn.Adam(lr=2e-3), cnn.CrossEntropy(), images, labels, batch_size=64, seed=0)
    for record in trainer.run(epochs=3):
        print(record.step, record.loss, record.accuracy)
    net.predict(images[:5])

Every family is a registry: ``cnn.ACTIVATIONS``, ``cnn.DATASETS``, ``cnn.INITIALIZERS``, ``cnn.LAYERS``, ``cnn.LOSSES``,
``cnn.OPTIMIZERS``, ``cnn.SCHEDULES``.
"""

from cnn import data, gradcheck, initializers, losses, optimizers, schedules
from cnn.activations import (
    ACTIVATIONS,
    ELU,
    Activation,
    Identity,
    LeakyReLU,
    Mish,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Swish,
    Tanh,
)
from cnn.config import ExperimentConfig
from cnn.data.sources import DATASETS
from cnn.errors import ConfigError, DataError, PlaygroundError, ShapeError
from cnn.initializers import INITIALIZERS
from cnn.layers import (
    LAYERS,
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    FReLU,
    GroupNorm,
    InstanceNorm2d,
    Layer,
    LayerNorm,
    Linear,
    MaxPool2d,
    Rescale,
)
from cnn.losses import LOSSES, CrossEntropy, SquaredError, one_hot
from cnn.network import Network
from cnn.optimizers import OPTIMIZERS, SGD, AdaGrad, Adam, AdamW, Momentum, Nesterov, RMSProp
from cnn.outline import outline
from cnn.presets import PRESETS
from cnn.schedules import SCHEDULES
from cnn.training import Trainer

__version__ = "0.1.0"

__all__ = [
    "ACTIVATIONS",
    "DATASETS",
    "ELU",
    "INITIALIZERS",
    "LAYERS",
    "LOSSES",
    "OPTIMIZERS",
    "PRESETS",
    "SCHEDULES",
    "SGD",
    "Activation",
    "AdaGrad",
    "Adam",
    "AdamW",
    "AvgPool2d",
    "BatchNorm2d",
    "ConfigError",
    "Conv2d",
    "CrossEntropy",
    "DataError",
    "Dropout",
    "ExperimentConfig",
    "FReLU",
    "Flatten",
    "GroupNorm",
    "Identity",
    "InstanceNorm2d",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "MaxPool2d",
    "Mish",
    "Momentum",
    "Nesterov",
    "Network",
    "PlaygroundError",
    "RMSProp",
    "ReLU",
    "Rescale",
    "ShapeError",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "SquaredError",
    "Swish",
    "Tanh",
    "Trainer",
    "data",
    "gradcheck",
    "initializers",
    "losses",
    "one_hot",
    "optimizers",
    "outline",
    "schedules",
]
