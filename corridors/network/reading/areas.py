"""Areas that `within` names: GeoJSON polygons, in a file or in the scenario itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from corridors.errors import DataError, ScenarioError
from corridors.files import read_whole

MOST_VERTICES = 100_000
"""Vertices of an area; a country's outline at 1:10 million has some thousands."""

_MOST_BYTES = 20_000_000


def _no_number(text: str) -> None:
    msg = f"saw {text}, expected a finite number"
    raise ValueError(msg)


def read_geojson(path: Path) -> Any:
    """Return what stands in the file of an area.

    Raises
    ------
    ScenarioError
        Where there is none, or it is not JSON.
    """
    try:
        text = read_whole(path, _MOST_BYTES, "an area").decode("utf-8-sig")
        return json.loads(text, parse_constant=_no_number)
    except DataError as error:
        msg = f"within: {error}"
        raise ScenarioError(msg) from None
    except (ValueError, RecursionError) as error:
        msg = f"within: {path}: not GeoJSON ({error})"
        raise ScenarioError(msg) from None


def read_area(value: Any, folder: Path | None) -> Any:
    """Return the area that ``within`` names: a geometry, or a file that paths of a folder lead to.

    Raises
    ------
    ScenarioError
        Where it is no polygon, or none that can be held in memory.
    """
    from shapely import count_coordinates, is_empty, union_all
    from shapely.errors import ShapelyError
    from shapely.geometry import shape

    from corridors.network.antimeridian import across_antimeridian

    if isinstance(value, dict):
        content, where = value, "within"
    else:
        path = (folder or Path()) / str(value)
        where = f"within: {path}"
        content = read_geojson(path)
    try:
        features = content.get("features", [content])
        geometries = [f.get("geometry", f) for f in features]
        stray = next((s for g in geometries for s in _no_numbers(g.get("coordinates"))), None)
        # What holds no position, or none that is finite, is told below.
        with np.errstate(all="ignore"):
            parts = [] if stray else [shape(g) for g in geometries]
    except (
        AttributeError,
        IndexError,
        KeyError,
        OverflowError,
        RecursionError,
        TypeError,
        ValueError,
        ShapelyError,
    ) as error:
        said = " ".join(str(error).split())[:200] or type(error).__name__
        if isinstance(error, AttributeError):
            said = "no mapping with a type such as Polygon"
        msg = f"{where}: not a GeoJSON geometry ({said})"
        raise ScenarioError(msg) from None
    if stray:
        msg = f"{where}: in a position saw {stray}, expected numbers, longitude and latitude"
        raise ScenarioError(msg)
    if not parts or any(p.geom_type not in {"Polygon", "MultiPolygon"} for p in parts):
        kinds = ", ".join(sorted({p.geom_type for p in parts})) or "nothing"
        msg = f"{where}: expected polygons, saw {kinds}"
        raise ScenarioError(msg)
    count = int(sum(count_coordinates(p) for p in parts))
    if count > MOST_VERTICES:
        msg = f"{where}: {count} vertices, expected at most {MOST_VERTICES}"
        raise ScenarioError(msg)
    if any(is_empty(p) or not np.isfinite(p.bounds).all() for p in parts):
        msg = f"{where}: a polygon without positions, or with one that is no number"
        raise ScenarioError(msg)
    # The ring that is meant may be simple where the one to the letter is not.
    parts = [across_antimeridian(p) for p in parts]
    if any(not p.is_valid for p in parts):
        msg = f"{where}: the polygon crosses itself"
        raise ScenarioError(msg)
    return union_all(parts)


def _no_numbers(coordinates: Any) -> list[str]:
    """Return the first thing in nested positions that is no number, as JSON; none where all are.

    What makes shapes takes true for 1, and "1" for 1 too.
    """
    waiting = [coordinates] if isinstance(coordinates, list | tuple) else []
    while waiting:
        one = waiting.pop()
        if isinstance(one, list | tuple):
            waiting.extend(reversed(one))
        elif one is not None and (isinstance(one, bool) or not isinstance(one, int | float)):
            return [json.dumps(one, default=repr)[:60]]
    return []
