"""The master problem: the program over the paths at hand, with the basis that it has reached.

The basis stays from one question to the next, or goes back to that of the
first; its arrays grow as more limits come to bind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.simplex import basis, simplex
from corridors.flow.simplex.basis import Basis, Values

if TYPE_CHECKING:
    from corridors.flow.path_pool import PathPool
    from corridors.flow.problem import Floats, FlowProblem, Ints

_ROOM = 64
"""Binding limits for which there is room at first."""


class FailedError(Exception):
    """The simplex method lost its way; the caller starts it afresh."""


@dataclass
class Question:
    """What varies between problems on the same arcs, in canonical numbering.

    Attributes
    ----------
    problem
        The problem.
    open_cost
        Its costs with ``inf`` where an arc is closed, shape (C, A).
    amount, bound
        Right-hand sides of the master problem and the direction in which each
        is moved, shapes (2, K + S) and (2, R).
    """

    problem: FlowProblem
    open_cost: Floats
    amount: Floats
    bound: Floats


@dataclass
class _Start:
    """A basis to which the master problem returns before each new question."""

    key: Ints
    other: Ints
    tight: Ints
    inverse: Floats
    n_columns: int


class Master:
    """The program over the columns of a pool, and its last basis.

    Parameters
    ----------
    pool
        The columns; more may be added at any time.
    n_slack, n_rows
        Numbers of convexity rows and of limits.

    Attributes
    ----------
    basis, values
        The last basis, and what it means.
    fresh
        Whether the inverse of the basis has to be computed before it is used.
    """

    def __init__(self, pool: PathPool, n_slack: int, n_rows: int) -> None:
        self.pool = pool
        self.n_slack = n_slack
        self.basis = Basis(
            key=np.arange(n_slack, dtype=np.int64),
            other=np.zeros(_ROOM, dtype=np.int64),
            tight=np.zeros(_ROOM, dtype=np.int64),
            size=np.zeros(1, dtype=np.int64),
            state=np.zeros(len(pool.columns.commodity), dtype=np.int8),
            place=np.full(n_rows, -1, dtype=np.int64),
            inverse=np.zeros((_ROOM, _ROOM)),
        )
        self.values = Values(
            key=np.zeros((2, n_slack)),
            other=np.zeros((2, _ROOM)),
            use=np.zeros((2, n_rows)),
            price=np.zeros((3, n_rows)),
            sigma=np.zeros((3, n_slack)),
            key_use=np.zeros((2, n_rows)),
        )
        self._start: _Start | None = None
        self.reset()

    @property
    def size(self) -> int:
        """Number of limits that bind, and of the basic columns that are no keys."""
        return int(self.basis.size[0])

    @property
    def started(self) -> bool:
        """Whether there is a basis to return to."""
        return self._start is not None

    @property
    def untouched(self) -> bool:
        """Whether no limit binds and nothing has been optimised, as after `reset`."""
        return self.fresh and self.size == 0

    def basic_columns(self) -> Ints:
        """Return the columns of the basis: the keys, then the others."""
        return np.concatenate([self.basis.key, self.basis.other[: self.size]])

    def set(self, key: Ints, other: Ints, tight: Ints) -> None:
        """Take a basis, whose inverse is not touched.

        Parameters
        ----------
        key
            Key column of each convexity row.
        other, tight
            The other basic columns and the limits that bind, as many of each.
        """
        p = len(other)
        self._fit_state()
        if p + 8 > len(self.basis.other):
            self._enlarge(2 * p + 8)
        b = self.basis
        b.key[:], b.other[:p], b.tight[:p] = key, other, tight
        b.size[0] = p
        b.state[:] = 0
        b.state[key] = 1
        b.state[other] = 2
        b.place[:] = -1
        b.place[tight] = np.arange(p)

    def reset(self) -> None:
        """Go back to nothing: everything falls short."""
        none = np.empty(0, dtype=np.int64)
        self.set(np.arange(self.n_slack, dtype=np.int64), none, none)
        self.fresh = True

    def remember(self) -> None:
        """Keep the basis as the one to return to."""
        b, p = self.basis, self.size
        self._start = _Start(
            b.key.copy(), b.other[:p].copy(), b.tight[:p].copy(), b.inverse[:p, :p].copy(),
            self.pool.size,
        )  # fmt: skip

    def restore(self) -> None:
        """Go back to the basis that was kept, or to nothing where none was."""
        s = self._start
        if s is None:
            self.reset()
            return
        self.set(s.key, s.other, s.tight)
        p = len(s.other)
        self.basis.inverse[:p, :p] = s.inverse
        self.fresh = False

    def shed(self) -> None:
        """Forget the paths found since the basis was kept, where they have become many.

        The basis must be set anew before it is used.
        """
        if self._start is not None:
            known = self._start.n_columns
            if self.pool.size > max(2 * known, known + 500):
                self.pool.shorten(known)

    def fill(self, first: int, question: Question) -> None:
        """Let columns from number `first` on carry their commodities while there is room."""
        self._fit_state()
        basis.fill(
            self.pool.columns, first, self.pool.size, self.basis, question.amount,
            question.bound, self.values.use[0],
        )  # fmt: skip

    def optimise(self, question: Question) -> None:
        """Bring the basis to the optimum over the pool.

        Raises
        ------
        FailedError
            Where the simplex method finds no way there.
        """
        self._fit_state()
        if 2 * self.basis.size[0] + 8 > len(self.basis.other):
            self._enlarge(4 * self.size + 16)
        most = 20_000 + 20 * self.n_slack
        while True:
            code, _ = simplex.optimise(
                self.pool.columns, self.pool.size, self.basis, self.values,
                question.amount, question.bound, self.fresh, most,
            )  # fmt: skip
            self.fresh = code != simplex.OPTIMAL
            if code == simplex.OPTIMAL:
                return
            if code == simplex.STUCK and self.basis.size[0] >= len(self.basis.other):
                self._enlarge(2 * len(self.basis.other))
                continue
            raise FailedError

    def refresh(self, question: Question) -> bool:
        """Compute the inverse and the values of the basis afresh; say whether it has any."""
        good: bool = basis.refresh(
            self.pool.columns, self.basis, self.values, question.amount, question.bound
        )
        return good

    def _fit_state(self) -> None:
        """Make room for the columns that have come."""
        if len(self.basis.state) < len(self.pool.columns.commodity):
            state = np.zeros(len(self.pool.columns.commodity), dtype=np.int8)
            state[: len(self.basis.state)] = self.basis.state
            self.basis = self.basis._replace(state=state)

    def _enlarge(self, room: int) -> None:
        """Make room for more limits that bind."""
        b = self.basis
        old = len(b.other)
        other, tight = np.zeros((2, room), dtype=np.int64)
        inverse = np.zeros((room, room))
        other[:old], tight[:old], inverse[:old, :old] = b.other, b.tight, b.inverse
        self.basis = b._replace(other=other, tight=tight, inverse=inverse)
        self.values = self.values._replace(other=np.zeros((2, room)))
