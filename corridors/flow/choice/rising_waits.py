"""Waits that rise with use, inside the equilibrium of route choice.

Where arrivals and service vary, those who pass a limit wait the longer the fuller it is
(`corridors.flow.waiting.steady`), and in equilibrium choose their way by that too. A limit then
has a price at every flow, not only where it is full: what the wait beyond the usual one is worth
to those who pass. The primal program has the area under it as a cost more, as in Beckmann,
McGuire and Winsten (1956), and the dual of a hard limit, ``b pi``, becomes the conjugate of that
area: what the limit lets pass at each price, summed up to the price. It is smooth and strictly
convex, and tends to ``b pi`` as waits vanish.

References
----------
- M. Beckmann, C. B. McGuire and C. B. Winsten, "Studies in the Economics of Transportation",
  Yale University Press (1956)
- A. O. Allen, "Probability, Statistics, and Queueing Theory", 2nd ed., Academic Press (1990)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from corridors.errors import ProblemError
from corridors.flow.arrays import check_not_negative, check_range

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats, Ints
    from corridors.flow.problem import FlowProblem

_STEPS = 60
"""Most Newton steps to the use at which a wait is as long as it should be; ten are common."""

_LEFT = 1e-9
"""Share of the rate that is left where more wants to pass than can."""

_SAME = 1e-7
"""Difference of prices, relative to them, below which a chord is the slope."""

_PARTS, _POINTS = 4, 16
"""Parts of a range, and points of Gauss and Legendre in each."""


def _nodes() -> tuple[Floats, Floats]:
    """Return nodes and weights from 0 to 1."""
    x, w = np.polynomial.legendre.leggauss(_POINTS)
    x, w = (x + 1.0) / 2.0 / _PARTS, w / 2.0 / _PARTS
    return (np.arange(_PARTS)[:, None] / _PARTS + x).ravel(), np.tile(w, _PARTS)


_NODES, _WEIGHTS = _nodes()


@dataclass(frozen=True, eq=False)
class RisingWaits:
    """Limits at which a unit more makes all wait longer.

    At a use ``u = (own + flow) / rate`` those who pass wait ``spread u^exponent / (rate - own -
    flow)`` days, of which `usual` are in the costs already. What they wait beyond that costs
    them `value` a day and unit; a wait that is shorter than usual takes nothing off.

    Attributes
    ----------
    limit
        Their numbers, rising, shape (N,).
    rate, own
        Units a day that can pass, and that other traffic takes, shape (N,).
    spread, exponent
        As in `corridors.flow.waiting.steady`, shape (N,).
    usual
        Days, shape (N,).
    value
        Cost of a day of waiting to one unit of the limit, above 0, shape (N,).

    Raises
    ------
    ProblemError
        Where sizes differ or a number is out of its range.
    """

    limit: Ints
    rate: Floats
    own: Floats
    spread: Floats
    exponent: Floats
    usual: Floats
    value: Floats

    def __post_init__(self) -> None:
        for name in ("rate", "own", "spread", "exponent", "usual", "value"):
            values = getattr(self, name)
            if len(values) != len(self.limit):
                msg = f"waits, {name}: expected {len(self.limit)} entries, saw {len(values)}"
                raise ProblemError(msg)
            check_not_negative(f"waits, {name}", values, finite=True)
        if (np.diff(self.limit) <= 0).any():
            msg = "waits, limit: expected rising numbers"
            raise ProblemError(msg)
        for name in ("rate", "spread", "value"):
            if (getattr(self, name) <= 0).any():
                msg = f"waits, {name}: expected numbers above 0"
                raise ProblemError(msg)
        if (self.exponent < 1.0).any() or (self.own >= self.rate).any():
            msg = "waits: expected exponents of at least 1, and room beside other traffic"
            raise ProblemError(msg)

    def check(self, problem: FlowProblem) -> None:
        """Raise ProblemError where a problem has no such limits, or can exceed them."""
        check_range("waits, limit", self.limit, problem.n_limits, "limits")
        room = self.rate - self.own
        bound = problem.bound[self.limit]
        off = ~np.isclose(bound, room, rtol=1e-9, atol=0.0)
        off |= np.isfinite(problem.excess_price[self.limit])
        if off.any():
            i = int(np.argmax(off))
            msg = (
                f"waits: limit {int(self.limit[i])} lets pass {bound[i]:g} units, expected the "
                f"{room[i]:g} that other traffic leaves of the rate, never exceeded"
            )
            raise ProblemError(msg)

    def wait(self, flow: Floats) -> Floats:
        """Return how long those wait who pass at a flow, usual waits included, in days, (N,)."""
        left = self.rate - self.own - flow
        use = (self.own + flow) / self.rate
        with np.errstate(divide="ignore"):
            return np.asarray(np.where(left > 0, self.spread * use**self.exponent / left, np.inf))

    @property
    def least(self) -> Floats:
        """Price at which nothing passes: where other traffic alone makes wait, shape (N,)."""
        alone = self.wait(np.zeros(len(self.limit)))
        return np.asarray(self.value * np.maximum(alone - self.usual, 0.0))

    def use_at(self, price: Floats) -> tuple[Floats, Floats]:
        """Return the use at which a price holds, and what is left of the rate, shape (N,).

        Newton's method on the logarithm of the wait by the log-odds of the use, whose slope
        lies between 1 and the exponent.
        """
        # Takes a seventh of a second to import, and most answers have no such waits.
        from scipy.special import expit

        wait = self.usual + np.maximum(price, 0.0) / self.value
        some = wait > 0
        sought = np.log(np.where(some, wait, 1.0) * self.rate / self.spread)
        odds = np.where(sought > 0, sought, sought / self.exponent)
        for _ in range(_STEPS):
            reached = np.logaddexp(0.0, odds) - self.exponent * np.logaddexp(0.0, -odds)
            use = expit(odds)
            step = (sought - reached) / (self.exponent * (1.0 - use) + use)
            odds = odds + step
            if np.abs(step).max(initial=0.0) <= 1e-15 * (1.0 + np.abs(odds).max(initial=0.0)):
                break
        return np.where(some, expit(odds), 0.0), np.where(some, expit(-odds), 1.0)

    def passes(self, price: Floats) -> Floats:
        """Return the flow at which each price holds, or up to which it is nothing, shape (N,)."""
        return self._flow_at(*self.use_at(price))

    def _flow_at(self, use: Floats, left: Floats) -> Floats:
        """Return the flow at a use, from what it leaves where that is less and so more exact."""
        by_use = self.rate * use - self.own
        return np.maximum(
            np.where(left < use, self.rate - self.own - self.rate * left, by_use), 0.0
        )

    def slope(self, price: Floats) -> Floats:
        """Return by how much more passes for a unit of price more, shape (N,)."""
        use, left = self.use_at(price)
        wait = self.usual + np.maximum(price, 0.0) / self.value
        # The logarithm of the wait grows by exponent / use + 1 / left for each unit of use.
        by_use = wait * (self.exponent * left + use)
        found = np.divide(
            self.rate * use * left, by_use * self.value, out=np.zeros(len(wait)), where=by_use > 0
        )
        return np.where(self.rate * use > self.own, found, 0.0)

    def rise_towards(self, price: Floats, flow: Floats) -> Floats:
        """Return by how much more passes for a unit of price, on the way to a flow, shape (N,).

        The slope of the chord from what a price lets pass to the price of the flow that wants to:
        with it a Newton step comes to that price at once, from either side of where `passes`
        bends, as the steps of primal-dual barrier methods do. At that price it is the slope itself.
        """
        passes = self.passes(price)
        # What cannot pass has no price; one that is far up leads there.
        most = self.rate - self.own - _LEFT * self.rate
        meant = np.clip(flow, 0.0, most)
        there = np.maximum(self.value * (self.wait(meant) - self.usual), self.least)
        apart = price - there
        near = np.abs(apart) <= _SAME * (1.0 + np.abs(price))
        chord = (passes - meant) / np.where(near, 1.0, apart)
        return np.maximum(np.where(near, self.slope(price), chord), 0.0)

    def worth(self, price: Floats) -> Floats:
        """Return what passes at each price up to this one, summed, shape (N,).

        With `passes` its derivative by the price: price times flow, less the area under the
        price up to that flow.
        """
        use, left = self.use_at(price)
        free, area_free = self._free
        flow = self._flow_at(use, left)
        found = price * np.maximum(flow, free)
        own = flow > free
        area = _area(left[own], self.exponent[own]) - area_free[own]
        area = self.spread[own] * area - self.usual[own] * (flow - free)[own]
        found[own] -= self.value[own] * area
        return np.asarray(found)

    @cached_property
    def _free(self) -> tuple[Floats, Floats]:
        """The flow up to which nobody waits longer than usual, and `_area` up to there."""
        use, left = self.use_at(np.zeros(len(self.limit)))
        own = self.own / self.rate
        return self._flow_at(use, left), _area(np.where(use > own, left, 1.0 - own), self.exponent)


def _area(left: Floats, exponent: Floats) -> Floats:
    """Return the integral of ``u^exponent / (1 - u)`` up to where so much is left of 1.

    With ``t = -ln(1 - u)`` it is that of ``(1 - e^-t)^exponent``, which has no pole, and with
    ``t = s^2`` nothing sharp at 0: so Gauss and Legendre's nodes find it to twelve digits.
    """
    far = np.sqrt(-np.log(left))[:, None]
    s = far * _NODES
    with np.errstate(divide="ignore"):
        risen = np.exp(exponent[:, None] * np.log(-np.expm1(-(s**2))))
    return np.asarray((far * 2.0 * s * risen) @ _WEIGHTS)
