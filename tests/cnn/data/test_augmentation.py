"""Augmentation: each amount does what it says, by seed, and min–max scaling beside it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from cnn.data import AUGMENTATIONS, Augmentation, digits, digits_uint8, min_max_scale
from cnn.data.augmentation import NoAugmentation, _moved, _thickened
from cnn.errors import ConfigError

IMAGES = digits_uint8(60, seed=1)[0]
STILL = np.zeros((2, 60), np.float32)
NONE, ONE = np.zeros(60, np.float32), np.ones(60, np.float32)


def slow_move(image: np.ndarray, shift: np.ndarray, angle: float, scale: float) -> np.ndarray:
    """Bilinear lookup pixel by pixel; blank outside."""
    size = len(image)
    middle = (size - 1) / 2
    moved = np.zeros((size, size))
    for row in range(size):
        for column in range(size):
            x, y = column - middle - shift[0], row - middle - shift[1]
            from_x = (np.cos(angle) * x + np.sin(angle) * y) / scale + middle
            from_y = (np.cos(angle) * y - np.sin(angle) * x) / scale + middle
            for near_y in (int(np.floor(from_y)), int(np.floor(from_y)) + 1):
                for near_x in (int(np.floor(from_x)), int(np.floor(from_x)) + 1):
                    if 0 <= near_y < size and 0 <= near_x < size:
                        weight = (1 - abs(from_x - near_x)) * (1 - abs(from_y - near_y))
                        moved[row, column] += weight * image[near_y, near_x]
    return moved


def test_moving_equals_the_slow_definition():
    rng = np.random.default_rng(0)
    images = rng.random((6, 2, 28, 28), dtype=np.float32)
    shift, angle, scale = rng.uniform(-3, 3, (2, 6)), rng.uniform(-0.7, 0.7, 6), rng.uniform(0.6, 1.5, 6)
    moved = _moved(images, *(amount.astype(np.float32) for amount in (shift, angle, scale)))
    for i in range(6):
        for channel in range(2):
            expected = slow_move(images[i, channel], shift[:, i], angle[i], scale[i])
            np.testing.assert_allclose(moved[i, channel], expected, atol=1e-4)


def test_nothing_moved_is_exact_and_whole_pixels_are_too():
    images = IMAGES.astype(np.float32)
    np.testing.assert_array_equal(_moved(images, STILL, NONE, ONE), images)
    right_and_down = _moved(images, np.stack([2 * ONE, ONE]), NONE, ONE)
    np.testing.assert_array_equal(right_and_down[..., 1:, 2:], images[..., :-1, :-2])
    assert not right_and_down[..., :1, :].any()


def test_thicker_is_the_3_by_3_maximum_and_thinner_the_minimum():
    images = digits(10, seed=3)[0]
    windows = np.lib.stride_tricks.sliding_window_view(images, (3, 3), axis=(2, 3))
    amount = np.ones(10, np.float32)
    inner = (..., slice(1, -1), slice(1, -1))
    np.testing.assert_allclose(_thickened(images, amount)[inner], windows.max(axis=(-1, -2)), atol=1e-6)
    np.testing.assert_allclose(_thickened(images, -amount)[inner], windows.min(axis=(-1, -2)), atol=1e-6)
    half = _thickened(images, amount / 2)
    np.testing.assert_allclose(half, (images + _thickened(images, amount)) / 2, atol=1e-6)


@pytest.mark.parametrize("name", list(AUGMENTATIONS))
@pytest.mark.parametrize("images", [IMAGES, IMAGES.astype(np.float32) / 255], ids=["uint8", "float"])
def test_every_augmentation_keeps_type_range_and_seed(name, images):
    before = images.copy()
    transform = AUGMENTATIONS[name]()
    one, same = (transform.apply(images, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(one, same)
    np.testing.assert_array_equal(images, before)
    assert one.dtype == images.dtype
    assert one.shape == images.shape
    assert one.min() >= 0
    assert one.max() <= images.max()


def test_images_change_each_in_its_own_way():
    one = np.repeat(IMAGES[:1], 20, axis=0)
    changed = Augmentation().apply(one, np.random.default_rng(0))
    assert len(np.unique(changed.reshape(20, -1), axis=0)) == 20


@pytest.mark.parametrize("option", ["shift", "rotate", "scale", "thickness"])
def test_an_option_at_zero_leaves_the_others_as_they_were(option):
    still = dict.fromkeys(("shift", "rotate", "scale", "thickness"), 0.0)
    rng = np.random.default_rng
    assert np.array_equal(Augmentation(**still).apply(IMAGES, rng(0)), IMAGES)
    alone = Augmentation(**{**still, option: 0.4}).apply(IMAGES, rng(0))
    assert not np.array_equal(alone, IMAGES)
    stronger = Augmentation(**{**still, option: 0.5}).apply(IMAGES, rng(0))
    difference = [np.abs(image.astype(int) - IMAGES).sum(axis=(1, 2, 3)) for image in (alone, stronger)]
    assert np.corrcoef(*difference)[0, 1] > 0.95  # the same images are changed most


def test_shift_is_in_pixels_and_within_its_range():
    x = np.arange(28)
    centre = (IMAGES * x).sum(axis=(1, 2, 3)) / IMAGES.sum(axis=(1, 2, 3))
    moved = Augmentation(shift=2, rotate=0, scale=0, thickness=0).apply(IMAGES, np.random.default_rng(0))
    way = (moved * x).sum(axis=(1, 2, 3)) / moved.sum(axis=(1, 2, 3)) - centre
    assert 1.5 < abs(way).max() < 2.1


def test_none_is_none_and_options_are_checked():
    assert NoAugmentation().apply(IMAGES, np.random.default_rng(0)) is IMAGES
    with pytest.raises(ConfigError):
        Augmentation(rotate=360)


@settings(max_examples=60, deadline=None)
@given(arrays(np.float64, array_shapes(max_dims=3), elements=st.floats(-1e308, 1e308)))
def test_min_max_scaling_ends_in_0_and_1(x):
    scaled = min_max_scale(x)
    assert scaled.min() >= 0
    assert scaled.max() <= 1
    if x.max() / 2 > x.min() / 2:
        assert scaled.min() == 0
        assert scaled.max() == 1
    else:
        assert not scaled.any()


def test_min_max_scaling_along_axes():
    x = np.array([[0, 5, 10], [7, 7, 7]])
    np.testing.assert_array_equal(min_max_scale(x, axis=1), [[0, 0.5, 1], [0, 0, 0]])
    np.testing.assert_array_equal(min_max_scale(x), x / 10)
    assert min_max_scale(x.astype(np.float32)).dtype == np.float32
    assert min_max_scale(np.empty((0, 3))).shape == (0, 3)
