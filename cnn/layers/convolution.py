"""Convolution: small learned filters that slide over an image.

How it is computed. The obvious way writes every window out as a column (im2col): k·k copies of the image. Here the
image is copied k times only, once per horizontal tap kx; the vertical taps come for free, because with rows outermost
the k rows that output row y needs lie next to each other in memory::

    expanded: (rows, C·k, columns·N)       row r: what tap kx of each output column reads from row r
    expanded[y·S : y·S + k]                k rows in one piece = the matrix (k·C·k, columns·N) for output row y

so one batched matrix product over overlapping views is the whole convolution, at any stride and padding.
"""

from dataclasses import dataclass

import numpy as np

from cnn.initializers import INITIALIZERS, Initializer
from cnn.layers.base import LAYERS, Array, Shape, image_shape
from cnn.layers.convolution_plans import BackwardPlan, ForwardPlan
from cnn.layers.weighted import WeightedLayer
from cnn.layers.windows import Padding, Windows, windows
from cnn.options import option


@LAYERS.register("conv2d")
@dataclass
class Conv2d(WeightedLayer):
    """Slides ``filters`` learned filters over the image: cross-correlation plus a bias.

    y[f] = b[f] + Σ_c corr(x[c], W[f, c]), (C, H, W) -> (filters, H', W') with H' = ⌊(H + 2P − F)/S⌋ + 1.

    Attributes:
        filters: number of filters, the output's channels.
        kernel: height and width of a filter (F).
        stride: step from one window to the next (S).
        padding: rows and columns of zeros around the image (P), "valid" for none, "same" for ⌈H/S⌉ rows out.
        bias: whether each filter has a bias.
        initializer: how the weights start; "auto" follows the activation behind.

    Raises:
        ShapeError: the input is no image, or the kernel is larger than the padded image.

    Source: Goodfellow et al. 2016, ch. 9; gradients: Dumoulin & Visin 2016, ch. 4.
    """

    filters: int = option(8, low=1, high=1024)
    kernel: int = option(5, low=1, high=64)
    stride: int = option(1, low=1, high=64)
    padding: Padding = option("same", low=0, high=64, choices=("same", "valid"))
    bias: bool = option(True)
    initializer: Initializer | str = option("auto", choices=("auto",), family=INITIALIZERS)

    def axes(self, in_shape: Shape) -> tuple[Windows, Windows]:
        """The windows along height and width."""
        _, height, width = image_shape(self, in_shape)
        down = windows(height, self.kernel, self.stride, self.padding)
        return down, windows(width, self.kernel, self.stride, self.padding)

    def infer(self, in_shape: Shape) -> Shape:
        """(C, H, W) -> (filters, H', W')."""
        down, across = self.axes(in_shape)
        return self.filters, down.count, across.count

    def remainder(self, in_shape: Shape) -> tuple[int, int]:
        """Rows and columns that no window reads."""
        down, across = self.axes(in_shape)
        return down.remainder, across.remainder

    def parameter_shapes(self, in_shape: Shape) -> dict[str, Shape]:
        """Weight (filters, C, F, F) and bias (filters,)."""
        shapes: dict[str, Shape] = {"weight": (self.filters, in_shape[0], self.kernel, self.kernel)}
        return shapes | {"bias": (self.filters,)} if self.bias else shapes

    def fans(self, in_shape: Shape) -> tuple[int, int]:
        """n_in = C·F², n_out = filters·F²."""
        taps = self.kernel**2
        return in_shape[0] * taps, self.filters * taps

    def multiply_adds(self, in_shape: Shape) -> int:
        """One per tap, channel, filter and output position."""
        filters, height, width = self.infer(in_shape)
        return filters * height * width * in_shape[0] * self.kernel**2

    def work_elements(self, in_shape: Shape) -> int:
        """The output, the expanded copies of the input and of one row of the output gradient, the biases, and dx."""
        filters, height, width = self.infer(in_shape)
        down, across = self.axes(in_shape)
        expanded_in = down.padded * in_shape[0] * self.kernel * width
        expanded_out = filters * (self.kernel * across.size + width)
        return filters * height * width + expanded_in + expanded_out + down.padded * in_shape[0] * across.size

    def export_array(self, name: str, array: Array) -> Array:
        """Weights are kept (filter, ky, channel, kx), the order of ``expanded``'s rows; PyTorch's are OIHW."""
        return array.transpose(0, 2, 1, 3).copy() if name == "weight" else array.copy()

    def import_array(self, name: str, array: Array) -> Array:
        """(filter, channel, ky, kx) -> (filter, ky, channel, kx)."""
        return array.transpose(0, 2, 1, 3) if name == "weight" else array

    # The computation ---------------------------------------------------------------------------------------------

    def forward(self, x: Array, training: bool = False) -> Array:
        """(H, C, W, N) -> (H', F, W', N): the weights times each output row's operand, plus the bias."""
        return self._forward_plan(x.shape[-1]).output(x, self.params)

    def backward(self, dy: Array) -> Array:
        """(H', F, W', N) -> (H, C, W, N)."""
        self.parameter_gradients(dy)
        return self._input_gradient(dy)

    def parameter_gradients(self, dy: Array) -> None:
        """dW[f] = Σ over output rows of dy[f] times that row's operand; db[f] = Σ dy[f]."""
        rows = dy.reshape(*dy.shape[:2], -1)
        self.grads["weight"][...] = self._forward_plan(dy.shape[-1]).weight_gradient(rows)
        if self.bias:
            self.grads["bias"][...] = (rows @ np.ones(rows.shape[2], rows.dtype)).sum(axis=0)

    def _input_gradient(self, dy: Array) -> Array:
        """dx, the transposed convolution: the forward pass read backwards.

        Row by row, so that everything on the way stays in the cache: an output row is spread over the horizontal taps
        (for S > 1 with zeros between), and one product with the weights gives what it adds to the k input rows that it
        was made of.
        """
        plan = self._backward_plan(dy.shape[-1])
        kernel, channels = self.kernel, self.in_shape[0]
        matrix = self.params["weight"].transpose(1, 2, 0, 3).reshape(kernel * channels, -1)  # (ky·C, F·kx), a copy
        plan.dx_padded.fill(0)
        for row, (operand_blocks, reached) in zip(dy[:, :, plan.outputs], plan.steps, strict=True):
            np.copyto(plan.inner, row)
            np.copyto(plan.spread, plan.shifted)
            np.matmul(matrix, operand_blocks, out=plan.share_blocks)
            reached += plan.share_rows
        return plan.dx

    def _forward_plan(self, batch: int) -> ForwardPlan:
        return self.keep("forward", batch, lambda: ForwardPlan(self, batch))

    def _backward_plan(self, batch: int) -> BackwardPlan:
        return self.keep("backward", batch, lambda: BackwardPlan(self, batch))
