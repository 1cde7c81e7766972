"""Across 180 degrees: the same line and the same polygon, whichever way they are written.

179 to -179 on the parallel of 65 N are two degrees: 2 x 47.2 km = 94.4 km, not once round
the Earth.
"""

from __future__ import annotations

import json

import numpy as np
import pytest
from shapely import LineString, MultiPolygon, Point, Polygon, box

import corridors as co
from corridors.cli import main
from corridors.network import geometry
from corridors.network.antimeridian import across_antimeridian, continuous, map_longitude, meets
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
