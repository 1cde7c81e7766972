"""What selectors match, on a small network and on the shipped one."""

from __future__ import annotations

import json

import pytest
import toys

import corridors as co
from corridors.network.network import Network
from corridors.scenarios.selectors import select


@pytest.fixture(scope="module")
def small():
    """Return a network over three countries.

    a(AA) --rail-- b(BB) --rail-- c(BB) --road-- d(CC)
      \\------------------sea-----------------------/
    """
    return toys.network(
        {"a": "AA", "b": "BB", "c": "BB", "d": "CC"},
        [
            {"from_node": "a", "to_node": "b", "mode": "rail", "corridor": "northern"},
            {"from_node": "b", "to_node": "c", "mode": "rail", "corridor": "northern"},
            {"from_node": "c", "to_node": "d", "mode": "road", "direction": "forward"},
            {"from_node": "a", "to_node": "d", "mode": "sea", "via_countries": "EE;FF"},
        ],
        [{"origin": "a", "destination": "d", "per_day": 1}],
        transfers=[
            {
                "transfer_id": "c-change",
                "node_id": "c",
                "from_mode": "rail",
                "from_gauge_mm": 1520,
                "to_mode": "road",
                "hours": 2,
            }
        ],
        capacities=[
            {"capacity_id": "sum", "name": "sum", "unit": "t", "amount": 1},
            {
                "capacity_id": "each",
                "name": "each",
                "unit": "t",
                "amount": 1,
                "per_direction": "yes",
            },
        ],
        capacity_members=[
            {"capacity_id": "sum", "link_id": "a-b-rail", "direction": "backward"},
            {"capacity_id": "each", "link_id": "b-c-rail"},
        ],
        chokepoints=[
            {"chokepoint": "two", "name": "two", "selector": "{link: a-b-rail}"},
            {"chokepoint": "two", "name": "two", "selector": "{mode: sea}"},
        ],
    )


def matched(net, selector, folder=None):
    """Return matched directed links and transfers as text: > forward, < backward."""
    found = select(net, selector, folder)
    names = []
    for table, mask in (("link", found.links), ("transfer", found.transfers)):
        ids = net.tables[f"{table}s"][f"{table}_id"]
        names += [f"{i}{'><'[d]}" for n, i in enumerate(ids) for d in (0, 1) if mask[n, d]]
    return sorted(names)


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ({"link": "a-b-rail"}, ["a-b-rail<", "a-b-rail>"]),
        ({"link": ["c-d-road"]}, ["c-d-road>"]),
        ({"node": "c"}, ["b-c-rail<", "b-c-rail>", "c-change<", "c-change>", "c-d-road>"]),
        ({"border": ["BB", "AA"]}, ["a-b-rail<", "a-b-rail>"]),
        ({"country": "CC"}, ["a-d-sea<", "a-d-sea>", "c-d-road>"]),
        ({"country": "EE"}, ["a-d-sea<", "a-d-sea>"]),
        ({"corridor": "northern", "direction": "AA>BB"}, ["a-b-rail>"]),
        ({"mode": "road"}, ["c-change<", "c-change>", "c-d-road>"]),
        ({"mode": ["sea"], "country": "AA"}, ["a-d-sea<", "a-d-sea>"]),
        ({"transfer": "c-change"}, ["c-change<", "c-change>"]),
        ({"chokepoint": "two"}, ["a-b-rail<", "a-b-rail>", "a-d-sea<", "a-d-sea>"]),
        ({"capacity": "sum"}, ["a-b-rail<"]),
        ({"capacity": "each"}, ["b-c-rail<", "b-c-rail>"]),
        ({"capacity": "each", "direction": "backward"}, ["b-c-rail<"]),
        ({"direction": "BB>AA"}, ["a-b-rail<"]),
    ],
)
def test_a_selector_matches_what_it_says(small, selector, expected):
    assert matched(small, selector) == expected


def test_what_was_selected_is_kept_and_cannot_be_written_to(small):
    """A network drawn from another selects in that one; an area is looked up each time."""
    selector = {"border": ["AA", "BB"]}
    found = select(small, selector)
    drawn = Network(dict(small.tables), folder=small.folder, like=small)
    assert select(small, dict(selector)) is select(drawn, selector) is found
    with pytest.raises(ValueError, match="read-only"):
        found.links[0, 0] = True
    area = {"within": square(60.9, 45.9, 61.1, 46.1)}
    assert select(small, area) is not select(small, area)


def square(west, south, east, north):
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def test_a_polygon_takes_what_crosses_or_lies_in_it(small, tmp_path):
    # a lies at 60 E 45 N, b at 61 E 46 N, c at 62 E 47 N, d at 63 E 45 N.
    around_b = square(60.9, 45.9, 61.1, 46.1)
    assert matched(small, {"within": around_b, "mode": "rail"}) == [
        "a-b-rail<", "a-b-rail>", "b-c-rail<", "b-c-rail>",
    ]  # fmt: skip
    between_b_and_c = square(61.4, 46.4, 61.6, 46.6)
    assert matched(small, {"within": between_b_and_c}) == ["b-c-rail<", "b-c-rail>"]
    file = {"type": "FeatureCollection",
            "features": [{"type": "Feature", "properties": {}, "geometry": around_b}]}  # fmt: skip
    (tmp_path / "area.geojson").write_text(json.dumps(file), encoding="utf-8")
    by_file = matched(small, {"within": "area.geojson"}, tmp_path)
    assert by_file == matched(small, {"within": around_b})


def test_a_polygon_in_a_scenario_is_found_beside_it(net, tmp_path):
    area = square(23.4, 51.9, 23.7, 52.2)
    (tmp_path / "brest.geojson").write_text(json.dumps(area), encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(
        "name: mine\nas_of: 2025-09-12\nevents:\n  - close: {within: brest.geojson}\n",
        encoding="utf-8",
    )
    hit = co.assign(net, tmp_path / "mine.yaml")
    assert "brest-terespol-rail-1520" in hit.state.closed_links


@pytest.mark.parametrize(
    ("area", "message"),
    [
        ({"type": "Point", "coordinates": [1, 2]}, "expected polygons"),
        ({"type": "Polygon", "coordinates": "x"}, "not a GeoJSON geometry"),
        ({"nonsense": 1}, "not a GeoJSON geometry"),
        (
            {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]},
            "crosses itself",
        ),
    ],
)
def test_what_is_no_polygon_is_refused(small, area, message):
    with pytest.raises(co.ScenarioError, match=message):
        select(small, {"within": area})


def test_every_chokepoint_of_the_shipped_network_matches(net):
    for name in set(net.tables["chokepoints"]["chokepoint"]):
        assert select(net, {"chokepoint": name})
