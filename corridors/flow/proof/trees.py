"""Shortest-path trees that the certificate grows, and keeps as long as they would grow the same.

Written for the certificate alone; the engine has its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from corridors.flow.compiling import plain
from corridors.flow.proof.members import Members, nothing_passes

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats, Ints
    from corridors.flow.problem import FlowProblem


BEYOND = 1.25
"""How much further than the last destination a tree is kept, so that most ways round lie in it."""


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
    """

    _MOST = 20_000_000

    def __init__(self) -> None:
        self._for: tuple[Ints | Floats, ...] | None = None
        self._cells: Ints = np.empty(0, dtype=np.int64)
        self._members: tuple[tuple[Ints | Floats, ...], Members] | None = None
        self._mended = 0

    def renew(self) -> None:
        """Have the trees grown from nothing for the next problem, once that is worth it.

        That is where as many have been mended as there are: what comes is near to what came
        last, and farther and farther from that for which they were grown.
        """
        if self._for is not None and self._mended >= len(self._first) - 1:
            self._for = None

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
        length = self._length.copy()
        self._mended += _mend(
            cells, self._weight, weight, p.tail, p.head, *self._leaving, *self._entering,
            self._of_class, self._order, self._first, p.origin, p.destination, self._furthest,
            self._reach, self._by, self._branch, length,
        )  # fmt: skip
        return length

    def _grow(
        self, p: FlowProblem, price: Floats, members: Members, shape: tuple[Ints | Floats, ...]
    ) -> Floats:
        weight = members.weights(p, price)
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
        self._furthest = np.zeros(kept)
        length = np.full(p.n_commodities, np.inf)
        _grow(
            *self._leaving, p.tail, p.head, weight, self._order, self._first, p.origin,
            p.destination, p.commodity_class, length, self._reach, self._by, self._branch,
            self._furthest,
        )  # fmt: skip
        if keep:
            self._for, self._weight, self._length = shape, weight, length.copy()
            self._cost, self._before = p.cost, (p.closed, price.copy(), nothing_passes(p))
            self._now, self._cells, self._mended = weight.copy(), self._cells[:0], 0
        return length


def lengths_at(p: FlowProblem, weight: Floats, row: Ints | None = None) -> Floats:
    """Return the length of each commodity's shortest path under weights that are ready, shape (K,).

    Parameters
    ----------
    p
        The problem.
    weight
        By row and arc, shape (C, A), not negative; infinite where nothing may pass.
    row
        Of each commodity, shape (K,): which weights are its own; those of its class if None.
    """
    row = p.commodity_class if row is None else row
    order, first = _groups(p.origin, row)
    length = np.full(p.n_commodities, np.inf)
    _grow(
        *_by_end(p.tail, p.n_nodes), p.tail, p.head, np.ascontiguousarray(weight).reshape(-1),
        order, first, p.origin, p.destination, row, length,
        np.empty((0, p.n_nodes)), np.empty((0, p.n_nodes), dtype=np.int32),
        np.zeros((0, p.n_arcs), dtype=np.bool_), np.zeros(0),
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


@njit(error_model="numpy")
def _rise(dist, heap, where, size, node):
    """Put a node that has come nearer in its place in the heap; say how many are in it.

    The heap holds each node once and knows where it stands.
    """
    at = where[node]
    if at < 0:
        at = size
        size += 1
    while at > 0:
        up = (at - 1) // 4
        if dist[heap[up]] <= dist[node]:
            break
        heap[at] = heap[up]
        where[heap[at]] = at
        at = up
    heap[at] = node
    where[node] = at
    return size


@njit(error_model="numpy")
def _spread(start, leaving, heads, weight, dist, by, heap, where, size, wanted, left, beyond):
    """Settle nodes until all that are wanted are, and what is nearer than a length beyond.

    What is left in the heap stays there; say how many.
    """
    while size > 0 and (left > 0 or dist[heap[0]] < beyond):
        node = heap[0]
        where[node] = -1
        if wanted[node]:
            left -= 1
            wanted[node] = False
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
            new = dist[node] + weight[arc]
            if new < dist[other]:
                dist[other] = new
                by[other] = arc
                size = _rise(dist, heap, where, size, other)
    return size


@njit(error_model="numpy")
def _empty(heap, where, size):
    """Take out of the heap what is left in it."""
    for i in range(size):
        where[heap[i]] = -1


@plain
def _grow(
    start, leaving, tail, heads, weight, order, firsts, origin, destination,
    commodity_class, result, reach, by, branch, furthest,
):  # fmt: skip
    """Fill each commodity's shortest length; one tree for those of one origin and class.

    Where trees are kept they reach somewhat beyond the last destination, with the arc by which
    each node is reached, which arcs lead to a destination, and how far the last one is.
    """
    n_nodes, n_arcs = len(start) - 1, len(tail)
    keep = len(reach) > 0
    dist = np.empty(n_nodes)
    heap, where = np.empty(n_nodes, np.int64), np.empty(n_nodes, np.int64)
    last = np.empty(n_nodes, np.int32)
    where[:] = -1
    wanted = np.zeros(n_nodes, dtype=np.bool_)
    for g in range(len(firsts) - 1):
        i, end = firsts[g], firsts[g + 1]
        o, c = origin[order[i]], commodity_class[order[i]]
        left = 0
        for j in range(i, end):
            if not wanted[destination[order[j]]]:
                wanted[destination[order[j]]] = True
                left += 1
        dist[:] = np.inf
        last[:] = -1
        dist[o] = 0.0
        heap[0] = o
        where[o] = 0
        weights = weight[c * n_arcs : (c + 1) * n_arcs]
        size = _spread(
            start, leaving, heads, weights, dist, last, heap, where, 1, wanted, left, 0.0
        )  # fmt: skip
        for j in range(i, end):
            node = destination[order[j]]
            wanted[node] = False
            result[order[j]] = dist[node]
            if keep:
                furthest[g] = max(furthest[g], dist[node])
            if keep and dist[node] < np.inf:
                while node != o and not branch[g, last[node]]:
                    branch[g, last[node]] = True
                    node = tail[last[node]]
        if keep:
            radius = BEYOND * furthest[g]
            size = _spread(
                start, leaving, heads, weights, dist, last, heap, where, size, wanted, 0, radius
            )  # fmt: skip
            for node in range(n_nodes):
                within = dist[node] < radius
                reach[g, node] = dist[node] if within else np.inf
                by[g, node] = last[node] if within else -1
        _empty(heap, where, size)


@plain
def _mend(
    cells, before, weight, tail, head, start, leaving, in_start, entering, of_class, order,
    firsts, origin, destination, furthest, reach, by, branch, result,
):  # fmt: skip
    """Fill the shortest lengths that a change of weights may have changed; say of how many trees.

    What hangs on an arc that is longer now is cut off and grown again from what stands.
    """
    n_nodes, n_arcs, n_groups = len(start) - 1, len(tail), len(firsts) - 1
    stale, mended = np.zeros(n_groups, dtype=np.bool_), 0
    for cell in cells:
        if weight[cell] == before[cell]:
            continue
        c, arc = cell // n_arcs, cell % n_arcs
        for g in range(of_class[c], of_class[c + 1]):
            near = min(reach[g, head[arc]], furthest[g])
            if branch[g, arc] or reach[g, tail[arc]] + weight[cell] < near:
                stale[g] = True
    dist = np.empty(n_nodes)
    heap, where = np.empty(n_nodes, np.int64), np.empty(n_nodes, np.int64)
    last = np.empty(n_nodes, np.int32)
    where[:] = -1
    wanted = np.zeros(n_nodes, dtype=np.bool_)
    # Whether a node is not known yet (0), stands (1) or is cut off (2).
    state = np.zeros(n_nodes, np.int8)
    for c in range(len(of_class) - 1):
        weights = weight[c * n_arcs : (c + 1) * n_arcs]
        old = before[c * n_arcs : (c + 1) * n_arcs]
        for g in range(of_class[c], of_class[c + 1]):
            if not stale[g]:
                continue
            mended += 1
            for node in range(n_nodes):
                dist[node] = reach[g, node]
                last[node] = by[g, node]
                state[node] = 0
            i, end = firsts[g], firsts[g + 1]
            state[origin[order[i]]] = 1
            for node in range(n_nodes):
                depth = 0
                at = node
                while state[at] == 0:
                    heap[depth] = at
                    depth += 1
                    arc = last[at]
                    if arc < 0:
                        state[at] = 1
                    elif weights[arc] > old[arc]:
                        state[at] = 2
                    else:
                        at = tail[arc]
                for d in range(depth):
                    state[heap[d]] = state[at]
            left = 0
            for j in range(i, end):
                node = destination[order[j]]
                if state[node] == 2 and not wanted[node]:
                    wanted[node] = True
                    left += 1
            size = 0
            for node in range(n_nodes):
                if state[node] == 2:
                    dist[node] = np.inf
                    last[node] = -1
                    for s in range(in_start[node], in_start[node + 1]):
                        arc = entering[s]
                        new = reach[g, tail[arc]] + weights[arc]
                        if state[tail[arc]] == 1 and new < dist[node]:
                            dist[node] = new
                            last[node] = arc
                    if dist[node] < np.inf:
                        size = _rise(dist, heap, where, size, node)
            for cell in cells:
                arc = cell - c * n_arcs
                if arc < 0 or arc >= n_arcs:
                    continue
                node = head[arc]
                if state[tail[arc]] == 1 and dist[tail[arc]] + weights[arc] < dist[node]:
                    dist[node] = dist[tail[arc]] + weights[arc]
                    last[node] = arc
                    size = _rise(dist, heap, where, size, node)
            size = _spread(
                start, leaving, head, weights, dist, last, heap, where, size, wanted, left,
                furthest[g],
            )  # fmt: skip
            _empty(heap, where, size)
            radius, left = BEYOND * furthest[g], 0
            for j in range(i, end):
                node = destination[order[j]]
                wanted[node] = False
                left += radius < np.inf and dist[node] >= radius
            if left > 0:
                # A way leads beyond what is known: all is grown from nothing.
                left = 0
                for j in range(i, end):
                    node = destination[order[j]]
                    left += not wanted[node]
                    wanted[node] = True
                for node in range(n_nodes):
                    dist[node] = np.inf
                node = origin[order[i]]
                dist[node] = 0.0
                heap[0] = node
                where[node] = 0
                size = _spread(
                    start, leaving, head, weights, dist, last, heap, where, 1, wanted, left, 0.0
                )  # fmt: skip
                _empty(heap, where, size)
            for j in range(i, end):
                wanted[destination[order[j]]] = False
                result[order[j]] = dist[destination[order[j]]]
    return mended
