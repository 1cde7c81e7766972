"""Whose cargo passes, which ways there are, and why each is or is not used."""

from __future__ import annotations

from itertools import islice

import networkx as nx
import numpy as np
import pytest
import toys
from analysis_toys import DAY, at_random, closing
from hypothesis import given, settings
from hypothesis import strategies as st

import corridors as co
from corridors.analysis.question import ask
from corridors.analysis.select_link import places_of
from corridors.flow.shortest.k_shortest import KShortest
from corridors.scenarios.events import Event
from corridors.scenarios.quantities import Quantity
from corridors.scenarios.scenario import Scenario


def three_ways(**limits):
    r"""Return the network of the next sketch: 10 t a day from a to d, and 3 t from c to d.

    a --100-- b --100-- d     200 USD a tonne
     \--150-- c --150--/      300 USD
      \------400------/       400 USD
    """
    return toys.network(
        {"a": "AA", "b": "BB", "c": "CC", "d": "DD"},
        [
            {"from_node": "a", "to_node": "b"},
            {"from_node": "b", "to_node": "d"},
            {"from_node": "a", "to_node": "c", "length_km": 150},
            {"from_node": "c", "to_node": "d", "length_km": 150},
            {"link_id": "direct", "from_node": "a", "to_node": "d", "length_km": 400},
        ],
        [
            {"origin": "a", "destination": "d", "per_day": 10},
            {"origin": "c", "destination": "d", "per_day": 3},
        ],
        capacities=[
            {"capacity_id": k, "name": k, "unit": "t", "amount": v[1]} for k, v in limits.items()
        ],
        capacity_members=[
            {"capacity_id": k, "link_id": link} for k, v in limits.items() for link in v[0]
        ],
        chokepoints=[{"chokepoint": "north", "name": "North", "selector": "{node: b}"}],
    )


def test_whose_cargo_passes():
    plan = co.assign(three_ways(short=(["a-b-road"], 4)), as_of=DAY)
    users = co.select_link(plan, "c-d-road")
    assert users["demand_id"].tolist() == ["a-d-bulk", "c-d-bulk"]
    assert users["t_per_day"].tolist() == pytest.approx([6, 3])
    assert users["share_of_demand"].tolist() == pytest.approx([0.6, 1])
    assert users["share_of_flow"].tolist() == pytest.approx([6 / 9, 3 / 9])
    assert co.select_link(plan, border="BB-AA")["t_per_day"].tolist() == pytest.approx([4])
    # A route through b passes two of its links and counts once.
    assert co.select_link(plan, node="b")["t_per_day"].tolist() == pytest.approx([4])
    assert co.select_link(plan, capacity="short")["t_per_day"].tolist() == pytest.approx([4])
    assert len(co.select_link(plan, "direct")) == 0


def test_what_a_demand_passes():
    plan = co.assign(three_ways(short=(["a-b-road"], 4)), as_of=DAY)
    [row] = places_of(plan, "a-d-bulk").to_dict("records")
    assert (row["thing"], row["name"]) == ("north", "North")
    assert row["share_of_demand"] == pytest.approx(0.4)
    nodes = places_of(plan, "a-d-bulk", of="node")
    assert nodes["thing"].tolist() == ["a", "d", "c", "b"]
    assert not len(places_of(plan, "c-d-bulk"))


def both_modes(**others):
    r"""Return the network of the sketch: everywhere cargo may change from road to rail and back.

    a ==100== b ==100== d     by road and by rail
    """
    pairs = (("a", "b"), ("b", "d"))
    return toys.network(
        {"a": "AA", "b": "BB", "d": "DD"},
        [{"from_node": a, "to_node": b, "mode": m} for a, b in pairs for m in ("road", "rail")],
        others.pop("demand", [{"origin": "a", "destination": "d", "per_day": 10}]),
        transfers=[
            {
                "transfer_id": f"{n}-change", "node_id": n, "from_mode": "road",
                "to_mode": "rail", "to_gauge_mm": 1520, "hours": 1, "usd_per_t": 2,
            }
            for n in "abd"
        ],
        **others,
    )  # fmt: skip


def test_who_starts_and_ends_by_any_mode_changes_none_there():
    """Without need such ways are the true ones over again, and stand before those that differ."""
    ways = co.k_routes(co.assign(both_modes(), as_of=DAY), "a-d-bulk", k=20)
    assert set(ways["key"]) == {
        f"a-b-{one}>b-d-{one}" if one == other else f"a-b-{one}>b-change>b-d-{other}"
        for one in ("road", "rail")
        for other in ("road", "rail")
    }


def test_nor_does_who_buys_from_several():
    """A seller may lie on the way from another, where cargo does change."""
    offer = {"market": "all", "cargo": "bulk", "amount": 10, "per": "day"}
    net = both_modes(
        demand=[
            {
                "demand_id": "bought", "origin": "", "market": "all", "destination": "d",
                "per_day": 10,
            }
        ],
        supply=[{"node_id": "a", **offer}, {"node_id": "b", **offer}],
    )  # fmt: skip
    keys = co.k_routes(co.assign(net, as_of=DAY), "bought", k=40)["key"].str.split(">")
    assert "a-b-road>b-change>b-d-rail" in set(keys.str.join(">"))
    links = set(net.tables["links"]["link_id"])
    assert {key[0] for key in keys} | {key[-1] for key in keys} <= links


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ({}, "expected one of link, node"),
        ({"link": "direct", "node": "b"}, "saw 2"),
        ({"link": "dirct"}, "no link 'dirct'; did you mean direct"),
    ],
)
def test_wrong_names_are_named(named, message):
    plan = co.assign(three_ways(), as_of=DAY)
    with pytest.raises(co.UnknownIdError, match=message):
        co.select_link(plan, **named)
    with pytest.raises(co.UnknownIdError, match="no demand 'a-c' on 2025-09-12"):
        places_of(plan, "a-c")


def test_what_a_limit_to_nothing_closes_is_shown_as_closed():
    """A share of 0 is a closure by another name: the way through b is there, and shut."""
    shut = {"node": "b"}
    by_closure = Event("close", shut, where="test")
    by_limit = Event("limit", shut, Quantity(0.0, "share"), where="test")
    frames = [
        co.k_routes(co.assign(three_ways(), Scenario("x", (e,)), as_of=DAY), "a-d-bulk")
        for e in (by_closure, by_limit)
    ]
    assert frames[1].equals(frames[0])
    assert set(frames[1].loc[frames[1]["why"] == "closed", "key"]) == {"a-b-road>b-d-road"}


def reasons(net, demand="a-d-bulk", scenario=None, **options):
    table = co.k_routes(co.assign(net, scenario, as_of=DAY), demand, **options)
    return dict(zip(table["key"], table.to_dict("records"), strict=True))


NORTH, SOUTH, DIRECT = "a-b-road>b-d-road", "a-c-road>c-d-road", "direct"


def test_dearer_ways_are_not_used():
    found = reasons(three_ways())
    assert list(found) == [NORTH, SOUTH, DIRECT]
    assert [row["why"] for row in found.values()] == ["used", "dearer", "dearer"]
    assert found[SOUTH]["extra_usd"] == pytest.approx(100)
    assert "by 100.00 USD" in found[SOUTH]["because"]
    north = found[NORTH]
    assert (north["usd_per_unit"], north["hours"], north["km"]) == pytest.approx((200, 4, 200))
    assert (north["borders"], north["n_borders"], north["transfers"]) == ("AA-BB>BB-DD", 2, 0)
    assert north["t_per_day"] == pytest.approx(10)


def test_closed_ways_say_what_is_closed():
    found = reasons(three_ways(), scenario=closing({"link": "b-d-road"}))
    assert (found[NORTH]["why"], found[NORTH]["because"]) == ("closed", "b-d-road")
    assert found[SOUTH]["why"] == "used"
    shut = reasons(three_ways(gate=(["a-b-road"], 0)))
    assert (shut[NORTH]["why"], shut[NORTH]["because"]) == ("closed", "gate is 0")


def test_a_full_way_is_full_for_those_whom_it_would_serve():
    """The middle of the south is full of c's cargo, for which the way round costs more.

    c's tonnes have one way, worth 10,000 USD; a tonne of a pays 400 - 300 more
    to go direct. The 3 t that fit are c's, so a's way south is full.
    """
    net = three_ways(south=(["c-d-road"], 3))
    found = reasons(net, scenario=closing({"node": "b"}))
    assert found[DIRECT]["why"] == "used"
    assert found[SOUTH]["why"] == "full"
    assert "south (100.00 USD a unit)" in found[SOUTH]["because"]
    assert found[NORTH]["why"] == "closed"


def test_a_way_round_that_passes_the_same_bottleneck():
    r"""Both ways from a to d pass the bridge; a third goes round it.

    a --100-- p ==bridge 100, 6 t== q --100-- d      300 USD
     \--150--/                                       350 USD
      \------------------900-------------------/     900 USD
    """
    net = toys.network(
        {"a": "AA", "p": "AA", "q": "BB", "d": "BB"},
        [
            {"from_node": "a", "to_node": "p"},
            {"link_id": "other", "from_node": "a", "to_node": "p", "length_km": 150},
            {"link_id": "bridge", "from_node": "p", "to_node": "q"},
            {"from_node": "q", "to_node": "d"},
            {"link_id": "round", "from_node": "a", "to_node": "d", "length_km": 900},
        ],
        [{"origin": "a", "destination": "d", "per_day": 10}],
        capacities=[{"capacity_id": "bridge", "name": "bridge", "unit": "t", "amount": 6}],
        capacity_members=[{"capacity_id": "bridge", "link_id": "bridge"}],
    )
    found = reasons(net)
    assert found["a-p-road>bridge>q-d-road"]["why"] == "used"
    assert "over the full bridge (600.00" in found["a-p-road>bridge>q-d-road"]["because"]
    assert found["round"]["why"] == "used"
    assert found["other>bridge>q-d-road"]["why"] == "same bottleneck"
    assert found["other>bridge>q-d-road"]["extra_usd"] == pytest.approx(50)


def test_cargo_that_would_rather_stay_and_ways_that_cost_the_same():
    cargo = {"bulk": {"unit": "t", "t_per_unit": 1, "loss_usd_per_unit": 250}}
    links = [
        {"from_node": "a", "to_node": "b"},
        {"link_id": "twin", "from_node": "a", "to_node": "b"},
        {"link_id": "round", "from_node": "a", "to_node": "b", "length_km": 300},
    ]
    want = [{"origin": "a", "destination": "b", "per_day": 4}]
    net = toys.network({"a": "AA", "b": "BB"}, links, want, cargo=cargo)
    found = reasons(net, "a-b-bulk")
    assert sorted(found[key]["why"] for key in ("a-b-road", "twin")) == ["equal", "used"]
    assert found["round"]["why"] == "dearer than its loss"
    assert "50.00 USD above the loss" in found["round"]["because"]


def test_ways_over_the_same_borders_can_count_as_one():
    links = [{"link_id": f"l{i}", "from_node": "a", "to_node": "b", "length_km": 100 + i}
             for i in range(5)]  # fmt: skip
    links += [{"from_node": "a", "to_node": "c"}, {"from_node": "c", "to_node": "b"}]
    want = [{"origin": "a", "destination": "b", "per_day": 4}]
    net = toys.network({"a": "AA", "b": "BB", "c": "CC"}, links, want)
    assert list(reasons(net, "a-b-bulk", distinct="borders")) == ["l0", "a-c-road>c-b-road"]
    assert len(reasons(net, "a-b-bulk", k=3)) == 4
    with pytest.raises(co.ScenarioError, match="distinct: saw 'border'"):
        reasons(net, "a-b-bulk", distinct="border")
    with pytest.raises(co.ScenarioError, match="k: saw 0"):
        reasons(net, "a-b-bulk", k=0)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(0, 10_000))
def test_routes_are_those_of_networkx(seed):
    """One mode, so that a place is a node and a simple path is a loopless route."""
    state = ask(at_random(seed, nodes=7, demands=2), None, DAY).state
    p = state.problem
    own = int(p.commodity_class[0])
    origin, destination = int(p.origin[0]), int(p.destination[0])
    routes = KShortest(
        p.tail, p.head, p.cost[own], p.n_nodes, origin, destination, np.arange(p.n_nodes)
    )
    found = list(islice(routes.cheapest_first(), 12))
    graph = nx.DiGraph()
    for a in range(p.n_arcs):
        if np.isfinite(p.cost[own, a]):
            graph.add_edge(int(p.tail[a]), int(p.head[a]), weight=float(p.cost[own, a]))
    paths = islice(nx.shortest_simple_paths(graph, origin, destination, "weight"), 12)
    expected = [nx.path_weight(graph, path, "weight") for path in paths]
    assert [cost for cost, _ in found] == pytest.approx(expected)
    assert len({path for _, path in found}) == len(found)
    again = KShortest(
        p.tail, p.head, p.cost[own], p.n_nodes, origin, destination, np.arange(p.n_nodes)
    )
    assert list(islice(again.cheapest_first(), 12)) == found


def test_no_way_comes_back_to_a_node_by_another_carrier():
    r"""Rail and road at b: off the train, round by road through c, and on by train is no way.

    a ==rail== b ==rail== d
               | |
               c-/  (two roads between b and c)
    """
    net = toys.network(
        {"a": "AA", "b": "AA", "c": "AA", "d": "AA"},
        [
            {"link_id": "ab", "from_node": "a", "to_node": "b", "mode": "rail"},
            {"link_id": "bd", "from_node": "b", "to_node": "d", "mode": "rail"},
            {"link_id": "bc1", "from_node": "b", "to_node": "c"},
            {"link_id": "bc2", "from_node": "b", "to_node": "c"},
        ],
        [{"origin": "a", "destination": "d", "per_day": 1}],
        transfers=[
            {
                "transfer_id": "tb",
                "node_id": "b",
                "from_mode": "rail",
                "from_gauge_mm": 1520,
                "to_mode": "road",
                "hours": 1,
                "usd_per_t": 0,
            },
        ],
    )
    assert list(reasons(net, "a-d-bulk")) == ["ab>bd"]


def test_the_prices_of_the_shipped_network_explain_every_way(net):
    plan = co.assign(net, "poland-closure-2025")
    for demand in plan.state.demand["demand_id"][::12]:
        table = co.k_routes(plan, demand, k=4)
        rest = table[table["why"] != "closed"]
        assert (rest["extra_usd"] >= -1e-3).all(), demand
        assert (table["t_per_day"] > 0).equals(table["why"] == "used")
        assert (np.diff(table["generalised_usd"]) >= -1e-6).all()
