"""The steady state in which cargo spreads as shippers do: path-size logit within hard limits.

What is usual is taken from the undisturbed network of the same day: the routes that
are known, and the cost by which choices spread. A scenario keeps both, and adds the
routes that only it makes worth taking.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from corridors.assignment.choice_parameters import choice_parameters, place_counts
from corridors.flow.choice.generation import dissimilar_routes, first_routes
from corridors.flow.choice.model import ChoiceModel, spread_by_cost
from corridors.flow.choice.solve import choose
from corridors.flow.solve import solve
from corridors.flow.usage import open_costs
from corridors.network.arcs import LINK
from corridors.scenarios.demand_curves import (
    elasticities,
    price_of_goods,
    steepness_of,
    with_curves,
)
from corridors.scenarios.state import network_state

if TYPE_CHECKING:
    import datetime as dt

    from corridors.assignment.choice_parameters import ChoiceParameters
    from corridors.flow.arrays import Flags, Floats, Ints
    from corridors.flow.choice.routes import RouteSet
    from corridors.flow.choice.solve import ChoiceAnswer
    from corridors.network.network import Network
    from corridors.scenarios.state import NetworkState

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
    cost
        Cost of each of them, shape (P,).
    least
        Least cost of each demand, shape (K,); infinite where it has no way.
    answer
        The undisturbed state itself.
    """

    routes: RouteSet
    cost: Floats
    least: Floats
    answer: ChoiceAnswer


_USUAL: WeakKeyDictionary[Network, dict[tuple[dt.date, ChoiceParameters], Usual]] = (
    WeakKeyDictionary()
)

_USUAL_BEST: WeakKeyDictionary[Usual, frozenset[tuple[int, bytes]]] = WeakKeyDictionary()


def choose_routes(state: NetworkState, *, disturbed: bool) -> tuple[NetworkState, ChoiceAnswer]:
    """Spread the cargo of a situation over routes.

    Parameters
    ----------
    state
        The situation.
    disturbed
        Whether events may be in force; if not, the situation is the usual one.

    Returns
    -------
    NetworkState, ChoiceAnswer
        The situation, with each demand as a curve where cargo has an elasticity, and the
        answer with the certificate that proves it.
    """
    usual = usual_of(state.net, state.day, None if disturbed else state)
    state = with_curves(state, _ordinary(usual))
    if not disturbed:
        return state, usual.answer
    p = state.problem
    open_cost = open_costs(p)
    cost = usual.routes.sums(p, open_cost)
    # Infinite where a route is shut: also unlike the usual cost.
    changed = np.unique(usual.routes.commodity[cost != usual.cost])
    affected = ~np.isin(np.arange(p.n_commodities), usual.routes.commodity)
    affected[changed] = True
    affected &= p.amount > 0
    before = _usual_best(usual, state)
    found = [own for own in _best_routes(state) if (own[0], own[1].tobytes()) not in before]
    if affected.any():
        found += dissimilar_routes(p, open_cost, corridors=corridors_of(state), which=affected)
    routes = usual.routes.only(np.isfinite(cost)).with_paths(found)
    now = least_costs(routes, p.n_commodities, routes.sums(p, p.cost))
    least = np.where(np.isfinite(usual.least), usual.least, now)
    return state, choose(p, _elastic(model_of(state, least), state, usual), routes, grow=True)


def _best_routes(state: NetworkState) -> list[tuple[int, Ints]]:
    """Return the routes of the best that any dispatcher could do, with their commodities."""
    best = solve(state.problem)
    return [*zip(best.path_commodity.tolist(), best.path_arcs, strict=True)]


def _usual_best(usual: Usual, state: NetworkState) -> frozenset[tuple[int, bytes]]:
    """Return the same of the undisturbed day, worked out when it is first asked for.

    A route that would be best without the events too is none that only they make worth
    taking: with it, a scenario in which nothing happens would move cargo.
    """
    if usual not in _USUAL_BEST:
        undisturbed = with_curves(network_state(state.net, None, state.day), _ordinary(usual))
        own = _best_routes(undisturbed)
        _USUAL_BEST[usual] = frozenset((k, path.tobytes()) for k, path in own)
    return _USUAL_BEST[usual]


def _ordinary(usual: Usual) -> Floats:
    """Return the composite cost of each demand in the usual state, shape (K,).

    Not a number where that state leaves some of it at home: it stays worth its loss.
    """
    answer = usual.answer
    whole = answer.volume >= _WHOLE * answer.problem.amount
    own = whole & np.isfinite(answer.composite_cost) & (answer.problem.amount > 0)
    return np.where(own, answer.composite_cost, np.nan)


def _elastic(model: ChoiceModel, state: NetworkState, usual: Usual) -> ChoiceModel:
    """Return the model in which demand falls and grows along its curve, from what is usual."""
    if state.ordinary is None:
        return model
    which = np.flatnonzero(np.isfinite(steepness_of(state, state.ordinary)))
    if not len(which):
        return model
    before = usual.answer
    share = before.volume[which] / before.problem.amount[which]
    return model.elastic(
        which,
        state.problem.amount[which] * share,
        state.ordinary[which],
        elasticities(state)[which],
        base=price_of_goods(state, state.ordinary)[which],
    )


def usual_of(net: Network, day: dt.date, state: NetworkState | None = None) -> Usual:
    """Return what is usual on a day, worked out when it is first asked for.

    Parameters
    ----------
    net
        The network of all of time.
    day
        The day.
    state
        The undisturbed situation, where it is at hand.
    """
    kept = _USUAL.setdefault(net.whole, {})
    key = day, choice_parameters(net)
    if key not in kept:
        state = network_state(net, None, day) if state is None else state
        p = state.problem
        routes = first_routes(p, open_costs(p), corridors=corridors_of(state))
        least = least_costs(routes, p.n_commodities, routes.sums(p, p.cost))
        answer = choose(p, model_of(state, least), routes, grow=True)
        routes = answer.route_set
        if len(kept) == _MOST_DAYS:
            del kept[next(iter(kept))]
        kept[key] = Usual(routes, routes.sums(p, p.cost), least, answer)
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
