"""Surfaces: gradients against differences, minima, what is shown; every registered one."""

import math

import numpy as np
import pytest

from cnn.explain.descent import paths
from cnn.explain.optimizers import suited
from cnn.explain.surfaces import HEIGHT, SURFACES, Quadratic, Surface, heights
from cnn.optimizers import SGD
from cnn.options import options_of

EVERY = pytest.mark.parametrize("name", SURFACES)


def variants(name: str) -> list[Surface]:
    """The surface as it comes, and with each option at its ends."""
    cls = SURFACES[name]
    return [cls(), *(cls(**{one.name: end}) for one in options_of(cls) for end in (one.low, one.high))]


@EVERY
def test_the_gradient_is_the_slope_of_the_value(name: str) -> None:
    for surface in variants(name):
        left, right, low, high = surface.window
        rng = np.random.default_rng(0)
        x, y = rng.uniform(left, right, 200), rng.uniform(low, high, 200)
        dx, dy = surface.gradient(x, y)
        step = 1e-5
        along_x = (surface.value(x + step, y) - surface.value(x - step, y)) / (2 * step)
        along_y = (surface.value(x, y + step) - surface.value(x, y - step)) / (2 * step)
        size = np.hypot(dx, dy).max()
        np.testing.assert_allclose(dx, along_x, rtol=1e-6, atol=1e-7 * size)
        np.testing.assert_allclose(dy, along_y, rtol=1e-6, atol=1e-7 * size)


@EVERY
def test_minima_are_the_lowest_places_of_the_window(name: str) -> None:
    for surface in variants(name):
        seen = heights(surface, 81)
        assert surface.least <= seen.base
        for x, y in surface.minima:
            assert surface.holds(x, y)
            assert float(surface.value(np.array(x), np.array(y))) == pytest.approx(surface.least, abs=1e-12)
            assert math.hypot(*surface.gradient(np.array(x), np.array(y))) < 1e-8


@EVERY
def test_from_its_start_plain_descent_goes_down(name: str) -> None:
    for surface in variants(name):
        assert surface.holds(*surface.start)
        (path,) = paths(surface, [suited(SGD(), surface)], surface.start, 200)
        assert path.lost is None
        assert path.losses[-1] < path.losses[0]


@EVERY
def test_heights_are_told_on_one_scale(name: str) -> None:
    seen = heights(SURFACES[name](), 41)
    rows, columns = seen.levels.shape
    assert (rows, columns) == (round(40 * HEIGHT) + 1, 41)
    assert seen.levels.min() == 0
    assert seen.levels.max() == pytest.approx(1)
    np.testing.assert_allclose(seen.base + seen.scale * np.expm1(seen.levels * seen.most), seen.loss, rtol=1e-9)
    np.testing.assert_allclose(seen.level(seen.loss), seen.levels, atol=1e-12)
    assert seen.y[0, 0] > seen.y[-1, 0], "the first row is at the top"
    assert (np.quantile(seen.levels, 0.2)) > 0.05, "the valley's floor has levels of its own"


def test_a_ravine_is_as_steep_as_its_condition_says_and_turned() -> None:
    surface = Quadratic(condition=100, angle=90)
    along, across = surface.value(np.array(0.0), np.array(1.0)), surface.value(np.array(1.0), np.array(0.0))
    assert across / along == pytest.approx(100)
    turned = Quadratic(condition=100, angle=30)
    valley = math.cos(math.radians(30)), math.sin(math.radians(30))
    assert float(turned.value(*map(np.array, valley))) == pytest.approx(0.5 / 100)


def test_at_the_saddle_the_gradient_is_0_and_it_is_no_minimum() -> None:
    saddle = SURFACES["saddle"]()
    zero, little = np.array(0.0), np.array(0.1)
    assert saddle.gradient(zero, zero) == (0, 0)
    assert saddle.value(little, zero) > saddle.value(zero, zero) > saddle.value(zero, little)
