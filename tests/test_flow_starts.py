"""Where an answer begins, and which commodities stand beside its own, leave no trace in it."""

from __future__ import annotations

from dataclasses import fields, replace

import flow_cases
import numpy as np
import pytest

from corridors.analysis.parametric import Blocks, piece_at
from corridors.flow import FlowProblem, solve
from corridors.flow.proof.trees import Trees
from corridors.flow.usage import LimitUsage


def same(a, b):
    """Hold two answers against each other, to the byte."""
    assert a.class_flow.tobytes() == b.class_flow.tobytes()
    assert a.shortfall.tobytes() == b.shortfall.tobytes()
    assert a.limit_price.tobytes() == b.limit_price.tobytes()
    assert a.path_amount.tobytes() == b.path_amount.tobytes()


@pytest.mark.parametrize("seed", range(23000, 23030))
def test_answers_that_begin_with_the_last_one_are_those_from_nothing(seed):
    """As demand grows step by step, arcs closing and opening on the way."""
    problem, r = flow_cases.random_problem(seed), np.random.default_rng(seed)
    first = solve(problem)
    for turn in range(6):
        changes = {"demand": problem.amount * (1.0 + 0.3 * turn)}
        if turn in (2, 3):
            changes["closed"] = [int(r.integers(problem.n_arcs))]
        now = first.resolve(**changes)
        same(now, solve(problem.changed(amount=changes.pop("demand"), **changes)))
        assert now.cold_starts == 0
        now.start_here()


@pytest.mark.parametrize("seed", range(23050, 23070))
def test_answers_may_begin_with_an_earlier_one_again(seed):
    problem, r = flow_cases.random_problem(seed), np.random.default_rng(seed)
    first = solve(problem)
    more = first.resolve(demand=1.5 * problem.amount)
    more.start_here()
    for _ in range(4):
        arc = int(r.integers(problem.n_arcs))
        shut = first.resolve(closed=[arc], demand=1.5 * problem.amount)
        same(shut, solve(problem.changed(closed=[arc], amount=1.5 * problem.amount)))
        shut.start_here()
        same(first.resolve(), solve(problem))
        more.start_here()
        same(first.resolve(demand=1.5 * problem.amount), more)


@pytest.mark.parametrize("seed", range(23070, 23100))
def test_tie_costs_may_change_too(seed):
    problem, r = flow_cases.random_problem(seed), np.random.default_rng(seed)
    first = solve(problem)
    for _ in range(3):
        other = replace(problem, tie_cost=r.permuted(problem.tie_cost, axis=1))
        assert first.starts(other)
        now = first.solve(other)
        same(now, solve(other))
        assert now.cold_starts == 0
        same(first.solve(problem), solve(problem))


@pytest.mark.parametrize("seed", range(23100, 23140))
def test_what_is_not_wanted_may_be_left_out(seed):
    """Ties between the others are decided as they were: each keeps the rank it had."""
    problem, r = flow_cases.random_problem(seed), np.random.default_rng(seed)
    amount = np.where(r.random(problem.n_commodities) < 0.5, problem.amount, 0.0)
    kept = np.flatnonzero(amount > 0)
    whole = replace(problem, amount=amount)
    names = ("origin", "destination", "penalty", "commodity_class", "commodity_rank")
    part = replace(
        whole, amount=amount[kept], **{name: getattr(whole, name)[kept] for name in names}
    )
    all_of_it, some = solve(whole), solve(part)
    assert some.class_flow == pytest.approx(all_of_it.class_flow, rel=1e-12, abs=1e-12)
    assert some.shortfall == pytest.approx(all_of_it.shortfall[kept], rel=1e-12, abs=1e-12)
    assert kept[some.path_commodity].tolist() == all_of_it.path_commodity.tolist()
    for mine, theirs in zip(some.path_arcs, all_of_it.path_arcs, strict=True):
        assert mine.tolist() == theirs.tolist()


@pytest.mark.parametrize("seed", range(23200, 23210))
def test_what_a_plan_takes_of_limits_is_what_its_paths_take(seed):
    problem = flow_cases.random_problem(seed)
    plan, uses = solve(problem).plan, LimitUsage(problem)
    path, limit, units = uses.of_plan(plan)
    assert (np.diff(path * problem.n_limits + limit) > 0).all()
    taken = np.zeros((len(plan.amount), problem.n_limits))
    taken[path, limit] = units
    for row, k, arcs in zip(taken, plan.commodity, plan.arcs, strict=True):
        expected = np.zeros(problem.n_limits)
        for limit, arc, only, factor in zip(
            problem.member_limit, problem.member_arc, problem.member_class, problem.member_factor,
            strict=True,
        ):  # fmt: skip
            if only in (-1, problem.commodity_class[k]):
                expected[limit] += factor * (arcs == arc).sum()
        assert row == pytest.approx(expected)


@pytest.mark.parametrize("seed", [5, 6])
def test_what_an_earlier_start_needs_is_not_shed(seed):
    """Many ways come and go after the first start; the second, with more, still begins warm."""
    r = np.random.default_rng(seed)
    side, n_commodities = 9, 60
    at = np.arange(side * side).reshape(side, side)
    pairs = [(at[:, :-1], at[:, 1:]), (at[:-1], at[1:])]
    one = np.concatenate([a.ravel() for a, _ in pairs])
    other = np.concatenate([b.ravel() for _, b in pairs])
    ends = np.array([r.permutation(side * side)[:2] for _ in range(n_commodities)])
    problem = FlowProblem.from_arcs(
        np.concatenate([one, other]),
        np.concatenate([other, one]),
        r.uniform(1.0, 2.0, 2 * len(one)),
        r.uniform(5.0, 20.0, 2 * len(one)),
        *ends.T,
        r.uniform(1.0, 6.0, n_commodities),
        1000.0,
    )

    def turned():
        return problem.changed(cost=problem.cost * r.uniform(0.2, 5.0, problem.cost.shape))

    first = solve(problem)
    first.start_here()
    pool, kept = first._engine._pool, first._start
    more = first
    for _ in range(40):
        more = first.solve(turned())
        if pool.size > kept.n_columns + 350:
            break
    more.start_here()
    first.start_here()
    for _ in range(40):
        first.solve(turned())
        assert pool.size >= more._start.n_columns
    more.start_here()
    other = turned()
    again = more.solve(other)
    same(again, solve(other))
    assert again.cold_starts == 0


@pytest.mark.parametrize("seed", range(23300, 23330))
def test_what_is_shut_by_its_cost_and_opened_again_leaves_no_trace(seed):
    """Costs of some cells are infinite in between, in new arrays each time; penalties change."""
    problem, r = flow_cases.random_problem(seed), np.random.default_rng(seed)
    first = solve(problem)
    for turn in range(6):
        cost = problem.cost.copy()
        if turn % 3:
            cost[r.random(cost.shape) < 0.2 * (turn % 3)] = np.inf
        now = replace(problem, cost=cost, penalty=problem.penalty * r.choice([0.5, 1.0]))
        same(first.solve(now), solve(now))


def with_other_limits(problem, r):
    """Return a problem with some limits narrower, one or none left out, and one more."""
    kept = problem.member_limit != r.integers(problem.n_limits + 1)
    arc = int(r.integers(problem.n_arcs))
    return replace(
        problem,
        bound=np.append(problem.bound * r.choice([0.6, 1.0], problem.n_limits), 4.0),
        excess_price=np.append(problem.excess_price, np.inf),
        member_limit=np.append(problem.member_limit[kept], problem.n_limits),
        member_arc=np.append(problem.member_arc[kept], arc),
        member_class=np.append(problem.member_class[kept], -1),
        member_factor=np.append(problem.member_factor[kept], 1.0),
    )


@pytest.mark.parametrize("seed", range(23330, 23370))
def test_answers_may_begin_with_one_to_a_problem_with_other_limits(seed):
    problem, r = flow_cases.random_problem(seed), np.random.default_rng(seed)
    first, second = solve(problem), None
    for _ in range(4):
        shut = problem.changed(closed=[int(r.integers(problem.n_arcs))])
        near = first.solve(shut)
        other = with_other_limits(shut, r)
        found = near.solve(other) if second is None else second.solve(other, near)
        same(found, solve(other))
        second = found


@pytest.mark.parametrize("seed", range(23370, 23410))
def test_answers_may_begin_with_one_in_which_commodities_were_whole(seed):
    """Some are parted into pieces of other penalties; and whole again, from the pieces."""
    problem, r = flow_cases.random_problem(seed), np.random.default_rng(seed)
    many = r.choice([1, 1, 3], problem.n_commodities)
    owner = np.repeat(np.arange(problem.n_commodities), many)
    names = ("origin", "destination", "commodity_class")
    parts = replace(
        problem,
        amount=(problem.amount / many)[owner],
        penalty=problem.penalty[owner] * r.choice([0.8, 1.0], len(owner)),
        commodity_rank=np.argsort(np.argsort(problem.commodity_rank[owner], kind="stable")),
        **{name: getattr(problem, name)[owner] for name in names},
    )
    whole = solve(problem)
    pieces = whole.solve(parts)
    same(pieces, solve(parts))
    same(pieces.solve(problem), whole)


def test_a_basis_is_taken_over_where_it_means_something():
    """Ten units of which the cheap way takes 6; of a third way beside them one is told apart."""
    ways = ([0, 0, 0], [1, 1, 1], [1, 4, 6], [6, 5, 5], [0], [1], [10], 9)
    problem = FlowProblem.from_arcs(*ways)
    narrower = replace(
        problem,
        bound=np.append(problem.bound, 3.0),
        excess_price=np.append(problem.excess_price, np.inf),
        member_limit=np.append(problem.member_limit, 3),
        member_arc=np.append(problem.member_arc, 1),
        member_class=np.append(problem.member_class, -1),
        member_factor=np.append(problem.member_factor, 1.0),
        arc_limit=None,
    )
    near = solve(replace(problem, arc_limit=None))
    assert near.class_flow.tolist() == [[6.0, 4.0, 0.0]]
    now = near.solve(narrower)
    assert now.class_flow.tolist() == [[6.0, 3.0, 1.0]]
    assert now.rounds < solve(narrower).rounds
    assert now.cold_starts == 0


@pytest.mark.parametrize("seed", range(23300, 23320))
def test_equations_that_are_kept_give_the_piece_of_fresh_ones(seed):
    """Growth from bend to bend, each answer begun with the last: pieces are the same to the bit."""
    problem, r = flow_cases.random_problem(seed), np.random.default_rng(seed)
    growth = np.where(r.random(problem.n_commodities) < 0.7, problem.amount, 0.0)
    uses, blocks, plain = LimitUsage(problem), Blocks(), solve(problem)
    first = solve(problem)
    for multiple in np.cumsum(r.uniform(0.0, 0.2, 15)):
        wanted = problem.amount + multiple * growth
        now = first.resolve(demand=wanted)
        now.start_here(onward=True)
        same(now, plain.resolve(demand=wanted))
        assert now.certificate == plain.resolve(demand=wanted).certificate
        kept, fresh = piece_at(now, uses, growth, blocks), piece_at(now, uses, growth)
        assert kept.shortfall.tobytes() == fresh.shortfall.tobytes()
        assert kept.shortfall_slope.tobytes() == fresh.shortfall_slope.tobytes()
        assert (kept.back, kept.ahead) == (fresh.back, fresh.ahead)


@pytest.mark.parametrize("seed", range(23300, 23310))
def test_a_problem_that_is_written_anew_is_answered_with_what_its_like_has_left(seed, monkeypatch):
    """Its arrays are others and hold the same numbers: no tree is grown from nothing for it."""
    problem, r = flow_cases.random_problem(seed), np.random.default_rng(seed)
    first, grown = solve(problem), []
    grow = Trees._grow
    monkeypatch.setattr(Trees, "_grow", lambda self, *a: grown.append(1) or grow(self, *a))
    for _ in range(3):
        closed = problem.closed.copy()
        closed[r.integers(problem.n_arcs)] = True
        arrays = {f.name: getattr(problem, f.name) for f in fields(problem)}
        copies = {n: a.copy() for n, a in arrays.items() if isinstance(a, np.ndarray)}
        anew = replace(problem, **copies | {"closed": closed, "amount": 1.1 * problem.amount})
        now = first.solve(anew)
        assert not grown
        same(now, solve(anew))
        grown.clear()
