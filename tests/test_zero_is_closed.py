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


BESIDE = [
    {"limit": {"link": "a-b-road"}, "to": 0.5},
    {"limit": {"capacity": "c"}, "to": 0.5},
    {"limit": {"capacity": "c"}, "to": "6 t/day"},
    {"limit": {"link": "a-b-road"}, "to": "6 t/day"},
    {"limit": {"link": "a-b-road"}, "to": "90 trucks/day"},
    {"limit": {"link": "a-b-road"}, "to": "1 TEU/day", "cargo": "box"},
    {"delay": {"link": "a-b-road"}, "by": "30 h"},
    {"ban": {"link": "a-b-road"}, "cargo": "bulk"},
    {"close": {"capacity": "c"}},
    {"open": {"link": "a-b-road"}},
]
"""What changes nothing on days on which the link is shut."""


@pytest.mark.parametrize("event", BESIDE, ids=str)
def test_what_is_shut_is_shut_whatever_else_holds_there(event):
    beside = {**event, **PERIOD}

    def told(sim):
        # In words, of what is opened it stands beside that nobody leaves his way for it.
        return {k: v for k, v in sim.to_dict().items() if k not in {"scenario", "explanation"}}

    closed = co.simulate(border(), scenario(CLOSED), 30, start=DAY0)
    hit = co.assign(border(), scenario(CLOSED), as_of="2025-01-12")
    for events in ((CLOSED, beside), (beside, CLOSED)):
        sim = co.simulate(border(), scenario(*events), 30, start=DAY0)
        assert told(sim) == told(closed)
        assert sim.queues.equals(closed.queues)
        both = co.assign(border(), scenario(*events), as_of="2025-01-12")
        assert both.summary == hit.summary
        assert both.capacities.equals(hit.capacities)


@pytest.mark.parametrize("event", BESIDE[:7], ids=str)
def test_a_limit_that_outlasts_a_closure_is_one_before_and_after_it(event):
    def on(first, end):
        return {**event, "from": f"2025-01-{first:02d}", "until": f"2025-01-{end:02d}"}

    parts = co.simulate(border(), scenario(on(8, 11), CLOSED, on(18, 22)), 30, start=DAY0)
    over = co.simulate(border(), scenario(on(8, 22), CLOSED), 30, start=DAY0)
    for name in ("waterfall", "daily", "delivered"):
        assert getattr(over, name).equals(getattr(parts, name))
    assert over.peaks["peak"].sum() == pytest.approx(parts.peaks["peak"].sum())


def test_a_share_of_a_border_is_one_of_what_is_open():
    """Of two links the one is shut, and the share is left of the other alone."""
    share = {"limit": {"border": ["XA", "XB"]}, "to": 0.5, **PERIOD}
    alone = {"limit": {"link": "round"}, "to": 0.5, **PERIOD}
    both, one = (co.simulate(border(), scenario(e, CLOSED), 30, start=DAY0) for e in (share, alone))
    assert both.to_dict() == one.to_dict()


def test_a_wrong_unit_is_one_beside_a_closure_too():
    wrong = {"limit": {"capacity": "c"}, "to": "5 trucks/day", **PERIOD}
    with pytest.raises(co.ScenarioError, match="counts t, saw an amount in truck"):
        co.assign(border(), scenario(CLOSED, wrong), as_of="2025-01-12")
