"""The pool of workers: an Executor like that of the standard library, whose workers may die."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from operator import add, mul, truediv
from pathlib import Path

import pytest
from waiting import HANG_S, wait_for

import corridors as co
from corridors.analysis.jobs.cluster import workers_at
from corridors.analysis.jobs.each import solve_each
from corridors.analysis.jobs.workers import TRIES, Crew, WorkerError
from corridors.analysis.uncertainty.uncertainty import drawer


@pytest.fixture(scope="module")
def crew():
    """Return two workers that all tests share which leave them alive."""
    with Crew(2) as shared:
        yield shared


PREPARE = partial(partial, mul)
"""Makes ``partial(mul, factor)``; of builtins alone, which a worker can import."""

needs_kill = pytest.mark.skipif(
    not hasattr(signal, "SIGKILL"), reason="needs a signal that ends a process at once"
)


def test_it_is_an_executor(crew):
    assert isinstance(crew, Executor)
    assert crew.submit(add, 1, 2).result(HANG_S) == 3
    assert list(crew.map(mul, range(20), range(20))) == [i * i for i in range(20)]


def test_workers_look_for_circular_garbage_as_seldom_as_a_command_does(crew):
    from corridors.cli.start import _COLLECTED

    assert crew.submit(gc.get_threshold).result(HANG_S) == _COLLECTED


def test_what_a_call_raises_is_raised_here_and_says_where(crew):
    error = crew.submit(truediv, 1, 0).exception(HANG_S)
    assert isinstance(error, ZeroDivisionError)
    assert "in a worker" in error.__notes__[0]
    assert crew.submit(add, 1, 2).result(HANG_S) == 3, "the worker goes on"


def test_errors_of_the_package_come_back_as_they_are(crew):
    error = crew.submit(co.scenario, "nowhere").exception(HANG_S)
    assert isinstance(error, co.ScenarioError)
    assert "no scenario 'nowhere'" in str(error)


def test_what_a_worker_prints_does_not_get_among_the_answers(crew):
    assert crew.submit(print, "hello").result(HANG_S) is None
    assert crew.submit(os.write, 1, b"hello").result(HANG_S) == 5


@pytest.mark.parametrize("call", [(os._exit, 3), (os.abort,), (os.kill, 0)])
def test_a_worker_that_dies_is_said_to_all_who_wait(call):
    """Died in the middle of a task, so that whoever waits for the answer must hear of it."""
    if call[0] is os.kill:
        call = (signal.raise_signal, getattr(signal, "SIGKILL", signal.SIGTERM))
    with Crew(1) as own:
        first = own.submit(*call)
        after = [own.submit(add, i, 1) for i in range(5)]
        for future in (first, *after):
            with pytest.raises(WorkerError, match="a worker ended before its work did"):
                future.result(HANG_S)
        with pytest.raises(WorkerError):
            own.submit(add, 1, 1)
    assert all(process.poll() is not None for process in own.processes)


def test_a_worker_that_cannot_be_prepared_is_said():
    with Crew(1, truediv, (1, 0)) as own, pytest.raises(WorkerError, match="ZeroDivisionError"):
        own.submit(add, 1, 2).result(HANG_S)


def test_a_crew_left_with_an_error_is_ended_in_the_middle_of_its_work():
    from time import sleep

    class _StoppedError(Exception):
        pass

    with pytest.raises(_StoppedError), Crew(2) as own:  # noqa: PT012  what is left with it
        for _ in range(4):
            own.submit(sleep, HANG_S)
        raise _StoppedError
    assert all(process.poll() is not None for process in own.processes)


def test_a_shut_crew_takes_nothing_more():
    own = Crew(1)
    done = own.submit(add, 1, 1)
    own.shutdown()
    assert done.result(0) == 2
    with pytest.raises(RuntimeError, match="shut down"):
        own.submit(add, 1, 1)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_each_case_is_answered_once(workers):
    found = dict(solve_each(PREPARE, 7, list(range(25)), workers))
    assert found == {i: 7 * i for i in range(25)}
    assert dict(solve_each(PREPARE, 7, [], workers)) == {}


def test_any_executor_will_do():
    with ThreadPoolExecutor(2) as pool:
        found = dict(solve_each(PREPARE, 3, list(range(25)), executor=pool))
    assert found == {i: 3 * i for i in range(25)}
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        found = dict(solve_each(PREPARE, 3, list(range(5)), executor=pool))
    assert found == {i: 3 * i for i in range(5)}


@needs_kill
def test_what_was_asked_of_a_worker_that_died_is_asked_again(tmp_path):
    """A task that kills its worker the first time it runs is answered by the next one."""
    mark = tmp_path / "killed-once"
    code = (
        "import os, pathlib, signal, sys\n"
        "mark = pathlib.Path(sys.argv[1])\n"
        "if not mark.exists():\n"
        "    mark.touch()\n"
        "    os.kill(os.getppid(), signal.SIGKILL)\n"
    )
    with Crew(1) as own:
        task = own.submit(subprocess.call, [sys.executable, "-c", code, str(mark)])
        after = own.submit(add, 1, 2)
        assert (task.result(HANG_S), after.result(HANG_S)) == (0, 3)
        assert mark.exists()
        assert len(own.processes) == 2


def test_a_task_that_kills_each_worker_is_given_up_after_three():
    with Crew(1) as own:
        with pytest.raises(WorkerError, match="3 in all"):
            own.submit(os._exit, 3).result(HANG_S)
        assert len(own.processes) == TRIES == 3


@needs_kill
def test_a_worker_killed_in_the_middle_of_draws_loses_nothing_and_doubles_nothing(tmp_path):
    """Two workers, each killed once while draws are under way; the same as those of one process."""
    plan = co.scenario(co.new_network(tmp_path / "island") / "border-closed.yaml")
    net = co.load(tmp_path / "island")
    basis = (net.whole, plan, plan.as_of.isoformat(), "optimal", None, 40, 5)
    cases = [str(i) for i in range(40)]
    alone = dict(solve_each(drawer, basis, cases))
    with Crew(2) as own:
        victims = [process.pid for process in own.processes]
        found = []
        for answer in solve_each(drawer, basis, cases, executor=own):
            if len(found) in (2, 9):
                os.kill(victims.pop(), signal.SIGKILL)
            found.append(answer)
        # A thread that has no task left does not miss its worker.
        assert 2 <= len(own.processes) <= 4
    assert len(found) == len(cases)
    assert json.dumps(sorted(found)) == json.dumps(sorted(alone.items()))


def test_a_cluster_without_its_extra_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(co.DataError, match=r"pip install 'corridors\[dask\]'"),
        workers_at("tcp://127.0.0.1:9"),
    ):
        pass
    with workers_at(None) as nobody:
        assert nobody is None


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")
def test_workers_end_with_their_parent_however_that_ends():
    script = (
        "import time\n"
        "from corridors.analysis.jobs.workers import Crew\n"
        "crew = Crew(2)\n"
        "jobs = [crew.submit(time.sleep, 3600) for _ in range(4)]\n"
        "print(*(p.pid for p in crew.processes), flush=True)\n"
        "time.sleep(3600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout as said:
        workers = [int(pid) for pid in said.readline().split()]
    parent.kill()
    parent.wait()
    wait_for(lambda: not any(alive(pid) for pid in workers))


def alive(pid):
    """Say whether a process runs; one that is only waited for does not."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] != "Z"
