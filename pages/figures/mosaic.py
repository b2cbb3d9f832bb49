"""Many small maps as ONE picture: a palette PNG in a data URI, a few kilobytes, drawn without a flash.

Pixels stay pixels: the page scales the picture with ``image-rendering: pixelated``.
"""

import base64
import io
import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pages.figures.palette import Stops, lookup_table

_COLOURS = 255  # odd, so that zero has an entry of its own in the middle; entry 255 is the transparent gap
_GAP = 255


class Picture(NamedTuple):
    """A picture and what its colours mean.

    Attributes:
        uri: ``data:image/png;base64,…``.
        width, height: in cells; the page chooses how many pixels a cell takes.
        low, high: the values at the two ends of the scale.
        tile: the width of one map, in cells.
    """

    uri: str
    width: int
    height: int
    low: float
    high: float
    tile: int


def signed_mosaic(
    maps: NDArray[Any], stops: Stops, *, columns: int | None = None, limit: float | None = None
) -> Picture:
    """Signed maps (K, H, W), zero in the middle of the scale.

    Args:
        maps: what is shown.
        stops: a scale from the palette.
        columns: maps in a row; the number that makes the picture about three times as wide as high where None.
        limit: the value at the end of the scale; the largest magnitude where None.
    """
    limit = limit if limit is not None else _largest(maps)
    return _picture(maps, stops, columns, -limit, limit)


def magnitude_mosaic(
    maps: NDArray[Any], stops: Stops, *, columns: int | None = None, low: float = 0.0, high: float | None = None
) -> Picture:
    """Maps (K, H, W) of magnitudes, from ``low`` (0) to ``high`` (the largest where None)."""
    return _picture(maps, stops, columns, low, high if high is not None else _largest(maps))


def _largest(maps: NDArray[Any]) -> float:
    finite = maps[np.isfinite(maps)]
    return float(np.abs(finite).max(initial=0.0)) or 1.0


def _picture(maps: NDArray[Any], stops: Stops, columns: int | None, low: float, high: float) -> Picture:
    count, rows_each, columns_each = maps.shape
    columns = columns or _balanced(count)
    entries = _entries(maps, low, high)
    rows = math.ceil(count / columns)
    board = np.full((rows * columns, rows_each + 1, columns_each + 1), _GAP, dtype=np.uint8)
    board[:count, :rows_each, :columns_each] = entries
    board = board.reshape(rows, columns, rows_each + 1, columns_each + 1).transpose(0, 2, 1, 3)
    flat = board.reshape(rows * (rows_each + 1), columns * (columns_each + 1))[:-1, :-1]
    return Picture(_png(flat, stops), flat.shape[1], flat.shape[0], low, high, columns_each)


def _entries(maps: NDArray[Any], low: float, high: float) -> NDArray[np.uint8]:
    """Values to palette entries 0 … 254; what is not a number sits in the middle."""
    share = (np.nan_to_num(maps, nan=(low + high) / 2, posinf=high, neginf=low) - low) / (high - low)
    return np.rint(np.clip(share, 0, 1) * (_COLOURS - 1)).astype(np.uint8)


def _png(entries: NDArray[np.uint8], stops: Stops) -> str:
    image = Image.fromarray(np.ascontiguousarray(entries))
    image.putpalette(lookup_table(stops, _COLOURS).tobytes() + b"\0\0\0")
    file = io.BytesIO()
    image.save(file, format="PNG", transparency=_GAP)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")


def _balanced(count: int) -> int:
    """Columns for a picture about three times as wide as high, preferring full rows."""
    ideal = max(1, round(math.sqrt(3 * count)))
    full = [columns for columns in range(ideal, min(count, 2 * ideal) + 1) if count % columns == 0]
    return full[0] if full else min(count, ideal)
