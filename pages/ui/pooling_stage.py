"""The pictures of the page about pooling, as mosaics for the grid."""

from collections.abc import Mapping

import numpy as np

from cnn.explain.pooling import Array, Pooled, PoolingSettings
from cnn.explain.receptive import ReceptiveField
from pages.ui.grid import Mosaic, Reads
from pages.ui.grid.mosaic import Scale
from pages.ui.layer_names import shape_text
from pages.ui.specimen import Specimen
from pages.ui.texts import Texts

_WIDEST = 290  # CSS pixels of a picture: three stand side by side
_WRITABLE = 26  # CSS pixels a cell needs for its number


def forward_mosaics(
    specimen: Specimen, settings: PoolingSettings, found: Mapping[str, Pooled], texts: Texts
) -> list[Mosaic]:
    """The picture with its winners marked, and what each kind of pooling makes of it."""
    picture, largest = specimen.picture, found["max"]
    down, across = largest.axes
    around = ((down.before, down.after), (across.before, across.after))
    cell = _cell(down.padded, across.padded)
    padded = np.pad(picture, around, constant_values=np.nan)
    # Of a drawing's blank windows the first cell wins: true, but nothing to look at.
    won = np.pad((largest.taken > 0) & (specimen.typed | (picture > 0)), around)
    scale, limit = _scale(specimen), float(np.abs(picture).max()) or 1.0
    source = Mosaic(
        padded[None], texts("stage.input"), notes=(shape_text(picture.shape),), kind="input", scale=scale,
        limit=limit, cell=cell, show_values=specimen.typed and cell >= _WRITABLE,
        padding=(down.before, down.after, across.before, across.after), unread=(down.remainder, across.remainder),
        marks=won[None], marks_label=texts("stage.winner"),
    )  # fmt: skip
    outputs = [
        Mosaic(
            one.output[None], texts(f"stage.{name}"), notes=(shape_text(one.output.shape),), kind="pooling",
            scale=scale, limit=limit, cell=_enlarged(cell, down.stride, one.output.shape[1]),
            show_values=specimen.typed,
            reads=Reads(0, (down.stride, across.stride), (settings.size, settings.size), channels="own",
                        function=texts(f"stage.{name}_function")),
        )
        for name, one in found.items()
    ]  # fmt: skip
    return [source, *outputs]


def backward_mosaics(found: Mapping[str, Pooled], texts: Texts) -> list[Mosaic]:
    """The gradient that arrives, and what each kind of pooling hands on to the picture."""
    down, across = found["max"].axes
    cell = _cell(down.size, across.size)
    gradient = found["max"].gradient
    field = ReceptiveField(
        start=(-down.before, -across.before), step=(down.stride, across.stride), size=(down.kernel, across.kernel)
    )
    arriving = Mosaic(
        gradient[None], texts("stage.gradient"), notes=(shape_text(gradient.shape),), kind="other",
        cell=_enlarged(cell, down.stride, gradient.shape[1]), show_values=max(gradient.shape) <= 6, field=field,
        picture=(down.size, across.size),
    )  # fmt: skip
    handed_on = [
        Mosaic(
            one.input_gradient[None], texts(f"stage.{name}_gradient"), notes=(shape_text(one.input_gradient.shape),),
            kind="pooling", limit=float(np.abs(gradient).max()) or 1.0, cell=cell, show_values=cell >= _WRITABLE,
            shows_input=True, picture=(down.size, across.size),
        )
        for name, one in found.items()
    ]  # fmt: skip
    return [arriving, *handed_on]


def shift_mosaics(
    specimen: Specimen, moved: Array, before: Mapping[str, Pooled], after: Mapping[str, Pooled], texts: Texts
) -> list[Mosaic]:
    """The picture and its two pooled maps after the shift, each with its difference from before."""
    pairs = {"input": (specimen.picture, moved), **{name: (before[name].output, after[name].output) for name in before}}
    mosaics: list[Mosaic] = []
    for name, (then, now) in pairs.items():
        cell = max(3, 150 // max(then.shape))
        kind = "input" if name == "input" else "pooling"
        limit = float(np.abs(then).max()) or 1.0
        mosaics += [
            Mosaic(now[None], texts(f"stage.{name}"), kind=kind, scale=_scale(specimen), limit=limit, cell=cell),
            Mosaic((now - then)[None], texts("stage.difference"), kind=kind, limit=limit, cell=cell),
        ]
    return mosaics


def _scale(specimen: Specimen) -> Scale:
    return "signed" if specimen.typed else "ink"


def _cell(rows: int, columns: int) -> int:
    """CSS pixels a cell of the picture."""
    return max(4, min(44, _WIDEST // max(rows, columns)))


def _enlarged(cell: int, stride: int, columns: int) -> int:
    """A pooled cell takes the room of its step on the picture, so that the maps can be compared by eye."""
    return max(cell, min(cell * stride, _WIDEST // columns))
