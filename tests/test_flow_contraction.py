"""A network with its idle nodes taken out has the same answers."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.errors import ProblemError
from corridors.flow import FlowProblem, contract, solve


def grid(seed: int) -> FlowProblem:
    """Return a grid of 8 by 8 with costs of 1 to 9 and a limit on every tenth arc."""
    r = np.random.default_rng(seed)
    nodes = np.arange(64).reshape(8, 8)
    across = np.stack([nodes[:, :-1].ravel(), nodes[:, 1:].ravel()])
    down = np.stack([nodes[:-1].ravel(), nodes[1:].ravel()])
    ends = np.concatenate([across, across[::-1], down, down[::-1]], axis=1)
    capacity = np.where(r.random(ends.shape[1]) < 0.1, r.integers(0, 6, ends.shape[1]), np.inf)
    return FlowProblem.from_arcs(
        *ends,
        r.integers(1, 10, ends.shape[1]),
        capacity,
        r.integers(0, 64, 6),
        r.integers(0, 64, 6),
        r.integers(1, 9, 6),
        penalty=60,
        tie_cost=r.integers(0, 3, ends.shape[1]),
    )


@pytest.mark.parametrize("seed", range(20))
def test_cost_and_shortfall_stay_and_paths_unfold(seed):
    large = grid(seed)
    small = contract(large)
    assert small.problem.n_nodes < large.n_nodes
    answer, expected = solve(small.problem), solve(large)
    assert answer.objective == expected.objective
    assert answer.shortfall.sum() == pytest.approx(expected.shortfall.sum())
    for k, path, amount in zip(
        answer.path_commodity, answer.path_arcs, answer.path_amount, strict=True
    ):
        arcs = small.unfold(path)
        assert amount > 0
        if len(arcs):
            assert large.tail[arcs[0]] == large.origin[k]
            assert large.head[arcs[-1]] == large.destination[k]
            assert (large.head[arcs[:-1]] == large.tail[arcs[1:]]).all()
        assert large.cost[0, arcs].sum() == small.problem.cost[0, path].sum()


def test_several_classes_are_refused():
    p = FlowProblem(
        n_nodes=2,
        tail=np.array([0]),
        head=np.array([1]),
        cost=np.ones((2, 1)),
        tie_cost=np.ones((2, 1)),
        origin=np.array([0]),
        destination=np.array([1]),
        amount=np.ones(1),
        penalty=np.ones(1),
        commodity_class=np.array([1]),
    )
    with pytest.raises(ProblemError, match="one class, saw 2"):
        contract(p)
