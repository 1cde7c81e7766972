"""What OpenStreetMap says about a link, beside what the table says."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corridors.errors import OpenStreetMapError, UnknownIdError, nearest
from corridors.exchange.osm.course import Course, course, usable_ways
from corridors.exchange.osm.service import Service, fetch
from corridors.exchange.osm.ways import gauges, stated_tracks, traction, way_filter
from corridors.network.network import require_network

if TYPE_CHECKING:
    import networkx as nx
    from shapely import LineString, Polygon

    from corridors.network.network import Network

_NOTABLE = 0.1
"""A traction current on less than this share of the way does not make it mixed."""
_TOLERANCE = 0.002  # degrees, about 200 m: the lines of a network are drawn no finer
_DECIMALS = 4
_ASIDE_M = 30.0
_SAMPLES = 200


@dataclass(frozen=True)
class Difference:
    """One column on which the table and OpenStreetMap do not agree, in text."""

    column: str
    table: str
    osm: str
    says: str


@dataclass(frozen=True)
class Proposal:
    """What OpenStreetMap says about one link.

    Attributes
    ----------
    link_id, mode
        The link.
    line
        From its first node to its last, thinned to about 200 m.
    length_km
        Along the ways, gaps included, the way from places to tracks left out.
    gap_km, beside_km
        Gaps that were bridged; how far the two places lie from the ways.
    gauge_mm
        Gauge of most of the way; None for roads and where no way says.
    gauge_km
        Kilometres by gauge, ``unknown`` among them.
    electrified, electrified_km
        Traction current in the words of the table, empty where no way says;
        kilometres by current.
    tracks
        Number of tracks on most of the way; None for roads.
    right_gauge
        Whether the way was found on the gauge that the table states.
    differences
        Columns on which the table says something else.
    as_of
        Day of the data.
    requests
        How many requests it took; 0 where the answer was kept from before.
    """

    link_id: str
    mode: str
    line: LineString
    length_km: float
    gap_km: float
    beside_km: tuple[float, float]
    gauge_mm: int | None
    gauge_km: dict[str, float]
    electrified: str
    electrified_km: dict[str, float]
    tracks: int | None
    right_gauge: bool
    differences: tuple[Difference, ...]
    as_of: str
    requests: int

    def __repr__(self) -> str:
        return (
            f"Proposal({self.link_id}: {self.length_km:g} km, {len(self.differences)} differences)"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the proposal as plain values, the line as a GeoJSON geometry."""
        return {
            "link_id": self.link_id,
            "mode": self.mode,
            "length_km": self.length_km,
            "gap_km": self.gap_km,
            "beside_km": list(self.beside_km),
            "gauge_mm": self.gauge_mm,
            "gauge_km": self.gauge_km,
            "right_gauge": self.right_gauge,
            "electrified": self.electrified or None,
            "electrified_km": self.electrified_km,
            "tracks": self.tracks,
            "differences": [
                {"column": d.column, "table": d.table, "osm": d.osm, "says": d.says}
                for d in self.differences
            ],
            "as_of": self.as_of or None,
            "requests": self.requests,
            "line": {"type": "LineString", "coordinates": [list(p) for p in self.line.coords]},
        }


def propose(
    net: Network,
    link_id: str,
    *,
    buffer_km: float | None = None,
    service: Service | None = None,
) -> Proposal:
    """Look a link up in OpenStreetMap.

    The ways within a buffer around the link are fetched in one request, those that
    cargo cannot use are left out (sidings, passenger high-speed lines, the wrong
    gauge), and the shortest path from node to node is measured on the ellipsoid.

    Parameters
    ----------
    net
        The network.
    link_id
        A link by rail or road.
    buffer_km
        Half the width of the strip that is searched; a tenth of the link's
        length, at least 10 and at most 60 km, if None.
    service
        The server to ask; OSMnx's if None.

    Returns
    -------
    Proposal

    Raises
    ------
    UnknownIdError
        Where there is no such link.
    OpenStreetMapError
        Where the link goes neither by rail nor by road, the server does not
        answer as it should, or no way leads from end to end.
    """
    require_network(net)
    links = net.links
    if link_id not in links.index:
        msg = f"no link {link_id!r}{nearest(link_id, links.index)}"
        raise UnknownIdError(msg)
    link = links.loc[link_id]
    mode = str(link["mode"])
    if mode not in {"rail", "road"}:
        msg = f"{link_id} goes by {mode}; OpenStreetMap is asked about rail and road alone"
        raise OpenStreetMapError(msg)
    if buffer_km is not None and not 0 < buffer_km <= 500:
        msg = f"buffer: saw {buffer_km:g} km, expected more than 0 and at most 500 km"
        raise OpenStreetMapError(msg)
    points = net.nodes.geometry
    ends = [(points[link[e]].x, points[link[e]].y) for e in ("from_node", "to_node")]
    area = strip(link["geometry"], buffer_km)
    planned = bool(link["opens"])
    asked = way_filter(mode, planned=planned)
    answer = fetch(area, asked, both_ways=mode == "rail", service=service or Service())
    wanted = int(link["gauge_mm"]) if mode == "rail" else None
    right, found = _matched(answer.graph, mode, wanted, ends, planned=planned)
    if found is None:
        what = f"{wanted} mm track" if wanted else "trunk road"
        msg = (
            f"OpenStreetMap: no {what} leads from {link['from_node']} to {link['to_node']} "
            f"within the strip around {link_id}; try a wider --buffer"
        )
        raise OpenStreetMapError(msg)
    values = _described(found, answer.graph, mode)
    return Proposal(
        link_id=link_id,
        mode=mode,
        line=_thinned(found),
        right_gauge=right,
        differences=_differences(link, values),
        as_of=answer.as_of,
        requests=answer.requests,
        **values,
    )


def strip(line: LineString, buffer_km: float | None) -> Polygon:
    """Return the area around a line, in degrees.

    Parameters
    ----------
    line
        Longitude and latitude in degrees.
    buffer_km
        Half its width; a tenth of the line's length from 10 to 60 km if None.

    Notes
    -----
    The ends are joined by a straight line too, so that an old line that goes far
    round does not keep a shorter way out.
    """
    import numpy as np
    from pyproj import CRS, Transformer
    from shapely import LineString, transform, union_all

    from corridors.network.geometry import geodesic_length_km, great_circle

    width = buffer_km or min(max(0.1 * geodesic_length_km(line), 10.0), 60.0)
    first, last = line.coords[0][:2], line.coords[-1][:2]
    middle = line.interpolate(0.5, normalized=True)
    local = CRS.from_proj4(f"+proj=aeqd +lat_0={middle.y} +lon_0={middle.x} +ellps=WGS84")
    change = Transformer.from_crs("EPSG:4326", local, always_xy=True)

    def there(points: Any) -> Any:
        return np.column_stack(change.transform(points[:, 0], points[:, 1]))

    def back(points: Any) -> Any:
        inverse = "INVERSE"
        return np.column_stack(change.transform(points[:, 0], points[:, 1], direction=inverse))

    ways = [transform(LineString([p[:2] for p in line.coords]), there)]
    if first != last:
        ways.append(transform(great_circle(first, last), there))
    around = union_all([w.simplify(500.0).buffer(1000.0 * width, quad_segs=4) for w in ways])
    # The request names every corner, and the outline alone counts.
    outline = type(around)(around.exterior).simplify(0.02 * 1000.0 * width)
    return transform(outline, back)


def _matched(
    graph: nx.MultiDiGraph[Any],
    mode: str,
    gauge: int | None,
    ends: list[tuple[float, float]],
    *,
    planned: bool,
) -> tuple[bool, Course | None]:
    """Return the course on the right gauge, or else on any, and which of the two it is."""
    found = course(usable_ways(graph, mode, gauge, planned=planned), *ends)
    if found is not None or gauge is None:
        return True, found
    other = course(usable_ways(graph, mode, None, planned=planned), *ends)
    return False, other


def _described(found: Course, graph: nx.MultiDiGraph[Any], mode: str) -> dict[str, Any]:
    """Return the values of a proposal that follow from the ways of a course."""
    by_gauge: Counter[str] = Counter()
    by_current: Counter[str] = Counter()
    for piece in found.pieces:
        if piece.tags is None or mode != "rail":
            continue
        known = sorted(gauges(piece.tags))
        by_gauge["+".join(map(str, known)) or "unknown"] += piece.km  # type: ignore[assignment]  # Counter
        by_current[traction(piece.tags) or "unknown"] += piece.km  # type: ignore[assignment]  # Counter
    return {
        "length_km": round(found.length_km, 1),
        "gap_km": round(found.gap_km, 1),
        "beside_km": (round(found.beside_km[0], 1), round(found.beside_km[1], 1)),
        "gauge_mm": _most_of_gauge(by_gauge),
        "gauge_km": _rounded(by_gauge),
        "electrified": _current(by_current),
        "electrified_km": _rounded(by_current),
        "tracks": _tracks(found, graph) if mode == "rail" else None,
    }


def _rounded(km: Counter[str]) -> dict[str, float]:
    return {k: round(float(v), 1) for k, v in sorted(km.items(), key=lambda i: (-i[1], i[0]))}


def _most_of_gauge(km: Counter[str]) -> int | None:
    """Return the gauge that most of the way can carry; of two alike the narrower."""
    single: Counter[int] = Counter()
    for names, length in km.items():
        for name in names.split("+"):
            if name != "unknown":
                single[int(name)] += length
    return min(single, key=lambda g: (-single[g], g)) if single else None


def _current(km: Counter[str]) -> str:
    known = {name: length for name, length in km.items() if name != "unknown"}
    total = sum(km.values())
    if not known or sum(known.values()) < 0.5 * total:
        return ""
    notable = sorted(n for n, length in known.items() if length >= _NOTABLE * total)
    return notable[0] if len(notable) == 1 else "mixed"


def _tracks(found: Course, graph: nx.MultiDiGraph[Any]) -> int | None:
    """Return the number of tracks at most of the places sampled along the course.

    OpenStreetMap draws each track as a way of its own: the ways within 30 m to
    either side are counted, or the tag ``tracks`` where it says more.
    """
    import numpy as np
    from pyproj import CRS, Transformer
    from shapely import LineString, STRtree

    from corridors.exchange.osm.ways import weight

    pieces = [p for p in found.pieces if p.tags is not None and p.km > 0]
    if not pieces:
        return None
    planned = any(p.tags is not None and p.tags.get("railway") == "construction" for p in pieces)
    lon, lat = pieces[len(pieces) // 2].start
    local = CRS.from_proj4(f"+proj=aeqd +lat_0={lat} +lon_0={lon} +ellps=WGS84")
    there = Transformer.from_crs("EPSG:4326", local, always_xy=True).transform
    names = list(graph.nodes)
    xy = dict(zip(names, zip(*there([graph.nodes[n]["x"] for n in names],
                                    [graph.nodes[n]["y"] for n in names]), strict=True),
                  strict=True))  # fmt: skip
    pairs = sorted(
        {
            (min(a, b), max(a, b))
            for a, b, tags in graph.edges(data=True)
            if a != b and weight(tags, "rail", None, planned=planned) is not None
        }
    )
    tracks = [LineString([xy[a], xy[b]]) for a, b in pairs]
    tree = STRtree(tracks)
    ends = np.cumsum([p.km for p in pieces])
    counted: Counter[int] = Counter()
    # In the middle of equal steps, so that no sample falls on a station at the end.
    for at in (np.arange(_SAMPLES) + 0.5) * ends[-1] / _SAMPLES:
        piece = pieces[int(np.searchsorted(ends, at, side="right"))]
        (x1, y1), (x2, y2) = there(*piece.start), there(*piece.end)
        length = float(np.hypot(x2 - x1, y2 - y1))
        if not length:
            continue
        # A little off the middle: a vertex there would count two pieces of one track.
        x, y = x1 + 0.47 * (x2 - x1), y1 + 0.47 * (y2 - y1)
        across = (-(y2 - y1) / length * _ASIDE_M, (x2 - x1) / length * _ASIDE_M)
        cut = LineString([(x - across[0], y - across[1]), (x + across[0], y + across[1])])
        met = [tracks[i].intersection(cut) for i in tree.query(cut, predicate="intersects")]
        places = {(round(p.centroid.x), round(p.centroid.y)) for p in met}
        assert piece.tags is not None
        counted[max(len(places), stated_tracks(piece.tags), 1)] += 1
    return min(counted, key=lambda n: (-counted[n], n)) if counted else None


def _thinned(found: Course) -> LineString:
    from shapely import LineString

    points = [p for i, p in enumerate(found.points) if i == 0 or p != found.points[i - 1]]
    thin = LineString(points).simplify(_TOLERANCE)
    rounded = [(round(x, _DECIMALS), round(y, _DECIMALS)) for x, y in thin.coords]
    kept = [p for i, p in enumerate(rounded) if i == 0 or p != rounded[i - 1]]
    return LineString(kept if len(kept) > 1 else rounded)


def _differences(link: Any, values: dict[str, Any]) -> tuple[Difference, ...]:
    from corridors.exchange.tables import as_text

    found = []
    table, osm = float(link["length_km"]), float(values["length_km"])
    if abs(osm - table) >= 0.05:
        change = 100.0 * (osm / table - 1.0)
        says = f"{osm - table:+.1f} km ({change:+.1f} %)"
        found.append(Difference("length_km", as_text(table), as_text(osm), says))
    for column in ("gauge_mm", "electrified", "tracks"):
        value = values[column]
        if value is None or value == "":
            continue
        stated, seen = as_text(link[column]), as_text(value)
        if stated != seen:
            says = "the table says nothing" if stated == "" else "they do not agree"
            found.append(Difference(column, stated, seen, says))
    return tuple(found)
