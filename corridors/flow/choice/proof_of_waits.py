"""What waits that rise with use add to the proof of a route choice, by quadrature alone.

Nothing is shared with `corridors.flow.choice.rising_waits` but the numbers it holds: the area under
a wait is summed up, and the flow at which a price holds is found by halving.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from corridors.flow.arrays import Floats
    from corridors.flow.choice.rising_waits import RisingWaits

_HALVINGS = 200


def with_waits(
    waits: RisingWaits | None, price: Floats, flow: Floats, worth: Floats, idle: Floats
) -> tuple[float, float]:
    """Return what waits add to the primal value, and how far prices are from them.

    Parameters
    ----------
    waits
        Limits at which they rise, if there are any.
    price, flow
        Of each limit, shape (R,).
    worth, idle
        What prices are worth in the dual, and that of the room that they leave, shape (R,); of
        limits at which waits rise they are written here.

    Returns
    -------
    float, float
        The area under the prices, and the largest share of its room by which the flow of a limit
        is not the one that its price lets pass.
    """
    if waits is None:
        return 0.0, 0.0
    own = waits.limit
    passes = _passes(waits, price[own])
    worth[own], idle[own] = price[own] * passes - waited(waits, passes), 0.0
    # At no price whatever passes up to there is right.
    off = np.where(price[own] > 0, np.abs(passes - flow[own]), flow[own] - passes)
    misfit = float((off / (waits.rate - waits.own)).max(initial=0.0))
    return math.fsum(waited(waits, flow[own]).tolist()), misfit


def waited(waits: RisingWaits, flow: Floats) -> Floats:
    """Return the area under the price of each limit up to a flow, shape (N,).

    Parameters
    ----------
    waits
        Limits, and how waits rise at them.
    flow
        Units, shape (N,).
    """
    from scipy.integrate import quad

    begin = waits.own / waits.rate
    end = np.minimum((waits.own + np.maximum(flow, 0.0)) / waits.rate, 1.0 - 1e-15)
    free = np.clip(_use_of(waits, waits.usual), begin, end)
    found = np.zeros(len(flow))
    for i in np.flatnonzero(end > free).tolist():
        e = float(waits.exponent[i])
        # By t = -ln(1 - u) the wait has no pole: u^e / (1 - u) du = u^e dt.
        area = quad(
            lambda t, e=e: (-math.expm1(-t)) ** e, -math.log1p(-free[i]), -math.log1p(-end[i]),
            epsabs=0.0, epsrel=1e-11, limit=200,
        )[0]  # fmt: skip
        more = waits.usual[i] * waits.rate[i] * (end[i] - free[i])
        found[i] = waits.value[i] * (waits.spread[i] * area - more)
    return found


def _passes(waits: RisingWaits, price: Floats) -> Floats:
    """Return the flow at which each price holds, or up to which it is nothing, shape (N,)."""
    use = _use_of(waits, waits.usual + price / waits.value)
    return np.asarray(np.maximum(waits.rate * use - waits.own, 0.0))


def _use_of(waits: RisingWaits, wait: Floats) -> Floats:
    """Return the use at which those who pass wait so many days, shape (N,)."""
    low, high = np.zeros(len(wait)), np.ones(len(wait))
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        longer = waits.spread * middle**waits.exponent > wait * waits.rate * (1.0 - middle)
        low, high = np.where(longer, low, middle), np.where(longer, middle, high)
    return low
