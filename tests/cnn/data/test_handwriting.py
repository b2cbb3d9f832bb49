"""Generated digits: the same for the same seed, different where they should be, and of the right kind."""

from functools import cache

import numpy as np
import pytest

from cnn.data import digits, handwriting, rasterize
from cnn.data.handwriting import digits_uint8, write
from cnn.data.strokes import BOX, CENTRE, WIDTH
from cnn.data.templates import spline_matrix, templates
from cnn.errors import DataError


def test_shapes_types_and_range():
    images, labels = digits(50, seed=3)
    assert images.shape == (50, 1, 28, 28)
    assert images.dtype == np.float32
    assert labels.dtype == np.int64
    assert images.min() == 0
    assert images.max() == 1
    np.testing.assert_array_equal(images, digits_uint8(50, seed=3)[0].astype(np.float32) / 255)


def test_the_same_seed_gives_the_same_images_and_another_seed_others():
    images, labels = digits_uint8(300, seed=7)
    again, labels_again = digits_uint8(300, seed=7)
    np.testing.assert_array_equal(images, again)
    np.testing.assert_array_equal(labels, labels_again)
    assert not np.array_equal(images, digits_uint8(300, seed=8)[0])


@pytest.mark.parametrize(("few", "many"), [(1, 2), (5, 400), (100, 200), (130, 131)])
def test_fewer_images_are_the_first_of_more_however_they_are_cut_into_blocks(few, many, monkeypatch):
    images, labels = digits_uint8(many, seed=1)
    monkeypatch.setattr(handwriting, "_BLOCK", 120)
    monkeypatch.setattr(handwriting, "_BATCH", 3)
    first, first_labels = digits_uint8(few, seed=1)
    np.testing.assert_array_equal(first, images[:few])
    np.testing.assert_array_equal(first_labels, labels[:few])


def test_every_ten_images_hold_each_digit_once_in_changing_order():
    labels = digits_uint8(500, seed=2)[1].reshape(-1, 10)
    np.testing.assert_array_equal(np.sort(labels, axis=1), np.tile(np.arange(10), (50, 1)))
    assert len(np.unique(labels, axis=0)) > 40


def test_variation_is_how_far_images_are_from_their_template():
    bare = digits(100, seed=4, variation=0)[0]
    distances = [np.abs(digits(100, seed=4, variation=v)[0] - bare).mean() for v in (0, 0.3, 0.6, 1, 1.5)]
    assert distances[0] == 0
    assert distances == sorted(distances)
    # Without variation there are no more different pictures than templates.
    assert len(np.unique(bare.reshape(100, -1), axis=0)) <= sum(len(group) for group in templates())


@cache
def bare_pictures(digit: int) -> np.ndarray:
    """Every template of a digit as a person's strokes, drawn by :func:`rasterize`."""
    pictures = []
    for template in templates()[digit]:
        points = template.spline @ template.control - 0.5
        points[:, 0] -= np.float32(0.10) * points[:, 1]  # the mean slant
        breaks = template.first[np.flatnonzero(np.diff(template.first) > 1) + 1]
        pictures.append(rasterize(np.split(points, breaks), 1.4 * WIDTH if "thick" in template.tags else WIDTH))
    return np.array(pictures)


def test_training_digits_and_drawings_come_from_one_rasteriser():
    """A template drawn by hand, so to speak, is the generated digit without variation."""
    images, labels = digits(200, seed=0, variation=0)
    for image, label in zip(images[:, 0], labels.tolist(), strict=True):
        nearest = np.abs(image - bare_pictures(label)).max(axis=(1, 2)).min()
        assert nearest < 0.06  # the edges are 0.625 pixels soft, those of drawings 0.6


def test_digits_are_placed_as_in_mnist():
    images = digits(300, seed=5, variation=0)[0][:, 0]
    y, x = (np.indices((28, 28))[:, None] * images).sum(axis=(2, 3)) / images.sum(axis=(1, 2))
    assert abs(x - (CENTRE - 0.5)).max() < 1.2
    assert abs(y - (CENTRE - 0.5)).max() < 1.2
    dark = images >= 0.5
    longer = np.maximum(dark.any(axis=1).sum(axis=1), dark.any(axis=2).sum(axis=1))
    assert abs(longer - BOX).max() <= 1


@pytest.mark.parametrize(
    ("n", "seed", "variation"), [(-1, 0, 1), (10**9, 0, 1), (1, -1, 1), (1, 0, -0.1), (1, 0, float("nan")), (1, 0, 9)]
)
def test_nonsense_is_refused(n, seed, variation):
    with pytest.raises(DataError):
        digits(n, seed, variation)


def test_none_at_all():
    images, labels = digits(0)
    assert images.shape == (0, 1, 28, 28)
    assert labels.shape == (0,)


def test_templates_are_sound():
    groups = templates()
    assert len(groups) == 10
    for digit, group in enumerate(groups):
        assert len(group) >= 5
        for template in group:
            assert template.label == digit
            assert template.weight > 0
            assert template.control.min() > -0.3
            assert template.control.max() < 1.4
            np.testing.assert_allclose(template.spline.sum(axis=1), 1, atol=1e-5)  # moves with its control points
            assert template.first.max() + 1 == len(template.spline) - 1


def test_a_stroke_runs_through_its_control_points_and_turns_at_its_corners():
    line = np.array([[0, 0], [1, 0], [1, 1], [0, 1.0]])
    smooth, sharp = (spline_matrix(line, corners) @ line for corners in ([], [1, 2]))
    for points in (smooth, sharp):
        assert np.hypot(*(points[:, None] - line).transpose(2, 0, 1)).min(axis=0).max() < 0.05
    assert smooth[:, 0].max() > 1.02  # swings out
    assert sharp.max() <= 1 + 1e-9  # three straight lines
    assert sharp.min() >= -1e-9


@pytest.mark.parametrize("digit", range(10))
def test_written_strokes_are_the_digit_that_was_asked_for(digit):
    strokes = write(digit, seed=4, variation=0)
    drawn = np.array([rasterize(strokes, width) for width in (WIDTH, 1.4 * WIDTH)])
    away = np.abs(drawn[:, None] - bare_pictures(digit)).max(axis=(2, 3))
    assert away.min() < 1e-3


def test_writing_follows_its_seed_and_variation():
    one, same, other = (np.concatenate(write(4, seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert one.shape != other.shape or not np.array_equal(one, other)
    for bad in ({"digit": 10}, {"digit": -1}, {"digit": 3, "seed": -1}, {"digit": 3, "variation": 7}):
        with pytest.raises(DataError):
            write(**bad)
