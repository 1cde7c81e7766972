"""The point queue against answers worked out by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import toys
from simulate_toys import DAY0, close, link, on_day, one_road, scenario, what

import corridors as co
from corridors.simulation.queueing import run
from corridors.simulation.queueing.reneging import stays
from corridors.simulation.simulate import step_of

EXACT = {"rel": 1e-9, "abs": 1e-9}


@pytest.mark.parametrize("step", ["1d", "12h", "6h"])
def test_triangle(step):
    """One bottleneck, constant arrivals, a closure of ten days.

    ::

        queue
        100 |        /\\            10 a day come, 16 a day pass
            |       /  `-.         closed on days 10 to 20
            |      /      `-.      cleared 100/6 days after that
          0 +-----/----------`--> day
                 10  20     36.7
    """
    net = one_road(16)
    sim = co.simulate(net, scenario(close("a-b-road")), 60, start=DAY0, step=step)
    row = sim.peaks.iloc[0]
    assert row["peak"] == pytest.approx(100, **EXACT)
    assert row["peak_date"] == "2025-01-20"
    # 15/16 day: still 4 stand at the end of day 35, none at the end of day 36.
    assert on_day(sim.queues, "c", "2025-02-05", "queue") == pytest.approx(4, **EXACT)
    assert on_day(sim.queues, "c", "2025-02-06", "queue") == 0
    assert row["cleared_date"] == "2025-02-06"
    delay = 10 * 100 / 2 + 100 * (100 / 6) / 2
    assert sim.record.waited.sum() == pytest.approx(delay, **EXACT)
    assert sim.hours["waiting_t_hours"].sum() == pytest.approx(24 * delay, **EXACT)
    # Who comes when the closure begins waits longest: ten days.
    assert row["longest_wait_hours"] == pytest.approx(240, **EXACT)
    waits = sim.waits.set_index("date")
    assert waits.loc["2025-01-11", "longest_wait_hours"] == pytest.approx(240, **EXACT)
    # The last to come on that day waits until it opens and behind ten others.
    assert sim.queues["wait_hours"].max() == pytest.approx(24 * (9 + 10 / 16), **EXACT)
    mean = 24 * (10 + 9 + 10 / 16) / 2
    assert waits.loc["2025-01-11", "mean_wait_hours"] == pytest.approx(mean, **EXACT)


def test_longest_wait_is_that_of_the_first_in_the_queue():
    net = one_road(16)
    sim = co.simulate(net, scenario(close("a-b-road")), 60, start=DAY0, step="1h")
    # The last of the first hour waits 10 days less an hour, and 10/24 t pass before it.
    assert sim.record.problem.step == pytest.approx(1 / 24)
    waited = sim.record.packets.of["waited"].max()
    assert waited <= 10.0 + 1e-9


def test_two_bottlenecks_in_series():
    """The queue at the first feeds one at the second.

    ::

        a ==15==> m ==12==> b      10 a day, the first shut on days 10 to 20

        first:  100 on day 20, falls by 5 a day, gone on day 40
        second: 15 come and 12 pass on days 20 to 40: 60 stand on day 40,
                then 10 come: gone on day 70
    """
    net = toys.network(
        {"a": "XA", "m": "XA", "b": "XB"},
        [link("a", "m"), link("m", "b")],
        [{"origin": "a", "destination": "b", "per_day": 10}],
        capacities=[
            {"capacity_id": "one", "name": "1", "unit": "t", "amount": 15},
            {"capacity_id": "two", "name": "2", "unit": "t", "amount": 12},
        ],
        capacity_members=[
            {"capacity_id": "one", "link_id": "a-m-road"},
            {"capacity_id": "two", "link_id": "m-b-road"},
        ],
    )
    sim = co.simulate(net, scenario(close("a-m-road")), 80, start=DAY0)
    peaks = sim.peaks.set_index("capacity_id")
    assert peaks.loc["one", "peak"] == pytest.approx(100, **EXACT)
    assert peaks.loc["two", "peak"] == pytest.approx(60, **EXACT)
    assert peaks.loc["two", "peak_date"] == "2025-02-09"
    number = {point.limit_id: r for r, point in enumerate(sim.timetable.limits)}
    waited = sim.record.waited.sum(axis=0)
    assert waited[number["one"]] == pytest.approx(100 * 10 / 2 + 100 * 20 / 2, **EXACT)
    assert waited[number["two"]] == pytest.approx(60 * (20 + 30) / 2, **EXACT)


def test_cargo_on_a_way_with_many_limits_is_not_cut_finer_and_finer():
    """Twelve limits in a row, 7 h from one to the next: 84 h in all, and 10 a day.

    What the end of a step cuts goes on as one once it is through the limit: of each
    of the five days that can be under way there are at most three parts.
    """
    names = [f"n{i:02d}" for i in range(13)]
    ways = [link(a, b, 7.0) for a, b in pairwise(names)]
    limited = [f"{a}-{b}-road" for a, b in pairwise(names)]
    net = toys.network(
        dict.fromkeys(names, "XA"),
        ways,
        [{"origin": names[0], "destination": names[-1], "per_day": 10}],
        cargo={"bulk": {"unit": "t", "t_per_unit": 1}},
        capacities=[{"capacity_id": x, "name": x, "unit": "t", "amount": 15} for x in limited],
        capacity_members=[{"capacity_id": x, "link_id": x} for x in limited],
    )
    sim = co.simulate(net, None, 20, start=DAY0)
    packets = sim.record.packets
    assert 0 < len(packets.of) - int(packets.n_free[0]) <= 15
    assert sim.queues["queue"].sum() == pytest.approx(0, abs=1e-9)
    assert what(sim, "on_time") + what(sim, "under_way") == pytest.approx(200, **EXACT)
    assert what(sim, "under_way") == pytest.approx(35, **EXACT)


def shared(capacities, members):
    """Two demands.

    ::

        a --.
             m ==16==> z        6 a day from a, 4 a day from b
        b --'
    """
    return toys.network(
        {"a": "XA", "b": "XA", "m": "XA", "z": "XB"},
        [link("a", "m"), link("b", "m"), link("m", "z")],
        [
            {"origin": "a", "destination": "z", "per_day": 6},
            {"origin": "b", "destination": "z", "per_day": 4},
        ],
        capacities=capacities,
        capacity_members=members,
    )


def test_two_demands_share_a_bottleneck_in_proportion():
    net = shared(
        [{"capacity_id": "c", "name": "C", "unit": "t", "amount": 16}],
        [{"capacity_id": "c", "link_id": "m-z-road"}],
    )
    sim = co.simulate(net, scenario(close("m-z-road")), 60, start=DAY0)
    waits = sim.hours.set_index("demand_id")["waiting_t_hours"] / 24
    delay = 500 + 100**2 / 12
    assert waits["a-z-bulk"] == pytest.approx(0.6 * delay, **EXACT)
    assert waits["b-z-bulk"] == pytest.approx(0.4 * delay, **EXACT)


def test_a_shared_capacity_serves_its_members_in_order():
    """One fleet of 16 a day for both branches; a is shut, then the fleet stands still.

    ::

        a ==.
             } 16 together     a shut on days 10 to 20: b passes unhindered,
        b ==:                  60 of a wait; then 16 a day for 10 that come
             m ----> z
    """
    net = shared(
        [{"capacity_id": "fleet", "name": "F", "unit": "t", "amount": 16}],
        [
            {"capacity_id": "fleet", "link_id": "a-m-road"},
            {"capacity_id": "fleet", "link_id": "b-m-road"},
        ],
    )
    sim = co.simulate(net, scenario(close("a-m-road")), 60, start=DAY0)
    waits = sim.hours.set_index("demand_id")["waiting_t_hours"] / 24
    # The queue of 60 takes 60 / (16 - 10) = 10 days; arrivals of both stand behind it.
    # Until day 20 only a waits: 6 * 10 * 10 / 2. Then the triangle 60 * 10 / 2 is shared:
    # those of a who stood there leave first, over 60/16 days.
    total = 60 * 10 / 2 + 60 * 10 / 2
    assert waits.sum() == pytest.approx(total, **EXACT)
    first = 60 * 10 / 2 + 60 * (60 / 16) / 2
    behind = total - first
    assert waits["a-z-bulk"] == pytest.approx(first + 0.6 * behind, **EXACT)
    assert waits["b-z-bulk"] == pytest.approx(0.4 * behind, **EXACT)
    during = sim.throughput[sim.throughput["date"] == "2025-01-15"]["passed"].tolist()
    assert during == pytest.approx([4], **EXACT)


def test_burst_after_reopening():
    """12 a day pass, 16 while the queue of a closure is cleared: the first triangle again."""
    sim = co.simulate(one_road(12, burst=16), scenario(close("a-b-road")), 60, start=DAY0)
    assert sim.record.waited.sum() == pytest.approx(500 + 100**2 / 12, **EXACT)
    slow = co.simulate(one_road(12), scenario(close("a-b-road")), 90, start=DAY0)
    assert slow.record.waited.sum() == pytest.approx(500 + 100**2 / 4, **EXACT)
    # A queue that no closure has made gets no burst: 14 come, 12 pass.
    jam = one_road(12, burst=16, per_day=10)
    surge = scenario(
        {"demand": {"cargo": "bulk"}, "to": 1.4, "from": "2025-01-11", "until": "2025-01-21"}
    )
    sim = co.simulate(jam, surge, 60, start=DAY0)
    assert sim.peaks.iloc[0]["peak"] == pytest.approx(20, **EXACT)


@pytest.mark.parametrize(
    ("first", "then", "passes"),
    [
        ({"start_up": "4 days"}, None, [3, 6, 9, 16]),
        ({}, {"limit": {"link": "a-b-road"}, "to": 0.5}, [6, 6, 6, 16]),
        ({}, {"limit": {"capacity": "c"}, "to": "6 t/day"}, [6, 6, 6, 16]),
        ({}, {"limit": {"link": "a-b-road"}, "to": "6 t/day"}, [6, 6, 6, 16]),
        ({}, None, [16, 16, 16, 16]),
    ],
)
def test_nothing_is_cleared_faster_than_an_event_lets_pass(first, then, passes):
    """12 a day pass, 16 while the queue of a closure is cleared, from 21 January on."""
    events = [close("a-b-road") | first]
    if then is not None:
        events.append(then | {"from": "2025-01-21", "until": "2025-01-24"})
    sim = co.simulate(one_road(12, burst=16), scenario(*events), 40, start=DAY0)
    days = [f"2025-01-{d}" for d in range(21, 25)]
    assert [on_day(sim.throughput, "c", d, "passed") for d in days] == pytest.approx(passes)


def test_a_limit_of_the_scenario_later_on_leaves_the_capacity_its_burst():
    """12 a day pass, 16 while the queue of a closure is cleared, whatever comes later."""
    later = {"limit": {"link": "a-b-road"}, "to": "6 t/day", "from": "2025-03-01"}
    sim = co.simulate(one_road(12, burst=16), scenario(close("a-b-road"), later), 40, start=DAY0)
    passed = [on_day(sim.throughput, "c", f"2025-01-{d}", "passed") for d in (21, 22)]
    assert passed == pytest.approx([16, 16])


def test_a_queue_is_cleared_faster_within_the_hours_of_work_alone():
    """12 pass from 8 to 20 h, 16 while the queue of a closure is cleared, in short steps too."""
    hours = [{"capacity_id": "c", "opens": 8, "closes": 20}]
    for step in ("1d", "12h", "6h"):
        net = one_road(12, burst=16, opening_hours=hours)
        sim = co.simulate(net, scenario(close("a-b-road")), 40, start=DAY0, step=step)
        passed = [on_day(sim.throughput, "c", f"2025-01-{d}", "passed") for d in (21, 22, 30)]
        assert passed == pytest.approx([16] * 3)


def test_background_waits_too_and_keeps_its_part():
    """16 a day pass, 4 of them background; 8 a day of cargo come.

    ::

        closed on days 10 to 20: 80 of cargo and 40 of background stand, 120 in all.
        Then 16 pass and 12 come: gone 30 days later.
    """
    net = one_road(16, per_day=8, background=4)
    sim = co.simulate(net, scenario(close("a-b-road")), 80, start=DAY0)
    assert sim.peaks.iloc[0]["peak"] == pytest.approx(120, **EXACT)
    assert on_day(sim.queues, "c", "2025-02-18", "queue") == pytest.approx(4, **EXACT)
    assert on_day(sim.queues, "c", "2025-02-19", "queue") == 0


def test_loading_ban():
    """Above a queue of 40 the operator takes no more cargo.

    ::

        day      10 11 12 13 14 | 15 16 17 18 19 | 20 | 21
        queue    10 20 30 40 50 | 50 50 50 50 50 | 34 | 34 + 70 - 16 = 88
        held      0  0  0  0  0 | 10 20 30 40 50 | 60 |  0
    """
    net = one_road(16, ban_above=40)
    sim = co.simulate(net, scenario(close("a-b-road")), 60, start=DAY0)
    queue = [on_day(sim.queues, "c", f"2025-01-{d:02d}", "queue") for d in range(11, 23)]
    assert queue == pytest.approx([10, 20, 30, 40, 50, 50, 50, 50, 50, 50, 34, 88], **EXACT)
    held = sim.daily.set_index("date")["not_yet_left"].loc["2025-01-11":"2025-01-22"]
    assert held.tolist() == pytest.approx([0, 0, 0, 0, 0, 10, 20, 30, 40, 50, 60, 0], **EXACT)
    assert sim.residual_t < 1e-9


def test_a_ban_of_a_row_that_no_longer_holds_stops_nobody():
    net = toys.network(
        {"a": "XA", "b": "XB"},
        [link("a", "b")],
        [{"origin": "a", "destination": "b", "per_day": 10}],
        cargo={"bulk": {}},
        capacities=[
            {"capacity_id": "c", "name": "C", "unit": "t", "amount": 16, **own}
            for own in (
                {"valid_until": "2024-01-01", "ban_above": 40},
                {"valid_from": "2024-01-01"},
            )
        ],
        capacity_members=[{"capacity_id": "c", "link_id": "a-b-road", "direction": "forward"}],
    )
    sim = co.simulate(net, scenario(close("a-b-road")), 20, start=DAY0)
    assert on_day(sim.queues, "c", "2025-01-20", "queue") == pytest.approx(100, **EXACT)


def test_the_shipped_ban_stops_loading_for_dostyk():
    """55 trains stood there when loading was stopped; what was under way still came."""
    net = co.load()
    rows = net.tables["capacities"].set_index("capacity_id").loc["dostyk-to-china"]
    assert rows["ban_above"].tolist() == [55, 55, 55]
    sources = net.sources_of("capacities", "dostyk-to-china").set_index("column")
    assert sources.loc["ban_above", "confidence"] == "C"


def test_patience_ends():
    """Whoever has waited four days turns back: shipments of a day, looked at in the morning.

    ::

        closed on days 10 to 20: the shipment of day 10 (middle 10.5) has waited 4.5 days
        on the morning of day 15 and leaves; so do the shipments up to day 15: 60 in all.
        On day 20 the shipments of days 16 to 19 stand: 40, not 100.
    """
    net = one_road(16, cargo={"patience_days": 4})
    table = co.simulate(net, scenario(close("a-b-road")), 60, start=DAY0).timetable
    record = run(table.problem, fixed=True)
    begin = table.problem.begin
    assert record.queue[begin + 19, 0] == pytest.approx(50, **EXACT)
    assert record.ends[:, 0, 3, 0].sum() == pytest.approx(60, **EXACT)
    assert record.ends[begin + 15, 0, 3, 0] == pytest.approx(10, **EXACT)
    assert record.residual.max() < 1e-9


@pytest.mark.parametrize(
    ("waited", "spread", "share"),
    [
        (3, 0, 1),
        (4, 0, 1),
        (4.1, 0, 0),
        (1, 1, 0.875),
        (4, 1, 0.5),
        (8, 1, 0),
        (2, 0.5, 1),
        (5, 0.5, 0.25),
    ],
)
def test_patience_lies_evenly_around_its_mean(waited, spread, share):
    assert stays(waited, 4.0, spread) == pytest.approx(share)


def test_those_who_would_wait_too_long_are_held_back_until_their_patience_ends():
    """Patience lies evenly between 0 and 20 days; the ten days of a closure are announced.

    ::

        morning of day          10                       11
        wait that is seen       10                       9 + 5 / 16 = 9.3125
        of the shipment of day 10    5 leave, 5 are held      T < 1: 0.5 give up, 4.5 are held
        of the shipment of day 11                             5.34375 leave, 4.65625 are held

    Who is held from day 10 on bears 10 days at most, and needs 1 + 9.3125: nobody leaves.
    """
    net = one_road(16, cargo={"patience_days": 10, "patience_spread": 1})
    closed = scenario(close("a-b-road"))
    first = co.simulate(net, closed, 11, start=DAY0, announced=True)
    assert what(first, "waiting") == pytest.approx(5, **EXACT)
    assert what(first, "not_yet_left") == pytest.approx(5, **EXACT)
    second = co.simulate(net, closed, 12, start=DAY0, announced=True)
    assert what(second, "never_shipped") == pytest.approx(0.5, **EXACT)
    assert what(second, "waiting") == pytest.approx(5 + 5.34375, **EXACT)
    assert what(second, "not_yet_left") == pytest.approx(4.5 + 4.65625, **EXACT)


def test_who_was_held_back_leaves_when_the_road_is_open_again():
    """Everybody bears exactly four days, and the end comes earlier than was thought.

    A closure is thought to last ten days: nobody leaves. It lasts three: the cargo of
    days 10, 11 and 12 have been held for three, two and one day and leave on day 13.
    """
    net = one_road(16, per_day=3, cargo={"patience_days": 4, "closure_days": 10})
    sim = co.simulate(net, scenario(close("a-b-road", until="2025-01-14")), 30, start=DAY0)
    held = sim.daily.set_index("date")["not_yet_left"]
    assert held["2025-01-11":"2025-01-14"].tolist() == pytest.approx([3, 6, 9, 0], **EXACT)
    assert what(sim, "never_shipped") == 0
    # Held for three and two days is late; held for one is not more than a day.
    assert what(sim, "late") == pytest.approx(6, **EXACT)
    assert what(sim, "on_time") == pytest.approx(3 * 28, **EXACT)


def test_no_way_is_worth_it():
    """A day of waiting costs 2,000 USD a unit, not shipping 10,000: nobody waits six days."""
    net = one_road(16, cargo={"usd_per_unit_day": 2000})
    sim = co.simulate(net, scenario(close("a-b-road")), 20, start=DAY0, announced=True)
    short = sim.delivered, what(sim, "never_shipped")
    # Waits seen on days 10, 11, ...: 10, 9, 8, 7, 6, 5 and so on, and 100 USD for the way:
    # five days cost more than the loss.
    assert short[1] == pytest.approx(60, **EXACT)
    assert sim.loss["loss_usd"].sum() == pytest.approx(60 * 10_000, **EXACT)


def test_closed_passes_nothing_and_weekends_rest():
    net = one_road(16, weekdays="mo;tu;we;th;fr")
    sim = co.simulate(net, None, 28, start="2025-01-06")
    passed = sim.throughput.set_index("date")["passed"]
    assert "2025-01-11" not in passed.index
    assert "2025-01-12" not in passed.index
    # 16 a day on average are 22.4 on each of five days.
    assert passed["2025-01-13"] == pytest.approx(22.4, **EXACT)
    assert on_day(sim.queues, "c", "2025-01-12", "queue") == pytest.approx(20, **EXACT)


def test_a_post_that_takes_725_of_800():
    """Seventy-five trucks a day are left over: 1,500 stand after 20 days, two days' work."""
    net = one_road(725, per_day=800 / 1.15)
    surge = {"demand": {"cargo": "bulk"}, "to": 1.15, "from": "2025-01-11", "until": "2025-01-31"}
    sim = co.simulate(net, scenario(surge), 31, start=DAY0)
    assert on_day(sim.queues, "c", "2025-01-30", "queue") == pytest.approx(1500, **EXACT)


def test_ramp_builds_up():
    """A limit to a half over five days: 14.4, 12.8, 11.2, 9.6, 8 of 16 a day; 10 come."""
    net = one_road(16)
    event = {"limit": {"capacity": "c"}, "to": 0.5, "from": "2025-01-11", "over": "5 days"}
    sim = co.simulate(net, scenario(event), 20, start=DAY0)
    queue = [on_day(sim.queues, "c", f"2025-01-{d:02d}", "queue") for d in range(11, 17)]
    assert queue == pytest.approx([0, 0, 0, 0.4, 2.4, 4.4], **EXACT)


def test_ramp_of_an_amount_and_of_a_closure():
    net = one_road(16)
    amount = {"limit": {"capacity": "c"}, "to": "8 t/day", "from": "2025-01-11", "over": "2 days"}
    sim = co.simulate(net, scenario(amount), 14, start=DAY0)
    assert [on_day(sim.queues, "c", f"2025-01-{d}", "queue") for d in (11, 12)] == pytest.approx(
        [0, 2], **EXACT
    )
    shut = {**close("a-b-road"), "over": "4 days"}
    sim = co.simulate(net, scenario(shut), 14, start=DAY0)
    # 12, 8, 4, 0 of 16 a day are left.
    queue = [on_day(sim.queues, "c", f"2025-01-{d}", "queue") for d in (11, 12, 13, 14)]
    assert queue == pytest.approx([0, 2, 8, 18], **EXACT)


@pytest.mark.parametrize(("text", "days"), [("1d", 1), ("24 h", 1), ("12h", 0.5), ("1h", 1 / 24)])
def test_steps(text, days):
    assert step_of(text) == pytest.approx(days)


@pytest.mark.parametrize("text", ["2d", "7h", "0h", "soon", "-1h"])
def test_wrong_steps(text):
    with pytest.raises(co.ScenarioError, match="step: saw"):
        step_of(text)


@pytest.mark.parametrize("days", [0, -1, 1.5, True, 100_000])
def test_wrong_days(days):
    with pytest.raises(co.ScenarioError, match="days: saw"):
        co.simulate(one_road(), None, days, start=DAY0)


@pytest.mark.parametrize("days", [-1, 2.5, "5"])
def test_wrong_days_before(days):
    with pytest.raises(co.ScenarioError, match="warm_up: saw"):
        co.simulate(one_road(), None, 5, start=DAY0, warm_up=days)


def test_no_day_given():
    with pytest.raises(co.ScenarioError, match="no day is given"):
        co.simulate(one_road(), None)


def test_unknown_model():
    with pytest.raises(co.ScenarioError, match="did you mean queue"):
        co.simulate(one_road(), None, start=DAY0, model="queu")


def test_equal_runs_have_equal_bytes():
    net = one_road(16)
    one, two = (co.simulate(net, scenario(close("a-b-road")), 40, start=DAY0) for _ in "12")
    assert one.queues.to_csv() == two.queues.to_csv()
    assert one.to_dict() == two.to_dict()


def test_places_sum_to_what_was_wanted():
    sim = co.simulate(one_road(16), scenario(close("a-b-road")), 40, start=DAY0)
    places = sim.daily.drop(columns=["date", "wanted"]).sum(axis=1)
    np.testing.assert_allclose(places, sim.daily["wanted"], atol=1e-6)
