"""Plain folium maps: what they show is what the tables hold, and others can build on them."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from itertools import pairwise

import folium
import pytest
import toys
from hostile import HOSTILE
from simulate_toys import DAY0, close, link, one_road, scenario

import corridors as co
from corridors.assignment.explore import explore_network
from corridors.errors import UnknownIdError


def lines_of(page, layer):
    """Return the shapes of a layer of a map."""
    [group] = [
        child
        for child in page._children.values()
        if isinstance(child, folium.FeatureGroup) and layer in child.layer_name
    ]
    return [c for c in group._children.values() if isinstance(c, folium.PolyLine)]


def text_of(shape):
    [tooltip] = [c for c in shape._children.values() if isinstance(c, folium.Tooltip)]
    return re.sub("<[^>]+>", " ", tooltip.text)


@pytest.fixture(scope="module")
def closure():
    net = toys.network(
        {"a": "XA", "b": "XB"},
        [link("a", "b", 4.0, length_km=100), link("a", "b", 9.0, link_id="slow", length_km=300)],
        [{"origin": "a", "destination": "b", "per_day": 10}],
    )
    plan = scenario({"close": {"link": "a-b-road"}})
    return co.compare(co.assign(net, as_of=DAY0), co.assign(net, plan, as_of=DAY0))


def test_a_comparison_shows_what_lines_gain_and_lose(closure):
    page = closure.explore()
    assert type(page) is folium.Map
    said = [text_of(line) for line in lines_of(page, "Difference")]
    assert {re.findall(r"change, t a day\s+(\S+)", text)[0] for text in said} == {"-10.0", "10.0"}
    assert len(lines_of(page, "Closed")) == 1


def test_an_assignment_shows_what_it_carries(closure):
    [line] = lines_of(closure.baseline.explore(), "Cargo")
    assert "t a day 10.0" in " ".join(text_of(line).split())


def test_a_network_shows_all_its_links(closure):
    net = closure.baseline.state.net
    page = net.explore()
    assert len(lines_of(page, "Road")) == len(net.links)


def test_the_days_open_on_the_worst():
    sim = co.simulate(one_road(16), scenario(close("a-b-road")), 20, start=DAY0)
    page = sim.explore()
    worst = sim.queues.groupby("date")["t"].sum().idxmax()
    names = [getattr(c, "layer_name", "") for c in page._children.values()]
    assert f"Queues on {worst}" in names
    with pytest.raises(UnknownIdError, match="no day '2024-01-01' in the run"):
        sim.explore(date="2024-01-01")


def test_it_takes_layers_plugins_and_tiles_of_others(closure):
    from folium.plugins import MeasureControl

    page = closure.explore(tiles="OpenStreetMap", control_scale=True)
    page.add_child(MeasureControl())
    folium.Marker((45, 60)).add_to(page)
    drawn = page.get_root().render()
    assert "tile.openstreetmap.org" in drawn
    assert "L.Control.Measure" in drawn
    # Without tiles no map is asked of anybody.
    assert "tileLayer" not in closure.explore().get_root().render()


def drawn_with(names):
    """Return the page of a network of a place by each name, in a row."""
    places = [f"p{i}" for i in range(len(names))]
    net = toys.network(
        dict.fromkeys(places, "XA"),
        [link(a, b, 4.0) for a, b in pairwise(places)],
        [{"origin": places[0], "destination": places[-1], "per_day": 10}],
    )
    net.tables["nodes"]["name"] = names
    return explore_network(net, tiles="OpenStreetMap").get_root().render()


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, sorted(name for name, _ in attrs)))


def tags_of(page):
    found = Tags()
    found.feed(page)
    return found.seen


MORE = ("`+alert(1)+`", "${alert(1)}", "{{ 7 * 7 }}", "{% raw %}", "\\u003cscript>", "\\`")


def test_names_stay_text():
    """No tag more than with plain names, and nothing that ends a text of a script."""
    names = [*HOSTILE, *MORE]
    page = drawn_with(names)
    assert tags_of(page) == tags_of(drawn_with(["Brest"] * len(names)))
    texts = re.findall(r"bindTooltip\(\s*`(.*?)`,\s", page, flags=re.DOTALL)
    assert len(texts) == 2 * len(names) - 1
    for text in texts:
        assert not re.search(r"[`\\]|\$\{", text)
        assert tags_of(text)[0][0] == "div"


def test_the_tables_of_a_network_explore_by_themselves():
    net = co.load()
    page = net.links.explore(column="mode")
    assert type(page) is folium.Map
    assert len(page.get_root().render()) > 100_000
    json.loads(net.links.to_json(na="drop"))
