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

from pages.ui.language import language
from pages.ui.texts import Texts

UNITS = 280  # the pad is UNITS × UNITS, whatever its size on the screen: ten units make one pixel of 28 × 28
MOST_STROKES = 100
MOST_POINTS = 4000  # of all strokes together; a digit has about a hundred
NARROWEST, WIDTH, WIDEST = 1.2, 2.4, 4.0  # of the brush, in pixels of the 28 × 28 picture
_FAR = 10 * UNITS  # a pen captured by the pad may leave it; anything further is no point of a drawing
_TEXTS = ("hint", "canvas", "undo", "clear", "eraser", "width", "tools", "pen_down", "pen_up")

_FOLDER = Path(__file__).parent
_component = component(
    "canvas",
    html=_FOLDER.joinpath("canvas.html").read_text(encoding="utf-8"),
    css=_FOLDER.joinpath("canvas.css").read_text(encoding="utf-8"),
    js=_FOLDER.joinpath("canvas.js").read_text(encoding="utf-8"),
)

Strokes = tuple[NDArray[np.float32], ...]


@dataclass(frozen=True)
class Drawing:
    """What is on the pad.

    Attributes:
        strokes: one array (points, 2) of x, y per stroke, y down, 0 … ``UNITS``.
        width: of the brush, in pixels of the 28 × 28 picture.
        moving: whether it is still being changed; the pad tells a moment after the last change that it is not.
    """

    strokes: Strokes = ()
    width: float = WIDTH
    moving: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing was drawn."""
        return not self.strokes

    def as_json(self) -> dict[str, Any]:
        """Strokes and width as plain lists and numbers."""
        return {"strokes": [stroke.round(1).astype(float).tolist() for stroke in self.strokes], "width": self.width}


def canvas(key: str, placed: Drawing, placed_id: int) -> object:
    """Mount the pad; the last message it sent, unread, or None.

    Args:
        key: of the component, and the CSS class ``st-key-<key>``.
        placed: the drawing to start with; it replaces what is on the pad whenever ``placed_id`` changes.
        placed_id: 0 as long as nothing was placed: then a refreshed tab puts back what it had drawn. Messages tell
            under ``"placed"`` which one they go on from.
    """
    words = Texts("canvas", language())
    data = {
        "units": UNITS,
        "most_points": MOST_POINTS,
        "placed": {"id": placed_id, **placed.as_json()},
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
