"""The folder in which downloaded and uploaded images are kept, and files that are there whole or not at all."""

import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from cnn.errors import DataError

VARIABLE = "CNN_PLAYGROUND_DATA"
_NAME = "cnn-playground"


def cache_folder() -> Path:
    """``CNN_PLAYGROUND_DATA``, or the place where this system keeps what programs can fetch again."""
    if chosen := os.environ.get(VARIABLE):
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / _NAME / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / _NAME
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / _NAME


def write_whole(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file of which no half is ever seen: under another name first, then renamed in one step.

    Whatever ends the writing early (an exception of ``parts`` too) leaves the old file, or none.

    Raises:
        DataError: the disk is full or the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, suffix=".part", delete=False) as file:
            unfinished = Path(file.name)
            try:
                for part in parts:
                    file.write(part)
                file.flush()
                os.fsync(file.fileno())
                file.close()  # Windows renames closed files only
                os.replace(unfinished, path)
            except BaseException:
                file.close()
                unfinished.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise DataError("data.cannot_write", folder=str(path.parent), reason=reason(error)) from error


def reason(error: OSError) -> str:
    """What the system says went wrong, without paths and numbers."""
    return error.strerror or str(error) or type(error).__name__
