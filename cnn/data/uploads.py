"""A person's own data set from uploaded files: one ``.npz``, or two IDX files.

- ``.npz`` with ``images`` and ``labels``.
- IDX, gzip or not: images (three or four dimensions) and labels (one dimension), in any order.

Images are ``(N, H, W)``, ``(N, H, W, C)`` or ``(N, C, H, W)`` with C = 1, 3 or 4 (grey, RGB, RGBA; alpha is ignored):
bytes, whole numbers in 0 … 255, or floats in [0, 1] or [0, 255]. They are padded to squares with 0 and scaled to
28 × 28. Labels are whole numbers or words, one per image.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.data.dataset import MOST_CLASSES, MOST_IMAGES, Dataset
from cnn.data.idx import is_idx, read_idx
from cnn.data.npz import read_npz
from cnn.data.strokes import SIZE
from cnn.errors import DataError

Array = NDArray[Any]

MOST_UPLOADED = 50_000_000  # bytes, all files together
_MOST_UNPACKED = MOST_IMAGES * SIZE * SIZE * 4  # bytes: as many 28 × 28 images as allowed, as float32
_MOST_LABEL_BYTES = MOST_IMAGES * 4 * 32  # bytes: words of 32 characters
_LARGEST_SIDE = 2048  # pixels
_LONGEST_NAME = 32  # characters of a class
_CHUNK = 1024  # images converted at once
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601


def read(files: Sequence[tuple[str, bytes]]) -> Dataset:
    """Make a data set of uploaded (name, bytes).

    Raises:
        DataError: what is wrong with which file.
    """
    if sum(len(data) for _, data in files) > MOST_UPLOADED:
        raise DataError("data.upload_too_large", most=MOST_UPLOADED // 1_000_000)
    if len(files) == 1 and not is_idx(files[0][1]):
        (name, data) = files[0]
        arrays = read_npz(data, name, {"images": _MOST_UNPACKED, "labels": _MOST_LABEL_BYTES})
        return make(arrays["images"], arrays["labels"])
    if len(files) != 2:
        raise DataError("data.which_files")
    parts = sorted((read_idx(data, name, _MOST_UNPACKED) for name, data in files), key=lambda part: -part.ndim)
    return make(parts[0], parts[1])


def make(images: Array, labels: Array) -> Dataset:
    """A data set of arrays as described above.

    Raises:
        DataError: what is wrong with them.
    """
    if images.ndim not in (3, 4):
        raise DataError("data.image_shape", got=images.shape)
    if not 1 <= len(images) <= MOST_IMAGES:
        raise DataError("data.image_count", got=len(images), most=MOST_IMAGES)
    if labels.shape != (len(images),):
        raise DataError("data.label_shape", got=labels.shape, count=len(images))
    numbers, names = _classes(labels)
    return Dataset(_pictures(images), numbers, names)


def _classes(labels: Array) -> tuple[Array, tuple[str, ...]]:
    """Class numbers and class names; whole numbers below 20 are classes themselves, other values are counted off."""
    if labels.dtype.kind == "f" and np.all(np.isfinite(labels)) and np.all(labels == np.rint(labels)):
        labels = labels.astype(np.int64)
    if labels.dtype.kind not in "biuUS":
        raise DataError("data.label_type", got=str(labels.dtype))
    values, numbers = np.unique(labels, return_inverse=True)
    if labels.dtype.kind in "biu" and values[0] >= 0 and values[-1] < MOST_CLASSES:
        return labels.astype(np.int64), tuple(str(i) for i in range(max(2, int(values[-1]) + 1)))
    if not 2 <= len(values) <= MOST_CLASSES:
        raise DataError("data.class_count", got=len(values), most=MOST_CLASSES)
    return numbers.astype(np.int64), tuple(_name(value) for value in values.tolist())


def _name(value: object) -> str:
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return "".join(c for c in text if c.isprintable())[:_LONGEST_NAME]


def _pictures(images: Array) -> Array:
    """(N, 1, 28, 28) uint8 of images in any of the accepted shapes and types."""
    images = _channels_last(images)
    height, width = images.shape[1:3]
    if not 1 <= min(height, width) <= max(height, width) <= _LARGEST_SIDE:
        raise DataError("data.image_size", got=f"{height} x {width}", most=_LARGEST_SIDE)
    factor = _factor(images)
    side = max(height, width)
    rows, columns = _resampling(height, side), _resampling(width, side)
    pictures = np.empty((len(images), 1, SIZE, SIZE), np.uint8)
    chunk = max(1, _CHUNK * SIZE * SIZE // (height * width))
    for at in range(0, len(images), chunk):
        part = images[at : at + chunk].astype(np.float32)
        grey = part[..., 0] if part.shape[3] == 1 else part[..., :3] @ _LUMA
        grey = rows @ (grey * factor) @ columns.T
        pictures[at : at + chunk, 0] = np.rint(np.clip(grey, 0, 255)).astype(np.uint8)
    return pictures


def _channels_last(images: Array) -> Array:
    if images.ndim == 3:
        return images[..., None]
    if images.shape[3] in (1, 3, 4):
        return images
    if images.shape[1] in (1, 3, 4):
        return images.transpose(0, 2, 3, 1)
    raise DataError("data.image_shape", got=images.shape)


def _factor(images: Array) -> np.float32:
    """What brings the brightest pixel to the scale 0 … 255."""
    if images.dtype.kind not in "biuf":
        raise DataError("data.image_type", got=str(images.dtype))
    low, high = images.min(), images.max()
    if not 0 <= low <= high <= 255:  # NaN too
        raise DataError("data.image_range", low=str(low), high=str(high))
    return np.float32(255 if high <= 1 else 1)


def _resampling(length: int, side: int) -> Array:
    """The (28, length) matrix that centres ``length`` pixels in a square of ``side`` and scales it to 28.

    Each new pixel is the mean of the old ones under it, weighted by a triangle as wide as a new pixel or an old one,
    whichever is larger: bilinear when enlarging, without aliasing when reducing.
    """
    ratio = side / SIZE
    centres = (np.arange(SIZE) + 0.5) * ratio
    pixels = np.arange(side) + 0.5
    weights = np.maximum(0, 1 - np.abs(centres[:, None] - pixels) / max(ratio, 1))
    weights /= weights.sum(axis=1, keepdims=True)
    before = (side - length) // 2
    return weights[:, before : before + length].astype(np.float32)
