"""The cheapest routes one after the other, none of which passes a node twice.

Yen (1971) with Lawler's rule (1972): each route is taken from the best one that
leaves an earlier route at some point. A shortest-path tree towards the
destination, found once, guides every search (Hart, Nilsson and Raphael 1968).
"""

from __future__ import annotations

import heapq
import math
from typing import TYPE_CHECKING

from corridors.flow.shortest.trees import forward_star, tree_to

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corridors.flow.arrays import Floats, Ints


class KShortest:
    """Routes between two nodes, cheapest first.

    Parameters
    ----------
    tail, head, cost
        Arcs; where the cost is infinite the arc is not there.
    n_nodes
        Number of nodes.
    origin, destination
        Nodes.
    group
        Node to group, such as the modes of one terminal: a route may change from
        node to node within a group but not come back to it.
    """

    def __init__(
        self,
        tail: Ints,
        head: Ints,
        cost: Floats,
        n_nodes: int,
        origin: int,
        destination: int,
        group: Ints,
    ) -> None:
        self._tail, self._head = tail.tolist(), head.tolist()
        self._cost = cost.tolist()
        self._origin, self._destination = origin, destination
        self._group = group.tolist()
        self._out: list[list[int]] = [[] for _ in range(n_nodes)]
        for arc, (a, c) in enumerate(zip(self._tail, self._cost, strict=True)):
            if math.isfinite(c):
                self._out[a].append(arc)
        distance, _ = tree_to(*forward_star(head, n_nodes), tail, cost, destination)
        self._left: list[float] = distance.tolist()

    def cheapest_first(self) -> Iterator[tuple[float, tuple[int, ...]]]:
        """Yield cost and arcs of each route; of equal ones the lower arc numbers first."""
        best = self._search((), frozenset())
        waiting: list[tuple[float, tuple[int, ...], int]] = []
        seen: set[tuple[int, ...]] = set()
        if best is not None:
            waiting = [(self._sum(best), best, 0)]
            seen = {best}
        left_by: dict[tuple[int, ...], set[int]] = {}
        while waiting:
            cost, route, since = heapq.heappop(waiting)
            if self._visits_once(route):
                yield cost, route
            for at in range(len(route)):
                left_by.setdefault(route[:at], set()).add(route[at])
            # Earlier points have been left in all other ways by the route's own parent.
            for at in range(since, len(route)):
                other = self._search(route[:at], frozenset(left_by[route[:at]]))
                if other is not None and other not in seen:
                    seen.add(other)
                    heapq.heappush(waiting, (self._sum(other), other, at))

    def _sum(self, route: tuple[int, ...]) -> float:
        return math.fsum(self._cost[a] for a in route)

    def _visits_once(self, route: tuple[int, ...]) -> bool:
        groups = [self._group[self._tail[route[0]]], *(self._group[self._head[a]] for a in route)]
        stays = [g for g, before in zip(groups, [None, *groups[:-1]], strict=True) if g != before]
        return len(stays) == len(set(stays))

    def _search(self, root: tuple[int, ...], banned: frozenset[int]) -> tuple[int, ...] | None:
        """Return the cheapest route that begins with `root` and does not go on by `banned`."""
        spur = self._head[root[-1]] if root else self._origin
        here = self._group[spur]
        passed = {self._tail[a] for a in root}
        groups = {self._group[n] for n in passed} - {here}
        reached = {spur: 0.0}
        by: dict[int, int] = {}
        done: set[int] = set()
        queue = [(self._left[spur], spur)]
        while queue:
            _, node = heapq.heappop(queue)
            if node in done:
                continue
            if node == self._destination:
                return root + self._traced(by, spur)
            done.add(node)
            for arc in self._out[node]:
                other = self._head[arc]
                if node == spur and arc in banned:
                    continue
                if other in done or other in passed or self._group[other] in groups:
                    continue
                if math.isinf(self._left[other]):
                    continue
                new = reached[node] + self._cost[arc]
                old = reached.get(other, math.inf)
                if new < old or (new == old and arc < by[other]):
                    reached[other] = new
                    by[other] = arc
                    heapq.heappush(queue, (new + self._left[other], other))
        return None

    def _traced(self, by: dict[int, int], spur: int) -> tuple[int, ...]:
        arcs: list[int] = []
        node = self._destination
        while node != spur:
            arcs.append(by[node])
            node = self._tail[by[node]]
        return tuple(reversed(arcs))
