"""Cases solved one by one by whatever Executor is at hand; a worker that dies costs nothing.

`solve_each` needs of its pool only what every Executor has, so the workers of this machine
(`corridors.analysis.jobs.workers.Crew`), a pool of the standard library and a cluster
(`corridors.analysis.jobs.cluster.Cluster`) can stand in for each other. Each case is answered
once: what was lost with a worker is asked for again, a few times, and then said.
"""

from __future__ import annotations

import hashlib
import pickle
import queue
import threading
from concurrent.futures import BrokenExecutor, Executor
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable

from corridors.analysis.jobs.workers import TRIES, Crew, WorkerError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from concurrent.futures import Future

_POLL_S = 0.5
"""How often a wait looks up: on some systems a signal does not end it."""

Basis = TypeVar("Basis")
Item = TypeVar("Item")
Answer = TypeVar("Answer")


@runtime_checkable
class Elsewhere(Protocol):
    """What an Executor has besides whose workers are elsewhere: this process only waits."""

    def share(self, key: str, content: bytes) -> None:
        """Let every worker have what all cases share, those that are still to come too."""

    def batch(self, n_items: int) -> int:
        """Return how many of some cases make a task."""


_ready: dict[str, Callable[[Any], Any]] = {}
"""In a worker: how to solve a case, once prepared, by what it was prepared from."""

_shared: dict[str, bytes] = {}
"""In a worker elsewhere: what all cases share, until it is prepared."""

_ONE_BY_ONE = threading.RLock()
"""Solvers keep what they know from one case to the next, so the threads of a worker take turns."""


def solve_each(
    prepare: Callable[[Basis], Callable[[Item], Answer]],
    basis: Basis,
    items: Sequence[Item],
    workers: int = 1,
    *,
    own: Callable[[Item], Answer] | None = None,
    executor: Executor | None = None,
) -> Generator[tuple[int, Answer]]:
    """Solve cases and yield the answers as they come.

    Parameters
    ----------
    prepare
        Makes from `basis` the function that solves a case; called once in each
        worker.
    basis
        What all cases share.
    items
        The cases.
    workers
        Processes, this one among them; with 1 everything happens in this one.
    own
        What `prepare` would return, where this process has it already.
    executor
        Any Executor to work beside this process, or one whose workers are elsewhere; the
        workers of this machine if None. It is left running.

    Yields
    ------
    number, answer
        Of each case once, in no fixed order where there are several workers.

    Raises
    ------
    WorkerError
        Where a case costs `TRIES` workers, or none is left to ask again.
    """
    if executor is None:
        if min(workers, len(items)) <= 1:
            solve = own or prepare(basis)
            for number, item in enumerate(items):
                yield number, solve(item)
            return
        with Crew(min(workers, len(items)) - 1, _set_up, (prepare, basis)) as crew:
            ask = _Asking(crew, _solve_ready, (), [[i] for i in range(len(items))], items)
            yield from _answers(ask, own or prepare(basis))
        return
    if not items:
        return
    content = pickle.dumps((prepare, basis), pickle.HIGHEST_PROTOCOL)
    key = hashlib.sha256(content).hexdigest()
    every = range(len(items))
    if isinstance(executor, Elsewhere):
        executor.share(key, content)
        size = max(executor.batch(len(items)), 1)
        groups = [list(every[at : at + size]) for at in range(0, len(items), size)]
        ask = _Asking(executor, _solve_shared, (key,), groups, items)
        solve_here = None
    else:
        ask = _Asking(executor, _solve_sent, (key, content), [[i] for i in every], items)
        solve_here = own or prepare(basis)
    try:
        yield from _answers(ask, solve_here)
    finally:
        ask.cancel()


class _Asking:
    """Cases in groups, each of them asked of an Executor until it is answered."""

    def __init__(
        self,
        executor: Executor,
        function: Callable[..., list[Any]],
        args: tuple[Any, ...],
        groups: list[list[int]],
        items: Sequence[Any],
    ) -> None:
        self._executor, self._function, self._args = executor, function, args
        self.items = items
        self.done: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()
        self.group: dict[Future[Any], list[int]] = {}
        self._tries: dict[int, int] = {}
        for group in groups:
            self._ask(group)

    def _ask(self, group: list[int]) -> None:
        cases = [self.items[number] for number in group]
        future = self._executor.submit(self._function, *self._args, cases)
        self.group[future] = group
        future.add_done_callback(self.done.put)

    def answers_of(self, future: Future[Any]) -> list[tuple[int, Any]]:
        """Return what a future has brought; nothing where it has to be asked for again.

        Raises
        ------
        WorkerError
            Where that was done often enough, or nobody takes it.
        """
        group = self.group.pop(future)
        try:
            return list(zip(group, future.result(), strict=True))
        except BrokenExecutor as error:
            tries = self._tries[group[0]] = self._tries.get(group[0], 1) + 1
            if tries > TRIES:
                raise
            try:
                self._ask(group)
            except RuntimeError:
                if isinstance(error, WorkerError):
                    raise error from None
                msg = f"the workers have ended before their work did ({error}); {len(group)} lost"
                raise WorkerError(msg) from error
            return []

    def cancel(self) -> None:
        """Take back what nobody has begun with."""
        for future in list(self.group):
            future.cancel()


def _answers(ask: _Asking, solve: Callable[[Any], Any] | None) -> Generator[tuple[int, Any]]:
    """Yield answers as they come; while there is none, take a case that nobody has begun."""
    spare = list(ask.group) if solve is not None else []
    while ask.group:
        while ask.done.empty() and spare:
            future = spare.pop()
            if future in ask.group and future.cancel():
                assert solve is not None
                for number in ask.group.pop(future):
                    yield number, solve(ask.items[number])
        if not ask.group:
            return
        try:
            future = ask.done.get(timeout=_POLL_S)
        except queue.Empty:
            continue
        # What was taken back is done as well, in its way.
        if future in ask.group:
            yield from ask.answers_of(future)


def _set_up(prepare: Callable[[Any], Callable[[Any], Any]], basis: Any) -> None:
    _ready[""] = prepare(basis)


def _solve_ready(items: list[Any]) -> list[Any]:
    return [_ready[""](item) for item in items]


def _solve_sent(key: str, content: bytes, items: list[Any]) -> list[Any]:
    """Solve cases in a process that may or may not have met their like before."""
    with _ONE_BY_ONE:
        if key not in _ready:
            prepare, basis = pickle.loads(content)  # noqa: S301  written by whoever submits
            _ready[key] = prepare(basis)
        return [_ready[key](item) for item in items]


def keep_shared(key: str, content: bytes) -> None:
    """In a worker elsewhere: keep what cases to come share."""
    _shared[key] = content


def drop_shared(key: str) -> None:
    """In a worker elsewhere: forget what cases have shared."""
    _shared.pop(key, None)
    _ready.pop(key, None)


def _solve_shared(key: str, items: list[Any]) -> list[Any]:
    """Solve cases in a worker that has been given what they share."""
    found = _solve_sent(key, _shared.get(key, b""), items)
    # It is prepared now, and need not be there twice.
    _shared[key] = b""
    return found
