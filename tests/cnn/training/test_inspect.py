import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnn.activations import Softmax
from cnn.losses import CrossEntropy
from cnn.network import Network
from cnn.training import inspect
from cnn.training.advance import advance, initial_state, network_of, prepare
from tests.cnn.training.experiments import LAYERS, RICH

NETWORK = network_of(advance(initial_state(RICH), 10)[0])
DATA = prepare(RICH)


def test_statistics_describe_each_layer_and_change_nothing() -> None:
    before, running = NETWORK.parameters.copy(), NETWORK.buffers()
    found = inspect.statistics(NETWORK, CrossEntropy(), DATA.images[:32], DATA.labels[:32])
    assert [one.kind for one in found] == [
        "conv2d", "batch_norm2d", "relu", "max_pool2d", "flatten", "dropout", "linear",
    ]  # fmt: skip
    np.testing.assert_array_equal(NETWORK.parameters, before)
    for name, array in NETWORK.buffers().items():
        np.testing.assert_array_equal(array, running[name])
    head = found[-1]
    weights, gradients = NETWORK.state_dict()["6.weight"], NETWORK.gradients()["6.weight"]
    assert head.ratio == pytest.approx(np.linalg.norm(gradients) / np.linalg.norm(weights), rel=1e-5)
    assert head.weights is not None
    assert head.weights.counts.sum() == weights.size
    assert head.weights.mean == pytest.approx(weights.mean(), abs=1e-6)
    assert head.activations.counts.sum() == 32 * 10
    assert head.gradients is not None
    assert head.gradients.std == pytest.approx(gradients.std(), rel=1e-4)
    relu = found[2]
    assert (relu.weights, relu.ratio) == (None, None)
    assert relu.activations.edges[0] == 0


def test_statistics_of_a_network_that_ends_in_softmax() -> None:
    network = Network((*LAYERS, Softmax()))
    found = inspect.statistics(network, CrossEntropy(), DATA.images[:8], DATA.labels[:8])
    assert found[-1].ratio is not None
    assert found[-1].ratio > 0


def test_a_histogram_leaves_out_what_is_not_finite() -> None:
    one = inspect.histogram(np.array([1.0, np.nan, np.inf, 3.0], np.float32), bins=4)
    assert (one.counts.tolist(), one.mean) == ([1, 0, 0, 1], 2.0)
    assert inspect.histogram(np.array([np.nan])).counts.sum() == 0


def test_confusion_counts_true_classes_in_rows() -> None:
    one = inspect.confusion(NETWORK, DATA.validation_images, DATA.validation_labels, 10)
    predicted = NETWORK.predict(DATA.validation_images).argmax(axis=1)
    assert one.matrix.sum() == 40
    for truth, answer in zip(DATA.validation_labels, predicted, strict=True):
        assert one.matrix[truth, answer] > 0
    np.testing.assert_array_equal(one.matrix.sum(axis=1), np.bincount(DATA.validation_labels, minlength=10))
    np.testing.assert_array_equal(one.predicted, predicted)
    assert one.accuracy == pytest.approx((predicted == DATA.validation_labels).mean())


def test_the_surest_mistakes_come_first() -> None:
    found = inspect.mistakes(NETWORK, DATA.images, DATA.labels, count=5)
    probabilities = NETWORK.predict(DATA.images)
    wrong = probabilities.argmax(axis=1) != DATA.labels
    surest = np.sort(probabilities[wrong].max(axis=1))[::-1]
    assert [one.confidence for one in found] == pytest.approx(surest[:5])
    for one in found:
        assert one.label == DATA.labels[one.index]
        assert one.predicted == probabilities[one.index].argmax() != one.label
        assert one.confidence == pytest.approx(probabilities[one.index].max())


@given(arrays(np.float32, st.integers(1, 9), elements=st.floats(allow_nan=True, allow_infinity=True, width=32)))
def test_a_histogram_counts_any_numbers_that_are_finite(numbers: np.ndarray) -> None:
    found = inspect.histogram(numbers)
    assert found.counts.sum() == np.isfinite(numbers).sum()
    assert (np.diff(found.edges) > 0).all()


@pytest.mark.parametrize("value", [0.0, 1.0, -7.5, 1e9, 3e38, np.nextafter(np.float32(3e38), np.float32(0))])
def test_equal_numbers_share_a_bin_in_the_middle(value: float) -> None:
    found = inspect.histogram(np.full(5, value, np.float32))
    assert found.counts.max() == 5
    assert found.counts.argmax() in (len(found.counts) // 2 - 1, len(found.counts) // 2)
