"""Rules about the text in tables: that it is there to be read, and does nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.display import STEERS, cell, plain
from corridors.network.reading.cells import Problem, problem_at
from corridors.network.schema import tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corridors.network.network import Network


def text_is_only_text(net: Network) -> Iterator[Problem]:
    r"""No text steers a terminal, or is a formula to a spreadsheet.

    Results show such characters written out, as ``\x1b``, and put an apostrophe
    before such a start; the tables of a network are what their author has
    written, and are not changed.
    """
    for table in tables().values():
        frame = net.tables[table.name]
        for column in table.columns:
            if column.type in {"number", "integer"}:
                continue
            for i, value in frame[column.name].items():
                if not value:
                    continue
                found = STEERS.search(value)
                if found is not None:
                    message = (
                        f"saw the control character {plain(found[0])} in {plain(value)!r}, "
                        "expected text"
                    )
                    yield problem_at(table.name, i, column.name, text_is_only_text, message)
                elif cell(value) != value:
                    message = (
                        f"saw {value!r}, which a spreadsheet runs as a formula, "
                        f"expected text that does not start with {value.lstrip()[0]}"
                    )
                    yield problem_at(table.name, i, column.name, text_is_only_text, message)
