"""What cargo knows on a day: queues and closures, and the waits along a way that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from corridors.simulation.queueing.problem import closed_since_until

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.simulation.queueing.problem import QueueProblem


class Information:
    """What is known in each step: queues as observed, closures as announced or expected."""

    def __init__(self, problem: QueueProblem) -> None:
        self._p = p = problem
        finite = np.isfinite(p.usd)
        closable = finite.any(axis=0) & ~finite.all(axis=0)
        self._class, self._arc = np.nonzero(closable)
        shut = ~finite[:, self._class, self._arc][np.concatenate([p.state, p.state_ahead])]
        self._shut = shut
        self._since, self._until = closed_since_until(shut)
        zero = np.concatenate([p.level, p.level_ahead.reshape(len(p.state_ahead), p.n_limits)]) <= 0
        self._zero_since, self._zero_until = closed_since_until(zero)
        zero = zero[: p.n_steps]
        self._zero = zero
        # A limit of 0 is judged by what it lets through when it is open.
        positive = np.where(np.isfinite(p.level) & ~zero, p.level, np.nan)
        with np.errstate(invalid="ignore"):
            mean = np.nanmax(np.vstack([positive, np.zeros((1, p.n_limits))]), axis=0, initial=0.0)
        self._open_level = mean
        self.queue_seen = np.zeros((p.n_steps + 1, p.n_limits))
        self._reaction = np.rint(p.behaviour.reaction / p.step).astype(np.int64)

    def closed(self, step: int) -> Flags:
        """Return what no packet of a class may pass, shape (C, A)."""
        return np.asarray(~np.isfinite(self._p.usd[self._p.state[step]]))

    def _expected(self, step: int, since: Ints, until: Ints, first: Floats) -> Floats:
        """Return the days that spells are expected to last yet."""
        p = self._p
        if p.announced:
            return np.asarray((until - step) * p.step, dtype=np.float64)
        return np.asarray(np.maximum(first, (step - since) * p.step))

    def closed_for(self, step: int, *, known: bool) -> Floats:
        """Return the days for which arcs are expected to stay closed, shape (C, A).

        Parameters
        ----------
        step
            The step.
        known
            Whether everybody sees it at once, as those do who stand there, or
            only after the reaction lag.
        """
        p = self._p
        result = np.zeros(p.usd.shape[1:])
        shut = self._shut[step]
        if shut.any():
            since, until = self._since[step, shut], self._until[step, shut]
            c, a = self._class[shut], self._arc[shut]
            days = self._expected(step, since, until, p.behaviour.expected_closure[c])
            if not known:
                days = np.where(step - since >= self._reaction[c], days, 0.0)
            result[c, a] = days
        return result

    def limit_shut(self, step: int, *, known: bool) -> Floats:
        """Return the days for which limits of 0 are expected to stay so, shape (C, R)."""
        p = self._p
        n_classes = len(p.weight)
        result = np.zeros((n_classes, p.n_limits))
        zero = self._zero[step] & (self._open_level > 0)
        if zero.any():
            since, until = self._zero_since[step, zero], self._zero_until[step, zero]
            for c in range(n_classes):
                first = np.full(len(since), p.behaviour.expected_closure[c])
                days = self._expected(step, since, until, first)
                if not known:
                    days = np.where(step - since >= self._reaction[c], days, 0.0)
                result[c, zero] = days
        return result

    def level(self, step: int) -> Floats:
        """Return what each limit lets through per day, or would if it were open, shape (R,)."""
        level = self._p.level[step]
        return np.asarray(np.where(self._zero[step], self._open_level, level))

    def limit_wait(self, step: int) -> Floats:
        """Return the days that the observed queue of each limit takes, shape (C, R)."""
        p = self._p
        room = np.maximum(self.level(step) - p.reserved[step], 0.0)
        seen = self.queue_seen[np.maximum(step - self._reaction, 0)]
        with np.errstate(divide="ignore", invalid="ignore"):
            wait = np.where(seen > 0, seen / room, 0.0)
        # Where nothing ever passes, closures tell how long the wait is.
        return np.asarray(np.where(np.isfinite(wait), wait, 0.0))


@njit(cache=True)
def waits_ahead(
    first, kind, limit, arc, hours, usd, limit_wait, limit_shut, closed_for, value_of_time
):
    """Work out cost and waiting from the start of every way and from every limit on it.

    A closure is waited for only as far as it outlasts the way to it.

    Parameters
    ----------
    first, kind, limit, arc, hours, usd
        Of the ways, as in `RouteArrays`.
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
