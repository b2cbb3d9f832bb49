"""The contract that every layer keeps, and what all of them share.

Shapes in signatures are those of ONE image: ``(C, H, W)`` for maps, ``(D,)`` for vectors. The arrays that flow through
``forward`` and ``backward`` are in the engine's own layout, batch innermost and C-contiguous: ``(H, C, W, N)`` and
``(D, N)``; the network converts at its edge, once. Parameters are kept in whatever order the layer computes fastest
with and leave it in PyTorch's names and shapes (``export_array`` / ``import_array``).
"""

import itertools
import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from cnn.errors import ShapeError
from cnn.options import Configurable
from cnn.registry import Registry
from cnn.seeds import Purpose

Array = NDArray[Any]
Shape = tuple[int, ...]
T = TypeVar("T")

_made = itertools.count()

LAYERS: "Registry[Layer]" = Registry("layer")
_PAGE, _STAGGER = 4096, 1600  # bytes
_KEPT = 3  # batch sizes whose work arrays a layer keeps: the usual one, the rest of an epoch, a single image


@dataclass
class Layer(Configurable):
    """One layer: hyper-parameters as dataclass fields, arrays once it is built.

    Attributes:
        stream: where the layer's random numbers come from (initial weights, dropout's masks), or None. The layers of
            one stream are counted by themselves, so that adding a layer of another stream changes nothing here.
        decayed: the params that weight decay acts on.
        batch_statistics: whether an image's output in training depends on the batch that it is in; such a network
            cannot split a batch into smaller ones.
        params: the arrays that training changes, by PyTorch's name, in a fixed order. Once a network has taken the
            layer over they are views into its one flat vector: look them up at each call, keep no reference.
        grads: ∂L/∂param for each of ``params``, overwritten in place by ``backward``.
        buffers: arrays that belong to the state but are not trained (running statistics); changed in place.
        followed_by: the activation that comes next, for initializers that depend on it; set by the network.
    """

    stream: ClassVar[Purpose | None] = None
    decayed: ClassVar[tuple[str, ...]] = ("weight",)
    batch_statistics: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.params: dict[str, Array] = {}
        self.grads: dict[str, Array] = {}
        self.buffers: dict[str, Array] = {}
        self.in_shape: Shape = ()
        self.out_shape: Shape = ()
        self.dtype: np.dtype[Any] = np.dtype(np.float32)
        self.followed_by: Configurable | None = None
        self._kept: dict[str, dict[Hashable, Any]] = {}

    # What a layer does to shapes: pure, nothing is allocated -----------------------------------------------------

    def infer(self, in_shape: Shape) -> Shape:
        """The output's shape.

        Raises:
            ShapeError: the layer cannot be applied to ``in_shape``.
        """
        raise NotImplementedError

    def parameter_shapes(self, in_shape: Shape) -> dict[str, Shape]:
        """PyTorch's name and shape of each parameter."""
        return {}

    def multiply_adds(self, in_shape: Shape) -> int:
        """Multiply-adds of one forward pass of one image (0 where they do not count)."""
        return 0

    def remainder(self, in_shape: Shape) -> tuple[int, int]:
        """The rows and columns at the bottom and right that no window ever reads: (H + 2P − F) mod S."""
        return 0, 0

    def work_elements(self, in_shape: Shape) -> int:
        """About how many numbers the layer keeps for one image in training, its output and work arrays together."""
        return 2 * int(np.prod(self.infer(in_shape), dtype=np.int64))

    # What it does to arrays --------------------------------------------------------------------------------------

    def build(self, in_shape: Shape, rng: np.random.Generator, dtype: DTypeLike = np.float32) -> Shape:
        """Allocate ``params``, ``grads`` and ``buffers`` for inputs of ``in_shape``; return the output's shape."""
        self.in_shape, self.out_shape, self.dtype = in_shape, self.infer(in_shape), np.dtype(dtype)
        self._kept.clear()
        return self.out_shape

    def reseed(self, rng: np.random.Generator) -> None:
        """Draw the next masks from ``rng``: called at each training step, for layers with a noise ``stream``."""

    def forward(self, x: Array, training: bool = False) -> Array:
        """y from x. The result may live in a work array that the next call overwrites; x is left as it was."""
        raise NotImplementedError

    def backward(self, dy: Array) -> Array:
        """Fill ``grads`` and return dx, for the x of the last ``forward`` in training. Never updates a parameter."""
        raise NotImplementedError

    def parameter_gradients(self, dy: Array) -> None:
        """Fill ``grads`` alone: the first layer of a network needs no dx while training."""
        self.backward(dy)

    def export_array(self, name: str, array: Array) -> Array:
        """A parameter, gradient or buffer in PyTorch's axis order (a copy)."""
        return array.copy()

    def import_array(self, name: str, array: Array) -> Array:
        """The inverse of :meth:`export_array`."""
        return array

    # Work arrays -------------------------------------------------------------------------------------------------

    def work(self, name: str, shape: Shape) -> Array:
        """An array of the layer's own that is reused from call to call, one per name and shape."""
        return self.keep(name, shape, lambda: staggered(shape, self.dtype))

    def keep(self, name: str, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make()`` gave for this name and key (a batch size, a shape), made again only after long disuse.

        Only the last few keys of a name are kept: batches of ever new sizes must not fill the memory.
        """
        kept = self._kept.setdefault(name, {})
        if key not in kept:
            if len(kept) >= _KEPT:
                del kept[next(iter(kept))]
            kept[key] = make()
        return kept[key]


def staggered(shape: Shape, dtype: DTypeLike) -> Array:
    """An array, not filled, that starts at another place of its page of memory than the arrays made before it.

    Large arrays, of round sizes above all, tend to start at the same place of a page. A processor that reads one and
    writes the other then takes what it is about to read for what it has just written, because it first compares only
    the addresses within a page, and waits: copying can take ten times as long (Intel, Optimization Reference Manual,
    "4-KByte aliasing"; AMD's processors do it too).
    """
    size = np.dtype(dtype).itemsize * math.prod(shape)
    memory = np.empty(size + 2 * _PAGE, np.uint8)
    start = -memory.ctypes.data % _PAGE + next(_made) * _STAGGER % _PAGE
    return memory[start : start + size].view(dtype).reshape(shape)


def image_shape(layer: Layer, in_shape: Shape) -> tuple[int, int, int]:
    """``in_shape`` as (C, H, W).

    Raises:
        ShapeError: it is a vector.
    """
    if len(in_shape) != 3:
        raise ShapeError("layers.needs_image", layer=type(layer).__name__, shape=in_shape)
    channels, height, width = in_shape
    return channels, height, width


def vector_size(layer: Layer, in_shape: Shape) -> int:
    """``in_shape`` as the D of (D,).

    Raises:
        ShapeError: it is an image.
    """
    if len(in_shape) != 1:
        raise ShapeError("layers.needs_vector", layer=type(layer).__name__, shape=in_shape)
    return in_shape[0]
