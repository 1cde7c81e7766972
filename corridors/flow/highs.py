"""HiGHS behind the interface of the master problem: the same columns, kept alive, the same answers.

HiGHS knows one cost and one right-hand side; here each has several, compared in
turn. So the program is solved once for each cost: by cost, then by tie cost
among the optima by cost, then by rank among those of both. What is worse than
an optimum is held at 0, and a limit with a price is held full. That decides the
amounts. The prices are those of right-hand sides moved by less than any number,
and the move is a program of its own (Williams 1963): what carries something may
change either way, what carries nothing may only gain, limits that are not full
do not count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.flow.master import FailedError, LastBasis, Master, MasterProblem
from corridors.flow.simplex.basis import SMALL

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats
    from corridors.flow.paths.pool import PathPool

_OPTIONS = {
    "output_flag": False,
    "threads": 1,
    "presolve": "off",
    "solver": "simplex",
    "primal_feasibility_tolerance": 1e-10,
    "dual_feasibility_tolerance": 1e-10,
}


class HighsMaster(Master):
    """The program over the columns of a pool, in HiGHS.

    Parameters
    ----------
    pool, n_slack, n_limits
        As `Master` takes them.
    """

    def __init__(self, pool: PathPool, n_slack: int, n_limits: int) -> None:
        # Only needed here, and it does not agree with every other solver in one process.
        import highspy

        self._highspy = highspy
        self._highs: Any = highspy.Highs()
        for name, value in _OPTIONS.items():
            self._highs.setOptionValue(name, value)
        rows = n_slack + n_limits
        none, empty = np.empty(0, dtype=np.int32), np.empty(0)
        self._lower, self._upper = np.zeros(rows), np.zeros(rows)
        self._highs.addRows(
            rows, self._lower, self._upper, 0, np.zeros(rows, dtype=np.int32), none, empty
        )
        self._size = 0
        super().__init__(pool, n_slack, n_limits)

    @property
    def untouched(self) -> bool:
        """Whether no limit binds and nothing has been optimised, as after `reset`."""
        return self._moved and self._working.size == 0

    def stand(self, question: MasterProblem) -> None:
        """Work out what the basis that stands means for a question.

        Raises
        ------
        FailedError
            Where it has no inverse.
        """
        self._moved = True
        if not self._working.refresh(question.amount, question.bound):
            raise FailedError

    def reset(self) -> None:
        """Go back to nothing: everything falls short."""
        super().reset()
        self._moved = True

    def restore(self) -> None:
        """Go back to the basis that was kept, or to nothing where none was."""
        super().restore()
        self._moved = True

    def shed(self) -> None:
        """Forget the paths found since the basis was kept, where they have become many."""
        super().shed()
        if self._size > self.pool.size:
            gone = np.arange(self.pool.size, self._size, dtype=np.int32)
            self._highs.deleteCols(len(gone), gone)
            self._size = self.pool.size
            self._moved = True

    def fill(self, first: int, question: MasterProblem) -> None:
        """Leave the start to HiGHS."""

    def optimise(self, question: MasterProblem) -> None:
        """Bring the basis to an optimum by cost over the pool, and price the limits.

        Raises
        ------
        FailedError
            Where HiGHS finds no optimum. The program always has one: everything
            may fall short.
        """
        self._add_columns()
        if self._moved:
            self._hand_over()
        most = np.where(self.pool.columns.banned[: self._size], 0.0, np.inf)
        self._bound_columns(np.zeros(self._size), most)
        free = np.full(len(question.bound[0]), -np.inf)
        self._bound_rows(
            np.concatenate([question.amount[0], free]),
            np.concatenate([question.amount[0], question.bound[0]]),
        )
        self._run(0)
        self._most = most
        dual = np.array(self._highs.getSolution().row_dual)
        self._working.values.sigma[0] = dual[: self.n_slack]
        self._working.values.price[0] = -dual[self.n_slack :]

    def decide(self, question: MasterProblem) -> bool:
        """Decide the ties that an optimum by cost has left; say that prices may have moved.

        Raises
        ------
        FailedError
            Where HiGHS finds no way there.
        """
        most = self._most
        lower, upper = self._lower.copy(), self._upper.copy()
        for level in (1, 2):
            self._hold(np.zeros(self._size), most, lower, upper)
            self._run(level)
        solution = self._highs.getSolution()
        amount, taken = np.array(solution.col_value), np.array(solution.row_value)
        whole = question.amount[0][self.pool.columns.commodity[: self._size]]
        carries = amount > SMALL * (1.0 + whole)
        bound = question.bound[0]
        full = taken[self.n_slack :] >= bound - SMALL * (1.0 + bound)
        # From here on the amounts are what changes when the right-hand sides are moved.
        # Each within a bound that no such change comes near: a reduced cost that is off by a hair
        # would have a column run away.
        room = 1e3 * (1.0 + np.abs(question.amount[1]).sum() + np.abs(question.bound[1]).sum())
        least = np.where(carries, -room, 0.0)
        most = np.where(self.pool.columns.banned[: self._size], 0.0, room)
        lower = np.concatenate([question.amount[1], np.full(len(bound), -np.inf)])
        upper = np.concatenate([question.amount[1], np.where(full, question.bound[1], np.inf)])
        self._bound_columns(least, most)
        self._bound_rows(lower, upper)
        self._run(0)
        for level in (1, 2):
            self._hold(least, most, lower, upper)
            self._run(level)
        self.take(self.optimal(), question)
        self._moved = False
        return True

    def _hold(self, least: Floats, most: Floats, lower: Floats, upper: Floats) -> None:
        """Hold what is no optimum by the last cost at 0, and limits with a price full; in place."""
        solution = self._highs.getSolution()
        reduced, dual = np.array(solution.col_dual), np.array(solution.row_dual)
        sigma, price = dual[: self.n_slack], -dual[self.n_slack :]
        near = SMALL * (1.0 + np.abs(sigma))
        most[reduced > near[self.pool.columns.commodity[: self._size]]] = 0.0
        self._bound_columns(np.minimum(least, most), most)
        priced = np.flatnonzero(price > SMALL * max(1.0, 0.1 * np.abs(sigma).max(initial=0.0)))
        lower[self.n_slack + priced] = upper[self.n_slack + priced]
        self._bound_rows(lower, upper)

    def _run(self, level: int) -> None:
        """Solve by the costs of a level, from the basis that there is."""
        highs, n = self._highs, self._size
        cost = self.pool.columns.cost[level, :n].copy()
        highs.changeColsCost(n, np.arange(n, dtype=np.int32), cost)
        highs.run()
        if highs.getModelStatus() != self._highspy.HighsModelStatus.kOptimal:
            raise FailedError

    def _add_columns(self) -> None:
        """Give HiGHS the columns that have come to the pool."""
        first, last = self._size, self.pool.size
        if first == last:
            return
        columns = self.pool.columns
        start = columns.start[first : last + 1] - columns.start[first]
        part = slice(columns.start[first], columns.start[last])
        # Each column's own convexity row stands before the limits that it touches.
        index = np.insert(
            columns.limit[part] + self.n_slack, start[:-1], columns.commodity[first:last]
        )
        value = np.insert(columns.unit[part], start[:-1], 1.0)
        starts = start[:-1] + np.arange(last - first)
        self._highs.addCols(
            last - first,
            np.zeros(last - first),
            np.zeros(last - first),
            np.zeros(last - first),
            len(index),
            starts.astype(np.int32),
            index.astype(np.int32),
            value,
        )
        self._size = last

    def _bound_columns(self, least: Floats, most: Floats) -> None:
        n = self._size
        self._highs.changeColsBounds(n, np.arange(n, dtype=np.int32), least, most)

    def _bound_rows(self, lower: Floats, upper: Floats) -> None:
        for row in np.flatnonzero((lower != self._lower) | (upper != self._upper)).tolist():
            self._highs.changeRowBounds(row, lower[row], upper[row])
        self._lower, self._upper = lower.copy(), upper.copy()

    def _hand_over(self) -> None:
        """Let HiGHS go on from the basis that this master holds."""
        status = self._highspy.HighsBasisStatus
        column = [status.kLower] * self._size
        for j in self.basic_columns().tolist():
            column[j] = status.kBasic
        row = [status.kLower] * self.n_slack
        row += [status.kBasic if loose else status.kUpper for loose in self.loose.tolist()]
        basis = self._highspy.HighsBasis()
        basis.col_status, basis.row_status = column, row
        self._highs.setBasis(basis)
        self._moved = False

    def optimal(self) -> LastBasis:
        """Return the basis that HiGHS has ended on.

        Raises
        ------
        FailedError
            Where a commodity has no column in it.
        """
        basic = np.asarray(self._highs.getBasicVariables()[1], dtype=np.int64)
        columns = np.sort(basic[basic >= 0])
        commodity = self.pool.columns.commodity[columns]
        tight = np.ones(len(self._lower), dtype=np.bool_)
        tight[-1 - basic[basic < 0]] = False
        if not tight[: self.n_slack].all() or len(np.unique(commodity)) < self.n_slack:
            raise FailedError
        key, first = np.full(self.n_slack, -1, dtype=np.int64), np.zeros(len(columns), dtype=bool)
        first[np.unique(commodity, return_index=True)[1]] = True
        key[commodity[first]] = columns[first]
        return LastBasis(key, columns[~first], np.flatnonzero(tight[self.n_slack :]))
