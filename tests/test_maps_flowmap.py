"""The flow map as data and as text, without a browser."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from corridors.errors import DataError
from corridors.maps import (
    FlowMapData,
    LinkFlow,
    MapDemand,
    MapLink,
    basemap,
    build_flow_map,
    vendored,
)
from corridors.maps.payload import payload
from tests.maps_sample import COUNTRIES, STATES, hostile, hostile_countries, sample

# What makes a browser ask another host for something.
FOREIGN = re.compile(
    r"""(?:src|srcset|href|poster|action|data)\s*=\s*\\?["']?\s*(?:https?:)?//"""
    r"""|(?<![a-z])url\(\s*\\?["']?\s*(?!data:|\#)|@import""",
    re.IGNORECASE,
)


def contents(page: str) -> dict:
    """The table of numbers inside a page."""
    found = re.search(r'id="flow-map-data">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found.group(1))


def test_two_builds_are_the_same_bytes() -> None:
    assert build_flow_map(sample(), COUNTRIES).html == build_flow_map(sample(), COUNTRIES).html


def test_order_of_links_and_nodes_does_not_matter() -> None:
    data = sample()
    turned = replace(data, links=data.links[::-1], nodes=data.nodes[::-1])
    assert build_flow_map(turned, COUNTRIES).html == build_flow_map(data, COUNTRIES).html


def test_two_processes_with_other_hash_seeds_give_the_same_bytes() -> None:
    code = (
        "import hashlib, tests.maps_sample as m; from corridors.maps import build_flow_map;"
        "page = build_flow_map(m.sample(), m.COUNTRIES).html;"
        "print(hashlib.sha256(page.encode()).hexdigest())"
    )
    here = Path(__file__).resolve().parent
    known = {hashlib.sha256(build_flow_map(sample(), COUNTRIES).html.encode()).hexdigest()}
    for seed in ("1", "2"):
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(here.parent)}
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env
        )
        known.add(done.stdout.strip())
    assert len(known) == 1


@pytest.mark.parametrize("data", [sample(), hostile()], ids=["sample", "hostile"])
def test_no_address_of_another_host(data: FlowMapData) -> None:
    page = build_flow_map(data, COUNTRIES).html
    assert FOREIGN.findall(page) == []


def test_nothing_foreign_reaches_the_markup() -> None:
    kind = build_flow_map(hostile(), hostile_countries()).html
    sound = build_flow_map(sample(), COUNTRIES).html
    for tag in ("script", "style", "img", "svg", "iframe", "meta"):
        markup = re.compile(rf"<{tag}[\s>]")
        assert len(markup.findall(_without_code(kind))) == len(
            markup.findall(_without_code(sound))
        ), tag


def _without_code(page: str) -> str:
    """Cut what stands in script elements, as a browser reads them."""
    return re.sub(r"(<script[^>]*>).*?</script>", r"\1", page, flags=re.DOTALL)


def test_geometry_stands_once_whatever_the_number_of_states() -> None:
    data = sample()
    days = tuple(f"2025-09-{day:02d}" for day in range(1, 31))
    links = [
        replace(
            link,
            flows={day: LinkFlow({"container": 10.0}) for day in days},
            use={},
            closed_in=(),
            capacities=(),
        )
        for link in data.links
    ]
    nodes = [replace(node, unserved_from={}, unserved_to={}) for node in data.nodes]
    many = replace(data, links=links, nodes=nodes, demands=(), states=days)
    found = contents(build_flow_map(many, COUNTRIES).html)
    assert len(found["states"]) == 30
    assert [len(link["forward"]) for link in found["links"]] == [30] * len(links)
    assert all(isinstance(link["line"][0][0], float) for link in found["links"])


def test_longitudes_run_on_past_180() -> None:
    found = contents(build_flow_map(sample(), COUNTRIES).html)
    (sea,) = (link for link in found["links"] if link["mode"] == "sea")
    assert sea["line"][-1] == [190.0, 60.0]


def test_flows_and_limits_arrive_as_given() -> None:
    found = contents(build_flow_map(sample(), COUNTRIES).html)
    assert found["cargo"] == ["Containers", "Grain"]
    (link,) = (link for link in found["links"] if link["id"] == "w-a")
    assert link["forward"] == [[[0, 8000], [1, 500]], [[0, 2000]]]
    assert link["backward"] == [[[0, 2000], [1, 125]], [[0, 500]]]
    assert found["limits"][link["limits"][0]] == [
        "Wagons to the port",
        "wagons",
        [40, 40],
        [10, 40],
        [0, 31.5],
        0,
    ]
    (closed,) = (link for link in found["links"] if link["closed"] != [0, 0])
    assert (closed["id"], closed["closed"]) == ("a-b", [0, 1])


def test_first_state_may_be_the_difference() -> None:
    assert contents(build_flow_map(sample(), COUNTRIES).html)["first"] == 1
    shown = replace(sample(), first_state="difference")
    assert contents(build_flow_map(shown, COUNTRIES).html)["first"] == 2


def test_a_link_closed_for_good_is_closed_in_every_state() -> None:
    data = sample()
    links = [replace(link, status="closed") for link in data.links]
    found = contents(build_flow_map(replace(data, links=links), COUNTRIES).html)
    closed = {link["id"]: link["closed"] for link in found["links"]}
    assert closed.pop("a-b") == [0, 1]  # says itself in which states
    assert set(map(tuple, closed.values())) == {(1, 1)}


@pytest.mark.parametrize(("palette", "ground"), [("LIGHT", "#fbfaf5"), ("DARK", "#212930")])
def test_colours_of_use_leave_the_ground_without_any_sense_of_hue(
    palette: str, ground: str
) -> None:
    script = vendored.asset_text("flowmap/style.js")
    steps = re.search(rf"const {palette} = {{\s*USE: \[(.*?)\]", script, re.DOTALL)
    assert steps
    assert f"--land: {ground}" in vendored.asset_text("flowmap/flowmap.css")
    colours = [ground[1:], *re.findall(r"#([0-9a-f]{6})", steps.group(1))]
    light = [
        sum(weight * (int(colour[i : i + 2], 16) / 255) ** 2.2 for i, weight in parts)
        for colour in colours
        for parts in [((0, 0.2126), (2, 0.7152), (4, 0.0722))]
    ]
    assert len(light) == 6
    for near, far in pairwise(light if palette == "LIGHT" else light[::-1]):
        assert far < 0.75 * near


def test_every_problem_is_reported_at_once() -> None:
    line = [(20.0, 50.0), (21.0, 51.0)]
    data = FlowMapData(
        "Wrong",
        links=[
            MapLink("x", "X", "rail", line[:1]),
            MapLink("x", "X", "rail", [(50.0, 20.0), (50.0, 120.0)]),
            MapLink("y", "Y", "rail", line, flows={"befor": LinkFlow({"grain": 1.0})}),
            MapLink("z", "Z", "rail", line, flows={"before": LinkFlow({"grain": -1.0})}),
        ],
        states=STATES,
        focus=["zz"],
        demands=[MapDemand("d", "n", "n", "grain", {"nevr": 1.0}, {"before": -1.0})],
        first_state="afterwards",
    )
    with pytest.raises(DataError) as caught:
        build_flow_map(data, COUNTRIES)
    said = str(caught.value)
    for part in (
        "link_id 'x' stands 2 times",
        "a line needs two points, found 1",
        "a point is off the map",
        "link 'y': 'befor' is no state; did you mean before?",
        "link 'z': a flow is negative",
        "focus: no link 'zz'",
        "demand 'd': no node 'n'",
        "demand 'd': 'nevr' is no state",
        "demand 'd': an amount is negative",
        "first_state: 'afterwards' is no state",
    ):
        assert part in said, part


def test_a_map_of_nothing_is_still_a_map() -> None:
    assert "<h1>Empty</h1>" in build_flow_map(FlowMapData("Empty"), COUNTRIES).html


def test_shipped_basemap_is_drawn_and_said_to_be_no_judgement() -> None:
    drawn = basemap.countries(basemap.shipped())
    names = {country["name"] for country in drawn}
    assert {"Poland", "Belarus", "Kazakhstan", "Azerbaijan"} <= names
    for country in drawn:
        lon, lat, west, east, height = country["label"]
        assert west <= lon <= east
        assert -85 < lat < 85
        assert height >= 0
    credit = " ".join(payload(sample(), drawn)["credits"])
    assert "© OpenStreetMap contributors (ODbL)" in credit
    assert "Natural Earth" in credit
    assert "GeoNames (CC BY 4.0)" in credit
    assert "no opinion on the status" in build_flow_map(sample(), COUNTRIES).html


def test_450_links_fit_into_two_megabytes() -> None:
    line = [(20.0 + i / 37, 50.0 + (i * 7919 % 1000) / 700) for i in range(70)]
    template = sample().links[0]
    links = [
        replace(template, link_id=f"link-{i}", coordinates=[(x + i / 10, y) for x, y in line])
        for i in range(450)
    ]
    built = build_flow_map(replace(sample(), links=links, focus=()))
    assert len(built.html.encode()) < 2_000_000


def test_credits_are_owed_for_what_is_on_the_map_alone() -> None:
    own = replace(sample(), credits=None)
    assert own.owed_to == ("Countries: Natural Earth",)
    osm = replace(own, links=[replace(link, made="osm-bridged") for link in own.links])
    assert osm.owed_to == ("Lines © OpenStreetMap contributors (ODbL)", "Countries: Natural Earth")
    assert FlowMapData("Empty").owed_to == ("Countries: Natural Earth",)


def test_who_is_hit_arrives_as_given() -> None:
    found = contents(build_flow_map(sample(), COUNTRIES).html)
    names = [node["id"] for node in found["nodes"]]
    boxes, grain = found["demands"]
    assert boxes == ["m-w", names.index("m"), names.index("w"), 0, [9000, 9000], [0, 1000], 2000, 8]
    assert grain[3:] == [1, [500, 0], [0, 40], 0, 0]
    assert found["products"] == [["Dry goods", [0, 1]]]


def test_saved_page_is_the_page(tmp_path: Path) -> None:
    built = build_flow_map(sample(), COUNTRIES)
    path = built.save(tmp_path / "border.html")
    assert path.read_bytes().decode() == built.html
    assert repr(built).startswith("<FlowMap 'The border closes', 0.")


def test_notebooks_get_a_shut_frame_and_the_picture() -> None:
    built = build_flow_map(sample(), COUNTRIES)
    bundle = built._repr_mimebundle_()
    frame = bundle["text/html"]
    assert frame.startswith('<iframe sandbox="allow-scripts" ')
    srcdoc = re.search(r'srcdoc="([^"]*)"', frame)
    assert srcdoc
    assert html.unescape(srcdoc.group(1)) == built.html
    assert "image/png" not in bundle
    pictured = built.with_png(b"\x89PNG")
    assert base64.b64decode(pictured._repr_mimebundle_()["image/png"]) == b"\x89PNG"
    assert set(pictured._repr_mimebundle_(include={"image/png"})) == {"image/png"}
    assert "text/html" not in pictured._repr_mimebundle_(exclude={"text/html"})


def test_importing_maps_does_not_import_folium() -> None:
    code = "import sys, corridors.maps; print('folium' in sys.modules, 'shapely' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
