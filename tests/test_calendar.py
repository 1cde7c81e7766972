"""Both models agree on every day which links and capacities are there."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
import toys
from hypothesis import given, settings
from hypothesis import strategies as st
from simulate_toys import link

import corridors as co
from corridors.network.calendar import in_season, season_changes
from corridors.simulation.timetable import _changes

DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2024, 12, 31)).map(lambda d: f"{d:%m-%d}")
EDGES = st.sampled_from(["02-28", "02-29", "03-01", "12-31", "01-01"])
SEASONS = st.tuples(DAYS | EDGES, DAYS | EDGES).map("/".join)


@given(SEASONS, st.sampled_from([2023, 2024, 2100, 2000]))
@settings(max_examples=300, deadline=None)
def test_a_season_changes_on_no_day_that_is_not_named(season, year):
    """Within and without, day by day, over a year and into the next."""
    changes = {day for y in (year - 1, year, year + 1) for day in season_changes(season, y)}
    day = dt.date(year, 1, 1)
    while day < dt.date(year + 1, 1, 3):
        next_day = day + dt.timedelta(days=1)
        if in_season(season, day) != in_season(season, next_day):
            assert next_day in changes
        day = next_day


@given(SEASONS, SEASONS, st.sampled_from([2024, 2027]))
@settings(max_examples=25, deadline=None)
def test_days_on_which_nothing_changes_are_alike(of_link, of_capacity, year):
    """Between two days that the model by days looks at, links and capacities stay as they are."""
    net = toys.network(
        {"a": "XA", "b": "XB"},
        [link("a", "b", season=of_link)],
        [{"origin": "a", "destination": "b", "per_day": 1}],
        capacities=[
            {"capacity_id": "c", "name": "C", "unit": "t", "amount": 5, "season": of_capacity}
        ],
        capacity_members=[{"capacity_id": "c", "link_id": "a-b-road"}],
    )
    first, last = dt.date(year, 1, 1), dt.date(year + 1, 1, 2)
    changes = set(_changes(net, first, last))
    kept = (in_season(of_link, first), in_season(of_capacity, first))
    for i in range((last - first).days + 1):
        day = first + dt.timedelta(days=i)
        now = (in_season(of_link, day), in_season(of_capacity, day))
        if day in changes:
            kept = now
        assert now == kept


def test_a_link_from_29_february_opens_on_1_march_of_a_common_year_in_both_models():
    net = toys.network(
        {"a": "XA", "b": "XB"},
        [link("a", "b", season="02-29/05-31")],
        [{"origin": "a", "destination": "b", "per_day": 1}],
        capacities=[{"capacity_id": "c", "name": "C", "unit": "t", "amount": 5}],
        capacity_members=[{"capacity_id": "c", "link_id": "a-b-road"}],
    )
    sim = co.simulate(net, None, 30, start="2027-02-20", warm_up=0)
    problem = sim.timetable.problem
    by_days = np.isfinite(problem.usd[problem.state]).any(axis=1)[:, 0].tolist()
    steady = [
        co.assign(net, as_of=sim.timetable.day_of(i)).summary["served_t_per_day"] > 0
        for i in range(30)
    ]
    assert by_days == steady
    assert steady.index(True) == 9
    assert sum(steady) == pytest.approx(21)
