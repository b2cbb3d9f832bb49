"""Surfaces to descend: losses of two numbers, with their gradients, on which one sees what an optimizer does.

A surface is a class with a formula for the value and one for the gradient; registered, it is in the menu, in links and
in the tests. Values and gradients are computed for arrays of any shape, so many walkers go down at once.
"""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cnn.options import Configurable, option
from cnn.registry import Registry

Array = NDArray[Any]
Point = tuple[float, float]

SURFACES: "Registry[Surface]" = Registry("surface")
_FLOOR = 0.2  # the share of a window that counts as the floor: there the levels are nearly in proportion to the loss
HEIGHT = 0.75  # of a picture, as a share of its width: one unit is as long on both axes


@dataclass(frozen=True)
class Surface(Configurable):
    """A loss L(x, y) that is looked at in a window.

    Attributes:
        centre: of the window.
        half_width: of the window; its height is ``HEIGHT`` times its width.
        start: a place from which the way down is instructive.
        minima: the lowest places.
        least: the value there.
        rate: a learning rate with which plain gradient descent goes down from the start without blowing up.
        stride: a step length that gets across the window in some dozens of steps.
    """

    centre: ClassVar[Point] = (0.0, 0.0)
    half_width: ClassVar[float] = 1.0
    start: ClassVar[Point] = (0.0, 0.0)
    minima: ClassVar[tuple[Point, ...]] = ((0.0, 0.0),)
    least: ClassVar[float] = 0.0
    rate: ClassVar[float] = 0.1
    stride: ClassVar[float] = 0.1

    def value(self, x: Array, y: Array) -> Array:
        """L(x, y), elementwise."""
        raise NotImplementedError

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        """∂L/∂x and ∂L/∂y, elementwise."""
        raise NotImplementedError

    @property
    def window(self) -> tuple[float, float, float, float]:
        """The part that is shown: from x, to x, from y, to y."""
        (x, y), wide, high = self.centre, self.half_width, self.half_width * HEIGHT
        return x - wide, x + wide, y - high, y + high

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in the window."""
        left, right, low, high = self.window
        return left <= x <= right and low <= y <= high


@dataclass(frozen=True, eq=False)
class Heights:
    """A surface on a grid, its heights also on a scale that shows a valley's floor as well as its walls.

    Attributes:
        x, y, loss: (rows, columns), the first row at the top.
        levels: (rows, columns) ln(1 + (loss − base)/scale)/most: 0 at the lowest, 1 at the highest.
        base, scale, most: of the levels.
    """

    x: Array
    y: Array
    loss: Array
    levels: Array
    base: float
    scale: float
    most: float

    def level(self, loss: Array) -> Array:
        """The level of any loss, at least 0."""
        return np.log1p(np.maximum(loss - self.base, 0) / self.scale) / self.most


def heights(surface: Surface, columns: int) -> Heights:
    """Look at the window of a surface, with so many samples from left to right."""
    left, right, low, high = surface.window
    rows = round((columns - 1) * HEIGHT) + 1
    x, y = np.meshgrid(np.linspace(left, right, columns), np.linspace(high, low, rows))
    loss = surface.value(x, y)
    base = float(loss.min())
    scale = float(np.quantile(loss, _FLOOR)) - base
    most = math.log1p((float(loss.max()) - base) / scale)
    return Heights(x, y, loss, np.log1p((loss - base) / scale) / most, base, scale, most)


@SURFACES.register("bowl")
@dataclass(frozen=True)
class Bowl(Surface):
    """An elongated bowl: ten times as steep across as along.

    L = x²/20 + y².
    """

    half_width: ClassVar[float] = 8.0
    start: ClassVar[Point] = (-7.0, 2.0)
    rate: ClassVar[float] = 0.95
    stride: ClassVar[float] = 0.3

    def value(self, x: Array, y: Array) -> Array:  # noqa: D102
        return x * x / 20 + y * y

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:  # noqa: D102
        return x / 10, 2 * y


@SURFACES.register("quadratic")
@dataclass(frozen=True)
class Quadratic(Surface):
    """A ravine: a bowl κ times as steep across as along, turned by an angle.

    L = ½(u²/κ + v²), (u, v) = (x, y) turned back by the angle. κ is its condition number; gradient descent blows up
    from η = 2 on.
    """

    half_width: ClassVar[float] = 4.0
    start: ClassVar[Point] = (-3.4, -0.6)
    rate: ClassVar[float] = 1.8
    stride: ClassVar[float] = 0.15

    condition: float = option(20.0, low=1, high=1000, log=True)
    angle: float = option(30.0, low=-90, high=90)

    def value(self, x: Array, y: Array) -> Array:  # noqa: D102
        u, v = self._turned(x, y)
        return (u * u / self.condition + v * v) / 2

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:  # noqa: D102
        cos, sin = self._axes()
        u, v = self._turned(x, y)
        u = u / self.condition
        return cos * u - sin * v, sin * u + cos * v

    def _axes(self) -> tuple[float, float]:
        return math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))

    def _turned(self, x: Array, y: Array) -> tuple[Array, Array]:
        cos, sin = self._axes()
        return cos * x + sin * y, cos * y - sin * x


@SURFACES.register("beale")
@dataclass(frozen=True)
class Beale(Surface):
    """Steep corners around a flat valley.

    L = (1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)².

    Source: Beale 1958; Moré, Garbow & Hillstrom 1981, no. 5.
    """

    centre: ClassVar[Point] = (1.0, 0.0)
    half_width: ClassVar[float] = 3.4
    start: ClassVar[Point] = (1.0, 1.5)
    minima: ClassVar[tuple[Point, ...]] = ((3.0, 0.5),)
    rate: ClassVar[float] = 0.01
    stride: ClassVar[float] = 0.1

    def value(self, x: Array, y: Array) -> Array:  # noqa: D102
        a, b, c = self._parts(x, y)
        return a * a + b * b + c * c

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:  # noqa: D102
        a, b, c = self._parts(x, y)
        squared = y * y
        along = 2 * (a * (y - 1) + b * (squared - 1) + c * (squared * y - 1))
        return along, 2 * x * (a + 2 * y * b + 3 * squared * c)

    def _parts(self, x: Array, y: Array) -> tuple[Array, Array, Array]:
        return 1.5 - x + x * y, 2.25 - x + x * y * y, 2.625 - x + x * y * y * y


@SURFACES.register("rosenbrock")
@dataclass(frozen=True)
class Rosenbrock(Surface):
    """A bent valley: easy to reach, hard to follow.

    L = (1 − x)² + 100(y − x²)².

    Source: Rosenbrock 1960.
    """

    centre: ClassVar[Point] = (0.0, 0.9)
    half_width: ClassVar[float] = 2.0
    start: ClassVar[Point] = (-1.2, 1.0)
    minima: ClassVar[tuple[Point, ...]] = ((1.0, 1.0),)
    rate: ClassVar[float] = 0.0015
    stride: ClassVar[float] = 0.1

    def value(self, x: Array, y: Array) -> Array:  # noqa: D102
        across, along = y - x * x, 1 - x
        return along * along + 100 * (across * across)

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:  # noqa: D102
        across = 200 * (y - x * x)
        return 2 * (x - 1) - 2 * x * across, across


@SURFACES.register("himmelblau")
@dataclass(frozen=True)
class Himmelblau(Surface):
    """Four equally deep hollows: which one is reached depends on the way.

    L = (x² + y − 11)² + (x + y² − 7)².

    Source: Himmelblau 1972.
    """

    half_width: ClassVar[float] = 6.0
    start: ClassVar[Point] = (-0.5, -3.8)
    minima: ClassVar[tuple[Point, ...]] = (
        (3.0, 2.0),
        (-2.805118086952745, 3.131312518250573),
        (-3.779310253377747, -3.283185991286170),
        (3.584428340330492, -1.848126526964404),
    )
    rate: ClassVar[float] = 0.01
    stride: ClassVar[float] = 0.2

    def value(self, x: Array, y: Array) -> Array:  # noqa: D102
        a, b = x * x + y - 11, x + y * y - 7
        return a * a + b * b

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:  # noqa: D102
        a, b = x * x + y - 11, x + y * y - 7
        return 4 * x * a + 2 * b, 2 * a + 4 * y * b


@SURFACES.register("saddle")
@dataclass(frozen=True)
class Saddle(Surface):
    """A pass between two hollows: at the saddle the gradient is 0, and yet it is no minimum.

    L = x²/2 − y²/2 + y⁴/4. At (0, 0) it curves up along x and down along y.
    """

    half_width: ClassVar[float] = 2.4
    start: ClassVar[Point] = (-2.0, 0.001)
    minima: ClassVar[tuple[Point, ...]] = ((0.0, 1.0), (0.0, -1.0))
    least: ClassVar[float] = -0.25
    rate: ClassVar[float] = 0.15
    stride: ClassVar[float] = 0.05

    def value(self, x: Array, y: Array) -> Array:  # noqa: D102
        squared = y * y
        return (x * x - squared) / 2 + squared * squared / 4

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:  # noqa: D102
        return x + 0.0, y * (y * y - 1)


@SURFACES.register("rastrigin")
@dataclass(frozen=True)
class Rastrigin(Surface):
    """Hollows everywhere: nearly all of them are not the lowest.

    L = 20 + x² + y² − 10(cos 2πx + cos 2πy).

    Source: Rastrigin 1974.
    """

    half_width: ClassVar[float] = 5.0
    start: ClassVar[Point] = (-3.4, 2.4)
    rate: ClassVar[float] = 0.004
    stride: ClassVar[float] = 0.15

    def value(self, x: Array, y: Array) -> Array:  # noqa: D102
        turn = 2 * math.pi
        return 20 + x * x + y * y - 10 * (np.cos(turn * x) + np.cos(turn * y))

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:  # noqa: D102
        turn = 2 * math.pi
        return 2 * x + 10 * turn * np.sin(turn * x), 2 * y + 10 * turn * np.sin(turn * y)


@SURFACES.register("cliff")
@dataclass(frozen=True)
class Cliff(Surface):
    """A plateau that is almost flat, a cliff, and a valley behind it.

    L = 3σ(8x) + (x + 2)²/100 + y²/4. On the plateau the slope is a sixtieth of the cliff's.
    """

    half_width: ClassVar[float] = 4.5
    start: ClassVar[Point] = (3.2, 1.6)
    minima: ClassVar[tuple[Point, ...]] = ((-2.0001348965241745, 0.0),)
    least: ClassVar[float] = 3.3742331906946076e-07
    rate: ClassVar[float] = 0.3
    stride: ClassVar[float] = 0.1

    def value(self, x: Array, y: Array) -> Array:  # noqa: D102
        return 3 * self._step(x) + (x + 2) ** 2 / 100 + y * y / 4

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:  # noqa: D102
        step = self._step(x)
        return 24 * step * (1 - step) + (x + 2) / 50, y / 2

    def _step(self, x: Array) -> Array:
        """σ(8x) by way of tanh, which does not overflow."""
        return 0.5 + 0.5 * np.tanh(4 * x)
