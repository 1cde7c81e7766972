"""What stands where, by limit: every unit that waits, counted once, at the limit that holds it.

A link may lie under several limits: its own, one of both directions, one of all
crossings of a border, one that the scenario sets. Cargo meets them one after
the other, the tightest first, and waits in one queue at a time; there it is
counted, in that limit's unit, by the queue model itself. At a closed link that is
the queue of the tightest.

Background traffic comes to each limit on its own: where all members of one limit
belong to a wider one in the same unit, the wider one's background holds the
narrower one's, and what waits at both is counted at the wider.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corridors.flow.arrays import Floats
    from corridors.simulation.queue_points import QueuePoint
    from corridors.simulation.queueing.run import SimulationRecord


@dataclass(frozen=True, eq=False)
class QueueCounts:
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
    by_arc
        Tonnes by limit and arc, for those at which anything has stood, shape (T,) each.
    """

    shown: Floats
    tonnes: Floats
    queue: Floats
    quit: Floats
    waited: Floats
    by_arc: dict[tuple[int, int], Floats]


def counts_by_limit(record: SimulationRecord, limits: list[QueuePoint]) -> QueueCounts:
    """Add up by limit what stands where.

    Parameters
    ----------
    record
        A run.
    limits
        What each limit is.

    Returns
    -------
    QueueCounts
    """
    p = record.problem
    units, tonnes = np.zeros_like(record.background), np.zeros_like(record.background)
    np.add.at(units.T, p.member_limit, record.units.T)
    np.add.at(tonnes.T, p.member_limit, record.tonnes.T)
    quit_, waited = _attributed(record)
    arc = p.member_arc
    by_arc = {
        (int(p.member_limit[m]), int(arc[m])): record.tonnes[:, m]
        for m in np.flatnonzero(record.tonnes.any(axis=0))
    }
    return QueueCounts(
        shown=units + once(record.background, limits),
        tonnes=tonnes,
        queue=units + record.background,
        quit=quit_,
        waited=waited,
        by_arc=by_arc,
    )


def _attributed(record: SimulationRecord) -> tuple[Floats, Floats]:
    """Return who quits and what was waited, at the limit where it has been counted."""
    quit_, waited = record.quit.copy(), record.waited.copy()
    queue = record.queue
    for n, x in np.argwhere(record.moved[:-1] > 0):
        r, at = record.pairs[x]
        part = min(record.moved[n, x] / queue[n, r], 1.0) if queue[n, r] > 0 else 0.0
        for own, of in ((quit_, record.quit), (waited, record.waited)):
            own[n + 1, at] += part * of[n + 1, r]
            own[n + 1, r] -= part * of[n + 1, r]
    return quit_, waited


def once(background: Floats, limits: list[QueuePoint]) -> Floats:
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

    >>> from corridors.simulation.queue_points import QueuePoint
    >>> road = QueuePoint("road", "road", "Road", "truck", False, {(0, 0): 1.0})
    >>> crossing = QueuePoint("all", "all", "All", "truck", False, {(0, 0): 1.0, (1, 0): 1.0})
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


def _nested(limits: list[QueuePoint], numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Return pairs of limits of which the first lies within the second, the narrowest first."""
    members = {r: limits[r].entries.keys() for r in numbers}
    order = sorted(numbers, key=lambda r: (len(members[r]), r))
    for i, narrow in enumerate(order):
        for wide in order[i + 1 :]:
            if limits[narrow].unit == limits[wide].unit and members[narrow] <= members[wide]:
                yield narrow, wide
