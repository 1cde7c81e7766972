"""A network folder is a data package: another program that knows the standard says so."""

from __future__ import annotations

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
