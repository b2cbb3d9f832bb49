"""A person's own labelled drawings ("my digits"): as strokes, as a JSON file, as a data set.

Strokes are kept and not pixels: they are smaller, and are drawn by whatever rasteriser the program has. The JSON comes
back from a browser or a file and is checked like anything from outside.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.data.dataset import DIGIT_NAMES, Dataset
from cnn.data.strokes import NARROWEST, SIZE, WIDEST, WIDTH, parse_strokes, rasterize
from cnn.errors import DataError

Array = NDArray[Any]

MOST_DRAWINGS = 1000
MOST_JSON = 5_000_000  # characters
_FORMAT, _VERSION = "cnn-playground-drawings", 1
_DECIMALS = 2


@dataclass(frozen=True, eq=False)
class Drawing:
    """Strokes and the width of their pen, as :func:`cnn.data.rasterize` takes them, and the digit they mean."""

    label: int
    strokes: tuple[Array, ...]
    width: float = WIDTH


def drawings_to_dataset(drawings: Sequence[Drawing], largest_scale: float = math.inf) -> Dataset:
    """Draw them all, enlarged up to ``largest_scale`` pixels a unit; the classes are the ten digits."""
    images = np.empty((len(drawings), 1, SIZE, SIZE), np.uint8)
    for image, drawing in zip(images, drawings, strict=True):
        image[0] = np.rint(rasterize(drawing.strokes, drawing.width, largest_scale) * 255)
    return Dataset(images, np.array([drawing.label for drawing in drawings], np.int64), DIGIT_NAMES)


def drawings_to_json(drawings: Sequence[Drawing]) -> str:
    """A text to download or to keep in the browser."""
    entries = [
        {
            "label": drawing.label,
            "strokes": [np.round(line, _DECIMALS).tolist() for line in drawing.strokes],
            "width": round(drawing.width, _DECIMALS),
        }
        for drawing in drawings
    ]
    return json.dumps({"format": _FORMAT, "version": _VERSION, "drawings": entries}, separators=(",", ":"))


def drawings_from_json(text: str | bytes) -> tuple[Drawing, ...]:
    """The inverse of :func:`drawings_to_json`.

    Raises:
        DataError: too long, not such a file, a label that is no digit, strokes that are none, too many drawings.
    """
    if len(text) > MOST_JSON:
        raise DataError("data.drawings_too_long", most=MOST_JSON // 1_000_000)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        raise DataError("data.not_drawings") from error
    if not isinstance(data, dict) or data.get("format") != _FORMAT or data.get("version") != _VERSION:
        raise DataError("data.not_drawings")
    entries = data.get("drawings")
    if not isinstance(entries, list):
        raise DataError("data.not_drawings")
    if len(entries) > MOST_DRAWINGS:
        raise DataError("data.too_many_drawings", got=len(entries), most=MOST_DRAWINGS)
    return tuple(parse_drawing(entry) for entry in entries)


def parse_drawing(entry: object) -> Drawing:
    """One drawing from ``{"label": 0-9, "strokes": [[[x, y], …], …], "width": 0.5-8}``; the width may be left out.

    Raises:
        DataError: it is something else, or has no points.
    """
    if not isinstance(entry, dict) or not isinstance(entry.get("strokes"), list):
        raise DataError("data.not_drawings")
    label = entry.get("label")
    if not isinstance(label, int) or isinstance(label, bool) or not 0 <= label < len(DIGIT_NAMES):
        raise DataError("data.drawing_label", got=label)
    strokes = parse_strokes(entry["strokes"])
    if not strokes:
        raise DataError("data.empty_drawing")
    width = entry.get("width", WIDTH)
    if isinstance(width, bool) or not isinstance(width, int | float) or not NARROWEST <= width <= WIDEST:
        raise DataError("data.pen_width", got=width, low=NARROWEST, high=WIDEST)
    return Drawing(label, tuple(strokes), width)
