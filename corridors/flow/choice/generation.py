"""The routes that cargo is offered: of the optimum, dissimilar ones, and what grows from prices.

The columns of the optimum say where cargo goes when limits bind. Beside them each
commodity gets routes that differ: after each shortest path the arcs of all found so
far are made dearer (the link penalty method of de la Barra, Perez and Anez 1993),
and for each corridor the route that keeps to it where it can. In the end paths are
added that the prices of limits make worth a thousandth of their commodity.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.choice import kernels
from corridors.flow.choice.certificate import MISSING
from corridors.flow.choice.routes import RouteSet
from corridors.flow.shortest import trees
from corridors.flow.solve import solve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.flow.choice.dual import Point
    from corridors.flow.choice.model import ChoiceModel
    from corridors.flow.problem import FlowProblem

PENALTY = 1.4
"""Factor on the cost of arcs that a route found before uses."""

DISSIMILAR = 12
"""Routes that are looked for by making those found before dearer."""

_WORTH = 0.999 * MISSING
"""Share of its commodity that a missing route would take, just below what a proof lets pass."""

_NEARLY = 0.2 * MISSING
"""Share at which routes are added along with those that are missing."""

_STILL = 0.05
"""Change of a composite cost, in units of the spread, that makes looking again worthwhile."""

_GRAIN_BITS = 32
"""How far below the dearest arc, as a power of two, weights are rounded where paths are sought."""

_NOWHERE = 1e300
"""Composite cost that stands for no route at all, where levels are held against each other."""

_ASIDE = 2.0
"""Factor on the cost of arcs of other corridors, for the route that keeps to one."""


class Searches:
    """Shortest paths of all commodities, each under weights of its own.

    Parameters
    ----------
    problem
        Arcs and commodities.
    open_cost
        Costs, infinite where nothing may pass, shape (C, A).
    """

    def __init__(self, problem: FlowProblem, open_cost: Floats) -> None:
        self.p = p = problem
        self._star = trees.forward_star(p.tail, p.n_nodes)
        self._in_star = trees.forward_star(p.head, p.n_nodes)
        every = np.arange(p.n_commodities, dtype=np.int64)
        self._every = every
        self._groups = np.arange(p.n_commodities + 1, dtype=np.int64)
        ends = np.column_stack([p.destination, p.commodity_class])
        ends, which = np.unique(ends, axis=0, return_inverse=True)
        togo = trees.distances_to(
            *self._in_star, p.tail, open_cost, ends[:, 0].copy(), ends[:, 1].copy()
        )
        # A hair shorter, so that rounding cannot make them longer than a path.
        self._togo = togo * (1.0 - 1e-12)
        self._nowhere = np.full(p.n_commodities, -1, dtype=np.int64)
        self._which = np.ascontiguousarray(which.ravel(), dtype=np.int64)

    def paths(
        self, weight: Floats, *, raised: bool, which: Flags | None = None
    ) -> list[tuple[int, Ints]]:
        """Return each commodity's shortest path under weights (K, A), where it has one.

        Parameters
        ----------
        weight
            Infinite where nothing may pass.
        raised
            Whether no weight is below the open cost, so that its distances bound the rest.
        which
            Commodities that are meant, shape (K,); all if None.
        """
        p = self.p
        ceiling = np.full(p.n_commodities, np.inf)
        if which is not None:
            ceiling[~which] = -1.0
        length, start, arcs = trees.cheapest_paths(
            *self._star,
            p.tail,
            p.head,
            weight,
            self._togo,
            self._which if raised else self._nowhere,
            p.origin,
            self._every,
            self._groups,
            self._every,
            p.destination,
            ceiling,
        )
        found = np.flatnonzero(np.isfinite(length)).tolist()
        return [(k, arcs[start[k] : start[k + 1]]) for k in found]


def first_routes(
    problem: FlowProblem, open_cost: Floats, *, corridors: Sequence[Flags] = ()
) -> RouteSet:
    """Return the columns of the optimum, dissimilar routes, and one for each corridor.

    Parameters
    ----------
    problem
        What is to be carried.
    open_cost
        Costs, infinite where nothing may pass, shape (C, A).
    corridors
        Arcs of each corridor, masks of shape (A,).
    """
    answer = solve(problem)
    found = list(zip(answer.path_commodity.tolist(), answer.path_arcs, strict=True))
    return RouteSet.of([*found, *dissimilar_routes(problem, open_cost, corridors=corridors)])


def shortest_routes(problem: FlowProblem, open_cost: Floats) -> list[tuple[int, Ints]]:
    """Return the cheapest route of each commodity that has one.

    Parameters
    ----------
    problem, open_cost
        As in `first_routes`.
    """
    own = open_cost[problem.commodity_class]
    return Searches(problem, open_cost).paths(own, raised=True)


def dissimilar_routes(
    problem: FlowProblem,
    open_cost: Floats,
    *,
    corridors: Sequence[Flags] = (),
    which: Flags | None = None,
    rounds: int = DISSIMILAR,
) -> list[tuple[int, Ints]]:
    """Return routes of each commodity that differ from each other, doubles among them.

    Parameters
    ----------
    problem, open_cost, corridors
        As in `first_routes`.
    which
        Commodities that are meant, shape (K,); all if None.
    rounds
        How many are looked for.
    """
    searches = Searches(problem, open_cost)
    own = open_cost[problem.commodity_class]
    weight = own.copy()
    found: list[tuple[int, Ints]] = []
    for _ in range(rounds):
        new = searches.paths(weight, raised=True, which=which)
        for k, arcs in new:
            weight[k, arcs] *= PENALTY
        found += new
    labelled = np.zeros(problem.n_arcs, dtype=np.bool_)
    for mask in corridors:
        labelled |= mask
    for mask in corridors:
        aside = np.where(labelled & ~mask, _ASIDE, 1.0)
        found += searches.paths(aside * own, raised=True, which=which)
    return found


class Growth:
    """Adds paths to a set of routes for as long as one would take too much at the prices.

    Looked for are the shortest path, and the shortest one where the arcs that the set
    uses are dearer: all others differ little from what there is. (Of paths that differ
    by a siding there are thousands, and their number says nothing.)

    Parameters
    ----------
    problem, model, open_cost
        What is answered.
    ordinary
        Composite cost of each commodity in ordinary times, shape (K,), where its routes are those
        of then; not a number where that is not known. As long as it hardly changes, paths beside
        the routes are not looked for: what was not worth finding then is not news now.
    """

    def __init__(
        self,
        problem: FlowProblem,
        model: ChoiceModel,
        open_cost: Floats,
        ordinary: Floats | None = None,
    ) -> None:
        self._p, self._model = problem, model
        self._listed = open_cost[problem.commodity_class]
        self._searches = Searches(problem, open_cost)
        nothing = np.full(problem.n_commodities, np.nan)
        self._ordinary = nothing if ordinary is None else ordinary
        self._level = self._ordinary.copy()
        self._found = np.isnan(self._ordinary)
        self._weighing = self._weight(model.weighing(problem))
        dearest = float(open_cost[np.isfinite(open_cost)].max(initial=1.0))
        self._grain = math.ldexp(1.0, math.frexp(dearest)[1] - 1 - _GRAIN_BITS)

    def missing(self, routes: RouteSet, point: Point) -> list[tuple[int, Ints]]:
        """Return the paths to be added to a set; none when it is whole.

        Commodities for which nothing was found, and whose costs have hardly changed
        since, are looked at again once the others have what they need.

        Parameters
        ----------
        routes
            The set.
        point
            The prices, and the composite costs at them.
        """
        model = self._model
        # A commodity without any route stays where it is.
        level = np.where(np.isfinite(point.composite), point.composite, _NOWHERE)
        moved = ~(np.abs(level - self._level) * model.scale <= _STILL)
        stirred = ~(np.abs(level - self._ordinary) * model.scale <= _STILL)
        wanted = (model.most > 0) & (moved | self._found)
        for which in (wanted, (model.most > 0) & ~wanted):
            if not which.any():
                continue
            new = self._search(routes, point, which, which & stirred)
            self._level[which] = level[which]
            self._found[which] = False
            if new:
                self._found[[k for k, _ in new]] = True
                return new
        return []

    def _search(
        self, routes: RouteSet, point: Point, which: Flags, widely: Flags
    ) -> list[tuple[int, Ints]]:
        p, model = self._p, self._model
        # A multiplier may be worth more than the arc that it stands on; no weight is below 0.
        weight = np.maximum(self._weight(point.price), 0.0)
        lifted = bool((point.price[p.n_limits :] <= 0).all())
        known = set(routes.keys)
        weighed = routes.sums_by_commodity(self._weighing)
        found: dict[tuple[int, tuple[int, ...]], tuple[int, Ints, float]] = {}
        for beside in (False, True):
            dearer = weight
            if beside:
                own = routes.commodity[routes.of_arcs()], routes.arcs
                dearer = weight.copy()
                dearer[own] = PENALTY * weight[own]
            look = widely if beside else which
            # Sums of multiples of a power of two are exact: which of two paths that are worth
            # the same is found does not hang on the last digits of prices.
            rounded = np.ceil(dearer / self._grain) * self._grain
            for k, arcs in self._searches.paths(rounded, raised=lifted, which=look):
                key = k, tuple(arcs.tolist())
                if key in known:
                    continue
                cost = float(weight[k, arcs].sum())
                if beside:
                    usual = float(self._weighing[k, arcs].sum())
                    size = routes.log_size_beside(
                        k, arcs, self._listed[k, arcs], usual, weighed, float(model.scale[k])
                    )
                    cost -= size / float(model.scale[k])
                found[key] = k, arcs, min(cost, found[key][2]) if key in found else cost
        if not found:
            return []
        of = np.array([k for k, _, _ in found.values()])
        cost_of = np.array([usd for _, _, usd in found.values()])
        share = model.share_beside(of, cost_of, point.composite[of], p.amount[of])
        if not (share > _WORTH).any():
            return []
        ways = zip(found.values(), (share > _NEARLY).tolist(), strict=True)
        return [(k, arcs) for (k, arcs, _), worth in ways if worth]

    def _weight(self, price: Floats) -> Floats:
        """Return costs at the prices by commodity, shape (K, A)."""
        p, counts, n = self._p, self._model.counts, self._p.n_limits
        weight = self._listed.copy()
        every = np.full(len(p.member_arc), -1)
        kernels.add_values(
            weight,
            p.commodity_class,
            p.member_arc,
            p.member_class,
            every,
            price[:n][p.member_limit] * p.member_factor,
        )
        if counts.size:
            kernels.add_values(
                weight,
                p.commodity_class,
                counts.member_arc,
                counts.member_class,
                counts.member_commodity,
                -price[n:][counts.member_count] * counts.member_factor,
            )
        return weight
