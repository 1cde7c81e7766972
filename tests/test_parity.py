"""What the command line does, the library does under the same name, and the other way round."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest
import typer

import corridors as co
from corridors.cli.app import app

COMMANDS = sorted(typer.main.get_command(app).commands)

OTHER_WORD = {
    "list": ("listing", "`list` is a function of Python"),
    "explore": ("explorer", "`explore` is what a table or result does with itself"),
    "map": ("network_map", "`map` is a function of Python"),
    "new": ("new_network", "the library says what is new"),
    "osm": ("propose", "the library has a service, a proposal and what applies it"),
    "scenarios": ("shipped_scenarios", "`scenarios` is a room"),
}
"""Commands whose name the library cannot bear, what it says instead, and why."""

PARTS = {
    "assign": "half of `run`",
    "best_route": "part of `routes`: the best one alone",
    "compare": "half of `run`",
    "compare_many": "`run`, once for each",
    "cut_range": "`cut --uncertainty N`",
    "criticality": "`sweep` without its file",
    "family": "the options of `curve`",
    "headroom_by_year": "`headroom --years`",
    "interaction": "`run a+b --parts`",
    "lab": "`explore`, in a notebook and with its answers in Python",
    "load": "the option --network of every command",
    "load_result": "what `--out` has kept",
    "uncertainty": "`run --uncertainty N`",
    "places_of": "`select demand:ID`",
    "project": "a scenario, added to others",
    "quantiles": "what `draws` prints",
    "scenario": "the argument SCENARIO of every command",
    "k_routes": "`routes`, by the name of the method",
    "min_cut": "`cut`, by the name of the method",
    "network_info": "`info`, by what it is about",
    "scenario_schema": "`schema`, by what it is about",
    "select_link": "`select`, by the name of the method",
}
"""Public functions that are a part of a command, and of which."""


def functions() -> set[str]:
    return {n for n in co.__all__ if inspect.isfunction(inspect.unwrap(getattr(co, n)))}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_has_its_function(command):
    name, _ = OTHER_WORD.get(command, (command.replace("-", "_"), ""))
    assert callable(getattr(co, name))


def test_a_function_has_its_command():
    own = {OTHER_WORD.get(c, (c.replace("-", "_"), ""))[0] for c in COMMANDS}
    assert functions() - own - set(PARTS) == set()


def test_no_exception_is_kept_that_is_none():
    assert set(OTHER_WORD) <= set(COMMANDS)
    assert set(PARTS) <= functions()
    assert all(
        getattr(co, command, None) is None for command in OTHER_WORD if command != "scenarios"
    )


def test_the_public_names_stand_in_the_stub_alone():
    stub = ast.parse(Path(co.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    found = [a for n in stub.body if isinstance(n, ast.ImportFrom) for a in n.names]
    assert all(a.name == a.asname for a in found)
    assert sorted(a.name for a in found) == co.__all__
