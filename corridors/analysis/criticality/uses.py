"""What routes take of limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from corridors.analysis.criticality.plan import Plan
    from corridors.flow.arrays import Floats, Ints
    from corridors.flow.problem import FlowProblem


class Uses:
    """What paths take of the limits of a problem.

    Parameters
    ----------
    problem
        Any problem with the same members of limits will do.
    """

    def __init__(self, problem: FlowProblem) -> None:
        order = np.lexsort((problem.member_limit, problem.member_arc))
        self._row = problem.member_limit[order]
        self._only = problem.member_class[order]
        self._factor = problem.member_factor[order]
        self._start = np.zeros(problem.n_arcs + 1, dtype=np.int64)
        np.cumsum(np.bincount(problem.member_arc, minlength=problem.n_arcs), out=self._start[1:])
        self._class_of = problem.commodity_class
        self._n_rows = problem.n_limits
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
