"""The one place where colours are chosen.

Categories are Okabe and Ito's (told apart with every common form of colour blindness), each with a dash and a marker of
its own, so that no line is known by its colour alone. Signed values share one blue-white-orange scale, centred on zero
(blue-black-orange on a dark page); magnitudes are Cividis (Nuñez, Anderton, Renslow 2018). Each kind of layer keeps one
colour on all pages.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Stops = tuple[tuple[float, str], ...]

CATEGORIES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
CATEGORIES_ON_DARK = ("#4DA6E0", "#FF8A3D", "#2FC79A", "#E59CC6", "#F2B632", "#8FD3FA")  # the same hues, lighter
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")  # Plotly's names
MARKERS = ("circle", "diamond", "square", "cross", "triangle-up", "x")
TRAINING, VALIDATION = CATEGORIES[0], CATEGORIES[1]
TRAINING_ON_DARK, VALIDATION_ON_DARK = "#56B4E9", "#FF9A52"  # the same hues, light enough for 4.5:1

# The grid component draws with the same scales (pages/ui/grid); a test holds the two together.
SIGNED_ON_LIGHT: Stops = ((0.0, "#0060A8"), (0.5, "#FFFFFF"), (1.0, "#D55E00"))
SIGNED_ON_DARK: Stops = ((0.0, "#56B4E9"), (0.5, "#000000"), (1.0, "#F59E2B"))
INK_ON_LIGHT: Stops = ((0.0, "#FFFFFF"), (1.0, "#0F172A"))  # a drawn digit: paper to ink
INK_ON_DARK: Stops = ((0.0, "#060A14"), (1.0, "#F1F5F9"))
_CIVIDIS = (
    "#00224E",
    "#123570",
    "#3B496C",
    "#575D6D",
    "#707173",
    "#8A8678",
    "#A59C74",
    "#C3B369",
    "#E1CC55",
    "#FEE838",
)
CIVIDIS: Stops = tuple((place / (len(_CIVIDIS) - 1), colour) for place, colour in enumerate(_CIVIDIS))

LAYER_KINDS = {
    "convolution": "#0072B2",
    "activation": "#D55E00",
    "pooling": "#009E73",
    "linear": "#CC79A7",
    "normalization": "#E69F00",
    "other": "#8A8F98",
}


def signed(dark: bool) -> Stops:
    """The scale of signed values: 0 at its first stop is the most negative, 0.5 is zero."""
    return SIGNED_ON_DARK if dark else SIGNED_ON_LIGHT


def ink(dark: bool) -> Stops:
    """The scale of drawn digits."""
    return INK_ON_DARK if dark else INK_ON_LIGHT


def training_pair(dark: bool) -> tuple[str, str]:
    """The colours of training and validation."""
    return (TRAINING_ON_DARK, VALIDATION_ON_DARK) if dark else (TRAINING, VALIDATION)


def lookup_table(stops: Stops, size: int) -> NDArray[np.uint8]:
    """``size`` colours along ``stops``, (size, 3), linear between the stops."""
    places = np.array([place for place, _ in stops])
    colours = np.array([_rgb(colour) for _, colour in stops], dtype=float)
    along = np.linspace(0, 1, size)
    table: NDArray[Any] = np.stack([np.interp(along, places, colours[:, one]) for one in range(3)], axis=1)
    return np.rint(table).astype(np.uint8)


def faint(colour: str, alpha: float) -> str:
    """``colour`` at an opacity, as CSS."""
    return "rgba({}, {}, {}, {})".format(*_rgb(colour), alpha)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
