"""Read a GMNS folder, one's own or another program's, into a network folder.

What GMNS does not say is not made up: cargo, capacities and demand are empty
unless the folder was written by `gmns.write`. What has to be there for a
network at all is taken as follows, and each such number gets a row of
provenance that says so:

* a mode that is none of this package's is the mode that the caller names;
* a country is the one that the place lies in or next to, by the basemap;
* a length that is missing is that of the line on the WGS 84 ellipsoid;
* a link without capacity or lanes is shut: it gets a limit of 0.
"""

from __future__ import annotations

import re
from pathlib import Path

from corridors.errors import DataError, nearest
from corridors.exchange.choice_file import choice_file, ids_of
from corridors.exchange.gmns import OWN_CARGO, OWN_NODE, OWN_TRANSFER, SUBFOLDER, TRANSLATED
from corridors.exchange.gmns_faults import FILES, Origins
from corridors.exchange.gmns_files import GmnsFolder, Row, fault, number_in
from corridors.exchange.gmns_links import GmnsLinks, Place
from corridors.exchange.tables import frames_from_rows, missing_provenance
from corridors.files import read_whole, whole_folder, write_bytes
from corridors.network.reading.ids import plain_id, plain_ids
from corridors.network.reading.manifest import CC_BY
from corridors.network.schema import MODES, tables

SOURCE = "gmns"


def import_gmns(
    folder: str | Path,
    out: str | Path,
    *,
    mode: str = "road",
    length_unit: str | None = None,
    speed_unit: str | None = None,
) -> list[str]:
    """Turn a GMNS folder into a network folder.

    Parameters
    ----------
    folder
        Holds ``node.csv`` and ``link.csv``, and what else of GMNS there is.
    out
        Network folder to write; must not exist or be empty.
    mode
        Mode of links whose facility_type is none of rail, road, sea, pipeline.
    length_unit, speed_unit
        Units of lengths and speeds, such as ``mi`` and ``mph``, where ``config.csv``
        states none; km and km/h if None, and a remark says so.

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
    from corridors.network.folder import CHOICE, copy_scenarios, raise_problems, write_tables

    source, target = Path(folder), Path(out)
    if target.exists() and (target.is_file() or any(target.iterdir())):
        msg = f"{target}: stands there already, and nothing is overwritten; name a new folder"
        raise DataError(msg)
    if mode not in MODES:
        msg = f"mode: saw {mode!r}, expected one of {', '.join(MODES)}{nearest(mode, MODES)}"
        raise DataError(msg)
    reader = _Reader(GmnsFolder(source, length_unit, speed_unit), mode)
    rows = reader.rows()
    frames, problems = frames_from_rows(rows)
    raise_problems(source, reader.origins.said_of_gmns(rows, problems))
    said = f"taken over from the GMNS folder {reader.name}, which names no sources"
    added = missing_provenance(frames, SOURCE, "D", said)
    if added:
        rows["provenance"] += [{**row, **reader.why(row)} for row in added]
        if not any(row["source_id"] == SOURCE for row in rows["sources"]):
            title = f"GMNS network {reader.name}"
            rows["sources"].append({"source_id": SOURCE, "publisher": reader.name, "title": title})
        frames, problems = frames_from_rows(rows)
        raise_problems(source, reader.origins.said_of_gmns(rows, problems))
    lines = lines_bytes(reader.links.features) if reader.links.found_lines else None
    choice = choice_file(source / SUBFOLDER, ids_of(frames))
    if choice is not None and choice[1]:
        names = ", ".join(choice[1])
        reader.remarks.append(f"counts of {CHOICE} left out, what they count is gone: {names}")
    with whole_folder(target) as made:
        write_tables(
            made,
            frames,
            name=plain_id(reader.name),
            title=reader.title,
            lines=lines,
            licenses=reader.licenses,
        )
        copy_scenarios(source / SUBFOLDER, made)
        if choice is not None:
            write_bytes(made / CHOICE, choice[0])
    return reader.remarks


class _Reader:
    """Reads one GMNS folder and remembers what it had to do to it."""

    def __init__(self, gmns: GmnsFolder, mode: str) -> None:
        self.gmns, self.mode = gmns, mode
        self.folder = gmns.folder
        self.remarks: list[str] = gmns.remarks
        self.links: GmnsLinks
        self.origins = Origins(gmns)
        self.ids: dict[str, str] = {}
        self.name = gmns.config.get("dataset_name") or self.folder.resolve().name
        said = _about(self.folder / SUBFOLDER / "about.txt")
        self.title = said.get("title", f"{self.name}, from GMNS")
        # Of another's folder nobody has said under which licence it stands.
        self.licenses = [_licence(one) for one in said.get("licences", "").split("; ") if one]

    def rows(self) -> dict[str, list[Row]]:
        """Return the tables of a network as rows of text."""
        found: dict[str, list[Row]] = {
            name: self.gmns.table(f"{SUBFOLDER}/{name}.csv") for name in tables()
        }
        for name, own in found.items():
            self._put(own, f"{SUBFOLDER}/{name}.csv")
        places: dict[str, Place] = {}
        found["nodes"] = self._nodes(places)
        self.links = GmnsLinks(self.gmns, places, self.mode)
        found["links"] = self.links.rows
        self._put(found["nodes"], FILES["nodes"])
        self._put(found["links"], FILES["links"])
        found["capacities"] += self.links.capacities
        found["capacity_members"] += self.links.members
        self.remarks += self.links.remarks
        found["cargo"] = self._cargo()
        found["transfers"] += self._transfers()
        known = {f"{n}.csv" for n in ("node", "link", "geometry", "movement", "use_definition",
                                      "config")}  # fmt: skip
        others = sorted(p.name for p in self.folder.glob("*.csv") if p.name not in known)
        if others:
            self.remarks.append(f"left out, a network has no word for it: {', '.join(others)}")
        self._forget_provenance(found)
        return found

    def _put(self, rows: list[Row], file: str) -> None:
        for number, row in enumerate(rows, 2):
            self.origins.put(row, file, number)

    def _nodes(self, places: dict[str, Place]) -> list[Row]:
        """Return rows of nodes.csv, and put down where each node lies."""
        rows = self.gmns.needed_table("node.csv", ("node_id", "x_coord", "y_coord"))
        path = self.folder / "node.csv"
        kinds = tables()["nodes"].column("kind").choices
        self.ids = plain_ids(row["node_id"] for row in rows)
        result: list[Row] = []
        other_kinds, looked_up, turned = set(), 0, []
        for number, row in enumerate(rows, 2):
            kind = row.get("node_type", "")
            if kind.lower() not in kinds:
                other_kinds |= {kind} - {""}
                kind = "junction"
            lon, lat = _position(row, path, number)
            lon_text = row["x_coord"]
            if 180.0 < lon <= 360.0:
                # Longitudes may be counted on past the antimeridian.
                lon -= 360.0
                lon_text = repr(round(lon, 9))
                turned.append(self.ids[row["node_id"]])
            country = row.get("country", "")
            if not country:
                country = self._country(lon, lat)
                looked_up += 1
            name = self.ids[row["node_id"]]
            places[row["node_id"]] = Place(name, lon, lat)
            result.append(
                {
                    **{c: row.get(c, "") for c in OWN_NODE},
                    "node_id": name,
                    "name": row.get("name") or row["node_id"],
                    "kind": kind.lower(),
                    "country": country,
                    "lat": row["y_coord"],
                    "lon": lon_text,
                }
            )
        renamed = [f"{old!r} is {new}" for old, new in self.ids.items() if old != new]
        if renamed:
            self.remarks.append(f"nodes called anew: {', '.join(renamed)}")
        if other_kinds:
            self.remarks.append(f"junctions now, were {', '.join(sorted(other_kinds))}")
        if looked_up:
            self.remarks.append(f"country of {looked_up} nodes by where they lie")
        if turned:
            self.remarks.append(f"longitudes past 180 counted from the west: {', '.join(turned)}")
        return result

    def _country(self, lon: float, lat: float) -> str:
        from shapely import Point

        from corridors.network.antimeridian import map_longitude
        from corridors.network.geometry import read_basemap

        if not hasattr(self, "_basemap"):
            self._basemap = read_basemap()
        place = Point(map_longitude(lon), lat)
        nearest_row = self._basemap.sindex.nearest(place, return_all=False)[1][0]
        return str(self._basemap["iso2"].iloc[nearest_row])

    def _cargo(self) -> list[Row]:
        rows = self.gmns.table("use_definition.csv")
        self.gmns.require_columns("use_definition.csv", rows, ("use",))
        others = [r["use"] for r in rows if not r.get("t_per_unit")]
        if others:
            names = ", ".join(others)
            self.remarks.append(f"uses left out, they say nothing of goods: {names}")
        found = []
        for number, row in enumerate(rows, 2):
            if row.get("t_per_unit"):
                found.append({"cargo": row["use"], **{c: row.get(c, "") for c in OWN_CARGO}})
                self.origins.put(found[-1], FILES["cargo"], number)
        return found

    def _transfers(self) -> list[Row]:
        rows = self.gmns.table("movement.csv")
        if rows and "transfer_id" in rows[0]:
            self.gmns.require_columns("movement.csv", rows, ("node_id",))
        plain = [r for r in rows if "transfer_id" not in r]
        if plain:
            self.remarks.append(
                f"{len(plain)} movements left out: every way through a node is open, and "
                "changes of mode need rows in transfers.csv"
            )
        found: dict[str, Row] = {}
        for number, row in enumerate(rows, 2):
            name = row.get("transfer_id")
            if name and name not in found:
                own = {c: row.get(c, "") for c in OWN_TRANSFER}
                found[name] = {**own, "node_id": self._node(row["node_id"])}
                self.origins.put(found[name], FILES["transfers"], number)
        return list(found.values())

    def _node(self, text: str) -> str:
        if text not in self.ids:
            msg = f"{self.folder / 'movement.csv'}: node_id: {text!r} is not in node.csv"
            raise DataError(msg + nearest(text, self.ids))
        return self.ids[text]

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
            note = self.links.notes.get(row["row"], "")
            return {"note": note} if note else {}
        if row["table"] == "links" and row["column"] == "hours":
            return {"note": "length divided by the free speed of the GMNS folder"}
        return {}


def _about(path: Path) -> dict[str, str]:
    """Return what a folder says of itself, where this package wrote it: a pair a line."""
    if not path.exists():
        return {}
    try:
        lines = read_whole(path).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        msg = f"{path}: not text in UTF-8"
        raise DataError(msg) from None
    return dict(line.split(": ", 1) for line in lines if ": " in line)


def _licence(title: str) -> Row:
    """Return a licence as a data package has it; its name is of few letters."""
    name = "-".join(re.findall(r"[A-Za-z0-9._]+", title))
    return CC_BY if title == CC_BY["title"] else {"name": name or "other", "title": title}


def _position(row: Row, path: Path, number: int) -> tuple[float, float]:
    """Return longitude and latitude of a node; longitudes may be counted on past 180."""
    lon, lat = (number_in(row, c, path, number) or 0.0 for c in ("x_coord", "y_coord"))
    if abs(lat) > 90.0 >= abs(lon) and -180.0 <= lat <= 360.0:
        expected = "a number of at least -90 and at most 90 (x_coord and y_coord may be swapped)"
        fault(path, number, "y_coord", row["y_coord"], expected)
    number_in(row, "x_coord", path, number, least=-180.0, most=360.0)
    number_in(row, "y_coord", path, number, least=-90.0, most=90.0)
    return lon, lat
