"""Dropout's scalings: against numbers by hand, and on average."""

import numpy as np
import pytest

from cnn import shipped
from cnn.explain.dropout import SCALINGS, drop, maps_before_head

X = np.random.default_rng(0).uniform(0, 2, (8, 7, 7)).astype(np.float32)


def test_a_mask_by_hand() -> None:
    x = np.array([1.0, 2.0, 3.0, 4.0], np.float32)
    found = drop(x, 0.5, masks=6, at=3, seed=1)
    mask = found.mask
    assert set(mask.tolist()) <= {0.0, 1.0}
    assert found.kept == mask.sum()
    inverted, classic, mistaken = (found.scalings[name] for name in SCALINGS)
    np.testing.assert_allclose(inverted.output, mask * x * 2)
    np.testing.assert_allclose(classic.output, mask * x)
    np.testing.assert_allclose(mistaken.output, mask * x)
    assert inverted.training[2] == pytest.approx((mask * x * 2).mean())
    assert (inverted.inference, classic.inference, mistaken.inference) == pytest.approx((2.5, 1.25, 1.25))


@pytest.mark.parametrize("masks", [1, 2])
def test_few_masks_change_nothing_about_inference(masks: int) -> None:
    found = drop(X, 0.2, masks, at=1)
    assert found.scalings["classic"].inference == pytest.approx(0.8 * X.mean(), rel=1e-4)


@pytest.mark.parametrize("p", [0.05, 0.2, 0.5, 0.8])
def test_two_scalings_fit_and_the_third_is_off_by_p_over_1_minus_p(p: float) -> None:
    found = drop(X, p, masks=200, at=1)
    inverted, classic, mistaken = (found.scalings[name] for name in SCALINGS)
    assert inverted.ratio == pytest.approx(1, rel=0.02)
    assert classic.ratio == pytest.approx(1, rel=0.02)
    assert mistaken.ratio == pytest.approx(p / (1 - p), rel=0.02)
    assert inverted.inference == pytest.approx(X.mean(), rel=1e-5)
    assert mistaken.inference == pytest.approx(p * X.mean(), rel=1e-5)


def test_all_scalings_see_the_same_masks_and_each_mask_is_another_one() -> None:
    found = drop(X, 0.3, masks=50, at=1)
    inverted, classic, _ = (found.scalings[name].training for name in SCALINGS)
    np.testing.assert_allclose(inverted * 0.7, classic, rtol=1e-4)
    masks = {drop(X, 0.3, masks=50, at=at).mask.tobytes() for at in range(1, 51)}
    assert len(masks) == 50
    assert drop(X, 0.3, masks=50, at=7).mask.shape == X.shape


def test_the_running_mean_ends_at_the_average() -> None:
    one = drop(X, 0.4, masks=30, at=1).scalings["inverted"]
    assert one.running[0] == one.training[0]
    assert one.running[1] == pytest.approx(one.training[:2].mean())
    assert one.running[-1] == pytest.approx(one.average)


def test_nothing_dropped_and_nothing_there() -> None:
    whole = drop(X, 0.0, masks=3, at=2)
    assert whole.kept == X.size
    assert whole.scalings["mistaken"].inference == 0
    assert np.isnan(drop(np.zeros(10, np.float32), 0.2, masks=3, at=1).scalings["classic"].ratio)


@pytest.mark.parametrize("shape", [(28, 28), (6, 6), (40, 40)])
def test_the_maps_are_what_the_last_layer_is_given(shape: tuple[int, int]) -> None:
    network, picture = shipped.load(), np.random.default_rng(1).random(shape)
    maps = maps_before_head(network, picture)
    assert maps.shape == (32, 7, 7)
    head = network.state_dict()
    if shape == (28, 28):
        scores = head["7.weight"] @ maps.ravel() + head["7.bias"]
        np.testing.assert_allclose(scores, network.logits(picture[None, None].astype(np.float32))[0], atol=1e-4)
