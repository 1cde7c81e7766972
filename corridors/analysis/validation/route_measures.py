"""What the best route through given places says: days, costs, detours, stops at a border.

A route as `best_route` finds it, without capacities and other cargo. Each function
takes the evidence, the row of the observation, and what is asked of it, and returns
the figure, or None where there is no such route.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.analysis.validation.runs import BASE_DAY
from corridors.analysis.validation.wording import says
from corridors.errors import ScenarioError
from corridors.network.schema import MODES

if TYPE_CHECKING:
    from corridors.analysis.best_route import BestRoute
    from corridors.analysis.validation.runs import Evidence

HOURS = {"day": 24.0, "hour": 1.0}
"""Hours of a unit of time."""


def _route(
    evidence: Evidence, places: tuple[str, ...], cargo: str, modes: tuple[str, ...],
    avoid: tuple[str, ...], day: str,
) -> BestRoute | None:  # fmt: skip
    from corridors.analysis.best_route import best_route_in

    state = evidence.state(day).situation
    try:
        return best_route_in(state, places, cargo, modes=modes, avoid=avoid)
    except ScenarioError:
        return None


def _quay_hours(evidence: Evidence, route: BestRoute, places: tuple[str, ...]) -> float:
    """Return the hours between land and ship at ends of a route that lie on a ship.

    The change at the origin goes aboard and that at the destination ashore; of several
    ways to do it the shortest counts, and a port for which none is known takes no time.
    """
    links = evidence.net.tables["links"].set_index("link_id")
    transfers = evidence.net.tables["transfers"]
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
    evidence: Evidence, row: dict[str, Any], *, places: tuple[str, ...], cargo: str = "container",
    modes: tuple[str, ...] = MODES, avoid: tuple[str, ...] = (), quays: bool = False,
    per: str = "day", as_of: str = BASE_DAY,
) -> float | None:  # fmt: skip
    """Return the time of the best way through places, borders and transfers included.

    Parameters
    ----------
    evidence, row
        What is known, and the observation.
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
        Day whose links are there.
    """
    del row
    found = _route(evidence, places, cargo, modes, avoid, as_of)
    if found is None:
        return None
    hours = found.hours + (_quay_hours(evidence, found, places) if quays else 0.0)
    return hours / HOURS[per]


@says("transport cost of {units} on the best way {places} {cargo} in USD, network of {as_of}")
def route_cost(
    evidence: Evidence, row: dict[str, Any], *, places: tuple[str, ...], cargo: str = "container",
    modes: tuple[str, ...] = MODES, avoid: tuple[str, ...] = (), units: float = 1.0,
    as_of: str = BASE_DAY,
) -> float | None:  # fmt: skip
    """Return what rates, tariffs and transfers add up to on the best way through places, in USD.

    Parameters
    ----------
    evidence, row, places, cargo, modes, avoid, as_of
        As for `route_time`.
    units
        Units of the cargo that are paid for: 1 for a TEU, 2 for a forty-foot box.
    """
    del row
    found = _route(evidence, places, cargo, modes, avoid, as_of)
    return None if found is None else units * found.usd


@says("days longer by {places} than by {other} {cargo}, network of {as_of}")
def days_longer(
    evidence: Evidence, row: dict[str, Any], *, places: tuple[str, ...], other: tuple[str, ...],
    cargo: str = "container", modes: tuple[str, ...] = MODES, avoid: tuple[str, ...] = (),
    as_of: str = BASE_DAY,
) -> float | None:  # fmt: skip
    """Return by how many days one way is longer than another.

    Parameters
    ----------
    evidence, row, places, cargo, modes, avoid, as_of
        As for `route_time`.
    other
        The way it is compared with.
    """
    del row
    ways = [_route(evidence, p, cargo, modes, avoid, as_of) for p in (places, other)]
    if ways[0] is None or ways[1] is None:
        return None
    return ways[0].days - ways[1].days


@says("transport cost by {places} over that by {other} {cargo}, network of {as_of}")
def cost_ratio(
    evidence: Evidence, row: dict[str, Any], *, places: tuple[str, ...], other: tuple[str, ...],
    cargo: str = "container", modes: tuple[str, ...] = MODES, avoid: tuple[str, ...] = (),
    as_of: str = BASE_DAY,
) -> float | None:  # fmt: skip
    """Return the transport cost of one way over that of another.

    Parameters
    ----------
    evidence, row, places, other, cargo, modes, avoid, as_of
        As for `days_longer`.
    """
    del row
    ways = [_route(evidence, p, cargo, modes, avoid, as_of) for p in (places, other)]
    if ways[0] is None or ways[1] is None:
        return None
    return ways[0].usd / ways[1].usd


@says("{per} at the post on {link} in ordinary times")
def border_stop(
    evidence: Evidence, row: dict[str, Any], *, link: str, per: str = "hour"
) -> float | None:
    """Return the time that a vehicle stands on a link, at its border post in ordinary times.

    Parameters
    ----------
    evidence, row
        What is known, and the observation.
    link
        The link.
    per
        Unit of time: day or hour.
    """
    del row
    links = evidence.net.tables["links"].set_index("link_id")
    return float(links.loc[link, "dwell_hours"]) / HOURS[per] if link in links.index else None
