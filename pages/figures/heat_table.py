"""A table of shares, each cell coloured by its number: plain HTML, so that it can be read out and never flashes."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pages.figures.palette import CIVIDIS, lookup_table

Array = NDArray[Any]

WORDS = ("caption", "corner", "lost", "lost_alt", "nothing")
_LEVELS = lookup_table(CIVIDIS, 101)
_INK, _PAPER = "#000000", "#ffffff"
_EVEN = 0.179  # luminance on which black and white have the same contrast, 4.58:1


def heat_table(shares: Array | None, rows: Sequence[str], columns: Sequence[str], words: Mapping[str, str]) -> str:
    """HTML of the table; the best number of each column stands out.

    Args:
        shares: (rows, columns) in [0, 1]; NaN where there is none yet, −∞ where there never will be. None before all.
        rows, columns: what they are called.
        words: those of :data:`WORDS`.
    """
    known = np.full((len(rows), len(columns)), np.nan) if shares is None else shares
    best = np.max(np.where(np.isfinite(known), known, -1.0), axis=0)
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    cells = ["".join(_cell(one, top, words) for one, top in zip(line, best, strict=True)) for line in known]
    lines = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{line}</tr>' for name, line in zip(rows, cells, strict=True)
    )
    return (
        f'<div class="heat-table scrolls"><table aria-label="{escape(words["caption"], quote=True)}"><thead><tr>'
        f'<th scope="col">{escape(words["corner"])}</th>{head}</tr></thead><tbody>{lines}</tbody></table></div>'
    )


def _cell(share: float, best: float, words: Mapping[str, str]) -> str:
    if np.isnan(share):
        return f"<td>{escape(words['nothing'])}</td>"
    if not np.isfinite(share):
        return f'<td><abbr title="{escape(words["lost_alt"], quote=True)}">{escape(words["lost"])}</abbr></td>'
    colour = _LEVELS[round(100 * float(np.clip(share, 0, 1)))]
    red, green, blue = (int(one) for one in colour)
    ink = _INK if _luminance(colour) > _EVEN else _PAPER
    mark = ' class="heat-top"' if share == best else ""
    return f'<td{mark} style="background:rgb({red},{green},{blue});color:{ink}">{100 * share:.1f} %</td>'


def _luminance(colour: Array) -> float:
    """Relative luminance of sRGB (3,) uint8; source: WCAG 2.2."""
    share = colour / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])
