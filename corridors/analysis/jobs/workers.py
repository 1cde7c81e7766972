"""Solving cases side by side: a plain process for each worker, fed through pipes.

The processes are started with `main` of this module as their program and know
nothing of the script that called them, so they work from notebooks and from
scripts without a main guard alike. A worker whose parent has died reads the end
of its input and ends too.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.analysis.criticality.impact import ClosureSolver
from corridors.errors import CorridorsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corridors.analysis.criticality.impact import ClosureImpact, ClosureProblem
    from corridors.flow.arrays import Ints

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def solve_cases(
    frame: ClosureProblem,
    cases: list[Ints],
    workers: int = 1,
    *,
    bench: ClosureSolver | None = None,
) -> Iterator[tuple[int, ClosureImpact]]:
    """Solve closures and yield them as they come.

    Parameters
    ----------
    frame
        The situation, in arrays.
    cases
        Arcs that are closed, one entry a case.
    workers
        Processes, this one among them; with 1 everything happens in this one.
    bench
        The baseline, where this process has solved it already.

    Yields
    ------
    number, found
        Of each case once, in no fixed order where there are several workers.

    Raises
    ------
    CorridorsError
        Where a worker ends before its work does.
    """
    own = bench or ClosureSolver(frame)
    todo: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in range(len(cases)):
        todo.put(number)
    done: queue.SimpleQueue[Any] = queue.SimpleQueue()
    crew = [_start() for _ in range(min(workers, len(cases)) - 1)]
    try:
        for process in crew:
            arguments = (process, frame, cases, todo, done)
            threading.Thread(target=_feed, args=arguments, daemon=True).start()
        for _ in cases:
            yield _next(own, cases, todo, done)
    finally:
        for process in crew:
            process.kill()
        for process in crew:
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    _close(pipe)


def _next(
    own: ClosureSolver,
    cases: list[Ints],
    todo: queue.SimpleQueue[int],
    done: queue.SimpleQueue[Any],
) -> tuple[int, ClosureImpact]:
    """Return what a worker has found, or else solve a case here, while workers start and work."""
    if done.empty():
        try:
            number = todo.get_nowait()
        except queue.Empty:
            pass
        else:
            return number, own.close(cases[number])
    answer = done.get()
    if isinstance(answer, Exception):
        raise answer
    return answer[0], answer[1]


def _close(pipe: Any) -> None:
    try:
        pipe.close()
    except OSError:
        # What was still to be written has no reader any more.
        return


def _start() -> subprocess.Popen[bytes]:
    """Start a worker that finds this very package."""
    home = str(Path(__file__).resolve().parents[3])
    path = os.pathsep.join(p for p in (home, os.environ.get("PYTHONPATH", "")) if p)
    environment = {**os.environ, "PYTHONPATH": path, **dict.fromkeys(_ONE_THREAD, "1")}
    return subprocess.Popen(
        [sys.executable, "-c", "from corridors.analysis.jobs.workers import main; main()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    )


def _feed(
    process: subprocess.Popen[bytes],
    frame: ClosureProblem,
    cases: list[Ints],
    todo: queue.SimpleQueue[int],
    done: queue.SimpleQueue[Any],
) -> None:
    """Hand one worker a case at a time until none is left."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        _send(process.stdin, frame)
        while True:
            try:
                number = todo.get_nowait()
            except queue.Empty:
                return
            _send(process.stdin, cases[number])
            answer = pickle.load(process.stdout)  # noqa: S301  written by our own worker
            done.put(answer if isinstance(answer, Exception) else (number, answer))
    except (OSError, EOFError, ValueError, pickle.PickleError):
        code = process.poll()
        done.put(CorridorsError(f"a worker ended before its work did (exit code {code})"))


def _send(pipe: Any, value: Any) -> None:
    pickle.dump(value, pipe, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.flush()


def main() -> None:
    """Read a frame and then cases from standard input; write what is found to standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source = sys.stdin.buffer
    # Only answers may go through the pipe: whatever a library prints goes to standard error.
    with os.fdopen(os.dup(1), "wb") as target:
        os.dup2(2, 1)
        try:
            bench = ClosureSolver(pickle.load(source))  # noqa: S301  written by our own parent
            while True:
                arcs = pickle.load(source)  # noqa: S301  as above
                try:
                    answer: Any = bench.close(arcs)
                except CorridorsError as error:
                    answer = error
                _send(target, answer)
        except EOFError:
            return


if __name__ == "__main__":
    main()
