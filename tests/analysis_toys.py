"""Toy networks for the tests of the analysis: two by hand, and any number at random."""

from __future__ import annotations

import datetime as dt

import numpy as np
import toys

from corridors.scenarios.events import Event
from corridors.scenarios.scenario import Scenario

DAY = dt.date(2025, 9, 12)


def closing(*selectors):
    """Return a scenario that closes what each selector matches."""
    return Scenario("test", tuple(Event("close", s, where="test") for s in selectors))


def two_ways(narrow=6.0, half=150):
    r"""Return the network of the next sketch: 10 t a day from a to d, 50 km/h.

    a --100-- b --100-- d     200 USD and 4 h a tonne, no limit
     \--150-- c --150--/      300 USD and 6 h a tonne, at most 6 t a day; or `half` as long
    """
    return toys.network(
        {"a": "AA", "b": "BB", "c": "CC", "d": "DD"},
        [
            {"from_node": "a", "to_node": "b"},
            {"from_node": "b", "to_node": "d"},
            {"from_node": "a", "to_node": "c", "length_km": half},
            {"from_node": "c", "to_node": "d", "length_km": half},
        ],
        [{"origin": "a", "destination": "d", "per_day": 10}],
        capacities=[{"capacity_id": "narrow", "name": "narrow", "unit": "t", "amount": narrow}],
        capacity_members=[{"capacity_id": "narrow", "link_id": "a-c-road"}],
        chokepoints=[{"chokepoint": "south", "name": "South", "selector": "{node: c}"}],
    )


def at_random(seed, nodes=7, demands=4, *, shared=True):
    """Return a small network with limits that bind, some of them shared by several links."""
    rng = np.random.default_rng(seed)
    names = [f"n{i}" for i in range(nodes)]
    pairs = {(i, i + 1) for i in range(nodes - 1)}
    while len(pairs) < 2 * nodes:
        a, b = sorted(rng.choice(nodes, 2, replace=False).tolist())
        pairs.add((a, b))
    links = [
        {"from_node": names[a], "to_node": names[b], "length_km": int(rng.integers(50, 400))}
        for a, b in sorted(pairs)
    ]
    ids = [f"{link['from_node']}-{link['to_node']}-road" for link in links]
    limits, members = [], []
    for i in range(nodes):
        key = f"limit{i}"
        amount = float(rng.integers(3, 20))
        limits.append({"capacity_id": key, "name": key, "unit": "t", "amount": amount})
        chosen = rng.choice(ids, 2 if shared and i % 2 else 1, replace=False)
        members += [{"capacity_id": key, "link_id": link} for link in sorted(chosen)]
    wanted = []
    for i in range(demands):
        a, b = rng.choice(nodes, 2, replace=False).tolist()
        kind = ("bulk", "box")[int(rng.integers(2))]
        wanted.append(
            {
                "demand_id": f"d{i}",
                "origin": names[a],
                "destination": names[b],
                "cargo": kind,
                "per_day": float(rng.integers(1, 12)) / (10 if kind == "box" else 1),
            }
        )
    countries = {name: f"{chr(65 + i // 2)}{chr(65 + i // 2)}" for i, name in enumerate(names)}
    return toys.network(countries, links, wanted, capacities=limits, capacity_members=members)
