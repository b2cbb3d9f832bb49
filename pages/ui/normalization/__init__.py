"""The parts of the page about normalization: the block, two races, training against inference."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pages.ui.race import Look

KEY = "normalization"  # prefix of the page's widgets
_SHOWN = 0.99  # of the cells lie within the colour scale


@dataclass(frozen=True)
class Figures:
    """What ``pages.figures`` draws for this page.

    Attributes:
        cube: which maps are lit (``norm_cube.norm_cube``).
        histograms: histograms side by side (``layer_histograms.layer_histograms``) …
        panel: … and what each of these pictures is made from (``layer_histograms.Histograms``).
        race: what a race looks like (``race.RaceLook``).
        table: a table whose numbers have colours (``heat_table.heat_table``).
    """

    cube: Callable[[Any, Sequence[str], str, bool], str]
    histograms: Callable[[Sequence[Any], bool], str]
    panel: Callable[..., Any]
    race: Callable[[Mapping[str, str], bool], Look]
    table: Callable[[Any, Sequence[str], Sequence[str], Mapping[str, str]], str]


def scale_end(maps: Any) -> float:
    """The end of the colour scale of maps: a few strong cells must not leave all others pale."""
    return float(np.quantile(np.abs(maps), _SHOWN)) or 1.0


def number(value: float) -> str:
    """A number within a formula: three digits; what is nothing but rounding is 0."""
    size = abs(value)
    if size < 1e-9:
        return "0"
    sign = "-" if value < 0 else ""
    if 1e-3 <= size < 1e4:
        return f"{sign}{float(f'{size:.3g}'):g}"
    mantissa, exponent = f"{size:.2e}".split("e")
    return f"{sign}{mantissa} \\cdot 10^{{{int(exponent)}}}"


def bracketed(value: float) -> str:
    """The same behind an operator: a negative number in brackets."""
    text = number(value)
    return f"({text})" if text.startswith("-") else text
