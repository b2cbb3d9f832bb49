"""A convolution taken apart: a picture, a kernel that can be typed, and what the engine makes of the two.

All results come from the engine's own layer, in float64.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.activations import ACTIVATIONS, Activation, Identity
from cnn.errors import PlaygroundError
from cnn.explain.entries import read_entries
from cnn.explain.kernels import LARGEST_SIZE, MOST_MAPS, PRESETS, fitted, preset, read_kernels
from cnn.explain.receptive import ReceptiveField, receptive_fields
from cnn.layers.convolution import Conv2d
from cnn.layers.windows import Padding, Windows, windows
from cnn.network import Network
from cnn.options import Configurable, option

Array = NDArray[Any]

LARGEST_PADDING, LARGEST_STRIDE = 6, 4
FAINT = 0.12  # in a picture of windows: a position that is there but not read
LEARNED = ("shipped", "run")  # kernels that were learned: by the model that comes with the app, by the current run
STEPS = ("dilate", "pad", "rotate", "correlate", "crop")  # of the way back
_NUMBERS = r"[-+0-9.eE ;|/]+"


@dataclass(frozen=True)
class ConvolutionSettings(Configurable):
    """What the page about convolution can be set to.

    Attributes:
        kernel: a preset, "shipped" or "run" for a learned one, or the numbers as text (:func:`read_kernels`).
        size: height and width of the kernel; one given as text is grown or cut to it.
        stride, padding: as in the layer; the stride "auto" is 1 on the way forward and 2 on the way back, which has
            nothing to dilate at 1.
        filters, channels: how many; the channels are the picture and its slopes, see :func:`channels_of`.
        which: the first filter that is taken of a learned layer, from 1.
        bias: added by each filter.
        activation: applied to the sums.
        direction: which way the page looks.
        step: of the way back.
        gradient: ∂L/∂output to start from: 1 in one cell, 1 everywhere, random numbers, or ``drawn``.
        drawn: a gradient as text (:func:`cnn.explain.entries.read_entries`).
        below: what is shown below the stage.
        depth: layers of the stack whose receptive fields are shown.
    """

    kernel: str = option("sobel_x", kind="text", pattern=f"{'|'.join((*PRESETS, *LEARNED))}|{_NUMBERS}")
    size: int = option(3, low=1, high=LARGEST_SIZE)
    stride: int | str = option("auto", low=1, high=LARGEST_STRIDE, choices=("auto",), kind="int")
    padding: Padding = option("valid", low=0, high=LARGEST_PADDING, choices=("valid", "same"))
    filters: int = option(1, low=1, high=MOST_MAPS)
    channels: int = option(1, low=1, high=MOST_MAPS)
    which: int = option(1, low=1, high=64)
    bias: float = option(0.0, low=-10, high=10)
    activation: Activation = option(Identity(), family=ACTIVATIONS)
    direction: str = option("forward", choices=("forward", "backward"))
    step: str = option("dilate", choices=STEPS)
    gradient: str = option("one", choices=("one", "ones", "random", "drawn"))
    drawn: str = option("", kind="text", pattern=r"[-+0-9.:eE ]*")
    below: str = option("sizes", choices=("sizes", "fields"))
    depth: int = option(3, low=1, high=6)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.kernel not in (*PRESETS, *LEARNED):
            read_kernels(self.kernel)
        read_entries(self.drawn, (1, 1, 1))

    @property
    def taken_stride(self) -> int:
        """The stride as a number."""
        if isinstance(self.stride, str):
            return 2 if self.direction == "backward" else 1
        return self.stride

    def kernels(self, learned: Array | None = None) -> Array:
        """(filters, channels, size, size).

        Args:
            learned: (F, C, k, k), the weights that "shipped" and "run" stand for.
        """
        if self.kernel in PRESETS:
            return preset(self.kernel, self.filters, self.channels, self.size)
        if self.kernel not in LEARNED:
            return fitted(read_kernels(self.kernel), self.filters, self.channels, self.size)
        assert learned is not None, "a learned kernel is handed over"
        return fitted(np.roll(learned, 1 - self.which, axis=0), self.filters, self.channels, self.size)

    def layer(self) -> Conv2d:
        """The engine's layer for these settings."""
        return Conv2d(self.filters, self.size, self.taken_stride, self.padding)


@dataclass(frozen=True, eq=False)
class Convolved:
    """A picture through a convolution.

    Attributes:
        layer: the convolution, as it was used.
        axes: its windows along height and width.
        inputs: (C, H, W).
        padded: (C, padded H, padded W).
        kernels: (F, C, k, k).
        bias: one for each filter.
        sums: (F, H', W'), kernel and bias applied.
        outputs: (F, H', W'), the activation of the sums.
    """

    layer: Conv2d
    axes: tuple[Windows, Windows]
    inputs: Array
    padded: Array
    kernels: Array
    bias: Array
    sums: Array
    outputs: Array


def convolve(settings: ConvolutionSettings, picture: Array, kernels: Array) -> Convolved:
    """A picture (H, W) through the convolution that ``settings`` describe, with weights ``kernels`` (F, C, k, k).

    Raises:
        ShapeError: the kernel is larger than the padded picture.
    """
    inputs = channels_of(picture, settings.channels)
    bias = np.full(settings.filters, settings.bias)
    network = network_of([settings.layer(), settings.activation], inputs.shape, kernels, bias)
    layer = network.layers[0]
    assert isinstance(layer, Conv2d), "the first layer is the convolution"
    with network.recording() as tape:
        network.forward(inputs[None])
    axes = layer.axes(inputs.shape)
    return Convolved(layer, axes, inputs, padded(inputs, axes), kernels, bias, tape.outputs[0][0], tape.outputs[1][0])


def network_of(layers: list[Any], input_shape: tuple[int, ...], kernels: Array, bias: Array) -> Network:
    """A float64 network each of whose convolutions has these weights."""
    network = Network(layers, input_shape, dtype=np.float64)
    given = {"weight": kernels, "bias": bias}
    network.load_state_dict({name: given[name.split(".")[1]] for name in network.state_dict()})
    return network


def padded(maps: Array, axes: tuple[Windows, Windows]) -> Array:
    """``maps`` (C, H, W) with the zeros around that the windows read."""
    return np.pad(maps, ((0, 0), *((axis.before, axis.after) for axis in axes)))


def channels_of(picture: Array, count: int) -> Array:
    """(count, H, W): the picture, then its slopes from left to right and from top to bottom.

    So a second layer is fed: with what filters of the first one found.
    """
    if count == 1:
        return picture[None].astype(np.float64)
    slopes = np.stack([PRESETS[name](3) for name in ("sobel_x", "sobel_y")])[:, None] / 4
    network = network_of([Conv2d(2, 3, padding="same")], (1, *picture.shape), slopes, np.zeros(2))
    return np.concatenate([picture[None], network.forward(picture[None, None])[0]])[:count]


def size_table(size: int, kernel: int) -> Array:
    """(paddings, strides): how many outputs an axis of ``size`` has; NaN where the kernel is too large."""
    table = np.full((LARGEST_PADDING + 1, LARGEST_STRIDE), np.nan)
    for padding, stride in np.ndindex(*table.shape):
        if kernel <= size + 2 * padding:
            table[padding, stride] = windows(size, kernel, stride + 1, padding).count
    return table


def window_pictures(size: int, kernel: int) -> Array:
    """(paddings · strides, outputs, positions): for each cell of :func:`size_table`, which positions each output reads.

    1 where output (row) reads position (column), ``FAINT`` where it does not, both negative for padding; NaN where
    there is no such output or position.
    """
    longest = size + 2 * LARGEST_PADDING
    pictures = np.full((LARGEST_PADDING + 1, LARGEST_STRIDE, max(longest - kernel + 1, 1), longest), np.nan)
    for padding, stride in np.ndindex(*pictures.shape[:2]):
        if kernel > size + 2 * padding:
            continue
        axis = windows(size, kernel, stride + 1, padding)
        reads = pictures[padding, stride, : axis.count, : axis.padded]
        reads[:] = FAINT
        for output in range(axis.count):
            reads[output, output * axis.stride : output * axis.stride + kernel] = 1
        reads[:, :padding] *= -1
        reads[:, padding + size :] *= -1
    return pictures.reshape(-1, *pictures.shape[2:])


@dataclass(frozen=True, eq=False)
class Stack:
    """The same convolution several times in a row.

    Attributes:
        outputs: (F, H', W') after each layer.
        fields: what a cell of each of them sees of the picture.
    """

    outputs: list[Array]
    fields: list[ReceptiveField]


def stack(settings: ConvolutionSettings, picture: Array, kernels: Array) -> Stack:
    """The first filter's first kernel applied ``settings.depth`` times, or as often as the maps are large enough."""
    for depth in range(settings.depth, 0, -1):
        layers = [Conv2d(1, settings.size, settings.taken_stride, settings.padding) for _ in range(depth)]
        try:
            network = network_of(layers, (1, *picture.shape), kernels[:1, :1], np.zeros(1))
        except PlaygroundError:
            continue  # one layer less
        with network.recording() as tape:
            network.forward(picture[None, None])
        return Stack([output[0] for output in tape.outputs], receptive_fields(network.layers, network.input_shape))
    return Stack([], [])
