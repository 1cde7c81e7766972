"""Results on disk: whole or absent, in folders that exist, one run at a time.

A file is written beside its place and renamed into it. A folder likewise, with
all that is in it. What could not be written is said before any work is done.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
import tempfile
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from corridors.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

LONGEST_NAME = 255
"""Bytes in the name of a file or folder: more than that no usual file system takes."""

MANIFEST = "datapackage.json"
_TABLES = """
    nodes links transfers cargo rates tariffs loads capacities capacity_members quotas stores
    opening_hours variation limit_rules chokepoints demand couplings supply projects observations
    sources provenance"""
NETWORK_FILES = {*(f"{name}.csv" for name in _TABLES.split()), "lines.geojson", "choice.json"}
"""What else stands in one: its tables, as the schema has them, its lines, how its cargo chooses."""

_WRITTEN_BY_HAND = {".yaml": "a scenario", ".yml": "a scenario", ".geojson": "an area"}
"""Endings of files that are read and that no result has, with what they hold."""

_LOCKED_BYTE = 1 << 30
"""Where a lock lies on systems that lock bytes: past all that is written and read."""

_HELD: set[Path] = set()
"""Results that this process holds a lock on."""

MOST_BYTES = 50_000_000
"""Largest file of a network; the largest shipped one has half a megabyte."""


def reason(error: OSError) -> str:
    """Return why the system refused something, without the path that stands before it."""
    return error.strerror or type(error).__name__


def read_whole(path: Path, most: int = MOST_BYTES, what: str = "a file of a network") -> bytes:
    """Return the content of an ordinary file, once it is known to be one and not too large.

    Parameters
    ----------
    path
        The file.
    most, what
        Largest size in bytes, and what such a file is.

    Raises
    ------
    DataError
        Where it is missing, a folder, a pipe, a device, too large or unreadable.
    """
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            msg = f"{path}: is a folder, expected a file"
            raise DataError(msg)
        if not stat.S_ISREG(found.st_mode):
            msg = f"{path}: is no ordinary file (a pipe or a device), expected one"
            raise DataError(msg)
        if found.st_size > most:
            size = f"{found.st_size / 1e6:,.1f} MB"
            msg = f"{path}: {size}; {what} has at most {most / 1e6:g} MB"
            raise DataError(msg)
        with path.open("rb") as file:
            return file.read(most + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        why = reason(error) if isinstance(error, OSError) else str(error)
        msg = f"{_brief(path)}: cannot be read ({why})"
        raise DataError(msg) from None


def check_parent(path: Path) -> None:
    """Raise DataError where the folder in which something is to be written does not exist."""
    try:
        there = path.parent.is_dir()
    except (OSError, ValueError) as error:
        msg = f"{_brief(path)}: not a path ({getattr(error, 'strerror', None) or error})"
        raise DataError(msg) from None
    if not there:
        msg = f"{path}: the folder {path.parent} does not exist"
        raise DataError(msg)
    size = len(os.fsencode(path.name))
    if size > LONGEST_NAME:
        msg = f"{_brief(path)}: the name has {size} bytes, expected at most {LONGEST_NAME}"
        raise DataError(msg)


def _brief(path: Path) -> str:
    text = str(path)
    return text if len(text) <= 120 else f"{text[:57]}...{text[-57:]}"


def check_file(path: Path) -> None:
    """Raise DataError where a file could not be written, before any work is done.

    Raises
    ------
    DataError
        Where the folder is missing or may not be written to, the name is too
        long, or something else than an ordinary file stands there.
    """
    check_parent(path)
    try:
        kind = path.stat().st_mode
    except FileNotFoundError:
        kind = stat.S_IFREG
    except (OSError, ValueError) as error:
        msg = f"{_brief(path)}: cannot be written ({getattr(error, 'strerror', None) or error})"
        raise DataError(msg) from None
    if stat.S_ISDIR(kind):
        msg = f"{path}: is a folder, expected a file"
        raise DataError(msg)
    if not stat.S_ISREG(kind):
        msg = f"{path}: is no ordinary file, expected the name of one or of none"
        raise DataError(msg)
    _try_folder(path.resolve().parent, path)


def check_folder(path: Path) -> None:
    """Raise DataError where a folder for results could not be written, before any work is done."""
    check_parent(path)
    if os.path.lexists(path) and not path.is_dir():
        msg = f"{path}: is a file, expected a folder"
        raise DataError(msg)
    _try_folder(path.resolve().parent, path)
    if path.is_dir():
        _try_folder(path, path)


def check_apart(path: Path, *, but: str = "") -> None:
    """Raise DataError where a result would be written over what results are worked out from.

    Parameters
    ----------
    path
        File or folder of the result.
    but
        Name of the one file of a network that the result is meant to be.

    Raises
    ------
    DataError
        Where it is the folder of a network or one of its files, there already or not; where a
        scenario or an area stands there, in whatever folder, or the README of a network.
    """
    try:
        target = path.resolve()
        network, among = (target / MANIFEST).is_file(), (target.parent / MANIFEST).is_file()
        there = target.is_file()
    except (OSError, ValueError, RuntimeError):
        return  # That it is no path at all is told where it is to be written.
    if network:
        msg = f"{path}: is the folder of a network, expected another one for results"
        raise DataError(msg)
    # Some file systems take names in capitals for the same.
    own = {MANIFEST, *NETWORK_FILES} - {but}
    if among and target.name.casefold() in own:
        msg = f"{path}: is a file of the network in that folder, expected another for results"
        raise DataError(msg)
    written = _WRITTEN_BY_HAND.get(target.suffix.casefold())
    if among and target.stem.casefold() == "readme":
        written = "the description of the network"
    if there and written:
        msg = f"{path}: is {written} already, expected another for results"
        raise DataError(msg)


def _try_folder(folder: Path, target: Path) -> None:
    """Write a byte into a folder and take it away again: permission bits alone do not tell."""
    try:
        with tempfile.TemporaryFile(dir=folder, prefix=".corridors-") as file:
            file.write(b"\0" * 4096)
    except OSError as error:
        msg = f"{target}: cannot be written ({reason(error)})"
        raise DataError(msg) from None


def _stem(path: Path) -> str:
    """Return a name to which an ending can be added: that of the path, or a short form of it."""
    name = os.fsencode(path.name)
    if len(name) <= LONGEST_NAME - 10:
        return path.name
    return hashlib.sha256(name).hexdigest()[:32]


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
        msg = f"{path}: cannot be made ({reason(error)})"
        raise DataError(msg) from None


@contextmanager
def whole_folder(path: Path, replaces: Collection[str] = ()) -> Iterator[Path]:
    """Give a folder to write into that takes the place of `path` when all is written.

    What was there is replaced as one, if it is made of what is now written anew; a folder that
    holds other things keeps them and gets the new files one after the other, each whole.

    Parameters
    ----------
    path
        The folder for the results; the one it lies in must exist.
    replaces
        Names of files there that go with what is replaced, even where no new one
        bears the name.

    Yields
    ------
    Path
        A folder beside it; it is gone when anything is raised.

    Raises
    ------
    DataError
        Where it cannot be written.
    """
    check_folder(path)
    target = path.resolve()
    with nullcontext() if target in _HELD else Lock(path):
        yield from _whole_folder(path, target, replaces)


def _whole_folder(path: Path, target: Path, replaces: Collection[str]) -> Iterator[Path]:
    # The names are fixed, so that the next run clears away what a killed one has left.
    new, old = (target.with_name(f".{_stem(target)}.{word}") for word in ("new", "old"))
    try:
        for left in (new, old):
            if left.exists():
                shutil.rmtree(left)
        new.mkdir()
        try:
            yield new
            _put_in_place(new, old, target, replaces)
        finally:
            for left in (new, old):
                shutil.rmtree(left, ignore_errors=True)
    except OSError as error:
        msg = f"{path}: cannot be written ({reason(error)})"
        raise DataError(msg) from None


def _put_in_place(new: Path, old: Path, target: Path, replaces: Collection[str]) -> None:
    written = {p.relative_to(new) for p in new.rglob("*")}
    known = written.union(map(Path, replaces))
    ours = (p.relative_to(target) in known for p in target.rglob("*"))
    if not target.exists():
        new.replace(target)
    elif not target.samefile(".") and all(ours):
        target.replace(old)
        try:
            new.replace(target)
        except OSError:
            old.replace(target)
            raise
    else:
        for name in sorted(known - written):
            (target / name).unlink(missing_ok=True)
        for file in sorted(p for p in written if (new / p).is_file()):
            (target / file).parent.mkdir(parents=True, exist_ok=True)
            (new / file).replace(target / file)


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
    check_file(path)
    target = path.resolve()
    name = None
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=_temporary(target))
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp is private to its user; a result is an ordinary file, or what it was before.
        Path(name).chmod(_mode_of(target))
        Path(name).replace(target)
    except BaseException as error:
        if name is not None:
            Path(name).unlink(missing_ok=True)
        if isinstance(error, OSError):
            msg = f"{path}: cannot be written ({reason(error)})"
            raise DataError(msg) from None
        raise


def clear_left(path: Path) -> None:
    """Remove what a killed process has left of a file; whoever calls holds the lock on it."""
    target = path.resolve()
    with suppress(OSError):
        for left in target.parent.glob(f"{_temporary(target)}*"):
            left.unlink(missing_ok=True)


def _temporary(target: Path) -> str:
    """Return how the temporary names of a file begin: short, however long its own name is."""
    return f".corridors-{hashlib.sha256(os.fsencode(target.name)).hexdigest()[:12]}-"


def _mode_of(target: Path) -> int:
    """Return the permissions that a file has, or that a new one gets where it is to stand."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    # Asking for the mask of new files would mean setting it, for every thread at once.
    trial = target.with_name(f".corridors-{os.getpid()}")
    trial.touch()
    try:
        return stat.S_IMODE(trial.stat().st_mode)
    finally:
        trial.unlink(missing_ok=True)


class Lock:
    """Lets one run at a time write a result.

    The lock is the system's own, on a small file beside the result that says
    which process holds it: it ends with that process, however it ends, so that a
    file left by a killed run locks nothing.

    Parameters
    ----------
    path
        The result.

    Raises
    ------
    DataError
        Where another run holds it, or the folder may not be written to.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._target = target = path.resolve()
        self._lock = target.with_name(f"{_stem(target)}.lock")
        try:
            self._file: IO[bytes] | None = self._take()
        except OSError as error:
            msg = f"{path}: cannot be written ({reason(error)})"
            raise DataError(msg) from None
        _HELD.add(target)

    def _take(self) -> IO[bytes]:
        while True:
            file = self._lock.open("a+b")
            if not _lock(file):
                file.seek(0)
                holder = file.read(20).decode("ascii", "replace").strip()
                file.close()
                who = f"process {holder}" if holder.isdigit() else "another process"
                msg = (
                    f"{self.path}: another run ({who}) is writing it; "
                    "wait until that has ended, or name another"
                )
                raise DataError(msg)
            # Its holder may have taken the file away between our opening and our locking it.
            with suppress(OSError):
                if os.path.samestat(self._lock.stat(), os.fstat(file.fileno())):
                    break
            file.close()
        file.truncate(0)
        file.write(f"{os.getpid()}\n".encode())
        file.flush()
        return file

    def release(self) -> None:
        """Let others write; a second call does nothing."""
        if self._file is None:
            return
        file, self._file = self._file, None
        _HELD.discard(self._target)
        if os.name == "nt":
            # An open file cannot be removed there.
            file.close()
        with suppress(OSError):
            self._lock.unlink(missing_ok=True)
        file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def _lock(file: IO[bytes]) -> bool:
    """Lock a file unless another holds it; say whether that worked."""
    try:
        import fcntl
    except ImportError:
        return _lock_bytes(file)
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # Some file systems know no locks; there the run goes on without one.
        return error.errno not in {errno.EACCES, errno.EAGAIN}
    return True


def _lock_bytes(file: IO[bytes]) -> bool:
    """Lock one byte of a file, as Windows does it."""
    import msvcrt

    file.seek(_LOCKED_BYTE)
    try:
        # There on Windows alone.
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    except OSError:
        return False
    return True
