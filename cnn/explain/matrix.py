"""Small matrices as text, typed by people: ``"1 0 -1; 2 0 -2"``."""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.errors import DataError

LARGEST = 1000.0  # magnitude of an entry: products and sums of such numbers can still be read
LONGEST = 4000  # characters
_AS_TYPED = str.maketrans({"−": "-", "；": ";", "，": ",", "、": ","})  # what keyboards and typesetters put instead


def read_matrix(text: str, most: tuple[int, int] = (12, 12)) -> NDArray[np.float64]:
    """Rows separated by ``;`` or line breaks, numbers by spaces or commas -> (rows, columns).

    Args:
        text: what was typed.
        most: rows and columns that are accepted.

    Raises:
        DataError: nothing there, not a number, a number too large, rows of unequal length, too many of them.
    """
    if len(text) > LONGEST:
        raise DataError("explain.matrix_too_long", got=len(text), most=LONGEST)
    lines = [line for line in re.split(r"[;\n]", text.translate(_AS_TYPED)) if line.strip(" ,\t\r")]
    rows = [[_number(word) for word in re.split(r"[\s,]+", line) if word] for line in lines]
    if not rows:
        raise DataError("explain.matrix_empty")
    lengths = [len(row) for row in rows]
    if min(lengths) != max(lengths):
        odd = next(i for i, length in enumerate(lengths) if length != lengths[0])
        raise DataError("explain.matrix_ragged", first=lengths[0], row=odd + 1, length=lengths[odd])
    if len(rows) > most[0] or lengths[0] > most[1]:
        raise DataError("explain.matrix_too_large", rows=len(rows), columns=lengths[0], most=f"{most[0]} × {most[1]}")
    return np.array(rows, np.float64)


def write_matrix(matrix: NDArray[Any]) -> str:
    """The inverse of :func:`read_matrix`, on one line; six significant digits."""
    return "; ".join(" ".join(f"{value:.6g}" for value in row) for row in matrix)


def _number(word: str) -> float:
    try:
        value = float(word)
    except ValueError as error:
        raise DataError("explain.matrix_not_a_number", got=word) from error
    if not abs(value) <= LARGEST:  # false for NaN too
        raise DataError("explain.matrix_out_of_range", got=word, largest=f"{LARGEST:g}")
    return value
