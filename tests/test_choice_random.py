"""Route choice against another method, against the optimum, and against what must always hold."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import flow_cases
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

import corridors.flow.choice.solve as solving
from corridors.errors import CertificateError
from corridors.flow import FlowProblem, solve
from corridors.flow.choice import ChoiceModel, Counts, choose, kernels
from corridors.flow.choice.dual import Dual
from corridors.flow.choice.model import spread_by_cost
from corridors.flow.choice.newton import STEPS, TOLERANCE
from corridors.flow.choice.newton import minimise as minimise_prices

few = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
seeds = st.integers(0, 100_000)


def spread(problem, dispersion):
    """Choices that spread by a share of the middling loss."""
    level = np.median(problem.penalty) + 1.0
    return spread_by_cost(np.full(problem.n_commodities, level), dispersion)


def chosen(seed, dispersion=0.2):
    problem = flow_cases.random_problem(seed)
    return problem, choose(problem, ChoiceModel.staying(problem, spread(problem, dispersion)))


@few
@given(seeds)
def test_cargo_is_conserved_limits_are_kept_and_closed_things_carry_nothing(seed):
    problem, answer = chosen(seed)
    assert answer.certificate.ok
    assert answer.volume + answer.shortfall == pytest.approx(problem.amount, abs=1e-9)
    assert not answer.class_flow[np.isinf(problem.cost)].any()
    assert not answer.arc_flow[problem.closed].any()
    balance = np.zeros(problem.n_nodes)
    np.add.at(balance, problem.tail, answer.arc_flow)
    np.add.at(balance, problem.head, -answer.arc_flow)
    np.add.at(balance, problem.origin, -answer.volume)
    np.add.at(balance, problem.destination, answer.volume)
    assert np.abs(balance).max() < 1e-7


@few
@given(seeds)
def test_more_capacity_never_costs_and_less_never_gains(seed):
    problem, answer = chosen(seed)
    r = np.random.default_rng(seed)
    some = np.flatnonzero(problem.bound > 0)
    if not len(some):
        return
    limit = int(r.choice(some))
    routes, model = answer.route_set, answer.model
    objectives = [
        choose(
            problem.changed(capacity={limit: factor * problem.bound[limit]}), model, routes
        ).certificate.objective
        for factor in (0.5, 1.0, 1.5)
    ]
    near = 1e-7 * (1.0 + abs(objectives[1]))
    assert objectives[0] >= objectives[1] - near
    assert objectives[1] >= objectives[2] - near


@few
@given(seeds)
def test_as_choices_sharpen_the_answer_becomes_the_optimum(seed):
    problem = flow_cases.random_problem(seed)
    best = solve(problem)
    for dispersion in (1e-1, 1e-3):
        scale = spread(problem, dispersion)
        answer = choose(problem, ChoiceModel.staying(problem, scale))
        many = np.bincount(answer.route_set.commodity, minlength=problem.n_commodities)
        # No entropy of n routes and of staying at home is worth more than this.
        off = float((problem.amount * np.log(2.0 * (many + 1.0)) / scale).sum())
        near = 1e-6 * (1.0 + abs(best.objective))
        assert answer.certificate.objective == pytest.approx(best.objective, abs=off + near)
        cost = float((answer.class_flow * np.where(np.isinf(problem.cost), 0, problem.cost)).sum())
        assert cost + problem.penalty @ answer.shortfall >= best.objective - near


@few
@given(seeds)
@example(804)  # a direction that is all rounding led up, and so far that no step came back
def test_another_method_finds_no_lower_value_of_the_dual(seed):
    problem, answer = chosen(seed)
    dual = Dual(problem, answer.model, answer.route_set)
    if not len(dual.lower):
        return

    def value(price):
        point = dual.at(price)
        return point.value, point.gradient

    bounds = [(low, None if np.isinf(high) else high)
              for low, high in zip(dual.lower, dual.upper, strict=True)]  # fmt: skip
    other = minimize(value, np.zeros(len(dual.lower)), jac=True, bounds=bounds, method="L-BFGS-B")
    ours = dual.at(np.concatenate([answer.limit_price, answer.multiplier])).value
    assert ours <= other.fun + 1e-7 * (1.0 + abs(other.fun))


@pytest.mark.parametrize("seed", range(15))
def test_slopes_and_curvature_are_those_of_differences(seed):
    problem, answer = chosen(seed)
    r = np.random.default_rng(seed)
    n = 2
    counts = Counts(
        observed=r.uniform(0, 9, n),
        softness=r.uniform(0.1, 2, n),
        member_count=np.array([0, 1, 1]),
        member_arc=r.integers(0, problem.n_arcs, 3),
        member_class=np.array([-1, 0, -1]),
        member_commodity=np.array([-1, -1, int(r.integers(problem.n_commodities))]),
        member_factor=r.uniform(0.5, 2, 3),
    )
    model = ChoiceModel.staying(problem, answer.model.scale, counts)
    every = np.arange(problem.n_commodities)
    model = model.elastic(
        every[::2],
        problem.amount[::2],
        r.uniform(1, 9, len(every[::2])),
        np.full(len(every[::2]), 2.0),
    )
    dual = Dual(problem, model, answer.route_set)
    t = len(dual.lower)
    at = r.uniform(0, 1, t)
    point = dual.at(at)
    matrix = dual.curvature(point, np.ones(t, dtype=np.bool_))
    step = 1e-5
    for i in range(t):
        move = np.zeros(t)
        move[i] = step
        ahead, behind = dual.at(at + move), dual.at(at - move)
        size = 1.0 + np.abs(point.gradient).max()
        slope = (ahead.value - behind.value) / (2 * step)
        assert slope == pytest.approx(
            point.gradient[i], rel=1e-4, abs=1e-4 * (size + abs(point.value))
        )
        row = (ahead.gradient - behind.gradient) / (2 * step)
        assert row == pytest.approx(matrix[i], rel=1e-3, abs=1e-4 * (size + np.abs(matrix).max()))


@pytest.mark.parametrize("seed", range(8))
def test_the_same_question_has_the_same_answer_to_the_byte(seed):
    answers = [chosen(seed)[1] for _ in range(2)]
    for name in ("route_flow", "limit_price", "commodity_price", "class_flow"):
        assert len({getattr(a, name).tobytes() for a in answers}) == 1


def test_a_search_that_shorter_ones_did_not_end_is_let_go_on(monkeypatch):
    """Where no quick way ends, the long one does, and finds the same."""
    problem, answer = chosen(3)
    asked = []

    def stingy(dual, start, tolerance=TOLERANCE, most=STEPS):
        asked.append(most)
        if most <= STEPS:
            msg = "no prices found"
            raise CertificateError(msg)
        return minimise_prices(dual, start, tolerance, most)

    monkeypatch.setattr(solving, "minimise", stingy)
    again = choose(problem, answer.model, answer.route_set, grow=False)
    assert asked[0] == STEPS < asked[-1]
    assert again.objective == pytest.approx(answer.objective, rel=1e-8)


def market(r, scarcity=1.0, demand=1.0):
    """Sellers who together have what buyers take, times a scarcity; r says what is what."""
    sellers, buyers = int(r.integers(2, 6)), int(r.integers(1, 4))
    bought = r.uniform(100, 1000, buyers)
    offered = r.dirichlet(np.full(sellers, 3.0)) * bought.sum()
    first = 1 + sellers
    tail = [*[0] * sellers, *[1 + s for s in range(sellers) for _ in range(buyers)]]
    head = [*range(1, first), *[first + b for _ in range(sellers) for b in range(buyers)]]
    cost = [*r.uniform(1, 50, sellers), *r.uniform(1, 200, sellers * buyers)]
    room = [*(offered * scarcity), *[np.inf] * (sellers * buyers)]
    ends = list(range(first, first + buyers))
    return FlowProblem.from_arcs(tail, head, cost, room, [0] * buyers, ends, bought * demand, 5e3)


@few
@given(seeds, st.sampled_from([(0.9, 1.0), (1.1, 1.0), (1.0, 0.9), (1.0, 1.1)]))
@example(10_003, (0.9, 1.0))  # prices in thousands stayed where nothing was scarce any more
def test_prices_hang_on_no_other_situation(seed, other):
    """Where offers are just what is bought, the dearest seller costs nothing, from anywhere."""
    p, q = market(np.random.default_rng(seed)), market(np.random.default_rng(seed), *other)
    least = choose(p, ChoiceModel.staying(p, 0.2))
    assert least.limit_price.min() == pytest.approx(0, abs=1e-6)
    begin = choose(q, ChoiceModel.staying(q, 0.2), least.route_set, grow=False).limit_price
    again = choose(p, ChoiceModel.staying(p, 0.2), least.route_set, grow=False, price=begin)
    assert again.limit_price == pytest.approx(least.limit_price, abs=1e-6)
    assert again.composite_cost == pytest.approx(least.composite_cost, abs=1e-6)


@few
@given(seeds)
def test_the_largest_change_of_a_route_is_among_those_that_pay_what_moves(seed):
    problem, answer = chosen(seed)
    dual = Dual(problem, ChoiceModel.staying(problem, spread(problem, 0.2)), answer.route_set)
    r = np.random.default_rng(seed)
    moves = r.random(len(dual.wanted)) < 0.4
    step = np.where(moves, r.normal(size=len(moves)), 0.0)
    t, scale = dual.terms, dual.scale[answer.route_set.commodity]
    pays = kernels.charged(dual.first, t.start, t.term, t.unit, dual.scale, moves)
    ways = [slice(a, b) for a, b in pairwise(t.start.tolist())]
    changes = [abs(float((t.unit[w] * step[t.term[w]]).sum())) for w in ways]
    expected = max((c * s for c, s in zip(changes, scale.tolist(), strict=True)), default=0.0)
    assert kernels.largest_change(*pays, step) == pytest.approx(expected, rel=1e-12)


@few
@given(seeds)
def test_on_the_way_what_never_travels_may_be_left_out(seed):
    problem = flow_cases.random_problem(seed)
    idle = np.random.default_rng(seed).random(problem.n_commodities) < 0.5
    problem = replace(problem, amount=np.where(idle, 0.0, problem.amount))
    model = ChoiceModel.staying(problem, spread(problem, 0.2))
    dual = Dual(problem, model, choose(problem, model).route_set)
    price = np.clip(dual.start + 0.5, dual.lower, dual.upper)
    whole, part = dual.at(price), dual.at(price, idle_too=False)
    assert part.value == whole.value
    assert part.flow.tobytes() == whole.flow.tobytes()
    assert part.gradient.tobytes() == whole.gradient.tobytes()
    free = np.ones(len(price), dtype=bool)
    assert dual.curvature(part, free).tobytes() == dual.curvature(whole, free).tobytes()
