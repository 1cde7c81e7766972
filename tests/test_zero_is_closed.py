"""A limit of 0, in whatever unit, is a closure, in the steady state and by days."""

from __future__ import annotations

import pytest
import toys
from simulate_toys import DAY0, link, scenario

import corridors as co

PERIOD = {"from": "2025-01-11", "until": "2025-01-18"}


def border():
    """Return boxes and bulk over a border that carries other traffic too, and a long way round.

    ::

        a ==20 t, 8 of them others'== b
        a ------- 900 km, 5 t ------- b
    """
    return toys.network(
        {"a": "XA", "b": "XB"},
        [link("a", "b"), link("a", "b", link_id="round", length_km=900)],
        [
            {"origin": "a", "destination": "b", "cargo": "box", "per_day": 1},
            {"origin": "a", "destination": "b", "cargo": "bulk", "per_day": 1},
        ],
        cargo={
            "box": {"unit": "TEU", "t_per_unit": 10, "closure_days": 5, "patience_days": 9},
            "bulk": {"unit": "t", "t_per_unit": 1, "closure_days": 5, "patience_days": 9},
        },
        loads=[
            {"mode": "road", "cargo": "box", "vehicle": "truck", "units_per_vehicle": 2},
            {"mode": "road", "cargo": "bulk", "vehicle": "truck", "units_per_vehicle": 25},
        ],
        capacities=[
            {"capacity_id": "c", "name": "C", "unit": "t", "amount": 20, "background": 8},
            {"capacity_id": "d", "name": "D", "unit": "t", "amount": 5},
        ],
        capacity_members=[
            {"capacity_id": "c", "link_id": "a-b-road"},
            {"capacity_id": "d", "link_id": "round"},
        ],
    )


CLOSED = {"close": {"link": "a-b-road"}, **PERIOD}
ZEROS = [
    {"limit": {"link": "a-b-road"}, "to": amount, **PERIOD}
    for amount in (0, 0.0, "0 %", "0 t/day", "0 TEU/day", "0 trucks/week", "0 kt/year")
] + [{"limit": {"capacity": "c"}, "to": amount, **PERIOD} for amount in (0, "0 t/day")]


@pytest.mark.parametrize("event", ZEROS, ids=str)
def test_nothing_is_nothing_in_the_steady_state(event):
    hit, closed = (co.assign(border(), scenario(e), as_of="2025-01-12") for e in (event, CLOSED))
    assert hit.summary == closed.summary
    assert hit.summary["served_t_per_day"] == pytest.approx(5)
    assert hit.state.closed_links == ("a-b-road",)


def test_nothing_is_nothing_by_days():
    net = border()
    closed = co.simulate(net, scenario(CLOSED), 30, start=DAY0)
    for event in ZEROS:
        sim = co.simulate(net, scenario(event), 30, start=DAY0)
        assert sim.to_dict() == closed.to_dict()
        assert sim.queues.equals(closed.queues)


def test_nothing_of_one_cargo_leaves_the_other():
    event = {"limit": {"link": "a-b-road"}, "to": "0 TEU/day", "cargo": "box", **PERIOD}
    ban = {"ban": {"link": "a-b-road"}, "cargo": "box", **PERIOD}
    hit, banned = (co.assign(border(), scenario(e), as_of="2025-01-12") for e in (event, ban))
    assert hit.summary == banned.summary
    assert hit.summary["by_cargo"]["bulk"]["served_t_per_day"] == pytest.approx(1)


def test_a_limit_of_nothing_builds_up_like_a_closure():
    late = {"over": "4 days"}
    net = border()
    days = [
        [co.assign(net, scenario({**e, **late}), as_of="2025-01-12").summary for e in (a, CLOSED)]
        for a in ZEROS[:5]
    ]
    assert all(a == b for a, b in days)
