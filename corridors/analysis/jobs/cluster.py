"""Workers of a Dask cluster behind the interface of an Executor: one's own machines, or many.

What all cases share goes to each worker process once, and to those that start later or again
(a plugin of the cluster); a task is some cases by name. A task whose worker dies is given to
another one by the cluster itself, a few times. `distributed` is the extra ``corridors[dask]``.
"""

from __future__ import annotations

from concurrent.futures import Executor
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Self

from corridors.analysis.jobs.each import drop_shared, keep_shared
from corridors.analysis.jobs.workers import TRIES, WorkerError
from corridors.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from contextlib import AbstractContextManager

WAIT_S = 30
"""How long a scheduler may take to answer at first."""

MOST_CASES = 32
"""Most cases of a task: some seconds of the quickest kind."""

TASKS_PER_WORKER = 16
"""Tasks for each worker at least, so that none waits long for the last one."""


class Cluster(Executor):
    """The workers of a Dask cluster; this process only waits for them.

    Parameters
    ----------
    client
        A `distributed.Client`. It is left open.

    Notes
    -----
    Workers have to have this version of the package. Give them one thread each
    (``dask worker --nthreads 1 --nworkers auto``): the threads of one process take turns.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._keys: list[str] = []
        self._futures: dict[Future[Any], Any] = {}

    @classmethod
    @contextmanager
    def at(cls, address: str) -> Iterator[Self]:
        """Return the workers of the scheduler at an address, such as ``tcp://127.0.0.1:8786``.

        Raises
        ------
        DataError
            Where `distributed` is not installed, nobody answers, or there is no worker.
        """
        try:
            from distributed import Client
        except ImportError:
            msg = "--dask: distributed is not installed; pip install 'corridors[dask]'"
            raise DataError(msg) from None
        try:
            connect: Any = Client
            client = connect(address, timeout=WAIT_S, set_as_default=False)
        except (OSError, ValueError, ImportError) as error:
            msg = f"--dask: no scheduler answers at {address!r} ({error or type(error).__name__})"
            raise DataError(msg) from None
        with client:
            if not client.scheduler_info(n_workers=-1)["workers"]:
                msg = f"--dask: the scheduler at {address!r} has no worker; start some"
                raise DataError(msg)
            with cls(client) as cluster:
                yield cluster

    def share(self, key: str, content: bytes) -> None:
        """Let every worker have what all cases share, those that are still to come too."""
        from distributed import WorkerPlugin

        class Shared(WorkerPlugin):
            """Keeps what cases share in a worker, for as long as they are worked on."""

            def setup(self, worker: Any) -> None:
                del worker
                keep_shared(key, content)

            def teardown(self, worker: Any) -> None:
                del worker
                drop_shared(key)

        self._client.register_plugin(Shared(), name=key)
        self._keys.append(key)

    def batch(self, n_items: int) -> int:
        """Return how many of some cases make a task."""
        workers = len(self._client.scheduler_info(n_workers=-1)["workers"])
        return min(max(n_items // (max(workers, 1) * TASKS_PER_WORKER), 1), MOST_CASES)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a function called by a worker; see `concurrent.futures.Executor.submit`."""
        from concurrent.futures import Future

        task = self._client.submit(fn, *args, **kwargs, pure=False)
        future: Future[Any] = Future()
        self._futures[future] = task
        task.add_done_callback(lambda done: _pass_on(done, future))
        future.add_done_callback(self._forget)
        return future

    def _forget(self, future: Future[Any]) -> None:
        task = self._futures.pop(future, None)
        if task is not None and future.cancelled():
            task.cancel()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Forget what was shared; the cluster goes on. See `concurrent.futures.Executor`."""
        del wait
        if cancel_futures:
            for future in list(self._futures):
                future.cancel()
        for key in self._keys:
            self._client.unregister_worker_plugin(key)
        self._keys.clear()

    def __exit__(self, *error: object) -> None:
        # What nobody waits for any more is not worked on.
        self.shutdown(cancel_futures=True)


def _pass_on(done: Any, future: Future[Any]) -> None:
    """Give what a task of the cluster came to to those who wait for it here."""
    from distributed import KilledWorker

    if future.cancelled() or not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(done.result())
    except KilledWorker:
        msg = f"workers of the cluster ended before their work did: {TRIES} in all on one task"
        future.set_exception(WorkerError(msg))
    except BaseException as error:  # noqa: BLE001  whatever it is, those who wait must hear of it
        future.set_exception(error)


def workers_at(address: str | None) -> AbstractContextManager[Cluster | None]:
    """Return the workers of the cluster at an address, or None without one."""
    return nullcontext() if address is None else Cluster.at(address)
