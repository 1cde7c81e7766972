"""Parallel arcs that are alike: the problem by wide arcs first, the same answers to the byte."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import flow_cases
import numpy as np
import pytest
from test_flow_masters import assert_same_bytes

from corridors.flow import FlowProblem, column_generation, solve
from corridors.flow.column_generation import Engine
from corridors.flow.parallel import bundles
from corridors.flow.parallel.bundles import Bundles
from corridors.flow.parallel.sharing import share

INF = float("inf")


@pytest.fixture
def always(monkeypatch):
    """Have alike arcs bundled wherever there are any; return how often that was begun with."""
    begun = []
    monkeypatch.setattr(column_generation, "_SOME_LIMITS", 0)
    monkeypatch.setattr(column_generation, "_MUCH", 0)
    monkeypatch.setattr(bundles, "MOST_LEFT", 0.99)
    basis = Bundles.basis

    def counted(self, *args):
        begun.append(True)
        return basis(self, *args)

    monkeypatch.setattr(Bundles, "basis", counted)
    return begun


def several(problem: FlowProblem, r: np.random.Generator) -> FlowProblem:
    """Return a problem with each arc one to three times, each with a limit of its own or none.

    What is told by arc is told again; each of the limits that the problem has counts all of them.
    """
    copy = np.repeat(np.arange(problem.n_arcs), r.integers(1, 4, problem.n_arcs))
    r.shuffle(copy)
    member = [np.flatnonzero(problem.member_arc == arc) for arc in copy.tolist()]
    counted = np.concatenate([*member, np.empty(0, dtype=np.int64)]).astype(np.int64)
    arc = np.repeat(np.arange(len(copy)), [len(m) for m in member])
    limited = np.flatnonzero(r.random(len(copy)) < 0.8)
    bound = r.integers(0, 9, len(limited)) * r.choice([1.0, 0.7])
    n = problem.n_limits
    return FlowProblem(
        n_nodes=problem.n_nodes,
        tail=problem.tail[copy],
        head=problem.head[copy],
        cost=problem.cost[:, copy],
        tie_cost=problem.tie_cost[:, copy],
        origin=problem.origin,
        destination=problem.destination,
        amount=problem.amount,
        penalty=problem.penalty,
        commodity_class=problem.commodity_class,
        bound=np.concatenate([problem.bound, bound]),
        member_limit=np.concatenate([problem.member_limit[counted], n + np.arange(len(limited))]),
        member_arc=np.concatenate([arc, limited]),
        member_class=np.concatenate([problem.member_class[counted], np.full(len(limited), -1)]),
        member_factor=np.concatenate([problem.member_factor[counted], np.full(len(limited), 0.5)]),
        closed=problem.closed[copy] | (r.random(len(copy)) < 0.05),
    )


def test_bundled_or_not_answers_are_the_same_bytes_cold_and_warm(always):
    for seed in range(15000, 15060):
        r = np.random.default_rng(seed)
        problem = several(flow_cases.random_problem(seed), r)
        own, highs = solve(problem), solve(problem, master="highs")
        assert_same_bytes(own, highs)
        assert own.undecided.tolist() == highs.undecided.tolist()
        for _ in range(3):
            changed = flow_cases.random_change(problem, r)
            assert_same_bytes(own.solve(changed), highs.solve(changed))
    assert len(always) > 200


def dense(seed: int, copies: int) -> FlowProblem:
    """Return a dense network with each arc several times, where dozens of limits bind."""
    r = np.random.default_rng(seed)
    n = 9
    tail, head = np.nonzero(r.random((n, n)) < 0.5 + 0.5 * np.eye(n, k=1))
    cost = np.round(r.uniform(1, 5, len(tail)), 1)
    o, d = np.nonzero(~np.eye(n, dtype=bool))
    q = r.integers(1, 9, len(o))
    again = np.repeat(np.arange(len(tail)), copies)
    capacity = 0.9 * q.sum() / len(again)
    return FlowProblem.from_arcs(
        tail[again], head[again], cost[again], capacity, o, d, q, 40.0, n_nodes=n
    )


def test_wide_arcs_are_asked_where_much_is_closed_and_answers_are_the_same(monkeypatch):
    problem, begun, told = dense(1, 2), [], []
    basis = Bundles.basis
    monkeypatch.setattr(Bundles, "basis", lambda *args: (begun.append(1), basis(*args))[1])
    for much in (0, column_generation._MUCH, 10**9):
        monkeypatch.setattr(column_generation, "_MUCH", much)
        base = solve(problem)
        first = len(begun)
        answers = [base.resolve(closed=[arc]) for arc in range(0, problem.n_arcs, 5)]
        told.append([(a.class_flow.tobytes(), a.limit_price.tobytes()) for a in answers])
        asked = len(begun) - first
        assert asked == 0 if much == 10**9 else asked > 0
        # Other amounts are a large change, whatever is closed.
        base.resolve(demand=1.1 * problem.amount)
        assert len(begun) == first + asked + 1
    assert told[0] == told[1] == told[2]


@pytest.mark.parametrize(("seed", "copies"), [(1, 2), (2, 3), (3, 2), (4, 4)])
def test_closures_of_a_dense_network_are_the_same_bytes(seed, copies):
    problem = dense(seed, copies)
    own, highs = solve(problem), solve(problem, master="highs")
    assert (own.limit_price > 0).sum() > 10
    assert own._engine._wide is not None
    assert_same_bytes(own, highs)
    for arc in range(0, problem.n_arcs, 7):
        assert_same_bytes(own.resolve(closed=[arc]), highs.resolve(closed=[arc]))
        assert own.resolve(closed=[arc]).cold_starts == 0


def test_the_commodity_that_weighs_rank_the_most_fills_the_arc_of_least_rank(always):
    # Two arcs alike of four units, two commodities of three: rank parts them, and the weightier
    # one, which is the second (weights 1.41 and 1.83), goes by the arc of lower rank, which is
    # the second too (ranks 1.62 and 1.24). The other follows with what is left there.
    problem = FlowProblem.from_arcs([0, 0], [1, 1], [1, 1], [4, 4], [0, 0], [1, 1], [3, 3], [9, 10])
    answer = solve(problem)
    assert always
    of = {
        (int(k), path.tolist()[0]): float(x)
        for k, path, x in zip(
            answer.path_commodity, answer.path_arcs, answer.path_amount, strict=True
        )
    }
    assert of == {(0, 0): 2.0, (0, 1): 1.0, (1, 1): 3.0}
    assert not answer.unique
    assert answer.undecided.tolist() == [True, True]


def found(problem: FlowProblem) -> Bundles | None:
    engine = Engine(problem)
    p = engine.numbering.canonical(problem)
    return Bundles.find(p, engine.numbering.limit_scale, *engine._ranks)


def test_arcs_are_alike_by_ends_costs_and_limits():
    ends = [0, 0, 1, 1], [1, 1, 2, 2]
    alike = FlowProblem.from_arcs(*ends, [1, 1, 2, 2], [4, 3, 5, INF], [0], [2], [9], 50)
    wide = found(alike)
    assert wide is not None
    assert wide.small.n_arcs == 2
    assert wide.small.bound.tolist() == [7.0, INF]
    assert found(FlowProblem.from_arcs(*ends, [1, 2, 3, 4], 4, [0], [2], [9], 50)) is None
    tie = FlowProblem.from_arcs(*ends, 1, 4, [0], [2], [9], 50, tie_cost=[1, 2, 3, 4])
    assert found(tie) is None

    # A limit that counts one of two arcs sets it apart; one that counts both does not.
    def with_limit(arcs):
        n, more = alike.n_limits, np.array(arcs)
        return replace(
            alike,
            bound=np.append(alike.bound, 6.0),
            excess_price=np.full(n + 1, INF),
            member_limit=np.append(alike.member_limit, np.full(len(arcs), n)),
            member_arc=np.append(alike.member_arc, more),
            member_class=np.append(alike.member_class, np.full(len(arcs), -1)),
            member_factor=np.append(alike.member_factor, np.ones(len(arcs))),
            arc_limit=None,
        )

    both, one = found(with_limit([0, 1])), found(with_limit([0, 2]))
    assert both is not None
    assert both.small.n_arcs == 2
    assert one is None


def test_a_change_that_tells_alike_arcs_apart_is_answered_without_bundles():
    problem = dense(1, 2)
    own = solve(problem)
    wide, _ = own._engine._wide
    canonical = own._engine.numbering.canonical
    costs = problem.cost[0].copy()
    costs[5] += 0.5
    assert wide.problem(canonical(problem.changed(cost=costs))) is None
    dearer = wide.problem(canonical(problem.changed(cost=2.0 * problem.cost[0])))
    assert dearer is not None
    assert dearer.cost.sum() == pytest.approx(problem.cost.sum())
    assert_same_bytes(own.resolve(cost=costs), solve(problem, master="highs").resolve(cost=costs))


def test_a_closed_arc_makes_its_bundle_narrower_and_the_last_one_closes_it():
    problem = FlowProblem.from_arcs([0, 0, 0], [1, 1, 1], 1, [4, 3, 2], [0], [1], [9], 50)
    wide = found(problem)
    shut = [problem.changed(closed=list(range(n))) for n in (1, 3)]
    canonical = [Engine(problem).numbering.canonical(p) for p in shut]
    narrow, gone = [wide.problem(p) for p in canonical]
    assert narrow.bound.tolist() == [9.0 - canonical[0].bound[canonical[0].closed].sum()]
    assert not narrow.closed.any()
    assert gone.closed.all()


def test_what_a_wide_arc_carries_fills_its_arcs_in_turn():
    # Two wide arcs, each for two arcs that take 5 and 9; paths of 4, 3 and 6 units over both but
    # for the second, which has the first alone.
    start, wide = np.array([0, 2, 3, 5]), np.array([0, 1, 0, 0, 1])
    first, arcs, room = np.array([0, 2, 4]), np.arange(4), np.array([5.0, 9.0, 5.0, 9.0])
    full = np.zeros(4, dtype=np.bool_)
    piece, piece_start, narrow = (
        np.zeros(8, np.int64),
        np.zeros(8, np.int64),
        np.zeros(20, np.int64),
    )
    count = share(
        start, wide, np.array([4.0, 3.0, 6.0]), first, arcs, room, np.zeros(2, np.int64),
        np.zeros(2), full, np.zeros((3, 5)), np.zeros(2, np.int64), piece, piece_start, narrow,
    )  # fmt: skip
    ends = piece_start[: count + 1].tolist()
    pieces = [narrow[a:b].tolist() for a, b in pairwise(ends)]
    # The second is cut after 1 unit on the first arc, the third after 1 on the third arc.
    assert piece[:count].tolist() == [0, 1, 1, 2, 2]
    assert pieces == [[0, 2], [0], [1], [1, 2], [1, 3]]
    assert full.tolist() == [True, False, True, False]
