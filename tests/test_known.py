"""Distances and times that others have measured: docs/known.md, recomputed row by row."""

from __future__ import annotations

import random
from itertools import combinations, pairwise
from pathlib import Path

import networkx as nx
import pytest
import toys

import corridors as co
from corridors.analysis.best_route import best_route

PAGE = Path(__file__).parent.parent / "docs" / "known.md"


def rows():
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    table = [line for line in lines if line.startswith("| ")][1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_a_known_figure_is_met_and_stated(net, row):
    way, places, cargo, avoiding, published, accepted, modelled = row
    low, high = (float(x) for x in accepted.split(" to "))
    assert low <= float(published) <= high
    route = best_route(
        net, places.split(", "), cargo, "2025-10-15", avoid=[a for a in avoiding.split(", ") if a]
    )
    value = route.km if way.endswith("km") else route.days
    digits = 0 if way.endswith("km") else 1
    assert f"{value:.{digits}f}" == modelled
    assert low <= value <= high


def test_a_best_route_passes_its_places_in_order():
    """The short way a-b-d is left for c, and back through b for d.

    a --100-- b --100-- d
               \\--50--- c
    """
    net = toys.network(
        {"a": "AA", "b": "BB", "c": "CC", "d": "DD"},
        [
            {"from_node": "a", "to_node": "b"},
            {"from_node": "b", "to_node": "d"},
            {"from_node": "b", "to_node": "c", "length_km": 50},
        ],
        [{"origin": "a", "destination": "d", "per_day": 1}],
    )
    route = best_route(net, ["a", "c", "d"], "bulk", "2025-01-01")
    assert route.links == ("a-b-road", "b-c-road", "b-c-road", "b-d-road")
    assert (route.km, route.hours, route.usd) == (300, 6, 300)
    assert best_route(net, ["a", "d"], "bulk", "2025-01-01").km == 200
    with pytest.raises(co.ScenarioError, match="no route"):
        best_route(net, ["a", "d"], "bulk", "2025-01-01", avoid=["b"])
    with pytest.raises(co.UnknownIdError, match="no node 'x'"):
        best_route(net, ["a", "x"], "bulk", "2025-01-01")


def port_beyond_a_spur(ship_usd):
    r"""Return a spur to a port, whose ship costs as said, beside a road round the water.

    a --100-- b --100-- c --100-- d
              |                   |
              50 to port   ship   |
              p ~~~~~~~~~~~~~~~~~ q
    """
    return toys.network(
        dict.fromkeys("abcdpq", "AA") | {"d": "DD"},
        [
            {"link_id": "ab", "from_node": "a", "to_node": "b"},
            {"link_id": "bc", "from_node": "b", "to_node": "c"},
            {"link_id": "cd", "from_node": "c", "to_node": "d"},
            {"link_id": "bp", "from_node": "b", "to_node": "p", "length_km": 50},
            {"link_id": "pq", "from_node": "p", "to_node": "q", "length_km": ship_usd},
            {"link_id": "qd", "from_node": "q", "to_node": "d"},
        ],
        [{"origin": "a", "destination": "d", "per_day": 1}],
    )


@pytest.mark.parametrize("ship", [120, 400, 2000])
def test_a_way_through_a_port_goes_on_and_does_not_turn_back(ship):
    """However dear the ship: by p and q is what was asked, not to p, back, and round to q."""
    net = port_beyond_a_spur(ship)
    route = best_route(net, ["a", "p", "q"], "bulk", "2025-01-01")
    assert route.links == ("ab", "bp", "pq")
    assert route.km == 150 + ship
    onward = best_route(net, ["a", "p", "d"], "bulk", "2025-01-01")
    assert onward.links == ("ab", "bp", "pq", "qd")


def simple_ways(net, places):
    """Return the lengths of all ways through places that pass no node twice, by networkx."""
    graph = nx.Graph()
    for link in net.tables["links"].to_dict("records"):
        graph.add_edge(link["from_node"], link["to_node"], km=link["length_km"])
    for path in nx.all_simple_paths(graph, places[0], places[-1]):
        order = [path.index(p) if p in path else -1 for p in places]
        if -1 not in order and order == sorted(order):
            yield sum(graph.edges[e]["km"] for e in pairwise(path))


@pytest.mark.parametrize("seed", range(25))
def test_it_is_the_shortest_of_all_ways_that_pass_nothing_twice(seed):
    r = random.Random(seed)
    nodes = "abcdefg"
    pairs = [p for p in combinations(nodes, 2) if r.random() < 0.55]
    net = toys.network(
        dict.fromkeys(nodes, "AA"),
        [
            {"link_id": f"{a}{b}", "from_node": a, "to_node": b, "length_km": r.randint(10, 90)}
            for a, b in pairs
        ],
        [{"origin": "a", "destination": "b", "per_day": 1}],
    )
    places = r.sample([n for n in nodes if any(n in p for p in pairs)], 4)
    lengths = sorted(simple_ways(net, places))
    if lengths:
        route = best_route(net, places, "bulk", "2025-01-01")
        assert route.km == pytest.approx(lengths[0])
