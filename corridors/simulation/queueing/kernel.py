"""One step of the point-queue model, in compiled code.

Cargo moves as packets. A packet meets one limit after another; where a limit is used
up it joins the queue there, which is served first in, first out (Vickrey 1969:
the queue has no length on the ground, it holds back in time alone).

Times are in days from the start of the run. All arrays are changed in place.
"""

from __future__ import annotations

import numpy as np

from corridors.flow.kernels import inner, lean
from corridors.simulation.queueing.counting import count_queues
from corridors.simulation.queueing.packets import append, drop, forget, split, take, units_of
from corridors.simulation.queueing.reneging import divert, renege
from corridors.simulation.queueing.service.serving import release, serve
from corridors.simulation.queueing.state import BACKGROUND, HAIR, LATE, NEW, OLD, ON_TIME, OTHER_WAY
from corridors.simulation.queueing.stores import find_room, hold_back, put_back


@inner
def _arrive(packets, routes, limits, choice, record, clock, head, tail, i):
    """Bring what arrives within the step to its limit or destination, the rest later."""
    end = (clock.number + 1) * clock.step
    if packets.of[i].end > end + HAIR * clock.step:
        later = i
        if packets.of[i].start < end - HAIR * clock.step:
            i = split(
                packets,
                later,
                (end - packets.of[i].start) / (packets.of[i].end - packets.of[i].start),
            )
            packets.of[i].end = end
            packets.of[later].start = end
        append(packets, head, tail, min(clock.number + 1, clock.last), later)
        if i == later:
            return
    forget(packets, i)
    r = packets.of[i].route
    k = routes.demand[r]
    if packets.of[i].visit == routes.first[r + 1] - routes.first[r]:
        age = NEW if packets.of[i].wanted_at >= clock.begin else OLD
        if not routes.is_base[r]:
            what = OTHER_WAY
        elif packets.of[i].waited > choice.late:
            what = LATE
        else:
            what = ON_TIME
        record.ends[clock.number, k, what, age] += packets.of[i].amount
        age_hours = 24.0 * (
            0.5 * (packets.of[i].start + packets.of[i].end) - packets.of[i].wanted_at
        )
        record.way_hours[k, what, age] += packets.of[i].amount * age_hours
        drop(packets, i)
        return
    v = routes.first[r] + packets.of[i].visit
    limit = routes.limit[v]
    kept = i
    if routes.advice[v] >= 0:
        # Who comes sees the queue that stands there.
        kept = divert(
            packets, routes, limits, choice, record, clock, head, tail, limit, i,
            limits.queue[limit], kept != i,
        )  # fmt: skip
    if kept >= 0:
        record.arrived[clock.number, limit] += units_of(packets, routes, i)
        append(packets, limits.new_head, limits.new_tail, limit, i)


@lean
def run_step(packets, routes, limits, choice, counting, record, clock, head, tail, order, held):
    """Move everything by one step.

    Parameters
    ----------
    packets, routes, limits, choice, counting, record, clock
        As their classes say.
    head, tail
        First and last packet of each step's arrivals, shape (steps + 1,).
    order
        Limits in the order in which they are served, upstream first, shape (R,).
    held
        First and last packet of who is held back: of the queue, and of what has come in the
        step; -1, shape (2, 2).
    """
    n = clock.number
    n_limits = len(limits.rate)
    for r in range(n_limits):
        limits.used[r] = 0.0
    stores = find_room(packets, routes, limits, clock, head)
    for r in range(n_limits):
        if limits.head[r] >= 0:
            renege(packets, routes, limits, choice, record, clock, head, tail, r)
    for r in range(n_limits):
        flow = limits.background[r] * clock.step
        if flow > 0.0:
            record.arrived[n, r] += flow
            own = min(flow, min(limits.reserved[r], limits.rate[r]) * clock.step)
            record.left[n, r] += own
            if flow - own > 1e-12 * flow:
                i = take(packets)
                packets.of[i].after = -1
                packets.of[i].route = BACKGROUND
                packets.of[i].visit = 0
                packets.of[i].amount = flow - own
                packets.of[i].start = n * clock.step
                packets.of[i].end = (n + 1) * clock.step
                packets.of[i].wanted_at = packets.of[i].start
                packets.of[i].waited = 0.0
                packets.of[i].waited_before = 0.0
                packets.of[i].patience_left = np.inf
                append(packets, limits.new_head, limits.new_tail, r, i)
    for position in range(n_limits):
        r = order[position]
        if limits.rate[r] == np.inf and limits.head[r] >= 0:
            release(packets, routes, limits, choice, record, clock, r)
    first = True
    moved = True
    while moved:
        moved = False
        # Once more than there are limits, so that cargo arrives where there is none.
        for position in range(n_limits + 1):
            while head[n] >= 0:
                i = head[n]
                head[n] = packets.of[i].after
                _arrive(packets, routes, limits, choice, record, clock, head, tail, i)
            if position == n_limits:
                break
            r = order[position]
            if limits.new_head[r] >= 0 or (first and limits.head[r] >= 0):
                holds = stores and limits.leads[r]
                if holds:
                    for which in range(2):
                        hold_back(packets, routes, limits, clock, r, held, which)
                slowed = holds and (held[0, 0] >= 0 or held[0, 1] >= 0)
                serve(packets, routes, limits, choice, record, clock, head, tail, r, slowed)
                if holds:
                    put_back(packets, limits, clock, r, held)
                moved = True
        if head[n] >= 0:
            moved = True
        first = False
    count_queues(packets, routes, limits, counting, record, clock, head)
