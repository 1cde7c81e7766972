"""The map of a run by days: queues as growing circles, flows as lines, a slider over the days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.arcs import LINK
from corridors.maps import basemap, escape, offline, vendored
from corridors.maps.flowmap import FlowMap

if TYPE_CHECKING:
    from corridors.simulation import Simulation

__all__ = ["queue_map"]

_FEWEST_T = 1.0
"""Tonnes a day below which a link is not drawn, and below which a queue is none."""

_SHOWN = 0.05
"""Share of the largest queue from which one belongs to the first view."""

_TOLERANCE = 0.03
"""Degrees by which a line may be simplified."""


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
    from branca.element import Figure, MacroElement
    from folium import Map
    from jinja2 import Template

    content = payload(sim)
    title = _title(sim)

    class Queues(MacroElement):
        """The panel, the data, and the script that draws them."""

        _template = Template("""
            {% macro header(this, kwargs) %}<style>{{ this.css }}</style>{% endmacro %}
            {% macro html(this, kwargs) %}
            <aside id="queue-panel">
            <h1>{{ this.title }}</h1>
            <p>Circles: what waits, at the place where it waits. Lines: what moves that day, thicker
            for more: <span class="rail">rail</span>, <span class="road">road</span>,
            <span class="sea">sea</span>, <span class="pipeline">pipeline</span>.</p>
            <div id="queue-day" aria-live="polite"></div>
            <div id="queue-controls">
            <button id="queue-play" type="button">Play</button>
            <input id="queue-slider" type="range" min="0" max="0" value="0" aria-label="Day">
            </div>
            <table id="queue-table"><caption>Largest queues</caption>
            <tbody id="queue-rows"></tbody></table>
            <p id="queue-credits">Modelled day by day; see the ranges of the data. Countries:
            Natural Earth, borders as held on the ground. Lines: OpenStreetMap contributors.</p>
            </aside>
            <script type="application/json" id="queue-map-data">{{ this.content }}</script>
            {% endmacro %}
            {% macro script(this, kwargs) %}
            {{ this.code }}
            window.corridorsQueues.draw({{ this._parent.get_name() }},
              JSON.parse(document.getElementById("queue-map-data").textContent));
            {% endmacro %}
            """)

        def __init__(self) -> None:
            super().__init__()  # type: ignore[no-untyped-call]  # branca
            self._name = "Queues"
            self.title = escape.text(title)
            self.css = vendored.asset_text("queuemap/queuemap.css")
            self.code = vendored.asset_text("queuemap/queuemap.js")
            self.content = escape.json_for_script(content)

    figure = Figure()
    folium_map = Map(
        location=[47, 60], zoom_start=4, tiles=None, min_zoom=2, max_zoom=11,
        zoom_snap=0.25, world_copy_jump=False, attribution_control=False,
    )  # fmt: skip
    folium_map.default_js = [item for item in folium_map.default_js if item[0] == "leaflet"]
    folium_map.default_css = [item for item in folium_map.default_css if item[0] == "leaflet_css"]
    figure.add_child(folium_map)
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
    corners: list[tuple[float, float]] = []
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
    queues = _queues(sim)
    largest = max((max(q["t"]) for q in queues), default=0)
    corners = [tuple(q["at"]) for q in queues if max(q["t"]) >= _SHOWN * largest] or [
        (40.0, 20.0),
        (58.0, 110.0),
    ]
    south, west = (min(c[i] for c in corners) for i in (0, 1))
    north, east = (max(c[i] for c in corners) for i in (0, 1))
    tonnes = np.array([q["t"] for q in queues]) if queues else np.zeros((1, len(sim.days)))
    return {
        "days": [d.isoformat() for d in sim.days],
        "notes": _notes(sim),
        "begin": int(tonnes.sum(axis=0).argmax()),
        "bounds": [[south - 4, west - 8], [north + 4, east + 8]],
        "countries": basemap.shipped(),
        "links": links,
        "queues": queues,
    }


def _notes(sim: Simulation) -> list[str]:
    """Return how many of the scenario's events are in force on each day."""
    events = sim.scenario.events if sim.scenario is not None else ()
    counts = [sum(e.in_force(day) for e in events) for day in sim.days]
    return [f"{n} event{'s' if n > 1 else ''} in force" if n else "" for n in counts]


def _queues(sim: Simulation) -> list[dict[str, Any]]:
    """Return the queues with their place: where the cargo waits that they hold back."""
    net = sim.timetable.states[0].net
    frame = sim.queues
    days = {d.isoformat(): i for i, d in enumerate(sim.days)}
    info = {i.limit_id: i for i in sim.timetable.limits}
    nodes = net.tables["nodes"]
    points = nodes[["lat", "lon"]].to_numpy().tolist()
    where = dict(zip(nodes["node_id"], points, strict=True))
    arcs = sim.timetable.states[0].arcs
    ends = net.tables["links"][["from_node", "to_node"]].to_numpy()
    stands = net.tables["transfers"]["node_id"].to_numpy()
    found = []
    for name, own in frame.groupby("capacity_id", sort=True):
        if "#" in str(name) or own["t"].max() < _FEWEST_T:
            continue
        arc = min(a for a, _ in info[str(name)].entries)
        row = int(arcs.row[arc])
        node = ends[row, arcs.direction[arc]] if arcs.kind[arc] == LINK else stands[row]
        units, tonnes = [0.0] * len(days), [0] * len(days)
        for date, queue, t in zip(own["date"], own["queue"], own["t"], strict=True):
            units[days[date]] = round(float(queue), 1)
            tonnes[days[date]] = round(float(t))
        found.append(
            {
                "name": info[str(name)].name,
                "unit": info[str(name)].unit,
                "at": [round(v, 3) for v in where[node]],
                "units": units,
                "t": tonnes,
            }
        )
    return found
