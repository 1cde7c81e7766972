"""What stands where: every unit that waits, counted once, at the limit that holds it.

A link may lie under several limits: its own, one of both directions, one of all
crossings of a border, one that the scenario sets. Cargo meets them one after
the other, the tightest first, and waits in one queue at a time; there it is
counted, in that limit's unit. At a closed link that is the queue of the tightest.

Two things need a word. A limit of the scenario is no place: while it is not in
force, what stands in its queue stands there because the link is closed, and is
counted at the tightest of the link's other limits. And background traffic comes
to each limit on its own: where all members of one limit belong to a wider one in
the same unit, the wider one's background holds the narrower one's, and what waits
at both is counted at the wider.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from corridors.simulation.queueing.run import Run
from corridors.simulation.queueing.state import BACKGROUND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.simulation.queue_points import LimitInfo
    from corridors.simulation.queueing.run import Outcome
    from corridors.simulation.timetable import Timetable


@dataclass(frozen=True, eq=False)
class Stock:
    """What waits at each limit at the end of each step, shape (T, R) each.

    Attributes
    ----------
    shown
        Units of each limit, cargo and background; every vehicle in one place.
    tonnes
        Tonnes of cargo; background has none. The sum over the limits is all
        cargo that waits.
    queue
        As `shown`, with the background that is counted at a wider limit.
    quit, waited
        Units that left the queue otherwise than by passing, and unit-days that
        those who left it in the step had waited.
    at
        Tonnes by limit and arc, for those at which anything has stood, shape (T,) each.
    """

    shown: Floats
    tonnes: Floats
    queue: Floats
    quit: Floats
    waited: Floats
    at: dict[tuple[int, int], Floats]


@njit(cache=True)
def _count(  # type: ignore[no-untyped-def]
    slugs, routes, head, first, limit, factor, shown, weight, units, tonnes, background
):
    """Add up the queues by member (units, tonnes, shape (M,)), background by limit."""
    for r in range(len(head)):
        i = head[r]
        while i >= 0:
            route = slugs.route[i]
            if route == BACKGROUND:
                background[r] += slugs.amount[i]
            else:
                c = routes.kind[route]
                arc = routes.arc[routes.first[route] + slugs.visit[i]]
                for m in range(first[arc], first[arc + 1]):
                    if limit[m] == r:
                        at = shown[m, c]
                        units[at] += slugs.amount[i] * factor[at, c]
                        tonnes[at] += slugs.amount[i] * weight[c]
                        break
            i = slugs.after[i]


class _Counted(Run):
    """A run that takes stock after each step."""

    def __init__(self, table: Timetable, *, whole: bool) -> None:
        p = table.problem
        super().__init__(p, whole=whole, fixed=False)
        shape = (p.n_steps, p.n_limits)
        self.units, self.tonnes, self.background = (np.zeros(shape) for _ in range(3))
        self.at: dict[tuple[int, int], Floats] = {}
        self.lent: list[dict[tuple[int, int], float]] = []
        self.ours = np.array([i.from_event for i in table.limits], dtype=np.bool_)
        self._arc = np.repeat(np.arange(len(p.tail)), np.diff(p.member_first))
        self._shown: dict[bytes, Ints] = {}

    def step(self, n: int) -> None:
        super().step(n)
        p = self.p
        away = self.ours & ~np.isfinite(p.level[n])
        shown = self._members_shown(away)
        units, tonnes = np.zeros(len(self._arc)), np.zeros(len(self._arc))
        routes = self.book.arrays(int(p.state[n]))
        _count(
            self.slugs, routes, self.queues["head"], p.member_first, p.member_limit,
            p.member_factor, shown, p.weight, units, tonnes, self.background[n],
        )  # fmt: skip
        np.add.at(self.units[n], p.member_limit, units)
        np.add.at(self.tonnes[n], p.member_limit, tonnes)
        for m in np.flatnonzero(tonnes):
            key = (int(p.member_limit[m]), int(self._arc[m]))
            self.at.setdefault(key, np.zeros(p.n_steps))[n] = tonnes[m]
        self.lent.append(self._lent(np.flatnonzero(away & (self.work["queue"] > 0)), shown))

    def _members_shown(self, away: Flags) -> Ints:
        """Return the member at which what waits at another is counted, by class, shape (M, C)."""
        key = away.tobytes()
        if key not in self._shown:
            p = self.p
            own = np.arange(len(self._arc))
            shown = np.repeat(own[:, None], len(p.weight), axis=1)
            for m in own[away[p.member_limit]]:
                near = np.arange(p.member_first[self._arc[m]], p.member_first[self._arc[m] + 1])
                near = near[~away[p.member_limit[near]]]
                # A capacity is a place; another limit of the scenario will do where there is none.
                near = near[np.argsort(self.ours[p.member_limit[near]], kind="stable")]
                for c in range(len(p.weight)):
                    fits = near[p.member_factor[near, c] > 0]
                    shown[m, c] = fits[0] if len(fits) else m
            self._shown[key] = shown
        return self._shown[key]

    def _lent(self, limits: Ints, shown: Ints) -> dict[tuple[int, int], float]:
        """Return the units in the queues of limits that are counted at another: (of, at)."""
        p, found = self.p, dict[tuple[int, int], float]()
        routes = self.book.arrays(0)
        for r in limits.tolist():
            i = int(self.queues["head"][r])
            while i >= 0:
                visit = routes.first[self.slugs.route[i]] + self.slugs.visit[i]
                arc, c = routes.arc[visit], routes.kind[self.slugs.route[i]]
                for m in range(p.member_first[arc], p.member_first[arc + 1]):
                    if p.member_limit[m] == r:
                        key = (r, int(p.member_limit[shown[m, c]]))
                        units = float(self.slugs.amount[i] * routes.factor[visit])
                        found[key] = found.get(key, 0.0) + units
                i = int(self.slugs.after[i])
        return found


def run_and_count(
    table: Timetable, *, whole: bool = False, progress: Callable[[int, int], None] | None = None
) -> tuple[Outcome, Stock]:
    """Run a timetable through all its steps, and count what stands where after each.

    Parameters
    ----------
    table
        The problem and what its limits are.
    whole, progress
        As for `corridors.queueing.run`.

    Returns
    -------
    Outcome, Stock
    """
    own = _Counted(table, whole=whole)
    for n in range(table.problem.n_steps):
        own.step(n)
        if progress is not None:
            progress(n + 1, table.problem.n_steps)
    outcome = own.outcome()
    left, waited = _attributed(outcome, own.lent)
    queue = own.units + own.background
    shown = own.units + once(own.background, table.limits)
    return outcome, Stock(shown, own.tonnes, queue, left, waited, own.at)


def _attributed(
    outcome: Outcome, lent: list[dict[tuple[int, int], float]]
) -> tuple[Floats, Floats]:
    """Return who quits and what was waited, at the limit where it has been counted."""
    quit_, waited = outcome.quit.copy(), outcome.waited.copy()
    queue = outcome.queue
    for n, found in enumerate(lent[:-1]):
        for (r, at), units in found.items():
            part = min(units / queue[n, r], 1.0) if queue[n, r] > 0 and at != r else 0.0
            for own, of in ((quit_, outcome.quit), (waited, outcome.waited)):
                own[n + 1, at] += part * of[n + 1, r]
                own[n + 1, r] -= part * of[n + 1, r]
    return quit_, waited


def once(background: Floats, limits: list[LimitInfo]) -> Floats:
    """Return the background that waits at each limit without what a wider limit counts.

    Parameters
    ----------
    background
        What waits at each limit, shape (T, R).
    limits
        Their units and members. Limits that share some members only, or count in
        different units, are not compared: nothing says how much they share.

    Examples
    --------
    Of the five that wait at a crossing, three wait for the one road that has a limit too.

    >>> from corridors.simulation.queue_points import LimitInfo
    >>> road = LimitInfo("road", "road", "Road", "truck", {(0, 0): 1.0})
    >>> crossing = LimitInfo("all", "all", "Crossing", "truck", {(0, 0): 1.0, (1, 0): 1.0})
    >>> once(np.array([[3.0, 5.0]]), [road, crossing])
    array([[0., 5.]])
    """
    result = background.copy()
    # What a wider limit can account for among those within it.
    pool = background.copy()
    for narrow, wide in _nested(limits, np.flatnonzero((background > 0).any(axis=0)).tolist()):
        part = np.minimum(result[:, narrow], pool[:, wide])
        result[:, narrow] -= part
        pool[:, wide] -= part
    return result


def _nested(limits: list[LimitInfo], numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Return pairs of limits of which the first lies within the second, the narrowest first."""
    members = {r: limits[r].entries.keys() for r in numbers}
    order = sorted(numbers, key=lambda r: (len(members[r]), r))
    for i, narrow in enumerate(order):
        for wide in order[i + 1 :]:
            if limits[narrow].unit == limits[wide].unit and members[narrow] <= members[wide]:
                yield narrow, wide
