"""Across 180 degrees: the same line and the same polygon, whichever way they are written.

179 to -179 on the parallel of 65 N are two degrees: 2 x 47.2 km = 94.4 km, not once round
the Earth.
"""

from __future__ import annotations

import json

import numpy as np
import pytest
import toys
from shapely import LineString, MultiPolygon, Point, Polygon, box

import corridors as co
from corridors.analysis.explorer_names import places
from corridors.assignment.map_data import comparison_map_data
from corridors.cli import main
from corridors.network import geometry
from corridors.network.antimeridian import (
    across_antimeridian,
    continuous,
    map_edge,
    map_longitude,
    meets,
    on_map,
)
from corridors.network.folder import seal

EAST_WEST = [(179.0, 65.0), (179.9, 65.0), (-179.9, 65.0), (-179.0, 65.0)]
PAST_180 = [(179.0, 65.0), (179.9, 65.0), (180.1, 65.0), (181.0, 65.0)]
BELOW_180 = [(-181.0, 65.0), (-180.1, 65.0), (-179.9, 65.0), (-179.0, 65.0)]
WRITINGS = pytest.mark.parametrize("points", [EAST_WEST, PAST_180, BELOW_180])


@WRITINGS
@pytest.mark.parametrize("turn_round", [False, True])
def test_a_line_is_short_however_it_is_written(points, turn_round):
    line = LineString(continuous(points[::-1] if turn_round else points))
    assert line.bounds == pytest.approx((179, 65, 181, 65))
    assert geometry.geodesic_length_km(line) == pytest.approx(94.4, abs=0.2)


def test_lines_elsewhere_are_left_as_they_are():
    for points in ([(60.0, 50.0), (61.0, 50.0)], [(121.0, 31.0), (242.0, 34.0)],
                   [(-95.0, 29.0), (-20.0, 45.0)], [(170.0, 60.0), (190.0, 66.0)]):  # fmt: skip
        assert continuous(points) == points


def test_a_great_circle_runs_past_180_from_either_side():
    for start, end in (((179, 65), (-179, 65)), ((-179, 65), (179, 65))):
        line = geometry.great_circle(start, end)
        assert line.bounds[0] == pytest.approx(179)
        assert line.bounds[2] == pytest.approx(181)


def test_a_place_east_of_180_is_drawn_where_its_lines_end():
    assert map_longitude(-179.5) == 180.5
    assert map_longitude(-96.0) == -96.0


def ring(*points):
    return [*points, points[0]]


BERING = {
    "east to west": ring((179, 64), (-179, 64), (-179, 66), (179, 66)),
    "west to east": ring((179, 64), (179, 66), (-179, 66), (-179, 64)),
    "past 180": ring((179, 64), (181, 64), (181, 66), (179, 66)),
    "below -180": ring((-181, 64), (-179, 64), (-179, 66), (-181, 66)),
    "wide": ring((150, 50), (-150, 50), (-150, 70), (150, 70)),
}
ICELAND = ring((-20, 64), (-18, 64), (-18, 66), (-20, 66))


@pytest.mark.parametrize("name", BERING)
@WRITINGS
def test_a_polygon_over_the_antimeridian_takes_the_line(name, points):
    line = np.array([LineString(continuous(points)), LineString([(60, 65), (61, 65)])])
    assert meets(across_antimeridian(Polygon(BERING[name])), line).tolist() == [True, False]


@WRITINGS
def test_a_polygon_in_iceland_does_not(points):
    assert not meets(Polygon(ICELAND), np.array([LineString(continuous(points))])).any()


def test_a_polygon_cut_at_180_is_whole():
    parts = MultiPolygon([box(179, 64, 180, 66), box(-180, 64, -179, 66)])
    found = meets(across_antimeridian(parts), np.array([Point(-179.5, 65), Point(179.5, 65),
                                                        Point(178, 65)]))  # fmt: skip
    assert found.tolist() == [True, True, False]


def test_a_hole_goes_with_its_ring():
    area = across_antimeridian(
        Polygon(
            ring((170, 50), (-170, 50), (-170, 70), (170, 70)),
            [ring((178, 60), (-178, 60), (-178, 66), (178, 66))],
        )
    )
    places = np.array([Point(-179, 65), Point(-175, 65), Point(175, 65)])
    assert meets(area, places).tolist() == [False, True, True]


def test_a_box_about_everything_is_one():
    everywhere = np.array([Point(x, 40) for x in (-100, -10, 60, 179)])
    for bounds in ((-180, 0, 180, 80), (-10, 0, 180, 80), (-100, 0, 150, 80)):
        west, east = bounds[0], bounds[2]
        expected = [west <= p.x <= east for p in everywhere]
        assert meets(across_antimeridian(box(*bounds)), everywhere).tolist() == expected


# --- a network on both sides: alpha --sea-- beta (-179.5) --sea-- gamma (-175)

NODES = {"alpha": (179.0, 65.0), "beta": (-179.5, 65.0), "gamma": (-175.0, 65.2)}


@pytest.fixture(params=[[*EAST_WEST[:3], (-179.5, 65.0)],
                        [*PAST_180[:3], (180.5, 65.0)]], ids=["wrapped", "past 180"])  # fmt: skip
def folder(request, tmp_path):
    """Return a network folder made from GMNS whose one line is written in one of two ways."""
    gmns = tmp_path / "gmns"
    gmns.mkdir()
    wkt = ", ".join(f"{lon} {lat}" for lon, lat in request.param)
    (gmns / "config.csv").write_text("long_length,speed\nkm,km/h\n")
    (gmns / "node.csv").write_text(
        "node_id,x_coord,y_coord\n" + "".join(f"{n},{x},{y}\n" for n, (x, y) in NODES.items())
    )
    (gmns / "link.csv").write_text(
        "link_id,from_node_id,to_node_id,directed,free_speed,facility_type,geometry\n"
        f'ab,alpha,beta,0,40,sea,"LINESTRING ({wkt})"\nbg,beta,gamma,0,40,sea,\n'
    )
    co.import_gmns(gmns, tmp_path / "net")
    # The file may hold either way, too.
    path = tmp_path / "net" / "lines.geojson"
    content = json.loads(path.read_text(encoding="utf-8"))
    for feature in content["features"]:
        if feature["properties"]["link_id"] == "ab":
            feature["geometry"]["coordinates"] = [list(p) for p in request.param]
    path.write_text(json.dumps(content), encoding="utf-8")
    seal(tmp_path / "net")
    return tmp_path / "net"


def test_such_a_network_is_clean_short_and_drawn_short(folder, capsys):
    assert co.check(folder) == []
    net = co.load(folder)
    assert net.links.loc["ab", "length_km"] == pytest.approx(1.5 * 47.2, abs=0.2)
    assert set(net.tables["nodes"]["country"]) == {"RU"}
    for line in net.links.geometry:
        assert line.bounds[0] >= 179.0
        assert line.bounds[2] <= 185.0
    for name, point in (("beta", 180.5), ("gamma", 185.0)):
        assert map_longitude(net.nodes.geometry[name].x) == point
    with pytest.raises(SystemExit) as done:
        main(["map", "--network", str(folder), "--out", str(folder.parent / "map.html")])
    assert done.value.code == 0, capsys.readouterr().err


@pytest.mark.parametrize("name", BERING)
def test_a_scenario_selects_by_polygon(folder, name):
    from corridors.scenarios.selectors import select

    net = co.load(folder)
    area = {"type": "Polygon", "coordinates": [BERING[name]]}
    chosen = select(net, {"within": area})
    assert chosen.links[:, 0].tolist() == [True, True]
    with pytest.raises(co.ScenarioError, match="matches nothing"):
        select(net, {"within": {"type": "Polygon", "coordinates": [ICELAND]}})


def ocean(*legs, demand):
    """A network of sea lanes between places of the world."""
    at = {
        "sha": (31.2, 121.5), "lax": (34.0, -118.2), "nyc": (40.7, -74.0), "rot": (51.9, 4.5),
        "sin": (1.3, 103.8), "nom": (64.5, -165.4), "uel": (66.1, -169.8), "anc": (61.2, -149.9),
    }  # fmt: skip
    nodes = sorted({end for leg in legs for end in leg})
    made = toys.network(
        dict.fromkeys(nodes, "AA"),
        [{"from_node": a, "to_node": b, "mode": "sea", "length_km": 1000} for a, b in legs],
        [{"origin": a, "destination": b, "per_day": 10} for a, b in demand],
        usd_per_km=0.01,
    )
    frame = made.tables["nodes"]
    frame["lat"], frame["lon"] = zip(*(at[node] for node in frame["node_id"]), strict=True)
    return co.Network(made.tables)


OCEANS = {
    "over the Pacific": (("sha", "lax"), ("lax", "nyc"), ("nyc", "rot")),
    "from the Pacific's far side": (("lax", "sha"), ("sin", "sha")),
    "over the edge of the usual map": (("uel", "nom"), ("nom", "anc")),
}


@pytest.mark.parametrize("legs", OCEANS.values(), ids=OCEANS)
def test_every_line_ends_where_its_places_stand_on_maps(legs):
    net = ocean(*legs, demand=[legs[0], legs[1]])
    shut = {"close": {"link": "-".join(legs[0]) + "-sea"}}
    events = [{**shut, "from": "2026-01-03", "until": "2026-01-06"}]
    closed = {"name": "x", "as_of": "2026-01-01", "events": events}
    day = co.run(net, co.scenario(closed), as_of="2026-01-03", model="optimal")
    data = comparison_map_data(net, day.tables)
    at = {node.name: (node.lon, node.lat) for node in data.nodes}
    for link in data.links:
        for end, point in zip(link.ends, (link.coordinates[0], link.coordinates[-1]), strict=True):
            assert point == pytest.approx(at[end], abs=1e-3)
    data.check()
    run = co.simulate(net, co.scenario(closed), days=5)
    drawn = run._map_data
    lines = {point for link in drawn.links for line in link.lines for point in (line[0], line[-1])}
    assert drawn.places
    for place in drawn.places:
        assert any(np.allclose((place.lon, place.lat), point, atol=1e-3) for point in lines)
    found = places(net)
    first = found["line_first"].reshape(-1, 2)
    starts = [
        net.tables["nodes"]["node_id"].tolist().index(a) for a in net.whole.links["from_node"]
    ]
    assert (first[:, 0] == found["node_lon"][starts]).all()


def test_a_map_is_cut_where_no_line_is():
    assert map_edge([], []) == map_edge([-20.0], [150.0]) == -165.0
    # Uelen to Nome to Anchorage: the widest gap is that from there eastwards to Uelen.
    edge = map_edge([-169.8, -165.4], [-165.4, -149.9])
    assert map_longitude(-165.4, edge) - map_longitude(-169.8, edge) == pytest.approx(4.4)
    # Round the whole Earth there is no gap.
    assert map_edge([-170.0, 60.0], [70.0, 200.0]) == -165.0


def test_the_shipped_network_is_drawn_as_ever():
    net = co.load()
    assert net.map_edge == -165.0
    assert all(on_map(net.links.geometry, net.map_edge) == net.links.geometry)
