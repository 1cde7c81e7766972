"""Where commands write: seen to before any work is done, and never over what is read."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def check_target(
    target: Path | None, *, but: str = "", read: Iterable[str | Path | None] = ()
) -> None:
    """Raise DataError where a file could not or may not be written, before any work is done.

    Parameters
    ----------
    target
        The file; None where none is asked for.
    but
        Name of the one file of a network that it is meant to be.
    read
        Scenarios that are asked for, of which some may be files.
    """
    from corridors.files import check_apart, check_file

    if target is not None:
        check_apart(target, but=but)
        check_file(target)
        if target.resolve() in _files_of(read):
            msg = f"{target}: is the scenario that is asked for, expected another for results"
            raise DataError(msg)


def check_pages(*targets: Path | None, also: tuple[str, ...] = ()) -> None:
    """Raise DataError where what is to be a page has the ending of something else.

    Parameters
    ----------
    targets
        Files that a page is written to; None where none is asked for.
    also
        Other endings that are understood there.
    """
    for target in targets:
        known = (".html", ".htm", *also)
        if target is not None and target.suffix and target.suffix.lower() not in known:
            endings = " or ".join((".html", *also))
            msg = f"{target}: saw the ending {target.suffix!r}, expected {endings}"
            raise DataError(msg)


@contextmanager
def results(
    *files: Path | None,
    folder: Path | None = None,
    read: Iterable[str | Path | None] = (),
    pages: Iterable[Path | None] = (),
) -> Iterator[None]:
    """See to it, before any work is done, that results can be written, and by this run alone.

    Parameters
    ----------
    files, folder
        What is asked for; None where it is not.
    read
        Scenarios that are asked for, of which some may be files.
    pages
        Those of the files that become pages.

    Raises
    ------
    DataError
        Where one cannot be written, has the ending of something else, stands there twice, is a
        file or the folder of a network or a scenario, or another run writes the folder.
    """
    from corridors.files import Lock, check_apart, check_folder

    seen: set[Path] = set()
    for target in (*files, folder):
        if target is None:
            continue
        if target is folder:
            check_apart(target)
            check_folder(target)
            _check_beside(target, _files_of(read))
        else:
            check_target(target, read=read)
        if target.resolve() in seen:
            msg = f"{target}: named twice, expected another name for each result"
            raise DataError(msg)
        seen.add(target.resolve())
    check_pages(*pages)
    with nullcontext() if folder is None else Lock(folder):
        yield


def _check_beside(folder: Path, read: set[Path]) -> None:
    """Raise DataError where one of the tables that a folder gets could be what is read."""
    for file in sorted(read):
        if file.parent == folder.resolve() and file.suffix in {".csv", ".json", ".parquet"}:
            msg = f"{folder}: holds {file.name}, which is asked for; expected another for results"
            raise DataError(msg)


def _files_of(scenarios: Iterable[str | Path | None]) -> set[Path]:
    """Return the files among scenarios; those of a sum, and of one with a weight, too."""
    found = set()
    for one in map(str, filter(None, scenarios)):
        for name in (one, *(part.rpartition("=")[0] or part for part in one.split("+"))):
            # A name or a line may be no path at all.
            with suppress(OSError, ValueError):
                if (path := Path(name.strip()).resolve()).is_file():
                    found.add(path)
    return found
