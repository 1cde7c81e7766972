"""Prices from both sides, other optima, and the cost of congestion."""

from __future__ import annotations

from dataclasses import replace

import flow_cases
import numpy as np
import pytest

from corridors.errors import ProblemError
from corridors.flow import FlowProblem, PriceRange, solve, solve_many

INF = float("inf")


def kink():
    """Six units, a cheap way that takes just six, a dear one, and a loss of 20::

    0 --1--> 1    at most 6
    0 --4--> 1    at most 9
    """
    return FlowProblem.from_arcs([0, 0], [1, 1], [1, 4], [6, 9], [0], [1], [6], penalty=20)


def test_at_a_kink_the_two_sides_differ():
    answer = solve(kink())
    assert answer.price_range(0) == PriceRange(0, INF, 3, 6)
    assert answer.price_range(1) == PriceRange(0, INF, 0, 9)
    assert answer.limit_price.tolist() == [0, 0]


def test_prices_hold_as_far_as_they_say():
    """Ten units: 6 go the cheap way, 4 the dear one, which would take 5 more."""
    answer = solve(kink()).resolve(demand=[10])
    assert answer.price_range(0) == PriceRange(3, 4, 3, 5)
    beyond = answer.resolve(capacity={0: 0.5})
    assert beyond.price_range(0) == PriceRange(19, 0.5, 19, 0.5)


def test_a_closed_limit_is_worth_what_opening_it_would_save():
    answer = solve(kink()).resolve(capacity={0: 0})
    assert answer.limit_price[0] == 0
    more, more_amount, less, less_amount = answer.price_range(0)
    assert (more, more_amount, less_amount) == (3, 6, 0)
    assert np.isnan(less)


def test_a_limit_that_is_not_there_has_no_price():
    answer = solve(FlowProblem.from_arcs([0], [1], [1], [INF], [0], [1], [4], 9))
    assert answer.price_range(0) == PriceRange(0, INF, 0, INF)
    with pytest.raises(ProblemError, match="1 is not one of the 1 arcs"):
        answer.price_range(1)


@pytest.mark.parametrize("seed", range(40))
def test_prices_are_what_small_changes_cost(seed):
    problem = flow_cases.random_problem(9000 + seed)
    answer = solve(problem)
    scale = max(1.0, answer.objective)
    for row in np.flatnonzero(np.isfinite(problem.bound)).tolist()[:6]:
        price = answer.price_range(row)
        if price.more_amount > 0 and problem.bound[row] > 0:
            step = min(price.more_amount, 1.0)
            wider = answer.resolve(capacity={row: problem.bound[row] + step})
            saved = answer.objective - wider.objective
            assert saved == pytest.approx(price.more * step, rel=1e-6, abs=1e-9 * scale)
        if price.less_amount > 0:
            step = min(price.less_amount, 1.0)
            narrower = answer.resolve(capacity={row: problem.bound[row] - step})
            lost = narrower.objective - answer.objective
            assert lost == pytest.approx(price.less * step, rel=1e-6, abs=1e-9 * scale)
        if problem.bound[row] > 0:
            near = 1e-7 * (1 + price.less)
            assert price.more - near <= answer.limit_price[row] <= price.less + near


def test_it_says_whether_and_where_other_answers_are_as_good():
    tied = FlowProblem.from_arcs(
        [0, 0, 1], [1, 1, 2], [1, 1, 1], [9, 9, 9], [0], [2], [4], penalty=20
    )
    answer = solve(tied)
    assert not answer.unique
    assert answer.undecided.tolist() == [True, True, False]
    assert solve(kink()).unique
    assert answer.resolve(closed=[0]).unique
    # Both full: there is nothing left to choose.
    assert answer.resolve(capacity={0: 2, 1: 2}).unique


def test_equal_cost_is_another_answer_even_where_second_cost_decides():
    problem = FlowProblem.from_arcs(
        [0, 0], [1, 1], [1, 1], [9, 9], [0], [1], [4], 20, tie_cost=[1, 2]
    )
    answer = solve(problem)
    assert answer.arc_flow.tolist() == [4, 0]
    assert answer.undecided.tolist() == [True, True]


def test_many_scenarios_in_any_order():
    problem = kink()
    scenarios = [{"closed": [0]}, {"demand": [14]}, {}, problem.changed(capacity={0: 1})]
    answers = [a.objective for a in solve_many(problem, scenarios)]
    assert answers == [24, 6 + 8 * 4, 6, 1 + 5 * 4]


@pytest.mark.parametrize("seed", range(60))
def test_limits_that_may_be_exceeded_agree_with_linprog(seed):
    problem = flow_cases.random_problem(11000 + seed)
    r = np.random.default_rng(seed)
    largest = problem.cost[np.isfinite(problem.cost)].max(initial=1.0)
    price = np.where(
        r.random(problem.n_limits) < 0.5, r.uniform(0, 3, problem.n_limits) * largest, INF
    )
    price[np.isinf(problem.bound)] = INF
    problem = replace(problem, excess_price=price)
    answer = solve(problem)
    assert answer.objective == pytest.approx(flow_cases.by_linprog(problem), rel=1e-7, abs=1e-7)
    for _ in range(4):
        changed = flow_cases.random_change(problem, r)
        warm, cold = answer.solve(changed), solve(changed)
        expected = flow_cases.by_linprog(changed)
        assert warm.objective == pytest.approx(expected, rel=1e-7, abs=1e-7)
        assert warm.arc_flow.tobytes() == cold.arc_flow.tobytes()
