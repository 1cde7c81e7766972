"""Turn the bytes of a table into cells and typed columns, noting every problem on the way."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corridors.errors import nearest
from corridors.network.calendar import check_season, parse_date
from corridors.network.reading.ids import READABLE
from corridors.network.reading.numbers import NUMBER, read_number
from corridors.network.reading.yaml_lines import value_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from corridors.network.schema import Column, Table

_OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
_COUNTRY = re.compile(r"[A-Z]{2}")


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
        return [], [], [_no_table(file, f"not a table in UTF-8: {error}")]
    first = text.split("\n", 1)[0]
    separator = next((s for s in separators if s in first), separators[0])
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator))
    except csv.Error as error:
        return [], [], [_no_table(file, f"not a table in UTF-8: {error}")]
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    if not rows:
        return [], [], [_no_table(file, "not a table: the file is empty")]
    header = [name.strip() for name in rows[0]]
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


def typed_table(raw: pd.DataFrame, table: Table) -> tuple[pd.DataFrame, list[Problem]]:
    """Convert a table of text to the types of its schema.

    Parameters
    ----------
    raw
        All columns as text, empty strings where nothing stands.
    table
        The schema.

    Returns
    -------
    frame, problems
        Typed columns in the schema's order (numbers as float64, everything
        else as text), and what could not be read.
    """
    import pandas as pd

    problems: list[Problem] = []
    file = f"{table.name}.csv"
    for name in raw.columns:
        if name not in table.names:
            hint = nearest(name, table.names)
            problems.append(Problem(file, 1, str(name), "known-columns", f"unknown column{hint}"))
    columns: dict[str, Any] = {}
    for column in table.columns:
        if column.name not in raw.columns:
            if column.required:
                message = "the column is missing"
                problems.append(Problem(file, 1, column.name, "required-columns", message))
            text = pd.Series([""] * len(raw), index=raw.index, dtype="str")
        else:
            text = raw[column.name].str.strip()
        values, found = _typed_column(text, column, file)
        columns[column.name] = values
        problems += found
    frame = pd.DataFrame(columns, index=raw.index)
    problems += _duplicates(frame, table)
    return frame, problems


def _typed_column(
    text: pd.Series[Any], column: Column, file: str
) -> tuple[pd.Series[Any], list[Problem]]:
    problems: list[Problem] = []

    def report(index: Iterable[Any], rule: str, expected: str) -> None:
        for i in index:
            message = f"saw {text[i]!r}, expected {expected}"
            problems.append(Problem(file, int(i) + 2, column.name, rule, message))

    empty = text == ""
    if column.required:
        report(text.index[empty], "required-values", "a value")
    if column.default:
        text = text.mask(empty, column.default)
        empty = text == ""
    if column.type in {"number", "integer"}:
        return _numbers(text, empty, column, report), problems
    filled = text[~empty]
    if column.choices:
        _report_choices(filled, column, report)
    elif column.type == "id":
        report(_unlike(filled, READABLE), "readable-ids", "lower-case letters, digits, _ - and .")
    elif column.type == "country":
        report(_unlike(filled, _COUNTRY), "country-codes", "two capital letters (ISO 3166-1)")
    elif column.type in {"date", "season"}:
        _report_calendar(filled, column, file, problems)
    elif column.type in {"selector", "changes"}:
        _report_yaml(filled, column, file, problems)
    return text, problems


def _report_choices(text: pd.Series[Any], column: Column, report: Any) -> None:
    for i, value in text.items():
        parts = [v.strip() for v in value.split(";")] if column.type == "list" else [value]
        if not set(parts) <= set(column.choices):
            several = "some" if column.type == "list" else "one"
            hint = nearest(value, column.choices) if len(column.choices) > 6 else ""
            report([i], "known-values", f"{several} of {', '.join(column.choices)}{hint}")


def _unlike(text: pd.Series[Any], pattern: re.Pattern[str]) -> list[Any]:
    return [i for i, value in text.items() if not pattern.fullmatch(value)]


def _numbers(text: pd.Series[Any], empty: Any, column: Column, report: Any) -> pd.Series[Any]:
    import numpy as np
    import pandas as pd

    values = pd.Series(np.nan, index=text.index, dtype="float64")
    plain = text.str.fullmatch(NUMBER.pattern).astype("bool")
    values[plain] = text[plain].astype("float64")
    unreadable = ~np.isfinite(values) & ~empty
    whole = " whole" if column.type == "integer" else ""
    bounds = ""
    if column.minimum is not None:
        bounds += f" of at least {column.minimum:g}"
    if column.maximum is not None:
        bounds += f"{' and' if bounds else ' of'} at most {column.maximum:g}"
    expected = f"a{whole} number{bounds}" + (f" in {column.unit}" if column.unit else "")
    for i, value in text[unreadable].items():
        try:
            read_number(value)
        except ValueError as error:
            why = f"; {error}" if str(error) else ""
            report([i], "numbers", expected + why)
    readable = ~empty & ~unreadable
    outside = pd.Series(False, index=text.index)
    if column.minimum is not None:
        outside |= readable & (values < column.minimum)
    if column.maximum is not None:
        outside |= readable & (values > column.maximum)
    if column.type == "integer":
        outside |= readable & (values % 1 != 0)
    if column.choices:
        outside |= readable & ~values.isin([float(c) for c in column.choices])
        expected = f"one of {', '.join(column.choices)}"
    report(text.index[outside], "number-ranges", expected)
    return values.mask(empty | unreadable, np.nan)


def _report_calendar(
    text: pd.Series[Any], column: Column, file: str, problems: list[Problem]
) -> None:
    for i, value in text.items():
        try:
            if column.type == "date":
                parse_date(value)
            else:
                check_season(value)
        except ValueError as error:
            row = int(str(i)) + 2
            problems.append(Problem(file, row, column.name, f"{column.type}s", str(error)))


def _report_yaml(text: pd.Series[Any], column: Column, file: str, problems: list[Problem]) -> None:
    wanted = dict if column.type == "selector" else list
    what = "a mapping such as {border: [PL, BY]}" if wanted is dict else "a list of events"
    for i, value in text.items():
        try:
            found = value_of(value)
            ok = isinstance(found, wanted) and (wanted is list or _is_selector(found))
            message = f"saw {value!r}, expected {what}"
        except ValueError as error:
            ok = False
            message = f"saw {value!r}, expected {what} ({error})"
        if not ok:
            problems.append(Problem(file, int(str(i)) + 2, column.name, "readable-yaml", message))


def _is_selector(found: Any) -> bool:
    """Say whether a mapping has the shape of a selector, whatever its keys and names."""
    for key, value in found.items():
        names = value if isinstance(value, list) else [value]
        if key == "border" and (len(names) != 2 or not isinstance(value, list)):
            return False
        inside = key == "within" and isinstance(value, dict)
        if not inside and not (names and all(isinstance(name, str) for name in names)):
            return False
    return bool(found)


def _duplicates(frame: pd.DataFrame, table: Table) -> list[Problem]:
    columns = [frame[name].astype("str") for name in table.key]
    keys = ["/".join(parts) for parts in zip(*columns, strict=True)]
    first: dict[str, int] = {}
    problems = []
    for row, key in enumerate(keys, start=2):
        if key in first:
            message = f"{key.strip('/')!r} stands in row {first[key]} already"
            problems.append(Problem(f"{table.name}.csv", row, table.key[0], "unique-keys", message))
        else:
            first[key] = row
    return problems


def references(frames: dict[str, pd.DataFrame], table: Table) -> list[Problem]:
    """Find values that refer to a row that does not exist.

    Parameters
    ----------
    frames
        All tables.
    table
        The table whose references are followed.
    """
    problems = []
    frame = frames[table.name]
    for column in table.columns:
        if not column.references:
            continue
        other, key = column.references.split(".")
        known = set(frames[other][key])
        for i, value in frame[column.name].items():
            for one in value.split(";") if column.type == "list" else [value]:
                name = one.strip()
                if name and name not in known:
                    message = f"{name!r} is not in {other}.csv{nearest(name, known)}"
                    row = int(str(i)) + 2
                    file = f"{table.name}.csv"
                    problems.append(Problem(file, row, column.name, "references", message))
    return problems
