"""Normalization on the page: real feature maps to look at, and the CNN that is trained with and without it.

The maps are those of the first kernels of the shipped network, at every second pixel so that a cell is large enough to
point at. The CNN that is trained is three small convolutions and a hidden linear layer, by plain gradient descent: an
optimizer without means of its own against values of the wrong size.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn import shipped
from cnn.activations import Activation, ReLU
from cnn.config import ExperimentConfig
from cnn.data import digits, min_max_scale
from cnn.data.config import DataConfig
from cnn.data.sources import GeneratedDigits
from cnn.explain.normalization import NORMS, Block, Running, follow, layer_of, normalize
from cnn.layers import Conv2d, Flatten, Layer, Linear, MaxPool2d
from cnn.layers.rescale import Rescale
from cnn.network import Network
from cnn.optimizers import SGD
from cnn.options import Configurable, option
from cnn.training.race import Contestant, RaceView
from cnn.training.standings import standings

Array = NDArray[Any]

PARTS = ("block", "training", "inputs", "inference")
METHODS: Mapping[str, tuple[float, float] | None] = MappingProxyType(
    {"normalize": None, "unit": (0.0, 1.0), "symmetric": (-1.0, 1.0)}
)
NONE = "none"
RACERS = (NONE, *NORMS)
RATES = (0.02, 0.1, 0.5)
BATCHES = (2, 8, 32, 128)
MIDDLE_RATE = RATES[1]  # at which batch sizes are compared: the largest one is too much for two images
SCALES = ("bytes", "unit", "symmetric", "standardized")
CHANNELS = 6  # of the block
MOST_IMAGES = 5
MOST_UPDATES = 60  # that the running statistics are followed over
COMPANIES = 6  # batches that one digit is put into
MOST_COMPANY = 32  # so that a slider of it can be followed
_STRIDE = 2
_GROUPS = 4  # of group norm in the race: a divisor of all its layers
_IMAGES = 3000  # few, so that a race starts at once and measuring takes no longer than training
_VARIATION = 0.6  # of the digits to look at: a person's, but legible ones
_POOL = 320  # digits that batches are drawn from


@dataclass(frozen=True)
class NormalizationSettings(Configurable):
    """What the page shows.

    Attributes:
        part: the block, the race of the norms, the race of input scalings, or training against inference.
        norm: whose groups are lit.
        groups: of group norm.
        method: what is done to each group: the norm, or min–max scaling to [0, 1] or [−1, 1].
        images: of the block, the person's own first.
        image, channel, row, column: the cell that is worked out.
        gamma, beta: what the norm has learned, for all channels.
        rate: of the race of the norms.
        input_rate: of the race of input scalings, where raw pixels allow no larger one.
        batch, updates, seed: of both races.
        compared: what the table of all norms has for columns.
        batch_norm: whether the network of the second race has batch norm.
        momentum: how fast the running statistics follow.
        company: images in a batch, the digit that is looked at among them.
        seen: updates after which it is looked at.
    """

    part: str = option("block", choices=PARTS)
    norm: str = option("batch", choices=NORMS)
    groups: int = option(2, low=1, high=CHANNELS)
    method: str = option("normalize", choices=tuple(METHODS))
    images: int = option(4, low=1, high=MOST_IMAGES)
    image: int = option(1, low=1, high=MOST_IMAGES)
    channel: int = option(1, low=1, high=CHANNELS)
    row: int = option(5, low=0, high=13)
    column: int = option(7, low=0, high=13)
    gamma: float = option(1.0, low=-5, high=5)
    beta: float = option(0.0, low=-5, high=5)
    rate: float = option(0.5, low=1e-6, high=1e6, log=True)
    batch: int = option(32, low=2, high=128, log=True)
    updates: int = option(100, low=20, high=1000)
    seed: int = option(0, low=0, high=9999)
    input_rate: float = option(0.02, low=1e-6, high=1e6, log=True)
    compared: str = option("rates", choices=("rates", "batches"))
    batch_norm: bool = option(False)
    momentum: float = option(0.1, low=0, high=1)
    company: int = option(4, low=1, high=MOST_COMPANY)
    seen: int = option(30, low=0, high=MOST_UPDATES)


# The block -----------------------------------------------------------------------------------------------------------


def feature_maps(pictures: Array) -> Array:
    """What the first convolution of the shipped network finds in pictures (N, 28, 28): (N, 6, 14, 14), float64."""
    kernels = _first_kernels()
    size = kernels["0.weight"].shape[-1]
    # One of its own for each call: a network works in arrays that it keeps, which two threads must not share.
    network = Network([Conv2d(CHANNELS, size, stride=_STRIDE)], dtype=np.float64)
    network.load_state_dict(kernels)
    return network.forward(pictures[:, None].astype(np.float64))


def pictures_with(own: Array, count: int) -> Array:
    """So many pictures (N, 28, 28), the own one first, generated digits after it."""
    return np.concatenate([own[None], _others()[1:count]])


def treated(block: Block, settings: NormalizationSettings) -> Block:
    """The block after what ``settings`` do to each group: the norm, or min–max scaling over the same cells.

    Raises:
        ShapeError: the norm cannot be applied.
    """
    ends = METHODS[settings.method]
    if ends is None:
        return normalize(block, settings.norm, settings.groups, settings.gamma, settings.beta)
    low, high = ends
    return block.with_rows(low + (high - low) * min_max_scale(block.rows, axis=1))


@cache
def _others() -> Array:
    """The generated digits of the block: (5, 28, 28), the first of which the own picture stands for."""
    images, _ = digits(MOST_IMAGES, seed=1, variation=_VARIATION)
    return images[:, 0].astype(np.float64)


@cache
def _first_kernels() -> Mapping[str, Array]:
    """Weights and biases of the shipped network's first kernels."""
    state = shipped.load().state_dict()
    return {name: state[name][:CHANNELS] for name in ("0.weight", "0.bias")}


# Training against inference ------------------------------------------------------------------------------------------


def company_of(size: int) -> Array:
    """The other images of ``COMPANIES`` batches of ``size``, as maps: (6, size − 1, 6, 14, 14)."""
    drawn = np.random.default_rng(0).integers(0, _POOL, (COMPANIES, MOST_COMPANY))[:, : size - 1]
    return pool()[drawn]


def remembered(momentum: float, size: int) -> Running:
    """What batch norm remembers over ``MOST_UPDATES`` batches of ``size`` images."""
    drawn = np.random.default_rng(1).integers(0, _POOL, (MOST_UPDATES, MOST_COMPANY))[:, :size]
    return follow((pool()[batch] for batch in drawn), momentum)


@cache
def pool() -> Array:
    """Maps of the digits that batches are drawn from: (320, 6, 14, 14)."""
    images, _ = digits(_POOL, seed=2, variation=_VARIATION)
    maps = feature_maps(images[:, 0])
    maps.setflags(write=False)  # everybody gets the same ones
    return maps


# The races -----------------------------------------------------------------------------------------------------------


def contest(norm: str, settings: NormalizationSettings, scale: str = "unit") -> ExperimentConfig:
    """What one of :data:`RACERS` trains: a norm after each convolution and after the hidden linear layer.

    Instance norm has none there: a vector has no maps. A seed gives all of them the same weights and batches.
    """

    def after(features: Layer) -> list[Layer | Activation]:
        alone = norm == "instance" and isinstance(features, Linear)
        return [features, *([] if norm == NONE or alone else [layer_of(norm, _GROUPS)]), ReLU()]

    layers: list[Layer | Activation] = [] if scale == "unit" else [rescale_to(scale)]
    for filters in (8, 16, 16):
        layers += [*after(Conv2d(filters, 3)), MaxPool2d(2)]
    layers += [Flatten(), *after(Linear(32)), Linear(10)]
    return ExperimentConfig(
        data=DataConfig(source=GeneratedDigits(size=_IMAGES)),
        layers=tuple(layers),
        optimizer=SGD(lr=settings.rate),
        batch_size=settings.batch,
        seed=settings.seed,
    )


def input_contest(scale: str, settings: NormalizationSettings) -> ExperimentConfig:
    """What is trained on pixels of one of :data:`SCALES`, with batch norm or without any norm."""
    return contest("batch" if settings.batch_norm else NONE, replace(settings, rate=settings.input_rate), scale)


class Beginning(NamedTuple):
    """What a network is like before its first update.

    Attributes:
        loss: on a batch of generated digits.
        first, last: ‖∂L/∂W‖ of its first and of its last weights.
    """

    loss: float
    first: float
    last: float


def beginning(scale: str, settings: NormalizationSettings) -> Beginning:
    """What pixels of one of :data:`SCALES` do to the network of :func:`input_contest` before it has learned a thing."""
    config = input_contest(scale, settings)
    images, labels = digits(config.batch_size, seed=config.seed, variation=GeneratedDigits().variation)
    network = Network(config.layers, images.shape[1:], seed=config.seed)
    loss, slope = config.loss(network.forward(images, training=True), labels)
    network.backward(slope)
    weights = [np.linalg.norm(one) for one in network.gradients().values() if one.ndim > 1]
    return Beginning(loss, float(weights[0]), float(weights[-1]))


def compared(settings: NormalizationSettings) -> tuple[tuple[float, ...], tuple[NormalizationSettings, ...]]:
    """The columns of the table: learning rates, or batch sizes at the middle rate; and the settings of each."""
    if settings.compared == "rates":
        return RATES, tuple(replace(settings, rate=rate) for rate in RATES)
    return BATCHES, tuple(replace(settings, rate=MIDDLE_RATE, batch=batch) for batch in BATCHES)


def table_entries(settings: NormalizationSettings, names: Sequence[str]) -> tuple[Contestant, ...]:
    """Each of :data:`RACERS`, called by ``names``, with each column's settings, row by row."""
    columns, each = compared(settings)
    return tuple(
        Contestant(f"{name} {column:g}", contest(norm, one))
        for norm, name in zip(RACERS, names, strict=True)
        for column, one in zip(columns, each, strict=True)
    )


def accuracies(view: RaceView) -> Array:
    """The latest validation accuracies of a race of :func:`table_entries`: (racers, columns).

    NaN where nothing is measured yet, −∞ where the network diverged or failed.
    """
    lines = standings(view)
    found = [-np.inf if line.diverged or line.failed else line.final for line in lines]
    return np.array(found).reshape(len(RACERS), -1)


def rescale_to(scale: str) -> Rescale:
    """The layer that brings pixels of [0, 1] to one of :data:`SCALES`."""
    if scale == "standardized":
        mean, deviation = pixel_statistics()
        return Rescale(round(-mean / deviation, 4), round((1 - mean) / deviation, 4))
    return Rescale(*{"bytes": (0.0, 255.0), "unit": (0.0, 1.0), "symmetric": (-1.0, 1.0)}[scale])


def rescaled(picture: Array, scale: str) -> Array:
    """A picture (H, W) of [0, 1] as the network is fed with it."""
    network = Network([rescale_to(scale)], (1, *picture.shape), dtype=np.float64)
    return network.forward(picture[None, None])[0, 0]


@cache
def pixel_statistics() -> tuple[float, float]:
    """Mean and standard deviation of all pixels of generated digits, as they are trained on."""
    images, _ = digits(1000, seed=0, variation=GeneratedDigits().variation)
    return float(images.mean()), float(images.std())
