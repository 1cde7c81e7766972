"""A network on one day with a scenario's events in force, as a flow problem."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter, is_
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from corridors.flow.problem import FlowProblem
from corridors.network.arcs import Arcs, build_arcs, with_drawn_costs
from corridors.scenarios.capacity.amounts import DrawnLimits, available_of
from corridors.scenarios.draft import ends_of_demand, undisturbed

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from corridors.network.network import Network
    from corridors.scenarios.capacity.capacities import Limit
    from corridors.scenarios.draft import Draft
    from corridors.scenarios.events.event import Event
    from corridors.scenarios.scenario import Scenario

_ARCS: WeakKeyDictionary[Network, Arcs] = WeakKeyDictionary()

_Parts = tuple["list[NDArray[Any]]", "NDArray[Any]"]

_JOINED: WeakKeyDictionary[Network, tuple[list[_Parts], ...]] = WeakKeyDictionary()

_MEMBERS = ("arc", "cargo", "factor")
"""What a limit tells of its members."""

_MOST_JOINED = 4
"""Members of limits that are kept for each network: those of some days and scenarios."""


@dataclass(frozen=True, eq=False)
class NetworkState:
    """What holds on one day, ready to be solved.

    Attributes
    ----------
    net
        The network of all of time.
    day
        The day.
    arcs, limits, demand
        What there is: arcs in the order of the problem, limits in the order of
        its bounds, demand (one row per commodity, with `units_per_day` and
        `t_per_day`).
    there
        Arcs that exist on the day, shape (A,).
    closed
        Arcs that the events take away for every cargo, shape (A,).
    problem
        The flow problem: generalised cost in USD per unit, premiums of offers included,
        hours weighted by tonnes as tie cost.
    closed_links
        Ids of links of which no direction is left because of the events.
    offers
        What sellers offer and outlets take on the day: rows of the supply table with
        units_per_day, premium_usd (above the cheapest seller of the market, or below its
        best outlet), arc and class.
    ordinary
        What a unit of each demand costs to carry in ordinary times, shape (K,), where the
        demand answers to price (`corridors.scenarios.demand_curves`); None where every unit
        is worth the loss of its cargo.
    """

    net: Network
    day: dt.date
    arcs: Arcs
    limits: Sequence[Limit]
    demand: pd.DataFrame
    there: NDArray[np.bool_]
    closed: NDArray[np.bool_]
    problem: FlowProblem
    closed_links: tuple[str, ...]
    offers: pd.DataFrame
    ordinary: NDArray[np.float64] | None = None


def arcs_of(net: Network) -> Arcs:
    """Return the arcs of a network, built when first asked for."""
    whole = net.whole
    if whole not in _ARCS:
        known = None if whole.like is None else arcs_of(whole.like)
        _ARCS[whole] = (
            build_arcs(whole.tables) if known is None else with_drawn_costs(known, whole.tables)
        )
    return _ARCS[whole]


def network_state(
    net: Network, scenario: Scenario | None, day: dt.date, *, building_up: bool = False
) -> NetworkState:
    """Work out what a scenario means for a network on one day.

    Parameters
    ----------
    net
        The network.
    scenario
        Its events that are in force on the day apply; None for the undisturbed
        network.
    day
        Decides which links, capacities and demand are valid.
    building_up
        Whether each event acts by the share of it that has built up by the day,
        rather than in full.

    Raises
    ------
    ScenarioError
        Where an event cannot be meant, naming its file and line.
    """
    whole = net.whole
    events = [
        e
        for e in (scenario.events if scenario else ())
        if (e.share_on(day) > 0 if building_up else e.in_force(day))
    ]
    # Every event is looked up, in force or not, so that a wrong name never hides behind a date.
    if scenario:
        for event in scenario.events:
            event.check(whole)
    draft = undisturbed(whole, arcs_of(whole), day)
    for event in events:
        event.meaning.prepare(event, draft)
    draft.find_limits()
    shares = [event.share_on(day) if building_up else 1.0 for event in events]
    shut = _shut(events, shares, draft)
    for number, (event, share) in enumerate(zip(events, shares, strict=True), start=1):
        before = draft.limits
        event.meaning.apply(event, draft, number, share)
        if shut is not None and draft.limits is not before:
            draft.limits = _limits_of_what_is_open(before, draft.limits, shut, draft.there)
    draft.find_offers()
    demand = draft.demand
    demand = demand.assign(t_per_day=demand["units_per_day"] * demand["t_per_unit"])
    arcs = draft.arcs.charged(draft.usd, draft.hours, draft.premium)
    there, closed = draft.there, draft.closed
    return NetworkState(
        net=whole,
        day=day,
        arcs=arcs,
        limits=draft.limits,
        demand=demand,
        there=there,
        closed=closed,
        problem=_problem(whole, arcs, draft.limits, demand, day, closed | ~there),
        offers=draft.offers,
        closed_links=tuple(sorted(arcs.links(there & closed) - arcs.links(there & ~closed))),
    )


def _shut(
    events: Sequence[Event], shares: Sequence[float], draft: Draft
) -> NDArray[np.bool_] | None:
    """Return what events shut on a day, by class and arc, (C, A); None where no other may limit it.

    Whichever stands first in the list: what is shut is shut.
    """
    if len(events) == 1:
        return None
    found = [e.meaning.gone(e, draft, s) for e, s in zip(events, shares, strict=True)]
    shut = [own for own in found if own is not None]
    return np.logical_or.reduce(shut) if shut and len(shut) < len(events) else None


def _limits_of_what_is_open(
    before: Sequence[Limit],
    after: Sequence[Limit],
    shut: NDArray[np.bool_],
    there: NDArray[np.bool_],
) -> list[Limit]:
    """Return limits after an event, those that lie in what is shut as they were before it.

    Nothing passes there, so a limit beside a closure limits nothing. It would still be one
    behind which cargo reckons with a wait, and a place at which it queues.
    """
    known = {limit.limit_id: limit for limit in before}
    result = []
    for limit in after:
        was, own = known.get(limit.limit_id), there[limit.arc]
        if was is limit or not (own.any() and shut[limit.cargo, limit.arc][own].all()):
            result.append(limit)
        elif was is not None:
            result.append(was)
    return result


def _problem(
    net: Network,
    arcs: Arcs,
    limits: Sequence[Limit],
    demand: pd.DataFrame,
    day: dt.date,
    closed: NDArray[np.bool_],
) -> FlowProblem:
    table = net.tables["cargo"]
    row_of = {name: i for i, name in enumerate(table["cargo"].to_numpy().tolist())}
    rows = [row_of[name] for name in arcs.cargo]
    per_day, loss, weight = (
        table[name].to_numpy(dtype=np.float64)[rows]
        for name in ("usd_per_unit_day", "loss_usd_per_unit", "t_per_unit")
    )
    value_of_time = per_day / 24.0
    origin, destination, kinds = ends_of_demand(net, arcs_of(net), day)
    member_limit, member_arc, member_class, member_factor = _members(net.like or net, limits)
    return FlowProblem(
        n_nodes=arcs.n_mode_nodes,
        tail=arcs.tail,
        head=arcs.head,
        cost=arcs.usd + value_of_time[:, None] * arcs.hours + arcs.premium,
        tie_cost=weight[:, None] * arcs.hours,
        origin=origin,
        destination=destination,
        amount=demand["units_per_day"].to_numpy(dtype=np.float64, copy=True),
        penalty=loss[kinds],
        commodity_class=kinds,
        bound=available_of(limits),
        member_limit=member_limit,
        member_arc=member_arc,
        member_class=member_class,
        member_factor=member_factor,
        closed=closed,
        arc_rank=np.arange(arcs.size, dtype=np.int64),
        commodity_rank=np.arange(len(demand), dtype=np.int64),
    )


def _members(whole: Network, limits: Sequence[Limit]) -> list[NDArray[Any]]:
    """Return limit, arc, class and factor of all members, the same arrays where they were the same.

    Most situations of a network have the limits of others, if of other amounts; who sees the
    same arrays need not compare them.
    """
    kept = _JOINED.setdefault(whole, ([], [], [], []))
    of = limits.like if isinstance(limits, DrawnLimits) else limits
    arcs, cargo, factor = (list(map(attrgetter(name), of)) for name in _MEMBERS)
    return [
        _kept(kept[0], arcs, _numbered),
        _kept(kept[1], arcs, lambda own: _joined(own, np.int64)),
        _kept(kept[2], cargo, lambda own: _joined(own, np.int64)),
        _kept(kept[3], factor, lambda own: _joined(own, np.float64)),
    ]


def _kept(
    known: list[_Parts], parts: list[NDArray[Any]], made_of: Callable[[Any], NDArray[Any]]
) -> NDArray[Any]:
    """Return what is made of some arrays, from the last few where those were equal."""
    for own, made in known:
        if len(own) == len(parts) and all(map(is_, own, parts)):
            return made
    for own, made in known:
        if len(own) == len(parts) and all(
            a is b or np.array_equal(a, b) for a, b in zip(own, parts, strict=True)
        ):
            return made
    made = made_of(parts)
    known.insert(0, (parts, made))
    del known[_MOST_JOINED:]
    return made


def _numbered(parts: list[NDArray[Any]]) -> NDArray[np.int64]:
    sizes = np.array([len(part) for part in parts], dtype=np.int64)
    return np.repeat(np.arange(len(parts)), sizes)


def _joined(parts: list[Any], dtype: Any) -> Any:
    return np.concatenate(parts) if parts else np.empty(0, dtype=dtype)
