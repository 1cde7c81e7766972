"""Between two ports a ship goes a short way: cargo is offered ports, and no detours by sea."""

from __future__ import annotations

import math
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest

import corridors as co
from corridors.assignment.usual.day import sailed_arcs
from corridors.flow import FlowProblem
from corridors.flow.choice import ChoiceModel, choose
from corridors.flow.choice.generation import dissimilar_routes
from corridors.flow.choice.searches import STRETCH
from corridors.flow.usage import open_costs

NODES = 9


def by_way_of_a_strait(about, room=math.inf, stops=False):
    """0 --10--> 2 straight, and round by 1 for the cost of `about`, with a stop there or none."""
    tail, head, cost = [0, 0, 1], [2, 1, 2], [10.0, about / 2, about / 2]
    sailed = [True, True, True]
    if stops:
        tail, head = [0, 0, 1, 3], [2, 1, 3, 2]
        cost, sailed = [10.0, about / 2, 0.0, about / 2], [True, True, False, True]
    limits = [room, *[math.inf] * (len(tail) - 1)]
    problem = FlowProblem.from_arcs(tail, head, cost, limits, [0], [2], [8.0], 1e3)
    return problem, np.array(sailed)


def spread(problem, sailed):
    return choose(problem, ChoiceModel.staying(problem, 0.5), sailed=sailed).arc_flow


def test_a_ship_goes_about_by_a_quarter_and_no_more():
    for about, offered in ((12.0, True), (10.0 * STRETCH, True), (12.6, False), (30.0, False)):
        straight, round_about, _ = spread(*by_way_of_a_strait(about))
        weight = math.exp(-0.5 * (about - 10.0)) if offered else 0.0
        assert straight == pytest.approx(8.0 / (1.0 + weight), abs=1e-8)
        assert round_about == pytest.approx(8.0 * weight / (1.0 + weight), abs=1e-8)


def test_where_cargo_lands_it_is_another_port_and_a_choice():
    straight, round_about, *_ = spread(*by_way_of_a_strait(12.6, stops=True))
    assert straight == pytest.approx(8.0 / (1.0 + math.exp(-1.3)), abs=1e-8)
    assert round_about == pytest.approx(8.0 - straight)


def test_what_is_full_or_shut_is_sailed_round_however_far():
    problem, sailed = by_way_of_a_strait(30.0, room=3.0)
    assert spread(problem, sailed) == pytest.approx([3.0, 5.0, 5.0], abs=1e-6)
    shut = problem.changed(closed=[0])
    assert spread(shut, sailed) == pytest.approx([0.0, 8.0, 8.0], abs=1e-8)


def test_on_land_who_carries_chooses():
    problem, sailed = by_way_of_a_strait(14.0)
    assert spread(problem, ~sailed)[1] == pytest.approx(8.0 / (1.0 + math.exp(2.0)), abs=1e-8)


@pytest.mark.parametrize("seed", range(30))
def test_those_that_are_left_out_are_those_with_a_far_leg(seed):
    rng = np.random.default_rng(seed)
    pairs = [(a, b) for a in range(NODES) for b in range(NODES) if a != b and rng.random() < 0.4]
    tail, head = (list(ends) for ends in zip(*pairs, strict=True))
    cost = rng.uniform(5, 60, len(pairs)).round(1)
    sailed = rng.random(len(pairs)) < 0.7
    room = [math.inf] * len(pairs)
    problem = FlowProblem.from_arcs(tail, head, cost, room, [0, 2], [NODES - 1, 5], [9.0, 4.0], 1e3)
    sea = nx.DiGraph()
    sea.add_nodes_from(range(NODES))
    for arc in np.flatnonzero(sailed).tolist():
        sea.add_edge(tail[arc], head[arc], weight=float(cost[arc]))

    def goes_about(arcs):
        turns = [0, *(i for i in range(1, len(arcs)) if sailed[arcs[i]] != sailed[arcs[i - 1]])]
        for begin, end in pairwise([*turns, len(arcs)]):
            leg = arcs[begin:end]
            if sailed[leg[0]] and len(leg) > 1:
                ends = int(tail[leg[0]]), int(head[leg[-1]])
                least = nx.shortest_path_length(sea, *ends, weight="weight")
                if cost[leg].sum() > STRETCH * least + 1e-9:
                    return True
        return False

    listed = open_costs(problem)
    every = dissimilar_routes(problem, listed)
    offered = dissimilar_routes(problem, listed, sailed=sailed)
    kept = [(k, arcs.tolist()) for k, arcs in every if not goes_about(arcs)]
    assert [(k, arcs.tolist()) for k, arcs in offered] == kept


def test_some_of_those_random_ones_are_left_out():
    """Otherwise the test above could not fail."""
    problem, sailed = by_way_of_a_strait(30.0)
    listed = open_costs(problem)
    every, offered = (dissimilar_routes(problem, listed, sailed=s) for s in (None, sailed))
    assert len(offered) < len(every)


@pytest.mark.parametrize("plan", [None, "zangezur-open", "suez-shut-2026"])
def test_no_ship_goes_far_about_on_the_shipped_network(plan):
    """At the prices of limits: where a strait is full, ships go round it."""
    net = co.load()
    found = co.assign(net, plan, as_of=None if plan else "2025-09-12", model="logit")
    p, answer, sailed = found.answer.problem, found.answer, sailed_arcs(found.state)
    least = {}
    for k, arcs, units in zip(
        answer.path_commodity.tolist(), answer.path_arcs, answer.path_amount.tolist(), strict=True
    ):
        if units < 1.0 or not sailed[arcs].any():
            continue
        c = int(p.commodity_class[k])
        if c not in least:
            own = np.isin(p.member_class, (-1, c))
            weight = open_costs(p)[c]
            charge = answer.limit_price[p.member_limit] * p.member_factor
            np.add.at(weight, p.member_arc[own], charge[own])
            sea = nx.DiGraph()
            for arc in np.flatnonzero(sailed & np.isfinite(weight)).tolist():
                ends = int(p.tail[arc]), int(p.head[arc])
                if weight[arc] < sea.get_edge_data(*ends, {"weight": math.inf})["weight"]:
                    sea.add_edge(*ends, weight=float(weight[arc]))
            least[c] = weight, sea
        weight, sea = least[c]
        turns = np.flatnonzero(np.diff(sailed[arcs], prepend=False, append=False))
        for begin, end in zip(turns[::2], turns[1::2], strict=True):
            leg = arcs[begin:end]
            if len(leg) > 1:
                ends = int(p.tail[leg[0]]), int(p.head[leg[-1]])
                best = nx.shortest_path_length(sea, *ends, weight="weight")
                assert weight[leg].sum() <= 1.001 * STRETCH * best, (k, found.state.arcs.ids[leg])
