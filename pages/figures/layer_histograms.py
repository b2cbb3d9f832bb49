"""Histograms of many layers side by side in one picture that is cheap enough to follow a slider."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pages.figures.notice import FONT
from pages.figures.palette import CATEGORIES, CATEGORIES_ON_DARK, faint

Array = NDArray[Any]

_WIDTH, _HEIGHT = 480, 199  # of the drawing, in its own units
_LINE = 13  # of a name that has several
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 6, 8, 18  # margins
_TEXT, _TEXT_ON_DARK = "#0F172A", "#E2E8F0"  # the themes' own: a picture does not inherit them
_COLUMN = 150  # of a layer in a picture that stands alone
_SMALLEST = 2 / 3  # of its size that such a picture shrinks to before it scrolls: its words must stay readable
_LARGEST = 1.1  # and that it grows to
_FULL = 0.88  # of a layer's column is taken by its longest bar
_EDGE = 1  # CATEGORIES: bars at the ends, that count what lies beyond


@dataclass(frozen=True, eq=False)
class Histograms:
    """One histogram for each layer, over one axis.

    Attributes:
        title: of the picture.
        counts: for each layer (bins,), from the lowest value to the highest.
        names: of the layers, written below them; a name may have several lines.
        notes: the histograms in words, for those who listen.
        low, high: the ends of the axis, as numbers and as they are written.
        beyond: whether the bins at the lower and at the upper end count what lies beyond the axis, too; they have
            another colour where there is much of that.
        look: place of the colour in the palette of categories.
        marked: number of the layer that is looked at.
        wide: whether the picture stands alone: then it is as wide as its columns need, twice as wide at most.
        colours: of the layers, each its own, instead of the one that ``look`` says.
    """

    title: str
    counts: Sequence[Array]
    names: Sequence[str]
    notes: Sequence[str]
    low: tuple[float, str]
    high: tuple[float, str]
    beyond: tuple[bool, bool]
    look: int
    marked: int
    wide: bool = False
    colours: Sequence[str] = ()


def layer_histograms(panels: Sequence[Histograms], dark: bool) -> str:
    """HTML: the panels side by side, below each other where it is narrow.

    Bars grow to the right from the line of their layer; their length is the square root of the count, the longest one
    of each layer being as long as all others' longest: a few values must not vanish beside a heap of equal ones.
    """
    scrolls = " scrolls" if any(one.wide for one in panels) else ""
    return f'<div class="layer-histograms{scrolls}">{"".join(_panel(one, dark) for one in panels)}</div>'


def _panel(panel: Histograms, dark: bool) -> str:
    palette = CATEGORIES_ON_DARK if dark else CATEGORIES
    colour, edge = palette[panel.look], palette[_EDGE]
    width = min(2 * _WIDTH, _LEFT + _RIGHT + _COLUMN * len(panel.counts)) if panel.wide else _WIDTH
    height = _HEIGHT + _LINE * max(name.count("\n") for name in panel.names)
    column = (width - _LEFT - _RIGHT) / len(panel.counts)
    foot = _HEIGHT - _BOTTOM
    parts = [_frame(panel, width)]
    if 0 <= panel.marked < len(panel.counts):
        x = _LEFT + panel.marked * column
        parts.append(f'<rect x="{x:.1f}" y="{_TOP}" width="{column:.1f}" height="{foot - _TOP}" '
                     f'fill="{faint(colour, 0.14)}"/>')  # fmt: skip
    for number, (counts, name) in enumerate(zip(panel.counts, panel.names, strict=True)):
        x = _LEFT + number * column + 1
        bold = ' font-weight="700"' if number == panel.marked else ""
        bars = _bars(counts, x, column * _FULL)
        parts.append(f'<path d="{bars}" fill="{panel.colours[number] if panel.colours else colour}"/>')
        parts.append(_ends(counts, panel.beyond, x, column * _FULL, edge))
        parts.append(f'<path d="M{x - 1:.1f} {_TOP}V{foot}" stroke="currentColor" opacity="0.25"/><text '
                     f'y="{_HEIGHT - 5}" text-anchor="middle" font-size="11"{bold}>'
                     f"{_lines(name, x + column / 2)}</text>")  # fmt: skip
    text = _TEXT_ON_DARK if dark else _TEXT
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'color="{text}" fill="{text}" font-family="{FONT}">{"".join(parts)}</svg>'
    )
    # As an image: Streamlit takes drawings out of HTML. Decoded at once, or the picture would flicker under the slider.
    source = b64encode(drawn.encode()).decode("ascii")
    spoken = escape(f"{panel.title}: {'; '.join(panel.notes)}")
    bounds = f' style="min-width: {_SMALLEST * width:.0f}px; max-width: {_LARGEST * width:.0f}px"' if panel.wide else ""
    # The title is the page's, not the picture's: a picture has no letters but those of the reader's own machine.
    return (
        f"<figure{bounds}><figcaption>{escape(panel.title)}</figcaption>"
        f'<img src="data:image/svg+xml;base64,{source}" alt="{spoken}" decoding="sync" '
        f'style="aspect-ratio: {width} / {height}"></figure>'
    )


def _lines(name: str, x: float) -> str:
    """The lines of a name below each other, centred on x."""
    return "".join(
        f'<tspan x="{x:.1f}" dy="{_LINE if number else 0}">{escape(line)}</tspan>'
        for number, line in enumerate(name.split("\n"))
    )


def _frame(panel: Histograms, width: int) -> str:
    """The ends of the axis and its zero."""
    foot = _HEIGHT - _BOTTOM
    (low, lowest), (high, highest) = panel.low, panel.high
    lines: list[str] = []
    for y, text in ((_TOP + 9, highest), (foot, lowest)):
        lines.append(f'<text x="{_LEFT - 5}" y="{y}" text-anchor="end" font-size="11">{escape(text)}</text>')
    if low < 0 < high:
        zero = foot - (foot - _TOP) * (0 - low) / (high - low)
        lines.append(f'<text x="{_LEFT - 5}" y="{zero + 4:.1f}" text-anchor="end" font-size="11">0</text>')
        lines.append(f'<path d="M{_LEFT} {zero:.1f}H{width - _RIGHT}" stroke="currentColor" opacity="0.25"/>')
    return "".join(lines)


def _bars(counts: Array, x: float, longest: float) -> str:
    """The outline of a layer's bars, from the highest value down."""
    lengths = _lengths(counts, longest)
    height = (_HEIGHT - _BOTTOM - _TOP) / len(lengths)
    steps = "".join(f"H{x + length:.1f}v{height:.2f}" for length in lengths[::-1])
    return f"M{x:.1f} {_TOP}{steps}H{x:.1f}Z"


def _ends(counts: Array, beyond: tuple[bool, bool], x: float, longest: float, colour: str) -> str:
    """The bars at both ends once more, in a colour of their own, where most of what they count lies beyond them."""
    lengths = _lengths(counts, longest)
    height = (_HEIGHT - _BOTTOM - _TOP) / len(lengths)
    foot = _HEIGHT - _BOTTOM - height
    return "".join(
        f'<rect x="{x:.1f}" y="{y:.2f}" width="{lengths[place]:.1f}" height="{height:.2f}" fill="{colour}"/>'
        for open_end, place, beside, y in zip(beyond, (0, -1), (1, -2), (foot, _TOP), strict=True)
        if open_end and counts[place] > 2 * counts[beside]
    )


def _lengths(counts: Array, longest: float) -> Array:
    return np.sqrt(counts / max(int(counts.max(initial=0)), 1)) * longest
