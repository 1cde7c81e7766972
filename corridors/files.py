"""Results on disk: whole or absent, and in folders that exist."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


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


def save_tables(
    folder: str | os.PathLike[str], tables: Mapping[str, pd.DataFrame], summary: Mapping[str, Any]
) -> Path:
    """Write tables as CSV, and a summary as JSON, into a folder.

    Parameters
    ----------
    folder
        Is made if it does not exist; the one it lies in must.
    tables
        By name: each goes to ``NAME.csv``.
    summary
        Plain values; goes to ``summary.json``.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    DataError
        Where the folder cannot be made or written to.
    """
    target = Path(folder)
    make_folder(target)
    for name, table in tables.items():
        write_text(target / f"{name}.csv", table.to_csv(index=False, lineterminator="\n"))
    write_text(target / "summary.json", json.dumps(summary, indent=1, ensure_ascii=False) + "\n")
    return target


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
