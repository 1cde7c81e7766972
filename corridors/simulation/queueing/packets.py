"""Amounts on their way: where they are, and how they get to the next limit; compiled code.

A *packet* is an amount on a route that reaches the next point of it evenly over an
interval of time. Packets are numbered; lists of them run through `after`, one for
each step's arrivals and one for each queue.

The functions are small and called for every packet, so they are written into their
callers: a call would count references to all arrays, which takes longer than the work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from corridors.simulation.queueing.state import BACKGROUND, HAIR, NEW, OLD, Packets

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats, Ints

FINE = 1e6
"""Parts of a day to which waits are told apart when a packet like another is looked for."""


@njit(cache=True, inline="always")
def take(packets):
    """Return the number of a packet that is not in use."""
    packets.n_free[0] -= 1
    return packets.free[packets.n_free[0]]


@njit(cache=True, inline="always")
def forget(packets, i):
    """Note a packet no more: it leaves its segment, or is put together with another."""
    if packets.on[i] >= 0:
        ahead, behind = packets.before[i], packets.behind[i]
        if ahead < 0:
            packets.noted[packets.place[i]] = behind
        else:
            packets.behind[ahead] = behind
        if behind >= 0:
            packets.before[behind] = ahead
        packets.on[i] = -1


@njit(cache=True, inline="always")
def drop(packets, i):
    """Give back a packet of which nothing is left."""
    forget(packets, i)
    packets.free[packets.n_free[0]] = i
    packets.n_free[0] += 1


@njit(cache=True, inline="always")
def split(packets, i, share):
    """Return a new packet that holds `share` of packet i; the rest stays."""
    j = take(packets)
    packets.after[j] = -1
    packets.on[j] = -1
    packets.route[j] = packets.route[i]
    packets.visit[j] = packets.visit[i]
    packets.amount[j] = packets.amount[i] * share
    packets.amount[i] -= packets.amount[j]
    packets.start[j] = packets.start[i]
    packets.end[j] = packets.end[i]
    packets.wanted_at[j] = packets.wanted_at[i]
    packets.waited[j] = packets.waited[i]
    packets.waited_before[j] = packets.waited_before[i]
    packets.patience_left[j] = packets.patience_left[i]
    packets.batch[j] = packets.batch[i]
    return j


@njit(cache=True, inline="always")
def append(packets, head, tail, where, i):
    """Put a packet at the end of a list."""
    packets.after[i] = -1
    if head[where] < 0:
        head[where] = i
    else:
        packets.after[tail[where]] = i
    tail[where] = i


@njit(cache=True, inline="always")
def join(packets, head, tail, where, clock, i):
    """Put a packet that has come in this step at the end of a queue."""
    packets.batch[i] = np.ceil(packets.end[i] / clock.step - 1e-6)
    append(packets, head, tail, where, i)


@njit(cache=True, inline="always")
def units_of(packets, routes, i):
    """Return the units that a packet takes of the limit before it."""
    r = packets.route[i]
    if r == BACKGROUND:
        return packets.amount[i]
    return packets.amount[i] * routes.factor[routes.first[r] + packets.visit[i]]


@njit(cache=True, inline="always")
def is_blocked(packets, routes, choice, i):
    """Say whether what is closed stops a packet at the limit before it."""
    r = packets.route[i]
    if r == BACKGROUND:
        return False
    return choice.closed[routes.kind[r], routes.arc[routes.first[r] + packets.visit[i]]]


@njit(cache=True, inline="always")
def _schedule(packets, head, tail, clock, i):
    """Put a packet on the list of the step in which it begins to arrive."""
    number = int(np.floor(packets.start[i] / clock.step + HAIR))
    number = min(max(number, clock.number), clock.last)
    append(packets, head, tail, number, i)


@njit(cache=True, inline="always")
def _is_like(packets, clock, i, j):
    """Say whether packet j, put together with packet i, behaves as the two apart.

    It does where it comes at the same time, or right behind as if it had never been cut
    off, and has wanted, waited and borne the same. Without this, cargo on a way with
    many limits is cut finer and finer: at the end of each step, and at each limit.
    """
    hair = HAIR * clock.step
    if packets.wanted_at[i] != packets.wanted_at[j]:
        return False
    if abs(packets.waited[i] - packets.waited[j]) > hair:
        return False
    if abs(packets.waited_before[i] - packets.waited_before[j]) > hair:
        return False
    left, other = packets.patience_left[i], packets.patience_left[j]
    if left != other and not abs(left - other) <= hair:
        return False
    if abs(packets.start[i] - packets.start[j]) <= hair:
        return abs(packets.end[i] - packets.end[j]) <= hair
    if abs(packets.end[i] - packets.start[j]) > hair:
        return False
    long_i = packets.end[i] - packets.start[i]
    long_j = packets.end[j] - packets.start[j]
    if long_i <= 0.0 or long_j <= 0.0 or long_i + long_j > clock.step + hair:
        return False
    evenly = packets.amount[i] * long_j
    return abs(evenly - packets.amount[j] * long_i) <= HAIR * evenly


@njit(cache=True, inline="always")
def _slot(packets, segment, i):
    """Return where packets are noted that came to a segment and may be like this one."""
    left = packets.patience_left[i]
    number = segment
    number = number * 1000003 + int(packets.wanted_at[i] * FINE + 0.5)
    number = number * 1000003 + int(packets.waited[i] * FINE + 0.5)
    number = number * 1000003 + int(packets.waited_before[i] * FINE + 0.5)
    number = number * 1000003 + (int(left * FINE + 0.5) if left < FINE else -1)
    return (number ^ (number >> 29)) % len(packets.noted)


@njit(cache=True, inline="always")
def _onto(packets, head, tail, clock, segment, i):
    """Put a packet on a segment, together with one that is like it there.

    All that are there are looked at, the last to come first, so that what is found never
    hangs on how segments are numbered.
    """
    place = _slot(packets, segment, i)
    first = packets.noted[place]
    j = first
    while j >= 0:
        if packets.on[j] == segment and _is_like(packets, clock, j, i):
            packets.amount[j] += packets.amount[i]
            packets.end[j] = max(packets.end[j], packets.end[i])
            drop(packets, i)
            return
        j = packets.behind[j]
    packets.on[i] = segment
    packets.place[i] = place
    packets.before[i] = -1
    packets.behind[i] = first
    if first >= 0:
        packets.before[first] = i
    packets.noted[place] = i
    _schedule(packets, head, tail, clock, i)


@njit(cache=True, inline="always")
def enter(packets, routes, record, clock, head, tail, i):
    """Send a packet along the segment before its next point."""
    r = packets.route[i]
    k = routes.demand[r]
    segment = routes.first[r] + r + packets.visit[i]
    hours = routes.hours[segment]
    days = hours / 24.0
    if clock.whole:
        days = np.floor(days / clock.step + 0.5) * clock.step
    packets.start[i] += days
    packets.end[i] += days
    age = NEW if packets.wanted_at[i] >= clock.begin else OLD
    record.passes[clock.number, segment] += packets.amount[i]
    record.usd[k, age] += packets.amount[i] * routes.usd[segment]
    record.hours[k, age] += packets.amount[i] * hours
    _onto(packets, head, tail, clock, segment, i)


@njit(cache=True, inline="always")
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
    packets.after[i] = -1
    packets.route[i] = route
    packets.visit[i] = 0
    packets.amount[i] = amount
    packets.start[i] = clock.number * clock.step
    packets.end[i] = (clock.number + 1) * clock.step
    packets.wanted_at[i] = wanted_at
    packets.waited[i] = waited
    packets.waited_before[i] = waited_before
    packets.patience_left[i] = patience_left
    enter(packets, routes, record, clock, head, tail, i)


@njit(cache=True)
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


def new_packets(size: int) -> Packets:
    """Return room for so many packets, none of them in use."""

    def whole() -> Ints:
        return np.zeros(size, dtype=np.int64)

    def real() -> Floats:
        return np.zeros(size)

    return Packets(
        after=np.full(size, -1, dtype=np.int64),
        on=np.full(size, -1, dtype=np.int64),
        place=np.full(size, -1, dtype=np.int64),
        noted=np.full(1 << 16, -1, dtype=np.int64),
        behind=np.full(size, -1, dtype=np.int64),
        before=np.full(size, -1, dtype=np.int64),
        route=whole(),
        visit=whole(),
        amount=real(),
        start=real(),
        end=real(),
        wanted_at=real(),
        waited=real(),
        waited_before=real(),
        patience_left=real(),
        batch=real(),
        free=np.arange(size - 1, -1, -1, dtype=np.int64),
        n_free=np.array([size], dtype=np.int64),
    )


def grown(old: Packets) -> Packets:
    """Return the same packets with room for twice as many."""
    size = len(old.after)
    new = new_packets(2 * size)
    names = (
        "after",
        "on",
        "place",
        "behind",
        "before",
        "route",
        "visit",
        "amount",
        "start",
        "end",
        "wanted_at",
        "waited",
        "waited_before",
        "patience_left",
        "batch",
    )
    for name in names:
        getattr(new, name)[:size] = getattr(old, name)
    new.noted[:] = old.noted
    free = int(old.n_free[0])
    new.free[:free] = old.free[:free]
    new.free[free : free + size] = np.arange(2 * size - 1, size - 1, -1)
    new.n_free[0] = free + size
    return new
