"""What takes long and is always the same: arrays kept on disk from one process to the next.

They lie in the user's folder for caches, or in the one that ``CORRIDORS_CACHE`` names; ``off``
there keeps nothing. What is kept is found again by what it was made from and by the code that
made it, so it is never out of date. It saves time and changes nothing: where it is missing,
broken or may not be written, it is worked out as if nothing had been kept.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from contextlib import suppress
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corridors.errors import DataError
from corridors.files import write_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    Arrays = Mapping[str, NDArray[np.generic]]

SETTING = "CORRIDORS_CACHE"
"""Variable of the environment that names the folder, or says ``off``."""

_MOST_FILES = 256
"""Files that are kept; those that were read longest ago go."""

_NUMBERS_FROM = ("highspy", "numba", "numpy", "scipy")
"""Libraries on whose release the last digits of numbers hang."""

_MADE_BY = ("flow", "network", "scenarios", "assignment")
"""Folders of the package whose code decides what is worked out."""


def cache_folder() -> Path | None:
    """Return the folder in which arrays are kept; None where none are to be."""
    asked = os.environ.get(SETTING, "")
    if asked.strip().lower() == "off":
        return None
    if asked:
        return Path(asked) / "kept"
    from platformdirs import user_cache_path

    return user_cache_path("corridors", appauthor=False) / "kept"


def key_of(what: str, *made_from: object) -> str:
    """Return the name under which arrays are kept.

    Parameters
    ----------
    what
        What they are.
    made_from
        All that decides them, but for the code of the package and the machine's kind: arrays,
        records and lists of them, plain values.
    """
    digest = hashlib.sha256(f"{what} {_code()}".encode())
    for name, part in _parts("", made_from):
        digest.update(f"\0{name} ".encode())
        if isinstance(part, np.ndarray):
            digest.update(f"{part.dtype.str}{part.shape}".encode())
            digest.update(part.tobytes())
        else:
            digest.update(repr(part).encode())
    return f"{what}-{digest.hexdigest()[:40]}"


def _parts(name: str, value: object) -> Iterator[tuple[str, object]]:
    """Yield what a value is made of, each part with its name."""
    if is_dataclass(value):
        for field in fields(value):
            yield from _parts(f"{name}.{field.name}", getattr(value, field.name))
    elif isinstance(value, tuple | list):
        for number, part in enumerate(value):
            yield from _parts(f"{name}[{number}]", part)
    else:
        yield name, value


def recall(key: str) -> dict[str, NDArray[np.generic]] | None:
    """Return the arrays that are kept under a name; None where there are none to be read."""
    folder = cache_folder()
    if folder is None:
        return None
    path = folder / f"{key}.npz"
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
        os.utime(path)
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
        return None
    return arrays


def keep(key: str, arrays: Arrays) -> None:
    """Keep arrays under a name, where that can be done."""
    folder = cache_folder()
    if folder is None:
        return
    content = BytesIO()
    np.savez_compressed(content, allow_pickle=False, **arrays)
    with suppress(OSError, DataError):
        folder.mkdir(parents=True, exist_ok=True)
        write_bytes(folder / f"{key}.npz", content.getvalue())
        _tidy(folder)


def _tidy(folder: Path) -> None:
    """Remove what was read longest ago, where there are too many files."""
    files = [path for path in folder.iterdir() if path.suffix == ".npz"]
    if len(files) <= _MOST_FILES:
        return
    age = {path: path.stat().st_mtime for path in files}
    for path in sorted(files, key=lambda p: (age[p], p.name))[:-_MOST_FILES]:
        path.unlink(missing_ok=True)


@cache
def _code() -> str:
    """Return a digest of the code that works things out, and of what else numbers hang on."""
    from numba.core.registry import cpu_target

    digest = hashlib.sha256()
    here = Path(__file__).parents[1]
    for name in _MADE_BY:
        for path in sorted((here / name).rglob("*.py")):
            digest.update(path.relative_to(here).as_posix().encode() + b"\0")
            digest.update(path.read_bytes())
    for name in _NUMBERS_FROM:
        digest.update(f"{name} {version(name)}\0".encode())
    # The processor that kernels are compiled for, by which numba keeps them apart, too.
    digest.update(repr(cpu_target.target_context.codegen().magic_tuple()).encode())
    return digest.hexdigest()
