"""A GMNS folder that this package wrote, with each of its files damaged: one message, no folder."""

from __future__ import annotations

import csv

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
