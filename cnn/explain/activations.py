"""Activations as pictures: their curves, where they let no gradient through, what they make of a map, softmax."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.activations import ACTIVATIONS, Activation, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from cnn.errors import ConfigError
from cnn.explain.funnel import KERNELS
from cnn.explain.matrix import read_matrix, write_matrix
from cnn.explain.vanishing import DEEPEST, STACKS
from cnn.initializers import INITIALIZERS, Initializer
from cnn.layers.convolution import Conv2d
from cnn.network import Network
from cnn.options import Configurable, option

Array = NDArray[Any]

REACH = 6.0  # the curves are drawn from −REACH to REACH
SATURATED = 0.05  # a derivative below this lets hardly any gradient through
CLASSES = 10
LARGEST_LOGIT = 10.0
SECTIONS = ("curves", "maps", "softmax", "funnel", "depth")
_PER_UNIT = 20  # samples


@dataclass(frozen=True)
class ActivationsSettings(Configurable):
    """What the page shows.

    Attributes:
        section: which of its pictures.
        chosen: the functions compared; elementwise ones, each once.
        x: where the marker stands.
        logits: the ten inputs of softmax, as text: "1 3 0 …".
        temperature: they are divided by it.
        kernel: the 3 × 3 weights of the funnel.
        layers: how many layers the gradient has passed.
        stack: the kind of those layers.
        initializer: of their weights.

    Raises:
        ConfigError: a value is not accepted.
        DataError: the logits are no numbers.
    """

    section: str = option("curves", choices=SECTIONS)
    chosen: tuple[Activation, ...] = option((Sigmoid(), ReLU(), Tanh(), LeakyReLU(0.1)), family=ACTIVATIONS)
    x: float = option(1.0, low=-REACH, high=REACH)
    logits: str = option("0 1 -1 2 -2 0.5 -3 4 1 2.5", kind="text", pattern=r"[0-9.,;+\- ]{1,200}")
    temperature: float = option(1.0, low=0.1, high=10, log=True)
    kernel: str = option("average", choices=tuple(KERNELS))
    layers: int = option(10, low=1, high=DEEPEST)
    stack: str = option("linear", choices=STACKS)
    initializer: Initializer | str = option("auto", choices=("auto",), family=INITIALIZERS)

    def __post_init__(self) -> None:
        super().__post_init__()
        names = [ACTIVATIONS.name_of(one) for one in self.chosen]
        for one, name in zip(self.chosen, names, strict=True):
            if not one.elementwise:
                raise ConfigError("explain.not_elementwise", got=name, choices=", ".join(elementwise()))
            if names.count(name) > 1:
                raise ConfigError("explain.chosen_twice", got=name)
        given = read_matrix(self.logits)
        if given.size != CLASSES:
            raise ConfigError("explain.logits", got=given.size, low=-LARGEST_LOGIT, high=LARGEST_LOGIT)

    def scores(self) -> Array:
        """The ten logits, brought within bounds: (10,)."""
        return np.clip(read_matrix(self.logits).ravel(), -LARGEST_LOGIT, LARGEST_LOGIT)


def write_logits(logits: Sequence[float]) -> str:
    """The text for :attr:`ActivationsSettings.logits`."""
    return write_matrix(np.array([logits], np.float64))


def elementwise() -> list[str]:
    """The names of the activations that have a curve, in menu order."""
    return [name for name, cls in ACTIVATIONS.items() if cls.elementwise]


# Curves --------------------------------------------------------------------------------------------------------------


def places() -> Array:
    """(n,) x from −6 to 6, 0 among them."""
    half = int(REACH * _PER_UNIT)
    return np.arange(-half, half + 1) / _PER_UNIT


def curve(activation: Activation) -> Array:
    """(2, n) float64: y and dy/dx at :func:`places`."""
    x = places()
    return np.stack([activation.forward(x), activation.derivative(x)])


@dataclass(frozen=True)
class Blocked:
    """A range of x in which hardly any gradient gets through.

    Attributes:
        start, end: of the range, both inside.
        dead: whether the derivative is exactly 0, or just smaller than ``SATURATED``.
    """

    start: float
    end: float
    dead: bool


def blocked(activation: Activation) -> list[Blocked]:
    """The ranges where |dy/dx| < ``SATURATED``, those where it is 0 on their own, in ascending order."""
    slope = np.abs(curve(activation)[1])
    ranges = [*_ranges(slope == 0, True), *_ranges((slope > 0) & (slope < SATURATED), False)]
    return sorted(ranges, key=lambda one: one.start)


def _ranges(inside: Array, dead: bool) -> list[Blocked]:
    """Runs of at least two places; a derivative that only crosses 0 blocks nothing."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(np.int8)))
    x = places()
    return [
        Blocked(float(x[start]), float(x[end - 1]), dead)
        for start, end in edges.reshape(-1, 2).tolist()
        if end - start > 1
    ]


# On a map ------------------------------------------------------------------------------------------------------------


def first_maps(network: Network, picture: Array) -> Array:
    """What the first convolution of ``network`` makes of a picture (H, W) of any size: (F, H', W').

    Raises:
        ShapeError: the picture is smaller than the kernel needs.
    """
    first = next(layer for layer in network.layers if isinstance(layer, Conv2d))
    index = network.layers.index(first)
    alone = Network([first], (1, *picture.shape))
    weights = network.state_dict()
    alone.load_state_dict({f"0.{name}": weights[f"{index}.{name}"] for name in ("weight", "bias")})
    return alone.forward(picture[None, None])[0]


@dataclass(frozen=True, eq=False)
class Applied:
    """An activation applied to maps.

    Attributes:
        maps: the result, of the maps' shape.
        silenced: the share of cells that became exactly 0 though they were not.
        passed: the mean of |dy/dx|: how much of a gradient gets back through.
    """

    maps: Array
    silenced: float
    passed: float


def apply(activation: Activation, maps: Array) -> Applied:
    """Apply ``activation`` to each cell of ``maps``."""
    after = activation.forward(maps)
    slope = np.abs(activation.derivative(maps))
    return Applied(after, float(((after == 0) & (maps != 0)).mean()), float(slope.mean()))


# Softmax -------------------------------------------------------------------------------------------------------------


def softmax(logits: Array, temperature: float) -> Array:
    """y = softmax(a/T): (K,) -> (K,)."""
    return Softmax().forward(logits / temperature)


def softmax_jacobian(logits: Array, temperature: float) -> Array:
    """∂y_i/∂a_j = y_i(δ_ij − y_j)/T: (K, K), row i is the gradient that :meth:`Softmax.backward` makes of y_i alone."""
    a = np.repeat((logits / temperature)[:, None], logits.size, axis=1)
    rows = Softmax().backward(np.eye(logits.size), a, Softmax().forward(a))
    return rows.T / temperature
