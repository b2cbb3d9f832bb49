"""The end of the network, against the formulas written out."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnn import shipped
from cnn.data import digits
from cnn.errors import ConfigError, ShapeError
from cnn.explain.loss import (
    LossSettings,
    as_text,
    belief,
    contributions,
    curves,
    losses,
    numbers,
    reach,
    regression,
    with_probability,
)
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
    even = np.zeros(10)
    found, p = curves(even, 0), curves(even, 0).probability
    np.testing.assert_allclose(found.cross_entropy, -np.log(p), rtol=1e-12)
    np.testing.assert_allclose(found.squared_error, 0.5 * ((1 - p) ** 2 + (1 - p) ** 2 / 9), rtol=1e-12)
    np.testing.assert_allclose(found.cross_entropy_slope, p - 1, atol=1e-12)
    # Sure and wrong: cross-entropy pulls with full force, squared error hardly at all.
    assert found.cross_entropy_slope[0] < -0.99
    assert abs(found.squared_error_slope[0]) < 0.01


scores_of_ten = arrays(np.float64, 10, elements=st.floats(-15, 15))


@settings(max_examples=25, deadline=None)  # two hundred losses each
@given(scores_of_ten, st.integers(0, 9))
def test_where_the_curves_stand_now_they_say_what_the_losses_are(scores: np.ndarray, target: int) -> None:
    now, found = losses(scores, target), curves(scores, target)
    present = found.probability.tolist().index(now.probabilities[target])
    assert found.cross_entropy[present] == now.cross_entropy
    assert found.squared_error[present] == now.squared_error
    assert found.cross_entropy_slope[present] == now.cross_entropy_gradient[target]
    assert found.squared_error_slope[present] == now.squared_error_gradient[target]
    assert (np.diff(found.probability) > 0).all()
    for end in reach(scores, target):
        if 0 < end < 1:
            assert np.abs(with_probability(scores, target, end)).max() <= 15 + 1e-6


@given(scores_of_ten, st.integers(0, 9))
def test_squared_error_never_pushes_with_more_than_half_of_what_cross_entropy_does(
    scores: np.ndarray, target: int
) -> None:
    now = losses(scores, target)
    strong, weak = (abs(one[target]) for one in (now.cross_entropy_gradient, now.squared_error_gradient))
    assert weak <= strong / 2 + 1e-15


@given(st.lists(st.integers(-3, 3), min_size=3, max_size=3), st.integers(0, 2))
def test_a_tie_is_no_belief(scores: list[int], target: int) -> None:
    found = belief(losses(np.array(scores, np.float64), target), target)
    tops = {place for place, score in enumerate(scores) if score == max(scores)}
    assert set(found.best) == tops
    assert (found.kind in ("tie", "torn")) == (len(tops) > 1)
    assert (found.kind in ("right", "tie")) == (target in tops)


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
