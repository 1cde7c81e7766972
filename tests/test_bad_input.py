"""Each way to be wrong gets one clear message, exit code 2, no traceback and no file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from command import corridors as run

import corridors as co
from corridors.network.folder import data_folder, seal

GOOD = {"name": "x", "as_of": "2025-09-12", "events": "[{close: {border: [PL, BY]}}]"}


def refused(result, *words):
    """Assert that a run was refused in one clear way."""
    assert result.returncode == 2, result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    for word in words:
        assert word in result.stderr, result.stderr


def scenario_file(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def text_of(**changes: str) -> str:
    return "\n".join(f"{k}: {v}" for k, v in (GOOD | changes).items()) + "\n"


SCENARIOS = {
    "broken YAML": (text_of(events="[{close: {border: [PL, BY]}"), ["line 4", "not YAML"]),
    "not a mapping": ("- 1\n- 2\n", ["expected a scenario"]),
    "unknown key": (text_of(evnts="[]"), ["unknown key 'evnts'", "did you mean events"]),
    "no name": ("events: []\n", ["'name' is missing"]),
    "unknown selector": (
        text_of(events="[{close: {boarder: [PL, BY]}}]"),
        ["unknown key 'boarder'", "did you mean border"],
    ),
    "unknown link": (
        text_of(events="[{close: {link: brest-terespol-rail-1521}}]"),
        ["no link 'brest-terespol-rail-1521'", "brest-terespol-rail-1520"],
    ),
    "unknown node": (text_of(events="[{close: {node: brst}}]"), ["no node 'brst'", "brest"]),
    "unknown chokepoint": (
        text_of(events="[{close: {chokepoint: malaszewice}}]"),
        ["no chokepoint 'malaszewice'", "malaszewicze"],
    ),
    "unknown cargo": (
        text_of(events="[{ban: {border: [PL, BY]}, cargo: [containr]}]"),
        ["no cargo 'containr'", "container"],
    ),
    "unknown country": (text_of(events="[{close: {country: XX}}]"), ["no country 'XX'"]),
    "a border that no link crosses": (
        text_of(events="[{close: {border: [PL, CN]}}]"),
        ["no link crosses the border CN-PL", "BY-PL"],
    ),
    "selection of nothing": (
        text_of(events="[{close: {border: [PL, BY], mode: sea}}]"),
        ["matches nothing", "border alone matches"],
    ),
    "an end before its start": (
        text_of(events="[{close: {border: [PL, BY]}, from: 2025-09-25, until: 2025-09-12}]"),
        ["line 3", "not after the start 2025-09-25"],
    ),
    "no such day": (text_of(as_of="2025-02-30"), ["2025-02-30", "not a day"]),
    "a day in words": (text_of(as_of="tomorrow"), ["'tomorrow'", "2025-09-12"]),
    "boolean country": (text_of(events="[{close: {border: [PL, no]}}]"), ["quote"]),
    "two kinds": (
        text_of(events="[{close: {node: brest}, ban: {node: brest}, cargo: [grain]}]"),
        ["an event is one change", "close and ban"],
    ),
    "no kind": (text_of(events="[{cargo: [grain]}]"), ["an event needs one of close"]),
    "limit without amount": (text_of(events="[{limit: {node: brest}}]"), ["limit needs to"]),
    "negative share": (text_of(events="[{limit: {node: brest}, to: -0.1}]"), ["-0.1"]),
    "share above one": (text_of(events="[{limit: {node: brest}, to: 1.5}]"), ["0 to 1"]),
    "unknown unit": (
        text_of(events='[{limit: {node: brest}, to: "5 lorries/day"}]'),
        ["unit 'lorries/day'"],
    ),
    "unknown period": (
        text_of(events='[{limit: {node: brest}, to: "5 trucks/dy"}]'),
        ["unit 'trucks/dy'", "day"],
    ),
    "time without unit": (text_of(events='[{delay: {node: brest}, by: "24"}]'), ["24 h"]),
    "wrong charge": (text_of(events='[{surcharge: {node: brest}, by: "5 EUR/t"}]'), ["USD/t"]),
    "wrong unit of a capacity": (
        text_of(events='[{limit: {capacity: syrym}, to: "5 trains/day"}]'),
        ["counted in train"],
    ),
    "circle": ("name: x\nextends: mine.yaml\nevents: []\n", ["circle"]),
    "extends nothing": (text_of(extends="polnd-closure-2025"), ["poland-closure-2025"]),
    "aliases": ("a: &a [1]\nname: *a\nevents: []\n", ["aliases", "line 2"]),
    "same key twice": (text_of() + "name: y\n", ["'name' twice"]),
    "tag": (
        "name: !!python/object/apply:os.system ['true']\nevents: []\n",
        ["tags are not allowed", "line 1"],
    ),
    "empty file": ("", ["expected a scenario"]),
    "missing polygon": (text_of(events="[{close: {within: no.geojson}}]"), ["no.geojson"]),
}


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_a_wrong_scenario_is_refused(name, tmp_path):
    text, words = SCENARIOS[name]
    path = scenario_file(tmp_path, text)
    out = tmp_path / "map.html"
    refused(run("run", path, "--map", out, cwd=tmp_path), *words)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine.yaml"]


def test_a_huge_scenario_is_refused_at_once(tmp_path):
    levels = "\n".join(f"b{i}: &b{i} [*b{i - 1}, *b{i - 1}]" for i in range(1, 30))
    path = scenario_file(tmp_path, "b0: &b0 [x]\n" + levels + "\n#" + "x" * 50_000_000)
    refused(run("run", path, cwd=tmp_path), "MB")
    small = scenario_file(tmp_path, "b0: &b0 [x]\n" + levels + "\n")
    refused(run("run", small, cwd=tmp_path), "aliases")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "polnd-closure-2025"], ["no scenario", "poland-closure-2025"]),
        (["run", "no/such/file.yaml"], ["no such file"]),
        (["run", "poland-closure-2025", "--network", "nowhere"], ["nowhere", "no such folder"]),
        (["run", "poland-closure-2025", "--as-of", "12.9.2025"], ["12.9.2025", "2025-09-12"]),
        (["run", "poland-closure-2025", "--model", "optimum"], ["no model", "optimal"]),
        (["info", "--network", "."], ["datapackage.json"]),
        (["rnu"], ["rnu"]),
        (["run"], ["scenario"]),
        (["run", "close link:a link:b"], ["'link:' twice", "link:a,b"]),
        (["expand", "--budget", "1bn", "--cost", "a=1M", "--cost", "a=2M"], ["saw 'a' twice"]),
    ],
)
def test_a_wrong_command_is_refused(arguments, words, tmp_path):
    refused(run(*arguments, cwd=tmp_path), *words)
    assert not list(tmp_path.iterdir())


def test_a_pack_of_no_scenario_on_another_network_says_whose_it_asks(tmp_path):
    folder = co.new_network(tmp_path / "mine")
    told = "where no scenario is named all shipped ones are"
    refused(run("pack", "--network", folder, cwd=tmp_path), told)


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "poland-closure-2025", "--map", "no/folder/m.html"],
        ["run", "poland-closure-2025", "--report", "no/folder/r.html"],
        ["run", "poland-closure-2025", "--out", "no/folder/tables"],
        ["simulate", "poland-closure-2025", "--map", "no/folder/m.html"],
        ["simulate", "poland-closure-2025", "--plot", "no/folder/p.png"],
        ["simulate", "poland-closure-2025", "--out", "no/folder/tables"],
        ["draws", "poland-closure-2025", "--out", "no/folder/d.jsonl"],
        ["sweep", "--out", "no/folder/s.jsonl"],
        ["map", "--out", "no/folder/m.html"],
        ["schema", "--out", "no/folder/s.json"],
        ["export", "no/folder/net.gpkg"],
        ["export", "no/folder/net", "--format", "gmns"],
        ["new", "no/folder/net"],
    ],
    ids=" ".join,
)
def test_no_command_makes_the_folder_that_its_results_lie_in(arguments, tmp_path):
    refused(run(*arguments, cwd=tmp_path), "the folder no/folder does not exist")
    assert not list(tmp_path.iterdir())


@pytest.fixture
def folder(tmp_path):
    """Return a copy of the shipped network that a test may break."""
    target = tmp_path / "net"
    shutil.copytree(data_folder() / "eurasia", target)
    return target


def replace_in(path: Path, row: int, column: str, value: str) -> None:
    """Write a value into a row (the header is row 1) and column of a table."""
    import csv
    import io

    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    rows[row - 1][rows[0].index(column)] = value
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8")


TABLES = {
    "negative capacity": ("capacities", "amount", "-5", ["at least 0", "'-5'"]),
    "missing capacity": ("capacities", "amount", "", ["expected a value"]),
    "capacity in words": ("capacities", "amount", "many", ["'many'", "number"]),
    "not a number": ("capacities", "amount", "NaN", ["'NaN'", "number"]),
    "infinite": ("links", "length_km", "inf", ["'inf'", "number"]),
    "unknown unit": ("capacities", "unit", "lorry", ["'lorry'", "truck"]),
    "link to nowhere": ("links", "to_node", "nowhere", ["'nowhere' is not in nodes.csv"]),
    "off the globe": ("nodes", "lat", "95", ["'95'", "90"]),
    "off the globe to the east": ("nodes", "lon", "181", ["'181'", "180"]),
    "no country": ("nodes", "country", "Poland", ["two capital letters"]),
    "no such day": ("capacities", "valid_from", "2025-13-01", ["not a day"]),
    "unknown cargo": ("demand", "cargo", "contaner", ["'contaner'", "container"]),
    "unknown mode": ("links", "mode", "air", ["'air'", "rail"]),
}


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_broken_table_is_refused_with_its_place(name, folder):
    table, column, value, words = TABLES[name]
    replace_in(folder / f"{table}.csv", 2, column, value)
    seal(folder)
    result = run("run", "poland-closure-2025", "--network", folder, cwd=folder.parent)
    refused(result, f"{table}.csv, row 2, column {column}", *words)


def test_a_duplicate_id_names_both_rows(folder):
    path = folder / "nodes.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, lines[4]]) + "\n", encoding="utf-8")
    seal(folder)
    result = run("info", "--network", folder, cwd=folder.parent)
    refused(result, f"nodes.csv, row {len(lines) + 1}", "stands in row 5 already")


def test_a_changed_file_breaks_its_hash(folder):
    replace_in(folder / "capacities.csv", 2, "amount", "1")
    refused(run("info", "--network", folder, cwd=folder.parent), "capacities.csv", "hash")
    checked = run("check", "--network", folder, "--json", cwd=folder.parent)
    assert checked.returncode == 1
    assert [p["rule"] for p in json.loads(checked.stdout)["problems"]] == ["hashes"]


def test_all_problems_are_reported_at_once(folder):
    replace_in(folder / "nodes.csv", 3, "lat", "95")
    replace_in(folder / "capacities.csv", 4, "amount", "-1")
    replace_in(folder / "links.csv", 5, "mode", "air")
    seal(folder)
    refused(
        run("info", "--network", folder, cwd=folder.parent),
        "3 problems",
        "nodes.csv, row 3",
        "capacities.csv, row 4",
        "links.csv, row 5",
    )


def test_a_manifest_that_is_not_one_is_refused(folder):
    (folder / "datapackage.json").write_text("[]", encoding="utf-8")
    refused(run("info", "--network", folder, cwd=folder.parent), "not a data package")


def test_binary_instead_of_a_table_is_refused(folder):
    (folder / "links.csv").write_bytes(bytes(range(256)))
    seal(folder)
    refused(run("info", "--network", folder, cwd=folder.parent), "links.csv", "UTF-8")


def test_a_folder_where_a_file_is_wanted_is_refused(tmp_path):
    (tmp_path / "there").mkdir()
    for arguments in (
        ["run", "poland-closure-2025", "--map", "there"],
        ["run", "poland-closure-2025", "--report", "there"],
        ["map", "--out", "there"],
        ["sweep", "--of", "border:BY-PL", "--as-of", "2025-09-12", "--out", "there"],
    ):
        refused(run(*arguments, cwd=tmp_path), "there", "folder")
    assert not list((tmp_path / "there").iterdir())


def test_an_empty_sweep_file_is_no_finished_sweep(tmp_path):
    (tmp_path / "empty").touch()
    arguments = ["sweep", "--of", "border:BY-PL", "--as-of", "2025-09-12", "--out", "empty"]
    refused(run(*arguments, cwd=tmp_path), "no finished run")


def test_a_network_without_demand_is_read(folder):
    path = folder / "demand.csv"
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    provenance = folder / "provenance.csv"
    kept = [
        line
        for line in provenance.read_text(encoding="utf-8").splitlines()
        if not line.startswith("demand,")
    ]
    provenance.write_text("\n".join(kept) + "\n", encoding="utf-8")
    seal(folder)
    result = run("run", "poland-closure-2025", "--network", folder, "--json", cwd=folder.parent)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["baseline"]["demand_t_per_day"] == 0
    assert run("info", "--network", folder, cwd=folder.parent).returncode == 0


def test_cut_off_lines_are_refused(folder):
    path = folder / "lines.geojson"
    path.write_bytes(path.read_bytes()[:5000])
    seal(folder)
    refused(run("check", "--network", folder, cwd=folder.parent), "lines.geojson", "GeoJSON")


def test_arguments_of_another_kind_are_refused_in_words(net):
    for call, said in (
        (lambda: co.simulate(net, None, 2, start="2025-09-12", executor=5), "executor: saw 5"),
        (lambda: co.simulate(net, None, 2, start="2025-09-12", expected_queue="yes"),
         "expected_queue: saw 'yes', expected True or False"),
        (lambda: co.uncertainty(net, "suez-shut-2026", 2, executor="x"), "executor: saw 'x'"),
        (lambda: co.compare(net, "suez-shut-2026"), "expected an assignment"),
    ):  # fmt: skip
        with pytest.raises(co.ScenarioError, match=said):
            call()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["run", "poland-closure-2025", "--map", "map.png"], ".html"),
        (["run", "poland-closure-2025", "--report", "report.pdf"], ".html"),
        (["simulate", "poland-closure-2025", "--map", "days.docx"], ".html"),
        (["map", "--out", "net.geojson"], ".html"),
        (["explore", "--as-of", "2025-09-12", "--out", "explorer.zip"], ".html"),
        (["pack", "poland-closure-2025", "--out", "pack.pdf"], ".html or .md"),
    ],
)
def test_a_page_is_written_under_no_ending_of_something_else(tmp_path, arguments, expected):
    """A page called pack.pdf opens nowhere."""
    *_, name = arguments
    ending = Path(name).suffix
    refused(
        run(*arguments, cwd=tmp_path), f"{name}: saw the ending {ending!r}, expected {expected}"
    )
    assert not list(tmp_path.iterdir())
