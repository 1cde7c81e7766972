"""Helpers for the tests of the model by days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import toys

from corridors.scenarios.scenario import Scenario, event_from

if TYPE_CHECKING:
    import corridors as co

DAY0 = "2025-01-01"


def scenario(*events: dict[str, Any]) -> Scenario:
    return Scenario("test", events=tuple(event_from(dict(e), "test") for e in events))


def close(link: str, first: str = "2025-01-11", until: str = "2025-01-21") -> dict[str, Any]:
    return {"close": {"link": link}, "from": first, "until": until}


def link(a: str, b: str, hours: float = 0.0, **others: Any) -> dict[str, Any]:
    return {"from_node": a, "to_node": b, "hours": hours, **others}


def one_road(
    amount: float = 16,
    *,
    per_day: float = 10,
    hours: float = 0.0,
    cargo: dict[str, Any] | None = None,
    opening_hours: list[dict[str, Any]] | None = None,
    **capacity: Any,
) -> co.Network:
    """A road from a to b with one capacity.

    ::

        a ==amount==> b
    """
    return toys.network(
        {"a": "XA", "b": "XB"},
        [link("a", "b", hours)],
        [{"origin": "a", "destination": "b", "per_day": per_day}],
        cargo={"bulk": {"unit": "t", "t_per_unit": 1, **(cargo or {})}},
        capacities=[{"capacity_id": "c", "name": "C", "unit": "t", "amount": amount, **capacity}],
        capacity_members=[{"capacity_id": "c", "link_id": "a-b-road", "direction": "forward"}],
        opening_hours=opening_hours or [],
    )


def by_rail_inside() -> co.Network:
    """A country that is entered by road, and crossed by rail from b by c to d.

    ::

        a ~~road~~ b ==rail== c ==rail== d ~~road~~ e
        XA         XB         XB         XB         XC
                              c ~~road~~ f  (XF)
    """
    return toys.network(
        {"a": "XA", "b": "XB", "c": "XB", "d": "XB", "e": "XC", "f": "XF"},
        [
            link("a", "b", 10.0),
            link("b", "c", 10.0, mode="rail"),
            link("c", "d", 10.0, mode="rail"),
            link("d", "e", 10.0),
            link("c", "f", 10.0),
        ],
        [
            {"origin": o, "destination": d, "per_day": 1}
            for o, d in ("ae", "ea", "fe", "af", "bd", "be")
        ],
        transfers=[
            {
                "transfer_id": node,
                "node_id": node,
                "from_mode": "road",
                "to_mode": "rail",
                "to_gauge_mm": 1520,
                "hours": 1,
            }
            for node in "bcd"
        ],
        cargo={"bulk": {"usd_per_unit_day": 24}},
        chokepoints=[
            {"chokepoint": "rail", "name": "R", "selector": "{country: XB, mode: rail}"},
        ],
    )


def on_day(frame: Any, capacity: str, date: str, column: str) -> float:
    own = frame[(frame["capacity_id"] == capacity) & (frame["date"] == date)]
    return float(own[column].iloc[0]) if len(own) else 0.0


def what(sim: co.Simulation, place: str) -> float:
    return float(sim.waterfall.set_index("what").loc[place, "t"])
