"""Amounts on their way: where they are, and how they get to the next limit; compiled code.

A *packet* is an amount on a route that reaches the next point of it evenly over an
interval of time. Packets are numbered; lists of them run through `after`, one for
each step's arrivals and one for each queue.

The functions are small and called for every packet. None of them counts references to the
arrays, or a call would take longer than the work.
"""

from __future__ import annotations

import numpy as np

from corridors.flow.kernels import inner, lean
from corridors.simulation.queueing.state import BACKGROUND, HAIR, NEW, OLD, PACKET, Packets

FINE = 1e6
"""Parts of a day to which waits are told apart when a packet like another is looked for."""


@inner
def take(packets):
    """Return the number of a packet that is not in use; it is on no segment."""
    packets.n_free[0] -= 1
    i = packets.free[packets.n_free[0]]
    packets.of[i].on = -1
    return i


@inner
def forget(packets, i):
    """Note a packet no more: it leaves its segment, or is put together with another."""
    if packets.of[i].on >= 0:
        ahead, behind = packets.of[i].before, packets.of[i].behind
        if ahead < 0:
            packets.noted[packets.of[i].place] = behind
        else:
            packets.of[ahead].behind = behind
        if behind >= 0:
            packets.of[behind].before = ahead
        packets.of[i].on = -1


@inner
def drop(packets, i):
    """Give back a packet of which nothing is left."""
    forget(packets, i)
    packets.free[packets.n_free[0]] = i
    packets.n_free[0] += 1


@inner
def split(packets, i, share):
    """Return a new packet that holds `share` of packet i; the rest stays."""
    j = take(packets)
    packets.of[j].after = -1
    packets.of[j].route = packets.of[i].route
    packets.of[j].visit = packets.of[i].visit
    packets.of[j].amount = packets.of[i].amount * share
    packets.of[i].amount -= packets.of[j].amount
    packets.of[j].start = packets.of[i].start
    packets.of[j].end = packets.of[i].end
    packets.of[j].wanted_at = packets.of[i].wanted_at
    packets.of[j].waited = packets.of[i].waited
    packets.of[j].waited_before = packets.of[i].waited_before
    packets.of[j].patience_left = packets.of[i].patience_left
    packets.of[j].batch = packets.of[i].batch
    return j


@inner
def append(packets, head, tail, where, i):
    """Put a packet at the end of a list."""
    packets.of[i].after = -1
    if head[where] < 0:
        head[where] = i
    else:
        packets.of[tail[where]].after = i
    tail[where] = i


@inner
def join(packets, head, tail, where, clock, i):
    """Put a packet that has come in this step at the end of a queue."""
    packets.of[i].batch = clock.number + 1.0
    append(packets, head, tail, where, i)


@inner
def units_of(packets, routes, i):
    """Return the units that a packet takes of the limit before it."""
    r = packets.of[i].route
    if r == BACKGROUND:
        return packets.of[i].amount
    return packets.of[i].amount * routes.factor[routes.first[r] + packets.of[i].visit]


@inner
def is_blocked(packets, routes, choice, i):
    """Say whether what is closed stops a packet at the limit before it."""
    r = packets.of[i].route
    if r == BACKGROUND:
        return False
    return choice.closed[routes.kind[r], routes.arc[routes.first[r] + packets.of[i].visit]]


@inner
def _schedule(packets, head, tail, clock, i):
    """Put a packet on the list of the step in which it begins to arrive."""
    number = int(np.floor(packets.of[i].start / clock.step + HAIR))
    number = min(max(number, clock.number), clock.last)
    append(packets, head, tail, number, i)


@inner
def _is_like(packets, clock, i, j):
    """Say whether packet j, put together with packet i, behaves as the two apart.

    It does where it comes at the same time, or right behind as if it had never been cut
    off, and has wanted, waited and borne the same. Without this, cargo on a way with
    many limits is cut finer and finer: at the end of each step, and at each limit.
    """
    hair = HAIR * clock.step
    if packets.of[i].wanted_at != packets.of[j].wanted_at:
        return False
    if abs(packets.of[i].waited - packets.of[j].waited) > hair:
        return False
    if abs(packets.of[i].waited_before - packets.of[j].waited_before) > hair:
        return False
    left, other = packets.of[i].patience_left, packets.of[j].patience_left
    if left != other and not abs(left - other) <= hair:
        return False
    if abs(packets.of[i].start - packets.of[j].start) <= hair:
        return abs(packets.of[i].end - packets.of[j].end) <= hair
    if abs(packets.of[i].end - packets.of[j].start) > hair:
        return False
    long_i = packets.of[i].end - packets.of[i].start
    long_j = packets.of[j].end - packets.of[j].start
    if long_i <= 0.0 or long_j <= 0.0 or long_i + long_j > clock.step + hair:
        return False
    evenly = packets.of[i].amount * long_j
    return abs(evenly - packets.of[j].amount * long_i) <= HAIR * evenly


@inner
def _slot(packets, segment, i):
    """Return where packets are noted that came to a segment and may be like this one."""
    left = packets.of[i].patience_left
    number = segment
    number = number * 1000003 + int(packets.of[i].wanted_at * FINE + 0.5)
    number = number * 1000003 + int(packets.of[i].waited * FINE + 0.5)
    number = number * 1000003 + int(packets.of[i].waited_before * FINE + 0.5)
    number = number * 1000003 + (int(left * FINE + 0.5) if left < FINE else -1)
    return (number ^ (number >> 29)) % len(packets.noted)


@inner
def _onto(packets, head, tail, clock, segment, i):
    """Put a packet on a segment, together with one that is like it there.

    All that are there are looked at, the last to come first, so that what is found never
    hangs on how segments are numbered.
    """
    place = _slot(packets, segment, i)
    first = packets.noted[place]
    j = first
    while j >= 0:
        if packets.of[j].on == segment and _is_like(packets, clock, j, i):
            packets.of[j].amount += packets.of[i].amount
            packets.of[j].end = max(packets.of[j].end, packets.of[i].end)
            drop(packets, i)
            return
        j = packets.of[j].behind
    packets.of[i].on = segment
    packets.of[i].place = place
    packets.of[i].before = -1
    packets.of[i].behind = first
    if first >= 0:
        packets.of[first].before = i
    packets.noted[place] = i
    _schedule(packets, head, tail, clock, i)


@inner
def days_of(hours, clock):
    """Return the days that hours of way take, in whole steps where time is counted so."""
    days = hours / 24.0
    if clock.whole:
        days = np.floor(days / clock.step + 0.5) * clock.step
    return days


@inner
def enter(packets, routes, record, clock, head, tail, i):
    """Send a packet along the segment before its next point."""
    r = packets.of[i].route
    k = routes.demand[r]
    segment = routes.first[r] + r + packets.of[i].visit
    hours = routes.hours[segment]
    days = days_of(hours, clock)
    packets.of[i].start += days
    packets.of[i].end += days
    age = NEW if packets.of[i].wanted_at >= clock.begin else OLD
    record.passes[clock.number, segment] += packets.of[i].amount
    record.usd[k, age] += packets.of[i].amount * routes.usd[segment]
    record.hours[k, age] += packets.of[i].amount * hours
    _onto(packets, head, tail, clock, segment, i)


@inner
def depart(
    packets,
    routes,
    record,
    clock,
    head,
    tail,
    route,
    amount,
    wanted_at,
    waited_before,
    patience_left,
    waited,
):
    """Let an amount leave on a route evenly over the step."""
    i = take(packets)
    packets.of[i].after = -1
    packets.of[i].route = route
    packets.of[i].visit = 0
    packets.of[i].amount = amount
    packets.of[i].start = clock.number * clock.step
    packets.of[i].end = (clock.number + 1) * clock.step
    packets.of[i].wanted_at = wanted_at
    packets.of[i].waited = waited
    packets.of[i].waited_before = waited_before
    packets.of[i].patience_left = patience_left
    enter(packets, routes, record, clock, head, tail, i)


@lean
def depart_all(packets, routes, record, clock, head, tail, way, leaving):
    """Let amounts leave, each on its way and evenly over the step.

    Parameters
    ----------
    packets, routes, record, clock, head, tail
        As in `run_step`.
    way
        Number of each way, shape (D,).
    leaving
        Of each its amount, when it wanted to leave, days it has borne, patience left, and days
        it has waited in all, shape (D, 5).
    """
    for d in range(len(way)):
        depart(
            packets, routes, record, clock, head, tail, way[d],
            leaving[d, 0], leaving[d, 1], leaving[d, 2], leaving[d, 3], leaving[d, 4],
        )  # fmt: skip


def new_packets(size: int, known: int = 0) -> Packets:
    """Return room for so many packets, none of them in use; the first `known` are written next."""
    of = np.zeros(size, dtype=PACKET)
    for name in ("after", "on", "place", "behind", "before"):
        of[name][known:] = -1
    return Packets(
        of=of,
        noted=np.full(1 << 16, -1, dtype=np.int64),
        free=np.arange(size - 1, -1, -1, dtype=np.int64),
        n_free=np.array([size], dtype=np.int64),
        time=np.empty(2 * size),
        change=np.empty(2 * size),
        order=np.empty(2 * size, dtype=np.int64),
        spare=np.empty(2 * size, dtype=np.int64),
        moments=np.empty(2 * size + 2),
        curve=np.empty(2 * size + 2),
        at=np.empty(4 * size + 4),
        goes=np.empty(4 * size + 4),
    )


def grown(old: Packets) -> Packets:
    """Return the same packets with room for twice as many."""
    size = len(old.of)
    new = new_packets(2 * size, size)
    new.of[:size] = old.of
    new.noted[:] = old.noted
    free = int(old.n_free[0])
    new.free[:free] = old.free[:free]
    new.free[free : free + size] = np.arange(2 * size - 1, size - 1, -1)
    new.n_free[0] = free + size
    return new
