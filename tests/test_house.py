"""The house in order: rooms import only rooms below, no circles, nothing too long or too full."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts import house

HERE = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def own():
    return house.read_house(HERE / "corridors")


@pytest.fixture
def built(tmp_path):
    def build(files: dict[str, str]) -> house.House:
        root = tmp_path / "corridors"
        for name, text in {"__init__.py": "", **files}.items():
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            for folder in (root, file.parent):
                (folder / "__init__.py").touch()
            file.write_text(text, encoding="utf-8")
        return house.read_house(root)

    return build


@pytest.mark.parametrize(
    "rule",
    [
        house.unknown_rooms,
        house.upward,
        house.circles,
        house.long_modules,
        house.full_folders,
    ],
    ids=lambda rule: rule.__name__,
)
def test_the_package_keeps_the_rule(own, rule):
    assert rule(own) == []


def test_every_room_is_there_and_read(own):
    assert {own.room(m) for m in own.lines} - {own.room(m) for m in own.loose} == set(house.ROOMS)
    assert "corridors.flow.simplex.basis" in own.lines
    assert sum(own.folders.values()) == len(own.lines)
    assert len(own.imports) > len(own.lines)


def test_maps_know_no_network_and_no_result(own):
    """Whoever has lines with flows can draw them."""
    known = {own.room(i.imported) for i in own.imports if own.room(i.importer) == "maps"}
    assert known <= {"maps", "errors", "files", "display"}
    assert "maps" in known


def test_a_room_may_import_what_lies_below(built):
    tree = built(
        {
            "errors.py": "",
            "files.py": "from corridors.errors import x",
            "flow/solve.py": "import numpy\nfrom corridors import errors, files",
            "network/tables.py": "from corridors import __version__",
            "cli/app.py": "from corridors.flow.solve import solve\nimport corridors.network.tables",
            "__main__.py": "from corridors.cli import app",
            "__init__.py": "from corridors.cli.app import run",
        }
    )
    assert house.faults(tree) == []
    assert house.floors(tree) == ["cli", "flow"]


@pytest.mark.parametrize(
    "text",
    [
        "from corridors.maps.draw import line",
        "import corridors.maps.draw",
        "from corridors.maps import draw",
        "from ..maps.draw import line",
        "from ..maps import draw",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import corridors.maps.draw",
        "def f():\n    from corridors.maps.draw import line",
        "class A:\n    def f(self):\n        import corridors.maps.draw as d",
        "try:\n    import corridors.maps.draw\nexcept ImportError:\n    pass",
        'from importlib import import_module\nd = import_module("corridors.maps.draw")',
    ],
)
def test_an_import_of_a_higher_room_is_refused_however_it_is_written(built, text):
    tree = built({"flow/solve.py": text, "maps/draw.py": "line = 1"})
    (fault,) = house.faults(tree)
    assert fault.startswith("corridors.flow.solve (line ")
    assert "imports corridors.maps.draw" in fault
    assert house.faults(built({"flow/solve.py": "", "maps/draw.py": "import corridors.flow"})) == []


def test_only_the_version_of_the_package_itself_may_be_read(built):
    tree = built({"flow/a.py": "from corridors import assign", "flow/b.py": "import corridors"})
    assert [fault.split()[0] for fault in house.upward(tree)] == [
        "corridors.flow.a",
        "corridors.flow.b",
    ]


def test_what_lies_loose_imports_no_room(built):
    tree = built({"errors.py": "from corridors.flow.solve import x", "flow/solve.py": ""})
    assert len(house.upward(tree)) == 1


def test_a_circle_is_found_and_its_shortest_way_named(built):
    tree = built(
        {
            "flow/a.py": "from corridors.flow import b",
            "flow/b.py": "def f():\n    from corridors.flow import c",
            "flow/c.py": "from corridors.flow import a, d",
            "flow/d.py": "from corridors.flow import c",
            "flow/e.py": "from corridors.flow import a",
        }
    )
    assert house.circles(tree) == [["corridors.flow.c", "corridors.flow.d", "corridors.flow.c"]]
    assert house.faults(tree) == ["circle: corridors.flow.c > corridors.flow.d > corridors.flow.c"]


def test_two_circles_are_both_found(built):
    pairs = {"flow/a": "b", "flow/b": "a", "maps/c": "d", "maps/d": "c"}
    tree = built({f"{m}.py": f"from . import {other}" for m, other in pairs.items()})
    assert len(house.circles(tree)) == 2


def test_a_package_that_hands_names_on_makes_a_circle_with_its_own_users(built):
    # At its top `flow` binds the function, so that is what `from corridors.flow import solve` gets.
    tree = built(
        {
            "flow/__init__.py": "from corridors.flow.solve import solve",
            "flow/solve.py": "from corridors.flow.tools import x",
            "flow/tools.py": "from corridors.flow import solve",
        }
    )
    (circle,) = house.circles(tree)
    assert set(circle) == {"corridors.flow", "corridors.flow.solve", "corridors.flow.tools"}


@pytest.mark.parametrize(("lines", "found"), [(450, 0), (451, 1)])
def test_a_long_module_is_refused(built, lines, found):
    tree = built({"flow/solve.py": "x = 1\n" * lines})
    assert len(house.long_modules(tree)) == len(house.faults(tree)) == found


@pytest.mark.parametrize(("more", "found"), [(13, 0), (14, 1)])
def test_a_full_folder_is_refused_however_deep(built, more, found):
    tree = built({f"flow/simplex/m{i}.py": "" for i in range(more)})
    assert len(house.full_folders(tree)) == len(house.faults(tree)) == found


@pytest.mark.parametrize(("more", "found"), [(4, 0), (5, 1)])
def test_loose_files_are_few(built, more, found):
    tree = built({f"m{i}.py": "" for i in range(more)})
    assert len(house.full_folders(tree)) == len(house.faults(tree)) == found


def test_a_folder_that_is_no_room_is_refused(built):
    (fault,) = house.faults(built({"helpers/a.py": ""}))
    assert "corridors/helpers is no room" in fault


def test_floors_are_the_longest_chain_and_a_circle_of_rooms_is_one(built):
    tree = built(
        {
            "flow/a.py": "from corridors.network import b",
            "network/b.py": "from corridors.flow import a",
            "maps/c.py": "from corridors.network import b",
            "cli/d.py": "from corridors.maps import c\nfrom corridors.flow import a",
        }
    )
    assert house.floors(tree) == ["cli", "maps", "flow+network"]


def test_anyone_can_print_the_plan(built, tmp_path):
    built({"flow/a.py": "from corridors.maps import b", "maps/b.py": ""})
    command = [sys.executable, HERE / "scripts" / "house.py", tmp_path / "corridors"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert "faults (1)\n  corridors.flow.a (line 1) imports corridors.maps.b" in said.stdout
    assert said.stderr == ""
