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
from corridors.maps.static import ALBERS, View, view_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.maps.static import FlowLine

WIDTH, HEIGHT = 240, 132
"""Of a picture, in the units of its view box."""

USUAL = View(ALBERS, (-4600.0, 4700.0, -2550.0, 2550.0))
"""What a picture shows where the network fills it."""

_WIDEST = 5.0
_THINNEST = 0.5
_ARM = 3.0
_FINEST = 18.0 / 9300.0
"""Share of a picture's width below which a bend of a coast is not drawn."""

_LEAST_SHARE = 0.01
"""Of the largest change: what is smaller is not drawn."""


@dataclass(frozen=True)
class Stroke:
    """A path of a picture: its kind (gains, loses or closed), its course and its width."""

    kind: str
    d: str
    width: str


def view(lines: Sequence[FlowLine]) -> View:
    """Return what pictures of these lines show: the usual window, or one about the lines."""
    found = view_of(lines, USUAL.window)
    if found == USUAL:
        return found
    west, east, south, north = found.window
    wide = max(east - west, (north - south) * WIDTH / HEIGHT) / 2
    high = wide * HEIGHT / WIDTH
    x, y = (west + east) / 2, (south + north) / 2
    return View(found.projection, (x - wide, x + wide, y - high, y + high))


@cache
def ground(shown: View = USUAL) -> str:
    """Return the land of a view as the course of one SVG path."""
    from shapely import box, get_parts, union_all
    from shapely.geometry import shape

    west, east, south, north = shown.window
    window = box(west, south, east, north)
    parts = []
    for country in basemap.shipped()["features"]:
        for part in get_parts(shape(country["geometry"])):
            x, y = shown.project(*np.asarray(part.exterior.coords)[:, :2].T)
            if np.abs(x).max() < 12_000 and np.abs(y).max() < 12_000:
                parts.append(shape({"type": "Polygon", "coordinates": [[*zip(x, y, strict=True)]]}))
    land = union_all([part.buffer(0) for part in parts]).intersection(window)
    land = land.simplify(_FINEST * (east - west))
    rings = [np.asarray(p.exterior.coords) for p in get_parts(land) if p.geom_type == "Polygon"]
    return "".join(_course(shown, *ring.T, closed=True) for ring in rings if len(ring) > 3)


def strokes(lines: Sequence[FlowLine], shown: View = USUAL) -> list[Stroke]:
    """Return what some lines gain and lose, the largest last, and what is closed above it.

    Parameters
    ----------
    lines
        As `corridors.Comparison.changed_lines` has them, t_per_day below 0 for a loss.
    shown
        What the picture shows, as `view` returns it.

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
        across, down = shown.project(*np.asarray(line.points)[:, :2].T)
        course = _course(shown, across, down)
        if course and line.closed:
            course += _cross(shown, float(across.mean()), float(down.mean()))
        if course:
            found.append((rank, Stroke(kind, course, f"{width:.1f}")))
    return [stroke for _, stroke in sorted(found, key=lambda item: item[0])]


def _cross(shown: View, x: float, y: float) -> str:
    """Return a cross on a place, so that what is shut is seen where it is short."""
    west, east, south, north = shown.window
    u, v = (x - west) / (east - west) * WIDTH, (north - y) / (north - south) * HEIGHT
    a, b, c, d = u - _ARM, u + _ARM, v - _ARM, v + _ARM
    return f"M{a:.1f} {c:.1f}L{b:.1f} {d:.1f}M{a:.1f} {d:.1f}L{b:.1f} {c:.1f}"


def _course(shown: View, x: Any, y: Any, *, closed: bool = False) -> str:
    """Return a course in the picture, points nearer than half a unit left out."""
    west, east, south, north = shown.window
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
