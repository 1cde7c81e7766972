"""Projected Newton for a smooth convex function within bounds (Bertsekas 1982).

Prices at a bound whose gradient holds them there stay; the others take the Newton
step of their own second derivatives, damped so that it changes no route's cost by more
than may be trusted, in units of the spread of choices: beyond that a quadratic model of
a logit says little. How far that is follows from how well the last step was foretold
(a trust region), and a step is taken only where the function falls enough (Armijo's
rule, along the projection).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.errors import CertificateError
from corridors.flow.choice import kernels

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats
    from corridors.flow.choice.dual import Dual, Point

TOLERANCE = 1e-11
"""Largest share of a limit or count by which the answer may miss it."""

_GOOD_ENOUGH = 1e-8
"""The same, where rounding lets the function fall no further."""

STEPS = 250
_SHORTENINGS = 40
_ARMIJO = 1e-4
_NEAR = 1e-12
"""Distance from a bound, in units of the spread of choices, that counts as at it."""

_ALL_BUT = 1.1
"""Steps within which a price comes to its bound that is set down there."""

_REACH = 300.0
"""Largest change of a route's cost in the first step, in units of the spread of choices."""

_GOOD, _BAD = 0.5, 0.1
"""Share of the fall that second order foretells above which the next step may go further, and
below which it has to stay nearer."""

_FURTHER, _FURTHEST = 4.0, 1e7
_FIRST, _LEAST, _MOST, _FINER = 1e-6, 1e-16, 1e4, 4.0
"""Dampings that are tried, and the factor between one and the next."""


def minimise(
    dual: Dual,
    start: Floats,
    tolerance: float = TOLERANCE,
    most: int = STEPS,
    enough: float = _GOOD_ENOUGH,
) -> tuple[Point, int]:
    """Return the prices of least dual value, and the steps that were taken.

    Parameters
    ----------
    dual
        The function.
    start
        Where to begin, shape (T,).
    tolerance
        Largest share of a limit or count by which it may be missed.
    most
        Steps after which the search is given up.
    enough
        The same as `tolerance`, where no step leads on or there are no more. Above the hair of
        room that limits have it lets prices pass that nothing asks for: only where the start
        has none of those.

    Raises
    ------
    CertificateError
        Where the search does not come to an end.
    """
    point = _at(dual, start)
    trust = _REACH, _FIRST
    for step in range(most):
        miss = _miss(dual, point)
        if miss <= tolerance:
            return dual.at(point.price), step
        found, trust = _step(dual, point, miss, trust)
        if found is None and trust[0] < _REACH:
            # A step so short that it is lost in rounding says nothing of longer ones.
            found, trust = _step(dual, point, miss, (_REACH, _FIRST))
        if found is None:
            if miss <= max(tolerance, enough):
                return dual.at(point.price), step
            break
        point = found
    if _miss(dual, point) <= max(tolerance, enough):
        return dual.at(point.price), most
    msg = f"route choice: no prices found; a limit or count is missed by {_miss(dual, point):.1e}"
    raise CertificateError(msg)


def _at(dual: Dual, price: Floats) -> Point:
    """Return the function at prices that are first brought within their bounds."""
    return dual.at(np.clip(price, dual.lower, dual.upper), idle_too=False)


def nearer(dual: Dual, start: Floats) -> Floats:
    """Return prices nearer to the least dual value, by a method that needs no curvature.

    Far from the end a limit over routes that nobody takes has none: Newton steps then go
    nowhere, or so far that hundreds are needed to come back. Limited-memory quasi-Newton
    steps within bounds (Byrd, Lu, Nocedal and Zhu 1995) come back from anywhere.

    Parameters
    ----------
    dual
        The function.
    start
        Where to begin, shape (T,).
    """
    from scipy.optimize import minimize as quasi_newton

    def value(price: Floats) -> tuple[float, Floats]:
        point = dual.at(price, idle_too=False)
        return point.value, point.gradient

    bounds = np.column_stack([dual.lower, dual.upper])
    options = {"maxiter": 3000, "maxfun": 6000, "maxcor": 20, "ftol": 1e-15, "gtol": 1e-8}
    begin = np.clip(start, dual.lower, dual.upper)
    found = quasi_newton(value, begin, jac=True, bounds=bounds, method="L-BFGS-B", options=options)
    return np.asarray(found.x, dtype=np.float64)


def _miss(dual: Dual, point: Point) -> float:
    """Return the largest share of a limit or count by which its condition is missed."""
    g = point.gradient
    off = np.where(point.price <= dual.lower, np.minimum(g, 0.0), g)
    off = np.where(point.price >= dual.upper, np.maximum(off, 0.0), off)
    off[dual.lower >= dual.upper] = 0.0
    return float((np.abs(off) / dual.size).max(initial=0.0))


def _held(dual: Dual, point: Point) -> tuple[Flags, Flags]:
    """Return which prices go to a bound, as they are near it and pressed to it: lower, upper.

    "Near" keeps prices from zigzagging at a bound (Bertsekas 1982).
    """
    near = _NEAR / dual.scale.max(initial=1.0)
    slack = TOLERANCE * dual.size
    low = (point.price <= dual.lower + near) & (point.gradient >= -slack)
    high = (point.price >= dual.upper - near) & (point.gradient <= slack)
    return low, high & ~low


def _step(
    dual: Dual, point: Point, miss: float, trust: tuple[float, float]
) -> tuple[Point | None, tuple[float, float]]:
    """Return the next point, or None where the function falls no further, and the trust for it.

    Trust is how far a step may go, in units of the spread of choices, and the damping by which
    the last one was kept within that.
    """
    low, high = _held(dual, point)
    quadratic = _Quadratic(dual, point, low, high)
    reach, damping = trust
    rounding = 1e-14 * (abs(point.value) + 1.0)
    for _ in range(_SHORTENINGS):
        direction, change, damped = quadratic.step_within(reach, damping)
        damping = damped or damping
        other = _at(dual, point.price + direction)
        moved = other.price - point.price
        falls = float((point.gradient * moved).sum())
        fell = point.value - other.value
        if falls < -rounding and fell >= -_ARMIJO * falls:
            as_told = fell / max(quadratic.fall_of(moved), 1e-300)
            if as_told > _GOOD and damped:
                reach = min(reach * _FURTHER, _FURTHEST)
            elif as_told < _BAD and falls < -1e3 * rounding:
                reach = 0.5 * min(reach, change)
            return other, (reach, damping)
        # Near the end the function is flat to rounding, and the conditions decide. What rises
        # is no end: a direction that is all rounding can lead up, and very far.
        flat = abs(falls) <= 1e3 * rounding and -fell <= 1e3 * rounding
        if flat and _miss(dual, other) < 0.9 * miss:
            return other, (reach, damping)
        reach = 0.25 * min(reach, change)
    return _to_bound(dual, point, quadratic.undamped, 1e3 * rounding, miss), trust


class _Quadratic:
    """The function about a point to second order, prices that are held left out.

    Parameters
    ----------
    dual, point
        The function and the point.
    low, high
        Prices that go to their lower and upper bound, masks of shape (T,).
    """

    def __init__(self, dual: Dual, point: Point, low: Flags, high: Flags) -> None:
        self._dual, self._point = dual, point
        self._free = free = ~(low | high)
        self._matrix = dual.curvature(point, free)
        self._fixed = np.zeros(len(free))
        self._fixed[low] = (dual.lower - point.price)[low]
        self._fixed[high] = (dual.upper - point.price)[high]
        # Most prices are held where they are; routes that pay no other do not change.
        t, moves = dual.terms, free | (self._fixed != 0.0)
        self._pays = kernels.charged(dual.first, t.start, t.term, t.unit, dual.scale, moves)
        # What the second derivatives would be if all that passes answered to the price.
        passes = np.abs(dual.wanted) + np.abs(dual.wanted - point.gradient)
        weight = passes[free] * float(np.median(dual.scale))
        self._weight = np.maximum(weight, 1e-12 * weight.max(initial=0.0) + 1e-300)
        self.undamped = self._damped(0.0)

    def fall_of(self, moved: Floats) -> float:
        """Return by how much the function falls to second order along a step of shape (T,)."""
        own = moved[self._free]
        return -float((self._point.gradient * moved).sum() + 0.5 * own @ self._matrix @ own)

    def step_within(self, reach: float, damping: float) -> tuple[Floats, float, float]:
        """Return the step that goes as far as it may, its largest change, and its damping.

        A limit over routes that nobody takes has hardly any curvature: undamped, its price goes
        to the ends of the earth. Damping holds it back and leaves the others what they need,
        which a shorter step would not (Levenberg 1944; Moré and Sorensen 1983).

        Parameters
        ----------
        reach
            Largest change of a route's cost, in units of the spread of choices.
        damping
            With which to begin.
        """
        change = self._change(self.undamped)
        if change <= reach:
            return self.undamped, change, 0.0
        found = self._damped(damping)
        change = self._change(found)
        while change > reach and damping < _MOST:
            damping *= _FINER
            found = self._damped(damping)
            change = self._change(found)
        while damping > _LEAST and change < reach / _FINER:
            further = self._damped(damping / _FINER)
            more = self._change(further)
            if more > reach:
                break
            damping, found, change = damping / _FINER, further, more
        return found, change, damping

    def _change(self, direction: Floats) -> float:
        start, term, unit, scale = self._pays
        return float(kernels.largest_change(start, term, unit, scale, direction))

    def _damped(self, damping: float) -> Floats:
        """Return the step of the second derivatives with damping, shape (T,)."""
        own = self._matrix.diagonal() + damping * self._weight
        own = np.maximum(own, 1e-14 * self._weight)
        size = np.sqrt(own)
        scaled = self._matrix / np.outer(size, size)
        right = -self._point.gradient[self._free] / size
        # Rows that nearly repeat each other have a direction that is all rounding.
        more = 1e-13
        while True:
            scaled.flat[:: len(scaled) + 1] = 1.0 + more
            found, definite = kernels.solved(scaled, right)
            if definite:
                break
            more *= 100.0
        direction = self._fixed.copy()
        direction[self._free] = found / size
        return direction


def _to_bound(
    dual: Dual, point: Point, direction: Floats, rounding: float, miss: float
) -> Point | None:
    """Return the point at which the first price on the way comes to its lower bound, if any.

    Where a limit costs something though it has a hair of room, the function falls by less than
    rounding until its price, and those of its like with it, have come down. One that comes all but
    there with the whole step is set down, where that meets the conditions better.
    """
    falling = np.flatnonzero((direction < 0) & (point.price > dual.lower))
    if not len(falling):
        return None
    share = (dual.lower - point.price)[falling] / direction[falling]
    first = share.min()
    if first > _ALL_BUT:
        return None
    price = point.price + min(first, 1.0) * direction
    there = falling[share <= (first if first < 1.0 else _ALL_BUT)]
    price[there] = dual.lower[there]
    other = _at(dual, price)
    if first >= 1.0 and _miss(dual, other) >= miss:
        return None
    return other if other.value <= point.value + rounding else None
