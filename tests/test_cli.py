"""The command line as a user meets it."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pandas as pd
import pytest
from command import corridors, shipped

import corridors as co
from corridors.cli import app as application
from corridors.network import network

COMMANDS = ("info", "check", "scenarios", "run", "map", "schema", "seal")


def json_of(*arguments, cwd=None):
    result = corridors(*arguments, "--json", cwd=cwd)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_help_lists_the_commands():
    result = corridors("--help")
    assert result.returncode == 0
    for command in COMMANDS:
        assert command in result.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(command):
    result = corridors(command, "--help")
    assert result.returncode == 0
    assert result.stdout.strip().startswith("Usage")


def test_info_counts_and_covers():
    found = json_of("info")
    counts = found["counts"]
    for name, least in {
        "nodes": 230, "links": 400, "capacities": 150, "limits": 140, "demand": 110,
        "projects": 30, "observations": 60, "sources": 250,
    }.items():  # fmt: skip
        assert counts[name] >= least, name
    assert found["provenance"]["coverage"] == 1.0
    # On a day of the year that the demand is of; years before it are worked back from growth.
    today = json_of("info", "--as-of", "2025-09-12")["provenance"]
    assert today["share_inferred_of_capacities_and_demand"] <= 0.4


def test_info_is_for_people_too():
    said = corridors("info").stdout
    assert said.startswith("eurasia, all of time")
    assert not re.search(r"None|_|\d\.0\b", said)
    assert re.search(r"coverage +100 %", said)
    assert corridors("info", "--as-of", "2025-09-12").stdout.startswith("eurasia, 2025-09-12")


def test_info_at_a_date_is_about_that_date():
    early, late = json_of("info", "--as-of", "2025-01-01"), json_of("info", "--as-of", "2031-06-01")
    assert early["counts"]["links"] < late["counts"]["links"]


def test_the_shipped_network_is_clean():
    assert json_of("check") == {"ok": True, "problems": []}


def test_scenarios_are_listed():
    names = [s["name"] for s in json_of("scenarios")["scenarios"]]
    assert {
        "poland-closure-2025", "kz-ru-border-2025", "poland-and-kz-ru", "cn-kz-permits-2025",
        "caspian-storm", "zangezur-open",
    } <= set(names)  # fmt: skip


def test_run_writes_what_it_is_asked_for_and_nothing_else(tmp_path):
    result = corridors(
        "run", "poland-closure-2025", "--map", "m.html", "--out", "tables", "--json", cwd=tmp_path
    )
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["m.html", "tables"]
    tables = {p.name for p in (tmp_path / "tables").iterdir()}
    assert {"flows_after.csv", "reroutes.csv", "waterfall.csv", "summary.json"} <= tables
    summary = json.loads((tmp_path / "tables" / "summary.json").read_text(encoding="utf-8"))
    # What is possible at best is said beside the answer that is kept.
    assert found.pop("at_best")["newly_unserved_t_per_day"] > 0
    assert summary == found
    again = corridors("run", "poland-closure-2025", "--map", "n.html", "--json", cwd=tmp_path)
    assert again.stdout == result.stdout
    assert (tmp_path / "m.html").read_bytes() == (tmp_path / "n.html").read_bytes()


def test_run_prints_the_story():
    result = corridors("run", "poland-closure-2025")
    assert result.returncode == 0, result.stderr
    said = " ".join(result.stdout.split())
    for words in ("Poland closes its border", "keep their route", "Rerouted", "certified"):
        assert words in said


def test_two_scenarios_run_as_one():
    assert json_of("run", "poland-closure-2025+kz-ru-border-2025")["as_of"] == "2025-09-14"


def test_a_closure_that_leaves_nothing_is_an_answer(tmp_path):
    path = tmp_path / "nothing.yaml"
    path.write_text(
        "name: nothing\nas_of: 2025-09-12\nevents:\n"
        "  - close: {mode: [rail, road, sea, pipeline]}\n",
        encoding="utf-8",
    )
    found = json_of("run", path)
    # Refineries of Kyrgyzstan and Kazakhstan sell where their buyers are: that needs no way.
    # Kazakhstan makes 5.96 Mt of petrol and 6.3 Mt of diesel a year, all of it for itself.
    at_home = (50_311 + 47_718 + 5_960_000 + 6_300_000) / 365
    assert found["disrupted"]["served_t_per_day"] == pytest.approx(at_home)
    assert found["disrupted"]["shortfall_t_per_day"] == pytest.approx(
        found["disrupted"]["demand_t_per_day"] - at_home
    )


def test_the_schema_is_written_and_accepts_the_shipped_scenarios(tmp_path):
    from jsonschema import Draft202012Validator

    from corridors.network.reading.yaml_lines import read
    from corridors.scenarios.scenario import shipped_scenarios

    result = corridors("schema", "--out", tmp_path / "schema.json")
    assert result.returncode == 0, result.stderr
    schema = json.loads((tmp_path / "schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    for path in shipped_scenarios().values():
        content, _ = read(path)
        Draft202012Validator(schema).validate(content)


def test_the_network_map_is_written(tmp_path):
    found = json_of("map", "--out", tmp_path / "net.html")
    assert found["bytes"] == (tmp_path / "net.html").stat().st_size > 100_000


@pytest.mark.parametrize(
    ("command", "idle", "wanted"),
    [
        (["cut", "CN", "RO", "--cargo", "container"], ["--seed"], "--uncertainty"),
        (
            ["simulate", "poland-closure-2025", "--days", "1"],
            ["--seed", "--workers"],
            "--replications",
        ),
    ],
)
def test_an_option_that_does_nothing_says_so(command, idle, wanted):
    given = [word for option in idle for word in (option, "1")]
    result = corridors(*command, *given)
    assert result.returncode == 0
    for option in idle:
        assert f"{option} does nothing here: it belongs to {wanted}" in result.stderr
    plain = corridors(*command)
    assert plain.stdout == result.stdout
    assert "does nothing" not in plain.stderr


@pytest.mark.parametrize(
    "command", [["draws", "poland-closure-2025"], ["simulate", "kz-ru-border-2025"]]
)
def test_a_seed_below_nothing_is_refused(command):
    result = corridors(*command, "--seed", "-1")
    assert result.returncode == 2
    assert "seed: saw '-1', expected a whole number of at least 0" in result.stderr


def test_each_module_has_the_commands_that_are_said_of_it():
    whole = application.command()
    listed = [name for names in application.COMMANDS.values() for name in names]
    assert list(whole.commands) == listed
    for module, names in application.COMMANDS.items():
        for name in names:
            assert tuple(application.command(name).commands) == names, module
    # What is no command is told by an application that knows them all.
    assert list(application.command("rum").commands) == listed


@pytest.mark.parametrize(
    "asked",
    [
        ("run", "--as-of", "2025-09-12", "--seed", "x"),
        ("run", "x", "--seed", "1.5"),
        ("run", "x", "--expected-queue=3"),
        ("simulate", "x", "--days", "none"),
        ("simulate", "x", "--days", "0"),
        ("simulate", "x", "--workers", "1.5"),
        ("simulate", "x", "--announced", "--no-such"),
        ("show", "Қорғас"),
        ("list", "nodes", "łódź"),
        ("sweep", "--top", "-1"),
        ("list", "nodes", "--network", "/no/such/folder"),
    ],
)
def test_values_are_taken_or_refused_as_the_library_does_it_by_itself(asked, monkeypatch):
    ours = corridors(*asked)
    with monkeypatch.context() as patch:
        patch.setattr(application, "_AsItIs", lambda: None)
        application.command.cache_clear()
        theirs = corridors(*asked)
    application.command.cache_clear()
    assert (ours.returncode, ours.stdout, ours.stderr) == (
        theirs.returncode,
        theirs.stdout,
        theirs.stderr,
    )


def test_a_plain_command_is_answered_without_what_checks_values():
    ask = (
        "import sys; from corridors.cli.start import main\n"
        "try:\n    main(['list', 'nodes', 'brest'])\n"
        "except SystemExit as ended:\n    assert not ended.code\n"
        "assert 'pydantic' not in sys.modules\n"
        "assert 'corridors.cli.simulate' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", ask], check=True, capture_output=True, timeout=300)


def held_as(values):
    """Say how pandas holds text; before its release 3 in one way alone."""
    return getattr(values.dtype, "storage", "")


@pytest.mark.parametrize("model", ["optimal", "logit"])
def test_what_a_run_says_does_not_hang_on_how_pandas_holds_text(model):
    told = []
    for storage in ("python", "pyarrow"):
        with pd.option_context("mode.string_storage", storage):
            found = co.run(co.load(), "fuel-russia-stops-2025", model=model)
            assert held_as(found.baseline.routes["demand_id"]) in {storage, ""}
            assert held_as(found.baseline.state.net.tables["links"]["link_id"]) in {storage, ""}
            told.append(json.dumps(found.to_dict()))
    assert told[0] == told[1]


@pytest.mark.parametrize("asked", [("validate",), ("sweep", "--of", "node"), ("headroom",)])
def test_text_is_held_plainly_while_a_question_is_answered(asked, tmp_path, monkeypatch):
    # The commands of tests read the shipped network once, whatever they ask.
    shipped()
    island, usual = co.new_network(tmp_path / "island"), pd.get_option("mode.string_storage")
    held, read = [], network.load
    monkeypatch.setattr(
        network, "load", lambda folder=None: held.append(usual_text()) or read(folder)
    )

    def usual_text():
        return held_as(pd.Series(["a"]))

    plain = "python" if usual_text() else ""
    more = ("--as-of", "2026-03-01") if asked[0] != "validate" else ()
    assert not corridors(*asked, *more, "--network", island).returncode
    assert held == [plain]
    assert pd.get_option("mode.string_storage") == usual


@pytest.mark.parametrize("command", ["run", "simulate"])
def test_text_is_held_plainly_but_where_parquet_says_how_it_was(command, tmp_path, monkeypatch):
    shipped()
    island = co.new_network(tmp_path / "island")
    usual = pd.get_option("mode.string_storage")
    held, read = [], network.load

    def load(folder=None):
        found = read(folder)
        held.append(held_as(found.tables["links"]["link_id"]))
        return found

    monkeypatch.setattr(network, "load", load)
    asked = (command, island / "border-closed.yaml", "--network", island)
    for more in ((), ("--out", tmp_path / "kept")):
        assert not corridors(*asked, *more).returncode
        assert pd.get_option("mode.string_storage") == usual
    own = held_as(pd.Series(["a"]))
    assert held == ["python" if own else "", own]
