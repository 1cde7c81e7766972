"""The map of a run by days: queues as growing circles, flows as lines, a slider over the days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.maps import basemap, escape, offline, vendored
from corridors.maps.data import DISCLAIMER, credits_for
from corridors.maps.flowmap import FlowMap
from corridors.scenarios.arcs import LINK

if TYPE_CHECKING:
    from corridors.simulation.results import Simulation

__all__ = ["queue_map"]

_FEWEST_T = 1.0
"""Tonnes a day below which a link is not drawn, and below which a queue is none."""

_SHOWN = 0.05
"""Share of the largest queue from which one belongs to the first view."""

_TOLERANCE = 0.03
"""Degrees by which a line may be simplified."""

_STYLES = ("flowmap/flowmap.css", "queuemap/queuemap.css")
_SCRIPTS = (
    "flowmap/common.js", "flowmap/style.js", "flowmap/labels.js", "flowmap/countries.js",
    "queuemap/queuemap.js",
)  # fmt: skip
"""What the page is made of: most of it is that of the flow map."""


def queue_map(sim: Simulation) -> FlowMap:
    """Return the map of a run by days.

    Parameters
    ----------
    sim
        The run.

    Returns
    -------
    FlowMap
        One file that needs nothing but a browser; the same run gives the same bytes.
    """
    # folium takes most of a second to import, and only a map needs it.
    from branca.element import MacroElement
    from jinja2 import Template

    from corridors.maps.layers import bare_map

    title = _title(sim)
    content = payload(sim)

    class Panel(MacroElement):
        """What stands beside the map: the day and the queues."""

        _template = Template("""
            {% macro html(this, kwargs) %}
            <aside id="panel">
            <header><h1>{{ this.title }}</h1></header>
            <div id="queue-day" aria-live="polite"></div>
            <p id="queue-note"></p>
            <div id="queue-controls">
            <button id="queue-play" type="button">Play</button>
            <input id="queue-slider" type="range" min="0" max="0" value="0" aria-label="Day">
            </div>
            <table id="queue-table"><caption>What waits at the end of the day</caption>
            <tbody id="queue-rows"></tbody></table>
            <button id="more-button" type="button" aria-expanded="false" aria-controls="more">
            Legend and more</button>
            <div id="more">
            <section id="legend" aria-label="Legend"></section>
            <footer id="credits"><p>Modelled day by day. {{ this.disclaimer }}</p></footer>
            </div>
            </aside>
            {% endmacro %}
            """)

        def __init__(self) -> None:
            super().__init__()  # type: ignore[no-untyped-call]  # branca
            self._name = "Panel"
            self.title = escape.text(title)
            self.disclaimer = escape.text(DISCLAIMER)

    class Queues(MacroElement):
        """The data, and the scripts that draw them."""

        _template = Template("""
            {% macro header(this, kwargs) %}<style>{{ this.css }}</style>{% endmacro %}
            {% macro html(this, kwargs) %}
            <script type="application/json" id="queue-map-data">{{ this.content }}</script>
            {% endmacro %}
            {% macro script(this, kwargs) %}
            {{ this.code }}
            window.corridorsMap.drawQueues({{ this._parent.get_name() }},
              JSON.parse(document.getElementById("queue-map-data").textContent));
            {% endmacro %}
            """)

        def __init__(self) -> None:
            super().__init__()  # type: ignore[no-untyped-call]  # branca
            self._name = "Queues"
            self.css = "\n".join(vendored.asset_text(name) for name in _STYLES)
            self.code = "\n".join(vendored.asset_text(name) for name in _SCRIPTS)
            self.content = escape.json_for_script(content)

    folium_map = bare_map(Panel())
    folium_map.add_child(Queues())
    return FlowMap(title, offline.self_contained(folium_map, title=title))


def _title(sim: Simulation) -> str:
    plan = sim.scenario
    return (plan.title or plan.name) if plan is not None else "Undisturbed"


def payload(sim: Simulation) -> dict[str, Any]:
    """Return what the page draws, as plain values."""
    net = sim.timetable.states[0].net
    arcs = sim.timetable.states[0].arcs
    flows = sim.arc_flows
    lines = net.links
    by_link = np.zeros((len(sim.days), len(lines)))
    own = arcs.kind == LINK
    np.add.at(by_link.T, arcs.row[own], flows[:, own].T)
    links = []
    for i, (link_id, row) in enumerate(lines.iterrows()):
        if by_link[:, i].max(initial=0.0) < _FEWEST_T:
            continue
        line = row.geometry.simplify(_TOLERANCE)
        parts = [line] if line.geom_type == "LineString" else list(line.geoms)
        links.append(
            {
                "name": net.link_name(str(link_id)),
                "mode": row["mode"],
                "line": [[[round(y, 2), round(x, 2)] for x, y, *_ in p.coords] for p in parts],
                "t": [round(float(t)) for t in by_link[:, i]],
            }
        )
    places, queues = _queues(sim)
    totals = [
        np.array([at["t"] for q in queues for at in q["stands"] if at["place"] == i]).sum(axis=0)
        for i in range(len(places))
    ]
    largest = max((t.max() for t in totals), default=0)
    corners = [p["at"] for p, t in zip(places, totals, strict=True) if t.max() >= _SHOWN * largest]
    south, west = np.min(corners or [(40.0, 20.0)], axis=0).tolist()
    north, east = np.max(corners or [(58.0, 110.0)], axis=0).tolist()
    return {
        "days": [d.isoformat() for d in sim.days],
        "notes": _notes(sim),
        "begin": int(np.sum(totals, axis=0).argmax()) if totals else 0,
        "bounds": [[south - 3, west - 6], [north + 3, east + 6]],
        "countries": basemap.countries(basemap.shipped()),
        "credits": list(credits_for(lines["made"], net.tables["sources"]["publisher"])),
        "links": links,
        "places": places,
        "queues": queues,
    }


def _notes(sim: Simulation) -> list[str]:
    """Return how many of the scenario's events are in force on each day."""
    events = sim.scenario.events if sim.scenario is not None else ()
    counts = [sum(e.in_force(day) for e in events) for day in sim.days]
    return [f"{n} event{'s' if n > 1 else ''} in force" if n else "" for n in counts]


def _queues(sim: Simulation) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the places where cargo waits, and the queues with what of each stands where."""
    frame = sim.queues
    days = {d.isoformat(): i for i, d in enumerate(sim.days)}
    stands: dict[int, list[tuple[int, Any]]] = {}
    for (r, arc), tonnes in sim.queue_arcs.items():
        stands.setdefault(r, []).append((arc, tonnes))
    places: dict[str, int] = {}
    queues = []
    arcs = sim.timetable.states[0].arcs
    for r, info in enumerate(sim.timetable.limits):
        own = frame[frame["capacity_id"] == info.limit_id]
        if r not in stands or own["t"].max() < _FEWEST_T:
            continue
        units = [0.0] * len(days)
        for date, queue in zip(own["date"], own["queue"], strict=True):
            units[days[date]] = round(float(queue), 1)
        by_place: dict[tuple[str, str], Any] = {}
        for arc, tonnes in stands[r]:
            # Cargo waits before the arc; only a link leads to another place.
            before, after = arcs.node_of[[arcs.tail[arc], arcs.head[arc]]]
            towards = str(_node(sim, after)["name"]) if arcs.kind[arc] == LINK else ""
            by_place[before, towards] = by_place.get((before, towards), 0.0) + tonnes
        queues.append(
            {
                "name": info.name.removesuffix(" (forward)").removesuffix(" (backward)"),
                "unit": info.unit,
                "units": units,
                "stands": [
                    {
                        "place": places.setdefault(place, len(places)),
                        "towards": towards,
                        "t": [round(float(t)) for t in tonnes],
                    }
                    for (place, towards), tonnes in sorted(by_place.items())
                ],
            }
        )
    return [_place(sim, node) for node in places], queues


def _node(sim: Simulation, node: str) -> Any:
    nodes = sim.timetable.states[0].net.tables["nodes"]
    return nodes[nodes["node_id"] == node].iloc[0]


def _place(sim: Simulation, node: str) -> dict[str, Any]:
    row = _node(sim, node)
    at = [round(float(row["lat"]), 3), round(float(row["lon"]), 3)]
    return {"name": str(row["name"]), "at": at}
