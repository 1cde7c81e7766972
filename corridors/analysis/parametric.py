"""The straight piece of a plan as demand grows: how it changes, and how far that holds.

As the right-hand side of a linear program moves along a line, the best plan
moves along straight pieces; on each, the same routes are used and the same
limits are full (parametric linear programming: Gass and Saaty 1955).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import lstsq
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats, Ints
    from corridors.flow.problem import FlowProblem
    from corridors.flow.solution import Plan
    from corridors.flow.solve import Answer
    from corridors.flow.usage import LimitUsage

_FULL = 1e-7
"""Share of a limit that may be left where it counts as full."""

_STILL = 1e-9
"""Relative speed below which an amount stands still."""

_STRAIGHT = 1e-7
"""Relative error with which the equations of a piece hold."""


@dataclass(frozen=True, eq=False)
class LinearPiece:
    """A plan and the way it changes with the growth.

    Attributes
    ----------
    shortfall, shortfall_slope
        By commodity, shape (K,): units a day, and their change for a growth of 1.
    back, ahead
        How far the piece reaches, in units of growth; 0 in a direction where
        this very point is a bend, infinite where nothing ever bends it.
    """

    shortfall: Floats
    shortfall_slope: Floats
    back: float
    ahead: float


class Blocks:
    """Systems of equations that have been solved: from piece to piece most are the same."""

    _MOST = 4096

    def __init__(self) -> None:
        self._solved: dict[tuple[int, bytes, bytes], tuple[Floats, bool]] = {}

    def solve(self, matrix: Floats, right: Floats) -> tuple[Floats, bool]:
        """Return a solution in the sense of least squares, and whether there is no other."""
        key = matrix.shape[0], matrix.tobytes(), right.tobytes()
        if key not in self._solved:
            if len(self._solved) >= self._MOST:
                self._solved.clear()
            # By QR with pivoting, which tells the rank; it takes a tenth of the time of an SVD.
            values, _, rank, _ = lstsq(
                matrix, right, cond=1e-10, lapack_driver="gelsy", check_finite=False
            )
            self._solved[key] = values, bool(rank == matrix.shape[1])
        return self._solved[key]


def piece_at(
    answer: Answer, uses: LimitUsage, growth: Floats, blocks: Blocks | None = None
) -> LinearPiece:
    """Return the linear piece on which an answer lies.

    Parameters
    ----------
    answer
        A certified answer.
    uses
        Of its problem.
    growth
        Units a day that each commodity gains for a growth of 1, shape (K,).
    blocks
        Equations solved for other pieces, and for this one from now on.
    """
    blocks = Blocks() if blocks is None else blocks
    problem = answer.problem
    plan = answer.plan
    parts = np.bincount(plan.commodity, minlength=problem.n_commodities) + (plan.shortfall > 0)
    system = _System(problem, uses, plan, np.flatnonzero(parts > 1))
    speed = growth[plan.commodity]
    slope = np.where(plan.shortfall > 0, growth, 0.0)
    none = np.zeros(problem.n_limits)
    values, error, unique = system.solve(growth, none, speed, blocks)
    speed[system.paths] = values[: len(system.paths)]
    slope[system.falls] = values[len(system.paths) :]
    filling = system.taken_by(speed)
    scale = 1.0 + float(np.abs(growth).max(initial=0.0))
    # A full limit that only routes of undivided demands pass must stand still as well.
    bursts = np.abs(filling[system.is_full]).max(initial=0.0)
    if not unique or max(error, bursts) > _STRAIGHT * scale:
        return LinearPiece(plan.shortfall, slope, 0.0, 0.0)
    bounded = np.isfinite(problem.bound) & (problem.bound > 0) & ~system.is_full
    room = problem.bound[bounded] - system.use[bounded]
    falls = plan.shortfall > 0
    # A limit with room r that fills with speed v is full after r / v.
    lasts = [
        (room, -filling[bounded]),
        (plan.amount, speed),
        (plan.shortfall[falls], slope[falls]),
    ]
    return LinearPiece(
        plan.shortfall,
        slope,
        back=min(_until(x, -v) for x, v in lasts),
        ahead=min(_until(x, v) for x, v in lasts),
    )


def _until(amount: Floats, speed: Floats) -> float:
    """Return when the first of some amounts that change with some speeds is used up."""
    shrinks = speed < -_STILL * (1.0 + np.abs(np.where(np.isfinite(amount), amount, 0.0)))
    return float((amount[shrinks] / -speed[shrinks]).min(initial=np.inf))


class _System:
    """The linear equations that define the amounts of demands that are split.

    Parameters
    ----------
    problem, uses
        What the plan answers.
    plan
        Paths and amounts, as found.
    split
        Commodities with more than one part, the shortfall counted as a part.

    Attributes
    ----------
    paths, falls
        The unknowns: numbers of paths, and commodities with a shortfall.
    full
        Limits that are full and touched by an unknown path.
    use, is_full
        What is taken of each limit, and whether that is all of it, shape (R,).
    """

    def __init__(self, problem: FlowProblem, uses: LimitUsage, plan: Plan, split: Ints) -> None:
        self.plan, self.split = plan, split
        commodity = plan.commodity
        self._path, self._limit, self._units = uses.of_plan(plan)
        self._n_limits = problem.n_limits
        unknown = np.zeros(problem.n_commodities, dtype=np.bool_)
        unknown[split] = True
        self.fixed = ~unknown[commodity]
        self.paths = np.flatnonzero(~self.fixed)
        self.falls = split[plan.shortfall[split] > 0]
        bound = problem.bound
        self.use = self.taken_by(plan.amount)
        self.is_full = np.isfinite(bound) & (bound > 0)
        self.is_full &= np.abs(self.use - bound) <= _FULL * np.maximum(bound, 1.0)
        own = np.flatnonzero(~self.fixed[self._path] & self.is_full[self._limit])
        touched = np.zeros(problem.n_limits, dtype=np.bool_)
        touched[self._limit[own]] = True
        self.full = np.flatnonzero(touched)
        matrix = np.zeros((len(split) + len(self.full), len(self.paths) + len(self.falls)))
        row_of = np.searchsorted(split, commodity[self.paths])
        matrix[row_of, np.arange(len(self.paths))] = 1.0
        row_of = len(split) + np.searchsorted(self.full, self._limit[own])
        matrix[row_of, np.searchsorted(self.paths, self._path[own])] = self._units[own]
        row_of = np.searchsorted(split, self.falls)
        matrix[row_of, len(self.paths) + np.arange(len(self.falls))] = 1.0
        # Rows of one size, so that the rank is not a question of units.
        self._size = np.abs(matrix).max(axis=1, initial=0.0)
        self._matrix = matrix / self._size[:, None]

    def taken_by(self, amount: Floats) -> Floats:
        """Return what amounts on all paths (P,) take of each limit, shape (R,)."""
        units = self._units * amount[self._path]
        return np.bincount(self._limit, units, self._n_limits).astype(np.float64)

    def solve(
        self, wanted: Floats, room: Floats, fixed: Floats, blocks: Blocks
    ) -> tuple[Floats, float, bool]:
        """Solve for the unknowns.

        Parameters
        ----------
        wanted
            Of each commodity in all, shape (K,).
        room
            Of each limit, shape (R,).
        fixed
            Amounts of all paths, of which those known are used, shape (P,).
        blocks
            What has been solved.

        Returns
        -------
        values, error, unique
            Paths and shortfalls; the largest error of an equation; whether
            there is one solution only.
        """
        taken = self.taken_by(np.where(self.fixed, fixed, 0.0))[self.full]
        right = np.concatenate([wanted[self.split], room[self.full] - taken]) / self._size
        values = np.zeros(self._matrix.shape[1])
        unique = True
        for rows, columns in self._blocks:
            part, alone = blocks.solve(self._matrix[rows[:, None], columns], right[rows])
            values[columns] = part
            unique &= alone
        error = float(np.abs(self._matrix @ values - right).max(initial=0.0))
        return values, error, unique

    @cached_property
    def _blocks(self) -> list[tuple[Ints, Ints]]:
        """Rows and columns of the parts of the matrix that share none, each with a column.

        Demands far apart fill no limit together, so most equations know little of the others.
        """
        n_rows, n_columns = self._matrix.shape
        row, column = np.nonzero(self._matrix)
        links = coo_matrix(
            (np.ones(len(row)), (row, n_rows + column)), shape=(n_rows + n_columns,) * 2
        )
        _, part = connected_components(links, directed=False)
        order = np.argsort(part, kind="stable")
        found = []
        for own in np.split(order, np.flatnonzero(np.diff(part[order])) + 1):
            columns = own[own >= n_rows] - n_rows
            if len(columns):
                found.append((own[own < n_rows], columns))
        return found
