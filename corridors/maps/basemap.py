"""The countries under every map, drawn from a file that ships with the package.

Borders are Natural Earth's, as they are held on the ground. That is a picture, not a
judgement, and every map says so.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from corridors.maps import vendored

__all__ = ["DIGITS", "Geometry", "countries", "rounded", "shipped"]

Geometry = Mapping[str, Any]
"""A GeoJSON object."""

DIGITS = 4
"""Of longitudes and latitudes of the lines on every map: 11 m."""

_DIGITS = 2


@cache
def shipped() -> Geometry:
    """Return the basemap of the package.

    Returns
    -------
    Geometry
        A GeoJSON FeatureCollection of countries with the properties `iso2` and `name`.
    """
    collection: Geometry = json.loads(vendored.asset_text("basemap.geojson"))
    return collection


def countries(collection: Geometry) -> list[dict[str, Any]]:
    """Turn a basemap into what the page draws.

    Parameters
    ----------
    collection
        GeoJSON FeatureCollection of polygons in WGS 84 with a property `name`.

    Returns
    -------
    list of dict
        For each country its `name`, its `rings` (polygons of rings of lon, lat) and
        its `label`: lon and lat of the middle of the widest circle that fits into it
        on a Mercator map, the lon of its west and east border there, and the width
        of the circle in degrees of longitude.

    Examples
    --------
    >>> ring = [[0, 0], [2, 0], [2, 1], [0, 1], [0, 0]]
    >>> box = {"type": "Polygon", "coordinates": [ring]}
    >>> feature = {"properties": {"name": "Box"}, "geometry": box}
    >>> (drawn,) = countries({"features": [feature]})
    >>> drawn["name"], drawn["label"][1:]
    ('Box', [0.5, 0.0, 2.0, 1.0])
    """
    drawn = []
    for feature in collection["features"]:
        shape = feature["geometry"]
        polygons = shape["coordinates"]
        if shape["type"] == "Polygon":
            polygons = [polygons]
        drawn.append(
            {
                "name": str(feature["properties"].get("name") or ""),
                "rings": [[rounded(ring, _DIGITS) for ring in rings] for rings in polygons],
                "label": _label(polygons),
            }
        )
    return drawn


def rounded(line: Sequence[Sequence[float]], digits: int) -> list[list[float]]:
    """Round the points of a line, and leave out a point that then repeats the last one.

    Parameters
    ----------
    line
        Points as lon, lat.
    digits
        Digits after the decimal point.

    Returns
    -------
    list of list of float
        At least two points, if there were two.
    """
    points = [
        [round(float(lon), digits) + 0.0, round(float(lat), digits) + 0.0] for lon, lat in line
    ]
    kept = [point for index, point in enumerate(points) if index == 0 or point != points[index - 1]]
    return kept if len(kept) > 1 else points[:2]


def _label(polygons: Sequence[Sequence[Sequence[Sequence[float]]]]) -> list[float]:
    """Find where the name of a country has the most room."""
    import numpy as np
    import shapely

    shells = [rings[0] for rings in polygons]
    points = np.array([point for shell in shells for point in shell], dtype=np.float64)
    # The height of a latitude on a Mercator map, in degrees of longitude.
    points[:, 1] = np.degrees(np.arcsinh(np.tan(np.radians(points[:, 1]))))
    own = np.repeat(np.arange(len(shells)), [len(shell) for shell in shells])
    flat = shapely.polygons(shapely.linearrings(points, indices=own))
    largest = shapely.make_valid(flat[shapely.area(flat).argmax()])
    west, south, east, north = largest.bounds
    tolerance = max(east - west, north - south) / 100 or 1.0
    radius = shapely.maximum_inscribed_circle(largest, tolerance=tolerance)
    x, y = radius.coords[0]
    across = shapely.LineString([(west - 1, y), (east + 1, y)]).intersection(largest)
    ends = shapely.bounds(shapely.get_parts(across))[:, [0, 2]].tolist()
    left, right = next((own for own in ends if own[0] <= x <= own[1]), (x, x))
    lat = math.degrees(math.atan(math.sinh(math.radians(y))))
    return [round(value, 1) + 0.0 for value in (x, lat, left, right, 2 * radius.length)]
