import numpy as np
import pytest

from cnn.activations import ReLU, Softmax
from cnn.layers import BatchNorm2d, Conv2d, Flatten, Linear, MaxPool2d
from cnn.losses import CrossEntropy, Loss, SquaredError, one_hot
from cnn.network import Network
from cnn.outline import MICRO_BATCH
from cnn.training.gradient import batch_gradient

SHAPE = (1, 8, 8)
LAYERS = [Conv2d(3, 3), ReLU(), MaxPool2d(2), Flatten(), Linear(4)]


def batch(n: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.random((n, *SHAPE)), rng.integers(0, 4, n)


@pytest.mark.parametrize("count", [1, MICRO_BATCH, MICRO_BATCH + 1, 100])
def test_micro_batches_add_up_to_the_gradient_of_the_whole(count: int) -> None:
    net, (x, labels) = Network(LAYERS, SHAPE, dtype=np.float64), batch(count)
    loss, doutputs = CrossEntropy()(net.forward(x, training=True), labels)
    net.backward(doutputs)
    expected = net.gradient.copy()
    result = batch_gradient(net, CrossEntropy(), x, labels)
    np.testing.assert_allclose(net.gradient, expected, atol=1e-13)
    assert result.loss == pytest.approx(loss)
    assert result.count == count
    assert result.correct == np.sum(net.forward(x).argmax(axis=1) == labels)
    assert result.accuracy == result.correct / count


def test_batch_statistics_are_those_of_the_whole_batch() -> None:
    layers = [Conv2d(3, 3), BatchNorm2d(), *LAYERS[1:]]
    one, other = Network(layers, SHAPE, dtype=np.float64), Network(layers, SHAPE, dtype=np.float64)
    x, labels = batch(3 * MICRO_BATCH)
    batch_gradient(one, CrossEntropy(), x, labels)
    _, doutputs = CrossEntropy()(other.forward(x, training=True), labels)
    other.backward(doutputs)
    np.testing.assert_allclose(one.gradient, other.gradient, atol=1e-13)
    np.testing.assert_array_equal(one.buffers()["1.running_mean"], other.buffers()["1.running_mean"])


@pytest.mark.parametrize("loss", [CrossEntropy(), SquaredError("softmax")])
def test_losses_through_softmax_see_the_logits_before_a_final_softmax(loss: Loss) -> None:
    x, labels = batch(20)
    plain, soft = Network(LAYERS, SHAPE, dtype=np.float64), Network([*LAYERS, Softmax()], SHAPE, dtype=np.float64)
    assert batch_gradient(plain, loss, x, labels) == batch_gradient(soft, loss, x, labels)
    np.testing.assert_array_equal(plain.gradient, soft.gradient)


def test_squared_error_through_identity_sees_the_probabilities_of_a_final_softmax() -> None:
    x, labels = batch(20)
    plain, soft = Network(LAYERS, SHAPE, dtype=np.float64), Network([*LAYERS, Softmax()], SHAPE, dtype=np.float64)
    one = batch_gradient(soft, SquaredError("identity"), x, labels)
    other = batch_gradient(plain, SquaredError("softmax"), x, labels)
    assert one.loss == pytest.approx(other.loss)
    np.testing.assert_allclose(soft.gradient, plain.gradient, atol=1e-13)


def test_soft_targets_count_their_largest_class() -> None:
    net, (x, labels) = Network(LAYERS, SHAPE, dtype=np.float64), batch(40)
    hard = batch_gradient(net, CrossEntropy(), x, labels)
    soft = batch_gradient(net, CrossEntropy(), x, one_hot(labels, 4))
    assert soft.correct == hard.correct
    assert soft.loss == pytest.approx(hard.loss)


def test_parameters_stay_as_they_are() -> None:
    net, (x, labels) = Network(LAYERS, SHAPE), batch(40)
    before = net.parameters.copy()
    batch_gradient(net, CrossEntropy(), (x * 255).astype(np.uint8), labels)
    np.testing.assert_array_equal(net.parameters, before)
