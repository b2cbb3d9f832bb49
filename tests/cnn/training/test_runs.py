from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from cnn.config import ExperimentConfig
from cnn.errors import ConfigError, ShapeError
from cnn.training import runs as registry
from cnn.training.advance import Slice, advance, initial_state, network_of
from cnn.training.run import LEASE, PARTING, Run
from cnn.training.runs import FORGET, MOST_RUNS, Runs
from cnn.training.view import RunView, Status
from tests.cnn.training.experiments import LAYERS, TINY, Clock, HandPool


class House:
    """A registry whose slices are computed by hand."""

    def __init__(self, slots: int = 1) -> None:
        self.pool, self.clock = HandPool(slots), Clock()
        self.runs = Runs(self.pool, self.clock)

    def start(self, config: ExperimentConfig = TINY, paused: bool = False) -> Run:
        return self.runs.start(config, paused)

    def finish(self, count: int = 1) -> None:
        self.clock.now += 0.1
        self.pool.finish(count)

    def until(self, run: Run, step: int) -> RunView:
        while run.snapshot().step < step:
            self.finish()
        return run.snapshot()


@pytest.fixture
def house() -> Any:
    one = House()
    yield one
    one.runs.close()
    assert one.pool.closed


def test_a_run_goes_from_preparing_to_finished(house: House) -> None:
    run = house.start()
    assert run.snapshot().status is Status.PREPARING
    assert run.snapshot().state is None
    house.finish()
    view = run.snapshot()
    assert (view.status, view.step, view.epoch, view.epoch_steps, view.total_steps) == (Status.RUNNING, 0, 0, 5, 15)
    view = house.until(run, 15)
    assert view.status is Status.FINISHED
    assert view.status.ended
    assert (view.epoch, view.epochs, view.seconds_left) == (3, 3, 0)
    assert view.records.step.tolist() == list(range(1, 16))
    assert view.validation_accuracy == view.records.validation_accuracy[-1]
    assert view.images_per_second > 0
    assert [one.step for one in view.kernels] == list(range(16))
    assert house.pool.calls == []
    assert view.state is not None
    np.testing.assert_array_equal(view.state.parameters, advance(initial_state(TINY), 15)[0].parameters)


def test_a_run_trains_on_from_weights_that_it_is_given(house: House) -> None:
    trained = network_of(advance(initial_state(TINY), 15)[0]).state_dict()
    run = house.runs.start(TINY, weights=trained)
    house.finish()

    def begins_with_them() -> bool:
        state = run.snapshot().state
        assert state is not None
        assert state.step == 0
        there = network_of(replace(state, parameters=state.good_parameters)).state_dict()
        np.testing.assert_array_equal(state.parameters, state.good_parameters)
        return all(np.array_equal(there[name], array) for name, array in trained.items())

    assert begins_with_them()
    view = house.until(run, 15)
    assert view.records.loss[0] < advance(initial_state(TINY), 1)[1][0].loss
    run.reset()
    house.finish()
    assert begins_with_them(), "Same weights are those it began with"
    run.new_seed(4)
    house.finish()
    assert not begins_with_them(), "New weights are random"


def test_weights_of_another_network_are_refused(house: House) -> None:
    run = house.runs.start(TINY, weights={"0.weight": np.zeros(3)})
    house.finish()
    assert isinstance(run.snapshot().error, ShapeError)


def test_pausing_is_not_submitting_and_resuming_goes_on(house: House) -> None:
    run = house.start()
    house.finish(2)
    run.pause()
    house.finish()
    view = run.snapshot()
    assert view.status is Status.PAUSED
    assert not house.pool.calls
    run.resume()
    assert run.snapshot().status is Status.RUNNING
    assert house.until(run, 15).status is Status.FINISHED


def test_started_paused_a_run_only_makes_its_first_weights(house: House) -> None:
    run = house.start(paused=True)
    house.finish()
    view = run.snapshot()
    assert view.status is Status.PAUSED
    assert view.state is not None
    assert [one.step for one in view.kernels] == [0]
    assert not house.pool.calls


def test_single_steps_pause_afterwards(house: House) -> None:
    run = house.start(paused=True)
    house.finish()
    run.step_batch()
    house.finish()
    assert (run.snapshot().step, run.snapshot().status) == (1, Status.PAUSED)
    for _ in range(2):
        run.step_epoch()
        while house.pool.calls:
            house.finish()
    assert (run.snapshot().step, run.snapshot().status) == (10, Status.PAUSED)


def test_reset_gives_the_same_weights_and_drops_a_slice_under_way(house: House) -> None:
    run = house.start()
    house.finish()
    first = run.snapshot().state
    house.finish()
    run.change(lr=0.5)
    under_way = house.pool.calls[0]
    run.reset()
    assert (run.snapshot().status, run.snapshot().step) == (Status.PREPARING, 0)
    house.finish(2)
    assert under_way not in house.pool.calls
    view = run.snapshot()
    assert (view.status, view.step, len(view.records.step), view.changes) == (Status.PAUSED, 0, 0, ())
    assert first is not None
    assert view.state is not None
    np.testing.assert_array_equal(view.state.parameters, first.parameters)
    assert view.config.optimizer.lr == 0.5


def test_a_new_seed_gives_other_weights(house: House) -> None:
    run = house.start(paused=True)
    house.finish()
    first = run.snapshot().state
    assert run.new_seed(5) == 5
    house.finish()
    second = run.snapshot().state
    assert first is not None
    assert second is not None
    assert (first.parameters != second.parameters).any()
    assert run.config.seed == 5
    assert run.new_seed() != run.new_seed()


def test_live_changes_act_from_the_next_slice_and_are_recorded(house: House) -> None:
    run = house.start()
    house.finish(2)
    step = run.snapshot().step
    run.change(lr=0.01)
    run.change(weight_decay=0.1, lr=0.02)
    assert run.config.optimizer.lr == 0.02
    assert run.snapshot().changes == ()  # a slice is under way
    house.finish()
    view = run.snapshot()
    assert view.step > step
    assert {(one.step, one.name, one.value) for one in view.changes} == {
        (view.step, "lr", 0.02),
        (view.step, "weight_decay", 0.1),
    }
    assert house.until(run, 15).records.learning_rate[-1] == 0.02
    with pytest.raises(ConfigError, match="batch_size cannot change"):
        run.change(batch_size=3)


def test_changes_before_the_first_weights_are_kept(house: House) -> None:
    run = house.start()
    run.change(lr=0.25)
    house.finish(3)
    assert run.snapshot().records.learning_rate[0] == 0.25
    assert [one.step for one in run.snapshot().changes] == [0]


def test_more_epochs_go_on_after_the_end(house: House) -> None:
    run = house.start()
    house.until(run, 15)
    run.change(epochs=4)
    assert house.until(run, 20).status is Status.FINISHED


def test_unwatched_runs_fall_asleep_wake_up_and_are_freed(house: House) -> None:
    run = house.start()
    house.finish(2)
    house.clock.now += LEASE + 1
    house.pool.finish()
    assert run.snapshot().status is Status.ASLEEP
    assert not house.pool.calls
    run.watch()
    assert run.snapshot().status is Status.RUNNING
    house.clock.now += FORGET + 1
    house.runs.sweep()
    assert house.runs.find(run.token) is None
    assert len(house.runs) == 0
    house.pool.finish()  # the slice under way: nobody takes it
    assert not house.pool.calls


def test_a_run_whose_watcher_has_left_falls_asleep_soon_unless_somebody_looks(house: House) -> None:
    run = house.start(replace(TINY, epochs=1000))
    run.leave()
    house.clock.now += PARTING - 1
    house.pool.finish()
    assert run.snapshot().status is Status.RUNNING, "a refresh takes a moment"
    house.clock.now += 2
    house.pool.finish()
    assert run.snapshot().status is Status.ASLEEP
    run.leave()
    run.watch()
    house.clock.now += LEASE - 1
    house.pool.finish()
    assert run.snapshot().status is Status.RUNNING


def test_leaving_late_prolongs_no_lease(house: House) -> None:
    run = house.start()
    house.clock.now += LEASE - 1
    run.leave()
    house.clock.now += 2
    assert run.snapshot().status is Status.ASLEEP


def test_watching_keeps_a_run_going(house: House) -> None:
    run = house.start(replace(TINY, epochs=1000))
    for _ in range(5):
        house.clock.now += LEASE - 1
        run.watch()
        house.pool.finish()
    assert run.snapshot().status is Status.RUNNING


def test_the_token_controls_and_the_view_id_shows(house: House) -> None:
    run = house.start()
    assert house.runs.find(run.token) is run
    assert house.runs.find(run.view_id) is None
    assert house.runs.view(run.token) is None
    view = house.runs.view(run.view_id)
    assert isinstance(view, RunView)
    assert not any(callable(getattr(view, name)) for name in vars(view) if name != "status")
    assert len(run.token) >= 32
    run.close()
    assert house.runs.find(run.token) is None
    assert house.runs.view(run.view_id) is None


def test_looking_does_not_renew_the_lease(house: House) -> None:
    run = house.start()
    house.clock.now += LEASE + 1
    view = house.runs.view(run.view_id)
    assert view is not None
    assert view.status is Status.ASLEEP


def test_the_run_unwatched_for_longest_makes_room(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "MOST_RUNS", 3)
    first, second, third = (house.start() for _ in range(3))
    house.clock.now += 5
    first.watch()
    third.watch()
    house.start()
    assert house.runs.find(second.token) is None
    assert house.runs.find(first.token) is first
    assert MOST_RUNS > 30


def test_divergence_is_explained_and_the_good_weights_stay(house: House) -> None:
    run = house.start(replace(TINY, optimizer=replace(TINY.optimizer, lr=1e6)))
    house.finish()
    first = run.snapshot().state
    while house.pool.calls:
        house.finish()
    view = run.snapshot()
    assert view.status is Status.DIVERGED
    assert view.error is not None
    assert "learning rate" in view.error.sentence("en")
    assert "学習率" in view.error.sentence("ja")
    assert view.state is not None
    assert first is not None
    np.testing.assert_array_equal(view.state.parameters, first.parameters)
    assert np.isfinite(view.records.loss).all()
    assert [one.step for one in view.kernels] == [0]
    run.reset()
    assert run.snapshot().error is None


def test_a_network_that_cannot_be_fails_with_its_sentence(house: House) -> None:
    run = house.start(replace(TINY, layers=(*LAYERS[:1], *LAYERS[3:], *LAYERS[:1])))
    house.finish()
    view = run.snapshot()
    assert view.status is Status.FAILED
    assert view.error is not None
    assert view.error.code.startswith("layers.")


def test_an_unexpected_error_fails_the_run_and_is_logged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    run = house.start()
    house.finish(2)
    house.pool.calls.pop().future.set_exception(KeyError("surprise"))
    view = run.snapshot()
    assert view.status is Status.FAILED
    assert view.error is not None
    assert "surprise" in str(view.error)
    assert view.state is not None
    assert "surprise" in caplog.text


def test_a_run_that_kills_its_process_twice_is_stopped_with_a_sentence(house: House) -> None:
    run = house.start()
    house.finish(2)
    house.pool.kill()
    assert run.snapshot().status is Status.RUNNING
    house.pool.kill()
    view = run.snapshot()
    assert view.status is Status.FAILED
    assert view.error is not None
    assert "killed twice" in str(view.error)
    assert house.pool.renewals == 2


def test_a_killed_slice_is_done_again_with_the_same_result(house: House) -> None:
    run = house.start()
    house.finish(2)
    house.pool.kill()
    view = house.until(run, 15)
    assert view.state is not None
    np.testing.assert_array_equal(view.state.parameters, advance(initial_state(TINY), 15)[0].parameters)
    assert view.records.step.tolist() == list(range(1, 16))


def test_slices_grow_to_the_length_wanted(house: House) -> None:
    run = house.start(replace(TINY, epochs=1000))
    house.finish()
    state = run.snapshot().state
    assert state is not None
    steps = [1]
    for _ in range(12):
        asked = house.pool.calls.pop()
        steps.append(asked.arguments[1])
        records = advance(state, 1)[1] * steps[-1]
        house.clock.now += 0.01 * steps[-1]
        asked.future.set_result(Slice(state, records, [], 5, 0.01 * steps[-1], 32 * steps[-1]))
    assert all(after <= 2 * before for before, after in pairwise(steps))
    assert steps[-1] == 20  # 0.2 s at 10 ms a step
    assert run.snapshot().images_per_second == pytest.approx(3200)


def test_waiting_runs_say_so(house: House) -> None:
    first, second = house.start(), house.start()
    house.finish(2)
    assert {first.snapshot().status, second.snapshot().status} == {Status.RUNNING, Status.WAITING}
