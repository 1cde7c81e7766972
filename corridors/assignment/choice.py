"""The steady state in which cargo spreads as shippers do: path-size logit within hard limits.

What is usual is taken from the undisturbed network of the same day: the routes that
are known, and the cost by which choices spread. A scenario keeps both, and adds the
routes that only it makes worth taking. What it changes by little moves little: new
routes are looked for where one that was taken is shut, and wherever prices make one
worth a thousandth of its demand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from corridors.assignment.choice_parameters import choice_parameters, place_counts
from corridors.assignment.usual.day import corridors_of, least_costs, sailed_arcs, usual_of
from corridors.assignment.usual.prices import known_prices, plain_limits
from corridors.assignment.usual.waits import no_waits, settle_waits
from corridors.flow.choice.certificate import MISSING
from corridors.flow.choice.generation import dissimilar_routes
from corridors.flow.choice.model import ChoiceModel, spread_by_cost
from corridors.flow.choice.solve import choose
from corridors.flow.solve import solve
from corridors.flow.usage import open_costs
from corridors.scenarios.demand_curves import (
    elasticities,
    optimum_in_steps,
    price_of_goods,
    steepness_of,
    with_curves,
)
from corridors.scenarios.state import network_state

if TYPE_CHECKING:
    from collections.abc import Callable

    from corridors.assignment.usual.day import Usual
    from corridors.assignment.usual.prices import PricesByMembers
    from corridors.assignment.usual.waits import SettledWaits
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.flow.choice.model import Counts
    from corridors.flow.choice.rising_waits import RisingWaits
    from corridors.flow.choice.routes import RouteSet
    from corridors.flow.choice.solve import ChoiceAnswer
    from corridors.flow.problem import FlowProblem
    from corridors.flow.solve import Answer
    from corridors.scenarios.coupling.settle import Fallen
    from corridors.scenarios.state import NetworkState

_WHOLE = 0.99
"""Share of a demand that the usual state carries from which it answers to price."""


@dataclass(frozen=True, eq=False)
class RouteChooser:
    """Answers situations of one day as shippers do: plain arrays, which a worker can send.

    Attributes
    ----------
    routes, least
        What is usual, as in `Usual`.
    composite
        Composite cost of each demand in the usual state, shape (K,); not a number where it has
        no route there.
    dispersion
        Share of the least cost by which choices spread.
    counts
        What was counted, with multipliers that are given.
    corridors, sailed
        Arcs of each corridor, and those that are sailed, masks of shape (A,).
    open_cost
        Open costs of the usual state, shape (C, A).
    share
        Share of its demand that each of the routes takes in the usual state, shape (P,).
    curve
        Of the demands that answer to price: their numbers, and amount, foot, elasticity and
        price of goods, as `ChoiceModel.elastic` takes them; None where there is none.
    price
        Bound and price of limits in the usual state, by their members: there the search for
        prices begins, and at these prices overlaps are weighed. Those that cost nothing are
        left out.
    known
        Routes of an answer to nearly the same situation, offered instead of generated ones.
    """

    routes: RouteSet
    least: Floats
    composite: Floats
    open_cost: Floats
    share: Floats
    dispersion: float
    counts: Counts
    corridors: list[Flags]
    sailed: Flags
    curve: tuple[Ints, Floats, Floats, Floats, Floats] | None
    price: PricesByMembers
    known: RouteSet | None = None

    @classmethod
    def of(
        cls, state: NetworkState, usual: Usual, near: ChoiceAnswer | None = None
    ) -> RouteChooser:
        """Return what answers a situation, and others that differ by what is shut.

        Where an answer to nearly the same situation is at hand, its routes are begun with.
        """
        chosen = choice_parameters(state.net)
        composite = usual.answer.composite_cost
        return cls(
            routes=usual.routes,
            least=usual.least,
            composite=np.where(np.isfinite(composite), composite, np.nan),
            open_cost=open_costs(usual.answer.problem),
            share=usual.share,
            dispersion=chosen.dispersion,
            counts=place_counts(state.arcs, state.demand, chosen),
            corridors=corridors_of(state),
            sailed=sailed_arcs(state),
            curve=_curve(state, usual),
            price=usual.price,
            known=None if near is None else near.route_set,
        )

    def answer(
        self,
        problem: FlowProblem,
        best: Answer | None = None,
        optimum: Callable[[FlowProblem], Answer] = solve,
    ) -> ChoiceAnswer:
        """Spread the cargo of a situation over the usual routes that are open, and new ones.

        Parameters
        ----------
        problem
            The situation.
        best
            Its optimum, whose routes are offered too; solved for if None, unless routes of an
            answer nearby are known.
        optimum
            Solves for it.
        """
        p = problem
        open_cost = open_costs(p)
        cost = self.routes.sums(p, open_cost)
        affected = self._affected(p, cost)
        found = []
        if affected.any():
            if self.known is None:
                best = optimum(p) if best is None else best
                ways = zip(best.path_commodity.tolist(), best.path_arcs, strict=True)
                found = [(k, arcs) for k, arcs in ways if affected[k]]
                found += dissimilar_routes(
                    p, open_cost, corridors=self.corridors, sailed=self.sailed, which=affected
                )
            else:
                found = self.known.only(affected[self.known.commodity]).paths()
        # What comes from an answer nearby may be shut here; `choose` leaves that out.
        routes = self.routes.only(np.isfinite(cost)).with_paths(found)
        now = least_costs(routes, p.n_commodities, routes.sums(p, p.cost))
        least = np.where(np.isfinite(self.least), self.least, now)
        begin = known_prices(self.price, list(plain_limits(p)), self.counts)
        scale = spread_by_cost(least, self.dispersion)
        model = replace(ChoiceModel.staying(p, scale, self.counts), weighed=begin)
        if self.curve is not None:
            which, amount, foot, elasticity, base = self.curve
            model = model.elastic(which, amount, foot, elasticity, base=base)
        ordinary = np.where(affected, np.nan, self.composite)
        return choose(
            p, model, routes,
            grow=True, price=begin, ordinary=ordinary, before=self.open_cost, sailed=self.sailed,
        )  # fmt: skip

    def waiting(self, answer: ChoiceAnswer, waits: RisingWaits) -> ChoiceAnswer:
        """Return the answer to a situation in which waits rise with use, from one nearby.

        Parameters
        ----------
        answer
            With other waits, or none.
        waits
            Where and how they rise.
        """
        p = answer.problem
        affected = self._affected(p, self.routes.sums(p, open_costs(p)))
        return choose(
            p,
            replace(answer.model, waits=waits),
            answer.route_set,
            grow=True,
            price=np.concatenate([answer.limit_price, answer.multiplier]),
            ordinary=np.where(affected, np.nan, self.composite),
            before=self.open_cost,
            sailed=self.sailed,
        )

    def _affected(self, p: FlowProblem, cost: Floats) -> Flags:
        """Return who has to look for new routes at given costs of the usual ones, shape (K,).

        Who loses a way that is taken looks for others; what none took is missed by none. All
        the rest know the routes that they knew, and those that prices, or what has opened, make
        worth a look: with more, they would spread anew though hardly anything has happened.
        """
        shut = np.isinf(cost) & (self.share >= MISSING)
        affected = ~np.isin(np.arange(p.n_commodities), self.routes.commodity)
        affected[self.routes.commodity[shut]] = True
        return np.asarray(affected & (p.amount > 0))


def choose_routes(
    state: NetworkState,
    *,
    disturbed: bool,
    near: ChoiceAnswer | None = None,
    expected_queue: bool = False,
) -> tuple[NetworkState, ChoiceAnswer, SettledWaits | None, Fallen | None]:
    """Spread the cargo of a situation over routes.

    Parameters
    ----------
    state
        The situation.
    disturbed
        Whether events may be in force; if not, the situation is the usual one.
    near
        An answer to nearly the same situation, to begin with, if there is one.
    expected_queue
        Whether cargo waits, and chooses its way by it, where a limit that varies is fuller than
        usual.

    Returns
    -------
    NetworkState, ChoiceAnswer, SettledWaits, Fallen
        The situation, with each demand as a curve where cargo has an elasticity, the answer with
        the certificate that proves it, what is waited, or None where that is not asked for, and
        what couplings do, which they do in the usual situation alone: in others they are not
        held.
    """
    state, usual, known = _with_usual(state, disturbed=disturbed)
    if known:
        state = usual.held(state)
        waits = no_waits(state) if expected_queue else None
        return state, usual.answer, waits, usual.fallen

    def optimum(problem: FlowProblem) -> Answer:
        return optimum_in_steps(state.net, state.day).solve(problem)

    chooser = RouteChooser.of(state, usual, near)
    answer = chooser.answer(state.problem, optimum=optimum)
    if not expected_queue:
        return state, answer, None, None
    ordinary = usual.held(network_state(state.net, None, state.day))
    answer, waits = settle_waits(state, ordinary, usual.answer, answer, chooser.waiting)
    return state, answer, waits, None


def chooser_of(
    state: NetworkState, *, disturbed: bool, near: ChoiceAnswer | None = None
) -> tuple[NetworkState, RouteChooser, ChoiceAnswer | None]:
    """Return what answers a situation and its closures.

    Parameters
    ----------
    state, disturbed, near
        As in `choose_routes`.

    Returns
    -------
    NetworkState, RouteChooser, ChoiceAnswer
        The situation, with each demand as a curve; what answers it; and the answer where the
        situation is the usual one, which is known already, or None.
    """
    state, usual, known = _with_usual(state, disturbed=disturbed)
    return state, RouteChooser.of(state, usual, near), usual.answer if known else None


def _with_usual(state: NetworkState, *, disturbed: bool) -> tuple[NetworkState, Usual, bool]:
    """Return a situation with its demands as curves, what is usual, and whether it is just that."""
    usual = usual_of(state.net, state.day, None if disturbed else state)
    known = not disturbed or _same(state.problem, usual.problem)
    return with_curves(state, _ordinary(usual)), usual, known


def _same(one: FlowProblem, other: FlowProblem) -> bool:
    """Return whether events have left everything as it was."""
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("cost", "closed", "amount", "bound")
    ) and [*plain_limits(one)] == [*plain_limits(other)]


def _ordinary(usual: Usual) -> Floats:
    """Return the composite cost of each demand in the usual state, shape (K,).

    Not a number where that state leaves some of it at home: it stays worth its loss.
    """
    answer = usual.answer
    whole = answer.volume >= _WHOLE * answer.problem.amount
    own = whole & np.isfinite(answer.composite_cost) & (answer.problem.amount > 0)
    return np.where(own, answer.composite_cost, np.nan)


def _curve(state: NetworkState, usual: Usual) -> tuple[Ints, Floats, Floats, Floats, Floats] | None:
    """Return how demand falls and grows along its curve, from what is usual."""
    if state.ordinary is None:
        return None
    which = np.flatnonzero(np.isfinite(steepness_of(state, state.ordinary)))
    if not len(which):
        return None
    before = usual.answer
    share = before.volume[which] / before.problem.amount[which]
    return (
        which,
        state.problem.amount[which] * share,
        state.ordinary[which],
        elasticities(state)[which],
        price_of_goods(state, state.ordinary)[which],
    )
