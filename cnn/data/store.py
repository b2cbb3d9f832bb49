"""Uploaded images and drawings, kept by the hash of their content.

A configuration names such a set by its key; the same images have the same key everywhere, so that a link made on one
computer works on another one as soon as the same file has been given to it. The store has a bounded size: what
was not used for longest goes first.
"""

import hashlib
import io
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from cnn.data.cache import cache_folder, reason, write_whole
from cnn.data.dataset import MOST_CLASSES, MOST_IMAGES, Dataset
from cnn.data.npz import read_npz
from cnn.data.origin import origin_from_json
from cnn.data.strokes import SIZE
from cnn.errors import DataError

KEY = "[0-9a-f]{32}"  # what a key looks like; it may come from a link, and becomes a file's name
MOST_BYTES = 500_000_000  # of all sets together
_LIMITS = {"images": MOST_IMAGES * SIZE * SIZE, "labels": MOST_IMAGES * 8, "class_names": MOST_CLASSES * 64 * 4}
_ORIGIN = "origin"
_ORIGIN_LIMIT = {_ORIGIN: 4000}


def put(dataset: Dataset, most_bytes: int = MOST_BYTES) -> str:
    """Keep a data set and return its key.

    Raises:
        DataError: the disk is full or the folder cannot be written.
    """
    key = key_of(dataset)
    path = _path(key)
    if not _touched(path):
        packed = io.BytesIO()
        arrays: dict[str, Any] = {
            "images": dataset.images,
            "labels": dataset.labels.astype(np.int64),
            "class_names": np.array(dataset.class_names),
        }
        if dataset.origin is not None:
            arrays[_ORIGIN] = np.array(dataset.origin.to_json())
        np.savez(packed, **arrays)
        write_whole(path, [packed.getvalue()])
        _make_room(path, most_bytes)
    return key


def get(key: str, filename: str = "") -> Dataset:
    """The data set with this key.

    Args:
        key: from :func:`put`, possibly on another computer.
        filename: of the file that it was made of, for the sentence that asks for it.

    Raises:
        DataError: not a key, or not kept on this computer (any more): give it the file again.
    """
    path = _path(key)
    if not _touched(path):
        raise DataError("data.not_stored", filename=filename or key)
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise DataError("data.cannot_read", filename=str(path), reason=reason(error)) from error
    arrays = read_npz(packed, path.name, _LIMITS, _ORIGIN_LIMIT)
    origin = origin_from_json(str(arrays[_ORIGIN])) if _ORIGIN in arrays else None
    return Dataset(arrays["images"], arrays["labels"], tuple(arrays["class_names"].tolist()), origin)


def key_of(dataset: Dataset) -> str:
    """The key of a data set: a hash of its images, labels and class names, and of what was done to the images."""
    digest = hashlib.sha256()
    if dataset.origin is not None:
        digest.update(dataset.origin.to_json().encode())
    digest.update(repr((dataset.images.shape, dataset.class_names)).encode())
    digest.update(np.ascontiguousarray(dataset.images).data)
    digest.update(np.ascontiguousarray(dataset.labels, "<i8").data)
    return digest.hexdigest()[:32]


def has(key: str) -> bool:
    """Whether the data set with this key is kept here."""
    return bool(re.fullmatch(KEY, key)) and _path(key).is_file()


def _path(key: str) -> Path:
    if not re.fullmatch(KEY, key):
        raise DataError("data.bad_key", got=key)
    return _folder() / f"{key}.npz"


def _folder() -> Path:
    return cache_folder() / "store"


def _touched(path: Path) -> bool:
    """Mark a file as used now; False where there is none."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    except OSError:  # a folder that may be read only: the set is there, and will count as older than it is
        return path.is_file()
    return True


def _make_room(newest: Path, most_bytes: int) -> None:
    """Remove the sets that were not used for longest, the newest never, until all fit."""
    kept: list[tuple[int, int, Path]] = []
    for path in _folder().glob("*.npz"):
        with suppress(FileNotFoundError):  # another process made room at the same time
            status = path.stat()
            kept.append((status.st_mtime_ns, status.st_size, path))
    total = sum(size for _, size, _ in kept)
    for _, size, path in sorted(kept):
        if total <= most_bytes:
            break
        if path != newest:
            with suppress(OSError):  # in use, on Windows: it goes next time
                path.unlink()
                total -= size
