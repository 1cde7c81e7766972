"""How much more fits: by hand, and against assignments on both sides of the answer."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import toys
from analysis_toys import DAY, at_random, closing, two_ways
from hypothesis import given, settings
from hypothesis import strategies as st

import corridors as co
from corridors.flow import solve
from corridors.scenarios.events import Event
from corridors.scenarios.quantities import Quantity
from corridors.scenarios.scenario import Scenario


def one_line(amount=6.0, per_day=4.0):
    """Return the network of the next sketch: 4 t a day where 6 fit.

    a --100-- b --100-- c
    """
    return toys.network(
        {"a": "AA", "b": "BB", "c": "CC"},
        [{"from_node": "a", "to_node": "b"}, {"from_node": "b", "to_node": "c"}],
        [{"origin": "a", "destination": "c", "per_day": per_day}],
        capacities=[{"capacity_id": "line", "name": "line", "unit": "t", "amount": amount}],
        capacity_members=[{"capacity_id": "line", "link_id": "a-b-road"}],
    )


def test_the_line_takes_half_as_much_again():
    room = co.headroom(one_line(), as_of=DAY)
    assert room.multiple == pytest.approx(1.5, rel=1e-9)
    assert room.demand_t_per_day == pytest.approx(4)
    assert room.added_t_per_day == pytest.approx(2)
    [stop] = room.stops.to_dict("records")
    assert (stop["capacity_id"], stop["alone"]) == ("line", True)
    [first] = room.falls_short.to_dict("records")
    assert first["demand_id"] == "a-c-bulk"
    assert first["share"] == pytest.approx(1)
    assert room.fits.ok
    assert room.beyond.ok
    assert "1.5000 times" in repr(room)
    assert room.to_dict()["multiple"] == room.multiple


def test_the_cheap_way_fills_first_and_then_the_dear_one():
    """Of `two_ways` with both ways limited: 12 + 6 t where 10 are wanted."""
    net = two_ways()
    limits = net.tables["capacities"]
    limits.loc[1] = {**limits.loc[0].to_dict(), "capacity_id": "wide", "amount": 12.0}
    members = net.tables["capacity_members"]
    members.loc[1] = {
        **members.loc[0].to_dict(), "capacity_id": "wide", "link_id": "a-b-road"
    }  # fmt: skip
    room = co.headroom(net, as_of=DAY)
    assert room.multiple == pytest.approx(1.8, rel=1e-9)
    assert room.stops["capacity_id"].tolist() == ["narrow", "wide"]
    assert room.stops["alone"].all()
    assert room.pieces >= 2


def test_two_limits_in_a_row_stop_it_together():
    net = one_line()
    limits, members = net.tables["capacities"], net.tables["capacity_members"]
    limits.loc[1] = {**limits.loc[0].to_dict(), "capacity_id": "next"}
    members.loc[1] = {
        **members.loc[0].to_dict(), "capacity_id": "next", "link_id": "b-c-road"
    }  # fmt: skip
    room = co.headroom(net, as_of=DAY)
    assert room.multiple == pytest.approx(1.5)
    assert room.stops["capacity_id"].tolist() == ["line", "next"]
    assert not room.stops["alone"].any()
    assert "line and next" in repr(room)


def test_nothing_stops_it_and_no_room_at_all():
    endless = co.headroom(two_ways(), as_of=DAY)
    assert math.isinf(endless.multiple)
    assert endless.to_dict()["unlimited"]
    assert endless.to_dict()["multiple"] is None
    assert "unlimited" in repr(endless)
    full = co.headroom(one_line(per_day=6), as_of=DAY)
    assert full.multiple == pytest.approx(1, abs=1e-9)
    short = co.headroom(one_line(per_day=8), as_of=DAY)
    assert short.multiple == 1
    cut_off = co.headroom(one_line(), scenario=closing({"node": "b"}), as_of=DAY)
    assert cut_off.multiple == 1
    assert not len(cut_off.stops)


def test_only_the_demand_that_is_meant_grows():
    """Two demands share a line for 10 t: 4 t stay, 4 t may become 6."""
    net = toys.network(
        {"a": "AA", "b": "BB", "c": "CC"},
        [{"from_node": "a", "to_node": "b"}, {"from_node": "b", "to_node": "c"}],
        [
            {"origin": "a", "destination": "b", "per_day": 4},
            {"origin": "a", "destination": "c", "per_day": 4},
        ],
        capacities=[{"capacity_id": "line", "name": "line", "unit": "t", "amount": 10}],
        capacity_members=[{"capacity_id": "line", "link_id": "a-b-road"}],
    )
    assert co.headroom(net, as_of=DAY).multiple == pytest.approx(1.25)
    assert co.headroom(net, "a-c-bulk", as_of=DAY).multiple == pytest.approx(1.5)
    assert co.headroom(net, to_country="CC", as_of=DAY).multiple == pytest.approx(1.5)
    assert co.headroom(net, origin="a", cargo="bulk", as_of=DAY).multiple == pytest.approx(1.25)


def test_demands_of_other_years_change_nothing():
    """Beside the sketch of one line a demand that begins when this one is long over."""
    net, later = one_line(), {"valid_from": "2040-01-01"}
    more = dict(net.tables)
    row = more["demand"].iloc[[0]].assign(demand_id="a-later", **later)
    more["demand"] = pd.concat([row, more["demand"]], ignore_index=True)
    found, plain = (co.headroom(one, as_of=DAY) for one in (type(net)(more), net))
    assert found.to_dict() == plain.to_dict()
    assert found.falls_short["demand_id"].tolist() == ["a-c-bulk"]


def test_cargo_gives_up_where_the_way_left_costs_more_than_its_loss():
    """The way round costs 300 USD a tonne, staying 250."""
    cargo = {"bulk": {"unit": "t", "t_per_unit": 1, "loss_usd_per_unit": 250}}
    net = toys.network(
        {"a": "AA", "b": "BB"},
        [
            {"from_node": "a", "to_node": "b"},
            {"link_id": "round", "from_node": "a", "to_node": "b", "length_km": 300},
        ],
        [{"origin": "a", "destination": "b", "per_day": 4}],
        cargo=cargo,
        capacities=[{"capacity_id": "line", "name": "line", "unit": "t", "amount": 5}],
        capacity_members=[{"capacity_id": "line", "link_id": "a-b-road"}],
    )
    room = co.headroom(net, as_of=DAY)
    assert room.multiple == pytest.approx(1.25)
    assert room.stops["capacity_id"].tolist() == ["line"]


def grown(net, factor, selector=None):
    events = (Event("demand", selector or {}, Quantity(factor, "factor"), where="test"),)
    return co.assign(net, Scenario("grown", events), as_of=DAY)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.integers(0, 10_000))
def test_up_to_the_multiple_nothing_new_falls_short_and_beyond_it_something_does(seed):
    net = at_random(seed, nodes=7, demands=4)
    room = co.headroom(net, as_of=DAY)
    state = co.assign(net, as_of=DAY).state
    base = solve(state.problem)
    top = 1e3 if math.isinf(room.multiple) else room.multiple
    for part in np.linspace(0, 1, 9):
        answer = base.resolve(demand=state.problem.amount * (1 + (top - 1) * part))
        assert (answer.shortfall <= base.shortfall + 1e-6 * (1 + answer.problem.amount)).all()
    if not math.isinf(room.multiple):
        answer = base.resolve(demand=state.problem.amount * (room.multiple * 1.001))
        assert (answer.shortfall > base.shortfall + 1e-7).any()


def test_the_shipped_network_agrees_with_the_scenario_way(net):
    selector = {"cargo": "crude"}
    room = co.headroom(net, as_of=DAY, **selector)
    base = co.assign(net, as_of=DAY).summary["shortfall_t_per_day"]
    fits = grown(net, room.multiple * (1 - 1e-9), selector).summary["shortfall_t_per_day"]
    beyond = grown(net, room.multiple * 1.01, selector).summary["shortfall_t_per_day"]
    assert fits == pytest.approx(base, abs=1e-3)
    assert beyond > base + 1


@pytest.mark.parametrize(
    ("selector", "message"),
    [
        ({"demand": "a-c"}, "no demand with demand 'a-c'; valid are a-c-bulk"),
        ({"from_country": "BB"}, "with from country 'BB'; valid are AA"),
        ({"cargo": "box"}, "with cargo 'box'"),
    ],
)
def test_wrong_names_are_named(selector, message):
    with pytest.raises(co.UnknownIdError, match=message):
        co.headroom(one_line(), as_of=DAY, **selector)
