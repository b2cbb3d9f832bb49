"""The block of feature maps as the familiar cube: which of it shares one mean and variance."""

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pages.figures.notice import FONT
from pages.figures.palette import CATEGORIES, CATEGORIES_ON_DARK

Array = NDArray[Any]

_ACROSS, _DEPTH, _RISE = 22.0, 13.0, 9.0  # a channel to the right; an image backwards, to the right and up
_TALL, _SLICES = 96.0, 7  # the cells of a map, one above the other; as many lines hint at them
_LEFT, _TOP, _FOOT, _RIGHT = 26.0, 6.0, 22.0, 52.0  # margins
_TEXT, _TEXT_ON_DARK = "#0F172A", "#E2E8F0"  # the themes' own: a picture does not inherit them
_DARKER = (1.0, 0.82, 0.64)  # opacity of the colour: on top, in front, at the side


def norm_cube(lit: Array, axes: Sequence[str], alt: str, dark: bool) -> str:
    """HTML: N images, one behind the other, of C channels, side by side, of H·W cells, one above the other.

    Args:
        lit: (N, C) which maps are of the group that is looked at.
        axes: what images, channels and cells are called.
        alt: the picture in words.
        dark: whether the page is dark.
    """
    images, channels = lit.shape
    width = _LEFT + channels * _ACROSS + images * _DEPTH + _RIGHT
    height = _TOP + images * _RISE + _TALL + _FOOT
    colour = (CATEGORIES_ON_DARK if dark else CATEGORIES)[0]
    text = _TEXT_ON_DARK if dark else _TEXT
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width * 1.3:.0f}" '
        f'height="{height * 1.3:.0f}" fill="{text}" stroke="{text}" stroke-width="0.7" stroke-linejoin="round" '
        f'font-family="{FONT}" font-size="11">{"".join(_faces(lit, colour))}{_names(lit.shape, axes)}</svg>'
    )
    source = b64encode(drawn.encode()).decode("ascii")
    return (
        f'<img class="norm-cube" src="data:image/svg+xml;base64,{source}" alt="{escape(alt, quote=True)}" '
        'decoding="sync">'
    )


def _faces(lit: Array, colour: str) -> list[str]:
    """The maps that are seen: all from above, the first image's from the front, the last channel's from the side."""
    images, channels = lit.shape
    back, up = np.array([_DEPTH, -_RISE]), np.array([0.0, -_TALL])
    along = np.array([_ACROSS, 0.0])
    origin = np.array([_LEFT, _TOP + images * _RISE + _TALL])
    parts: list[str] = []
    for image, channel in np.ndindex(images, channels):
        corner = origin + channel * along + image * back
        fill = colour if lit[image, channel] else "none"
        parts.append(_face(corner + up, along, back, fill, _DARKER[0]))
        if image == 0:
            parts.append(_face(corner, along, up, fill, _DARKER[1]))
        if channel == channels - 1:
            parts.append(_face(corner + along, back, up, fill, _DARKER[2]))
    for slice_ in range(1, _SLICES):
        left = origin + up * slice_ / _SLICES
        right = left + channels * along
        parts.append(_path([left, right, right + images * back], 'fill="none" opacity="0.3"'))
    return parts


def _face(corner: Array, one: Array, other: Array, fill: str, opacity: float) -> str:
    corners = [corner, corner + one, corner + one + other, corner + other]
    return _path(corners, f'fill="{fill}" fill-opacity="{opacity}" stroke-opacity="0.75"', end="Z")


def _path(points: Sequence[Array], look: str, end: str = "") -> str:
    return f'<path d="M{"L".join(f"{x:.1f} {y:.1f}" for x, y in points)}{end}" {look}/>'


def _names(shape: tuple[int, ...], axes: Sequence[str]) -> str:
    images, channels = shape
    foot = _TOP + images * _RISE + _TALL
    wide = channels * _ACROSS
    behind, beside, above = (escape(name) for name in axes)
    middle = _LEFT - 8, foot - _TALL / 2
    return (
        f'<g stroke="none"><text x="{_LEFT + wide / 2:.1f}" y="{foot + 15:.1f}" text-anchor="middle">{beside} →</text>'
        f'<text x="{_LEFT + wide + images * _DEPTH / 2 + 6:.1f}" y="{foot - images * _RISE / 2 + 14:.1f}">{behind} ↗'
        f'</text><text x="{middle[0]:.1f}" y="{middle[1]:.1f}" text-anchor="middle" '
        f'transform="rotate(-90 {middle[0]:.1f} {middle[1]:.1f})">{above} →</text></g>'
    )
