"""Read and write a network folder: plain tables, lines, and a manifest with hashes."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.errors import DataError
from corridors.files import make_folder, read_whole, write_bytes, write_text
from corridors.network.reading import Problem, references, typed_table
from corridors.network.schema import OPTIONAL_TABLES, Table, tables

if TYPE_CHECKING:
    import pandas as pd

MANIFEST = "datapackage.json"
LINES = "lines.geojson"
_SHOWN = 20

_TYPES = {"number": "number", "integer": "integer", "date": "date"}


def data_folder() -> Path:
    """Return the folder of the shipped data: inside the package in a wheel, beside it here."""
    package = Path(__file__).parent.parent
    inside = package / "data"
    return inside if inside.is_dir() else package.parent / "data"


def sha256(content: bytes) -> str:
    """Return the hash as a data package writes it."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read ``datapackage.json``.

    Raises
    ------
    DataError
        Where the folder or the file is missing or unreadable.
    """
    path = folder / MANIFEST
    if not folder.is_dir():
        msg = f"{folder}: no such folder"
        raise DataError(msg)
    if not path.is_file():
        msg = f"{folder}: no {MANIFEST} there; `corridors new FOLDER` writes a small example"
        raise DataError(msg)
    try:
        manifest = json.loads(read_whole(path).decode("utf-8"))
        resources = {r["name"]: r for r in manifest["resources"]}
    except (ValueError, KeyError, TypeError) as error:
        msg = f"{path}: not a data package ({type(error).__name__}: {error})"
        raise DataError(msg) from None
    return {**manifest, "resources": resources}


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
    import pandas as pd

    manifest = read_manifest(folder)
    problems: list[Problem] = []
    frames: dict[str, pd.DataFrame] = {}
    for table in tables().values():
        file = f"{table.name}.csv"
        path = folder / file
        if not path.exists():
            if table.name not in OPTIONAL_TABLES:
                problems.append(Problem(file, 0, "", "required-tables", "the file is missing"))
            empty = pd.DataFrame({name: pd.Series(dtype="str") for name in table.names})
            frames[table.name], _ = typed_table(empty, table)
            continue
        content = read_whole(path)
        problems += _check_hash(manifest["resources"].get(table.name), file, content)
        raw, found = _read_csv(content, file, table)
        problems += found
        frames[table.name], found = typed_table(raw, table)
        problems += found
    if (folder / LINES).exists():
        content = read_whole(folder / LINES)
        problems += _check_hash(manifest["resources"].get("lines"), LINES, content)
    unreadable = [p for p in problems if p.rule in {"readable-csv", "required-tables"}]
    if unreadable:
        # Nothing that refers to a table that could not be read says anything new.
        return frames, sorted(unreadable)
    for table in tables().values():
        problems += references(frames, table)
    return frames, sorted(problems)


def _check_hash(resource: dict[str, Any] | None, file: str, content: bytes) -> list[Problem]:
    if resource is None:
        message = f"not listed in {MANIFEST}; `corridors seal FOLDER` lists and hashes the files"
        return [Problem(file, 0, "", "hashes", message)]
    expected = resource.get("hash")
    if expected != sha256(content):
        message = (
            f"the file is not the one that {MANIFEST} describes (its hash differs); "
            "if the change was meant, `corridors seal FOLDER` records it"
        )
        return [Problem(file, 0, "", "hashes", message)]
    return []


def _read_csv(content: bytes, file: str, table: Table) -> tuple[pd.DataFrame, list[Problem]]:
    import pandas as pd

    try:
        text = content.decode("utf-8-sig")
        raw = pd.read_csv(
            io.StringIO(text), dtype="str", keep_default_na=False, na_filter=False, index_col=False
        )
    except (UnicodeDecodeError, ValueError) as error:
        reason = " ".join(str(error).split())
        frame = pd.DataFrame({name: pd.Series(dtype="str") for name in table.names})
        return frame, [Problem(file, 0, "", "readable-csv", f"not a table in UTF-8: {reason}")]
    return raw, []


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
    folder: Path, frames: dict[str, pd.DataFrame], *, name: str, title: str, lines: bytes | None
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
    """
    make_folder(folder)
    for table in tables().values():
        if len(frames[table.name]) or table.name not in OPTIONAL_TABLES:
            write_text(folder / f"{table.name}.csv", table_text(frames[table.name], table))
    if lines is not None:
        write_bytes(folder / LINES, lines)
    seal(folder, name=name, title=title)


def seal(folder: Path, *, name: str | None = None, title: str | None = None) -> None:
    """Write ``datapackage.json`` for the files as they stand, with their hashes.

    Parameters
    ----------
    folder
        Holds the tables.
    name, title
        Of the data package; kept from the earlier manifest where there is one.
    """
    old: dict[str, Any] = {}
    if (folder / MANIFEST).is_file():
        old = json.loads(read_whole(folder / MANIFEST).decode("utf-8"))
    resources: list[dict[str, Any]] = []
    for table in tables().values():
        path = folder / f"{table.name}.csv"
        if path.is_file():
            content = read_whole(path)
            resources.append(
                {
                    "name": table.name,
                    "path": path.name,
                    "type": "table",
                    "description": table.meaning,
                    "mediatype": "text/csv",
                    "encoding": "utf-8",
                    "bytes": len(content),
                    "hash": sha256(content),
                    "schema": _schema(table),
                }
            )
    if (folder / LINES).is_file():
        content = read_whole(folder / LINES)
        resources.append(
            {
                "name": "lines",
                "path": LINES,
                "description": "Course of each link on the ground or at sea",
                "mediatype": "application/geo+json",
                "bytes": len(content),
                "hash": sha256(content),
                "licenses": [{"name": "ODbL-1.0", "title": "Open Database License 1.0"}],
            }
        )
    manifest = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": name or old.get("name") or folder.resolve().name,
        "title": title or old.get("title") or "A network of freight corridors",
        "licenses": old.get(
            "licenses", [{"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0"}]
        ),
        "resources": resources,
    }
    write_text(folder / MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")


def _schema(table: Table) -> dict[str, Any]:
    fields = []
    for column in table.columns:
        field: dict[str, Any] = {
            "name": column.name,
            "type": _TYPES.get(column.type, "string"),
            "description": column.meaning,
        }
        if column.unit:
            field["unit"] = column.unit
        limits: dict[str, Any] = {"required": True} if column.required else {}
        if column.minimum is not None:
            limits["minimum"] = column.minimum
        if column.maximum is not None:
            limits["maximum"] = column.maximum
        if column.choices:
            limits["enum"] = list(column.choices)
        if limits:
            field["constraints"] = limits
        fields.append(field)
    return {"fields": fields, "primaryKey": list(table.key), "missingValues": [""]}
