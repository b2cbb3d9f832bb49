import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from cnn.training.scheduler import Scheduler
from cnn.training.workers import PoolClosed
from tests.cnn.training.experiments import Clock, HandPool


class Work:
    """A job whose slices take a fixed time, which only the clock of the test knows."""

    def __init__(self, seconds: float = 0.2) -> None:
        self.seconds = seconds
        self.ready = True
        self.computed = 0.0
        self.results: list[Any] = []
        self.errors: list[BaseException] = []
        self.was_killed = False

    def next_slice(self) -> tuple[Callable[..., Any], tuple[Any, ...]] | None:
        return (self.compute, ()) if self.ready else None

    def compute(self) -> str:
        return "result"

    def slice_done(self, result: Any, seconds: float) -> None:
        self.results.append(result)
        self.computed += seconds

    def cost(self, result: Any, seconds: float) -> float:
        return seconds

    def slice_failed(self, error: BaseException) -> None:
        self.errors.append(error)
        self.ready = False

    def slice_killed(self) -> None:
        self.was_killed, self.ready = True, False


class Bench:
    """A scheduler on a simulated machine."""

    def __init__(self, slots: int) -> None:
        self.clock, self.pool = Clock(), HandPool(slots)
        self.scheduler = Scheduler(self.pool, threading.RLock(), self.clock)
        self.ends: dict[int, float] = {}

    def add(self, *jobs: Work) -> None:
        for job in jobs:
            self.scheduler.add(job)

    def run(self, seconds: float) -> None:
        """Let time pass: each call ends when its job's seconds are over."""
        until = self.clock.now + seconds
        while self.pool.calls:
            for one in self.pool.calls:
                self.ends.setdefault(id(one), self.clock.now + one.call.__self__.seconds)
            first = min(self.pool.calls, key=lambda one: self.ends[id(one)])
            if self.ends[id(first)] > until:
                break
            self.clock.now = self.ends.pop(id(first))
            self.pool.calls.remove(first)
            first.finish()
        self.clock.now = until


@pytest.mark.parametrize("slots", [1, 2, 4])
@pytest.mark.parametrize("lengths", [[0.2] * 5, [0.1, 0.3, 0.2, 0.1, 0.25, 0.3, 0.15], [0.1] * 29 + [0.9]])
def test_no_job_gets_less_than_half_of_its_share(slots: int, lengths: list[float]) -> None:
    bench = Bench(slots)
    jobs = [Work(seconds) for seconds in lengths]
    bench.add(*jobs)
    bench.run(10)
    share = 10 * min(slots / len(jobs), 1)
    assert min(job.computed for job in jobs) >= share / 2


def test_a_newcomer_starts_level_and_neither_starves_nor_displaces_the_others() -> None:
    bench = Bench(1)
    old, new = Work(), Work()
    bench.add(old)
    bench.run(60)
    bench.add(new)
    before = old.computed
    bench.run(10)
    assert 4 <= new.computed <= 6
    assert 4 <= old.computed - before <= 6


def test_a_job_that_paused_does_not_catch_up_on_it() -> None:
    bench = Bench(1)
    old, other = Work(), Work()
    bench.add(old, other)
    other.ready = False
    bench.run(60)
    other.ready = True
    bench.scheduler.pump()
    before = old.computed, other.computed
    bench.run(10)
    assert 3.5 <= old.computed - before[0] <= 6.5
    assert 3.5 <= other.computed - before[1] <= 6.5


def test_a_group_gets_the_share_of_one_and_its_members_take_equal_turns() -> None:
    bench = Bench(1)
    alone, group = Work(), [Work(0.1), Work(0.2), Work(0.3)]
    bench.add(alone)
    for one in group:
        bench.scheduler.add(one, "race")
    bench.run(30)
    assert 14 <= alone.computed <= 16
    assert min(one.computed for one in group) > 4
    for one in group:
        bench.scheduler.remove(one)
    newcomers = [Work(), Work()]
    for one in newcomers:
        bench.scheduler.add(one, "race")
    bench.run(30)
    assert all(6 <= one.computed <= 9 for one in newcomers), "a group that is gone leaves no debts"


def test_never_more_slices_at_once_than_slots() -> None:
    bench = Bench(2)
    bench.add(*(Work() for _ in range(5)))
    assert len(bench.pool.calls) == 2
    bench.run(3)
    assert len(bench.pool.calls) == 2


def test_after_a_killed_process_everything_lost_is_done_again_one_by_one() -> None:
    bench = Bench(2)
    jobs = [Work(), Work(), Work()]
    bench.add(*jobs)
    bench.pool.kill()
    assert bench.pool.renewals == 1
    assert [call.call.__self__ for call in bench.pool.calls] == jobs[:1]  # alone
    bench.pool.finish()
    assert [call.call.__self__ for call in bench.pool.calls] == [jobs[1]]
    bench.pool.finish()
    assert len(bench.pool.calls) == 2
    assert [len(job.results) for job in jobs[:2]] == [1, 1]


def test_a_job_that_kills_twice_is_stopped_and_its_neighbour_goes_on() -> None:
    bench = Bench(2)
    killer, neighbour = Work(), Work()
    bench.add(killer, neighbour)
    bench.pool.kill()
    bench.pool.kill()  # only the killer was under way
    assert killer.was_killed
    assert not neighbour.was_killed
    bench.run(5)
    assert neighbour.computed > 4
    assert killer.results == []


def test_a_suspect_that_comes_back_waits_until_nobody_else_computes() -> None:
    bench = Bench(2)
    suspect, other = Work(), Work()
    bench.add(suspect)
    suspect.ready = False
    bench.pool.kill()
    bench.add(other)
    suspect.ready = True
    bench.scheduler.pump()
    assert [call.call.__self__ for call in bench.pool.calls] == [other]
    bench.pool.finish()
    assert [call.call.__self__ for call in bench.pool.calls] == [suspect]


def test_a_kill_long_ago_is_forgiven() -> None:
    bench = Bench(1)
    job = Work()
    bench.add(job)
    for _ in range(5):
        bench.pool.kill()
        bench.pool.finish()
    assert not job.was_killed
    assert len(job.results) == 5


def test_an_error_reaches_its_job_only() -> None:
    bench = Bench(2)
    bad, good = Work(), Work()
    bad.compute = lambda: 1 / 0  # type: ignore[method-assign, assignment, return-value]
    bench.scheduler.add(bad)
    bench.add(good)
    bench.pool.finish(2)
    assert isinstance(bad.errors[0], ZeroDivisionError)
    assert good.results == ["result"]


def test_a_result_that_cannot_be_taken_in_fails_its_job(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench(1)
    job = Work()
    job.slice_done = lambda result, seconds: [][0]  # type: ignore[method-assign, assignment]
    bench.add(job)
    bench.pool.finish()
    assert isinstance(job.errors[0], IndexError)
    assert "could not be taken in" in caplog.text


def test_dropped_slices_and_removed_jobs_get_no_result() -> None:
    bench = Bench(2)
    dropped, removed = Work(), Work()
    bench.add(dropped, removed)
    dropped.ready = False
    bench.scheduler.drop(dropped)
    bench.scheduler.remove(removed)
    bench.pool.finish(2)
    assert not bench.scheduler.busy(dropped)
    assert dropped.results == removed.results == []


def test_dropping_a_slice_that_has_not_begun_cancels_it_and_blames_nobody() -> None:
    class Queue(HandPool):
        def submit(self, call: Callable[..., Any], *arguments: Any) -> "Future[Any]":
            self.queued: Future[Any] = Future()
            return self.queued

    pool, job = Queue(), Work()
    scheduler = Scheduler(pool, threading.RLock(), Clock())
    scheduler.add(job)
    scheduler.drop(job)
    assert pool.queued.cancelled()
    assert pool.renewals == 0


def test_a_pool_that_finishes_at_once_does_not_recurse() -> None:
    class Instant(HandPool):
        def submit(self, call: Callable[..., Any], *arguments: Any) -> "Future[Any]":
            future: Future[Any] = Future()
            future.set_result(call(*arguments))
            return future

    job = Work()
    scheduler = Scheduler(Instant(), threading.RLock(), Clock())
    job.slice_done = lambda result, seconds: (
        job.results.append(result)
        or setattr(  # type: ignore[method-assign]
            job, "ready", len(job.results) < 5000
        )
    )
    scheduler.add(job)
    assert len(job.results) == 5000


def test_a_pool_at_the_interpreters_end_is_no_error() -> None:
    class Ending(HandPool):
        def submit(self, call: Callable[..., Any], *arguments: Any) -> "Future[Any]":
            raise PoolClosed

    job = Work()
    Scheduler(Ending(), threading.RLock(), Clock()).add(job)
    assert job.errors == []
