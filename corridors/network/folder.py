"""Read and write a network folder: plain tables, lines, and a manifest with hashes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.errors import DataError
from corridors.files import MANIFEST, make_folder, read_whole, write_bytes, write_text
from corridors.network.reading.cells import Problem, read_cells
from corridors.network.reading.columns import typed_table
from corridors.network.reading.keys import references
from corridors.network.reading.manifest import (
    CHOICE,
    LINES,
    check_hash,
    listed_files,
    read_manifest,
    seal,
    sha256,
)
from corridors.network.reading.markets import markets
from corridors.network.reading.opening_hours import opening_hours
from corridors.network.schema import OPTIONAL_TABLES, Table, tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

__all__ = [
    "CHOICE",
    "LINES",
    "MANIFEST",
    "data_folder",
    "raise_problems",
    "read_manifest",
    "read_tables",
    "seal",
    "sha256",
    "table_text",
    "write_tables",
]

_SHOWN = 20
_UNREADABLE = {"readable-csv", "required-tables", "listed-files", "plain-paths", "row-lengths"}
"""Rules about the form of files: what their rows say is looked at once the form is right."""


def data_folder() -> Path:
    """Return the folder of the shipped data: inside the package in a wheel, beside it here."""
    package = Path(__file__).parent.parent
    inside = package / "data"
    return inside if inside.is_dir() else package.parent / "data"


def read_tables(folder: Path) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    """Read all tables of a network folder.

    Parameters
    ----------
    folder
        Holds ``datapackage.json`` and the CSV files.

    Returns
    -------
    frames, problems
        A frame for every table of the schema, typed, and everything that is
        wrong with what the files say one by one and with their references.

    Raises
    ------
    DataError
        Where there is no data package to read.
    """
    manifest = read_manifest(folder)
    problems = listed_files(folder, manifest["resources"])
    frames: dict[str, pd.DataFrame] = {}
    for table in tables().values():
        file = f"{table.name}.csv"
        path = folder / file
        if not path.exists():
            if table.name not in OPTIONAL_TABLES | set(manifest["resources"]):
                problems.append(Problem(file, 0, "", "required-tables", "the file is missing"))
            frames[table.name], _ = typed_table(dict.fromkeys(table.names, ()), 0, table)
            continue
        content = read_whole(path)
        problems += check_hash(manifest["resources"].get(table.name), file, content)
        cells, rows, found = _columns(content, file, table)
        problems += found
        frames[table.name], found = typed_table(cells, rows, table)
        problems += found
    if (folder / LINES).exists():
        content = read_whole(folder / LINES)
        problems += check_hash(manifest["resources"].get("lines"), LINES, content)
    unreadable = [p for p in problems if p.rule in _UNREADABLE]
    if unreadable:
        # Nothing that refers to a table that could not be read says anything new.
        return frames, sorted(unreadable)
    for table in tables().values():
        problems += references(frames, table)
    problems += opening_hours(frames["opening_hours"])
    return frames, sorted(problems + markets(frames))


def copy_scenarios(source: Path, target: Path) -> list[Path]:
    """Copy the scenarios beside a network's tables, and the areas that these name.

    Parameters
    ----------
    source
        A network folder.
    target
        An existing folder.

    Returns
    -------
    list of Path
        The files written; observations and people name them by their file names.
    """
    made = []
    for file in sorted([*source.glob("*.yaml"), *source.glob("*.geojson")]):
        if file.name != LINES and file.is_file():
            what = "a scenario" if file.suffix == ".yaml" else "an area"
            write_bytes(target / file.name, read_whole(file, what=what))
            made.append(target / file.name)
    return made


def _columns(
    content: bytes, file: str, table: Table
) -> tuple[dict[str, Sequence[str]], int, list[Problem]]:
    """Return the cells of each column of a file, how many there are, and what is wrong with it."""
    header, rows, problems = read_cells(content, file)
    if not header:
        return dict.fromkeys(table.names, ()), 0, problems
    # Of a column that stands twice the first is looked at further, and of one without a
    # name nothing: that they are there is a problem already.
    columns = zip(*rows, strict=True) if rows else [()] * len(header)
    cells: dict[str, Sequence[str]] = {}
    for name, column in zip(header, columns, strict=True):
        if name:
            cells.setdefault(name, column)
    return cells, len(rows), problems


def raise_problems(folder: Path, problems: list[Problem]) -> None:
    """Raise DataError with all problems, if there are any."""
    if not problems:
        return
    lines = [str(p) for p in problems[:_SHOWN]]
    if len(problems) > _SHOWN:
        lines.append(f"... and {len(problems) - _SHOWN} more")
    count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
    msg = f"{folder}: {count}\n  " + "\n  ".join(lines)
    raise DataError(msg)


def table_text(frame: pd.DataFrame, table: Table) -> str:
    """Return a table as the text of its CSV file: sorted by key, numbers as short as they go."""
    columns = {}
    for column in table.columns:
        values = frame[column.name]
        if column.type in {"number", "integer"}:
            columns[column.name] = ["" if v != v else _short(v) for v in values]
        else:
            columns[column.name] = [
                "" if column.default and v == column.default and not column.required else v
                for v in values
            ]
    import csv

    rows = sorted(
        zip(*columns.values(), strict=True),
        key=lambda row: [row[table.names.index(k)] for k in table.key],
    )
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.names)
    writer.writerows(rows)
    return out.getvalue()


def _short(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def write_tables(
    folder: Path,
    frames: dict[str, pd.DataFrame],
    *,
    name: str,
    title: str,
    lines: bytes | None,
    licenses: list[dict[str, Any]] | None = None,
) -> None:
    """Write a network folder: every table, the lines, and the manifest.

    Parameters
    ----------
    folder
        Is made if it does not exist; the one it lies in must.
    frames
        A frame for every table of the schema.
    name, title
        Of the data package.
    lines
        Content of ``lines.geojson``, or None.
    licenses
        Of the data package: CC BY 4.0 if None, and none is claimed where the list is empty.
    """
    make_folder(folder)
    for table in tables().values():
        if len(frames[table.name]) or table.name not in OPTIONAL_TABLES:
            write_text(folder / f"{table.name}.csv", table_text(frames[table.name], table))
    if lines is not None:
        write_bytes(folder / LINES, lines)
    seal(folder, name=name, title=title, licenses=licenses)
