"""Pooling taken apart: what each window keeps, where its gradient goes, and what a shift of the picture changes.

All numbers come from the engine's own layers, in float64.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.layers.pooling import AvgPool2d, MaxPool2d
from cnn.layers.windows import Windows
from cnn.network import Network
from cnn.options import Configurable, option

Array = NDArray[Any]
LARGEST_SHIFT = 4  # pixels


@dataclass(frozen=True)
class PoolingSettings(Configurable):
    """What the page about pooling can be set to.

    Attributes:
        size, stride, padding: of the windows, as in the layers.
        count_padding: whether the average counts the padding.
        direction: which way the page looks.
        gradient: the gradient that comes back to the pooled map: random, of alternating signs, or 1 everywhere.
        shift: pixels by which the picture is moved to the right.
    """

    size: int = option(2, low=1, high=6)
    stride: int = option(2, low=1, high=6)
    padding: int = option(0, low=0, high=3)
    count_padding: bool = option(True)
    direction: str = option("forward", choices=("forward", "backward", "shift"))
    gradient: str = option("random", choices=("random", "signs", "ones"))
    shift: int = option(1, low=0, high=LARGEST_SHIFT)

    def layers(self) -> dict[str, MaxPool2d | AvgPool2d]:
        """The two kinds of pooling, by name."""
        return {
            "max": MaxPool2d(self.size, self.stride, self.padding),
            "average": AvgPool2d(self.size, self.stride, self.padding, self.count_padding),
        }


@dataclass(frozen=True, eq=False)
class Pooled:
    """One picture through one kind of pooling, there and back.

    Attributes:
        axes: the windows along height and width.
        output: (H', W').
        gradient: (H', W'), what comes back to the output.
        input_gradient: (H, W), what is left of it for the picture.
        taken: (H, W), how many windows took their value from a cell; for the average, what share each window took.
    """

    axes: tuple[Windows, Windows]
    output: Array
    gradient: Array
    input_gradient: Array
    taken: Array


def pool(layer: MaxPool2d | AvgPool2d, picture: Array, gradient: str = "ones", seed: int = 0) -> Pooled:
    """A picture (H, W) through a pooling layer, and a gradient back through it.

    Raises:
        ShapeError: the layer cannot be applied to such a picture.
    """
    network = Network([layer], input_shape=(1, *picture.shape), dtype=np.float64)
    output = network.forward(picture[None, None], training=True)
    coming = incoming(gradient, (output.shape[2], output.shape[3]), seed)
    return Pooled(
        axes=layer.axes(network.input_shape),
        output=output[0, 0],
        gradient=coming,
        input_gradient=network.backward(coming[None, None])[0, 0],
        taken=network.backward(np.ones_like(output))[0, 0],
    )


def incoming(kind: str, shape: tuple[int, int], seed: int = 0) -> Array:
    """A gradient (H', W') to send back: "ones", "signs" (+1 and −1 in turn) or "random" (whole tenths in −1 … 1)."""
    if kind == "ones":
        return np.ones(shape)
    if kind == "signs":
        return np.where(np.indices(shape).sum(axis=0) % 2 == 0, 1.0, -1.0)
    return np.random.default_rng(seed).integers(-10, 11, shape) / 10


def shifted(picture: Array, pixels: int) -> Array:
    """The picture (H, W) moved to the right; what leaves it is lost, what enters is 0."""
    moved = np.zeros_like(picture)
    width = picture.shape[1]
    moved[:, min(pixels, width) :] = picture[:, : max(width - pixels, 0)]
    return moved


def change(before: Array, after: Array) -> float:
    """How much of a map changed: ‖after − before‖ / ‖before‖; 0 for a map of zeros that stays one."""
    size = float(np.linalg.norm(before))
    apart = float(np.linalg.norm(after - before))
    return apart / size if size else float(apart > 0)


def changes(settings: PoolingSettings, picture: Array) -> dict[str, list[float]]:
    """For shifts of 0 … 4 pixels, how much of the picture itself changes, and of each pooled map.

    Raises:
        ShapeError: the windows do not fit the picture.
    """
    moved = [shifted(picture, pixels) for pixels in range(LARGEST_SHIFT + 1)]
    found = {"unpooled": [change(picture, one) for one in moved]}
    for name, layer in settings.layers().items():
        maps = [pool(layer, one).output for one in moved]
        found[name] = [change(maps[0], one) for one in maps]
    return found
