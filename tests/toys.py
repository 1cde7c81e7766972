"""Toy networks for tests: a few lines of text become a complete, checked network.

Rates are one dollar a unit-kilometre and 50 km/h for every mode unless a test
says otherwise, cargo has no value of time, and not carrying a unit loses 10,000
dollars, so that answers can be worked out in the head.
"""

from __future__ import annotations

from typing import Any

from corridors.network.network import Network
from corridors.network.reading.columns import typed_table
from corridors.network.reading.keys import references
from corridors.network.schema import MODES, tables

CARGO = {
    "box": {"unit": "TEU", "t_per_unit": 10},
    "bulk": {"unit": "t", "t_per_unit": 1},
}


def network(
    nodes: dict[str, str],
    links: list[dict[str, Any]],
    demand: list[dict[str, Any]],
    *,
    cargo: dict[str, dict[str, Any]] | None = None,
    usd_per_km: float = 1.0,
    km_per_hour: float = 50.0,
    **others: list[dict[str, Any]],
) -> Network:
    """Build a network from short rows.

    Parameters
    ----------
    nodes
        Country by node.
    links
        Rows of links; ``link_id`` is ``from-to-mode`` and the length 100 km
        unless given, rail has 1520 mm unless given.
    demand
        Rows of demand with ``per_day`` units; the id is ``origin-destination-cargo``
        unless given.
    cargo
        Rows of cargo by id; boxes of 10 t and bulk if None.
    others
        Rows of any other table.
    """
    kinds = CARGO if cargo is None else cargo
    rows: dict[str, list[dict[str, Any]]] = {name: list(others.get(name, [])) for name in tables()}
    for i, (node, country) in enumerate(nodes.items()):
        rows["nodes"].append(
            {
                "node_id": node,
                "name": node.upper(),
                "kind": "junction",
                "country": country,
                "lat": 45 + (i % 3),
                "lon": 60 + i,
            }
        )
    for link in links:
        rows["links"].append(_link(dict(link)))
    for one in demand:
        rows["demand"].append(_demand(dict(one)))
    for name, values in kinds.items():
        base = {
            "cargo": name, "name": name, "usd_per_unit": 1000, "usd_per_unit_day": 0,
            "loss_usd_per_unit": 10_000, "modes": ";".join(MODES), "unit": "t", "t_per_unit": 1,
        }  # fmt: skip
        rows["cargo"].append(base | values)
        for mode in MODES:
            if not any(r["mode"] == mode and r["cargo"] == name for r in others.get("rates", [])):
                rows["rates"].append(
                    {
                        "mode": mode,
                        "cargo": name,
                        "usd_per_unit_km": usd_per_km,
                        "km_per_hour": km_per_hour,
                    }
                )
    return built(rows)


def _link(link: dict[str, Any]) -> dict[str, Any]:
    mode = link.setdefault("mode", "road")
    link.setdefault("link_id", f"{link['from_node']}-{link['to_node']}-{mode}")
    link.setdefault("length_km", 100)
    if mode == "rail":
        link.setdefault("gauge_mm", 1520)
    return link


def _demand(one: dict[str, Any]) -> dict[str, Any]:
    one.setdefault("cargo", "bulk")
    one.setdefault("demand_id", f"{one['origin']}-{one['destination']}-{one['cargo']}")
    one.setdefault("base_year", 2025)
    if "per_day" in one:
        one["units_per_year"] = one.pop("per_day") * 365
    return one


def built(rows: dict[str, list[dict[str, Any]]]) -> Network:
    """Type rows by the schema, refuse what is wrong, and return the network."""
    frames = {}
    problems = []
    for table in tables().values():
        text = [
            {k: "" if v is None else str(v) for k, v in row.items()} for row in rows[table.name]
        ]
        cells = {name: [row.get(name, "") for row in text] for name in table.names}
        unknown = {k for row in text for k in row} - set(table.names)
        assert not unknown, f"{table.name}: {unknown}"
        frames[table.name], found = typed_table(cells, len(text), table)
        problems += found
    for table in tables().values():
        problems += references(frames, table)
    assert not problems, problems
    return Network(frames)


def two_ways(capacity=100, **changes):
    """Draw two ways from a to d, of 200 and of 220 km, a dollar a tonne-kilometre::

    a --100-- b --100-- d       the first half has a limit
    a --110-- c --110-- d
    """
    return network(
        {"a": "AA", "b": "BB", "c": "CC", "d": "DD"},
        [
            {"from_node": "a", "to_node": "b"},
            {"from_node": "b", "to_node": "d"},
            {"from_node": "a", "to_node": "c", "length_km": 110},
            {"from_node": "c", "to_node": "d", "length_km": 110},
        ],
        [{"origin": "a", "destination": "d", "per_day": 10}],
        cargo={"bulk": {"unit": "t", "t_per_unit": 1, "usd_per_unit_day": 24}},
        capacities=[{"capacity_id": "short", "name": "short", "unit": "t", "amount": capacity}],
        capacity_members=[{"capacity_id": "short", "link_id": "a-b-road"}],
        **changes,
    )
