"""The routes that cargo is offered: of the optimum, dissimilar ones, and what grows from prices.

The columns of the optimum say where cargo goes when limits bind. Beside them each
commodity gets routes that differ: after each shortest path the arcs of all found so
far are made dearer (the link penalty method of de la Barra, Perez and Anez 1993),
and for each corridor the route that keeps to it where it can; those in which a ship
would go far about between two ports are left out. In the end paths are added that
the prices of limits make worth a thousandth of their commodity.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from corridors.flow.choice import kernels
from corridors.flow.choice.certificate import MISSING, SAME
from corridors.flow.choice.routes import RouteSet
from corridors.flow.choice.searches import Searches
from corridors.flow.solve import solve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.flow.choice.dual import Point
    from corridors.flow.choice.model import ChoiceModel
    from corridors.flow.problem import FlowProblem
    from corridors.flow.solve import Answer

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


def first_routes(
    problem: FlowProblem,
    open_cost: Floats,
    *,
    corridors: Sequence[Flags] = (),
    sailed: Flags | None = None,
    best: Answer | None = None,
) -> RouteSet:
    """Return the columns of the optimum, dissimilar routes, and one for each corridor.

    Of commodities of which something is wanted: who wants something later looks for them then.

    Parameters
    ----------
    problem
        What is to be carried.
    open_cost
        Costs, infinite where nothing may pass, shape (C, A).
    corridors
        Arcs of each corridor, masks of shape (A,).
    sailed
        Arcs that are sailed, a mask of shape (A,): a leg by sea that goes far about is not
        offered (`Searches.without_detours`), unless the optimum has it.
    best
        The optimum, where it is known.
    """
    best = solve(problem) if best is None else best
    wanted = problem.amount > 0
    ways = zip(best.path_commodity.tolist(), best.path_arcs, strict=True)
    found = [(k, arcs) for k, arcs in ways if wanted[k]]
    others = dissimilar_routes(problem, open_cost, corridors=corridors, sailed=sailed, which=wanted)
    return RouteSet.of([*found, *others])


def shortest_routes(problem: FlowProblem, open_cost: Floats) -> list[tuple[int, Ints]]:
    """Return the cheapest route of each commodity that has one.

    Parameters
    ----------
    problem, open_cost
        As in `first_routes`.
    """
    wanted = np.flatnonzero(problem.amount > 0)
    own = open_cost[problem.commodity_class[wanted]]
    return Searches(problem, open_cost).paths(own, wanted, raised=True)


def dissimilar_routes(
    problem: FlowProblem,
    open_cost: Floats,
    *,
    corridors: Sequence[Flags] = (),
    sailed: Flags | None = None,
    which: Flags | None = None,
    rounds: int = DISSIMILAR,
) -> list[tuple[int, Ints]]:
    """Return routes of each commodity that differ from each other, doubles among them.

    Parameters
    ----------
    problem, open_cost, corridors, sailed
        As in `first_routes`.
    which
        Commodities that are meant, shape (K,); all if None.
    rounds
        How many are looked for.
    """
    searches = Searches(problem, open_cost, sailed)
    some = np.arange(problem.n_commodities) if which is None else np.flatnonzero(which)
    place = np.zeros(problem.n_commodities, dtype=np.int64)
    place[some] = np.arange(len(some))
    own = open_cost[problem.commodity_class[some]]
    weight = own.copy()
    found: list[tuple[int, Ints]] = []
    for _ in range(rounds):
        new = searches.paths(weight, some, raised=True)
        for k, arcs in new:
            weight[place[k], arcs] *= PENALTY
        found += new
    labelled = np.zeros(problem.n_arcs, dtype=np.bool_)
    for mask in corridors:
        labelled |= mask
    for mask in corridors:
        aside = np.where(labelled & ~mask, _ASIDE, 1.0)
        found += searches.paths(aside * own, some, raised=True)
    return searches.without_detours(found)


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
    before
        Open costs of then, shape (C, A): to whom what has opened or become cheaper since offers a
        way that is worth taking, and was not, looks for it.
    sailed
        Arcs that are sailed, as in `first_routes`: no path is looked for beside the others that
        goes far about by sea. The cheapest is added whatever it is.
    """

    def __init__(
        self,
        problem: FlowProblem,
        model: ChoiceModel,
        open_cost: Floats,
        ordinary: Floats | None = None,
        before: Floats | None = None,
        sailed: Flags | None = None,
    ) -> None:
        self._p, self._model = problem, model
        # A row of weights for each class, and one for each commodity that has a count of its own.
        one = np.unique(model.counts.member_commodity)
        alone = one[one >= 0]
        self._row = problem.commodity_class.copy()
        self._row[alone] = problem.n_classes + np.arange(len(alone))
        self._class_of = np.concatenate(
            [np.arange(problem.n_classes), problem.commodity_class[alone]]
        )
        self._listed: Floats = open_cost[self._class_of]
        self._searches = Searches(problem, open_cost, sailed)
        nothing = np.full(problem.n_commodities, np.nan)
        self._ordinary = nothing if ordinary is None else ordinary.copy()
        self._before: Floats | None = None if before is None else before[self._class_of]
        self._foot = self._ordinary.copy()
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
        ways: list[tuple[int, Ints]] = []
        if self._before is not None:
            offered, ways = self._offered(routes, point, self._before)
            self._found[offered] = True
            self._ordinary[offered] = np.nan
            if not len(offered):
                self._before = None
        # A commodity without any route stays where it is.
        level = np.where(np.isfinite(point.composite), point.composite, _NOWHERE)
        moved = ~(np.abs(level - self._level) * model.scale <= _STILL)
        stirred = ~(np.abs(level - self._ordinary) * model.scale <= _STILL)
        wanted = (model.most > 0) & (moved | self._found)
        for which in (wanted, (model.most > 0) & ~wanted):
            if not which.any():
                continue
            opened = [(k, arcs) for k, arcs in ways if which[k]]
            new = self._search(routes, point, which, which & stirred, opened)
            self._level[which] = level[which]
            self._found[which] = False
            if new:
                self._found[[k for k, _ in new]] = True
                return new
        return []

    def _search(
        self,
        routes: RouteSet,
        point: Point,
        which: Flags,
        widely: Flags,
        opened: list[tuple[int, Ints]],
    ) -> list[tuple[int, Ints]]:
        p, model, row = self._p, self._model, self._row
        # A multiplier may be worth more than the arc that it stands on; no weight is below 0.
        weight = np.maximum(self._weight(point.price), 0.0)
        known = set(routes.keys)
        found: dict[tuple[int, tuple[int, ...]], tuple[int, Ints, float]] = {}
        for k, arcs in self._cheapest(weight, np.flatnonzero(which)):
            key = k, tuple(arcs.tolist())
            if key not in known:
                found[key] = k, arcs, float(weight[row[k], arcs].sum())
        weighed = self._weighed(routes) if widely.any() else np.zeros(0)
        beside = self._beside(routes, weight, point, np.flatnonzero(widely))
        for k, arcs in [*opened, *beside]:
            key = k, tuple(arcs.tolist())
            if key in known or key in found:
                continue
            usual = float(self._weighing[row[k], arcs].sum())
            scale, listed = float(model.scale[k]), self._listed[row[k], arcs]
            size = routes.log_size_beside(k, arcs, listed, usual, weighed, scale)
            found[key] = k, arcs, float(weight[row[k], arcs].sum()) - size / scale
        if not found:
            return []
        of = np.array([k for k, _, _ in found.values()])
        cost_of = np.array([usd for _, _, usd in found.values()])
        share = model.share_beside(of, cost_of, point.composite[of], p.amount[of])
        if not (share > _WORTH).any():
            return []
        ways = zip(found.values(), (share > _NEARLY).tolist(), strict=True)
        return [(k, arcs) for (k, arcs, _), worth in ways if worth]

    def _cheapest(self, weight: Floats, which: Ints) -> list[tuple[int, Ints]]:
        """Return the cheapest path of commodities, of those that cost the same always one.

        Rounding decides where costs are the same to the last digits, and nowhere else.
        """
        found = self._searches.cheapest(self._rounded(weight), self._row, which)
        exact = dict(self._searches.cheapest(weight, self._row, which))
        for i, (k, arcs) in enumerate(found):
            cost, least = (float(weight[self._row[k], way].sum()) for way in (arcs, exact[k]))
            if least < cost - 0.5 * SAME * (1.0 + abs(cost)):
                found[i] = k, exact[k]
        return found

    def _offered(
        self, routes: RouteSet, point: Point, before: Floats
    ) -> tuple[Ints, list[tuple[int, Ints]]]:
        """Return who is offered a way by arcs that have opened or are cheaper, and the ways.

        The best way through any of them that none of its routes uses would be taken now, beside
        the routes of ordinary times, by a share that counts, and would not have been at the costs
        and prices of then.
        """
        p, model, row = self._p, self._model, self._row
        cheaper = self._listed < before
        which = np.flatnonzero(
            np.asarray(cheaper.any(axis=1))[row] & (model.most > 0) & np.isfinite(self._foot)
        )
        if not len(which):
            return which, []
        arcs = cheaper[row[which]]
        place = np.full(p.n_commodities, -1)
        place[which] = np.arange(len(which))
        at = place[routes.commodity[routes.of_arcs()]]
        arcs[at[at >= 0], routes.arcs[at >= 0]] = False
        weights = [
            self._rounded(np.maximum(weight, 0.0))
            for weight in (
                self._weight(point.price), self._weight(model.weighing(p), before),
            )
        ]  # fmt: skip
        now, then = (self._searches.through(weight, row, which, arcs) for weight in weights)
        share = [
            model.share_beside(which, found.cost, self._foot[which], p.amount[which])
            for found in (now, then)
        ]
        offered = np.flatnonzero((share[0] > _WORTH) & ~(share[1] > _WORTH))
        ways = []
        for i in offered.tolist():
            k = int(which[i])
            way = self._searches.way_through(k, now, i, weights[0][row[k]])
            if way is not None:
                ways.append((k, way))
        return which[offered], ways

    def _beside(
        self, routes: RouteSet, weight: Floats, point: Point, which: Ints
    ) -> list[tuple[int, Ints]]:
        """Return the shortest path of commodities where the arcs of their routes are dearer."""
        if not len(which):
            return []
        place = np.full(self._p.n_commodities, -1)
        place[which] = np.arange(len(which))
        at = place[routes.commodity[routes.of_arcs()]]
        own = at[at >= 0], routes.arcs[at >= 0]
        dearer = weight[self._row[which]]
        dearer[own] = PENALTY * weight[self._row[which[own[0]]], own[1]]
        lifted = bool((point.price[self._p.n_limits :] <= 0).all())
        found = self._searches.paths(self._rounded(dearer), which, raised=lifted)
        return self._searches.without_detours(found)

    def _rounded(self, weight: Floats) -> Floats:
        """Return weights as multiples of a power of two, none lower than it was.

        Their sums are exact, so that which of two paths that are worth the same is found does not
        hang on the last digits of prices.
        """
        return np.asarray(np.ceil(weight / self._grain) * self._grain)

    def _weighed(self, routes: RouteSet) -> Floats:
        """Return what each route costs when overlaps are weighed, shape (P,)."""
        route = routes.of_arcs()
        own = self._weighing[self._row[routes.commodity[route]], routes.arcs]
        return np.bincount(route, own, len(routes)).astype(np.float64)

    def _weight(self, price: Floats, listed: Floats | None = None) -> Floats:
        """Return costs at the prices by row, shape (S, A); listed are those of now if None."""
        p, counts, n = self._p, self._model.counts, self._p.n_limits
        weight = self._listed.copy() if listed is None else listed.copy()
        every = np.full(len(p.member_arc), -1)
        kernels.add_values(
            weight,
            self._class_of,
            p.member_arc,
            p.member_class,
            every,
            price[:n][p.member_limit] * p.member_factor,
        )
        if counts.size:
            kernels.add_values(
                weight,
                self._class_of,
                counts.member_arc,
                counts.member_class,
                np.where(counts.member_commodity < 0, -1, self._row[counts.member_commodity]),
                -price[n:][counts.member_count] * counts.member_factor,
            )
        return weight
