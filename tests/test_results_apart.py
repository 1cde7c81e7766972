"""Results never take the place of what they are worked out from: files of a network stay."""

from __future__ import annotations

import json
import shutil

import pytest
from command import corridors

import corridors as co
from corridors.analysis.jobs.checkpoint import Ledger
from corridors.errors import DataError
from corridors.files import NETWORK_FILES
from corridors.network.reading.manifest import CHOICE, LINES, file_of
from corridors.network.schema import tables


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return co.new_network(tmp_path_factory.mktemp("apart") / "toy")


def contents(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}


SCENARIO = "close link:brook-cedar-rail from 2026-03-01 for 7 days"
RUN = ("run", SCENARIO, "--as-of", "2026-03-01")
COMMANDS = {
    "map": (*RUN, "--map", "{net}/links.csv"),
    "report": (*RUN, "--report", "{net}/LINES.geojson"),
    "folder": (*RUN, "--out", "{net}"),
    "draws of a run": (*RUN, "--uncertainty", "2", "--draws-file", "{net}/nodes.csv"),
    "days map": ("simulate", SCENARIO, "--days", "3", "--map", "{net}/choice.json"),
    "days folder": ("simulate", SCENARIO, "--days", "3", "--out", "{net}"),
    "draws": ("draws", SCENARIO, "--days", "3", "--draws", "1", "--out", "{net}/demand.csv"),
    "sweep": ("sweep", "--as-of", "2026-03-01", "--out", "{net}/stores.csv"),
    "pack": ("pack", "{net}/border-closed.yaml", "--out", "{net}/datapackage.json"),
    "expansion": ("expand", SCENARIO, "--budget", "1bn", "--out", "{net}"),
    "page": ("explore", "--scenario", "none", "--as-of", "2026-03-01", "--out", "{net}/rates.csv"),
    "drawing": ("map", "--out", "{net}/links.csv"),
    "gmns": ("export", "{net}", "--format", "gmns"),
    "geoparquet": ("export", "{net}", "--format", "geoparquet"),
    "graphml": ("export", "{net}/links.csv", "--format", "graphml"),
    "counts": ("calibrate", "--counts", "{net}/links.csv"),
    "fitted": ("calibrate", "--out", "{net}"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_writes_a_result_over_a_network(toy, name):
    before = contents(toy)
    arguments = [part.format(net=toy) for part in COMMANDS[name]]
    ended = corridors(*arguments, "--network", toy)
    assert ended.returncode == 2, ended.stderr
    assert contents(toy) == before
    [line] = ended.stderr.strip().splitlines()
    assert "network" in line or "exists already" in line


def test_the_schema_is_no_table_either(toy):
    before = contents(toy)
    assert corridors("schema", "--out", toy / "links.csv").returncode == 2
    assert contents(toy) == before


def test_nor_does_a_call(toy):
    net = co.load(toy)
    hit = co.run(net, toy / "border-closed.yaml")
    before = contents(toy)
    for write in (
        lambda: hit.save(toy),
        lambda: hit.disrupted.save(toy),
        lambda: co.export(net, toy, "gmns"),
        lambda: Ledger(toy / "demand.csv", {}),
    ):
        with pytest.raises(DataError, match="network"):
            write()
    assert contents(toy) == before


def test_a_link_to_a_table_is_that_table(toy, tmp_path):
    (tmp_path / "result.html").symlink_to(toy / "links.csv")
    before = contents(toy)
    assert corridors("map", "--out", tmp_path / "result.html", "--network", toy).returncode == 2
    assert contents(toy) == before


WRITTEN = {
    "map": (*RUN, "--map"),
    "report": (*RUN, "--report"),
    "days map": ("simulate", SCENARIO, "--days", "3", "--map"),
    "draws": ("draws", SCENARIO, "--days", "3", "--draws", "1", "--out"),
    "sweep": ("sweep", "--as-of", "2026-03-01", "--out"),
    "pack": ("pack", SCENARIO, "--out"),
    "page": ("explore", "--scenario", "none", "--as-of", "2026-03-01", "--out"),
    "drawing": ("map", "--out"),
    "graphml": ("export", "--format", "graphml"),
    "schema": ("schema", "--out"),
}


@pytest.mark.parametrize("file", ["border-closed.yaml", "README.md", "area.geojson"])
@pytest.mark.parametrize("name", WRITTEN)
def test_no_command_writes_a_result_over_what_a_person_has_written(toy, tmp_path, name, file):
    own = shutil.copytree(toy, tmp_path / "own")
    (own / "area.geojson").write_text('{"type": "Polygon", "coordinates": []}', encoding="utf-8")
    before = contents(own)
    of = () if name == "schema" else ("--network", own)
    ended = corridors(*WRITTEN[name], own / file, *of)
    assert ended.returncode == 2, ended.stderr
    assert contents(own) == before
    [line] = ended.stderr.strip().splitlines()
    assert file in line
    assert "expected another for results" in line


READ = {
    "map": ("run", "{file}", "--map", "{file}"),
    "of a sum": ("run", "{file}+{file}", "--report", "{file}"),
    "beside": ("run", "{file}", "--out", "{folder}"),
    "days": ("simulate", "{file}", "--days", "3", "--map", "{file}"),
    "draws": ("draws", "{file}", "--days", "3", "--draws", "1", "--out", "{file}"),
    "sweep": ("sweep", "--scenario", "{file}", "--out", "{file}"),
    "pack": ("pack", "{file}", "--out", "{file}"),
    "page": ("explore", "--scenario", "{file}", "--as-of", "2026-03-01", "--out", "{file}"),
    "expansion": ("expand", "{file}=20", "--budget", "1bn", "--out", "{folder}"),
}


@pytest.mark.parametrize("name", READ)
def test_no_command_writes_over_the_scenario_it_reads_whatever_its_ending(toy, tmp_path, name):
    folder = tmp_path / "mine"
    folder.mkdir()
    file = folder / "asked.json"
    text = json.dumps({
        "name": "asked", "title": "x", "as_of": "2026-03-01",
        "events": [{"close": {"link": "brook-cedar-rail"}}],
    })  # fmt: skip
    file.write_text(text, encoding="utf-8")
    ended = corridors(*(a.format(file=file, folder=folder) for a in READ[name]), "--network", toy)
    assert ended.returncode == 2, ended.stderr
    assert contents(folder) == {"asked.json": text.encode()}
    assert "asked for" in ended.stderr


def test_what_is_meant_for_a_network_is_still_written(toy, tmp_path):
    own = shutil.copytree(toy, tmp_path / "own")
    assert corridors("seal", own).returncode == 0
    assert corridors("check", "--network", own).returncode == 0
    # Beside the tables, and among things of the same name elsewhere, there is room.
    assert corridors("map", "--out", own / "map.html", "--network", own).returncode == 0
    assert corridors("schema", "--out", tmp_path / "links.csv").returncode == 0
    assert corridors("export", own / "gmns", "--format", "gmns", "--network", own).returncode == 0


def test_choice_parameters_may_be_written_beside_the_tables(toy, tmp_path):
    own = shutil.copytree(toy, tmp_path / "own")
    ended = corridors("calibrate", "--counts", own / "choice.json", "--network", own)
    # This network counts nothing, which is said; the place is not what is wrong.
    assert "is a file of the network" not in ended.stderr


def test_the_files_of_a_network_are_those_of_its_schema():
    """Maps know no network, and guard its files all the same."""
    assert {file_of(name) for name in tables()} | {LINES, CHOICE} == NETWORK_FILES
