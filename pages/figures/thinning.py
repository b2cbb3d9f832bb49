"""Long series made short enough to send twice a second, without making them jitter."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Series = NDArray[Any]
_NOTHING = 1e-12  # share of a mean


def thin(steps: Series, values: Series, most: int = 160) -> tuple[Series, Series]:
    """At most ``most`` points, each the mean of a bucket of neighbours, placed at the bucket's last step.

    A bucket holds a power of two of entries and buckets never shift, so that the points already drawn stay where they
    are while a run goes on; every now and then, pairs of them merge. The last, partly filled bucket is drawn as well.
    """
    width = 1
    while len(values) > most * width:
        width *= 2
    starts = np.arange(0, len(values), width)
    sums = np.add.reduceat(values, starts) if len(starts) else np.empty(0)
    counts = np.diff(np.append(starts, len(values)))
    return steps[np.minimum(starts + width, len(steps)) - 1], sums / counts


def smooth(values: Series, memory: float = 5.0) -> Series:
    """Exponential moving average over about ``memory`` entries, without a bias to its start.

    m_t = β m_{t−1} + (1−β) x_t, divided by 1 − β^t (Kingma & Ba 2015, sec. 3), β = 1 − 1/memory. Not-a-number entries
    are passed over.
    """
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        return np.full(len(values), np.nan)
    beta = 1 - 1 / max(memory, 1.0)
    # What is older than this weighs less than rounding does: a short convolution instead of a loop.
    reach = min(len(known), 1 + math.ceil(math.log(_NOTHING) / math.log(beta)) if beta else 1)
    weights = beta ** np.arange(reach)
    means = np.convolve(values[known], weights)[: len(known)]
    means /= np.cumsum(weights)[np.minimum(np.arange(len(known)), reach - 1)]
    latest = np.searchsorted(known, np.arange(len(values)), side="right")
    return np.concatenate([[np.nan], means])[latest]


def present(steps: Series, values: Series) -> tuple[Series, Series]:
    """The entries that are numbers: validation is not measured at every step."""
    known = np.isfinite(values)
    return steps[known], values[known]
