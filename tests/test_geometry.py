"""Lines of links, against answers worked out by hand.

On the equator a degree of longitude is 40 075.0167 km / 360 = 111.31949 km.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("geopandas")

import geopandas as gpd
import pandas as pd
from shapely import LineString, box

from corridors.errors import DataError, UnknownIdError
from corridors.network import geometry

if TYPE_CHECKING:
    from pathlib import Path

DEGREE = 40_075.016_686 / 360


def test_importing_geometry_loads_no_heavy_library() -> None:
    code = (
        "import sys, corridors.network.geometry; "
        "print(sorted({'geopandas', 'shapely', 'pyproj', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_length_is_geodesic() -> None:
    assert geometry.geodesic_length_km(LineString([(0, 0), (3, 0)])) == pytest.approx(
        3 * DEGREE, rel=1e-9
    )
    # A quarter of a meridian, the first definition of the metre: 10 001.966 km.
    assert geometry.geodesic_length_km(LineString([(0, 0), (0, 90)])) == pytest.approx(
        10_001.9657, rel=1e-7
    )


def test_great_circle_is_dense_and_ends_where_it_should() -> None:
    line = geometry.great_circle((121.5, 31.2), (4.5, 51.9), step_km=100)
    steps = [
        geometry.geodesic_length_km(LineString(pair))
        for pair in zip(line.coords[:-1], line.coords[1:], strict=True)
    ]
    assert line.coords[0] == (121.5, 31.2)
    assert line.coords[-1] == (4.5, 51.9)
    assert max(steps) <= 100.0
    assert max(steps) - min(steps) < 1e-3
    # The shortest way runs far north of both ends.
    assert max(lat for _, lat in line.coords) > 60


def test_great_circle_of_one_step_has_two_points() -> None:
    assert list(geometry.great_circle((0, 0), (0.5, 0)).coords) == [(0, 0), (0.5, 0)]


@pytest.mark.parametrize("step", [0, -1, float("nan")])
def test_a_step_must_be_above_zero(step: float) -> None:
    with pytest.raises(DataError, match="above 0 km"):
        geometry.great_circle((0, 0), (1, 0), step_km=step)


def test_the_antimeridian_is_crossed_the_short_way_without_a_jump() -> None:
    line = geometry.great_circle((179, 0), (-179, 0), step_km=50)
    assert [lon for lon, _ in line.coords] == pytest.approx([179, 179.4, 179.8, 180.2, 180.6, 181])
    assert geometry.geodesic_length_km(line) == pytest.approx(2 * DEGREE, rel=1e-9)
    assert geometry.point_along(line, 0.75) == pytest.approx((180.5, 0))


def test_point_along_goes_by_distance_not_by_vertices() -> None:
    line = LineString([(0, 0), (1, 0), (4, 0)])
    assert geometry.point_along(line, 0.5) == pytest.approx((2, 0))
    assert geometry.point_along(line, -1) == pytest.approx((0, 0))
    assert geometry.point_along(line, 2) == (4, 0)


def test_points_along_are_in_equal_steps() -> None:
    line = LineString([(0, 0), (4, 0)])  # 445.28 km: five steps of 89.06 km
    points = geometry.points_along(line, 100)
    assert [lon for lon, _ in points] == pytest.approx([0, 0.8, 1.6, 2.4, 3.2, 4])


def test_heading_follows_the_line() -> None:
    # north, then east:   b ---- c
    #                     |
    #                     a
    line = LineString([(0, 0), (0, 1), (3, 1)])
    assert geometry.heading(line, 0) == pytest.approx(0, abs=1e-6)
    assert geometry.heading(line, 1) == pytest.approx(90, abs=0.1)
    assert geometry.heading(line.reverse(), 1) == pytest.approx(180, abs=1e-6)


def test_oriented_and_the_gaps_at_the_ends() -> None:
    line = LineString([(0, 0), (2, 0)])
    assert geometry.oriented(line, (1.9, 0)).coords[0] == (2, 0)
    assert geometry.oriented(line, (0.1, 0)) is line
    assert geometry.end_gaps_km(line, (0, 0), (3, 0)) == pytest.approx((0, DEGREE))


def test_countries_crossed_leaves_out_water() -> None:
    #   0        1      2        4
    #   |-- AA --|  sea |-- BB --|
    basemap = gpd.GeoDataFrame(
        {"iso2": ["BB", "AA", "CC"]},
        geometry=[box(2, -1, 4, 1), box(0, -1, 1, 1), box(0, 5, 4, 6)],
        crs=4326,
    )
    crossed = geometry.countries_crossed(LineString([(0, 0), (4, 0)]), basemap)
    assert list(crossed) == ["BB", "AA"]
    assert crossed == pytest.approx({"BB": 2 * DEGREE, "AA": DEGREE})


def test_parts_of_one_country_are_added_up() -> None:
    basemap = gpd.GeoDataFrame(
        {"iso2": ["AA", "AA"]}, geometry=[box(0, -1, 1, 1), box(2, -1, 3, 1)], crs=4326
    )
    crossed = geometry.countries_crossed(LineString([(0, 0), (4, 0)]), basemap)
    assert crossed == pytest.approx({"AA": 2 * DEGREE})


@pytest.mark.parametrize(
    ("iso2", "lon", "lat"),
    [("KZ", 71.4, 51.2), ("GE", 44.8, 41.7), ("XK", 21.1, 42.6), ("RU", 187.5, 66.0)],
)
def test_the_packaged_basemap_knows_where_places_lie(iso2: str, lon: float, lat: float) -> None:
    line = LineString([(lon, lat), (lon + 0.1, lat)])
    assert list(geometry.countries_crossed(line, geometry.read_basemap())) == [iso2]


def test_a_basemap_needs_country_codes(tmp_path: Path) -> None:
    gpd.GeoDataFrame({"name": ["x"]}, geometry=[box(0, 0, 1, 1)], crs=4326).to_file(
        tmp_path / "bare.geojson"
    )
    with pytest.raises(DataError, match="iso2"):
        geometry.read_basemap(tmp_path / "bare.geojson")


def write_lines(path: Path, *features: tuple[object, str, object]) -> Path:
    """Write features of link_id, geometry type and coordinates."""
    collection = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"made": "osm"} if name is None else {"link_id": name, "made": "osm"},
                "geometry": {"type": kind, "coordinates": points},
            }
            for name, kind, points in features
        ],
    }
    path.write_text(json.dumps(collection), encoding="utf-8")
    return path


def test_read_lines_is_sorted_and_keeps_properties(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "lines.geojson",
        ("b", "LineString", [[0, 0], [1, 0]]),
        ("a", "LineString", [[0, 0], [2, 0]]),
    )
    lines = geometry.read_lines(path)
    assert list(lines.index) == ["a", "b"]
    assert list(lines["made"]) == ["osm", "osm"]


def test_read_lines_lists_every_problem(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "lines.geojson",
        ("a", "LineString", [[0, 0], [1, 0]]),
        ("a", "LineString", [[0, 0], [2, 0]]),
        ("p", "Point", [0, 0]),
    )
    with pytest.raises(
        DataError, match=r"more than one line for a; p: not a LineString: saw Point"
    ):
        geometry.read_lines(path)


def test_read_lines_needs_ids(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "lines.geojson", (None, "LineString", [[0, 0], [1, 0]]))
    with pytest.raises(DataError, match="needs the property link_id"):
        geometry.read_lines(path)


#   a ---ab--- b ---bc--- c
NODES = pd.DataFrame({"node_id": ["a", "b", "c"], "lon": [0.0, 1.0, 3.0], "lat": [0.0, 0.0, 0.0]})
LINKS = pd.DataFrame(
    {"link_id": ["bc", "ab"], "from_node": ["b", "a"], "to_node": ["c", "b"], "mode": "rail"}
)


def test_a_link_without_a_line_gets_a_great_circle() -> None:
    given = gpd.GeoDataFrame(
        {"made": ["osm"]}, geometry=[LineString([(1, 0), (0.5, 0.1), (0, 0)])], index=["ab"]
    )
    drawn = geometry.with_lines(LINKS, NODES, given)
    assert list(drawn["link_id"]) == ["bc", "ab"]
    assert list(drawn["made"]) == ["straight", "osm"]
    assert [line.coords[0][0] for line in drawn.geometry] == [1, 0]  # from_node, both
    assert len(drawn.geometry[0].coords) == 4  # 222.6 km: three steps
    assert list(geometry.with_lines(LINKS, NODES, None)["made"]) == ["straight", "straight"]


def test_tables_may_be_indexed_by_id() -> None:
    drawn = geometry.with_lines(LINKS.set_index("link_id"), NODES.set_index("node_id"), None)
    assert list(drawn.index) == ["bc", "ab"]


def test_a_link_to_nowhere_is_named() -> None:
    links = LINKS.assign(to_node=["c", "bb"])
    with pytest.raises(UnknownIdError, match=r"link ab ends at 'bb', which is no node; did you"):
        geometry.with_lines(links, NODES, None)
