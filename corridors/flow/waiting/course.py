"""The queue of a place where arrivals and service vary, in the course of time.

What a queue is before it is steady, or where it never is, follows from the coordinate
transformation of Kimber and Hollis (1979): over a slice of time the load at which the queue
ends is moved from the steady curve by as much as the deterministic queue would be, so that it
tends to the steady queue where there is room and to the deterministic one where there is none.
With `x` passing a day and a step of `days`, that is the root of

    x w(x) + x days = all that stands there and comes,   w(x) = spread use(x)^e / (rate - own - x)

with ``use = (own + x) / rate``: an implicit step of the pointwise stationary fluid flow
(Wang, Tipper and Banerjee 1996), which cannot overshoot.

References
----------
- R. M. Kimber and E. M. Hollis, "Traffic queues and delays at road junctions", TRRL Laboratory
  Report 909 (1979)
- W.-P. Wang, D. Tipper and S. Banerjee, "A simple approximation for modeling nonstationary
  queues", IEEE INFOCOM (1996)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.kernels import compiled, lean

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats

HORIZON_DAYS = 90.0
"""Days for which a load has held where a steady wait has no end: a quarter, as a run by days."""

_HALVINGS = 100


@lean
def passes_of(
    total: float,
    room: float,
    own: float,
    rate: float,
    spread: float,
    exponent: float,
    days: float,
) -> float:
    """Return what passes of all that stands at a place and comes to it in a step.

    Parameters
    ----------
    total
        Units that stand there or come; those that do not pass stand there at its end.
    room
        Units a day that may pass beside `own`.
    own
        Units a day that pass on a part of their own, and fill the place all the same.
    rate
        Units a day that may pass in all.
    spread, exponent
        As `corridors.flow.waiting.steady` has them.
    days
        Length of the step.
    """
    most = min(total, room * days)
    if most <= 0.0:
        return 0.0
    if spread <= 0.0:
        return most
    low = 0.0
    high = most / days
    for _ in range(_HALVINGS):
        x = 0.5 * (low + high)
        if x <= low or x >= high:
            break
        left = room - x
        wait = spread * ((own + x) / rate) ** exponent / left if left > 0.0 else np.inf
        if x * (wait + days) < total:
            low = x
        else:
            high = x
    return low * days


@compiled
def queues_of(
    arrived: Floats, gone: Floats, rate: Floats, spread: Floats, exponent: Floats, days: float
) -> Floats:
    """Return the expected queue at the end of each step, shape (T, R), from an empty place.

    Parameters
    ----------
    arrived, gone
        Units that come in each step, and that leave without passing, shape (T, R).
    rate
        Units a day that may pass, shape (T, R).
    spread, exponent
        As in `passes_of`, shape (T, R).
    days
        Length of a step.
    """
    n_steps, n_places = arrived.shape
    queue = np.zeros((n_steps, n_places))
    for r in range(n_places):
        standing = 0.0
        before = -1.0
        for t in range(n_steps):
            # The same load on the same queue leaves the same queue.
            if (
                t > 1
                and standing == before
                and arrived[t, r] == arrived[t - 1, r]
                and gone[t, r] == gone[t - 1, r]
                and rate[t, r] == rate[t - 1, r]
                and spread[t, r] == spread[t - 1, r]
                and exponent[t, r] == exponent[t - 1, r]
            ):
                queue[t, r] = standing
                continue
            before = standing
            total = max(standing + arrived[t, r] - gone[t, r], 0.0)
            if rate[t, r] == np.inf:
                standing = 0.0
            else:
                passed = passes_of(
                    total, rate[t, r], 0.0, rate[t, r], spread[t, r], exponent[t, r], days
                )
                standing = total - passed
            queue[t, r] = standing
    return queue


def wait_within(
    arrivals: Floats,
    rate: Floats,
    spread: Floats,
    exponent: Floats,
    days: float = HORIZON_DAYS,
) -> Floats:
    """Return the mean wait of those who come when a load has held for some days, in days.

    That of `steady_wait` where the queue has settled by then, and bounded where it never does:
    day by day from an empty place, as `queues_of` has it. Where as much comes as can pass, the
    wait is about ``sqrt(2 spread days / rate)``.

    Parameters
    ----------
    arrivals, rate
        Units a day, shape (R,).
    spread, exponent
        As `corridors.flow.waiting.steady` has them, shape (R,).
    days
        For how long the load has held.

    Returns
    -------
    ndarray, shape (R,)
        0 where nothing comes or nothing limits; ``inf`` where something comes and nothing
        passes.

    Examples
    --------
    >>> one = np.ones(3)
    >>> wait_within(np.array([8.0, 10.0, 0.0]), 10.0 * one, one, one).round(3)
    array([0.4  , 4.119, 0.   ])
    """
    steps = max(round(days), 1)
    shape = (steps, len(arrivals))
    came, most, wide, power = (
        np.ascontiguousarray(np.broadcast_to(values, shape))
        for values in (arrivals, rate, spread, exponent)
    )
    length = days / steps
    queue = queues_of(came * length, np.zeros(shape), most, wide, power, length)[-2:]
    grown = queue[-1] - queue[0] if steps > 1 else queue[-1]
    passed = arrivals - grown / length
    with np.errstate(divide="ignore", invalid="ignore"):
        wait = np.where(queue[-1] > 0, queue[-1] / np.maximum(passed, 0.0), 0.0)
    return np.where((arrivals > 0) & (rate <= 0), np.inf, wait)
