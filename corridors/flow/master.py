"""The master problem: the program over the paths at hand, and all that is asked of it.

One row per commodity (its paths and its shortfall add up to its amount), one per
limit. Column generation sees no more of a method than stands here; `simplex` and
`highs` hold one each, and both end on the same basis, which decides all ties:
costs are compared by cost, tie cost and rank in turn, right-hand sides by their
amounts and then by a direction in which they are moved.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakSet

import numpy as np

from corridors.flow.simplex.working import WorkingBasis

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.flow.numbering import Numbering
    from corridors.flow.paths.columns import Columns
    from corridors.flow.paths.pool import PathPool
    from corridors.flow.problem import FlowProblem


_ENDS = ("origin", "destination", "commodity_class")

_MANY_NEW = 500
"""Paths found since a basis was kept that are no more than a few, however few there were."""


class FailedError(Exception):
    """The method lost its way; the caller starts it afresh."""


@dataclass
class MasterProblem:
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
    spacing
        How far the next number is from each amount, shape (K + S,).
    """

    problem: FlowProblem
    open_cost: Floats
    amount: Floats
    bound: Floats
    spacing: Floats

    @classmethod
    def of(
        cls,
        p: FlowProblem,
        open_cost: Floats,
        limit_scale: Floats,
        amount_direction: Floats,
        bound_direction: Floats,
    ) -> MasterProblem:
        """Return a problem with its right-hand sides and the directions in which they are moved.

        Parameters
        ----------
        p, open_cost
            The problem, and its costs with ``inf`` where an arc is closed.
        limit_scale
            By which each limit is divided, shape (R,).
        amount_direction, bound_direction
            Shapes (K + S,) and (R,).
        """
        amount = np.zeros((2, len(amount_direction)))
        k = p.n_commodities
        amount[0, :k] = p.amount
        amount[0, k:] = 100.0 * (1.0 + p.amount.sum())
        amount[1] = amount_direction
        bound = np.empty((2, p.n_limits))
        bound[0] = p.bound / limit_scale
        # No flow comes near this; a number instead of infinity keeps warm starts simple.
        bound[0][np.isinf(bound[0])] = 1e4 * (1.0 + p.amount.sum())
        bound[1] = bound_direction
        return cls(p, open_cost, amount, bound, np.spacing(amount[0]))

    def fits(self, p: FlowProblem) -> bool:
        """Whether another problem has the same amounts and bounds."""
        return self.problem.amount is p.amount and self.problem.bound is p.bound

    def like(self, p: FlowProblem, open_cost: Floats) -> MasterProblem:
        """Return another problem of the same amounts and bounds, which are its own."""
        return MasterProblem(p, open_cost, self.amount.copy(), self.bound.copy(), self.spacing)

    def at(self, p: FlowProblem, open_cost: Floats) -> MasterProblem:
        """Return another problem of the same amounts and bounds, in the same arrays."""
        return MasterProblem(p, open_cost, self.amount, self.bound, self.spacing)

    def overrun(self, columns: Columns, first: int, last: int) -> int:
        """Return how many limits could not bear it if some columns carried their commodities whole.

        Parameters
        ----------
        columns, first, last
            The columns, of which those from `first` up to before `last` count.
        """
        entries = slice(columns.start[first], columns.start[last])
        amount = self.amount[0][columns.commodity[first:last]]
        units = columns.unit[entries] * np.repeat(amount, np.diff(columns.start[first : last + 1]))
        use = np.bincount(columns.limit[entries], units, len(self.bound[0]))
        return int((use > self.bound[0]).sum())


class LastBasis(NamedTuple):
    """A basis: one key column for each convexity row, and as many others as limits bind."""

    key: Ints
    other: Ints
    tight: Ints


@dataclass(eq=False)
class Kept:
    """A basis that was kept to start from, with its prices and whatever a method keeps with it.

    Attributes
    ----------
    basis
        The basis.
    prices, commodity_prices
        What they were, shapes (3, R) and (3, K + S).
    n_columns
        How many columns there were.
    own
        What the method keeps.
    """

    basis: LastBasis
    prices: Floats
    commodity_prices: Floats
    n_columns: int
    own: Any


class Master(ABC):
    """The program over the columns of a pool, and the basis that it has reached.

    The columns that are added to the pool are those of the program; a column
    that is banned carries nothing. The basis stays from one question to the
    next, or goes back to the one that was kept. What a basis means is computed
    in one place, whichever method found it.

    Parameters
    ----------
    pool
        The columns; more may be added at any time.
    n_slack, n_limits
        Numbers of convexity rows, K + S, and of limits, R.

    Attributes
    ----------
    kept
        The basis to return to, or none; one that was kept before may be put there again.
    """

    def __init__(self, pool: PathPool, n_slack: int, n_limits: int) -> None:
        self.pool = pool
        self.n_slack = n_slack
        self._working = WorkingBasis(pool, n_slack, n_limits)
        self.kept: Kept | None = None
        self._standing: WeakSet[Kept] = WeakSet()
        self.reset()

    # A weak set goes to no other process: those that stand do, and stand there too.

    def __getstate__(self) -> dict[str, Any]:
        standing = sorted(self._standing, key=lambda kept: kept.n_columns)
        return {**self.__dict__, "_standing": standing}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._standing = WeakSet(state["_standing"])

    # What the last basis says.

    @property
    def basis(self) -> LastBasis:
        """The last basis, as copies."""
        b, p = self._working.basis, self._working.size
        return LastBasis(b.key.copy(), b.other[:p].copy(), b.tight[:p].copy())

    @property
    def keys_and_others(self) -> tuple[Ints, Ints]:
        """Columns of the basis: the keys, and the others; until it changes."""
        b = self._working.basis
        return b.key, b.other[: self._working.size]

    def basic_columns(self) -> Ints:
        """Return the columns of the basis: the keys, then the others."""
        b = self._working.basis
        return np.concatenate([b.key, b.other[: self._working.size]])

    @property
    def amounts(self) -> Floats:
        """What each basic column carries, and in which direction that moves, shape (2, .)."""
        v = self._working.values
        return np.concatenate([v.key, v.other[:, : self._working.size]], axis=1)

    def stranded(self, penalty: Floats, ceiling: Floats) -> int:
        """Say how many basic columns are banned; `WorkingBasis.stranded` says what is filled."""
        return self._working.stranded(penalty, ceiling)

    def put_in_order(self, question: MasterProblem) -> None:
        """Solve the basis once more, in an order that does not depend on the way here.

        Raises
        ------
        FailedError
            Where it has no inverse in that order.
        """
        p, working, told = question.problem, self._working, False
        while True:
            which, commodity, start, arcs = working.put_in_order(p, told=told)
            if not len(which):
                break
            number, told = self.pool.numbers(np.arange(len(which)), commodity, start, arcs), True
            working.tell(which.tolist(), commodity.tolist(), number.tolist())
        self.stand(question)

    @property
    def carries(self) -> tuple[Floats, Floats]:
        """What the keys and the others carry; until the basis changes."""
        v = self._working.values
        return v.key[0], v.other[0]

    @property
    def n_tight(self) -> int:
        """Number of limits that bind."""
        return self._working.size

    def stands_for(self, question: MasterProblem) -> bool:  # noqa: ARG002 - a method may know more
        """Whether the basis was kept for a question that differs in closed arcs alone."""
        return False

    @property
    def place(self) -> Ints:
        """Place of each limit among those that bind, -1 where it does not, shape (R,)."""
        return self._working.basis.place

    @property
    def loose(self) -> Flags:
        """Limits that do not bind, shape (R,)."""
        return np.asarray(self._working.basis.place < 0)

    def lasts(self, question: MasterProblem) -> float:
        """Return how far right-hand sides may move in their directions at this basis."""
        room = (question.bound - self._working.values.use)[:, self.loose]
        amount, rate = np.concatenate([self.amounts, room], axis=1)
        falls = rate < -1e-9
        return float((np.maximum(amount[falls], 0.0) / -rate[falls]).min(initial=np.inf))

    @property
    def prices(self) -> Floats:
        """Price of each limit in cost, tie cost and rank, shape (3, R)."""
        return self._working.values.price

    @property
    def commodity_prices(self) -> Floats:
        """Price of each convexity row in cost, tie cost and rank, shape (3, K + S)."""
        return self._working.values.sigma

    # Where it starts from.

    @property
    def started(self) -> bool:
        """Whether there is a basis to return to."""
        return self.kept is not None

    @property
    @abstractmethod
    def untouched(self) -> bool:
        """Whether no limit binds and nothing has been optimised, as after `reset`."""

    def take(self, basis: LastBasis, question: MasterProblem) -> None:
        """Take a basis and work out what it means for a question.

        Raises
        ------
        FailedError
            Where it has no inverse.
        """
        self._working.set(*basis)
        self.stand(question)

    @abstractmethod
    def stand(self, question: MasterProblem) -> None:
        """Work out what the basis that stands means for a question.

        Raises
        ------
        FailedError
            Where it has no inverse.
        """

    def reset(self) -> None:
        """Go back to nothing: everything falls short."""
        none = np.empty(0, dtype=np.int64)
        self._working.set(np.arange(self.n_slack, dtype=np.int64), none, none)

    def remember(self) -> Kept:
        """Keep the basis as the one to return to, and return it."""
        prices = self.prices.copy(), self.commodity_prices.copy()
        self.kept = kept = Kept(self.basis, *prices, self.pool.size, None)
        self._standing.add(kept)
        return kept

    def restore(self) -> None:
        """Go back to the basis that was kept, or to nothing where none was."""
        kept = self.kept
        if kept is None:
            self.reset()
        else:
            self._working.set(*kept.basis)
            self.prices[:], self.commodity_prices[:] = kept.prices, kept.commodity_prices

    def shed(self) -> None:
        """Forget the paths found since a basis was kept, where they have become many.

        Those of every basis that somebody may return to stay: its columns are numbers of theirs.
        The basis must be set anew before it is used.
        """
        if self.kept is None or self.pool.size <= self.kept.n_columns + _MANY_NEW:
            return
        known = max(kept.n_columns for kept in self._standing)
        if self.pool.size > max(2 * known, known + _MANY_NEW):
            self.pool.shorten(known)

    # How it goes on.

    @abstractmethod
    def fill(self, first: int, question: MasterProblem) -> None:
        """Let columns from number `first` on carry their commodities while there is room.

        Only a start: a method that finds a better one by itself need not.
        """

    @abstractmethod
    def optimise(self, question: MasterProblem) -> None:
        """Bring the basis to an optimum by cost over the pool, and price the limits.

        Raises
        ------
        FailedError
            Where the method finds no way there.
        """

    @abstractmethod
    def decide(self, question: MasterProblem) -> bool:
        """Decide the ties that an optimum by cost has left; say whether prices may have moved.

        Raises
        ------
        FailedError
            Where the method finds no way there.
        """


def crossed(
    near: Master,
    before: FlowProblem | None,
    theirs: Numbering,
    ours: Numbering,
    question: MasterProblem,
    pool: PathPool,
) -> LastBasis | None:
    """Return the basis of another program in the columns and limits of this one.

    Parameters
    ----------
    near, before, theirs
        The other program at a basis, its problem in canonical numbering, and that numbering.
    ours, question
        The numbering of this one, and what it is asked.
    pool
        Its columns, to which the paths of the basis are added.

    Returns
    -------
    LastBasis or None
        None where it means nothing here: arcs or commodities are others, but for those that are
        parts of what was whole, or there is no such limit as one of those that bind.
    """
    p, basis = question.problem, near.basis
    limits = [ours.number_of_limit.get(theirs.limit_keys[r], -1) for r in basis.tight.tolist()]
    tight = np.array(limits, dtype=np.int64)
    if before is None or (tight < 0).any() or near.n_slack != before.n_commodities:
        return None
    part_of = _parts(before, p)
    if len(question.amount[0]) != p.n_commodities or part_of is None:
        return None
    first = np.full(before.n_commodities, -1, dtype=np.int64)
    first[part_of[::-1]] = np.arange(p.n_commodities)[::-1]
    column = np.concatenate([basis.key[part_of], basis.other])
    commodity = np.concatenate([np.arange(p.n_commodities), first[_owner(near, basis.other)]])
    is_path = column >= near.pool.fixed
    start, arcs = near.pool.paths(column[is_path])
    every = np.arange(len(start) - 1)
    number = commodity.copy()
    number[is_path] = pool.numbers(every, commodity[is_path], start, arcs)
    pool.ban(question.open_cost, np.ones(p.n_arcs, dtype=np.bool_))
    return LastBasis(number[: p.n_commodities], number[p.n_commodities :], tight)


def _owner(near: Master, column: Ints) -> Ints:
    return np.asarray(near.pool.columns.commodity[column])


def _parts(before: FlowProblem, p: FlowProblem) -> Ints | None:
    """Return of which commodity before each is a part, the whole or the same, shape (K,).

    None where arcs are others, or where that is not certain.
    """
    if not all(
        np.array_equal(getattr(before, name), getattr(p, name)) for name in ("tail", "head")
    ):
        return None
    if all(np.array_equal(getattr(before, name), getattr(p, name)) for name in _ENDS):
        return np.arange(p.n_commodities)
    ends = [np.stack([getattr(one, name) for name in _ENDS], axis=1) for one in (before, p)]
    both, kind = np.unique(np.concatenate(ends), axis=0, return_inverse=True)
    kind = kind.ravel()
    old, new = kind[: before.n_commodities], kind[before.n_commodities :]
    had, has = (np.bincount(own, minlength=len(both)) for own in (old, new))
    # Whichever is taken for which of several with the same ends, its paths are paths of it.
    if (has < had).any() or not had.all():
        return None
    by_kind = np.argsort(old, kind="stable")
    first = np.cumsum(had) - had
    order = np.argsort(new, kind="stable")
    place = np.empty(len(new), dtype=np.int64)
    place[order] = np.arange(len(new)) - np.repeat(np.cumsum(has) - has, has)
    return np.asarray(by_kind[first[new] + np.minimum(place, had[new] - 1)])
