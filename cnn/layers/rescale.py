"""Another scale for the input: multiplied and shifted by fixed numbers."""

from dataclasses import dataclass

import numpy as np

from cnn.layers.base import LAYERS, Array, Layer, Shape
from cnn.options import option

_FURTHEST = 1000.0  # of what the ends may be: pixels as bytes end at 255


@LAYERS.register("rescale")
@dataclass
class Rescale(Layer):
    """Takes numbers of 0 … 1 to low … high, by fixed numbers: it looks at no data and learns nothing.

    y = low + (high − low)·x, so dx = (high − low)·dy. Any shape. As the first layer it decides how pixels come in:
    0 … 255 as bytes have them, −1 … 1, or standardized by −m/s … (1 − m)/s, where m is the mean of all training
    pixels and s their standard deviation.

    Attributes:
        low: what becomes of 0.
        high: what becomes of 1.
    """

    low: float = option(-1.0, low=-_FURTHEST, high=_FURTHEST)
    high: float = option(1.0, low=-_FURTHEST, high=_FURTHEST)

    def infer(self, in_shape: Shape) -> Shape:  # noqa: D102
        return in_shape

    def forward(self, x: Array, training: bool = False) -> Array:
        """y, of x's shape."""
        y = np.multiply(x, self.high - self.low, out=self.work("y", x.shape))
        y += self.low
        return y

    def backward(self, dy: Array) -> Array:
        """dx, of dy's shape."""
        return np.multiply(dy, self.high - self.low, out=self.work("dx", dy.shape))
