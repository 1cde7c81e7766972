"""The folium elements that a flow map is made of: its panel, and its drawing.

This module imports folium. `flowmap` imports it only when a map is built.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from branca.element import Figure, MacroElement
from folium import Map
from jinja2 import Template

from corridors.maps import escape, vendored

if TYPE_CHECKING:
    from corridors.maps.data import FlowMapData

__all__ = ["Drawing", "Panel", "bare_map"]

_FOLDER = "flowmap"
_SCRIPTS = (
    "common.js",
    "style.js",
    "popup.js",
    "labels.js",
    "countries.js",
    "ribbons.js",
    "panel.js",
    "marks.js",
    "map.js",
)


class Panel(MacroElement):
    """The panel beside the map, with the texts that do not change.

    Parameters
    ----------
    data
        What the map shows.
    """

    _template = Template("""
        {% macro html(this, kwargs) %}
        <aside id="panel">
        <header>
        <h1>{{ this.title }}</h1>
        {% if this.subtitle %}<p class="subtitle">{{ this.subtitle }}</p>{% endif %}
        {% if this.as_of %}<p class="as-of">As of {{ this.as_of }}</p>{% endif %}
        </header>
        {% if this.headline %}<dl id="headline">
        {% for label, value in this.headline -%}
        <div><dt>{{ label }}</dt><dd>{{ value }}</dd></div>
        {% endfor %}</dl>{% endif %}
        <div id="states"></div>
        <button id="more-button" type="button" aria-expanded="false" aria-controls="more">
        Legend and more</button>
        <div id="more">
        <section id="legend" aria-label="Legend"></section>
        <section id="full"></section>
        <section id="search"></section>
        <section id="layers"></section>
        {% if this.notes %}<section id="notes">
        {% for note in this.notes %}<p>{{ note }}</p>
        {% endfor %}</section>{% endif %}
        <footer id="credits"></footer>
        </div>
        </aside>
        {% endmacro %}
        """)

    def __init__(self, data: FlowMapData) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca
        self._name = "Panel"
        self.title = escape.text(data.title)
        self.subtitle = escape.text(data.subtitle)
        self.as_of = escape.text(data.as_of)
        self.headline = [(escape.text(label), escape.text(value)) for label, value in data.headline]
        self.notes = [escape.text(note) for note in data.notes]


class Drawing(MacroElement):
    """The lines and places, as data and the script that draws them.

    Parameters
    ----------
    content
        What `payload.payload` returns.
    """

    _template = Template("""
        {% macro header(this, kwargs) %}<style>{{ this.css }}</style>{% endmacro %}
        {% macro html(this, kwargs) %}
        <script type="application/json" id="flow-map-data">{{ this.content }}</script>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        {{ this.code }}
        window.corridorsMap.draw({{ this._parent.get_name() }},
          JSON.parse(document.getElementById("flow-map-data").textContent));
        {% endmacro %}
        """)

    def __init__(self, content: dict[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca
        self._name = "Drawing"
        self.css = vendored.asset_text(f"{_FOLDER}/flowmap.css")
        self.content = escape.json_for_script(content)
        self.code = "\n".join(vendored.asset_text(f"{_FOLDER}/{name}") for name in _SCRIPTS)


def bare_map(panel: MacroElement) -> Map:
    """Return an empty folium map with a panel in its figure.

    Parameters
    ----------
    panel
        What stands beside the map.

    Returns
    -------
    folium.Map
        A map without tiles, that loads Leaflet and nothing else.
    """
    figure = Figure()
    figure.add_child(panel)
    folium_map = Map(
        location=[47, 60],
        zoom_start=4,
        tiles=None,
        min_zoom=2,
        max_zoom=11,
        max_bounds=True,
        min_lat=-42,
        max_lat=83,
        min_lon=-32,
        max_lon=200,
        zoom_snap=0.25,
        zoom_delta=0.75,
        wheel_px_per_zoom_level=90,
        world_copy_jump=False,
        attribution_control=False,
    )
    folium_map.default_js = [item for item in folium_map.default_js if item[0] == "leaflet"]
    folium_map.default_css = [item for item in folium_map.default_css if item[0] == "leaflet_css"]
    figure.add_child(folium_map)
    return folium_map
