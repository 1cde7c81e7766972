"""What flows and paths take of limits, and which arcs are open."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats, Ints
    from corridors.flow.problem import FlowProblem
    from corridors.flow.solution import Plan


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
    # Members of one limit stand together as a rule, and in their own order always.
    order = np.argsort(problem.member_limit, kind="stable")
    ends = np.cumsum(np.bincount(problem.member_limit, minlength=problem.n_limits))
    parts = np.split(taken[order], ends[:-1]) if problem.n_limits else []
    return np.array([part.sum() for part in parts], dtype=np.float64)


def cost_of(problem: FlowProblem, flow: Floats) -> float:
    """Return the cost of a flow by class and arc, with what exceeding limits that give way costs.

    Added up by itself, not as what is left of the objective without the loss: beside a loss of
    1e11 the last digits of an objective are larger than many a cost.
    """
    carries = np.nonzero(flow)
    soft = np.flatnonzero(np.isfinite(problem.excess_price))
    paid = (problem.cost[carries] * flow[carries]).tolist()
    if len(soft):
        over = np.maximum(limit_use(problem, flow)[soft] - problem.bound[soft], 0.0)
        paid += (over * problem.excess_price[soft]).tolist()
    return math.fsum(paid)


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


class LimitUsage:
    """What paths take of the limits of a problem.

    Parameters
    ----------
    problem
        Any problem with the same members of limits will do.
    """

    def __init__(self, problem: FlowProblem) -> None:
        order = np.lexsort((problem.member_limit, problem.member_arc))
        self._limit = problem.member_limit[order]
        self._only = problem.member_class[order]
        self._factor = problem.member_factor[order]
        self._start = np.zeros(problem.n_arcs + 1, dtype=np.int64)
        np.cumsum(np.bincount(problem.member_arc, minlength=problem.n_arcs), out=self._start[1:])
        self._class_of = problem.commodity_class
        self._n_limits = problem.n_limits
        self._seen: dict[tuple[int, bytes], tuple[Ints, Floats]] = {}

    def of(self, commodity: int, arcs: Ints) -> Floats:
        """Return the units of each limit that one unit on a path takes, shape (R,).

        Parameters
        ----------
        commodity
            Whose path it is.
        arcs
            The path.

        Examples
        --------
        >>> import numpy as np
        >>> from corridors.flow import FlowProblem
        >>> from corridors.flow.usage import LimitUsage
        >>> problem = FlowProblem.from_arcs([0, 1], [1, 2], 1, [6, 9], [0], [2], [10], 100)
        >>> LimitUsage(problem).of(0, np.array([0, 1])).tolist()
        [1.0, 1.0]
        """
        limit, units = self._taken(int(self._class_of[commodity]), arcs)
        row = np.zeros(self._n_limits)
        row[limit] = units
        return row

    def _taken(self, own_class: int, arcs: Ints) -> tuple[Ints, Floats]:
        """Return the limits that a path takes from, rising, and the units of each."""
        key = (own_class, arcs.tobytes())
        known = self._seen.get(key)
        if known is None:
            runs = [np.arange(self._start[a], self._start[a + 1]) for a in arcs]
            touched = np.concatenate(runs) if runs else np.empty(0, dtype=np.int64)
            only = self._only[touched]
            touched = touched[(only < 0) | (only == own_class)]
            row = np.bincount(self._limit[touched], self._factor[touched], self._n_limits)
            limit = np.flatnonzero(row)
            known = self._seen[key] = limit, row[limit].astype(np.float64)
        return known

    def of_plan(self, plan: Plan) -> tuple[Ints, Ints, Floats]:
        """Return the units of each limit that a unit on each path of a plan takes.

        Of hundreds of limits a path takes from a dozen.

        Returns
        -------
        path, limit, units
            Each pair of which the one takes from the other, shape (E,): path by path, limits
            rising.
        """
        own = self._class_of[plan.commodity].tolist()
        taken = [self._taken(c, arcs) for c, arcs in zip(own, plan.arcs, strict=True)]
        sizes = [len(limit) for limit, _ in taken]
        limits = np.concatenate([limit for limit, _ in taken] or [np.empty(0, dtype=np.int64)])
        units = np.concatenate([units for _, units in taken] or [np.empty(0)])
        return np.repeat(np.arange(len(taken)), sizes), limits, units

    def total(self, plan: Plan) -> Floats:
        """Return the units of each limit that a plan takes in all, shape (R,)."""
        total = np.zeros(self._n_limits)
        for k, arcs, amount in zip(plan.commodity, plan.arcs, plan.amount, strict=True):
            total += self.of(int(k), arcs) * amount
        return total
