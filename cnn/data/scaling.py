"""Min–max scaling: numbers of any range to [0, 1]."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def min_max_scale(x: Array, axis: int | tuple[int, ...] | None = None) -> Array:
    """(x − min) / (max − min), minimum and maximum taken along ``axis`` (None: over everything).

    Where max = min there is nothing to spread and the result is 0. Batch normalisation is something else: it uses mean
    and variance, of a batch, and learns its own scale.

    Args:
        x: numbers of any shape; integers are taken as float64.
        axis: e.g. ``(1, 2, 3)`` scales each image of (N, C, H, W) by itself.

    Returns:
        The shape of x, in [0, 1].
    """
    x = x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)
    if not x.size:
        return x.copy()
    low, high = x.min(axis=axis, keepdims=True), x.max(axis=axis, keepdims=True)
    # Halves: the span of -1e308 … 1e308 would be infinite.
    span = high / 2 - low / 2
    return np.where(span > 0, (x / 2 - low / 2) / np.where(span > 0, span, 1), 0).astype(x.dtype)
