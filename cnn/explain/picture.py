"""Pictures of any size as a network takes them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def fit(picture: Array, shape: tuple[int, int]) -> Array:
    """A picture of any size in the middle of a blank one of ``shape``, enlarged by a whole factor as far as it goes."""
    rows, columns = shape
    factor = max(1, min(rows // picture.shape[0], columns // picture.shape[1]))
    large = np.kron(picture, np.ones((factor, factor)))[:rows, :columns]
    top, left = (rows - large.shape[0]) // 2, (columns - large.shape[1]) // 2
    fitted = np.zeros(shape)
    fitted[top : top + large.shape[0], left : left + large.shape[1]] = large
    return fitted
