"""Where what waits is counted: once, at the limit that holds it."""

from __future__ import annotations

import numpy as np
import pytest
import toys
from simulate_toys import DAY0, close, link, on_day, one_road, scenario

import corridors as co
from corridors.simulation.queue_tables import _Curves

EXACT = {"rel": 1e-9, "abs": 1e-9}


def waiting_t(sim):
    """Return all cargo that waits at the end of each reported day, in t."""
    o, p = sim.record, sim.record.problem
    tonnes = (o.waiting.sum(axis=2) * p.weight[p.kind]).sum(axis=1)
    per_day = round(1 / p.step)
    return tonnes[p.begin + per_day - 1 :: per_day]


def shown_t(sim):
    by_day = sim.queues.groupby("date")["t"].sum()
    return by_day.reindex([d.isoformat() for d in sim.days], fill_value=0.0).to_numpy()


def rows_on(sim, date):
    own = sim.queues[sim.queues["date"] == date]
    return dict(zip(own["capacity_id"], own["queue"], strict=True))


def two_roads(capacities, members, per_day=(10, 10), **cargo):
    """Two roads between two countries.

    ::

        a ==> x
        b ==> y
    """
    return toys.network(
        {"a": "XA", "b": "XA", "x": "XB", "y": "XB"},
        [link("a", "x"), link("b", "y")],
        [
            {"origin": "a", "destination": "x", "per_day": per_day[0]},
            {"origin": "b", "destination": "y", "per_day": per_day[1]},
        ],
        cargo={"bulk": {"unit": "t", "t_per_unit": 1, **cargo}},
        capacities=[{"name": c["capacity_id"], "unit": "t", **c} for c in capacities],
        capacity_members=[
            {"capacity_id": c, "link_id": f"{road}-road", "direction": "forward"}
            for c, roads in members.items()
            for road in roads
        ],
    )


OWN_AND_GROUP = {"own": ["a-x"], "group": ["a-x", "b-y"]}


def test_a_group_shows_no_queue_that_its_member_holds():
    """The road of a is shut for ten days: 100 t stand at its own limit, none at the group's."""
    net = two_roads(
        [{"capacity_id": "own", "amount": 16}, {"capacity_id": "group", "amount": 50}],
        OWN_AND_GROUP,
    )
    sim = co.simulate(net, scenario(close("a-x-road")), 30, start=DAY0)
    assert rows_on(sim, "2025-01-20") == pytest.approx({"own": 100}, **EXACT)
    assert list(sim.peaks["capacity_id"]) == ["own"]
    assert set(sim.curves["capacity_id"]) == {"own"}
    np.testing.assert_allclose(shown_t(sim), waiting_t(sim), atol=1e-6)


def test_a_group_shows_the_queue_that_it_holds_itself():
    """10 a day come on each road, 16 may pass on each, 15 on both together: 5 a day stay."""
    net = two_roads(
        [{"capacity_id": "own", "amount": 16}, {"capacity_id": "group", "amount": 40}],
        OWN_AND_GROUP,
    )
    event = {"limit": {"capacity": "group"}, "to": "15 t/day", "from": "2025-01-11"}
    sim = co.simulate(net, scenario(event), 20, start=DAY0)
    assert rows_on(sim, "2025-01-20") == pytest.approx({"group": 50}, **EXACT)
    np.testing.assert_allclose(shown_t(sim), waiting_t(sim), atol=1e-6)


def test_member_and_group_each_show_their_own():
    """Own limit 6, group 12, 10 a day come on each road.

    ::

        road a: 4 a day stay at `own`, 6 go on; road b: 10 come
        group:  16 come, 12 pass, 4 stay
    """
    net = two_roads(
        [{"capacity_id": "own", "amount": 16}, {"capacity_id": "group", "amount": 40}],
        OWN_AND_GROUP,
    )
    tight = scenario(
        {"limit": {"capacity": "own"}, "to": "6 t/day", "from": "2025-01-11"},
        {"limit": {"capacity": "group"}, "to": "12 t/day", "from": "2025-01-11"},
    )
    sim = co.simulate(net, tight, 20, start=DAY0)
    assert rows_on(sim, "2025-01-20") == pytest.approx({"own": 40, "group": 40}, **EXACT)
    peaks = sim.peaks.set_index("capacity_id")
    assert peaks["peak_t"].tolist() == pytest.approx([40, 40], **EXACT)
    np.testing.assert_allclose(shown_t(sim), waiting_t(sim), atol=1e-6)


def test_a_closed_link_without_a_capacity_has_a_place_of_its_own():
    net = two_roads([], {})
    sim = co.simulate(net, scenario(close("a-x-road")), 30, start=DAY0)
    assert rows_on(sim, "2025-01-20") == pytest.approx({"a-x-road:forward": 100}, **EXACT)
    np.testing.assert_allclose(shown_t(sim), waiting_t(sim), atol=1e-6)


LIMITED = {"limit": {"link": "a-b-road"}, "to": "6 t/day"}


def test_a_limit_of_the_scenario_shows_its_queue_while_it_is_in_force():
    """6 a day from day 10 to 15, then shut until day 20, then 16 a day.

    ::

        day      10 11 12 13 14 | 15 16 17 18 19 | 20 21
        queue     4  8 12 16 20 | 30 40 50 60 70 | 64 58
        at        the event's   |      c         |  c
    """
    events = [
        {**LIMITED, "from": "2025-01-11", "until": "2025-01-16"},
        close("a-b-road", "2025-01-16"),
    ]
    sim = co.simulate(one_road(16), scenario(*events), 40, start=DAY0)
    event = [on_day(sim.queues, "event#1", f"2025-01-{d}", "queue") for d in range(11, 23)]
    own = [on_day(sim.queues, "c", f"2025-01-{d}", "queue") for d in range(11, 23)]
    assert event == pytest.approx([4, 8, 12, 16, 20] + [0] * 7, **EXACT)
    assert own == pytest.approx([0] * 5 + [30, 40, 50, 60, 70, 64, 58], **EXACT)
    # The last to come on day 15 waits until day 20 and behind 30 others.
    assert on_day(sim.queues, "c", "2025-01-16", "wait_hours") == pytest.approx(
        24 * (4 + 30 / 16), **EXACT
    )
    curves = sim.curves[sim.curves["capacity_id"] == "c"].set_index("date")
    height = curves["arrived"] - curves["passed"] - curves["gave_up"]
    assert height.loc["2025-01-18"] == pytest.approx(50, **EXACT)
    np.testing.assert_allclose(shown_t(sim), waiting_t(sim), atol=1e-6)


def test_who_turns_back_while_a_limit_is_not_in_force_has_given_up_at_the_capacity():
    """The limit comes after the closure: what turns back in the closure does so at c."""
    net = one_road(16, cargo={"patience_days": 3})
    events = [close("a-b-road"), {**LIMITED, "from": "2025-01-26", "until": "2025-01-28"}]
    sim = co.simulate(net, scenario(*events), 40, start=DAY0)
    turned = sim.daily.set_index("date")["turned_back"]
    curves = sim.curves.set_index(["capacity_id", "date"])
    assert turned["2025-01-20"] > 0
    for date in ("2025-01-16", "2025-01-20"):
        assert curves.loc[("c", date), "gave_up"] == pytest.approx(turned[date], **EXACT)
    arrived = curves.loc["c"]["arrived"].to_numpy()
    assert (np.diff(arrived) >= -1e-9).all()
    np.testing.assert_allclose(shown_t(sim), waiting_t(sim), atol=1e-6)


def test_background_of_a_capacity_within_another_is_counted_once():
    """Road a is part of the crossing; 3 of the 5 a day of background at the crossing use it.

    ::

        own:       4 of cargo and 3 of background a day
        crossing:  a and b, 5 of background, those 3 among them

        both roads shut for ten days: 40 of cargo at `own`, 50 of background and
        40 of cargo of b at the crossing; the 30 are among the 50
    """
    net = two_roads(
        [
            {"capacity_id": "own", "amount": 16, "background": 3},
            {"capacity_id": "group", "amount": 50, "background": 5},
        ],
        OWN_AND_GROUP,
        per_day=(4, 4),
    )
    shut = scenario(close("a-x-road"), close("b-y-road"))
    sim = co.simulate(net, shut, 30, start=DAY0)
    assert rows_on(sim, "2025-01-20") == pytest.approx({"own": 40, "group": 90}, **EXACT)
    assert sim.queues.groupby("date")["t"].sum()["2025-01-20"] == pytest.approx(80, **EXACT)
    # Where only road a is shut, the crossing lets its background pass.
    sim = co.simulate(net, scenario(close("a-x-road")), 30, start=DAY0)
    assert rows_on(sim, "2025-01-20") == pytest.approx({"own": 70}, **EXACT)


def test_a_wait_ends_with_the_queue_and_not_with_the_next_to_come():
    """The last of a queue does not wait through the days on which nobody comes."""
    surge = [
        {"demand": {"cargo": "bulk"}, "to": 2, "from": "2025-01-11", "until": "2025-01-16"},
        {"demand": {"cargo": "bulk"}, "to": 0, "from": "2025-01-16", "until": "2025-01-30"},
    ]
    sim = co.simulate(one_road(13.7), scenario(*surge), 40, start=DAY0)
    # 20 a day for five days: 31.5 stand then, which are gone on the third day after.
    assert on_day(sim.queues, "c", "2025-01-15", "queue") == pytest.approx(31.5, **EXACT)
    assert sim.peaks["longest_wait_hours"].max() == pytest.approx(72, **EXACT)


@pytest.mark.xdist_group("events")
@pytest.mark.parametrize("name", ["poland-closure-2025", "kz-ru-border-2025"])
def test_shipped_queues_sum_to_what_waits(simulated, name):
    sim = simulated(name, 40)
    np.testing.assert_allclose(shown_t(sim), waiting_t(sim), rtol=1e-9, atol=1e-3)


@pytest.mark.xdist_group("events")
def test_terespol_holds_the_trains_of_the_whole_border(simulated):
    sim = simulated("poland-closure-2025", 40)
    own = sim.queues[sim.queues["date"] == "2025-09-24"].set_index("capacity_id")
    assert "belarus-poland-rail:forward" not in own.index
    assert "malaszewicze-broad:forward" not in own.index
    assert own.loc["terespol-rail:forward", "t"] > 100_000
    assert own.loc["terespol-rail:forward", "queue"] > 100
    # Kozlovichi holds those for Poland; the limit of both ways those for Belarus.
    assert own.loc["koroszczyn", "queue"] < own.loc["kozlovichi-to-poland", "queue"]


def test_what_rounding_adds_to_who_stands_has_no_wait_of_its_own():
    """Ten come on each of two days and five go: the last knot is a rounding below the end."""
    times, came = np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.0, 10.0, 20.0 - 1e-12, 20.0])
    units, days, most = _Curves(times, came, np.array([0.0, 5.0, 5.0, 5.0])).standing()
    assert (units, days, most) == pytest.approx((15, 5 * 2.25 + 10 * 1.5, 2.5))
