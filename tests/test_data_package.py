"""A network folder is a data package: another program that knows the standard says so."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import frictionless
import pytest

import corridors as co
from corridors.network.folder import data_folder, seal

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(params=["island", "shipped", "from GMNS", "a folder with a name of its own"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a sealed folder."""
    if request.param == "shipped":
        return data_folder() / "eurasia"
    made = co.new_network(tmp_path / "island")
    if request.param == "from GMNS":
        co.export(co.load(made), tmp_path / "gmns", "gmns")
        co.import_gmns(tmp_path / "gmns", tmp_path / "back")
        return tmp_path / "back"
    if request.param != "island":
        made = made.rename(tmp_path / "Сеть №1, проба")
        (made / "datapackage.json").unlink()
        seal(made)
    return made


def faults(folder: Path) -> list[str]:
    report = frictionless.validate(str(folder / "datapackage.json"))
    return [e.message for e in report.errors] + [e.message for t in report.tasks for e in t.errors]


# Its own dependencies are not this project's to mend.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_the_folder_is_valid(folder: Path) -> None:
    assert faults(folder) == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_a_reference_to_nothing_is_seen_there_too(tmp_path: Path) -> None:
    made = tmp_path / "eurasia"
    shutil.copytree(co.new_network(tmp_path / "island"), made)
    path = made / "demand.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("dale,", "dael,"), encoding="utf-8")
    seal(made)
    assert any("foreign" in message.lower() for message in faults(made))


def test_what_else_a_manifest_says_stays_when_it_is_sealed(tmp_path: Path) -> None:
    made = co.new_network(tmp_path / "island")
    path = made / "datapackage.json"
    said = json.loads(path.read_text(encoding="utf-8"))
    more = {"version": "1.2", "contributors": [{"title": "Us"}]}
    said |= {**more, "licenses": [{"name": "CC0-1.0"}]}
    said["resources"][-1]["licenses"] = [{"name": "ODC-BY-1.0"}]
    said["resources"] += [
        {"name": "readme", "path": "README.md", "bytes": 1},
        {"name": "gone", "path": "gone.txt"},
    ]
    path.write_text(json.dumps(said), encoding="utf-8")
    seal(made)
    found = json.loads(path.read_text(encoding="utf-8"))
    resources = {one["name"]: one for one in found["resources"]}
    assert found.items() >= more.items()
    assert found["licenses"] == [{"name": "CC0-1.0"}]
    assert resources["lines"]["licenses"] == [{"name": "ODC-BY-1.0"}]
    size = (made / "README.md").stat().st_size
    assert resources["readme"] == {"name": "readme", "path": "README.md", "bytes": size}
    assert "gone" not in resources
    assert co.check(made) == []
    again = path.read_bytes()
    seal(made)
    assert path.read_bytes() == again


def licences(folder: Path) -> list[list[dict[str, str]] | None]:
    said = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    lines = next(one for one in said["resources"] if one["name"] == "lines")
    return [said.get("licenses"), lines.get("licenses")]


def test_no_licence_is_made_up(tmp_path: Path) -> None:
    """Lines are OpenStreetMap's only where they come from there, a network is its owner's."""
    made = co.new_network(tmp_path / "island")
    ours = [{"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0"}]
    assert licences(made) == [ours, None]
    osm = [{"name": "ODbL-1.0", "title": "Open Database License 1.0"}]
    assert licences(data_folder() / "eurasia") == [ours, osm]
    path = made / "datapackage.json"
    text = path.read_text(encoding="utf-8")
    theirs = [{"name": "All-rights-reserved", "title": "All rights reserved"}]
    said = json.loads(text) | {"licenses": theirs}
    path.write_text(json.dumps(said), encoding="utf-8")
    co.export(co.load(made), tmp_path / "gmns", "gmns")
    co.import_gmns(tmp_path / "gmns", tmp_path / "back")
    assert licences(tmp_path / "back") == [theirs, None]
    shutil.rmtree(tmp_path / "gmns" / "corridors")
    for name in ("movement.csv", "use_definition.csv"):
        (tmp_path / "gmns" / name).unlink()
    co.import_gmns(tmp_path / "gmns", tmp_path / "foreign")
    assert licences(tmp_path / "foreign") == [None, None]


@pytest.mark.parametrize(
    ("key", "value"),
    [("licenses", "CC0"), ("licenses", [1]), ("licenses", None), ("title", ["x"]), ("name", 5)],
)
def test_what_a_manifest_says_of_itself_is_told_where_it_is_wrong(
    tmp_path: Path, key: str, value: object
) -> None:
    made = co.new_network(tmp_path / "island")
    path = made / "datapackage.json"
    said = json.loads(path.read_text(encoding="utf-8")) | {key: value}
    path.write_text(json.dumps(said), encoding="utf-8")
    for ask in (co.check, co.load, seal):
        with pytest.raises(co.DataError, match=f"datapackage.json: {key}: saw"):
            ask(made)
