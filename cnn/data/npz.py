"""Arrays from an ``.npz`` file that somebody else made.

Nothing is unpickled, and nothing is unpacked before the zip directory AND the array's own header have said how large it
is; a file that then holds more than it said (a "zip bomb") is not read on.
"""

import io
import math
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.errors import DataError

Array = NDArray[Any]

_MOST_MEMBERS = 1000
_LARGEST_HEADER = 10_000  # bytes; NumPy's own limit
_KINDS = "biufUS"  # bool, integers, floats, text


def read_npz(data: bytes, filename: str, most_bytes: Mapping[str, int]) -> dict[str, Array]:
    """The arrays called as the keys of ``most_bytes``, each at most that large unpacked.

    Raises:
        DataError: not a zip file, damaged, an array missing, too large, of objects, or not what its header says.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {info.filename: info for info in archive.infolist()[:_MOST_MEMBERS]}
            return {name: _member(archive, members, name, filename, most) for name, most in most_bytes.items()}
    except DataError:
        raise
    # What zipfile and NumPy's header reader raise for bytes that are not what they should be (RuntimeError: encrypted).
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
        version = np.lib.format.read_magic(member)
        if version == (1, 0):
            shape, fortran, dtype = np.lib.format.read_array_header_1_0(member)
        elif version == (2, 0):
            shape, fortran, dtype = np.lib.format.read_array_header_2_0(member)
        else:
            raise DataError("data.damaged_npz", filename=filename)
        if dtype.kind not in _KINDS:
            raise DataError("data.array_type", filename=filename, array=name, got=str(dtype))
        size = math.prod(shape) * dtype.itemsize
        if size > most:
            raise DataError("data.array_too_large", filename=filename, array=name, most=most // 1_000_000)
        body = member.read(size + 1)  # one more than announced shows whether something follows
    if len(body) != size:
        raise DataError("data.damaged_npz", filename=filename)
    return np.frombuffer(body, dtype).reshape(shape, order="F" if fortran else "C")
