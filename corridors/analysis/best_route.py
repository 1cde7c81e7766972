"""The best route through given places: no capacities, no other cargo.

For checking the network against published distances and times, and for asking
what a way costs before asking whether it has room.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.display import Card
from corridors.errors import ScenarioError, UnknownIdError, names_in, nearest, require_kind
from corridors.network.arcs import LINK
from corridors.network.network import as_date, require_network
from corridors.network.schema import MODES
from corridors.scenarios.state import network_state

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from corridors.network.network import Network
    from corridors.scenarios.state import NetworkState


@dataclass(frozen=True)
class BestRoute(Card):
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

    It turns back nowhere: no node is passed on two legs of it, unless every way does so.

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
    require_network(net)
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
    places, avoid = names_in("places", places), names_in("avoid", avoid)
    modes = names_in("modes", modes)
    require_kind("cargo", cargo, str, "the id of a cargo")
    if not places:
        raise ScenarioError("places: saw none, expected where the way begins and ends")
    for what, names, known in (
        ("node", [*places, *avoid], set(state.net.tables["nodes"]["node_id"])),
        ("cargo", [cargo], set(state.arcs.cargo)),
    ):
        for name in names:
            if name not in known:
                msg = f"no {what} {name!r}{nearest(name, known)}"
                raise UnknownIdError(msg)
    # From a place to itself there is no way to go.
    places = [p for i, p in enumerate(places) if not i or p != places[i - 1]]
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


_MOST_BRANCHES = 500
"""Searches after which a way that passes nothing twice is given up."""


def _search(
    state: NetworkState, places: Sequence[str], cargo: int, modes: Sequence[str], avoid: set[str]
) -> list[int] | None:
    """Return the cheapest path through places that does not turn back, or None.

    Each leg by itself would go to a port and back by the land it came over, where its
    ship is dearer than a way round. A node that two legs pass is barred from the one, then
    from the other, and the cheapest of what these branches leave is taken: branch and
    bound, so that nothing cheaper is missed. Where every way turns back, as to a
    place at the end of a line, the cheapest of these is.
    """
    graph = _Graph(state, places, cargo, modes, avoid)
    first = graph.cheapest(frozenset())
    if first is None:
        return None
    open_ones = [(first[0], 0, frozenset[tuple[int, str]](), first[1])]
    seen, count = {frozenset[tuple[int, str]]()}, 0
    while open_ones and count < _MOST_BRANCHES:
        _, _, barred, path = heapq.heappop(open_ones)
        twice = graph.passed_twice(path)
        if twice is None:
            return path
        for leg in twice[1]:
            more = barred | {(leg, twice[0])}
            if more in seen:
                continue
            seen.add(more)
            found = graph.cheapest(more)
            count += 1
            if found is not None:
                heapq.heappush(open_ones, (found[0], count, more, found[1]))
    return first[1]


class _Graph:
    """The arcs that a cargo may use through places in their order."""

    def __init__(
        self,
        state: NetworkState,
        places: Sequence[str],
        cargo: int,
        modes: Sequence[str],
        avoid: set[str],
    ) -> None:
        arcs, problem = state.arcs, state.problem
        self.arcs, self.places = arcs, places
        self.cost = np.where(problem.closed, np.inf, problem.cost[cargo])
        self._out: dict[int, list[int]] = {}
        for a in np.flatnonzero(np.isfinite(self.cost) & arcs.is_real).tolist():
            if set(arcs.mode[a]) <= set(modes) and arcs.node_of[arcs.head[a]] not in avoid:
                self._out.setdefault(int(arcs.tail[a]), []).append(a)
        self._start = np.flatnonzero((arcs.node_of == places[0]) & ~arcs.is_gate).tolist()

    def cheapest(self, barred: frozenset[tuple[int, str]]) -> tuple[float, list[int]] | None:
        """Return the cheapest way and its cost: Dijkstra's search over (place, nodes passed).

        Parameters
        ----------
        barred
            Legs, from 1, and nodes that they may not enter on their way.
        """
        arcs, places, at = self.arcs, self.places, self.arcs.node_of
        # Ties go to the lower number, so the route never depends on the order of rows.
        heap: list[tuple[float, int, int]] = [(0.0, p, 1) for p in self._start]
        best = {(p, 1): 0.0 for p in self._start}
        came: dict[tuple[int, int], tuple[tuple[int, int], int]] = {}
        while heap:
            length, place, passed = heapq.heappop(heap)
            if length > best[place, passed]:
                continue
            if passed == len(places):
                return length, _path(came, (place, passed))
            for a in self._out.get(place, ()):
                head = int(arcs.head[a])
                arrives = bool(arcs.arc_type[a] == LINK) and at[head] == places[passed]
                if not arrives and at[head] != at[place] and (passed, at[head]) in barred:
                    continue
                then = passed + int(arrives)
                new = length + float(self.cost[a])
                if new < best.get((head, then), np.inf):
                    best[head, then] = new
                    came[head, then] = ((place, passed), a)
                    heapq.heappush(heap, (new, head, then))
        return None

    def passed_twice(self, path: list[int]) -> tuple[str, list[int]] | None:
        """Return the first node that two legs pass, and the legs that need not."""
        at, places = self.arcs.node_of, self.places
        legs: dict[str, list[int]] = {places[0]: [0]}
        leg = 1
        for a in path:
            if self.arcs.arc_type[a] != LINK:
                continue
            node = str(at[self.arcs.head[a]])
            arrives = node == places[leg]
            # A place that is to be passed belongs to no leg: both legs that meet there may.
            found = legs.setdefault(node, [])
            own = 0 if arrives else leg
            if own not in found or arrives:
                found.append(own)
            if len(found) > 1:
                return node, [one for one in found if one]
            leg += int(arrives)
            if leg == len(places):
                break
        return None


def _path(
    came: dict[tuple[int, int], tuple[tuple[int, int], int]], end: tuple[int, int]
) -> list[int]:
    path = []
    while end in came:
        end, arc = came[end]
        path.append(arc)
    return path[::-1]
