"""The best route through given places: no capacities, no other cargo.

For checking the network against published distances and times, and for asking
what a way costs before asking whether it has room.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.errors import ScenarioError, UnknownIdError, nearest
from corridors.network.arcs import LINK
from corridors.network.network import as_date
from corridors.network.schema import MODES
from corridors.scenarios.state import network_state

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from corridors.network.network import Network
    from corridors.scenarios.state import NetworkState


@dataclass(frozen=True)
class BestRoute:
    """A route and what it takes for one unit of cargo.

    Attributes
    ----------
    km, hours, usd
        Length, time with borders and transfers, and transport cost per unit.
    links
        Ids of the links in order.
    """

    km: float
    hours: float
    usd: float
    links: tuple[str, ...]

    @property
    def days(self) -> float:
        """Time in days."""
        return self.hours / 24


def best_route(
    net: Network,
    places: Sequence[str],
    cargo: str,
    as_of: str | dt.date,
    *,
    modes: Sequence[str] = MODES,
    avoid: Sequence[str] = (),
) -> BestRoute:
    """Return the route of least generalised cost through places, in their order.

    Parameters
    ----------
    net
        The network.
    places
        Nodes: the origin, any number of places to pass, the destination.
    cargo
        Kind of cargo.
    as_of
        Day whose links are there.
    modes
        Modes that may be used, of those that the cargo may use.
    avoid
        Nodes to stay clear of.

    Raises
    ------
    UnknownIdError
        Where a place or the cargo does not exist.
    ScenarioError
        Where no route passes the places.

    Examples
    --------
    >>> import corridors as co
    >>> from corridors.analysis.best_route import best_route
    >>> route = best_route(co.load(), ["minsk", "brest"], "container", "2025-09-12")
    >>> route.links
    ('minsk-baranovichi-rail', 'baranovichi-brest-rail')
    """
    return best_route_in(
        network_state(net, None, as_date(as_of)), places, cargo, modes=modes, avoid=avoid
    )


def best_route_in(
    state: NetworkState,
    places: Sequence[str],
    cargo: str,
    *,
    modes: Sequence[str] = MODES,
    avoid: Sequence[str] = (),
) -> BestRoute:
    """Return the same in a situation that is there already.

    Parameters
    ----------
    state
        A network on a day; what is closed there stays closed.
    places, cargo, modes, avoid
        As for `best_route`.

    Raises
    ------
    UnknownIdError
        Where a place or the cargo does not exist.
    ScenarioError
        Where no route passes the places.
    """
    for what, names, known in (
        ("node", [*places, *avoid], set(state.net.tables["nodes"]["node_id"])),
        ("cargo", [cargo], set(state.arcs.cargo)),
    ):
        for name in names:
            if name not in known:
                msg = f"no {what} {name!r}{nearest(name, known)}"
                raise UnknownIdError(msg)
    path = _search(state, places, state.arcs.cargo.index(cargo), modes, set(avoid))
    if path is None:
        msg = f"no route for {cargo} by {', '.join(places)} on {state.day}"
        raise ScenarioError(msg)
    links = state.net.tables["links"]
    own = [a for a in path if state.arcs.arc_type[a] == LINK]
    rows = state.arcs.row[own]
    c = state.arcs.cargo.index(cargo)
    return BestRoute(
        km=float(links["length_km"].to_numpy()[rows].sum()),
        hours=float(state.arcs.hours[c, path].sum()),
        usd=float(state.arcs.usd[c, path].sum()),
        links=tuple(links["link_id"].to_numpy()[rows]),
    )


def _search(
    state: NetworkState, places: Sequence[str], cargo: int, modes: Sequence[str], avoid: set[str]
) -> list[int] | None:
    """Dijkstra's search over (place, how many of the nodes are passed)."""
    arcs, problem = state.arcs, state.problem
    cost = np.where(problem.closed, np.inf, problem.cost[cargo])
    usable = [
        int(a)
        for a in np.flatnonzero(np.isfinite(cost) & arcs.is_real)
        if set(arcs.mode[a]) <= set(modes)
    ]
    out: dict[int, list[int]] = {}
    for a in usable:
        out.setdefault(int(arcs.tail[a]), []).append(int(a))
    at = arcs.node_of
    start = np.flatnonzero((at == places[0]) & ~arcs.is_gate).tolist()
    # Ties go to the lower number, so the route never depends on the order of rows.
    heap: list[tuple[float, int, int]] = [(0.0, p, 1) for p in start]
    best = {(p, 1): 0.0 for p in start}
    came: dict[tuple[int, int], tuple[tuple[int, int], int]] = {}
    while heap:
        length, place, passed = heapq.heappop(heap)
        if length > best[place, passed]:
            continue
        if passed == len(places):
            return _path(came, (place, passed))
        for a in out.get(place, ()):
            head = int(arcs.head[a])
            if at[head] in avoid:
                continue
            arrives = bool(arcs.arc_type[a] == LINK) and at[head] == places[passed]
            then = passed + int(arrives)
            new = length + float(cost[a])
            if new < best.get((head, then), np.inf):
                best[head, then] = new
                came[head, then] = ((place, passed), a)
                heapq.heappush(heap, (new, head, then))
    return None


def _path(
    came: dict[tuple[int, int], tuple[tuple[int, int], int]], end: tuple[int, int]
) -> list[int]:
    path = []
    while end in came:
        end, arc = came[end]
        path.append(arc)
    return path[::-1]
