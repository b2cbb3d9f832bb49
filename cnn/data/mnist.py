"""MNIST and Fashion-MNIST: downloaded once, verified, kept in the cache folder; or put there by hand.

MNIST: LeCun, Cortes, Burges. Fashion-MNIST: Zalando Research (Xiao, Rasul, Vollgraf 2017), MIT licence.
"""

import hashlib
import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from cnn.data.cache import cache_folder, reason, write_whole
from cnn.data.dataset import DIGIT_NAMES, Dataset
from cnn.data.idx import read_idx
from cnn.data.strokes import SIZE
from cnn.errors import DataError

Name = Literal["mnist", "fashion"]
Part = Literal["train", "test"]
Progress = Callable[[int, int], object]

_TIMEOUT = 15.0  # seconds without a byte
_LONGEST = 600.0  # seconds for one file
_PIECE = 1 << 16  # bytes
_LARGEST_FILE = 64_000_000  # bytes, packed; the largest real one has 26 million
_LARGEST_ARRAY = 60_000 * SIZE * SIZE
_FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


@dataclass(frozen=True)
class Published:
    """A published data set of four IDX files.

    Attributes:
        title: what it is called.
        mirrors: addresses of folders that hold the gzip files, tried in this order.
        md5: of each gzip file as published, in the order of the files.
        sizes: of each gzip file in bytes, for the progress bar.
        class_names: in the order of the labels.
    """

    title: str
    mirrors: tuple[str, ...]
    md5: tuple[str, ...]
    sizes: tuple[int, ...]
    class_names: tuple[str, ...]


PUBLISHED: dict[Name, Published] = {
    "mnist": Published(
        title="MNIST",
        mirrors=(
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
        md5=(
            "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "d53e105ee54ea40749a09fcbcd1e9432",
            "9fb629c4189551a2d022fa330f9573f3",
            "ec29112dd5afa0611ce80d1b7f02629c",
        ),
        sizes=(9_912_422, 28_881, 1_648_877, 4_542),
        class_names=DIGIT_NAMES,
    ),
    "fashion": Published(
        title="Fashion-MNIST",
        mirrors=("https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",),
        md5=(
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "25c81989df183df01b3e8a0aad5dffbe",
            "bef4ecab320f06d8554ea6380940ec79",
            "bb300cfdad3c16e7a12a480ee83cd310",
        ),
        sizes=(26_421_880, 29_515, 4_422_102, 5_148),
        class_names=(
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ),
    ),
}


def folder(name: Name) -> Path:
    """Where the four files are kept, or looked for when put there by hand (with or without ``.gz``)."""
    return cache_folder() / name


def available(name: Name) -> bool:
    """Whether all four files are there; :func:`load` still checks what is in them."""
    return all(_found(name, file) for file in _FILES)


def load(name: Name, part: Part = "train") -> Dataset:
    """Read the training or test half from the cache folder.

    Raises:
        DataError: a file is missing or damaged; the sentence names the folder.
    """
    images_file, labels_file = _FILES[:2] if part == "train" else _FILES[2:]
    images, labels = _read(name, images_file), _read(name, labels_file)
    if images.ndim != 3 or images.shape[1:] != (SIZE, SIZE) or labels.shape != images.shape[:1]:
        raise DataError("data.files_differ", first=images_file, second=labels_file)
    return Dataset(images[:, None], labels.astype(np.int64), PUBLISHED[name].class_names)


def download(
    name: Name,
    progress: Progress | None = None,
    mirrors: Sequence[str] | None = None,
    timeout: float = _TIMEOUT,
) -> None:
    """Fetch those of the four files that are not there yet, from the first mirror that gives them whole and right.

    Args:
        name: which data set.
        progress: called with (bytes so far, bytes in all).
        mirrors: other addresses than the published ones.
        timeout: seconds without an answer after which the next mirror is tried.

    Raises:
        DataError: no mirror could be reached or gave the right bytes, or the disk is full. Files that were fetched
            whole are kept; of the others nothing is.
    """
    known = PUBLISHED[name]
    total = sum(known.sizes)
    done = 0
    for file, md5, size in zip(_FILES, known.md5, known.sizes, strict=True):
        if not _found(name, file):
            report = _Report(progress, done, total)
            _fetch_from_any(name, f"{file}.gz", md5, mirrors or known.mirrors, timeout, report)
        done += size
        if progress:
            progress(done, total)


@dataclass(frozen=True)
class _Report:
    """Progress of one file within the whole."""

    progress: Progress | None
    before: int
    total: int

    def __call__(self, received: int) -> None:
        if self.progress:
            self.progress(min(self.before + received, self.total), self.total)


class _Failed(Exception):
    """A mirror did not give the file; the next one may."""


def _fetch_from_any(
    name: Name, filename: str, md5: str, mirrors: Sequence[str], timeout: float, report: _Report
) -> None:
    why = "-"
    for mirror in mirrors:
        try:
            write_whole(folder(name) / filename, _verified(mirror + filename, md5, timeout, report))
        except _Failed as failure:
            why = str(failure)
        else:
            return
    raise DataError(
        "data.no_download", title=PUBLISHED[name].title, filename=filename, reason=why, folder=str(folder(name))
    )


def _verified(address: str, md5: str, timeout: float, report: _Report) -> Iterator[bytes]:
    """The bytes at an address; raises after the last one where their checksum is wrong."""
    # A checksum against damage, as published; it is no defence against a forger.
    digest = hashlib.md5(usedforsecurity=False)
    received = 0
    for piece in _pieces(address, timeout):
        digest.update(piece)
        received += len(piece)
        report(received)
        yield piece
    if digest.hexdigest() != md5:
        raise _Failed("checksum")


def _pieces(address: str, timeout: float) -> Iterator[bytes]:
    """The bytes at an address; network trouble becomes :class:`_Failed`, and nothing else does."""
    until = time.monotonic() + _LONGEST
    received = 0
    try:
        with urllib.request.urlopen(address, timeout=timeout) as answer:
            while True:
                piece = answer.read1(_PIECE)  # what is there, so that the clock is looked at
                received += len(piece)
                if received > _LARGEST_FILE or time.monotonic() > until:
                    raise _Failed("too much or too slow")
                if not piece:
                    return
                yield piece
    except urllib.error.HTTPError as error:
        error.close()
        raise _Failed(f"HTTP {error.code}") from error
    except urllib.error.URLError as error:
        why = error.reason
        raise _Failed(reason(why) if isinstance(why, OSError) else str(why)) from error
    except http.client.HTTPException as error:
        raise _Failed(type(error).__name__) from error
    except OSError as error:
        raise _Failed(reason(error)) from error


def _found(name: Name, file: str) -> Path | None:
    for candidate in (folder(name) / f"{file}.gz", folder(name) / file):
        if candidate.is_file():
            return candidate
    return None


def _read(name: Name, file: str) -> np.ndarray:
    path = _found(name, file)
    if path is None:
        raise DataError("data.not_there", title=PUBLISHED[name].title, filename=file, folder=str(folder(name)))
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise DataError("data.file_too_large", filename=path.name, most=_LARGEST_FILE // 1_000_000)
        data = path.read_bytes()
    except OSError as error:
        raise DataError("data.cannot_read", filename=str(path), reason=reason(error)) from error
    return read_idx(data, path.name, _LARGEST_ARRAY)
