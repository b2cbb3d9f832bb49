"""The data sets a person can choose from, each a registered class with its options.

A configuration holds a source and not its images: whoever trains loads them from the source's name, options and seed.
"""

import re
from dataclasses import dataclass

import numpy as np

from cnn.data import mnist, store
from cnn.data.dataset import MOST_IMAGES, Dataset
from cnn.data.handwriting import digits_uint8
from cnn.errors import DataError
from cnn.options import Configurable, option
from cnn.registry import Registry
from cnn.seeds import Purpose, generator

DATASETS: "Registry[Source]" = Registry("dataset")
_MOST_LETTERS = 80  # of a file's name that a configuration keeps
_NOT_IN_NAMES = r"\x00-\x1f\x7f/\\\ud800-\udfff"  # control characters, separators of folders, halves of characters
FILENAME = f"[^{_NOT_IN_NAMES}]{{0,{_MOST_LETTERS}}}"
_SAMPLE = 100  # the ordinal of the stream that samples images; the generated digits have the first ones


class Source(Configurable):
    """Somewhere to get a :class:`Dataset` from."""

    def load(self, seed: int = 0) -> Dataset:
        """The images; the same seed gives the same ones in the same order.

        Raises:
            DataError: they cannot be had, and what to do about it.
        """
        raise NotImplementedError


def filename(*names: str) -> str:
    """The names of uploaded files as one text that a configuration keeps: short, and of whole characters."""
    return re.sub(f"[{_NOT_IN_NAMES}]", "_", ", ".join(names))[:_MOST_LETTERS]


@DATASETS.register("digits")
@dataclass(frozen=True)
class GeneratedDigits(Source):
    """Digits written by the program itself; see :func:`cnn.data.digits`."""

    size: int = option(20_000, low=100, high=100_000, log=True)
    variation: float = option(0.7, low=0, high=2)

    def load(self, seed: int = 0) -> Dataset:
        """Generate them."""
        return Dataset(*digits_uint8(self.size, seed, self.variation))


@DATASETS.register("mnist")
@dataclass(frozen=True)
class Mnist(Source):
    """Images sampled from the training half of MNIST, once it was downloaded."""

    size: int = option(20_000, low=100, high=60_000, log=True)

    def load(self, seed: int = 0) -> Dataset:
        """Read them from the cache folder."""
        return _sample(mnist.load("mnist"), self.size, seed)


@DATASETS.register("fashion")
@dataclass(frozen=True)
class FashionMnist(Source):
    """Images sampled from the training half of Fashion-MNIST, once it was downloaded."""

    size: int = option(20_000, low=100, high=60_000, log=True)

    def load(self, seed: int = 0) -> Dataset:
        """Read them from the cache folder."""
        return _sample(mnist.load("fashion"), self.size, seed)


@DATASETS.register("stored")
@dataclass(frozen=True)
class Stored(Source):
    """Uploaded images, kept in the store.

    Attributes:
        key: from :func:`cnn.data.store.put`.
        filename: of the upload, so that a link to this configuration says which file it needs.
        size: at most so many of them.
    """

    key: str = option("", kind="text", pattern=f"({store.KEY})?")
    filename: str = option("", kind="text", pattern=FILENAME)
    size: int = option(20_000, low=1, high=MOST_IMAGES, log=True)

    def load(self, seed: int = 0) -> Dataset:
        """Read them from the store."""
        if not self.key:
            raise DataError("data.nothing_uploaded")
        return _sample(store.get(self.key, self.filename), self.size, seed)


def _sample(dataset: Dataset, size: int, seed: int) -> Dataset:
    if size >= len(dataset):
        return dataset
    return dataset.take(np.sort(generator(seed, Purpose.DATA, _SAMPLE).permutation(len(dataset))[:size]))
