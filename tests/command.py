"""The command line, run as a user does and, where that says the same, within this process."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

from waiting import HANG_S

from corridors.cli import main
from corridors.network import network


class Ended(NamedTuple):
    """How a command has ended."""

    returncode: int
    stdout: str
    stderr: str


@cache
def shipped() -> network.Network:
    """Return the shipped network, read once for all commands of this process."""
    return network.load()


@contextlib.contextmanager
def read_once():
    """Have commands read the shipped network, which none of them changes, once for all of them.

    What is worked out once for a network, such as what is usual on a day, is then shared too.
    """
    read = network.load

    def load(folder=None):
        return shipped() if folder is None else read(folder)

    shipped()
    network.load = load
    try:
        yield
    finally:
        network.load = read


def corridors(*arguments, cwd=None) -> Ended:
    """Run a command within this process: the same `main`, without a second to start Python.

    What a process of its own adds (how it starts, its streams, signals, its end) is
    tested in `test_ending.py`, `test_stopping.py` and `smoke`.
    """
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
    # A command that fails leaves nobody to write to on standard output; the tests still do.
    kept = os.dup(1)
    try:
        with (
            contextlib.chdir(cwd or Path.cwd()),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            read_once(),
        ):
            try:
                main([str(a) for a in arguments])
                code = 0
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        os.dup2(kept, 1)
        os.close(kept)
    said = []
    for stream in (out, err):
        stream.flush()
        said.append(stream.buffer.getvalue().decode("utf-8"))
    return Ended(code, *said)


def own_process(*arguments, cwd=None, **options) -> subprocess.CompletedProcess:
    """Run a command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "corridors.cli", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=HANG_S,
        **options,
    )
