"""More capacity never loses more: what is expected behind a limit ends as a closure ends."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
import toys
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from simulate_toys import DAY0, link, one_road, scenario, what

import corridors as co
from corridors.simulation.queueing.reductions import spells, wait_behind

LADDER = (0, 1e-6, 0.01, 0.1, 0.5, 1)
DRAWN = {
    "deadline": None,
    "derandomize": True,
    "phases": [Phase.explicit, Phase.generate],
    "suppress_health_check": [HealthCheck.too_slow],
}
amounts = st.floats(0, 1e4)


@settings(max_examples=300, **DRAWN)
@given(amounts, amounts, amounts, amounts, st.floats(1e-3, 1e4), st.floats(0, 100))
def test_no_wait_is_expected_to_be_longer_than_behind_the_same_place_shut(
    ahead, own, one, other, ordinary, days
):
    less, more = sorted(min(room, ordinary) for room in (one, other))
    shut = days + ahead / ordinary
    waits = [wait_behind(ahead, own, room, ordinary, days) for room in (0.0, less, more)]
    if days > 0:
        assert waits[0] == pytest.approx(shut if ahead + own > 0 else 0.0)
    assert waits[0] * (1 + 1e-12) >= waits[1]
    assert waits[1] * (1 + 1e-12) >= waits[2]


def test_a_spell_lasts_as_long_as_nothing_more_passes():
    since, until = spells(np.array([[5.0], [2.0], [1.0], [1.0], [2.0], [3.0], [5.0]]))
    assert since.ravel().tolist() == [0, 1, 2, 2, 1, 1, 0]
    assert until.ravel().tolist() == [7, 5, 4, 4, 5, 6, 7]


PATIENT = {"patience_days": 9, "patience_spread": 0.5, "closure_days": 5}
PERIOD = {"from": "2025-01-11", "until": "2025-01-21"}
PLACES = ("on_time", "late", "turned_back", "never_shipped", "waiting", "not_yet_left")


@pytest.mark.parametrize("announced", [False, True])
@pytest.mark.parametrize("to", [1e-9, "1e-8 t/day", "1e-8 trucks/day"])
def test_a_limit_of_next_to_nothing_is_next_to_a_closure(to, announced):
    """A limit on a sum lets its queue go at the rate of the capacity behind it, in its order."""
    loads = [{"mode": "road", "cargo": "bulk", "vehicle": "truck", "units_per_vehicle": 25}]
    net = toys.network(
        {"a": "XA", "b": "XB"},
        [link("a", "b")],
        [{"origin": "a", "destination": "b", "per_day": 10}],
        cargo={"bulk": {"unit": "t", "t_per_unit": 1, **PATIENT}},
        loads=loads,
        capacities=[{"capacity_id": "c", "name": "C", "unit": "t", "amount": 16.7}],
        capacity_members=[{"capacity_id": "c", "link_id": "a-b-road", "direction": "forward"}],
    )
    shut, limited = (
        co.simulate(net, scenario(event), 60, start=DAY0, announced=announced)
        for event in (
            {"close": {"link": "a-b-road"}, **PERIOD},
            {"limit": {"link": "a-b-road"}, "to": to, **PERIOD},
        )
    )
    for place in PLACES:
        assert what(limited, place) == pytest.approx(what(shut, place), abs=0.01), place


def test_the_queue_of_a_limit_that_ends_keeps_its_turn():
    """Ten a day behind nothing for ten days, then sixteen a day: nobody waits more than ten days.

    Who came on the first day goes first, and the last to wait are those of the
    day on which 16 a day have caught up with 10. Mixed, some would wait 16 days.
    """
    cargo = {"patience_days": 10.01}
    sim = co.simulate(
        one_road(cargo=cargo),
        scenario({"limit": {"link": "a-b-road"}, "to": "1e-8 t/day", **PERIOD}),
        60,
        start=DAY0,
        announced=True,
    )
    assert what(sim, "turned_back") == 0
    assert what(sim, "never_shipped") == 0
    assert what(sim, "late") + what(sim, "on_time") == pytest.approx(600)


@st.composite
def gates(draw, *, detour=False):
    """One gate with or without others' traffic, a limit on it, and perhaps a longer road.

    ::

        a ==amount, background== b
        a ----- round, small --- b
    """
    amount = draw(st.integers(10, 40))
    per_day = draw(st.integers(3, amount))
    cargo = {
        "unit": "t",
        "t_per_unit": 1,
        "patience_days": draw(st.sampled_from([3, 6, 9, 20])),
        "patience_spread": draw(st.sampled_from([0, 0.5, 1])),
        "reaction_days": draw(st.sampled_from([0, 1, 3])),
        "closure_days": draw(st.sampled_from([0, 3, 10])),
        "usd_per_unit_day": draw(st.sampled_from([0, 10, 100])),
    }
    capacities = [
        {
            "capacity_id": "c",
            "name": "C",
            "unit": "t",
            "amount": amount,
            "background": draw(st.integers(0, amount - per_day)),
        }
    ]
    members = [{"capacity_id": "c", "link_id": "a-b-road"}]
    links = [link("a", "b", draw(st.sampled_from([0, 5, 30])))]
    if detour:
        links.append(link("a", "b", link_id="round", length_km=draw(st.sampled_from([300, 900]))))
        capacities.append(
            {"capacity_id": "d", "name": "D", "unit": "t", "amount": draw(st.integers(2, 10))}
        )
        members.append({"capacity_id": "d", "link_id": "round"})
    net = toys.network(
        {"a": "XA", "b": "XB"},
        links,
        [{"origin": "a", "destination": "b", "per_day": per_day}],
        cargo={"bulk": cargo},
        capacities=capacities,
        capacity_members=members,
    )
    until = dt.date(2025, 1, 11) + dt.timedelta(days=draw(st.sampled_from([3, 7, 15, 30])))
    options = {
        "step": draw(st.sampled_from(["1d", "12h"])),
        "announced": draw(st.booleans()),
    }
    return net, until.isoformat(), options


def losses(case):
    """Return what is lost with each limit of the ladder, as a share of what wants to leave."""
    net, until, options = case
    lost = []
    for to in LADDER:
        event = {"limit": {"link": "a-b-road"}, "to": to, "from": "2025-01-11", "until": until}
        sim = co.simulate(net, scenario(event), 50, start="2025-01-06", **options)
        lost.append((what(sim, "turned_back") + what(sim, "never_shipped")) / what(sim, "wanted"))
    return np.array(lost)


def rise(lost):
    """Return the most by which more capacity loses more."""
    return float((lost - np.minimum.accumulate(lost)).max())


@settings(max_examples=15, **DRAWN)
@given(gates())
def test_more_capacity_at_the_only_gate_never_loses_more(case):
    assert rise(losses(case)) <= 1e-9


@settings(max_examples=15, **DRAWN)
@given(gates(detour=True))
def test_more_capacity_beside_another_way_loses_hardly_more(case):
    """Who expects less of a wait may stay for it, and not find room on the other way later."""
    assert rise(losses(case)) <= 0.02
