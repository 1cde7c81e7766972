"""What opens is offered to all to whom the best way through it is worth a thousandth.

Held against every simple path of small networks. Looking beside the routes that are known, with
their arcs made dearer, can find some other way, and not the one through what has opened.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest

from corridors.flow import FlowProblem
from corridors.flow.choice import ChoiceModel, choose
from corridors.flow.choice.generation import first_routes
from corridors.flow.choice.searches import Searches
from corridors.flow.choice.solve import choose_settled
from corridors.flow.usage import open_costs

NODES = 9
MISSED = (759, 845, 989, 1028, 1141, 1146, 1209, 1457, 1578, 1597, 1878, 2170, 2405, 2809)
"""Seeds at which the way through what opens is not the next best beside the routes known."""


def drawn(seed):
    """Return a network, the arc that opens, and the network as a graph."""
    rng = np.random.default_rng(seed)
    pairs = [(a, b) for a in range(NODES) for b in range(NODES) if a != b and rng.random() < 0.38]
    tail, head = (list(ends) for ends in zip(*pairs, strict=True))
    cost = rng.uniform(20, 60, len(pairs)).round(1)
    room = [np.inf] * len(pairs)
    problem = FlowProblem.from_arcs(tail, head, cost, room, [0], [NODES - 1], [10.0], 1000.0)
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(zip(tail, head, cost.tolist(), strict=True))
    return problem, int(rng.integers(len(pairs))), graph


def cost_of(graph, way):
    return sum(graph[a][b]["weight"] for a, b in pairwise(way))


def ways_by(problem, arc, graph):
    """Return the simple paths through an arc, cheapest first."""
    step = int(problem.tail[arc]), int(problem.head[arc])
    found = nx.all_simple_paths(graph, 0, NODES - 1)
    own = [way for way in found if step in pairwise(way)]
    return sorted(own, key=lambda way: cost_of(graph, way))


@pytest.mark.parametrize("seed", MISSED)
def test_what_opens_carries_what_is_worth_it(seed):
    problem, arc, graph = drawn(seed)
    shut = problem.closed.copy()
    shut[..., arc] = True
    before = replace(problem, closed=shut)
    scale = 1.0 / (0.06 * nx.shortest_path_length(graph, 0, NODES - 1, "weight"))
    usual = choose_settled(before, ChoiceModel.staying(before, scale))
    model = replace(ChoiceModel.staying(problem, scale), weighed=usual.model.weighed)
    told = {"ordinary": usual.composite_cost, "before": open_costs(before)}
    answer = choose(problem, model, usual.route_set, grow=True, **told)
    best = ways_by(problem, arc, graph)[0]
    alone = 1.0 / (1.0 + np.exp((cost_of(graph, best) - usual.composite_cost[0]) * scale))
    assert alone > 0.02
    assert answer.arc_flow[arc] > 0.001 * 10.0
    assert answer.certificate.ok
    # What none opens for, nobody looks for.
    same = choose(problem, model, answer.route_set, grow=True, **told)
    assert len(same.route_set) == len(answer.route_set)


@pytest.mark.parametrize("seed", range(40))
def test_the_way_through_an_arc_is_the_cheapest_of_all(seed):
    problem, arc, graph = drawn(seed)
    searches = Searches(problem, open_costs(problem))
    # In tenths, of which sums are exact.
    weight = np.round(10.0 * open_costs(problem))
    only = np.zeros((1, problem.n_arcs), dtype=np.bool_)
    only[0, arc] = True
    which = np.array([0])
    found = searches.through(weight, np.array([0]), which, only)
    ways = ways_by(problem, arc, graph)
    way = searches.way_through(0, found, 0, weight[0]) if np.isfinite(found.cost[0]) else None
    if way is None:
        # The cheapest walk through the arc passes a node twice, or there is none.
        assert not ways or found.cost[0] < 10.0 * cost_of(graph, ways[0]) + 0.5
        return
    assert arc in way
    assert problem.tail[way[0]] == 0
    assert problem.head[way[-1]] == NODES - 1
    assert weight[0, way].sum() == found.cost[0]
    assert found.cost[0] == pytest.approx(10.0 * cost_of(graph, ways[0]))


@pytest.mark.parametrize("seed", range(10))
def test_who_wants_nothing_has_no_routes_and_finds_them_once_it_wants_something(seed):
    one, _, _ = drawn(seed)
    ends = [0, 0], [NODES - 1, NODES - 2]
    room = [np.inf] * one.n_arcs
    p = FlowProblem.from_arcs(one.tail, one.head, one.cost[0], room, *ends, [10.0, 0.0], 1000.0)
    routes = first_routes(p, open_costs(p))
    assert set(routes.commodity.tolist()) <= {0}
    model = ChoiceModel.staying(p, 0.05)
    assert choose_settled(p, model, routes).certificate.ok
    later = p.changed(amount=np.array([10.0, 7.0]))
    wanting = ChoiceModel.staying(later, 0.05)
    late = choose_settled(later, wanting, routes)
    afresh = choose_settled(later, wanting, first_routes(later, open_costs(later)))
    assert late.certificate.ok
    # Those who differ by a siding are not looked for: the ways that count are the same.
    assert late.volume == pytest.approx(afresh.volume, rel=1e-3)
