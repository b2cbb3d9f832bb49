"""The work arrays of a convolution for one batch size, and the views into them: what Conv2d computes with.

The operand of a product is packed anew by BLAS each time, which takes as long as multiplying it by about eight filters.
So in a layer of few filters two output rows share one product: see :func:`_rows_at_once`.
"""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from cnn.layers.base import Array, Shape, staggered
from cnn.layers.windows import Windows

_SMALL_PRODUCT = 1_000_000  # multiply-adds up to which OpenBLAS uses its code for small products
_NARROWEST_BLOCK = 192
_PACKING = 8  # filters by which an operand could be multiplied in the time that BLAS takes to pack it


class _Convolution(Protocol):
    """What the plans need to know of a layer."""

    kernel: int
    stride: int
    in_shape: Shape
    out_shape: Shape
    dtype: np.dtype[Any]

    def axes(self, in_shape: Shape) -> tuple[Windows, Windows]:
        """The windows along height and width."""
        ...


class ForwardPlan:
    """The forward pass row by row, R output rows (one or two) to a product.

    Attributes:
        expanded: (H, C, k, W', N), what each tap of each output column reads; zero, and left so, where it is padding.
        taps: for each horizontal tap its part of ``expanded``, and the input columns that belong there.
        operands: (H'/R, K, W'·N), for each product the rows of ``expanded`` that it reads, one after the other; they
            overlap. K = (k + (R − 1)·S)·C·k.
        matrix: (R·F, K), the weights once for each of the R output rows, each S rows further on; zero elsewhere.
        places: where in ``matrix`` the weights of each output row stand, as (F, k, C·k).
        y: (H', F, W'·N).
        bias: (F, W'·N), the biases written out over a row: NumPy adds that twice as fast as a number for each row.
        operand_blocks, y_blocks: ``operands`` and the products in blocks of columns, see :func:`_blocks`.
    """

    def __init__(self, layer: _Convolution, batch: int) -> None:
        channels, rows, _ = layer.in_shape
        filters, out_rows, out_columns = layer.out_shape
        down, across = layer.axes(layer.in_shape)
        kernel, stride, width = layer.kernel, layer.stride, out_columns * batch
        padded = staggered((down.padded, channels, kernel, out_columns, batch), layer.dtype)
        padded.fill(0)
        self.expanded = padded[down.before : down.before + rows]
        pairs = [across.pairs(tap) for tap in range(kernel)]
        self.taps = [(self.expanded[:, :, tap, outputs], inputs) for tap, (outputs, inputs) in enumerate(pairs)]
        at_once = _rows_at_once(filters, kernel, stride, out_rows)
        span, taps = kernel + (at_once - 1) * stride, channels * kernel
        row, element = padded.strides[0], padded.itemsize
        self.operands = as_strided(
            padded,
            (out_rows // at_once, span * taps, width),
            (at_once * stride * row, width * element, element),
            writeable=False,
        )
        spread = np.zeros((at_once, filters, span, taps), layer.dtype)
        self.matrix = spread.reshape(at_once * filters, -1)
        self._reads = [slice(row * stride, row * stride + kernel) for row in range(at_once)]
        self.places = [weights[:, reads] for weights, reads in zip(spread, self._reads, strict=True)]
        self.y = staggered((out_rows, filters, width), layer.dtype)
        self.bias = staggered((filters, width), layer.dtype)
        products = self.y.reshape(-1, at_once * filters, width)
        blocks = _blocks(self.matrix.size * width, width)
        self.operand_blocks, self.y_blocks = _split(self.operands, blocks), _split(products, blocks)

    def output(self, x: Array, params: Mapping[str, Array]) -> Array:
        """(H, C, W, N) -> (H', F, W', N)."""
        for reads, inputs in self.taps:
            np.copyto(reads, x[:, :, inputs])
        for place in self.places:
            np.copyto(place, params["weight"].reshape(place.shape))
        np.matmul(self.matrix, self.operand_blocks, out=self.y_blocks)
        if "bias" in params:
            np.copyto(self.bias, params["bias"][:, None])
            self.y += self.bias
        return self.y.reshape(*self.y.shape[:2], -1, x.shape[-1])

    def weight_gradient(self, rows: Array) -> Array:
        """dW as (F, k, C, k), for the x of the last :meth:`output`, from dy as (H', F, W'·N)."""
        products = rows.reshape(len(self.operands), -1, rows.shape[-1])
        summed = np.matmul(self.operands, products.transpose(0, 2, 1)).sum(axis=0)
        filters, kernel, taps = self.places[0].shape
        shares = summed.reshape(-1, taps, len(self.places), filters)
        total = sum(shares[reads, :, row] for row, reads in enumerate(self._reads))
        return np.asarray(total).transpose(2, 0, 1).reshape(filters, kernel, -1, kernel)


class BackwardPlan:
    """The gradient of the input, one output row after the other.

    Attributes:
        outputs: the output columns that any input column reached; the others saw nothing but padding.
        inner: where their gradients belong in a row (F, k − 1 + W, N) that is zero elsewhere: for S > 1 S apart.
        shifted: (F, k, W, N), that row seen from each horizontal tap, an overlapping view.
        spread: its copy, the gradient that each tap sends to each input column from the current output row.
        share_blocks: (k·C, W·N), in blocks, what one output row adds to the k input rows below it.
        share_rows: the same as (k, C, W·N).
        dx_padded, dx: (padded rows, C, W·N), and the part of it that is no padding as (H, C, W, N).
        steps: for each output row ``spread`` as a matrix, in blocks, and the rows of ``dx_padded`` that it reaches.
    """

    def __init__(self, layer: _Convolution, batch: int) -> None:
        channels, rows, columns = layer.in_shape
        filters, out_rows, out_columns = layer.out_shape
        down, across = layer.axes(layer.in_shape)
        kernel, stride, width = layer.kernel, layer.stride, columns * batch
        # Output o read input o·S + tap − P by each tap: its gradient lies at o·S − P + (k − 1), read backwards.
        starts = np.arange(out_columns) * stride - across.before + kernel - 1
        seen = np.flatnonzero((starts >= 0) & (starts < kernel - 1 + columns))
        row = staggered((filters, kernel - 1 + columns, batch), layer.dtype)
        row.fill(0)
        self.outputs, places = _span(seen), _span(starts[seen], stride)
        self.inner = row[:, places]
        self.shifted = sliding_window_view(row, columns, axis=1).transpose(0, 1, 3, 2)[:, ::-1]
        self.spread = staggered((filters, kernel, columns, batch), layer.dtype)
        blocks = _blocks(kernel * channels * filters * kernel * width, width)
        share = staggered((kernel * channels, width), layer.dtype)
        self.share_blocks, self.share_rows = _split(share, blocks), share.reshape(kernel, channels, width)
        self.dx_padded = staggered((down.padded, channels, width), layer.dtype)
        self.dx = self.dx_padded[down.before : down.before + rows].reshape(rows, channels, columns, batch)
        matrix = _split(self.spread.reshape(filters * kernel, width), blocks)
        self.steps = [(matrix, self.dx_padded[y * stride : y * stride + kernel]) for y in range(out_rows)]


def _span(places: Array, step: int = 1) -> slice:
    """The slice of evenly spaced places."""
    return slice(int(places[0]), int(places[-1]) + 1, step) if places.size else slice(0, 0)


def _rows_at_once(filters: int, kernel: int, stride: int, out_rows: int) -> int:
    """Whether two output rows share one product: their operand is packed once, but F·S·C·k·2 weights in it are zeros.

    The cost of an output row is that of packing its rows of the operand plus that of multiplying them by the filters:
    k·(P + F) alone, (k + S)·(P/2 + F) as one of two.
    """
    shared, alone = (kernel + stride) * (_PACKING / 2 + filters), kernel * (_PACKING + filters)
    return 2 if out_rows % 2 == 0 and shared < alone else 1


def _blocks(multiply_adds: int, width: int) -> int:
    """Into how many blocks to split a matrix product of that many multiply-adds and that width.

    OpenBLAS has faster code for small products on some processors (AVX-512: about twice as fast), and elsewhere small
    ones at least stay in the cache. Below a certain width splitting costs more than it brings.
    """
    for blocks in range(1, width // _NARROWEST_BLOCK + 1):
        if width % blocks == 0 and multiply_adds / blocks <= _SMALL_PRODUCT:
            return blocks
    return 1


def _split(matrices: Array, blocks: int) -> Array:
    """(…, K, M) -> (…, blocks, K, M / blocks), a view."""
    return np.moveaxis(matrices.reshape(*matrices.shape[:-1], blocks, -1), -2, -3)
