from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cnn.config import ExperimentConfig
from cnn.data.batches import batch_order
from cnn.data.sources import Stored
from cnn.errors import ConfigError
from cnn.layers import BatchNorm2d
from cnn.losses import Loss
from cnn.network import Network
from cnn.optimizers import OPTIMIZERS, SGD, Adam, Momentum
from cnn.schedules import Cosine
from cnn.training import trainer as training
from cnn.training.advance import advance, initial_state, prepare, run_slice
from cnn.training.gradient import BatchResult, batch_gradient
from cnn.training.plan import Plan
from cnn.training.race import MOST_RUNS, RATES, Contestant, Race, RaceStatus, RaceView, same_batches, sweep
from cnn.training.regularization import (
    MoreData,
    RegularizationSettings,
    StopEarly,
    WithAugmentation,
    WithDropout,
    WithWeightDecay,
)
from cnn.training.run import LEASE, PARTING
from cnn.training.runs import FORGET, Runs
from cnn.training.trail import is_due, thinned
from cnn.training.view import Status
from cnn.training.workers import SETTING, LokyPool
from tests.cnn.training.experiments import LAYERS, RICH, TINY, Clock, HandPool
from tests.cnn.training.test_workers import address, wait_for

__all__ = ["address"]  # the cluster of two workers

THREE = (
    Contestant("adam", TINY),
    Contestant("sgd", replace(TINY, optimizer=SGD())),
    Contestant("normalized", replace(TINY, layers=(LAYERS[0], BatchNorm2d(), *LAYERS[1:]))),
)
HOT = Contestant("hot", replace(TINY, optimizer=SGD(lr=1e6)))


class Track:
    """A registry whose slices are computed by hand."""

    def __init__(self, slots: int = 2) -> None:
        self.pool, self.clock = HandPool(slots), Clock()
        self.runs = Runs(self.pool, self.clock)

    def start(self, *contestants: Contestant, steps: int = 12, **more: Any) -> Race:
        return self.runs.start_race(contestants or THREE, steps, **more)

    def finish(self, race: Race) -> RaceView:
        while self.pool.calls:
            self.clock.now += 0.1
            self.pool.finish()
        return race.snapshot()


@pytest.fixture
def track() -> Iterator[Track]:
    one = Track()
    yield one
    one.runs.close()


def end(view: RaceView, place: int, seed: int = 0) -> Any:
    state = view.contestants[place].runs[seed].state
    assert state is not None
    return state


def alone(config: ExperimentConfig, steps: int) -> Any:
    """The weights after training in one go, in this process."""
    plan = Plan(steps)
    return advance(initial_state(config, plan), steps, plan=plan)[0].parameters


# An identical start --------------------------------------------------------------------------------------------------


def test_all_start_from_the_same_weights_and_see_the_same_batches(
    track: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernels: dict[str, list[bytes]] = {}
    batches: dict[str, list[bytes]] = {}
    computing = ""

    def spy(network: Network, loss: Loss, images: Any, labels: Any) -> BatchResult:
        kernels.setdefault(computing, []).append(network.parameters[network.slices["0.weight"]].tobytes())
        batches.setdefault(computing, []).append(images.tobytes() + labels.tobytes())
        return batch_gradient(network, loss, images, labels)

    monkeypatch.setattr(training, "batch_gradient", spy)
    race = track.start(*THREE, steps=12, trail=True)
    while track.pool.calls:
        given: Any = track.pool.calls[0].arguments[0]
        config = given if isinstance(given, ExperimentConfig) else given.config
        computing = replace(config, epochs=1).canonical()
        track.pool.finish()
    assert len(kernels) == len(THREE)
    assert len({weights[0] for weights in kernels.values()}) == 1, "one start"
    assert len({weights[1] for weights in kernels.values()}) == len(THREE), "and a way of one's own from there"
    first, *others = batches.values()
    assert len(first) == 12
    assert all(other == first for other in others)
    starts = [one.runs[0].trail[0].parameters for one in race.snapshot().contestants]
    np.testing.assert_array_equal(starts[0], starts[1])


def test_a_race_in_slices_ends_where_each_would_alone(track: Track) -> None:
    race = track.start(*THREE, Contestant("rich", replace(RICH, early_stopping=0)), steps=14)
    view = track.finish(race)
    for place, one in enumerate(race.contestants):
        run = view.contestants[place].runs[0]
        assert run.step == run.total_steps == 14
        np.testing.assert_array_equal(end(view, place).parameters, alone(one.config, 14))


def test_a_race_in_processes_ends_where_each_would_alone() -> None:
    pool = LokyPool(2)
    runs = Runs(pool)
    try:
        race = runs.start_race(THREE, steps=40, seeds=2)
        wait_for(lambda: race.snapshot().status.ended)
        _check_ends(race, 40)
    finally:
        runs.close()


def test_a_race_spreads_over_a_cluster(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, address)
    runs = Runs()
    try:
        race = runs.start_race(THREE, steps=40, seeds=2)
        wait_for(lambda: race.snapshot().status.ended)
        _check_ends(race, 40)
    finally:
        runs.close()


def _check_ends(race: Race, steps: int) -> None:
    view = race.snapshot()
    assert view.status is RaceStatus.FINISHED
    for place, one in enumerate(race.contestants):
        for seed in (0, 1):
            config = replace(one.config, seed=one.config.seed + seed)
            np.testing.assert_array_equal(end(view, place, seed).parameters, alone(config, steps))


# The course ----------------------------------------------------------------------------------------------------------


def test_the_epochs_become_as_many_as_the_steps_need_and_the_schedule_stretches_over_them(track: Track) -> None:
    race = track.start(Contestant("cosine", replace(TINY, schedule=Cosine(), epochs=1)), steps=12)
    run = track.finish(race).contestants[0].runs[0]
    assert (run.epochs, run.epoch_steps, run.step, run.total_steps) == (3, 5, 12, 12)
    assert run.records.learning_rate[-1] < run.records.learning_rate[0] / 5
    assert np.isfinite(run.records.validation_loss[[9, 11]]).all(), "after every tenth step, and at the end"


def test_measuring_more_often_changes_no_weights() -> None:
    often, seldom = Plan(12, validate_every=2), Plan(12)
    config = replace(RICH, early_stopping=0)
    ends = [run_slice(run_slice(config, 0, False, plan).state, 12, False, plan) for plan in (often, seldom)]
    np.testing.assert_array_equal(ends[0].state.parameters, ends[1].state.parameters)
    assert sum(one.validation_loss is not None for one in ends[0].records) == 6


def test_seconds_grow_with_the_steps(track: Track) -> None:
    view = track.finish(track.start())
    for one in view.contestants:
        seconds = one.runs[0].records.seconds
        assert (np.diff(seconds) >= 0).all()
        assert seconds[-1] > 0


def test_the_first_seed_leaves_a_trail_from_the_start(track: Track) -> None:
    race = track.start(steps=12, seeds=2, trail=True)
    view = track.finish(race)
    first, second = view.contestants[0].runs
    assert [one.step for one in first.trail] == list(range(13))
    assert second.trail == ()
    np.testing.assert_array_equal(first.trail[-1].parameters, end(view, 0).parameters)
    np.testing.assert_array_equal(first.trail[0].parameters, initial_state(TINY).parameters)


def test_a_trail_is_bounded_in_memory() -> None:
    assert is_due(3, 1000)
    assert not is_due(0, 2_000_000), "not even the first: a path of one point is none"
    for size in (10, 100_000):
        taken: list[Any] = []
        for step in range(700):
            if is_due(step, size):
                taken = thinned([*taken, type("At", (), {"step": step, "parameters": np.empty(size)})])
        assert taken[0].step == 0
        assert len(taken) * size <= 2_200_000
        assert len(taken) <= 65


# Who fails, fails alone ----------------------------------------------------------------------------------------------


def test_a_contestant_that_diverges_ends_alone(track: Track) -> None:
    view = track.finish(track.start(HOT, *THREE, seeds=2))
    assert view.status is RaceStatus.FINISHED
    assert {run.status for run in view.contestants[0].runs} == {Status.DIVERGED}
    assert view.contestants[0].diverged
    for one in view.contestants[1:]:
        assert {run.status for run in one.runs} == {Status.FINISHED}
    assert view.done == view.total


def test_a_contestant_without_images_fails_alone_with_a_sentence(track: Track) -> None:
    missing = replace(TINY, data=replace(TINY.data, source=Stored(key="0" * 32)))
    view = track.finish(track.start(Contestant("missing", missing), *THREE))
    run = view.contestants[0].runs[0]
    assert run.status is Status.FAILED
    assert run.error is not None
    assert run.error.code.startswith("data.")
    assert all(one.runs[0].status is Status.FINISHED for one in view.contestants[1:])


@pytest.mark.parametrize("rate", [0.0, -1.0, 1e9, float("nan"), float("inf")])
@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_no_contestant_can_have_an_impossible_rate(kind: str, rate: float) -> None:
    with pytest.raises(ConfigError):
        replace(TINY, optimizer=OPTIMIZERS[kind](lr=rate))


@pytest.mark.parametrize(
    ("contestants", "steps", "seeds", "code"),
    [
        ((), 10, 1, "no_contestants"),
        (THREE, 0, 1, "race_steps"),
        (THREE, 10**6, 1, "race_steps"),
        (THREE, 10, 0, "race_seeds"),
        (THREE, 10, 99, "race_seeds"),
        ([replace(THREE[0], name=str(n)) for n in range(MOST_RUNS + 1)], 10, 1, "race_size"),
        ((*THREE, THREE[0]), 10, 1, "race_names"),
    ],
)
def test_impossible_races_are_refused_with_a_sentence(
    track: Track, contestants: Any, steps: int, seeds: int, code: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        track.runs.start_race(contestants, steps, seeds)
    assert caught.value.code == f"training.{code}"
    assert not track.pool.calls


# Control -------------------------------------------------------------------------------------------------------------


def test_pausing_holds_everybody_and_resuming_goes_on(track: Track) -> None:
    race = track.start()
    assert race.snapshot().status is RaceStatus.PREPARING
    track.clock.now += 0.1
    track.pool.finish(5)
    assert race.snapshot().status is RaceStatus.RUNNING
    race.pause()
    assert track.finish(race).status is RaceStatus.PAUSED
    race.resume()
    assert track.finish(race).status is RaceStatus.FINISHED


def test_a_cancelled_race_stays_to_be_looked_at_and_never_goes_on(track: Track) -> None:
    race = track.start()
    track.pool.finish(6)
    race.cancel()
    view = track.finish(race)
    assert view.status is RaceStatus.CANCELLED
    assert 0 < view.done < view.total
    race.resume()
    assert not track.pool.calls


def test_a_race_is_found_by_its_token_sleeps_unwatched_and_is_freed(track: Track) -> None:
    race = track.start(seeds=2)
    assert track.runs.find_race(race.token) is race
    assert track.runs.find(race.token) is None
    assert len(track.runs) == 6
    track.clock.now += LEASE + 1
    track.pool.finish(2)
    assert race.snapshot().status is RaceStatus.ASLEEP
    race.watch()
    race.leave()
    track.clock.now += PARTING + 1
    track.pool.finish(2)
    assert race.snapshot().status is RaceStatus.ASLEEP
    race.watch()
    assert race.snapshot().status in (RaceStatus.PREPARING, RaceStatus.RUNNING)
    track.clock.now += FORGET + 1
    track.runs.sweep()
    assert track.runs.find_race(race.token) is None
    assert len(track.runs) == 0
    track.pool.finish(2)
    assert not track.pool.calls, "a freed race asks for nothing more"


def test_a_race_shares_one_turn_with_a_single_run(track: Track) -> None:
    many = [replace(THREE[0], name=str(n)) for n in range(8)]
    race = track.start(*many, steps=3000)
    single = track.runs.start(replace(TINY, epochs=1000))
    while single.snapshot().step < 300:
        track.clock.now += 0.02
        track.pool.finish()
    steps = [one.runs[0].step for one in race.snapshot().contestants]
    assert sum(steps) < 3 * 300, "eight contestants have not eight times the share of one run"
    assert sum(steps) > 300 / 3


def test_a_sweep_differs_in_nothing_but_the_rate() -> None:
    config = replace(TINY, optimizer=Momentum(momentum=0.8))
    entered = sweep(config)
    assert [one.config.optimizer.lr for one in entered] == list(RATES)
    assert len(set(RATES)) == len(RATES) == 7
    assert {one.config.canonical() for one in sweep(config, (0.02,))} == {config.canonical()}
    assert all(isinstance(one.config.optimizer, Momentum) and one.config.optimizer.momentum == 0.8 for one in entered)
    assert Adam().lr not in (0, 1)


def test_batches_are_the_same_where_images_sizes_and_seeds_are() -> None:
    def first_batch(config: ExperimentConfig) -> Any:
        images = prepare(config).images
        return images[batch_order(len(images), config.seed, 0)[: config.batch_size]]

    plain = RegularizationSettings().experiment()
    for same, config in [
        (True, WithWeightDecay().cure(plain)),
        (True, WithDropout().cure(plain)),
        (True, StopEarly().cure(plain)),
        (False, MoreData().cure(plain)),
        (False, replace(plain, batch_size=7)),
        (False, replace(plain, seed=1)),
    ]:
        assert same_batches([Contestant("a", plain), Contestant("b", config)]) is same
        assert np.array_equal(first_batch(plain), first_batch(config)) is same
    augmented = Contestant("b", WithAugmentation().cure(plain))
    assert not same_batches([Contestant("a", plain), augmented]), "each image is changed"
