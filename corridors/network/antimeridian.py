"""Longitudes across 180°: one way of writing them, whatever way they were written.

179° to -179° and 179° to 181° are the same two degrees. Here lines and polygons run on
past 180°, so that they are short, are drawn short, and select what they touch.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from shapely import MultiLineString
    from shapely.geometry.base import BaseGeometry

    Floats = NDArray[np.float64]

Position = tuple[float, float]

MAP_EDGE = -165.0
"""Longitude at which the map is cut, between Asia and America: it runs from here to 195°."""

_NEAR_ANTIMERIDIAN = 120.0

_GROUND = (-30.0, 200.0)
"""West and east of the countries that maps draw."""

_HAIR = 1e-9


def continuous(points: Iterable[Position]) -> list[Position]:
    """Return positions without a jump from one edge of the map to the other.

    Longitudes are shifted by whole turns until no step is longer than half a turn. A
    line that crosses the antimeridian runs on past 180°, never below -180°, and one
    that lies wholly east of it as the map is cut (at 165° W) is put there too: however
    its author wrote it, it is the same line.

    Parameters
    ----------
    points
        Longitude and latitude, finite; what else a position holds is left out.

    Examples
    --------
    >>> continuous([(179.0, 65.0), (-179.0, 65.0)])
    [(179.0, 65.0), (181.0, 65.0)]
    >>> continuous([(-179.0, 65.0), (179.0, 65.0)])
    [(181.0, 65.0), (179.0, 65.0)]
    """
    result: list[Position] = []
    for lon, lat, *_ in points:
        turns = round((result[-1][0] - lon) / 360.0) if result else 0
        result.append((float(lon + 360.0 * turns), float(lat)))
    if not result:
        return result
    low, high = min(lon for lon, _ in result), max(lon for lon, _ in result)
    if low < -180.0 or high < MAP_EDGE:
        shift = 360.0
    elif low >= 360.0 + MAP_EDGE:
        shift = -360.0
    else:
        return result
    return [(lon + shift, lat) for lon, lat in result]


def merged(lines: MultiLineString) -> BaseGeometry:
    """Return lines that meet as one; also where they were cut at 180°, as RFC 7946 advises.

    Parameters
    ----------
    lines
        Longitude and latitude in degrees.

    Examples
    --------
    >>> from shapely import from_wkt
    >>> print(merged(from_wkt("MULTILINESTRING ((179 65, 180 65), (-180 65, -179.5 65))")))
    LINESTRING (179 65, 180 65, 180.5 65)
    """
    import numpy as np
    from shapely import MultiLineString, line_merge, transform

    found = line_merge(lines)
    if found.geom_type != "MultiLineString" or -180.0 not in lines.bounds:
        return found
    # West of Greenwich on the one side of the cut is past 180° on the other.
    turn = np.array([360.0, 0.0, 0.0] if lines.has_z else [360.0, 0.0])
    parts = [
        transform(part, lambda at: at + turn, include_z=lines.has_z)
        if part.bounds[2] <= 0.0
        else part
        for part in lines.geoms
    ]
    whole = line_merge(MultiLineString(parts))
    return whole if whole.geom_type == "LineString" else found


def map_edge(west: Sequence[float] | Floats, east: Sequence[float] | Floats) -> float:
    """Return the longitude from which a map runs once round the Earth and cuts no line.

    That is 165° W, unless a line crosses it: then the middle of the widest gap between the
    lines, so that each ends where its places stand. Where lines leave no gap all the way
    round, it is 165° W again.

    Parameters
    ----------
    west, east
        Where each line begins and ends, degrees; the east may run on past 180.

    Examples
    --------
    >>> map_edge([20.0, 179.0], [50.0, 181.0])
    -165.0
    >>> map_edge([121.5, -118.2], [241.8, -74.0])  # Shanghai to Los Angeles to New York
    23.75
    """
    import numpy as np

    sides = np.asarray([west, east], dtype=np.float64)
    start = (sides[0] - MAP_EDGE) % 360.0
    end = start + sides[1] - sides[0]
    if not (end > 360.0 + _HAIR).any():
        return MAP_EDGE
    reached = float(end.max()) - 360.0
    gaps: list[tuple[float, float]] = []
    for first, last in sorted(zip(start.tolist(), end.tolist(), strict=True)):
        if first - reached > _HAIR:
            gaps.append((first - reached, (first + reached) / 2))
        reached = max(reached, last)
    if not gaps:
        return MAP_EDGE
    edge = MAP_EDGE + max(gaps)[1]

    def over_ground(own: float) -> int:
        places = (map_longitude(lon, own) for lon in sides.ravel().tolist())
        return sum(_GROUND[0] <= lon <= _GROUND[1] for lon in places)

    # On the turn on which most of it lies over the countries that are drawn.
    return max((edge, edge - 360.0), key=over_ground)


def edge_of(lines: Sequence[BaseGeometry]) -> float:
    """Return the edge of the map of these lines, as `map_edge` has it."""
    bounds = [line.bounds for line in lines]
    return map_edge([own[0] for own in bounds], [own[2] for own in bounds])


def map_longitude(lon: float, edge: float = MAP_EDGE) -> float:
    """Return a longitude as the map has it, from its edge eastwards once round the Earth.

    Examples
    --------
    >>> map_longitude(-175.0), map_longitude(-160.0), map_longitude(-118.2, 23.75)
    (185.0, -160.0, 241.8)
    """
    return lon + 360.0 * math.ceil((edge - lon) / 360.0)


def on_map(lines: Sequence[BaseGeometry], edge: float) -> Sequence[BaseGeometry]:
    """Return lines on the turn that begins at the edge of their map; themselves where all are.

    Parameters
    ----------
    lines
        Longitude and latitude in degrees.
    edge
        As `map_edge` returns it.
    """
    from shapely.affinity import translate

    turns = [math.ceil((edge - line.bounds[0]) / 360.0) for line in lines]
    if not any(turns):
        return lines
    return [
        translate(line, 360.0 * turn) if turn else line
        for line, turn in zip(lines, turns, strict=True)
    ]


def across_antimeridian(area: BaseGeometry) -> BaseGeometry:
    """Return polygons with longitudes that run on past 180° where a ring crosses it.

    A ring may be written either way, 179 to 181 or 179 to -179. Read to the letter,
    the second goes once round the Earth; it is taken so only where it says so: where
    an end of the long step lies farther than 60° from the antimeridian, or the step
    is a whole turn, as in a box about everything.

    Parameters
    ----------
    area
        A Polygon or MultiPolygon; longitude and latitude in degrees.
    """
    from shapely import MultiPolygon, Polygon

    if area.geom_type == "MultiPolygon":
        return MultiPolygon([across_antimeridian(part) for part in area.geoms])
    if area.is_empty:
        return area
    outer = _ring(area.exterior.coords)
    west, east = min(lon for lon, _ in outer), max(lon for lon, _ in outer)
    holes = []
    for hole in area.interiors:
        ring = _ring(hole.coords)
        middle = sum(lon for lon, _ in ring) / len(ring)
        turn = next((t for t in (0.0, 360.0, -360.0) if west <= middle + t <= east), 0.0)
        holes.append([(lon + turn, lat) for lon, lat in ring])
    return Polygon(outer, holes)


def _ring(points: Iterable[Position]) -> list[Position]:
    result: list[Position] = []
    shift = 0.0
    before = None
    for lon, lat, *_ in points:
        if before is not None and 180.0 < abs(lon - before) < 360.0:
            near = min(abs(lon), abs(before)) >= _NEAR_ANTIMERIDIAN
            shift += (360.0 if lon < before else -360.0) if near else 0.0
        result.append((float(lon) + shift, float(lat)))
        before = lon
    return result


def meets(area: BaseGeometry, shapes: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which shapes an area meets, wherever on the turn either is written.

    Parameters
    ----------
    area
        Polygons as `across_antimeridian` returns them.
    shapes
        Points and lines, shape (N,).

    Returns
    -------
    ndarray of bool, shape (N,)

    Examples
    --------
    >>> import numpy as np
    >>> from shapely import LineString, box
    >>> sea = np.array([LineString([(179, 65), (181, 65)])])
    >>> meets(box(-179.5, 64, -179, 66), sea), meets(box(-20, 64, -18, 66), sea)
    (array([ True]), array([False]))
    """
    import numpy as np
    from shapely import intersects
    from shapely.affinity import translate

    found = np.zeros(len(shapes), dtype=np.bool_)
    for turn in (-360.0, 0.0, 360.0):
        found |= intersects(translate(area, turn) if turn else area, shapes)
    return found
