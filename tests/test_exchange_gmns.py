"""GMNS out and in: nothing is lost, other programs' folders are read, bad ones are refused."""

from __future__ import annotations

import csv
import json

import pytest
import toys
from pandas.testing import assert_frame_equal

import corridors as co
from corridors.cli import main
from corridors.exchange import gmns
from corridors.exchange.gmns import movements
from corridors.network.schema import tables

# Fields of the specification's version 0.96, link and node, in its order.
LINK = [
    "link_id",
    "name",
    "from_node_id",
    "to_node_id",
    "directed",
    "geometry_id",
    "geometry",
    "parent_link_id",
    "dir_flag",
    "length",
    "grade",
    "facility_type",
    "capacity",
    "free_speed",
    "lanes",
    "bike_facility",
    "ped_facility",
    "parking",
    "allowed_uses",
    "toll",
    "jurisdiction",
    "row_width",
]
NODE = [
    "node_id",
    "name",
    "x_coord",
    "y_coord",
    "z_coord",
    "node_type",
    "ctrl_type",
    "zone_id",
    "parent_node_id",
]


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def island(tmp_path_factory):
    return co.load(co.new_network(tmp_path_factory.mktemp("gmns") / "island"))


@pytest.mark.parametrize("which", ["island", "shipped"])
def test_out_and_in_loses_nothing(which, island, net, tmp_path):
    network = island if which == "island" else net
    co.export(network, tmp_path / "gmns", "gmns")
    assert co.import_gmns(tmp_path / "gmns", tmp_path / "back") == []
    back = co.load(tmp_path / "back")
    for name, table in tables().items():
        key = list(table.key)
        a = network.tables[name].sort_values(key).reset_index(drop=True)
        b = back.tables[name].sort_values(key).reset_index(drop=True)
        assert_frame_equal(a, b)
    assert all(
        a.equals(b)
        for a, b in zip(
            network.links.sort_index().geometry, back.links.sort_index().geometry, strict=True
        )
    )
    assert_frame_equal(
        network.links.sort_index().drop(columns="geometry"),
        back.links.sort_index().drop(columns="geometry"),
    )
    assert co.check(tmp_path / "back") == []


def test_it_is_gmns(island, tmp_path):
    co.export(island, tmp_path, "gmns")
    links, nodes = rows(tmp_path / "link.csv"), rows(tmp_path / "node.csv")
    assert list(links[0])[: len(LINK)] == LINK
    assert list(nodes[0])[: len(NODE)] == NODE
    known = {n["node_id"] for n in nodes}
    shapes = {g["geometry_id"] for g in rows(tmp_path / "geometry.csv")}
    uses = {u["use"] for u in rows(tmp_path / "use_definition.csv")}
    for link in links:
        assert {link["from_node_id"], link["to_node_id"]} <= known
        assert link["geometry_id"] in {"", *shapes}
        assert link["directed"] in {"true", "false"}
        assert set(link["allowed_uses"].split(",")) <= uses
        assert float(link["length"]) > 0
    config = rows(tmp_path / "config.csv")
    assert len(config) == 1
    assert (config[0]["long_length"], config[0]["crs"]) == ("km", "EPSG:4326")
    ends = {(link["link_id"], link[e]) for link in links for e in ("from_node_id", "to_node_id")}
    for way in rows(tmp_path / "movement.csv"):
        assert (way["ib_link_id"], way["node_id"]) in ends
        assert (way["ob_link_id"], way["node_id"]) in ends
        assert way["type"] == "thru"


def test_movements_by_hand():
    #            b (rail 1520)
    #            |
    #  a ─1435─ hub ─road─ c        transfer 1435 <-> 1520, none to the road
    net = toys.network(
        {"a": "XA", "b": "XA", "c": "XA", "hub": "XA"},
        [
            {"from_node": "a", "to_node": "hub", "mode": "rail", "gauge_mm": 1435},
            {"from_node": "hub", "to_node": "b", "mode": "rail", "gauge_mm": 1520},
            {"from_node": "hub", "to_node": "c", "direction": "forward"},
        ],
        [],
        transfers=[
            {
                "transfer_id": "t",
                "node_id": "hub",
                "from_mode": "rail",
                "from_gauge_mm": 1435,
                "to_mode": "rail",
                "to_gauge_mm": 1520,
                "hours": 2.5,
            }
        ],
    )
    found = {(m["ib_link_id"], m["ob_link_id"], m["penalty"], m["name"]) for m in movements(net)}
    assert found == {
        ("a-hub-rail", "hub-b-rail", "9000", "t"),
        ("hub-b-rail", "a-hub-rail", "9000", "t"),
    }


def test_a_transfer_that_no_link_reaches_is_not_lost(island, tmp_path):
    # In summer there is no ferry to Port Gorse, and its crane has nothing to lift.
    summer = island.at("2026-07-01")
    assert "elm-gorse-sea" not in set(summer.tables["links"]["link_id"])
    co.export(summer, tmp_path / "gmns", "gmns")
    assert [r["transfer_id"] for r in rows(tmp_path / "gmns/corridors/transfers.csv")] == [
        "gorse-road-sea"
    ]
    co.import_gmns(tmp_path / "gmns", tmp_path / "back")
    back = co.load(tmp_path / "back")
    assert set(back.tables["transfers"]["transfer_id"]) == set(
        summer.tables["transfers"]["transfer_id"]
    )


@pytest.mark.parametrize(
    ("day", "year", "growth"), [("2030-06-15", 2030, 0.03), ("2045-01-01", 2045, 0.0)]
)
def test_what_has_grown_to_the_day_does_not_grow_again(island, day, year, growth, tmp_path):
    """The amounts of 2030 were written as those of 2025, and grew once more when read."""
    co.export(island.at(day), tmp_path / "gmns", "gmns")
    co.import_gmns(tmp_path / "gmns", tmp_path / "back")
    back = co.load(tmp_path / "back")
    boxes = back.tables["demand"].set_index("demand_id").loc["aster-dale-container"]
    assert (boxes["base_year"], boxes["growth"]) == (year, growth)
    assert_frame_equal(
        back.at(day).tables["demand"], back.tables["demand"], check_dtype=False, rtol=1e-12
    )
    for net in (island, back):
        # By hand: 73,000 TEU grow by 3 % a year, for 15 years at most.
        units = 73_000 * 1.03 ** min(year - 2025, 15)
        found = net.at(day).tables["demand"].set_index("demand_id")["units_per_year"]
        assert found["aster-dale-container"] == pytest.approx(units)


@pytest.mark.parametrize("day", ["2025-09-12", "2030-06-15"])
def test_the_shipped_network_of_a_day_reads_back_as_that(net, day, tmp_path):
    co.export(net.at(day), tmp_path / "gmns", "gmns")
    co.import_gmns(tmp_path / "gmns", tmp_path / "back")
    back = co.load(tmp_path / "back")
    for table, column in (("demand", "units_per_year"), ("supply", "amount")):
        before, after = (n.at(day).tables[table][column].sort_values() for n in (net, back))
        assert after.to_list() == pytest.approx(before.to_list(), rel=1e-12)
    # A day has no whole network, but no number speaks of what is not there.
    of_numbers = "provenance-points", "demand-before-its-base-year", "numbers-have"
    assert not [p for p in co.check(back) if p.rule.startswith(of_numbers)]


@pytest.mark.parametrize(("kind", "name"), [("gpkg", "geopackage"), ("", "geoparquet")])
def test_other_formats_say_of_which_year_amounts_are(island, kind, name, tmp_path):
    import pandas as pd
    import pyogrio

    target = tmp_path / f"out.{kind}" if kind else tmp_path / "out"
    co.export(island.at("2030-06-15"), target, name)
    read = pyogrio.read_dataframe if kind else pd.read_parquet
    found = read(target, layer="demand") if kind else read(target / "demand.parquet")
    assert set(found["base_year"]) == {2030}


# --- a folder of another program: a freeway in miles, ids as numbers, no lines


CONFIG = "dataset_name,long_length,crs,version_number\nTown,mi,EPSG:4326,0.96\n"
NODES = "node_id,x_coord,y_coord,node_type\n1,69.2,41.3,\n2,69.4,41.3,intersection\n3,69.4,41.5,\n"
LINKS = (
    "link_id,from_node_id,to_node_id,directed,length,facility_type,free_speed,lanes,dir_flag,"
    "geometry\n"
    '10,1,2,true,10,Freeway,50,3,1,"LINESTRING (69.2 41.3, 69.3 41.32, 69.4 41.3)"\n'
    '11,2,1,true,10,Freeway,50,3,-1,"LINESTRING (69.2 41.3, 69.3 41.32, 69.4 41.3)"\n'
    "12,2,3,false,NaN,Arterial,,2,0,\n"
)


@pytest.fixture
def town(tmp_path):
    folder = tmp_path / "town"
    write(folder / "config.csv", CONFIG)
    write(folder / "node.csv", NODES)
    write(folder / "link.csv", LINKS)
    return folder


def test_another_programs_folder(town, tmp_path):
    remarks = co.import_gmns(town, tmp_path / "net")
    net = co.load(tmp_path / "net")
    assert co.check(net.folder) == []
    assert net.tables["links"][["link_id", "mode", "direction"]].to_numpy().tolist() == [
        ["10", "road", "forward"],
        ["11", "road", "forward"],
        ["12", "road", "both"],
    ]
    # 10 miles at 50 miles an hour are 12 minutes.
    assert net.links.loc["10", "length_km"] == 16.09344
    assert net.links.loc["10", "hours"] == pytest.approx(0.2)
    # 0.2 degrees of latitude at 41.4 N are 22.2 km.
    assert net.links.loc["12", "length_km"] == pytest.approx(22.2, abs=0.1)
    assert net.links.loc["12", "made"] == "straight"
    # A line drawn against the link is turned round.
    assert net.links.loc["11", "geometry"].coords[0] == (69.4, 41.3)
    assert set(net.tables["nodes"]["country"]) == {"UZ"}
    text = "\n".join(remarks)
    for word in ("Arterial, Freeway", "lanes", "intersection", "country of 3 nodes"):
        assert word in text
    notes = net.tables["provenance"].set_index(["row", "column"])["note"]
    assert "GMNS states none" in notes["12", "length_km"]
    assert "Town" in notes["10", "length_km"]
    assert set(net.tables["provenance"]["confidence"]) == {"D"}


def test_the_mode_can_be_named(town, tmp_path):
    with pytest.raises(co.DataError, match="rail without a gauge"):
        co.import_gmns(town, tmp_path / "net", mode="rail")
    with pytest.raises(co.DataError, match="did you mean road"):
        co.import_gmns(town, tmp_path / "net", mode="raod")
    assert not (tmp_path / "net").exists()


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("config.csv", ",mi,", ",league,", "long_length: saw 'league'"),
        ("config.csv", "EPSG:4326", "EPSG:32642", "expected EPSG:4326"),
        ("node.csv", "node_id", "node", "no column 'node_id'"),
        ("node.csv", "69.2,41.3", "69.2,north", "y_coord: saw 'north', expected a number"),
        ("node.csv", "69.2,41.3", "69.2,95", "node.*lat|lat: saw|at most 90"),
        ("node.csv", NODES, "node_id,x_coord,y_coord\n", "no rows"),
        ("link.csv", "12,2,3", "12,2,4", "row 4: to_node_id: '4' is not in node.csv"),
        ("link.csv", "11,2,1", "10,2,1", "unique-keys"),
        ("link.csv", "false", "perhaps", "directed: saw 'perhaps'"),
        ("link.csv", "true,10,", "true,ten,", "length: saw 'ten'"),
        ("link.csv", "Freeway,50", "Freeway,fast", "free_speed: saw 'fast'"),
        ("link.csv", "LINESTRING (69.2 41.3,", "LINESTRING (69.2,", "well-known text"),
        ("link.csv", '"LINESTRING (69.2 41.3, 69.3 41.32, 69.4 41.3)"', "POINT (1 2)", "not Point"),
        ("link.csv", ",0,\n", ",0\n", "row 4, column geometry: saw 9 values, expected 10"),
    ],
)
def test_folders_that_are_none(town, tmp_path, file, old, new, words):
    text = (town / file).read_text(encoding="utf-8")
    assert old in text
    write(town / file, text.replace(old, new))
    with pytest.raises(co.DataError, match=words):
        co.import_gmns(town, tmp_path / "net")
    assert not (tmp_path / "net").exists()


def test_missing_folders_and_files(town, tmp_path):
    with pytest.raises(co.DataError, match="no such folder"):
        co.import_gmns(tmp_path / "nowhere", tmp_path / "net")
    (town / "link.csv").unlink()
    with pytest.raises(co.DataError, match=r"no link\.csv there"):
        co.import_gmns(town, tmp_path / "net")
    with pytest.raises(co.DataError, match="nothing is overwritten"):
        co.import_gmns(town, town)


def test_a_link_shorter_than_any(town, tmp_path):
    text = (town / "link.csv").read_text(encoding="utf-8")
    write(town / "link.csv", text.replace("NaN,Arterial", "0.01,Arterial"))
    remarks = co.import_gmns(town, tmp_path / "net")
    assert co.load(tmp_path / "net").links.loc["12", "length_km"] == 0.1
    assert "12: length 0.016093 km raised to 0.1 km" in remarks


def test_a_link_deleted_elsewhere_takes_its_sources_along(island, tmp_path):
    co.export(island, tmp_path / "gmns", "gmns")
    path = tmp_path / "gmns" / "link.csv"
    kept = [r for r in rows(path) if r["link_id"] != "aster-elm-road"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(kept[0]))
        writer.writeheader()
        writer.writerows(kept)
    co.import_gmns(tmp_path / "gmns", tmp_path / "back")
    back = co.load(tmp_path / "back")
    assert "aster-elm-road" not in set(back.tables["provenance"]["row"])
    # What is left without a road is for a person to mend, and the checks say so.
    assert {p.rule for p in co.check(back.folder)} == {"transfers-join-links"}


def test_the_commands(tmp_path, capsys):
    folder = tmp_path / "mine"
    for arguments in (
        ["new", str(folder), "--json"],
        ["check", "--network", str(folder), "--json"],
        ["export", str(tmp_path / "gmns"), "--format", "gmns", "--network", str(folder), "--json"],
        ["import-gmns", str(tmp_path / "gmns"), str(tmp_path / "back"), "--json"],
        ["check", "--network", str(tmp_path / "back"), "--json"],
        ["run", str(folder / "border-closed.yaml"), "--network", str(tmp_path / "back"), "--json"],
    ):
        with pytest.raises(SystemExit) as done:
            main(arguments)
        assert done.value.code == 0, arguments
        last = json.loads(capsys.readouterr().out)
    assert last["change"]["rerouted_t_per_day"] > 0


def test_columns_of_its_own_do_not_clash_with_the_specification():
    # `name` is GMNS's and the cargo's; a link's length and speed are stated once.
    assert not set(gmns.OWN_LINK) & set(gmns.LINK)
    assert not set(gmns.OWN_NODE) & set(gmns.NODE)
    assert not set(gmns.OWN_TRANSFER) & set(gmns.MOVEMENT)
