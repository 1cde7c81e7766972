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
from weakref import WeakKeyDictionary

import numpy as np

from corridors.assignment.choice_parameters import choice_parameters, place_counts
from corridors.flow.choice.certificate import MISSING
from corridors.flow.choice.generation import dissimilar_routes, first_routes, shortest_routes
from corridors.flow.choice.model import ChoiceModel, spread_by_cost
from corridors.flow.choice.solve import choose, choose_settled
from corridors.flow.solve import solve
from corridors.flow.usage import open_costs
from corridors.network.arcs import LINK
from corridors.scenarios.demand_curves import (
    elasticities,
    ordinary_optimum,
    price_of_goods,
    steepness_of,
    with_curves,
)
from corridors.scenarios.state import network_state

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from corridors.assignment.choice_parameters import ChoiceParameters
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.flow.choice.model import Counts
    from corridors.flow.choice.routes import RouteSet
    from corridors.flow.choice.solve import ChoiceAnswer
    from corridors.flow.problem import FlowProblem
    from corridors.flow.solve import Answer
    from corridors.network.network import Network
    from corridors.scenarios.state import NetworkState

    _PlainLimit = tuple[float, bytes, bytes, bytes]
    _Members = tuple[bytes, bytes, bytes]
    _Twins = dict[_Members, list[tuple[float, float]]]

_WHOLE = 0.99
"""Share of a demand that the usual state carries from which it answers to price."""

_MOST_DAYS = 24
"""Undisturbed days that are kept for each network."""


@dataclass(frozen=True, eq=False)
class Usual:
    """What is usual on a day, before any event.

    Attributes
    ----------
    routes
        Known routes, grown in the undisturbed state.
    least
        Least cost of each demand, shape (K,); infinite where it has no way.
    answer
        The undisturbed state itself.
    """

    routes: RouteSet
    least: Floats
    answer: ChoiceAnswer

    @property
    def share(self) -> Floats:
        """Share of its demand that each route takes, shape (P,)."""
        volume = self.answer.volume[self.routes.commodity]
        share = np.zeros(len(self.routes))
        return np.divide(self.answer.route_flow, volume, out=share, where=volume > 0)


_USUAL: WeakKeyDictionary[Network, dict[tuple[dt.date, ChoiceParameters], Usual]] = (
    WeakKeyDictionary()
)


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
    corridors
        Arcs of each corridor, masks of shape (A,).
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
    curve: tuple[Ints, Floats, Floats, Floats, Floats] | None
    price: _Twins
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
            curve=_curve(state, usual),
            price=_weighed(usual.answer),
            known=None if near is None else near.route_set,
        )

    def answer(self, problem: FlowProblem, best: Answer | None = None) -> ChoiceAnswer:
        """Spread the cargo of a situation over the usual routes that are open, and new ones.

        Parameters
        ----------
        problem
            The situation.
        best
            Its optimum, whose routes are offered too; solved for if None, unless routes of an
            answer nearby are known.
        """
        p = problem
        open_cost = open_costs(p)
        cost = self.routes.sums(p, open_cost)
        # Who loses a way that is taken looks for others; what none took is missed by none. All
        # the rest know the routes that they knew, and those that prices, or what has opened, make
        # worth a look: with more, they would spread anew though hardly anything has happened.
        shut = np.isinf(cost) & (self.share >= MISSING)
        affected = ~np.isin(np.arange(p.n_commodities), self.routes.commodity)
        affected[self.routes.commodity[shut]] = True
        affected &= p.amount > 0
        found = []
        if affected.any():
            if self.known is None:
                best = solve(p) if best is None else best
                ways = zip(best.path_commodity.tolist(), best.path_arcs, strict=True)
                found = [(k, arcs) for k, arcs in ways if affected[k]]
                found += dissimilar_routes(p, open_cost, corridors=self.corridors, which=affected)
            else:
                found = self.known.only(affected[self.known.commodity]).paths()
        # What comes from an answer nearby may be shut here; `choose` leaves that out.
        routes = self.routes.only(np.isfinite(cost)).with_paths(found)
        now = least_costs(routes, p.n_commodities, routes.sums(p, p.cost))
        least = np.where(np.isfinite(self.least), self.least, now)
        begin = _start(self.price, list(_limits(p)), self.counts)
        scale = spread_by_cost(least, self.dispersion)
        model = replace(ChoiceModel.staying(p, scale, self.counts), weighed=begin)
        if self.curve is not None:
            which, amount, foot, elasticity, base = self.curve
            model = model.elastic(which, amount, foot, elasticity, base=base)
        ordinary = np.where(affected, np.nan, self.composite)
        return choose(
            p, model, routes, grow=True, price=begin, ordinary=ordinary, before=self.open_cost
        )


def choose_routes(
    state: NetworkState, *, disturbed: bool, near: ChoiceAnswer | None = None
) -> tuple[NetworkState, ChoiceAnswer]:
    """Spread the cargo of a situation over routes.

    Parameters
    ----------
    state
        The situation.
    disturbed
        Whether events may be in force; if not, the situation is the usual one.
    near
        An answer to nearly the same situation, to begin with, if there is one.

    Returns
    -------
    NetworkState, ChoiceAnswer
        The situation, with each demand as a curve where cargo has an elasticity, and the
        answer with the certificate that proves it.
    """
    state, chooser, usual = chooser_of(state, disturbed=disturbed, near=near)
    return state, chooser.answer(state.problem) if usual is None else usual


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
    usual = usual_of(state.net, state.day, None if disturbed else state)
    known = not disturbed or _same(state.problem, usual.answer.problem)
    state = with_curves(state, _ordinary(usual))
    return state, RouteChooser.of(state, usual, near), usual.answer if known else None


def _same(one: FlowProblem, other: FlowProblem) -> bool:
    """Return whether events have left everything as it was."""
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("cost", "closed", "amount", "bound")
    ) and [*_limits(one)] == [*_limits(other)]


def _weighed(answer: ChoiceAnswer) -> _Twins:
    """Return bound and price of the limits at which an answer weighs overlaps, by their members.

    Limits with the same members stand together, by rising bound. Those that all cost nothing are
    left out.
    """
    p = answer.problem
    price = answer.model.weighing(p)[: p.n_limits]
    known: _Twins = {}
    for (bound, *of), usd in zip(_limits(p), price.tolist(), strict=True):
        known.setdefault((of[0], of[1], of[2]), []).append((bound, usd))
    return {m: sorted(own) for m, own in known.items() if any(usd > 0.0 for _, usd in own)}


def _start(known: _Twins, limits: list[_PlainLimit], counts: Counts) -> Floats:
    """Return the prices of some limits as they are known, and the multipliers, shape (T,).

    Of limits with the same members each has the price of the one that let as much pass; those
    that are changed have what is left, by rising bound, and one that is new has none. Nor has one
    that has gone.
    """
    price = np.zeros(len(limits))
    places: dict[_Members, list[tuple[float, int]]] = {}
    for number, (bound, *of) in enumerate(limits):
        members = of[0], of[1], of[2]
        if np.isfinite(bound) and members in known:
            places.setdefault(members, []).append((bound, number))
    for members, now in places.items():
        left, changed = list(known[members]), []
        for bound, number in sorted(now):
            same = next((i for i, (before, _) in enumerate(left) if before == bound), None)
            if same is None:
                changed.append(number)
            else:
                price[number] = left.pop(same)[1]
        for number, (_, usd) in zip(changed, left, strict=False):
            price[number] = usd
    return np.concatenate([price, counts.multiplier])


def _limits(p: FlowProblem) -> Iterator[_PlainLimit]:
    """Yield each limit with its members as plain values that can be held against others."""
    order = np.lexsort((p.member_factor, p.member_class, p.member_arc, p.member_limit))
    ends = np.searchsorted(p.member_limit[order], np.arange(len(p.bound) + 1))
    members = [np.ascontiguousarray(own[order]) for own in (p.member_arc, p.member_class)]
    factor = np.ascontiguousarray(p.member_factor[order])
    for bound, i, j in zip(p.bound.tolist(), ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        yield bound, members[0][i:j].tobytes(), members[1][i:j].tobytes(), factor[i:j].tobytes()


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


def usual_of(
    net: Network, day: dt.date, state: NetworkState | None = None, near: Usual | None = None
) -> Usual:
    """Return what is usual on a day, worked out when it is first asked for.

    Parameters
    ----------
    net
        The network of all of time.
    day
        The day.
    state
        The undisturbed situation, where it is at hand.
    near
        What is usual in a network that differs by numbers alone: its routes, and the shortest
        ones of this network, are begun with instead of generated ones.
    """
    kept = _USUAL.setdefault(net.whole, {})
    key = day, choice_parameters(net)
    if key not in kept:
        state = network_state(net, None, day) if state is None else state
        p = state.problem
        price = None
        if near is None:
            best = ordinary_optimum(net, day, state)
            routes = first_routes(p, open_costs(p), corridors=corridors_of(state), best=best)
        else:
            routes = near.routes.with_paths(shortest_routes(p, open_costs(p)))
        least = least_costs(routes, p.n_commodities, routes.sums(p, open_costs(p)))
        model = model_of(state, least)
        if near is not None:
            price = _start(_weighed(near.answer), list(_limits(p)), model.counts)
        answer = choose_settled(p, model, routes, price=price)
        routes = answer.route_set
        if len(kept) == _MOST_DAYS:
            del kept[next(iter(kept))]
        kept[key] = Usual(routes, least, answer)
    return kept[key]


def model_of(state: NetworkState, least: Floats) -> ChoiceModel:
    """Return how the cargo of a situation chooses, staying at home being worth its loss.

    Parameters
    ----------
    state
        The situation.
    least
        Least cost of each demand in the undisturbed network, shape (K,).
    """
    chosen = choice_parameters(state.net)
    counts = place_counts(state.arcs, state.demand, chosen)
    return ChoiceModel.staying(state.problem, spread_by_cost(least, chosen.dispersion), counts)


def least_costs(routes: RouteSet, n_commodities: int, cost: Floats) -> Floats:
    """Return the least cost of the routes of each commodity, shape (K,)."""
    least = np.full(n_commodities, np.inf)
    np.minimum.at(least, routes.commodity, cost)
    return least


def corridors_of(state: NetworkState) -> list[Flags]:
    """Return the arcs of each corridor, in the order of its name, masks of shape (A,)."""
    arcs = state.arcs
    labels = state.net.tables["links"]["corridor"].to_numpy()
    is_link = arcs.arc_type == LINK
    of_arc = np.where(is_link, labels[np.where(is_link, arcs.row, 0)], "")
    return [np.asarray(of_arc == name) for name in sorted(set(of_arc)) if name]
