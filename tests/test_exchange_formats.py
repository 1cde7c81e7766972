"""Exports hold all that their format can: read back with other libraries and compared."""

from __future__ import annotations

import hashlib
import json
import os

import geopandas as gpd
import matplotlib as mpl
import networkx as nx
import osmnx as ox
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import toys
from pandas.testing import assert_frame_equal
from shapely import from_wkt

import corridors as co
from corridors.cli import main
from corridors.errors import DataError
from corridors.exchange import FORMATS, geoparquet
from corridors.exchange.graphml import plain_graph
from corridors.network.schema import tables

LINE_COLUMNS = ["made", "track_km", "line_km", "bridged_km", "drawn_km"]


@pytest.fixture(scope="module")
def island(tmp_path_factory):
    return co.load(co.new_network(tmp_path_factory.mktemp("formats") / "island"))


@pytest.fixture(params=["island", "shipped"])
def network(request, island, net):
    return island if request.param == "island" else net


def target(folder, name):
    kind, ending = FORMATS[name]
    return folder / (f"out{ending}" if kind == "file" else "out")


def hashes(files):
    return {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_network_gives_the_same_bytes(network, name, tmp_path):
    for folder in "ab":
        (tmp_path / folder).mkdir()
    first = co.export(network, target(tmp_path / "a", name), name)
    # Neither time nor place may enter the file.
    os.utime(first[0], (0, 0))
    again = co.export(co.load(network.folder), target(tmp_path / "b", name), name)
    assert hashes(first) == hashes(again)
    for file in first:
        assert str(tmp_path).encode() not in file.read_bytes()


def by_key(frame, table):
    return frame.sort_values(list(tables()[table].key)).reset_index(drop=True)


def same_table(found, network, table):
    """Compare as pandas sees both: text, numbers, and what is missing."""
    expected = network.tables[table]
    found = pd.DataFrame(found)[expected.columns]
    for column in expected.columns:
        if expected[column].dtype.kind == "f":
            found[column] = found[column].astype("float64")
        else:
            found[column] = found[column].astype("str")
    assert_frame_equal(by_key(found, table), by_key(expected, table), check_dtype=False)


def same_lines(found, network):
    expected = network.links
    found = found.set_index("link_id").loc[expected.index]
    assert all(a.equals(b) for a, b in zip(found.geometry, expected.geometry, strict=True))
    for column in LINE_COLUMNS:
        assert_frame_equal(found[[column]], pd.DataFrame(expected[[column]]), check_dtype=False)


def test_geopackage_holds_every_table_and_line(network, tmp_path):
    (file,) = co.export(network, tmp_path / "net.gpkg")
    layers = {str(name): str(kind) for name, kind in pyogrio.list_layers(file)}
    assert set(layers) == {*tables(), "about"}
    assert layers["nodes"] == "Point"
    assert layers["links"] == "LineString"
    for table in tables():
        same_table(pyogrio.read_dataframe(file, layer=table), network, table)
    links = gpd.read_file(file, layer="links")
    assert links.crs.to_epsg() == 4326
    same_lines(links, network)
    about = pyogrio.read_dataframe(file, layer="about").set_index("key")["value"]
    assert "CC-BY-4.0" in about["licences"] or "Creative Commons" in about["licences"]


def test_geopackage_leaves_no_date_set_behind(island, tmp_path):
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    co.export(island, tmp_path / "net.gpkg")
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") == before


def test_geoparquet_holds_every_table_and_line(network, tmp_path):
    files = co.export(network, tmp_path / "out", "geoparquet")
    assert [f.name for f in files] == [f"{t}.parquet" for t in tables()]
    for table in tables():
        same_table(pd.read_parquet(tmp_path / "out" / f"{table}.parquet"), network, table)
    links = gpd.read_parquet(tmp_path / "out" / "links.parquet")
    assert links.crs.to_epsg() == 4326
    same_lines(links, network)
    metadata = pq.read_schema(tmp_path / "out" / "links.parquet").metadata
    assert json.loads(metadata[b"geo"])["version"] == "1.1.0"
    assert json.loads(metadata[b"corridors"])["name"] == network.folder.name.replace(
        "island", "example"
    )


def test_the_credits_travel_with_the_shipped_network(net, island, tmp_path):
    for network, expected in ((net, True), (island, False)):
        (file,) = co.export(network, tmp_path / "net.gpkg")
        about = pyogrio.read_dataframe(file, layer="about").set_index("key")["value"]
        assert ("OpenStreetMap contributors" in about["credits"]) == expected


def test_what_is_said_about_a_line_is_exported(net, tmp_path):
    from corridors.network.geometry import read_lines

    said = read_lines(net.folder / "lines.geojson")["note"].fillna("")
    assert (said != "").any()
    (file,) = co.export(net, tmp_path / "net.gpkg")
    links = pyogrio.read_dataframe(file, layer="links").set_index("link_id")
    assert links["line_note"].to_dict() == said.to_dict()


def test_graphml_holds_the_graph(network, tmp_path):
    (file,) = co.export(network, tmp_path / "net.graphml")
    found = nx.read_graphml(file, force_multigraph=True)
    expected = plain_graph(network)
    assert found.is_directed()
    assert dict(found.nodes(data=True)) == dict(expected.nodes(data=True))
    assert {(a, b, k): d for a, b, k, d in found.edges(keys=True, data=True)} == {
        (a, b, k): d for a, b, k, d in expected.edges(keys=True, data=True)
    }
    both = int((network.tables["links"]["direction"] == "both").sum())
    assert found.number_of_edges() == len(network.tables["links"]) + both
    # No two edges have one name: GraphML would not allow it.
    names = [k for _, _, k in found.edges(keys=True)]
    assert len(names) == len(set(names))


def test_osmnx_takes_what_networkx_read(net, tmp_path):
    (file,) = co.export(net, tmp_path / "net.graphml")
    graph = nx.read_graphml(file, force_multigraph=True)
    for *_, values in graph.edges(data=True):
        values["geometry"] = from_wkt(values["geometry"])
    _, edges = ox.graph_to_gdfs(graph)
    first = net.links.loc["brest-terespol-rail-1520"]
    found = edges.loc["brest", "terespol", "brest-terespol-rail-1520"]
    assert found["geometry"].equals(first["geometry"])
    assert found["length"] == first["length_km"] * 1000


def test_a_day_is_exported_as_that_day(net, tmp_path):
    day = net.at("2025-09-12")
    (file,) = co.export(day, tmp_path / "net.gpkg")
    about = pyogrio.read_dataframe(file, layer="about").set_index("key")["value"]
    assert about["as_of"] == "2025-09-12"
    same_table(pyogrio.read_dataframe(file, layer="links"), day, "links")
    # What it has grown to by the day is of the year of the day, and begins no earlier.
    expected = day.tables["demand"].copy()
    expected["base_year"] = 2025.0
    began = expected["valid_from"]
    expected["valid_from"] = ["2025-01-01" if "" < b < "2025-01-01" else b for b in began]
    of_that_year = toys.network({"a": "XA"}, [], [])
    of_that_year.tables["demand"] = expected
    same_table(pyogrio.read_dataframe(file, layer="demand"), of_that_year, "demand")


@pytest.mark.parametrize("name", FORMATS)
def test_a_network_without_a_folder_and_with_empty_tables(tmp_path, name):
    toy = toys.network({"a": "XA", "b": "XB"}, [{"from_node": "a", "to_node": "b"}], [])
    files = co.export(toy, target(tmp_path, name), name)
    assert all(f.stat().st_size for f in files)
    if name == "geopackage":
        for table in tables():
            same_table(pyogrio.read_dataframe(files[0], layer=table), toy, table)
    if name == "gmns":
        co.import_gmns(tmp_path / "out", tmp_path / "back")
        back = co.load(tmp_path / "back")
        for table in set(tables()) - {"provenance", "sources"}:
            same_table(back.tables[table], toy, table)


@pytest.mark.parametrize(
    ("name", "format_", "words"),
    [
        ("net.gpkg", "geopackige", "did you mean geopackage"),
        ("net", None, "give one of geopackage"),
        ("there.gpkg", None, "a folder stands there"),
        ("file", "gmns", "a file stands there"),
        ("file/below", "gmns", "file does not exist"),
    ],
)
def test_targets_that_cannot_be(island, tmp_path, name, format_, words):
    (tmp_path / "there.gpkg").mkdir()
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(co.DataError, match=words):
        co.export(island, tmp_path / name, format_)
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_a_file_is_replaced_and_others_are_left(island, tmp_path):
    (tmp_path / "net.gpkg").write_text("old", encoding="utf-8")
    (tmp_path / "other").write_text("mine", encoding="utf-8")
    co.export(island, tmp_path / "net.gpkg")
    assert (tmp_path / "net.gpkg").read_bytes().startswith(b"SQLite format 3")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["net.gpkg", "other"]


def test_the_command(island, tmp_path, capsys):
    with pytest.raises(SystemExit) as done:
        main(["export", str(tmp_path / "x.graphml"), "--network", str(island.folder), "--json"])
    assert done.value.code == 0
    found = json.loads(capsys.readouterr().out)
    assert found["files"] == [str(tmp_path / "x.graphml")]
    assert found["bytes"] == (tmp_path / "x.graphml").stat().st_size
    with pytest.raises(SystemExit) as done:
        main(["export", str(tmp_path / "x"), "--network", str(island.folder)])
    assert done.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_osmnx_takes_the_graph(network):
    mpl.use("Agg")
    import matplotlib.pyplot as plt

    graph = network.to_networkx()
    nodes, edges = ox.graph_to_gdfs(graph)
    assert set(nodes["node_id"]) == set(network.tables["nodes"]["node_id"])
    assert edges.crs == nodes.crs == network.links.crs
    assert edges.index.names == ["u", "v", "key"]
    assert set(edges["link_id"].dropna()) == set(network.tables["links"]["link_id"])
    figure, axes = ox.plot_graph(graph, show=False, close=False, node_size=2)
    # Every edge is drawn, and within the frame of the nodes.
    drawn = sum(len(c.get_paths()) for c in axes.collections)
    assert drawn >= graph.number_of_edges()
    plt.close(figure)
    # And back: OSMnx makes the same graph of its frames.
    again = ox.graph_from_gdfs(nodes, edges)
    assert set(again.edges(keys=True)) == set(graph.edges(keys=True))


@pytest.mark.parametrize("name", ["gmns", "geoparquet"])
@pytest.mark.parametrize("there", [False, True])
def test_an_export_of_several_files_is_whole_or_absent(island, tmp_path, monkeypatch, name, there):
    """Whatever of them cannot be written, the last one too: a scenario beside the tables."""
    net, target = island, tmp_path / "out"
    if there:
        co.export(net, target, name)
        (target / "mine.txt").write_text("x")
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    if name == "gmns":
        last = max(island.folder.glob("*.yaml"))
        kept = last.read_bytes()
        last.write_bytes(b"#" * 51_000_000)
    else:
        kept, last = b"", None
        written = geoparquet.write_bytes

        def full(path, content):
            if path.name == "transfers.parquet":
                raise DataError(f"{path}: cannot be written (No space left on device)")
            written(path, content)

        monkeypatch.setattr(geoparquet, "write_bytes", full)
    try:
        with pytest.raises(DataError, match=r"at most 50 MB|No space left"):
            co.export(net, target, name)
    finally:
        if last is not None:
            last.write_bytes(kept)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before
    assert target.exists() == there
