"""What limits do to the arcs that are their members: close them, charge for them, fill up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.compiling import compiled

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats
    from corridors.flow.problem import FlowProblem


@compiled
def add_charges(  # type: ignore[no-untyped-def]
    weight, price, member_limit, member_arc, member_class, member_unit
):
    """Add to the arc weights (C, A), in place, what the limits charge at their prices (R,)."""
    for e in range(len(member_limit)):
        charge = price[member_limit[e]] * member_unit[e]
        if charge != 0.0:
            if member_class[e] < 0:
                for c in range(len(weight)):
                    weight[c, member_arc[e]] += charge
            else:
                weight[member_class[e], member_arc[e]] += charge
    return weight


def limit_use(problem: FlowProblem, flow: Floats) -> Floats:
    """Return the units that a flow takes of each limit.

    Parameters
    ----------
    problem
        The problem.
    flow
        Flow by class and arc, shape (C, A).

    Returns
    -------
    ndarray
        Shape (R,).
    """
    every = problem.member_class < 0
    total = flow.sum(axis=0)
    units = np.where(
        every,
        total[problem.member_arc],
        flow[np.where(every, 0, problem.member_class), problem.member_arc],
    )
    taken = units * problem.member_factor
    return np.bincount(problem.member_limit, taken, problem.n_limits).astype(np.float64)


def open_costs(problem: FlowProblem) -> Floats:
    """Return the costs with ``inf`` wherever an arc is closed, shape (C, A)."""
    cost = problem.cost.copy()
    if problem.closed.any():
        cost[:, problem.closed] = np.inf
    zero = (problem.bound <= 0) & np.isinf(problem.excess_price)
    shut = zero[problem.member_limit] & (problem.member_factor > 0)
    if shut.any():
        every = shut & (problem.member_class < 0)
        cost[:, problem.member_arc[every]] = np.inf
        single = shut & (problem.member_class >= 0)
        cost[problem.member_class[single], problem.member_arc[single]] = np.inf
    return cost
