"""How a limit serves its queue within a step, in compiled code.

First in, first out, at the rate of the limit less what is reserved. Arrivals of
one step at a queue that stands count as mixed, so that nobody in it is favoured;
within the step the queue is the exact fluid solution: it empties at the moment
at which it would, and who comes after that does not wait.
"""

from __future__ import annotations

import numpy as np
from numba import njit

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
from corridors.simulation.queueing.state import BACKGROUND, HAIR, NEW, OLD
from corridors.simulation.queueing.stores import sent


@njit(cache=True, inline="always")
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


@njit(cache=True)
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


@njit(cache=True)
def serve(packets, routes, limits, choice, record, clock, head, tail, limit):
    """Serve the queue of a limit, then what has come within the step."""
    now = clock.number * clock.step
    end = now + clock.step
    rate = max(limits.rate[limit] - limits.reserved[limit], 0.0)
    room = rate * clock.step - limits.used[limit]
    standing = 0.0
    i = limits.head[limit]
    while i >= 0:
        if not is_blocked(packets, routes, choice, i):
            standing += units_of(packets, routes, i)
        i = packets.of[i].after
    came = 0.0
    i = limits.new_head[limit]
    while i >= 0:
        if not is_blocked(packets, routes, choice, i):
            came += units_of(packets, routes, i)
        i = packets.of[i].after
    if limits.spread[limit] > 0.0 and 0.0 < rate < np.inf:
        # What variation leaves standing on average is not served: so much less passes.
        own = min(limits.background[limit], limits.reserved[limit], limits.rate[limit])
        passes = passes_of(
            limits.used[limit] + standing + came,
            rate,
            own,
            limits.rate[limit],
            limits.spread[limit],
            limits.exponent[limit],
            clock.step,
        )
        room = max(passes - limits.used[limit], 0.0)
        rate = passes / clock.step
    begin = now
    if 0.0 < rate < np.inf:
        begin += limits.used[limit] / rate
    flows = standing <= 0.0 and came <= room + HAIR * rate * clock.step and came > 0.0
    served = 0.0
    if not flows and standing > 0.0 and room > 0.0:
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
            first = begin + served / rate
            last = begin + (served + goes) / rate
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
    # Of what came: `held` leaves a standing queue, `free` finds it gone.
    held = 0.0
    free = 0.0
    cleared = np.inf
    if not flows and came > 0.0 and left > 1e-14 * came:
        inflow = came / clock.step
        if rate == np.inf:
            free = came
            cleared = 0.0
        elif standing > 0.0 and inflow < rate:
            cleared = standing / (rate - inflow)
        if cleared < clock.step:
            held = inflow * cleared
            free = came - held
        else:
            held = min(came, left)
    i = limits.new_head[limit]
    limits.new_head[limit] = -1
    limits.new_tail[limit] = -1
    if flows:
        while i >= 0:
            following = packets.of[i].after
            if is_blocked(packets, routes, choice, i):
                join(packets, limits.head, limits.tail, limit, clock, i)
            else:
                _pass(packets, routes, limits, record, clock, head, tail, limit, i)
            i = following
        return
    while i >= 0:
        following = packets.of[i].after
        if is_blocked(packets, routes, choice, i):
            join(packets, limits.head, limits.tail, limit, clock, i)
            i = following
            continue
        rest = 1.0
        between = now + held / came * clock.step
        if held > 0.0:
            share = min(held / came, 1.0)
            j = i
            if share < 1.0 - 1e-12:
                j = split(packets, i, share)
                rest = 1.0 - share
            else:
                rest = 0.0
            last = now + cleared if cleared < clock.step else end
            from_, to_ = now, between
            if clock.whole:
                from_, to_ = now, end
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
                min(begin + served / rate, last),
                last,
                from_,
                to_,
            )
        if rest > 0.0 and free > 0.0:
            # The queue is gone for them: they pass as they come.
            from_ = now if clock.whole else between
            _serve_packet(
                packets,
                routes,
                limits,
                record,
                clock,
                head,
                tail,
                limit,
                i,
                from_,
                end,
                from_,
                end,
            )
            rest = 0.0
        if rest > 0.0:
            packets.of[i].start = now if clock.whole else between
            packets.of[i].end = end
            join(packets, limits.head, limits.tail, limit, clock, i)
        i = following


@njit(cache=True)
def release(packets, routes, limits, choice, record, clock, limit):
    """Let what stands before a limit that is gone stand before the next one on its link.

    It keeps its turn there: whoever came to the link first goes first, before the
    limit of a scenario as before the capacity that it lies on.
    """
    n = clock.number
    now = n * clock.step
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
        begin = now
        end = now + clock.step if clock.whole else now
        wait = 0.5 * (begin + end) - 0.5 * (packets.of[i].start + packets.of[i].end)
        age = NEW if packets.of[i].wanted_at >= clock.begin else OLD
        record.left[n, limit] += packets.of[i].amount * routes.factor[v]
        record.waited[n, limit] += packets.of[i].amount * routes.factor[v] * wait
        record.wait[routes.demand[r], age] += packets.of[i].amount * wait
        packets.of[i].waited += wait
        packets.of[i].start = begin
        packets.of[i].end = end
        packets.of[i].visit += 1
        record.passes[n, v + 1 + r] += packets.of[i].amount
        onto = routes.limit[v + 1]
        record.arrived[n, onto] += packets.of[i].amount * routes.factor[v + 1]
        before = limits.tail[onto]
        if limits.head[onto] < 0 or packets.of[before].batch <= packets.of[i].batch:
            append(packets, limits.head, limits.tail, onto, i)
        else:
            before = -1
            at = limits.head[onto]
            while packets.of[at].batch <= packets.of[i].batch:
                before = at
                at = packets.of[at].after
            packets.of[i].after = at
            if before < 0:
                limits.head[onto] = i
            else:
                packets.of[before].after = i
        i = following
