"""A GMNS folder that this package wrote, with each of its files damaged: one message, no folder."""

from __future__ import annotations

import csv
import json

import pytest
from command import corridors

import corridors as co


@pytest.fixture
def gmns(tmp_path):
    """Return the made-up network as GMNS."""
    co.export(co.load(co.new_network(tmp_path / "mine")), tmp_path / "gmns", "gmns")
    return tmp_path / "gmns"


def refused(gmns, *words):
    """Assert that the folder is refused with some words, and nothing is left."""
    out = gmns.parent / "back"
    done = corridors("import-gmns", gmns, out)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    for word in words:
        assert word in done.stderr
    assert not out.exists()


def without(path, column):
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    at = rows[0].index(column)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([*row[:at], *row[at + 1 :]] for row in rows)


@pytest.mark.parametrize(
    ("file", "column"),
    [
        ("movement.csv", "node_id"),
        ("use_definition.csv", "use"),
        ("geometry.csv", "geometry_id"),
        ("link.csv", "to_node_id"),
        ("node.csv", "x_coord"),
    ],
)
def test_a_column_that_is_not_there_is_named(gmns, file, column):
    without(gmns / file, column)
    refused(gmns, file, f"no column {column!r}")


def test_every_column_may_be_missing_without_a_fault(gmns):
    """Whatever comes of it: another network, or one message; a fault of the program has code 70."""
    for path in sorted(gmns.glob("*.csv")):
        whole = path.read_bytes()
        for column in whole.decode("utf-8").split("\n", 1)[0].split(","):
            without(path, column)
            done = corridors("import-gmns", gmns, gmns.parent / f"{path.stem}-{column}")
            assert done.returncode in (0, 2), (path.name, column, done.stderr)
            path.write_bytes(whole)


@pytest.mark.parametrize("name", ["config.csv", "movement.csv", "corridors/stores.csv",
                                  "corridors/about.txt"])  # fmt: skip
def test_a_folder_is_no_file(gmns, name):
    (gmns / name).unlink()
    (gmns / name).mkdir()
    refused(gmns, name, "is a folder, expected a file")


def test_what_it_says_of_itself_is_text(gmns):
    path = gmns / "corridors" / "about.txt"
    path.write_bytes(path.read_bytes() + b"\xe9")
    refused(gmns, "about.txt", "not text in UTF-8")


def test_a_number_in_geometry_has_its_row(gmns):
    path = gmns / "geometry.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("waypoints,270,", "waypoints,many,"), encoding="utf-8")
    refused(gmns, "geometry.csv, row 5: track_km: saw 'many'")


def test_nothing_is_left_where_the_scenarios_cannot_be_written(gmns, monkeypatch):
    def full(*_):
        message = "scenarios: cannot be written (No space left on device)"
        raise co.DataError(message)

    monkeypatch.setattr("corridors.network.folder.copy_scenarios", full)
    refused(gmns, "No space left")


def counted(folder):
    """Let the made-up network have a count that makes the railway cheaper by far."""
    place = {"kind": "link", "id": "brook-cedar-rail", "direction": "forward",
             "cargo": "container", "factor": 1}  # fmt: skip
    road = {**place, "id": "aster-elm-road"}
    counts = [
        {"observation_id": "rail", "usd_per_unit": 300, "places": [place, road],
         "demand": ["aster-dale-container"]},
        {"observation_id": "road", "usd_per_unit": -1, "places": [road]},
    ]  # fmt: skip
    text = json.dumps({"dispersion": 0.4, "counts": counts})
    (folder / "choice.json").write_text(text, encoding="utf-8")
    return text


def shares(folder):
    plan = co.assign(co.load(folder), as_of="2026-03-01", model="logit")
    return plan.flows.to_csv()


@pytest.mark.parametrize("day", [None, "2026-03-01"])
def test_what_counts_have_taught_comes_back_too(tmp_path, day):
    mine = co.new_network(tmp_path / "mine")
    without = shares(mine)
    text = counted(mine)
    expected = shares(mine)
    assert expected != without
    net = co.load(mine)
    co.export(net if day is None else net.at(day), tmp_path / "gmns", "gmns")
    assert co.import_gmns(tmp_path / "gmns", tmp_path / "back") == []
    assert (tmp_path / "back" / "choice.json").read_text(encoding="utf-8") == text
    assert shares(tmp_path / "back") == expected


def test_what_is_gone_counts_no_more(tmp_path):
    mine = co.new_network(tmp_path / "mine")
    counted(mine)
    co.export(co.load(mine), tmp_path / "gmns", "gmns")
    path = tmp_path / "gmns" / "link.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(x for x in lines if "aster-elm-road" not in x), encoding="utf-8")
    remarks = co.import_gmns(tmp_path / "gmns", tmp_path / "back")
    assert "counts of choice.json left out, what they count is gone: road" in remarks
    said = json.loads((tmp_path / "back" / "choice.json").read_text(encoding="utf-8"))
    assert [c["observation_id"] for c in said["counts"]] == ["rail"]
    assert [p["id"] for p in said["counts"][0]["places"]] == ["brook-cedar-rail"]
    assert not [p for p in co.check(tmp_path / "back") if p.file == "choice.json"]


def test_what_counts_have_taught_stays_when_patience_is_fitted(tmp_path):
    mine = co.new_network(tmp_path / "mine")
    text = counted(mine)
    done = corridors("calibrate", "--network", mine, "--out", tmp_path / "fitted")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "fitted" / "choice.json").read_text(encoding="utf-8") == text
