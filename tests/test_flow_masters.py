"""The two methods for the master problem give the same answers, to the byte."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import flow_cases
import numpy as np
import pytest

from corridors.analysis.criticality.elements import find_elements
from corridors.errors import ProblemError
from corridors.flow import FlowProblem, column_generation, solve, solve_many
from corridors.flow.column_generation import Engine
from corridors.flow.simplex import simplex
from corridors.scenarios.state import network_state

INF = float("inf")
ARRAYS = (
    "class_flow",
    "shortfall",
    "limit_price",
    "commodity_price",
    "path_commodity",
    "path_amount",
)


def assert_same_bytes(one, other):
    for name in ARRAYS:
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes(), name
    assert [p.tolist() for p in one.path_arcs] == [p.tolist() for p in other.path_arcs]
    assert one.certificate == other.certificate


def toys():
    """Networks drawn in `test_flow_toys` and their kind, with the flow worked out by hand.

    The first::

        0 --1--> 1 --1--> 2      cost 2, at most 6
        0 --------5-----> 2      cost 5
    """
    bypass = [0, 1, 0], [1, 2, 2], [1, 1, 5], [6, 9, INF], [0], [2]
    parallel = [0, 0, 0], [1, 1, 1], [1, 1, 1], [4, 4, 4], [0], [1]
    return {
        "a dear way round": (FlowProblem.from_arcs(*bypass, [10], 100), [6, 6, 4]),
        "dearer than its loss": (FlowProblem.from_arcs(*bypass, [10], 4), [6, 6, 0]),
        "just full": (FlowProblem.from_arcs(*bypass, [6], 100), [6, 6, 0]),
        "nothing wanted": (FlowProblem.from_arcs(*bypass, [0], 100), [0, 0, 0]),
        "shut": (FlowProblem.from_arcs([0], [1], [1], [0], [0], [1], [5], 9), [0]),
        "an island": (FlowProblem.from_arcs([0], [1], [1], [9], [2], [1], [5], 9), [0]),
        "decided by tie cost": (
            FlowProblem.from_arcs(*parallel, [6], 9, tie_cost=[2, 0, 1]), [0, 4, 2],
        ),
        "decided by rank": (FlowProblem.from_arcs(*parallel, [12], 9), [4, 4, 4]),
    }  # fmt: skip


@pytest.mark.parametrize("name", toys())
def test_both_find_what_was_worked_out_by_hand(name):
    problem, flow = toys()[name]
    own, highs = solve(problem), solve(problem, master="highs")
    assert highs.arc_flow.tolist() == pytest.approx(flow)
    assert_same_bytes(own, highs)


@pytest.mark.parametrize("seed", range(13000, 13048))
def test_both_give_the_same_bytes_cold_and_warm(seed):
    problem = flow_cases.random_problem(seed)
    own, highs = solve(problem), solve(problem, master="highs")
    assert_same_bytes(own, highs)
    r = np.random.default_rng(seed)
    for _ in range(3):
        changed = flow_cases.random_change(problem, r)
        assert_same_bytes(own.solve(changed), highs.solve(changed))


@pytest.mark.parametrize("seed", range(14000, 14020))
def test_both_give_the_same_bytes_where_limits_may_be_exceeded(seed):
    problem = flow_cases.random_problem(seed)
    r = np.random.default_rng(seed)
    price = np.where(r.random(problem.n_limits) < 0.5, r.uniform(0, 30, problem.n_limits), INF)
    price[np.isinf(problem.bound)] = INF
    problem = replace(problem, excess_price=price)
    assert_same_bytes(solve(problem), solve(problem, master="highs"))


def test_both_give_the_same_bytes_on_closures_of_the_shipped_network(net):
    state = network_state(net, None, dt.date(2025, 9, 12))
    own, highs = solve(state.problem), solve(state.problem, master="highs")
    assert_same_bytes(own, highs)
    elements = find_elements(state, ("link", "node", "border", "chokepoint"))
    touched = [t for t in elements if own.arc_flow[t.arcs].any()]
    assert len(touched) > 150
    for thing in touched[::6]:
        one, other = own.resolve(closed=thing.arcs), highs.resolve(closed=thing.arcs)
        assert_same_bytes(one, other)
        assert other.rounds > 0


@pytest.mark.parametrize("seed", range(15000, 15012))
def test_both_price_from_both_sides_alike(seed):
    problem = flow_cases.random_problem(seed)
    own, highs = solve(problem), solve(problem, master="highs")
    for limit in range(min(problem.n_limits, 6)):
        assert highs.price_range(limit) == pytest.approx(own.price_range(limit), nan_ok=True)
    assert own.undecided.tolist() == highs.undecided.tolist()


def test_many_questions_are_asked_of_the_master_that_is_named():
    problem = flow_cases.random_problem(13001)
    questions = [{}, {"closed": [0]}, {"demand": problem.amount * 2}]
    both = zip(
        solve_many(problem, questions), solve_many(problem, questions, master="highs"), strict=True
    )
    for own, highs in both:
        assert_same_bytes(own, highs)


def test_paths_that_are_forgotten_are_found_again_alike():
    """A pool grown far beyond the first answer's is cut back, in HiGHS as well."""
    problem = flow_cases.random_problem(13002)
    own, highs = solve(problem), solve(problem, master="highs")
    r = np.random.default_rng(0)
    changes = [flow_cases.random_change(problem, r) for _ in range(4)]
    once = [highs.solve(c) for c in changes]
    for answer in (own, highs):
        pool = answer._engine._master.pool
        kept = answer._engine._master.kept.n_columns
        assert pool.size >= kept
        pool.shorten(kept)
    for changed, before in zip(changes, once, strict=True):
        one, other = own.solve(changed), highs.solve(changed)
        assert_same_bytes(one, other)
        assert_same_bytes(before, other)


def test_where_the_own_method_fails_highs_gives_the_same_bytes(monkeypatch):
    problem = flow_cases.random_problem(3)
    expected = solve(problem)
    monkeypatch.setattr(simplex, "optimise", lambda *_: (simplex.STUCK, 0))
    lost = solve(problem)
    assert lost.cold_starts > 0
    assert_same_bytes(expected, lost)


def test_where_highs_fails_the_own_method_gives_the_same_bytes(monkeypatch):
    from corridors.flow.highs import HighsMaster
    from corridors.flow.master import FailedError

    problem = flow_cases.random_problem(3)
    expected = solve(problem)

    def lose(*_):
        raise FailedError

    monkeypatch.setattr(HighsMaster, "optimise", lose)
    lost = solve(problem, master="highs")
    assert lost.cold_starts > 0
    assert_same_bytes(expected, lost)


@pytest.mark.parametrize("seed", [3, 8, *range(16000, 16030)])
def test_a_head_start_by_highs_changes_no_byte(seed, monkeypatch):
    """Whichever method the rule on overrun limits lets begin, the last basis is the same."""
    problem = flow_cases.random_problem(seed)
    r = np.random.default_rng(seed)
    changes = [flow_cases.random_change(problem, r) for _ in range(2)]
    begun = []
    head_start = Engine._head_start
    monkeypatch.setattr(
        Engine, "_head_start", lambda self, q: (begun.append(1), head_start(self, q))
    )
    plain = solve(problem)
    assert not begun
    monkeypatch.setattr(column_generation, "_MANY_LIMITS", 0)
    monkeypatch.setattr(column_generation, "_PER_COMMODITY", 0.0)
    other = solve(problem)
    assert begun
    assert_same_bytes(plain, other)
    for changed in changes:
        assert_same_bytes(plain.solve(changed), other.solve(changed))


def test_a_master_that_is_not_there_is_named():
    problem, _ = toys()["shut"]
    with pytest.raises(ProblemError, match="no master 'high'; did you mean highs"):
        solve(problem, master="high")
