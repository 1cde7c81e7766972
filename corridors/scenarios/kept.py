"""What takes long and is always the same: arrays kept on disk from one process to the next.

They lie in the user's folder for caches, or in the one that ``CORRIDORS_CACHE`` names; ``off``
there keeps nothing. What is kept is found again by what it was made from and by the code that
made it, so it is never out of date. It saves time and changes nothing: where it is missing,
broken or may not be written, it is worked out as if nothing had been kept.
"""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import suppress
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.errors import DataError
from corridors.files import write_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    Arrays = Mapping[str, NDArray[np.generic]]

SETTING = "CORRIDORS_CACHE"
"""Variable of the environment that names the folder, or says ``off``."""

_SEAL = 32
"""Bytes of the digest that stands before the arrays in a file."""

_MOST_FILES = 1024
"""Files that are kept; those that were read longest ago go."""

_NUMBERS_FROM = ("highspy", "numba", "numpy", "scipy")
"""Libraries on whose release the last digits of numbers hang."""

_MADE_BY = ("flow", "network", "scenarios", "assignment", "simulation")
"""Folders of the package whose code decides what is worked out."""


def cache_folder() -> Path | None:
    """Return the folder in which arrays are kept; None where none are to be."""
    asked = os.environ.get(SETTING, "").strip()
    if asked.lower() == "off":
        return None
    if asked:
        folder = Path(asked)
        # A home that nobody has is a name like any other.
        with suppress(RuntimeError):
            folder = folder.expanduser()
        return folder / "kept"
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
    path = folder / f"{key}.kept"
    try:
        content = path.read_bytes()
    except OSError:
        return None
    seal, arrays = content[:_SEAL], content[_SEAL:]
    if seal != _sealed(key, arrays):
        return None
    # Where nothing may be written, nothing is removed either.
    with suppress(OSError):
        os.utime(path)
    with np.load(BytesIO(arrays), allow_pickle=False) as found:
        return {name: found[name] for name in found.files}


def keep(key: str, arrays: Arrays) -> None:
    """Keep arrays under a name, where that can be done."""
    folder = cache_folder()
    if folder is None:
        return
    content = BytesIO()
    named: dict[str, Any] = dict(arrays)
    np.savez_compressed(content, **named)
    with suppress(OSError, DataError):
        folder.mkdir(parents=True, exist_ok=True)
        sealed = _sealed(key, content.getvalue()) + content.getvalue()
        write_bytes(folder / f"{key}.kept", sealed)
        _tidy(folder)


def _sealed(key: str, content: bytes) -> bytes:
    """Return what stands before a content: a digest of it and its name."""
    return hashlib.sha256(key.encode() + b"\0" + content).digest()


def _tidy(folder: Path) -> None:
    """Remove what was read longest ago, where there are too many files."""
    # What a killed process left is among them.
    with os.scandir(folder) as entries:
        files = [entry for entry in entries if entry.is_file()]
    if len(files) <= _MOST_FILES:
        return
    age = {entry.name: entry.stat().st_mtime for entry in files}
    for name in sorted(age, key=lambda name: (age[name], name))[:-_MOST_FILES]:
        (folder / name).unlink(missing_ok=True)


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
    digest.update(sys.version.encode())
    for name in _NUMBERS_FROM:
        digest.update(f"{name} {version(name)}\0".encode())
    # The processor that kernels are compiled for, by which numba keeps them apart, too.
    digest.update(repr(cpu_target.target_context.codegen().magic_tuple()).encode())
    return digest.hexdigest()
