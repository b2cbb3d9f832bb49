"""Real processes: what they inherit, what happens when they are killed, and that none is left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnn.data.sources import Stored
from cnn.errors import ConfigError, DataError
from cnn.training.advance import advance, initial_state
from cnn.training.run import Run
from cnn.training.runs import Runs
from cnn.training.view import Status
from cnn.training.workers import NICENESS, SETTING, DaskPool, LokyPool, cores, make_pool
from tests.cnn.training.experiments import RICH, TINY

ROOT = Path(__file__).parents[3]
LONG = replace(TINY, epochs=1000)


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.02)


def step(run: Run) -> int:
    return run.snapshot().step


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def pool() -> Iterator[LokyPool]:
    one = LokyPool(1)
    yield one
    one.close()


@pytest.fixture
def runs(pool: LokyPool) -> Iterator[Runs]:
    one = Runs(pool)
    yield one
    one.close()


def test_workers_compute_with_one_thread_at_low_priority(pool: LokyPool) -> None:
    assert pool.submit(os.getenv, "OPENBLAS_NUM_THREADS").result() == "1"
    assert pool.submit(os.nice, 0).result() == min(os.nice(0) + NICENESS, 19)
    assert pool.submit(os.getpid).result() != os.getpid()


def test_a_run_in_a_worker_gives_the_weights_of_one_in_this_process(runs: Runs) -> None:
    run = runs.start(RICH)
    wait_for(lambda: run.snapshot().status.ended)
    state = run.snapshot().state
    assert state is not None
    np.testing.assert_array_equal(state.parameters, advance(initial_state(RICH), 1000)[0].parameters)


def test_a_killed_worker_costs_nothing_but_time(runs: Runs, pool: LokyPool) -> None:
    config = replace(TINY, epochs=60)
    run = runs.start(config)
    wait_for(lambda: step(run) > 20)
    os.kill(pool.submit(os.getpid).result(), signal.SIGKILL)
    wait_for(lambda: run.snapshot().status.ended)
    view = run.snapshot()
    assert view.status is Status.FINISHED
    assert view.state is not None
    np.testing.assert_array_equal(view.state.parameters, advance(initial_state(config), 1000)[0].parameters)
    assert view.records.step.tolist() == list(range(1, 301))


def test_a_worker_killed_while_idle_is_replaced(pool: LokyPool) -> None:
    pid = pool.submit(os.getpid).result()
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not is_alive(pid))
    wait_for(lambda: _answers(pool, pid))


def _answers(pool: LokyPool, before: int) -> bool:
    try:
        return pool.submit(os.getpid).result() != before
    except BrokenExecutor:
        pool.renew()
        return False


def test_more_runs_than_processes_share_them(runs: Runs) -> None:
    every = [runs.start(replace(LONG, seed=seed)) for seed in range(4)]
    wait_for(lambda: all(step(run) > 0 for run in every))
    before = [step(run) for run in every]
    wait_for(lambda: sum(map(step, every)) - sum(before) > 800)
    progress = [step(run) - start for run, start in zip(every, before, strict=True)]
    assert min(progress) >= sum(progress) / 4 / 2


@pytest.mark.parametrize("end", ["interpreter ends", "kill -9"])
def test_no_process_is_left_behind(end: str) -> None:
    """The server ends while runs compute: by itself, quietly, or killed."""
    program = f"""
import os, sys, time
from cnn.training.runs import Runs
from cnn.training.workers import LokyPool
from tests.cnn.training.test_workers import LONG, step
pool = LokyPool(1)
runs = Runs(pool)
run = runs.start(LONG)
while step(run) < 5:
    time.sleep(0.01)
print(pool.submit(os.getpid).result(), flush=True)
{"time.sleep(600)" if end == "kill -9" else ""}
"""
    server = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    worker = int(server.stdout.readline())
    if end == "kill -9":
        server.kill()
    _, errors = server.communicate(timeout=60)
    wait_for(lambda: not is_alive(worker))
    if end != "kill -9":
        assert (server.returncode, errors) == (0, "")


def test_without_a_setting_runs_compute_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    pool = make_pool()
    assert isinstance(pool, LokyPool)
    assert pool.slots() == cores() >= 1


# A cluster -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=False,
        protocol="tcp",
        dashboard_address="127.0.0.1:0",
        host="127.0.0.1",
    ) as cluster:
        yield cluster.scheduler_address


def test_the_setting_sends_runs_to_a_cluster(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, address)
    runs = Runs()
    try:
        every = [runs.start(config) for config in (RICH, TINY, RICH)]
        wait_for(lambda: all(run.snapshot().status.ended for run in every))
        for run, config in zip(every, (RICH, TINY, RICH), strict=True):
            state = run.snapshot().state
            assert state is not None
            np.testing.assert_array_equal(state.parameters, advance(initial_state(config), 1000)[0].parameters)
    finally:
        runs.close()


def test_images_that_the_cluster_does_not_have_are_refused_with_a_sentence(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNN_PLAYGROUND_DATA", str(tmp_path))
    runs = Runs(DaskPool(address))
    try:
        run = runs.start(replace(TINY, data=replace(TINY.data, source=Stored(key="0" * 32))))
        wait_for(lambda: run.snapshot().status.ended)
        error = run.snapshot().error
        assert isinstance(error, DataError)
        assert error.code == "training.data_elsewhere"
    finally:
        runs.close()


def test_a_cluster_computes_as_many_slices_as_it_has_threads(address: str) -> None:
    pool = DaskPool(address)
    assert pool.slots() == 2
    pool.close()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://x", "not an address"])
def test_a_wrong_address_gets_a_sentence(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, address)
    monkeypatch.setattr("cnn.training.workers._CONNECT_SECONDS", 0.5)
    with pytest.raises(ConfigError) as caught:
        make_pool()
    assert caught.value.code == "training.dask_unreachable"
    assert address in str(caught.value)


def test_a_missing_package_gets_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "tcp://127.0.0.1:8786")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ConfigError, match=r"requirements-cluster\.txt"):
        make_pool()
