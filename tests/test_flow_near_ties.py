"""Costs that differ by hairs, in grids where many limits bind: the way to the optimum ends."""

from __future__ import annotations

import flow_cases
import numpy as np
import pytest

from corridors.flow import FlowProblem, solve
from corridors.flow.simplex.basis import Basis
from corridors.flow.simplex.dual import HEAVY, Weights, weigh
from corridors.flow.simplex.primal import Motion

HAIRS = (4e-10, 1e-9, 2e-9)
"""Parts of a cost by which arcs differ: below what counts as equal, at it, and above."""


def grid(seed):
    """Return a grid of narrow arcs that cost nearly the same, with many demands across it."""
    r = np.random.default_rng(seed)
    high, wide = (int(n) for n in r.integers(3, 6, 2))
    tail, head = [], []
    for i in range(high * wide):
        for j in ([i + 1] if (i + 1) % wide else []) + (
            [i + wide] if i + wide < high * wide else []
        ):
            tail += [i, j]
            head += [j, i]
    arcs, many = len(tail), int(r.integers(15, 40))
    hairs = r.integers(-3, 4, arcs) * r.choice(HAIRS)
    cost = r.integers(1, 3, arcs) * (1.0 + hairs)
    origin = r.integers(0, high * wide, many)
    destination = (origin + r.integers(1, high * wide, many)) % (high * wide)
    room, amount = (r.integers(1, most, n).astype(float) for most, n in ((9, arcs), (6, many)))
    return FlowProblem.from_arcs(tail, head, cost, room, origin, destination, amount, penalty=100.0)


@pytest.mark.parametrize("block", range(10))
def test_costs_that_differ_by_hairs_lead_to_the_optimum_at_the_first_start(block):
    """Hairs added up undid what was decided among ties, again and again, in one grid of five."""
    for seed in range(12 * block, 12 * block + 12):
        problem = grid(seed)
        answer = solve(problem)
        assert answer.cold_starts == 0, seed
        assert answer.objective == pytest.approx(flow_cases.by_linprog(problem), rel=1e-9)
        r = np.random.default_rng(seed)
        closed = r.choice(np.flatnonzero(answer.arc_flow), 2, replace=False)
        warm, afresh = answer.resolve(closed=closed), solve(problem.changed(closed=closed))
        assert warm.objective == pytest.approx(afresh.objective, rel=1e-9), seed


def test_weights_of_a_long_way_stay_numbers():
    """They only grow: past the largest number nothing would seem outside its bounds any more."""
    n = np.int64
    basis = Basis(
        key=np.arange(2), other=np.array([2]), tight=np.array([0]), size=np.array([1]),
        state=np.zeros(3, np.int8), place=np.array([0, -1]), inverse=np.ones((1, 1)),
        left=np.zeros((8, 1)), right=np.zeros((8, 1)), waiting=np.array([0]),
    )  # fmt: skip
    motion = Motion(
        np.array([0.5, 0.0]), np.array([0.0, 2.0]), np.array([0, 0], n), np.array([1, 0], n),
        np.zeros(2, np.int8), np.zeros(2, np.int8), np.array([1, 1], n),
    )  # fmt: skip
    weights = Weights(np.ones(2), np.ones(1), np.ones(2))
    for _ in range(2000):
        weigh.py_func(basis, weights, -1, 0, -1, -1, np.array([0.1]), motion)
        most = max(own.max() for own in weights)
        assert most <= 4.0 * HEAVY
    assert most > 1.0
