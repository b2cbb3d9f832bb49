"""What decides the last bits of a result: the same fingerprint promises the same weights, bit for bit."""

import ctypes
import hashlib
import json
import sys
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

_PACKAGE = Path(__file__).parents[1]
_UNKNOWN = "unknown"


@dataclass(frozen=True)
class Fingerprint:
    """The software and processor features that computed something.

    Attributes:
        cnn: hash of this package's source code.
        numpy: its version.
        blas: the kernels that OpenBLAS chose for this processor ("SkylakeX"), or "unknown" with another BLAS.
        simd: the highest processor features that NumPy uses.
        threads: of one matrix product.
    """

    cnn: str
    numpy: str
    blas: str
    simd: str
    threads: int

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for a file."""
        return asdict(self)

    @property
    def short(self) -> str:
        """Eight characters for a link: equal where the fingerprints are."""
        return hashlib.sha256(json.dumps(self.to_dict(), sort_keys=True).encode()).hexdigest()[:8]


def fingerprint() -> Fingerprint:
    """This process's."""
    core, threads = openblas()
    return Fingerprint(cnn=_source_hash(), numpy=np.__version__, blas=core, simd=_simd(), threads=threads)


def openblas() -> tuple[str, int]:
    """The kernels in use by NumPy's own OpenBLAS and its number of threads; ("unknown", 0) with another BLAS."""
    for library in _libraries():
        for suffix in ("64_", ""):
            try:
                core = getattr(library, f"scipy_openblas_get_corename{suffix}")
                threads = getattr(library, f"scipy_openblas_get_num_threads{suffix}")
            except AttributeError:
                continue
            core.restype = ctypes.c_char_p
            return core().decode(), threads()
    return _UNKNOWN, 0


@cache
def _libraries() -> list[ctypes.CDLL]:
    """OpenBLAS as it comes with NumPy's wheels; loading it again gives the one already in use."""
    home = Path(np.__file__).parent
    folders = (home.parent / "numpy.libs", home / ".dylibs")
    found = [path for folder in folders if folder.is_dir() for path in sorted(folder.glob("*openblas*"))]
    if sys.platform == "win32":
        found = [path for path in found if path.suffix == ".dll"]
    return [ctypes.CDLL(str(path)) for path in found]


@cache
def _simd() -> str:
    configuration: dict[str, Any] = np.show_config(mode="dicts")  # type: ignore[assignment]  # a dict in this mode
    extensions = configuration.get("SIMD Extensions", {})
    return "+".join([*extensions.get("baseline", []), *extensions.get("found", [])]) or _UNKNOWN


@cache
def _source_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*.py")):
        digest.update(path.relative_to(_PACKAGE).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
