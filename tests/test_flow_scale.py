"""Numbers far apart: what flows is right to the digit however large the demand beside it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from corridors.flow import FlowProblem, solve
from corridors.flow.certificate import certify


def two_arcs(amount, capacity=(6, 9), cost=(1, 5), penalty=100):
    """Return two arcs from 0 to 1.

    ::

        0 ==6, cost 1== 1
        0 ==9, cost 5== 1
    """
    return FlowProblem.from_arcs([0, 0], [1, 1], cost, capacity, [0], [1], [amount], penalty)


@pytest.mark.parametrize("amount", [16.0, 1e6, 1e9, 1e12])
def test_a_small_part_of_a_huge_demand_flows(amount):
    """6 units at 1 and 9 at 5 cost 51; all the rest is short."""
    answer = solve(two_arcs(amount))
    assert answer.arc_flow.tolist() == pytest.approx([6, 9])
    assert answer.cost == pytest.approx(51)
    assert amount - answer.shortfall[0] == pytest.approx(15, abs=4 * np.spacing(amount))
    assert answer.certificate.ok


@pytest.mark.parametrize("amount", [1e-15, 1e-12, 1e-9, 1e-6, 1e-3])
def test_a_tiny_demand_flows_in_full(amount):
    answer = solve(two_arcs(amount))
    assert answer.arc_flow.tolist() == pytest.approx([amount, 0], rel=1e-9)
    assert answer.shortfall[0] == 0
    assert answer.certificate.ok
    assert answer.plan.amount.tolist() == pytest.approx([amount], rel=1e-9)
    assert not answer.plan.shortfall.any()


@pytest.mark.parametrize("amount", [16.0, 100.0, 1e6, 1e9, 1e12, 1e15])
def test_a_plan_tells_all_that_flows_of_a_huge_demand(amount):
    """Six by one arc and nine by the other, or nine alone; not nothing of next to nothing."""
    answer = solve(two_arcs(amount))
    plan, shut = answer.plan, answer.resolve(closed=[0]).plan
    assert plan.amount.tolist() == pytest.approx([6, 9])
    assert shut.amount.tolist() == pytest.approx([9])
    assert plan.shortfall[0] == pytest.approx(amount - 15)
    assert shut.shortfall[0] == pytest.approx(amount - 9)


def test_a_huge_demand_beside_a_small_one():
    """Both want the arc of 10; the small one loses more and goes first."""
    problem = FlowProblem.from_arcs(
        [0, 1, 2], [2, 2, 3], [0, 0, 1], [np.inf, np.inf, 10], [0, 1], [3, 3], [1e12, 4], [10, 99]
    )
    answer = solve(problem)
    assert answer.arc_flow.tolist() == pytest.approx([6, 4, 10])
    assert answer.shortfall.tolist() == pytest.approx([1e12 - 6, 0])


def test_capacities_far_apart():
    answer = solve(two_arcs(1e3, capacity=(1e-3, 1e12)))
    assert answer.arc_flow.tolist() == pytest.approx([1e-3, 1e3 - 1e-3], rel=1e-9)


def test_costs_far_apart():
    """6 units at a millionth, 4 at a million."""
    answer = solve(two_arcs(10, cost=(1e-6, 1e6), penalty=1e7))
    assert answer.arc_flow.tolist() == pytest.approx([6, 4])
    assert answer.cost == pytest.approx(4e6 + 6e-6)


@pytest.mark.parametrize("amount", [20.0, 1e6, 1e12])
def test_the_certificate_sees_what_is_served_but_does_not_flow(amount):
    problem = two_arcs(amount)
    nothing = np.empty(0, dtype=np.int64)
    proof = certify(
        problem,
        nothing,
        np.zeros(1, dtype=np.int64),
        nothing,
        np.empty(0),
        np.array([amount - 15]),
        np.array([99.0, 95.0]),
    )
    assert proof.balance_residual > 1
    assert not proof.ok
    assert dataclasses.asdict(proof)["closed_flow"] == 0
