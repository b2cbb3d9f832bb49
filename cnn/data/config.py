"""The data of an experiment: where they come from, what is held out, what is done to them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.data import store
from cnn.data.augmentation import AUGMENTATIONS, ImageTransform, NoAugmentation
from cnn.data.dataset import MOST_IMAGES, Dataset
from cnn.data.sources import DATASETS, GeneratedDigits, Source
from cnn.errors import DataError
from cnn.options import Configurable, option
from cnn.seeds import Purpose, generator

Array = NDArray[Any]

MINE_SHARE = 0.1  # of the training images; a handful of own drawings would drown among thousands
MOST_REPEATS = 50  # of one drawing


@dataclass(frozen=True, eq=False)
class Split:
    """A data set, part of it held out for validation."""

    training: Dataset
    validation: Dataset


@dataclass(frozen=True)
class DataConfig(Configurable):
    """What a network is trained on.

    Attributes:
        source: the data set.
        mine: key in the store of the person's own drawings, which join the training images; "" for none.
        validation: share of the source's images that is held out.
        augmentation: what is done to the training images, anew in each epoch.
        label_noise: share of the training labels that is replaced by a wrong one, to see a network learn by heart.
        training_images: how many of the images that are not held out are trained on, or "all". They are drawn by seed;
            a larger number holds those of a smaller one, and what is held out stays the same.
    """

    source: Source = option(GeneratedDigits(), family=DATASETS)
    mine: str = option("", kind="text", pattern=f"({store.KEY})?")
    validation: float = option(0.1, low=0, high=0.5)
    augmentation: ImageTransform = option(NoAugmentation(), family=AUGMENTATIONS)
    label_noise: float = option(0.0, low=0, high=1)
    training_images: int | str = option("all", low=1, high=MOST_IMAGES, kind="int", choices=("all",), log=True)

    def load(self, seed: int = 0) -> Split:
        """Fetch and split the images: everything but the augmentation is done.

        Raises:
            DataError: the source's images or the drawings cannot be had.
        """
        source = self.source.load(seed)
        parts = split(source, self.validation, seed)
        training = _noisy(_some(parts.training, self.training_images, seed), self.label_noise, seed)
        if self.mine:
            training = training.joined(_repeated(store.get(self.mine, "my digits"), len(training)))
        if not len(training):
            raise DataError("data.nothing_to_train_on")
        return Split(training, parts.validation)


def split(dataset: Dataset, share: float, seed: int) -> Split:
    """Hold out ``share`` of the images, drawn by seed; both parts keep the order of the images."""
    held_out = np.zeros(len(dataset), bool)
    chosen = generator(seed, Purpose.VALIDATION).permutation(len(dataset))[: round(share * len(dataset))]
    held_out[chosen] = True
    return Split(dataset.take(~held_out), dataset.take(held_out))


def _some(dataset: Dataset, count: int | str, seed: int) -> Dataset:
    if isinstance(count, str) or count >= len(dataset):
        return dataset
    return dataset.take(np.sort(generator(seed, Purpose.SUBSET).permutation(len(dataset))[:count]))


def _noisy(dataset: Dataset, share: float, seed: int) -> Dataset:
    if not share:
        return dataset
    rng, classes = generator(seed, Purpose.LABEL_NOISE), len(dataset.class_names)
    chosen = rng.permutation(len(dataset))[: round(share * len(dataset))]
    labels = dataset.labels.copy()
    labels[chosen] = (labels[chosen] + rng.integers(1, classes, len(chosen))) % classes  # never the right one
    return Dataset(dataset.images, labels, dataset.class_names)


def _repeated(mine: Dataset, among: int) -> Dataset:
    """Own drawings as often as they need to make up their share."""
    repeats = np.clip(round(MINE_SHARE * among / max(len(mine), 1)), 1, MOST_REPEATS)
    return mine.take(np.tile(np.arange(len(mine)), int(repeats)))
