"""The engine against another program, against itself, and against what must always hold.

By default a quick selection runs. ``CORRIDORS_FULL=1 pytest tests/test_flow_random.py``
takes 1,000 instances, each followed by a chain of 50 changes.
"""

from __future__ import annotations

import os

import flow_cases
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corridors.flow import FlowProblem, solve
from corridors.flow.simplex import simplex

FULL = os.environ.get("CORRIDORS_FULL") == "1"
INSTANCES, CHAIN = (1000, 50) if FULL else (300, 2)
BLOCK = 50
ARRAYS = (
    "arc_flow",
    "class_flow",
    "shortfall",
    "limit_price",
    "commodity_price",
    "path_commodity",
    "path_amount",
)

few = settings(
    max_examples=200 if FULL else 40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def assert_same_bytes(one, other):
    for name in ARRAYS:
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes(), name
    assert one.objective == other.objective
    for left, right in zip(one.path_arcs, other.path_arcs, strict=True):
        assert left.tolist() == right.tolist()


@pytest.mark.parametrize("block", range(INSTANCES // BLOCK))
def test_it_agrees_with_linprog_cold_and_warm_and_repeats_to_the_byte(block):
    for seed in range(BLOCK * block, BLOCK * (block + 1)):
        problem = flow_cases.random_problem(seed)
        answer = solve(problem)
        assert answer.objective == pytest.approx(flow_cases.by_linprog(problem), rel=1e-7, abs=1e-7)
        r = np.random.default_rng(seed)
        for _ in range(CHAIN):
            changed = flow_cases.random_change(problem, r)
            warm = answer.solve(changed)
            expected = flow_cases.by_linprog(changed)
            assert warm.objective == pytest.approx(expected, rel=1e-7, abs=1e-7), seed
            assert_same_bytes(warm, solve(changed))


@pytest.mark.parametrize("seed", range(60 if FULL else 12))
def test_the_order_of_questions_does_not_matter(seed):
    problem = flow_cases.random_problem(5000 + seed)
    r = np.random.default_rng(seed)
    questions = [flow_cases.random_change(problem, r) for _ in range(12)]
    one, other = solve(problem), solve(problem)
    forward = [one.solve(q) for q in questions]
    order = r.permutation(len(questions))
    backward = {i: other.solve(questions[i]) for i in order.tolist()}
    for i, answer in enumerate(forward):
        assert_same_bytes(answer, backward[i])


@pytest.mark.parametrize("seed", range(200 if FULL else 40))
def test_the_order_of_rows_does_not_matter(seed):
    problem = flow_cases.random_problem(7000 + seed)
    r = np.random.default_rng(seed)
    arcs, ks = r.permutation(problem.n_arcs), r.permutation(problem.n_commodities)
    rows, entries = r.permutation(problem.n_limits), r.permutation(len(problem.member_limit))
    shuffled = FlowProblem(
        n_nodes=problem.n_nodes,
        tail=problem.tail[arcs],
        head=problem.head[arcs],
        cost=problem.cost[:, arcs],
        tie_cost=problem.tie_cost[:, arcs],
        origin=problem.origin[ks],
        destination=problem.destination[ks],
        amount=problem.amount[ks],
        penalty=problem.penalty[ks],
        commodity_class=problem.commodity_class[ks],
        bound=problem.bound[rows],
        member_limit=np.argsort(rows)[problem.member_limit[entries]]
        if problem.n_limits
        else entries,
        member_arc=np.argsort(arcs)[problem.member_arc[entries]],
        member_class=problem.member_class[entries],
        member_factor=problem.member_factor[entries],
        closed=problem.closed[arcs],
        arc_rank=problem.arc_rank[arcs],
        commodity_rank=problem.commodity_rank[ks],
    )
    straight, answer = solve(problem), solve(shuffled)
    assert answer.arc_flow.tobytes() == straight.arc_flow[arcs].tobytes()
    assert answer.shortfall.tobytes() == straight.shortfall[ks].tobytes()
    assert answer.commodity_price.tobytes() == straight.commodity_price[ks].tobytes()
    assert answer.limit_price.tobytes() == straight.limit_price[rows].tobytes()
    assert answer.objective == straight.objective


@few
@given(st.integers(0, 10**6))
def test_cargo_is_conserved_and_limits_are_kept(seed):
    p = flow_cases.random_problem(seed)
    answer = solve(p)
    near = 1e-9 * (1 + p.amount.sum())
    assert (answer.shortfall >= 0).all()
    assert (answer.path_amount > 0).all()
    balance = np.zeros(p.n_nodes)
    np.add.at(balance, p.tail, answer.arc_flow)
    np.add.at(balance, p.head, -answer.arc_flow)
    np.add.at(balance, p.origin, answer.shortfall - p.amount)
    np.add.at(balance, p.destination, p.amount - answer.shortfall)
    assert np.abs(balance).max(initial=0) <= near
    for row in range(p.n_limits):
        use = 0.0
        for e in np.flatnonzero(p.member_limit == row):
            flow = answer.class_flow if p.member_class[e] < 0 else answer.class_flow[
                [p.member_class[e]]
            ]  # fmt: skip
            use += p.member_factor[e] * flow[:, p.member_arc[e]].sum()
        assert use <= p.bound[row] + near
        assert p.bound[row] > 0 or use == 0
    assert answer.arc_flow[p.closed].sum() == 0


@few
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_closing_never_helps_and_widening_never_hurts(seed, number):
    p = flow_cases.random_problem(seed)
    answer = solve(p)
    near = 1e-9 * max(1.0, answer.objective)
    arc = number % p.n_arcs
    assert answer.resolve(closed=[arc]).objective >= answer.objective - near
    if p.n_limits:
        row = number % p.n_limits
        wider = answer.resolve(capacity={row: p.bound[row] * 1.5 + 1})
        assert wider.objective <= answer.objective + near
        narrower = answer.resolve(capacity={row: min(p.bound[row], 1e6) / 2})
        assert narrower.objective >= answer.objective - near


def test_a_method_that_loses_its_way_starts_afresh_and_then_asks_highs(monkeypatch):
    problem = flow_cases.random_problem(3)
    expected = flow_cases.by_linprog(problem)
    real = simplex.optimise
    runs = []

    def once(*args):
        runs.append(1)
        return (simplex.STUCK, 0) if len(runs) == 2 else real(*args)

    answer = solve(problem)
    monkeypatch.setattr(simplex, "optimise", once)
    runs.append(1)
    warm = answer.resolve(demand=problem.amount * 1.5)
    assert warm.cold_starts == 1
    monkeypatch.setattr(simplex, "optimise", lambda *_: (simplex.STUCK, 0))
    lost = solve(problem)
    assert lost.cold_starts > 0
    assert lost.objective == pytest.approx(expected, rel=1e-7)
