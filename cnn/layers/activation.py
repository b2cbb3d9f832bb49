"""An activation as a layer of a network."""

from dataclasses import dataclass

from cnn.activations import ACTIVATIONS, Activation, ReLU
from cnn.layers.base import Array, Layer, Shape
from cnn.options import option


@dataclass
class ActivationLayer(Layer):
    """Applies an activation to whatever it is given; the shape stays, there are no parameters.

    It is not in the registry of layers: a list of layers holds activations themselves, and the network wraps them.
    """

    activation: Activation = option(ReLU(), family=ACTIVATIONS)

    def infer(self, in_shape: Shape) -> Shape:  # noqa: D102
        return in_shape

    def forward(self, x: Array, training: bool = False) -> Array:
        """y(x), element by element, or over the classes for softmax."""
        y = self.activation.forward(x, out=self.work("y", x.shape))
        if training:
            self._x, self._y = x, y
        return y

    def backward(self, dy: Array) -> Array:
        """∂L/∂x = ∂L/∂y · ∂y/∂x."""
        return self.activation.backward(dy, self._x, self._y, out=self.work("dx", dy.shape))
