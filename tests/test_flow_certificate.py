"""Proofs that are kept: only where they hold, and to the same last bit as fresh ones."""

from __future__ import annotations

import flow_cases
import numpy as np
import pytest

from corridors.flow import FlowProblem, solve
from corridors.flow.certificate import certify, still_proved

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
