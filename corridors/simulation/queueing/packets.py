"""Amounts on their way: where they are, and how they get to the next limit; compiled code.

A *slug* is an amount on a route that reaches the next point of it evenly over an
interval of time. Slugs are numbered; lists of them run through `after`, one for
each step's arrivals and one for each queue.

The functions are small and called for every slug, so they are written into their
callers: a call would count references to all arrays, which takes longer than the work.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from corridors.simulation.queueing.state import BACKGROUND, HAIR, NEW, OLD


@njit(cache=True, inline="always")
def take(slugs):  # type: ignore[no-untyped-def]
    """Return the number of a slug that is not in use."""
    slugs.n_free[0] -= 1
    return slugs.free[slugs.n_free[0]]


@njit(cache=True, inline="always")
def drop(slugs, i):  # type: ignore[no-untyped-def]
    """Give back a slug of which nothing is left."""
    slugs.free[slugs.n_free[0]] = i
    slugs.n_free[0] += 1


@njit(cache=True, inline="always")
def split(slugs, i, share):  # type: ignore[no-untyped-def]
    """Return a new slug that holds `share` of slug i; the rest stays."""
    j = take(slugs)
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


@njit(cache=True, inline="always")
def append(slugs, head, tail, where, i):  # type: ignore[no-untyped-def]
    """Put a slug at the end of a list."""
    slugs.after[i] = -1
    if head[where] < 0:
        head[where] = i
    else:
        slugs.after[tail[where]] = i
    tail[where] = i


@njit(cache=True, inline="always")
def units_of(slugs, routes, i):  # type: ignore[no-untyped-def]
    """Return the units that a slug takes of the limit before it."""
    r = slugs.route[i]
    if r == BACKGROUND:
        return slugs.amount[i]
    return slugs.amount[i] * routes.factor[routes.first[r] + slugs.visit[i]]


@njit(cache=True, inline="always")
def is_blocked(slugs, routes, choice, i):  # type: ignore[no-untyped-def]
    """Say whether what is closed stops a slug at the limit before it."""
    r = slugs.route[i]
    if r == BACKGROUND:
        return False
    return choice.closed[routes.kind[r], routes.arc[routes.first[r] + slugs.visit[i]]]


@njit(cache=True, inline="always")
def _schedule(slugs, head, tail, clock, i):  # type: ignore[no-untyped-def]
    """Put a slug on the list of the step in which it begins to arrive."""
    number = int(np.floor(slugs.start[i] / clock.step + HAIR))
    number = min(max(number, clock.number), clock.last)
    append(slugs, head, tail, number, i)


@njit(cache=True, inline="always")
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


@njit(cache=True, inline="always")
def depart(  # type: ignore[no-untyped-def]
    slugs, routes, record, clock, head, tail, route, amount, born, borne, most, waited
):
    """Let an amount leave on a route evenly over the step."""
    i = take(slugs)
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
