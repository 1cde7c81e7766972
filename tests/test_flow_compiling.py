"""How kernels are compiled: in peace, with a word to who waits, and without what takes long."""

from __future__ import annotations

import ast
import gc
import importlib
import logging
import os
import subprocess
import sys
from pathlib import Path

import kernels as prepared
import numpy as np
import pytest
from numba import njit
from numba.core import config, event
from numba.core.codegen import JITCodeLibrary
from numba.core.errors import TypingError

import corridors.flow
from corridors.flow.compiling import _Late, _Pause
from corridors.flow.kernels.library import Whole

ROOM = Path(corridors.flow.__file__).parent
QUEUES = ROOM.parent / "simulation"

LEAN = {"lean", "inner"}
"""What marks kernels that count no references to arrays."""

LONG = {
    "full", "unique", "searchsorted", "argsort", "sort", "arange", "concatenate", "repeat",
    "sum", "any", "all", "mean",
}  # fmt: skip
"""Functions of numpy that a kernel would compile once more for itself, each up to some seconds.

With what adds arrays up numba brings in scipy, too, even where a kernel is only read from disk.
"""


def kernels():
    """Return the kernels of the engine's own rooms and of the queues, with where they stand."""
    rooms = ("", "parallel/", "proof/", "shortest/", "simplex/")
    paths = [path for room in rooms for path in ROOM.glob(f"{room}*.py")]
    for path in paths + sorted(QUEUES.rglob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if marks(node) & {*LEAN, "compiled", "allocating_inner", "plain", "plain_part", "njit"}:
                yield f"{path.stem}.{node.name}", node


def marks(node):
    """Return the names of the decorators of a function."""
    return {ast.unparse(mark).split("(")[0] for mark in getattr(node, "decorator_list", [])}


def test_kernels_call_nothing_that_takes_long_to_compile():
    found = dict(kernels())
    assert len(found) > 30
    for name, node in found.items():
        called = {
            f.func.attr
            for f in ast.walk(node)
            if isinstance(f, ast.Call) and isinstance(f.func, ast.Attribute)
        }
        assert not called & LONG, name


def test_kernels_that_count_no_references_take_no_new_array_from_another():
    # Nobody would ever give back its memory.
    found = dict(kernels())
    giving = {
        node.name
        for node in found.values()
        if marks(node) & {"compiled", "allocating_inner"}
        and any(isinstance(step, ast.Return) and step.value for step in ast.walk(node))
    }
    assert len(giving) > 5
    for name, node in found.items():
        if marks(node) & LEAN:
            called = {ast.unparse(c.func) for c in ast.walk(node) if isinstance(c, ast.Call)}
            # It says yes or no.
            assert called & giving <= {"refresh"}, name


def test_a_kernel_that_counts_no_references_and_asks_for_memory_is_not_compiled():
    def asks(n):
        return np.zeros(n)[0]

    def gives(array):
        return array[1:]

    for kernel, argument in ((asks, 3), (gives, np.zeros(3))):
        with pytest.raises(TypingError):
            njit(_nrt=False)(kernel)(argument)
        njit(kernel)(argument)


def test_kernels_assign_no_array_to_a_slice():
    # It can fail for its shapes, and the words of that failure take seconds to compile.
    for name, node in kernels():
        for step in ast.walk(node):
            if isinstance(step, ast.Assign):
                slices = [t for t in step.targets if isinstance(t, ast.Subscript)]
                if any(isinstance(t.slice, ast.Slice) for t in slices):
                    scalar = isinstance(step.value, ast.Constant | ast.Attribute | ast.UnaryOp)
                    assert scalar, f"{name}: {ast.unparse(step)}"


def test_while_a_kernel_is_compiled_nothing_is_collected_and_who_waits_is_told_once(caplog):
    seen = []

    class Probe(event.Listener):
        def on_start(self, event):  # noqa: ARG002
            seen.append(gc.isenabled())

        def on_end(self, event):
            pass

    def twice(x):
        return x + x

    twice.__module__ = "corridors.flow.twice"
    caplog.set_level(logging.INFO)
    pause, probe = _Pause(), Probe()
    event.register("numba:compile", pause)
    event.register("numba:compile", probe)
    try:
        assert (njit(twice)(2), njit(twice)(3)) == (4, 6)
        assert gc.isenabled()
        gc.disable()
        assert njit(twice)(2) == 4
        assert not gc.isenabled()
    finally:
        gc.enable()
        event.unregister("numba:compile", pause)
        event.unregister("numba:compile", probe)
    assert len(seen) >= 3
    assert not any(seen)
    said = [r for r in caplog.records if r.name == "corridors.flow.compiling"]
    assert (
        1 <= len(said) <= 2
    )  # the one of this test, and that of the process where it is the first


KEPT = """
import sys
import numpy as np
from corridors.flow.kernels import compiled, lean

@lean
def added(a):
    total = 0.0
    for x in a:
        total += x
    return total

@compiled
def doubled(a):
    found = np.empty(len(a))
    for i in range(len(a)):
        found[i] = 2.0 * a[i]
    return found
"""

LATER = """
from told import added, doubled
from corridors.flow.kernels import compiled

@compiled
def both(a):
    return added(doubled(a))
"""

ASKED = """
import sys
import numpy as np
sys.path.insert(0, sys.argv[1])
import {module} as kernels
a = np.arange(4.0)
assert kernels.added(a) == 6.0 and kernels.doubled(a).tolist() == [0.0, 2.0, 4.0, 6.0]
hits = [sum(k.stats.cache_hits.values()) for k in (kernels.added, kernels.doubled)]
assert not hasattr(kernels, "both") or kernels.both(a) == 12.0
translates = "numba.np.arraymath" in sys.modules
print(hits, translates)
"""


def test_what_was_compiled_is_read_without_making_ready_to_compile(tmp_path):
    def ask(module):
        done = subprocess.run(
            [sys.executable, "-c", ASKED.format(module=module), str(tmp_path)],
            env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "kept")},
            capture_output=True, text=True, timeout=300, check=True,
        )  # fmt: skip
        return done.stdout.strip()

    (tmp_path / "told.py").write_text(KEPT)
    assert ask("told") == "[0, 0] True"
    assert ask("told") == "[1, 1] False"
    # What is compiled later calls what was read.
    (tmp_path / "later.py").write_text(LATER)
    assert ask("later") == "[1, 1] True"
    assert ask("later") == "[1, 1] False"


@pytest.mark.parametrize("command", ["run", "simulate"])
def test_a_command_reads_its_kernels_without_what_translates_them(command):
    ask = (
        "import sys; from corridors.cli.start import main\n"
        f"try:\n    main(['{command}', 'poland-closure-2025', '--json'])\n"
        "except SystemExit as ended:\n    assert not ended.code\n"
        "found = {'scipy.linalg', 'scipy.sparse', 'cffi', 'numba.np.arraymath'}\n"
        "print(sorted(found & set(sys.modules)), file=sys.stderr)"
    )
    # The first time compiles, and finds out what is usual, which is kept.
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", ask], capture_output=True, text=True, timeout=600, check=True
        )
    assert done.stderr.splitlines()[-1] == "[]"


def test_what_cannot_be_read_in_this_way_is_read_in_numba_s_own(tmp_path, monkeypatch):
    (tmp_path / "in_own.py").write_text(KEPT)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "kept"))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path / "kept"))

    def ask():
        sys.modules.pop("in_own", None)
        kernels = importlib.import_module("in_own")
        assert kernels.doubled(np.arange(3.0)).tolist() == [0.0, 2.0, 4.0]
        (found,) = kernels.doubled.overloads.values()
        return sum(kernels.doubled.stats.cache_hits.values()), type(found.library)

    assert ask() == (0, Whole)
    assert ask() == (1, _Late)

    def other(*_):
        raise AttributeError

    monkeypatch.setattr(_Late, "_unserialize", other)
    assert ask() == (1, JITCodeLibrary)


def test_what_is_forgotten_is_compiled_again_even_in_a_copy(tmp_path, monkeypatch):
    """In a copy of the folder what says that all is compiled is as new as the sources."""
    kept = tmp_path / "__pycache__"
    kept.mkdir()
    source, index, done = tmp_path / "a.py", kept / "a.f-1.py311.nbi", kept / "kernels.txt"
    for number, path in enumerate((index, source, done)):
        path.write_text("from numba import njit\n", encoding="utf-8")
        os.utime(path, (1000 + number, 1000 + number))
    monkeypatch.setattr(prepared, "PACKAGE", tmp_path)
    monkeypatch.setattr(prepared, "DONE", done)
    prepared.forget_stale()
    assert not index.exists()
    assert not done.exists()
    index.write_text("", encoding="utf-8")
    done.touch()
    prepared.forget_stale()
    assert index.exists()
    assert done.exists()
