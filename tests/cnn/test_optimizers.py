"""Optimizers against their formulas, one number at a time in plain Python."""

import numpy as np
import pytest

from cnn.optimizers import OPTIMIZERS, SGD, Adam, AdamW, Momentum, Nesterov, Optimizer, add_weight_decay
from cnn.options import options_of
from tests.cnn.update_rules import RULES

STEPS = 50
EVERY = pytest.mark.parametrize("name", OPTIMIZERS)


def _gradient(w: float, i: int) -> float:
    """Of a bowl that is steep in some directions, flat in others, and not there at all in the fifth."""
    return (w - 1) * (0.01, 1.0, 30.0, -0.2, 0.0)[i % 5]


@EVERY
@pytest.mark.parametrize("masked", [False, True])
def test_fifty_steps_follow_the_formula(name: str, masked: bool) -> None:
    optimizer = OPTIMIZERS[name](lr=0.01)
    start = np.random.default_rng(0).standard_normal(7)
    mask = np.array([1, 0, 1, 1, 0, 1, 0], np.float64) if masked else None
    params, slots = start.copy(), optimizer.new_slots(7, np.float64)
    expected = [float(w) for w in start]
    memory = [dict.fromkeys(optimizer.slots, 0.0) for _ in expected]
    for t in range(1, STEPS + 1):
        rate = 0.01 / t**0.5
        grads = np.array([_gradient(w, i) for i, w in enumerate(params)])
        optimizer.update(params, grads, slots, t, rate, mask)
        for i, w in enumerate(expected):
            decayed = mask is None or mask[i] == 1
            expected[i] = RULES[name](optimizer, w, _gradient(w, i), t, memory[i], rate, decayed)
    np.testing.assert_allclose(params, expected, rtol=1e-12, atol=0)
    for slot in optimizer.slots:
        np.testing.assert_allclose(slots[slot], [m[slot] for m in memory], rtol=1e-12, atol=0)


@EVERY
def test_long_vectors_are_updated_whole(name: str) -> None:
    optimizer, size = OPTIMIZERS[name](), 50_001
    rng = np.random.default_rng(1)
    params, grads = rng.standard_normal((2, size)).astype(np.float32)
    mask = rng.integers(0, 2, size).astype(np.float32)
    pick = np.array([0, 1, 16_383, 16_384, 32_768, 49_999, 50_000])
    few, few_slots = params[pick].copy(), optimizer.new_slots(len(pick))
    slots = optimizer.new_slots(size)
    for t in (1, 2):
        optimizer.update(params, grads, slots, t, None, mask)
        optimizer.update(few, grads[pick], few_slots, t, None, mask[pick])
    np.testing.assert_allclose(params[pick], few, rtol=1e-6)


@EVERY
def test_works_in_place_in_float32_and_leaves_the_gradient(name: str) -> None:
    optimizer: Optimizer = OPTIMIZERS[name]()
    params, grads = np.ones(5, np.float32), np.arange(5, dtype=np.float32)
    slots = optimizer.new_slots(5)
    held = params, *slots.values()
    optimizer.update(params, grads, slots, 1, np.float64(0.1))
    assert all(array.dtype == np.float32 for array in held)
    assert (params[1:] < 1).all(), "downhill"
    assert np.isfinite(params).all(), "a gradient of 0 must not divide 0 by 0"
    assert grads.tolist() == [0, 1, 2, 3, 4]
    assert set(slots) == set(optimizer.slots)


@EVERY
def test_the_rate_given_wins_over_the_option(name: str) -> None:
    start, results = np.ones(3), []
    for lr, given in ((0.05, None), (0.3, 0.05)):
        optimizer, params = OPTIMIZERS[name](lr=lr), start.copy()
        optimizer.update(params, np.arange(1.0, 4.0), optimizer.new_slots(3, np.float64), 1, given)
        results.append(params)
    np.testing.assert_array_equal(*results)


def test_momentum_approaches_its_steady_step() -> None:
    params, optimizer = np.zeros(1), Momentum(lr=0.01, momentum=0.9)
    slots = optimizer.new_slots(1, np.float64)
    for t in range(1, 300):
        optimizer.update(params, np.ones(1), slots, t)
    assert slots["v"][0] == pytest.approx(-0.01 / (1 - 0.9))


def test_nesterov_walks_sutskevers_path() -> None:
    """θ and v as in Sutskever 2013, eq. 3–4; our W is θ + αv, the point where the gradient is taken."""
    optimizer, alpha, rate = Nesterov(lr=0.02, momentum=0.9), 0.9, 0.02
    theta, velocity = 3.0, 0.0
    params, slots = np.array([3.0]), optimizer.new_slots(1, np.float64)
    for t in range(1, 30):
        optimizer.update(params, 4 * params, slots, t)
        velocity = alpha * velocity - rate * 4 * (theta + alpha * velocity)
        theta += velocity
        assert params[0] == pytest.approx(theta + alpha * velocity, rel=1e-12)


def test_adamw_does_not_decay_what_is_masked_out() -> None:
    params, optimizer = np.full(2, 5.0), AdamW(lr=0.1, weight_decay=0.5)
    optimizer.update(params, np.zeros(2), optimizer.new_slots(2, np.float64), 1, None, np.array([1.0, 0.0]))
    np.testing.assert_allclose(params, [5 * (1 - 0.05), 5])


def test_weight_decay_is_the_gradient_of_its_penalty() -> None:
    params, mask = np.array([1.0, -2.0, 3.0]), np.array([1.0, 1.0, 0.0])
    grads = np.full(3, 0.5)
    add_weight_decay(grads, params, 0.1, mask)
    np.testing.assert_allclose(grads, [0.6, 0.3, 0.5])
    add_weight_decay(grads, params, 0.0, mask)
    np.testing.assert_allclose(grads, [0.6, 0.3, 0.5])


def test_momentum_differs_from_one_with_the_rate_outside_only_once_the_rate_changes() -> None:
    """v ← αv − ηg, W ← W + v against v ← αv + g, W ← W − ηv; on the slope 1."""
    optimizer = Momentum(lr=0.1, momentum=0.9)
    inside, slots, outside, velocity = np.zeros(1), {"v": np.zeros(1)}, 0.0, 0.0
    moves: list[tuple[float, float]] = []
    for step, rate in enumerate([0.1] * 5 + [0.01] * 2, start=1):
        before = float(inside[0]), outside
        optimizer.update(inside, np.ones(1), slots, step, rate)
        velocity = 0.9 * velocity + 1
        outside -= rate * velocity
        moves.append((float(inside[0]) - before[0], outside - before[1]))
    assert all(own == pytest.approx(other) for own, other in moves[:5])
    assert moves[5] == pytest.approx((-0.378559, -0.0468559)), "the old velocity keeps the old rate"


def test_a_penalty_goes_through_adams_division_and_decoupled_decay_does_not() -> None:
    """Where data have no gradient: Adam's step is η whatever λ is; AdamW's is ηλW."""
    for decay in (0.01, 0.1):
        through, past = np.full(1, 5.0), np.full(1, 5.0)
        Adam(lr=0.1).update(through, decay * through, Adam().new_slots(1, np.float64), 1)
        AdamW(lr=0.1, weight_decay=decay).update(past, np.zeros(1), AdamW().new_slots(1, np.float64), 1)
        assert 5 - through[0] == pytest.approx(0.1, rel=1e-4)
        assert 5 - past[0] == pytest.approx(0.1 * decay * 5)


def test_learning_rates_change_while_training() -> None:
    live = {one.name for cls in OPTIMIZERS.values() for one in options_of(cls) if one.live}
    assert live == {"lr", "momentum", "weight_decay"}
    assert SGD(lr=1e6).lr == 1e6, "a rate that diverges can be chosen, to see it"
