"""Proofs that are kept: only where they hold, and to the same last bit as fresh ones."""

from __future__ import annotations

import flow_cases
import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from corridors.flow import FlowProblem, solve
from corridors.flow.certificate import certify, still_proved
from corridors.flow.proof.trees import Trees, lengths_at

INF = float("inf")


def bypass():
    """Three ways, of which the last is not used::

    0 --1--> 1 --1--> 2      cost 2, at most 6
    0 --------5-----> 2      cost 5
    0 --------9-----> 2      cost 9
    """
    return FlowProblem.from_arcs(
        [0, 1, 0, 0], [1, 2, 2, 2], [1, 1, 5, 9], [6, 9, INF, INF], [0], [2], [10], 100
    )


def parts(answer):
    return (
        answer.path_commodity,
        answer._path_start,
        answer._path_arcs,
        answer.path_amount,
        answer.shortfall,
        answer.limit_price,
    )


def test_a_proof_holds_where_only_idle_arcs_close():
    problem = bypass()
    answer = solve(problem)
    used = answer._path_arcs
    assert still_proved(answer.certificate, problem, problem.changed(closed=[3]), used)
    assert not still_proved(answer.certificate, problem, problem.changed(closed=[2]), used)
    assert not still_proved(answer.certificate, problem, problem.changed(capacity={0: 5}), used)
    assert not still_proved(answer.certificate, problem, problem.changed(amount=[9]), used)
    shut = problem.changed(closed=[3])
    assert not still_proved(answer.certificate, shut, problem, used)


@pytest.mark.parametrize("seed", range(17000, 17040))
def test_kept_trees_prove_the_same_to_the_last_bit(seed):
    """A warm answer is proved with kept trees where they hold, a fresh proof grows all."""
    problem = flow_cases.random_problem(seed)
    base = solve(problem)
    r = np.random.default_rng(seed)
    for _ in range(6):
        changed = flow_cases.random_change(problem, r)
        warm = base.solve(changed)
        fresh = certify(changed, *parts(warm))
        assert warm.certificate == fresh


def test_kept_trees_do_not_prove_what_is_wrong():
    problem = bypass()
    base = solve(problem)
    other = problem.changed(cost=[1, 1, 5, 2])
    proof = certify(other, *parts(base), base._engine.trees)
    assert not proof.ok
    # All might take the last way at 2, less what the first, full one is said to be worth.
    assert proof.bound == pytest.approx(10 * 2 - 6 * 3)


def grid(seed):
    """A problem on a larger graph with many equal ways, each arc in two limits, two classes."""
    r = np.random.default_rng(seed)
    n_nodes, n_arcs, n_commodities = 60, 260, 40
    arcs = np.arange(n_arcs)
    return FlowProblem(
        n_nodes=n_nodes,
        tail=r.integers(0, n_nodes, n_arcs),
        head=r.integers(0, n_nodes, n_arcs),
        cost=r.integers(0, 9, (2, n_arcs)).astype(float),
        tie_cost=np.zeros((2, n_arcs)),
        origin=r.integers(0, 12, n_commodities),
        destination=r.integers(0, n_nodes, n_commodities),
        amount=np.ones(n_commodities),
        penalty=np.full(n_commodities, 100.0),
        commodity_class=r.integers(0, 2, n_commodities),
        bound=r.choice([0.0, 3.0, INF], 80, p=[0.05, 0.9, 0.05]),
        member_limit=np.concatenate([arcs % 80, 79 - arcs // 4]),
        member_arc=np.concatenate([arcs, arcs]),
        member_class=np.concatenate([np.full(n_arcs, -1), r.integers(0, 2, n_arcs)]),
        member_factor=r.choice([0.0, 0.5, 1.0], 2 * n_arcs),
        closed=r.random(n_arcs) < 0.05,
    )


@pytest.mark.parametrize("seed", range(12))
def test_mended_trees_are_fresh_ones_to_the_last_bit(seed):
    """Arcs close and open, limits shut or charge something else, costs change."""
    problem, r = grid(seed), np.random.default_rng(seed)
    price = r.uniform(0, 5, problem.n_limits) * (r.random(problem.n_limits) < 0.4)
    kept, others = Trees(), 0
    first = kept.lengths(problem, price)
    for turn in range(60):
        closed = problem.closed.copy()
        closed[r.integers(0, problem.n_arcs, r.integers(0, 9))] ^= turn % 3 > 0
        bound = problem.bound.copy()
        bound[r.integers(0, problem.n_limits, 2)] = r.choice([0.0, 3.0])
        changed = problem.changed(capacity=dict(enumerate(bound.tolist())))
        object.__setattr__(changed, "closed", closed)
        if turn % 7 == 6:
            factor = r.choice([0.5, 1.0, 1.0, 1.0, 2.0], problem.n_arcs)
            changed = changed.changed(cost=problem.cost * factor)
        now = np.where(r.random(len(price)) < 0.2, r.uniform(0, 5, len(price)), price)
        length = kept.lengths(changed, now)
        assert length.tobytes() == Trees().lengths(changed, now).tobytes()
        others += int((length != first).sum())
    assert others > 60
    assert kept.lengths(problem, price).tobytes() == first.tobytes()


@pytest.mark.parametrize("seed", range(12, 24))
def test_trees_that_follow_wandering_questions_are_fresh_ones_to_the_last_bit(seed):
    """Prices, closed arcs and costs wander off; now and then the trees do, too."""
    problem, r = grid(seed), np.random.default_rng(seed)
    # In some of them many arcs cost nothing, and so does all of some ways.
    free = r.random(problem.n_arcs) < (0.0, 0.3, 0.7)[seed % 3]
    problem = problem.changed(cost=np.where(free, 0.0, problem.cost))
    price = r.uniform(0, 5, problem.n_limits) * (r.random(problem.n_limits) < 0.4)
    kept, changed, followed = Trees(), problem, 0
    for turn in range(120):
        price = np.where(r.random(len(price)) < 0.1, r.choice([0, 0.3, 1, 3, 30]), price)
        closed = changed.closed.copy()
        closed[r.integers(0, problem.n_arcs, r.integers(0, 4))] ^= True
        if turn % 11 == 10:
            factor = r.choice([0.2, 1.0, 1.0, 1.0, 5.0], problem.n_arcs)
            changed = problem.changed(cost=problem.cost * factor)
        changed = changed.changed()
        object.__setattr__(changed, "closed", closed)
        length = kept.lengths(changed, price)
        assert length.tobytes() == Trees().lengths(changed, price).tobytes()
        if r.random() < 0.6:
            kept.follow(onward=r.random() < 0.5)
            followed += 1
            again = kept.lengths(changed, price)
            assert again.tobytes() == length.tobytes()
    assert followed > 40


@pytest.mark.parametrize("seed", range(8))
def test_lengths_at_weights_are_those_of_another_library(seed):
    problem, r = grid(seed), np.random.default_rng(seed)
    weight = r.uniform(0.1, 5, problem.cost.shape)
    weight[:, r.random(problem.n_arcs) < 0.2] = np.inf
    for k, length in enumerate(lengths_at(problem, weight)):
        dense = np.full((problem.n_nodes, problem.n_nodes), np.inf)
        own = weight[problem.commodity_class[k]]
        np.minimum.at(dense, (problem.tail, problem.head), own)
        graph = csr_array(np.where(np.isfinite(dense), dense, 0.0))
        assert length == dijkstra(graph, indices=problem.origin[k])[problem.destination[k]]


@pytest.mark.parametrize("follow", [None, False, True])
def test_a_way_that_costs_nothing_is_mended_too(follow):
    """One of two ways that cost nothing becomes dearer, then both: no kept tree reaches so far."""
    problem = FlowProblem.from_arcs([0, 1, 0], [1, 2, 2], 0, [9, INF, 9], [0], [2], [5], 50)
    trees = Trees()
    for price, length in (([0, 0], 0), ([3, 0], 0), ([3, 4], 3), ([0, 4], 0), ([0, 0], 0)):
        assert trees.lengths(problem, np.array(price, dtype=float)).tolist() == [length]
        if follow is not None:
            trees.follow(onward=follow)
    assert trees.lengths(problem.changed(closed=[0, 2]), np.zeros(2)).tolist() == [INF]


def test_flow_on_a_closed_arc_is_seen():
    problem = bypass()
    answer = solve(problem)
    assert certify(problem.changed(closed=[2]), *parts(answer)).closed_flow == 4.0
    # What was added up is taken away again: the same members tell the same next time.
    trees = Trees()
    proofs = [certify(problem, *parts(answer), trees) for _ in range(2)]
    assert proofs[0] == proofs[1] == answer.certificate


@pytest.mark.parametrize("seed", range(12))
def test_lengths_by_weights_of_one_s_own_are_those_of_scipy(seed):
    problem = flow_cases.random_problem(seed)
    r = np.random.default_rng(seed)
    k = problem.n_commodities
    # Some commodities have weights of their own beyond those of the classes.
    row = problem.commodity_class.copy()
    alone = np.flatnonzero(r.random(k) < 0.4)
    row[alone] = problem.n_classes + np.arange(len(alone))
    rows = problem.n_classes + len(alone)
    weight = r.integers(1, 40, (rows, problem.n_arcs)) / 7.0
    weight[r.random(weight.shape) < 0.1] = INF
    expected = []
    for i in range(k):
        dense = np.full((problem.n_nodes, problem.n_nodes), INF)
        np.minimum.at(dense, (problem.tail, problem.head), weight[row[i]])
        ends = np.nonzero(np.isfinite(dense))
        graph = csr_array((dense[ends], ends), shape=dense.shape)
        expected.append(float(dijkstra(graph, indices=problem.origin[i])[problem.destination[i]]))
    assert lengths_at(problem, weight, row).tolist() == expected
    asked = np.flatnonzero(r.random(k) < 0.5)
    some = [expected[i] if i in asked else INF for i in range(k)]
    assert lengths_at(problem, weight, row, asked).tolist() == some
    plain = [
        lengths_at(problem, weight[: problem.n_classes])[i] for i in range(k) if i not in alone
    ]
    assert plain == [expected[i] for i in range(k) if i not in alone]
