"""What is asked of next to nothing: no cargo, no demand, no place, no way, no day."""

from __future__ import annotations

import datetime as dt
import shutil

import numpy as np
import pandas as pd
import pytest
import toys
from command import corridors

import corridors as co
from corridors.assignment.views.grouping import OF_DEMAND
from corridors.exchange.gmns_files import GmnsFolder

DAY = "2026-03-01"
TWO = {"a": "AA", "b": "BB", "c": "BB"}


def road(demand=100, **more):
    """Return two roads in a row, a to b to c, with so much wanted from a to b."""
    links = [{"from_node": "a", "to_node": "b"}, {"from_node": "b", "to_node": "c"}]
    wanted = [{"origin": "a", "destination": "b", "per_day": demand}] if demand else []
    return toys.network(TWO, [*links, *more.pop("links", ())], wanted, **more)


@pytest.fixture
def empty(tmp_path):
    """A network folder without cargo, as a network of streets comes in."""
    source = tmp_path / "gmns"
    source.mkdir()
    (source / "node.csv").write_text("node_id,x_coord,y_coord\n1,60,50\n2,61,50\n", "utf-8")
    (source / "link.csv").write_text(
        "link_id,from_node_id,to_node_id,directed,length\n10,1,2,0,80\n", "utf-8"
    )
    co.import_gmns(source, tmp_path / "net")
    return tmp_path / "net"


@pytest.mark.parametrize("key", OF_DEMAND)
def test_of_no_demand_there_is_an_empty_table_by_every_key(key):
    net = road(demand=0)
    base, hit = co.assign(net, as_of=DAY), co.assign(net, "close link:a-b-road", as_of=DAY)
    for table in (base.by(key), co.compare(base, hit).by(key)):
        assert table.columns[0] == key
        assert len(table) == 0


def test_what_no_cargo_uses_has_no_limit(empty):
    limits = co.info(co.load(empty))["limits"]
    assert limits["coverage"] == 0
    assert limits["published"] == 0
    assert sum(limits["by_confidence"].values()) == 0


def test_no_observations_are_said_to_be_none(empty):
    said = corridors("validate", "--network", empty)
    assert said.returncode == 0
    assert said.stdout == ""
    assert said.stderr.strip() == "There are no observations to hold the model against."


def test_a_cut_of_no_cargo_is_refused(empty):
    said = corridors("cut", "1", "2", "--network", empty, "--as-of", DAY)
    assert said.returncode == 2
    assert "the network has no cargo (cargo.csv)" in said.stderr


def test_a_region_of_no_place_is_refused():
    for start, end in (([], ["b"]), (["a"], []), ("", "b")):
        with pytest.raises(co.UnknownIdError, match="a region of no place"):
            co.min_cut(road(), start, end, "bulk", as_of=DAY)


def test_from_a_place_to_itself_there_is_no_way_to_go():
    net = road()
    for places in (["a"], ["a", "a"], ["a", "a", "a"]):
        found = co.best_route(net, places, "bulk", DAY)
        assert (found.km, found.hours, found.links) == (0, 0, ())
    assert co.best_route(net, ["a", "a", "b", "b"], "bulk", DAY).links == ("a-b-road",)
    # There and back again is a way, where that is asked for.
    assert co.best_route(net, ["a", "b", "a"], "bulk", DAY).km == 200


def test_a_page_is_made_of_a_link_that_leads_nowhere():
    net = road(links=[{"from_node": "a", "to_node": "a", "link_id": "aa"}])
    assert any(p.rule == "links-join-two-places" for p in co.check(net))
    assert "<html" in co.run(net, "close link:b-c-road", as_of=DAY).report()


@pytest.mark.parametrize("option", ["length", "speed"])
def test_a_wrong_unit_is_told_of_where_it_stands(empty, option):
    source = empty.parent / "gmns"
    given = (f"--{option}-unit", "furlong")
    said = corridors("import-gmns", source, empty.parent / "other", *given)
    assert said.returncode == 2
    assert f"{option}_unit (--{option}-unit): saw 'furlong'" in said.stderr
    assert "config.csv" not in said.stderr
    (source / "config.csv").write_text("long_length,speed\nfurlong,furlong\n", encoding="utf-8")
    with pytest.raises(co.DataError, match=r"config.csv: long_length: saw 'furlong'"):
        GmnsFolder(source)


def test_a_message_names_no_option_that_a_command_has_not(tmp_path):
    folder = co.new_network(tmp_path / "net")
    line = "close link:aster-elm-road"
    for command in (("pack", line, "--out", tmp_path / "x.md"), ("draws", line)):
        said = corridors(*command, "--network", folder)
        assert said.returncode == 2
        assert "from 2025-09-12" in said.stderr
        assert "--" not in said.stderr


def test_a_trace_of_cargo_is_no_row(tmp_path):
    folder = co.new_network(tmp_path / "net")
    shutil.rmtree(tmp_path / "w", ignore_errors=True)
    said = corridors("run", "delay node:aster by 1 h", "--network", folder, "--as-of", DAY)
    assert said.returncode == 0
    moved = co.run(co.load(folder), "delay node:aster by 1 h", as_of=DAY).change
    assert ("Rerouted: the largest" in said.stdout) == (moved["rerouted_t_per_day"] > 1e-3)


MOMENTS = (
    dt.datetime(2026, 3, 1, 5, tzinfo=dt.UTC), pd.Timestamp("2026-03-01 05:00"),
    np.datetime64("2026-03-01"),
    np.datetime64("2026-03-01T05:00:00.000000000"), dt.date(2026, 3, 1), DAY,
)  # fmt: skip
LINE = "close link:a-b-road from 2026-03-01"
OF_A_DAY = {
    "assign": lambda net, day: co.assign(net, LINE, as_of=day).state.day,
    "run": lambda net, day: co.run(net, LINE, as_of=day).disrupted.state.day,
    "simulate": lambda net, day: co.simulate(net, LINE, 3, start=day).start,
    "at": lambda net, day: net.at(day).date,
    "of a scenario": lambda net, day: net.scenario(LINE).at(day).as_of,
    "in a dict": lambda _, day: co.scenario(
        {"name": "x", "as_of": day, "events": [{"close": {"link": "a-b-road"}, "from": day}]}
    ).events[0].first_day,
    "in a call": lambda net, day: net.close(link="a-b-road", from_=day).events[0].first_day,
    "criticality": lambda net, day: len(co.criticality(net, as_of=day)) and dt.date(2026, 3, 1),
    "headroom": lambda net, day: co.headroom(net, as_of=day) and dt.date(2026, 3, 1),
    "min_cut": lambda net, day: co.min_cut(net, "a", "b", "bulk", as_of=day)
    and dt.date(2026, 3, 1),
    "best_route": lambda net, day: co.best_route(net, ["a", "b"], "bulk", day)
    and dt.date(2026, 3, 1),
}  # fmt: skip


@pytest.mark.parametrize("name", OF_A_DAY)
def test_a_moment_is_its_day_and_no_day_is_one_message(name):
    net = road(
        capacities=[{"capacity_id": "g", "name": "G", "unit": "t", "amount": 200}],
        capacity_members=[{"capacity_id": "g", "link_id": "a-b-road"}],
    )
    for day in MOMENTS:
        found = OF_A_DAY[name](net, day)
        assert type(found) is dt.date
        assert found == dt.date(2026, 3, 1)
    for wrong in (20260301, pd.NaT, np.datetime64("NaT"), "soon"):
        with pytest.raises(co.CorridorsError, match=r"saw .*"):
            OF_A_DAY[name](net, wrong)


def test_a_result_of_a_moment_can_be_verified(tmp_path):
    net = road()
    kept = co.assign(net, as_of=MOMENTS[0]).save(tmp_path / "kept")
    assert co.verify(kept, net=net)["ok"]
    event = co.Event("close", {"link": "a-b-road"}, first_day=MOMENTS[0])
    assert type(event.first_day) is dt.date
    assert type(co.Scenario("x", (event,), as_of=MOMENTS[1]).as_of) is dt.date


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("close: {link: a}, over: 5", "saw 5, expected a time with its unit"),
        (
            "close: {link: a}, until: 2026-03-05, start_up: 4",
            "saw 4, expected a time with its unit",
        ),
        ("delay: {link: a}, by: 1:30", "expected a time with its unit"),
        ("surcharge: {link: a}, by: 30", 'or a charge such as "200 USD/TEU"'),
    ],
)
def test_what_lacks_its_unit_is_told_so(tmp_path, line, words):
    path = tmp_path / "mine.yaml"
    path.write_text(f"name: x\nas_of: {DAY}\nevents: [{{{line}}}]\n", encoding="utf-8")
    with pytest.raises(co.ScenarioError) as caught:
        co.scenario(path)
    assert words in str(caught.value)
    assert "expected text" not in str(caught.value)


def test_an_empty_file_holds_nothing(tmp_path):
    path = tmp_path / "empty.yaml"
    path.write_text("", encoding="utf-8")
    with pytest.raises(
        co.ScenarioError, match="expected a scenario with name and events, saw nothing"
    ):
        co.scenario(path)
