"""The narrowest place: by hand, against networkx, and against the engine filled to the brim."""

from __future__ import annotations

import math

import networkx as nx
import pytest
import toys
from analysis_toys import DAY, at_random, closing, two_ways
from hypothesis import given, settings
from hypothesis import strategies as st

import corridors as co
from corridors.scenarios.events import Event
from corridors.scenarios.quantities import Quantity
from corridors.scenarios.scenario import Scenario


def square(limits, members, **others):
    r"""Return the network of the next sketch; limits as given.

    a --1-- b
    |       |      all 100 km, by road
    2       3
    |       |
    c --4-- d
    """
    return toys.network(
        {"a": "AA", "b": "BB", "c": "CC", "d": "DD"},
        [
            {"link_id": "1", "from_node": "a", "to_node": "b"},
            {"link_id": "2", "from_node": "a", "to_node": "c"},
            {"link_id": "3", "from_node": "b", "to_node": "d"},
            {"link_id": "4", "from_node": "c", "to_node": "d"},
        ],
        [{"origin": "a", "destination": "d", "per_day": 1}],
        capacities=[
            {"capacity_id": name, "name": name, "unit": unit, "amount": amount}
            for name, (amount, unit) in limits.items()
        ],
        capacity_members=[{"capacity_id": name, "link_id": link} for name, link in members],
        **others,
    )


EACH = [("one", "1"), ("two", "2"), ("three", "3"), ("four", "4")]


def test_a_cut_takes_the_narrow_link_of_each_way():
    net = square({"one": (5, "t"), "two": (9, "t"), "three": (7, "t"), "four": (4, "t")}, EACH)
    cut = co.min_cut(net, "AA", "d", "bulk", as_of=DAY)
    assert cut.units_per_day == pytest.approx(5 + 4)
    assert cut.limits["capacity_id"].tolist() == ["four", "one"]
    assert cut.limits["carries"].tolist() == pytest.approx([4, 5])
    assert cut.links == ("1", "4")
    assert cut.plain
    assert "9.0 t a day; four, one" in repr(cut)


def test_a_limit_that_both_ways_share_counts_once():
    """Links 1 and 4 share 6 t a day: the cut is 6, not 12."""
    net = square({"fleet": (6, "t")}, [("fleet", "1"), ("fleet", "4")])
    cut = co.min_cut(net, "a", "d", "bulk", as_of=DAY)
    assert cut.units_per_day == pytest.approx(6)
    assert cut.limits["carries"].tolist() == pytest.approx([6])
    assert cut.links == ("1", "4")


def test_a_way_that_uses_a_limit_twice_takes_twice_of_it():
    """Links 1 and 3, one behind the other, share 6 t a day: 3 t pass, and 5 t by link 2."""
    net = square(
        {"fleet": (6, "t"), "two": (5, "t")}, [("fleet", "1"), ("fleet", "3"), ("two", "2")]
    )
    cut = co.min_cut(net, "a", "d", "bulk", as_of=DAY)
    assert cut.units_per_day == pytest.approx(3 + 5)
    weights = dict(zip(cut.limits["capacity_id"], cut.limits["weight"], strict=True))
    assert weights == pytest.approx({"fleet": 0.5, "two": 1})
    assert not cut.plain


def test_trucks_are_turned_into_tonnes_and_boxes():
    loads = [
        {"mode": "road", "cargo": "bulk", "vehicle": "truck", "units_per_vehicle": 20},
        {"mode": "road", "cargo": "box", "vehicle": "truck", "units_per_vehicle": 2},
    ]
    net = square({"one": (5, "truck"), "two": (3, "truck")}, EACH[:2], loads=loads)
    bulk = co.min_cut(net, "a", "d", "bulk", as_of=DAY)
    assert (bulk.units_per_day, bulk.t_per_day) == pytest.approx((8 * 20, 8 * 20))
    box = co.min_cut(net, "a", "d", "box", as_of=DAY)
    assert (box.units_per_day, box.t_per_day) == pytest.approx((8 * 2, 8 * 2 * 10))
    assert box.unit == "TEU"


def test_a_way_without_a_limit_is_named():
    cut = co.min_cut(two_ways(), "a", "d", "bulk", as_of=DAY)
    assert math.isinf(cut.units_per_day)
    assert cut.links == ("a-b-road", "b-d-road")
    assert cut.to_dict()["unlimited"]
    assert cut.to_dict()["units_per_day"] is None
    narrow = co.min_cut(two_ways(), "a", "d", "bulk", scenario=closing({"node": "b"}), as_of=DAY)
    assert narrow.units_per_day == pytest.approx(6)
    none = closing({"node": "b"}, {"node": "c"})
    assert co.min_cut(two_ways(), "a", "d", "bulk", scenario=none, as_of=DAY).units_per_day == 0


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(0, 10_000))
def test_limits_of_one_link_each_are_the_cut_of_networkx(seed):
    net = at_random(seed, shared=False)
    graph = nx.Graph()
    limit = {}
    rows = net.tables["capacities"].set_index("capacity_id")["amount"]
    for name, link in net.tables["capacity_members"][["capacity_id", "link_id"]].to_numpy():
        limit[link] = min(limit.get(link, math.inf), float(rows[name]))
    for link in net.tables["links"].to_dict("records"):
        key = link["link_id"]
        attributes = {"capacity": limit[key]} if key in limit else {}
        graph.add_edge(link["from_node"], link["to_node"], **attributes)
    # A limit holds for the sum of both directions, and a cut is crossed in one.
    try:
        expected = nx.minimum_cut_value(graph, "n0", "n6")
    except nx.NetworkXUnbounded:
        expected = math.inf
    cut = co.min_cut(net, "n0", "n6", "bulk", as_of=DAY)
    assert cut.units_per_day == pytest.approx(expected)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.sampled_from(["bulk", "box"]))
def test_the_cut_is_what_the_engine_gets_through(seed, cargo):
    net = at_random(seed, shared=True)
    cut = co.min_cut(net, "n0", "n6", cargo, as_of=DAY)
    wanted = 5000.0
    # Another network: one that has been asked keeps the arcs that it had then.
    net = at_random(seed, shared=True)
    demand = net.tables["demand"].head(1).copy()
    demand.loc[0, ["origin", "destination", "cargo"]] = ["n0", "n6", cargo]
    net.tables["demand"] = demand
    now = float(demand["units_per_year"].iloc[0]) / 365
    factor = Event("demand", {}, Quantity(wanted / now, "factor"), where="test")
    result = co.assign(net, Scenario("flood", (factor,)), as_of=DAY)
    passed = float(result.answer.path_amount.sum())
    assert passed == pytest.approx(min(cut.units_per_day, wanted), rel=1e-6)


def test_the_shipped_limits_of_a_cut_add_up(net):
    cut = co.min_cut(net, "KZ", "RU", "coal", as_of=DAY)
    assert cut.limits["carries"].sum() == pytest.approx(cut.units_per_day)
    assert len(cut.links) > 3


@pytest.mark.parametrize(
    ("start", "end", "cargo", "message"),
    [
        ("ZZ", "d", "bulk", "no country or node 'ZZ'"),
        ("AA", "a", "bulk", "the regions share a"),
        ("AA", "d", "bulc", "no cargo 'bulc'; did you mean bulk"),
    ],
)
def test_wrong_names_are_named(start, end, cargo, message):
    with pytest.raises(co.UnknownIdError, match=message):
        co.min_cut(two_ways(), start, end, cargo, as_of=DAY)
