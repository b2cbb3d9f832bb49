"""What the grid shows: mosaics of maps, what cells are made of, and the message that takes them to the browser."""

import math
from base64 import b64encode
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cnn.explain.receptive import ReceptiveField
from pages.ui.numbers import number
from pages.ui.texts import Texts

TILE = 56  # CSS pixels: the side a map is enlarged to, by a whole factor
_MANY, _SMALL_TILE = 16, 42  # more maps than that are shown smaller
_TALLEST = 224  # CSS pixels: the height of a mosaic, where the caller does not say
_LARGEST_CELL = 22
_NOTHING = 1e-30  # up to which values are drawn as 0: 1/254 of it is still an ordinary number of 32 bits
_LONGEST_COLUMN = 20  # units of a vector that stand below each other; more are broken into columns, and have no labels
_MANY_CELLS = 4096  # more cells than that are worth looking for values that they share: a quarter of the bytes

Array = NDArray[Any]
Scale = Literal["signed", "magnitude", "ink"]
Editing = Literal["", "numbers", "brush"]


@dataclass(frozen=True, eq=False)
class Reads:
    """How the cells of a mosaic are made: cell (row, column) reads a window of another mosaic of the same grid.

    The window starts at (row · stride[0], column · stride[1]) of the source as it is shown, padding included.

    Attributes:
        source: number of the mosaic that is read.
        stride: rows and columns from one window to the next.
        size: rows and columns of a window.
        kernel: number of the mosaic with the weights, its maps ordered by map of this mosaic, then by map that is
            read; None where a window is not weighted (pooling).
        channels: "all" where a cell sums over all maps of the source, "own" where it reads the map of its own number.
        bias: added to the sum, one for each map of this mosaic; none where empty.
        sums: what the engine computed before ``function``, of the shape of the maps; None where they are the maps.
        function: what was applied at the end, by name: "ReLU" to the sum, "max" to the values of the window.
    """

    source: int
    stride: tuple[int, int]
    size: tuple[int, int]
    kernel: int | None = None
    channels: Literal["all", "own"] = "all"
    bias: tuple[float, ...] = ()
    sums: Array | None = None
    function: str = ""


@dataclass(frozen=True, eq=False)
class Mosaic:
    """Equally large maps of one thing, side by side.

    Attributes:
        maps: (count, rows, columns), or (units,) for the units of a vector; NaN is no cell.
        title: what they are of; nothing is written where it is empty.
        label: what they are of, for those who cannot see them; by default the title.
        notes: lines under the title.
        kind: the kind of layer, which has a colour of its own: "input", "convolution", "activation", "pooling",
            "linear", "normalization" or "other"; empty for what is no layer.
        scale: "signed" is blue, nothing, orange around 0; "magnitude" Cividis; "ink" paper to ink, 0 to 1.
        limit: the value at the end of the scale; by default the largest there is.
        cell: CSS pixels a cell.
        across: maps in one line.
        names: of the maps; by default their numbers.
        row_labels, column_labels, row_axis, column_axis: written at the edges of a single map; the names of a vector
            that is too long for one column are told when its cells are pointed at.
        show_values: whether each cell's value is written in it.
        field: what a cell sees of the picture.
        picture: (rows, columns) of that picture.
        shows_input: whether this mosaic is the picture: what a linked grid's cell sees is framed in it.
        sign: an operator written before the mosaic, as in "input ∗ kernel = output".
        reads: how its cells are made of another mosaic's.
        padding: (top, bottom, left, right) rows and columns that are padding: hatched, and places are counted
            without them.
        hatched: (rows, columns), further cells that are not the thing itself, such as zeros put between.
        hatched_label: what hatched cells are; by default padding.
        unread: (rows, columns) at the bottom and right that no window reaches: crossed out.
        marks: of the shape of the maps, cells with a ring around: the winners of max pooling.
        marks_label: what a ring means.
        follows: number of another mosaic; only one of the maps is shown, the one with the number of its current cell.
        groups: (count,) for each map the number of the group that it belongs to; none where empty.
        group_notes: what is said of each group beside the value of a cell.
        line_labels: written beside each line of maps.
        map_labels: written above the maps of the first line.
        show_range: whether the ends of the scale are written below.
        edit: "numbers" lets the reader type into the cells, "brush" lets them draw 1 and 0 (and −1 by keyboard).
    """

    maps: Array
    title: str = ""
    label: str = ""
    notes: tuple[str, ...] = ()
    kind: str = ""
    scale: Scale = "signed"
    limit: float | None = None
    cell: int | None = None
    across: int | None = None
    names: tuple[str, ...] = ()
    row_labels: tuple[str, ...] = ()
    column_labels: tuple[str, ...] = ()
    row_axis: str = ""
    column_axis: str = ""
    show_values: bool = False
    field: ReceptiveField | None = None
    picture: tuple[int, int] = (28, 28)
    shows_input: bool = False
    sign: str = ""
    reads: Reads | None = None
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)
    hatched: Array | None = None
    hatched_label: str = ""
    unread: tuple[int, int] = (0, 0)
    marks: Array | None = None
    marks_label: str = ""
    follows: int | None = None
    groups: tuple[int, ...] = ()
    group_notes: tuple[str, ...] = ()
    line_labels: tuple[str, ...] = ()
    map_labels: tuple[str, ...] = ()
    show_range: bool = True
    edit: Editing = ""


def message(mosaic: Mosaic, words: Texts, coarse: bool) -> dict[str, Any]:
    """A mosaic as the browser is told of it."""
    tiles = as_tiles(mosaic.maps)
    count, height, width = tiles.shape
    if mosaic.follows is not None:
        count = 1
    low, high = _range(tiles, mosaic)
    cell = mosaic.cell or _cell(mosaic.maps.ndim, count, height)
    across = mosaic.across or math.ceil(count / max(1, _TALLEST // (height * cell)))
    field = mosaic.field
    broken = mosaic.maps.ndim == 1 and width > 1  # a vector in several columns: no room for names beside its units
    return {
        "title": mosaic.title,
        "notes": mosaic.notes,
        "kind": mosaic.kind,
        "scale": mosaic.scale,
        "sign": mosaic.sign,
        "count": count,
        "height": height,
        "width": width,
        "cell": cell,
        "columns": min(across, count),
        "low": low,
        "high": high,
        **_values(tiles, low, high, coarse),
        "range_labels": [] if mosaic.scale == "ink" or not mosaic.show_range else [number(low), number(high)],
        "names": mosaic.names,
        "row_labels": () if broken else mosaic.row_labels,
        "unit_labels": mosaic.row_labels if broken else (),
        "column_labels": mosaic.column_labels,
        "row_axis": mosaic.row_axis,
        "column_axis": mosaic.column_axis,
        "show_values": mosaic.show_values,
        "shows_input": mosaic.shows_input,
        "place": _place(mosaic, count, words),
        "alt": words(
            "alt", title=mosaic.label or mosaic.title, maps=count, rows=height, columns=width, low=low, high=high
        ),
        "field": field and {**field.as_json(), "picture": mosaic.picture},
        "reads": mosaic.reads and _reads(mosaic.reads),
        "padding": mosaic.padding,
        "unread": mosaic.unread,
        "hatched": "" if mosaic.hatched is None else _text(mosaic.hatched.astype(np.uint8)),
        "marks": "" if mosaic.marks is None else _text(mosaic.marks.astype(np.uint8)),
        "legend": _legend(mosaic, words),
        "follows": mosaic.follows,
        "groups": mosaic.groups,
        "group_notes": mosaic.group_notes,
        "line_labels": mosaic.line_labels,
        "map_labels": mosaic.map_labels,
        "edit": mosaic.edit,
    }


def as_tiles(maps: Array) -> NDArray[np.float32]:
    """(count, rows, columns); the units of a vector become the cells of one map, filled up with NaN."""
    if maps.ndim != 1:
        return np.asarray(maps, np.float32)
    units = maps.size
    rows = units if units <= _LONGEST_COLUMN else _TALLEST // (8 if units <= 256 else 4)
    columns = math.ceil(units / rows)
    filled = np.full(rows * columns, np.nan, np.float32)
    filled[:units] = maps
    return filled.reshape(1, rows, columns)


def _cell(dimensions: int, count: int, height: int) -> int:
    if dimensions == 1:
        return min(_LARGEST_CELL, _TALLEST // height)
    return max(1, round((TILE if count <= _MANY else _SMALL_TILE) / height))


def _range(tiles: NDArray[np.float32], mosaic: Mosaic) -> tuple[float, float]:
    if mosaic.scale == "ink":
        return 0.0, 1.0
    finite = tiles[np.isfinite(tiles)]
    largest = float(np.abs(finite).max()) if finite.size else 0.0
    limit = mosaic.limit or (largest if largest > _NOTHING else 1.0)
    return (-limit if mosaic.scale == "signed" else 0.0), limit


def _values(tiles: NDArray[np.float32], low: float, high: float, coarse: bool) -> dict[str, Any]:
    """The cells as the browser reads them: as they are, or each as the number of its value among few.

    ``levels`` are these values; None where the cells are sent as they are, empty where the values lie evenly between
    ``low_level`` and the end of the scale.
    """
    if coarse and not np.isnan(tiles).any():
        step = (high - low) / 254  # an even number of levels: 0 of a signed scale is one of them
        places = np.rint((np.clip(tiles, low, high) - low) / step).astype(np.uint8)
        return {"levels": "", "low_level": low, "step": step, "values": _text(places)}
    if tiles.size > _MANY_CELLS:
        levels, places = np.unique(tiles, return_inverse=True)
        if len(levels) <= 256:
            levels, places = levels.astype("<f4"), places.astype(np.uint8)
            return {"levels": _text(levels), "low_level": 0, "step": 0, "values": _text(places)}
    return {"levels": None, "low_level": 0, "step": 0, "values": _text(tiles.astype("<f4"))}


def _reads(reads: Reads) -> dict[str, Any]:
    return {
        "source": reads.source,
        "stride": reads.stride,
        "size": reads.size,
        "kernel": reads.kernel,
        "own": reads.channels == "own",
        "bias": reads.bias,
        "sums": "" if reads.sums is None else _text(reads.sums.astype("<f4")),
        "function": reads.function,
    }


def _text(array: Array) -> str:
    return b64encode(array.tobytes()).decode("ascii")


def _legend(mosaic: Mosaic, words: Texts) -> list[tuple[str, str]]:
    """The signs in the cells, each with what it means."""
    hatched = any(mosaic.padding) or (mosaic.hatched is not None and mosaic.hatched.any())
    entries = [
        ("hatched", mosaic.hatched_label or words("padding"), hatched),
        ("unread", words("unread"), any(mosaic.unread)),
        ("mark", mosaic.marks_label, mosaic.marks is not None and bool(mosaic.marks_label)),
    ]
    return [(sign, meaning) for sign, meaning, there in entries if there]


def _place(mosaic: Mosaic, count: int, words: Texts) -> str:
    """How the place of a cell is named: a template that the browser fills in."""
    if mosaic.row_labels and not mosaic.column_labels:
        return words("class")
    if mosaic.row_labels:
        return f"{mosaic.row_axis} {{row}}, {mosaic.column_axis} {{column}}"
    if mosaic.maps.ndim == 1:
        return words("unit")
    if mosaic.groups:
        return words("named_cell")
    return words("map_cell") if count > 1 or mosaic.names else words("cell")
