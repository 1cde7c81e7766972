"""What passes before stores in the steps ahead, as far as anybody can know.

The days of the week on which a limit works, its hours, dated amounts and the forms that are
given next are known to everybody; when an event ends is where that is announced. What else is
reduced or shut is taken to stay so, as the place has to be kept for who comes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.simulation.queueing.problem import QueueProblem

_SAME = 1e-12
"""Relative difference below which two rates are the same."""


class Passing:
    """What the limits with a store let pass ahead.

    Parameters
    ----------
    problem
        Its calendar.
    passable
        Limits of which any member is open, by state, shape (S, R).
    """

    def __init__(self, problem: QueueProblem, passable: Flags) -> None:
        self._p = p = problem
        own = np.isfinite(p.store)
        self._limit: Ints = np.flatnonzero(own)
        level_ahead = p.level_ahead.reshape(len(p.state_ahead), p.n_limits)
        steps = np.concatenate([p.level, level_ahead])[:, own]
        self._level = np.where(passable[np.concatenate([p.state, p.state_ahead])][:, own], steps, 0)
        self._ordinary = p.ordinary[:, own]
        with np.errstate(divide="ignore", invalid="ignore"):
            works = p.rate[:, own] / p.level[:, own]
        # Of a limit of 0 or of everything the pattern cannot be told, and does not matter.
        self._works = np.where(np.isfinite(works), works, 1.0)
        self._passable = passable[:, own]
        level = self._level[: p.n_steps]
        steady = (self._works == 1.0).all(axis=0) & (self._ordinary == self._ordinary[0]).all(
            axis=0
        )
        if p.announced:
            steady &= (level >= self._ordinary[: p.n_steps]).all(axis=0)
        if p.grants is not None:
            steady &= ~(p.grants.period[:, own] >= 0).any(axis=0)
        self._varies: Ints = np.flatnonzero(~steady)

    def ahead(self, n: int, rate: Floats, stock: Floats, steps: int) -> tuple[Floats, Flags]:
        """Return the units that pass beside background in each step from one on.

        Parameters
        ----------
        n
            The step.
        rate
            What may pass each limit in it, a day, shape (R,).
        stock
            Units that are left of what has been given, shape (R,).
        steps
            How many are asked for, H.

        Returns
        -------
        passes : ndarray
            Units by store, shape (stores, H); below 0 where background alone comes.
        carries : ndarray
            Whether what a step leaves of them can pass in the next one, shape (stores, H).
        """
        p = self._p
        now = rate[self._limit]
        least = np.maximum(now - p.reserved[n, self._limit], 0.0)
        passes = np.repeat(least[:, None] * p.step, steps, axis=1)
        carries = np.zeros(passes.shape, dtype=np.bool_)
        for s in self._varies.tolist():
            r = int(self._limit[s])
            rates = self._rates(n, s, float(now[s]), steps)
            if not (rates > 0).any():
                continue
            if self._handed_out(n, s):
                passes[s], carries[s] = self._forms(n, r, float(stock[r]), rates)
            else:
                passes[s] = rates * p.step
            passes[s] -= p.background[n, r] * p.step
        return passes, carries

    def _rates(self, n: int, s: int, now: float, steps: int) -> Floats:
        """Return the units a day that one lets pass in each step from one on, shape (H,)."""
        p = self._p
        when = n + np.arange(steps)
        works = self._works[_within(when, p), s]
        known = np.minimum(when, len(self._level) - 1)
        ordinary, level = self._ordinary[known, s], self._level[known, s]
        usual = np.where(np.isfinite(ordinary), ordinary, level[0])
        if level[0] >= ordinary[0] * (1.0 - _SAME):
            rates = usual * works
        elif p.announced:
            over = np.logical_or.accumulate(level >= ordinary * (1.0 - _SAME))
            rates = np.where(over, usual, level) * works
        else:
            rates = level[0] * works
        usually = float(level[0] * works[0])
        if now > usually * (1.0 + _SAME) > 0.0 and not self._handed_out(n, s):
            # A queue is being cleared.
            rates = np.where(rates > 0, np.maximum(rates, now), 0.0)
        return np.asarray(rates)

    def _handed_out(self, n: int, s: int) -> bool:
        grants = self._p.grants
        return grants is not None and bool(grants.period[n, self._limit[s]] >= 0)

    def _forms(self, n: int, r: int, stock: float, rates: Floats) -> tuple[Floats, Flags]:
        """Return what passes and what is carried on of a limit that is handed out for a period.

        Of a period's forms all can be used in the first step in which the limit works.
        """
        p, steps, grants = self._p, len(rates), self._p.grants
        passes, carries = np.zeros(steps), np.zeros(steps, dtype=np.bool_)
        if grants is None:
            return passes, carries
        end, last = int(grants.end[n, r]), -1
        for j in range(steps):
            t = n + j
            if t >= max(p.n_steps, end):
                # Of what is given after the last day only the rate is known.
                passes[j] = rates[j] * p.step
                continue
            if j and t < p.n_steps:
                if grants.period[t, r] == t:
                    stock, last = 0.0, -1
                stock += float(grants.given[t, r])
                end = int(grants.end[t, r])
            if rates[j] > 0:
                passes[j], stock = stock, 0.0
                # What the step before this one has left in the period can pass in it.
                if last >= 0:
                    carries[last:j] = True
                last = j
        return passes, carries


def _within(when: Ints, p: QueueProblem) -> Ints:
    """Return steps of the same day of the week and the same hour, within those that are run."""
    week = round(7 / p.step)
    over = np.maximum(when - (p.n_steps - 1), 0)
    return np.asarray(np.maximum(when - -(-over // week) * week, 0))
