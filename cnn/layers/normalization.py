"""Normalization within one image: over all of it, over each map, or over groups of maps.

The three layers are one computation. The channels are dealt into groups, and each group of each image is brought to
mean 0 and variance 1 by itself: one group is layer normalization, as many groups as channels instance normalization.
Inference computes the same as training, and an image's output does not depend on the others in the batch.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import DTypeLike

from cnn.errors import ShapeError
from cnn.layers.base import LAYERS, Array, Layer, Shape, image_shape
from cnn.options import option

_WITHIN = (0, 2, 3)  # the axes of (H, G, C/G, W, N) that belong to one group of one image


class _GroupedNorm(Layer):
    """y = γ(x − μ)/√(σ² + ε) + β, μ and σ² (biased) over the channels of a group and all of their pixels."""

    decayed: ClassVar[tuple[str, ...]] = ()
    eps: float

    def group_count(self, in_shape: Shape) -> int:
        """How many groups the channels are dealt into."""
        raise NotImplementedError

    def infer(self, in_shape: Shape) -> Shape:
        values = int(np.prod(in_shape, dtype=np.int64)) // self.group_count(in_shape)
        if values == 1:
            raise ShapeError("engine.one_value", layer=type(self).__name__, shape=in_shape)
        return in_shape

    def parameter_shapes(self, in_shape: Shape) -> dict[str, Shape]:
        """γ is called weight, β bias: (C,) each."""
        return {"weight": in_shape[:1], "bias": in_shape[:1]}

    def work_elements(self, in_shape: Shape) -> int:
        """The output, the normalized input, dx and two arrays on the way there."""
        return 5 * int(np.prod(in_shape, dtype=np.int64))

    def build(self, in_shape: Shape, rng: np.random.Generator, dtype: DTypeLike = np.float32) -> Shape:
        """γ = 1, β = 0."""
        out_shape = super().build(in_shape, rng, dtype)
        shapes = {
            name: self.import_array(name, np.empty(shape)).shape
            for name, shape in self.parameter_shapes(in_shape).items()
        }
        self.params = {"weight": np.ones(shapes["weight"], dtype), "bias": np.zeros(shapes["bias"], dtype)}
        self.grads = {name: np.zeros(shape, dtype) for name, shape in shapes.items()}
        self._groups = self.group_count(in_shape)
        return out_shape

    def forward(self, x: Array, training: bool = False) -> Array:
        """(H, C, W, N) -> (H, C, W, N), or (D, N) -> (D, N)."""
        grouped = self._grouped(x)
        mean = grouped.mean(axis=_WITHIN, keepdims=True)
        normalized = np.subtract(grouped, mean, out=self.work("normalized", grouped.shape))
        products = np.multiply(normalized, normalized, out=self.work("products", grouped.shape))
        inverse = 1 / np.sqrt(products.mean(axis=_WITHIN, keepdims=True) + self.eps)
        normalized *= inverse
        self._normalized, self._inverse = normalized, inverse
        gamma, beta = (self._parameter(name, x) for name in ("weight", "bias"))
        y = np.multiply(normalized.reshape(x.shape), gamma, out=self.work("y", x.shape))
        y += beta
        return y

    def backward(self, dy: Array) -> Array:
        """dβ = Σ dy, dγ = Σ dy·x̂; with g = γ·dy, dx = (g − mean(g) − x̂·mean(g·x̂))/√(σ² + ε), means in the group."""
        normalized = self._normalized
        products = np.multiply(dy, normalized.reshape(dy.shape), out=self.work("dy·x̂", dy.shape))
        self._sum_into("bias", dy)
        self._sum_into("weight", products)
        gamma = self._parameter("weight", dy)
        products *= gamma
        slope = self._grouped(products).mean(axis=_WITHIN, keepdims=True)
        dx = self._grouped(np.multiply(dy, gamma, out=self.work("dx", dy.shape)))
        dx -= dx.mean(axis=_WITHIN, keepdims=True)
        dx -= np.multiply(normalized, slope, out=self.work("products", normalized.shape))
        dx *= self._inverse
        return dx.reshape(dy.shape)

    def _grouped(self, x: Array) -> Array:
        """(H, C, W, N) or (D, N) as (H, G, C/G, W, N): a view."""
        height, channels, width, batch = x.shape if x.ndim == 4 else (1, x.shape[0], 1, x.shape[1])
        return x.reshape(height, self._groups, channels // self._groups, width, batch)

    def _parameter(self, name: str, x: Array) -> Array:
        """γ or β, so that it broadcasts against x: a vector runs along the channels."""
        array = self.params[name]
        return array[..., None] if array.ndim == x.ndim - 1 else array[:, None, None]

    def _sum_into(self, name: str, terms: Array) -> None:
        """The gradient of a parameter: the sum of its terms over all the places where it is used."""
        grad = self.grads[name]
        np.sum(terms, axis=-1 if grad.ndim == terms.ndim - 1 else (0, 2, 3), out=grad)


@LAYERS.register("layer_norm")
@dataclass
class LayerNorm(_GroupedNorm):
    """Normalizes each image over all of its values; γ and β are learned for each single value.

    y = γ(x − μ)/√(σ² + ε) + β, μ and σ² over (C, H, W), or over (D,) for a vector; γ and β of that shape.

    Attributes:
        eps: ε, keeps the division safe.

    Raises:
        ShapeError: there is only one value.

    Source: Ba, Kiros & Hinton 2016.
    """

    eps: float = option(1e-5, low=1e-12, high=1, log=True)

    def group_count(self, in_shape: Shape) -> int:  # noqa: D102
        return 1

    def parameter_shapes(self, in_shape: Shape) -> dict[str, Shape]:
        """γ is called weight, β bias: the shape of the input each."""
        return {"weight": in_shape, "bias": in_shape}

    def export_array(self, name: str, array: Array) -> Array:
        """(H, C, W) -> (C, H, W)."""
        return array.transpose(1, 0, 2).copy() if array.ndim == 3 else array.copy()

    def import_array(self, name: str, array: Array) -> Array:
        """(C, H, W) -> (H, C, W)."""
        return array.transpose(1, 0, 2) if array.ndim == 3 else array


@LAYERS.register("instance_norm2d")
@dataclass
class InstanceNorm2d(_GroupedNorm):
    """Normalizes each map of each image by itself; γ and β are learned for each channel.

    y = γ(x − μ)/√(σ² + ε) + β, μ and σ² over (H, W).

    Attributes:
        eps: ε, keeps the division safe.

    Raises:
        ShapeError: the input is no image, or its maps are single pixels.

    Source: Ulyanov, Vedaldi & Lempitsky 2016.
    """

    eps: float = option(1e-5, low=1e-12, high=1, log=True)

    def group_count(self, in_shape: Shape) -> int:  # noqa: D102
        return image_shape(self, in_shape)[0]


@LAYERS.register("group_norm")
@dataclass
class GroupNorm(_GroupedNorm):
    """Normalizes each image over groups of neighbouring channels; γ and β are learned for each channel.

    y = γ(x − μ)/√(σ² + ε) + β, μ and σ² over (C/G, H, W). Made for batches too small for batch normalization.

    Attributes:
        groups: G, a divisor of the number of channels.
        eps: ε, keeps the division safe.

    Raises:
        ShapeError: the channels cannot be shared evenly, or a group has only one value.

    Source: Wu & He 2018.
    """

    groups: int = option(4, low=1, high=1024)
    eps: float = option(1e-5, low=1e-12, high=1, log=True)

    def group_count(self, in_shape: Shape) -> int:  # noqa: D102
        channels = in_shape[0]
        if channels % self.groups:
            divisors = ", ".join(str(n) for n in range(1, channels + 1) if channels % n == 0)
            raise ShapeError("engine.groups", groups=self.groups, channels=channels, choices=divisors)
        return self.groups
