"""Permits as a stock that is used up: days worked out by hand."""

from __future__ import annotations

import datetime as dt

import pytest
import toys
from hypothesis import given, settings
from hypothesis import strategies as st
from simulate_toys import link, on_day, one_road, scenario, what

import corridors as co
from corridors.network.calendar import period_bounds

MONDAY = "2025-01-06"


def quota(amount: float = 10, period: str = "week", per_day: float = 10, rows: list | None = None):
    """A road from a to b over which ten a day may go, handed out by the week."""
    row = {"capacity_id": "c", "name": "C", "unit": "t", "amount": amount}
    return toys.network(
        {"a": "XA", "b": "XB"},
        [link("a", "b")],
        [{"origin": "a", "destination": "b", "per_day": per_day}],
        cargo={"bulk": {}},
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
