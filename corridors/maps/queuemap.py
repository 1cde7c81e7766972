"""The map of a run by days: queues as growing circles, flows as lines, a slider over the days.

Plain values in, one page out: whoever has queues with places can draw them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.errors import DataError
from corridors.maps import basemap, page
from corridors.maps.basemap import DIGITS, rounded
from corridors.maps.data import COUNTRIES_CREDIT, DISCLAIMER
from corridors.maps.flowmap import FlowMap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "MapQueue",
    "QueueMapData",
    "QueueMapLink",
    "QueueMapPlace",
    "QueuePart",
    "build_queue_map",
]

_SHOWN = 0.05
"""Share of the most that waits anywhere on the worst day from which a place is in its view."""

_EURASIA = ((40.0, 20.0), (58.0, 110.0))
"""Two corners (lat, lon) of a map on which there is nothing."""

_STYLES = ("flowmap/flowmap.css", "queuemap/queuemap.css", "page/sheet.css")
_SCRIPTS = (
    "flowmap/common.js",
    "flowmap/style.js",
    "flowmap/paper.js",
    "flowmap/search.js",
    "flowmap/labels.js",
    "flowmap/countries.js",
    "flowmap/ribbons.js",
    "queuemap/charts.js",
    "queuemap/circles.js",
    "queuemap/queuemap.js",
    "queuemap/start.js",
)
"""What the page is made of: most of it is that of the flow map."""


@dataclass(frozen=True)
class QueueMapLink:
    """A line on the map: its parts as (lon, lat) in degrees, and what enters it, in t by day.

    `closed` says of each day whether nothing may pass; it is open throughout where empty.
    """

    name: str
    mode: str
    lines: Sequence[Sequence[tuple[float, float]]]
    tonnes: Sequence[float]
    closed: Sequence[bool] = ()


@dataclass(frozen=True)
class QueueMapPlace:
    """A place at which cargo waits."""

    name: str
    lat: float
    lon: float


@dataclass(frozen=True)
class QueuePart:
    """What of a queue stands at one place: its number, where it wants to go, t by day."""

    place: int
    towards: str
    tonnes: Sequence[float]


@dataclass(frozen=True)
class MapQueue:
    """A queue: its length at the end of each day in its unit, and what stands where.

    `arrived` and `left` are its curves: what has come and gone since the first day, in its
    unit at the end of each; none are drawn where they are empty.
    """

    name: str
    unit: str
    length: Sequence[float]
    parts: Sequence[QueuePart]
    arrived: Sequence[float] = ()
    left: Sequence[float] = ()


@dataclass(frozen=True)
class QueueMapData:
    """Everything on one map.

    Parameters
    ----------
    title, subtitle
        What the map is about, in a line each.
    days, notes
        The days as ISO dates, and a remark for each; empty where there is none.
    links, places, queues
        What is drawn; series have a value for each day.
    fate
        Where the cargo is that wanted to leave so far: a label, and t at the end of each
        day. The first is all of it, the others add up to that.
    credits
        Where the picture comes from.

    Examples
    --------
    >>> part = QueuePart(place=0, towards="Terespol", tonnes=[0.0, 1200.0])
    >>> data = QueueMapData(
    ...     "Poland closes",
    ...     days=["2025-09-12", "2025-09-13"],
    ...     notes=["", "1 event in force"],
    ...     places=[QueueMapPlace("Brest", 52.1, 23.7)],
    ...     queues=[MapQueue("Brest to Terespol", "trains", [0.0, 1.5], [part])],
    ... )
    >>> build_queue_map(data)  # doctest: +ELLIPSIS
    <FlowMap 'Poland closes', ... MB of HTML>
    """

    title: str
    days: Sequence[str]
    notes: Sequence[str]
    links: Sequence[QueueMapLink] = ()
    places: Sequence[QueueMapPlace] = ()
    queues: Sequence[MapQueue] = ()
    subtitle: str = ""
    fate: Sequence[tuple[str, Sequence[float]]] = ()
    credits: Sequence[str] = (COUNTRIES_CREDIT,)

    def check(self) -> None:
        """Look for everything that could not be drawn.

        Raises
        ------
        DataError
            With every problem that was found.
        """
        problems = list(self._problems())
        if problems:
            raise DataError("the map cannot be drawn:\n  " + "\n  ".join(problems))

    def _problems(self) -> Iterator[str]:
        if not self.days:
            yield "there is no day to show; give at least one"
        series: dict[str, Sequence[object]] = {"notes": self.notes}
        series |= {f"link {link.name!r}": link.tonnes for link in self.links}
        series |= {f"link {link.name!r}, closed": link.closed for link in self.links if link.closed}
        series |= {f"fate {label!r}": values for label, values in self.fate}
        for queue in self.queues:
            where = f"queue {queue.name!r}"
            series[where] = queue.length
            for what, curve in (("arrived", queue.arrived), ("left", queue.left)):
                if len(curve):
                    series[f"{where}, {what}"] = curve
            for i, part in enumerate(queue.parts):
                series[f"{where}, part {i}"] = part.tonnes
                if not 0 <= part.place < len(self.places):
                    yield f"{where}, part {i}: no place {part.place}, there are {len(self.places)}"
        for where, values in series.items():
            if len(values) != len(self.days):
                yield f"{where}: expected {len(self.days)} values, one a day, saw {len(values)}"


def build_queue_map(data: QueueMapData) -> FlowMap:
    """Build the page of a map by days.

    Parameters
    ----------
    data
        What to show.

    Returns
    -------
    FlowMap
        One file that needs nothing but a browser; the same data give the same bytes.

    Raises
    ------
    DataError
        If the data do not fit together, with every problem that was found.
    """
    data.check()
    content = page.render(
        "page/map.html",
        title=data.title,
        styles=_STYLES,
        scripts=_SCRIPTS,
        data={"queue-map-data": payload(data)},
        kind="queuemap",
        subtitle=data.subtitle,
        as_of="",
        headline=(),
        notes=("Modelled day by day.",),
        disclaimer=DISCLAIMER,
    )
    return FlowMap(data.title, content)


def payload(data: QueueMapData) -> dict[str, Any]:
    """Return what the page draws, as plain values for JSON; tonnes are whole."""
    queues: list[dict[str, Any]] = [
        {
            "name": queue.name,
            "unit": queue.unit,
            "units": _shortened(queue.length),
            "arrived": _shortened(queue.arrived),
            "left": _shortened(queue.left),
            "stands": [
                {
                    "place": part.place,
                    "towards": part.towards,
                    "t": [round(float(t)) for t in part.tonnes],
                }
                for part in queue.parts
            ],
        }
        for queue in data.queues
    ]
    places: list[dict[str, Any]] = [
        {"name": place.name, "at": [round(place.lat, 3), round(place.lon, 3)]}
        for place in data.places
    ]
    totals = np.zeros((len(places), len(data.days)), dtype=np.int64)
    for queue in queues:
        for part in queue["stands"]:
            totals[part["place"]] += part["t"]
    begin = int(totals.sum(axis=0).argmax())
    largest = totals[:, begin].max(initial=0)
    corners = [
        place["at"]
        for place, total in zip(places, totals, strict=True)
        if largest and total[begin] >= _SHOWN * largest
    ]
    south, west, north, east = _extent(corners or _ordinary_view(data))
    return {
        "days": list(data.days),
        "notes": list(data.notes),
        "begin": begin,
        "bounds": [[south - 3, west - 6], [north + 3, east + 6]],
        "fate": [[label, [round(float(t)) for t in values]] for label, values in data.fate],
        "countries": basemap.countries(basemap.shipped()),
        "credits": list(data.credits),
        "links": [
            {
                "name": link.name,
                "mode": link.mode,
                "lines": [rounded(line, DIGITS) for line in link.lines],
                "t": [round(float(t)) for t in link.tonnes],
                "closed": [int(shut) for shut in link.closed],
            }
            for link in data.links
        ],
        "places": places,
        "queues": queues,
    }


def _ordinary_view(data: QueueMapData) -> list[tuple[float, float]]:
    """Return (lat, lon) of what to show where no cargo waits: what is shut, else what carries."""
    shut = [link for link in data.links if any(link.closed)]
    by_land = [link for link in data.links if link.mode != "sea"]
    links = next((some for some in (shut, by_land, data.links) if some), ())
    ends = [(lat, lon) for link in links for line in link.lines for lon, lat in line]
    return ends or [(place.lat, place.lon) for place in data.places]


def _extent(corners: Sequence[Sequence[float]]) -> list[float]:
    """Return south, west, north and east of some points, of Eurasia where there are none."""
    points = corners or _EURASIA
    return [*np.min(points, axis=0).tolist(), *np.max(points, axis=0).tolist()]


def _shortened(values: Sequence[float]) -> list[float]:
    return [round(float(units), 1) for units in values]
