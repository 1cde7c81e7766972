"""Shortest paths of all commodities, each under weights of its own or of many."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.flow.shortest import trees

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.flow.problem import FlowProblem


STRETCH = 1.25
"""What a leg by sea costs at most, as a multiple of the cheapest way by sea between its ports."""

_MOST = STRETCH * (1.0 + 1e-9)
"""The same, and what sums are off by."""


class Through(NamedTuple):
    """The cheapest path of some commodities through any of some arcs.

    Attributes
    ----------
    cost, by
        What it costs, infinite where there is none, and the arc, -1 then, shape (N,).
    since, onward
        Distance of every node from the origin, and to the destination, shape (N, nodes).
    """

    cost: Floats
    by: Ints
    since: Floats
    onward: Floats


class Searches:
    """Shortest paths of all commodities, each under weights of its own.

    Parameters
    ----------
    problem
        Arcs and commodities.
    open_cost
        Costs, infinite where nothing may pass, shape (C, A).
    sailed
        Arcs that are sailed, a mask of shape (A,); none if None.
    """

    def __init__(
        self, problem: FlowProblem, open_cost: Floats, sailed: Flags | None = None
    ) -> None:
        self.p = p = problem
        self._star = trees.forward_star(p.tail, p.n_nodes)
        self._in_star = trees.forward_star(p.head, p.n_nodes)
        ends = np.column_stack([p.destination, p.commodity_class])
        ends, which = np.unique(ends, axis=0, return_inverse=True)
        everywhere = np.full(len(ends), np.inf)
        togo = trees.distances_to(
            *self._in_star, p.tail, open_cost, ends[:, 0].copy(), ends[:, 1].copy(), everywhere
        )
        # A hair shorter, so that rounding cannot make them longer than a path.
        self._togo = togo * (1.0 - 1e-12)
        self._which = np.ascontiguousarray(which.ravel(), dtype=np.int64)
        self._sailed = sailed
        self._by_sea = open_cost if sailed is None else np.where(sailed, open_cost, np.inf)
        self._from_port: dict[tuple[int, int], Floats] = {}

    def paths(
        self, weight: Floats, which: Ints | None = None, *, raised: bool
    ) -> list[tuple[int, Ints]]:
        """Return the shortest path of some commodities, each under its own weights.

        Parameters
        ----------
        weight
            Of each that is meant, shape (N, A); infinite where nothing may pass.
        which
            Commodities that are meant, rising, shape (N,); all if None.
        raised
            Whether no weight is below the open cost, so that its distances bound the rest.
        """
        p = self.p
        which = np.arange(p.n_commodities) if which is None else which
        each = np.arange(len(which))
        togo = self._which[which] if raised else np.full(len(which), -1)
        groups = np.arange(len(which) + 1), each
        return self._found(weight, togo, p.origin[which], each, *groups, which)

    def cheapest(self, weight: Floats, row: Ints, which: Ints) -> list[tuple[int, Ints]]:
        """Return the shortest path of some commodities, of which many have the same weights.

        Parameters
        ----------
        weight
            By row, shape (S, A).
        row
            Row of each commodity, shape (K,).
        which
            Commodities that are meant, rising, shape (N,).
        """
        p = self.p
        trees_of, group = np.unique(
            np.column_stack([row[which], p.origin[which]]), axis=0, return_inverse=True
        )
        members = np.argsort(group.ravel(), kind="stable")
        start = np.zeros(len(trees_of) + 1, dtype=np.int64)
        np.cumsum(np.bincount(group.ravel(), minlength=len(trees_of)), out=start[1:])
        rows, origins = (np.ascontiguousarray(column) for column in trees_of.T)
        return self._found(weight, np.full(len(rows), -1), origins, rows, start, members, which)

    def through(self, weight: Floats, row: Ints, which: Ints, arcs: Flags) -> Through:
        """Return the cheapest path of some commodities through any of the arcs meant for each.

        Parameters
        ----------
        weight
            By row, shape (S, A).
        row
            Row of each commodity, shape (K,).
        which
            Commodities that are meant, shape (N,).
        arcs
            Arcs of each that is meant, mask of shape (N, A).
        """
        p = self.p

        def spread(nodes: Ints, star: tuple[Ints, Ints], ends: Ints) -> Floats:
            pairs, at = np.unique(
                np.column_stack([nodes[which], row[which]]), axis=0, return_inverse=True
            )
            node, of_row = (np.ascontiguousarray(column) for column in pairs.T)
            everywhere = np.full(len(node), np.inf)
            found = trees.distances_to(*star, ends, weight, node, of_row, everywhere)
            return np.asarray(found[at.ravel()])

        onward = spread(p.destination, self._in_star, p.tail)
        since = spread(p.origin, self._star, p.head)
        least, by = np.full(len(which), np.inf), np.full(len(which), -1)
        for i, k in enumerate(which.tolist()):
            own = np.flatnonzero(arcs[i])
            cost = since[i, p.tail[own]] + weight[row[k], own] + onward[i, p.head[own]]
            if len(own) and np.isfinite(cost.min()):
                best = int(cost.argmin())
                least[i], by[i] = cost[best], own[best]
        return Through(least, by, since, onward)

    def way_through(self, k: int, found: Through, i: int, weight: Floats) -> Ints | None:
        """Return the arcs of the path that `through` found, None where it passes a node twice.

        Parameters
        ----------
        k, i
            The commodity, and its place among those that were meant.
        found
            What `through` said.
        weight
            Of each arc for it, shape (A,), sums of which must be exact.
        """
        p, by = self.p, int(found.by[i])
        before = self._walk(
            found.since[i], weight, int(p.tail[by]), int(p.origin[k]), self._in_star, p.tail
        )
        after = self._walk(
            found.onward[i], weight, int(p.head[by]), int(p.destination[k]), self._star, p.head
        )
        if before is None or after is None:
            return None
        arcs = np.array([*before[::-1], by, *after], dtype=np.int64)
        nodes = [int(p.tail[arcs[0]]), *p.head[arcs].tolist()]
        return arcs if len(set(nodes)) == len(nodes) else None

    @staticmethod
    def _walk(
        distance: Floats, weight: Floats, node: int, goal: int, star: tuple[Ints, Ints], ends: Ints
    ) -> list[int] | None:
        """Return the arcs from a node down to where the distance is 0, of equal ones the first."""
        start, arcs = star
        found: list[int] = []
        passed = {node}
        while node != goal:
            for a in arcs[start[node] : start[node + 1]].tolist():
                other = int(ends[a])
                if other not in passed and distance[other] + weight[a] == distance[node]:
                    found.append(a)
                    node = other
                    passed.add(node)
                    break
            else:
                return None
        return found

    def without_detours(self, found: list[tuple[int, Ints]]) -> list[tuple[int, Ints]]:
        """Return those of some paths whose legs by sea are short ones.

        Cargo chooses its ports; between two of them it is the ship that finds the way, and none
        goes far about. A leg is what is sailed over several links without a stop; it is short
        where it costs no more than `STRETCH` times the cheapest way by sea between its ends (the
        bounded stretch of Abraham, Delling, Goldberg and Werneck 2013, with their bound).

        Parameters
        ----------
        found
            Commodity and arcs of each path.
        """
        if self._sailed is None or not self._sailed.any():
            return found
        p, sailed = self.p, self._sailed
        legs: list[tuple[int, int, int, int, float]] = []
        for i, (k, arcs) in enumerate(found):
            turns = np.flatnonzero(np.diff(sailed[arcs], prepend=False, append=False))
            c = int(p.commodity_class[k])
            for begin, end in zip(turns[::2].tolist(), turns[1::2].tolist(), strict=True):
                if end > begin + 1:
                    leg = arcs[begin:end]
                    cost = float(self._by_sea[c, leg].sum())
                    legs.append((i, c, int(p.tail[leg[0]]), int(p.head[leg[-1]]), cost))
        new = sorted({(c, port) for _, c, port, _, _ in legs} - self._from_port.keys())
        if new:
            of_class, ports = np.array(new).T.copy()
            everywhere = np.full(len(new), np.inf)
            onward = trees.distances_to(
                *self._star, p.head, self._by_sea, ports, of_class, everywhere
            )
            self._from_port.update(zip(new, onward, strict=True))
        far = {i for i, c, port, to, cost in legs if cost > _MOST * self._from_port[c, port][to]}
        return [path for i, path in enumerate(found) if i not in far]

    def _found(
        self,
        weight: Floats,
        togo: Ints,
        origin: Ints,
        row: Ints,
        start: Ints,
        members: Ints,
        which: Ints,
    ) -> list[tuple[int, Ints]]:
        p = self.p
        found, begin, arcs = trees.cheapest_paths(
            *self._star,
            p.tail,
            p.head,
            weight,
            self._togo,
            togo,
            origin,
            row,
            start,
            members,
            p.destination[which],
            np.full(len(which), np.inf),
        )
        return [(int(which[i]), arcs[begin[i] : begin[i + 1]]) for i in found.tolist()]
