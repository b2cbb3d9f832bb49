"""FReLU: an activation that looks around each pixel before it decides, with weights of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import DTypeLike

from cnn.initializers import LeCun
from cnn.layers.base import LAYERS, Array, Layer, Shape, image_shape
from cnn.layers.batch_norm import BatchNorm2d
from cnn.layers.windows import windows
from cnn.options import option
from cnn.seeds import Purpose

_KERNEL = 3
_NORM = "norm."

Place = tuple[slice, slice, slice]


@LAYERS.register("frelu")
@dataclass
class FReLU(Layer):
    """Where ReLU compares a pixel with 0, the funnel compares it with what it has learned to expect from around it.

    y = max(x, T(x)), T(x) = BatchNorm(depthwise 3×3 convolution of x): one filter a channel, padding 1, no bias, since
    batch normalization would take it out again. (C, H, W) -> (C, H, W).

    Parameters: ``conv.weight`` (C, 1, 3, 3), ``norm.weight`` and ``norm.bias`` (C,).

    Attributes:
        momentum, eps: those of the batch normalization.

    Raises:
        ShapeError: the input is no image.

    Source: Ma, Zhang & Sun 2020, eq. 1–2.
    """

    stream: ClassVar[Purpose | None] = Purpose.FUNNEL
    decayed: ClassVar[tuple[str, ...]] = ("conv.weight",)
    batch_statistics: ClassVar[bool] = True

    momentum: float = option(0.1, low=0, high=1)
    eps: float = option(1e-5, low=1e-12, high=1, log=True)

    def infer(self, in_shape: Shape) -> Shape:  # noqa: D102
        return image_shape(self, in_shape)

    def parameter_shapes(self, in_shape: Shape) -> dict[str, Shape]:
        """The filters, and γ and β of the norm."""
        channels = in_shape[:1]
        return {"conv.weight": (*channels, 1, _KERNEL, _KERNEL), "norm.weight": channels, "norm.bias": channels}

    def multiply_adds(self, in_shape: Shape) -> int:
        """Nine for each element."""
        return _KERNEL**2 * int(np.prod(in_shape, dtype=np.int64))

    def work_elements(self, in_shape: Shape) -> int:
        """The output, the convolution and its norm, one product, and the gradient of each."""
        return 9 * int(np.prod(in_shape, dtype=np.int64))

    def build(self, in_shape: Shape, rng: np.random.Generator, dtype: DTypeLike = np.float32) -> Shape:
        """Draw the filters with std √(1/9); the norm starts at γ = 1, β = 0."""
        out_shape = super().build(in_shape, rng, dtype)
        self._norm = BatchNorm2d(self.momentum, self.eps)
        self._norm.build(in_shape, rng, dtype)
        taps = _KERNEL**2
        filters = LeCun().draw(rng, self.parameter_shapes(in_shape)["conv.weight"], taps, taps, dtype)
        self.params = {"conv.weight": filters, **_prefixed(self._norm.params)}
        self.grads = {"conv.weight": np.zeros_like(filters), **_prefixed(self._norm.grads)}
        self.buffers = _prefixed(self._norm.buffers)
        return out_shape

    def forward(self, x: Array, training: bool = False) -> Array:
        """(H, C, W, N) -> (H, C, W, N)."""
        funnel = self.condition(x, training)
        if training:
            self._x, self._funnel = x, funnel
        return np.maximum(x, funnel, out=self.work("y", x.shape))

    def condition(self, x: Array, training: bool = False) -> Array:
        """T(x), what x is compared with: (H, C, W, N) -> (H, C, W, N)."""
        self._lend_to_norm()
        return self._norm.forward(self._convolve(x), training)

    def backward(self, dy: Array) -> Array:
        """The winner of each pair gets dy: x directly (on a tie too), or T, and through it the pixels around."""
        self._lend_to_norm()
        dx = np.greater_equal(self._x, self._funnel, out=self.work("dx", dy.shape))
        dx *= dy
        dfunnel = np.subtract(dy, dx, out=self.work("dfunnel", dy.shape))
        self._convolve_backward(self._norm.backward(dfunnel), dx)
        return dx

    def _lend_to_norm(self) -> None:
        """Hand the norm its part of the parameters: the network may have moved them since they were made."""
        for own, lent in (
            (self._norm.params, self.params),
            (self._norm.grads, self.grads),
            (self._norm.buffers, self.buffers),
        ):
            own.update({name: lent[_NORM + name] for name in own})

    def _convolve(self, x: Array) -> Array:
        """The depthwise convolution as nine shifted copies of the image, each times its tap's weights."""
        rows = _rows(x)
        total, product = self.work("convolved", rows.shape), self.work("product", rows.shape)
        total.fill(0)
        for ky, kx, out_at, in_at in self._taps(x.shape):
            total[out_at] += np.multiply(rows[in_at], self._tap(ky, kx, rows[in_at]), out=product[in_at])
        return total.reshape(x.shape)

    def _convolve_backward(self, dy: Array, dx: Array) -> None:
        """dW[c, tap] = Σ dy·(x shifted by the tap); adds to dx dy shifted back, times the tap's weights."""
        dy_rows, dx_rows, x_rows = _rows(dy), _rows(dx), _rows(self._x)
        product = self.work("product", dy_rows.shape)
        for ky, kx, out_at, in_at in self._taps(dy.shape):
            here = dy_rows[out_at]
            self.grads["conv.weight"][:, 0, ky, kx] = np.vecdot(here, x_rows[in_at]).sum(axis=0)
            dx_rows[in_at] += np.multiply(here, self._tap(ky, kx, here), out=product[out_at])

    def _tap(self, ky: int, kx: int, rows: Array) -> Array:
        """A tap's weight of each channel, written out over a row of pixels as in :mod:`cnn.layers.batch_norm`."""
        _, channels, width = rows.shape
        block = self.work("tap", (channels, width))
        np.copyto(block, self.params["conv.weight"][:, 0, ky, kx, None])
        return block

    def _taps(self, shape: Shape) -> Iterator[tuple[int, int, Place, Place]]:
        """For each tap: ky, kx, and where it writes and reads in (H, C, W·N) rows; padding is left out."""
        height, _, width, batch = shape
        down, across = windows(height, _KERNEL, 1, 1), windows(width, _KERNEL, 1, 1)
        for ky, kx in np.ndindex(_KERNEL, _KERNEL):
            (rows_out, rows_in), (columns_out, columns_in) = down.pairs(ky), across.pairs(kx)
            out_at = (rows_out, slice(None), _pixels(columns_out, batch))
            yield ky, kx, out_at, (rows_in, slice(None), _pixels(columns_in, batch))


def _rows(x: Array) -> Array:
    """(H, C, W, N) -> (H, C, W·N): a view."""
    return x.reshape(*x.shape[:2], -1)


def _pixels(columns: slice, batch: int) -> slice:
    """A range of columns as a range of a row in which each column holds the whole batch."""
    return slice(columns.start * batch, columns.stop * batch)


def _prefixed(arrays: dict[str, Array]) -> dict[str, Array]:
    return {_NORM + name: array for name, array in arrays.items()}
