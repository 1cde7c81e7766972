"""Read a GMNS folder, one's own or another program's, into a network folder.

What GMNS does not say is not made up: cargo, capacities and demand are empty
unless the folder was written by `gmns.write`. What has to be there for a
network at all is taken as follows, and each such number gets a row of
provenance that says so:

* a mode that is none of this package's is the mode that the caller names;
* a country is the one that the place lies in or next to, by the basemap;
* a length that is missing is that of the line on the WGS 84 ellipsoid.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.errors import DataError, nearest
from corridors.exchange.gmns import (
    OWN_CARGO,
    OWN_LINK,
    OWN_NODE,
    OWN_TRANSFER,
    SUBFOLDER,
    TRANSLATED,
)
from corridors.exchange.tables import frames_from_rows, missing_provenance
from corridors.network.schema import MODES, tables

if TYPE_CHECKING:
    from shapely import LineString

KM = {"km": 1.0, "kilometer": 1.0, "kilometre": 1.0, "kilometers": 1.0, "kilometres": 1.0,
      "m": 0.001, "meter": 0.001, "metre": 0.001, "meters": 0.001, "metres": 0.001,
      "mi": 1.609344, "mile": 1.609344, "miles": 1.609344,
      "ft": 0.0003048, "foot": 0.0003048, "feet": 0.0003048}  # fmt: skip
"""Kilometres in the units of length that GMNS folders use."""

SOURCE = "gmns"
_SHORTEST_KM = 0.1

Row = dict[str, str]


def import_gmns(folder: str | Path, out: str | Path, *, mode: str = "road") -> list[str]:
    """Turn a GMNS folder into a network folder.

    Parameters
    ----------
    folder
        Holds ``node.csv`` and ``link.csv``, and what else of GMNS there is.
    out
        Network folder to write; must not exist or be empty.
    mode
        Mode of links whose facility_type is none of rail, road, sea, pipeline.

    Returns
    -------
    list of str
        What was taken over in another form or left out, a line each.

    Raises
    ------
    DataError
        Where the folder is not GMNS or says what a network cannot hold.

    Examples
    --------
    >>> import tempfile
    >>> import corridors as co
    >>> with tempfile.TemporaryDirectory() as there:
    ...     net = co.load(co.new_network(there + "/mine"))
    ...     files = co.export(net, there + "/gmns", "gmns")
    ...     co.import_gmns(there + "/gmns", there + "/back")
    ...     co.load(there + "/back")
    []
    Network(back: 7 nodes, 8 links, 3 capacities, 2 demands)
    """
    from corridors.exchange.lines import lines_bytes
    from corridors.network.folder import copy_scenarios, raise_problems, write_tables

    source, target = Path(folder), Path(out)
    if target.exists() and (target.is_file() or any(target.iterdir())):
        msg = f"{target}: stands there already, and nothing is overwritten; name a new folder"
        raise DataError(msg)
    if mode not in MODES:
        msg = f"mode: saw {mode!r}, expected one of {', '.join(MODES)}{nearest(mode, MODES)}"
        raise DataError(msg)
    reader = _Reader(source, mode)
    rows = reader.rows()
    frames, problems = frames_from_rows(rows)
    raise_problems(source, problems)
    said = f"taken over from the GMNS folder {reader.name}, which names no sources"
    added = missing_provenance(frames, SOURCE, "D", said)
    if added:
        rows["provenance"] += [{**row, **reader.why(row)} for row in added]
        if not any(row["source_id"] == SOURCE for row in rows["sources"]):
            title = f"GMNS network {reader.name}"
            rows["sources"].append({"source_id": SOURCE, "publisher": reader.name, "title": title})
        frames, problems = frames_from_rows(rows)
        raise_problems(source, problems)
    lines = lines_bytes(reader.features) if reader.found_lines else None
    write_tables(target, frames, name=_id(reader.name), title=reader.title, lines=lines)
    copy_scenarios(source / SUBFOLDER, target)
    return reader.remarks


class _Reader:
    """Reads one GMNS folder and remembers what it had to do to it."""

    def __init__(self, folder: Path, mode: str) -> None:
        self.folder, self.mode = folder, mode
        self.remarks: list[str] = []
        self.measured: dict[str, str] = {}
        self.features: list[dict[str, Any]] = []
        self.found_lines = False
        if not folder.is_dir():
            msg = f"{folder}: no such folder"
            raise DataError(msg)
        config = self._read("config.csv")
        self.config = config[0] if config else {}
        self.name = self.config.get("dataset_name") or folder.resolve().name
        self.title = f"{self.name}, from GMNS"
        about = folder / SUBFOLDER / "about.txt"
        if about.is_file():
            said = dict(
                line.split(": ", 1)
                for line in about.read_text(encoding="utf-8").splitlines()
                if ": " in line
            )
            self.title = said.get("title", self.title)
        crs = self.config.get("crs", "")
        if crs and crs.upper().replace(" ", "") not in {"EPSG:4326", "4326", "WGS84", "OGC:CRS84"}:
            msg = f"{folder / 'config.csv'}: crs: saw {crs!r}, expected EPSG:4326 (WGS 84)"
            raise DataError(msg)
        unit = (self.config.get("long_length") or "km").strip().lower()
        if unit not in KM:
            where = f"{folder / 'config.csv'}: long_length"
            msg = f"{where}: saw {unit!r}, expected one of {', '.join(KM)}{nearest(unit, KM)}"
            raise DataError(msg)
        self.km = KM[unit]

    def _read(self, name: str, *, needed: bool = False) -> list[Row]:
        path = self.folder / name
        if not path.is_file():
            if needed:
                msg = f"{self.folder}: no {name} there, so it is not a GMNS folder"
                raise DataError(msg)
            return []
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.DictReader(file, strict=True)
                rows = list(reader)
        except (UnicodeDecodeError, csv.Error) as error:
            msg = f"{path}: not a table in UTF-8 ({error})"
            raise DataError(msg) from None
        for number, row in enumerate(rows, 2):
            if None in row or None in row.values():
                msg = f"{path}, row {number}: expected {len(reader.fieldnames or ())} values"
                raise DataError(msg)
        # GMNS writes what is missing as nothing or as NaN.
        return [{k: "" if v.strip() == "NaN" else v.strip() for k, v in r.items()} for r in rows]

    def _columns(self, name: str, rows: list[Row], needed: tuple[str, ...]) -> None:
        missing = [c for c in needed if rows and c not in rows[0]]
        if missing or not rows:
            what = f"no column {missing[0]!r}" if missing else "no rows"
            msg = f"{self.folder / name}: {what}"
            raise DataError(msg)

    def rows(self) -> dict[str, list[Row]]:
        """Return the tables of a network as rows of text."""
        found: dict[str, list[Row]] = {
            name: self._read(f"{SUBFOLDER}/{name}.csv") for name in tables()
        }
        node_rows = self._read("node.csv", needed=True)
        self._columns("node.csv", node_rows, ("node_id", "x_coord", "y_coord"))
        found["nodes"] = self._nodes(node_rows)
        link_rows = self._read("link.csv", needed=True)
        self._columns("link.csv", link_rows, ("link_id", "from_node_id", "to_node_id"))
        found["links"] = self._links(link_rows, found["nodes"])
        found["cargo"] = self._cargo()
        found["transfers"] += self._transfers()
        known = {f"{n}.csv" for n in ("node", "link", "geometry", "movement", "use_definition",
                                      "config")}  # fmt: skip
        others = sorted(p.name for p in self.folder.glob("*.csv") if p.name not in known)
        if others:
            self.remarks.append(f"left out, a network has no word for it: {', '.join(others)}")
        self._forget_provenance(found)
        return found

    def _nodes(self, rows: list[Row]) -> list[Row]:
        kinds = tables()["nodes"].column("kind").choices
        result, other_kinds, looked_up = [], set(), 0
        for number, row in enumerate(rows, 2):
            kind = row.get("node_type", "")
            if kind not in kinds:
                other_kinds |= {kind} - {""}
                kind = "junction"
            country = row.get("country", "")
            if not country:
                country = self._country(row, number)
                looked_up += 1
            result.append(
                {
                    **{c: row.get(c, "") for c in OWN_NODE},
                    "node_id": _id(row["node_id"]), "name": row.get("name") or row["node_id"],
                    "kind": kind, "country": country, "lat": row["y_coord"],
                    "lon": row["x_coord"],
                }
            )  # fmt: skip
        if other_kinds:
            self.remarks.append(f"junctions now, were {', '.join(sorted(other_kinds))}")
        if looked_up:
            self.remarks.append(f"country of {looked_up} nodes by where they lie")
        return result

    def _country(self, row: Row, number: int) -> str:
        from shapely import Point

        from corridors.network.geometry import read_basemap

        if not hasattr(self, "_basemap"):
            self._basemap = read_basemap()
        try:
            place = Point(float(row["x_coord"]), float(row["y_coord"]))
        except ValueError:
            where = f"{self.folder / 'node.csv'}, row {number}"
            msg = f"{where}: saw {row['x_coord']!r}, {row['y_coord']!r}, expected two numbers"
            raise DataError(msg) from None
        nearest_row = self._basemap.sindex.nearest(place, return_all=False)[1][0]
        return str(self._basemap["iso2"].iloc[nearest_row])

    def _links(self, rows: list[Row], nodes: list[Row]) -> list[Row]:
        shapes = {r["geometry_id"]: r for r in self._read("geometry.csv")}
        place = {n["node_id"]: (n["lon"], n["lat"]) for n in nodes}
        result, other_modes, left = [], set(), set()
        for number, row in enumerate(rows, 2):
            name = _id(row["link_id"])
            mode = row.get("facility_type", "")
            if mode not in MODES:
                other_modes |= {mode} - {""}
                mode = self.mode
            ends = [_id(row["from_node_id"]), _id(row["to_node_id"])]
            where = f"{self.folder / 'link.csv'}, row {number}"
            for end in ends:
                if end not in place:
                    msg = f"{where}: {end!r} is not in node.csv{nearest(end, place)}"
                    raise DataError(msg)
            line, said = self._line(row, shapes, [place[e] for e in ends], where)
            link = {c: row.get(c, "") for c in OWN_LINK}
            link |= {
                "link_id": name, "from_node": ends[0], "to_node": ends[1], "mode": mode,
                "direction": "forward" if _truth(row.get("directed", ""), where) else "both",
            }  # fmt: skip
            link["length_km"] = self._length(row, line, link, where)
            if not link["hours"]:
                link["hours"] = self._hours(row, link)
            if mode == "rail" and not link["gauge_mm"]:
                msg = f"{where}: rail without a gauge; add the column gauge_mm (1435 or 1520)"
                raise DataError(msg)
            left |= {c for c, v in row.items() if v and c not in _USED and c not in OWN_LINK}
            result.append(link)
            self._feature(name, line, said, link)
        if other_modes:
            self.remarks.append(f"{self.mode} now, were {', '.join(sorted(other_modes))}")
        if left:
            self.remarks.append(f"columns of link.csv left out: {', '.join(sorted(left))}")
        return result

    def _line(
        self, row: Row, shapes: dict[str, Row], ends: list[tuple[str, str]], where: str
    ) -> tuple[LineString, Row]:
        from shapely import GEOSException, LineString, from_wkt

        from corridors.network.geometry import great_circle

        said = shapes.get(row.get("geometry_id", ""), {})
        text = row.get("geometry") or said.get("geometry", "")
        if not text:
            (a, b), (c, d) = ends
            try:
                # Two nodes at one place are a link all the same.
                start, end = (float(a), float(b)), (float(c), float(d))
            except ValueError as error:
                msg = f"{where}: the coordinates of its nodes are no numbers ({error})"
                raise DataError(msg) from None
            line = great_circle(start, end) if start != end else LineString([start, end])
            return line, {"made": "straight"}
        try:
            line = from_wkt(text)
        except GEOSException as error:
            msg = f"{where}: geometry: not well-known text ({error})"
            raise DataError(msg) from None
        if line.geom_type != "LineString" or line.is_empty:
            msg = f"{where}: geometry: saw {line.geom_type}, expected LINESTRING"
            raise DataError(msg)
        if row.get("dir_flag") == "-1":
            line = line.reverse()
        self.found_lines = True
        return line, said

    def _length(self, row: Row, line: LineString, link: Row, where: str) -> str:
        from corridors.network.geometry import geodesic_length_km

        key = link["link_id"]
        if row.get("length", ""):
            try:
                stated = float(row["length"])
            except ValueError:
                msg = f"{where}: length: saw {row['length']!r}, expected a number"
                raise DataError(msg) from None
            # A length in kilometres stays the text that it was.
            text = row["length"] if self.km == 1.0 else repr(round(stated * self.km, 6))
        else:
            text = repr(round(geodesic_length_km(line), 3))
            self.measured[key] = "length of the line on the WGS 84 ellipsoid; GMNS states none"
        if float(text) < _SHORTEST_KM:
            self.measured[key] = f"stated as {text} km, raised to the shortest length of a link"
            self.remarks.append(f"{key}: length {text} km raised to {_SHORTEST_KM} km")
            text = repr(_SHORTEST_KM)
        return text

    def _hours(self, row: Row, link: Row) -> str:
        """Return the running time that a speed means, in the config's lengths an hour."""
        speed = row.get("free_speed", "")
        try:
            kmh = float(speed or 0.0) * self.km
        except ValueError:
            msg = f"{self.folder / 'link.csv'}: free_speed: saw {speed!r}, expected a number"
            raise DataError(msg) from None
        return repr(round(float(link["length_km"]) / kmh, 4)) if kmh > 0 else ""

    def _feature(self, name: str, line: LineString, said: Row, link: Row) -> None:
        from corridors.exchange.lines import line_feature

        track = said.get("track_km") or link["length_km"]
        self.features.append(
            line_feature(
                name, line, said.get("made") or "given", track_km=float(track),
                bridged_km=float(said.get("bridged_km") or 0.0),
                drawn_km=float(said.get("drawn_km") or 0.0), note=said.get("note", ""),
            )
        )  # fmt: skip

    def _cargo(self) -> list[Row]:
        rows = self._read("use_definition.csv")
        own = [r for r in rows if r.get("t_per_unit")]
        if len(own) < len(rows):
            names = ", ".join(r["use"] for r in rows if not r.get("t_per_unit"))
            self.remarks.append(f"uses left out, they say nothing of goods: {names}")
        return [{"cargo": r["use"], **{c: r.get(c, "") for c in OWN_CARGO}} for r in own]

    def _transfers(self) -> list[Row]:
        rows = self._read("movement.csv")
        plain = [r for r in rows if "transfer_id" not in r]
        if plain:
            self.remarks.append(
                f"{len(plain)} movements left out: every way through a node is open, and "
                "changes of mode need rows in transfers.csv"
            )
        found: dict[str, Row] = {}
        for row in rows:
            if row.get("transfer_id"):
                own = {c: row.get(c, "") for c in OWN_TRANSFER}
                found.setdefault(row["transfer_id"], {**own, "node_id": _id(row["node_id"])})
        return list(found.values())

    def _forget_provenance(self, found: dict[str, list[Row]]) -> None:
        """Leave out the sources of numbers that another program has taken away."""
        there = {
            name: {"/".join(r.get(k, "") for k in tables()[name].key).rstrip("/") for r in rows}
            for name, rows in found.items()
            if name in TRANSLATED
        }
        found["provenance"] = [
            row
            for row in found["provenance"]
            if row["table"] not in there or row["row"] in there[row["table"]]
        ]

    def why(self, row: Row) -> Row:
        """Return the note of a number of which more is known than that it was taken over."""
        if row["table"] == "links" and row["column"] == "length_km":
            note = self.measured.get(row["row"], "")
            return {"note": note} if note else {}
        if row["table"] == "links" and row["column"] == "hours":
            return {"note": "length divided by the free speed of the GMNS folder"}
        return {}


_USED = {"link_id", "name", "from_node_id", "to_node_id", "directed", "geometry_id", "geometry",
         "dir_flag", "length", "facility_type", "free_speed", "allowed_uses"}  # fmt: skip


def _truth(text: str, where: str) -> bool:
    if text.lower() in {"true", "1", "yes", "t"}:
        return True
    if text.lower() in {"false", "0", "no", "f"}:
        return False
    msg = f"{where}: directed: saw {text!r}, expected true or false"
    raise DataError(msg)


def _id(text: str) -> str:
    """Return an id as this package writes it.

    Examples
    --------
    >>> _id("I-90 / Exit 3")
    'i-90-exit-3'
    """
    plain = re.sub(r"[^a-z0-9_.\-]+", "-", str(text).lower()).strip("-_.")
    return plain or "unnamed"
