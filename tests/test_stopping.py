"""Long commands, ended at moments drawn by a seed: nothing half, nothing lost, nobody left behind.

A moment is a number of results, not a time, so that the tests say the same on a
slow machine. With CORRIDORS_FULL=1 there are more of them.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from command import corridors
from waiting import HANG_S, wait_for

import corridors as co

pytestmark = pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")

FULL = os.environ.get("CORRIDORS_FULL") == "1"
QUICK = (("draws", "SIGKILL"), ("draws", "SIGINT"), ("sweep", "SIGKILL"), ("sweep", "SIGHUP"))
SEEDS = range(12 if FULL else 1)
N_DRAWS = 12
SIGNALS = ("SIGKILL", "SIGINT", "SIGTERM", "SIGHUP")
CASES = [(c, s) for c in ("draws", "sweep") for s in SIGNALS if FULL or (c, s) in QUICK]


@pytest.fixture(scope="module")
def island(tmp_path_factory):
    """Return the small example network, which is quick."""
    return co.new_network(tmp_path_factory.mktemp("stopping") / "island")


@pytest.fixture(scope="module")
def commands(island, tmp_path_factory):
    """Return what to run, with the file that a run nobody stopped has made."""
    plan = str(island / "border-closed.yaml")
    known = {
        "draws": ["draws", plan, "--draws", str(N_DRAWS), "--days", "8", "--seed", "7"],
        "sweep": ["sweep", "--as-of", "2026-03-01", "--of", "link,node,capacity"],
    }
    folder = tmp_path_factory.mktemp("whole")
    found = {}
    for name, command in known.items():
        arguments = [sys.executable, "-m", "corridors.cli", *command, "--network", str(island)]
        whole = folder / f"{name}.jsonl"
        done = corridors(*arguments[3:], "--out", whole)
        assert done.returncode == 0, done.stderr
        found[name] = (arguments, whole.read_bytes())
    return found


def members(session):
    """Return the processes of a session that still run."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text("ascii", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(entry.parent.name))
    return found


def lines_in(path):
    # The file gets its last name at any moment, and then is no longer here.
    try:
        return path.read_bytes().count(b"\n")
    except FileNotFoundError:
        return 0


def started(arguments, **options):
    # A shell may have had the interrupt ignored for all that it runs in the background.
    return subprocess.Popen(
        arguments,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def ended(process, name, *, group):
    """Send a signal, to the process or to its group as a terminal does; return what it said."""
    number = getattr(signal, name)
    # It may have ended by itself since we last looked, and then has no group any more.
    with contextlib.suppress(ProcessLookupError):
        if group:
            os.killpg(process.pid, number)
        else:
            os.kill(process.pid, number)
    _, said = process.communicate(timeout=HANG_S)
    wait_for(lambda: not members(process.pid))
    return said


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("command", "name"), CASES)
def test_stopped_and_resumed_is_never_stopped(commands, tmp_path, command, name, seed):
    r = random.Random(f"{seed} {command} {name}")
    arguments, whole = commands[command]
    workers = r.choice(["1", "2", "3"])
    most = whole.count(b"\n") - 3
    enough = r.randint(1, min(most, 5))
    out, part = tmp_path / "o.jsonl", tmp_path / "o.jsonl.part"
    resumed = [*arguments, "--out", str(out), "--workers", workers]
    process = started(resumed)
    wait_for(lambda: lines_in(part) > enough, process)
    said = ended(process, name, group=r.random() < 0.5)
    if process.returncode == 0 or out.exists():
        # It was faster than we; then all is there.
        assert out.read_bytes() == whole
        return
    kept = part.read_bytes()
    assert kept.count(b"\n") > enough
    for line in kept[: kept.rfind(b"\n")].splitlines():
        json.loads(line)
    if name == "SIGKILL":
        # As if the last line had been half on its way as well.
        part.write_bytes(kept[: kept.rfind(b"\n") + 1] + b'{"case": "bord')
    else:
        assert process.returncode == 128 + getattr(signal, name)
        assert f"stopped by {name}" in said
        results = kept.count(b"\n") - 1
        assert f"keeps {results} result" in said or "OUT.part" in said
        assert "Traceback" not in said
        assert sorted(p.name for p in tmp_path.iterdir()) == ["o.jsonl.part"]
    again = corridors(*resumed[3:])
    assert again.returncode == 0, again.stderr
    assert out.read_bytes() == whole
    assert sorted(p.name for p in tmp_path.iterdir()) == ["o.jsonl"]


@pytest.mark.parametrize(("command", "name"), [("simulate", "SIGINT"), ("calibrate", "SIGTERM")])
def test_a_run_without_parts_leaves_nothing(island, tmp_path, command, name):
    """Stopped as soon as it holds its lock: the work is still to come."""
    asked = {
        "simulate": ["simulate", str(island / "border-closed.yaml"), "--days", "3660",
                     "--step", "1h", "--network", str(island)],
        "calibrate": ["calibrate"],
    }[command]  # fmt: skip
    process = started(
        [sys.executable, "-m", "corridors.cli", *asked, "--out", str(tmp_path / "out")]
    )
    wait_for((tmp_path / "out.lock").exists, process)
    said = ended(process, name, group=True)
    assert process.returncode == 128 + getattr(signal, name), said
    assert "Traceback" not in said
    assert "kept" in said
    assert sorted(p.name for p in tmp_path.iterdir() if p.name != "out.lock") == []


def test_two_runs_do_not_write_one_file(commands, tmp_path):
    arguments, whole = commands["draws"]
    both = [*arguments, "--out", str(tmp_path / "o.jsonl"), "--workers", "1"]
    first = started(both)
    # There is a moment between the file and the number in it.
    wait_for(lambda: lines_in(tmp_path / "o.jsonl.lock"), first)
    second = subprocess.run(both, check=False, capture_output=True, text=True)
    first.communicate(timeout=HANG_S)
    if second.returncode != 0:
        assert second.returncode == 2
        assert f"another run (process {first.pid}) is writing it" in second.stderr
    assert (tmp_path / "o.jsonl").read_bytes() == whole
    assert [p.name for p in tmp_path.iterdir()] == ["o.jsonl"]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("command", ["draws", "sweep"])
def test_a_disk_that_fills_up_costs_what_did_not_fit(commands, tmp_path, command, seed):
    """The largest size of a file stands in for the size of the disk."""
    import resource

    arguments, whole = commands[command]
    most = random.Random(f"{seed} {command}").randint(5000, max(len(whole) - 500, 5001))
    if most >= len(whole):
        most = len(whole) // 2

    def narrow():
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    out = tmp_path / "o.jsonl"
    asked = [*arguments, "--out", str(out), "--workers", "1"]
    full = subprocess.run(asked, check=False, capture_output=True, text=True, preexec_fn=narrow)
    assert full.returncode == 2, full.stderr
    assert full.stderr.startswith("corridors: ")
    assert "cannot be written (File too large)" in full.stderr
    assert not out.exists()
    again = corridors(*asked[3:])
    assert again.returncode == 0, again.stderr
    assert out.read_bytes() == whole


def test_a_folder_that_may_not_be_written_is_said_before_any_work(commands, tmp_path):
    """No room for a single byte does what a read-only folder does, to an administrator too."""
    import resource

    def nothing():
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    for arguments, _ in commands.values():
        asked = [*arguments, "--out", str(tmp_path / "o.jsonl")]
        result = subprocess.run(
            asked,
            check=False,
            capture_output=True,
            text=True,
            preexec_fn=nothing,
        )
        assert result.returncode == 2
        assert result.stderr.count("\n") == 1
        assert "o.jsonl: cannot be written" in result.stderr
        assert list(tmp_path.iterdir()) == []
