"""The layers of a network; each registers itself in :data:`LAYERS`."""

# isort: off
# Layers register themselves as they are imported: this order is the order in menus.
from cnn.layers.activation import ActivationLayer
from cnn.layers.base import LAYERS, Layer
from cnn.layers.convolution import Conv2d
from cnn.layers.pooling import AvgPool2d, MaxPool2d
from cnn.layers.reshape import Flatten
from cnn.layers.linear import Linear
from cnn.layers.batch_norm import BatchNorm2d
from cnn.layers.normalization import GroupNorm, InstanceNorm2d, LayerNorm
from cnn.layers.dropout import Dropout
from cnn.layers.rescale import Rescale
from cnn.layers.funnel import FReLU
# isort: on

__all__ = [
    "LAYERS",
    "ActivationLayer",
    "AvgPool2d",
    "BatchNorm2d",
    "Conv2d",
    "Dropout",
    "FReLU",
    "Flatten",
    "GroupNorm",
    "InstanceNorm2d",
    "Layer",
    "LayerNorm",
    "Linear",
    "MaxPool2d",
    "Rescale",
]
