"""From labels as people keep them to class numbers and class names."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.data.dataset import MOST_CLASSES
from cnn.errors import DataError

Array = NDArray[Any]

_LONGEST_NAME = 32  # characters of a class
_NAMELESS = "–"
_CUT = "…"
_INTEGER = re.compile(r"0|-?[1-9]\d{0,17}")


def classes_of(labels: Array, count: int) -> tuple[Array, tuple[str, ...]]:
    """Class numbers (count,) int64 and the names of the classes, which are the values that occur.

    Args:
        labels: whole numbers (also as floats or as words) or words: (N,), (N, 1), (1, N), or one row (N, K) for each
            image with a single 1 at the place of its class.
        count: the number N of images.

    Raises:
        DataError: what is wrong with them.
    """
    labels = _one_for_each(labels, count)
    if labels.dtype.kind == "f":
        labels = _whole(labels)
    if labels.dtype.kind not in "biuUS":
        raise DataError("data.label_type", got=str(labels.dtype))
    if labels.dtype.kind == "b":
        labels = labels.astype(np.int64)
    values, numbers = np.unique(labels, return_inverse=True)
    words = [_text(value) for value in values.tolist()]
    if labels.dtype.kind in "US" and all(_INTEGER.fullmatch(word) for word in words):
        order = np.argsort([int(word) for word in words])  # "10" comes after "9"
        words, numbers = [words[place] for place in order], np.argsort(order)[numbers]
    if len(words) == 1:
        raise DataError("data.one_class", got=shortened(words)[0])
    if len(words) > MOST_CLASSES:
        raise DataError("data.class_count", got=len(words), most=MOST_CLASSES)
    return numbers.reshape(-1).astype(np.int64), shortened(words)


def shortened(names: Iterable[str], longest: int = _LONGEST_NAME) -> tuple[str, ...]:
    """Names to be shown: of printable characters, at most ``longest`` of them, and no two the same.

    A name that is too long keeps its beginning and its end, in which such names often differ; those that are equal then
    are counted off. Names that are short and distinct stay as they are.

    Args:
        names: of any characters; equal ones count as different classes.
        longest: at least 8.
    """
    full = [_printable(name) for name in names]
    taken = {name for name in full if len(name) <= longest}
    found: list[str] = []
    for name in full:
        short = name if len(name) <= longest else _middle_cut(name, longest)
        if short in found or (short != name and short in taken):
            short = _counted(short, taken.union(found), longest)
        found.append(short)
    return tuple(found)


def _printable(name: str) -> str:
    composed = unicodedata.normalize("NFC", "".join(c if c.isprintable() else " " for c in name))
    return " ".join(composed.split()) or _NAMELESS


def _middle_cut(name: str, longest: int) -> str:
    end = (longest - len(_CUT)) // 2
    return name[: longest - len(_CUT) - end] + _CUT + name[-end:]


def _counted(name: str, taken: set[str], longest: int) -> str:
    number = 2
    while True:
        ending = f" ({number})"
        counted = name[: longest - len(ending)] + ending
        if counted not in taken:
            return counted
        number += 1


def _one_for_each(labels: Array, count: int) -> Array:
    """(N,) labels of any of the accepted shapes."""
    if labels.shape == (count,):
        return labels
    if labels.size == count and labels.ndim <= 2:
        return labels.reshape(count)
    if labels.ndim == 2 and len(labels) == count and labels.dtype.kind in "biuf":
        if not (np.all((labels == 0) | (labels == 1)) and np.all(labels.sum(axis=1) == 1)):
            raise DataError("data.not_one_hot", got=labels.shape)
        return labels.argmax(axis=1)
    raise DataError("data.label_shape", got=labels.shape, count=count)


def _whole(labels: Array) -> Array:
    bad = ~np.isfinite(labels) | (labels != np.rint(labels)) | (np.abs(labels) > 2**53)
    if bad.any():
        place = int(bad.argmax())
        raise DataError("data.label_value", got=f"{labels[place]:g}", place=f"{place + 1:,}")
    return labels.astype(np.int64)


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
