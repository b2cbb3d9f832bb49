import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn.network import Network
from cnn.training import kernels
from cnn.training.kernels import MOST_SNAPSHOTS, Kernels
from cnn.training.record import History, Record
from tests.cnn.training.experiments import LAYERS


def record(step: int) -> Record:
    validated = step % 5 == 0
    return Record(
        step, (step - 1) // 10 + 1, float(step), step / 1000, 0.1 / step, step / 2 if validated else None,
        0.5 if validated else None,
    )  # fmt: skip


def test_columns_hold_one_row_per_update_while_there_is_room() -> None:
    history = History(rows=16)
    for step in range(1, 13):
        history.add(record(step))
    columns = history.columns()
    assert columns.step.tolist() == list(range(1, 13))
    assert columns.loss.tolist() == list(range(1, 13))
    assert columns.epoch.tolist() == [1] * 10 + [2] * 2
    assert columns.validated().step.tolist() == [5, 10]
    assert columns.validated().validation_loss.tolist() == [2.5, 5.0]


@settings(deadline=None)  # on a busy machine any call may take long
@given(st.integers(1, 300))
def test_long_histories_are_averaged_and_lose_no_update(updates: int) -> None:
    history = History(rows=16)
    for step in range(1, updates + 1):
        history.add(record(step), step / 10)
    columns, stride = history.columns(), history.stride
    assert len(columns.step) == -(-updates // stride) <= 16
    for row, last in enumerate(columns.step):
        covered = range(row * stride + 1, last + 1)
        assert columns.loss[row] == np.mean(covered)
        assert columns.learning_rate[row] == 0.1 / last
        assert columns.seconds[row] == last / 10
        measured = [step for step in covered if step % 5 == 0]
        expected = measured[-1] / 2 if measured else np.nan
        np.testing.assert_equal(columns.validation_loss[row], expected)


def test_columns_are_copies() -> None:
    history = History()
    history.add(record(1))
    history.columns().loss[:] = -1
    assert history.columns().loss.tolist() == [1.0]


@settings(deadline=None)
@given(st.integers(0, 5000))
def test_snapshots_stay_few_and_evenly_spaced(steps: int) -> None:
    kept: list[Kernels] = []
    for step in range(steps + 1):
        if kernels.is_due(step):
            kept = kernels.thinned([*kept, Kernels(step, {})])
    at = [one.step for one in kept]
    assert at[0] == 0
    assert len(at) <= MOST_SNAPSHOTS + 1
    assert len(set(np.diff(at))) <= 1
    assert steps - at[-1] < kernels.interval(steps)


def test_a_snapshot_holds_the_first_convolutions_and_is_a_copy() -> None:
    network = Network(LAYERS)
    before = network.state_dict()["0.weight"]
    snapshot = kernels.take(network, 3)
    network.parameters[:] = 0
    assert snapshot.step == 3
    assert list(snapshot.weights) == ["0.weight"]
    np.testing.assert_allclose(snapshot.weights["0.weight"], before, rtol=1e-3, atol=1e-6)
