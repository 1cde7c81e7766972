"""Days that drivers may spend in a country: a longer way uses more of them."""

from __future__ import annotations

import pytest
import toys
from hypothesis import given, settings
from hypothesis import strategies as st
from simulate_toys import link, on_day, scenario

import corridors as co

DAY = "2025-06-01"
INSIDE = ("post-city-road", "post-town-road", "town-city-road")


def roads(amount: float | None = 100, **others: object) -> co.Network:
    """A hundred trucks a day from home to a city abroad, a day beyond the post, or two by a town.

    ::

        home ==12 h==> post ==24 h==========> city
                       post ==24 h==> town ==24 h==> city
    """
    capacity = {"capacity_id": "days", "name": "Days of drivers", "unit": "driver-day"}
    return toys.network(
        {"home": "XA", "post": "XB", "town": "XB", "city": "XB"},
        [
            link("home", "post", 12),
            link("post", "city", 24),
            link("post", "town", 24),
            link("town", "city", 24),
        ],
        [{"origin": "home", "destination": "city", "per_day": 100}],
        cargo={"bulk": {}},
        loads=[{"mode": "road", "cargo": "bulk", "vehicle": "truck", "units_per_vehicle": 1}],
        capacities=[] if amount is None else [capacity | {"amount": amount}],
        capacity_members=[]
        if amount is None
        else [{"capacity_id": "days", "link_id": name} for name in INSIDE],
        **others,
    )


def carried(result: co.Assignment) -> float:
    return float(result.summary["served_t_per_day"])


CLOSED = {"close": {"link": "post-city-road"}}


def test_a_day_each_is_enough_for_all():
    result = co.assign(roads(), as_of=DAY)
    assert carried(result) == 100
    assert result.capacities.set_index("capacity_id").loc["days", "used"] == pytest.approx(100)


def test_a_way_of_two_days_uses_them_up_with_half_of_the_trucks():
    result = co.assign(roads(), scenario(CLOSED), as_of=DAY)
    assert carried(result) == pytest.approx(50)
    # A truck more would save 10,000 less its 300 km, and take two days.
    price = result.capacities.set_index("capacity_id").loc["days", "price_usd"]
    assert price == pytest.approx((10_000 - 300) / 2)


def test_some_go_round_and_some_stay_where_the_short_way_is_full():
    """Sixty go straight and take sixty days; forty days are left, for twenty by the town."""
    short = {"limit": {"link": "post-city-road"}, "to": "60 trucks/day"}
    result = co.assign(roads(), scenario(short), as_of=DAY)
    assert carried(result) == pytest.approx(80)


def test_a_scenario_can_set_a_limit_in_driver_days():
    event = {"limit": {"country": "XB", "mode": "road"}, "to": "30 driver-days/day"}
    result = co.assign(roads(None), scenario(event), as_of=DAY)
    # Home to post counts too: it ends in the country. One and a half days each.
    assert carried(result) == pytest.approx(20)


def test_standing_at_a_border_counts():
    net = roads()
    tables = {name: frame.to_dict("records") for name, frame in net.tables.items()}
    for row in tables["links"]:
        if row["link_id"] == "post-city-road":
            row["dwell_hours"] = 24
    slower = toys.built(
        {
            name: [{k: v for k, v in r.items() if v == v} for r in rows]
            for name, rows in tables.items()
        }
    )
    assert carried(co.assign(slower, as_of=DAY)) == pytest.approx(50)


def test_what_takes_no_time_takes_no_days():
    net = toys.network(
        {"a": "XA", "b": "XB"},
        [link("a", "b", 0)],
        [{"origin": "a", "destination": "b", "per_day": 5}],
        cargo={"bulk": {}},
        loads=[{"mode": "road", "cargo": "bulk", "vehicle": "truck", "units_per_vehicle": 1}],
        capacities=[{"capacity_id": "d", "name": "D", "unit": "driver-day", "amount": 0}],
        capacity_members=[{"capacity_id": "d", "link_id": "a-b-road"}],
    )
    assert carried(co.assign(net, as_of=DAY)) == 5


def test_by_days_the_queue_is_in_driver_days():
    event = {"limit": {"capacity": "days"}, "to": 0.5, "from": "2025-01-11", "until": "2025-01-16"}
    sim = co.simulate(roads(), scenario(event), days=30, start="2025-01-01")
    assert on_day(sim.queues, "days", "2025-01-12", "queue") > 0
    assert sim.peaks["unit"].tolist()[0] == "driver-day"
    assert sim.residual_t < 1e-6


@given(st.floats(0, 300))
@settings(max_examples=20, deadline=None)
def test_no_more_days_are_spent_than_there_are(amount):
    result = co.assign(roads(amount), scenario(CLOSED), as_of=DAY)
    assert carried(result) == pytest.approx(min(amount / 2, 100), abs=1e-6)
    assert result.certificate.ok
