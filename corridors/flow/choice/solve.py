"""Route choice answered: flows by the choice formula at the prices, with their proof."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from corridors.errors import CertificateError
from corridors.flow.choice.beginning import prices_of_cheapest
from corridors.flow.choice.certificate import ChoiceCertificate, certify_choice
from corridors.flow.choice.dual import Dual
from corridors.flow.choice.generation import Growth, first_routes
from corridors.flow.choice.newton import STEPS, TOLERANCE, minimise, nearer
from corridors.flow.choice.routes import RouteSet, terms_of
from corridors.flow.solution import Plan
from corridors.flow.usage import open_costs

if TYPE_CHECKING:
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.flow.choice.dual import Point
    from corridors.flow.choice.model import ChoiceModel
    from corridors.flow.problem import FlowProblem

_CARRIED = 1e-9
"""Share of an amount below which a flow is left out of the routes of an answer."""

_OF_WHAT_TRAVELS = 1e-6
"""Share of what travels of an amount that is left out of the routes at most.

The two part where next to nothing of an amount fits: fifteen of a million million may be all
that passes.
"""

_ROUNDS = 200
"""Most rounds in which missing routes are added."""

_SETTLED = 1e-3
"""Largest change of the logarithm of a path-size factor at which overlaps are settled."""

_SETTLINGS = 12
"""Most rounds in which overlaps are weighed anew."""

_NEARBY = 30
"""Newton steps from prices at hand, after which those of the cheapest plan are begun with."""

_PATIENT = 8 * STEPS
"""Newton steps of a search that is let go on, where shorter ones have come to no end."""

_NEARER = 3
"""How often a search that fails comes nearer without second derivatives, and goes on from there."""

_SPREAD = (1.0 / 64, 1.0 / 16, 1.0 / 4, 1.0)
"""Factors on the scale of choices through which a search goes that fails without them."""

_ON_THE_WAY = 1e-2
"""Share of a limit or count that may be missed at all factors but the last."""


class ChoiceAnswer:
    """Flows of the choice model, with their certificate.

    Attributes
    ----------
    problem, model
        What was answered.
    route_set
        All routes that could be chosen and are open.
    route_flow
        Units on each of them, shape (P,).
    limit_price
        Cost per unit of each limit, that of waiting for it, shape (R,).
    multiplier
        Cost that each count takes off a counted unit, shape (M,).
    composite_cost
        Cost of each commodity at the prices that stands for all its routes together,
        staying at home left out, shape (K,); infinite where it has no route.
    commodity_price
        What one more unit of each commodity costs: its composite cost, or its penalty
        where that is less, shape (K,).
    volume
        Units that travel by commodity, shape (K,).
    certificate
        The proof.
    steps
        Newton steps that were taken.
    """

    def __init__(
        self,
        problem: FlowProblem,
        model: ChoiceModel,
        routes: RouteSet,
        point: Point,
        steps: int,
        *,
        whole: bool = True,
    ) -> None:
        n = problem.n_limits
        self.problem, self.model, self.route_set = problem, model, routes
        self.route_flow, self.volume = point.flow, point.volume
        self.limit_price: Floats = point.price[:n]
        self.multiplier: Floats = point.price[n:]
        self.composite_cost: Floats = point.composite
        self.commodity_price: Floats = np.minimum(point.composite, problem.penalty)
        self.steps = steps
        self.certificate: ChoiceCertificate = certify_choice(
            problem,
            model,
            routes.commodity,
            routes.start,
            routes.arcs,
            point.flow,
            self.limit_price,
            self.multiplier,
            whole=whole,
        )
        if not self.certificate.ok:
            msg = f"the route choice does not prove itself: {self.certificate}"
            raise CertificateError(msg)

    def __repr__(self) -> str:
        return (
            f"ChoiceAnswer({len(self.route_set)} routes, shortfall={self.shortfall.sum():.6g}, "
            f"gap={self.certificate.relative_gap:.1e})"
        )

    @property
    def objective(self) -> float:
        """Cost plus loss, the value of the choice among routes taken off."""
        return self.certificate.objective

    @cached_property
    def shortfall(self) -> Floats:
        """Units that stay, by commodity, shape (K,); not below 0 where more than usual travels."""
        return np.maximum(self.problem.amount - self.volume, 0.0)

    @cached_property
    def growth(self) -> Floats:
        """Units that travel above the amount of each commodity, shape (K,)."""
        return np.maximum(self.volume - self.problem.amount, 0.0)

    @cached_property
    def _carries(self) -> Flags:
        amount = np.maximum(self.problem.amount, self.model.most)
        least = np.maximum(_OF_WHAT_TRAVELS * self.volume, _CARRIED * np.minimum(amount, 1.0))
        least = np.minimum(least, _CARRIED * amount)
        return np.asarray(self.route_flow > least[self.route_set.commodity])

    @property
    def path_commodity(self) -> Ints:
        """Commodity of each route that carries something."""
        return self.route_set.commodity[self._carries]

    @property
    def path_amount(self) -> Floats:
        """Units on each route that carries something."""
        return self.route_flow[self._carries]

    @cached_property
    def path_arcs(self) -> list[Ints]:
        """Arcs of each route that carries something."""
        return [self.route_set.path(i) for i in np.flatnonzero(self._carries).tolist()]

    @cached_property
    def class_flow(self) -> Floats:
        """Flow by class and arc, shape (C, A)."""
        p, routes = self.problem, self.route_set
        route = routes.of_arcs()
        cell = p.commodity_class[routes.commodity[route]] * p.n_arcs + routes.arcs
        total = np.bincount(cell, self.route_flow[route], p.n_classes * p.n_arcs)
        return total.reshape(p.n_classes, p.n_arcs).astype(np.float64)

    @property
    def arc_flow(self) -> Floats:
        """Flow on each arc, all commodities together, shape (A,)."""
        return np.asarray(self.class_flow.sum(axis=0))

    def worth_of_counts(self, commodity: int, arcs: Ints) -> float:
        """Return what the multipliers take off the cost of a unit of a commodity on a path."""
        route = RouteSet.of([(commodity, arcs)])
        terms = terms_of(route, self.problem, self.model.counts)
        n = self.problem.n_limits
        counted = terms.term >= n
        return -float((self.multiplier[terms.term[counted] - n] * terms.unit[counted]).sum())

    @cached_property
    def plan(self) -> Plan:
        """Routes that carry something, amounts and shortfall."""
        return Plan(self.path_commodity, self.path_arcs, self.path_amount, self.shortfall)


def choose(
    problem: FlowProblem,
    model: ChoiceModel,
    routes: RouteSet | None = None,
    *,
    grow: bool | None = None,
    price: Floats | None = None,
    ordinary: Floats | None = None,
    before: Floats | None = None,
    sailed: Flags | None = None,
) -> ChoiceAnswer:
    """Spread every commodity over routes, within every limit and near every count.

    Parameters
    ----------
    problem
        Costs, limits, commodities and what is closed. Amounts and penalties are those
        that shortfall is reckoned from; how much travels is the model's curve.
    model
        How cargo chooses.
    routes
        Routes to choose among; those that are closed are left out. Generated if None.
    grow
        Whether routes are added as long as a missing one would take more than a
        thousandth of its commodity; if None, where `routes` is None.
    price
        Where the search begins: prices of limits, then multipliers of counts, shape (T,); from
        nothing if None. The answer is the same to the tolerance of its proof.
    ordinary
        Composite cost of each commodity for which `routes` are those of ordinary times, shape
        (K,), not a number for others: who stays near it is offered its cheapest route and no
        more. If None, all look for routes that differ from those they have.
    before
        Open costs of ordinary times, shape (C, A): who is offered a way by what has opened or
        become cheaper since looks for it too.
    sailed
        Arcs that are sailed, a mask of shape (A,): unless it is the cheapest, no route is added on
        which a ship goes far about between two ports (`Searches.without_detours`).

    Raises
    ------
    CertificateError
        Where no prices are found, or the answer does not prove itself.
    """
    grow = routes is None if grow is None else grow
    routes, point, steps = _spread(
        problem, model, routes,
        grow=grow, price=price, ordinary=ordinary, before=before, sailed=sailed,
    )  # fmt: skip
    return ChoiceAnswer(problem, model, routes, point, steps, whole=grow)


def choose_settled(
    problem: FlowProblem,
    model: ChoiceModel,
    routes: RouteSet | None = None,
    *,
    price: Floats | None = None,
    sailed: Flags | None = None,
) -> ChoiceAnswer:
    """Spread every commodity over routes whose overlaps are weighed at the prices of the answer.

    What is usual is found so: a route that is cheap and full counts for no more where it
    overlaps with others than one that is dear. The model of the answer has the prices at
    which overlaps were weighed; a scenario takes them over (`ChoiceModel.weighed`), so that
    shutting what nobody uses moves nothing.

    Parameters
    ----------
    problem, routes, price, sailed
        As in `choose`; routes are added as long as one is missing.
    model
        How cargo chooses; overlaps are weighed at `price` first, or as the model says.

    Notes
    -----
    The path-size factors are found by repeated substitution: each time their prices are those
    of the last answer, until no factor moves by a thousandth, twelve times at most. On
    the shipped network a round leaves a tenth of what the last one left.

    Raises
    ------
    CertificateError
        As in `choose`.
    """
    weighed = model.weighing(problem) if price is None else price
    model = replace(model, weighed=weighed)
    routes, point, steps = _spread(problem, model, routes, grow=True, price=price, sailed=sailed)
    size = None
    for _ in range(_SETTLINGS):
        now = replace(model, weighed=point.price)
        dual = Dual(problem, now, routes)
        if size is not None and np.abs(dual.log_size - size).max(initial=0.0) <= _SETTLED:
            break
        model, size = now, dual.log_size
        point, more = _solved(problem, model, routes, dual, point.price)
        steps += more
    routes, point, more = _spread(
        problem, model, routes, grow=True, price=point.price, sailed=sailed
    )
    return ChoiceAnswer(problem, model, routes, point, steps + more)


def _spread(
    problem: FlowProblem,
    model: ChoiceModel,
    routes: RouteSet | None,
    *,
    grow: bool,
    price: Floats | None,
    ordinary: Floats | None = None,
    before: Floats | None = None,
    sailed: Flags | None = None,
) -> tuple[RouteSet, Point, int]:
    """Return routes, the prices of least dual value over them, and the steps it took."""
    open_cost = open_costs(problem)
    if routes is None:
        routes = first_routes(problem, open_cost, sailed=sailed)
    routes = routes.only(np.isfinite(routes.sums(problem, open_cost)))
    growth = Growth(problem, model, open_cost, ordinary, before, sailed) if grow else None
    steps = 0
    for _ in range(_ROUNDS):
        dual = Dual(problem, model, routes)
        point, more = _solved(problem, model, routes, dual, price)
        steps += more
        new = growth.missing(routes, point) if growth is not None else []
        if not new:
            return routes, point, steps
        routes, price = routes.with_paths(new), point.price
    # No route may be missing from an answer: where ways are alike without number, as on a
    # grid, listing them comes to no end.
    lacking = len({commodity for commodity, _ in new})
    msg = (
        f"the route choice does not prove itself: of {lacking} of {problem.n_commodities} demands "
        f"ways are still missing after {_ROUNDS} rounds of looking for more, so many are alike; "
        "the best plan (model optimal) needs no list of them"
    )
    raise CertificateError(msg)


def _solved(
    problem: FlowProblem, model: ChoiceModel, routes: RouteSet, dual: Dual, price: Floats | None
) -> tuple[Point, int]:
    """Return the prices of least dual value, if need be by slower ways."""
    begin = dual.start if price is None else price
    with suppress(CertificateError):
        if price is None:
            return minimise(dual, begin)
        return minimise(dual, begin, most=_NEARBY, enough=TOLERANCE)
    cheapest = prices_of_cheapest(dual)
    if cheapest is not None:
        with suppress(CertificateError):
            return minimise(dual, cheapest)
    # Coming from choices that are spread out goes round most of what is in the way.
    with suppress(CertificateError):
        return _sharpened(problem, model, routes, begin, _SPREAD[1:])
    # A step is cheap: four hundred from nothing have come to an end where all else did not.
    with suppress(CertificateError):
        return minimise(dual, dual.start, most=_PATIENT)
    found = dual.start
    for _ in range(_NEARER):
        found = nearer(dual, found)
        with suppress(CertificateError):
            return minimise(dual, found)
    return _sharpened(problem, model, routes, dual.start, _SPREAD)


def _sharpened(
    problem: FlowProblem,
    model: ChoiceModel,
    routes: RouteSet,
    start: Floats,
    factors: tuple[float, ...],
) -> tuple[Point, int]:
    """Return the prices of least dual value by way of choices that are spread out more."""
    steps = 0
    for sharpness in factors:
        dual = Dual(problem, model, routes, sharpness=sharpness)
        point, more = minimise(dual, start, TOLERANCE if sharpness == 1.0 else _ON_THE_WAY)
        start, steps = point.price, steps + more
    return point, steps
