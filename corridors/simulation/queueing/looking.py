"""What lies ahead, as cargo sees it: the waits along a way."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def waits_ahead(  # type: ignore[no-untyped-def]
    first, kind, limit, arc, hours, usd, limit_wait, limit_shut, closed_for, value_of_time
):
    """Work out cost and waiting from the start of every way and from every limit on it.

    A closure is waited for only as far as it outlasts the way to it.

    Parameters
    ----------
    first, kind, limit, arc, hours, usd
        Of the ways, as in `Routes`.
    limit_wait
        Days that the queue of each limit takes, by class, shape (C, R).
    limit_shut
        Days for which a limit of 0 is expected to stay so, by class, shape (C, R).
    closed_for
        Days for which an arc is expected to stay closed, by class, shape (C, A).
    value_of_time
        USD per unit and hour by class, shape (C,).

    Returns
    -------
    cost, wait
        From the start of each way: USD per unit with the time valued, days.
    cost_from, wait_from, wait_at
        From each visit on, shape of `limit`; and the wait at the visit alone.
    """
    n = len(kind)
    cost = np.zeros(n)
    wait = np.zeros(n)
    cost_from = np.zeros(len(limit))
    wait_from = np.zeros(len(limit))
    wait_at = np.zeros(len(limit))
    for r in range(n):
        c = kind[r]
        value = value_of_time[c]
        segment = first[r] + r
        size = first[r + 1] - first[r]
        for begin in range(-1, size):
            days = 0.0
            waited = 0.0
            money = 0.0
            if begin < 0:
                days = hours[segment] / 24.0
                money = usd[segment]
            for j in range(max(begin, 0), size):
                v = first[r] + j
                shut = max(closed_for[c, arc[v]], limit_shut[c, limit[v]])
                own = max(shut - days - waited, 0.0) + limit_wait[c, limit[v]]
                if j == begin:
                    wait_at[v] = own
                waited += own
                days += hours[segment + j + 1] / 24.0
                money += usd[segment + j + 1]
            total = money + value * 24.0 * (days + waited)
            if begin < 0:
                cost[r] = total
                wait[r] = waited
            else:
                cost_from[first[r] + begin] = total
                wait_from[first[r] + begin] = waited
    return cost, wait, cost_from, wait_from, wait_at
