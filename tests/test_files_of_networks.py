"""Files of a network in another dress, under another name, or with what none should hold."""

from __future__ import annotations

import csv
import io
import json
import shutil

import pytest
from command import corridors

import corridors as co
from corridors.network.folder import seal

SCENARIO = "border-closed.yaml"


@pytest.fixture
def island(tmp_path):
    """Return the made-up network."""
    return co.new_network(tmp_path / "island")


def test_a_folder_in_which_one_stands_stays_that_folder(island, tmp_path):
    """A shell would find itself in a folder that is gone."""
    co.export(co.load(island), tmp_path / "gmns", "gmns")
    for name, command in (("new", ("new", ".")), ("import", ("import-gmns", "../gmns", "."))):
        here = tmp_path / name
        here.mkdir()
        before = here.stat().st_ino
        done = corridors(*command, cwd=here)
        assert done.returncode == 0, done.stderr
        assert here.stat().st_ino == before
        assert co.check(here) == []


@pytest.mark.parametrize("command", ["new", "import-gmns"])
def test_of_a_network_that_cannot_be_written_nothing_is_left(
    island, tmp_path, command, monkeypatch
):
    co.export(co.load(island), tmp_path / "gmns", "gmns")
    before = sorted(tmp_path.iterdir())

    def full(folder, **_):
        message = f"{folder}: cannot be written (No space left on device)"
        raise co.DataError(message)

    monkeypatch.setattr("corridors.network.folder.seal", full)
    given = ("import-gmns", tmp_path / "gmns") if command == "import-gmns" else ("new",)
    done = corridors(*given, tmp_path / "there")
    assert (done.returncode, done.stdout) == (2, "")
    assert "No space left" in done.stderr
    assert sorted(tmp_path.iterdir()) == before


def answer(folder):
    done = corridors("run", folder / SCENARIO, "--network", folder, "--json")
    assert done.returncode == 0, done.stderr
    return done.stdout


def quoted(content):
    rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(row[::-1] for row in rows)
    return out.getvalue().encode("utf-8")


DRESSES = {
    "byte order mark": lambda content: b"\xef\xbb\xbf" + content,
    "ends of lines of Windows": lambda content: content.replace(b"\n", b"\r\n"),
    "ends of lines of old": lambda content: content.replace(b"\n", b"\r"),
    "no last end": lambda content: content.rstrip(b"\n"),
    "blank lines at the end": lambda content: content + b"\n\n,,,\n",
    "all in quotes, columns turned round": quoted,
}


@pytest.mark.parametrize("dress", DRESSES)
def test_another_dress_is_the_same_answer(island, dress):
    before = answer(island)
    for path in island.glob("*.csv"):
        path.write_bytes(DRESSES[dress](path.read_bytes()))
    seal(island)
    assert co.check(island) == []
    assert answer(island) == before


@pytest.mark.parametrize(
    ("encoding", "row", "words"),
    [
        ("latin-1", 4, "saw the byte 0xe9 in 'cedar,C\\xe9dar,border,XB,'; save it as CSV UTF-8"),
        ("utf-16", 0, "saw UTF-16, expected a table in UTF-8"),
    ],
)
def test_another_encoding_is_named_with_its_row(island, encoding, row, words):
    path = island / "nodes.csv"
    text = path.read_text(encoding="utf-8").replace("Cedar,", "Cédar,")
    path.write_bytes(text.encode(encoding))
    seal(island)
    (problem,) = co.check(island)
    assert (problem.file, problem.row, problem.rule) == ("nodes.csv", row, "readable-csv")
    assert words in problem.message


@pytest.mark.parametrize("name", ["Quotas.csv", "quota.csv", "capacity_member.csv", "STORES.CSV"])
def test_a_table_under_nearly_its_name_is_told(island, name):
    (island / name).write_text("capacity_id,period\nborder-trains,week\n", encoding="utf-8")
    (problem,) = co.check(island)
    assert (problem.file, problem.rule) == (name, "tables-have-their-names")
    assert "did you mean" in problem.message


def test_other_tables_are_their_owners(island):
    (island / "prices-of-2024.csv").write_text("a\n1\n", encoding="utf-8")
    (island / "link.csv").write_text("a\n1\n", encoding="utf-8")
    path = island / "datapackage.json"
    said = json.loads(path.read_text(encoding="utf-8"))
    said["resources"].append({"name": "survey", "path": "link.csv"})
    path.write_text(json.dumps(said), encoding="utf-8")
    assert co.check(island) == []


@pytest.mark.parametrize(
    ("table", "column", "text", "most"),
    [
        ("cargo", "loss_usd_per_unit", "1e308", "1e+09"),
        ("cargo", "usd_per_unit_day", "99999999999999999999", "1e+09"),
        ("demand", "units_per_year", "1e16", "1e+15"),
        ("capacities", "amount", "1e300", "1e+15"),
    ],
)
def test_a_number_that_no_sum_can_hold_is_refused(island, table, column, text, most):
    path = island / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[1][rows[0].index(column)] = text
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    seal(island)
    done = corridors("run", island / SCENARIO, "--network", island)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{table}.csv, row 2, column {column}: saw '{text}'" in done.stderr
    assert f"at most {most}" in done.stderr


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("track_km", "many"),
        ("track_km", -5),
        ("line_km", float("nan")),
        ("bridged_km", 10**400),
        ("drawn_km", True),
        ("made", 5),
        ("note", ["a"]),
    ],
)
def test_what_a_line_says_of_itself_is_looked_at(island, tmp_path, key, value):
    path = island / "lines.geojson"
    said = json.loads(path.read_text(encoding="utf-8"))
    said["features"][0]["properties"][key] = value
    path.write_text(json.dumps(said), encoding="utf-8")
    seal(island)
    for command in (("check",), ("export", tmp_path / "out", "--format", "geoparquet")):
        done = corridors(*command, "--network", island)
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert f"lines.geojson: aster-brook-rail: {key}: saw" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", ["NaN", "Infinity"])
def test_an_area_of_no_number_is_one_message(island, text):
    (island / "area.geojson").write_text(
        f'{{"type":"Polygon","coordinates":[[[63,15],[{text},15],[64,16],[63,15]]]}}',
        encoding="utf-8",
    )
    (island / SCENARIO).write_text(
        "name: shut\nas_of: 2026-03-01\nevents:\n  - close: {within: area.geojson}\n",
        encoding="utf-8",
    )
    done = corridors("run", island / SCENARIO, "--network", island)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert f"area.geojson: not GeoJSON (saw {text}, expected a finite number)" in done.stderr


def test_a_folder_with_spaces_and_other_letters_is_a_folder(island, tmp_path):
    there = tmp_path / "Моя сеть, 北京 №1"
    before = answer(island)
    shutil.move(island, there)
    assert answer(there) == before
    assert co.check(there) == []
