"""Answers of nothing: said in a sentence, with the reason, and what is a hair is nothing."""

from __future__ import annotations

import pandas as pd
import pytest
import toys
from command import corridors, shipped

import corridors as co
from corridors.network import network

DAY = "2025-06-02"


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return co.new_network(tmp_path_factory.mktemp("nothing") / "toy")


@pytest.fixture
def apart(monkeypatch):
    """Have commands read two towns joined by two roads, and a third that no link reaches.

    ::

        a --100-- b      c
         `--300--'
    """
    net = toys.network(
        {"a": "AA", "b": "BB", "c": "CC"},
        [
            {"from_node": "a", "to_node": "b"},
            {"from_node": "a", "to_node": "b", "link_id": "long", "length_km": 300},
            {"from_node": "b", "to_node": "a", "link_id": "gone", "closes": "2020-01-01"},
        ],
        [
            {"origin": "a", "destination": "c", "demand_id": "lost", "per_day": 10},
            {"origin": "a", "destination": "b", "demand_id": "near", "per_day": 5},
        ],
    )
    # Read before, as all commands of this process share it.
    shipped()
    monkeypatch.setattr(network, "load", lambda *_: net)
    return net


def say(*arguments):
    ended = corridors(*arguments, "--as-of", DAY)
    assert ended.returncode == 0, ended.stderr
    return " ".join(ended.stdout.split())


def test_no_room_where_there_is_no_way_is_no_matter_of_cost(apart):
    room = co.headroom(apart, "lost", as_of=DAY)
    assert room.multiple == 1
    assert room.without_way == ("lost",)
    assert room.to_dict()["without_way"] == ["lost"]
    assert "having no way" in repr(room)
    said = say("headroom", "--demand", "lost", "--network", "x")
    assert "no more fits. No way is open to lost." in said
    assert "cost more than the loss" not in said


def test_a_way_that_is_dear_is_a_way():
    """What the only way with room costs is more than what staying loses."""
    road = {"from_node": "a", "to_node": "b"}
    net = toys.network(
        {"a": "AA", "b": "BB"},
        [{**road, "length_km": 20_000}],
        [{"origin": "a", "destination": "b", "per_day": 5}],
    )
    room = co.headroom(net, as_of=DAY)
    assert not len(room.stops)
    assert room.without_way == ()
    assert len(room.falls_short) == 1


@pytest.mark.usefixtures("apart")
def test_a_demand_without_a_way_is_said_to_have_none():
    said = say("routes", "lost", "--network", "x")
    assert said.startswith("No way of lost (")
    assert "why" not in said


@pytest.mark.usefixtures("apart")
def test_an_element_that_nothing_passes_is_said_to_be_open_or_shut():
    assert "it is open, but no demand takes it" in say("select", "link:long", "--network", "x")
    shut = say("select", "link:a-b-road", "--scenario", "close link:a-b-road", "--network", "x")
    assert "it is shut" in shut
    assert "the network names none" in say("select", "demand:near", "--network", "x")
    assert "None of lost is carried" in say("select", "demand:lost", "--network", "x")


@pytest.mark.usefixtures("apart")
def test_nothing_at_all_is_a_sentence():
    said = say("routes", "--scenario", "close mode:road", "--network", "x")
    assert said == f"Nothing is carried on {DAY}."


def test_what_passes_is_still_a_table(toy):
    ended = corridors("select", "border:XA-XB", "--network", toy, "--as-of", "2026-03-01")
    assert "Whose cargo passes border XA-XB" in ended.stdout


def test_a_change_that_is_a_hair_beside_its_row_is_none():
    from corridors.cli.asking.answers import without_hairs

    frame = pd.DataFrame({
        "corridor": ["a", "b"],
        "before_t_per_day": [2000.0, 0.0],
        "after_t_per_day": [2000.0, 0.01],
        "change_t_per_day": [2.27e-13, 0.01],
    })  # fmt: skip
    assert without_hairs(frame)["change_t_per_day"].tolist() == [0.0, 0.01]
    assert frame["change_t_per_day"].tolist() == [2.27e-13, 0.01]


def test_small_parts_that_do_not_add_up_are_not_said_to(toy):
    """Two ferries that carry next to nothing: a little each, and more together."""
    both = co.interaction(
        co.load(toy), "close link:elm-fern-sea", "close link:elm-gorse-sea",
        as_of="2026-03-01", model="logit",
    )  # fmt: skip
    total = both.total.set_index("measure").loc["generalised_cost_usd_per_day"]
    assert 0.01 < abs(total["interaction"]) < 0.5
    [said] = [s for s in both.sentences() if s.startswith("Transport and time")]
    assert "less than the parts" in said
    # What is nothing in tonnes is as much as the parts.
    assert "as much as the parts" in both.sentences()[0]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--of", "capacity"), "Nothing to close: no capacity is open on 2025-06-02."),
        (("--of", "node:c", "--of", "link:gone"), "no node:c or link:gone is open"),
        (("--of", "node:a,node:b", "--n", 2), "No two of 2 do anything on 2025-06-02 that one"),
        (("--of", "link:long", "--by", "cargo"), "Whatever is closed of 1, nothing is rerouted"),
    ],
)
@pytest.mark.usefixtures("apart")
def test_a_sweep_of_nothing_is_a_sentence(asked, said):
    """A table without rows does not say whether nothing was there or nothing happened."""
    found = say("sweep", *asked, "--network", "x")
    assert said in found
    assert "0 of 0" not in found


def test_what_nobody_wants_has_no_headroom_to_speak_of(toy):
    """Any multiple of nothing fits, whatever limit lies in the way."""
    none = "demand cargo:container to 0"
    asked = ("headroom", "--cargo", "container", "--scenario", none, "--as-of", "2026-03-01")
    said = corridors(*asked, "--network", toy).stdout
    assert "Nothing of it is wanted on that day" in said
    assert "no limit lies in the way" not in said
    room = co.headroom(co.load(toy), cargo="container", scenario=none, as_of="2026-03-01")
    assert repr(room) == "Headroom(unlimited: nothing is wanted)"


@pytest.mark.parametrize("model", ["optimal", "logit"])
def test_scenarios_of_a_network_without_demand_do_nothing_together(model):
    net = toys.network({"a": "AA", "b": "BB"}, [{"from_node": "a", "to_node": "b"}], [])
    found = co.interaction(net, "close node:a", "close node:b", as_of=DAY, model=model)
    assert "0 t a day short beyond 0 apart" in repr(found)
    assert len(found.total) == 3
    assert not found.total[["sum_of_parts", "together", "interaction"]].any(axis=None)
    assert "0 t together, as much as the parts" in found.explain()


@pytest.fixture
def full(monkeypatch):
    """Have commands read two towns whose road is full of traffic that no demand stands for.

    ::

        a --100-- b      5 t a day, 5 of them background
    """
    net = toys.network(
        {"a": "AA", "b": "BB"},
        [{"from_node": "a", "to_node": "b"}],
        [{"origin": "a", "destination": "b", "demand_id": "own", "per_day": 4}],
        capacities=[
            {"capacity_id": "gate", "name": "Gate", "unit": "t", "amount": 5, "background": 5}
        ],
        capacity_members=[{"capacity_id": "gate", "link_id": "a-b-road"}],
    )
    shipped()
    monkeypatch.setattr(network, "load", lambda *_: net)
    return net


def test_what_background_traffic_takes_whole_is_full_and_not_shut(full):
    """A limit of 5 that others use is no limit of 0."""
    [way] = co.k_routes(co.assign(full, as_of=DAY), "own").to_dict("records")
    assert (way["why"], way["because"]) == ("closed", "gate is full of background traffic")
    room = co.headroom(full, as_of=DAY)
    assert room.stops[["capacity_id", "alone"]].to_numpy().tolist() == [["gate", True]]
    assert room.without_way == ()
    said = say("select", "link:a-b-road", "--network", "x")
    assert said.endswith("background traffic takes all that gate lets through.")
