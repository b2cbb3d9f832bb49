"""The network that the app starts with, trained on generated digits alone.

``python -m cnn.shipped.make`` trains it anew; ``python -m cnn.shipped.measure --data FOLDER`` measures it on real ones.
"""

from pathlib import Path

import numpy as np

from cnn.activations import Activation, ReLU
from cnn.data.npz import read_npz
from cnn.layers import Conv2d, Flatten, Layer, Linear, MaxPool2d
from cnn.network import Network

WEIGHTS = Path(__file__).with_name("weights.npz")


def layers() -> list[Layer | Activation]:
    """Two convolutions, 16 and 32 filters of 5 × 5, and a linear layer: 28 938 parameters."""
    return [Conv2d(16, 5), ReLU(), MaxPool2d(2), Conv2d(32, 5), ReLU(), MaxPool2d(2), Flatten(), Linear(10)]


def load() -> Network:
    """The trained network. Its weights are kept as float16, which costs no accuracy."""
    net = Network(layers())
    limits = {name: array.nbytes for name, array in net.state_dict().items()}
    arrays = read_npz(WEIGHTS.read_bytes(), WEIGHTS.name, limits)
    net.load_state_dict({name: array.astype(np.float32) for name, array in arrays.items()})
    return net
