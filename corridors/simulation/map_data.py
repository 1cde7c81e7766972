"""What the map of a run by days shows, as plain data: what flows, what waits where, each day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.maps.data import credits_for, map_latitude
from corridors.maps.queuemap import (
    MapQueue,
    QueueMapData,
    QueueMapLink,
    QueueMapPlace,
    QueuePart,
)
from corridors.network.antimeridian import map_longitude
from corridors.network.arcs import LINK, OFFER

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from corridors.flow.arrays import Flags, Floats
    from corridors.scenarios.scenario import Scenario
    from corridors.scenarios.state import NetworkState
    from corridors.simulation.queue_points import QueuePoint


_FEWEST_T = 1.0
"""Tonnes a day below which a link is not drawn, and below which a queue is none."""

_FATE = {
    "wanted": "Wanted to leave",
    "on_time": "Arrived on time",
    "late": "Arrived late",
    "other_way": "Arrived another way",
    "under_way": "Under way",
    "waiting": "Waiting in a queue",
    "not_yet_left": "Not yet left",
    "turned_back": "Turned back",
    "never_shipped": "Never shipped",
    "short_as_usual": "Not carried in ordinary times either",
}
"""What a reader calls the columns of `Simulation.daily`, in the order in which they are shown."""


def queue_map_data(
    scenario: Scenario | None,
    days: list[dt.date],
    state: NetworkState,
    limits: list[QueuePoint],
    flows: Floats,
    queues: pd.DataFrame,
    by_arc: dict[tuple[int, int], Floats],
    curves: pd.DataFrame | None = None,
    daily: pd.DataFrame | None = None,
    shut: Flags | None = None,
) -> QueueMapData:
    """Put together what the map of a run shows.

    Parameters
    ----------
    scenario
        What the map is about; None for the undisturbed network.
    days
        The reported days.
    state
        Any state of the run: its network, and what its arcs are.
    limits
        What each limit is.
    flows
        Tonnes that enter each arc, shape (days, A).
    queues
        As `Simulation.queues`.
    by_arc
        Tonnes that wait, by number of limit and of arc, shape (days,) each.
    curves, daily
        As `Simulation` has them; nothing is drawn of what is None.
    shut
        Whether all that is no longer passable of each link was so, shape (days, links).

    Returns
    -------
    QueueMapData
    """
    title = (scenario.title or scenario.name) if scenario is not None else "Undisturbed"
    events = scenario.events if scenario is not None else ()
    counts = [sum(e.in_force(day) for e in events) for day in days]
    dates = [day.isoformat() for day in days]
    numbers: dict[str, int] = {}
    drawn = _queues(state, limits, queues, by_arc, dates, numbers, curves)
    return QueueMapData(
        title=title,
        days=dates,
        notes=[f"{n} event{'s' if n > 1 else ''} in force" if n else "" for n in counts],
        links=_links(state, flows, shut),
        places=[_place(state, node) for node in numbers],
        queues=drawn,
        subtitle=" ".join(scenario.description.split()) if scenario is not None else "",
        fate=[] if daily is None else [(_FATE[n], daily[n].tolist()) for n in _FATE],
        credits=credits_for(state.net.links["made"], state.net.tables["sources"]["publisher"]),
    )


def _links(state: NetworkState, flows: Floats, shut: Flags | None) -> list[QueueMapLink]:
    arcs, lines = state.arcs, state.net.links
    by_link = np.zeros((len(flows), len(lines)))
    own = arcs.arc_type == LINK
    np.add.at(by_link.T, arcs.row[own], flows[:, own].T)
    # The same lines as on the other maps, which run on past 180 degrees.
    courses = state.net.whole.links.geometry
    links = []
    modes = lines["mode"].tolist()
    for i, link_id in enumerate(lines.index.tolist()):
        closed = shut[:, i].tolist() if shut is not None and shut[:, i].any() else []
        if by_link[:, i].max(initial=0.0) < _FEWEST_T and not closed:
            continue
        links.append(
            QueueMapLink(
                name=state.net.link_name(str(link_id)),
                mode=modes[i],
                lines=[[(x, map_latitude(y)) for x, y, *_ in courses.loc[link_id].coords]],
                tonnes=by_link[:, i].tolist(),
                closed=closed,
            )
        )
    return links


def _queues(
    state: NetworkState,
    limits: list[QueuePoint],
    frame: pd.DataFrame,
    by_arc: dict[tuple[int, int], Floats],
    dates: list[str],
    numbers: dict[str, int],
    curves: pd.DataFrame | None,
) -> list[MapQueue]:
    """Return the queues with what of each stands where, and number the nodes at which it does."""
    stands: dict[int, list[tuple[int, Floats]]] = {}
    for (r, arc), tonnes in by_arc.items():
        stands.setdefault(r, []).append((arc, tonnes))
    queues = []
    for r, point in enumerate(limits):
        own = frame[frame["capacity_id"] == point.limit_id]
        if r not in stands or own["t"].max() < _FEWEST_T:
            continue
        by_place: dict[tuple[str, str], Any] = {}
        for arc, tonnes in stands[r]:
            # Cargo waits before the arc; only a link leads to another place.
            before, after = state.arcs.node_of[[state.arcs.tail[arc], state.arcs.head[arc]]]
            is_link = state.arcs.arc_type[arc] == LINK
            if state.arcs.arc_type[arc] == OFFER:
                before = state.net.tables["nodes"]["node_id"].iloc[state.arcs.row[arc]]
            ends = (str(before), _place(state, str(after)).name if is_link else "")
            by_place[ends] = by_place.get(ends, 0.0) + tonnes
        arrived, left = _curves(curves, point.limit_id, dates)
        queues.append(
            MapQueue(
                name=point.name.removesuffix(" (forward)").removesuffix(" (backward)"),
                unit=point.unit,
                length=own.set_index("date")["queue"].reindex(dates, fill_value=0.0).tolist(),
                parts=[
                    QueuePart(numbers.setdefault(node, len(numbers)), towards, tonnes.tolist())
                    for (node, towards), tonnes in sorted(by_place.items())
                ],
                arrived=arrived,
                left=left,
            )
        )
    return queues


def _curves(
    curves: pd.DataFrame | None, limit: str, dates: list[str]
) -> tuple[list[float], list[float]]:
    """Return what has come to a queue and what has left it, cumulative by day."""
    own = None if curves is None else curves[curves["capacity_id"] == limit].set_index("date")
    if own is None or not len(own):
        return [], []
    own = own.reindex(dates).ffill().fillna(0.0)
    return own["arrived"].tolist(), (own["passed"] + own["gave_up"]).tolist()


def _place(state: NetworkState, node: str) -> QueueMapPlace:
    nodes = state.net.tables["nodes"]
    row = nodes[nodes["node_id"] == node].iloc[0]
    lon = map_longitude(float(row["lon"]), state.net.map_edge)
    return QueueMapPlace(str(row["name"]), map_latitude(float(row["lat"])), lon)
