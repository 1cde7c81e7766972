"""Shortest-path trees that the certificate grows, and keeps as long as they would grow the same.

Written for the certificate alone; the engine has its own.
"""

from __future__ import annotations

from operator import is_
from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.proof.growing import grow, mend
from corridors.flow.proof.members import Members

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats, Ints
    from corridors.flow.problem import FlowProblem


class Trees:
    """The shortest-path trees of the first problem that is asked, for those that come after it.

    A tree stays for another problem where it is certain that it would turn out the same to the
    last bit: none of its branches to a destination has another weight than before, and no arc
    whose weight has changed shortens the way to its head. Otherwise what hangs on an arc that has
    become longer is cut off and grown again from what stands, and what an arc that has become
    shorter makes nearer is grown with it (Ramalingam and Reps 1996): each length is the least sum
    along a way as before, to the last bit of a tree grown from nothing. Weights are worked out
    again where a price, a limit of 0 or a closed arc is not what it was, and all of them where
    costs are others.

    Where questions wander off, the trees may follow: those of the last problem take the place of
    those that they were mended from, so that only what has changed since is mended for the next.
    """

    _MOST = 20_000_000

    def __init__(self) -> None:
        self._for: tuple[Ints | Floats, ...] | None = None
        self._cells: Ints = np.empty(0, dtype=np.int64)
        self._members: tuple[tuple[Ints | Floats, ...], Members] | None = None
        self._last: tuple[FlowProblem, Floats] | None = None
        self._onward = False

    def follow(self, *, onward: bool = False) -> None:
        """Have those that come next mended from the trees of the last problem that was asked.

        Or, `onward`, from those of each the next, until this is said again.
        """
        if self._last is not None:
            p, price = self._last
            self._mend(p, price, *self._changed(p, price), self._length, keep=True)
        self._onward = onward

    def members(self, p: FlowProblem) -> Members:
        """Return the members of the limits of a problem, sorted once for all with the same."""
        of = (p.member_limit, p.member_arc, p.member_class, p.member_factor)
        known = self._members
        if known is None or not all(map(is_, known[0], of)):
            known = self._members = of, Members(p)
        return known[1]

    def lengths(self, p: FlowProblem, price: Floats) -> Floats:
        """Return the length of each commodity's shortest path, shape (K,).

        Parameters
        ----------
        p
            The problem.
        price
            What a unit of each limit is charged, shape (R,).
        """
        shape = (
            p.tail, p.head, p.origin, p.destination, p.commodity_class, p.member_limit,
            p.member_arc, p.member_class, p.member_factor,
        )  # fmt: skip
        if self._for is None or not all(map(is_, self._for, shape)):
            return self._grow(p, price, shape)
        length = self._length if self._onward else self._length.copy()
        self._mend(p, price, *self._changed(p, price), length, keep=self._onward)
        return length.copy() if self._onward else length

    def _changed(self, p: FlowProblem, price: Floats) -> tuple[Floats, Ints]:
        """Return weights, and the cells whose weights may be others than those of the trees."""
        if p.cost is not self._cost:
            weight = self.members(p).weights(p, price)
            return weight, np.flatnonzero(weight != self._weight)
        weight, last = self._now, (self._cells, self._weight)
        self._cells = self.members(p).change(p, price, self._before, last, weight)
        return weight, self._cells

    def _mend(
        self, p: FlowProblem, price: Floats, weight: Floats, cells: Ints, length: Floats, *,
        keep: bool,
    ) -> None:  # fmt: skip
        ends = *self._leaving, *self._entering
        groups = self._of_class, self._order, self._first, p.origin, p.destination
        kept = self._furthest, self._radius, self._reach, self._by, self._branch
        mend(cells, self._weight, weight, p.tail, p.head, *ends, *groups, *kept, length, keep)
        self._last = None if keep else (p, price.copy())
        if keep:
            self._cost = p.cost
            self._before = p.closed, price.copy(), self.members(p).nothing_passes(p)
            self._weight[cells] = weight[cells]
            self._now, self._cells = weight, cells[:0]

    def _grow(self, p: FlowProblem, price: Floats, shape: tuple[Ints | Floats, ...]) -> Floats:
        weight = self.members(p).weights(p, price)
        self._order, self._first = _groups(p.origin, p.commodity_class)
        self._leaving = _by_end(p.tail, p.n_nodes)
        self._entering = _by_end(p.head, p.n_nodes)
        groups = len(self._first) - 1
        group_class = p.commodity_class[self._order[self._first[:-1]]]
        self._of_class = np.searchsorted(group_class, np.arange(p.n_classes + 1))
        keep = groups * (p.n_nodes + p.n_arcs) <= self._MOST
        kept = groups if keep else 0
        self._reach = np.empty((kept, p.n_nodes))
        self._by = np.empty((kept, p.n_nodes), dtype=np.int32)
        self._branch = np.zeros((kept, p.n_arcs), dtype=np.bool_)
        self._furthest, self._radius = np.zeros(kept), np.zeros(kept)
        length = np.full(p.n_commodities, np.inf)
        grow(
            *self._leaving, p.tail, p.head, weight, self._order, self._first, p.origin,
            p.destination, p.commodity_class, length, self._reach, self._by, self._branch,
            self._furthest, self._radius,
        )  # fmt: skip
        self._for = self._last = None
        if keep:
            self._for, self._weight, self._length = shape, weight, length.copy()
            self._cost = p.cost
            self._before = p.closed, price.copy(), self.members(p).nothing_passes(p)
            self._now, self._cells = weight.copy(), self._cells[:0]
        return length


def lengths_at(
    p: FlowProblem, weight: Floats, row: Ints | None = None, of: Ints | None = None
) -> Floats:
    """Return the length of each commodity's shortest path under weights that are ready, shape (K,).

    Parameters
    ----------
    p
        The problem.
    weight
        By row and arc, shape (C, A), not negative; infinite where nothing may pass.
    row
        Of each commodity, shape (K,): which weights are its own; those of its class if None.
    of
        Numbers of the commodities that are asked of, all if None; the others' lengths are infinite.
    """
    row = p.commodity_class if row is None else row
    of = np.arange(p.n_commodities) if of is None else of
    order, first = _groups(p.origin[of], row[of])
    order = of[order]
    length = np.full(p.n_commodities, np.inf)
    grow(
        *_by_end(p.tail, p.n_nodes), p.tail, p.head, np.ascontiguousarray(weight).reshape(-1),
        order, first, p.origin, p.destination, row, length,
        np.empty((0, p.n_nodes)), np.empty((0, p.n_nodes), dtype=np.int32),
        np.zeros((0, p.n_arcs), dtype=np.bool_), np.zeros(0), np.zeros(0),
    )  # fmt: skip
    return length


def _groups(origin: Ints, row: Ints) -> tuple[Ints, Ints]:
    """Order commodities by weights and origin: numbers (K,), and offsets of each pair of them."""
    order = np.lexsort((origin, row))
    pairs = np.stack([origin, row])[:, order]
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = (pairs[:, 1:] != pairs[:, :-1]).any(axis=0)
    return order, np.append(np.flatnonzero(new), len(new)).astype(np.int64)


def _by_end(end: Ints, n_nodes: int) -> tuple[Ints, Ints]:
    """Group arcs by the node at one end: offsets (N + 1,), and arc numbers (A,)."""
    start = np.zeros(n_nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(end, minlength=n_nodes), out=start[1:])
    return start, np.argsort(end, kind="stable")
