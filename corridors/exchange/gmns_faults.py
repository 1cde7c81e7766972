"""Problems of the tables made of a GMNS folder, said of the files that its author has."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from corridors.exchange.gmns import SUBFOLDER, TRANSLATED

if TYPE_CHECKING:
    from corridors.exchange.gmns_files import GmnsFolder, Row
    from corridors.network.reading.cells import Problem

FILES = {
    "nodes": "node.csv",
    "links": "link.csv",
    "transfers": "movement.csv",
    "cargo": "use_definition.csv",
}
"""What GMNS calls the tables that it has words for."""

_COLUMNS = {
    "node.csv": {"lat": "y_coord", "lon": "x_coord", "kind": "node_type"},
    "link.csv": {
        "from_node": "from_node_id",
        "to_node": "to_node_id",
        "mode": "facility_type",
        "direction": "directed",
        "length_km": "length",
    },
    "use_definition.csv": {"cargo": "use"},
}

_EARLIER = re.compile(r"stands in row (\d+) already")


class Origins:
    """Where each row of a table stands in the GMNS folder, by the row itself.

    Parameters
    ----------
    folder
        The GMNS folder.
    """

    def __init__(self, folder: GmnsFolder) -> None:
        self._folder = folder
        # The row is kept too, so that no other object is given its id.
        self._known: dict[int, tuple[Row, str, int]] = {}

    def put(self, row: Row, file: str, number: int) -> None:
        """Put down that a row stands in a file of the folder, in the row of a number."""
        self._known[id(row)] = (row, file, number)

    def said_of_gmns(self, found: dict[str, list[Row]], problems: list[Problem]) -> list[Problem]:
        """Return problems with file, row, column and text as they stand in the folder.

        Parameters
        ----------
        found
            Rows of text by table.
        problems
            What is wrong with them.
        """
        return sorted(self._said(problem, found) for problem in problems)

    def _said(self, problem: Problem, found: dict[str, list[Row]]) -> Problem:
        table = problem.file.removesuffix(".csv")
        message = problem.message
        for name in TRANSLATED:
            message = message.replace(f"is not in {name}.csv", f"is not in {FILES[name]}")
        row, file, number = self._place(found.get(table, []), problem.row)
        if not file:
            file = FILES.get(table, f"{SUBFOLDER}/{problem.file}")
            return replace(problem, file=file, message=message)
        earlier = _EARLIER.search(message)
        if earlier:
            _, other, at = self._place(found[table], int(earlier[1]))
            where = f"stands in row {at} {'' if other == file else f'of {other} '}already"
            message = message.replace(earlier[0], where) if other else message
        column = _COLUMNS.get(file, {}).get(problem.column, problem.column)
        theirs = self._folder.table(file)[number - 2].get(column, "")
        if theirs:
            message = message.replace(repr(row.get(problem.column, "")), repr(theirs), 1)
        return replace(problem, file=file, row=number, column=column, message=message)

    def _place(self, rows: list[Row], number: int) -> tuple[Row, str, int]:
        """Return a row with its file and number there; no file where it has none."""
        if not 2 <= number < len(rows) + 2:
            return {}, "", 0
        row = rows[number - 2]
        return self._known.get(id(row), (row, "", 0))
