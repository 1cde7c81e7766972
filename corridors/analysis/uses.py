"""What routes take of limits, and which arcs each kind of cargo may use at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from corridors.analysis.plan import Plan
    from corridors.flow.problem import Floats, FlowProblem, Ints


def open_costs(problem: FlowProblem) -> Floats:
    """Return costs by class and arc, infinite wherever an arc is closed, shape (C, A).

    An arc is closed when it is taken away, or when a limit of 0 covers it.
    """
    cost = problem.cost.copy()
    cost[:, problem.closed] = np.inf
    shut = (problem.bound[problem.entry_row] <= 0) & (problem.entry_factor > 0)
    every = shut & (problem.entry_class < 0)
    cost[:, problem.entry_arc[every]] = np.inf
    single = shut & ~every
    cost[problem.entry_class[single], problem.entry_arc[single]] = np.inf
    return cost


def row_use(problem: FlowProblem, flow: Floats) -> Floats:
    """Return the units of each limit that a flow by class and arc takes, shape (R,)."""
    every = problem.entry_class < 0
    own = flow[np.where(every, 0, problem.entry_class), problem.entry_arc]
    units = np.where(every, flow.sum(axis=0)[problem.entry_arc], own)
    taken = np.bincount(problem.entry_row, units * problem.entry_factor, problem.n_rows)
    return taken.astype(np.float64)


class Uses:
    """What paths take of the limits of a problem.

    Parameters
    ----------
    problem
        Any problem with the same members of limits will do.
    """

    def __init__(self, problem: FlowProblem) -> None:
        order = np.lexsort((problem.entry_row, problem.entry_arc))
        self._row = problem.entry_row[order]
        self._only = problem.entry_class[order]
        self._factor = problem.entry_factor[order]
        self._start = np.zeros(problem.n_arcs + 1, dtype=np.int64)
        np.cumsum(np.bincount(problem.entry_arc, minlength=problem.n_arcs), out=self._start[1:])
        self._class_of = problem.commodity_class
        self._n_rows = problem.n_rows
        self._seen: dict[tuple[int, bytes], Floats] = {}

    def of(self, commodity: int, arcs: Ints) -> Floats:
        """Return the units of each limit that one unit on a path takes, shape (R,)."""
        own_class = int(self._class_of[commodity])
        key = (own_class, arcs.tobytes())
        if key not in self._seen:
            runs = [np.arange(self._start[a], self._start[a + 1]) for a in arcs]
            touched = np.concatenate(runs) if runs else np.empty(0, dtype=np.int64)
            only = self._only[touched]
            touched = touched[(only < 0) | (only == own_class)]
            self._seen[key] = np.bincount(
                self._row[touched], self._factor[touched], self._n_rows
            ).astype(np.float64)
        return self._seen[key]

    def total(self, plan: Plan) -> Floats:
        """Return the units of each limit that are taken in all, shape (R,)."""
        total = np.zeros(self._n_rows)
        for k, arcs, amount in zip(plan.commodity, plan.arcs, plan.amount, strict=True):
            total += self.of(int(k), arcs) * amount
        return total
