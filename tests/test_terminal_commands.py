"""What commands print: names beside ids, the answer first, nothing wider than the terminal."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

import pytest
from typer.testing import CliRunner

import corridors as co
from corridors.cli.app import app
from corridors.cli.asking.named import demand_words, with_cargo, with_demand
from corridors.network.folder import seal

WIDTHS = (60, 80, 120, 200)


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """Return the example network, of which every command answers at once."""
    return co.new_network(tmp_path_factory.mktemp("own") / "own")


def said(monkeypatch, width, *words):
    if width is None:
        monkeypatch.delenv("COLUMNS", raising=False)
    else:
        monkeypatch.setenv("COLUMNS", str(width))
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.stdout


def asked(own):
    """Return commands of every kind, as they are typed."""
    of = ("--network", own)
    scenario = own / "border-closed.yaml"
    day = ("--as-of", "2025-06-01")
    demand = co.load(own).tables["demand"]["demand_id"].iloc[0]
    return {
        "info": ("info", *of),
        "scenarios": ("scenarios",),
        "run": ("run", scenario, *of, "--by", "demand,cargo,country"),
        "simulate": ("simulate", scenario, *of, "--days", "8"),
        "sweep": ("sweep", *of, *day, "--of", "border"),
        "routes": ("routes", demand, *of, *day),
        "select": ("select", f"demand:{demand}", *of, *day),
        "headroom": ("headroom", *of, *day),
        "list": ("list", "capacities", *of),
        "show": ("show", f"demand:{demand}", *of),
        "limits": ("limits", *of),
        "limits, each": ("limits", *of, "--each"),
        "check": ("check", *of),
        "projects": ("projects", *of),
    }


def test_no_line_is_wider_than_the_terminal_and_no_word_is_lost(own, monkeypatch):
    for name, words in asked(own).items():
        piped = said(monkeypatch, None, *words)
        for width in WIDTHS:
            text = said(monkeypatch, width, *words)
            # A path is a word: where it is longer than a line it stands out, uncut.
            wide = [line for line in text.splitlines() if len(line.rstrip()) > width]
            assert all(max(map(len, line.split())) > width // 2 for line in wide), (name, width)
            lost = {w for w in piped.split() if "─" not in w} - set(text.split())
            assert lost == set(), (name, width)


def test_run_leads_with_the_answer_and_ends_with_where_to_look_next(own, monkeypatch):
    scenario = own / "border-closed.yaml"
    text = said(monkeypatch, 100, "run", scenario, "--network", own)
    _, lead, *others = text.split("\n\n")
    assert lead.startswith("On 20")
    assert "that used what the scenario touches" in lead
    first, *commands = others[-1].splitlines()
    assert first == "Look next:"
    typed = [
        part.partition("#")[0].split() for part in " ".join(commands).split("  corridors ")[1:]
    ]
    assert {command[0] for command in typed} >= {"simulate", "run"}
    for command in typed:
        if "--map" not in command:
            # Each can be typed as it stands.
            said(monkeypatch, 100, *command)


def commands_of(text):
    """Return the commands that a page of text says to type, each as its words."""
    last = " ".join(text.split("Look next:")[1].split())
    parts = re.split(r"(?:^| )(?=corridors (?:run|routes|show|simulate) )", last)
    return [shlex.split(part.partition("  #")[0].partition(" # ")[0])[1:] for part in parts if part]


@pytest.mark.parametrize("model", ["optimal", "logit"])
def test_what_to_look_at_next_is_asked_of_the_same_day_by_the_same_model(
    tmp_path, monkeypatch, model
):
    """The day is given beside the scenario, and folders have blanks in their names."""
    net = co.new_network(tmp_path / "my own")
    monkeypatch.chdir(tmp_path)
    asked = ("close link:aster-brook-rail", "--as-of", "2026-03-05", "--network", net)
    first = said(monkeypatch, None, "run", *asked, "--model", model)
    answer = first.partition("\n\n")[2].partition("\n\n")[0]
    typed = commands_of(first)
    assert {words[0] for words in typed} == {"run", "routes", "show", "simulate"}
    for words in typed:
        told = said(monkeypatch, None, *words)
        if words[0] == "run":
            assert answer in told
        if words[0] == "simulate":
            assert words[words.index("--start") + 1] == "2026-03-05"


def test_what_chose_by_waits_is_asked_again_with_them(own, monkeypatch):
    words = ("run", own / "border-closed.yaml", "--network", own, "--expected-queue")
    typed = commands_of(said(monkeypatch, None, *words))
    assert ["--expected-queue" in w for w in typed if w[0] == "run"] == [True]


def test_a_new_network_is_tried_by_a_command_that_can_be_typed(tmp_path, monkeypatch):
    text = said(monkeypatch, None, "new", tmp_path / "my own")
    command = shlex.split(" ".join(text.split("try: ")[1].split()))
    assert command[0] == "corridors"
    assert "certified" in said(monkeypatch, None, *command[1:])


def test_names_stand_beside_ids(own, monkeypatch):
    net = co.load(own)
    cargo = dict(zip(net.tables["cargo"]["cargo"], net.tables["cargo"]["name"], strict=True))
    words = ("run", own / "border-closed.yaml", "--network", own, "--by", "cargo,demand")
    lines = said(monkeypatch, None, *words).splitlines()
    for name, full in cargo.items():
        rows = [line for line in lines if line.split()[:1] == [name]]
        assert rows
        assert all(full in line for line in rows)
    for row in net.tables["demand"].to_dict("records"):
        for line in lines:
            if line.split()[:1] == [row["demand_id"]]:
                assert cargo[row["cargo"]] in line
                assert net.node_names[row["origin"]] in line
                assert net.node_names[row["destination"]] in line


def test_a_product_stands_beside_its_cargo_where_there_is_one(own):
    net = co.load(own)
    own_cargo = net.tables["cargo"].drop(columns="product", errors="ignore")
    net.tables["cargo"] = own_cargo
    assert list(with_cargo(net, own_cargo[["cargo"]])) == ["cargo", "name"]
    net.tables["cargo"] = own_cargo.assign(product="")
    assert list(with_cargo(net, own_cargo[["cargo"]])) == ["cargo", "name"]
    net.tables["cargo"] = own_cargo.assign(product=["sugar", *[""] * (len(own_cargo) - 1)])
    shown = with_cargo(net, own_cargo[["cargo"]])
    assert list(shown) == ["cargo", "name", "product"]
    assert shown["product"].iloc[0] == "sugar"


def test_output_is_utf_8_whatever_the_pipe_says(tmp_path):
    """As in a pipe of Windows, whose own encoding has no letter of Łódź."""
    own = co.new_network(tmp_path / "own")
    nodes = own / "nodes.csv"
    first = co.load(own).tables["nodes"]["name"].iloc[0]
    text = nodes.read_text(encoding="utf-8").replace(first, "Łódź", 1)
    nodes.write_text(text, encoding="utf-8")
    seal(own)
    code = (
        "import sys; sys.stdout.reconfigure(encoding='cp1252'); "
        "from corridors.cli.start import main; main(['list', 'nodes', '--network', sys.argv[1]])"
    )
    done = subprocess.run([sys.executable, "-c", code, own], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Łódź" in done.stdout.decode("utf-8")


def test_a_market_stands_for_the_end_that_it_takes(net):
    demand = net.tables["demand"]
    [row] = demand[demand["market"] != ""].head(1).to_dict("records")
    shown = with_demand(net, demand[demand["demand_id"] == row["demand_id"]][["demand_id"]])
    assert row["market"] in shown["from and to"].iloc[0]
    assert row["market"] in demand_words(net, row["demand_id"])
