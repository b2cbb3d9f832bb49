"""The end of the network, against the formulas written out."""

import math

import numpy as np
import pytest

from cnn import shipped
from cnn.data import digits
from cnn.errors import ConfigError, ShapeError
from cnn.explain.loss import LossSettings, as_text, contributions, curves, losses, numbers, regression, with_probability
from cnn.layers import Conv2d, Flatten, Linear
from cnn.network import Network

SCORES = np.array([2.0, -1.0, 0.5, 3.0, 0.0, 0.0, -4.0, 1.0, 1.5, -0.25])


def test_the_parts_of_a_score_and_the_bias_sum_up_to_it() -> None:
    network, picture = shipped.load(), digits(1, seed=4)[0][0, 0]
    found = contributions(network, picture)
    assert found.parts.shape[0] == 10
    assert found.parts.ndim == 4
    np.testing.assert_allclose(found.parts.sum(axis=(1, 2, 3)) + found.bias, found.scores, atol=1e-4)
    np.testing.assert_allclose(found.scores, network.forward(picture[None, None])[0], atol=1e-6)


def test_features_that_are_no_maps_stay_a_vector() -> None:
    network = Network([Flatten(), Linear(6), Linear(3)], input_shape=(1, 4, 4), seed=1)
    assert contributions(network, np.ones((4, 4))).parts.shape == (3, 6)
    with pytest.raises(ShapeError):
        contributions(Network([Conv2d(2, 3)], input_shape=(1, 4, 4)), np.ones((4, 4)))


@pytest.mark.parametrize("target", [0, 3, 6])
def test_both_losses_and_their_gradients(target: int) -> None:
    found = losses(SCORES, target)
    exps = [math.exp(score) for score in SCORES]
    y = np.array([one / sum(exps) for one in exps])
    t = np.eye(10)[target]
    np.testing.assert_allclose(found.probabilities, y, rtol=1e-13)
    np.testing.assert_array_equal(found.target, t)
    assert found.cross_entropy == pytest.approx(-math.log(y[target]), rel=1e-13)
    assert found.squared_error == pytest.approx(0.5 * sum((y - t) ** 2), rel=1e-13)
    np.testing.assert_allclose(found.cross_entropy_gradient, y - t, atol=1e-15)
    by_hand = [sum((y[j] - t[j]) * y[j] * ((j == k) - y[k]) for j in range(10)) for k in range(10)]
    np.testing.assert_allclose(found.squared_error_gradient, by_hand, atol=1e-15)


def test_the_curves_are_the_losses_written_out() -> None:
    found, p = curves(), curves().probability
    np.testing.assert_allclose(found.cross_entropy, -np.log(p), rtol=1e-12)
    np.testing.assert_allclose(found.squared_error, 0.5 * ((1 - p) ** 2 + (1 - p) ** 2 / 9), rtol=1e-12)
    np.testing.assert_allclose(found.cross_entropy_slope, p - 1, atol=1e-12)
    # Sure and wrong: cross-entropy pulls with full force, squared error hardly at all.
    assert found.cross_entropy_slope[0] < -0.99
    assert abs(found.squared_error_slope[0]) < 0.01


@pytest.mark.parametrize("probability", [0.01, 0.5, 0.9])
def test_a_score_can_be_found_for_a_probability(probability: float) -> None:
    moved = with_probability(SCORES, 3, probability)
    assert losses(moved, 3).probabilities[3] == pytest.approx(probability, rel=1e-12)
    np.testing.assert_array_equal(np.delete(moved, 3), np.delete(SCORES, 3))


def test_regression_has_the_difference_as_its_gradient() -> None:
    loss, gradient = regression(np.array([1.0, -2.0]), np.array([0.5, 1.0]))
    assert loss == pytest.approx(0.5 * (0.25 + 9))
    np.testing.assert_array_equal(gradient, [0.5, -3.0])


def test_dragged_scores_travel_as_text() -> None:
    assert as_text(SCORES) == "2,-1,0.5,3,0,0,-4,1,1.5,-0.25"
    np.testing.assert_array_equal(numbers(as_text(SCORES), 10), SCORES)
    np.testing.assert_array_equal(numbers("99,-99", 10), [10, -10])
    assert as_text(np.array([-0.001, 1e-9])) == "0,0"
    assert LossSettings(scores=as_text(SCORES)).scores


@pytest.mark.parametrize("text", ["1", "a" * 10, "1," * 10, "", "1e9,0,0,0,0,0,0,0,0,0", "nan,0,0,0,0,0,0,0,0,0"])
def test_scores_of_a_link_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        LossSettings(scores=text)
