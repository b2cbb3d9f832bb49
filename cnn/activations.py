"""Activations: the functions that bend a network, each with its derivative beside it.

They are pure and work on arrays of any shape; only softmax looks at more than one element at a time. ``out`` takes the
result, so that a training loop allocates little; it must not share memory with the other arguments.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn.options import Configurable, option
from cnn.registry import Registry

Array = NDArray[Any]

ACTIVATIONS: "Registry[Activation]" = Registry("activation")
_LARGEST_TAIL = 1 << 16  # elements of a cached block of zeros
_SATURATED = 40.0  # beyond it, mish is the identity even in float64: 1 − tanh(softplus(40)) ≈ 2e^−80


@dataclass(frozen=True)
class Activation(Configurable):
    """A function y(x) and how a gradient passes back through it.

    Attributes:
        elementwise: whether y_k depends on x_k alone.
        rectifier: whether it shuts off (most of) the negative half of its inputs, so that weights before it start
            larger: He et al. 2015.
        monotone: whether y never falls as x grows, in floating point too: the largest x of a window then has the
            largest y, so that max pooling may come first and leave less to compute.
    """

    elementwise: ClassVar[bool] = True
    rectifier: ClassVar[bool] = False
    monotone: ClassVar[bool] = False

    def forward(self, x: ArrayLike, out: Array | None = None) -> Array:
        """y, of x's shape; float32 stays float32."""
        raise NotImplementedError

    def derivative(self, x: ArrayLike) -> Array:
        """∂y_k/∂x_k, of x's shape: the whole derivative where the function is elementwise, else the diagonal."""
        y = self.forward(x)
        return self.slope(np.asarray(x), y, np.empty_like(y))

    def slope(self, x: Array, y: Array, out: Array | None = None) -> Array:
        """:meth:`derivative` for a y that is known already."""
        raise NotImplementedError

    def backward(self, dy: Array, x: Array, y: Array, out: Array | None = None) -> Array:
        """dx from dy = ∂L/∂y, for the y that :meth:`forward` gave for x."""
        dx = self.slope(x, y, out)
        dx *= dy
        return dx


@ACTIVATIONS.register("sigmoid")
@dataclass(frozen=True)
class Sigmoid(Activation):
    """Squashes into (0, 1), saturating on both sides: its small derivative slows deep networks down.

    y = 1/(1 + e^−x), dy/dx = y(1 − y) ≤ ¼.

    Source: Glorot & Bengio 2010.
    """

    def forward(self, x: ArrayLike, out: Array | None = None) -> Array:  # noqa: D102
        x, out = _prepare(x, out)
        with np.errstate(over="ignore"):  # far on the left e^−x is ∞, which gives the right y: 0
            np.exp(np.negative(x, out=out), out=out)
        out += 1
        return np.reciprocal(out, out=out)

    def slope(self, x: Array, y: Array, out: Array | None = None) -> Array:  # noqa: D102
        out = np.subtract(1, y, out=out)
        out *= y
        return out


@ACTIVATIONS.register("relu")
@dataclass(frozen=True)
class ReLU(Activation):
    """Passes what is positive, and 0 otherwise: cheap and unsaturated, but a unit that is never positive is dead.

    y = max(x, 0), dy/dx = 1 for x > 0, else 0.

    Source: Nair & Hinton 2010.
    """

    rectifier: ClassVar[bool] = True
    monotone: ClassVar[bool] = True

    def forward(self, x: ArrayLike, out: Array | None = None) -> Array:  # noqa: D102
        x, out = _prepare(x, out)
        return np.maximum(x, _zeros_for(out), out=out)

    def slope(self, x: Array, y: Array, out: Array | None = None) -> Array:  # noqa: D102
        x, out = _prepare(x, out)
        return np.greater(x, 0, out=out)


@ACTIVATIONS.register("tanh")
@dataclass(frozen=True)
class Tanh(Activation):
    """Squashes into (−1, 1), centred on 0.

    y = tanh x, dy/dx = 1 − y² ≤ 1.
    """

    def forward(self, x: ArrayLike, out: Array | None = None) -> Array:  # noqa: D102
        x, out = _prepare(x, out)
        return np.tanh(x, out=out)

    def slope(self, x: Array, y: Array, out: Array | None = None) -> Array:  # noqa: D102
        out = np.multiply(y, y, out=out)
        return np.subtract(1, out, out=out)


@ACTIVATIONS.register("softmax")
@dataclass(frozen=True)
class Softmax(Activation):
    """Turns K scores into K probabilities, along the classes: axis 0 of (D, N), the channels of (H, C, W, N).

    y_k = exp(a_k − max a)/Σ_i exp(a_i − max a), with the Jacobian ∂y_i/∂a_j = y_i(δ_ij − y_j).

    Source: Bishop 2006, §4.3.4.
    """

    elementwise: ClassVar[bool] = False

    def forward(self, x: ArrayLike, out: Array | None = None) -> Array:  # noqa: D102
        x, out = _prepare(x, out)
        axis = _class_axis(x)
        np.subtract(x, x.max(axis=axis, keepdims=True), out=out)
        np.exp(out, out=out)
        return np.divide(out, out.sum(axis=axis, keepdims=True), out=out)

    def slope(self, x: Array, y: Array, out: Array | None = None) -> Array:
        """The Jacobian's diagonal, y(1 − y)."""
        out = np.subtract(1, y, out=out)
        out *= y
        return out

    def backward(self, dy: Array, x: Array, y: Array, out: Array | None = None) -> Array:
        """dx_j = Σ_i dy_i y_i(δ_ij − y_j) = y_j(dy_j − Σ_i dy_i y_i): the full Jacobian, without writing it out."""
        _, out = _prepare(y, out)
        shared = np.multiply(dy, y, out=out).sum(axis=_class_axis(y), keepdims=True)
        np.subtract(dy, shared, out=out)
        return np.multiply(out, y, out=out)


@ACTIVATIONS.register("identity")
@dataclass(frozen=True)
class Identity(Activation):
    """Leaves everything as it is: layers with nothing else between them are one linear layer.

    y = x, dy/dx = 1.
    """

    monotone: ClassVar[bool] = True

    def forward(self, x: ArrayLike, out: Array | None = None) -> Array:  # noqa: D102
        x, out = _prepare(x, out)
        np.copyto(out, x)
        return out

    def slope(self, x: Array, y: Array, out: Array | None = None) -> Array:  # noqa: D102
        x, out = _prepare(x, out)
        out.fill(1)
        return out


@ACTIVATIONS.register("leaky_relu")
@dataclass(frozen=True)
class LeakyReLU(Activation):
    """A ReLU that lets a little through on the left, so that no unit dies.

    y = x for x > 0, else αx; dy/dx = 1 for x > 0, else α.

    Source: Maas, Hannun & Ng 2013.
    """

    rectifier: ClassVar[bool] = True
    monotone: ClassVar[bool] = True
    alpha: float = option(0.01, low=0, high=1)

    def forward(self, x: ArrayLike, out: Array | None = None) -> Array:  # noqa: D102
        x, out = _prepare(x, out)
        np.multiply(x, self.alpha, out=out)
        return np.maximum(x, out, out=out)

    def slope(self, x: Array, y: Array, out: Array | None = None) -> Array:  # noqa: D102
        x, out = _prepare(x, out)
        np.greater(x, 0, out=out)
        out *= 1 - self.alpha
        out += self.alpha
        return out


@ACTIVATIONS.register("elu")
@dataclass(frozen=True)
class ELU(Activation):
    """A ReLU that bends smoothly towards −α on the left, so that its outputs average near 0.

    y = x for x > 0, else α(e^x − 1); dy/dx = 1 for x > 0, else αe^x = y + α.

    Source: Clevert, Unterthiner & Hochreiter 2016.
    """

    rectifier: ClassVar[bool] = True
    alpha: float = option(1.0, low=0, high=10)

    def forward(self, x: ArrayLike, out: Array | None = None) -> Array:  # noqa: D102
        x, out = _prepare(x, out)
        # exp − 1 rather than expm1: eight times as fast, and as exact as y + α in the derivative can use.
        np.exp(np.minimum(x, _zeros_for(out), out=out), out=out)
        out -= 1
        out *= self.alpha
        out += np.maximum(x, _zeros_for(out))
        return out

    def slope(self, x: Array, y: Array, out: Array | None = None) -> Array:  # noqa: D102
        x, out = _prepare(x, out)
        np.minimum(y, _zeros_for(out), out=out)
        out += self.alpha
        if self.alpha != 1:
            out += (1 - self.alpha) * np.greater(x, 0)
        return out


@ACTIVATIONS.register("swish")
@dataclass(frozen=True)
class Swish(Activation):
    """A smooth ReLU that dips below 0 just left of it; with β = 1 it is also called SiLU.

    y = x·σ(βx), dy/dx = σ(βx) + βy(1 − σ(βx)).

    Source: Ramachandran, Zoph & Le 2017.
    """

    rectifier: ClassVar[bool] = True
    beta: float = option(1.0, low=0, high=10)

    def forward(self, x: ArrayLike, out: Array | None = None) -> Array:  # noqa: D102
        x, out = _prepare(x, out)
        gate = Sigmoid().forward(np.multiply(x, self.beta, out=out), out)
        return np.multiply(gate, x, out=out)

    def slope(self, x: Array, y: Array, out: Array | None = None) -> Array:  # noqa: D102
        gate = Sigmoid().forward(x * self.beta)
        out = np.subtract(1, gate, out=out)
        out *= y
        out *= self.beta
        out += gate
        return out


SiLU = Swish


@ACTIVATIONS.register("mish")
@dataclass(frozen=True)
class Mish(Activation):
    """A smooth ReLU much like swish.

    y = x·tanh(softplus x), softplus x = ln(1 + e^x). With n = e^x and a = n(n + 2), tanh(softplus x) = a/(a + 2) and
    dy/dx = a/(a + 2) + 4x·n(1 + n)/(a + 2)²: neither cancels nor overflows.

    Source: Misra 2019.
    """

    rectifier: ClassVar[bool] = True

    def forward(self, x: ArrayLike, out: Array | None = None) -> Array:  # noqa: D102
        x, out = _prepare(x, out)
        a = _exp_saturated(x)
        a *= a + 2
        np.add(a, 2, out=out)
        np.divide(a, out, out=out)
        out *= x
        return out

    def slope(self, x: Array, y: Array, out: Array | None = None) -> Array:  # noqa: D102
        x, out = _prepare(x, out)
        n = _exp_saturated(x)
        a = n + 2
        a *= n
        whole = a + 2
        np.divide(n, whole, out=out)
        n += 1
        n /= whole  # two quotients, because the square of a + 2 overflows in float32
        out *= n
        out *= x
        out *= 4
        a /= whole
        out += a
        return out


def _prepare(x: ArrayLike, out: Array | None) -> tuple[Array, Array]:
    """x as an array, and where the result goes: ``out`` or a new array of x's floating type."""
    x = np.asarray(x)
    return x, np.empty(x.shape, np.result_type(x, np.float32)) if out is None else out


def _exp_saturated(x: Array) -> Array:
    """e^x, cut off where mish has long become the identity: a new array."""
    x, n = _prepare(x, None)
    return np.exp(np.minimum(x, _SATURATED, out=n), out=n)


def _class_axis(x: Array) -> int:
    return 0 if x.ndim <= 2 else 1


def _zeros_for(x: Array) -> Array:
    """Zeros that broadcast against x: ``np.maximum`` of two arrays is 2–3 times as fast as with a scalar.

    A block of the size of the last few axes is enough for that, and stays in the cache.
    """
    axes = x.ndim
    while math.prod(x.shape[x.ndim - axes :]) > _LARGEST_TAIL:
        axes -= 1
    return _zeros(x.shape[x.ndim - axes :], x.dtype)


@lru_cache(maxsize=32)
def _zeros(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    zeros = np.zeros(shape, dtype)
    zeros.flags.writeable = False
    return zeros
