"""Experiments worth a try on the Train page, as links: the configuration is the URL."""

from cnn import links
from cnn.activations import Activation, Identity
from cnn.config import ExperimentConfig, small_layers
from cnn.optimizers import SGD

_LINEAR = tuple(Identity() if isinstance(layer, Activation) else layer for layer in small_layers())

CHIPS = {
    "sgd": links.encode(ExperimentConfig(optimizer=SGD())),
    "linear": links.encode(ExperimentConfig(layers=_LINEAR)),
    "hot": links.encode(ExperimentConfig(optimizer=SGD(lr=10.0))),
}
