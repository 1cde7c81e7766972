"""Lines of links: read them, measure them, walk along them, see what they cross.

A position is always longitude, latitude in degrees (WGS 84), the order of GeoJSON
and shapely. Longitudes run on past 180° where a line crosses the antimeridian, so
no line jumps from one edge of the map to the other. Lengths are geodesic, never
taken from a projection. Heavy libraries are imported where they are used.
"""

from __future__ import annotations

import json
import math
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.errors import DataError, UnknownIdError, nearest
from corridors.network.antimeridian import continuous

if TYPE_CHECKING:
    from collections.abc import Collection

    from geopandas import GeoDataFrame
    from pandas import DataFrame
    from shapely import LineString

__all__ = [
    "countries_crossed",
    "end_gaps_km",
    "geodesic_length_km",
    "great_circle",
    "heading",
    "line_faults",
    "oriented",
    "point_along",
    "points_along",
    "read_basemap",
    "read_lines",
    "with_lines",
]

Position = tuple[float, float]

_SHOWN = 20


def _geod() -> Any:
    """Return the ellipsoid that every length is measured on."""
    from pyproj import Geod

    return Geod(ellps="WGS84")


def geodesic_length_km(line: LineString) -> float:
    """Return the length of a line in kilometres on the WGS 84 ellipsoid.

    Examples
    --------
    One degree of the equator is a 360th of its 40 075.017 km.

    >>> from shapely import LineString
    >>> round(geodesic_length_km(LineString([(0, 0), (1, 0)])), 3)
    111.319
    """
    return float(_geod().geometry_length(line)) / 1000.0


def great_circle(start: Position, end: Position, step_km: float = 100.0) -> LineString:
    """Return the shortest line over the Earth, with a vertex at least every `step_km`.

    A line of two points would be drawn straight on the map, far off the shortest
    way. Over the antimeridian the line runs past ±180°, the short way round.

    Parameters
    ----------
    start, end
        Longitude and latitude.
    step_km
        Longest distance between two vertices; DataError unless above 0.

    Examples
    --------
    >>> line = great_circle((0, 0), (2, 0))
    >>> [tuple(round(x, 3) for x in point) for point in line.coords]
    [(0.0, 0.0), (0.667, 0.0), (1.333, 0.0), (2.0, 0.0)]
    """
    from shapely import LineString

    geod = _geod()
    pieces = _pieces(float(geod.inv(*start, *end)[2]) / 1000.0, step_km)
    between = geod.npts(*start, *end, pieces - 1) if pieces > 1 else []
    return LineString(continuous([start, *between, end]))


def _pieces(length_km: float, step_km: float) -> int:
    """Return into how many equal steps a length falls, none above `step_km`."""
    if not step_km > 0:
        message = f"the step must be above 0 km, not {step_km}"
        raise DataError(message)
    return max(1, math.ceil(length_km / step_km - 1e-9))


def point_along(line: LineString, share: float) -> Position:
    """Return the point a share of the geodesic length down the line.

    Parameters
    ----------
    line
        Longitude and latitude in degrees.
    share
        0 for the start, 1 for the end; values outside are moved to the nearer end.

    Examples
    --------
    >>> from shapely import LineString
    >>> lon, lat = point_along(LineString([(0, 0), (1, 0), (4, 0)]), 0.5)
    >>> round(lon, 6), round(lat, 6)
    (2.0, 0.0)
    """
    geod = _geod()
    points = [(float(p[0]), float(p[1])) for p in line.coords]
    steps = [geod.inv(*a, *b) for a, b in pairwise(points)]
    left = min(max(share, 0.0), 1.0) * math.fsum(step[2] for step in steps)
    for here, (azimuth, _, length) in zip(points[:-1], steps, strict=True):
        if left < length:
            lon, lat, _ = geod.fwd(*here, azimuth, left)
            # Never more than half a turn from where the piece begins.
            return float(lon + 360.0 * round((here[0] - lon) / 360.0)), float(lat)
        left -= length
    return points[-1]


def points_along(line: LineString, every_km: float) -> list[Position]:
    """Return points in equal steps down the line, both ends among them.

    Parameters
    ----------
    line
        Longitude and latitude in degrees.
    every_km
        Longest step wanted; DataError unless above 0.
    """
    pieces = _pieces(geodesic_length_km(line), every_km)
    return [point_along(line, i / pieces) for i in range(pieces + 1)]


def heading(line: LineString, share: float = 0.5) -> float:
    """Return which way a line points, in degrees clockwise from north.

    Taken over the fiftieth of the line around `share`, so that an arrow follows the
    line and not its last small bend.

    Examples
    --------
    >>> from shapely import LineString
    >>> round(heading(LineString([(0, 0), (1, 0)])), 6)
    90.0
    """
    middle = min(max(share, 0.01), 0.99)
    back, ahead = point_along(line, middle - 0.01), point_along(line, middle + 0.01)
    return float(_geod().inv(*back, *ahead)[0]) % 360.0


def end_gaps_km(line: LineString, start: Position, end: Position) -> tuple[float, float]:
    """Return how many kilometres a line's ends lie from where they should be.

    Parameters
    ----------
    line
        Longitude and latitude in degrees.
    start, end
        Where it should begin and end, such as its two nodes.
    """
    geod = _geod()
    (first_lon, first_lat, *_), (last_lon, last_lat, *_) = line.coords[0], line.coords[-1]
    return (
        float(geod.inv(first_lon, first_lat, *start)[2]) / 1000.0,
        float(geod.inv(last_lon, last_lat, *end)[2]) / 1000.0,
    )


def oriented(line: LineString, start: Position) -> LineString:
    """Return the line, or its reverse, so that it begins at the end nearer to `start`."""
    first, last = end_gaps_km(line, start, start)
    return line if first <= last else line.reverse()


def read_basemap(path: str | Path | None = None) -> GeoDataFrame:
    """Read the countries that ship with the package, or another file like it.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns iso2, name and geometry. Borders are Natural Earth's: who holds the
        ground. Longitudes run to 195°.
    """
    import geopandas as gpd

    source = Path(str(files("corridors") / "assets" / "basemap.geojson")) if path is None else path
    frame = gpd.read_file(source)
    if "iso2" not in frame:
        message = f"{source}: the features have no property iso2, so no country has a name"
        raise DataError(message)
    return frame


def countries_crossed(
    line: LineString, basemap: GeoDataFrame, but: Collection[str] = ()
) -> dict[str, float]:
    """Return ISO 3166-1 alpha-2 code -> kilometres on its ground, the longest first.

    Water is left out, so the sum may be less than the length of the line.

    Parameters
    ----------
    line
        Longitude and latitude in degrees.
    basemap
        Countries as `read_basemap` returns them.
    but
        Codes of countries that are not asked for.
    """
    from shapely import LineString

    line = LineString(continuous(line.coords))
    met = basemap.iloc[sorted(basemap.sindex.query(line, predicate="intersects"))]
    found: dict[str, float] = {}
    for iso2, area in zip(met["iso2"], met.geometry, strict=True):
        if iso2 in but:
            continue
        inside = geodesic_length_km(line.intersection(area))
        if inside > 0:
            found[str(iso2)] = found.get(str(iso2), 0.0) + inside
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def line_faults(content: Any) -> list[str]:
    """Return what keeps a parsed ``lines.geojson`` from being one line for each link.

    Parameters
    ----------
    content
        What the file holds as JSON.
    """
    if not isinstance(content, dict) or content.get("type") != "FeatureCollection":
        seen = content.get("type") if isinstance(content, dict) else type(content).__name__
        return [f"saw {seen!r}, expected a FeatureCollection"]
    features = content.get("features")
    if not isinstance(features, list):
        return ["the FeatureCollection has no list of features"]
    if fault := _crs_fault(content.get("crs")):
        return [fault]
    faults, count = [], dict[str, int]()
    for number, feature in enumerate(features, 1):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        name = properties.get("link_id") if isinstance(properties, dict) else None
        if isinstance(name, bool) or not isinstance(name, str | int) or name == "":
            faults.append(f"feature {number}: every feature needs the property link_id, a text")
            continue
        count[str(name)] = count.get(str(name), 0) + 1
        if fault := _line_fault(feature.get("geometry")) or _said_fault(properties or {}):
            faults.append(f"{name}: {fault}")
    twice = sorted(name for name, n in count.items() if n > 1)
    return ([f"more than one line for {', '.join(twice)}"] if twice else []) + faults


def _crs_fault(crs: Any) -> str:
    """Say that positions are not in degrees of WGS 84, where a file states something else.

    RFC 7946 knows nothing else; GeoJSON of before it has a member for it, which many still write.
    """
    stated = crs.get("properties") if isinstance(crs, dict) else None
    name = stated.get("name", stated) if isinstance(stated, dict) else crs
    if name is None or str(name).rpartition(":")[2] in {"CRS84", "4326", "4979"}:
        return ""
    return (
        f"crs: saw {json.dumps(name)[:60]}, expected EPSG:4326 (longitude and latitude in WGS 84)"
    )


_LENGTHS = ("track_km", "line_km", "bridged_km", "drawn_km")
_TEXTS = ("made", "note")
"""What a line may say of how it was found."""


def _said_fault(properties: dict[str, Any]) -> str:
    """Return what is wrong with what a line says of itself."""
    for key in (*_LENGTHS, *_TEXTS):
        value = properties.get(key)
        if value is None:
            continue
        number = isinstance(value, int | float) and not isinstance(value, bool)
        # Not so for nan either.
        fits = isinstance(value, str) if key in _TEXTS else number and 0 <= value < _FAR_KM
        if not fits:
            expected = "text" if key in _TEXTS else f"a number of at least 0 and below {_FAR_KM:g}"
            return f"{key}: saw {json.dumps(value)[:60]}, expected {expected}, or null"
    return ""


_FAR_KM = 1e6
"""Longer than any way on earth."""


def _line_fault(geometry: Any) -> str:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind != "LineString":
        return f"not a LineString: saw {kind or json.dumps(geometry)[:60]}"
    points = geometry.get("coordinates")
    if not isinstance(points, list) or len(points) < 2:
        n = len(points) if isinstance(points, list) else 0
        return f"saw {n} position{'' if n == 1 else 's'}, a line has at least two"
    for number, point in enumerate(points, 1):
        if expected := _expected_of(point):
            # Written out where it is told alone: that takes longer than to look at a point.
            return f"position {number}: saw {json.dumps(point)[:60]}, expected {expected}"
    return ""


def _expected_of(point: Any) -> str:
    """Return what a position should be where it is none; nothing where it is one."""
    if not isinstance(point, list) or not all(
        isinstance(x, int | float) and not isinstance(x, bool) for x in point
    ):
        return "two numbers, longitude and latitude"
    if len(point) != 2:
        return "longitude and latitude alone (no height, no measure)"
    if not all(x == x and abs(x) != math.inf for x in point):
        return "finite numbers"
    if not (abs(point[0]) <= 360 and abs(point[1]) <= 90):
        return "degrees: longitude first, then a latitude of at most 90"
    return ""


def read_lines(path: str | Path) -> GeoDataFrame:
    """Read a ``lines.geojson``: one LineString per link, with the property ``link_id``.

    The frame is indexed by link_id and sorted; the other properties are its columns.
    A line over the antimeridian may be written either way and runs on past 180°.

    Raises
    ------
    DataError
        Naming every feature that is no line of finite longitudes and latitudes with a
        link_id of its own.
    """
    import geopandas as gpd
    import pandas as pd
    from shapely import LineString

    try:
        content = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        message = f"{path}: not readable as GeoJSON ({' '.join(str(error).split())[:120]})"
        raise DataError(message) from None
    problems = line_faults(content)
    if problems:
        shown = problems[:_SHOWN]
        if len(problems) > _SHOWN:
            shown.append(f"and {len(problems) - _SHOWN} more")
        message = f"{path}: " + "; ".join(shown)
        raise DataError(message)
    features = content["features"]
    names = [str(f["properties"]["link_id"]) for f in features]
    columns = dict.fromkeys(k for f in features for k in f["properties"] if k != "link_id")
    frame = gpd.GeoDataFrame(
        {c: [f["properties"].get(c) for f in features] for c in columns},
        geometry=[LineString(continuous(f["geometry"]["coordinates"])) for f in features],
        index=pd.Index(names, dtype="str", name="link_id"),
        crs=4326,
    )
    return frame.sort_index()


def with_lines(links: DataFrame, nodes: DataFrame, lines: GeoDataFrame | None) -> GeoDataFrame:
    """Give each link its line, from its from_node to its to_node.

    Parameters
    ----------
    links
        Columns from_node and to_node; link_id is a column or the index.
    nodes
        Columns lon and lat; node_id is a column or the index.
    lines
        As `read_lines` returns them, or None. A link that it lacks gets a great
        circle and ``made`` = ``straight``.

    Returns
    -------
    geopandas.GeoDataFrame
        `links` in their order, with the columns made and geometry.

    Raises
    ------
    UnknownIdError
        If a link ends at a node that is not there.
    """
    import geopandas as gpd

    by_node = nodes.set_index("node_id") if "node_id" in nodes else nodes
    by_link = links.set_index("link_id") if "link_id" in links else links
    place = {n: (float(by_node.lon[n]), float(by_node.lat[n])) for n in by_node.index}
    held = {} if lines is None else lines.geometry.to_dict()
    how = {} if lines is None or "made" not in lines else lines["made"].to_dict()
    drawn, made = [], []
    for link, start, end in zip(by_link.index, by_link.from_node, by_link.to_node, strict=True):
        for node in (start, end):
            if node not in place:
                message = f"link {link} ends at {node!r}, which is no node{nearest(node, place)}"
                raise UnknownIdError(message)
        line = held.get(link)
        straight = line is None
        drawn.append(
            great_circle(place[start], place[end]) if straight else oriented(line, place[start])
        )
        made.append("straight" if straight else str(how.get(link, "given")))
    return gpd.GeoDataFrame(links.assign(made=made), geometry=drawn, crs=4326)
