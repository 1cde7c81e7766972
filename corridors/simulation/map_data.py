"""What the map of a run by days shows, as plain data: what flows, what waits where, each day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.maps.data import credits_for
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

    from corridors.flow.arrays import Floats
    from corridors.scenarios.scenario import Scenario
    from corridors.scenarios.state import NetworkState
    from corridors.simulation.queue_points import QueuePoint


_FEWEST_T = 1.0
"""Tonnes a day below which a link is not drawn, and below which a queue is none."""

_TOLERANCE = 0.03
"""Degrees by which a line may be simplified."""


def queue_map_data(
    scenario: Scenario | None,
    days: list[dt.date],
    state: NetworkState,
    limits: list[QueuePoint],
    flows: Floats,
    queues: pd.DataFrame,
    by_arc: dict[tuple[int, int], Floats],
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

    Returns
    -------
    QueueMapData
    """
    title = (scenario.title or scenario.name) if scenario is not None else "Undisturbed"
    events = scenario.events if scenario is not None else ()
    counts = [sum(e.in_force(day) for e in events) for day in days]
    dates = [day.isoformat() for day in days]
    numbers: dict[str, int] = {}
    drawn = _queues(state, limits, queues, by_arc, dates, numbers)
    return QueueMapData(
        title=title,
        days=dates,
        notes=[f"{n} event{'s' if n > 1 else ''} in force" if n else "" for n in counts],
        links=_links(state, flows),
        places=[_place(state, node) for node in numbers],
        queues=drawn,
        credits=credits_for(state.net.links["made"], state.net.tables["sources"]["publisher"]),
    )


def _links(state: NetworkState, flows: Floats) -> list[QueueMapLink]:
    arcs, lines = state.arcs, state.net.links
    by_link = np.zeros((len(flows), len(lines)))
    own = arcs.arc_type == LINK
    np.add.at(by_link.T, arcs.row[own], flows[:, own].T)
    links = []
    for i, (link_id, row) in enumerate(lines.iterrows()):
        if by_link[:, i].max(initial=0.0) < _FEWEST_T:
            continue
        line = row.geometry.simplify(_TOLERANCE)
        parts = [line] if line.geom_type == "LineString" else list(line.geoms)
        links.append(
            QueueMapLink(
                name=state.net.link_name(str(link_id)),
                mode=row["mode"],
                lines=[[(x, y) for x, y, *_ in part.coords] for part in parts],
                tonnes=by_link[:, i].tolist(),
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
        queues.append(
            MapQueue(
                name=point.name.removesuffix(" (forward)").removesuffix(" (backward)"),
                unit=point.unit,
                length=own.set_index("date")["queue"].reindex(dates, fill_value=0.0).tolist(),
                parts=[
                    QueuePart(numbers.setdefault(node, len(numbers)), towards, tonnes.tolist())
                    for (node, towards), tonnes in sorted(by_place.items())
                ],
            )
        )
    return queues


def _place(state: NetworkState, node: str) -> QueueMapPlace:
    nodes = state.net.tables["nodes"]
    row = nodes[nodes["node_id"] == node].iloc[0]
    return QueueMapPlace(str(row["name"]), float(row["lat"]), map_longitude(float(row["lon"])))
