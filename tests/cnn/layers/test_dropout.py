"""Dropout: how much is dropped, both scalings, and where its randomness comes from."""

import numpy as np
import pytest

import cnn
from cnn.layers import Dropout

SIZE = 20_000


def _built(layer: Dropout, shape: tuple[int, ...] = (SIZE,), seed: int = 0) -> Dropout:
    layer.build(shape, np.random.default_rng(seed), np.float64)
    return layer


@pytest.mark.parametrize("p", [0.0, 0.1, 0.3, 0.5, 0.9])
@pytest.mark.parametrize("scaling", ["inverted", "classic"])
def test_the_share_dropped_and_the_scale(p: float, scaling: str) -> None:
    y = _built(Dropout(p, scaling)).forward(np.ones((SIZE, 1)), training=True)
    assert np.mean(y == 0) == pytest.approx(p, abs=5 * np.sqrt(0.25 / SIZE) if p else 0)
    kept = y[y != 0]
    np.testing.assert_allclose(kept, 1 / (1 - p) if scaling == "inverted" else 1, rtol=2e-4)


@pytest.mark.parametrize("p", [0.1, 0.3, 0.8])
@pytest.mark.parametrize("scaling", ["inverted", "classic"])
def test_training_and_inference_agree_on_average(p: float, scaling: str) -> None:
    """At p = 0.5 the common mistake, scaling by p instead of 1 − p, would not show."""
    layer, x = _built(Dropout(p, scaling)), np.full((SIZE, 4), 2.0)
    trained, inferred = layer.forward(x, training=True).mean(), layer.forward(x).mean()
    assert trained == pytest.approx(inferred, rel=0.03)
    assert inferred == pytest.approx(2 if scaling == "inverted" else 2 * (1 - p), rel=1e-4)


@pytest.mark.parametrize("scaling", ["inverted", "classic"])
def test_backward_uses_the_mask_of_the_forward_pass(scaling: str) -> None:
    layer, rng = _built(Dropout(0.3, scaling), (3, 5, 4)), np.random.default_rng(1)
    x, dy = rng.random((5, 3, 4, 7)) + 1, rng.random((5, 3, 4, 7))
    y = layer.forward(x, training=True)
    np.testing.assert_allclose(layer.backward(dy), dy * y / x)


def test_each_call_draws_a_new_mask_and_reseeding_repeats_it() -> None:
    layer, x = _built(Dropout(0.5), (50,)), np.ones((50, 3))
    first, second = (layer.forward(x, training=True).copy() for _ in range(2))
    assert (first != second).any()
    layer.reseed(np.random.default_rng(0))
    np.testing.assert_array_equal(layer.forward(x, training=True), first)


@pytest.mark.parametrize("shape", [(1,), (3,), (5,)])
def test_any_number_of_units(shape: tuple[int, ...]) -> None:
    layer = _built(Dropout(0.5), shape)
    masks = np.stack([layer.forward(np.ones((*shape, 1)), training=True).copy() for _ in range(60)])
    assert ((masks == 0).any(axis=0) & (masks == 2).any(axis=0)).all()


def test_neighbouring_units_are_dropped_independently() -> None:
    y = _built(Dropout(0.5)).forward(np.ones((SIZE, 1)), training=True).ravel() - 1
    for lag in (1, 2, 3, 4, 8):
        assert abs(np.mean(y[lag:] * y[:-lag])) < 5 / np.sqrt(SIZE)


def test_a_network_gives_every_step_and_layer_its_own_mask() -> None:
    net = cnn.Network([cnn.Dropout(0.5), cnn.Dropout(0.5)], (200,), seed=3)
    x = np.ones((1, 200), np.float32)

    def masks(step: int) -> tuple[bytes, bytes]:
        net.begin_step(step)
        with net.recording() as tape:
            net.forward(x, training=True)
        return tape.outputs[0].tobytes(), (tape.outputs[1] / np.maximum(tape.outputs[0], 1)).tobytes()

    assert masks(1) == masks(1)
    assert masks(1) != masks(2)
    assert masks(1)[0] != masks(1)[1]
    np.testing.assert_array_equal(net.forward(x), x)
