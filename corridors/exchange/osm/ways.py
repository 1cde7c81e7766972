"""Which ways of OpenStreetMap cargo may use, and what their tags say."""

from __future__ import annotations

import re
from typing import Any

RAIL = (
    '["railway"="rail"]["service"!~"^(siding|yard|spur|crossover)$"]'
    '["usage"!~"^(tourism|military|test)$"]'
)
RAIL_BEING_BUILT = (
    '["railway"~"^(rail|construction)$"]["service"!~"^(siding|yard|spur|crossover)$"]'
    '["usage"!~"^(tourism|military|test)$"]'
)
ROAD = (
    '["highway"~"^(motorway|trunk|primary|secondary)(_link)?$"]'
    '["access"!~"^(private|no)$"]["hgv"!~"^no$"]'
)
"""What is asked for; an answer may hold more, so `usable` looks again."""

_CLASSES = {"motorway": 1.0, "trunk": 1.0, "primary": 1.2, "secondary": 1.6}
"""A kilometre of a lesser road counts as more: lorries keep to trunk roads."""

_UNTAGGED = 1.5
"""So does a kilometre of track whose gauge nobody has tagged."""

_NO_ENTRY = {"private", "no"}
_STATIONS = {"siding", "yard", "spur", "crossover"}
_NO_CARGO = {"tourism", "military", "test"}
_SAME_GAUGE = {1524: 1520, 1522: 1520}
"""Gauges on which the same wagons run."""

_GAUGE = re.compile("[1-9][0-9]{2,3}")
"""A gauge in mm. Tags are anybody's: there are digits that are no number."""


def way_filter(mode: str, *, planned: bool) -> str:
    """Return the conditions under which ways of a mode are asked for.

    Parameters
    ----------
    mode
        ``rail`` or ``road``.
    planned
        Whether railways that are being built count too.
    """
    if mode == "road":
        return ROAD
    return RAIL_BEING_BUILT if planned else RAIL


def gauges(tags: dict[str, Any]) -> set[int]:
    """Return the gauges in mm that a way can carry; empty where the tags do not say.

    Examples
    --------
    >>> sorted(gauges({"gauge": "1520;1435"})), gauges({"gauge": "standard"})
    ([1435, 1520], set())
    """
    found = set()
    for part in _parts(tags, "gauge"):
        if _GAUGE.fullmatch(part):
            found.add(_SAME_GAUGE.get(int(part), int(part)))
    return found


def _parts(tags: dict[str, Any], key: str) -> list[str]:
    value = tags.get(key, "")
    # A way that lies on another is merged by OSMnx into a list of values.
    texts = value if isinstance(value, list) else [value]
    return [part.strip() for text in texts for part in str(text).split(";") if part.strip()]


def carries_only_passengers(tags: dict[str, Any]) -> bool:
    """Return whether a track is for passenger trains alone, as new high-speed lines are.

    Examples
    --------
    >>> carries_only_passengers({"highspeed": "yes"})
    True
    >>> carries_only_passengers({"highspeed": "yes", "railway:traffic_mode": "mixed"})
    False
    """
    traffic = tags.get("railway:traffic_mode", "")
    if traffic in {"mixed", "freight"}:
        return False
    return traffic == "passenger" or tags.get("highspeed") == "yes"


def weight(
    tags: dict[str, Any], mode: str, gauge: int | None, *, planned: bool = False
) -> float | None:
    """Return what a kilometre of a way counts as, or None where cargo may not use it.

    Parameters
    ----------
    tags
        Tags of the way.
    mode
        ``rail`` or ``road``.
    gauge
        Of the trains in mm; None for any.
    planned
        Whether railways that are being built count too.

    Examples
    --------
    >>> weight({"railway": "rail", "gauge": "1520;1435"}, "rail", 1435)
    1.0
    >>> weight({"railway": "rail", "gauge": "1520"}, "rail", 1435) is None
    True
    """
    if mode == "road":
        closed = _NO_ENTRY & set(_parts(tags, "access")) or "no" in _parts(tags, "hgv")
        return None if closed else _CLASSES.get(str(tags.get("highway", "")).removesuffix("_link"))
    being_built = tags.get("railway") == "construction"
    if being_built and not (planned and tags.get("construction", "rail") == "rail"):
        return None
    if tags.get("railway") != "rail" and not being_built:
        return None
    if tags.get("service") in _STATIONS or tags.get("usage") in _NO_CARGO:
        return None
    if carries_only_passengers(tags):
        return None
    known = gauges(tags)
    if gauge is not None and known and gauge not in known:
        return None
    return 1.0 if known else _UNTAGGED


def traction(tags: dict[str, Any]) -> str:
    """Return the traction current in the schema's words; empty where the tags do not say.

    Examples
    --------
    >>> traction({"electrified": "contact_line", "voltage": "25000", "frequency": "50"})
    '25kV'
    """
    state = tags.get("electrified", "")
    if state == "no":
        return "no"
    by_voltage = {"25000": "25kV", "3000": "3kV", "3300": "3kV", "15000": "15kV"}
    known = {by_voltage[v] for v in _parts(tags, "voltage") if v in by_voltage}
    if len(known) > 1:
        return "mixed"
    return known.pop() if known else ""


def stated_tracks(tags: dict[str, Any]) -> int:
    """Return the number of tracks that one drawn way stands for, 1 unless it says more."""
    text = str(tags.get("tracks", ""))
    return int(text) if re.fullmatch("[1-8]", text) else 1
