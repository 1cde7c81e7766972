"""However a command ends, it says so in one message and with the right exit code."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest
from waiting import HANG_S

from corridors.cli import ending

POSIX = pytest.mark.skipif(os.name != "posix", reason="other systems have no such streams")
FAILS = (
    "import corridors.scenarios.schema as s\n"
    "def fail():\n    raise {error}\n"
    "s.scenario_schema = fail\n"
    "from corridors.cli import main\n"
    "main({arguments!r})\n"
)


def corridors(*arguments, **options):
    options = {"capture_output": True, "text": True, "encoding": "utf-8", **options}
    return subprocess.run(
        [sys.executable, "-m", "corridors.cli", *arguments], check=False, timeout=HANG_S, **options
    )


def failing(error, *arguments, **environment):
    code = FAILS.format(error=error, arguments=[*arguments, "schema"])
    return subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        timeout=HANG_S,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


def one_message(result, code):
    assert result.returncode == code, result.stderr
    assert result.stderr.startswith("corridors: ")
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr


MADE_OF_IT = """
import os, signal
# Whoever runs the tests may ignore it, and so would this.
signal.signal(signal.{name}, signal.default_int_handler if "{name}" == "SIGINT" else signal.SIG_DFL)
import corridors.scenarios.schema as s
def fail():
    try:
        os.kill(os.getpid(), signal.{name})
    except BaseException as told:
        error = {error}
        {raises}
s.scenario_schema = fail
from corridors.cli import main
main(["schema"])
"""


@POSIX
@pytest.mark.parametrize("name", ["SIGHUP", "SIGINT", "SIGTERM"])
@pytest.mark.parametrize("error", ["SystemError('a result with an exception set')", "KeyError(1)"])
@pytest.mark.parametrize("raises", ["raise error from told", "raise error"])
def test_what_python_makes_of_a_signal_within_compiled_code_is_still_the_signal(
    name, error, raises
):
    code = MADE_OF_IT.format(name=name, error=error, raises=raises)
    result = subprocess.run(
        [sys.executable, "-c", code], check=False, timeout=HANG_S, capture_output=True, text=True
    )
    assert result.returncode == 128 + getattr(signal, name), result.stderr
    assert f"stopped by {name}" in result.stderr
    assert "fault of the program" not in result.stderr


SWALLOWED = """
import os, signal
import corridors.scenarios.schema as s
class Late:
    def __del__(self):
        os.kill(os.getpid(), signal.{name})
        for _ in range(100): pass
def fail():
    late = Late()
    del late
    raise RuntimeError('no compiled object yet')
s.scenario_schema = fail
from corridors.cli import main
main(['schema'])
"""


@POSIX
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_that_a_library_swallows_and_fails_on_is_still_the_signal(name):
    """A compiler does so, where it comes while an object is done away with."""
    result = subprocess.run(
        [sys.executable, "-c", SWALLOWED.format(name=name)],
        check=False,
        timeout=HANG_S,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 128 + getattr(signal, name)
    assert f"corridors: stopped by {name}" in result.stderr
    assert "fault of the program" not in result.stderr


@POSIX
@pytest.mark.parametrize("error", ["ZeroDivisionError('a\\nb')", "RecursionError()", "MemoryError"])
def test_a_fault_is_one_line_and_a_log(tmp_path, error):
    result = failing(error, XDG_STATE_HOME=str(tmp_path), HOME=str(tmp_path))
    said = one_message(result, 70)
    assert "please report it" in said
    (log,) = tmp_path.rglob("*.log")
    assert str(log) in said
    text = log.read_text(encoding="utf-8")
    assert "Traceback" in text
    assert error.split("(")[0] in text
    assert "'schema'" in text


@POSIX
def test_a_fault_that_cannot_be_logged_is_one_line_all_the_same(tmp_path):
    (tmp_path / "file").touch()
    result = failing("KeyError('x')", XDG_STATE_HOME=str(tmp_path / "file"), HOME=str(tmp_path))
    assert "details" not in one_message(result, 70)


@POSIX
def test_debug_shows_the_trace(tmp_path):
    result = failing("KeyError('x')", "--debug", XDG_STATE_HOME=str(tmp_path))
    assert result.returncode == 70
    assert "Traceback" in result.stderr
    assert "in fail" in result.stderr
    assert "Traceback" in corridors("--debug", "run", "nowhere").stderr


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("OSError(28, 'No space left on device', 'there')", "there: No space left on device"),
        ("PermissionError(13, 'Permission denied', 'x')", "x: Permission denied"),
        ("OSError(24, 'Too many open files')", "Too many open files"),
    ],
)
def test_what_the_system_refuses_is_no_fault(error, words):
    assert words in one_message(failing(error), 2)


@POSIX
def test_a_result_that_nobody_can_get_is_said_to_be_lost():
    command = f"{sys.executable} -m corridors.cli schema"
    for redirection in (">&-", "> /dev/full", ">&- <&-"):
        result = subprocess.run(
            ["sh", "-c", f"{command} {redirection}"],
            check=False,
            timeout=HANG_S,
            capture_output=True,
            text=True,
        )
        assert "standard output: cannot be written" in one_message(result, 2)


@POSIX
def test_messages_that_nobody_hears_are_not_missed(tmp_path):
    command = f"{sys.executable} -m corridors.cli schema --out {tmp_path / 's.json'} --json"
    for redirection in ("2>&-", "2> /dev/full"):
        result = subprocess.run(
            ["sh", "-c", f"{command} {redirection}"],
            check=False,
            timeout=HANG_S,
            capture_output=True,
            text=True,
        )
        assert result.returncode == 0
        assert result.stdout == (tmp_path / "s.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments", [("schema",), ("--help",), ("scenarios",)])
def test_a_reader_who_has_seen_enough_ends_it_well(arguments):
    end, start = os.pipe()
    os.close(end)
    try:
        result = corridors(*arguments, capture_output=False, stdout=start, stderr=subprocess.PIPE)
    finally:
        os.close(start)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "latin-1:strict", "utf-16"])
def test_what_is_written_is_utf_8(tmp_path, encoding):
    path = tmp_path / "x.yaml"
    path.write_text("name: x\ntitle: a\nevents: [{close: {link: Қорғас→łódź}}]\n", "utf-8")
    environment = {**os.environ, "PYTHONUTF8": "0", "PYTHONIOENCODING": encoding, "LC_ALL": "C"}
    result = corridors("run", str(path), "--as-of", "2025-09-12", env=environment)
    assert "Қорғас→łódź" in one_message(result, 2)


def test_an_argument_that_steers_the_terminal_is_refused():
    for argument in ("\x1b]0;owned\x07", "a\x9b2J", "\u202eevil"):
        said = one_message(corridors("run", argument), 2)
        assert "control character" in said
        assert argument not in said


def test_what_is_typed_wrong_is_wrong_use():
    for arguments in (
        ("nowhere",),
        ("run",),
        ("run", "x", "--days", "3"),
        ("draws", "x", "--draws", "a"),
    ):
        result = corridors(*arguments)
        assert result.returncode == 2
        assert "Traceback" not in result.stderr


@pytest.mark.parametrize(("share", "sleeps"), [(1.0, 30), (0.5, 60), (0.0, 300)])
def test_what_was_told_to_stop_is_given_its_work_and_not_a_time(monkeypatch, share, sleeps):
    """Of a processor it has all, a half, or nothing, while it tidies up."""
    clock = SimpleNamespace(now=0.0, sleeps=0)

    def sleep(seconds):
        clock.now += seconds
        clock.sleeps += 1

    times = SimpleNamespace(
        sleep=sleep, monotonic=lambda: clock.now, process_time=lambda: share * clock.now
    )
    ended = []
    monkeypatch.setattr(ending, "time", times)
    monkeypatch.setattr(ending.os, "_exit", ended.append)
    ending._end_soon(signal.SIGTERM)
    assert ended == [128 + signal.SIGTERM]
    assert clock.sleeps == pytest.approx(sleeps, abs=1)


WATCHED = """
import atexit, gc, sys
from corridors.cli import main
# Those that are set up first are called last.
atexit.register(lambda: print(gc.get_freeze_count(), file=sys.stderr))
sys.argv = ["corridors", "schema"]
main({arguments})
"""


@pytest.mark.parametrize(("arguments", "own"), [("", True), ("['schema']", False)])
def test_a_command_of_its_own_process_is_not_searched_for_circles_on_its_way_out(arguments, own):
    code = WATCHED.format(arguments=arguments)
    result = subprocess.run(
        [sys.executable, "-c", code], check=False, timeout=HANG_S, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    assert (int(result.stderr) > 0) == own
