r"""When what comes to a limit within a step passes it, in compiled code.

What comes to a limit in a step is a cumulative curve, straight between the moments at which
an amount begins or ends to come. The limit serves at one rate. Who comes at time $a$ finds
the server free, or busy until what stood there and what came before him has passed, and so
leaves at (Newell 1982)

$$D(a) = \max\Bigl(a, \max_{s \le a} \bigl(D_0(s) + (A(a) - A(s)) / \mu\bigr)\Bigr)$$

with $D_0(s)$ the moment at which what stood there when the step began has passed, or $s$ where
that is later: a curve of straight pieces that never falls, with a knot where the rate of what
comes changes and where the queue is gone. Amounts are cut at its knots alone and go along its
pieces, so that who comes first goes first, and what leaves in all leaves at the rate of the
limit while anything stands there.
"""

from __future__ import annotations

import numpy as np

from corridors.flow.kernels import inner
from corridors.simulation.queueing.packets import is_blocked, units_of
from corridors.simulation.queueing.state import HAIR

PIECES = 6
"""Pieces at most into which what comes in a step is cut."""

INSTANT = 1e-6
"""Part of a step that an amount takes to come at least."""


@inner
def comes_evenly(packets, clock, came):
    """Write down as `comes` does what comes evenly over the step; return the number of moments."""
    now = clock.number * clock.step
    packets.moments[0], packets.curve[0] = now, 0.0
    packets.moments[1], packets.curve[1] = now + clock.step, came
    return 2


@inner
def _in_order(time, order, spare, size):
    """Put the numbers of moments into their order, those of one moment as they stand.

    Pairs of runs are merged into longer ones, from one array into the other.
    """
    for e in range(size):
        order[e] = e
    long = 1
    while long < size:
        for begin in range(0, size, 2 * long):
            a, middle = begin, min(begin + long, size)
            b, end = middle, min(begin + 2 * long, size)
            for position in range(begin, end):
                if a < middle and (b >= end or time[order[a]] <= time[order[b]]):
                    spare[position] = order[a]
                    a += 1
                else:
                    spare[position] = order[b]
                    b += 1
        for e in range(size):
            order[e] = spare[e]
        long *= 2


@inner
def comes(packets, routes, choice, clock, first, came):
    """Write down what has come of a list by each moment at which its rate changes.

    Only what may pass counts. What comes at one moment is given a millionth of a step, so that
    there is a rate. The moments,
    from the beginning of the step to its end, and the units that have come by them are left in
    `packets.moments` and `packets.curve`.

    Parameters
    ----------
    packets, routes, choice, clock
        As in `run_step`.
    first
        First packet of the list.
    came
        Units that come in all.

    Returns
    -------
    int
        Number of moments.
    """
    now = clock.number * clock.step
    end = now + clock.step
    hair = HAIR * clock.step
    time, change, order = packets.time, packets.change, packets.order
    moments, curve = packets.moments, packets.curve
    size = 0
    i = first
    while i >= 0:
        if not is_blocked(packets, routes, choice, i):
            if packets.of[i].end - packets.of[i].start < INSTANT * clock.step:
                packets.of[i].end = min(packets.of[i].start + INSTANT * clock.step, end)
                packets.of[i].start = packets.of[i].end - INSTANT * clock.step
            rate = units_of(packets, routes, i) / (packets.of[i].end - packets.of[i].start)
            time[size], time[size + 1] = packets.of[i].start, packets.of[i].end
            change[size], change[size + 1] = rate, -rate
            size += 2
        i = packets.of[i].after
    _in_order(time, order, packets.spare, size)
    moments[0], curve[0] = now, 0.0
    m, rate, units = 0, 0.0, 0.0
    for position in range(size):
        e = order[position]
        if time[e] > moments[m] + hair:
            units = min(units + max(rate, 0.0) * (time[e] - moments[m]), came)
            m += 1
            moments[m], curve[m] = time[e], units
        rate += change[e]
    if end > moments[m] + hair:
        m += 1
    moments[m], curve[m] = end, came
    return m + 1


@inner
def find_passage(packets, n_moments, clock, begin, rate):
    """Find when who comes goes, where a limit has done by `begin` what stood there before.

    When one comes and when he goes, at the knots, up to the last who passes in the step, is left
    in `packets.at` and `packets.goes`.

    Parameters
    ----------
    packets, n_moments
        As `comes` leaves and returns them.
    clock
        As in `run_step`.
    begin
        Day at which the limit is free for what comes.
    rate
        Units a day, above 0.

    Returns
    -------
    knots : int
        Number of knots.
    waits : bool
        Whether anybody waits.
    """
    end = (clock.number + 1) * clock.step
    hair = HAIR * clock.step
    moments, curve, at, goes = packets.moments, packets.curve, packets.at, packets.goes
    at[0] = moments[0]
    free = max(begin, at[0])
    goes[0] = free
    last = 0
    waits = False
    for m in range(n_moments - 1):
        from_, to = moments[m], moments[m + 1]
        long = to - from_
        work = (curve[m + 1] - curve[m]) / rate
        late = free - from_
        if late <= hair:
            free = to if work <= long + hair else from_ + work
        elif late + work >= long:
            free += work
        else:
            gone = from_ + late / (1.0 - work / long)
            if gone < to - hair:
                last += 1
                at[last] = goes[last] = gone
            free = to
        waits = waits or ((late > hair or free > to) and work > 0.0)
        last += 1
        at[last], goes[last] = to, free
        if free > end + hair:
            # Who comes later does not pass in this step.
            part = max((end - goes[last - 1]) / (free - goes[last - 1]), 0.0)
            at[last] = at[last - 1] + part * (to - at[last - 1])
            goes[last] = end
            if at[last] <= at[last - 1] + hair:
                last -= 1
            break
    return last + 1, waits


@inner
def straighten(at, goes, knots, clock):
    """Leave out knots at which nothing bends, or next to nothing where too many do; in place.

    What is left begins and ends where it did, and lies between knots that are kept, so that
    nobody goes before he comes.

    Returns
    -------
    int
        Number of knots that are left.
    """
    bend = HAIR * clock.step
    while True:
        kept = 0
        low, high = -np.inf, np.inf
        for k in range(1, knots):
            slope = (goes[k] - goes[kept]) / (at[k] - at[kept])
            if not low <= slope <= high:
                # A line from the last one that is kept to here would miss one between.
                kept += 1
                at[kept], goes[kept] = at[k - 1], goes[k - 1]
                low, high = -np.inf, np.inf
            long = at[k] - at[kept]
            low = max(low, (goes[k] - bend - goes[kept]) / long)
            high = min(high, (goes[k] + bend - goes[kept]) / long)
        if knots > 1:
            kept += 1
            at[kept], goes[kept] = at[knots - 1], goes[knots - 1]
        knots = kept + 1
        if knots <= PIECES + 1:
            return knots
        bend *= 10.0


@inner
def goes_at(at, goes, k, time):
    """Return when he goes who comes at a time within the piece that begins at knot k."""
    part = min(max((time - at[k]) / (at[k + 1] - at[k]), 0.0), 1.0)
    return goes[k] + part * (goes[k + 1] - goes[k])
