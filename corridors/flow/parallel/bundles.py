"""Parallel arcs that are alike, as one wide arc: a smaller problem whose optimum lies near.

Where arcs have the same ends, costs and limits, but for a limit of its own that each may
have, every path over one of them has a twin over each of the others, and a path over ten
such places has a thousand. Only the rule for ties tells them apart. So the problem is first
solved with one arc in place of each bundle, as wide as all of it. What a wide arc carries
then fills the arcs of the bundle by rank, the commodities that weigh rank the most before
the others, which costs least rank for that flow. That is a basis of the whole problem, which
is best by cost and tie cost already; the rest of the way to the optimum is short.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.flow.master import FailedError, LastBasis
from corridors.flow.parallel.sharing import share
from corridors.flow.problem import ALL_CLASSES, FlowProblem, with_arrays

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.flow.master import Master, MasterProblem
    from corridors.flow.numbering import Numbering
    from corridors.flow.paths.pool import PathPool

MOST_LEFT = 0.75
"""Share of the arcs up to which bundles may leave wide ones, so that it pays to solve twice."""


class Bundles:
    """The bundles of alike arcs of a problem, and the problem with one wide arc for each.

    Parameters
    ----------
    problem
        In canonical numbering.
    of
        Bundle of each arc, shape (A,).
    own
        Limit that counts nothing but one arc, of each arc, or -1, shape (A,).
    scale
        By which the engine divides limits, shape (R,).
    rank, rank_of_commodity
        As the rule for ties weighs arcs and commodities, shapes (A,) and (K,).

    Attributes
    ----------
    small
        The problem of wide arcs, as `problem` was.
    rank
        Of wide arcs: that of the arc of each bundle which fills first, shape (B,).
    """

    def __init__(
        self,
        problem: FlowProblem,
        of: Ints,
        own: Ints,
        scale: Floats,
        rank: Floats,
        rank_of_commodity: Floats,
    ) -> None:
        self._of, self._own, self._scale = of, own, scale
        self._weight = rank_of_commodity
        n = int(of.max()) + 1
        self._order = np.lexsort((rank, of))
        self._first = np.unique(of, return_index=True)[1]
        self._filled_first = self._order[np.searchsorted(of[self._order], np.arange(n))]
        self.rank = rank[self._filled_first]
        limited = np.zeros(n, dtype=np.bool_)
        limited[of[own >= 0]] = True
        self._limited = np.flatnonzero(limited)
        shared = np.ones(problem.n_limits, dtype=np.bool_)
        shared[own[own >= 0]] = False
        self._shared = np.flatnonzero(shared)
        self._last: FlowProblem | None = None
        self.small = self._of_wide_arcs(problem)

    @staticmethod
    def find(
        problem: FlowProblem, scale: Floats, rank: Floats, rank_of_commodity: Floats
    ) -> Bundles | None:
        """Return the bundles of a problem, or nothing where they would not make it much smaller.

        Parameters
        ----------
        problem, scale, rank, rank_of_commodity
            As for the bundles themselves.
        """
        p = problem
        most = MOST_LEFT * p.n_arcs
        ends = p.tail * np.int64(p.n_nodes) + p.head
        if np.isfinite(p.excess_price).any() or len(np.unique(ends)) > most:
            return None
        own = _own_limits(p)
        wide = _numbered(np.stack([ends, *p.cost, *p.tie_cost], axis=1))
        wide = _numbered(np.stack([wide, _by_membership(p, own, wide)], axis=1))
        if wide.max() + 1 > most:
            return None
        return Bundles(p, wide, own, scale, rank, rank_of_commodity)

    def problem(self, problem: FlowProblem) -> FlowProblem | None:
        """Return a changed problem by wide arcs, or nothing where arcs are alike no more.

        Parameters
        ----------
        problem
            In canonical numbering.
        """
        last = self._last
        changes: dict[str, Any] = {}
        if last is None:
            return None
        for name in ("cost", "tie_cost"):
            now = getattr(problem, name)
            if now is not getattr(last, name):
                changes[name] = now[:, self._first]
                if not np.array_equal(changes[name][:, self._of], now):
                    return None
        for name in ("amount", "penalty"):
            if getattr(problem, name) is not getattr(last, name):
                changes[name] = getattr(problem, name)
        if problem.closed is not last.closed or problem.bound is not last.bound:
            changes["bound"], changes["closed"] = self._room(problem)
        self._last = problem
        # All of it holds what the problem holds, which was checked.
        self.small = with_arrays(self.small, changes)
        return self.small

    def _room(self, p: FlowProblem) -> tuple[Floats, Flags]:
        """Return the bounds of limits by wide arcs, and which of those are closed."""
        n = len(self.rank)
        width = np.bincount(self._of, self._takes(p.bound / self._scale, p.closed), n)
        bound = np.concatenate([width[self._limited], p.bound[self._shared]])
        return bound, np.bincount(self._of, ~p.closed, n) == 0

    def _takes(self, bound: Floats, closed: Flags) -> Floats:
        """Return what each arc takes by its own limit, shape (A,)."""
        return np.where(closed, 0.0, np.append(bound, np.inf)[self._own])

    def _of_wide_arcs(self, p: FlowProblem) -> FlowProblem:
        self._last = p
        bound, closed = self._room(p)
        first, n = self._first, len(self._limited)
        number = np.full(p.n_limits, -1, dtype=np.int64)
        number[self._shared] = n + np.arange(len(self._shared))
        is_first = np.zeros(p.n_arcs, dtype=np.bool_)
        is_first[first] = True
        e = np.flatnonzero((number[p.member_limit] >= 0) & is_first[p.member_arc])
        return FlowProblem(
            n_nodes=p.n_nodes,
            tail=p.tail[first],
            head=p.head[first],
            cost=np.ascontiguousarray(p.cost[:, first]),
            tie_cost=np.ascontiguousarray(p.tie_cost[:, first]),
            origin=p.origin,
            destination=p.destination,
            amount=p.amount,
            penalty=p.penalty,
            commodity_class=p.commodity_class,
            bound=bound,
            member_limit=np.concatenate([np.arange(n), number[p.member_limit[e]]]),
            member_arc=np.concatenate([self._limited, self._of[p.member_arc[e]]]),
            member_class=np.concatenate([np.full(n, ALL_CLASSES), p.member_class[e]]),
            member_factor=np.concatenate([np.ones(n), p.member_factor[e]]),
            closed=closed,
            arc_rank=np.arange(len(first), dtype=np.int64),
            commodity_rank=np.arange(p.n_commodities, dtype=np.int64),
        )

    def basis(
        self, wide: Master, numbering: Numbering, question: MasterProblem, pool: PathPool
    ) -> LastBasis:
        """Return a basis of the whole problem that carries what one by wide arcs does.

        Parameters
        ----------
        wide
            At the optimum of the problem by wide arcs.
        numbering
            Of that problem.
        question
            The whole problem.
        pool
            Its columns, to which the paths of the basis are added.

        Raises
        ------
        FailedError
            Where rounding keeps one of the arcs from filling that is full by the optimum.
        """
        p = question.problem
        column, amount = wide.basic_columns(), np.maximum(wide.amounts[0], 0.0)
        commodity = wide.pool.columns.commodity[column]
        order = np.argsort(-self._weight[commodity], kind="stable")
        is_path = column[order] >= wide.pool.fixed
        path, idle = order[is_path], order[~is_path]
        start, arcs = wide.pool.paths(column[path], numbering.arc_order)
        room = self._takes(question.bound[0], p.closed)
        usable = self._order[room[self._order] > 0.0]
        first = np.searchsorted(self._of[usable], np.arange(len(self.rank) + 1))
        most, longest = len(path) + len(usable), int(np.diff(start).max(initial=0))
        full = np.zeros(p.n_arcs, dtype=np.bool_)
        piece, piece_start = np.zeros((2, most + 1), dtype=np.int64)
        narrow = np.zeros(len(arcs) + len(usable) * longest, dtype=np.int64)
        count = share(
            start,
            arcs,
            amount[path],
            first,
            usable,
            room,
            np.zeros(len(self.rank), dtype=np.int64),
            np.zeros(len(self.rank)),
            full,
            np.zeros((3, len(usable) + 1)),
            np.zeros(longest, dtype=np.int64),
            piece,
            piece_start,
            narrow,
        )
        if count < 0:
            raise FailedError
        of = commodity[path[piece[:count]]]
        every = np.arange(count)
        numbers = pool.numbers(every, of, piece_start, narrow)
        own, others = self._full_of(np.flatnonzero(~wide.loose), numbering, usable, first)
        full[own] = True
        columns = np.concatenate([numbers, column[idle]])
        # The first column of each commodity is its key.
        key = np.full(wide.n_slack, -1, dtype=np.int64)
        key[np.concatenate([of, commodity[idle]])[::-1]] = np.arange(len(columns))[::-1]
        tight = np.concatenate([self._own[full], others])
        if (
            len(columns) - len(key) != len(tight)
            or min(key.min(initial=0), tight.min(initial=0)) < 0
        ):
            raise FailedError
        others_too = np.ones(len(columns), dtype=np.bool_)
        others_too[key] = False
        return LastBasis(columns[key], columns[others_too], tight)

    def _full_of(
        self, tight: Ints, numbering: Numbering, usable: Ints, first: Ints
    ) -> tuple[Ints, Ints]:
        """Return the last arc of each wide arc whose limit binds, and the other limits that do."""
        limit = numbering.limit_order[tight]
        wide = self._limited[limit[limit < len(self._limited)]]
        shared = self._shared[limit[limit >= len(self._limited)] - len(self._limited)]
        if (first[wide] == first[wide + 1]).any():
            raise FailedError
        return usable[first[wide + 1] - 1], shared


def _numbered(rows: Any) -> Ints:
    """Return the same number for equal rows, numbered as they first appear."""
    _, first, number = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    place = np.empty(len(first), dtype=np.int64)
    place[np.argsort(first, kind="stable")] = np.arange(len(first))
    return np.asarray(place[number.ravel()])


def _own_limits(p: FlowProblem) -> Ints:
    """Return the limit that counts all classes on one arc and nothing else, of each arc, or -1."""
    alone = np.bincount(p.member_limit, minlength=p.n_limits)[p.member_limit] == 1
    e = np.flatnonzero(alone & (p.member_class == ALL_CLASSES) & (p.member_factor > 0.0))
    e = e[np.bincount(p.member_arc[e], minlength=p.n_arcs)[p.member_arc[e]] == 1]
    own = np.full(p.n_arcs, -1, dtype=np.int64)
    own[p.member_arc[e]] = p.member_limit[e]
    return own


def _by_membership(p: FlowProblem, own: Ints, wide: Ints) -> Ints:
    """Return a number of each arc that says how it counts in limits that are not its own."""
    several = np.bincount(wide)[wide] > 1
    counts = several[p.member_arc] & (own[p.member_arc] != p.member_limit)
    e = np.flatnonzero(counts)
    e = e[np.lexsort((p.member_factor[e], p.member_class[e], p.member_limit[e], p.member_arc[e]))]
    start = np.searchsorted(p.member_arc[e], np.arange(p.n_arcs + 1)).tolist()
    entries = np.stack([p.member_limit[e], p.member_class[e], p.member_factor[e]], axis=1)
    known: dict[bytes, int] = {b"": 0}
    number = np.zeros(p.n_arcs, dtype=np.int64)
    for arc in np.unique(p.member_arc[e]).tolist():
        key = entries[start[arc] : start[arc + 1]].tobytes()
        number[arc] = known.setdefault(key, len(known))
    return number
