"""Results that are kept, read and run again."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import shutil

import analysis_toys
import pandas as pd
import pytest
from command import corridors

import corridors as co
from corridors.assignment.views.kept import unit_of

DAY = dt.date(2025, 9, 12)


@pytest.fixture(scope="module")
def island(tmp_path_factory):
    return co.new_network(tmp_path_factory.mktemp("kept") / "island")


@pytest.fixture(scope="module")
def results(island):
    net = co.load(island)
    plan = net.scenario("close border:XA-XB mode:rail from 2026-03-01 for 5 days").at("2026-03-02")
    plan = plan.limit("100 TEU/day", mode="sea", over="3 days", from_="2026-03-01")
    return {
        "assignment": plan.assign(),
        "comparison": plan.compare(),
        "simulation": plan.simulate(12),
    }


@pytest.mark.parametrize("kind", ["assignment", "comparison", "simulation"])
def test_a_result_is_kept_read_and_run_again(kind, results, tmp_path):
    result = results[kind]
    folder = result.save(tmp_path / kind)
    kept = co.load_result(folder)
    assert kept.kind == kind
    assert kept.scenario.events == result.scenario.events
    for name, table in kept.tables.items():
        csv = pd.read_csv(folder / f"{name}.csv")
        assert len(csv) == len(table)
        assert list(csv.columns) == list(table.columns)
    own = {"assignment": "routes", "comparison": "by_demand", "simulation": "waterfall"}[kind]
    expected = getattr(result, own).drop(columns="arcs", errors="ignore")
    pd.testing.assert_frame_equal(getattr(kept, own), expected)
    assert len(kept.links)
    assert kept.links.crs == "EPSG:4326"
    assert any(kept.units.values())
    found = kept.verify()
    assert found["ok"]
    assert not any(found[k] for k in found if k.endswith("_changed"))
    again = result.save(tmp_path / "again")
    for file in folder.iterdir():
        assert file.read_bytes() == (again / file.name).read_bytes(), file.name


KINDS = ["assignment", "comparison", "simulation"]


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(KINDS, 2)))
def test_no_table_of_another_result_stays_beside_the_new_ones(first, second, results, tmp_path):
    """What was in the folder was left beside the new manifest, which is of another question."""
    folder = results[first].save(tmp_path / "one")
    results[second].save(folder)
    alone = results[second].save(tmp_path / "other")
    assert {p.name for p in folder.iterdir()} == {p.name for p in alone.iterdir()}
    assert co.load_result(folder).verify()["ok"]


def test_what_was_written_by_others_stays(results, tmp_path):
    folder = results["comparison"].save(tmp_path / "one")
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    (folder / "reroutes.csv").write_text("changed by hand", encoding="utf-8")
    results["assignment"].save(folder)
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert (folder / "reroutes.csv").read_text(encoding="utf-8") == "changed by hand"
    assert not (folder / "reroutes.parquet").exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"kept": []}', b'{"kept": 7}', b'{"kept": {"../x": "sha256:0"}}', b"\xff"],
)
def test_what_is_no_manifest_takes_no_file_away(results, tmp_path, content):
    folder = tmp_path / "one"
    folder.mkdir()
    (tmp_path / "x").write_text("mine", encoding="utf-8")
    (folder / "flows.txt").write_text("mine", encoding="utf-8")
    (folder / "manifest.json").write_bytes(content)
    results["assignment"].save(folder)
    assert (folder / "flows.txt").exists()
    assert (tmp_path / "x").exists()


def test_units_are_said(results, tmp_path):
    kept = co.load_result(results["comparison"].save(tmp_path / "c"))
    assert kept.units["by_demand"]["lost_t_per_day"] == "t/day"
    assert kept.units["reroutes"]["added_cost_usd_per_unit"] == "USD/unit"
    assert "cargo" not in kept.units["by_demand"]
    columns = {c for t in kept.tables.values() for c in t.columns if t[c].dtype.kind == "f"}
    assert {c for c in columns if not unit_of(c)} == set()


def test_a_changed_byte_of_the_data_is_named(island, tmp_path):
    folder = shutil.copytree(island, tmp_path / "mine")
    kept = co.assign(co.load(folder), as_of="2026-03-02").save(tmp_path / "kept")
    table = folder / "demand.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("73000", "73001"), encoding="utf-8")
    co.seal(folder)
    found = co.verify(kept)
    assert found["data_changed"] == ["datapackage.json", "demand.csv"]
    assert not found["ok"]
    assert "shortfall" in found["tables_changed"]
    assert found["result"] != found["expected"]


def test_a_changed_byte_that_changes_nothing_is_named_too(island, tmp_path):
    folder = shutil.copytree(island, tmp_path / "mine")
    kept = co.assign(co.load(folder), as_of="2026-03-02").save(tmp_path / "kept")
    file = folder / "border-closed.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    found = co.verify(kept / "manifest.json")
    assert found["ok"]
    assert found["data_changed"] == ["border-closed.yaml"]


def test_a_kept_table_that_was_changed_is_named(results, tmp_path):
    folder = results["assignment"].save(tmp_path / "a")
    (folder / "flows.csv").write_text("kind\n", encoding="utf-8")
    found = co.verify(folder)
    assert found["files_changed"] == ["flows.csv"]
    assert found["ok"]


def _unsaid(folder):
    """Make a manifest what it was before it knew all files."""
    said = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    del said["kept"]
    (folder / "manifest.json").write_text(json.dumps(said), encoding="utf-8")


@pytest.mark.parametrize("kind", ["assignment", "comparison", "simulation"])
def test_every_kept_file_that_was_changed_or_is_gone_is_named(kind, results, tmp_path):
    folder = results[kind].save(tmp_path / "a")
    files = sorted(p for p in folder.iterdir() if p.name != "manifest.json")
    assert co.verify(folder)["files_changed"] == []
    for file in files:
        file.write_bytes(file.read_bytes()[:-1] + b"\0")
    found = co.verify(folder)
    assert found["files_changed"] == [file.name for file in files]
    assert found["ok"]
    for file in files:
        file.unlink()
    assert co.verify(folder)["files_changed"] == [file.name for file in files]


@pytest.mark.parametrize("kind", ["assignment", "comparison", "simulation"])
def test_a_summary_that_does_not_come_out_is_named(kind, results, tmp_path):
    folder = results[kind].save(tmp_path / "a")
    file = folder / "manifest.json"
    said = json.loads(file.read_text(encoding="utf-8"))
    said["kept"]["summary.json"] = "sha256:0"
    file.write_text(json.dumps(said), encoding="utf-8")
    found = co.verify(folder)
    assert found["tables_changed"] == ["summary"]
    assert not found["ok"]


def test_headline_figures_of_a_result_kept_long_ago_are_held_too(results, tmp_path):
    folder = results["comparison"].save(tmp_path / "a")
    _unsaid(folder)
    assert co.verify(folder)["files_changed"] == []
    text = (folder / "summary.json").read_text(encoding="utf-8")
    (folder / "summary.json").write_text(text.replace("mean_hours", "mean_days"), encoding="utf-8")
    (folder / "links.parquet").unlink()
    assert co.verify(folder)["files_changed"] == ["links.parquet", "summary.json"]
    assert corridors("verify", folder).returncode == 1


def test_other_releases_are_told(results, tmp_path):
    folder = results["assignment"].save(tmp_path / "a")
    file = folder / "manifest.json"
    said = json.loads(file.read_text(encoding="utf-8"))
    said["versions"]["numpy"] = "1.0"
    file.write_text(json.dumps(said), encoding="utf-8")
    assert co.verify(file)["versions_changed"]["numpy"][0] == "1.0"


def test_a_network_without_a_folder_is_given(tmp_path):
    net = analysis_toys.two_ways()
    folder = net.close(node="b").compare(DAY).save(tmp_path / "toy")
    with pytest.raises(co.DataError, match="has no folder"):
        co.verify(folder)
    assert co.verify(folder, net=net)["ok"]
    narrow = analysis_toys.two_ways(narrow=5)
    assert co.verify(folder, net=narrow)["data_changed"] == ["capacities"]


@pytest.mark.parametrize("scenarios", [("close node:b", "limit link:a-c-road to 3 t/day")])
def test_a_sum_that_is_kept_comes_out_the_same(scenarios, tmp_path):
    net = analysis_toys.two_ways()
    plan = net.scenario(scenarios[0]) + co.scenario(scenarios[1])
    folder = plan.compare(DAY).save(tmp_path / "sum")
    assert co.verify(folder, net=net)["ok"]
    assert "on {link: a-c-road}" in (folder / "capacities_after.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not JSON"),
        ("[]", "expected a mapping"),
        ("{}", "'kind' is missing"),
        ('{"kind": "x"}', "'scenario' is missing"),
    ],
)
def test_what_is_no_manifest_is_one_message(content, message, tmp_path):
    file = tmp_path / "manifest.json"
    file.write_text(content, encoding="utf-8")
    for ask in (co.verify, lambda f: co.load_result(f.parent)):
        with pytest.raises(co.DataError, match=message):
            ask(file)


def test_a_broken_manifest_is_one_message(results, tmp_path):
    folder = results["assignment"].save(tmp_path / "a")
    file = folder / "manifest.json"
    good = json.loads(file.read_text(encoding="utf-8"))
    for change in (
        {"kind": "odd"},
        {"parameters": []},
        {"parameters": {"x": 1}},
        {"tables": "x"},
        {"scenario": "name: 1"},
    ):
        file.write_text(json.dumps(good | change), encoding="utf-8")
        with pytest.raises(co.CorridorsError):
            co.verify(file)
    file.unlink()
    with pytest.raises(co.DataError, match=r"manifest\.json"):
        co.load_result(folder)


def test_there_is_no_table_of_that_name(results, tmp_path):
    kept = co.load_result(results["assignment"].save(tmp_path / "a"))
    with pytest.raises(AttributeError, match="no table 'flow'"):
        kept.flow  # noqa: B018  the access is what is tested


WRONG = [
    *((key, value) for key in ("scenario", "baseline_scenario") for value in (5, [], {})),
    *(("kind", value) for value in (None, [], {})),
    *((key, value) for key in ("tables", "kept") for value in (5, ["a"], {"a": 1})),
    *(("network", {key: value}) for key in ("tables", "files") for value in (5, "x", [1])),
    ("scenario", "border-closed"),
    ("scenario", "name: [a"),
]


@pytest.mark.parametrize(("key", "value"), WRONG, ids=[f"{k} {v}" for k, v in WRONG])
def test_a_damaged_manifest_is_one_message(results, tmp_path, key, value):
    path = results["assignment"].save(tmp_path / "kept") / "manifest.json"
    said = json.loads(path.read_text(encoding="utf-8"))
    said[key] = said[key] | value if key == "network" else value
    path.write_text(json.dumps(said), encoding="utf-8")
    done = corridors("verify", path)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert key.partition("_")[0] in done.stderr
    assert done.stderr.count("\n") == 1
