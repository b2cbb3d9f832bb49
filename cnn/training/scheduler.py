"""Who computes next: short slices of many jobs, shared fairly among few cores.

The scheduler submits a job's next slice when one of the slots is free, so that stopping a job is simply not asking it
again. It gives the slot to the job that has used the least computing time (the idea of a fair queue: Nagle 1987), so
long slices and short ones share a core evenly. Jobs that belong together (the contestants of a race) share one turn
between them: who starts ten gets no more than who starts one.

When a process of the pool is killed, every slice then running is lost. All their jobs are suspects: each is tried again
ALONE, so that one that kills its process a second time is known for certain, and its neighbours are not blamed.

Lock discipline: one re-entrant lock, handed in by the owner, guards the scheduler, its jobs and their owner. Callbacks
from the pool's threads take it first; nothing waits for a result while holding it.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol

from cnn.training.workers import Pool, PoolClosed

log = logging.getLogger(__name__)

_CREDIT = 1.0  # seconds of computing that a job may catch up on after it had nothing to do
_LIVES = 2  # losses of its process after which a job is given up


class Job(Protocol):
    """What the scheduler runs. All methods are called with the lock held and return at once."""

    def next_slice(self) -> tuple[Callable[..., Any], tuple[Any, ...]] | None:
        """The next call to make in a worker, or None while there is nothing to do. Asking changes nothing."""
        ...

    def slice_done(self, result: Any, seconds: float) -> None:
        """Take in a slice's result, ``seconds`` after it was submitted."""
        ...

    def cost(self, result: Any, seconds: float) -> float:
        """Seconds of computing that a slice which came back after ``seconds`` is charged with.

        Starting a process and preparing data are not the job's fault: they would keep it waiting for seconds.
        """
        ...

    def slice_failed(self, error: BaseException) -> None:
        """The slice raised: the job has nothing more to do."""
        ...

    def slice_killed(self) -> None:
        """The job's slice killed its process repeatedly: the job has nothing more to do."""
        ...


@dataclass(eq=False)
class _Share:
    """What jobs that belong together have used of the machine."""

    used: float  # seconds of computing, as the fair queue counts them
    jobs: int = 0


@dataclass(eq=False)
class _Entry:
    job: Job
    share: _Share
    group: str
    used: float = 0.0  # seconds of computing: the turns within the share
    losses: int = 0  # processes lost since the last slice that went well
    future: "Future[Any] | None" = None
    started: float = 0.0


class Scheduler:
    """Runs jobs' slices on a pool, as many at once as it has slots."""

    def __init__(self, pool: Pool, lock: threading.RLock, clock: Callable[[], float] = time.monotonic) -> None:
        self._pool = pool
        self._lock = lock
        self._clock = clock
        self._entries: dict[int, _Entry] = {}
        self._shares: dict[str, _Share] = {}  # those of several jobs, by name
        self._reached = 0.0  # computing time of the share that was served last: where newcomers start
        self._pumping = self._again = self._closed = False

    def add(self, job: Job, group: str = "") -> None:
        """Take on a job. It starts level with the others, however much they have computed.

        Args:
            job: what to run.
            group: jobs of one name count as one among all the others; "" is a job of its own.
        """
        with self._lock:
            fresh = _Share(self._reached)
            share = self._shares.setdefault(group, fresh) if group else fresh
            share.jobs += 1
            self._entries[id(job)] = _Entry(job, share, group)
            self.pump()

    def slots(self) -> int:
        """How many slices are computed at once."""
        return self._pool.slots()

    def remove(self, job: Job) -> None:
        """Forget a job; the result of a slice under way is dropped."""
        with self._lock:
            self.drop(job)
            entry = self._entries.pop(id(job), None)
            if entry is not None:
                entry.share.jobs -= 1
                if not entry.share.jobs:
                    self._shares.pop(entry.group, None)

    def drop(self, job: Job) -> None:
        """Ignore the slice under way, if any: the job has moved on."""
        with self._lock:
            entry = self._entries.get(id(job))
            if entry is not None and entry.future is not None:
                future, entry.future = entry.future, None  # first, because cancelling calls back at once
                future.cancel()

    def busy(self, job: Job) -> bool:
        """Whether a slice of the job is under way."""
        with self._lock:
            entry = self._entries.get(id(job))
            return entry is not None and entry.future is not None

    def close(self) -> None:
        """Submit nothing more and end the pool's processes."""
        with self._lock:
            self._closed = True
            self._entries.clear()
        self._pool.close()

    def pump(self) -> None:
        """Fill the free slots. Call it whenever a job may have become ready."""
        with self._lock:
            if self._pumping:  # a pool may finish a slice while it is being submitted
                self._again = True
                return
            self._pumping = True
            try:
                self._again = True
                while self._again:
                    self._again = False
                    while not self._closed and (entry := self._choose()) is not None:
                        self._submit(entry)
            finally:
                self._pumping = False

    def _choose(self) -> _Entry | None:
        running = [entry for entry in self._entries.values() if entry.future is not None]
        if len(running) >= self._pool.slots() or any(entry.losses for entry in running):
            return None
        ready = [entry for entry in self._entries.values() if entry.future is None and entry.job.next_slice()]
        suspects = [entry for entry in ready if entry.losses]
        if suspects and running:
            return None  # wait until the pool is empty: a suspect computes alone
        return min(suspects or ready, key=lambda entry: (entry.share.used, entry.used), default=None)

    def _submit(self, entry: _Entry) -> None:
        work = entry.job.next_slice()
        assert work is not None, "chosen because it was ready"
        entry.share.used = max(entry.share.used, self._reached - _CREDIT)
        self._reached = max(self._reached, entry.share.used)
        call, arguments = work
        try:
            future = self._pool.submit(call, *arguments)
        except PoolClosed:
            self._closed = True
            return
        except Exception as error:  # whatever a cluster's network may raise: it ends this run, not the server
            entry.job.slice_failed(error)
            return
        entry.future, entry.started = future, self._clock()
        future.add_done_callback(lambda done: self._finished(entry, done))

    def _finished(self, entry: _Entry, future: "Future[Any]") -> None:
        """Called in one of the pool's threads, whose executor would only log what is raised here."""
        with self._lock:
            if self._closed or entry.future is not future:  # removed, or its slice was dropped or given back
                return
            error = None if future.cancelled() else future.exception()
            if future.cancelled() or (error is not None and self._pool.is_lost(error)):
                self._lost()
            else:
                seconds = self._clock() - entry.started
                entry.future, entry.losses = None, 0
                self._deliver(entry, future, error, seconds)
            self.pump()

    def _deliver(self, entry: _Entry, future: "Future[Any]", error: BaseException | None, seconds: float) -> None:
        if error is not None:
            entry.job.slice_failed(error)
            return
        try:
            cost = entry.job.cost(future.result(), seconds)
            entry.used += cost
            entry.share.used += cost
            entry.job.slice_done(future.result(), seconds)
        except Exception as problem:
            log.exception("a slice's result could not be taken in")
            entry.job.slice_failed(problem)

    def _lost(self) -> None:
        """A process died: start a new pool and give back every slice that was under way."""
        running = [entry for entry in self._entries.values() if entry.future is not None]
        log.warning("a worker process was killed; %d slices are done again", len(running))
        alone = len(running) == 1
        for entry in running:
            entry.future = None
            entry.losses += 1
            if alone and entry.losses >= _LIVES:
                entry.job.slice_killed()
        self._pool.renew()
