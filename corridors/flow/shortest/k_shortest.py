"""The cheapest routes one after the other, none of which passes a node twice.

Yen (1971) with Lawler's rule (1972): each route is taken from the best one that
leaves an earlier route at some point. A shortest-path tree towards the
destination, found once, guides every search (Hart, Nilsson and Raphael 1968).
"""

from __future__ import annotations

import heapq
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corridors.flow.arrays import Floats, Ints


class Routes:
    """Routes between two places, cheapest first.

    Parameters
    ----------
    tail, head, cost
        Arcs; where the cost is infinite the arc is not there.
    n_places
        Number of places.
    origin, destination
        Places.
    group
        Place to node: places of one group are one node on the map. A route may
        change from place to place within a node but not come back to it.
    """

    def __init__(
        self,
        tail: Ints,
        head: Ints,
        cost: Floats,
        n_places: int,
        origin: int,
        destination: int,
        group: Ints,
    ) -> None:
        self._tail, self._head = tail.tolist(), head.tolist()
        self._cost = cost.tolist()
        self._origin, self._destination = origin, destination
        self._group = group.tolist()
        self._out: list[list[int]] = [[] for _ in range(n_places)]
        self._in: list[list[int]] = [[] for _ in range(n_places)]
        for arc, (a, b, c) in enumerate(zip(self._tail, self._head, self._cost, strict=True)):
            if math.isfinite(c):
                self._out[a].append(arc)
                self._in[b].append(arc)
        self._left = self._distances()

    def _distances(self) -> list[float]:
        """Return the cost from each place to the destination."""
        left = [math.inf] * len(self._out)
        left[self._destination] = 0.0
        queue = [(0.0, self._destination)]
        while queue:
            distance, place = heapq.heappop(queue)
            if distance > left[place]:
                continue
            for arc in self._in[place]:
                new = distance + self._cost[arc]
                if new < left[self._tail[arc]]:
                    left[self._tail[arc]] = new
                    heapq.heappush(queue, (new, self._tail[arc]))
        return left

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
        nodes = [self._group[self._tail[route[0]]], *(self._group[self._head[a]] for a in route)]
        stays = [n for n, before in zip(nodes, [None, *nodes[:-1]], strict=True) if n != before]
        return len(stays) == len(set(stays))

    def _search(self, root: tuple[int, ...], banned: frozenset[int]) -> tuple[int, ...] | None:
        """Return the cheapest route that begins with `root` and does not go on by `banned`."""
        spur = self._head[root[-1]] if root else self._origin
        here = self._group[spur]
        passed = {self._tail[a] for a in root}
        nodes = {self._group[p] for p in passed} - {here}
        reached = {spur: 0.0}
        by: dict[int, int] = {}
        done: set[int] = set()
        queue = [(self._left[spur], spur)]
        while queue:
            _, place = heapq.heappop(queue)
            if place in done:
                continue
            if place == self._destination:
                return root + self._traced(by, spur)
            done.add(place)
            for arc in self._out[place]:
                other = self._head[arc]
                if place == spur and arc in banned:
                    continue
                if other in done or other in passed or self._group[other] in nodes:
                    continue
                if math.isinf(self._left[other]):
                    continue
                new = reached[place] + self._cost[arc]
                old = reached.get(other, math.inf)
                if new < old or (new == old and arc < by[other]):
                    reached[other] = new
                    by[other] = arc
                    heapq.heappush(queue, (new + self._left[other], other))
        return None

    def _traced(self, by: dict[int, int], spur: int) -> tuple[int, ...]:
        arcs: list[int] = []
        place = self._destination
        while place != spur:
            arcs.append(by[place])
            place = self._tail[by[place]]
        return tuple(reversed(arcs))
