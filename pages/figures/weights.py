"""Histograms of the weights of a race's contestants, beside those that all of them started with."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from pages.figures.layer_histograms import Histograms, layer_histograms
from pages.figures.race import style

Array = NDArray[Any]
_START, _START_ON_DARK = "#7C8796", "#94A3B8"  # of what all have in common: a grey


def weight_histograms(
    counts: Sequence[Array],
    names: Sequence[str],
    notes: Sequence[str],
    places: Sequence[int],
    title: str,
    reach: float,
    dark: bool,
) -> str:
    """HTML: histograms side by side over one axis, in the colours of the race's curves.

    Args:
        counts: (bins,) each, from −reach to reach: at the start, then of each contestant. Those at the ends count what
            lies beyond, too.
        names: written below them.
        notes: the histograms in words.
        places: of the contestants in the race.
        title: of the picture.
        reach: where the axis ends.
        dark: whether the page is dark.
    """
    low, high = (-reach, f"−{reach:g}"), (reach, f"{reach:g}")
    colours = [_START_ON_DARK if dark else _START, *(style(place, dark).colour for place in places)]
    panel = Histograms(title, counts, names, notes, low, high, (False, False), 0, -1, wide=True, colours=colours)
    return layer_histograms([panel], dark)
