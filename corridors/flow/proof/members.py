"""The members of limits as the certificate reads them: by limit, and by class and arc.

Written for the certificate alone; the engine has its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.compiling import plain, plain_part

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.flow.problem import FlowProblem


class Members:
    """Members of limits, once for each class that they count for.

    A *cell* is a class on an arc, ``class * A + arc``. Members of one limit stand
    together, and so do those of one cell, each in the order that the problem has them in.

    Parameters
    ----------
    problem
        Whose members they are.
    """

    def __init__(self, problem: FlowProblem) -> None:
        p = problem
        classes, arcs = p.cost.shape
        every = p.member_class < 0
        times = np.where(every, classes, 1)
        member = np.repeat(np.arange(len(times)), times)
        within = np.arange(len(member)) - np.repeat(np.cumsum(times) - times, times)
        cell = (np.maximum(p.member_class, 0)[member] + within) * arcs + p.member_arc[member]
        limit, factor = p.member_limit[member], p.member_factor[member]
        by_limit = np.argsort(limit, kind="stable")
        self._limit_first = _offsets(limit, p.n_limits)
        self._limit_cell, self._limit_factor = cell[by_limit], factor[by_limit]
        by_cell = np.argsort(cell, kind="stable")
        self._cell_first = _offsets(cell, classes * arcs)
        self._cell_limit, self._cell_factor = limit[by_cell], factor[by_cell]
        # Most limits hold an arc for many classes, one after the other.
        arc = self._limit_cell % max(arcs, 1)
        begins = np.ones(len(arc), dtype=np.bool_)
        begins[1:] = arc[1:] != arc[:-1]
        begins[self._limit_first[:-1][np.diff(self._limit_first) > 0]] = True
        run = np.flatnonzero(begins)
        self._run_first = np.searchsorted(run, self._limit_first)
        self._run_start, self._run_arc = np.append(run, len(arc)), arc[run]
        # Room for a flow, and for which arcs carry any of it: all 0 but while one is added up.
        carries = np.zeros(arcs, dtype=np.bool_)
        # What the kernel `use` takes of all this.
        self.by_limit = (
            np.zeros(classes * arcs), carries, self._run_first, self._run_start, self._run_arc,
            self._limit_cell, self._limit_factor,
        )  # fmt: skip
        self._shut: tuple[Floats | None, Floats | None, Flags] = (None, None, carries)
        self._seen = np.zeros(classes * arcs, dtype=np.bool_)

    def nothing_passes(self, p: FlowProblem) -> Flags:
        """Return which limits are 0 and may not be exceeded, shape (R,)."""
        bound, price, shut = self._shut
        if bound is not p.bound or price is not p.excess_price:
            shut = np.asarray((p.bound <= 0) & np.isinf(p.excess_price))
            self._shut = p.bound, p.excess_price, shut
        return shut

    def weights(self, p: FlowProblem, price: Floats) -> Floats:
        """Return what arcs cost with what the limits charge, shape (C * A,); inf where closed.

        Parameters
        ----------
        p
            The problem.
        price
            Of each limit, shape (R,).
        """
        weight = np.empty(p.cost.size)
        every = np.arange(p.cost.size)
        _weigh(
            p.cost.reshape(-1), p.closed, price, self.nothing_passes(p), self._cell_first,
            self._cell_limit, self._cell_factor, every, len(every), weight,
        )  # fmt: skip
        return weight

    def change(
        self,
        p: FlowProblem,
        price: Floats,
        before: tuple[Flags, Floats, Flags],
        last: tuple[Ints, Floats],
        into: Floats,
    ) -> Ints:
        """Bring the weights of one problem to those of another of the same costs.

        Parameters
        ----------
        p, price
            The other problem, and its prices.
        before
            Of the one: its closed arcs (A,), its prices and which limits are 0 (R,).
        last
            Cells where `into` is not what the one weighs, and its weights (C * A,).
        into
            Weights (C * A,), which become those of the other.

        Returns
        -------
        ndarray
            The cells whose weight may be another.
        """
        cells = np.empty(len(into), dtype=np.int64)
        count = _change(
            *before, p.closed, price, self.nothing_passes(p), self._limit_first, self._limit_cell,
            self._seen, cells, p.cost.reshape(-1), self._cell_first, self._cell_limit,
            self._cell_factor, *last, into,
        )  # fmt: skip
        return cells[:count]


def _offsets(number: Ints, count: int) -> Ints:
    first = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(number, minlength=count), out=first[1:])
    return first


@plain_part
def use(
    commodity_class, commodity, start, arcs, amount, flow, carries, run_first, run_start, run_arc,
    cell, factor, use,
):  # fmt: skip
    """Add up the units that the flow on paths takes of each limit.

    Few arcs carry anything, and what stands on one arc stands together.
    """
    for i in range(len(commodity)):
        for j in range(start[i], start[i + 1]):
            flow[commodity_class[commodity[i]] * len(carries) + arcs[j]] += amount[i]
            carries[arcs[j]] = True
    for r in range(len(use)):
        use[r] = 0.0
        for run in range(run_first[r], run_first[r + 1]):
            if carries[run_arc[run]]:
                for e in range(run_start[run], run_start[run + 1]):
                    use[r] += factor[e] * flow[cell[e]]
    for i in range(len(commodity)):
        for j in range(start[i], start[i + 1]):
            flow[commodity_class[commodity[i]] * len(carries) + arcs[j]] = 0.0
            carries[arcs[j]] = False


@plain
def _change(
    closed, price, shut, now_closed, now_price, now_shut, first, limit_cell, seen, cells, cost,
    cell_first, cell_limit, factor, last, before, into,
):  # fmt: skip
    """List the cells that one of two problems alone closes, or charges something else.

    Their weights are filled, and those of cells that had another weight last are put back before.
    """
    n_arcs, count = len(closed), 0
    for cell in last:
        into[cell] = before[cell]
    for r in range(len(price)):
        if price[r] != now_price[r] or shut[r] != now_shut[r]:
            for e in range(first[r], first[r + 1]):
                if not seen[limit_cell[e]]:
                    seen[limit_cell[e]] = True
                    cells[count] = limit_cell[e]
                    count += 1
    for arc in range(n_arcs):
        if closed[arc] != now_closed[arc]:
            for cell in range(arc, len(seen), n_arcs):
                if not seen[cell]:
                    seen[cell] = True
                    cells[count] = cell
                    count += 1
    for i in range(count):
        seen[cells[i]] = False
    _weigh(
        cost, now_closed, now_price, now_shut, cell_first, cell_limit, factor, cells, count, into
    )
    return count


@plain
def _weigh(cost, closed, price, shut, first, cell_limit, factor, cells, count, into):
    """Fill the weights of some cells: cost, and what limits charge; closed ones are infinite."""
    for i in range(count):
        cell = cells[i]
        weight = cost[cell]
        for e in range(first[cell], first[cell + 1]):
            if factor[e] > 0.0:
                r = cell_limit[e]
                weight += np.inf if shut[r] else price[r] * factor[e]
        into[cell] = np.inf if closed[cell % len(closed)] else weight
