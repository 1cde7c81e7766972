"""The days as layers of a plain folium map: what moved, and what stood where on a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.errors import UnknownIdError, nearest
from corridors.maps.explore import (
    FULL,
    MODE_COLOUR,
    ExploreLayer,
    ExploreShape,
    explore_map,
    width_of,
)

if TYPE_CHECKING:
    import folium

    from corridors.maps.queuemap import QueueMapData

_WIDEST_CIRCLE = 30.0
_TRACE = 1e-6


def explore_days(
    data: QueueMapData, *, date: str | None = None, tiles: Any = None, **options: Any
) -> folium.Map:
    """Return the queues of a day over what each link carried in all, as a plain folium map.

    Parameters
    ----------
    data
        What the map of the days shows.
    date
        The day (ISO); that on which most cargo waits if None.
    tiles, **options
        As `corridors.maps.explore.explore_map` takes them.

    Raises
    ------
    UnknownIdError
        Where the day is none of the run.
    """
    waiting = np.zeros(len(data.days))
    for queue in data.queues:
        for part in queue.parts:
            waiting += np.asarray(part.tonnes)
    if date is not None and date not in data.days:
        message = f"no day {date!r} in the run{nearest(date, data.days)}"
        raise UnknownIdError(message)
    day = int(waiting.argmax()) if date is None else list(data.days).index(date)
    means = [float(np.mean(link.tonnes)) for link in data.links]
    most = max(means, default=0.0)
    lines = [
        ExploreShape(
            np.asarray(line, dtype=np.float64),
            MODE_COLOUR[link.mode],
            width_of(mean, most),
            {
                "link": link.name,
                "mode": link.mode,
                "on the day, t": float(link.tonnes[day]),
                "mean, t a day": mean,
            },
        )
        for mean, link in sorted(zip(means, data.links, strict=True), key=lambda pair: pair[0])
        for line in link.lines
    ]
    standing = [
        (float(part.tonnes[day]), queue, part) for queue in data.queues for part in queue.parts
    ]
    standing = [entry for entry in standing if entry[0] > _TRACE]
    top = max((t for t, _, _ in standing), default=0.0)
    circles = [
        ExploreShape(
            np.array([[data.places[part.place].lon, data.places[part.place].lat]]),
            FULL,
            max(_WIDEST_CIRCLE * float(np.sqrt(t / top)), 2.5),
            {
                "waits for": queue.name,
                "at": data.places[part.place].name,
                "towards": part.towards or "there",
                "cargo, t": t,
                f"the whole queue, {queue.unit}s": float(queue.length[day]),
            },
        )
        for t, queue, part in sorted(standing, key=lambda entry: -entry[0])
    ]
    layers = [ExploreLayer("Cargo", lines), ExploreLayer(f"Queues on {data.days[day]}", circles)]
    return explore_map(
        [layer for layer in layers if layer.shapes], tiles=tiles, owed_to=data.credits, **options
    )
