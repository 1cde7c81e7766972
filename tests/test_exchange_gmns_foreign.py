"""GMNS as other programs write it: read right, or refused with file, row and column."""

from __future__ import annotations

import csv
import io
import warnings

import pytest
from shapely import force_2d, from_wkt

import corridors as co
from corridors.cli import main
from corridors.exchange.gmns_files import kmh_per_unit
from corridors.network.antimeridian import merged
from corridors.network.reading.ids import plain_id, plain_ids

#   1 --10--> 2 --11-- 3      71.7 km and 90 km as the crow flies
NODES = [
    {"node_id": "1", "name": "Alpha", "x_coord": "60.0", "y_coord": "50.0"},
    {"node_id": "2", "name": "Beta", "x_coord": "61.0", "y_coord": "50.0"},
    {"node_id": "3", "name": "Gamma", "x_coord": "62.0", "y_coord": "50.5"},
]
LINKS = [
    {"link_id": "10", "from_node_id": "1", "to_node_id": "2", "directed": "1", "length": "80",
     "free_speed": "40", "facility_type": "road"},
    {"link_id": "11", "from_node_id": "2", "to_node_id": "3", "directed": "0", "length": "100",
     "free_speed": "50", "facility_type": "road"},
]  # fmt: skip
CONFIG = [{"dataset_name": "t", "long_length": "km", "speed": "km/h", "crs": "EPSG:4326"}]


def text_of(rows, separator=","):
    out = io.StringIO()
    columns = list(dict.fromkeys(c for row in rows for c in row))
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n", delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def first(**changes):
    """Return the links with other values in the first row; None takes a column out of both."""
    rows = [{**LINKS[0], **changes}, {**dict.fromkeys(changes, ""), **LINKS[1]}]
    return [{c: v for c, v in r.items() if changes.get(c, "") is not None} for r in rows]


@pytest.fixture
def read(tmp_path):
    """Return a function that writes a folder, imports it, and returns remarks and network."""

    def run(config=CONFIG, nodes=NODES, links=LINKS, separator=",", **options):
        folder = tmp_path / "gmns"
        folder.mkdir(exist_ok=True)
        for name, rows in (("config", config), ("node", nodes), ("link", links)):
            if rows:
                text = rows if isinstance(rows, str) else text_of(rows, separator)
                (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        remarks = co.import_gmns(folder, tmp_path / "net", **options)
        return "\n".join(remarks), co.load(tmp_path / "net")

    return run


def rules(net):
    return {p.rule for p in co.check(net.folder)}


# --- lines that stand in geometry.csv, and what may use a link

SHAPES = [{"geometry_id": "7", "geometry": "LINESTRING (60 50, 60.5 50.2, 61 50)"}]


@pytest.fixture
def read_shapes(read, tmp_path):
    """Return a function that imports a folder whose first link names a line of geometry.csv."""

    def run(name, shapes, **changes):
        (tmp_path / "gmns").mkdir()
        if shapes is not None:
            (tmp_path / "gmns" / "geometry.csv").write_text(text_of(shapes), encoding="utf-8")
        return read(links=first(geometry_id=name, **changes))

    return run


@pytest.mark.parametrize("name", ["7", "7.0"])
def test_a_line_is_found_by_the_number_that_it_is(read_shapes, name):
    """What a table with gaps makes of 7 named no line, and the link was straight without a word."""
    _, net = read_shapes(name, SHAPES)
    assert len(net.links.loc["10", "geometry"].coords) == 3


def test_a_line_that_is_not_there_is_named(read_shapes, tmp_path):
    with pytest.raises(
        co.DataError, match=r"link\.csv, row 2: geometry_id: '8' is not in geometry"
    ):
        read_shapes("8", SHAPES)
    assert not (tmp_path / "net").exists()


@pytest.mark.parametrize("shapes", [None, [{"geometry_id": "7", "geometry": "NaN"}]])
def test_links_whose_line_nobody_gives_are_told(read_shapes, shapes):
    remarks, net = read_shapes("7", shapes)
    assert "no line in geometry.csv, straight now: 10\n" in f"{remarks}\n"
    assert net.links.loc["10", "made"] == "straight"


def test_of_two_lines_with_one_name_neither_is_chosen(read_shapes):
    with pytest.raises(
        co.DataError, match=r"geometry\.csv, row 3: geometry_id: saw '7', expected e"
    ):
        read_shapes("7", SHAPES * 2)


def test_a_line_of_its_own_needs_no_other(read_shapes):
    remarks, net = read_shapes("8", SHAPES, geometry="LINESTRING (60 50, 60.4 50, 60.6 50, 61 50)")
    assert "geometry" not in remarks
    assert len(net.links.loc["10", "geometry"].coords) == 4


def test_who_may_use_a_link_is_told_where_no_table_holds_it(read):
    """A footpath came in as a road for lorries, without a word."""
    remarks, _ = read(links=first(allowed_uses="walk,bike"))
    assert "allowed_uses left out" in remarks
    assert "the number of their links: bike, walk (1)" in remarks


def test_uses_that_are_all_cargo_of_the_mode_are_not_told(tmp_path):
    net = co.load(co.new_network(tmp_path / "island"))
    co.export(net, tmp_path / "gmns", "gmns")
    assert co.import_gmns(tmp_path / "gmns", tmp_path / "same") == []
    links = tmp_path / "gmns" / "link.csv"
    links.write_text(links.read_text("utf-8").replace('"container,grain"', "grain", 1), "utf-8")
    (told,) = co.import_gmns(tmp_path / "gmns", tmp_path / "other")
    assert told.endswith("their links: grain (1)")


# --- units


@pytest.mark.parametrize(
    ("long_length", "speed", "length", "free_speed"),
    [
        ("m", "km/h", "80000", "40"),
        ("km", "mph", "80", "24.85484769"),
        ("mi", "mph", "49.7096954", "24.85484769"),
        ("feet", "m/s", "262467.1916", "11.1111111"),
        ("Meters", "KPH", "80000", "40"),
        ("miles", "", "49.7096954", "24.85484769"),
        ("m", "", "80000", "40"),
        ("km", "kmh", "80", "40"),
        ("nmi", "knots", "43.19654428", "21.59827214"),
        ("ft", "ft/s", "262467.1916", "36.45377661"),
        ("km", "miles per hour", "80", "24.85484769"),
    ],
)
def test_80_km_at_40_km_an_hour_are_2_hours(read, long_length, speed, length, free_speed):
    config = [{"dataset_name": "t", "long_length": long_length, "speed": speed}]
    links = [{**row, "length": length, "free_speed": free_speed} for row in LINKS]
    remarks, net = read(config=config, links=links)
    assert net.links.loc["10", "length_km"] == pytest.approx(80, abs=1e-3)
    assert net.links.loc["10", "hours"] == pytest.approx(2, abs=1e-3)
    assert ("no unit of speed" in remarks) == (not speed)


@pytest.mark.parametrize("unit", ["km", "furlong/h", "km/fortnight", "light", "h/km", "/h"])
def test_a_speed_in_no_unit_of_speed_is_refused(read, unit):
    with pytest.raises(co.DataError, match=r"config\.csv: speed: saw"):
        read(config=[{"dataset_name": "t", "long_length": "km", "speed": unit}])
    with pytest.raises(co.DataError, match="here: saw"):
        kmh_per_unit(unit, "here")


def test_a_unit_that_nobody_states_is_a_guess_that_is_told_and_checked(read):
    links = [{**LINKS[0], "length": "44.6"}, {**LINKS[1], "length": "56"}]
    remarks, net = read(config=None, links=links)
    assert "no unit of length is stated (long_length in config.csv): taken as km" in remarks
    assert "mi would fit" in remarks
    assert "taken as km/h" in remarks
    assert rules(net) == {"lengths-fit-great-circles"}


def test_the_unit_can_be_named_where_nobody_states_it(read):
    links = [{**LINKS[0], "length": "49.7096954"}, {**LINKS[1], "length": "62"}]
    remarks, net = read(config=None, links=links, length_unit="mi", speed_unit="km/h")
    assert "no unit" not in remarks
    assert net.links.loc["10", "length_km"] == pytest.approx(80)
    assert rules(net) == set()


def test_a_unit_that_contradicts_the_config_is_refused(read):
    with pytest.raises(co.DataError, match="saw 'km', but 'mi' was named"):
        read(length_unit="mi")


def test_metres_taken_for_kilometres_are_found_without_geometry(read):
    links = [{**LINKS[0], "length": "8000"}, {**LINKS[1], "length": "10000"}]
    remarks, net = read(config=None, links=links)
    assert "times the great circle" in remarks
    assert rules(net) == {"lengths-fit-great-circles"}


# --- direction


@pytest.mark.parametrize(
    ("flags", "directions"),
    [
        (("1", "1"), ["forward", "forward"]),
        (("1", "0"), ["forward", "both"]),
        (("-1", "0.0"), ["forward", "both"]),
        (("", ""), ["forward", "forward"]),
    ],
)
def test_dir_flag_stands_in_for_directed(read, flags, directions):
    links = [{**row, "dir_flag": flag} for row, flag in zip(LINKS, flags, strict=True)]
    for row in links:
        del row["directed"]
    remarks, net = read(links=links)
    assert net.links["direction"].to_list() == directions
    assert "no column directed: dir_flag was taken for it" in remarks


@pytest.mark.parametrize("flag", ["2", "true", "abc", "-1.5"])
@pytest.mark.parametrize("directed", [None, ""])
def test_a_dir_flag_that_is_none_is_named(read, flag, directed):
    with pytest.raises(co.DataError, match=rf"row 2: dir_flag: saw '{flag}', expected 1, 0 or -1"):
        read(links=first(directed=directed, dir_flag=flag))


def test_without_either_no_direction_is_made_up(read):
    with pytest.raises(co.DataError, match="no column 'directed', nor dir_flag"):
        read(links=[{c: v for c, v in r.items() if c != "directed"} for r in LINKS])


# --- numbers


BAD = ["inf", "-inf", "nan", "-5", "1,5", "1 500", "1e999", "1_000", "0x10", "\uff11", "fast"]


@pytest.mark.parametrize("text", BAD)
@pytest.mark.parametrize("column", ["free_speed", "length", "capacity", "lanes"])
def test_what_is_no_number_is_named_with_its_place(read, tmp_path, column, text):
    with pytest.raises(co.DataError, match=rf"link\.csv, row 2: {column}: saw") as raised:
        read(links=first(**{column: text}))
    assert repr(text) in str(raised.value)
    if text == "1,5":
        assert "a comma in it" in str(raised.value)
    assert not (tmp_path / "net").exists()


@pytest.mark.parametrize("text", ["nan", "NA", "N/A", "null", "None", "-"])
def test_another_word_for_what_is_missing_is_told_the_one_that_is_read(read, text):
    words = rf"free_speed: saw '{text}', expected a number above 0, or nothing or NaN"
    with pytest.raises(co.DataError, match=words):
        read(links=first(free_speed=text))


def test_a_place_cannot_be_missing(read):
    with pytest.raises(co.DataError, match="y_coord: saw 'nan'") as raised:
        read(nodes=[{**NODES[0], "y_coord": "nan"}, *NODES[1:]])
    assert "or nothing" not in str(raised.value)


@pytest.mark.parametrize("text", ["0", "1e308", "99999"])
def test_no_speed_makes_a_link_without_hours(read, text):
    with pytest.raises(co.DataError, match="row 2: free_speed: saw"):
        read(links=first(free_speed=text))


@pytest.mark.parametrize("column", ["x_coord", "y_coord"])
@pytest.mark.parametrize("text", ["nan", "inf", "60,5", "\uff16"])
def test_places_that_are_nowhere(read, column, text):
    with pytest.raises(co.DataError, match=rf"node\.csv, row 2: {column}: saw"):
        read(nodes=[{**NODES[0], column: text}, *NODES[1:]])


@pytest.mark.parametrize(
    ("x", "y", "column", "expected"),
    [
        ("60", "91", "y_coord", "at least -90 and at most 90"),
        ("60", "-90.001", "y_coord", "at least -90 and at most 90"),
        ("60", "1e6", "y_coord", "at least -90 and at most 90"),
        ("-200", "50", "x_coord", "at least -180 and at most 360"),
        ("361", "50", "x_coord", "at least -180 and at most 360"),
        ("-181", "95", "x_coord", "at least -180 and at most 360"),
    ],
)
def test_places_that_are_off_the_earth(read, tmp_path, x, y, column, expected):
    seen = {"x_coord": x, "y_coord": y}[column]
    words = rf"node\.csv, row 2: {column}: saw '{seen}', expected a number of {expected}"
    with pytest.raises(co.DataError, match=words):
        read(nodes=[{**NODES[0], "x_coord": x, "y_coord": y}, *NODES[1:]])
    assert not (tmp_path / "net").exists()


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [("50", "91", True), ("50", "-160", True), ("50", "361", False), ("95", "95", False)],
)
def test_swapped_coordinates_are_told(read, x, y, said):
    with pytest.raises(co.DataError, match=r"row 2: y_coord: saw") as raised:
        read(nodes=[{**NODES[0], "x_coord": x, "y_coord": y}, *NODES[1:]])
    assert ("may be swapped" in str(raised.value)) == said


@pytest.mark.parametrize(
    ("tables", "place", "seen"),
    [
        ({"links": first(gauge_mm="inf", facility_type="rail")}, "link.csv, row 2", "gauge_mm"),
        ({"links": first(gauge_mm="1000", facility_type="rail")}, "link.csv, row 2", "gauge_mm"),
        ({"links": first(length="1e308")}, "link.csv, row 2", "length: saw '1e308'"),
        ({"links": first(free_speed="1e-320")}, "link.csv, row 2", "free_speed: saw '1e-320'"),
        ({"links": first(dwell_hours="-1")}, "link.csv, row 2", "dwell_hours: saw '-1'"),
        ({"links": [{**LINKS[0], "link_id": "Łódź"}] * 2}, "link.csv, row 3",
         "link_id: 'Łódź' stands in row 2"),
        ({"nodes": [*NODES, NODES[1]]}, "node.csv, row 5", "node_id: '2' stands in row 3"),
        ({"nodes": [{**n, "country": "Utopia"} for n in NODES]}, "node.csv, row 2",
         "country: saw 'Utopia'"),
    ],
)  # fmt: skip
def test_problems_are_said_of_the_files_that_are_there(read, tables, place, seen):
    with pytest.raises(co.DataError) as raised:
        read(**tables)
    said = str(raised.value)
    assert place in said
    assert seen in said
    for foreign in ("links.csv", "nodes.csv", "length_km", "column hours"):
        assert foreign not in said


def test_lengths_in_metres_that_no_network_can_hold_ask_for_their_unit(read):
    words = r"link\.csv, row 2: length: saw '80000', .*no unit of length .*--length-unit m"
    with pytest.raises(co.DataError, match=words):
        read(config=None, links=first(length="80000"))


def test_a_length_beyond_the_largest_is_said_in_its_unit(read):
    config = [{**CONFIG[0], "long_length": "m"}]
    words = r"length: saw '8e10', expected at most 30000 km \(the unit is m\)"
    with pytest.raises(co.DataError, match=words):
        read(config=config, links=first(length="8e10"))


def test_problems_of_goods_and_of_tables_beside_gmns_are_said_of_their_files(tmp_path):
    net = co.load(co.new_network(tmp_path / "mine"))
    co.export(net, tmp_path / "gmns", "gmns")
    for file, column, cells in (
        ("use_definition.csv", "t_per_unit", ["", "ten"]),
        ("corridors/demand.csv", "units_per_year", ["many"]),
        ("movement.csv", "hours", ["long"]),
    ):
        path = tmp_path / "gmns" / file
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
        own = [row for row in rows if file != "movement.csv" or row["transfer_id"]]
        for row, cell in zip(own, cells, strict=False):
            row[column] = cell
        path.write_text(text_of(rows), encoding="utf-8")
    with pytest.raises(co.DataError) as raised:
        co.import_gmns(tmp_path / "gmns", tmp_path / "net")
    said = str(raised.value)
    assert "use_definition.csv, row 3, column t_per_unit: saw 'ten'" in said
    assert "corridors/demand.csv, row 2, column units_per_year: saw 'many'" in said
    assert "movement.csv, row " in said
    assert "column hours: saw 'long'" in said
    assert "transfers.csv" not in said


def test_what_is_missing_is_measured_or_left_to_the_rates_and_told(read):
    remarks, net = read(links=first(length="", free_speed="NaN"))
    assert net.links.loc["10", "length_km"] == pytest.approx(71.7, abs=0.1)
    assert net.tables["links"]["hours"].isna().tolist() == [True, False]
    assert "length not stated, measured on the line: 10" in remarks
    assert "speed not stated, so that the hours come from rates.csv: 10" in remarks


def test_a_short_and_quick_link_is_no_free_ride(read):
    _, net = read(links=first(length="0.02", free_speed="999"))
    assert net.links.loc["10", "hours"] == pytest.approx(0.1 / 999, abs=1e-4)
    assert net.links.loc["10", "hours"] > 0


# --- links that are shut


@pytest.mark.parametrize(
    "values",
    [
        {"capacity": "0", "lanes": "0"},
        {"capacity": "0"},
        {"lanes": "0"},
        {"capacity": "0.0", "lanes": "2"},
        {"capacity": "1800", "lanes": "0"},
    ],
)
def test_no_capacity_is_no_open_link(read, values):
    remarks, net = read(links=first(**values))
    assert "shut, a limit of 0 in capacities.csv holds them: 10 (" in remarks
    capacities = net.tables["capacities"].set_index("capacity_id")
    assert capacities["amount"].to_dict() == {"10-shut": 0.0}
    assert net.tables["capacity_members"]["link_id"].to_list() == ["10"]
    assert rules(net) == set()


def test_capacities_that_are_there_are_left_out_and_told(read):
    remarks, net = read(links=first(capacity="1800", lanes="2"))
    assert "columns of link.csv left out: capacity, lanes" in remarks
    assert len(net.tables["capacities"]) == 0


# --- ids


def named(a, b, c):
    nodes = [{**row, "node_id": name} for row, name in zip(NODES, (a, b, c), strict=True)]
    links = [{**LINKS[0], "from_node_id": a, "to_node_id": b},
             {**LINKS[1], "from_node_id": b, "to_node_id": c}]  # fmt: skip
    return {"nodes": nodes, "links": links}


@pytest.mark.parametrize(
    ("names", "ids"),
    [
        (("Север", "Юг", "Запад"), ("sever", "yug", "zapad")),
        (("Łódź", "2", "3"), ("lodz", "2", "3")),
        (("-1", "1", "+1"), ("minus-1", "1", "plus-1")),
        (("A", "a", "Á"), ("a-2", "a", "a-3")),
        (("北京", "上海", "?"), ("u5317-u4eac", "u4e0a-u6d77", "unnamed")),
        (("И", "Й", "Ы"), ("i", "y", "y-2")),
        (("1", "01", "1.0"), ("1", "01", "1.0")),
        (("a b", "a-b", "a_b"), ("a-b-2", "a-b", "a_b")),
    ],
)
def test_three_names_are_three_nodes(read, names, ids):
    remarks, net = read(**named(*names))
    assert net.tables["nodes"].set_index("name")["node_id"].to_dict() == dict(
        zip(("Alpha", "Beta", "Gamma"), ids, strict=True)
    )
    for name, new in zip(names, ids, strict=True):
        assert (f"{name!r} is {new}" in remarks) == (name != new)
    ends = net.tables["links"][["from_node", "to_node"]].to_numpy().tolist()
    assert ends == [[ids[0], ids[1]], [ids[1], ids[2]]]


def test_links_are_called_anew_too(read):
    links = [{**LINKS[0], "link_id": "Мост"}, {**LINKS[1], "link_id": "-11"}]
    remarks, net = read(links=links)
    assert sorted(net.links.index) == ["minus-11", "most"]
    assert "links called anew" in remarks


def test_ids_do_not_depend_on_the_order_of_rows():
    names = ["Łódź", "lodz", "Lodz", "LODZ", "-1", "1", "Север", "sever"]
    assert plain_ids(names) == plain_ids(names[::-1])
    assert len(set(plain_ids(names).values())) == len(names)
    for name in plain_ids(names).values():
        assert plain_id(name) == name


def test_whole_numbers_with_a_point_are_the_same_node(read):
    links = [{**r, "from_node_id": r["from_node_id"] + ".0"} for r in LINKS]
    _, net = read(links=links)
    assert net.links["from_node"].to_list() == ["1", "2"]


# --- facility types


@pytest.mark.parametrize("said", ["Rail", "RAIL", " rail ", "Railway", "railroad", "Main line"])
def test_rail_is_rail_in_any_case(read, said):
    remarks, net = read(links=first(facility_type=said, gauge_mm="1520"))
    assert net.links["mode"].to_list() == ["rail", "road"]
    assert "is rail" in remarks or said.strip() == "rail"


@pytest.mark.parametrize(("said", "mode"), [("SEA", "sea"), ("Ferry", "sea"), ("Road", "road"),
                                            ("Pipeline", "pipeline")])  # fmt: skip
def test_other_modes_too(read, said, mode):
    _, net = read(links=first(facility_type=said), mode="sea")
    assert net.links.loc["10", "mode"] == mode


def test_a_road_has_no_gauge(read):
    with pytest.raises(co.DataError, match="row 2: gauge_mm: saw '1520'"):
        read(links=first(facility_type="Road", gauge_mm="1520"))


# --- geometry


@pytest.mark.parametrize(
    "line",
    [
        "LINESTRING (60 50, nan nan, 61 50)",
        "LINESTRING (60 50, inf 50, 61 50)",
        "LINESTRING (60 50, 1e400 50, 61 50)",
        "LINESTRING (60 50, 60 -1e999, 61 50)",
        "LINESTRING EMPTY",
        "LINESTRING (60 50)",
        "POINT (60 50)",
        "GEOMETRYCOLLECTION EMPTY",
        "MULTILINESTRING ((60 50, 60.4 50), (60.6 50, 61 50))",
        "LINESTRING (50 60, 50 161)",
        "SRID=4326;LINESTRING (60 50, 61 50)",
        "POLYGON ((0 0, 1 0, 1 1, 0 0))",
        "0102000000",
    ],
)
def test_a_line_that_is_none_is_named(read, line):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(co.DataError, match=r"link\.csv, row 2: geometry: saw"):
            read(links=first(geometry=line))


@pytest.mark.parametrize(
    "parts",
    [
        "(179 65, 180 65), (-180 65, -179.5 65)",
        "(179 65, 179.5 65), (179.5 65, 180 65), (-180 65, -179.8 65), (-179.8 65, -179.5 65)",
        # As other programs order them.
        "(-180 65, -179.5 65), (179 65, 180 65)",
    ],
)
def test_a_line_cut_at_180_is_one_line(read, parts):
    nodes = [{**NODES[0], "x_coord": "179", "y_coord": "65"},
             {**NODES[1], "x_coord": "-179.5", "y_coord": "65"}, NODES[2]]  # fmt: skip
    for z in ("", " Z"):
        cut = parts if not z else parts.replace(" 65", " 65 7")
        line = from_wkt(f"MULTILINESTRING{z} ({cut})")
        assert force_2d(merged(line)).bounds == (179, 65, 180.5, 65)
    _, net = read(nodes=nodes, links=first(geometry=f"MULTILINESTRING ({parts})", length="75"))
    line = net.links.loc["10", "geometry"]
    assert (line.coords[0], line.coords[-1]) == ((179, 65), (180.5, 65))
    assert not [p for p in co.check(net) if p.row == 2 and p.rule.startswith(("lines", "lengths"))]


@pytest.mark.parametrize(
    "parts", ["(179 65, 180 65), (-180 66, -179.5 65)", "(179 65, 180 65), (-179.9 65, -179 65)"]
)
def test_a_line_with_a_gap_at_180_is_refused(read, parts):
    with pytest.raises(co.DataError, match="one LINESTRING, not MultiLineString"):
        read(links=first(geometry=f"MULTILINESTRING ({parts})"))


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("LINESTRING Z (60 50 1, 61 50 2)", "heights"),
        ("LINESTRING M (60 50 1, 61 50 2)", "measures"),
        ("MULTILINESTRING ((60 50, 60.5 50), (60.5 50, 61 50))", ""),
    ],
)
def test_a_line_with_more_than_it_needs_is_read(read, line, word):
    remarks, net = read(links=first(geometry=line))
    assert word in remarks
    found = net.links.loc["10", "geometry"]
    assert not found.has_z
    assert (found.coords[0], found.coords[-1]) == ((60, 50), (61, 50))
    assert rules(net) == set()


def test_places_past_180(read):
    nodes = [{**NODES[0], "x_coord": "180.5"}, {**NODES[1], "x_coord": "-179"},
             {**NODES[2], "x_coord": "179"}]  # fmt: skip
    remarks, net = read(nodes=nodes, links=first(length="150"))
    assert net.nodes.loc["1", "lon"] == -179.5
    assert "longitudes past 180" in remarks


# --- the files themselves


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators_are_read(read, separator):
    _, net = read(separator=separator)
    assert net.links["length_km"].to_list() == [80, 100]


def test_a_comma_among_semicolons_is_no_thousand(read):
    with pytest.raises(co.DataError, match=r"length: saw '1,5', expected .* a comma in it"):
        read(links=first(length="1,5"), separator=";")


def test_byte_order_mark_and_line_ends(read):
    def odd(rows):
        return "\ufeff" + text_of(rows).replace("\n", "\r\n")

    _, net = read(config=odd(CONFIG), nodes=odd(NODES), links=odd(LINKS))
    assert list(net.links.index) == ["10", "11"]


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"links": " \n"}, r"link\.csv: not a table: the file is empty"),
        ({"nodes": "\ufeff\n"}, r"node\.csv: not a table: the file is empty"),
        ({"links": text_of(LINKS).replace("directed", "length")}, "column length: stands twice"),
        ({"nodes": text_of(NODES).replace("name", "node_id")}, "column node_id: stands twice"),
        ({"links": text_of(LINKS).replace("80,", "80,5,")}, "row 2, column facility_type: saw 8"),
        ({"links": text_of(LINKS).replace(",road\n", "\n")}, "row 2, column facility_type: saw 6"),
        ({"nodes": text_of(NODES).replace("1,Alpha", ",Alpha")}, "row 2: node_id: saw ''"),
        ({"config": text_of(CONFIG * 2)}, r"config\.csv: saw 2 rows, expected one"),
        ({"nodes": text_of(NODES[:1] * 2 + NODES[1:])}, "stands in row 2 already"),
    ],
)
def test_files_that_are_not_as_they_should_be(read, tmp_path, tables, words):
    with pytest.raises(co.DataError, match=words):
        read(**tables)
    assert not (tmp_path / "net").exists()


def test_the_command_names_units(tmp_path, capsys):
    folder = tmp_path / "gmns"
    folder.mkdir()
    (folder / "node.csv").write_text(text_of(NODES))
    (folder / "link.csv").write_text(text_of(LINKS))
    arguments = ["import-gmns", str(folder), str(tmp_path / "net"), "--length-unit", "mi"]
    with pytest.raises(SystemExit) as done:
        main(arguments)
    assert done.value.code == 0, capsys.readouterr().err
    assert co.load(tmp_path / "net").links.loc["10", "length_km"] == pytest.approx(128.74752)


@pytest.mark.parametrize("written", [str.upper, str.title, lambda name: f" {name} "])
def test_columns_are_known_in_whatever_letters(read, written):
    """Of the config, a unit in miles was read as none, and lengths as kilometres."""

    def named(rows):
        return [{written(k): v for k, v in row.items()} for row in rows]

    config = [{**CONFIG[0], "long_length": "mi", "speed": "mph"}]
    remarks, net = read(named(config), named(NODES), named(LINKS))
    assert "no unit" not in remarks
    assert net.links["length_km"].tolist() == pytest.approx([80 * 1.609344, 100 * 1.609344])
    assert net.links["hours"].tolist() == pytest.approx([2, 2])


def test_two_columns_that_differ_in_letters_alone_stay_two(read):
    links = [{**row, "Length": "7"} for row in LINKS]
    remarks, net = read(links=links)
    assert net.links["length_km"].tolist() == [80, 100]
    assert "Length" in remarks


def test_a_file_is_known_in_whatever_letters(read, tmp_path):
    read()
    folder = tmp_path / "gmns"
    for name in ("config", "node", "link"):
        (folder / f"{name}.csv").rename(folder / f"{name.title()}.CSV")
    remarks = "\n".join(co.import_gmns(folder, tmp_path / "again"))
    assert "no unit" not in remarks
    assert co.load(tmp_path / "again").links["length_km"].tolist() == [80, 100]
    (folder / "NODE.csv").write_text("node_id\n", encoding="utf-8")
    if len(list(folder.iterdir())) == 4:
        with pytest.raises(co.DataError, match=r"saw NODE.csv and Node.CSV, expected one node.csv"):
            co.import_gmns(folder, tmp_path / "third")
