"""One layer as a row of grids: forward what it reads, weighs and makes; back the gradients beside these."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.explain.backprop import Play
from cnn.layers.base import Layer
from cnn.layers.convolution import Conv2d
from cnn.layers.linear import Linear
from cnn.layers.reshape import Flatten
from pages.ui.backprop.words import tensor_title
from pages.ui.grid import Mosaic
from pages.ui.layer_names import kind_of_layer, shape_text
from pages.ui.numbers import number
from pages.ui.texts import Texts

Array = NDArray[Any]

_WIDE, _TALL = 970, 236  # CSS pixels for the pictures of a row
_BETWEEN, _SIGN = 14, 26  # CSS pixels between two pictures, and of a sign between them
_CAPTION = 150  # CSS pixels that a picture takes at least: the figures above it
_GAP = 2  # CSS pixels between two maps, as the grid draws them
_LARGEST_CELL = 16
_SHARE = 0.25  # of the maps of a large tensor that are shown at least, before its cells get larger
_PICTURE = 3  # a layer that reads no more maps than this reads a picture: its gradient is worth a place


@dataclass(frozen=True, eq=False)
class _Part:
    """One thing in a row: its value, its gradient, and how the two are laid out.

    Attributes:
        name: "x", "weight", "bias", "y".
        maps, gradient: (count, rows, columns), or (units,).
        whole: shape of the whole thing, as it is called.
        along: maps that belong in one line; 0 where any number may.
        labels: names of the maps; of the rows for a vector of classes.
    """

    name: str
    maps: Array
    gradient: Array
    whole: tuple[int, ...]
    along: int = 0
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Layout:
    """How large a cell is drawn, how many maps stand in a line, how many are shown; and how wide it is."""

    cell: int
    across: int
    shown: int
    width: int


def forward_row(play: Play, place: int, classes: Sequence[str], texts: Texts) -> list[Mosaic]:
    """What layer ``place`` reads, its parameters and what it makes, as in x ∗ W + b = y."""
    parts = _parts(play, place, classes, texts)
    kind, signs = kind_of_layer(play.scenes[place].layer), _signs(play.scenes[place].layer, parts)
    layouts = _laid_out(parts, [1] * len(parts))
    row = [_mosaic(part, layout, kind, False, texts) for part, layout in zip(parts, layouts, strict=True)]
    if place == 0 and 0 <= play.picture.min() <= play.picture.max() <= 1:
        row[0] = replace(row[0], scale="ink")
    return [replace(one, sign=sign) for one, sign in zip(row, signs, strict=True)]


def backward_row(play: Play, place: int, classes: Sequence[str], texts: Texts) -> list[Mosaic]:
    """What layer ``place`` made and the gradient of it, its weights and the gradient of them, side by side.

    For a layer without parameters, what it read and the gradient of that. The gradients of the picture and of the
    biases come along where there is room.
    """
    scene = play.scenes[place]
    by_name = {part.name: part for part in _parts(play, place, classes, texts)}
    parts = [by_name[name] for name in ("y", next(iter(scene.weights), "x"))]
    extra = ["x"] if scene.weights and scene.x.ndim == 3 and len(scene.x) <= _PICTURE else []
    copies = [2, 2]
    for name in [*extra, "bias"]:
        if name in by_name and _least([*parts, by_name[name]], [*copies, 1]):
            parts, copies = [*parts, by_name[name]], [*copies, 1]
    row: list[Mosaic] = []
    for part, layout, copy in zip(parts, _laid_out(parts, copies), copies, strict=True):
        kind, sign = kind_of_layer(scene.layer), "→" if row else ""
        pair = [_mosaic(part, layout, kind, slope, texts) for slope in (False, True)]
        row += [replace(one, sign=sign if i == 0 else "") for i, one in enumerate(pair[-copy:])]
    return row


def picture_row(picture: Array, texts: Texts) -> list[Mosaic]:
    """The picture (H, W)."""
    title = f"{texts('part.picture')} · {shape_text(picture.shape)}"
    notes, cell = _notes(picture[None], 1, texts), _TALL // picture.shape[0]
    return [Mosaic(picture[None], title, notes=notes, kind="input", scale="ink", cell=cell)]


def _parts(play: Play, place: int, classes: Sequence[str], texts: Texts) -> list[_Part]:
    scene, fold = play.scenes[place], _fold(play, place)
    last = tuple(classes) if scene.y.shape == (len(classes),) else ()
    parts = [_Part("x", _folded(scene.x, fold), _folded(scene.dx, fold), scene.x.shape)]
    for name, value in scene.weights.items():
        maps, along, labels = _weights(value, fold, texts)
        parts.append(_Part(name, maps, _weights(scene.gradients[name], fold, texts)[0], value.shape, along, labels))
    return [*parts, _Part("y", scene.y, scene.dy, scene.y.shape, labels=last)]


def _weights(array: Array, fold: tuple[int, ...], texts: Texts) -> tuple[Array, int, tuple[str, ...]]:
    """A parameter as maps: a line of kernels for each filter, a line of maps for each unit."""
    if array.ndim == 4:
        filters, channels = array.shape[:2]
        names = [texts("part.kernel", filter=f + 1, channel=c + 1) for f, c in np.ndindex(filters, channels)]
        return array.reshape(-1, *array.shape[2:]), channels if channels > 1 else 0, tuple(names)
    if array.ndim == 2 and len(fold) == 3:
        names = [texts("part.unit", unit=u + 1, channel=c + 1) for u, c in np.ndindex(len(array), fold[0])]
        return array.reshape(-1, *fold[1:]), fold[0], tuple(names)
    return array[None] if array.ndim == 2 else array, 0, ()


def _folded(vector: Array, fold: tuple[int, ...]) -> Array:
    """The units that a flattening made of maps, as these maps again."""
    return vector.reshape(fold) if fold and vector.ndim == 1 else vector


def _fold(play: Play, place: int) -> tuple[int, ...]:
    """The shape of the maps that layer ``place`` reads as a vector; () where it reads something else."""
    if place and isinstance(play.scenes[place].layer, Linear):
        before = play.scenes[place - 1]
        if isinstance(before.layer, Flatten):
            return before.x.shape
    return ()


def _laid_out(parts: Sequence[_Part], copies: Sequence[int]) -> list[_Layout]:
    """Cells as large as go into one row: the smallest cells grow first, until none has room to."""
    choices = [_layouts(part) for part in parts]
    taken = [0] * len(parts)
    while True:
        by_size = sorted(range(len(parts)), key=lambda i: choices[i][taken[i]].cell)
        for i in by_size:
            grown = [*taken[:i], taken[i] + 1, *taken[i + 1 :]]
            if grown[i] < len(choices[i]) and _fits([choices[k][one] for k, one in enumerate(grown)], copies):
                taken = grown
                break
        else:
            return [choices[i][one] for i, one in enumerate(taken)]


def _least(parts: Sequence[_Part], copies: Sequence[int]) -> bool:
    """Whether the row has room for all these without the maps becoming tiny: at two pixels a cell."""
    choices = [_layouts(part) for part in parts]
    return _fits([one[min(1, len(one) - 1)] for one in choices], copies)


def _fits(layouts: Sequence[_Layout], copies: Sequence[int]) -> bool:
    pictures = sum(max(one.width, _CAPTION) * copy for one, copy in zip(layouts, copies, strict=True))
    return pictures + _BETWEEN * (sum(copies) - 1) + _SIGN * (len(layouts) - 1) <= _WIDE


def _layouts(part: _Part) -> list[_Layout]:
    """All ways to draw a thing no taller than a row, from the smallest cell to the largest."""
    if part.maps.ndim == 1:
        return [_column(part.maps.size)]
    count, rows, columns = part.maps.shape
    found: list[_Layout] = []
    for cell in range(1, _LARGEST_CELL + 1):
        side, line = columns * cell + _GAP, rows * cell + _GAP
        lines = max(1, _TALL // line)
        across = min(part.along or math.ceil(count / lines), max(1, _WIDE // 2 // side))
        shown = min(count, across * lines)
        if found and (line > _TALL or shown < min(found[0].shown, count * _SHARE)):
            break
        found.append(_Layout(cell, across, shown, across * side))
    return found


def _column(units: int) -> _Layout:
    """A vector: a column of cells, or several where it is long, as the grid lays it out."""
    rows = units if units <= 20 else 28 if units <= 256 else 56
    cell = max(1, min(_LARGEST_CELL, _TALL // rows))
    return _Layout(cell, 1, 1, math.ceil(units / rows) * cell)


def _mosaic(part: _Part, layout: _Layout, kind: str, slope: bool, texts: Texts) -> Mosaic:
    values = part.gradient if slope else part.maps
    vector = values.ndim == 1
    return Mosaic(
        values if vector else values[: layout.shown],
        f"{tensor_title(part.name, slope, texts)} · {shape_text(part.whole)}",
        notes=_notes(values, layout.shown, texts),
        kind=kind,
        cell=layout.cell,
        across=layout.across,
        names=() if vector else part.labels[: layout.shown],
        row_labels=part.labels if vector else (),
    )


def _notes(values: Array, shown: int, texts: Texts) -> tuple[str, ...]:
    """Mean, standard deviation and largest magnitude of the whole thing; how much of it is shown."""
    finite = values[np.isfinite(values)].astype(np.float64)
    if not finite.size:
        return (texts("part.not_finite"),)
    figures = {"mean": finite.mean(), "std": finite.std(), "max": np.abs(finite).max()}
    words = {name: number(float(value), 2) for name, value in figures.items()}
    first, second = texts("part.spread", mean=words["mean"], std=words["std"]), texts("part.most", max=words["max"])
    some = values.ndim == 3 and shown < len(values)
    return first, texts("part.some", most=second, shown=shown, count=len(values)) if some else second


def _signs(layer: Layer, parts: Sequence[_Part]) -> list[str]:
    """What is written between the things of the row of values."""
    product = "∗" if isinstance(layer, Conv2d) else "·"
    between: Mapping[str, str] = {"weight": product, "bias": "+", "y": "="}
    plain = len(parts) == 2
    return ["" if part.name == "x" else "→" if plain else between.get(part.name, ",") for part in parts]
