"""Permits as a stock that is used up: days worked out by hand."""

from __future__ import annotations

import datetime as dt

import pytest
import toys
from hypothesis import given, settings
from hypothesis import strategies as st
from simulate_toys import close, link, on_day, one_road, scenario, what

import corridors as co
from corridors.network.calendar import period_bounds

MONDAY = "2025-01-06"


def quota(
    amount: float = 10,
    period: str = "week",
    per_day: float = 10,
    rows: list | None = None,
    cargo: dict | None = None,
):
    """A road from a to b over which ten a day may go, handed out by the week."""
    row = {"capacity_id": "c", "name": "C", "unit": "t", "amount": amount}
    return toys.network(
        {"a": "XA", "b": "XB"},
        [link("a", "b")],
        [{"origin": "a", "destination": "b", "per_day": per_day}],
        cargo={"bulk": cargo or {}},
        capacities=[row] if rows is None else [row | other for other in rows],
        capacity_members=[{"capacity_id": "c", "link_id": "a-b-road", "direction": "forward"}],
        quotas=[{"capacity_id": "c", "period": period}],
    )


def surge(factor: float, first: str = MONDAY) -> co.Scenario:
    """More want to pass than in ordinary times, for which there is room every day."""
    return scenario({"demand": {"destination": "b"}, "to": factor, "from": first})


def passed(sim: co.Simulation) -> list[float]:
    frame = sim.throughput
    own = frame[frame["capacity_id"] == "c"].set_index("date")["passed"]
    return [round(float(own.get(day.isoformat(), 0.0)), 6) for day in sim.days]


def test_a_week_s_forms_are_gone_before_the_week_is_and_the_rest_waits():
    """Fourteen a day want to pass, seventy forms a week.

    They last for five days. On Saturday and Sunday 28 gather; Monday's forms take these
    28 and the 14 of the day, the other 28 last until Wednesday.
    """
    sim = co.simulate(quota(), surge(1.4), days=14, start=MONDAY, warm_up=0)
    assert passed(sim)[:10] == [14, 14, 14, 14, 14, 0, 0, 42, 14, 14]
    assert on_day(sim.queues, "c", "2025-01-11", "queue") == pytest.approx(14)
    assert on_day(sim.queues, "c", "2025-01-12", "queue") == pytest.approx(28)
    assert on_day(sim.queues, "c", "2025-01-13", "queue") == 0
    assert sum(passed(sim)) == pytest.approx(140)
    assert sim.residual_t < 1e-6


def test_without_a_quota_the_same_capacity_is_a_rate():
    sim = co.simulate(one_road(10), surge(1.4), days=14, start=MONDAY, warm_up=0)
    assert passed(sim) == [10] * 14


def test_the_steady_state_knows_the_rate():
    for net in (quota(per_day=14), one_road(10, per_day=14)):
        hit = co.assign(net, as_of=MONDAY)
        assert hit.summary["served_t_per_day"] == pytest.approx(10)


def test_what_is_left_of_a_week_is_worth_nothing_in_the_next():
    """Five a day leave 35 of 70 forms; then twenty a day want to pass, and 70 still may."""
    sim = co.simulate(quota(per_day=5), surge(4, "2025-01-13"), days=14, start=MONDAY, warm_up=0)
    assert passed(sim) == [5] * 7 + [20, 20, 20, 10, 0, 0, 0]


def test_a_month_and_a_year_are_longer_weeks():
    sim = co.simulate(
        quota(period="month"), surge(2, "2025-01-01"), days=40, start="2025-01-01", warm_up=0
    )
    # 310 forms in January, 280 in February, whose first takes the queue of 15 days.
    assert sum(passed(sim)[:16]) == pytest.approx(310)
    assert passed(sim)[16:31] == [0] * 15
    assert passed(sim)[31] == pytest.approx(280)
    year = co.simulate(
        quota(period="year"), surge(36.5, "2025-01-01"), days=12, start="2025-01-01", warm_up=0
    )
    assert passed(year) == [365] * 10 + [0, 0]


def test_a_week_under_way_gives_what_is_left_of_it():
    """From Thursday on four days' forms are there: 40, for two days; Monday takes the rest."""
    sim = co.simulate(quota(), surge(2), days=5, start="2025-01-09", warm_up=0)
    assert passed(sim) == [20, 20, 0, 0, 60]


def test_an_amount_that_changes_within_a_week_gives_the_rest_of_it_anew():
    """Ten a day until Wednesday, then thirty: 30 on Monday, 120 more on Thursday."""
    rows = [{"valid_until": "2025-01-09"}, {"valid_from": "2025-01-09", "amount": 30}]
    sim = co.simulate(quota(rows=rows), surge(3), days=7, start=MONDAY, warm_up=0)
    assert passed(sim) == [30, 0, 0, 90, 30, 0, 0]


def test_what_an_event_takes_of_a_week_does_not_come_back_with_its_end():
    stop = {
        "limit": {"capacity": "c"},
        "to": "0 t/day",
        "from": "2025-01-07",
        "until": "2025-01-11",
    }
    sim = co.simulate(quota(per_day=5), scenario(stop), days=7, start=MONDAY, warm_up=0)
    # One day's forms on Monday, two more on Saturday for the two days left.
    assert passed(sim)[:5] == [5, 0, 0, 0, 0]
    assert passed(sim)[5] == pytest.approx(25)
    assert what(sim, "turned_back") == 0


_TUESDAY_TO_FRIDAY = {"from": "2025-01-07", "until": "2025-01-11"}


@pytest.mark.parametrize("step", ["1d", "6h"])
@pytest.mark.parametrize(
    "event",
    [
        {"limit": {"capacity": "c"}, "to": 0},
        {"limit": {"capacity": "c"}, "to": "0 t/week"},
        {"close": {"capacity": "c"}},
        {"close": {"link": "a-b-road"}},
        {"ban": {"link": "a-b-road"}, "cargo": ["bulk"]},
    ],
    ids=str,
)
def test_no_forms_are_given_for_days_on_which_an_event_lets_nothing_pass(event, step):
    """Ten a day, 77 forms a week, nothing passes from Tuesday to Friday.

    On Monday one of eleven is left; it and the 22 of Saturday and Sunday are all for the 50
    who stand there by Saturday. The next Monday takes the 27 left and those of two days.
    """
    plan = scenario(event | _TUESDAY_TO_FRIDAY)
    sim = co.simulate(quota(11), plan, days=10, start=MONDAY, warm_up=0, step=step)
    days = passed(sim)
    assert days[:5] == pytest.approx([10, 0, 0, 0, 0])
    assert sum(days[5:7]) == pytest.approx(23)
    assert days[7] == pytest.approx(47, abs=1e-5)
    assert sim.residual_t < 1e-6


@pytest.mark.parametrize("share", [0, 1e-7])
def test_a_week_of_which_a_limit_takes_more_each_day_gives_what_is_left_of_each(share):
    """Of eleven 8.25, 5.5, 2.75 and none from Tuesday on: 49.5 in all, for the 60 that come."""
    less = {"limit": {"capacity": "c"}, "to": share, "over": "4 days", **_TUESDAY_TO_FRIDAY}
    sim = co.simulate(quota(11), scenario(less), days=7, start=MONDAY, warm_up=0)
    assert sum(passed(sim)) == pytest.approx(49.5, abs=1e-4)


def test_forms_of_days_on_which_only_one_of_two_members_is_shut_are_given():
    """Two roads share 77 forms a week; with one shut all ten a day go by the other."""
    net = toys.network(
        {"a": "XA", "b": "XB"},
        [link("a", "b"), link("a", "b", link_id="other", length_km=110)],
        [{"origin": "a", "destination": "b", "per_day": 10}],
        cargo={"bulk": {"closure_days": 10}},
        capacities=[{"capacity_id": "c", "name": "C", "unit": "t", "amount": 11}],
        capacity_members=[
            {"capacity_id": "c", "link_id": name, "direction": "forward"}
            for name in ("a-b-road", "other")
        ],
        quotas=[{"capacity_id": "c", "period": "week"}],
    )
    plan = scenario({"close": {"link": "other"}} | _TUESDAY_TO_FRIDAY)
    sim = co.simulate(net, plan, days=7, start=MONDAY, warm_up=0)
    assert passed(sim) == [10] * 7


def test_the_bound_of_perfect_foresight_knows_the_stock():
    sim = co.simulate(quota(), surge(1.4), days=10, start=MONDAY, warm_up=0, model="optimal")
    assert sim.bound is not None
    assert sim.bound.price_of_not_knowing_usd >= -1e-6


@pytest.mark.parametrize("step", ["12h", "6h"])
def test_shorter_steps_use_up_the_same(step):
    sim = co.simulate(quota(), surge(1.4), days=14, start=MONDAY, warm_up=0, step=step)
    assert passed(sim)[:7] == pytest.approx([14, 14, 14, 14, 14, 0, 0], abs=1e-6)


@given(st.floats(0.5, 40), st.floats(0.1, 8))
@settings(max_examples=15, deadline=None)
def test_no_week_passes_more_than_its_forms(amount, factor):
    per_day = factor * amount / 2
    sim = co.simulate(
        quota(amount, per_day=amount / 2), surge(factor), days=21, start=MONDAY, warm_up=0
    )
    days = passed(sim)
    for week in (days[:7], days[7:14], days[14:]):
        assert sum(week) <= 7 * amount + 1e-5
    assert sum(days) == pytest.approx(21 * min(per_day, amount), rel=1e-4)
    assert sim.residual_t < 1e-6


def test_periods_begin_where_people_begin_them():
    assert period_bounds(dt.date(2026, 1, 1), "week") == (
        dt.date(2025, 12, 29),
        dt.date(2026, 1, 5),
    )
    assert period_bounds(dt.date(2025, 12, 31), "year")[1] == dt.date(2026, 1, 1)


@pytest.mark.parametrize("step", ["1d", "6h"])
def test_who_waits_for_the_next_forms_on_the_only_road_goes_no_other_way(step):
    """Ten a day, 91 forms a week, shut from Wednesday to Monday, when 50 stand.

    They and 41 of the week's 70 use its forms up; the other 29 stand until the next Monday,
    whose forms are known to come, and are on the same road.
    """
    sim = co.simulate(
        quota(13, per_day=10, cargo={"usd_per_unit_day": 10}),
        scenario(close("a-b-road", "2025-01-08", "2025-01-13")),
        days=21,
        start=MONDAY,
        warm_up=0,
        step=step,
    )
    assert on_day(sim.queues, "c", "2025-01-19", "queue") == pytest.approx(29)
    assert what(sim, "other_way") == 0
    assert what(sim, "on_time") + what(sim, "late") + what(sim, "waiting") == pytest.approx(210)
    assert sim.residual_t < 1e-6


@given(st.floats(10, 16), st.integers(1, 9), st.integers(1, 8), st.floats(0, 2), st.booleans())
@settings(max_examples=25, deadline=None)
def test_on_one_road_there_is_no_other_way(amount, first, days, vot, announced):
    """Whatever is shut, and however dear the wait: with forms by the week or the month."""
    begin = dt.date(2025, 1, 6) + dt.timedelta(days=first)
    shut = {
        "close": {"link": "a-b-road"},
        "from": begin.isoformat(),
        "until": (begin + dt.timedelta(days=days)).isoformat(),
    }
    for period in ("week", "month"):
        net = quota(amount, period, per_day=10, cargo={"usd_per_unit_day": vot})
        plan = scenario(shut)
        sim = co.simulate(net, plan, days=28, start=MONDAY, announced=announced)
        assert what(sim, "other_way") == 0
        assert sim.residual_t < 1e-6


def test_who_would_wait_for_the_next_forms_goes_round_where_that_costs_less():
    """Fourteen a day on ten by the week: the forms are gone on Friday.

    ::

        a ==100 USD, 70 forms a week==> b
        a ==400 USD===> y ============> b

    On Saturday Monday is two days off, 400 USD, and going round costs 300; on Sunday one
    day, 200 USD, for which all wait.
    """
    net = toys.network(
        {"a": "XA", "b": "XB", "y": "XA"},
        [link("a", "b"), link("a", "y", length_km=200), link("y", "b", length_km=200)],
        [{"origin": "a", "destination": "b", "per_day": 10}],
        cargo={"bulk": {"usd_per_unit_day": 200, "loss_usd_per_unit": 100_000}},
        capacities=[
            {"capacity_id": "c", "name": "C", "unit": "t", "amount": 10},
            {"capacity_id": "round", "name": "R", "unit": "t", "amount": 50},
        ],
        capacity_members=[
            {"capacity_id": "c", "link_id": "a-b-road", "direction": "forward"},
            {"capacity_id": "round", "link_id": "y-b-road", "direction": "forward"},
        ],
        quotas=[{"capacity_id": "c", "period": "week"}],
    )
    sim = co.simulate(net, surge(1.4), days=7, start=MONDAY, warm_up=0)
    went = sim.throughput[sim.throughput["capacity_id"] == "round"]
    assert went["date"].tolist() == ["2025-01-11"]
    assert went["passed"].sum() == pytest.approx(14)
    assert what(sim, "other_way") == pytest.approx(14)
    assert what(sim, "waiting") == pytest.approx(14)
