"""The network that `corridors new` writes: complete, clean, and worked out by hand."""

from __future__ import annotations

import hashlib

import pytest

import corridors as co
from corridors.network.info import network_info


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return co.new_network(tmp_path_factory.mktemp("example") / "mine")


def test_it_is_clean_and_every_number_has_a_source(folder):
    assert co.check(folder) == []
    info = network_info(co.load(folder))
    assert info["provenance"]["coverage"] == 1.0
    net = co.load(folder)
    assert all("made up" in note for note in net.tables["provenance"]["note"])
    assert set(net.tables["sources"]["source_id"]) == {"made-up"}


def test_it_shows_what_a_network_can_hold(folder):
    net = co.load(folder)
    assert set(net.borders) == {"", "XA-XB"}
    transfers = net.tables["transfers"]
    assert (transfers["from_gauge_mm"] != transfers["to_gauge_mm"]).any()
    members = net.tables["capacity_members"]
    assert (members["capacity_id"] == "ferry-fleet").sum() == 2
    assert len(net.tables["capacities"]) > net.n_capacities
    for table in ("tariffs", "chokepoints", "projects", "observations"):
        assert len(net.tables[table])
    assert len(net.at("2026-07-01").links) < len(net.at("2026-03-01").links)
    assert set(net.links["made"]) == {"straight", "waypoints"}


def test_the_closure_worked_out_by_hand(folder):
    """Before: all by rail, 206 boxes and 1,000 t of grain a day. After: the ferries alone.

    206 = 200 * 1.03 of the year after the base year, 12 t each. The fleet takes 2,400 t:
    boxes lose 8,000 / 12 = 667 dollars a tonne, grain 300, so the boxes get it all:
    200 of 206 go, and 6 boxes and 1,000 t of grain stay behind.
    """
    net = co.load(folder)
    hit = co.assign(net, co.scenario(folder / "border-closed.yaml"))
    base = co.assign(net, as_of="2026-03-01")
    assert base.summary["shortfall_t_per_day"] == 0
    by_cargo = hit.summary["by_cargo"]
    assert by_cargo["container"]["served_t_per_day"] == pytest.approx(2400)
    assert by_cargo["container"]["shortfall_t_per_day"] == pytest.approx(72)
    assert by_cargo["grain"]["served_t_per_day"] == 0


def test_nothing_is_overwritten(folder, tmp_path):
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    with pytest.raises(co.DataError, match="not empty"):
        co.new_network(folder)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before
    file = tmp_path / "file"
    file.write_text("mine", encoding="utf-8")
    for target in (file, file / "below"):
        with pytest.raises(co.DataError):
            co.new_network(target)
    assert file.read_text(encoding="utf-8") == "mine"
    empty = tmp_path / "empty"
    empty.mkdir()
    assert co.new_network(empty) == empty


def test_it_is_the_same_every_time(folder, tmp_path):
    again = co.new_network(tmp_path / "again")

    def hashes(where):
        return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in where.iterdir()}

    assert hashes(folder) == hashes(again)
