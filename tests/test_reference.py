"""The reference pages are up to date, and everything a user can type is documented."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import corridors as co
from corridors.cli.app import app
from corridors.network.schema import tables
from corridors.scenarios.schema import scenario_schema

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
pages = import_module("build_reference").PAGES


@pytest.mark.parametrize("name", pages)
def test_a_page_is_up_to_date(name):
    expected = pages[name]()
    found = (ROOT / name).read_text(encoding="utf-8")
    assert found == expected, "run python scripts/build_reference.py"


def everything_written() -> str:
    files = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return "\n".join(f.read_text(encoding="utf-8") for f in files)


def by_hand() -> str:
    """What people wrote, without the pages that are made."""
    files = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return "\n".join(f.read_text(encoding="utf-8") for f in files if f.parent.name != "reference")


def test_every_command_is_documented():
    import typer

    text = by_hand()
    names = set(typer.main.get_command(app).commands)
    assert {n for n in names if not re.search(rf"corridors {re.escape(n)}\b", text)} == set()


def test_every_scenario_key_is_documented():
    schema = scenario_schema()
    event = schema["$defs"]["event"]["properties"]
    keys = {
        *schema["properties"],
        *event,
        *schema["$defs"]["selector"]["properties"],
        *event["demand"]["properties"],
    }
    text = everything_written()
    assert {k for k in keys if not re.search(rf"\b{k}\b", text)} == set()


def test_every_public_name_is_documented():
    text = everything_written()
    assert {n for n in co.__all__ if not re.search(rf"\b{n}\b", text)} == set()


def test_every_public_function_says_what_it_does():
    for name in co.__all__:
        value = getattr(co, name)
        assert inspect.getdoc(value), name


def test_every_column_is_in_the_dictionary():
    text = (ROOT / "docs/reference/data.md").read_text(encoding="utf-8")
    parts = re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", text, flags=re.MULTILINE | re.DOTALL)
    sections = dict(parts)
    for table in tables().values():
        for column in table.columns:
            assert f"`{column.name}`" in sections[table.name]
            # A bar in a cell would start another one.
            assert column.meaning.split("|")[0] in sections[table.name]


def test_the_script_says_what_is_outdated():
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts/build_reference.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == "out of date: nothing\n"


def test_the_first_page_has_every_command_and_both_models():
    """Who reads the README alone finds each command, and by which model `run` answers."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = text.split("## On the command line")[1].split("\n\n")[1]
    named = set(re.findall(r"`(?:corridors )?([a-z][a-z-]+)", table))
    known = {c.name or c.callback.__name__.replace("_", "-") for c in app.registered_commands}
    assert known - named == set()
    assert inspect.signature(co.run).parameters["model"].default == "logit"
    assert inspect.signature(co.assign).parameters["model"].default == "optimal"
    assert "`co.run` and\n`corridors run` begin with it" in text
