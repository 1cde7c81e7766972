"""Keys of the tables: no two rows with one, and none referred to that is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.errors import nearest
from corridors.network.reading.cells import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from corridors.network.schema import Table


def duplicates(key: Sequence[Sequence[Any]], table: Table) -> list[Problem]:
    """Find rows whose key stands in an earlier row already.

    Parameters
    ----------
    key
        Values of each column of the key.
    table
        The table they belong to.
    """
    first: dict[str, int] = {}
    problems = []
    for row, parts in enumerate(zip(*key, strict=True), start=2):
        name = "/".join(map(str, parts))
        if first.setdefault(name, row) != row:
            message = f"{name.strip('/')!r} stands in row {first[name]} already"
            problems.append(Problem(f"{table.name}.csv", row, table.key[0], "unique-keys", message))
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
        known = set(frames[other][key].tolist())
        cells = frame[column.name].tolist()
        # Most cells name what others have named before.
        unknown: dict[str, list[str]] = {}
        for cell in set(cells):
            parts = cell.split(";") if column.is_list else [cell]
            missing = [one.strip() for one in parts if one.strip() and one.strip() not in known]
            if missing:
                unknown[cell] = [
                    f"{name!r} is not in {other}.csv{nearest(name, known)}" for name in missing
                ]
        if unknown:
            problems += [
                Problem(f"{table.name}.csv", row, column.name, "references", message)
                for row, cell in enumerate(cells, start=2)
                for message in unknown.get(cell, ())
            ]
    return problems
