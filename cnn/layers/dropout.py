"""Dropout: training with a part of the units missing."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import DTypeLike

from cnn.layers.base import LAYERS, Array, Layer, Shape
from cnn.options import option
from cnn.seeds import Purpose

_LEVELS = 1 << 16  # a random 64-bit number decides the fate of four units


@LAYERS.register("dropout")
@dataclass
class Dropout(Layer):
    """Leaves out each unit with probability p while training, so that none can rely on a particular other one.

    A mask of zeros (dropped) and ones (kept) multiplies the units, and what is left is scaled so that the next layer
    gets the same on average as without dropout:

    - ``inverted``: training y = x·mask/(1 − p), inference y = x;
    - ``classic``: training y = x·mask, inference y = x·(1 − p).

    Any shape. p is kept to the nearest 1/65536, in the mask and in the scale.

    Attributes:
        p: the share of units dropped.
        scaling: when the missing units are made up for: in training ("inverted") or in inference ("classic").

    Source: Srivastava et al. 2014.
    """

    stream: ClassVar[Purpose | None] = Purpose.DROPOUT

    p: float = option(0.5, low=0, high=0.95)
    scaling: str = option("inverted", choices=("inverted", "classic"))

    def infer(self, in_shape: Shape) -> Shape:  # noqa: D102
        return in_shape

    def build(self, in_shape: Shape, rng: np.random.Generator, dtype: DTypeLike = np.float32) -> Shape:
        """Take ``rng`` for the masks, until :meth:`reseed` gives another."""
        self.reseed(rng)
        return super().build(in_shape, rng, dtype)

    def reseed(self, rng: np.random.Generator) -> None:  # noqa: D102
        self._bits = rng.bit_generator

    def forward(self, x: Array, training: bool = False) -> Array:
        """x with units missing in training; all of x, scaled where the scaling is classic, in inference."""
        dropped = round(self.p * _LEVELS)
        kept_share = 1 - dropped / _LEVELS
        if training:
            mask = self._draw_mask(x.shape, dropped)
            if self.scaling == "inverted":
                mask *= 1 / kept_share
            return np.multiply(x, mask, out=self.work("y", x.shape))
        if self.scaling == "classic":
            return np.multiply(x, kept_share, out=self.work("y", x.shape))
        return x

    def backward(self, dy: Array) -> Array:
        """A dropped unit gets no gradient, a kept one dy times its scale."""
        return np.multiply(dy, self._mask, out=self.work("dx", dy.shape))

    def _draw_mask(self, shape: Shape, dropped: int) -> Array:
        self._mask = self.work("mask", shape)
        words: Array = np.asarray(self._bits.random_raw(-(-self._mask.size // 4)))
        levels = words.view(np.uint16)[: self._mask.size]
        return np.greater_equal(levels.reshape(shape), dropped, out=self._mask)
