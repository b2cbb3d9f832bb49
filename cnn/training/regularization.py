"""What keeps a network from learning by heart: remedies that each turn one experiment into a cured one.

    plain = RegularizationSettings().experiment()             # a wide network and a hundred images
    cured = WithWeightDecay(0.01).cure(plain)                 # from the same weights, over the same batches

A remedy is one registered class with its options and its one method; it is on the page and in the URL as soon as it
stands here.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.activations import ACTIVATIONS, Activation, ReLU
from cnn.config import ExperimentConfig, layers_from
from cnn.data.augmentation import Augmentation
from cnn.data.config import DataConfig
from cnn.data.sources import GeneratedDigits
from cnn.errors import ConfigError
from cnn.layers import Conv2d, Dropout, Flatten, Layer, Linear, MaxPool2d
from cnn.network import Network
from cnn.optimizers import Momentum
from cnn.options import Configurable, option
from cnn.registry import Registry
from cnn.schedules import Cosine
from cnn.training.race import Contestant

Array = NDArray[Any]

PARTS = ("overfitting", "depth", "dropout")
MASKS = 200  # of dropout, that the page goes through
MOST_TRIED = 8  # as many as are told apart on a chart
POOL = 2000  # images that there are to train on …
HELD_OUT = 500  # … and for validation: measured once in an epoch, which is short where there are few images
LEAST_IMAGES, MOST_IMAGES = 10, 1000
DEPTHS = (2, 4, 8, 16)
DEPTH_IMAGES = 4500  # to train stacks on: so many that nobody learns them by heart
_RATE = 0.02  # of all that is trained here
_BATCH = 20
_SCALE_UP = 20  # at most, of the images

REMEDIES: "Registry[Remedy]" = Registry("remedy")


class Remedy(Configurable):
    """Something that is done against learning by heart."""

    def cure(self, config: ExperimentConfig) -> ExperimentConfig:
        """The same experiment with the remedy in force. Weights to begin with are those of ``config``."""
        raise NotImplementedError


@REMEDIES.register("plain")
@dataclass(frozen=True)
class Plain(Remedy):
    """Nothing at all: what the others are compared with."""

    def cure(self, config: ExperimentConfig) -> ExperimentConfig:
        """The experiment as it is."""
        return config


@REMEDIES.register("weight_decay")
@dataclass(frozen=True)
class WithWeightDecay(Remedy):
    """Weight decay: ½λΣW² joins the loss, and λW the gradient, so that each update also pulls weights towards 0.

    Attributes:
        strength: λ.

    Source: Krogh & Hertz 1992.
    """

    strength: float = option(0.02, low=1e-4, high=1, log=True)

    def cure(self, config: ExperimentConfig) -> ExperimentConfig:
        """With λ; weights only, biases and norms are left alone."""
        return replace(config, weight_decay=self.strength)


@REMEDIES.register("dropout")
@dataclass(frozen=True)
class WithDropout(Remedy):
    """Dropout before each fully connected layer.

    Attributes:
        p: the share of units dropped.

    Source: Srivastava et al. 2014.
    """

    p: float = option(0.2, low=0, high=0.95)

    def cure(self, config: ExperimentConfig) -> ExperimentConfig:
        """With a dropout layer before each linear one; that changes no other layer's initial weights."""
        layers: list[Layer | Activation] = []
        for one in config.layers:
            layers += [Dropout(self.p), one] if isinstance(one, Linear) else [one]
        return replace(config, layers=tuple(layers))


@REMEDIES.register("augmentation")
@dataclass(frozen=True)
class WithAugmentation(Remedy):
    """Augmentation: no image is seen twice in the same way.

    Attributes:
        strength: 1 shifts, turns, scales and thickens as :class:`cnn.data.Augmentation` does, 2 twice as far.
    """

    strength: float = option(1.0, low=0.1, high=3)

    def cure(self, config: ExperimentConfig) -> ExperimentConfig:
        """With images changed anew in each epoch."""
        light = Augmentation()
        changed = Augmentation(
            shift=light.shift * self.strength,
            rotate=light.rotate * self.strength,
            scale=light.scale * self.strength,
            thickness=min(1.0, light.thickness * self.strength),
        )
        return replace(config, data=replace(config.data, augmentation=changed))


@REMEDIES.register("early_stopping")
@dataclass(frozen=True)
class StopEarly(Remedy):
    """Early stopping: training ends when the validation loss no longer falls.

    Attributes:
        patience: epochs without a lower validation loss after which it does; the weights are those of that moment.

    Source: Prechelt 1998.
    """

    patience: int = option(8, low=1, high=50)

    def cure(self, config: ExperimentConfig) -> ExperimentConfig:
        """With so much patience."""
        return replace(config, early_stopping=self.patience)


@REMEDIES.register("more_data")
@dataclass(frozen=True)
class MoreData(Remedy):
    """More images: those of before and others, as far as there are any.

    Attributes:
        factor: how many times as many.
    """

    factor: int = option(5, low=2, high=_SCALE_UP)

    def cure(self, config: ExperimentConfig) -> ExperimentConfig:
        """With so many times the training images, of which batches are then drawn."""
        images = config.data.training_images
        if isinstance(images, str):
            return config
        return replace(config, data=replace(config.data, training_images=min(images * self.factor, POOL)))


@dataclass(frozen=True)
class RegularizationSettings(Configurable):
    """What the page shows.

    Attributes:
        part: overfitting and its remedies, depth, or dropout's two scalings.
        images: to train on.
        noise: share of their labels that are wrong.
        remedy: what is to be tried next.
        tried: what trains side by side: at most eight, no two equal.
        updates: of each run.
        seed: of weights, batches and images.
        width: units of each layer in the race of depths.
        activation: after each of them.
        rate: of dropout, where its scalings are compared.
        mask: number of the mask that is looked at.

    Raises:
        ConfigError: a value is not accepted, there are more than eight remedies, or two equal ones.
    """

    part: str = option("overfitting", choices=PARTS)
    images: int = option(100, low=LEAST_IMAGES, high=MOST_IMAGES, log=True)
    noise: float = option(0.0, low=0, high=1)
    remedy: Remedy = option(WithWeightDecay(), family=REMEDIES)
    tried: tuple[Remedy, ...] = option((Plain(),), family=REMEDIES)
    updates: int = option(300, low=20, high=2000)
    seed: int = option(0, low=0, high=9999)
    width: int = option(20, low=4, high=100)
    activation: Activation = option(ReLU(), family=ACTIVATIONS)
    rate: float = option(0.2, low=0, high=0.95)
    mask: int = option(1, low=1, high=MASKS)

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.tried) > MOST_TRIED:
            raise ConfigError("training.too_many_remedies", got=len(self.tried), most=MOST_TRIED)
        if len(set(self.tried)) < len(self.tried):
            raise ConfigError("training.remedy_twice")

    def experiment(self) -> ExperimentConfig:
        """A wide network, a thousand weights for each of a hundred images, and nothing done against learning by heart.

        Batches are small, so that an epoch is a few of them and early stopping can look often enough. The learning rate
        falls along a cosine: where it stayed as it is, the last batch would decide who comes out best.
        """
        data = replace(_data(POOL), label_noise=self.noise, training_images=self.images)
        layers: tuple[Layer | Activation, ...] = (
            Conv2d(8, 5), ReLU(), MaxPool2d(2),
            Conv2d(16, 5), ReLU(), MaxPool2d(2),
            Flatten(), Linear(128), ReLU(), Linear(10),
        )  # fmt: skip
        return ExperimentConfig(
            data=data, layers=layers, optimizer=Momentum(lr=_RATE), schedule=Cosine(), batch_size=_BATCH, seed=self.seed
        )  # fmt: skip

    def entries(self, names: Sequence[str]) -> tuple[Contestant, ...]:
        """The remedies, each under its name."""
        plain = self.experiment()
        return tuple(Contestant(name, one.cure(plain)) for name, one in zip(names, self.tried, strict=True))

    def stack(self, depth: int) -> ExperimentConfig:
        """``depth`` equal fully connected layers and a head, on more images than can be learned by heart."""
        layers: list[Layer | Activation] = [Flatten()]
        for _ in range(depth):
            layers += [Linear(self.width), self.activation]
        layers.append(Linear(10))
        data = _data(DEPTH_IMAGES)
        return ExperimentConfig(data=data, layers=tuple(layers), optimizer=Momentum(lr=_RATE), seed=self.seed)

    def depths(self, names: Sequence[str]) -> tuple[Contestant, ...]:
        """Stacks of 2, 4, 8 and 16 layers, each under its name."""
        return tuple(Contestant(name, self.stack(depth)) for name, depth in zip(names, DEPTHS, strict=True))


def _data(images: int) -> DataConfig:
    """So many images to train on, and those that are held out."""
    everything = images + HELD_OUT
    return DataConfig(source=GeneratedDigits(size=everything), validation=HELD_OUT / everything)


def another(tried: Sequence[Remedy]) -> Remedy:
    """What to try next: a kind that is not there yet; when all are, the last one again."""
    present = {type(one) for one in tried}
    return next((cls() for cls in REMEDIES.values() if cls not in present), tried[-1])


def weights_of(config: ExperimentConfig, parameters: Array) -> Array:
    """The parameters (P,) of a network that weight decay acts on, or would: its weights without biases, (n,)."""
    return parameters[_decayed(json.dumps(config.to_dict()["layers"]))]


def penalty(weights: Array) -> float:
    """½ΣW²: what weight decay adds to the loss, for λ = 1."""
    return 0.5 * float(np.square(weights, dtype=np.float64).sum())


def first_weights(config: ExperimentConfig) -> Array:
    """The weights (n,) that training begins with."""
    return weights_of(config, Network(config.layers, seed=config.seed).parameters)


@lru_cache(maxsize=32)
def _decayed(layers: str) -> Array:
    return Network(layers_from(json.loads(layers))).decay_mask != 0
