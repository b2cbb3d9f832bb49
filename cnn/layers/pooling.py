"""Pooling: shrinking maps by taking the largest or the mean value of each window. It has no parameters.

Both kinds are separable: the maximum (sum) over a window is the maximum over its rows of the maxima along each row. So
each pass runs along one axis only and works on strided views: view t of an axis holds what tap t of every window reads.
The height comes first, whose views are long pieces of memory, so that the slower pass along the width has less left to
do; but where the winners of a maximum matter, in training, the width does: that decides ties in reading order.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnn.errors import ShapeError
from cnn.layers.base import LAYERS, Array, Layer, Shape, image_shape, staggered
from cnn.layers.windows import Windows, windows
from cnn.options import option

_HEIGHT, _WIDTH = 0, 2  # axes of (H, C, W, N)


@dataclass
class _Pooling(Layer):
    """The shapes and the padding of both kinds of pooling."""

    size: int = option(2, low=1, high=64)
    stride: int = option(0, low=0, high=64)
    padding: int = option(0, low=0, high=32)

    across_first: ClassVar[bool] = False  # whether the first pass of training is the one along the width

    def axes(self, in_shape: Shape) -> tuple[Windows, Windows]:
        """The windows along height and width."""
        _, height, width = image_shape(self, in_shape)
        if self.padding > self.size // 2:
            raise ShapeError(
                "layers.pool_padding",
                layer=type(self).__name__,
                padding=self.padding,
                size=self.size,
                limit=self.size // 2,
            )
        stride = self.stride or self.size
        return windows(height, self.size, stride, self.padding), windows(width, self.size, stride, self.padding)

    def infer(self, in_shape: Shape) -> Shape:
        """(C, H, W) -> (C, H', W'), H' = ⌊(H + 2P − F)/S⌋ + 1."""
        down, across = self.axes(in_shape)
        return in_shape[0], down.count, across.count

    def work_elements(self, in_shape: Shape) -> int:
        """The output, and the (padded) input's gradient; pooled along one axis only, and the gradient of that."""
        down, across = self.axes(in_shape)
        half = down.padded * across.count if self.across_first else down.count * across.padded
        return in_shape[0] * (down.padded * across.padded + 2 * half + 2 * down.count * across.count)

    def remainder(self, in_shape: Shape) -> tuple[int, int]:
        """Rows and columns that no window reads."""
        down, across = self.axes(in_shape)
        return down.remainder, across.remainder

    def _pad(self, x: Array, value: float) -> Array:
        """X with ``padding`` rows and columns of ``value`` around it."""
        if self.padding == 0:
            return x
        height, channels, width, batch = x.shape
        p = self.padding
        padded = self.work("padded", (height + 2 * p, channels, width + 2 * p, batch))
        padded.fill(value)
        padded[p : p + height, :, p : p + width] = x
        return padded

    def _crop(self, dx: Array) -> Array:
        """The inverse of :meth:`_pad`, for the gradient."""
        if self.padding == 0:
            return dx
        p = self.padding
        return np.ascontiguousarray(dx[p:-p, :, p:-p])

    def _plan(self, batch: int, across_first: bool) -> "_Plan":
        name = "plan, width first" if across_first else "plan, height first"
        return self.keep(name, batch, lambda: _Plan(self, batch, across_first))


class _Plan:
    """The work arrays of a pooling layer for one batch size, and the views of them that each tap of a window reads.

    Attributes:
        axis: of the first pass.
        first, second: the windows along the axes of the two passes.
        half, half_taps: pooled along the first axis only, padding included in the second; its view for each tap.
        y: (H', C, W', N).
        d_half, d_half_taps, dx, dx_taps: the gradients of ``half`` and of the padded input, with the views of each tap.
    """

    def __init__(self, layer: _Pooling, batch: int, across_first: bool) -> None:
        down, across = layer.axes(layer.in_shape)
        self.axis, then = (_WIDTH, _HEIGHT) if across_first else (_HEIGHT, _WIDTH)
        self.first, self.second = (across, down) if across_first else (down, across)
        channels = layer.in_shape[0]
        padded = down.padded, channels, across.padded, batch
        half = (*padded[: self.axis], self.first.count, *padded[self.axis + 1 :])
        self.half, self.d_half = staggered(half, layer.dtype), staggered(half, layer.dtype)
        self.y = staggered((down.count, channels, across.count, batch), layer.dtype)
        self.dx = staggered(padded, layer.dtype)
        self.half_taps = _taps(self.half, then, self.second)
        self.d_half_taps = _taps(self.d_half, then, self.second)
        self.dx_taps = _taps(self.dx, self.axis, self.first)


@LAYERS.register("max_pool2d")
@dataclass
class MaxPool2d(_Pooling):
    """Keeps the largest value of each window, (C, H, W) -> (C, H', W'); padding counts as −∞.

    Backward, each window ADDS its gradient at its one winner: the first in row-major order where several are largest.

    Attributes:
        size: height and width of a window.
        stride: step from one window to the next; 0 means ``size``, so that windows tile the map.
        padding: rows and columns around the map, at most half a window.

    Raises:
        ShapeError: the input is no image, a window is larger than it, or the padding is more than half a window.
    """

    across_first: ClassVar[bool] = True

    def forward(self, x: Array, training: bool = False) -> Array:
        """(H, C, W, N) -> (H', C, W', N)."""
        plan = self._plan(x.shape[-1], across_first=training)
        taps = _taps(self._pad(x, -np.inf), plan.axis, plan.first)
        _largest(taps, plan.half)
        _largest(plan.half_taps, plan.y)
        if training:
            self._won_first = self._winners("first", taps, plan.half, _tiles(plan.first))
            self._won_second = self._winners("second", plan.half_taps, plan.y, _tiles(plan.second))
        return plan.y

    def backward(self, dy: Array) -> Array:
        """(H', C, W', N) -> (H, C, W, N): first to the winning row of each window, then to the winner in that row."""
        plan = self._plan(dy.shape[-1], across_first=True)
        _route(dy, self._won_second, plan.d_half, plan.d_half_taps, _tiles(plan.second))
        _route(plan.d_half, self._won_first, plan.dx, plan.dx_taps, _tiles(plan.first))
        return self._crop(plan.dx)

    def _winners(self, name: str, taps: list[Array], largest: Array, tiled: bool) -> Array:
        """For each tap, whether it is its window's first that reaches the largest value: (k, *shape) of bool.

        Where two taps tile the map one row of it is enough: the second wins where the first does not.
        """
        won = self.keep(name, largest.shape, lambda: staggered((len(taps), *largest.shape), bool))
        if tiled and len(taps) == 2:
            np.greater_equal(taps[0], taps[1], out=won[0])
            return won
        free = self.keep(f"{name} free", largest.shape, lambda: staggered(largest.shape, bool))
        free.fill(True)
        for tap, mine in zip(taps, won, strict=True):
            np.equal(tap, largest, out=mine)
            np.logical_and(mine, free, out=mine)
            np.greater(free, mine, out=free)
        return won


@LAYERS.register("avg_pool2d")
@dataclass
class AvgPool2d(_Pooling):
    """Takes the mean of each window, (C, H, W) -> (C, H', W'); backward, each cell gets dy / (window area).

    Attributes:
        size: height and width of a window.
        stride: step from one window to the next; 0 means ``size``, so that windows tile the map.
        padding: rows and columns of zeros around the map, at most half a window.
        count_padding: whether padding counts in the area that a sum is divided by (as in PyTorch).

    Raises:
        ShapeError: the input is no image, a window is larger than it, or the padding is more than half a window.
    """

    count_padding: bool = option(True)

    def forward(self, x: Array, training: bool = False) -> Array:
        """(H, C, W, N) -> (H', C, W', N)."""
        plan = self._plan(x.shape[-1], across_first=False)
        _sum(_taps(self._pad(x, 0), plan.axis, plan.first), plan.half)
        _sum(plan.half_taps, plan.y)
        plan.y *= self._share()
        return plan.y

    def backward(self, dy: Array) -> Array:
        """(H', C, W', N) -> (H, C, W, N)."""
        plan = self._plan(dy.shape[-1], across_first=False)
        share = np.multiply(dy, self._share(), out=self.work("share", dy.shape))
        _spread(share, plan.d_half, plan.d_half_taps, _tiles(plan.second))
        _spread(plan.d_half, plan.dx, plan.dx_taps, _tiles(plan.first))
        return self._crop(plan.dx)

    def _share(self) -> Array:
        """1 / (window area): one number, or with ``count_padding`` off one per window, (H', 1, W', 1)."""

        def make() -> Array:
            if self.count_padding or self.padding == 0:
                return np.asarray(1 / self.size**2, self.dtype)
            down, across = (_cells(axis) for axis in self.axes(self.in_shape))
            return (1 / (down[:, None, None, None] * across[:, None])).astype(self.dtype)

        return self.keep("window share", (), make)


def _taps(x: Array, axis: int, windows: Windows) -> list[Array]:
    """For each tap of the windows along ``axis`` of the padded x, the view of what it reads in every window."""
    span = (windows.count - 1) * windows.stride + 1
    before: tuple[slice, ...] = (slice(None),) * axis
    return [x[(*before, slice(tap, tap + span, windows.stride))] for tap in range(windows.kernel)]


def _largest(taps: list[Array], out: Array) -> None:
    """The maximum over the taps. ``np.maximum`` of two arrays runs on vectors; ``max`` over a short axis does not."""
    np.copyto(out, taps[0]) if len(taps) == 1 else np.maximum(taps[0], taps[1], out=out)
    for tap in taps[2:]:
        np.maximum(out, tap, out=out)


def _sum(taps: list[Array], out: Array) -> None:
    """The sum over the taps."""
    np.copyto(out, taps[0]) if len(taps) == 1 else np.add(taps[0], taps[1], out=out)
    for tap in taps[2:]:
        np.add(out, tap, out=out)


def _route(dy: Array, won: Array, dx: Array, taps: list[Array], tiled: bool) -> None:
    """Add dy to dx where each window has its winner; ``taps`` are the views of dx.

    Multiplying by the mask is several times faster than assigning through it, and where windows tile dx there is
    nothing to add to. Of two taps the second gets what the first did not.
    """
    if tiled and len(taps) == 2:
        np.multiply(dy, won[0], out=taps[0])
        np.subtract(dy, taps[0], out=taps[1])
        return
    dx.fill(0)
    for tap, mine in zip(taps, won, strict=True):
        tap += dy * mine


def _spread(dy: Array, dx: Array, taps: list[Array], tiled: bool) -> None:
    """Add dy to dx at every cell of each window; ``taps`` are the views of dx."""
    if not tiled:
        dx.fill(0)
    for tap in taps:
        np.copyto(tap, dy) if tiled else np.add(tap, dy, out=tap)


def _tiles(axis: Windows) -> bool:
    """Whether every cell lies in exactly one window."""
    return axis.stride == axis.kernel and axis.remainder == 0


def _cells(axis: Windows) -> Array:
    """How many cells of each window lie on the map rather than on padding."""
    starts = np.arange(axis.count) * axis.stride - axis.before
    return np.minimum(starts + axis.kernel, axis.size) - np.maximum(starts, 0)
