"""Arrays that are 0 nearly everywhere, such as a gradient that somebody drew, as short texts."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.errors import DataError
from cnn.explain.matrix import LARGEST

Array = NDArray[Any]

_LONGEST = 3900  # characters, in a link


def read_entries(text: str, shape: tuple[int, ...]) -> Array:
    """``"0.3.4:1 0.3.5:-1"``, filter.row.column:value, as an array; what lies outside of ``shape`` is left out.

    Raises:
        DataError: an entry cannot be read.
    """
    gradient = np.zeros(shape)
    for entry in text.split():
        place, _, value = entry.partition(":")
        try:
            index, number = tuple(map(int, place.split("."))), float(value)
        except ValueError as error:
            raise DataError("explain.gradient_entry", got=entry) from error
        if len(index) != len(shape) or not abs(number) <= LARGEST:  # the latter is false for NaN too
            raise DataError("explain.gradient_entry", got=entry)
        if all(0 <= at < size for at, size in zip(index, shape, strict=True)):
            gradient[index] = number
    return gradient


def write_entries(gradient: Array) -> str:
    """The inverse of :func:`read_entries`: what is not 0.

    Raises:
        DataError: that is too much for a link.
    """
    places = zip(*np.nonzero(gradient), strict=True)
    text = " ".join(f"{'.'.join(map(str, place))}:{gradient[place]:.6g}" for place in places)
    if len(text) > _LONGEST:
        raise DataError("explain.gradient_too_long", got=int(np.count_nonzero(gradient)))
    return text
