"""Where slices are computed: worker processes on this machine (loky) or a Dask cluster, behind one interface.

Processes, because pure-Python work in another thread of the server cuts training in one to about a hundredth. Loky's,
because they get an environment of their own, never import the server's main module and outlive one killed among them.

One setting chooses: ``CNN_PLAYGROUND_DASK=tls://host:port`` sends every slice to that scheduler. Whoever reaches a Dask
scheduler runs code: use ``tls://`` or a trusted network, and one thread a worker. Images that are not generated
(downloads, uploads, own drawings) are found by name in the folder ``CNN_PLAYGROUND_DATA``, which such workers must
share with the server; one that cannot find them refuses the slice with a sentence that says so.
"""

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from typing import Any, Protocol

from cnn.errors import ConfigError, DataError

SETTING = "CNN_PLAYGROUND_DASK"
NICENESS = 10  # pages answer first
_IDLE_SECONDS = 300  # after which idle worker processes end
_LOOK_FOR_SERVER = 1.0  # seconds between two looks whether the server still lives
_CONNECT_SECONDS = 10
# Several threads a process gain nothing, and cost tenfold once another job shares the core.
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
ONE_THREAD = dict.fromkeys(_THREADS, "1")


class PoolClosed(Exception):
    """The pool takes no more calls, because the interpreter is ending."""


class Pool(Protocol):
    """An executor that can be replaced when its processes were killed. Called with the scheduler's lock held."""

    def slots(self) -> int:
        """How many calls are computed at once."""
        ...

    def submit(self, call: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        """Call in a worker.

        Raises:
            PoolClosed: the interpreter is ending.
        """
        ...

    def is_lost(self, error: BaseException) -> bool:
        """Whether the error means that the worker died, not that the call raised."""
        ...

    def renew(self) -> None:
        """Replace the executor after a loss."""
        ...

    def close(self) -> None:
        """End all workers and wait for their end."""
        ...


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def make_pool() -> Pool:
    """The pool that the setting asks for.

    Raises:
        ConfigError: a Dask address is set, but the package or the scheduler is missing.
    """
    address = os.environ.get(SETTING, "").strip()
    return DaskPool(address) if address else LokyPool(cores())


class LokyPool:
    """Worker processes of this machine, started at the first slice."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._executor: Executor | None = None

    def slots(self) -> int:
        """One for each process."""
        return self._workers

    def submit(self, call: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        """Call in a worker process."""
        try:
            return self._submit(call, *arguments)
        except BrokenExecutor:  # killed while idle: nothing is lost
            self.renew()
            return self._submit(call, *arguments)

    def is_lost(self, error: BaseException) -> bool:
        """Loky breaks every slice under way when one process dies."""
        return isinstance(error, BrokenExecutor)

    def renew(self) -> None:
        """Leave the broken processes to loky's own end; the next slice starts new ones."""
        if self._executor is not None:
            self._executor.shutdown(wait=False)
        self._executor = None

    def close(self) -> None:
        """End the processes at once: what they compute is repeatable."""
        if self._executor is not None:
            self._executor.shutdown(wait=True, kill_workers=True)  # type: ignore[call-arg]  # loky's own argument
        self._executor = None

    def _submit(self, call: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        import loky
        from loky.process_executor import ShutdownExecutorError

        if self._executor is None:
            self._executor = loky.ProcessPoolExecutor(
                max_workers=self._workers,
                timeout=_IDLE_SECONDS,
                env=ONE_THREAD,
                initializer=_begin_worker,
                initargs=(os.getpid(),),
            )
        try:
            return self._executor.submit(call, *arguments)
        except ShutdownExecutorError as error:  # loky has heard of the interpreter's end before its users have
            raise PoolClosed from error


class DaskPool:
    """The workers of a Dask cluster.

    Raises:
        ConfigError: the package ``distributed`` is missing, or no scheduler answers at the address.
    """

    def __init__(self, address: str) -> None:
        try:
            import distributed
        except ImportError as error:
            raise ConfigError("training.dask_missing", setting=SETTING, address=address) from error
        try:
            self._client: Any = distributed.Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise ConfigError(
                "training.dask_unreachable", setting=SETTING, address=address, reason=str(error)
            ) from error
        self._killed: type[Exception] = distributed.KilledWorker
        # The same slice is asked for again after a loss, and must then be computed again.
        self._executor: Executor = self._client.get_executor(pure=False)
        self._slots = self._threads()

    def slots(self) -> int:
        """One for each thread that the cluster's workers had when the client connected, or when one was lost."""
        return self._slots

    def _threads(self) -> int:
        return max(1, sum(self._client.nthreads().values()))

    def submit(self, call: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        """Call in one of the cluster's workers."""
        return self._executor.submit(_on_cluster, call, *arguments)

    def is_lost(self, error: BaseException) -> bool:
        """Dask itself tries a slice on other workers first, and gives up when several died of it."""
        return isinstance(error, self._killed)

    def renew(self) -> None:
        """The cluster replaces its own workers."""
        self._slots = self._threads()

    def close(self) -> None:
        """Leave the cluster, which runs on."""
        self._executor.shutdown(wait=False)
        self._client.close()


def _on_cluster(call: Callable[..., Any], *arguments: Any) -> Any:
    """Call, and say of missing images what helps here: uploads and downloads lie on the server, not on the worker."""
    try:
        return call(*arguments)
    except DataError as error:
        raise DataError("training.data_elsewhere") from error


def _begin_worker(server: int) -> None:
    """Called first in each worker process."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    threading.Thread(target=_end_with, args=(server,), daemon=True).start()


def _end_with(server: int) -> None:
    """End this process when its parent is gone: a server that is killed cannot end its workers itself.

    (The kernel's own notice of a parent's death goes by the thread that started the process, which is a page's here.)
    """
    while os.getppid() == server:
        time.sleep(_LOOK_FOR_SERVER)
    os._exit(1)
