"""The fully connected layer."""

from dataclasses import dataclass

import numpy as np

from cnn.initializers import INITIALIZERS, Initializer
from cnn.layers.base import LAYERS, Array, Shape, vector_size
from cnn.layers.weighted import WeightedLayer
from cnn.options import option


@LAYERS.register("linear")
@dataclass
class Linear(WeightedLayer):
    """Each output is a weighted sum of all inputs plus a bias: y = W x + b, (D,) -> (units,).

    Backward: dW = dy xᵀ summed over the batch, db = Σ dy, dx = Wᵀ dy. Its other names: affine, dense, fully connected.

    Attributes:
        units: number of outputs.
        bias: whether each output has a bias.
        initializer: how the weights start; "auto" follows the activation behind.

    Raises:
        ShapeError: the input is an image; a Flatten belongs before it.
    """

    units: int = option(10, low=1, high=4096)
    bias: bool = option(True)
    initializer: Initializer | str = option("auto", choices=("auto",), family=INITIALIZERS)

    def infer(self, in_shape: Shape) -> Shape:
        """(D,) -> (units,)."""
        vector_size(self, in_shape)
        return (self.units,)

    def parameter_shapes(self, in_shape: Shape) -> dict[str, Shape]:
        """Weight (units, D) and bias (units,)."""
        shapes: dict[str, Shape] = {"weight": (self.units, vector_size(self, in_shape))}
        return shapes | {"bias": (self.units,)} if self.bias else shapes

    def fans(self, in_shape: Shape) -> tuple[int, int]:
        """n_in = D, n_out = units."""
        return vector_size(self, in_shape), self.units

    def multiply_adds(self, in_shape: Shape) -> int:
        """One per weight."""
        return self.units * vector_size(self, in_shape)

    def forward(self, x: Array, training: bool = False) -> Array:
        """(D, N) -> (units, N)."""
        self._x = x
        y = np.matmul(self.params["weight"], x, out=self.work("y", (self.units, x.shape[1])))
        if self.bias:
            y += self.params["bias"][:, None]
        return y

    def backward(self, dy: Array) -> Array:
        """(units, N) -> (D, N)."""
        self.parameter_gradients(dy)
        return np.matmul(self.params["weight"].T, dy, out=self.work("dx", self._x.shape))

    def parameter_gradients(self, dy: Array) -> None:
        """dW = dy xᵀ, db = Σ dy."""
        np.matmul(dy, self._x.T, out=self.grads["weight"])
        if self.bias:
            np.sum(dy, axis=1, out=self.grads["bias"])
