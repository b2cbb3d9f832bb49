"""Initializers: how the weights of a layer start.

A good start keeps the signal's size the same from layer to layer, so what matters is the standard deviation, and that
depends on how many inputs a unit sums up: ``fan_in`` n_in = C·F·F for a convolution, D for a linear layer; ``fan_out``
n_out = filters·F·F, or units.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from cnn.activations import Activation
from cnn.options import Configurable, option
from cnn.registry import Registry

Array = NDArray[Any]

INITIALIZERS: "Registry[Initializer]" = Registry("initializer")


@dataclass(frozen=True)
class Initializer(Configurable):
    """A rule for the first weights."""

    def std(self, fan_in: int, fan_out: int) -> float:
        """The standard deviation of the weights drawn."""
        raise NotImplementedError

    def draw(
        self,
        rng: np.random.Generator,
        shape: tuple[int, ...],
        fan_in: int,
        fan_out: int,
        dtype: DTypeLike = np.float32,
    ) -> Array:
        """New weights of ``shape``, in PyTorch's axis order: (F, C, KH, KW) or (out, in).

        They are drawn in float64 and rounded, so that a float64 copy of a network starts with the same weights.
        """
        raise NotImplementedError


class _Normal(Initializer):
    def draw(
        self,
        rng: np.random.Generator,
        shape: tuple[int, ...],
        fan_in: int,
        fan_out: int,
        dtype: DTypeLike = np.float32,
    ) -> Array:
        return (rng.standard_normal(shape) * self.std(fan_in, fan_out)).astype(dtype)


class _Uniform(Initializer):
    def limit_of(self, fan_in: int, fan_out: int) -> float:
        """The weights lie in [−limit, limit]: limit = √3·std."""
        return math.sqrt(3) * self.std(fan_in, fan_out)

    def draw(
        self,
        rng: np.random.Generator,
        shape: tuple[int, ...],
        fan_in: int,
        fan_out: int,
        dtype: DTypeLike = np.float32,
    ) -> Array:
        limit = self.limit_of(fan_in, fan_out)
        return rng.uniform(-limit, limit, shape).astype(dtype)


@INITIALIZERS.register("zeros")
@dataclass(frozen=True)
class Zeros(Initializer):
    """All weights 0: all units of a layer get the same gradient, none becomes different from another.

    std = 0.
    """

    def std(self, fan_in: int, fan_out: int) -> float:  # noqa: D102
        return 0.0

    def draw(  # noqa: D102
        self,
        rng: np.random.Generator,
        shape: tuple[int, ...],
        fan_in: int,
        fan_out: int,
        dtype: DTypeLike = np.float32,
    ) -> Array:
        return np.zeros(shape, dtype)


@INITIALIZERS.register("constant")
@dataclass(frozen=True)
class Constant(Initializer):
    """All weights the same number; no better than zeros at telling units apart.

    std = 0.
    """

    value: float = option(0.1, low=-10, high=10)

    def std(self, fan_in: int, fan_out: int) -> float:  # noqa: D102
        return 0.0

    def draw(  # noqa: D102
        self,
        rng: np.random.Generator,
        shape: tuple[int, ...],
        fan_in: int,
        fan_out: int,
        dtype: DTypeLike = np.float32,
    ) -> Array:
        return np.full(shape, self.value, dtype)


@INITIALIZERS.register("normal")
@dataclass(frozen=True)
class Normal(_Normal):
    """Normal with a fixed standard deviation, whatever the layer's size.

    std = σ.
    """

    sigma: float = option(0.01, low=1e-6, high=10, log=True)

    def std(self, fan_in: int, fan_out: int) -> float:  # noqa: D102
        return self.sigma


@INITIALIZERS.register("uniform")
@dataclass(frozen=True)
class Uniform(_Uniform):
    """Uniform in [−limit, limit], whatever the layer's size.

    std = limit/√3.
    """

    limit: float = option(0.05, low=1e-6, high=10, log=True)

    def std(self, fan_in: int, fan_out: int) -> float:  # noqa: D102
        return self.limit / math.sqrt(3)


@INITIALIZERS.register("lecun")
@dataclass(frozen=True)
class LeCun(_Normal):
    """Keeps the variance of a signal that passes a layer with a linear activation, forwards.

    std = √(1/n_in).

    Source: LeCun et al. 1998, Efficient BackProp, §4.6. Often called Xavier.
    """

    def std(self, fan_in: int, fan_out: int) -> float:  # noqa: D102
        return math.sqrt(1 / fan_in)


@INITIALIZERS.register("xavier_normal")
@dataclass(frozen=True)
class XavierNormal(_Normal):
    """Keeps the variance about the same forwards and backwards, for sigmoid and tanh.

    std = √(2/(n_in + n_out)).

    Source: Glorot & Bengio 2010, eq. 12.
    """

    def std(self, fan_in: int, fan_out: int) -> float:  # noqa: D102
        return math.sqrt(2 / (fan_in + fan_out))


@INITIALIZERS.register("xavier_uniform")
@dataclass(frozen=True)
class XavierUniform(_Uniform):
    """Xavier's standard deviation, uniform in [−limit, limit].

    std = √(2/(n_in + n_out)), limit = √(6/(n_in + n_out)).

    Source: Glorot & Bengio 2010, eq. 16.
    """

    def std(self, fan_in: int, fan_out: int) -> float:  # noqa: D102
        return math.sqrt(2 / (fan_in + fan_out))


@INITIALIZERS.register("he_normal")
@dataclass(frozen=True)
class HeNormal(_Normal):
    """Keeps the variance through ReLU, which lets only half of the signal pass: twice LeCun's variance.

    std = √(2/n_in).

    Source: He et al. 2015, eq. 10.
    """

    def std(self, fan_in: int, fan_out: int) -> float:  # noqa: D102
        return math.sqrt(2 / fan_in)


@INITIALIZERS.register("he_uniform")
@dataclass(frozen=True)
class HeUniform(_Uniform):
    """He's standard deviation, uniform in [−limit, limit].

    std = √(2/n_in), limit = √(6/n_in).

    Source: He et al. 2015, eq. 10.
    """

    def std(self, fan_in: int, fan_out: int) -> float:  # noqa: D102
        return math.sqrt(2 / fan_in)


def auto_initializer(following: Activation | None) -> Initializer:
    """The initializer that "auto" stands for.

    The rule: He (normal) before a rectifier (ReLU, leaky ReLU, ELU, swish, mish), which loses half of the variance;
    Xavier (normal) before everything else, and where no activation follows.
    """
    return HeNormal() if following is not None and following.rectifier else XavierNormal()
