"""Results on disk, one line each as they come: nothing that was found is lost.

The lines go to ``NAME.part``, each written whole and forced to the disk. The
first line says what the work is about; work on anything else never adds to it,
nor does another run while this one goes on. When all is done the lines are
sorted, written to ``NAME`` in one step, and the part is removed. Killing the
program at any moment costs the running cases.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

from corridors.errors import DataError, require_path
from corridors.files import Lock, check_apart, check_file, clear_left, reason, write_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

Row = dict[str, Any]


def line_of(value: Row) -> str:
    """Return a line of the file: one JSON object, keys in their order."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n"


class Ledger:
    """The file of a sweep or of draws, to be used in a ``with`` statement.

    What ends the statement early gets a note that says what is kept.

    Parameters
    ----------
    path
        Where the finished file goes.
    header
        What the work is about: equal headers, equal results.
    fits
        Says whether a row is one of this work; a file that holds another is refused.

    Attributes
    ----------
    finished
        Whether the finished file is there already.
    rows
        What has been found so far, by case.

    Raises
    ------
    DataError
        Where a file is there that is about something else, or damaged, or belongs to a
        network; where another run writes it; where it cannot be written.
    """

    def __init__(self, path: str | Path, header: Row, fits: Callable[[Row], bool] = bool) -> None:
        require_path("out", path)
        self.path = path = Path(path)
        self.part = path.with_name(path.name + ".part")
        self.header = header
        self._fits = fits
        self.rows: dict[str, Row] = {}
        self._file: IO[bytes] | None = None
        check_apart(path)
        for target in (path, self.part):
            check_file(target)
        self._lock = Lock(path)
        try:
            clear_left(path)
            self.finished = path.exists()
            if self.finished:
                self._read_finished()
            elif self.part.exists():
                self.rows, length = _read(self.part, header, fits)
                # A line that was being written when the program died is cut off.
                with self.part.open("r+b") as file:
                    file.truncate(length)
        except OSError as error:
            self._lock.release()
            msg = f"{path}: cannot be read and written ({reason(error)})"
            raise DataError(msg) from None
        except BaseException:
            self._lock.release()
            raise

    def _read_finished(self) -> None:
        with self.path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(file.tell() - 1, 0))
            whole = file.read(1) == b"\n"
        if not whole:
            msg = f"{self.path}: empty or cut off, so it is no finished run; remove the file"
            raise DataError(msg)
        self.rows, _ = _read(self.path, self.header, self._fits)

    def require_whole(self, missing: Collection[object]) -> None:
        """Raise DataError where the finished file lacks what it should hold.

        Parameters
        ----------
        missing
            What it has no row of.
        """
        if self.finished and missing:
            there, lacking = len(self.rows), len(missing)
            msg = (
                f"{self.path}: holds {there} results and lacks {lacking}, so it is no finished "
                "run; remove the file"
            )
            raise DataError(msg)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.close()
        if error is not None and not self.finished:
            error.add_note(self.kept())

    def kept(self) -> str:
        """Return what a run that is stopped leaves, and how it is taken up, as a sentence."""
        # What was being written when the run was stopped is there or not; the file knows.
        try:
            count = self.part.read_bytes().count(b"\n") - 1
        except OSError:
            count = 0
        if count < 1:
            return f"{self.part} keeps nothing yet"
        lines = "1 result" if count == 1 else f"{count} results"
        return f"{self.part} keeps {lines}; the same command goes on from there"

    def append(self, rows: Iterable[Row]) -> None:
        """Write rows and force them to the disk."""
        new = list(rows)
        try:
            if self._file is None:
                self._file = self.part.open("ab")
                if self._file.tell() == 0:
                    self._file.write(line_of(self.header).encode())
            self._file.write("".join(line_of(row) for row in new).encode())
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            msg = f"{self.part}: cannot be written ({reason(error)})"
            raise DataError(msg) from None
        self.rows.update({row["case"]: row for row in new})

    def close(self) -> None:
        """Close the file and let others write; what was appended stays."""
        file, self._file = self._file, None
        if file is not None:
            # A full disk, of which `append` has told, shows once more here.
            with suppress(OSError):
                file.close()
        self._lock.release()

    def finish(self, rows: Iterable[Row]) -> None:
        """Write the finished file from all rows in their order, and remove the part."""
        file, self._file = self._file, None
        if file is not None:
            file.close()
        write_text(self.path, "".join(line_of(row) for row in [self.header, *rows]))
        self.part.unlink(missing_ok=True)
        self.finished = True
        self._lock.release()


def _read(path: Path, header: Row, fits: Callable[[Row], bool]) -> tuple[dict[str, Row], int]:
    """Return the rows of a file and the length of its whole lines."""
    content = path.read_bytes()
    length = content.rfind(b"\n") + 1
    lines = content[:length].splitlines()
    if not lines:
        return {}, 0
    rows: dict[str, Row] = {}
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line, parse_constant=_no_number)
            if number == 1:
                _same(path, row, header)
                continue
            if not isinstance(row["case"], str) or not fits(row):
                raise ValueError(_OTHER)  # noqa: TRY301  as of what is no JSON
            rows[row["case"]] = row
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            if isinstance(error, DataError):
                raise
            said = f"no {error}" if isinstance(error, KeyError) else str(error)
            msg = f"{path}, line {number}: not a result of this run ({said}); remove the file"
            raise DataError(msg) from None
    return rows, length


_OTHER = "it holds something else"


def _no_number(text: str) -> None:
    msg = f"saw {text}, expected a finite number"
    raise ValueError(msg)


def are_numbers(value: object) -> bool:
    """Say whether a value is a mapping of names to numbers, as rows hold them.

    Examples
    --------
    >>> are_numbers({"peak": 3.5}), are_numbers({"peak": "3.5"}), are_numbers([3.5])
    (True, False, False)
    """
    return isinstance(value, dict) and all(
        isinstance(number, int | float) and not isinstance(number, bool)
        for number in value.values()
    )


def _same(path: Path, found: Row, wanted: Row) -> None:
    """Raise DataError where a file is about something else, naming what differs."""
    for key in [*wanted, *found]:
        if found.get(key) != wanted.get(key):
            there, ours = _shown(found.get(key), wanted.get(key))
            msg = (
                f"{path}: holds other results: its {key} is {there}, "
                f"this one's {ours}; name another file or remove this one"
            )
            raise DataError(msg)


def _shown(*values: object) -> list[str]:
    """Return values as text, long ones from shortly before they begin to differ."""
    texts = [json.dumps(value, ensure_ascii=False) for value in values]
    pairs = enumerate(zip(*texts, strict=False))
    alike = next((i for i, pair in pairs if len(set(pair)) > 1), 0)
    first = 0 if max(map(len, texts)) <= _LONG else max(alike - _LONG // 3, 0)
    return [
        f"{'...' if first else ''}{text[first : first + _LONG]}"
        f"{'...' if len(text) > first + _LONG else ''}"
        for text in texts
    ]


_LONG = 60
"""Characters of a value in a message."""
