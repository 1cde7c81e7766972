"""Count what stands in the queues, each unit once, at the limit that holds it.

One thing needs a word. A limit of the scenario is no place: while it is not in
force, what stands in its queue stands there because the arc is closed, and is
counted at the tightest of the arc's other limits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.flow.kernels import inner
from corridors.simulation.queueing.packets import units_of
from corridors.simulation.queueing.state import BACKGROUND, NEW, OLD, Counting

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Ints
    from corridors.simulation.queueing.problem import QueueProblem


@inner
def count_queues(packets, routes, limits, counting, record, clock, head):
    """Count what waits and what moves at the end of a step, packet by packet."""
    n = clock.number
    for r in range(len(limits.rate)):
        total = 0.0
        i = limits.head[r]
        while i >= 0:
            units = units_of(packets, routes, i)
            total += units
            route = packets.of[i].route
            if route == BACKGROUND:
                record.background[n, r] += units
            else:
                age = NEW if packets.of[i].wanted_at >= clock.begin else OLD
                record.where[n, routes.demand[route], 0, age] += packets.of[i].amount
                c = routes.kind[route]
                own = counting.member_first[routes.arc[routes.first[route] + packets.of[i].visit]]
                while counting.member_limit[own] != r:
                    own += 1
                at = counting.counted_at[own, c]
                record.units[n, at] += packets.of[i].amount * counting.member_factor[at, c]
                record.tonnes[n, at] += packets.of[i].amount * counting.weight[c]
                if counting.moved[own, c] >= 0:
                    record.moved[n, counting.moved[own, c]] += units
            i = packets.of[i].after
        limits.queue[r] = total
    for later in range(n + 1, clock.last + 1):
        i = head[later]
        while i >= 0:
            age = NEW if packets.of[i].wanted_at >= clock.begin else OLD
            record.where[n, routes.demand[packets.of[i].route], 1, age] += packets.of[i].amount
            i = packets.of[i].after


class _Places(NamedTuple):
    """Where what waits is counted while some limits are not in force; see `Counting`."""

    counted_at: Ints
    moved: Ints


class CountingRule:
    """Where what waits is counted in each step of a problem.

    Attributes
    ----------
    pairs
        The limit that holds something, and the limit at which it is counted
        while the first is not in force, shape (X, 2).
    """

    def __init__(self, problem: QueueProblem) -> None:
        self._p = p = problem
        self._arc = p.member_arc
        self._away = p.from_event & ~np.isfinite(p.level)
        patterns = {away.tobytes(): away for away in self._away}
        counted = {key: self._counted_at(away) for key, away in patterns.items()}
        found = {
            pair: None
            for at in counted.values()
            for m in np.flatnonzero((at != np.arange(len(at))[:, None]).any(axis=1))
            for pair in self._pairs_of(int(m), at)
        }
        number = {pair: i for i, pair in enumerate(sorted(found))}
        self.pairs: Ints = np.array(list(number), dtype=np.int64).reshape(-1, 2)
        self._places = {key: _Places(at, self._numbered(at, number)) for key, at in counted.items()}

    def in_step(self, n: int) -> Counting:
        """Return where what waits is counted in a step."""
        p, places = self._p, self._places[self._away[n].tobytes()]
        return Counting(
            p.member_first,
            p.member_limit,
            p.member_factor,
            p.weight,
            places.counted_at,
            places.moved,
        )

    def _pairs_of(self, m: int, counted_at: Ints) -> list[tuple[int, int]]:
        """Return the limit of a member and the one that counts it, by class."""
        limit = self._p.member_limit
        return [(int(limit[m]), int(limit[at])) for at in counted_at[m] if at != m]

    def _numbered(self, counted_at: Ints, number: dict[tuple[int, int], int]) -> Ints:
        limit = self._p.member_limit
        moved = np.full(counted_at.shape, -1, dtype=np.int64)
        for m, c in np.argwhere(counted_at != np.arange(len(counted_at))[:, None]):
            moved[m, c] = number[int(limit[m]), int(limit[counted_at[m, c]])]
        return moved

    def _counted_at(self, away: Flags) -> Ints:
        """Return the member at which what waits at another is counted, shape (M, C)."""
        p = self._p
        own = np.arange(len(self._arc))
        counted_at = np.repeat(own[:, None], len(p.weight), axis=1)
        for m in own[away[p.member_limit]]:
            near = np.arange(p.member_first[self._arc[m]], p.member_first[self._arc[m] + 1])
            near = near[~away[p.member_limit[near]]]
            # A capacity is a place; another limit of the scenario will do where there is none.
            near = near[np.argsort(p.from_event[p.member_limit[near]], kind="stable")]
            for c in range(len(p.weight)):
                fits = near[p.member_factor[near, c] > 0]
                counted_at[m, c] = fits[0] if len(fits) else m
        return counted_at
