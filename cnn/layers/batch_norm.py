"""Batch normalization: each channel brought to mean 0 and variance 1 over the batch.

How it is computed. Everything is a sum over a channel, or a factor or term for each channel. The sums are products
with a vector, which BLAS computes at memory speed. A factor for each channel is first written out over one row of
pixels, a block that stays in the cache: NumPy multiplies by that twice as fast as by a broadcast number.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import DTypeLike

from cnn.layers.base import LAYERS, Array, Layer, Shape
from cnn.options import option


@LAYERS.register("batch_norm2d")
@dataclass
class BatchNorm2d(Layer):
    """Normalizes each channel over the images of the batch, then scales and shifts it by what it learns.

    y = γ(x − μ)/√(σ² + ε) + β, μ and σ² (biased) over (N, H, W) for each channel. Inference uses running statistics
    instead: r ← (1 − momentum)·r + momentum·(batch's), with the unbiased variance. (C, H, W) -> (C, H, W); a vector
    (D,) is D channels of one pixel, as in PyTorch's BatchNorm1d.

    Attributes:
        momentum: how fast the running statistics follow the batches.
        eps: ε, keeps the division safe where a channel is constant.

    Source: Ioffe & Szegedy 2015, algorithms 1 and 2; gradient: §3.
    """

    decayed: ClassVar[tuple[str, ...]] = ()
    batch_statistics: ClassVar[bool] = True

    momentum: float = option(0.1, low=0, high=1)
    eps: float = option(1e-5, low=1e-12, high=1, log=True)

    def infer(self, in_shape: Shape) -> Shape:  # noqa: D102
        return in_shape

    def parameter_shapes(self, in_shape: Shape) -> dict[str, Shape]:
        """γ is called weight, β bias: (C,) each."""
        return {"weight": in_shape[:1], "bias": in_shape[:1]}

    def work_elements(self, in_shape: Shape) -> int:
        """The output, the centred input and dx."""
        return 3 * int(np.prod(in_shape, dtype=np.int64))

    def build(self, in_shape: Shape, rng: np.random.Generator, dtype: DTypeLike = np.float32) -> Shape:
        """γ = 1, β = 0; running mean 0 and variance 1."""
        out_shape = super().build(in_shape, rng, dtype)
        channels = in_shape[0]
        self.params = {"weight": np.ones(channels, dtype), "bias": np.zeros(channels, dtype)}
        self.grads = {name: np.zeros(channels, dtype) for name in self.params}
        self.buffers = {"running_mean": np.zeros(channels, dtype), "running_var": np.ones(channels, dtype)}
        return out_shape

    def forward(self, x: Array, training: bool = False) -> Array:
        """(H, C, W, N) -> (H, C, W, N), or (D, N) -> (D, N)."""
        rows = _rows(x)
        gamma, beta = self.params["weight"], self.params["bias"]
        y = self.work("y", rows.shape)
        if training:
            centred, inverse = self._normalize(rows)
            np.multiply(centred, self._written_out(gamma * inverse, rows), out=y)
            y += self._written_out(beta, rows)
        else:
            scale = gamma / np.sqrt(self.buffers["running_var"] + self.eps)
            np.multiply(rows, self._written_out(scale, rows), out=y)
            y += self._written_out(beta - scale * self.buffers["running_mean"], rows)
        return y.reshape(x.shape)

    def backward(self, dy: Array) -> Array:
        """dβ = Σ dy, dγ = Σ dy·x̂; dx = γ/√(σ² + ε)·(dy − mean(dy) − x̂·mean(dy·x̂)), the means over (N, H, W)."""
        rows, count = _rows(dy), dy.size // self.in_shape[0]
        centred, inverse = self._centred, self._inverse
        dbeta, dgamma = _channel_sums(rows), inverse * _channel_products(rows, centred)
        self.grads["bias"][...], self.grads["weight"][...] = dbeta, dgamma
        dx = self.work("dx", rows.shape)
        np.multiply(centred, self._written_out(-inverse * dgamma / count, rows), out=dx)
        dx += rows
        dx -= self._written_out(dbeta / count, rows)
        dx *= self._written_out(self.params["weight"] * inverse, rows)
        return dx.reshape(dy.shape)

    def _normalize(self, rows: Array) -> tuple[Array, Array]:
        """x − μ, and 1/√(σ² + ε) for each channel; brings the running statistics up to date."""
        count = rows.size // self.in_shape[0]
        mean = _channel_sums(rows) / count
        centred = np.subtract(rows, self._written_out(mean, rows), out=self.work("centred", rows.shape))
        squares = _channel_products(centred, centred)
        self._centred, self._inverse = centred, 1 / np.sqrt(squares / count + self.eps)
        for name, now in (("running_mean", mean), ("running_var", squares / max(count - 1, 1))):
            running = self.buffers[name]
            running += self.momentum * (now - running)
        return centred, self._inverse

    def _written_out(self, channels: Array, rows: Array) -> Array:
        """(C,) -> (C, W·N), the number of each channel repeated over a row of pixels."""
        block = self.work("block", rows.shape[1:])
        np.copyto(block, channels[:, None])
        return block


def _rows(x: Array) -> Array:
    """(H, C, W, N) -> (H, C, W·N), (D, N) -> (1, D, N): a view, one row of pixels after the other."""
    return x.reshape(1, *x.shape) if x.ndim == 2 else x.reshape(*x.shape[:2], -1)


def _channel_sums(rows: Array) -> Array:
    """(C,) sums over pixels and images."""
    return np.matmul(rows, np.ones(rows.shape[-1], rows.dtype)).sum(axis=0)


def _channel_products(one: Array, other: Array) -> Array:
    """(C,) sums of the products of two arrays over pixels and images."""
    return np.vecdot(one, other).sum(axis=0)
