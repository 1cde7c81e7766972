"""The countries under the explorer's map, as steps between points."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from corridors.maps import basemap

__all__ = ["DIGITS", "ground"]

DIGITS = 50
"""Parts of a degree in which the countries are written: about two kilometres."""

_FEWEST = 5
"""Points of a ring below which it is a speck."""


@cache
def ground() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the countries: their names and codes, and their rings as arrays.

    Returns
    -------
    texts, arrays
        ``name`` and ``code`` by country; ``ground_ring`` (rings of each country, as offsets),
        ``ground_start`` (points of each ring, as offsets), ``ground_first`` (first point of
        each ring) and the steps from point to point, in fiftieths of a degree.
    """
    texts: dict[str, Any] = {"name": [], "code": []}
    rings, steps, first = [0], [], []
    for feature in basemap.shipped()["features"]:
        shape = feature["geometry"]
        polygons = shape["coordinates"]
        if shape["type"] == "Polygon":
            polygons = [polygons]
        texts["name"].append(str(feature["properties"].get("name") or ""))
        texts["code"].append(str(feature["properties"].get("iso2") or ""))
        for ring in (ring for polygon in polygons for ring in polygon):
            at = np.rint(np.array(ring, dtype=np.float64)[:, :2] * DIGITS).astype(np.int64)
            at = at[np.concatenate([[True], (np.diff(at, axis=0) != 0).any(axis=1)])]
            if len(at) >= _FEWEST:
                first.append(at[0])
                steps.append(np.diff(at, axis=0))
        rings.append(len(steps))
    ends = np.cumsum([len(own) for own in steps])
    every = np.concatenate(steps)
    return texts, {
        "ground_ring": np.array(rings, dtype=np.int64),
        "ground_start": np.concatenate([[0], ends]).astype(np.int64),
        "ground_first": np.concatenate(first).astype(np.int64),
        "ground_lon": every[:, 0],
        "ground_lat": every[:, 1],
    }
