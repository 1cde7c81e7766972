"""What the best route through given places says: days, costs, detours, stops at a border.

A route as `best_route` finds it, without capacities and other cargo. Each function
takes the runs of the model, the row of the observation, and what is asked of it, and returns
the figure, or None where there is no such route.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.analysis.validation.parameters import HOURS
from corridors.analysis.validation.wording import says
from corridors.errors import ScenarioError
from corridors.network.schema import MODES

if TYPE_CHECKING:
    from corridors.analysis.best_route import BestRoute
    from corridors.analysis.validation.parameters import (
        CargoId,
        Date,
        Flag,
        LinkId,
        Modes,
        NodeIds,
        Number,
        TimeUnit,
    )
    from corridors.analysis.validation.runs import ModelRuns

ALL = MODES


def _route(
    runs: ModelRuns,
    places: NodeIds,
    cargo: CargoId,
    modes: Modes,
    avoid: NodeIds,
    day: str,
) -> BestRoute | None:
    from corridors.analysis.best_route import best_route_in

    state = runs.state(day).state
    try:
        return best_route_in(state, places, cargo, modes=modes, avoid=avoid)
    except ScenarioError:
        return None


def _quay_hours(runs: ModelRuns, route: BestRoute, places: NodeIds) -> float:
    """Return the hours between land and ship at ends of a route that lie on a ship.

    The change at the origin goes aboard and that at the destination ashore; of several
    ways to do it the shortest counts, and a port for which none is known takes no time.
    """
    links = runs.net.tables["links"].set_index("link_id")
    transfers = runs.net.tables["transfers"]
    hours = 0.0
    for place, link, aboard in ((places[0], 0, True), (places[-1], -1, False)):
        if links.loc[route.links[link], "mode"] != "sea":
            continue
        own = transfers[transfers["node_id"] == place]
        there = own["to_mode" if aboard else "from_mode"] == "sea"
        back = own["from_mode" if aboard else "to_mode"] == "sea"
        known = own[there | (back & (own["direction"] == "both"))]
        hours += float(known["hours"].min()) if len(known) else 0.0
    return hours


@says("{per} on the best way {places} {cargo}, network of {as_of}")
def route_time(
    runs: ModelRuns,
    row: dict[str, Any],
    *,
    places: NodeIds,
    cargo: CargoId,
    modes: Modes = ALL,
    avoid: NodeIds = (),
    quays: Flag = False,
    per: TimeUnit = "day",
    as_of: Date = "",
) -> float | None:
    """Return the time of the best way through places, borders and transfers included.

    Parameters
    ----------
    runs, row
        The runs of the model, and the observation.
    places
        Nodes: origin, any to pass, destination.
    cargo
        Kind of cargo.
    modes
        Modes that may be used.
    avoid
        Nodes to stay clear of.
    quays
        Whether the time in port at an end that lies on a ship counts.
    per
        Unit of time: day or hour.
    as_of
        Day whose links are there; that of the observation if empty.
    """
    found = _route(runs, places, cargo, modes, avoid, as_of or row["date"])
    if found is None:
        return None
    hours = found.hours + (_quay_hours(runs, found, places) if quays else 0.0)
    return hours / HOURS[per]


@says("transport cost of {units} on the best way {places} {cargo} in USD, network of {as_of}")
def route_cost(
    runs: ModelRuns,
    row: dict[str, Any],
    *,
    places: NodeIds,
    cargo: CargoId,
    modes: Modes = ALL,
    avoid: NodeIds = (),
    units: Number = 1.0,
    as_of: Date = "",
) -> float | None:
    """Return what rates, tariffs and transfers add up to on the best way through places, in USD.

    Parameters
    ----------
    runs, row, places, cargo, modes, avoid, as_of
        As for `route_time`.
    units
        Units of the cargo that are paid for: 1 for a TEU, 2 for a forty-foot box.
    """
    found = _route(runs, places, cargo, modes, avoid, as_of or row["date"])
    return None if found is None else units * found.usd


@says("days longer by {places} than by {other} {cargo}, network of {as_of}")
def days_longer(
    runs: ModelRuns,
    row: dict[str, Any],
    *,
    places: NodeIds,
    other: NodeIds,
    cargo: CargoId,
    modes: Modes = ALL,
    avoid: NodeIds = (),
    as_of: Date = "",
) -> float | None:
    """Return by how many days one way is longer than another.

    Parameters
    ----------
    runs, row, places, cargo, modes, avoid, as_of
        As for `route_time`.
    other
        The way it is compared with.
    """
    ways = [_route(runs, p, cargo, modes, avoid, as_of or row["date"]) for p in (places, other)]
    if ways[0] is None or ways[1] is None:
        return None
    return ways[0].days - ways[1].days


@says("transport cost by {places} over that by {other} {cargo}, network of {as_of}")
def cost_ratio(
    runs: ModelRuns,
    row: dict[str, Any],
    *,
    places: NodeIds,
    other: NodeIds,
    cargo: CargoId,
    modes: Modes = ALL,
    avoid: NodeIds = (),
    as_of: Date = "",
) -> float | None:
    """Return the transport cost of one way over that of another.

    Parameters
    ----------
    runs, row, places, other, cargo, modes, avoid, as_of
        As for `days_longer`.
    """
    ways = [_route(runs, p, cargo, modes, avoid, as_of or row["date"]) for p in (places, other)]
    if ways[0] is None or ways[1] is None:
        return None
    return ways[0].usd / ways[1].usd


@says("{per} at the post on {link} in ordinary times")
def border_stop(
    runs: ModelRuns, row: dict[str, Any], *, link: LinkId, per: TimeUnit = "hour"
) -> float | None:
    """Return the time that a vehicle stands on a link, at its border post in ordinary times.

    Parameters
    ----------
    runs, row
        The runs of the model, and the observation.
    link
        The link.
    per
        Unit of time: day or hour.
    """
    del row
    links = runs.net.tables["links"].set_index("link_id")
    return float(links.loc[link, "dwell_hours"]) / HOURS[per] if link in links.index else None
