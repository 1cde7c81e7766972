"""What to look at again: every link whose line seems wrong, with the reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shapely import LineString, buffer, intersection, union_all

from corridors.network.geometry import countries_crossed, geodesic_length_km

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

BORDER_KM = 5.0  # the basemap's borders are up to 4 km off
COAST_KM = 5.0
BESIDE_DEGREES = 0.03  # a line so close to a coast may well be on land
HARBOUR_KM = 25.0  # ports stand at the centre of their town
LONGEST_RATIO = {"rail": 1.9, "road": 1.6, "sea": 4.0, "pipeline": 1.6}


@dataclass
class Review:
    """Remarks on lines, gathered while they are made."""

    basemap: GeoDataFrame
    remarks: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, link: str, kind: str, text: str) -> None:
        """Remember a remark."""
        self.remarks.append((kind, link, text))

    def look(
        self, link: dict[str, str], made: dict[str, Any], line: LineString, home: set[str]
    ) -> None:
        """Check one line: its length, its gaps, the ground it crosses."""
        name, mode = link["link_id"], link["mode"]
        shortest = float(made["shortest_km"])
        ratio = made["track_km"] / max(shortest, 0.1)
        if ratio > LONGEST_RATIO[mode] and made["track_km"] - shortest > 5:
            self.add(name, "detour", f"{made['track_km']:.0f} km, {ratio:.2f} times the shortest")
        if ratio < 0.995:
            self.add(name, "too short", f"{made['track_km']} km, shortest is {shortest:.1f}")
        if mode in ("rail", "road") and made["note"]:
            self.add(name, made["made"], f"{made['track_km']:.0f} km: {made['note']}")
        crossed = countries_crossed(line, self.basemap)
        if mode == "sea":
            ground = sum(crossed.values())
            if ground > HARBOUR_KM:
                self.add(name, "lane on land", _said(crossed))
            return
        if mode != "pipeline" and (wet := self.over_water(line)) > COAST_KM:
            self.add(name, "over water", f"{wet:.0f} km")
        strange = {k: v for k, v in crossed.items() if k not in home and v >= BORDER_KM}
        if strange:
            self.add(name, "other country", _said(strange))

    def over_water(self, line: LineString) -> float:
        """Return how many kilometres lie off the coast, and not just beside it."""
        near = self.basemap.geometry.to_numpy()[self.basemap.sindex.query(line)]
        beside = buffer(intersection(near, line.buffer(0.5)), BESIDE_DEGREES)
        return geodesic_length_km(line.difference(union_all(beside)))

    def table(self) -> str:
        """Return the remarks as text, by kind."""
        lines = []
        for kind, link, text in sorted(self.remarks):
            lines.append(f"  {kind:<14} {link:<44} {text}")
        return "\n".join(lines)


def _said(crossed: dict[str, float]) -> str:
    return ", ".join(f"{iso2} {length:.0f} km" for iso2, length in crossed.items())
