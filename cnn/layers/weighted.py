"""What the layers with a learned weight and bias share: how these start."""

from typing import ClassVar

import numpy as np
from numpy.typing import DTypeLike

from cnn.activations import Activation
from cnn.initializers import Initializer, auto_initializer
from cnn.layers.base import Layer, Shape
from cnn.seeds import Purpose


class WeightedLayer(Layer):
    """A layer whose ``weight`` starts at random, as its ``initializer`` option says, and whose ``bias`` starts at 0."""

    stream: ClassVar[Purpose | None] = Purpose.WEIGHTS
    bias: bool
    initializer: Initializer | str

    def fans(self, in_shape: Shape) -> tuple[int, int]:
        """How many inputs feed one output (n_in), and how many outputs one input feeds (n_out), borders aside."""
        raise NotImplementedError

    def chosen_initializer(self) -> Initializer:
        """The initializer in use: the one given, or for "auto" the one that suits the activation that follows."""
        if isinstance(self.initializer, Initializer):
            return self.initializer
        following = self.followed_by
        return auto_initializer(following if isinstance(following, Activation) else None)

    def build(self, in_shape: Shape, rng: np.random.Generator, dtype: DTypeLike = np.float32) -> Shape:
        """Allocate the weight, drawn from ``rng``, and the bias, zero."""
        out_shape = super().build(in_shape, rng, dtype)
        shapes = self.parameter_shapes(in_shape)
        drawn = self.chosen_initializer().draw(rng, shapes["weight"], *self.fans(in_shape), dtype)
        self.params = {"weight": np.ascontiguousarray(self.import_array("weight", drawn))}
        if self.bias:
            self.params["bias"] = np.zeros(shapes["bias"], dtype)
        self.grads = {name: np.zeros_like(array) for name, array in self.params.items()}
        return out_shape
