"""What a variable of a shell leaves that has no value, and files where folders are meant."""

from __future__ import annotations

import json

import pytest
from command import corridors

import corridors as co
from corridors.cli.app import command

SHUT = "close link:brook-cedar-rail from 2026-03-01 for 3 days"


def refused(result, *words):
    assert result.returncode == 2, (result.stdout, result.stderr)
    assert not result.stdout
    assert len(result.stderr.strip().splitlines()) == 1
    for word in words:
        assert word in result.stderr


@pytest.fixture
def toy(tmp_path):
    return co.new_network(tmp_path / "toy")


def with_values():
    """Return every option of every command that takes a value."""
    return [
        (name, parameter.opts[0])
        for name, each in command().commands.items()
        for parameter in each.params
        if parameter.param_type_name == "option" and not parameter.is_flag
    ]


@pytest.mark.parametrize(("name", "option"), with_values())
def test_no_option_takes_nothing_for_a_value(tmp_path, name, option):
    before = sorted(tmp_path.iterdir())
    arguments = {"list": ["nodes"], "expand": [SHUT], "pack": [], "cut": ["a", "b"]}
    positional = arguments.get(name, ["x"])
    if name in {"info", "check", "limits", "scenarios", "schema", "map", "explore", "sweep"}:
        positional = []
    if name == "import-gmns":
        positional = ["x", "y"]
    for empty in ("", "  "):
        refused(corridors(name, *positional, option, empty, cwd=tmp_path), f"{option}: saw nothing")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["new", ""], "folder: saw nothing"),
        (["seal", ""], "folder: saw nothing"),
        (["export", ""], "saw nothing"),
        (["import-gmns", "", "x"], "saw nothing"),
        (["verify", ""], "manifest: saw nothing"),
        (["show", ""], "saw nothing"),
        (["cut", "", "dale"], "saw nothing"),
        (["expand", "", "--budget", "1bn"], "saw nothing"),
        (["run", ""], "scenario: saw nothing"),
        (["simulate", ""], "scenario: saw nothing"),
        (["run", SHUT, "--out="], "--out: saw nothing"),
    ],
    ids=" ".join,
)
def test_an_empty_name_is_no_name_of_the_folder_one_stands_in(toy, arguments, said):
    kept = {path: path.read_bytes() for path in sorted(toy.iterdir())}
    refused(corridors(*arguments, cwd=toy), said)
    assert {path: path.read_bytes() for path in sorted(toy.iterdir())} == kept


def test_words_that_are_looked_for_may_be_none(toy):
    every, none = (corridors("list", "nodes", *t, "--network", toy) for t in ([], [""]))
    assert every.stdout.split("\n")[3:] == none.stdout.split("\n")[3:]


@pytest.mark.parametrize(
    "arguments",
    [
        ["info", "--network", "a-file"],
        ["check", "--network", "a-file"],
        ["seal", "a-file"],
        ["import-gmns", "a-file", "new"],
        ["run", SHUT, "--network", "a-file"],
    ],
    ids=" ".join,
)
def test_a_file_is_told_where_a_folder_is_meant(tmp_path, arguments):
    (tmp_path / "a-file").write_text("x", encoding="utf-8")
    refused(corridors(*arguments, cwd=tmp_path), "a-file: is a file, expected a folder")


def test_a_folder_is_told_where_a_scenario_is_meant(tmp_path, toy):
    (tmp_path / "plan.yaml").mkdir()
    for command_ in ("run", "simulate"):
        result = corridors(command_, "plan.yaml", "--network", toy, cwd=tmp_path)
        refused(result, "plan.yaml: is a folder, expected a file")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[]", "not a data package (saw a list, expected an object)"),
        ("3", "not a data package (saw a number, expected an object)"),
        ("null", "not a data package (saw null, expected an object)"),
        ("{}", "not a data package (the key 'resources' is missing)"),
        ('{"resources": "x"}', "resources: saw text, expected a list of files"),
        ('{"resources": {}}', "resources: saw an object, expected a list of files"),
        ('{"resources": ["x"]}', "resources[0]: saw text, expected the name of a table"),
        ('{"resources": [{}]}', "resources[0]: saw no name, expected the name of a table"),
        ('{"resources": [{"name": 1}]}', "resources[0]: name: saw 1, expected the name of a"),
        ("", "not a data package (not JSON: "),
        ("[" * 100_000, "not a data package (nested too deep)"),
        (b"\xff\xfe{", "not a data package (not text in UTF-8)"),
    ],
    ids=lambda v: str(v)[:20],
)
def test_a_data_package_that_is_none_is_told_in_words_of_json(toy, content, said):
    path = toy / "datapackage.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    for arguments in (["check", "--network", toy], ["info", "--network", toy], ["seal", toy]):
        result = corridors(*arguments)
        refused(result, said)
        assert "Error" not in result.stderr


def test_where_there_are_no_names_none_are_listed(toy):
    """A table without its ids has none that could have been meant."""
    lines = (toy / "nodes.csv").read_text(encoding="utf-8").splitlines()
    text = "\n".join([lines[0].replace("node_id", "nodeid"), *lines[1:], ""])
    (toy / "nodes.csv").write_text(text, encoding="utf-8")
    corridors("seal", toy)
    problems = json.loads(corridors("check", "--network", toy, "--json").stdout)["problems"]
    assert problems
    assert not [p for p in problems if "valid are ;" in str(p) or "valid are '" in str(p)]
    assert not [p for p in problems if str(p["message"]).rstrip().endswith("valid are")]
