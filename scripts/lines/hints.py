"""What a person has decided about single links: the two hand-written tables.

``waypoints.csv`` draws lines, or parts of them, that the sources lack. A row is a
point on the way, in the order of ``seq``. Its ``piece`` says how the line gets there
from the point before: ``drawn`` (straight) or ``track`` (over the graph). ``place``
and ``source`` say what the point is and where it comes from. The last row has no
position: it stands for the end of the link, and its ``note`` speaks of the line.

``hints.csv`` steers the search: points to pass (``via``), circles to keep out of
(``avoid``), sea passages to close or open (``closed``), the longest bridge, or
``how`` = ``straight`` for a link that shall be one straight line.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .tracks import Point

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Hint:
    """How to look for a link's line."""

    via: tuple[Point, ...] = ()
    avoid: tuple[tuple[float, float, float], ...] = ()
    closed: frozenset[str] | None = None
    bridge_km: float | None = None
    how: str = ""
    note: str = ""


@dataclass(frozen=True)
class Waypoint:
    """A point that a line passes; None stands for the end of the link."""

    point: Point | None
    piece: str
    note: str


def read_hints(path: Path = HERE / "hints.csv") -> dict[str, Hint]:
    """Read the hints by link."""
    hints: dict[str, Hint] = {}
    for row in _rows(path):
        if row["link_id"] in hints:
            raise SystemExit(f"{path.name}: {row['link_id']} has two rows")
        hints[row["link_id"]] = Hint(
            via=tuple((lat, lon) for lat, lon in _numbers(row["via"], 2)),
            avoid=tuple((lat, lon, size) for lat, lon, size in _numbers(row["avoid"], 3)),
            closed=frozenset(row["closed"].split()) if row["closed"] else None,
            bridge_km=float(row["bridge_km"]) if row["bridge_km"] else None,
            how=row["how"],
            note=row["note"],
        )
    return hints


def read_waypoints(path: Path = HERE / "waypoints.csv") -> dict[str, list[Waypoint]]:
    """Read the waypoints by link, in order."""
    rows: dict[str, list[tuple[int, Waypoint]]] = {}
    for row in _rows(path):
        if row["piece"] not in ("drawn", "track"):
            raise SystemExit(f"{path.name}: {row['link_id']} {row['seq']}: piece {row['piece']!r}")
        point = (float(row["lat"]), float(row["lon"])) if row["lat"] else None
        held = rows.setdefault(row["link_id"], [])
        held.append((int(row["seq"]), Waypoint(point, row["piece"], row["note"])))
    result = {}
    for link, numbered in rows.items():
        numbered.sort(key=lambda item: item[0])
        result[link] = [waypoint for _, waypoint in numbered]
        if any(w.point is None for w in result[link][:-1]):
            raise SystemExit(f"{path.name}: {link}: only the last row may lack a position")
    return result


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [{k: (v or "").strip() for k, v in row.items()} for row in csv.DictReader(file)]


def _numbers(text: str, size: int) -> list[tuple[float, ...]]:
    groups = [tuple(float(x) for x in group.split()) for group in text.split(";") if group.strip()]
    if any(len(group) != size for group in groups):
        raise SystemExit(f"expected groups of {size} numbers: {text!r}")
    return groups
