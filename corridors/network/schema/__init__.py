"""The tables of a network as data: `tables.csv` and `columns.csv` beside this file.

Checks, the reference page and the JSON Schema are all made from these two.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

__all__ = ["BESIDE_RESULTS", "MODES", "OPTIONAL_TABLES", "Column", "Table", "tables"]

BESIDE_RESULTS = ("provenance", "sources", "observations", "projects")
"""Tables that no result depends on, but for what is said of its confidence."""

OPTIONAL_TABLES = frozenset(
    {
        "tariffs",
        "quotas",
        "stores",
        "opening_hours",
        "variation",
        "limit_rules",
        "chokepoints",
        "couplings",
        "supply",
        "projects",
        "observations",
        "transfers",
    }
)
"""Tables that a folder may leave out; they are then empty."""


@dataclass(frozen=True)
class Column:
    """One column of a table; the fields are the columns of ``columns.csv``."""

    name: str
    type: str
    unit: str
    required: bool
    default: str
    references: str
    choices: tuple[str, ...]
    minimum: float | None
    maximum: float | None
    sourced: bool
    meaning: str

    @property
    def is_list(self) -> bool:
        """Whether a cell may hold several values, parted by semicolons."""
        return self.type in {"list", "countries"}


@dataclass(frozen=True)
class Table:
    """One table: its name, the columns of its key, and what a row is."""

    name: str
    key: tuple[str, ...]
    meaning: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """Return a column by name."""
        return next(c for c in self.columns if c.name == name)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(c.name for c in self.columns)


def _rows(name: str) -> list[dict[str, str]]:
    text = files(__name__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def tables() -> dict[str, Table]:
    """Return the tables of a network, in the order in which they are written.

    Examples
    --------
    >>> from corridors.network.schema import tables
    >>> tables()["nodes"].key
    ('node_id',)
    """
    columns: dict[str, list[Column]] = {}
    for row in _rows("columns.csv"):
        columns.setdefault(row["table"], []).append(
            Column(
                name=row["column"],
                type=row["type"],
                unit=row["unit"],
                required=row["required"] == "yes",
                default=row["default"],
                references=row["references"],
                choices=tuple(row["choices"].split()),
                minimum=float(row["minimum"]) if row["minimum"] else None,
                maximum=float(row["maximum"]) if row["maximum"] else None,
                sourced=row["sourced"] == "yes",
                meaning=row["meaning"],
            )
        )
    return {
        row["table"]: Table(
            name=row["table"],
            key=tuple(row["key"].split()),
            meaning=row["meaning"],
            columns=tuple(columns[row["table"]]),
        )
        for row in _rows("tables.csv")
    }


MODES = tables()["links"].column("mode").choices
"""Modes of transport, as the column of the links lists them."""
