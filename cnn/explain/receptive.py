"""Receptive fields: which part of the picture a cell of a layer's output sees.

Walking from layer to layer, three numbers per axis are enough (Araujo, Norris & Sim 2019, "Computing receptive fields
of convolutional neural networks", eqs. 2–4): where the field of the first cell starts, how far it moves from one cell
to the next, and how large it is::

    start ← start − P·step      size ← size + (F − 1)·step      step ← step·S

for a window of F taps, stride S and padding P before the first position.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable

from cnn.layers.activation import ActivationLayer
from cnn.layers.base import Layer, Shape
from cnn.layers.funnel import FReLU
from cnn.layers.linear import Linear
from cnn.layers.normalization import GroupNorm, InstanceNorm2d, LayerNorm
from cnn.layers.reshape import Flatten
from cnn.layers.windows import Windows, windows

Axes = tuple[int, int]  # one number for the rows, one for the columns


@dataclass(frozen=True)
class ReceptiveField:
    """What the cells of one layer see: a rectangle of the picture that moves with the cell.

    Attributes:
        start: first row and column that cell (0, 0) sees; negative where it reaches into the padding.
        step: rows and columns from one cell's rectangle to the next's; 0 where every cell sees the same.
        size: rows and columns of the rectangle, padding included.
        fold: for the units of a vector, the (rows, columns) of the maps they were flattened from: unit u stands for
            cell (u mod rows·columns) of its map. None where cells have a row and a column of their own.
    """

    start: Axes = (0, 0)
    step: Axes = (1, 1)
    size: Axes = (1, 1)
    fold: Axes | None = None

    def rectangle(self, cell: Axes, picture: Axes) -> tuple[slice, slice]:
        """Rows and columns of a ``picture`` (rows, columns) that the cell (row, column) sees; padding is cut off.

        The cell of a vector is (unit, 0).
        """
        row, column = divmod(cell[0] % (self.fold[0] * self.fold[1]), self.fold[1]) if self.fold else cell
        return self._along(0, row, picture), self._along(1, column, picture)

    def through(self, axes: tuple[Windows, Windows]) -> "ReceptiveField":
        """The field of the cells behind a layer of windows over this one's cells."""
        pairs = list(zip(axes, self.start, self.step, self.size, strict=True))
        return ReceptiveField(
            start=_two(start - window.before * step for window, start, step, _ in pairs),
            step=_two(step * window.stride for window, _, step, _ in pairs),
            size=_two(size + (window.kernel - 1) * step for window, _, step, size in pairs),
        )

    def as_json(self) -> dict[str, Any]:
        """The four attributes as plain numbers, for the browser."""
        return {"start": self.start, "step": self.step, "size": self.size, "fold": self.fold}

    def _along(self, axis: int, position: int, picture: Axes) -> slice:
        first = self.start[axis] + self.step[axis] * position
        return slice(max(0, first), max(0, min(picture[axis], first + self.size[axis])))


@runtime_checkable
class Windowed(Protocol):
    """A layer whose output cells each read one window of its input."""

    def axes(self, in_shape: Shape) -> tuple[Windows, Windows]:
        """The windows along height and width."""
        ...


def receptive_fields(layers: Sequence[Layer], input_shape: Shape) -> list[ReceptiveField]:
    """The receptive field of each layer's output, in a network for pictures of ``input_shape`` (C, H, W)."""
    fields: list[ReceptiveField] = []
    field, shape = ReceptiveField(), input_shape
    whole = ReceptiveField(step=(0, 0), size=_two(input_shape[1:]))
    for layer in layers:
        if _mixes(layer, shape):
            field = whole
        elif isinstance(layer, Windowed):
            field = field.through(layer.axes(shape))
        elif isinstance(layer, FReLU):
            field = field.through((windows(shape[1], 3, 1, 1), windows(shape[2], 3, 1, 1)))
        elif isinstance(layer, Flatten):
            field = replace(field, fold=_two(shape[1:]))
        fields.append(field)
        shape = layer.infer(shape)
    return fields


def _mixes(layer: Layer, in_shape: Shape) -> bool:
    """Whether each output depends on all inputs (of its channel, for instance norm)."""
    if isinstance(layer, ActivationLayer):
        return len(in_shape) == 1 and not layer.activation.elementwise
    return isinstance(layer, Linear | LayerNorm | InstanceNorm2d | GroupNorm)


def _two(numbers: Any) -> Axes:
    rows, columns = numbers
    return int(rows), int(columns)
