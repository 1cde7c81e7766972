"""Places before limits: what will find one when it comes, in compiled code.

A point queue takes no room. Where the data says how much finds a place before a limit, no
more is sent there than will have found one whenever it comes: at the end of every step
ahead the queue, what stands there now and what will have come by then at the rates that are
known (`passing`), is at most the store. A step in which less comes than could pass is no room
for later (Lindley 1952), but within a period for which forms have been given. What is under way
comes when it comes: a line on which oil is under way for a week takes nothing from a field a day
away until that week is over. The rest waits where it is, at the limit upstream, which may fill
in turn, or at its origin: a place takes what it has room for and holds the rest back upstream,
as in the cell transmission model (Daganzo 1995). When the rate falls, what is under way still
comes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.kernels import compiled, inner, lean
from corridors.simulation.queueing.packets import append, days_of, join, split
from corridors.simulation.queueing.state import BACKGROUND, HAIR

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats

NOWHERE = 1e-12
"""Share of an amount below which it does not come within a step."""

NEAR = 1e-9
"""Days by which those who come at one time may differ."""


@inner
def _add(known, until, s, a, share, units):
    """Add units to what comes in step `a` ahead, where only a share of them comes in that one."""
    last = known.shape[1] - 1
    a = min(a, last)
    known[s, a] += units * share
    if share < 1.0:
        known[s, min(a + 1, last)] += units * (1.0 - share)
    until[s] = max(until[s], min(a + 1, last))


@inner
def _coming(start, end, clock):
    """Return the step ahead in which an interval begins, and the share of it that lies there."""
    a = max(int(np.floor(start / clock.step + HAIR)) - clock.number, 0)
    until = (clock.number + a + 1) * clock.step
    if end <= until + HAIR * clock.step:
        return a, 1.0
    return a, min(max((until - start) / (end - start), 0.0), 1.0)


@lean
def find_room(packets, routes, limits, clock, head):
    """Find what passes beside all that comes to each store, step by step; return if any is.

    What stands there now is taken off the first step.
    """
    if limits.margin.shape[0] == 0:
        return False
    limits.margin[:] = 0.0
    limits.asked[:] = 0.0
    limits.until[:] = 0
    limits.asked_until[:] = -1
    for later in range(clock.number, clock.last + 1):
        i = head[later]
        while i >= 0:
            r = packets.of[i].route
            v = routes.first[r] + packets.of[i].visit
            if v < routes.first[r + 1]:
                s = limits.store_number[routes.limit[v]]
                if s >= 0:
                    units = packets.of[i].amount * routes.factor[v]
                    a, share = _coming(packets.of[i].start, packets.of[i].end, clock)
                    _add(limits.margin, limits.until, s, a, share, -units)
            i = packets.of[i].after
    for r in range(len(limits.rate)):
        s = limits.store_number[r]
        if s >= 0:
            for j in range(limits.margin.shape[1]):
                limits.margin[s, j] += limits.passes[s, j]
                if limits.passes[s, j] < 0.0:
                    limits.until[s] = max(limits.until[s], j)
            limits.margin[s, 0] -= limits.queue[r]
    return True


@inner
def place_at(limits, limit, days, clock):
    """Return the units that find a place before a limit when they come some days from now.

    They leave evenly over the step, and come so.
    """
    s = limits.store_number[limit]
    if s < 0:
        return np.inf
    begin = clock.number * clock.step + days
    a, share = _coming(begin, begin + clock.step, clock)
    last = limits.margin.shape[1] - 1
    a = min(a, last)
    stands = 0.0
    for j in range(a):
        stands += limits.asked[s, j] - limits.margin[s, j]
        if stands < 0.0 and not limits.carries[s, j]:
            stands = 0.0
    store = limits.store[limit]
    net = limits.margin[s, a] - limits.asked[s, a]
    # What passes of them beside all else by the end of a step, and what stands there without
    # them: where that is more than the store, they must not make it more.
    passes = net - stands
    carries = limits.carries[s, a]
    stands = -passes if carries else max(-passes, 0.0)
    if share < 1.0 and not carries:
        # What could have passed in the step before the first of them comes is gone.
        passes = min(passes, share * limits.passes[s, a] - limits.asked[s, a])
    if a == last:
        return max(max(store, stands) + passes, 0.0)
    place = np.inf
    if share > NOWHERE:
        place = (max(store, stands) + passes) / share
    more = limits.margin[s, a + 1] - limits.asked[s, a + 1]
    # Where nothing of what passes in the first is gone, both parts are as one that comes in it.
    rest = 0.0 if carries else 1.0 - share
    if rest > NOWHERE:
        # All of them have come within the step after, which has passed a part by then; and
        # if what came in the first has passed by its end, the rest finds the store empty.
        # What the same look has let through comes as they do: all of it by then.
        come = rest * limits.margin[s, a + 1] - limits.asked[s, a + 1]
        place = min(place, store + passes + come, store / rest + more)
    later = 0.0
    # Beyond what is known to come, room can only grow.
    for j in range(a + 1, min(max(a + 1, limits.until[s], limits.asked_until[s]), last) + 1):
        net = limits.margin[s, j] - limits.asked[s, j]
        passes += net
        later += net
        stands -= net
        if stands < 0.0 and not limits.carries[s, j]:
            stands = 0.0
        most = max(store, stands)
        place = min(place, most + passes)
        if rest > NOWHERE:
            place = min(place, (most + later) / rest)
    return max(place, 0.0)


@inner
def sent(packets, routes, limits, clock, i):
    """Count a packet among what comes to its next limit; its interval is that of its departure."""
    r = packets.of[i].route
    v = routes.first[r] + packets.of[i].visit
    if v < routes.first[r + 1]:
        s = limits.store_number[routes.limit[v]]
        if s >= 0:
            days = days_of(routes.hours[v + r], clock)
            a, share = _coming(packets.of[i].start + days, packets.of[i].end + days, clock)
            units = packets.of[i].amount * routes.factor[v]
            _add(limits.margin, limits.until, s, a, share, -units)


@inner
def hold_back(packets, routes, limits, clock, limit, held, which):
    """Take out of a list whoever would find no place at its next limit, the last first.

    That is the queue, or what has come in the step where `which` is 1.
    """
    head, tail = limits.head, limits.tail
    if which == 1:
        head, tail = limits.new_head, limits.new_tail
    i = head[limit]
    head[limit] = -1
    tail[limit] = -1
    while i >= 0:
        following = packets.of[i].after
        r = packets.of[i].route
        v = routes.first[r] + packets.of[i].visit + 1 if r != BACKGROUND else 0
        if r == BACKGROUND or v >= routes.first[r + 1] or limits.store_number[routes.limit[v]] < 0:
            append(packets, head, tail, limit, i)
            i = following
            continue
        onto = routes.limit[v]
        units = packets.of[i].amount * routes.factor[v]
        days = days_of(routes.hours[v + r], clock)
        goes = min(place_at(limits, onto, days, clock), units)
        if goes > units * HAIR:
            begin = clock.number * clock.step + days
            a, share = _coming(begin, begin + clock.step, clock)
            s = limits.store_number[onto]
            _add(limits.asked, limits.asked_until, s, a, share, goes)
        if goes >= units * (1.0 - HAIR):
            append(packets, head, tail, limit, i)
        elif goes <= units * HAIR:
            append(packets, held[0], held[1], which, i)
        else:
            j = split(packets, i, 1.0 - goes / units)
            append(packets, head, tail, limit, i)
            append(packets, held[0], held[1], which, j)
        i = following


@inner
def put_back(packets, limits, clock, limit, held):
    """Put those that were held back into the queue again, each at its turn."""
    rest = limits.head[limit]
    own = held[0, 0]
    limits.head[limit] = -1
    limits.tail[limit] = -1
    while rest >= 0 or own >= 0:
        first = own >= 0 and (rest < 0 or packets.of[own].batch <= packets.of[rest].batch)
        i = own if first else rest
        if first:
            own = packets.of[i].after
        else:
            rest = packets.of[i].after
        append(packets, limits.head, limits.tail, limit, i)
    i = held[0, 1]
    while i >= 0:
        following = packets.of[i].after
        join(packets, limits.head, limits.tail, limit, clock, i)
        i = following
    for which in range(2):
        held[0, which] = -1
        held[1, which] = -1
    for s in range(len(limits.asked_until)):
        if limits.asked_until[s] >= 0:
            limits.asked[s, :] = 0.0
            limits.asked_until[s] = -1


@compiled
def _most(store, margin, carries, base, more, most, hair):
    """Return how much of `more` can come beside `base` before a store overflows, and where.

    The queue is the largest of what builds up from any step to any later one, and so convex
    in what comes: from the side of too much, one step to where the worst of them is just full
    after the other ends at the answer.

    Returns
    -------
    most : float
        At most as much as was given.
    full : ndarray
        Whether what comes in a step stands there when the store is full, shape (H,).
    """
    steps = len(margin)
    holds = np.zeros(steps)
    stands = 0.0
    for j in range(steps):
        # What overflows without them they must not make more.
        stands += base[j] - margin[j]
        if stands < 0.0 and not carries[j]:
            stands = 0.0
        holds[j] = max(store, stands)
    full = np.zeros(steps, dtype=np.bool_)
    for _ in range(4 * steps + 4):
        stands, added, since = 0.0, 0.0, 0
        least = most
        full[:] = False
        for j in range(steps):
            stands += base[j] + most * more[j] - margin[j]
            added += more[j]
            if stands < -hair and not carries[j]:
                stands, added, since = 0.0, 0.0, j + 1
                continue
            if added > hair and stands > holds[j] - hair:
                full[since : j + 1] = True
                least = min(least, most - (stands - holds[j]) / added)
        least = max(least, 0.0)
        if least >= most * (1.0 - HAIR):
            break
        most = least
    return most, full


@compiled
def _all_fit(store, margin, carries, days, wanted, step, hair):
    """Say whether all wishes find a place; what a wish is and when it comes as in `equal_parts`."""
    last = len(margin) - 1
    more = np.zeros(len(margin))
    for g in range(len(wanted)):
        if wanted[g] > 0:
            ahead = days[g] / step
            first = min(int(np.floor(ahead + HAIR)), last)
            within = 1.0 if first == last else min(max(first + 1.0 - ahead, 0.0), 1.0)
            more[first] += within * wanted[g]
            if first < last:
                more[first + 1] += (1.0 - within) * wanted[g]
    most, _ = _most(store, margin, carries, np.zeros(len(margin)), more, 1.0, hair)
    return most >= 1.0 - HAIR


def equal_parts(
    store: float,
    margin: Floats,
    days: Floats,
    wanted: Floats,
    step: float,
    carries: Flags | None = None,
) -> Floats:
    """Return the share of each wish that finds a place in one store, as equal as room allows.

    All are given more together until the store is full at the end of some step ahead; who
    would stand there by then has his part, the others, who come before it was ever in use or
    later, are given more still (max-min fairness: Bertsekas and Gallager 1992, section 6.5.2).

    Parameters
    ----------
    store
        Units that find a place.
    margin
        Units that pass in each step ahead beside what is known to come, shape (H,).
    days
        Days from now at which each begins to come, shape (G,).
    wanted
        Units, shape (G,).
    step
        Length of a step in days.
    carries
        Whether what a step leaves can pass in the next one, shape (H,); never if None.

    Examples
    --------
    >>> import numpy as np
    >>> margin = np.array([4.0, 16.0, 0.0])
    >>> equal_parts(0.0, margin, np.array([0.0, 1.0]), np.array([8.0, 8.0]), 1.0).tolist()
    [0.5, 1.0]
    """
    hair = HAIR * max(float(wanted.sum()), 1e-300)
    kept = np.zeros(len(margin), dtype=np.bool_) if carries is None else carries
    if _all_fit(store, margin, kept, days, wanted, step, hair):
        return np.ones(len(wanted))
    ahead = days / step
    first = np.minimum(np.floor(ahead + HAIR), len(margin) - 1)
    within = np.clip(first + 1.0 - ahead, 0.0, 1.0)
    within[first == len(margin) - 1] = 1.0
    at = np.arange(len(margin))
    coming = np.where(at == first[:, None], within[:, None], 0.0)
    coming += np.where(at == first[:, None] + 1, 1.0 - within[:, None], 0.0)
    coming *= wanted[:, None]
    share = np.zeros(len(wanted))
    free = wanted > 0
    share[~free] = 1.0
    while free.any():
        more = coming[free].sum(axis=0)
        step_up, full = _most(
            store, margin, kept, share @ coming, more, 1.0 - float(share[free].max()), hair
        )
        share[free] += step_up
        if share[free].max() >= 1.0 - HAIR:
            share[free] = 1.0
            break
        stays = free & (coming[:, full] > 0).any(axis=1)
        if not stays.any():
            break
        free &= ~stays
    return share


def in_turn(share: Floats, days: Floats, wanted: Floats, wanted_at: Floats) -> Floats:
    """Return the shares where of those who come at one time the first to have wanted go first.

    Parameters
    ----------
    share
        Of each wish what finds a place, the same for all who come at one time, shape (G,).
    days, wanted
        Of each wish, as in `equal_parts`.
    wanted_at
        When each has wanted to leave, shape (G,); those of one moment have equal parts.

    Examples
    --------
    >>> import numpy as np
    >>> half, at = np.array([0.5, 0.5, 0.5]), np.array([2.0, 1.0, 2.0])
    >>> in_turn(half, np.zeros(3), np.array([4.0, 8.0, 8.0]), at).tolist()
    [0.16666666666666666, 1.0, 0.16666666666666666]
    """
    result = share.copy()
    if (share >= 1.0).all():
        return result
    together = np.round(days / NEAR)
    for when in np.unique(together[share < 1.0]):
        own = np.flatnonzero(together == when)
        room = float(share[own] @ wanted[own])
        least = HAIR * float(wanted[own].sum())
        for at in np.unique(wanted_at[own]):
            batch = own[wanted_at[own] == at]
            units = float(wanted[batch].sum())
            goes = min(room, units)
            # What rounding leaves is nobody's.
            goes = units if goes >= units - least else goes if goes > least else 0.0
            result[batch] = goes / units if units > 0 else 1.0
            room = max(room - goes, 0.0)
    return result
