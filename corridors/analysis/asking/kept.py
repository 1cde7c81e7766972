"""Results that were kept: read again, and run again to see whether they still come out."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from corridors.assignment.assign import assign
from corridors.assignment.comparison import compare
from corridors.assignment.views.kept import (
    FILES,
    LINKS,
    MANIFEST,
    SUMMARY,
    assignment_summary,
    data_hashes,
    files_changed,
    result_hash,
    summary_hash,
    table_hashes,
    versions,
)
from corridors.display import card, in_words
from corridors.errors import DataError, require_kind
from corridors.files import read_whole
from corridors.network.network import Network, load
from corridors.scenarios.scenario import Scenario
from corridors.scenarios.scenario import scenario as read_scenario
from corridors.simulation.asked import SAVED
from corridors.simulation.simulate import simulate

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

_MOST_BYTES = 2_000_000_000
_KEYS = ("kind", "scenario", "parameters", "network", "versions", "tables", "result")


@dataclass(frozen=True, eq=False)
class KeptResult:
    """A result as it was kept.

    Attributes
    ----------
    folder
        Where it lies.
    kind
        ``"assignment"``, ``"comparison"`` or ``"simulation"``.
    manifest, summary
        Plain values.
    tables
        Frames by name, each also an attribute: ``kept.by_demand``. The unit of a column is
        in ``units``.
    """

    folder: Path
    kind: str
    manifest: dict[str, Any]
    summary: dict[str, Any]
    tables: dict[str, pd.DataFrame]

    def __getattr__(self, name: str) -> pd.DataFrame:
        # Asked before there are any, as a copy does, there is no table either.
        tables = self.__dict__.get("tables", {})
        if name in tables:
            found: pd.DataFrame = tables[name]
            return found
        msg = f"no table {name!r} in {self.__dict__.get('folder')}: {', '.join(tables)}"
        raise AttributeError(msg)

    def __repr__(self) -> str:
        plan = self.scenario
        name = plan.name if plan else "undisturbed"
        return f"KeptResult({self.kind} of {name}, {len(self.tables)} tables, {self.folder})"

    def _repr_html_(self) -> str:
        plain = {k: v for k, v in self.summary.items() if isinstance(v, str | int | float)}
        return card(repr(self), plain | {"tables": tuple(map(in_words, self.tables))})

    @property
    def scenario(self) -> Scenario | None:
        """The scenario that was asked, or None."""
        return _scenario(self.manifest["scenario"])

    @property
    def links(self) -> gpd.GeoDataFrame:
        """Links with what they carry, as lines."""
        import geopandas as gpd

        return gpd.read_parquet(self.folder / f"{LINKS}.parquet")

    @property
    def units(self) -> dict[str, dict[str, str]]:
        """The unit of each column that has one, by table."""
        import pyarrow.parquet as pq

        found = {}
        for name in self.tables:
            schema = pq.read_schema(self.folder / f"{name}.parquet")
            with_unit = ((f.name, (f.metadata or {}).get(b"unit")) for f in schema)
            found[name] = {column: unit.decode() for column, unit in with_unit if unit}
        return found

    def verify(self, net: Network | None = None) -> dict[str, Any]:
        """Run the result again and compare; see `corridors.verify`."""
        return verify(self.folder / MANIFEST, net=net)


def load_result(folder: str | os.PathLike[str]) -> KeptResult:
    """Read a result that `save` has kept.

    Parameters
    ----------
    folder
        As it was given to `save`, or to ``--out``.

    Returns
    -------
    KeptResult

    Raises
    ------
    DataError
        Where there is no such result, or a file of it cannot be read.

    Examples
    --------
    >>> import corridors as co, tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     plan = co.assign(co.load(), as_of="2025-09-12")
    ...     kept = co.load_result(plan.save(pathlib.Path(folder) / "plan"))
    ...     bool(kept.shortfall["demand_t_per_day"].sum() > 0)
    True
    """
    import pyarrow.parquet as pq
    from pyarrow import ArrowException

    require_kind("folder", folder, str | os.PathLike, "a folder, by its name or path")
    target = Path(folder)
    manifest = read_manifest(target / MANIFEST)
    summary = _json(target / SUMMARY)
    tables = {}
    for name in manifest["tables"]:
        file = target / f"{name}.parquet"
        try:
            tables[name] = pq.read_table(file).to_pandas()
        except (OSError, ArrowException) as error:
            msg = f"{file}: cannot be read ({' '.join(str(error).split())[:200]})"
            raise DataError(msg) from None
    return KeptResult(target, manifest["kind"], manifest, summary, tables)


def read_manifest(path: Path) -> dict[str, Any]:
    """Return the manifest of a kept result.

    Raises
    ------
    DataError
        Where it is none.
    """
    content = _json(path)
    missing = [k for k in _KEYS if k not in content]
    if missing:
        msg = f"{path}: no manifest of a result, {missing[0]!r} is missing"
        raise DataError(msg)
    kind = content["kind"]
    if kind not in ("assignment", "comparison", "simulation"):
        msg = f"{path}: saw the kind {kind!r}, expected assignment, comparison or simulation"
        raise DataError(msg)
    for key in ("parameters", "network", "versions"):
        _require(path, key, content[key], isinstance(content[key], dict), "a mapping")
    _require(path, "result", content["result"], isinstance(content["result"], str), "a hash")
    for key in ("scenario", "baseline_scenario"):
        found = content.get(key)
        _require(path, key, found, found is None or isinstance(found, str), "its text, or null")
    network = content["network"]
    hashed = {"tables": content["tables"], FILES: content.get(FILES, {})}
    hashed |= {f"network.{key}": network.get(key) or {} for key in ("tables", "files")}
    for key, value in hashed.items():
        fits = isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
        _require(path, key, value, fits, "hashes by name")
    return content


def _require(path: Path, key: str, value: object, fits: bool, expected: str) -> None:
    if not fits:
        shown = repr(value)
        shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
        msg = f"{path}: {key}: saw {shown}, expected {expected}"
        raise DataError(msg)


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(read_whole(path, _MOST_BYTES, "a result").decode("utf-8"))
    except ValueError as error:
        # A file that cannot be read at all has said so itself, and is a DataError already.
        if isinstance(error, DataError):
            raise
        msg = f"{path}: not JSON ({error})"
        raise DataError(msg) from None
    if not isinstance(content, dict):
        msg = f"{path}: saw {type(content).__name__}, expected a mapping"
        raise DataError(msg)
    return content


def _scenario(text: str | None) -> Scenario | None:
    if text is None:
        return None
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        msg = f"scenario: not YAML ({' '.join(str(error).split())[:200]})"
        raise DataError(msg) from None
    # The name of a scenario would be looked up, and is not what was asked.
    require_kind("scenario", content, dict, "the text of a scenario file")
    return read_scenario(content)


def verify(manifest: str | os.PathLike[str], *, net: Network | None = None) -> dict[str, Any]:
    """Run a kept result again and say whether the same comes out.

    Parameters
    ----------
    manifest
        The file ``manifest.json`` of a kept result, or its folder.
    net
        The network to run on; the one that the manifest names if None.

    Returns
    -------
    dict
        ``ok``: whether the result is the same to the last digit; ``data_changed``: files of
        the network, or tables where it has none, of which a byte is another, is new or is
        gone; ``tables_changed``: tables of the result, or its summary, that come
        out otherwise; ``files_changed``: kept files that are no longer what was written, or gone;
        ``versions_changed``: releases that are others, each was and is; ``result`` and
        ``expected``: the hashes.

    Raises
    ------
    DataError
        Where there is no manifest, or its network cannot be had.
    """
    require_kind("manifest", manifest, str | os.PathLike, "a folder, by its name or path")
    path = Path(manifest)
    path = path / MANIFEST if path.is_dir() else path
    said = read_manifest(path)
    own = net if net is not None else load(_folder(said["network"], path))
    now = data_hashes(own)
    tables, summary = _again(own, said, path)
    hashes = table_hashes(tables)
    named = _name_of(path.with_name(SUMMARY))
    outcome = summary_hash(summary | named)
    names = sorted({*hashes, *said["tables"]})
    changed = [n for n in names if hashes.get(n) != said["tables"].get(n)]
    if named and said.get(FILES) and said[FILES].get(SUMMARY) != outcome:
        changed.append(Path(SUMMARY).stem)
    there = versions()
    before = said["versions"]
    return {
        "ok": result_hash(hashes) == said["result"] and not changed,
        "kind": said["kind"],
        "data_changed": _data_changed(said["network"], now),
        "tables_changed": changed,
        "files_changed": files_changed(path.parent, said, outcome),
        "versions_changed": {
            name: [before.get(name), there.get(name)]
            for name in sorted({*before, *there})
            if before.get(name) != there.get(name)
        },
        "result": result_hash(hashes),
        "expected": said["result"],
    }


def _name_of(path: Path) -> dict[str, Any]:
    """Return the name of the scenario as a kept summary has it, where that can be read.

    A sum is called ``a+b``, which the text of a scenario has no name for.
    """
    try:
        found = _json(path)
    except DataError:
        return {}
    return {"scenario": found["scenario"]} if "scenario" in found else {}


def _folder(network: dict[str, Any], path: Path) -> str | None:
    """Return where the network lies, None for the shipped one."""
    if network.get("shipped"):
        return None
    folder = network.get("folder")
    if not isinstance(folder, str):
        msg = f"{path}: its network {network.get('name')} has no folder; give it (--network)"
        raise DataError(msg)
    return folder


def _data_changed(was: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Return the files of a network that are others, or its tables where it has no files."""
    part = "files" if was.get("files") and now["files"] else "tables"
    before, after = was.get(part, {}), now[part]
    return sorted(n for n in {*before, *after} if before.get(n) != after.get(n))


def _again(
    net: Network, said: dict[str, Any], path: Path
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Return the tables and the summary of a result that is run again."""
    plan, asked = _scenario(said["scenario"]), dict(said["parameters"])
    try:
        if said["kind"] == "simulation":
            days = asked.pop("days")
            sim = simulate(net, plan, days, **asked)
            return {name: getattr(sim, name) for name in SAVED}, sim.to_dict()
        hit = assign(net, plan, **asked)
        if said["kind"] == "assignment":
            return hit.tables.files(), assignment_summary(hit)
        base = assign(net, _scenario(said.get("baseline_scenario")), **asked)
        both = compare(base, hit)
        return both.tables.files(), both.to_dict()
    except (TypeError, KeyError) as error:
        msg = f"{path}: parameters: saw {said['parameters']}, which cannot be run ({error})"
        raise DataError(msg) from None
