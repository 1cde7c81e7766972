"""Turn the bytes of a table into cells, noting every problem with its form on the way."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

_OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong with a network, and where.

    Attributes
    ----------
    file
        File in the network folder.
    row
        Line of the file, the header being line 1; 0 where the whole file is meant.
    column
        Column, or an empty string.
    rule
        Name of the rule that is broken.
    message
        What was seen and what was expected.
    """

    file: str
    row: int
    column: str
    rule: str
    message: str

    def __str__(self) -> str:
        place = self.file
        if self.row:
            place += f", row {self.row}"
        if self.column:
            place += f", column {self.column}"
        return f"{place}: {self.message} [{self.rule}]"


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame: plain values, each with its column.

    A quarter of the time of `DataFrame.to_dict("records")`, which goes through text value by value.
    """
    names = list(frame)
    columns = [own.tolist() for _, own in frame.items()]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def records(frame: pd.DataFrame) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield the rows of a frame, as `rows_of` does, with what its index says."""
    return zip(frame.index, rows_of(frame), strict=True)


def problem_at(table: str, index: Any, column: str, rule: Any, message: str) -> Problem:
    """Return the problem of a rule with a row, given by its number in the frame."""
    name = rule.__name__.replace("_", "-")
    return Problem(f"{table}.csv", int(index) + 2, column, name, message)


def read_cells(
    content: bytes, file: str, *, separators: str = ","
) -> tuple[list[str], list[list[str]], list[Problem]]:
    """Return the header and the rows of a CSV file, and what is wrong with its form.

    Parameters
    ----------
    content
        What stands in the file: UTF-8, with or without a byte order mark, lines ended
        in any way.
    file
        What the file is called in problems.
    separators
        What may part the values; the first one that the header holds is taken.

    Returns
    -------
    header, rows, problems
        Every row has as many values as the header; rows that have not are among the
        problems, cut or filled up. Header and rows are empty where the file is no table.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return [], [], [_other_encoding(content, error.start, file)]
    first = re.split(r"[\r\n]", text, maxsplit=1)[0]
    separator = next((s for s in separators if s in first), separators[0])
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator))
    except csv.Error as error:
        ends = "unexpected end" in str(error)
        said = 'a quote (") that is opened is never closed' if ends else str(error)
        return [], [], [_no_table(file, f"not a table: {said}")]
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    if not rows:
        return [], [], [_no_table(file, "not a table: the file is empty")]
    header = [name.strip() for name in rows[0]]
    if not header:
        message = "not a table: its first line is empty, expected the names of the columns"
        return [], [], [_no_table(file, message)]
    for other, name in _OTHER_SEPARATORS.items():
        if len(header) == 1 and other not in separators and other in header[0]:
            message = f"not a table: its values are parted by {name}, expected commas"
            return [], [], [_no_table(file, message)]
    problems = _double(header, file)
    filled = []
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(header):
            problems.append(_length(row, header, file, number))
        filled.append((row + [""] * len(header))[: len(header)])
    return header, filled, problems


def _no_table(file: str, message: str) -> Problem:
    return Problem(file, 0, "", "readable-csv", message)


def _other_encoding(content: bytes, at: int, file: str) -> Problem:
    """Return where a file stops being UTF-8, and what to do about it."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _no_table(file, "saw UTF-16, expected a table in UTF-8 (save it as CSV UTF-8)")
    line = content[content.rfind(b"\n", 0, at) + 1 :].split(b"\n", 1)[0]
    start = at - content.rfind(b"\n", 0, at) - 1
    near = line[max(start - 15, 0) : start + 15].decode("ascii", "backslashreplace").strip()
    message = (
        f"not a table in UTF-8: saw the byte 0x{content[at]:02x} in '{near}'; save it as CSV UTF-8"
    )
    row = content.count(b"\n", 0, at) + 1
    return Problem(file, row, "", "readable-csv", message)


def _double(header: list[str], file: str) -> list[Problem]:
    problems = []
    for i, name in enumerate(header):
        if not name:
            message = f"column {i + 1} has no name"
            problems.append(Problem(file, 1, "", "named-columns", message))
        elif name in header[:i]:
            message = f"stands twice, as column {header.index(name) + 1} and {i + 1}"
            problems.append(Problem(file, 1, name, "unique-columns", message))
    return problems


def _length(row: list[str], header: list[str], file: str, number: int) -> Problem:
    seen = f"saw {len(row)} value{'' if len(row) == 1 else 's'}, expected {len(header)}"
    if not any(cell.strip() for cell in row):
        return Problem(file, number, header[0], "row-lengths", "an empty row amid the others")
    if len(row) < len(header):
        return Problem(file, number, header[len(row)], "row-lengths", f"{seen}; it ends too early")
    # After a comma in prose comes a space, and then the text before it was one value with this.
    cut = next((i for i, cell in enumerate(row) if i and cell[:1] == " "), len(header))
    column = header[min(cut, len(header)) - 1]
    message = f"{seen}; a value with a comma in it needs quotes (near {row[cut].strip()[:40]!r})"
    return Problem(file, number, column, "row-lengths", message)
