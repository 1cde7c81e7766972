"""Draw and measure the links of a network folder.

    python scripts/build_lines.py data/eurasia

reads ``nodes.csv`` and ``links.csv`` of the folder and writes ``lines.geojson``
beside them: one line per link, from its from_node to its to_node. Rail and road come
from OpenStreetMap (package ``scgraph_data`` 2.0.0), sea lanes from marnet (package
``searoute`` 1.6.0); what they lack is drawn by hand in ``scripts/lines/waypoints.csv``
and steered by ``scripts/lines/hints.csv``. Same input, same bytes.

Properties of a line
--------------------
made         osm: over the tracks of the source; osm-bridged: with a gap of more than
             0.5 km between tracks, or a place more than 3 km beside them; waypoints:
             drawn by hand, wholly or in part; lane: over the sea network;
             straight: a great circle between the ends
track_km     length: the source's real edge lengths, plus what is bridged or drawn
line_km      length of the line as drawn, on the ellipsoid
bridged_km   the part of track_km that joins a place to the source or closes a gap in it
drawn_km     the part of track_km that is drawn by hand or straight
note         what a reader must know
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lines.hints import Hint, Waypoint, read_hints, read_waypoints
from lines.lanes import CLOSED, Lanes
from lines.review import Review
from lines.tracks import Point, Track, TrackGraph, km
from shapely import LineString

from corridors.network.geometry import geodesic_length_km, great_circle, read_basemap

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCES = {"rail": "world_railways", "road": "world_highways"}
TOLERANCE = {"rail": 0.005, "road": 0.005, "sea": 0.01, "pipeline": 0.005}
DECIMALS = 4
ROAD_RATIO = 1.6  # a road path longer than this, against the shortest, is not believed
ROAD_BRIDGED = 0.35
GAP_KM = 0.5
BESIDE_KM = 3.0


@dataclass(frozen=True)
class Drawing:
    """A line before it is simplified."""

    points: list[Point]
    made: str
    track_km: float
    bridged_km: float = 0.0
    drawn_km: float = 0.0
    note: str = ""


class Draughtsman:
    """Finds the line of a link; loads each source when it is first needed."""

    def __init__(self, cache: Path) -> None:
        self.cache = cache
        self.hints = read_hints()
        self.waypoints = read_waypoints()
        self._graphs: dict[str, TrackGraph] = {}
        self._lanes: Lanes | None = None

    def graph(self, mode: str) -> TrackGraph:
        """Return the rail or road graph."""
        if mode not in self._graphs:
            self._graphs[mode] = TrackGraph.load(SOURCES[mode], self.cache)
        return self._graphs[mode]

    @property
    def lanes(self) -> Lanes:
        """Return the sea lanes."""
        if self._lanes is None:
            self._lanes = Lanes()
        return self._lanes

    def draw(self, link: dict[str, str], start: Point, end: Point) -> Drawing:
        """Return the line of a link."""
        name, mode = link["link_id"], link["mode"]
        hint = self.hints.get(name, Hint())
        if name in self.waypoints:
            return self.by_hand(link, start, end, self.waypoints[name], hint)
        if hint.how == "straight" or mode == "pipeline":
            return straight(start, end, hint.note or WHY_STRAIGHT[mode])
        if mode == "sea":
            return self.at_sea(link, start, end, hint)
        track = self.over(mode, start, end, hint)
        if track is None:
            return straight(start, end, hint.note or WHY_STRAIGHT[mode])
        return on_track(track, hint.note)

    def over(self, mode: str, start: Point, end: Point, hint: Hint) -> Track | None:
        """Return the path over the rail or road graph, if it can be believed."""
        settings: dict[str, Any] = {"via": hint.via, "avoid": hint.avoid}
        if hint.bridge_km is not None:
            settings["max_bridge_km"] = hint.bridge_km
        track = self.graph(mode).path(start, end, **settings)
        if mode == "rail" or track is None or hint.how == "track":
            return track
        shortest = km(start, end)
        if track.track_km > ROAD_RATIO * shortest + 2 or track.bridged_km > ROAD_BRIDGED * shortest:
            return None
        return track

    def at_sea(self, link: dict[str, str], start: Point, end: Point, hint: Hint) -> Drawing:
        """Return the lane, with the passages that the link's name asks for."""
        closed = hint.closed
        if closed is None:
            words = set(link["link_id"].split("-")) | {link.get("corridor", "")}
            if "arctic" in words or "nsr" in words:
                closed = frozenset({"panama", "suez", "chili"})
            else:
                closed = CLOSED | ({"suez"} if "cape" in words else frozenset())
        lane = self.lanes.path(start, end, via=hint.via, avoid=hint.avoid, closed=closed)
        if lane is None:
            raise SystemExit(f"{link['link_id']}: no lane between its ports")
        if len(lane.points) == 2:
            return straight(start, end, hint.note or "over open water")
        return Drawing(lane.points, "lane", lane.track_km, lane.bridged_km, 0.0, hint.note)

    def by_hand(
        self, link: dict[str, str], start: Point, end: Point, way: list[Waypoint], hint: Hint
    ) -> Drawing:
        """Return a line through waypoints, over the graph where they say so."""
        stops = way if way[-1].point is None else [*way, Waypoint(None, "drawn", "")]
        points, here = [start], start
        length = bridged = drawn = 0.0
        for stop in stops:
            there = stop.point or end
            if stop.piece == "track":
                piece = self.graph(link["mode"]).path(here, there, avoid=hint.avoid)
                if piece is None:
                    raise SystemExit(f"{link['link_id']}: no track from {here} to {there}")
                points += piece.points[1:]
                length += piece.track_km
                bridged += piece.bridged_km
            else:
                points.append(there)
                length += km(here, there)
                drawn += km(here, there)
            here = there
        said = "; ".join(note for note in (hint.note, *(stop.note for stop in stops)) if note)
        return Drawing(points, "waypoints", length, bridged, drawn, said)


WHY_STRAIGHT = {
    "rail": "no tracks in the source; straight, so the length is too short",
    "road": "no trunk road in the source; straight, so the length is too short",
    "sea": "over open water",
    "pipeline": "straight between its ends; the real course is longer",
}


def straight(start: Point, end: Point, note: str) -> Drawing:
    """Return the great circle."""
    length = km(start, end)
    return Drawing([start, end], "straight", length, 0.0, length, note)


def on_track(track: Track, note: str) -> Drawing:
    """Return a path over the graph, named by how much of it is bridged."""
    gaps, beside = track.gaps(), track.beside()
    bridged = max(gaps, default=0.0) > GAP_KM or max(beside, default=0.0) > BESIDE_KM
    words = [note]
    if bridged:
        words += [f"gap of {size:.1f} km bridged" for size in gaps if size > GAP_KM]
        words += [f"place {size:.1f} km beside the tracks" for size in beside if size > BESIDE_KM]
    return Drawing(
        track.points,
        "osm-bridged" if bridged else "osm",
        track.track_km,
        track.bridged_km,
        0.0,
        "; ".join(word for word in words if word),
    )


def finished(points: list[Point], mode: str) -> LineString:
    """Densify to great circles, simplify and round; the ends stay where they are."""
    path: list[tuple[float, float]] = [(points[0][1], points[0][0])]
    for a, b in pairwise(points):
        if a == b:
            continue
        for lon, lat in list(great_circle((a[1], a[0]), (b[1], b[0])).coords)[1:]:
            turns = round((path[-1][0] - lon) / 360.0)
            path.append((lon + 360.0 * turns, lat))
    thin = LineString(path).simplify(TOLERANCE[mode])
    rounded = [(round(x, DECIMALS), round(y, DECIMALS)) for x, y in thin.coords]
    kept = [rounded[0], *(b for a, b in pairwise(rounded) if a != b)]
    return LineString(kept)


def read(path: Path) -> list[dict[str, str]]:
    """Read a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def build(
    folder: Path, cache: Path, only: str, told: Callable[[str], None]
) -> tuple[list[dict[str, Any]], Review]:
    """Return the features, sorted by link, and what to look at again."""
    nodes = {row["node_id"]: row for row in read(folder / "nodes.csv")}
    place = {k: (float(row["lat"]), float(row["lon"])) for k, row in nodes.items()}
    links = sorted(read(folder / "links.csv"), key=lambda row: row["link_id"])
    hand = Draughtsman(cache)
    review = Review(read_basemap())
    known = {row["link_id"] for row in links}
    for name in sorted((set(hand.hints) | set(hand.waypoints)) - known):
        if not only:
            review.add(name, "unused hint", "no such link in links.csv")
    features = []
    for number, link in enumerate(links, 1):
        name, mode = link["link_id"], link["mode"]
        if only not in name:
            continue
        missing = [n for n in (link["from_node"], link["to_node"]) if n not in place]
        if missing:
            raise SystemExit(f"{name}: no such node: {', '.join(missing)}")
        start, end = place[link["from_node"]], place[link["to_node"]]
        drawing = hand.draw(link, start, end)
        line = finished(drawing.points, mode)
        properties = {
            "link_id": name,
            "made": drawing.made,
            "track_km": round(drawing.track_km, 1),
            "line_km": round(geodesic_length_km(line), 1),
            "bridged_km": round(drawing.bridged_km, 1),
            "drawn_km": round(drawing.drawn_km, 1),
            "note": drawing.note,
        }
        features.append(
            {
                "type": "Feature",
                "properties": properties,
                "geometry": {"type": "LineString", "coordinates": [list(p) for p in line.coords]},
            }
        )
        home = {nodes[link["from_node"]]["country"], nodes[link["to_node"]]["country"]}
        home |= set((link.get("via_countries") or "").replace(",", ";").split(";"))
        review.look(link, {**properties, "shortest_km": km(start, end)}, line, home)
        if number % 50 == 0:
            told(f"{number} of {len(links)} links")
    return features, review


def write(features: list[dict[str, Any]], path: Path) -> int:
    """Write the features, one to a row, and return the size in bytes."""
    rows = [json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features]
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(rows) + "\n]}\n"
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
    return len(text.encode())


def main() -> None:
    """Read the arguments, draw, write and say what to look at again."""
    parser = argparse.ArgumentParser(description="Draw and measure the links of a network folder.")
    parser.add_argument("folder", type=Path, help="folder with nodes.csv and links.csv")
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path(tempfile.gettempdir()) / "corridors-lines",
        help="where the graphs are kept once read",
    )
    parser.add_argument("--out", type=Path, help="instead of lines.geojson in the folder")
    parser.add_argument("--only", default="", help="only links whose id holds this text")
    options = parser.parse_args()
    features, review = build(options.folder, options.cache, options.only, print)
    size = write(features, options.out or options.folder / "lines.geojson")
    counts = Counter(f["properties"]["made"] for f in features)
    print(
        ", ".join(f"{counts[made]} {made}" for made in sorted(counts)) + f"; {size / 1000:.0f} kB"
    )
    if review.remarks:
        print(f"to look at again: {len(review.remarks)}")
        print(review.table())


if __name__ == "__main__":
    main()
