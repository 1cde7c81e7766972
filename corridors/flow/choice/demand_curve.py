"""Demand that answers to price: a falling curve through what is carried at the ordinary price.

With the ordinary price ``c0``, at which the amount ``d`` is carried, growth ``G`` and
steepness ``b``, at the price ``c`` there travel ::

    D(c) = G * d / sqrt(1 + exp(2 * b * (c - m)))

which is ``d`` at ``c0``, falls by ``exp(-b * c)`` where transport is dear, and tends to
``G * d`` where it costs nothing: an elasticity at the foot, and no demand without end.
The same curve is smooth for route choice and cut into steps for the linear program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.errors import ProblemError

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats

GROWTH = 2.0
"""Multiple of the ordinary amount that travels where transport costs nothing."""

STEPS = 8
"""Equal parts into which the linear program cuts a demand."""


def steepness(elasticity: Floats, price: Floats, growth: float = GROWTH) -> Floats:
    """Return how steeply demand falls, per unit of cost, where transport is dear, shape (K,).

    Parameters
    ----------
    elasticity
        Per cent by which the amount falls where `price` rises by one, at the foot, shape (K,).
    price
        What the elasticity is of, in ordinary times, above 0, shape (K,): the cost of transport,
        or that of the goods where they arrive.
    growth
        As in the curve.

    Raises
    ------
    ProblemError
        Where a number is not above 0, or the growth not above 1.
    """
    if not growth > 1.0 or not (elasticity > 0).all() or not (price > 0).all():
        msg = "a curve: expected a growth above 1, elasticities above 0 and prices above 0"
        raise ProblemError(msg)
    return np.asarray(elasticity / price / (1.0 - growth**-2))


def price_at(share: Floats, foot: Floats, steep: Floats, growth: float = GROWTH) -> Floats:
    """Return the price at which a share of the ordinary amount still travels.

    Parameters
    ----------
    share
        Of the amount, above 0 and below `growth`, any shape that goes with the rest.
    foot, steep
        Ordinary price, and steepness of the curve.
    growth
        As in the curve.

    Examples
    --------
    An elasticity of one: half stays where the price is 1.6 times the ordinary one.

    >>> import numpy as np
    >>> from corridors.flow.choice.demand_curve import price_at, steepness
    >>> foot = np.array([100.0])
    >>> steep = steepness(np.array([1.0]), foot)
    >>> [price_at(np.array([share]), foot, steep).round(1).item() for share in (1.0, 0.5, 0.1)]
    [100.0, 160.4, 283.4]
    """
    rise = np.log((growth / share) ** 2 - 1.0) - np.log(growth**2 - 1.0)
    return np.asarray(foot + rise / (2.0 * steep))


def step_prices(
    foot: Floats, steep: Floats, ceiling: Floats, *, steps: int = STEPS, growth: float = GROWTH
) -> Floats:
    """Return what each of equal parts of a demand would pay at most, shape (K, N), rising.

    Parameters
    ----------
    foot, steep
        Ordinary price, and steepness of the curve, shape (K,); where the steepness is not a
        number all parts pay the ceiling.
    ceiling
        What no part pays more than, shape (K,): the loss of a unit that is not carried.
    steps
        How many parts, N.
    growth
        As in the curve.

    Notes
    -----
    A part pays the price of its middle, so that the first to leave does so somewhat above
    the ordinary price, and what all would pay together is nearly the area under the curve.
    """
    middle = (np.arange(steps)[::-1] + 0.5) / steps
    bent = np.isfinite(steep)
    safe = np.where(bent, steep, 1.0)[:, None]
    price = price_at(middle[None, :], np.asarray(foot)[:, None], safe, growth)
    top = np.asarray(ceiling, dtype=np.float64)[:, None]
    return np.where(bent[:, None], np.minimum(price, top), top)
