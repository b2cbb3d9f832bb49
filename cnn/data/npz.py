"""Arrays from an ``.npz`` file that somebody else made.

Nothing is unpickled or evaluated, and nothing is unpacked before the zip directory AND the array's own header have said
how large it is; a file that then holds more than it said (a "zip bomb") is not read on.

The header of an array is the text of a dictionary with three entries. NumPy's own reader evaluates it as Python, which
raises whatever Python's parser raises for a text that somebody has changed (``tokenize.TokenError``, ``MemoryError`` …)
and lets negative sizes pass; here it is matched against the form that it must have.

Source: NumPy's documentation, ``numpy.lib.format``, versions 1.0 and 2.0.
"""

import io
import math
import re
import sys
import zipfile
import zlib
from collections.abc import Mapping
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.errors import DataError

Array = NDArray[Any]

_MOST_MEMBERS = 1000
_LARGEST_HEADER = 10_000  # bytes; NumPy's own limit
_MOST_DIMENSIONS = 32
_KINDS = "biufUS"  # bool, integers, floats, text
_LENGTH_BYTES = {b"\x01\x00": 2, b"\x02\x00": 4}  # of the field with the header's length, by version
_MAGIC = b"\x93NUMPY"
_ENTRIES = {
    "descr": r"'(?P<descr>[^']*)'|\"(?P<descr2>[^\"]*)\"|(?P<structured>\[[^\]]*\])",
    "fortran_order": r"(?P<fortran>True|False)",
    "shape": r"\((?P<shape>(?:\s*\d{1,18}\s*,)*\s*(?:\d{1,18}\s*)?)\)",
}
_ENTRY = "|".join(rf"['\"]{name}['\"]\s*:\s*(?:{form})" for name, form in _ENTRIES.items())
_ONE_ENTRY = re.compile(rf"\s*(?:{_ENTRY})\s*(?P<comma>,?)\s*")
_DTYPE = re.compile(r"[<>=|]?(?:\?|[A-Za-z]\d{0,8}(?:\[\w+\])?)")


class _Header(NamedTuple):
    descr: str  # "" for records of several fields
    fortran_order: bool
    shape: tuple[int, ...]


def read_npz(
    data: bytes, filename: str, most_bytes: Mapping[str, int], optional: Mapping[str, int] | None = None
) -> dict[str, Array]:
    """The arrays called as the keys of ``most_bytes``, each at most that large unpacked.

    Args:
        data: the file's bytes, from anyone.
        filename: for sentences.
        most_bytes: the arrays that are needed, and their limits.
        optional: arrays that may be missing, and their limits.

    Raises:
        DataError: not a zip file, damaged, an array missing, too large, of objects, or not what its header says.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {info.filename: info for info in archive.infolist()[:_MOST_MEMBERS]}
            there = {name: most for name, most in (optional or {}).items() if f"{name}.npy" in members}
            wanted = {**most_bytes, **there}
            return {name: _member(archive, members, name, filename, most) for name, most in wanted.items()}
    except DataError:
        raise
    # What zipfile raises for bytes that are not what they should be (RuntimeError: encrypted).
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError, NotImplementedError) as error:
        raise DataError("data.damaged_npz", filename=filename) from error


def _member(
    archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], name: str, filename: str, most: int
) -> Array:
    info = members.get(f"{name}.npy")
    if info is None:
        found = ", ".join(sorted(member.removesuffix(".npy") for member in members)) or "-"
        raise DataError("data.array_missing", filename=filename, array=name, found=found)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # what NumPy writes
        raise DataError("data.damaged_npz", filename=filename)
    if info.file_size > most + _LARGEST_HEADER:
        raise DataError("data.array_too_large", filename=filename, array=name, most=most // 1_000_000)
    with archive.open(info) as member:
        header = _header(member)
        if header is None:
            raise DataError("data.damaged_npz", filename=filename)
        dtype = _dtype(header.descr)
        if dtype is None or dtype.kind not in _KINDS:
            got = header.descr if dtype is None else str(dtype)
            raise DataError("data.array_type", filename=filename, array=name, got=got or "records")
        size = math.prod(header.shape) * dtype.itemsize
        if size > most:
            raise DataError("data.array_too_large", filename=filename, array=name, most=most // 1_000_000)
        body = member.read(size + 1)  # one more than announced shows whether something follows
    if len(body) != size or not _readable(body, dtype):
        raise DataError("data.damaged_npz", filename=filename)
    return np.frombuffer(body, dtype).reshape(header.shape, order="F" if header.fortran_order else "C")


def _header(member: IO[bytes]) -> _Header | None:
    """What an array says of itself; None where it is not said as it must be."""
    start = member.read(len(_MAGIC) + 2)
    length_bytes = _LENGTH_BYTES.get(start[len(_MAGIC) :]) if start.startswith(_MAGIC) else None
    if length_bytes is None:
        return None
    length = int.from_bytes(member.read(length_bytes), "little")
    text = member.read(length) if length <= _LARGEST_HEADER else b""
    return _parsed(text.decode("latin-1").strip()) if 0 < len(text) == length else None


def _parsed(text: str) -> _Header | None:
    """``{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }``, its entries in any order."""
    if not (text.startswith("{") and text.endswith("}")):
        return None
    found: dict[str, str] = {}
    at, end, comma = 1, len(text) - 1, True
    while at < end and not text[at:end].isspace():
        entry = _ONE_ENTRY.match(text, at, end)
        if entry is None or not comma:
            return None
        values = {name: value for name, value in entry.groupdict().items() if value is not None}
        comma = bool(values.pop("comma"))
        if values.keys() & found.keys():
            return None
        found.update(values)
        at = entry.end()
    descr = [found.pop(name) for name in ("descr", "descr2", "structured") if name in found]
    if len(descr) != 1 or found.keys() != {"fortran", "shape"}:
        return None
    sizes = [size for size in found["shape"].split(",") if size.strip()]
    if len(sizes) > _MOST_DIMENSIONS or (len(sizes) == 1 and "," not in found["shape"]):
        return None
    records = descr[0].startswith("[")
    return _Header("" if records else descr[0], found["fortran"] == "True", tuple(map(int, sizes)))


def _dtype(descr: str) -> np.dtype[Any] | None:
    if not _DTYPE.fullmatch(descr):
        return None
    try:
        return np.dtype(descr)
    except (TypeError, ValueError):  # e.g. an integer of three bytes
        return None


def _readable(body: bytes, dtype: np.dtype[Any]) -> bool:
    """Whether words consist of characters that there are: NumPy looks only when it makes Python's strings of them."""
    if dtype.kind != "U" or not body:
        return True
    return int(np.frombuffer(body, f"{dtype.byteorder}u4").max()) <= sys.maxunicode
