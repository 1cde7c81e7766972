"""Whoever waits at a terminal sees that something is under way, whichever command it is."""

from __future__ import annotations

import contextlib

import pytest
import rich.console
from command import corridors, shipped
from rich.progress import Progress

from corridors.analysis.validation import check
from corridors.errors import CorridorsError
from corridors.network import network

COMMANDS = {
    "info": (),
    "check": (),
    "limits": (),
    "map": ("--out", "{there}/a.html"),
    "explore": ("--out", "{there}/a.html"),
    "run": ("close link:x",),
    "simulate": ("close link:x from 2026-03-01",),
    "draws": ("close link:x from 2026-03-01",),
    "curve": ("close link:x from 2026-03-01", "--duration", "2"),
    "pack": (),
    "sweep": (),
    "routes": ("x",),
    "select": ("link:x",),
    "headroom": (),
    "cut": ("A", "B"),
    "expand": ("undisturbed", "--budget", "1bn"),
    "list": ("links",),
    "show": ("x",),
    "projects": (),
    "export": ("{there}/a.graphml",),
    "calibrate": (),
    "validate": (),
    "osm": ("x",),
}


@pytest.fixture
def shown(monkeypatch):
    """Have reading a network raise what is shown on standard error meanwhile."""
    under_way = []

    @contextlib.contextmanager
    def status(console, text, **_):
        under_way.append((console.stderr, text))
        try:
            yield
        finally:
            under_way.pop()

    def load(*_):
        raise CorridorsError(f"saw {under_way}")

    # Read before, as all commands of this process share it.
    shipped()
    monkeypatch.setattr(rich.console.Console, "status", status)
    monkeypatch.setattr(network, "load", load)
    monkeypatch.setattr(check, "check", load)
    monkeypatch.setattr(Progress, "__init__", lambda *_, **__: pytest.fail("no bar was asked for"))


@pytest.mark.usefixtures("shown")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_reads_a_network_says_so(command, tmp_path):
    arguments = [part.format(there=tmp_path) for part in COMMANDS[command]]
    ended = corridors(command, *arguments, "--network", tmp_path)
    assert ended.returncode == 2
    # On standard error, in so many words.
    assert "saw [(True, '" in ended.stderr


def test_all_commands_that_take_a_network_are_looked_at():
    from corridors.cli.app import command

    takes = {
        name
        for name, one in command().commands.items()
        if any("--network" in option.opts for option in one.params)
    }
    # That one reads the network that the kept result names.
    assert takes - {"verify"} == set(COMMANDS)


def test_nothing_of_it_is_written_into_a_pipe(tmp_path):
    assert corridors("info").stderr == ""
    assert corridors("map", "--out", tmp_path / "a.html").stderr == f"wrote {tmp_path / 'a.html'}\n"
