"""The smooth dual of route choice: one price for each limit, one multiplier for each count.

The dual function is the surplus of all commodities at the prices, plus the value
of the limits, minus that of the counts, plus the prior of the multipliers ::

    sum_k S_k(C_k) + sum_r b_r pi_r - sum_m n_m mu_m + sum_m q_m mu_m^2 / 2

with ``C_k`` the composite cost at prices and ``S_k`` the area under the demand curve
above it. It is convex and smooth. Its gradient is the room left of each limit, and
how far each count is from what the prior lets it be (Bell 1995; Bell and Shield 1995). Where waits
rise with use, ``b_r pi_r`` is what the limit lets pass at each price up to its own, summed
(`corridors.flow.choice.rising_waits`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.choice import kernels
from corridors.flow.choice.routes import terms_of

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.flow.choice.model import ChoiceModel
    from corridors.flow.choice.routes import RouteSet
    from corridors.flow.problem import FlowProblem


HAIR = 5e-11
"""Share by which each limit is wider than it says. Where a limit lets pass just what wants to,
such as sellers who together offer what is bought, any price up to what cargo would pay keeps it
to a rounding; with a hair of room it costs nothing, as in the best plan."""


@dataclass(frozen=True, eq=False)
class Point:
    """The dual at one set of prices.

    Attributes
    ----------
    dual
        The function.
    price
        Prices of limits, then multipliers of fitted counts, shape (T,).
    value
        Of the dual function.
    flow, share
        Units on each route, and the share of its commodity's volume, shape (P,).
    volume, slope, composite
        Units, slope by composite cost, and composite cost by commodity, shape (K,).
    """

    dual: Dual
    price: Floats
    value: float
    flow: Floats
    share: Floats
    volume: Floats
    slope: Floats
    composite: Floats

    @cached_property
    def gradient(self) -> Floats:
        """Of the dual function, shape (T,): what is left of each limit, and each count's miss."""
        return self.dual.gradient_at(self.price, self.flow)


class Dual:
    """The dual function of a set of routes.

    Parameters
    ----------
    problem
        Costs, limits and commodities.
    model
        How cargo chooses.
    routes
        Routes that are open.
    sharpness
        Factor on the scale of all choices, for a search that begins spread out.
    """

    def __init__(
        self, problem: FlowProblem, model: ChoiceModel, routes: RouteSet, *, sharpness: float = 1.0
    ) -> None:
        counts = model.counts
        self.n_limits = problem.n_limits
        self.terms = terms_of(routes, problem, counts)
        self.first: Ints = np.searchsorted(
            routes.commodity, np.arange(problem.n_commodities + 1)
        ).astype(np.int64)
        self.base = routes.sums(problem, problem.cost)
        weighed = self.base + self._at(model.weighing(problem))
        self.log_size = routes.log_sizes(problem, model.scale, weighed)
        self._counts = counts
        self._finite = np.isfinite(problem.bound)
        wanted = [np.where(self._finite, problem.bound * (1.0 + HAIR), 0.0), -counts.observed]
        self.wanted: Floats = np.concatenate(wanted)
        n_terms = len(self.wanted)
        # Misses are reckoned by these; a count of nothing by what a unit of cost makes of it.
        self.size: Floats = np.maximum(np.abs(self.wanted), 1e-9)
        self.lower: Floats = np.full(n_terms, -np.inf)
        self.lower[: self.n_limits] = 0.0
        self.upper: Floats = np.full(n_terms, np.inf)
        self.upper[: self.n_limits] = np.where(self._finite, problem.excess_price, 0.0)
        self._waits = waits = model.waits
        if waits is not None:
            waits.check(problem)
            self.lower[waits.limit] = waits.least
        self.soft: Floats = np.zeros(n_terms)
        self.start: Floats = np.zeros(n_terms)
        self.start[self.n_limits :] = counts.multiplier
        if counts.fitted:
            self.soft[self.n_limits :] = counts.softness
            self.size = np.maximum(self.size, self.soft)
        else:
            self.lower[self.n_limits :] = self.upper[self.n_limits :] = counts.multiplier
        # Curves that follow the choice of routes, as staying at home does, sharpen with it.
        follows = np.where(model.steepness >= model.scale, sharpness, 1.0)
        self.curve = (
            model.scale * sharpness,
            model.most,
            model.steepness * follows,
            model.middle,
            model.knee,
        )

    @property
    def scale(self) -> Floats:
        """Inverse of the cost by which choices spread, shape (K,)."""
        return self.curve[0]

    def _at(self, price: Floats) -> Floats:
        """Return what prices add to the cost of each route, shape (P,)."""
        t, n = self.terms, len(self.base)
        route = np.repeat(np.arange(n), np.diff(t.start))
        return np.bincount(route, t.unit * price[t.term], n).astype(np.float64)

    def at(self, price: Floats, *, idle_too: bool = True) -> Point:
        """Return the dual function at prices.

        On the way to the least, what commodities would cost of which nothing ever travels is of
        no use; the shares and costs of those may be left out.
        """
        n_routes, n_commodities = len(self.base), len(self.scale)
        flow, share = np.zeros(n_routes), np.zeros(n_routes)
        volume, slope, composite = np.zeros((3, n_commodities))
        t = self.terms
        surplus = kernels.choices(
            self.first,
            self.log_size,
            t.start,
            t.term,
            t.unit,
            self.base,
            *self.curve,
            price,
            flow,
            share,
            volume,
            slope,
            composite,
            idle_too,
        )
        worth = self.wanted * price + 0.5 * self.soft * price**2
        if self._waits is not None:
            worth[self._waits.limit] = self._waits.worth(price[self._waits.limit])
        value = float(surplus + worth.sum())
        return Point(self, price, value, flow, share, volume, slope, composite)

    def gradient_at(self, price: Floats, flow: Floats) -> Floats:
        """Return the gradient at prices at which routes take some flow, shape (T,)."""
        t = self.terms
        use = kernels.use_of_terms(t.start, t.term, t.unit, flow, len(price))
        allowed = self.wanted + self.soft * price
        if self._waits is not None:
            allowed[self._waits.limit] = self._waits.passes(price[self._waits.limit])
        return np.asarray(allowed - use)

    def curvature(self, point: Point, free: Flags) -> Floats:
        """Return the second derivatives by the prices that a mask leaves free, shape (F, F)."""
        number = np.full(len(free), -1, dtype=np.int64)
        number[free] = np.arange(int(free.sum()))
        t = self.terms
        matrix: Floats = kernels.curvature(
            self.first,
            t.start,
            t.term,
            t.unit,
            self.scale,
            point.flow,
            point.share,
            point.volume,
            point.slope,
            number,
            int(free.sum()),
        )
        more = self.soft.copy()
        if self._waits is not None:
            own = self._waits.limit
            price = point.price[own]
            use = self._waits.passes(price) - point.gradient[own]
            more[own] = self._waits.rise_towards(price, use)
        matrix[np.diag_indices_from(matrix)] += more[free]
        return matrix
