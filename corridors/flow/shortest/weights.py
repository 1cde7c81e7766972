"""What arcs cost with what limits charge on them, worked out again only where it changes.

A *cell* is a class on an arc, ``class * A + arc``. From one question to the next a few arcs
close and the prices of some limits move; what is left as it was in the first answer is not
looked at again. Each sum has one order, whatever was asked before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.kernels import lean
from corridors.flow.usage import open_costs

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.flow.problem import FlowProblem


class ArcWeights:
    """Costs of arcs where they are open, and what the limits charge there.

    Parameters
    ----------
    problem
        Its members of limits, those of one limit together; a class of -1 stands for all.
    unit
        Units of a limit that a member takes, as the prices count them, shape (E,).

    Attributes
    ----------
    shut
        Arcs that the problem last opened closes to any class, shape (A,).
    changed
        Cells whose weight is not what was kept, since `at` was last asked; None where nothing
        was kept or costs are others.
    """

    def __init__(self, problem: FlowProblem, unit: Floats) -> None:
        p = problem
        self._shape = classes, arcs = p.cost.shape
        # Member by member, each for all its classes, so that sums have one order.
        times = np.where(p.member_class < 0, classes, 1)
        member = np.repeat(np.arange(len(times)), times)
        within = np.arange(len(member)) - np.repeat(np.cumsum(times) - times, times)
        cell = (np.maximum(p.member_class, 0)[member] + within) * arcs + p.member_arc[member]
        limit, units = p.member_limit[member], unit[member]
        by_cell = np.argsort(cell, kind="stable")
        self._of_limit = _offsets(limit, p.n_limits), cell, units
        self._of_cell = _offsets(cell, classes * arcs), limit[by_cell], units[by_cell]
        self._cost: Floats | None = None
        self._kept: tuple[Floats, Floats, Floats] | None = None
        self._charged = np.zeros((2, classes * arcs))
        self._at = np.zeros((2, p.n_limits))
        self._marked = np.zeros(p.n_limits, dtype=np.bool_)
        self._marks = np.zeros(classes * arcs, dtype=np.bool_)
        self._seen = np.zeros(classes * arcs, dtype=np.bool_)
        self._lists = np.empty((2, classes * arcs), dtype=np.int64)
        self._moved = self._lists[0, :0]
        self.shut = problem.closed
        self._closing: tuple[Floats | None, Floats | None, tuple[Flags, Flags]] = (
            None, None, (self.shut, self.shut),
        )  # fmt: skip
        self.changed: Ints | None = None

    def open(self, problem: FlowProblem) -> Floats:
        """Return the costs of a problem with ``inf`` wherever an arc is closed, shape (C, A).

        The array is the same one each time that costs are, and holds until the next is asked for.
        """
        p = problem
        zero, gone = self._gone(problem)
        self._now = p.closed, zero
        if p.cost is not self._cost:
            self.shut = p.closed | gone
            self._cost, self._first = p.cost, self._now
            self._first_open = open_costs(p).reshape(-1)
            self._open = self._first_open.copy()
            self._moved, self._kept, self.changed = self._lists[0, :0], None, None
        else:
            count = _reopen(
                *self._first, p.closed, zero, *self._of_limit, *self._of_cell, self._seen,
                self._moved, self._lists[0], p.cost.reshape(-1), self._first_open, self._open,
                gone, self.shut,
            )  # fmt: skip
            self._moved = self._lists[0, :count]
        # No view is kept, which would be an array by itself in another process.
        return self._open.reshape(self._shape)

    def _gone(self, problem: FlowProblem) -> tuple[Flags, Flags]:
        """Return the limits through which nothing passes (R,), and the arcs that they take away."""
        bound, price, found = self._closing
        if bound is problem.bound and price is problem.excess_price:
            return found
        zero = (problem.bound <= 0) & np.isinf(problem.excess_price)
        first, cell, unit = self._of_limit
        gone = np.zeros(problem.n_arcs, dtype=np.bool_)
        for r in np.flatnonzero(zero).tolist():
            own = cell[first[r] : first[r + 1]][unit[first[r] : first[r + 1]] > 0]
            gone[own % problem.n_arcs] = True
        self._closing = problem.bound, problem.excess_price, (zero, gone)
        return zero, gone

    def at(self, price: Floats) -> Floats:
        """Return the weights of the problem last opened at some prices (R,), shape (C, A).

        What is returned holds until the next is asked for.
        """
        if self._kept is None:
            weight = self._open.copy()
            _charge(weight, price, *self._of_limit)
        else:
            kept, at, weight = self._kept
            count = _recharge(
                self._moved, at, price, *self._of_limit, *self._of_cell, self._seen, self.changed,
                self._lists[1], self._open, kept, weight,
            )  # fmt: skip
            self.changed = self._lists[1, :count]
        self._last = weight, price
        return weight.reshape(self._shape)

    def keep(self) -> Floats:
        """Keep the weights that `at` last returned as what later ones are held against.

        So are the arcs that are closed at them: what closes and opens counts from there.
        """
        weight, price = self._last
        if len(self._moved):
            self._first, self._first_open = self._now, self._open.copy()
            self._moved = self._lists[0, :0]
        self._kept = weight.copy(), price.copy(), weight.copy()
        self.changed = self._lists[1, :0]
        return weight.reshape(self._shape).copy()

    @property
    def charged_at(self) -> Floats:
        """Prices at two levels for which `charges` was last asked, shape (2, R)."""
        return self._at

    def charges(self, price: Floats) -> Floats:
        """Return what the limits charge at two levels of prices (2, R), shape (2, C, A).

        What is returned holds until the next is asked for.
        """
        _charge_anew(self._charged, self._at, price, *self._of_limit)
        return self._charged.reshape(2, *self._shape)

    def recharged(self, price: Floats, before: Floats, hair: float) -> Flags:
        """Return the cells that are charged something else than before, shape (C * A,).

        What is returned holds until the next is asked for.

        Parameters
        ----------
        price, before
            At two levels, shape (2, R).
        hair
            Relative difference of prices that is none.
        """
        _mark_moved(price, before, hair, self._marked, self._marks, *self._of_limit)
        return self._marks


def _offsets(number: Ints, count: int) -> Ints:
    first = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(number, minlength=count), out=first[1:])
    return first


@lean
def _charge(weight, price, first, cell, unit):
    """Add what each limit charges, member by member."""
    for r in range(len(price)):
        if price[r] != 0.0:
            for e in range(first[r], first[r + 1]):
                weight[cell[e]] += price[r] * unit[e]


@lean
def _charge_anew(weight, old, price, first, cell, unit):
    """Take away what limits charged at some levels of prices, and add what they charge now."""
    for level in range(len(price)):
        for r in range(len(price[level])):
            if old[level, r] != 0.0:
                for e in range(first[r], first[r + 1]):
                    weight[level, cell[e]] = 0.0
        for r in range(len(price[level])):
            old[level, r] = price[level, r]
            if price[level, r] != 0.0:
                for e in range(first[r], first[r + 1]):
                    weight[level, cell[e]] += price[level, r] * unit[e]


@lean
def _mark_moved(price, before, hair, marked, marks, first, cell, unit):  # noqa: ARG001 - as `_charge`
    """Mark what limits charge whose price has moved at any level, and nothing else."""
    for r in range(len(marked)):
        if marked[r]:
            marked[r] = False
            for e in range(first[r], first[r + 1]):
                marks[cell[e]] = False
    for r in range(len(marked)):
        for level in range(len(price)):
            now = price[level, r]
            if abs(now - before[level, r]) > hair * (1.0 + abs(now)):
                marked[r] = True
        if marked[r]:
            for e in range(first[r], first[r + 1]):
                marks[cell[e]] = True


@lean
def _reopen(
    closed, zero, now_closed, now_zero, first, cell, unit, cell_first, limit, cell_unit, seen,
    moved, cells, cost, first_open, into, gone, shut,
):  # fmt: skip
    """List the cells that one of two problems alone may close; say how many.

    Their costs are filled, ``inf`` where they are closed, those of cells that had `moved` are put
    back before, and which arcs are shut is noted.
    """
    n_arcs, count = len(closed), 0
    for one in moved:
        into[one] = first_open[one]
    for arc in range(n_arcs):
        shut[arc] = now_closed[arc] or gone[arc]
    for arc in range(n_arcs):
        if closed[arc] != now_closed[arc]:
            for one in range(arc, len(seen), n_arcs):
                seen[one] = True
                cells[count] = one
                count += 1
    for r in range(len(zero)):
        if zero[r] != now_zero[r]:
            for e in range(first[r], first[r + 1]):
                if unit[e] > 0.0 and not seen[cell[e]]:
                    seen[cell[e]] = True
                    cells[count] = cell[e]
                    count += 1
    for i in range(count):
        one = cells[i]
        seen[one] = False
        away = now_closed[one % n_arcs]
        for e in range(cell_first[one], cell_first[one + 1]):
            away = away or (now_zero[limit[e]] and cell_unit[e] > 0.0)
        into[one] = np.inf if away else cost[one]
    return count


@lean
def _recharge(
    moved, price, now_price, first, cell, unit, cell_first, limit, cell_unit, seen, changed,  # noqa: ARG001 - `unit` as `_charge`
    cells, cost, kept, into,
):  # fmt: skip
    """List the cells that have moved or are charged something else; say how many.

    Their weights are filled: their cost, and what the limits charge in their order. Those that
    had `changed` are put back before.
    """
    count = 0
    for one in changed:
        into[one] = kept[one]
    for one in moved:
        seen[one] = True
        cells[count] = one
        count += 1
    for r in range(len(price)):
        if price[r] != now_price[r]:
            for e in range(first[r], first[r + 1]):
                if not seen[cell[e]]:
                    seen[cell[e]] = True
                    cells[count] = cell[e]
                    count += 1
    for i in range(count):
        one = cells[i]
        seen[one] = False
        weight = cost[one]
        for e in range(cell_first[one], cell_first[one + 1]):
            if now_price[limit[e]] != 0.0:
                weight += now_price[limit[e]] * cell_unit[e]
        into[one] = weight
    return count


@lean
def offer(prices, wanted, penalty, hair, price, sigma, near, ceiling, short):
    """Fill what limits charge, what commodities pay, within what hair, and up to where.

    With who might as well fall short. From prices that rounding may have made negative, and from
    what each commodity would pay if it could not.
    """
    for r in range(len(price)):
        price[r] = max(prices[r], 0.0)
    for k in range(len(sigma)):
        pays = min(wanted[k], penalty[k])
        hairs = (abs(pays) + 1.0) * hair
        sigma[k], near[k], ceiling[k] = pays, hairs, pays - hairs
        short[k] = penalty[k] <= pays + hairs
