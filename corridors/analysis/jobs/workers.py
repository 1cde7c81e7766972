"""Cases worked on side by side: processes of this machine behind the interface of an Executor.

`Crew` is a `concurrent.futures.Executor` whose workers are plain processes fed
through pipes. They are started with `main` of this module as their program and
know nothing of the script that called them, so they work from notebooks and from
scripts without a main guard alike. A worker whose parent has died, however it
died, reads the end of its input and ends at once.
"""

from __future__ import annotations

import gc
import os
import pickle
import queue
import signal
import struct
import subprocess
import sys
import threading
import traceback
from concurrent.futures import BrokenExecutor, Executor, Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from corridors.errors import CorridorsError

if TYPE_CHECKING:
    from collections.abc import Callable

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
_LENGTH = struct.Struct("<Q")
_COLLECTED = 500_000, 20, 20
"""After how many new objects a worker looks for circular garbage, as `corridors.cli.start` does:
by Python's own 700 that takes a twentieth of its time, and its memory is the same."""

TRIES = 3
"""How many workers one task may cost before it is given up."""

_POLL_S = 0.5
"""How often a wait looks up: on some systems a signal does not end it."""

T = TypeVar("T")


class WorkerError(CorridorsError, BrokenExecutor):
    """A worker that has ended before its work did."""


class Crew(Executor):
    """Processes of this machine that work on what is submitted.

    Parameters
    ----------
    workers
        How many.
    initializer, initargs
        Called once in each worker before anything else.

    Notes
    -----
    Functions, arguments and answers are pickled; functions go by name, so they
    stand at the top of a module of this package or of one that workers can
    import. A worker that dies is replaced and its task done again; one that kills
    `TRIES` workers one after the other breaks the crew. Left with an exception, the
    workers are ended in the middle of their work.
    """

    def __init__(
        self,
        workers: int,
        initializer: Callable[..., object] | None = None,
        initargs: tuple[Any, ...] = (),
    ) -> None:
        if workers < 1:
            msg = f"workers: saw {workers}, expected at least 1"
            raise ValueError(msg)
        self._todo: queue.SimpleQueue[tuple[Future[Any], bytes] | None] = queue.SimpleQueue()
        self._broken: WorkerError | None = None
        self._lock = threading.Lock()
        self._closed = self._ending = False
        self.processes: list[subprocess.Popen[bytes]] = []
        self._threads: list[threading.Thread] = []
        first = None if initializer is None else pickle.dumps((initializer, initargs, {}), -1)
        try:
            for _ in range(workers):
                process = _start()
                self.processes.append(process)
                thread = threading.Thread(target=self._feed, args=(process, first), daemon=True)
                self._threads.append(thread)
                thread.start()
        except BaseException:
            self.kill()
            raise

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Have a function called in a worker; see `concurrent.futures.Executor.submit`."""
        future: Future[T] = Future()
        task = pickle.dumps((fn, args, kwargs), pickle.HIGHEST_PROTOCOL)
        with self._lock:
            if self._closed:
                msg = "cannot submit to a crew that was shut down"
                raise RuntimeError(msg)
            if self._broken is not None:
                raise self._broken
            self._todo.put((future, task))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers once all is done; see `concurrent.futures.Executor.shutdown`."""
        with self._lock:
            if cancel_futures:
                self._drop(None)
            if not self._closed:
                for _ in self._threads:
                    self._todo.put(None)
            self._closed = True
        if wait:
            for thread in self._threads:
                while thread.is_alive():
                    thread.join(_POLL_S)

    def kill(self) -> None:
        """End the workers now, in the middle of what they do; what is not done is cancelled."""
        with self._lock:
            self._closed = self._ending = True
            self._drop(None)
            for _ in self._threads:
                self._todo.put(None)
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            self.shutdown()
        else:
            self.kill()

    def _drop(self, error: WorkerError | None) -> None:
        """Cancel all that no worker has begun with, or let it fail with an error."""
        while True:
            try:
                entry = self._todo.get_nowait()
            except queue.Empty:
                return
            if entry is None:
                continue
            if error is None:
                entry[0].cancel()
            elif entry[0].set_running_or_notify_cancel():
                entry[0].set_exception(error)

    def _feed(self, process: subprocess.Popen[bytes], first: bytes | None) -> None:
        """Hand one worker a task at a time until there is none left; runs in a thread.

        A worker that dies is replaced, and what it was doing is done again.
        """
        future: Future[Any] | None = None
        try:
            process = self._set_up(process, first)
            while (entry := self._todo.get()) is not None:
                future, task = entry
                if not future.set_running_or_notify_cancel():
                    continue
                for left in range(TRIES - 1, -1, -1):
                    try:
                        answer, error = _asked(process, task)
                        break
                    except (EOFError, OSError):
                        if not left:
                            raise
                        process = self._set_up(self._another(process), first)
                if error is None:
                    future.set_result(answer)
                else:
                    future.set_exception(error)
                future = None
        except Exception as error:  # noqa: BLE001  whatever it is, those who wait must hear of it
            self._fail(process, future, error)
        finally:
            _end(process)

    def _set_up(
        self, process: subprocess.Popen[bytes], first: bytes | None
    ) -> subprocess.Popen[bytes]:
        """Set a worker up, or another one where it dies of that; return the one that lives."""
        if first is None:
            return process
        for left in range(TRIES - 1, -1, -1):
            try:
                _, error = _asked(process, first)
                break
            except (EOFError, OSError):
                if not left:
                    raise
                process = self._another(process)
        # A worker that cannot be set up says so once, and then is of no use.
        if error is not None:
            raise error
        return process

    def _another(self, process: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
        """Return a worker in the place of one that has died."""
        process.kill()
        _end(process)
        with self._lock:
            if self._ending:
                raise EOFError
            other = _start()
            self.processes.append(other)
        return other

    def _fail(
        self, process: subprocess.Popen[bytes], future: Future[Any] | None, error: Exception
    ) -> None:
        """Say to all who wait that this crew is not whole any more."""
        if isinstance(error, EOFError | OSError):
            process.kill()
            code = process.wait()
            broken = WorkerError(
                f"a worker ended before its work did (exit code {code}), and so did those that "
                f"took its place: {TRIES} in all"
            )
        else:
            broken = WorkerError(f"a worker could not go on ({type(error).__name__}: {error})")
            broken.__cause__ = error
        with self._lock:
            self._broken = broken
            self._drop(broken)
            # The others end with what they are doing.
            for _ in self._threads:
                self._todo.put(None)
        if future is not None and not future.done():
            future.set_exception(broken)


def _start() -> subprocess.Popen[bytes]:
    """Start a worker that finds this very package."""
    home = str(Path(__file__).resolve().parents[3])
    path = os.pathsep.join(p for p in (home, os.environ.get("PYTHONPATH", "")) if p)
    environment = {**os.environ, "PYTHONPATH": path, **dict.fromkeys(_ONE_THREAD, "1")}
    # In a group of their own the key that interrupts us does not reach them: we end them.
    own_group: dict[str, Any] = {"process_group": 0}
    if sys.platform == "win32":
        own_group = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return subprocess.Popen(
        [sys.executable, "-c", "from corridors.analysis.jobs.workers import main; main()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        **own_group,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """Close a worker's input, upon which it ends, and its output."""
    for pipe in (process.stdin, process.stdout):
        try:
            if pipe:
                pipe.close()
        except OSError:
            # What was still to be written has no reader any more.
            continue
    process.wait()


def _asked(process: subprocess.Popen[bytes], content: bytes) -> tuple[Any, Exception | None]:
    """Return what a worker answers to a task, and what it raised; EOFError where it has died."""
    assert process.stdin is not None
    assert process.stdout is not None
    _send(process.stdin, content)
    found: tuple[Any, Exception | None] = pickle.loads(_receive(process.stdout))  # noqa: S301  our own
    return found


def _send(pipe: Any, content: bytes) -> None:
    pipe.write(_LENGTH.pack(len(content)))
    pipe.write(content)
    pipe.flush()


def _receive(pipe: Any) -> bytes:
    """Return what `_send` has sent; raise EOFError where the other side has ended."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (size,) = _LENGTH.unpack(head)
    content: bytes = pipe.read(size)
    if len(content) < size:
        raise EOFError
    return content


def main() -> None:
    """Call what comes on standard input; write what it returns to standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(*_COLLECTED)
    tasks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, tasks), daemon=True).start()
    # Only answers may go through the pipe: whatever a library prints goes to standard error.
    with os.fdopen(os.dup(1), "wb") as target:
        try:
            os.dup2(2, 1)
        except OSError:
            # Whoever started us has closed it.
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        while True:
            _send(target, _called(tasks.get()))


def _listen(source: Any, tasks: queue.SimpleQueue[bytes]) -> None:
    """Read tasks as they come, and end this process when nobody can send any more."""
    try:
        while True:
            tasks.put(_receive(source))
    finally:
        os._exit(0)


def _called(task: bytes) -> bytes:
    """Call a function and return its answer, or what it raised, pickled."""
    try:
        function, args, kwargs = pickle.loads(task)  # noqa: S301  written by our own parent
        return pickle.dumps((function(*args, **kwargs), None), pickle.HIGHEST_PROTOCOL)
    except CorridorsError as error:
        return pickle.dumps((None, error), pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001  the parent raises it again
        trace = "".join(traceback.format_exception(error))
        error.add_note(f"in a worker:\n{trace}")
        try:
            content = pickle.dumps((None, error), pickle.HIGHEST_PROTOCOL)
            pickle.loads(content)  # noqa: S301  our own; some errors cannot be read back
        except Exception:  # noqa: BLE001  any error's own way to be pickled may fail in any way
            told = RuntimeError(f"{type(error).__name__}: {error}")
            told.add_note(f"in a worker:\n{trace}")
            return pickle.dumps((None, told), pickle.HIGHEST_PROTOCOL)
        return content


if __name__ == "__main__":
    main()
