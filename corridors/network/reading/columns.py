"""Type the cells of a table by its schema, noting every cell that says something else.

Cells are plain lists of text here, and one that occurs often is looked at once: most tables
have some tens of rows, of which each step over a frame would take longer than all of this.
"""

from __future__ import annotations

import math
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.errors import nearest
from corridors.network.calendar import check_season, parse_date
from corridors.network.reading.cells import Problem
from corridors.network.reading.ids import READABLE
from corridors.network.reading.keys import duplicates
from corridors.network.reading.numbers import read_number
from corridors.network.reading.yaml_lines import at, read_cell, taken_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from corridors.network.schema import Column, Table

_COUNTRY = re.compile(r"[A-Z]{2}")
_COUNTRIES = re.compile(r"[A-Z]{2}(;[A-Z]{2})*")
_LIST = re.compile(r"[^;]+(;[^;]+)*")
_ID_LETTERS = "lower-case letters, digits, _ - and ."

_MOST_UNITS = 1e15
_MOST_USD_A_UNIT = 1e9
"""Largest amounts and prices: with larger ones no sum of costs is exact any more."""

Fault = tuple[int, str, str]
"""Number of the row, rule, and what to say of its cell."""


def typed_table(
    cells: Mapping[str, Sequence[str]], rows: int, table: Table
) -> tuple[pd.DataFrame, list[Problem]]:
    """Convert a table of text to the types of its schema.

    Parameters
    ----------
    cells
        Text of each column, empty where nothing stands.
    rows
        How many cells each column has.
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
    for name in cells:
        if name not in table.names:
            hint = nearest(name, table.names)
            problems.append(Problem(file, 1, str(name), "known-columns", f"unknown column{hint}"))
    if not rows:
        problems += [
            Problem(file, 1, column.name, "required-columns", "the column is missing")
            for column in table.columns
            if column.required and column.name not in cells
        ]
        return _nothing(table, _text()).copy(deep=False), problems
    columns: dict[str, Any] = {}
    for column in table.columns:
        if column.name in cells:
            read = _listed if column.is_list else str.strip
            text = [read(cell) for cell in cells[column.name]]
        else:
            text = [""] * rows
            if column.required:
                message = "the column is missing"
                problems.append(Problem(file, 1, column.name, "required-columns", message))
        values, faults = _typed_column(text, column)
        columns[column.name] = values
        problems += [
            Problem(file, row + 2, column.name, rule, message) for row, rule, message in faults
        ]
    problems += duplicates([columns[name] for name in table.key], table)
    index = pd.RangeIndex(rows)
    typed = {c.name: _array(columns[c.name], c) for c in table.columns}
    return pd.DataFrame(typed, index=index, copy=False), problems


@cache
def _nothing(table: Table, text: Any) -> pd.DataFrame:
    """Return a table without a row: most tables of a small network are left out."""
    import pandas as pd

    typed = {
        c.name: np.empty(0) if _is_number(c) else pd.array([], dtype=text) for c in table.columns
    }
    return pd.DataFrame(typed, index=pd.RangeIndex(0), copy=False)


def _listed(cell: str) -> str:
    """Return a list as all who read it part it: no spaces about its values, each of them once."""
    return ";".join(dict.fromkeys(part.strip() for part in cell.split(";")))


def _array(values: list[Any], column: Column) -> Any:
    """Return the values of a column as a frame keeps them."""
    import pandas as pd

    if _is_number(column):
        return np.array(values, dtype=np.float64)
    return pd.array(values, dtype=_text())


def _text() -> Any:
    """Return what pandas makes of text: to look that up by name takes as long as a short column."""
    import pandas as pd

    return _text_in(pd.get_option("mode.string_storage"))


@cache
def _text_in(storage: str) -> Any:  # noqa: ARG001  what pandas makes of text hangs on it
    import pandas as pd

    return pd.Series([], dtype="str").dtype


def _is_number(column: Column) -> bool:
    return column.type in {"number", "integer"}


def _typed_column(text: list[str], column: Column) -> tuple[list[Any], list[Fault]]:
    """Return the values of a column and what is wrong with its cells."""
    faults: list[Fault] = []
    if column.required:
        faults += [
            (row, "required-values", f"saw {cell!r}, expected a value")
            for row, cell in enumerate(text)
            if not cell
        ]
    if column.default:
        text = [cell or column.default for cell in text]
    if _is_number(column):
        values, found = _numbers(text, column)
        return values, faults + found
    verdict = _verdict(column)
    said = {cell: verdict(cell) for cell in set(text) if cell}
    wrong = {cell: fault for cell, fault in said.items() if fault}
    if wrong:
        faults += [(row, *wrong[cell]) for row, cell in enumerate(text) if cell in wrong]
    return text, faults


def _verdict(column: Column) -> Callable[[str], tuple[str, str] | None]:
    """Return what says of a text why it is no value of a column, by rule and message."""
    if column.choices:
        return lambda cell: _chosen(cell, column)
    if column.type == "id":
        return _unlike(READABLE, "readable-ids", _ID_LETTERS)
    if column.type == "country":
        return _unlike(_COUNTRY, "country-codes", "two capital letters (ISO 3166-1)")
    if column.type == "countries":
        expected = "countries of two capital letters (ISO 3166-1), parted by semicolons"
        return _unlike(_COUNTRIES, "country-codes", expected)
    if column.is_list:
        expected = "values parted by single semicolons"
        return _unlike(_LIST, "plain-lists", expected)
    if column.type in {"date", "season"}:
        return lambda cell: _of_calendar(cell, column)
    if column.type in {"selector", "changes"}:
        return lambda cell: _of_yaml(cell, column)
    return lambda _: None


def _chosen(cell: str, column: Column) -> tuple[str, str] | None:
    parts = cell.split(";") if column.is_list else [cell]
    if set(parts) <= set(column.choices):
        return None
    several = "some" if column.is_list else "one"
    hint = nearest(cell, column.choices) if len(column.choices) > 6 else ""
    expected = f"{several} of {', '.join(column.choices)}{hint}"
    return "known-values", f"saw {cell!r}, expected {expected}"


def _unlike(
    pattern: re.Pattern[str], rule: str, expected: str
) -> Callable[[str], tuple[str, str] | None]:
    def verdict(cell: str) -> tuple[str, str] | None:
        return None if pattern.fullmatch(cell) else (rule, f"saw {cell!r}, expected {expected}")

    return verdict


def _of_calendar(cell: str, column: Column) -> tuple[str, str] | None:
    try:
        if column.type == "date":
            parse_date(cell)
        else:
            check_season(cell)
    except ValueError as error:
        return f"{column.type}s", str(error)
    return None


def _of_yaml(cell: str, column: Column) -> tuple[str, str] | None:
    wanted = dict if column.type == "selector" else list
    what = "a mapping such as {border: [PL, BY]}" if wanted is dict else "a list of events"
    try:
        found, lines = read_cell(cell)
    except ValueError as error:
        return "readable-yaml", f"saw {cell!r}, expected {what} ({error})"
    if isinstance(found, wanted) and (wanted is list or _is_selector(found)):
        return None
    if isinstance(found, dict):
        for keys, stands in lines.written.items():
            if keys and keys[0] != "within":
                return "readable-yaml", f"{keys[0]}: {taken_for(at(found, keys), stands)}"
    return "readable-yaml", f"saw {cell!r}, expected {what}"


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


def _numbers(text: list[str], column: Column) -> tuple[list[float], list[Fault]]:
    """Return the numbers of a column, NaN where there is none, and what is wrong with its cells."""
    values: dict[str, float] = {"": math.nan}
    wrong: dict[str, tuple[str, str]] = {}
    for cell in set(text) - {""}:
        try:
            values[cell] = read_number(cell)
        except ValueError as error:
            values[cell] = math.nan
            why = f"; {error}" if str(error) else ""
            wrong[cell] = ("numbers", f"saw {cell!r}, expected {_expected(column)}{why}")
            continue
        if not _within(values[cell], column):
            one_of = f"one of {', '.join(column.choices)}"
            large = values[cell] > _most(column)
            expected = one_of if column.choices else _expected(column, too_large=large)
            wrong[cell] = ("number-ranges", f"saw {cell!r}, expected {expected}")
    faults = [(row, *wrong[cell]) for row, cell in enumerate(text) if cell in wrong]
    return [values[cell] for cell in text], faults


def _within(value: float, column: Column) -> bool:
    return not (
        (column.minimum is not None and value < column.minimum)
        or value > _most(column)
        or (column.type == "integer" and value % 1 != 0)
        or (column.choices and value not in map(float, column.choices))
    )


def _most(column: Column) -> float:
    if column.maximum is not None:
        return column.maximum
    unit = column.unit or ""
    if unit.startswith("USD/"):
        return _MOST_USD_A_UNIT
    return _MOST_UNITS if unit.startswith("unit") else math.inf


def _expected(column: Column, *, too_large: bool = False) -> str:
    whole = " whole" if column.type == "integer" else ""
    bounds = ""
    if column.minimum is not None:
        bounds += f" of at least {column.minimum:g}"
    if column.maximum is not None or too_large:
        bounds += f"{' and' if bounds else ' of'} at most {_most(column):g}"
    return f"a{whole} number{bounds}" + (f" in {column.unit}" if column.unit else "")
