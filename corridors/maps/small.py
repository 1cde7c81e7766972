"""Small maps for a table: what a scenario changes, as shapes of a page that share one ground.

The same projection as the static maps. Shapes are given as the attributes of SVG paths, so
that a template writes the elements and escapes what stands in them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.maps import basemap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from corridors.maps.static import FlowLine

WIDTH, HEIGHT = 240, 132
"""Of a picture, in the units of its view box."""

_WINDOW_KM = (-4600.0, 4700.0, -2550.0, 2550.0)
_WIDEST = 5.0
_THINNEST = 0.5
_ARM = 3.0
_LEAST_SHARE = 0.01
"""Of the largest change: what is smaller is not drawn."""


@dataclass(frozen=True)
class Stroke:
    """A path of a picture: its kind (gains, loses or closed), its course and its width."""

    kind: str
    d: str
    width: str


@cache
def ground() -> str:
    """Return the land of the window as the course of one SVG path."""
    from shapely import box, get_parts, union_all
    from shapely.geometry import shape

    west, east, south, north = _WINDOW_KM
    window = box(west, south, east, north)
    parts = []
    for country in basemap.shipped()["features"]:
        for part in get_parts(shape(country["geometry"])):
            x, y = _project(np.asarray(part.exterior.coords)[:, :2])
            if np.abs(x).max() < 12_000 and np.abs(y).max() < 12_000:
                parts.append(shape({"type": "Polygon", "coordinates": [[*zip(x, y, strict=True)]]}))
    land = union_all([part.buffer(0) for part in parts]).intersection(window).simplify(18.0)
    rings = [np.asarray(p.exterior.coords) for p in get_parts(land) if p.geom_type == "Polygon"]
    return "".join(_course(*ring.T, closed=True) for ring in rings if len(ring) > 3)


def strokes(lines: Sequence[FlowLine]) -> list[Stroke]:
    """Return what some lines gain and lose, the largest last, and what is closed above it.

    Parameters
    ----------
    lines
        As `corridors.Comparison.changed_lines` has them, t_per_day below 0 for a loss.

    Returns
    -------
    list of Stroke
        Width grows with the square root of the change, on a scale of this picture alone.
    """
    most = max((abs(line.t_per_day) for line in lines if not line.closed), default=0.0)
    found: list[tuple[tuple[Any, ...], Stroke]] = []
    for place, line in enumerate(lines):
        change = line.t_per_day
        if line.closed:
            kind, width, rank = "closed", 1.8, (1, 0.0, place)
        elif most > 0.5 and abs(change) >= _LEAST_SHARE * most:
            kind = "gains" if change > 0 else "loses"
            width = max(_WIDEST * float(np.sqrt(abs(change) / most)), _THINNEST)
            rank = (0, round(abs(change), 6), place)
        else:
            continue
        across, down = _project(np.asarray(line.points)[:, :2])
        course = _course(across, down)
        if course and line.closed:
            course += _cross(float(across.mean()), float(down.mean()))
        if course:
            found.append((rank, Stroke(kind, course, f"{width:.1f}")))
    return [stroke for _, stroke in sorted(found, key=lambda item: item[0])]


def _cross(x: float, y: float) -> str:
    """Return a cross on a place, so that what is shut is seen where it is short."""
    west, east, south, north = _WINDOW_KM
    u, v = (x - west) / (east - west) * WIDTH, (north - y) / (north - south) * HEIGHT
    a, b, c, d = u - _ARM, u + _ARM, v - _ARM, v + _ARM
    return f"M{a:.1f} {c:.1f}L{b:.1f} {d:.1f}M{a:.1f} {d:.1f}L{b:.1f} {c:.1f}"


def _project(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from pyproj import Proj

    from corridors.maps.static import ALBERS

    x, y = Proj(ALBERS)(points[:, 0], points[:, 1])
    return np.asarray(x), np.asarray(y)


def _course(x: Any, y: Any, *, closed: bool = False) -> str:
    """Return a course in the picture, points nearer than half a unit left out."""
    west, east, south, north = _WINDOW_KM
    across = (np.asarray(x) - west) / (east - west) * WIDTH
    down = (north - np.asarray(y)) / (north - south) * HEIGHT
    points: list[tuple[float, float]] = []
    last = len(across) - 1
    for i, (u, v) in enumerate(zip(across.tolist(), down.tolist(), strict=True)):
        near = points and max(abs(u - points[-1][0]), abs(v - points[-1][1])) < 0.5
        if not near or (i == last and not closed):
            points.append((u, v))
    inside = any(0 <= u <= WIDTH and 0 <= v <= HEIGHT for u, v in points)
    if len(points) < 2 or not inside:
        return ""
    return "M" + "L".join(f"{u:.1f} {v:.1f}" for u, v in points) + ("Z" if closed else "")
