"""The graph for networkx and OSMnx: its sums are those of the package's own routes."""

from __future__ import annotations

import json
import math

import networkx as nx
import osmnx as ox
import pytest
import toys

import corridors as co
from corridors.analysis.best_route import best_route
from corridors.network.graph import link_graph
from corridors.network.reading.keys import references
from corridors.network.schema import tables

DAY = "2025-09-12"
WEIGHTS = ("hours", "usd", "cost", "length")


@pytest.fixture(scope="module")
def shipped(net):
    return net.at(DAY)


@pytest.fixture(scope="module")
def graph(shipped):
    return shipped.to_networkx("container")


def test_every_edge_has_every_weight(shipped, graph):
    # networkx counts an edge without the weight as 1.
    for one in (graph, shipped.to_networkx(gates=True)):
        for *_, data in one.edges(data=True):
            for name in WEIGHTS:
                assert isinstance(data[name], float)
                assert data[name] >= 0.0
                assert not math.isnan(data[name])


def test_dostyk_to_hamburg_takes_the_hours_of_the_best_route(net, graph):
    best = best_route(net, ["dostyk", "hamburg"], "container", DAY)
    found = nx.shortest_path_length(graph, "dostyk", "hamburg", weight="hours")
    assert found == pytest.approx(best.hours)
    assert found > 200


@pytest.mark.parametrize(
    ("origin", "destination"),
    [
        ("dostyk", "hamburg"),
        ("shanghai", "duisburg"),
        ("almaty", "istanbul"),
        ("chongqing", "baku"),
        ("hamburg", "tashkent"),
    ],
)
def test_between_gates_the_cheapest_path_is_the_best_route(net, shipped, origin, destination):
    graph = shipped.to_networkx("container", gates=True)
    best = best_route(net, [origin, destination], "container", DAY)
    path = nx.shortest_path(graph, f"{origin}>", f"{destination}<", weight="cost")
    assert nx.path_weight(graph, path, "hours") == pytest.approx(best.hours)
    assert nx.path_weight(graph, path, "usd") == pytest.approx(best.usd)
    assert nx.path_weight(graph, path, "length") == pytest.approx(1000 * best.km)


def test_osmnx_finds_its_own_way(shipped, graph):
    numbered = shipped.to_networkx("container", integer_ids=True)
    number = {data["vertex"]: n for n, data in numbered.nodes(data=True)}
    assert sorted(number.values()) == list(range(len(graph)))
    path = ox.routing.shortest_path(numbered, number["dostyk"], number["hamburg"], weight="hours")
    hours = nx.path_weight(numbered, path, "hours")
    assert hours == nx.shortest_path_length(graph, "dostyk", "hamburg", weight="hours")
    data = numbered.nodes[number["hamburg"]]
    nearest = ox.distance.nearest_nodes(ox.project_graph(numbered), 0, 0)
    assert isinstance(int(nearest), int)
    assert data["node_id"] == "hamburg"


def test_a_transfer_cannot_be_gone_round():
    #  a ─1435, 2 h─ hub ─1520, 2 h─ b     the change of gauge at hub takes 5 h, 20 dollars
    toy = toys.network(
        {"a": "XA", "hub": "XA", "b": "XB"},
        [
            {"from_node": "a", "to_node": "hub", "mode": "rail", "gauge_mm": 1435},
            {"from_node": "hub", "to_node": "b", "mode": "rail", "gauge_mm": 1520},
        ],
        [{"origin": "a", "destination": "b", "per_day": 1}],
        transfers=[
            {
                "transfer_id": "t",
                "node_id": "hub",
                "from_mode": "rail",
                "from_gauge_mm": 1435,
                "to_mode": "rail",
                "to_gauge_mm": 1520,
                "hours": 5,
                "usd_per_t": 20,
            }
        ],
    )
    graph = toy.to_networkx("bulk")
    assert set(graph) == {"a", "b", "hub", "hub:rail-1520"}
    assert nx.shortest_path_length(graph, "a", "b", weight="hours") == 9.0
    assert nx.shortest_path_length(graph, "b", "a", weight="usd") == 220.0
    assert nx.shortest_path_length(graph, "a", "b", weight="length") == 200_000.0
    # Cargo may leave hub by either gauge, and pays for no change it does not make.
    gated = toy.to_networkx("bulk", gates=True)
    assert nx.shortest_path_length(gated, "hub>", "b<", weight="hours") == 2.0
    assert nx.shortest_path_length(gated, "a>", "hub<", weight="hours") == 2.0


def test_what_the_cargo_may_not_use_weighs_infinitely_much():
    toy = toys.network(
        {"a": "XA", "b": "XA"},
        [{"from_node": "a", "to_node": "b", "mode": "pipeline"}],
        [],
        cargo={"box": {"unit": "TEU", "modes": "rail;road"}, "oil": {"modes": "pipeline"}},
    )
    assert nx.shortest_path_length(toy.to_networkx("box"), "a", "b", weight="hours") == math.inf
    assert nx.shortest_path_length(toy.to_networkx("oil"), "a", "b", weight="hours") == 2.0
    # Of two kinds of cargo the one that may use more of the network.
    assert toy.to_networkx().graph["cargo"] == "oil"
    with pytest.raises(co.UnknownIdError, match="no cargo 'oli'; did you mean oil"):
        toy.to_networkx("oli")


def test_without_cargo_the_hours_are_those_that_are_stated():
    toy = toys.network(
        {"a": "XA", "b": "XA", "c": "XA"},
        [
            {"from_node": "a", "to_node": "b", "hours": 3, "dwell_hours": 1},
            {"from_node": "b", "to_node": "c"},
        ],
        [],
        cargo={},
    )
    graph = toy.to_networkx()
    assert nx.shortest_path_length(graph, "a", "b", weight="cost") == 4.0
    assert nx.shortest_path_length(graph, "b", "c", weight="hours") == math.inf


@pytest.mark.parametrize("day", ["2021-06-01", "2023-06-01", "2025-09-12", "2031-01-01"])
def test_the_network_of_a_day_names_nothing_that_is_not_there(net, day):
    """Fees of lines that open later, and stores of limits that are over, go with them."""
    there = net.at(day).tables
    assert len(there["links"]) < len(net.tables["links"])
    left_out = [
        str(problem)
        for table in tables().values()
        for problem in references(there, table)
        if any(
            f"not in {name}.csv" in str(problem) for name in ("links", "transfers", "capacities")
        )
    ]
    assert left_out == []


def test_a_fee_on_a_line_that_opens_later_is_paid_from_that_day():
    net = toys.network(
        {"a": "AA", "b": "BB"},
        [{"link_id": "old", "from_node": "a", "to_node": "b"},
         {"link_id": "new", "from_node": "a", "to_node": "b", "opens": "2026-01-01"}],
        [{"origin": "a", "destination": "b", "per_day": 1}],
        tariffs=[{"link_id": "new", "cargo": "bulk", "usd_per_unit": 7, "kind": "replace"}],
    )  # fmt: skip
    before, after = (
        net.at("2025-06-01").to_networkx("bulk"),
        net.at("2026-06-01").to_networkx("bulk"),
    )
    assert {d["link_id"] for *_, d in before.edges(data=True)} == {"old"}
    cost = {d["link_id"]: d["usd"] for *_, d in after.edges(data=True)}
    assert cost["new"] == 7
    assert cost["old"] != 7


def test_what_no_line_knows_is_no_attribute(tmp_path):
    """Of a column in which nothing stands the reader makes no numbers, and GraphML has no None."""
    made = co.new_network(tmp_path / "toy")
    path = made / "lines.geojson"
    lines = json.loads(path.read_text(encoding="utf-8"))
    for line in lines["features"]:
        line["properties"]["track_km"] = None
    path.write_text(json.dumps(lines), encoding="utf-8")
    co.seal(made)
    net = co.load(made)
    for graph in (net.to_networkx(), link_graph(net)):
        assert all(v is not None for *_, data in graph.edges(data=True) for v in data.values())
    [file] = co.export(net, tmp_path / "toy.graphml")
    assert len(nx.read_graphml(file, force_multigraph=True)) == len(net.tables["nodes"])
