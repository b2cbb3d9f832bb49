"""Pooling as the page shows it, against windows walked through one by one."""

import itertools

import numpy as np
import pytest

from cnn.errors import ShapeError
from cnn.explain.pooling import Array, PoolingSettings, change, changes, incoming, pool, shifted

SETTINGS = [
    PoolingSettings(),
    PoolingSettings(size=3, stride=2),
    PoolingSettings(size=3, stride=1, padding=1),
    PoolingSettings(size=2, stride=3),
    PoolingSettings(size=4, stride=2, padding=2, count_padding=False),
]
PICTURE = np.random.default_rng(3).integers(-3, 4, (7, 9)) / 2.0  # with ties


def windows(settings: PoolingSettings, shape: tuple[int, int]) -> list[tuple[int, int, list[tuple[int, int]]]]:
    """Each output cell with the cells of the picture in its window, in reading order."""
    stride, (height, width) = settings.stride, shape
    rows = (height + 2 * settings.padding - settings.size) // stride + 1
    columns = (width + 2 * settings.padding - settings.size) // stride + 1
    found: list[tuple[int, int, list[tuple[int, int]]]] = []
    for i, j in itertools.product(range(rows), range(columns)):
        taps = itertools.product(range(settings.size), repeat=2)
        cells = [(i * stride + a - settings.padding, j * stride + b - settings.padding) for a, b in taps]
        found.append((i, j, [(y, x) for y, x in cells if 0 <= y < height and 0 <= x < width]))
    return found


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("gradient", ["ones", "signs", "random"])
def test_the_maximum_keeps_the_largest_and_its_first_winner_gets_the_gradient(
    settings: PoolingSettings, gradient: str
) -> None:
    found = pool(settings.layers()["max"], PICTURE, gradient)
    output, taken, expected = np.zeros_like(found.output), np.zeros_like(PICTURE), np.zeros_like(PICTURE)
    for i, j, cells in windows(settings, (7, 9)):
        winner = max(cells, key=lambda cell: PICTURE[cell])  # the first of several
        output[i, j] = PICTURE[winner]
        taken[winner] += 1
        expected[winner] += found.gradient[i, j]
    np.testing.assert_array_equal(found.output, output)
    np.testing.assert_array_equal(found.taken, taken)
    np.testing.assert_allclose(found.input_gradient, expected, atol=1e-15)


@pytest.mark.parametrize("settings", SETTINGS)
def test_the_average_spreads_the_gradient_evenly(settings: PoolingSettings) -> None:
    found = pool(settings.layers()["average"], PICTURE, "random")
    output, expected = np.zeros_like(found.output), np.zeros_like(PICTURE)
    for i, j, cells in windows(settings, (7, 9)):
        area = settings.size**2 if settings.count_padding else len(cells)
        output[i, j] = sum(PICTURE[cell] for cell in cells) / area
        for cell in cells:
            expected[cell] += found.gradient[i, j] / area
    np.testing.assert_allclose(found.output, output, atol=1e-14)
    np.testing.assert_allclose(found.input_gradient, expected, atol=1e-14)


def test_windows_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ShapeError):
        pool(PoolingSettings(size=4, stride=4).layers()["max"], np.zeros((3, 3)))
    with pytest.raises(ShapeError):
        pool(PoolingSettings(size=2, padding=2).layers()["max"], np.zeros((6, 6)))


def test_gradients_to_send_back() -> None:
    np.testing.assert_array_equal(incoming("signs", (2, 3)), [[1, -1, 1], [-1, 1, -1]])
    random = incoming("random", (5, 5))
    assert np.abs(random).max() <= 1
    np.testing.assert_array_equal(random, incoming("random", (5, 5)))


def test_a_shifted_picture_loses_what_leaves_it() -> None:
    picture: Array = np.array([[1.0, 2.0, 3.0]])
    np.testing.assert_array_equal(shifted(picture, 0), picture)
    np.testing.assert_array_equal(shifted(picture, 1), [[0, 1, 2]])
    np.testing.assert_array_equal(shifted(picture, 4), [[0, 0, 0]])


def test_how_much_changes() -> None:
    assert change(np.array([3.0, 4.0]), np.array([3.0, 4.0])) == 0
    assert change(np.array([3.0, 4.0]), np.array([3.0, 9.0])) == 1
    assert change(np.zeros(2), np.zeros(2)) == 0
    assert change(np.zeros(2), np.ones(2)) == 1


def test_a_shift_within_a_window_leaves_the_pooled_map_as_it_was() -> None:
    picture = np.zeros((4, 4))
    picture[0, 0] = picture[2, 2] = 1  # each at the left of its window: one step to the right stays inside
    found = changes(PoolingSettings(), picture)
    assert found["max"][:2] == [0, 0]
    assert found["unpooled"][1] > 1
    assert all(len(one) == 5 for one in found.values())
