"""What people hand to a network: pictures and labels in any sensible form, read in one way; the rest with a sentence.

Whole numbers are pixels, 0 … 255, whatever the width of their type, and are read as 0 … 1. Floating-point numbers are
taken as they are.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn.errors import DataError, ShapeError

Array = NDArray[Any]

BRIGHTEST = 255
_NUMBERS = "biuf"  # kinds of NumPy's types: switches, whole numbers, floating-point numbers
_OVERSHOOT = 1e-3  # beyond 1, as resizing leaves it
_CHUNK = 1024  # images that are looked at together


def numbers(x: ArrayLike) -> Array:
    """Pictures or vectors as an array of numbers; an array is not copied.

    Raises:
        DataError: they are no numbers, or whole numbers that are no pixels.
    """
    array = _array(x, "engine.not_numbers")
    if array.dtype.kind not in _NUMBERS:
        raise DataError("engine.not_numbers", got=str(array.dtype))
    if are_pixels(array) and array.dtype != np.uint8 and array.size:
        low, high = int(array.min()), int(array.max())
        if not 0 <= low <= high <= BRIGHTEST:
            raise DataError("engine.pixel_range", low=low, high=high)
    return array


def are_pixels(array: Array) -> bool:
    """Whether the numbers stand for 0 … 255."""
    return array.dtype.kind in "iu"


def pictures(images: ArrayLike, shape: tuple[int, ...]) -> Array:
    """Images (N, C, H, W) to train on: uint8 pixels, or finite floating-point numbers.

    Raises:
        DataError: no numbers or none at all, a number that is not finite, or floating-point numbers that are neither in
            [0, 1] nor on both sides of 0: pixels of 0 … 255, say, which nothing tells how they are meant.
        ShapeError: an image is not of ``shape``.
    """
    array = numbers(images)
    if array.ndim == 0 or not len(array):
        raise DataError("training.no_images", got=0)
    if array.shape[1:] != shape:
        raise ShapeError("layers.wrong_input", expected=", ".join(map(str, shape)), got=array.shape)
    if are_pixels(array):
        return array.astype(np.uint8, copy=False)
    array = array.astype(np.float32) if array.dtype.kind == "b" else array
    low, high = np.inf, -np.inf
    for start in range(0, len(array), _CHUNK):  # in portions: no second copy of it all
        part = array[start : start + _CHUNK]
        if not np.isfinite(part).all():
            broken = start + int(np.argmin(np.isfinite(part.reshape(len(part), -1)).all(axis=1)))
            raise DataError("engine.not_finite", index=broken)
        low, high = min(low, float(part.min())), max(high, float(part.max()))
    if low >= 0 and high > 1 + _OVERSHOOT:
        raise DataError("engine.unscaled", low=f"{low:g}", high=f"{high:g}", got=str(array.dtype))
    return array


def targets(given: ArrayLike, count: int, outputs: int) -> Array:
    """What is right for each of ``count`` images: labels (N,) int64, or rows (N, K) for ``outputs`` K.

    Labels may be floating-point numbers that are whole.

    Raises:
        DataError: words or other things that are no class numbers, a label that is not one of 0 … K − 1, or a row with
            a number that is not finite.
        ShapeError: neither (N,) nor (N, K).
    """
    array = _array(given, "engine.label_type")
    if array.dtype.kind in "US" or (array.dtype.kind == "O" and array.size and isinstance(array.flat[0], str | bytes)):
        raise DataError("engine.label_words", got=str(array.flat[0]) if array.size else "")
    if array.dtype.kind not in _NUMBERS:
        raise DataError("engine.label_type", got=str(array.dtype))
    if array.shape not in ((count,), (count, outputs)):
        raise ShapeError("engine.targets_shape", got=array.shape, outputs=(count, outputs), count=count)
    return _rows(array) if array.ndim == 2 else _labels(array, outputs)


def _rows(rows: Array) -> Array:
    rows = rows if rows.dtype.kind == "f" else rows.astype(np.float32)
    if not np.isfinite(rows).all():
        raise DataError("engine.target_not_finite", index=int(np.argmin(np.isfinite(rows).all(axis=1))))
    return rows


def _labels(labels: Array, classes: int) -> Array:
    if labels.dtype.kind == "f":
        whole = np.isfinite(labels) & (labels == np.rint(labels))
        if not whole.all():
            raise DataError("engine.label_not_whole", got=f"{labels[int(whole.argmin())]:g}")
    if labels.size and not 0 <= labels.min() <= labels.max() < classes:
        raise DataError("engine.label_range", low=int(labels.min()), high=int(labels.max()), limit=classes - 1)
    return labels.astype(np.int64, copy=False)


def _array(given: ArrayLike, code: str) -> Array:
    try:
        return np.asarray(given)
    except ValueError as error:  # lists of different lengths
        raise DataError(code, got=type(given).__name__) from error
