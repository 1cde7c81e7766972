"""Links of a GMNS folder: ends, mode, direction, line, length, hours, and which are shut."""

from __future__ import annotations

import math
import re
import statistics
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from corridors.errors import DataError, nearest
from corridors.exchange.gmns import OWN_LINK
from corridors.exchange.gmns_files import KM, Row, fault, number_in, truth_in
from corridors.network.reading.ids import plain_ids
from corridors.network.schema import MODES, tables

if TYPE_CHECKING:
    from collections.abc import Container
    from pathlib import Path

    from shapely import LineString

    from corridors.exchange.gmns_files import GmnsFolder

CALLED = {"railway": "rail", "railroad": "rail", "train": "rail", "ferry": "sea",
          "shipping": "sea", "maritime": "sea"}  # fmt: skip
"""What else the modes are called in other programs' facility types."""

SHORTEST_KM = 0.1
FASTEST_KMH = 1000.0
_FEW = 10
_LIKELY = (0.95, 2.0)
"""Stated length over great circle where the unit of length is the right one."""

_USED = {"link_id", "name", "from_node_id", "to_node_id", "directed", "geometry_id", "geometry",
         "dir_flag", "length", "facility_type", "free_speed", "allowed_uses"}  # fmt: skip


class Place(NamedTuple):
    """A node that links end at: its id here, longitude, latitude."""

    node_id: str
    lon: float
    lat: float


def _as_known(text: str, known: Container[str]) -> str:
    """Return an id as it is known: a table with gaps makes 1.0 of the whole number 1."""
    whole = text.removesuffix(".0")
    return whole if text not in known and whole in known else text


def _uses_of_mode(folder: GmnsFolder) -> dict[str, set[str]]:
    """Return the cargoes of each mode, where the folder says which they are."""
    found: dict[str, set[str]] = {}
    for use in folder.table("use_definition.csv"):
        for mode in use.get("modes", "").split(";"):
            found.setdefault(mode.strip(), set()).add(use.get("use", "").lower())
    return found


class GmnsLinks:
    """Turns the rows of ``link.csv`` into rows of links.csv and lines.

    Parameters
    ----------
    folder
        The GMNS folder.
    places
        Where each node lies, by its id in GMNS.
    mode
        Mode of links whose facility_type says none.

    Attributes
    ----------
    rows
        Rows of links.csv.
    features
        Lines as features of lines.geojson, and `found_lines` whether any was given.
    capacities, members
        Rows of the two tables: a limit of 0 for each link that is shut.
    remarks, notes
        What was done, a line each; what is said of lengths in provenance, by link.
    """

    def __init__(self, folder: GmnsFolder, places: dict[str, Place], mode: str) -> None:
        self.folder, self.places, self.mode = folder, places, mode
        self.path: Path = folder.folder / "link.csv"
        self.rows: list[Row] = []
        self.features: list[dict[str, Any]] = []
        self.found_lines = False
        self.capacities: list[Row] = []
        self.members: list[Row] = []
        self.remarks: list[str] = []
        self.notes: dict[str, str] = {}
        self._seen: dict[str, dict[str, None]] = {}
        self._ratios: list[float] = []
        self._allowed: Counter[str] = Counter()
        rows = folder.needed_table("link.csv", ("link_id", "from_node_id", "to_node_id"))
        if "directed" not in rows[0] and "dir_flag" not in rows[0]:
            msg = f"{self.path}: no column 'directed', nor dir_flag to take its place"
            raise DataError(msg)
        shapes = folder.table("geometry.csv")
        if shapes and "geometry_id" not in shapes[0]:
            msg = f"{folder.folder / 'geometry.csv'}: no column 'geometry_id'"
            raise DataError(msg)
        self._shapes: dict[str, Row] = {}
        self._shape_rows: dict[str, int] = {}
        for number, shape in enumerate(shapes, 2):
            name = shape["geometry_id"]
            if name in self._shapes:
                where = folder.folder / "geometry.csv"
                fault(where, number, "geometry_id", name, "each once; it stands above already")
            self._shapes[name] = shape
            self._shape_rows[name] = number
        self._uses = _uses_of_mode(folder)
        self.names = plain_ids(row["link_id"] for row in rows)
        for number, row in enumerate(rows, 2):
            self._add(row, number)
        self._remark()

    def _add(self, row: Row, number: int) -> None:
        name = self.names[row["link_id"]]
        start, end = (self._end(row, c, number) for c in ("from_node_id", "to_node_id"))
        link = {c: row.get(c, "") for c in OWN_LINK}
        mode = self._mode(row, link, number)
        line, said = self._line(row, (start, end), name, number)
        link |= {
            "link_id": name, "from_node": start.node_id, "to_node": end.node_id, "mode": mode,
            "direction": "forward" if self._one_way(row, number) else "both",
        }  # fmt: skip
        link["length_km"] = self._length(row, line, (start, end), name, number)
        speed = number_in(row, "free_speed", self.path, number, above=0.0)
        if not link["hours"]:
            link["hours"] = self._hours(speed, float(link["length_km"]), row, number)
        self._close(row, name, number)
        self._note_uses(row.get("allowed_uses", ""), mode)
        for column, value in row.items():
            if value and column not in _USED and column not in OWN_LINK:
                self._see("columns", column)
        self.rows.append(link)
        self._feature(name, line, said, link)

    def _see(self, what: str, name: str) -> None:
        self._seen.setdefault(what, {})[name] = None

    def _end(self, row: Row, column: str, number: int) -> Place:
        text = _as_known(row[column], self.places)
        if text not in self.places:
            msg = f"{self.path}, row {number}: {column}: {text!r} is not in node.csv"
            raise DataError(msg + nearest(text, self.places))
        return self.places[text]

    def _mode(self, row: Row, link: Row, number: int) -> str:
        stated = row.get("facility_type", "")
        plain = stated.lower()
        mode = plain if plain in MODES else CALLED.get(plain, "")
        if mode and mode != stated:
            self._see("modes", f"{stated!r} is {mode}")
        if not mode and link["gauge_mm"]:
            mode = "rail"
            self._see("modes", f"{stated!r} with a gauge is rail")
        if not mode:
            mode = self.mode
            if stated:
                self._see("others", stated)
        if mode == "rail" and not link["gauge_mm"]:
            msg = f"{self.path}, row {number}: rail without a gauge; add the column gauge_mm "
            raise DataError(msg + "(1435 or 1520)")
        if mode != "rail" and link["gauge_mm"]:
            fault(self.path, number, "gauge_mm", link["gauge_mm"], f"nothing: the link is {mode}")
        return mode

    def _one_way(self, row: Row, number: int) -> bool:
        if row.get("directed", ""):
            return truth_in(row, "directed", self.path, number)
        flag = row.get("dir_flag", "")
        if not flag and "directed" not in row:
            # Such writers have a row for each direction, and leave the flag empty or not.
            self._see("flags", "one way")
            return True
        if not flag:
            fault(self.path, number, "directed", "", "true or false, or a dir_flag of 1, 0 or -1")
        if flag not in {"1", "-1", "0", "1.0", "-1.0", "0.0"}:
            fault(self.path, number, "dir_flag", flag, "1, 0 or -1")
        one_way = float(flag) != 0.0
        what = "one way" if one_way else "both ways"
        if "directed" in row:
            self._see("blank", f"{self.names[row['link_id']]} ({what})")
        else:
            self._see("flags", what)
        return one_way

    def _line(
        self, row: Row, ends: tuple[Place, Place], name: str, number: int
    ) -> tuple[LineString, Row]:
        import numpy as np
        from shapely import GEOSException, LineString, force_2d, from_wkt

        from corridors.network.antimeridian import continuous, merged
        from corridors.network.geometry import great_circle

        said = self._shape(row, name, number)
        text = row.get("geometry") or said.get("geometry", "")
        start, end = ((place.lon, place.lat) for place in ends)
        if not text:
            # Two nodes at one place are a link all the same.
            line = great_circle(start, end) if start != end else LineString([start, end])
            return line, {"made": "straight"}
        shown = text if len(text) <= 60 else f"{text[:57]}..."
        try:
            # A vertex that is no number is met below, where it can be named.
            with np.errstate(invalid="ignore", over="ignore"):
                line = from_wkt(text)
        except GEOSException as error:
            fault(self.path, number, "geometry", shown, f"well-known text ({error})")
        if line.geom_type == "MultiLineString":
            line = merged(line)
        if line.geom_type != "LineString" or line.is_empty:
            what = "an empty one" if line.is_empty else line.geom_type
            fault(self.path, number, "geometry", shown, f"one LINESTRING, not {what}")
        if line.has_z or getattr(line, "has_m", False):
            self._see("heights", name)
            line = force_2d(line)
        for lon, lat in line.coords:
            # Not so for nan either.
            if not (abs(lon) <= 360.0 and abs(lat) <= 90.0):
                where = f"longitudes and latitudes in degrees, not ({lon:g} {lat:g})"
                fault(self.path, number, "geometry", shown, where)
        if row.get("dir_flag") in {"-1", "-1.0"}:
            line = line.reverse()
        self.found_lines = True
        return LineString(continuous(line.coords)), said

    def _shape(self, row: Row, name: str, number: int) -> Row:
        """Return the row of geometry.csv that a link names; none where it names none."""
        stated = row.get("geometry_id", "")
        known = _as_known(stated, self._shapes)
        said = self._shapes.get(known, {})
        if stated and not row.get("geometry") and not said.get("geometry"):
            if self._shapes and not said:
                msg = f"{self.path}, row {number}: geometry_id: {stated!r} is not in geometry.csv"
                raise DataError(msg + nearest(stated, self._shapes))
            self._see("undrawn", name)
        return said

    def _note_uses(self, text: str, mode: str) -> None:
        """Put down what a link allows, unless it is all cargo of its mode: no table holds it."""
        uses = {use for use in re.split(r"[,;\s]+", text.lower()) if use}
        if uses and uses != self._uses.get(mode):
            self._allowed[", ".join(sorted(uses))] += 1

    def _length(
        self, row: Row, line: LineString, ends: tuple[Place, Place], name: str, number: int
    ) -> str:
        from corridors.network.geometry import geodesic_length_km, great_circle

        stated = number_in(row, "length", self.path, number, least=0.0)
        if stated is None:
            text = repr(round(geodesic_length_km(line), 3))
            self.notes[name] = "length of the line on the WGS 84 ellipsoid; GMNS states none"
            self._see("measured", name)
        else:
            self._not_too_long(stated, row, number)
            # A length in kilometres stays the text that it was.
            text = (
                row["length"] if self.folder.km == 1.0 else repr(round(stated * self.folder.km, 6))
            )
            start, end = ((place.lon, place.lat) for place in ends)
            if self.folder.guessed_length and start != end:
                direct = geodesic_length_km(great_circle(start, end, step_km=1e5))
                self._ratios.append(stated / direct)
        if float(text) < SHORTEST_KM:
            self.notes[name] = f"stated as {text} km, raised to the shortest length of a link"
            self._see("raised", f"{name}: length {text} km raised to {SHORTEST_KM} km")
            text = repr(SHORTEST_KM)
        return text

    def _not_too_long(self, stated: float, row: Row, number: int) -> None:
        most = tables()["links"].column("length_km").maximum or math.inf
        if stated * self.folder.km <= most:
            return
        expected = f"at most {most:g} km (the unit is {self.folder.length_unit})"
        if self.folder.guessed_length:
            expected = (
                f"at most {most:g} km; no unit of length is stated (long_length in config.csv), so "
                "that km was taken: where it is another, name it, as with --length-unit m"
            )
        fault(self.path, number, "length", row["length"], expected)

    def _hours(self, speed: float | None, km: float, row: Row, number: int) -> str:
        """Return the running time that a speed means."""
        if speed is None:
            if "hours" not in row:
                self._see("slow", self.names[row["link_id"]])
            return ""
        kmh = speed * self.folder.kmh
        if kmh > FASTEST_KMH:
            unit = self.folder.speed_unit
            most = f"at most {FASTEST_KMH:g} km/h (the unit is {unit})"
            fault(self.path, number, "free_speed", row["free_speed"], most)
        hours = km / kmh if kmh else math.inf
        if math.isinf(hours):
            expected = "a speed at which the link takes a finite number of hours"
            fault(self.path, number, "free_speed", row["free_speed"], expected)
        # A link of no hours at all would be a free ride.
        return repr(round(hours, 4) or float(f"{hours:.3g}"))

    def _close(self, row: Row, name: str, number: int) -> None:
        """Give a link without capacity or lanes a limit of 0: shut, not open without limit."""
        nothing = [
            column
            for column in ("capacity", "lanes")
            if number_in(row, column, self.path, number, least=0.0) == 0.0
        ]
        if not nothing:
            return
        said = f"{' and '.join(nothing)} 0 in GMNS"
        self.capacities.append(
            {
                "capacity_id": f"{name}-shut",
                "name": f"{name}: shut, {said}",
                "unit": "t",
                "amount": "0",
            }
        )
        self.members.append({"capacity_id": f"{name}-shut", "link_id": name})
        self._see("shut", f"{name} ({said.removesuffix(' in GMNS')})")

    def _feature(self, name: str, line: LineString, said: Row, link: Row) -> None:
        from corridors.exchange.lines import line_feature

        shape = self.folder.folder / "geometry.csv"
        number = self._shape_rows.get(said.get("geometry_id", ""), 0)
        values = {
            c: number_in(said, c, shape, number, least=0.0)
            for c in ("track_km", "bridged_km", "drawn_km")
        }
        self.features.append(
            line_feature(
                name,
                line,
                said.get("made") or "given",
                track_km=float(link["length_km"])
                if values["track_km"] is None
                else values["track_km"],
                bridged_km=values["bridged_km"] or 0.0,
                drawn_km=values["drawn_km"] or 0.0,
                note=said.get("note", ""),
            )
        )

    def _remark(self) -> None:
        raised = list(self._seen.pop("raised", {}))
        if len(raised) > _FEW:
            raised = [f"length of {len(raised)} links raised to {SHORTEST_KM} km, the shortest"]
        self.remarks += raised
        renamed = [f"{old!r} is {new}" for old, new in self.names.items() if old != new]
        seen = {what: list(names) for what, names in self._seen.items()}
        lines = {
            "modes": "modes as this package writes them: {}",
            "others": f"{self.mode} now, were {{}}",
            "flags": "no column directed: dir_flag was taken for it, so links are {}",
            "blank": "directed empty, so that dir_flag was taken for it: {}",
            "undrawn": "no line in geometry.csv, straight now: {}",
            "heights": "heights and measures of lines left out: {}",
            "measured": "length not stated, measured on the line: {}",
            "slow": "speed not stated, so that the hours come from rates.csv: {}",
            "shut": "shut, a limit of 0 in capacities.csv holds them: {}",
            "columns": "columns of link.csv left out: {}",
        }
        if renamed:
            self.remarks.append(f"links called anew: {', '.join(renamed)}")
        self.remarks += [
            text.format(", ".join(sorted(names) if what in {"others", "columns"} else names))
            for what, text in lines.items()
            if (names := seen.get(what))
        ]
        if self._allowed:
            told = "; ".join(f"{uses} ({n})" for uses, n in sorted(self._allowed.items()))
            self.remarks.append(
                "allowed_uses left out, so that all cargo of its mode may use each link; uses and "
                f"the number of their links: {told}"
            )
        self._remark_units()

    def _remark_units(self) -> None:
        """Say which units are guesses, and whether the lengths bear the guess out."""
        if self.folder.guessed_length and self._ratios:
            remark = "no unit of length is stated (long_length in config.csv): taken as km"
            middle = statistics.median(self._ratios)
            low, high = _LIKELY
            if not low <= middle <= high:
                fitting = [u for u in ("mi", "m", "ft") if low <= middle * KM[u] <= high]
                remark += (
                    f", but half of the lengths are at most {middle:.3g} times the great circle "
                    "between their nodes"
                )
                if fitting:
                    remark += f"; {' or '.join(fitting)} would fit: name it with --length-unit"
            self.remarks.append(remark)
        if self.folder.guessed_speed and any(r["hours"] for r in self.rows):
            unit = self.folder.speed_unit
            self.remarks.append(
                f"no unit of speed is stated (speed in config.csv): taken as {unit}"
            )
