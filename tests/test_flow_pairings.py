"""Who serves whom where every pairing costs the same: decided by rank, not by earlier questions.

Cargo may pass any of some ports and go on to any of others. Costs and tie costs of all pairings add
up to the same, so rank alone decides; places of the arcs between the ports follow one another, and
ranks that were multiples of one number had the same sum for every pairing.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from corridors.flow import FlowProblem
from corridors.flow.numbering import generic
from corridors.flow.solve import solve


def pairings(rng):
    first, last = rng.integers(2, 6, 2)
    tail = [0] * first + [1 + i for i in range(first) for _ in range(last)]
    tail += [1 + first + j for j in range(last)]
    head = [1 + i for i in range(first)] + [
        1 + first + j for _ in range(first) for j in range(last)
    ]
    head += [1 + first + last] * last
    cost = [*rng.integers(1, 4, first), *[1] * (first * last), *rng.integers(1, 4, last)]
    room = [*rng.integers(3, 20, first), *[np.inf] * (first * last), *rng.integers(3, 20, last)]
    many = int(rng.integers(1, 4))
    amount = rng.integers(5, 30, many).astype(float)
    return FlowProblem.from_arcs(
        tail, head, np.array(cost, dtype=float), np.array(room, dtype=float),
        [0] * many, [1 + first + last] * many, amount, 100.0,
    )  # fmt: skip


def test_ranks_of_any_two_pairings_differ():
    for seed in (0.618033988749895, 0.414213562373095):
        number = 1.0 + generic(60, seed)
        for a, b, c in itertools.combinations(range(60), 3):
            d = b + c - a
            if c < d < 60:
                assert abs(number[a] + number[d] - number[b] - number[c]) > 1e-6


@pytest.mark.parametrize("seed", range(40))
def test_an_answer_among_pairings_of_one_cost_does_not_hang_on_what_was_asked_before(seed):
    rng = np.random.default_rng(seed)
    problem = pairings(rng)
    own, highs = solve(problem), solve(problem, master="highs")
    assert own.class_flow.tobytes() == highs.class_flow.tobytes()
    for _ in range(6):
        closed = rng.choice(len(problem.tail), rng.integers(0, 3), replace=False).tolist()
        afresh = solve(problem).resolve(closed=closed).class_flow.tobytes()
        assert own.resolve(closed=closed).class_flow.tobytes() == afresh
        assert highs.resolve(closed=closed).class_flow.tobytes() == afresh
