"""Ways down a surface: the engine's steps, checked one number at a time; noise, memory, getting lost."""

import time
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import pytest

from cnn.explain.descent import Memory, memory, paths
from cnn.explain.optimizers import suited
from cnn.explain.surfaces import SURFACES, Bowl, Himmelblau, Quadratic, Rosenbrock, Surface
from cnn.optimizers import OPTIMIZERS, SGD, AdaGrad, Adam, Momentum, Optimizer
from tests.cnn.update_rules import RULES

STEPS = 50
SLOPES: dict[type[Surface], Callable[[float, float], tuple[float, float]]] = {
    Bowl: lambda x, y: (x / 10, 2 * y),
    Himmelblau: lambda x, y: (
        4 * x * (x**2 + y - 11) + 2 * (x + y**2 - 7),
        2 * (x**2 + y - 11) + 4 * y * (x + y**2 - 7),
    ),
    Rosenbrock: lambda x, y: (-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("kind", SLOPES)
def test_fifty_steps_are_those_of_the_published_rule(kind: type[Surface], name: str) -> None:
    surface = kind()
    # Slow enough that rounding is not blown up: a ravine doubles it with every swing.
    optimizer = OPTIMIZERS[name](lr=suited(OPTIMIZERS[name](), surface).lr / 4)
    (path,) = paths(surface, [optimizer], surface.start, STEPS)
    w, states = list(surface.start), [dict.fromkeys(optimizer.slots, 0.0) for _ in range(2)]
    for t in range(1, STEPS + 1):
        g = SLOPES[kind](*w)
        np.testing.assert_allclose(path.gradients[t - 1], g, rtol=1e-12, atol=1e-12)
        w = [RULES[name](optimizer, w[i], g[i], t, states[i], optimizer.lr, True) for i in range(2)]
        np.testing.assert_allclose(path.positions[t], w, rtol=1e-12, atol=1e-12)
        for slot in optimizer.slots:
            expected = [state[slot] for state in states]
            np.testing.assert_allclose(path.slots[slot][t], expected, rtol=1e-11, atol=1e-12)
    assert path.losses[-1] == pytest.approx(float(surface.value(*map(np.array, w))), rel=1e-11)


def test_what_is_recorded_is_what_the_optimizer_does() -> None:
    surface, optimizer = Bowl(), Adam(lr=0.3)
    (path,) = paths(surface, [optimizer], (3.0, 1.0), 5)
    w, slots = np.array([3.0, 1.0]), optimizer.new_slots(2, np.float64)
    for step in range(1, 6):
        optimizer.update(w, np.array(surface.gradient(*w)), slots, step)
        np.testing.assert_array_equal(path.positions[step], w)
        np.testing.assert_array_equal(path.slots["v"][step], slots["v"])


def test_each_goes_its_own_way_whoever_is_beside() -> None:
    surface = Quadratic()
    contestants = [suited(cls(), surface) for cls in OPTIMIZERS.values()]
    together = paths(surface, contestants, surface.start, 40, noise=0.3, seed=1)
    for one, path in zip(contestants, together, strict=True):
        (alone,) = paths(surface, [one], surface.start, 40, noise=0.3, seed=1)
        np.testing.assert_array_equal(path.positions, alone.positions)
        np.testing.assert_array_equal(path.gradients, alone.gradients)


def test_noise_is_seeded_and_the_same_for_all() -> None:
    surface = Bowl()
    sgd, slow = paths(surface, [SGD(lr=0.1), SGD(lr=1e-6)], surface.start, 400, noise=0.5, seed=3)
    slope = np.array(surface.gradient(*map(np.array, surface.start)))
    added = slow.gradients - np.column_stack(surface.gradient(*slow.positions.T))
    np.testing.assert_allclose(added, sgd.gradients - np.column_stack(surface.gradient(*sgd.positions.T)), atol=1e-12)
    assert added.std() == pytest.approx(0.5 * np.hypot(*slope), rel=0.1)
    other, same = (paths(surface, [SGD(lr=0.1)], surface.start, 400, noise=0.5, seed=seed)[0] for seed in (4, 3))
    assert not np.array_equal(other.positions, sgd.positions)
    np.testing.assert_array_equal(same.positions, sgd.positions)


def test_who_gets_lost_stops_and_the_others_go_on() -> None:
    wild, calm = paths(Bowl(), [SGD(lr=3.0), SGD(lr=0.5)], (-7.0, 2.0), 60)
    assert wild.lost is not None
    assert wild.last == wild.lost < 60
    assert np.isfinite(wild.positions[: wild.lost + 1]).all()
    assert np.isnan(wild.positions[wild.lost + 1 :]).all()
    assert calm.lost is None
    assert np.isfinite(calm.positions).all()
    left = wild.left(Bowl())
    assert left is not None
    assert not Bowl().holds(*wild.positions[left])
    assert Bowl().holds(*wild.positions[left - 1])
    assert calm.left(Bowl()) is None


@pytest.mark.parametrize("rate", [1e6, 1e-6])
@pytest.mark.parametrize("name", SURFACES)
def test_no_learning_rate_breaks_anything(name: str, rate: float) -> None:
    surface = SURFACES[name]()
    for path in paths(surface, [cls(lr=rate) for cls in OPTIMIZERS.values()], surface.start, 50):
        assert np.isfinite(path.positions[: path.last]).all()
        assert (path.lost is None) or rate == 1e6


def test_a_start_anywhere_is_a_start() -> None:
    for path in paths(Rosenbrock(), [SGD(), Adam(), AdaGrad()], (1e3, -1e3), 20):
        assert path.lost == 0
        assert path.left(Rosenbrock()) == 0
        assert path.losses[0] > 1e10


def test_what_slots_mean_is_found_out() -> None:
    found = {name: memory(cls) for name, cls in OPTIMIZERS.items()}
    assert found["sgd"] == Memory()
    assert found["momentum"] == found["nesterov"] == Memory("v", 1.0)
    assert found["adagrad"] == Memory(square="h", accumulates=True)
    assert found["rmsprop"] == Memory(square="h")
    assert found["adam"] == found["adamw"] == Memory("m", -1.0, "v")


def test_momentum_points_downhill_in_all_that_have_it() -> None:
    for path in paths(Bowl(), [Momentum(lr=0.1), Adam(lr=0.1)], (-7.0, 2.0), 3):
        direction = path.direction
        assert direction is not None
        assert direction[1, 0] > 0 > direction[1, 1]
    (plain,) = paths(Bowl(), [SGD()], (-7.0, 2.0), 3)
    assert plain.direction is None
    assert plain.square is None


def test_a_new_optimizer_goes_down_with_its_memory_known() -> None:
    class Signed(Optimizer):
        slots: ClassVar[tuple[str, ...]] = ("trace",)

        def rule(self, w: Any, g: Any, slots: Any, step: int, lr: Any) -> None:
            slots["trace"] += 0.5 * g
            w -= lr * np.sign(g)

    assert memory(Signed) == Memory("trace", -1.0)
    (path,) = paths(Bowl(), [Signed(lr=0.5)], (-7.0, 2.0), 3)
    np.testing.assert_allclose(path.positions[1], [-6.5, 1.5])


def test_a_zigzag_is_counted_and_measured() -> None:
    (path,) = paths(Bowl(), [SGD(lr=0.95)], (0.0, 2.0), 10)
    assert path.turns(10) == 9
    assert path.turns(1) == 0
    assert path.length(2) == pytest.approx(2 * 1.9 + 2 * 0.9 * 1.9)


def test_eight_optimizers_take_two_hundred_steps_at_once() -> None:
    """50 ms is the promise; processor time, so that a busy machine does not count, and some room for a slow one."""
    surface = Bowl()
    contestants = [suited(cls(), surface) for cls in OPTIMIZERS.values()]
    contestants.append(Adam(lr=0.1))
    best = min(_timed(lambda: paths(surface, contestants, surface.start, 200)) for _ in range(5))
    assert len(contestants) == 8
    assert best < 0.1


def _timed(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin
