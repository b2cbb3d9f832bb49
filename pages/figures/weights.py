"""Histograms of the weights of several networks, side by side."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from pages.figures.layer_histograms import Histograms, layer_histograms

Array = NDArray[Any]
_LOOK = 2  # place of the colour in the palette of categories


def weight_histograms(
    counts: Sequence[Array], names: Sequence[str], notes: Sequence[str], title: str, reach: float, dark: bool
) -> str:
    """HTML: a histogram for each network over one axis.

    Args:
        counts: of each network (bins,), from −reach to reach; those at the ends count what lies beyond, too.
        names: written below them.
        notes: the histograms in words.
        title: of the picture.
        reach: where the axis ends.
        dark: whether the page is dark.
    """
    ends = (-reach, f"−{reach:g}"), (reach, f"{reach:g}")
    return layer_histograms([Histograms(title, counts, names, notes, *ends, (True, True), _LOOK, -1, wide=True)], dark)
