"""Results on disk: tables with units, and a manifest from which they can be made again.

A folder holds every table as CSV, for people and spreadsheets, and as Parquet, with the unit
of each column in its metadata; the links with what they carry as GeoParquet; the summary as
JSON; and ``manifest.json``: what was asked, of which data, with which versions, and hashes of
the data and of the result.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors import __version__
from corridors.display import csv_text, json_text, plain_frame
from corridors.files import check_apart, read_whole, whole_folder, write_bytes, write_text
from corridors.network.folder import table_text
from corridors.network.schema import tables as schema_tables

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from corridors.network.network import Network
    from corridors.scenarios.scenario import Scenario

MANIFEST = "manifest.json"
SUMMARY = "summary.json"
FILES = "kept"
"""Key of the manifest for the hashes of all other files of a result, by name."""

LINKS = "links"
"""The GeoParquet file: links of the network with what they carry."""

LIBRARIES = ("numpy", "scipy", "highspy", "numba", "pandas", "geopandas", "pyarrow", "shapely")
"""Releases that a manifest names: what the numbers and the files are made with."""

_UNITS = (
    (r"(^|_)t_km$", "t km"),
    (r"(^|_)t_hours_per_day$", "t h/day"),
    (r"(^|_)t_hours$", "t h"),
    (r"(^|_)usd_per_day$", "USD/day"),
    (r"(^|_)usd_per_unit$", "USD/unit"),
    (r"(^|_)t_per_day$", "t/day"),
    (r"(^|_)units_per_day$", "units of the cargo/day"),
    (r"(^|_)usd$", "USD"),
    (r"(^|_)hours$", "h"),
    (r"(^|_)km$", "km"),
    (r"(^|_)t$", "t"),
    (r"^(use|share)$", "1"),
    (r"^(amount|background|used)$", "unit of the row/day"),
    (r"^(peak|peak_whole|queue|arrived|passed|gave_up)$", "unit of the row"),
)

_IN_TONNES = (
    "wanted", "on_time", "late", "other_way", "turned_back", "never_shipped", "short_as_usual",
    "not_yet_left", "waiting", "under_way",
)  # fmt: skip


def unit_of(column: str) -> str:
    """Return the unit of a column of results, empty where it has none.

    Examples
    --------
    >>> unit_of("lost_t_per_day"), unit_of("added_cost_usd_per_unit"), unit_of("cargo")
    ('t/day', 'USD/unit', '')
    """
    if column in _IN_TONNES:
        return "t"
    return next((unit for pattern, unit in _UNITS if re.search(pattern, column)), "")


def data_hashes(net: Network) -> dict[str, Any]:
    """Return which data a result is of: its name, and a hash of each table and file.

    ``tables`` are of what was read, whatever the form; ``files`` of the bytes on disk,
    where the network has a folder.
    """
    whole = net.whole
    folder = whole.folder
    shipped = whole.is_shipped
    files = sorted(p for p in folder.iterdir() if p.is_file()) if folder else []
    return {
        "name": whole.name,
        "folder": None if shipped or folder is None else str(folder.resolve()),
        "shipped": shipped,
        "tables": {
            table.name: _sha(table_text(whole.tables[table.name], table).encode())
            for table in schema_tables().values()
        },
        "files": {p.name: _sha(read_whole(p)) for p in files if not p.name.startswith(".")},
    }


@cache
def versions() -> Mapping[str, str]:
    """Return the releases that a result is made with."""
    found = {"corridors": __version__, "python": ".".join(map(str, sys.version_info[:3]))}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def table_hashes(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Return a hash of each table of a result, by name."""
    return {name: _sha(csv_text(frame).encode()) for name, frame in tables.items()}


def result_hash(hashes: Mapping[str, str]) -> str:
    """Return one hash for all tables of a result."""
    return _sha("".join(f"{name} {hashes[name]}\n" for name in sorted(hashes)).encode())


def manifest_of(
    kind: str,
    net: Network,
    scenario: Scenario | None,
    parameters: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    certificate: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Return what a result was asked of, and what came out, as plain values."""
    hashes = table_hashes(tables)
    return {
        "kind": kind,
        "scenario": scenario.to_yaml() if scenario else None,
        "parameters": dict(parameters),
        "network": data_hashes(net),
        "versions": dict(versions()),
        "certificate": certificate,
        "tables": hashes,
        "result": result_hash(hashes),
    }


def keep(
    folder: str | os.PathLike[str],
    tables: Mapping[str, pd.DataFrame],
    summary: Mapping[str, Any],
    manifest: Mapping[str, Any],
    links: gpd.GeoDataFrame,
) -> Path:
    """Write a result into a folder: all of it, or nothing.

    Of a result that was kept there before, nothing stays but files that are not as
    they were written: what lies beside a manifest is what the manifest is of.

    Parameters
    ----------
    folder
        Is made if it does not exist; the one it lies in must. It is returned.
    tables
        By name, each for a CSV and a Parquet file.
    summary, manifest
        Plain values.
    links
        Links with what they carry.

    Raises
    ------
    DataError
        Where the folder cannot be made or written to.
    """
    target = Path(folder)
    check_apart(target)
    with whole_folder(target, _of_an_earlier_result(target)) as made:
        for name, table in tables.items():
            write_text(made / f"{name}.csv", csv_text(table))
            write_bytes(made / f"{name}.parquet", parquet(plain_frame(table)))
        write_bytes(made / f"{LINKS}.parquet", geoparquet(plain_frame(links)))
        write_text(made / SUMMARY, json_text(summary))
        files = {p.name: _sha(p.read_bytes()) for p in sorted(made.iterdir())}
        write_text(made / MANIFEST, json_text({**manifest, FILES: files}))
    return target


def _of_an_earlier_result(folder: Path) -> set[str]:
    """Return the names of files there that are, to the byte, those of a result kept before."""
    try:
        known: dict[str, str] = json.loads((folder / MANIFEST).read_bytes())[FILES]
        there = {p.name: p for p in folder.iterdir() if p.is_file()}
        return {n for n, p in there.items() if n in known and _sha(p.read_bytes()) == known[n]}
    except (OSError, ValueError, LookupError, TypeError):
        # No result, or an earlier one of which it is not known any more what it wrote.
        return set()


def assignment_summary(plan: Any) -> dict[str, Any]:
    """Return the summary that is kept of an assignment."""
    name = plan.scenario.name if plan.scenario else None
    proof = plan.certificate.to_dict()
    return {"scenario": name, **plan.asked, **plan.to_dict(), "certificate": proof}


def keep_assignment(plan: Any, folder: str | os.PathLike[str]) -> Path:
    """Write an assignment into a folder, as `keep` does."""
    net, files, summary = plan.state.net, plan.tables.files(), assignment_summary(plan)
    proof = summary["certificate"]
    manifest = manifest_of("assignment", net, plan.scenario, plan.asked, files, proof)
    links = link_flows(net, t_per_day=by_link(plan.flows, "t_per_day"))
    return keep(folder, files, summary, manifest, links)


def summary_hash(summary: Mapping[str, Any]) -> str:
    """Return the hash of the file that a summary is kept in."""
    return _sha(json_text(summary).encode())


def files_changed(folder: Path, manifest: Mapping[str, Any], summary: str) -> list[str]:
    """Return the names of kept files that are not what was written, those that are gone among them.

    Parameters
    ----------
    folder
        Where they lie.
    manifest
        What is known of them. Of results that were kept before it held the hashes of all
        files it says those of tables alone: of the others it is seen whether they are there.
    summary
        The hash of the summary that comes out now, for those.
    """
    known: Mapping[str, str] = manifest.get(FILES) or {
        SUMMARY: summary,
        **{f"{name}.csv": expected for name, expected in manifest["tables"].items()},
        **dict.fromkeys((f"{name}.parquet" for name in (*manifest["tables"], LINKS)), ""),
    }
    found = []
    for name, expected in sorted(known.items()):
        file = folder / name
        content = file.read_bytes() if file.is_file() else None
        if content is None or (expected and _sha(content) != expected):
            found.append(name)
    return found


def parquet(frame: pd.DataFrame) -> bytes:
    """Return a table as Parquet, the unit of each column in the metadata of its field."""
    import pyarrow as pa

    return _written(pa.Table.from_pandas(frame, preserve_index=False))


def geoparquet(frame: gpd.GeoDataFrame) -> bytes:
    """Return a table with geometry as GeoParquet, units as in `parquet`."""
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False, schema_version="1.1.0")
    buffer.seek(0)
    return _written(pq.read_table(buffer))


def _written(table: Any) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    fields = []
    for field in table.schema:
        unit = unit_of(field.name)
        fields.append(field.with_metadata({b"unit": unit.encode()}) if unit else field)
    buffer = io.BytesIO()
    schema = pa.schema(fields, metadata=table.schema.metadata)
    pq.write_table(table.cast(schema), buffer, compression="zstd")
    return buffer.getvalue()


def link_flows(net: Network, **flows: Mapping[str, float]) -> gpd.GeoDataFrame:
    """Return the links of a network as lines with amounts; those of no amount are left out.

    Parameters
    ----------
    net
        The network.
    flows
        Amount by link, for each column.
    """
    links = net.whole.links.reset_index()[
        ["link_id", "from_node", "to_node", "mode", "corridor", "border", "geometry"]
    ]
    for name, amounts in flows.items():
        links[name] = links["link_id"].map(dict(amounts)).fillna(0.0).astype("float64")
    return links[links[list(flows)].abs().sum(axis=1) > 0].reset_index(drop=True)


def by_link(flows: pd.DataFrame, column: str) -> dict[str, float]:
    """Return the amount on each link, both directions and all cargo together."""
    own = flows[flows["kind"] == "link"].groupby("id")[column].sum()
    return {str(link): float(amount) for link, amount in own.items()}


def _sha(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()
