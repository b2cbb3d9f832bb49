"""What initial weights do to a signal: real digits sent forwards through a deep stack, their gradients sent back.

The stack has L equal layers, y_l = f(W_l y_{l−1}) with biases of 0, and a head that tells ten digits apart. The pixels
are standardized (mean 0, standard deviation 1), and the head always starts with Xavier's weights, so that what enters
at either end does not depend on the initializer that is looked at.
"""

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.activations import ACTIVATIONS, Activation, Tanh
from cnn.data import digits
from cnn.initializers import INITIALIZERS, HeNormal, Initializer, LeCun, Normal, XavierNormal, auto_initializer
from cnn.layers.base import Layer
from cnn.layers.linear import Linear
from cnn.layers.reshape import Flatten
from cnn.losses import CrossEntropy
from cnn.network import Network
from cnn.options import Configurable, option

Array = NDArray[Any]

DEEPEST = 20  # layers
WIDEST = 200  # units
PARTS = ("stack", "training")
BINS = 40  # of a histogram
REACH = 3.0  # histograms of outputs that have no bounds of their own end at ±REACH
_DIGITS = 250
_CLASSES = 10
_SAME = 1e-4  # two units are the same one up to this share of the largest value: float32 adds in various orders
_STEPS = (1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True)
class InitializersSettings(Configurable):
    """What the page shows.

    Attributes:
        part: the stack, or the same CNN trained from several initializers.
        activation: after each layer of the stack.
        initializer: of the layers' weights.
        layers: how many there are.
        width: units of each of them.
        at: the layer that is looked at; the last one where there are fewer.
        racers: the initializers that train against each other.
        updates: how many updates each of them makes.
        seed: of the weights.
    """

    part: str = option("stack", choices=PARTS)
    activation: Activation = option(Tanh(), family=ACTIVATIONS)
    initializer: Initializer = option(Normal(0.05), family=INITIALIZERS)
    layers: int = option(10, low=1, high=DEEPEST)
    width: int = option(100, low=1, high=WIDEST)
    at: int = option(DEEPEST, low=0, high=DEEPEST)
    racers: tuple[Initializer, ...] = option(
        (Normal(0.01), LeCun(), XavierNormal(), HeNormal()), family=INITIALIZERS
    )  # fmt: skip
    updates: int = option(300, low=20, high=2000)
    seed: int = option(0, low=0, high=9999)

    @property
    def layer(self) -> int:
        """The layer that is looked at; 0 is the input."""
        return min(self.at, self.layers)


@dataclass(frozen=True, eq=False)
class Passing:
    """What passed through a stack of L layers.

    Attributes:
        outputs: of the layers, the input first: L + 1 arrays (N, units).
        gradients: ∂L/∂output of each, per image: L + 1 arrays (N, units).
        weight_gradients: ∂L/∂W of the layers, summed over the images: L arrays (units, inputs).
    """

    outputs: tuple[Array, ...]
    gradients: tuple[Array, ...]
    weight_gradients: tuple[Array, ...]

    @cached_property
    def spreads(self) -> Array:
        """Standard deviation of the outputs and of the gradients after 0 … L layers: (2, L + 1).

        Infinite where float32 could not hold the numbers any more.
        """
        return np.array([[_spread(one) for one in rows] for rows in (self.outputs, self.gradients)])

    @cached_property
    def differences(self) -> Array:
        """How far the output of one unit differs from picture to picture after 0 … L layers: (L + 1,).

        √(mean over the units of the variance over the images). Where it is 0, all pictures look the same from here on,
        however much the units differ from each other.
        """
        return np.array([_spread(one, axis=0) for one in self.outputs])

    def different_units(self, layer: int) -> tuple[int, int]:
        """How many units of layer 1 … L give different outputs, and how many get different gradients."""
        # The derivative of a saturated unit is little but the rounding of its output: such gradients differ by chance.
        passed = np.abs(self.gradients[layer]).T @ np.abs(self.outputs[layer - 1])
        rounding = float(np.finfo(np.float32).eps * np.nan_to_num(passed, posinf=0.0).max(initial=0.0))
        return different(self.outputs[layer].T), different(self.weight_gradients[layer - 1], rounding)


def send(settings: InitializersSettings) -> Passing:
    """Send the digits through the stack of ``settings``, forwards and back, in float32 as in training."""
    images, labels = standardized_digits()
    layers: list[Layer | Activation] = [Flatten()]
    for _ in range(settings.layers):
        layers += [Linear(settings.width, initializer=settings.initializer), settings.activation]
    layers.append(Linear(_CLASSES, initializer=XavierNormal()))
    network = Network(layers, images.shape[1:], settings.seed)
    with np.errstate(all="ignore"), network.recording() as tape:  # an explosion is shown, not warned of
        scores = network.forward(images, training=True)
        _, gradient = CrossEntropy()(scores, labels, total=1)
        arrived = network.backward(gradient)
        weights = network.gradients()
    ends = range(2, 2 * settings.layers + 1, 2)
    return Passing(
        (tape.outputs[0], *(tape.outputs[end] for end in ends)),
        (arrived.reshape(len(images), -1), *(tape.gradients[end] for end in ends)),
        tuple(weights[f"{end - 1}.weight"] for end in ends),
    )


@cache
def standardized_digits() -> tuple[Array, Array]:
    """Generated digits (N, 1, 28, 28) with mean 0 and standard deviation 1 over all pixels, and their labels (N,)."""
    images, labels = digits(_DIGITS, seed=0, variation=0.6)
    return (images - images.mean()) / images.std(), labels


def suited(activation: Activation) -> Initializer:
    """The initializer that the engine would choose before ``activation``."""
    return auto_initializer(activation)


def bounds(activation: Activation) -> tuple[float, float]:
    """The ends of a histogram of outputs: the activation's own where it has any, at most ±``REACH``."""
    low, high = extremes(activation)
    return max(-REACH, float(np.floor(low))), min(REACH, float(np.ceil(high)))


def extremes(activation: Activation) -> tuple[float, float]:
    """The smallest and the largest output for inputs of any reasonable size; beyond the hundreds: there is no end."""
    if not activation.elementwise:
        return 0.0, 1.0
    values = activation.forward(np.concatenate([np.linspace(-REACH, REACH, 61), [-1e3, 1e3]]))
    return float(values.min()), float(values.max())


def reach_of(spread: float) -> float:
    """Where the axis of gradients ends: three standard deviations, rounded up to 1, 2 or 5 times a power of ten."""
    if not 0 < spread < np.inf:
        return 1.0
    power = 10.0 ** np.floor(np.log10(3 * spread))
    return float(next(power * step for step in _STEPS if power * step >= 3 * spread * (1 - 1e-9)))


def histogram(values: Array, low: float, high: float) -> Array:
    """Counts in ``BINS`` equal parts of [low, high]: (BINS,). What lies beyond is counted in the parts at the ends.

    Numbers that float32 could not hold are not counted.
    """
    known = values[np.isfinite(values)].astype(np.float64, copy=False)
    places = np.clip((known - low) * (BINS / (high - low)), 0, BINS - 1).astype(np.intp)
    return np.bincount(places, minlength=BINS)


def different(rows: Array, least: float = 0.0) -> int:
    """How many of the rows (n, m) differ from each other, by more than rounding and by more than ``least``."""
    rest = np.nan_to_num(rows.astype(np.float64), posinf=1e39, neginf=-1e39)  # beyond what float32 holds
    apart = max(least, _SAME * float(np.abs(rest).max(initial=0.0)))
    count = 0
    while len(rest):
        count += 1
        rest = rest[np.abs(rest - rest[0]).max(axis=1) > apart]
    return count


def _spread(values: Array, axis: int | None = None) -> float:
    """√(mean of the variances along ``axis``), in float64: the squares of what float32 holds may be beyond it."""
    if not np.isfinite(values).all():
        return float("inf")
    return float(np.sqrt(values.var(axis=axis, dtype=np.float64).mean()))
