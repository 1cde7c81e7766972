"""What limits do to the arcs that are their members: close them, charge for them, fill up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.compiling import compiled

if TYPE_CHECKING:
    from corridors.flow.problem import Floats, FlowProblem


@compiled
def add_charges(  # type: ignore[no-untyped-def]
    weight, price, entry_row, entry_arc, entry_class, entry_unit
):
    """Add to the arc weights (C, A), in place, what the limits charge at their prices (R,)."""
    for e in range(len(entry_row)):
        charge = price[entry_row[e]] * entry_unit[e]
        if charge != 0.0:
            if entry_class[e] < 0:
                for c in range(len(weight)):
                    weight[c, entry_arc[e]] += charge
            else:
                weight[entry_class[e], entry_arc[e]] += charge
    return weight


def row_use(problem: FlowProblem, flow: Floats) -> Floats:
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
    every = problem.entry_class < 0
    total = flow.sum(axis=0)
    units = np.where(
        every,
        total[problem.entry_arc],
        flow[np.where(every, 0, problem.entry_class), problem.entry_arc],
    )
    taken = units * problem.entry_factor
    return np.bincount(problem.entry_row, taken, problem.n_rows).astype(np.float64)


def open_costs(problem: FlowProblem) -> Floats:
    """Return the costs with ``inf`` wherever an arc is closed, shape (C, A)."""
    cost = problem.cost.copy()
    if problem.closed.any():
        cost[:, problem.closed] = np.inf
    zero = (problem.bound <= 0) & np.isinf(problem.excess_price)
    shut = zero[problem.entry_row] & (problem.entry_factor > 0)
    if shut.any():
        every = shut & (problem.entry_class < 0)
        cost[:, problem.entry_arc[every]] = np.inf
        single = shut & (problem.entry_class >= 0)
        cost[problem.entry_class[single], problem.entry_arc[single]] = np.inf
    return cost
