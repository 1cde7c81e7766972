"""Where numbers come from: which need a source, and the rules that each has one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from corridors.network.reading.cells import Problem, problem_at, records
from corridors.network.schema import tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from corridors.network.network import Network


def numbers_have_sources(net: Network) -> Iterator[Problem]:
    """Every number that a result depends on has a row in provenance.csv."""
    known = set(
        net.tables["provenance"][["table", "row", "column"]].itertuples(index=False, name=None)
    )
    for table, i, column, key in sourced_numbers(net):
        if (table, key, column) not in known:
            message = f"the number of {key} has no row in provenance.csv"
            yield problem_at(table, i, column, numbers_have_sources, message)


def sourced_numbers(net: Network) -> Iterator[tuple[str, int, str, str]]:
    """Yield table, row number, column and key of each number that needs a source.

    A column at its default needs none: nobody stated it.
    """
    for table in tables().values():
        columns = [c for c in table.columns if c.sourced]
        if not columns:
            continue
        frame = net.tables[table.name]
        keys = row_keys(frame, table.key)
        for column in columns:
            values = frame[column.name]
            stated = values.notna()
            if column.default:
                stated &= values != float(column.default)
            for i in frame.index[stated]:
                yield table.name, int(i), column.name, keys[int(i)]


def row_keys(frame: pd.DataFrame, key: tuple[str, ...]) -> list[str]:
    """Return the key of each row as provenance writes it: parts joined by /, trailing ones cut."""
    parts = [frame[k].astype("str").to_numpy().tolist() for k in key]
    return ["/".join(values).rstrip("/") for values in zip(*parts, strict=True)]


_CONFIDENCES: WeakKeyDictionary[Network, dict[tuple[str, str], dict[str, str]]] = (
    WeakKeyDictionary()
)


def confidences(net: Network, table: str, column: str) -> dict[str, str]:
    """Return the confidence of a column's figures, A to D, by the key of their rows.

    Looked up once and kept; the result must not be changed.

    Parameters
    ----------
    net
        The network.
    table, column
        What the figures are of.
    """
    kept = _CONFIDENCES.setdefault(net, {})
    if (table, column) not in kept:
        rows = net.tables["provenance"]
        own = rows[(rows["table"] == table) & (rows["column"] == column)]
        told = (own[name].to_numpy().tolist() for name in ("row", "confidence"))
        kept[table, column] = dict(zip(*told, strict=True))
    return kept[table, column]


def provenance_points_at_numbers(net: Network) -> Iterator[Problem]:
    """Every row of provenance belongs to a row and column that exist."""
    schema = tables()
    keys = {name: set(row_keys(net.tables[name], t.key)) for name, t in schema.items()}
    for i, row in records(net.tables["provenance"]):
        if row["table"] not in schema:
            message = f"no table {row['table']!r}"
            yield problem_at("provenance", i, "table", provenance_points_at_numbers, message)
        elif row["column"] not in schema[row["table"]].names:
            message = f"{row['table']}.csv has no column {row['column']!r}"
            yield problem_at("provenance", i, "column", provenance_points_at_numbers, message)
        elif row["row"] not in keys[row["table"]]:
            message = f"{row['table']}.csv has no row {row['row']!r}"
            yield problem_at("provenance", i, "row", provenance_points_at_numbers, message)


def inferences_are_explained(net: Network) -> Iterator[Problem]:
    """A number of confidence D says in its note how it was inferred."""
    frame = net.tables["provenance"]
    for i, row in records(frame[(frame["confidence"] == "D") & (frame["note"] == "")]):
        message = f"{row['row']} is inferred (D) but the note does not say how"
        yield problem_at("provenance", i, "note", inferences_are_explained, message)
