import pickle
from dataclasses import replace
from functools import cache

import loky
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn.config import ExperimentConfig
from cnn.data.sources import GeneratedDigits
from cnn.errors import ConfigError, ShapeError
from cnn.layers import Conv2d, Flatten, Linear
from cnn.training.advance import advance, initial_state, network_of, prepare, run_slice, with_head
from cnn.training.record import Record
from cnn.training.state import TrainingState, live_options
from cnn.training.workers import ONE_THREAD
from tests.cnn.training.experiments import LAYERS, RICH, TINY

STEPS = 10


def same(one: TrainingState, other: TrainingState) -> None:
    """Bit for bit."""
    assert one.step == other.step
    assert (one.ending, one.waited, one.best_loss) == (other.ending, other.waited, other.best_loss)
    assert one.changes == other.changes
    np.testing.assert_array_equal(one.parameters, other.parameters)
    np.testing.assert_array_equal(one.good_parameters, other.good_parameters)
    for name in one.slots:
        np.testing.assert_array_equal(one.slots[name], other.slots[name])
    for name in one.buffers:
        np.testing.assert_array_equal(one.buffers[name], other.buffers[name])


@cache
def straight(config: str) -> tuple[TrainingState, list[Record]]:
    return advance(initial_state({"tiny": TINY, "rich": RICH}[config]), STEPS)


@pytest.mark.parametrize(("name", "config"), [("tiny", TINY), ("rich", RICH)])
@given(cuts=st.sets(st.integers(1, STEPS - 1)))
@settings(max_examples=15, deadline=None)
def test_however_a_run_is_cut_it_is_the_same(name: str, config: ExperimentConfig, cuts: set[int]) -> None:
    state, records = initial_state(config), []
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), STEPS], strict=True):
        state, part = advance(pickle.loads(pickle.dumps(state)), end - start)
        records += part
        advance(initial_state(replace(config, seed=99)), 1)  # somebody else's slice in between
    expected, all_records = straight(name)
    same(state, expected)
    assert records == all_records


def test_a_worker_process_computes_the_same() -> None:
    with loky.ProcessPoolExecutor(max_workers=1, env=ONE_THREAD) as executor:
        state = initial_state(RICH)
        for steps in (1, 4, 5):
            state, _ = executor.submit(advance, state, steps).result()
    same(state, straight("rich")[0])


def test_advance_leaves_its_argument_alone() -> None:
    state = initial_state(RICH)
    before = pickle.dumps(state)
    advance(state, 3)
    assert pickle.dumps(state) == before


def test_a_run_ends_with_its_epochs() -> None:
    state, records = advance(initial_state(TINY), 1000)
    assert (state.step, len(records), state.ending) == (15, 15, "finished")
    assert advance(state, 5)[1] == []
    longer, more = advance(state.changed({"epochs": 4}), 1000)
    assert (longer.step, len(more)) == (20, 5)


def test_live_changes_are_keyed_to_their_step() -> None:
    state, _ = advance(initial_state(TINY), 4)
    state = state.changed({"lr": 0.02, "weight_decay": 0.01})
    assert [(one.step, one.name, one.value) for one in state.changes] == [(4, "lr", 0.02), (4, "weight_decay", 0.01)]
    whole, records = advance(state, 6)
    assert {record.learning_rate for record in records} == {0.02}
    cut, _ = advance(state, 1)
    cut, _ = advance(pickle.loads(pickle.dumps(cut)), 5)
    same(whole, cut)
    assert (whole.parameters != advance(initial_state(TINY), 10)[0].parameters).any()


def test_what_is_not_live_is_refused() -> None:
    assert live_options(RICH) == ("lr", "momentum", "weight_decay", "epochs")
    state = initial_state(TINY)
    with pytest.raises(ConfigError, match="momentum cannot change"):  # Adam has none
        state.changed({"momentum": 0.5})
    with pytest.raises(ConfigError, match="batch_size cannot change"):
        state.changed({"batch_size": 5})
    with pytest.raises(ConfigError, match="lr got -1"):
        state.changed({"lr": -1})


def test_divergence_is_the_same_however_the_run_is_cut() -> None:
    wild = replace(TINY, optimizer=replace(TINY.optimizer, lr=1e6))
    whole, records = advance(initial_state(wild), 5)
    cut = initial_state(wild)
    for _ in range(5):
        cut, _ = advance(cut, 1)
    same(whole, cut)
    assert whole.ending == "diverged"
    assert len(records) == 1
    same(whole, replace(initial_state(wild), ending="diverged"))


def test_the_head_follows_the_classes() -> None:
    layers = (Conv2d(2, 3), Flatten(), Linear(30), Linear(10))
    headed = with_head(replace(TINY, layers=layers), 17)
    assert [layer.units for layer in headed.layers if isinstance(layer, Linear)] == [30, 17]
    assert with_head(replace(TINY, layers=(Flatten(),)), 17).layers == (Flatten(),)


def test_impossible_layers_are_refused_at_the_start() -> None:
    with pytest.raises(ShapeError):
        initial_state(replace(TINY, layers=(Conv2d(2, 9, padding="valid"), *LAYERS, Conv2d())))


def test_prepare_is_made_once_and_split_by_seed() -> None:
    data = prepare(TINY)
    assert prepare(replace(TINY, batch_size=7)) is data
    assert (len(data.labels), len(data.validation_labels)) == (160, 40)
    other = replace(TINY, data=replace(TINY.data, source=GeneratedDigits(size=150)))
    assert len(prepare(other).labels) == 120


def test_a_slice_stops_at_the_epochs_end_and_takes_snapshots() -> None:
    first = run_slice(TINY, 0)
    assert first.state.step == 0
    assert [one.step for one in first.kernels] == [0]
    second = run_slice(first.state, 3, True)
    third = run_slice(second.state, 100, True)
    assert (second.state.step, third.state.step, third.epoch_steps) == (3, 5, 5)
    assert [one.step for one in third.kernels] == [4, 5]
    assert third.images == 64
    np.testing.assert_array_equal(
        third.kernels[-1].weights["0.weight"], network_of(third.state).state_dict()["0.weight"].astype(np.float16)
    )


def test_a_slice_counts_the_images_of_short_batches() -> None:
    config = replace(TINY, batch_size=48)  # 160 images: three batches and one of 16
    first = run_slice(config, 3)
    assert first.images == 144
    assert run_slice(first.state, 6).images == 16 + 144 + 16 + 48
