"""Layers that only rearrange."""

from dataclasses import dataclass

import numpy as np

from cnn.layers.base import LAYERS, Array, Layer, Shape, image_shape


@LAYERS.register("flatten")
@dataclass
class Flatten(Layer):
    """Lays the maps out as one vector, channel by channel and row by row: (C, H, W) -> (C·H·W,).

    The order is PyTorch's, so that the weights of a Linear behind it mean the same there.

    Raises:
        ShapeError: the input is a vector already.
    """

    def infer(self, in_shape: Shape) -> Shape:
        """(C, H, W) -> (C·H·W,)."""
        channels, height, width = image_shape(self, in_shape)
        return (channels * height * width,)

    def forward(self, x: Array, training: bool = False) -> Array:
        """(H, C, W, N) -> (C·H·W, N), a copy: the vector's order is another than that of maps in memory."""
        height, channels, width, batch = x.shape
        y = self.work("y", (channels, height, width, batch))
        np.copyto(y, x.transpose(1, 0, 2, 3))
        return y.reshape(-1, batch)

    def backward(self, dy: Array) -> Array:
        """(C·H·W, N) -> (H, C, W, N)."""
        channels, height, width = self.in_shape
        dx = self.work("dx", (height, channels, width, dy.shape[1]))
        np.copyto(dx, dy.reshape(channels, height, width, -1).transpose(1, 0, 2, 3))
        return dx
