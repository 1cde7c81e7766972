"""Whatever happens to a scenario or a network: an answer that holds, or one message and no file.

Each mutant comes from its number alone. With CORRIDORS_FULL=1 there are ten times as many. What
was accepted is listed in ``accepted.txt`` in the folder of the test, for a person to look at.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections import Counter

import mutating
import pytest
from command import corridors, own_process

import corridors as co
from corridors.display import STEERS, plain
from corridors.network import network

FULL = os.environ.get("CORRIDORS_FULL") == "1"
CHUNKS = 10
PER_CHUNK = 300 if FULL else 30
SAMPLE = (3, 14, 41)
"""Mutants that are run in a process of their own too."""

HANG_CPU_S = 100
"""Seconds of this process's own time, of which others take little: what is right takes one."""


class HangError(BaseException):
    """Passes everything that catches errors."""


@pytest.fixture(scope="module")
def island(tmp_path_factory):
    """Return the small example; all that is compiled is compiled once it has been asked."""
    folder = co.new_network(tmp_path_factory.mktemp("mutations") / "island")
    for command in (("run",), ("simulate", "--days", "4")):
        done = corridors(
            command[0], folder / "border-closed.yaml", *command[1:], "--network", folder
        )
        assert done.returncode == 0, done.stderr
    return folder


def unhung(*arguments, cwd):
    """Run a command, unless it takes longer than anything right does."""
    if not hasattr(signal, "setitimer"):
        return corridors(*arguments, cwd=cwd)

    def hung(*_):
        raise HangError

    before = signal.signal(signal.SIGPROF, hung)
    signal.setitimer(signal.ITIMER_PROF, HANG_CPU_S)
    try:
        return corridors(*arguments, cwd=cwd)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def ended_well(done, what, codes=(0, 2)):
    """Assert that a command has ended in one of the ways in which it may."""
    said = f"{what}\n{done.stderr}"
    assert done.returncode in codes, said
    assert "Traceback" not in done.stderr, said
    assert STEERS.search(done.stderr.replace("\n", "")) is None, said
    if done.returncode == 2:
        assert done.stdout == "", said
        assert done.stderr.startswith("corridors: "), said
        assert done.stderr.count("corridors: ") == 1, said
        assert len(done.stderr) < 20_000, said


def holds(text, what):
    """Assert what is true of every answer of `run` and of `simulate`."""
    found = json.loads(text)
    if "conservation_residual_t" in found:
        assert found["conservation_residual_t"] < 1e-6, what
        return
    proof = found["certificate"]
    assert proof["closed_flow"] == 0, what
    for name in ("relative_gap", "balance_residual", "capacity_residual"):
        assert abs(proof[name]) < 1e-6, what
    for state in (found["baseline"], found["disrupted"]):
        served, short = state["served_t_per_day"], state["shortfall_t_per_day"]
        assert min(served, short) >= 0, what
        assert served + short == pytest.approx(state["demand_t_per_day"], rel=1e-6, abs=1e-6), what


@pytest.fixture
def read_once(island, monkeypatch):
    """Have the network, which is not what changes, read once for all scenarios of a test."""
    known = co.load(island)
    read = network.load

    def load(folder=None, *rest, **options):
        return known if folder == island else read(folder, *rest, **options)

    monkeypatch.setattr(network, "load", load)


def asked(number, path, folder):
    """Return the command that a mutant is held against."""
    command = ("simulate", path, "--days", "4") if number % 5 == 4 else ("run", path)
    return (*command, "--network", folder, "--json", "--out", "out")


def tell(folder, accepted, most):
    """Write down what was accepted, and say how much that was."""
    text = "".join(f"{number}: {plain(what)}\n" for number, what in accepted)
    (folder / "accepted.txt").write_text(text, encoding="utf-8")
    kinds = Counter(what.split(" ")[0] for _, what in accepted)
    print(  # noqa: T201  shown by `pytest -rP`
        f"{len(accepted)} of {most} accepted, see {folder / 'accepted.txt'}: {dict(kinds)}"
    )
    assert 0 < len(accepted) < most, "what accepts or refuses everything tests nothing"


@pytest.mark.usefixtures("read_once")
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_scenario_is_refused_or_its_answer_holds(island, tmp_path, chunk):
    accepted = []
    numbers = range(chunk * PER_CHUNK, (chunk + 1) * PER_CHUNK)
    for number in numbers:
        content, what = mutating.scenario(number)
        what = f"scenario {number}: {what}\n{content!r}"
        here = tmp_path / str(number)
        here.mkdir()
        path = here / "mine.yaml"
        path.write_bytes(content)
        shutil.copy(island / "border-closed.yaml", here)
        done = unhung(*asked(number, path, island), cwd=here)
        ended_well(done, what)
        left = {p.name for p in here.iterdir()} - {"mine.yaml", "border-closed.yaml"}
        if done.returncode == 0:
            holds(done.stdout, what)
            assert left == {"out"}, what
            accepted.append((number, what.partition(": ")[2].partition("\n")[0]))
        else:
            assert left == set(), what
        shutil.rmtree(here)
    tell(tmp_path, accepted, len(numbers))


def broken(island, number, here):
    """Return a folder to which something has happened, in three of four cases sealed again."""
    target = shutil.copytree(island, here / "net")
    what = f"folder {number}: {mutating.folder(number, target)}"
    if number % 4:
        done = unhung("seal", target, cwd=here)
        ended_well(done, what)
    return target, what


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_network_is_refused_or_its_answer_holds(island, tmp_path, chunk):
    accepted = []
    numbers = range(chunk * PER_CHUNK, (chunk + 1) * PER_CHUNK)
    for number in numbers:
        here = tmp_path / str(number)
        here.mkdir()
        target, what = broken(island, number, here)
        files = {p.name for p in target.iterdir()}
        checked = unhung("check", "--network", target, "--json", cwd=here)
        ended_well(checked, what, (0, 1, 2))
        clean = checked.returncode == 0
        if checked.returncode != 2:
            assert json.loads(checked.stdout)["ok"] == clean, what
        done = checked
        if clean or FULL or number % 3 == 0:
            done = unhung(*asked(number, island / "border-closed.yaml", target), cwd=here)
            ended_well(done, what)
        assert {p.name for p in target.iterdir()} == files, what
        left = {p.name for p in here.iterdir()} - {"net"}
        if done is not checked and done.returncode == 0:
            holds(done.stdout, what)
            assert left == {"out"}, what
        else:
            assert left == set(), what
        if clean:
            accepted.append((number, what.partition(": ")[2]))
        shutil.rmtree(here)
    tell(tmp_path, accepted, len(numbers))


@pytest.mark.parametrize("number", SAMPLE)
def test_a_process_of_its_own_says_the_same(island, tmp_path, number):
    content, _ = mutating.scenario(number)
    (tmp_path / "mine.yaml").write_bytes(content)
    shutil.copy(island / "border-closed.yaml", tmp_path)
    target, _ = broken(island, number, tmp_path)
    for command in (
        ("run", "mine.yaml", "--network", island, "--json"),
        ("check", "--network", target, "--json"),
    ):
        apart, within = own_process(*command, cwd=tmp_path), corridors(*command, cwd=tmp_path)
        assert (apart.returncode, apart.stdout, apart.stderr) == within
