"""Projected Newton for a smooth convex function within bounds (Bertsekas 1982).

Prices at a bound whose gradient holds them there stay; the others take the Newton
step of their own second derivatives, and the step is shortened along its projection
until the function falls enough (Armijo's rule). The step is bounded by how much it
may change any route's cost, in units of the spread of choices, beyond which a
quadratic model of a logit says little.
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
_HALVINGS = 50
_ARMIJO = 1e-4
_NEAR = 1e-9
"""Distance from a bound, in units of the spread of choices, that counts as at it."""

_DAMPING = (1e-13, 1e-9, 1e-6, 1e-3, 1.0)
"""What is added to the second derivatives, each scaled to 1, one after the other until a step
is found: rows that nearly repeat each other have a direction that is all rounding, and the more
is added, the nearer the step comes to that of steepest descent (Levenberg and Marquardt)."""

_REACH = 300.0
"""Largest change of a route's cost in a step, in units of the spread of choices."""


def minimise(
    dual: Dual, start: Floats, tolerance: float = TOLERANCE, most: int = STEPS
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

    Raises
    ------
    CertificateError
        Where the search does not come to an end.
    """
    point = dual.at(np.clip(start, dual.lower, dual.upper))
    for step in range(most):
        miss = _miss(dual, point)
        if miss <= tolerance:
            return point, step
        found = None
        for damping in _DAMPING:
            found = _step(dual, point, miss, damping)
            if found is not None:
                break
        if found is None:
            if miss <= _GOOD_ENOUGH:
                return point, step
            break
        point = found
    if _miss(dual, point) <= max(tolerance, _GOOD_ENOUGH):
        return point, most
    msg = f"route choice: no prices found; a limit or count is missed by {_miss(dual, point):.1e}"
    raise CertificateError(msg)


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
        point = dual.at(price)
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
    low = (point.price <= dual.lower + near) & (point.gradient >= 0.0)
    high = (point.price >= dual.upper - near) & (point.gradient <= 0.0)
    return low, high & ~low


def _step(dual: Dual, point: Point, miss: float, damping: float) -> Point | None:
    """Return the next point, or None where the function falls no further that way."""
    low, high = _held(dual, point)
    free = ~(low | high)
    direction = np.zeros(len(free))
    direction[free] = _newton_direction(dual, point, free, damping)
    t = dual.terms
    change = kernels.largest_change(dual.first, t.start, t.term, t.unit, dual.scale, direction)
    direction *= min(1.0, _REACH / max(change, 1e-300))
    direction[low] = (dual.lower - point.price)[low]
    direction[high] = (dual.upper - point.price)[high]
    rounding = 1e-14 * (abs(point.value) + 1.0)
    length = 1.0
    for _ in range(_HALVINGS):
        other = dual.at(np.clip(point.price + length * direction, dual.lower, dual.upper))
        falls = float((point.gradient * (other.price - point.price)).sum())
        if falls < -rounding and other.value <= point.value + _ARMIJO * falls:
            return other
        # Near the end the function is flat to rounding, and the conditions decide. What rises
        # is no end: a direction that is all rounding can lead up, and very far.
        flat = abs(falls) <= 1e3 * rounding and other.value <= point.value + 1e3 * rounding
        if flat and _miss(dual, other) < 0.9 * miss:
            return other
        length *= 0.5
    return None


def _newton_direction(dual: Dual, point: Point, free: Flags, damping: float) -> Floats:
    """Return the step of the second derivatives by the free prices, shape (F,)."""
    matrix = dual.curvature(point, free)
    diagonal = np.diag(matrix).copy()
    # A limit over routes that nobody takes yet has hardly any curvature of its own.
    diagonal = np.maximum(diagonal, 1e-12 * diagonal.max(initial=0.0) + 1e-300)
    size = np.sqrt(diagonal)
    right = -point.gradient[free] / size
    while True:
        scaled = matrix / np.outer(size, size)
        scaled[np.diag_indices_from(scaled)] = 1.0 + damping
        direction, definite = kernels.solved(scaled, right)
        if definite:
            return np.asarray(direction / size)
        damping *= 100.0
