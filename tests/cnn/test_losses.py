"""Losses against their definitions, and their gradients against differences."""

import math

import numpy as np
import pytest

from cnn.errors import DataError, ShapeError
from cnn.gradcheck import check_loss
from cnn.losses import LOSSES, CrossEntropy, Loss, SquaredError, one_hot, softmax

VARIANTS = [cls() for cls in LOSSES.values()] + [SquaredError(through="identity")]
EVERY = pytest.mark.parametrize("loss", VARIANTS, ids=repr)
RNG = np.random.default_rng(0)
OUTPUTS, LABELS = 2 * RNG.standard_normal((6, 4)), np.array([0, 3, 1, 1, 2, 0])


def test_cross_entropy_is_its_definition() -> None:
    expected = 0.0
    for row, label in zip(OUTPUTS, LABELS, strict=True):
        expected -= math.log(math.exp(row[label]) / sum(math.exp(a) for a in row)) / 6
    assert CrossEntropy()(OUTPUTS, LABELS)[0] == pytest.approx(expected)


@pytest.mark.parametrize("through", ["softmax", "identity"])
def test_squared_error_is_its_definition(through: str) -> None:
    expected = 0.0
    for row, label in zip(OUTPUTS, LABELS, strict=True):
        y = [math.exp(a) / sum(math.exp(b) for b in row) for a in row] if through == "softmax" else list(row)
        expected += 0.5 * sum((y[k] - (k == label)) ** 2 for k in range(4)) / 6
    assert SquaredError(through)(OUTPUTS, LABELS)[0] == pytest.approx(expected)


@EVERY
@pytest.mark.parametrize(
    "targets", [LABELS, one_hot(LABELS, 4), RNG.random((6, 4))], ids=["labels", "one_hot", "any_numbers"]
)
def test_gradient(loss: Loss, targets: np.ndarray) -> None:
    report = check_loss(loss, OUTPUTS, targets)
    assert report.passed(), report


@EVERY
def test_a_batch_in_parts_adds_up(loss: Loss) -> None:
    whole, gradient = loss(OUTPUTS, LABELS)
    parts = [loss(OUTPUTS[part], LABELS[part], total=6) for part in (slice(0, 4), slice(4, 6))]
    assert sum(value for value, _ in parts) == pytest.approx(whole)
    np.testing.assert_allclose(np.concatenate([part for _, part in parts]), gradient)


@EVERY
def test_arguments_stay_and_float32_stays(loss: Loss) -> None:
    outputs, targets = OUTPUTS.astype(np.float32), one_hot(LABELS, 4)
    kept = outputs.copy(), targets.copy()
    value, gradient = loss(outputs, targets)
    assert isinstance(value, float)
    assert gradient.dtype == np.float32
    np.testing.assert_array_equal(outputs, kept[0])
    np.testing.assert_array_equal(targets, kept[1])


def test_cross_entropy_of_a_sure_and_wrong_network_stays_finite() -> None:
    value, gradient = CrossEntropy()(np.array([[1e4, -1e4]], np.float32), np.array([1]))
    assert value == pytest.approx(2e4)
    np.testing.assert_allclose(gradient, [[1, -1]])


def test_only_losses_with_a_softmax_of_their_own_take_logits() -> None:
    assert [loss.through_softmax for loss in VARIANTS] == [True, True, False]


def test_softmax_rows_sum_to_one() -> None:
    np.testing.assert_allclose(softmax(OUTPUTS).sum(axis=1), 1)


def test_one_hot() -> None:
    assert one_hot(np.array([2, 0]), 3).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert one_hot(np.array([], np.int64), 3).shape == (0, 3)


@EVERY
@pytest.mark.parametrize("label", [-1, 4])
def test_a_label_without_an_output_is_refused(loss: Loss, label: int) -> None:
    with pytest.raises(DataError, match="0 to 3"):
        loss(OUTPUTS, np.array([0, 1, 2, 3, 0, label]))


@EVERY
@pytest.mark.parametrize("shape", [(5,), (6, 3), (6, 1), (4, 6)])
def test_targets_of_another_shape_are_refused(loss: Loss, shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError):
        loss(OUTPUTS, np.zeros(shape, np.int64))
