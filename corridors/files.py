"""Results on disk: whole or absent, and in folders that exist."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from corridors.errors import DataError


def check_parent(path: Path) -> None:
    """Raise DataError where the folder in which something is to be written does not exist."""
    if not path.parent.is_dir():
        msg = f"{path}: the folder {path.parent} does not exist"
        raise DataError(msg)


def make_folder(path: Path) -> None:
    """Make a folder for results, unless it is there already; the one it lies in must exist.

    Raises
    ------
    DataError
        Where that does not exist, a file stands there, or it may not be made.
    """
    check_parent(path)
    if path.exists() and not path.is_dir():
        msg = f"{path}: is a file, expected a folder"
        raise DataError(msg)
    try:
        path.mkdir(exist_ok=True)
    except OSError as error:
        msg = f"{path}: cannot be made ({error.strerror})"
        raise DataError(msg) from None


def write_text(path: Path, text: str) -> None:
    """Write a file so that it is whole or absent: to a temporary name first, then renamed."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write bytes so that the file is whole or absent.

    Raises
    ------
    DataError
        Where the folder does not exist or may not be written to.
    """
    if path.is_dir():
        msg = f"{path}: is a folder, expected a file"
        raise DataError(msg)
    check_parent(path)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        msg = f"{path}: cannot be written ({error.strerror})"
        raise DataError(msg) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        # mkstemp is private to its user; a result is an ordinary file.
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(path)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        msg = f"{path}: cannot be written ({error.strerror})"
        raise DataError(msg) from None
