"""The pictures of the page about convolution, as mosaics for the grid."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.activations import Identity
from cnn.explain.convolution import (
    LARGEST_PADDING,
    LARGEST_STRIDE,
    ConvolutionSettings,
    Convolved,
    Stack,
    size_table,
    window_pictures,
)
from cnn.explain.transposed import Gradients, Steps, around, dilate
from pages.ui.grid import Mosaic, Reads
from pages.ui.grid.mosaic import Editing
from pages.ui.layer_names import registered_name, shape_text
from pages.ui.options import name_of_kind
from pages.ui.texts import Texts

Array = NDArray[Any]

_TALL = 316  # CSS pixels of a picture: input, kernel and output stand side by side, with their sums below
_WIDE = 190  # of a kernel
_LARGEST = 46  # CSS pixels a cell
_WRITABLE = 26  # that a cell needs for its number
_TYPED = 20  # that a cell needs to be typed into
_MOST_TYPED = 8  # rows and columns of a gradient that is typed; a larger one is drawn


def forward_mosaics(settings: ConvolutionSettings, found: Convolved, texts: Texts) -> list[Mosaic]:
    """Padded input, kernel and output."""
    down, across = found.axes
    _, channels, size, _ = found.kernels.shape
    plain = isinstance(settings.activation, Identity)
    reads = Reads(
        0, (down.stride, across.stride), (size, size), kernel=1, bias=tuple(found.bias),
        sums=None if plain else found.sums,
        function="" if plain else name_of_kind(registered_name(settings.activation)),
    )  # fmt: skip
    return [
        _picture(
            found.padded, texts("stage.input"), kind="input", notes=(shape_text(found.inputs.shape),),
            scale="ink" if _is_picture(found.inputs) else "signed",
            padding=(down.before, down.after, across.before, across.after),
            unread=(down.remainder, across.remainder),
            names=tuple(texts(f"stage.channel{number}") for number in range(channels)) if channels > 1 else (),
        ),
        kernel_mosaic(found.kernels, texts, edit="numbers"),
        _picture(
            found.outputs, texts("stage.output"), kind="convolution" if plain else "activation", sign="=", reads=reads,
            notes=(shape_text(found.outputs.shape),),
        ),
    ]  # fmt: skip


def kernel_mosaic(kernels: Array, texts: Texts, edit: Editing = "", **more: Any) -> Mosaic:
    """Kernels (F, C, k, k): one line for each filter, one column for each channel."""
    filters, channels, size, _ = kernels.shape
    cell = min(_LARGEST, _TALL // (filters * size), _WIDE * (2 if channels > 1 else 1) // (channels * size))
    names = [texts("stage.kernel_name", filter=f + 1, channel=c + 1) for f, c in np.ndindex(filters, channels)]
    about: dict[str, Any] = {"title": texts("stage.kernel"), "sign": "∗", "kind": "convolution", **more}
    return Mosaic(
        kernels.reshape(-1, size, size), cell=max(cell, _TYPED), across=channels, edit=edit,
        show_values=not edit, notes=(shape_text(kernels.shape[(channels == 1) + (filters * channels == 1):]),),
        names=tuple(names) if len(names) > 1 else (), **about,
    )  # fmt: skip


def backward_mosaics(name: str, found: Convolved, way: Steps, back: Gradients | None, texts: Texts) -> list[Mosaic]:
    """One step of the way from dY to dX: what goes in and what comes out."""
    down, across = found.axes
    strides = (down.stride, across.stride)
    between = ~dilate(np.ones((1, *way.dy.shape[1:]), bool), strides)[0].astype(bool)
    outside = np.pad(between, [around(axis) for axis in found.axes], constant_values=True)
    zeros = texts("stage.zeros")
    dilated = _picture(
        way.dilated, texts("stage.dilated"), kind="other", hatched=between, hatched_label=zeros, sign="→"
    )
    wide = _picture(way.padded, texts("stage.wide"), kind="other", hatched=outside, hatched_label=zeros, sign="→")
    full = _picture(
        way.correlated, texts("stage.full"), kind="other", sign="=",
        padding=(down.before, down.after, across.before, across.after), hatched_label=texts("stage.cut"),
        reads=Reads(0, (1, 1), (down.kernel, across.kernel), kernel=1),
    )  # fmt: skip
    rotated = kernel_mosaic(way.rotated, texts, title=texts("stage.rotated"))
    if name == "dilate":
        return [_gradient(way.dy, texts), dilated]
    if name == "pad":
        return [replace(dilated, sign=""), wide]
    if name == "rotate":
        before = kernel_mosaic(found.kernels, texts, sign="")
        return [before, kernel_mosaic(way.rotated, texts, title=texts("stage.rotated"), sign="→")]
    if name == "correlate":
        return [replace(wide, sign=""), rotated, full]
    assert back is not None, "the last step shows the engine's gradients beside it"
    return [
        replace(full, sign="", reads=None),
        _picture(way.cropped, texts("stage.dx"), kind="input", sign="→"),
        kernel_mosaic(back.dw, texts, title=texts("stage.dw"), sign=""),
        Mosaic(
            back.db[:, None, None], texts("stage.db"), kind="convolution", cell=_LARGEST, across=1, show_values=True,
            notes=("",),
        ),
    ]  # fmt: skip


def size_mosaics(found: Convolved, texts: Texts) -> list[Mosaic]:
    """Sizes against padding and stride, and for the cell that is looked at its windows along one axis."""
    down = found.axes[0]
    table = size_table(down.size, down.kernel)
    pictures = window_pictures(down.size, down.kernel)
    return [
        Mosaic(
            table[None], texts("sizes.table"), cell=40, scale="magnitude", show_values=True,
            row_labels=tuple(f"P = {padding}" for padding in range(LARGEST_PADDING + 1)),
            column_labels=tuple(f"S = {stride + 1}" for stride in range(LARGEST_STRIDE)),
            row_axis=texts("sizes.padding"), column_axis=texts("sizes.stride"),
        ),
        Mosaic(
            pictures, texts("sizes.windows"), cell=max(2, min(20, 300 // pictures.shape[2])), limit=1, follows=0,
            sign="→", show_range=False,
        ),
    ]  # fmt: skip


def stack_mosaics(found: Stack, picture: Array, texts: Texts) -> list[Mosaic]:
    """The picture and the maps behind each layer of the stack."""
    height, width = picture.shape
    cell = max(2, min(24, 170 // max(height, width)))
    first = Mosaic(
        picture[None], texts("stage.input"), notes=(shape_text(picture.shape),), kind="input", cell=cell,
        scale="ink" if _is_picture(picture) else "signed", shows_input=True, picture=(height, width),
    )  # fmt: skip
    layers = [
        Mosaic(
            output, texts("fields.layer", n=number), kind="convolution", field=field,
            cell=max(2, min(24, 170 // max(output.shape[1:]))),
            picture=(height, width),
            notes=(texts("fields.sees", rows=field.size[0], columns=field.size[1]),),
        )
        for number, (output, field) in enumerate(zip(found.outputs, found.fields, strict=True), start=1)
    ]  # fmt: skip
    return [first, *layers]


def _gradient(dy: Array, texts: Texts) -> Mosaic:
    typed = max(dy.shape[1:]) <= _MOST_TYPED
    return _picture(dy, texts("stage.dy"), kind="other", edit="numbers" if typed else "brush")


def _picture(maps: Array, title: str, **about: Any) -> Mosaic:
    """Maps (count, rows, columns) below each other, as large as there is room."""
    count, rows, columns = maps.shape
    cell = max(2, min(_LARGEST, _TALL // (rows * count), _TALL // columns))
    about.setdefault("notes", (shape_text(maps.shape),))
    writable = cell >= _WRITABLE and about.get("edit") != "numbers"
    return Mosaic(maps, title, cell=cell, across=1, show_values=writable, **about)


def _is_picture(maps: Array) -> bool:
    """Whether the numbers are ink on paper."""
    return (maps.ndim == 2 or len(maps) == 1) and bool((maps >= 0).all() and (maps <= 1).all())
