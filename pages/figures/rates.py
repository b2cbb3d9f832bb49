"""The search for good learning rates: the final loss of each contestant over the rates that were tried."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pages.figures.race import style

Array = NDArray[Any]

WORDS = ("rate", "loss", "diverged")
_HIGHEST = 8.0  # loss that is still on the picture: what diverged stands above
_CROSS = "path://M2 0L8 6L14 0L16 2L10 8L16 14L14 16L8 10L2 16L0 14L6 8L0 2Z"


def rates_chart(
    losses: Array, rates: Sequence[float], names: Sequence[str], words: Mapping[str, str], dark: bool
) -> dict[str, Any]:
    """ECharts options: a line for each contestant, a cross where it diverged.

    Args:
        losses: (contestants, rates) so far; NaN where there is none yet, infinite where it diverged.
        rates: those that were tried.
        names: of the contestants.
        words: those of :data:`WORDS`.
        dark: whether the page is dark.
    """
    series: list[dict[str, Any]] = []
    for place, (name, row) in enumerate(zip(names, losses, strict=True)):
        look = style(place, dark)
        points = [[f"{rate:g}", round(min(float(loss), _HIGHEST), 4)] for rate, loss in zip(rates, row, strict=True)
                  if np.isfinite(loss)]  # fmt: skip
        lost = [[f"{rate:g}", _HIGHEST] for rate, loss in zip(rates, row, strict=True) if np.isinf(loss)]
        series.append({
            "type": "line", "name": name, "data": points, "color": look.colour, "symbol": look.marker, "symbolSize": 9,
            "lineStyle": {"color": look.colour, "width": 2.5, "type": list(look.dash) or "solid"},
        })  # fmt: skip
        series.append({
            "type": "scatter", "name": name, "data": lost, "color": look.colour, "symbol": _CROSS, "symbolSize": 12,
            "symbolOffset": [(place - (len(names) - 1) / 2) * 9, 0], "tooltip": {"show": False}, "silent": True,
        })  # fmt: skip
    return {
        "animation": False,
        "grid": {"left": 24, "right": 18, "top": 40, "bottom": 24, "containLabel": True},
        "legend": {"data": list(names), "type": "scroll", "top": 0, "left": 0, "itemWidth": 34},
        "tooltip": {"trigger": "axis", "valueFormatter": "%.3f", "order": "valueAsc"},
        "xAxis": {
            "type": "category", "data": [f"{rate:g}" for rate in rates], "name": words["rate"],
            "nameLocation": "middle", "nameGap": 24,
        },
        "yAxis": {
            "type": "log", "logBase": 2, "name": words["loss"], "nameLocation": "middle", "nameGap": 42,
            "max": _HIGHEST, "min": _floor(losses),
        },
        "series": series,
    }  # fmt: skip


def _floor(losses: Array) -> float:
    finite = losses[np.isfinite(losses)]
    return float(2.0 ** np.floor(np.log2(max(float(finite.min()), 1e-3)))) if finite.size else 0.125
