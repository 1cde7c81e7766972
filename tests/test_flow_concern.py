"""Who is not asked again after a change would have found what it found before."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from corridors.flow import FlowProblem, solve
from corridors.flow.shortest import pricing, trees
from corridors.flow.shortest.concern import unconcerned
from corridors.flow.shortest.pricing import Pricing


def ways(tail, head, weight, a, b):
    """Return every simple way between two nodes by its arcs, with its length."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from([a, b])
    for arc, (i, j, w) in enumerate(zip(tail.tolist(), head.tolist(), weight, strict=True)):
        if np.isfinite(w):
            graph.add_edge(i, j, key=arc)
    found = nx.all_simple_edge_paths(graph, a, b)
    lists = ([arc for *_, arc in way] for way in found)
    return {tuple(arcs): float(np.sum(weight[arcs])) for arcs in lists}


@pytest.mark.parametrize("sharp", [False, True])
@pytest.mark.parametrize("seed", range(18500, 18530))
def test_whom_a_change_does_not_concern_finds_the_same_ways(seed, sharp):
    r = np.random.default_rng(seed)
    n_nodes, n_arcs, n_classes = 6, 14, 2
    tail = r.integers(0, n_nodes, n_arcs)
    head = (tail + r.integers(1, n_nodes, n_arcs)) % n_nodes
    cost = r.integers(1, 9, (n_classes, n_arcs)).astype(float)
    price = np.where(r.random(cost.shape) < 0.4, r.integers(0, 5, cost.shape), 0)
    before = cost + price
    change = np.where(r.random(cost.shape) < 0.3, r.integers(-4, 5, cost.shape), 0)
    after = np.maximum(before + change, cost)
    for weight in (before, after):
        weight[r.random(cost.shape) < 0.08] = np.inf
    ends = np.array([(a, b, c) for c in range(2) for a in range(n_nodes) for b in range(n_nodes)])
    origin, destination, own_class = (column.copy() for column in ends[ends[:, 0] != ends[:, 1]].T)
    star, in_star = trees.forward_star(tail, n_nodes), trees.forward_star(head, n_nodes)

    def far(weight):
        most = np.full(len(origin), np.inf)
        return (
            trees.distances_to(*star, head, weight, origin, own_class, most).T.copy(),
            trees.distances_to(*in_star, tail, weight, destination, own_class, most).T.copy(),
        )

    every = np.arange(len(origin))
    (since, togo), nowhere = far(cost), np.empty((0, 0))
    known = far(before) if sharp else (nowhere, nowhere)
    length = far(before)[0][destination, every]
    reach = np.where(np.isfinite(length), length, 9.0) + r.integers(0, 3, len(origin))
    cells = np.flatnonzero(before != after)
    most = np.where(every % 5, np.inf, reach - 1.0)
    of_class = np.searchsorted(own_class, [0, 1, 2])
    spared_ones, rest = unconcerned(
        *(cells, before, after, tail, head, since, every, togo, every, of_class, every, *known),
        *(reach, most),
    )
    assert rest.tolist() == np.where(spared_ones, -1.0, reach).tolist()
    assert not spared_ones[::5].any()
    spared = 0
    for g in np.flatnonzero(spared_ones).tolist():
        both = [
            {
                way: own
                for way, own in ways(tail, head, w[own_class[g]], origin[g], destination[g]).items()
                if own <= reach[g]
            }
            for w in (before, after)
        ]
        assert both[0] == both[1]
        spared += len(both[0]) > 0
    assert not spared_ones[every % 5 > 0].all()
    assert spared


def test_what_was_known_before_spares_more():
    """Two arcs of cost 1, the first with a price of 5, beside a road of 4: the second closes."""
    tail, head = np.array([0, 1, 0]), np.array([1, 2, 2])
    before, after = np.array([[6.0, 1.0, 4.0]]), np.array([[6.0, np.inf, 4.0]])
    zero, second = np.zeros(1, dtype=np.int64), np.array([1])
    since, togo = np.array([[0.0], [1.0], [2.0]]), np.array([[2.0], [1.0], [0.0]])
    was = np.array([[0.0], [6.0], [4.0]]), np.array([[4.0], [1.0], [0.0]])
    unknown = np.empty((0, 0)), np.empty((0, 0))
    of_class = np.array([0, 1])
    asked = second, before, after, tail, head, since, zero, togo, zero, of_class, zero

    def concerned(asked, known, reach):
        most = np.full(1, np.inf)
        return not unconcerned(*asked, *known, np.array([reach]), most)[0][0]

    # Undisturbed the two cost 2; at the prices that there were, 7.
    assert concerned(asked, unknown, 4.0)
    assert not concerned(asked, was, 4.0)
    assert concerned(asked, was, 7.0)
    # The first becomes cheaper by 2: the two cost 5.
    lower = np.array([0]), before, np.array([[4.0, 1.0, 4.0]]), *asked[3:]
    assert concerned(lower, was, 5.0)
    assert not concerned(lower, was, 4.9)


@pytest.mark.parametrize("seed", range(18600, 18612))
def test_answers_are_the_same_whoever_is_spared(seed, monkeypatch):
    """With what was known before at once or never, and with all asked again."""
    r = np.random.default_rng(seed)
    n_nodes = 10
    pairs = [(a, b) for a in range(n_nodes) for b in range(n_nodes) if a != b]
    arcs = [pairs[i] for i in r.permutation(len(pairs))[:40]]
    tail, head = np.array(arcs).T
    ends = pairs if seed % 2 else [pairs[i] for i in r.permutation(len(pairs))[:9]]
    problem = FlowProblem.from_arcs(
        tail, head, r.integers(1, 9, 40), r.integers(2, 30, 40), *np.array(ends).T,
        r.integers(1, 9, len(ends)), r.integers(20, 40, len(ends)), n_nodes=n_nodes,
    )  # fmt: skip
    closures = [[int(a)] for a in r.permutation(40)[:10]]

    def answers():
        base = solve(problem)
        found = [base.resolve(closed=closed) for closed in closures]
        # All that follows is held against the answer in which the first is closed.
        base.resolve(closed=closures[0]).start_here()
        found += [base.resolve(closed=closures[0] + closed) for closed in closures]
        found += [base.resolve(closed=closed) for closed in closures[1:4]]
        return [
            (a.class_flow.tobytes(), a.limit_price.tobytes(), a.shortfall.tobytes()) for a in found
        ]

    spared = answers()
    for often in (1, 10**9):
        monkeypatch.setattr(pricing, "_OFTEN", often)
        assert answers() == spared
    monkeypatch.setattr(
        Pricing, "_unconcerned", lambda *asked: (np.zeros(len(asked[-1]), dtype=bool), asked[-1])
    )
    assert answers() == spared
