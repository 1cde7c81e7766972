"""What is usual on a day: the undisturbed network answered as shippers choose.

It is worked out once for each network and day, and kept on disk for later processes (`kept`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from corridors.assignment.choice_parameters import choice_parameters, place_counts
from corridors.assignment.usual.kept import keep_usual, key_of_usual, recall_usual
from corridors.assignment.usual.prices import known_prices, plain_limits, prices_by_members
from corridors.flow.choice.generation import first_routes, shortest_routes
from corridors.flow.choice.model import ChoiceModel, Counts, spread_by_cost
from corridors.flow.choice.solve import choose_settled
from corridors.flow.usage import open_costs
from corridors.network.arcs import LINK
from corridors.scenarios.coupling.couplings import couplings_of, with_room
from corridors.scenarios.coupling.settle import settle
from corridors.scenarios.demand_curves import ordinary_optimum
from corridors.scenarios.kept import key_of
from corridors.scenarios.state import network_state

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from corridors.assignment.choice_parameters import ChoiceParameters
    from corridors.assignment.usual.prices import PricesByMembers
    from corridors.flow.arrays import Flags, Floats
    from corridors.flow.choice.routes import RouteSet
    from corridors.flow.choice.solve import ChoiceAnswer
    from corridors.flow.problem import FlowProblem
    from corridors.network.network import Network
    from corridors.scenarios.coupling.couplings import Coupling
    from corridors.scenarios.coupling.settle import Fallen
    from corridors.scenarios.state import NetworkState

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
        The undisturbed state itself, in which couplings hold.
    problem
        That of the answer, but for the rooms that couplings leave.
    fallen
        What couplings do on an ordinary day: where a by-product falls short then, what falls
        with it takes no room, and what demands cost does not hang on its want of any.
    """

    routes: RouteSet
    least: Floats
    answer: ChoiceAnswer
    problem: FlowProblem
    fallen: Fallen | None = None

    def held(self, state: NetworkState) -> NetworkState:
        """Return the undisturbed situation with the limits that its answer has."""
        fallen = self.fallen
        return state if fallen is None else with_room(state, fallen.couplings, fallen.rooms)

    @property
    def share(self) -> Floats:
        """Share of its demand that each route takes, shape (P,)."""
        volume = self.answer.volume[self.routes.commodity]
        share = np.zeros(len(self.routes))
        return np.divide(self.answer.route_flow, volume, out=share, where=volume > 0)

    @cached_property
    def price(self) -> PricesByMembers:
        """Bound and price of its limits, by their members; where others begin."""
        return prices_by_members(self.answer)


_COUNTS: WeakKeyDictionary[Network, tuple[tuple[Any, ...], Counts]] = WeakKeyDictionary()

_USUAL: WeakKeyDictionary[Network, dict[tuple[dt.date, ChoiceParameters], Usual]] = (
    WeakKeyDictionary()
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
        found = _settled(state, _found if near is None else partial(_found_near, near=near))
        if len(kept) == _MOST_DAYS:
            del kept[next(iter(kept))]
        kept[key] = found
    return kept[key]


def _settled(state: NetworkState, found: Callable[[NetworkState], Usual]) -> Usual:
    """Return what is usual in a situation, couplings held, by what finds it without them."""
    last = found(state)

    def again(own: Sequence[Coupling], rooms: Floats) -> ChoiceAnswer:
        nonlocal last
        last = found(with_room(state, own, rooms))
        return last.answer

    _, fallen = settle(last.answer, couplings_of(state), again)
    return replace(last, problem=state.problem, fallen=fallen)


def _found(state: NetworkState) -> Usual:
    """Return what is usual in a situation, as it lies on disk or worked out."""
    p, corridors, sailed = state.problem, corridors_of(state), sailed_arcs(state)
    dispersion, counts = _dispersion(state), _counts(state)
    # Thousands of draws would drive out what others come back to.
    kept = not state.net.is_drawn
    key = key_of_usual(p, counts, dispersion, [*corridors, sailed]) if kept else ""
    known = recall_usual(key, p, counts, dispersion) if kept else None
    if known is not None:
        least, answer = known
        return Usual(answer.route_set, least, answer, p)
    best = ordinary_optimum(state.net, state.day, state)
    routes = first_routes(p, open_costs(p), corridors=corridors, sailed=sailed, best=best)
    least = least_costs(routes, p.n_commodities, routes.sums(p, open_costs(p)))
    model = ChoiceModel.staying(p, spread_by_cost(least, dispersion), counts)
    answer = choose_settled(p, model, routes, sailed=sailed)
    if kept:
        keep_usual(key, least, answer)
    return Usual(answer.route_set, least, answer, p)


def uncounted(
    state: NetworkState, routes: Callable[[], RouteSet], dispersion: float
) -> tuple[Floats, ChoiceAnswer]:
    """Return how cargo would spread if nothing had been counted, from disk or worked out.

    Parameters
    ----------
    state
        The situation.
    routes
        Makes the routes that are begun with: the first ones of its corridors.
    dispersion
        Share of the least cost by which choices spread.

    Returns
    -------
    least, answer
        Least cost of each demand, shape (K,), and the answer.
    """
    p, none = state.problem, Counts()
    sailed = sailed_arcs(state)
    key = key_of("uncounted", p, dispersion, [*corridors_of(state), sailed])
    known = recall_usual(key, p, none, dispersion)
    if known is not None:
        return known
    begun = routes()
    least = least_costs(begun, p.n_commodities, begun.sums(p, p.cost))
    model = ChoiceModel.staying(p, spread_by_cost(least, dispersion))
    answer = choose_settled(p, model, begun, sailed=sailed)
    keep_usual(key, least, answer)
    return least, answer


def _found_near(state: NetworkState, near: Usual) -> Usual:
    """Return what is usual in a situation that differs by numbers alone from another one."""
    p = state.problem
    routes = near.routes.with_paths(shortest_routes(p, open_costs(p)))
    least = least_costs(routes, p.n_commodities, routes.sums(p, open_costs(p)))
    model = ChoiceModel.staying(p, spread_by_cost(least, _dispersion(state)), _counts(state))
    price = known_prices(near.price, list(plain_limits(p)), model.counts)
    answer = choose_settled(p, model, routes, price=price, sailed=sailed_arcs(state))
    return Usual(answer.route_set, least, answer, p)


def _dispersion(state: NetworkState) -> float:
    return choice_parameters(state.net).dispersion


def _counts(state: NetworkState) -> Counts:
    """Return the counts of a network as members of arcs, placed once for the same demands."""
    chosen = choice_parameters(state.net)
    key = chosen, state.arcs.cargo, tuple(state.demand["demand_id"].to_numpy().tolist())
    kept = _COUNTS.get(state.net.whole)
    if kept is None or kept[0] != key:
        kept = key, place_counts(state.arcs, state.demand, chosen)
        _COUNTS[state.net.whole] = kept
    return kept[1]


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
    of_arc = np.where(is_link, labels[np.where(is_link, arcs.row, 0)], "").tolist()
    # Numbers are held against each other sooner than names.
    number = {name: i for i, name in enumerate(sorted(set(of_arc)))}
    own = np.array([number[name] for name in of_arc], dtype=np.int64)
    return [np.asarray(own == i) for name, i in number.items() if name]


def sailed_arcs(state: NetworkState) -> Flags:
    """Return the arcs of links by sea, a mask of shape (A,)."""
    arcs = state.arcs
    modes = state.net.tables["links"]["mode"].to_numpy()
    is_link = arcs.arc_type == LINK
    return np.asarray(is_link & (modes[np.where(is_link, arcs.row, 0)] == "sea"), dtype=np.bool_)
