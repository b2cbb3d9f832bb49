"""The pad people draw on: a component of our own that sends strokes, and the gate that its messages pass.

What comes from a browser may be anything at all. :func:`read_drawing` takes what is a drawing, within limits, and
leaves the rest; it never raises.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from streamlit.components.v2 import component

from cnn.data import rasterize
from cnn.data.strokes import SIZE
from pages.ui.language import language
from pages.ui.texts import Texts

UNITS = 280  # the pad is UNITS × UNITS, whatever its size on the screen: ten units make one pixel of 28 × 28
LARGEST_SCALE = 4 * SIZE / UNITS  # pixels a unit: a tiny digit is enlarged for the network, a dot stays a dot
MOST_STROKES = 100
MOST_POINTS = 4000  # of all strokes together; a digit has about a hundred. The pad thins what is more, or says so.
NARROWEST, WIDTH, WIDEST = 1.2, 2.4, 4.0  # of the brush, in pixels of the 28 × 28 picture
_FAR = 10 * UNITS  # a pen captured by the pad may leave it; anything further is no point of a drawing
_SCRIPTS = ("canvas.js", "strokes.js", "memory.js", "writing.js", "../leaving.js")
_TEXTS = (
    "hint", "hint_example", "example", "full", "canvas", "keys", "undo", "clear", "eraser", "width", "tools",
    "pen_down", "pen_up",
)  # fmt: skip

_FOLDER = Path(__file__).parent
_component = component(
    "canvas",
    html=_FOLDER.joinpath("canvas.html").read_text(encoding="utf-8"),
    css=_FOLDER.joinpath("canvas.css").read_text(encoding="utf-8"),
    js="".join(_FOLDER.joinpath(name).read_text(encoding="utf-8") for name in _SCRIPTS),
)

Strokes = tuple[NDArray[np.float32], ...]


@dataclass(frozen=True)
class Drawing:
    """What is on the pad.

    Attributes:
        strokes: one array (points, 2) of x, y per stroke, y down, 0 … ``UNITS``.
        width: of the brush, in pixels of the 28 × 28 picture.
        moving: whether it is still being changed; the pad tells a moment after the last change that it is not.
        example: whether it is the one that writes itself, and nobody's own.
    """

    strokes: Strokes = ()
    width: float = WIDTH
    moving: bool = False
    example: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing was drawn."""
        return not self.strokes

    def picture(self) -> NDArray[np.float32]:
        """What a network sees of it: (28, 28) in [0, 1], the same lines drawn with the same round pen as on the pad."""
        return rasterize(self.strokes, self.width, LARGEST_SCALE)

    def as_json(self) -> dict[str, Any]:
        """Strokes and width as plain lists and numbers."""
        return {"strokes": [stroke.astype(float).round(1).tolist() for stroke in self.strokes], "width": self.width}


def canvas(key: str, placed: Drawing, placed_id: int, example: Drawing | None = None) -> object:
    """Mount the pad; the last message it sent, unread, or None.

    Args:
        key: of the component, and the CSS class ``st-key-<key>``.
        placed: the drawing to start with; it replaces what is on the pad whenever ``placed_id`` changes.
        placed_id: 0 as long as nothing was placed: then a refreshed tab puts back what it had drawn. Messages tell
            under ``"placed"`` which one they go on from.
        example: writes itself on a pad that is empty, until the pad is used; messages about it say ``"example"``.
    """
    words = Texts("canvas", language())
    data = {
        "units": UNITS,
        "most_points": MOST_POINTS,
        "most_strokes": MOST_STROKES,
        "placed": {"id": placed_id, **placed.as_json()},
        "example": example and example.as_json(),
        "texts": {name: words(name) for name in _TEXTS},
    }
    result = _component(key=key, data=data, on_drawing_change=lambda: None)
    return result.get("drawing")


def read_drawing(message: object) -> Drawing:
    """The drawing in a message of the pad; what is no stroke, no point or too much is left out."""
    if not isinstance(message, Mapping):
        return Drawing()
    width = _number(message.get("width"))
    strokes: list[NDArray[np.float32]] = []
    left = MOST_POINTS
    for points in islice(_items(message.get("strokes")), MOST_STROKES):
        stroke = [point for point in map(_point, islice(_items(points), left)) if point]
        left -= len(stroke)
        if stroke:
            strokes.append(np.clip(np.array(stroke, np.float32), 0, UNITS))
    return Drawing(
        strokes=tuple(strokes),
        width=WIDTH if width is None else min(WIDEST, max(NARROWEST, width)),
        moving=message.get("drawing") is True,
        example=message.get("example") is True,
    )


def _point(value: object) -> tuple[float, float] | None:
    pair = _items(value)
    if len(pair) != 2:
        return None
    x, y = _number(pair[0]), _number(pair[1])
    return None if x is None or y is None else (x, y)


def _items(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _number(value: object) -> float | None:
    # The comparison is false for NaN, and safe for integers too long for a float.
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_FAR <= value <= _FAR:
        return None
    return float(value)
