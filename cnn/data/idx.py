"""IDX, the file format of MNIST: a magic number, the sizes as big-endian 32-bit integers, then the bytes.

The header is checked against what is allowed before anything is unpacked, and of a gzip file no more is unpacked than
the header announces.

Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits", file formats.
"""

import gzip
import io
import math
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.errors import DataError

Array = NDArray[Any]

GZIP = b"\x1f\x8b"
_UNSIGNED_BYTE = 0x08
_MOST_DIMENSIONS = 4


def is_idx(data: bytes) -> bool:
    """Whether ``data`` (gzip or not) starts as an IDX file does."""
    try:
        head = _stream(data).read(4)
    except (OSError, EOFError, zlib.error):
        return False
    return len(head) == 4 and head[:2] == b"\0\0" and head[2] == _UNSIGNED_BYTE and 1 <= head[3] <= _MOST_DIMENSIONS


def read_idx(data: bytes, filename: str, most_bytes: int) -> Array:
    """The array in an IDX file of unsigned bytes, gzip or not.

    Raises:
        DataError: not IDX, other than unsigned bytes, cut off, longer than announced, or more than ``most_bytes``.
    """
    try:
        return _read(_stream(data), filename, most_bytes)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError("data.damaged_gzip", filename=filename) from error


def _read(stream: io.BufferedIOBase, filename: str, most_bytes: int) -> Array:
    head = stream.read(4)
    if len(head) < 4 or head[:2] != b"\0\0" or not 1 <= head[3] <= _MOST_DIMENSIONS:
        raise DataError("data.not_idx", filename=filename)
    if head[2] != _UNSIGNED_BYTE:
        raise DataError("data.idx_type", filename=filename)
    sizes = stream.read(4 * head[3])
    if len(sizes) < 4 * head[3]:
        raise DataError("data.cut_off", filename=filename)
    shape = tuple(int(size) for size in np.frombuffer(sizes, ">u4"))
    size = math.prod(shape)
    if size > most_bytes:
        raise DataError("data.announces_too_much", filename=filename, shape=shape, most=most_bytes // 1_000_000)
    body = stream.read(size + 1)  # one more than announced shows whether something follows
    if len(body) < size:
        raise DataError("data.cut_off", filename=filename)
    if len(body) > size:
        raise DataError("data.too_long", filename=filename)
    return np.frombuffer(body, np.uint8).reshape(shape)


def _stream(data: bytes) -> io.BufferedIOBase:
    plain = io.BytesIO(data)
    return gzip.GzipFile(fileobj=plain) if data[:2] == GZIP else plain
