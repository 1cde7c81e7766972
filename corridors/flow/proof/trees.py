"""Shortest-path trees that the certificate grows, and keeps as long as they would grow the same.

Written for the certificate alone; the engine has its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from corridors.flow.proof.members import Members, nothing_passes

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.flow.problem import FlowProblem


class Trees:
    """The shortest-path trees of the first problem that is asked, for those that come after it.

    A tree is grown anew for each problem unless it is certain that it would turn
    out the same to the last bit: none of its branches to a destination has
    another weight than before, and no arc whose weight has changed shortens the
    way to its head. Weights are worked out again where a price, a limit of 0 or a closed arc
    is not what it was, and all of them where costs are others.
    """

    _MOST = 20_000_000

    def __init__(self) -> None:
        self._for: tuple[Ints | Floats, ...] | None = None
        self._cells: Ints = np.empty(0, dtype=np.int64)
        self._members: tuple[tuple[Ints | Floats, ...], Members] | None = None

    def members(self, p: FlowProblem) -> Members:
        """Return the members of the limits of a problem, sorted once for all with the same."""
        of = (p.member_limit, p.member_arc, p.member_class, p.member_factor)
        known = self._members
        if known is None or any(a is not b for a, b in zip(known[0], of, strict=True)):
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
        members = self.members(p)
        shape = (
            p.tail, p.head, p.origin, p.destination, p.commodity_class, p.member_limit,
            p.member_arc, p.member_class, p.member_factor,
        )  # fmt: skip
        if self._for is None or any(a is not b for a, b in zip(self._for, shape, strict=True)):
            return self._grow(p, price, members, shape)
        if p.cost is self._cost:
            weight = self._now
            weight[self._cells] = self._weight[self._cells]
            cells = self._cells = members.change(p, price, self._before, weight)
        else:
            weight = members.weights(p, price)
            cells = np.flatnonzero(weight != self._weight)
        stale = _stale(
            cells, self._weight, weight, p.tail, p.head, self._of_class, self._reach, self._branch
        )
        length = self._length.copy()
        self._run(p, weight, stale, length, keep=False)
        return length

    def _grow(
        self, p: FlowProblem, price: Floats, members: Members, shape: tuple[Ints | Floats, ...]
    ) -> Floats:
        weight = members.weights(p, price)
        self._order = np.lexsort((p.origin, p.commodity_class))
        self._leaving = np.argsort(p.tail, kind="stable")
        self._start = np.zeros(p.n_nodes + 1, dtype=np.int64)
        np.cumsum(np.bincount(p.tail, minlength=p.n_nodes), out=self._start[1:])
        pairs = np.stack([p.origin, p.commodity_class])[:, self._order]
        new = np.ones(len(self._order), dtype=np.bool_)
        new[1:] = (pairs[:, 1:] != pairs[:, :-1]).any(axis=0)
        self._first = np.append(np.flatnonzero(new), len(new)).astype(np.int64)
        groups = len(self._first) - 1
        group_class = p.commodity_class[self._order[self._first[:-1]]]
        self._of_class = np.searchsorted(group_class, np.arange(p.n_classes + 1))
        keep = groups * (p.n_nodes + p.n_arcs) <= self._MOST
        self._reach = np.zeros((groups if keep else 0, p.n_nodes))
        self._branch = np.zeros((groups if keep else 0, p.n_arcs), dtype=np.bool_)
        length = np.full(p.n_commodities, np.inf)
        self._run(p, weight, np.ones(groups, dtype=np.bool_), length, keep=keep)
        if keep:
            self._for, self._weight, self._length = shape, weight, length.copy()
            self._cost, self._before = p.cost, (p.closed, price.copy(), nothing_passes(p))
            self._now, self._cells = weight.copy(), self._cells[:0]
        return length

    def _run(
        self, p: FlowProblem, weight: Floats, which: Flags, length: Floats, *, keep: bool
    ) -> None:
        _lengths(
            self._start, self._leaving, p.tail, p.head, weight, self._order, self._first, which,
            p.origin, p.destination, p.commodity_class, length, keep, self._reach, self._branch,
        )  # fmt: skip


@njit(cache=True, error_model="numpy")
def _stale(cells, before, weight, tail, head, of_class, reach, branch):
    """Say which trees have to be grown anew; those of a class stand together."""
    stale = np.zeros(len(reach), dtype=np.bool_)
    for cell in cells:
        if weight[cell] == before[cell]:
            continue
        c, arc = cell // len(tail), cell % len(tail)
        for g in range(of_class[c], of_class[c + 1]):
            if branch[g, arc] or reach[g, tail[arc]] + weight[cell] < reach[g, head[arc]]:
                stale[g] = True
    return stale


@njit(cache=True, error_model="numpy")
def _lengths(
    start, leaving, tail, heads, weight, order, firsts, which, origin, destination,
    commodity_class, result, keep, reach, branch,
):  # fmt: skip
    """Fill each commodity's shortest length; one tree for those of one origin and class.

    Only the trees in `which` are grown. The heap holds each node once and knows
    where it stands. Where asked, it is kept how far each node is (no further
    than the last destination) and which arcs lead to a destination.
    """
    n_nodes = len(start) - 1
    dist = np.empty(n_nodes)
    heap, where = np.empty(n_nodes, np.int64), np.empty(n_nodes, np.int64)
    by = np.empty(n_nodes, np.int64)
    by[:] = -1
    wanted = np.zeros(n_nodes, dtype=np.bool_)
    for g in range(len(which)):
        if not which[g]:
            continue
        i, end = firsts[g], firsts[g + 1]
        o, c = origin[order[i]], commodity_class[order[i]]
        left = 0
        for j in range(i, end):
            if not wanted[destination[order[j]]]:
                wanted[destination[order[j]]] = True
                left += 1
        dist[:] = np.inf
        where[:] = -1
        dist[o] = 0.0
        heap[0] = o
        where[o] = 0
        size = 1
        furthest = np.inf
        while size > 0 and left > 0:
            node = heap[0]
            if wanted[node]:
                left -= 1
                wanted[node] = False
                if left == 0:
                    furthest = dist[node]
            size -= 1
            last = heap[size]
            at = 0
            # The last one sinks from the top.
            while True:
                child = 4 * at + 1
                if child >= size:
                    break
                least = child
                for other in range(child + 1, min(child + 4, size)):
                    if dist[heap[other]] < dist[heap[least]]:
                        least = other
                if dist[heap[least]] >= dist[last]:
                    break
                heap[at] = heap[least]
                where[heap[at]] = at
                at = least
            if size > 0:
                heap[at] = last
                where[last] = at
            for s in range(start[node], start[node + 1]):
                arc = leaving[s]
                other = heads[arc]
                new = dist[node] + weight[c * len(tail) + arc]
                if new < dist[other]:
                    if where[other] < 0:
                        where[other] = size
                        size += 1
                    dist[other] = new
                    by[other] = arc
                    at = where[other]
                    while at > 0:
                        up = (at - 1) // 4
                        if dist[heap[up]] <= new:
                            break
                        heap[at] = heap[up]
                        where[heap[at]] = at
                        at = up
                    heap[at] = other
                    where[other] = at
        for j in range(i, end):
            node = destination[order[j]]
            wanted[node] = False
            result[order[j]] = dist[node]
            if keep and dist[node] < np.inf:
                while node != o and not branch[g, by[node]]:
                    branch[g, by[node]] = True
                    node = tail[by[node]]
        if keep:
            for node in range(n_nodes):
                reach[g, node] = min(dist[node], furthest)
