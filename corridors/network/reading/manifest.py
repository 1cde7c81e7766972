"""``datapackage.json``: what it lists, with hashes, and whether the folder is what it says."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

from corridors.errors import DataError, require_folder
from corridors.files import MANIFEST, write_text
from corridors.network.reading.cells import Problem
from corridors.network.reading.ids import plain_id
from corridors.network.schema import Table, tables

LINES = "lines.geojson"
CHOICE = "choice.json"
"""Parameters of the choice of ways, which a network folder may hold beside its tables."""

CC_BY = {"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0"}
"""Licence of the tables that this package brings, and of new ones unless another is said."""

ODBL = {"name": "ODbL-1.0", "title": "Open Database License 1.0"}
"""Licence of lines that were taken from OpenStreetMap."""

_TYPES = {"number": "number", "integer": "integer", "date": "date"}


def sha256(content: bytes) -> str:
    """Return the hash as a data package writes it."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read ``datapackage.json``, its resources by name.

    Raises
    ------
    DataError
        Where the folder or the file is missing or unreadable.
    """
    path = folder / MANIFEST
    require_folder(folder)
    if not path.is_file():
        msg = f"{folder}: no {MANIFEST} there; `corridors new FOLDER` writes a small example"
        raise DataError(msg)
    manifest = _parsed(path)
    listed = _named_resources(path, manifest)
    resources = {r["name"]: {**r} for r in listed}
    if len(resources) < len(listed):
        names = [r["name"] for r in listed]
        twice = sorted({str(n) for n in names if names.count(n) > 1})
        msg = f"{path}: resources: {', '.join(twice)} is listed more than once"
        raise DataError(msg)
    _check_about(path, manifest)
    return {**manifest, "resources": resources}


def _named_resources(path: Path, manifest: Any) -> list[dict[str, Any]]:
    """Return what a data package lists; raise DataError where that is no list of named files."""
    if not isinstance(manifest, dict):
        msg = f"{path}: not a data package (saw {_kind(manifest)}, expected an object)"
        raise DataError(msg)
    if "resources" not in manifest:
        msg = f"{path}: not a data package (the key 'resources' is missing)"
        raise DataError(msg)
    listed = manifest["resources"]
    if not isinstance(listed, list):
        msg = f"{path}: resources: saw {_kind(listed)}, expected a list of files"
        raise DataError(msg)
    for i, one in enumerate(listed):
        if not isinstance(one, dict) or not isinstance(one.get("name"), str):
            seen = f"name: saw {one['name']!r}" if isinstance(one, dict) and "name" in one else ""
            what = seen or f"saw {'no name' if isinstance(one, dict) else _kind(one)}"
            msg = f"{path}: resources[{i}]: {what}, expected the name of a table such as nodes"
            raise DataError(msg)
    return listed


def _kind(value: Any) -> str:
    """Return what JSON calls a value."""
    kinds = {dict: "an object", list: "a list", str: "text", bool: "a boolean", type(None): "null"}
    return kinds.get(type(value), "a number")


def _check_about(path: Path, manifest: dict[str, Any]) -> None:
    """Raise DataError where what a data package says of itself is no text, or no licences."""
    for key in ("name", "title"):
        if not isinstance(manifest.get(key, ""), str):
            msg = f"{path}: {key}: saw {manifest[key]!r}, expected text"
            raise DataError(msg)
    licences = manifest.get("licenses", [])
    if not isinstance(licences, list) or not all(isinstance(one, dict) for one in licences):
        msg = (
            f"{path}: licenses: saw {licences!r}, expected a list such as "
            '[{"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0"}]'
        )
        raise DataError(msg)


def _parsed(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        msg = f"{path}: not a data package (not text in UTF-8)"
    except OSError as error:
        msg = f"{path}: cannot be read ({error.strerror})"
    except RecursionError:
        msg = f"{path}: not a data package (nested too deep)"
    except ValueError as error:
        msg = f"{path}: not a data package (not JSON: {error})"
    raise DataError(msg)


def file_of(name: str) -> str:
    """Return the file of a resource of a network: ``nodes.csv``, ``lines.geojson``."""
    return LINES if name == "lines" else f"{name}.csv"


def listed_files(folder: Path, resources: dict[str, Any]) -> list[Problem]:
    """Return where the list of files is not a list of files of this folder.

    Each path is a plain name, so that no folder reads or hashes what lies outside it,
    and each file listed is there.

    Parameters
    ----------
    folder
        The network folder.
    resources
        What the manifest lists, by name.
    """
    known = {*tables(), "lines"}
    problems = []
    for name, resource in sorted(resources.items(), key=lambda item: str(item[0])):
        path = resource.get("path")
        where = f"resource {name!r}: path"
        plain = isinstance(path, str) and _is_plain(path)
        if not plain:
            message = f"{where}: saw {path!r}, expected the plain name of a file in this folder"
            problems.append(Problem(MANIFEST, 0, "", "plain-paths", message))
        elif name in known and path != file_of(name):
            message = f"{where}: saw {path!r}, expected {file_of(name)!r}"
            problems.append(Problem(MANIFEST, 0, "", "plain-paths", message))
        elif not (folder / path).is_file():
            message = (
                f"listed in {MANIFEST}, but the file is not there; bring it back, or "
                "`corridors seal FOLDER` lists what is"
            )
            problems.append(Problem(path, 0, "", "listed-files", message))
    return problems


def _is_plain(path: str) -> bool:
    return bool(path) and path not in {".", ".."} and not set(path) & set("/\\:?#*\0")


def check_hash(resource: dict[str, Any] | None, file: str, content: bytes) -> list[Problem]:
    """Return a problem where a file is not the one that the manifest describes."""
    if resource is None:
        message = f"not listed in {MANIFEST}; `corridors seal FOLDER` lists and hashes the files"
        return [Problem(file, 0, "", "hashes", message)]
    if resource.get("hash") != sha256(content):
        message = (
            f"the file is not the one that {MANIFEST} describes (its hash differs); "
            "if the change was meant, `corridors seal FOLDER` records it"
        )
        return [Problem(file, 0, "", "hashes", message)]
    return []


def seal(
    folder: str | Path,
    *,
    name: str | None = None,
    title: str | None = None,
    licenses: list[dict[str, Any]] | None = None,
) -> None:
    """Write ``datapackage.json`` for the files as they stand, with their hashes.

    What else an earlier manifest says stays: who contributed, which version it is, which other
    files belong to it.

    Parameters
    ----------
    folder
        Holds the tables.
    name, title, licenses
        Of the data package; kept from the earlier manifest where there is one.

    Raises
    ------
    DataError
        Where there is no such folder, or an earlier manifest that cannot be read.
    """
    folder = Path(folder)
    require_folder(folder)
    old: dict[str, Any] = {"licenses": [CC_BY]}
    if (folder / MANIFEST).is_file():
        old = read_manifest(folder)
    if licenses is None:
        licenses = old.get("licenses", [])
    about = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        # A folder may be called anything, a data package only what an id may be.
        "name": name or old.get("name") or plain_id(folder.resolve().name),
        "title": title or old.get("title") or "A network of freight corridors",
        **({"licenses": licenses} if licenses else {}),
    }
    others = {k: v for k, v in old.items() if k not in {*about, "licenses", "resources"}}
    resources = _resources(folder, old.get("resources", {}))
    manifest = {**about, **others, "resources": resources}
    write_text(folder / MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")


def _resources(folder: Path, old: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what a manifest lists: the tables and lines there are, and what it listed besides."""
    there = {n: t for n, t in tables().items() if (folder / file_of(n)).is_file()}
    found: list[dict[str, Any]] = []
    for table in there.values():
        content = (folder / file_of(table.name)).read_bytes()
        own = {
            "name": table.name,
            "path": file_of(table.name),
            "type": "table",
            "description": table.meaning,
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "bytes": len(content),
            "hash": sha256(content),
            "schema": _schema(table, there, content),
        }
        found.append({**own, **_said_besides(old.get(table.name, {}), own)})
    if (folder / LINES).is_file():
        content = (folder / LINES).read_bytes()
        own = {
            "name": "lines",
            "path": LINES,
            "description": "Course of each link on the ground or at sea",
            "mediatype": "application/geo+json",
            "bytes": len(content),
            "hash": sha256(content),
        }
        said = {"licenses": [ODBL]} if _has_osm(content) else {}
        found.append({**own, **said, **_said_besides(old.get("lines", {}), own)})
    for name, resource in old.items():
        path = resource.get("path")
        if name in {*tables(), "lines"} or not isinstance(path, str) or not _is_plain(path):
            continue
        if (folder / path).is_file():
            content = (folder / path).read_bytes()
            anew = {"bytes": len(content), "hash": sha256(content)}
            found.append({**resource, **{k: v for k, v in anew.items() if k in resource}})
    return found


def _said_besides(old: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Return what an earlier manifest says of a file that does not follow from the file."""
    return {key: value for key, value in old.items() if key not in own}


def _has_osm(content: bytes) -> bool:
    """Say whether any line was taken from OpenStreetMap, whose licence then holds."""
    try:
        features = json.loads(content)["features"]
        return any(str(one["properties"].get("made")).startswith("osm") for one in features)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        # No lines, which whoever reads them is told.
        return False


def _schema(table: Table, there: dict[str, Table], content: bytes) -> dict[str, Any]:
    """Return the schema of a file: of the columns that it has, in the order that it has."""
    fields = []
    text = io.StringIO(content.decode("utf-8-sig", "replace"), newline="")
    try:
        header = next(csv.reader(text), [])
    except csv.Error:
        # No table, which whoever reads it is told.
        header = []
    known = {column.name: column for column in table.columns}
    for column in (known[name.strip()] for name in header if name.strip() in known):
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
        if column.choices and column.is_list:
            one = "|".join(column.choices)
            limits["pattern"] = f"^({one})( *; *({one}))*$"
        elif column.choices:
            limits["enum"] = list(column.choices)
        if limits:
            field["constraints"] = limits
        fields.append(field)
    schema: dict[str, Any] = {
        "fields": fields,
        "primaryKey": list(table.key),
        "missingValues": [""],
    }
    foreign = _foreign_keys(table, there)
    return {**schema, "foreignKeys": foreign} if foreign else schema


def _foreign_keys(table: Table, there: dict[str, Table]) -> list[dict[str, Any]]:
    """Return the references of a table to others; a list of ids in one cell is no such key."""
    keys = []
    for column in table.columns:
        other, _, key = column.references.partition(".")
        if other in there and not column.is_list:
            keys.append(
                {"fields": [column.name], "reference": {"resource": other, "fields": [key]}}
            )
    return keys
