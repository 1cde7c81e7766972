"""How a limit serves its queue within a step, in compiled code.

First in, first out, at the rate of the limit less what is reserved. Arrivals of
one step at a queue that stands count as mixed, so that nobody in it is favoured;
within the step the queue is the fluid solution of `passage`: it empties at the moment
at which it would, and who comes after that does not wait.
"""

from __future__ import annotations

import numpy as np

from corridors.flow.kernels import inner
from corridors.flow.waiting.course import passes_of
from corridors.simulation.queueing.packets import (
    append,
    drop,
    enter,
    is_blocked,
    join,
    split,
    units_of,
)
from corridors.simulation.queueing.service.passage import (
    comes,
    comes_evenly,
    find_passage,
    goes_at,
    straighten,
)
from corridors.simulation.queueing.state import BACKGROUND, HAIR, NEW, OLD
from corridors.simulation.queueing.stores import sent


@inner
def _pass(packets, routes, limits, record, clock, head, tail, limit, i):
    """Let a packet, whose interval is that of its departure, through a limit."""
    units = units_of(packets, routes, i)
    record.left[clock.number, limit] += units
    limits.used[limit] += units
    if packets.of[i].route == BACKGROUND:
        drop(packets, i)
        return
    packets.of[i].visit += 1
    sent(packets, routes, limits, clock, i)
    enter(packets, routes, record, clock, head, tail, i)


@inner
def _serve_packet(
    packets, routes, limits, record, clock, head, tail, limit, i, begin, end, came_from, came_to
):
    """Let a queued packet go over ``[begin, end)``; it had come over ``[came_from, came_to)``."""
    if clock.whole:
        begin = clock.number * clock.step
        end = begin + clock.step
    wait = 0.5 * (begin + end) - 0.5 * (came_from + came_to)
    units = units_of(packets, routes, i)
    record.waited[clock.number, limit] += units * wait
    if packets.of[i].route != BACKGROUND:
        age = NEW if packets.of[i].wanted_at >= clock.begin else OLD
        record.wait[routes.demand[packets.of[i].route], age] += packets.of[i].amount * wait
    packets.of[i].waited += wait
    packets.of[i].start = begin
    packets.of[i].end = end
    _pass(packets, routes, limits, record, clock, head, tail, limit, i)


@inner
def _pass_part(packets, routes, limits, record, clock, head, tail, limit, i, knots):
    """Let what comes of a packet until the last knot go, by pieces; the rest joins the queue."""
    hair = HAIR * clock.step
    at, goes = packets.at, packets.goes
    until = at[knots - 1]
    k = 0
    while i >= 0:
        start, end = packets.of[i].start, packets.of[i].end
        if until <= start + hair:
            join(packets, limits.head, limits.tail, limit, clock, i)
            return
        while k < knots - 2 and at[k + 1] <= start + hair:
            k += 1
        to = min(until, end)
        if k < knots - 2:
            to = min(to, at[k + 1])
        j = i
        if to < end - hair:
            j = split(packets, i, (to - start) / (end - start))
            packets.of[i].start = to
        else:
            to = end
            i = -1
        _serve_packet(
            packets, routes, limits, record, clock, head, tail, limit, j,
            goes_at(at, goes, k, start), goes_at(at, goes, k, to), start, to,
        )  # fmt: skip


@inner
def serve(packets, routes, limits, choice, record, clock, head, tail, limit, slowed):
    """Serve the queue of a limit, then what has come within the step.

    Parameters
    ----------
    packets, routes, limits, choice, record, clock, head, tail
        As in `run_step`.
    limit
        Which one.
    slowed
        Whether somebody is held back here for want of a place ahead: the others go evenly
        over the step then, as they were reckoned to.
    """
    now = clock.number * clock.step
    end = now + clock.step
    hair = HAIR * clock.step
    full = max(limits.rate[limit] - limits.reserved[limit], 0.0)
    room = full * clock.step - limits.used[limit]
    standing = 0.0
    i = limits.head[limit]
    while i >= 0:
        if not is_blocked(packets, routes, choice, i):
            standing += units_of(packets, routes, i)
        i = packets.of[i].after
    came = 0.0
    # No more comes at once than if all came together.
    most = 0.0
    i = limits.new_head[limit]
    while i >= 0:
        if not is_blocked(packets, routes, choice, i):
            units = units_of(packets, routes, i)
            came += units
            most += units / max(packets.of[i].end - packets.of[i].start, hair)
        i = packets.of[i].after
    evenly = clock.whole or limits.evenly[limit]
    if limits.spread[limit] > 0.0 and 0.0 < full < np.inf:
        # What variation leaves standing on average is not served: so much less passes.
        own = min(limits.background[limit], limits.reserved[limit], limits.rate[limit])
        passes = passes_of(
            limits.used[limit] + standing + came,
            full,
            own,
            limits.rate[limit],
            limits.spread[limit],
            limits.exponent[limit],
            clock.step,
        )
        room = max(passes - limits.used[limit], 0.0)
        evenly = True
    if slowed:
        room = min(room, standing + came)
    # What has passed in the step already has taken its part of the rate evenly.
    rate = room / clock.step if room < np.inf else np.inf
    free = standing <= 0.0 and came > 0.0 and came <= room + hair * full
    if free and not evenly and most > rate and limits.used[limit] <= 0.0:
        n_moments = comes(packets, routes, choice, clock, limits.new_head[limit], came)
        _, waits = find_passage(packets, n_moments, clock, now, rate)
        free = not waits
    served = 0.0
    if not free and standing > 0.0 and room > 0.0:
        # The queue, in its order; who may not pass is passed by. What came in one
        # step goes together, each with the same part.
        i = limits.head[limit]
        limits.head[limit] = -1
        limits.tail[limit] = -1
        while i >= 0:
            batch = packets.of[i].batch
            together = 0.0
            j = i
            while j >= 0 and packets.of[j].batch == batch:
                if not is_blocked(packets, routes, choice, j):
                    together += units_of(packets, routes, j)
                j = packets.of[j].after
            goes = min(together, room - served)
            share = goes / together if together > 0.0 else 0.0
            first = now + served / rate
            last = now + (served + goes) / rate
            while i >= 0 and packets.of[i].batch == batch:
                following = packets.of[i].after
                if share <= 1e-14 or is_blocked(packets, routes, choice, i):
                    append(packets, limits.head, limits.tail, limit, i)
                    i = following
                    continue
                came_from = packets.of[i].start
                came_to = packets.of[i].end
                j = i
                if share < 1.0 - 1e-12:
                    j = split(packets, i, share)
                    if not clock.whole:
                        came_to = came_from + share * (came_to - came_from)
                        packets.of[i].start = came_to
                    append(packets, limits.head, limits.tail, limit, i)
                _serve_packet(
                    packets,
                    routes,
                    limits,
                    record,
                    clock,
                    head,
                    tail,
                    limit,
                    j,
                    first,
                    last,
                    came_from,
                    came_to,
                )
                i = following
            served += goes
    left = room - served
    through = free or rate == np.inf
    knots = 0
    if not through and came > 0.0 and left > 1e-14 * came:
        if evenly:
            n_moments = comes_evenly(packets, clock, came)
        else:
            n_moments = comes(packets, routes, choice, clock, limits.new_head[limit], came)
        knots, _ = find_passage(packets, n_moments, clock, now + served / rate, rate)
        knots = straighten(packets.at, packets.goes, knots, clock)
    i = limits.new_head[limit]
    limits.new_head[limit] = -1
    limits.new_tail[limit] = -1
    while i >= 0:
        following = packets.of[i].after
        if is_blocked(packets, routes, choice, i):
            join(packets, limits.head, limits.tail, limit, clock, i)
        elif through:
            _pass(packets, routes, limits, record, clock, head, tail, limit, i)
        else:
            if evenly:
                packets.of[i].start = now
                packets.of[i].end = end
            if knots < 2:
                join(packets, limits.head, limits.tail, limit, clock, i)
            else:
                _pass_part(packets, routes, limits, record, clock, head, tail, limit, i, knots)
        i = following
    waits = limits.head[limit]
    while waits >= 0 and is_blocked(packets, routes, choice, waits):
        waits = packets.of[waits].after
    if not evenly and waits >= 0 and full < np.inf:
        # Time in which nothing stood here is gone for who comes to it again in this step. What may
        # not go on anyway is in nobody's way.
        limits.used[limit] = max(limits.used[limit], full * clock.step)


@inner
def stand_in_turn(packets, limits, limit, i):
    """Put a packet into the queue of a limit behind those that have come to the link before it."""
    before = limits.tail[limit]
    if limits.head[limit] < 0 or packets.of[before].batch <= packets.of[i].batch:
        append(packets, limits.head, limits.tail, limit, i)
        return
    before = -1
    at = limits.head[limit]
    while packets.of[at].batch <= packets.of[i].batch:
        before = at
        at = packets.of[at].after
    packets.of[i].after = at
    if before < 0:
        limits.head[limit] = i
    else:
        packets.of[before].after = i


@inner
def stand_again(packets, routes, record, clock, limit, i):
    """Let a packet stand from now on at another limit of its link; write down what it has waited.

    Returns
    -------
    float
        Its units, of the limit at which it has stood.
    """
    r = packets.of[i].route
    v = routes.first[r] + packets.of[i].visit
    begin = clock.number * clock.step
    end = begin + clock.step if clock.whole else begin
    wait = 0.5 * (begin + end) - 0.5 * (packets.of[i].start + packets.of[i].end)
    age = NEW if packets.of[i].wanted_at >= clock.begin else OLD
    units = packets.of[i].amount * routes.factor[v]
    record.waited[clock.number, limit] += units * wait
    record.wait[routes.demand[r], age] += packets.of[i].amount * wait
    packets.of[i].waited += wait
    packets.of[i].start = begin
    packets.of[i].end = end
    return units


@inner
def release(packets, routes, limits, choice, record, clock, limit):
    """Let what stands before a limit that is gone stand before the next one on its link.

    It keeps its turn there: whoever came to the link first goes first, before the
    limit of a scenario as before the capacity that it lies on.
    """
    n = clock.number
    i = limits.head[limit]
    limits.head[limit] = -1
    limits.tail[limit] = -1
    while i >= 0:
        following = packets.of[i].after
        r = packets.of[i].route
        v = routes.first[r] + packets.of[i].visit if r != BACKGROUND else 0
        moves = r != BACKGROUND and v + 1 < routes.first[r + 1]
        if (
            not moves
            or routes.arc[v + 1] != routes.arc[v]
            or is_blocked(packets, routes, choice, i)
        ):
            append(packets, limits.head, limits.tail, limit, i)
            i = following
            continue
        record.left[n, limit] += stand_again(packets, routes, record, clock, limit, i)
        packets.of[i].visit += 1
        record.passes[n, v + 1 + r] += packets.of[i].amount
        onto = routes.limit[v + 1]
        record.arrived[n, onto] += packets.of[i].amount * routes.factor[v + 1]
        stand_in_turn(packets, limits, onto, i)
        i = following
