"""One step of the point-queue model, in compiled code.

Cargo moves as *slugs*: an amount on a route that reaches the next point of it
evenly over an interval of time. A slug meets one limit after another; where a
limit is used up it joins the queue there, which is served first in, first out
(Vickrey 1969: the queue has no length on the ground, it holds back in time
alone). Arrivals of one step at a queue that stands count as mixed, so that
nobody in it is favoured; within the step the queue is the exact fluid solution.

Times are in days from the start of the run. All arrays are changed in place.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from corridors.queueing.arrays import (
    BACKGROUND,
    HAIR,
    LATE,
    NEW,
    OLD,
    ON_TIME,
    OTHER_WAY,
    TURNED_BACK,
)


@njit(cache=True)
def _take(slugs):  # type: ignore[no-untyped-def]
    slugs.n_free[0] -= 1
    return slugs.free[slugs.n_free[0]]


@njit(cache=True)
def _drop(slugs, i):  # type: ignore[no-untyped-def]
    slugs.free[slugs.n_free[0]] = i
    slugs.n_free[0] += 1


@njit(cache=True)
def _split(slugs, i, share):  # type: ignore[no-untyped-def]
    """Return a new slug that holds `share` of slug i; the rest stays."""
    j = _take(slugs)
    slugs.after[j] = -1
    slugs.route[j] = slugs.route[i]
    slugs.visit[j] = slugs.visit[i]
    slugs.amount[j] = slugs.amount[i] * share
    slugs.amount[i] -= slugs.amount[j]
    slugs.start[j] = slugs.start[i]
    slugs.end[j] = slugs.end[i]
    slugs.born[j] = slugs.born[i]
    slugs.waited[j] = slugs.waited[i]
    slugs.borne[j] = slugs.borne[i]
    slugs.most[j] = slugs.most[i]
    return j


@njit(cache=True)
def _append(slugs, head, tail, where, i):  # type: ignore[no-untyped-def]
    slugs.after[i] = -1
    if head[where] < 0:
        head[where] = i
    else:
        slugs.after[tail[where]] = i
    tail[where] = i


@njit(cache=True)
def _schedule(slugs, head, tail, clock, i):  # type: ignore[no-untyped-def]
    """Put a slug on the list of the step in which it begins to arrive."""
    number = int(np.floor(slugs.start[i] / clock.step + HAIR))
    number = min(max(number, clock.number), clock.last)
    _append(slugs, head, tail, number, i)


@njit(cache=True)
def enter(slugs, routes, record, clock, head, tail, i):  # type: ignore[no-untyped-def]
    """Send a slug along the segment before its next point."""
    r = slugs.route[i]
    k = routes.demand[r]
    segment = routes.first[r] + r + slugs.visit[i]
    hours = routes.hours[segment]
    days = hours / 24.0
    if clock.whole:
        days = np.floor(days / clock.step + 0.5) * clock.step
    slugs.start[i] += days
    slugs.end[i] += days
    age = NEW if slugs.born[i] >= clock.begin else OLD
    record.passes[clock.number, segment] += slugs.amount[i]
    record.usd[k, age] += slugs.amount[i] * routes.usd[segment]
    record.hours[k, age] += slugs.amount[i] * hours
    _schedule(slugs, head, tail, clock, i)


@njit(cache=True)
def depart(  # type: ignore[no-untyped-def]
    slugs, routes, record, clock, head, tail, route, amount, born, borne, most, waited
):
    """Let an amount leave on a route evenly over the step."""
    i = _take(slugs)
    slugs.after[i] = -1
    slugs.route[i] = route
    slugs.visit[i] = 0
    slugs.amount[i] = amount
    slugs.start[i] = clock.number * clock.step
    slugs.end[i] = (clock.number + 1) * clock.step
    slugs.born[i] = born
    slugs.waited[i] = waited
    slugs.borne[i] = borne
    slugs.most[i] = most
    enter(slugs, routes, record, clock, head, tail, i)


@njit(cache=True)
def _units(slugs, routes, i):  # type: ignore[no-untyped-def]
    r = slugs.route[i]
    if r == BACKGROUND:
        return slugs.amount[i]
    return slugs.amount[i] * routes.factor[routes.first[r] + slugs.visit[i]]


@njit(cache=True)
def _blocked(slugs, routes, choice, i):  # type: ignore[no-untyped-def]
    r = slugs.route[i]
    if r == BACKGROUND:
        return False
    return choice.closed[routes.kind[r], routes.arc[routes.first[r] + slugs.visit[i]]]


@njit(cache=True)
def _pass(slugs, routes, limits, record, clock, head, tail, limit, i):  # type: ignore[no-untyped-def]
    """Let a slug, whose interval is that of its departure, through a limit."""
    units = _units(slugs, routes, i)
    record.left[clock.number, limit] += units
    limits.used[limit] += units
    if slugs.route[i] == BACKGROUND:
        _drop(slugs, i)
        return
    slugs.visit[i] += 1
    enter(slugs, routes, record, clock, head, tail, i)


@njit(cache=True)
def _serve(  # type: ignore[no-untyped-def]
    slugs, routes, limits, record, clock, head, tail, limit, i, begin, end, came_from, came_to
):
    """Let a queued slug go over ``[begin, end)``; it had come over ``[came_from, came_to)``."""
    if clock.whole:
        begin = clock.number * clock.step
        end = begin + clock.step
    wait = 0.5 * (begin + end) - 0.5 * (came_from + came_to)
    units = _units(slugs, routes, i)
    record.waited[clock.number, limit] += units * wait
    if slugs.route[i] != BACKGROUND:
        age = NEW if slugs.born[i] >= clock.begin else OLD
        record.wait[routes.demand[slugs.route[i]], age] += slugs.amount[i] * wait
    slugs.waited[i] += wait
    slugs.start[i] = begin
    slugs.end[i] = end
    _pass(slugs, routes, limits, record, clock, head, tail, limit, i)


@njit(cache=True)
def _room_on(routes, limits, choice, route, wanted):  # type: ignore[no-untyped-def]
    """Return how much of an amount the newcomers' share of a way still takes."""
    share = choice.share[routes.demand[route]]
    room = wanted
    for v in range(routes.first[route], routes.first[route + 1]):
        if routes.newcomer[v]:
            r = routes.limit[v]
            left = max(share * limits.spare[r] - limits.taken[r], 0.0)
            room = min(room, left / routes.factor[v])
    return room


@njit(cache=True)
def book(routes, limits, route, amount):  # type: ignore[no-untyped-def]
    """Take an amount out of the newcomers' share of each limit on a way."""
    for v in range(routes.first[route], routes.first[route + 1]):
        if routes.newcomer[v]:
            limits.taken[routes.limit[v]] += amount * routes.factor[v]


@njit(cache=True)
def room_on(routes, limits, choice, route, wanted):  # type: ignore[no-untyped-def]
    """Return how much of an amount the newcomers' share of a way still takes."""
    return _room_on(routes, limits, choice, route, wanted)


@njit(cache=True)
def _divert(  # type: ignore[no-untyped-def]
    slugs, routes, limits, choice, record, clock, head, tail, limit, i, ahead, queued
):
    """Send what can of a slug at a limit round another way; return what stays, or -1."""
    r = slugs.route[i]
    if r == BACKGROUND:
        return i
    v = routes.first[r] + slugs.visit[i]
    way = routes.advice[v]
    if way < 0:
        return i
    if routes.advice_wait[v] >= 0.0:
        level = limits.level[limit]
        wait = max(choice.closed_for[routes.kind[r], routes.arc[v]], limits.shut_for[limit])
        if ahead > 0.0:
            wait = wait + ahead / level if level > 0.0 else np.inf
        if wait <= routes.advice_wait[v]:
            return i
    amount = _room_on(routes, limits, choice, way, slugs.amount[i])
    if amount <= slugs.amount[i] * 1e-12:
        return i
    book(routes, limits, way, amount)
    whole = amount >= slugs.amount[i] * (1.0 - 1e-12)
    j = i if whole else _split(slugs, i, amount / slugs.amount[i])
    if queued:
        begin = clock.number * clock.step
        end = begin + clock.step
        age = NEW if slugs.born[j] >= clock.begin else OLD
        wait = 0.5 * (begin + end) - 0.5 * (slugs.start[j] + slugs.end[j])
        units = slugs.amount[j] * routes.factor[v]
        record.quit[clock.number, limit] += units
        record.waited[clock.number, limit] += units * wait
        record.wait[routes.demand[r], age] += slugs.amount[j] * wait
        slugs.waited[j] += wait
        slugs.start[j] = begin
        slugs.end[j] = end
    slugs.route[j] = way
    slugs.visit[j] = 0
    enter(slugs, routes, record, clock, head, tail, j)
    return -1 if whole else i


@njit(cache=True)
def stays(waited, patience, spread):  # type: ignore[no-untyped-def]
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


@njit(cache=True)
def staying(waited, least, most, patience, spread):  # type: ignore[no-untyped-def]
    """Return the share that bears a wait, of cargo that bears from `least` to `most` days."""
    rest = 0.0 if most == np.inf else stays(most, patience, spread)
    before = stays(least, patience, spread) - rest
    after = stays(waited, patience, spread) - rest
    # What rounding leaves of a lot is nobody.
    if before <= 1e-12 or after <= 1e-12 * before:
        return 0.0
    return min(after / before, 1.0)


@njit(cache=True)
def _lose_patience(slugs, routes, choice, record, clock, limit, i):  # type: ignore[no-untyped-def]
    """Let the impatient part of a queued slug turn back; return False where nothing is left."""
    r = slugs.route[i]
    if r == BACKGROUND:
        return True
    c = routes.kind[r]
    patience = choice.patience[c]
    if patience == np.inf:
        return True
    now = clock.number * clock.step
    wait = now - 0.5 * (slugs.start[i] + slugs.end[i])
    so_far = slugs.waited[i] + wait
    if so_far <= slugs.borne[i]:
        return True
    share = staying(so_far, slugs.borne[i], slugs.most[i], patience, choice.spread[c])
    slugs.borne[i] = so_far
    if share >= 1.0:
        return True
    gone = slugs.amount[i] * (1.0 - share)
    k = routes.demand[r]
    age = NEW if slugs.born[i] >= clock.begin else OLD
    units = gone * routes.factor[routes.first[r] + slugs.visit[i]]
    record.ends[clock.number, k, TURNED_BACK, age] += gone
    record.wait[k, age] += gone * wait
    record.quit[clock.number, limit] += units
    record.waited[clock.number, limit] += units * wait
    slugs.amount[i] -= gone
    return share > 0.0


@njit(cache=True)
def _weed(slugs, routes, limits, choice, record, clock, head, tail, limit):  # type: ignore[no-untyped-def]
    """Go along a queue before it is served: who turns back, who goes round."""
    i = limits.head[limit]
    limits.head[limit] = -1
    limits.tail[limit] = -1
    ahead = 0.0
    while i >= 0:
        following = slugs.after[i]
        if not _lose_patience(slugs, routes, choice, record, clock, limit, i):
            _drop(slugs, i)
        else:
            kept = _divert(
                slugs, routes, limits, choice, record, clock, head, tail, limit, i, ahead, True
            )
            if kept >= 0:
                ahead += _units(slugs, routes, i)
                _append(slugs, limits.head, limits.tail, limit, i)
        i = following


@njit(cache=True)
def _arrive(slugs, routes, limits, choice, record, clock, head, tail, i):  # type: ignore[no-untyped-def]
    """Bring what arrives within the step to its limit or destination, the rest later."""
    end = (clock.number + 1) * clock.step
    if slugs.end[i] > end + HAIR * clock.step:
        if slugs.start[i] >= end - HAIR * clock.step:
            _append(slugs, head, tail, min(clock.number + 1, clock.last), i)
            return
        later = (slugs.end[i] - end) / (slugs.end[i] - slugs.start[i])
        j = _split(slugs, i, later)
        slugs.start[j] = end
        slugs.end[i] = end
        _append(slugs, head, tail, min(clock.number + 1, clock.last), j)
    r = slugs.route[i]
    k = routes.demand[r]
    if slugs.visit[i] == routes.first[r + 1] - routes.first[r]:
        age = NEW if slugs.born[i] >= clock.begin else OLD
        if not routes.usual[r]:
            what = OTHER_WAY
        elif slugs.waited[i] > choice.late:
            what = LATE
        else:
            what = ON_TIME
        record.ends[clock.number, k, what, age] += slugs.amount[i]
        age_hours = 24.0 * (0.5 * (slugs.start[i] + slugs.end[i]) - slugs.born[i])
        record.way_hours[k, what, age] += slugs.amount[i] * age_hours
        _drop(slugs, i)
        return
    limit = routes.limit[routes.first[r] + slugs.visit[i]]
    # Who comes sees the queue that stands there.
    ahead = limits.queue[limit]
    kept = _divert(slugs, routes, limits, choice, record, clock, head, tail, limit, i, ahead, False)
    if kept >= 0:
        record.arrived[clock.number, limit] += _units(slugs, routes, i)
        _append(slugs, limits.new_head, limits.new_tail, limit, i)


@njit(cache=True)
def _work(slugs, routes, limits, choice, record, clock, head, tail, limit):  # type: ignore[no-untyped-def]
    """Serve the queue of a limit, then what has come within the step."""
    now = clock.number * clock.step
    end = now + clock.step
    rate = max(limits.rate[limit] - limits.reserved[limit], 0.0)
    room = rate * clock.step - limits.used[limit]
    begin = now
    if 0.0 < rate < np.inf:
        begin += limits.used[limit] / rate
    standing = 0.0
    i = limits.head[limit]
    while i >= 0:
        if not _blocked(slugs, routes, choice, i):
            standing += _units(slugs, routes, i)
        i = slugs.after[i]
    came = 0.0
    i = limits.new_head[limit]
    while i >= 0:
        if not _blocked(slugs, routes, choice, i):
            came += _units(slugs, routes, i)
        i = slugs.after[i]
    flows = standing <= 0.0 and came <= room + HAIR * rate * clock.step and came > 0.0
    served = 0.0
    if not flows and standing > 0.0 and room > 0.0:
        # The queue, in its order; who may not pass is passed by. What came in one
        # step goes together, each with the same part.
        i = limits.head[limit]
        limits.head[limit] = -1
        limits.tail[limit] = -1
        while i >= 0:
            lot = np.ceil(slugs.end[i] / clock.step - 1e-6)
            together = 0.0
            j = i
            while j >= 0 and np.ceil(slugs.end[j] / clock.step - 1e-6) == lot:
                if not _blocked(slugs, routes, choice, j):
                    together += _units(slugs, routes, j)
                j = slugs.after[j]
            goes = min(together, room - served)
            share = goes / together if together > 0.0 else 0.0
            first = begin + served / rate
            last = begin + (served + goes) / rate
            while i >= 0 and np.ceil(slugs.end[i] / clock.step - 1e-6) == lot:
                following = slugs.after[i]
                if share <= 1e-14 or _blocked(slugs, routes, choice, i):
                    _append(slugs, limits.head, limits.tail, limit, i)
                    i = following
                    continue
                came_from = slugs.start[i]
                came_to = slugs.end[i]
                j = i
                if share < 1.0 - 1e-12:
                    j = _split(slugs, i, share)
                    if not clock.whole:
                        came_to = came_from + share * (came_to - came_from)
                        slugs.start[i] = came_to
                    _append(slugs, limits.head, limits.tail, limit, i)
                _serve(
                    slugs, routes, limits, record, clock, head, tail, limit, j, first, last,
                    came_from, came_to,
                )  # fmt: skip
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
            following = slugs.after[i]
            if _blocked(slugs, routes, choice, i):
                _append(slugs, limits.head, limits.tail, limit, i)
            else:
                _pass(slugs, routes, limits, record, clock, head, tail, limit, i)
            i = following
        return
    while i >= 0:
        following = slugs.after[i]
        if _blocked(slugs, routes, choice, i):
            _append(slugs, limits.head, limits.tail, limit, i)
            i = following
            continue
        rest = 1.0
        between = now + held / came * clock.step
        if held > 0.0:
            share = min(held / came, 1.0)
            j = i
            if share < 1.0 - 1e-12:
                j = _split(slugs, i, share)
                rest = 1.0 - share
            else:
                rest = 0.0
            last = now + cleared if cleared < clock.step else end
            from_, to_ = now, between
            if clock.whole:
                from_, to_ = now, end
            _serve(
                slugs, routes, limits, record, clock, head, tail, limit, j,
                min(begin + served / rate, last), last, from_, to_,
            )  # fmt: skip
        if rest > 0.0 and free > 0.0:
            # The queue is gone for them: they pass as they come.
            from_ = now if clock.whole else between
            _serve(
                slugs, routes, limits, record, clock, head, tail, limit, i, from_, end,
                from_, end,
            )  # fmt: skip
            rest = 0.0
        if rest > 0.0:
            slugs.start[i] = now if clock.whole else between
            slugs.end[i] = end
            _append(slugs, limits.head, limits.tail, limit, i)
        i = following


@njit(cache=True)
def run_step(slugs, routes, limits, choice, record, clock, head, tail, order):  # type: ignore[no-untyped-def]
    """Move everything by one step.

    Parameters
    ----------
    slugs, routes, limits, choice, record, clock
        As their classes say.
    head, tail
        First and last slug of each step's arrivals, shape (steps + 1,).
    order
        Limits in the order in which they are worked, upstream first, shape (R,).
    """
    n = clock.number
    n_limits = len(limits.rate)
    for r in range(n_limits):
        limits.used[r] = 0.0
    for r in range(n_limits):
        if limits.head[r] >= 0:
            _weed(slugs, routes, limits, choice, record, clock, head, tail, r)
    for r in range(n_limits):
        flow = limits.background[r] * clock.step
        if flow > 0.0:
            record.arrived[n, r] += flow
            own = min(flow, min(limits.reserved[r], limits.rate[r]) * clock.step)
            record.left[n, r] += own
            if flow - own > 1e-12 * flow:
                i = _take(slugs)
                slugs.after[i] = -1
                slugs.route[i] = BACKGROUND
                slugs.visit[i] = 0
                slugs.amount[i] = flow - own
                slugs.start[i] = n * clock.step
                slugs.end[i] = (n + 1) * clock.step
                slugs.born[i] = slugs.start[i]
                slugs.waited[i] = 0.0
                slugs.borne[i] = 0.0
                slugs.most[i] = np.inf
                _append(slugs, limits.new_head, limits.new_tail, r, i)
    first = True
    moved = True
    while moved:
        moved = False
        for position in range(n_limits):
            while head[n] >= 0:
                i = head[n]
                head[n] = slugs.after[i]
                _arrive(slugs, routes, limits, choice, record, clock, head, tail, i)
            r = order[position]
            if limits.new_head[r] >= 0 or (first and limits.head[r] >= 0):
                _work(slugs, routes, limits, choice, record, clock, head, tail, r)
                moved = True
        if head[n] >= 0:
            moved = True
        first = False
    _take_stock(slugs, routes, limits, choice, record, clock, head)


@njit(cache=True)
def _take_stock(slugs, routes, limits, choice, record, clock, head):  # type: ignore[no-untyped-def]
    """Count what waits and what moves, slug by slug."""
    n = clock.number
    for r in range(len(limits.rate)):
        total = 0.0
        i = limits.head[r]
        while i >= 0:
            units = _units(slugs, routes, i)
            total += units
            route = slugs.route[i]
            if route == BACKGROUND:
                record.present[n, r] += units
            else:
                k = routes.demand[route]
                age = NEW if slugs.born[i] >= clock.begin else OLD
                record.stock[n, k, 0, age] += slugs.amount[i]
                arc = routes.arc[routes.first[route] + slugs.visit[i]]
                c = routes.kind[route]
                for m in range(choice.member_first[arc], choice.member_first[arc + 1]):
                    if choice.member_factor[m, c] > 0.0:
                        at = choice.member_limit[m]
                        record.present[n, at] += slugs.amount[i] * choice.member_factor[m, c]
                        record.present_t[n, at] += slugs.amount[i] * choice.weight[c]
            i = slugs.after[i]
        limits.queue[r] = total
    for later in range(n + 1, clock.last + 1):
        i = head[later]
        while i >= 0:
            k = routes.demand[slugs.route[i]]
            age = NEW if slugs.born[i] >= clock.begin else OLD
            record.stock[n, k, 1, age] += slugs.amount[i]
            i = slugs.after[i]
