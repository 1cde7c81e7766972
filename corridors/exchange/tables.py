"""Make the typed tables of a network out of rows of text, and give numbers a source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.network.network import Network
from corridors.network.provenance import sourced_numbers
from corridors.network.reading.cells import rows_of
from corridors.network.reading.columns import typed_table
from corridors.network.reading.keys import references
from corridors.network.reading.markets import markets
from corridors.network.schema import tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from corridors.network.reading.cells import Problem

Rows = dict[str, list[dict[str, str]]]


def frames_from_rows(
    rows: Mapping[str, Sequence[Mapping[str, str]]],
) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    """Return a typed frame for every table of the schema, and what is wrong with the rows.

    Parameters
    ----------
    rows
        Rows of text by table; a table or value that is left out is empty.

    Returns
    -------
    frames, problems
    """
    frames, problems = {}, []
    for table in tables().values():
        given = rows.get(table.name, [])
        cells = {name: [row.get(name, "") for row in given] for name in table.names}
        frames[table.name], found = typed_table(cells, len(given), table)
        problems += found
    for table in tables().values():
        problems += references(frames, table)
    return frames, sorted(problems + markets(frames))


def missing_provenance(
    frames: dict[str, pd.DataFrame], source_id: str, confidence: str, note: str
) -> list[dict[str, str]]:
    """Return rows of provenance for the numbers that have none, all with one source.

    Parameters
    ----------
    frames
        A frame for every table of the schema.
    source_id, confidence, note
        What the rows say.
    """
    known = set(frames["provenance"][["table", "row", "column"]].itertuples(index=False, name=None))
    return [
        {
            "table": table,
            "row": key,
            "column": column,
            "source_id": source_id,
            "confidence": confidence,
            "note": note,
        }
        for table, _, column, key in sourced_numbers(Network(frames))
        if (table, key, column) not in known
    ]


def text_rows(frame: pd.DataFrame) -> list[dict[str, str]]:
    """Return a typed frame as rows of text: numbers so that they read back the same.

    Examples
    --------
    >>> import pandas as pd
    >>> text_rows(pd.DataFrame({"id": ["a"], "km": [0.1], "tracks": [2.0]}))
    [{'id': 'a', 'km': '0.1', 'tracks': '2'}]
    """
    return [{str(k): as_text(v) for k, v in record.items()} for record in rows_of(frame)]


def as_text(value: Any) -> str:
    """Return one value of a table as text; an empty one as nothing."""
    if isinstance(value, float):
        if value != value:
            return ""
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    return "" if value is None else str(value)
