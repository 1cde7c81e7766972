"""Who does not stay in a queue, in compiled code: turning back and going round.

Cargo that stands in a queue may lose patience, or hear of a better way
(reneging); cargo that comes to one may not join it at all (balking). Only those
go another way for whom there is room on it.
"""

from __future__ import annotations

import numpy as np

from corridors.flow.kernels import inner, lean
from corridors.simulation.queueing.packets import append, days_of, drop, enter, split, units_of
from corridors.simulation.queueing.reductions import wait_behind
from corridors.simulation.queueing.state import BACKGROUND, NEW, OLD, TURNED_BACK
from corridors.simulation.queueing.stores import place_at, sent


@lean
def stays(waited, patience, spread):
    """Return the share of cargo whose patience is longer than a wait, in days.

    Patience is spread evenly over ``patience * (1 - spread, 1 + spread)``.
    """
    if patience == np.inf:
        return 1.0
    low = patience * (1.0 - spread)
    high = patience * (1.0 + spread)
    if waited <= low:
        return 1.0
    if waited >= high:
        return 0.0
    return (high - waited) / (high - low)


@lean
def staying(waited, waited_before, patience_left, patience, spread):
    """Return the share that bears a wait, of cargo that has borne one and not a longer one.

    Parameters
    ----------
    waited
        Days of waiting, those before included.
    waited_before
        Days that all of it has borne.
    patience_left
        Days beyond which nobody of it has patience.
    patience, spread
        As for `stays`.
    """
    rest = 0.0 if patience_left == np.inf else stays(patience_left, patience, spread)
    before = stays(waited_before, patience, spread) - rest
    after = stays(waited, patience, spread) - rest
    # What rounding leaves of a shipment is nobody.
    if before <= 1e-12 or after <= 1e-12 * before:
        return 0.0
    return min(after / before, 1.0)


@inner
def room_on(routes, limits, choice, route, wanted):
    """Return how much of an amount the newcomers' share of a way still takes."""
    share = choice.share[routes.demand[route]]
    room = wanted
    for v in range(routes.first[route], routes.first[route + 1]):
        if routes.newcomer[v]:
            r = routes.limit[v]
            left = max(share * limits.spare[r] - limits.taken[r], 0.0)
            room = min(room, left / routes.factor[v])
    return room


@inner
def book(routes, limits, route, amount):
    """Take an amount out of the newcomers' share of each limit on a way."""
    for v in range(routes.first[route], routes.first[route + 1]):
        if routes.newcomer[v]:
            limits.taken[routes.limit[v]] += amount * routes.factor[v]


@inner
def divert(packets, routes, limits, choice, record, clock, head, tail, limit, i, ahead, queued):
    """Send what can of a packet at a limit round another way; return what stays, or -1.

    `queued` says whether it stands in the queue there; callers give no literal for it, for
    which this would be compiled once more.
    """
    r = packets.of[i].route
    if r == BACKGROUND:
        return i
    v = routes.first[r] + packets.of[i].visit
    way = routes.advice[v]
    if way < 0:
        return i
    if routes.advice_wait[v] >= 0.0:
        c = routes.kind[r]
        shut = max(choice.closed_for[c, routes.arc[v]], limits.shut_for[limit])
        left = max(choice.reduced_for[c, limit] - shut, 0.0)
        own = 0.5 * units_of(packets, routes, i) if queued else limits.own[limit]
        wait = shut + wait_behind(ahead, own, limits.level[limit], choice.ordinary[c, limit], left)
        if wait <= routes.advice_wait[v]:
            return i
    amount = room_on(routes, limits, choice, way, packets.of[i].amount)
    begin_at = routes.first[way]
    if begin_at < routes.first[way + 1]:
        days = days_of(routes.hours[begin_at + way], clock)
        place = place_at(limits, routes.limit[begin_at], days, clock)
        amount = min(amount, place / routes.factor[begin_at])
    if amount <= packets.of[i].amount * 1e-12:
        return i
    book(routes, limits, way, amount)
    whole = amount >= packets.of[i].amount * (1.0 - 1e-12)
    j = i if whole else split(packets, i, amount / packets.of[i].amount)
    if queued:
        begin = clock.number * clock.step
        end = begin + clock.step
        age = NEW if packets.of[j].wanted_at >= clock.begin else OLD
        wait = 0.5 * (begin + end) - 0.5 * (packets.of[j].start + packets.of[j].end)
        units = packets.of[j].amount * routes.factor[v]
        record.quit[clock.number, limit] += units
        record.waited[clock.number, limit] += units * wait
        record.wait[routes.demand[r], age] += packets.of[j].amount * wait
        packets.of[j].waited += wait
        packets.of[j].start = begin
        packets.of[j].end = end
    packets.of[j].route = way
    packets.of[j].visit = 0
    sent(packets, routes, limits, clock, j)
    enter(packets, routes, record, clock, head, tail, j)
    return -1 if whole else i


@inner
def _lose_patience(packets, routes, choice, record, clock, limit, i):
    """Let the impatient part of a queued packet turn back; return False where nothing is left."""
    r = packets.of[i].route
    if r == BACKGROUND:
        return True
    c = routes.kind[r]
    patience = choice.patience[c]
    if patience == np.inf:
        return True
    now = clock.number * clock.step
    wait = now - 0.5 * (packets.of[i].start + packets.of[i].end)
    so_far = packets.of[i].waited + wait
    if so_far <= packets.of[i].waited_before:
        return True
    share = staying(
        so_far, packets.of[i].waited_before, packets.of[i].patience_left, patience, choice.spread[c]
    )
    packets.of[i].waited_before = so_far
    if share >= 1.0:
        return True
    gone = packets.of[i].amount * (1.0 - share)
    k = routes.demand[r]
    age = NEW if packets.of[i].wanted_at >= clock.begin else OLD
    units = gone * routes.factor[routes.first[r] + packets.of[i].visit]
    record.ends[clock.number, k, TURNED_BACK, age] += gone
    record.wait[k, age] += gone * wait
    record.quit[clock.number, limit] += units
    record.waited[clock.number, limit] += units * wait
    packets.of[i].amount -= gone
    return share > 0.0


@inner
def renege(packets, routes, limits, choice, record, clock, head, tail, limit):
    """Go along a queue before it is served: who turns back, who goes round."""
    i = limits.head[limit]
    limits.head[limit] = -1
    limits.tail[limit] = -1
    ahead = 0.0
    while i >= 0:
        following = packets.of[i].after
        if not _lose_patience(packets, routes, choice, record, clock, limit, i):
            drop(packets, i)
        else:
            kept, r = i, packets.of[i].route
            if r != BACKGROUND and routes.advice[routes.first[r] + packets.of[i].visit] >= 0:
                kept = divert(
                    packets, routes, limits, choice, record, clock, head, tail, limit, i,
                    ahead, kept == i,
                )  # fmt: skip
            if kept >= 0:
                ahead += units_of(packets, routes, i)
                append(packets, limits.head, limits.tail, limit, i)
        i = following
