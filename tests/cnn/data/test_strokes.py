"""The rasteriser: where ink goes, what does not matter, and what it refuses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn.data.strokes import BOX, CENTRE, MOST_POINTS, SIZE, SOFTNESS, distance_field, rasterize, smoothed
from cnn.errors import DataError

SEVEN = [np.array([[0, 0], [60, 0], [20, 100]]), np.array([[10, 50], [50, 50]])]
coordinates = st.floats(-1000, 1000, width=32)
strokes_strategy = st.lists(
    st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=12), min_size=1, max_size=4
)


def slow_picture(strokes: list[np.ndarray], width: float) -> np.ndarray:
    """Segment by segment, every pixel, in float64: the drawing as the module's docstring describes it."""
    segments = [(a, b) for line in strokes for a, b in zip(line, line[1:] if len(line) > 1 else line, strict=False)]
    points = np.concatenate(strokes).astype(float)
    low, high = points.min(0), points.max(0)
    scale = (BOX - width) / max(high - low) if max(high - low) else 0.0
    placed = [((a - (low + high) / 2) * scale, (b - (low + high) / 2) * scale) for a, b in segments]
    lengths = [np.hypot(*(b - a)) for a, b in placed]
    masses = lengths if sum(lengths) else [1.0] * len(lengths)
    centre = sum((a + b) / 2 * mass for (a, b), mass in zip(placed, masses, strict=True)) / sum(masses)
    half = (high - low) / 2 * scale + width / 2
    shift = np.clip(CENTRE - centre, half, SIZE - half)
    pixels = np.stack(np.meshgrid(np.arange(SIZE), np.arange(SIZE)), axis=-1) + 0.5 - shift
    distance = np.min([distance_to_segment(pixels, a, b) for a, b in placed], axis=0) - width / 2
    return np.clip((SOFTNESS - distance) / (2 * SOFTNESS), 0, 1)


def distance_to_segment(points: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    square = (b - a) @ (b - a)
    t = np.clip((points - a) @ (b - a) / square, 0, 1) if square else np.zeros(points.shape[:-1])
    return np.linalg.norm(points - a - t[..., None] * (b - a), axis=-1)


@pytest.mark.parametrize("width", [1.0, 2.4, 6.0])
@pytest.mark.parametrize(
    "strokes",
    [
        SEVEN,
        [np.array([[3, 3]])],
        [np.array([[0, 0], [100, 40]]), np.array([[30, 80]])],
        [np.array([[0, 0], [0, 0], [5, 5], [5, 5]])],
    ],
    ids=["seven", "dot", "line and dot", "points twice"],
)
def test_equals_the_slow_definition(strokes, width):
    np.testing.assert_allclose(rasterize(strokes, width), slow_picture(strokes, width), atol=2e-5)


@settings(max_examples=25, deadline=None)
@given(strokes_strategy)
def test_equals_the_slow_definition_for_any_strokes(strokes):
    lines = [np.array(stroke, dtype=float) for stroke in strokes]
    if 0 < np.ptp(np.concatenate(lines), axis=0).max() < 1e-3:
        return  # rounding of the coordinates themselves is enlarged beyond any tolerance
    np.testing.assert_allclose(rasterize(lines), slow_picture(lines, 2.4), atol=2e-3)


@settings(max_examples=25, deadline=None)
@given(strokes_strategy, st.floats(0.01, 100), coordinates, coordinates)
def test_scale_and_place_do_not_matter(strokes, scale, x, y):
    lines = [np.array(stroke, dtype=float) for stroke in strokes]
    if 0 < np.ptp(np.concatenate(lines), axis=0).max() < 1:
        return
    moved = [line * scale + (x, y) for line in lines]
    np.testing.assert_allclose(rasterize(moved), rasterize(lines), atol=1e-3)


def test_points_between_others_change_nothing():
    divided = [np.stack([np.interp(np.linspace(0, len(s) - 1, 40 * (len(s) - 1) + 1), range(len(s)), s[:, i])
                         for i in (0, 1)], axis=1) for s in SEVEN]  # fmt: skip
    np.testing.assert_allclose(rasterize(divided), rasterize(SEVEN), atol=1e-4)


def test_ink_is_as_in_mnist():
    image = rasterize(SEVEN)
    assert image.shape == (SIZE, SIZE)
    assert image.dtype == np.float32
    assert image.min() == 0
    assert image.max() == 1
    rows = np.flatnonzero(image.max(axis=1) >= 0.5)
    assert rows[-1] - rows[0] + 1 == pytest.approx(BOX, abs=1)
    y, x = (np.indices((SIZE, SIZE)) * image).sum(axis=(1, 2)) / image.sum()
    assert (x, y) == pytest.approx((CENTRE - 0.5, CENTRE - 0.5), abs=0.5)
    assert image[rows[0]].sum() > 3 * image[rows[-1]].sum()  # a seven's bar is on top: y points down


def test_ink_stays_in_the_picture_where_its_mass_is_on_one_side():
    dense_corner = [np.random.default_rng(0).random((400, 2)), np.array([[0, 0], [100, 100]])]
    image = rasterize(dense_corner)
    rows = np.flatnonzero(image.max(axis=1) >= 0.5)
    assert rows[-1] - rows[0] + 1 == pytest.approx(BOX, abs=1)


def test_nothing_drawn_is_blank_and_a_tap_is_a_dot():
    assert not rasterize([]).any()
    assert not rasterize([[], np.empty((0, 2))]).any()
    dot = rasterize([[(123.0, -4.0)]])
    assert dot.sum() == pytest.approx(np.pi * 1.2**2, rel=0.15)
    assert dot[14, 14] == dot.max() == 1


def test_a_wider_pen_draws_more():
    sums = [rasterize(SEVEN, width).sum() for width in (1, 2, 3, 4, 6)]
    assert sums == sorted(sums)


@pytest.mark.parametrize(
    "strokes",
    [
        [[(0.0, float("nan")), (1.0, 1.0)]],
        [[(0.0, float("inf"))]],
        [[(0.0, 1e300), (1.0, 1.0)]],
        [[(0, 10**400)]],
        [np.zeros((MOST_POINTS + 1, 2))],
        [np.zeros((6000, 2)), np.zeros((6000, 2))],
        [[(1, 2, 3)]],
        [[1, 2, 3]],
        [[(1, 2), (3,)]],
        ["ab"],
        [{"x": 1}],
        [None],
        None,
        7,
        [[("a", "b")]],
    ],
)
def test_what_is_not_a_drawing_is_refused(strokes):
    with pytest.raises(DataError):
        rasterize(strokes)


@pytest.mark.parametrize("width", [0, -1, 0.1, 100, float("nan"), float("inf")])
def test_bad_pen_widths_are_refused(width):
    with pytest.raises(DataError, match="pen width"):
        rasterize(SEVEN, width)


def test_the_largest_drawing_is_drawn_soon():
    line = np.cumsum(np.random.default_rng(1).normal(size=(MOST_POINTS, 2)), axis=0)
    assert rasterize([line]).max() == 1


def test_windows_leave_nothing_out():
    """A batch of segments far apart gives the same pictures as each one alone."""
    rng = np.random.default_rng(2)
    start, end = (rng.uniform(-3, 31, (4, 2, 9)).astype(np.float32) for _ in range(2))
    half = rng.uniform(0.5, 3, (4, 9)).astype(np.float32)
    together = distance_field(start, end, half)
    for i in range(9):
        alone = distance_field(start[..., [i]], end[..., [i]], half[:, [i]])[..., 0]
        near = alone < SOFTNESS
        np.testing.assert_array_equal(together[..., i][near], alone[near])
        assert np.all(together[..., i][~near] >= SOFTNESS)


@settings(max_examples=25, deadline=None)
@given(strokes_strategy, st.floats(0.001, 10))
def test_a_drawing_is_enlarged_no_further_than_it_may_be(strokes, largest):
    lines = [np.array(stroke, dtype=float) for stroke in strokes]
    extent = np.ptp(np.concatenate(lines), axis=0).max()
    picture = rasterize(lines, largest_scale=largest)
    if extent * largest >= BOX - 2.4:
        np.testing.assert_array_equal(picture, rasterize(lines))
    else:
        rows, columns = np.nonzero(picture > 0.5)
        assert max(np.ptp(rows), np.ptp(columns)) <= extent * largest + 2.4


def test_a_trembling_pen_leaves_a_dot_where_enlarging_is_limited():
    trembling = rasterize([[(0, 0), (1, 0), (1, 1)]], largest_scale=0.4)
    assert trembling.sum() == pytest.approx(rasterize([[(0, 0)]]).sum(), rel=0.4)
    assert rasterize([[(0, 0), (1, 0), (1, 1)]]).sum() > 5 * trembling.sum()


@given(st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=12))
def test_a_smoothed_line_keeps_its_ends_and_stays_within_its_corners(points):
    line = np.array(points, dtype=float)
    smooth = smoothed(line)
    np.testing.assert_array_equal(smooth[[0, -1]], line[[0, -1]])
    assert (smooth >= line.min(axis=0) - 1e-9).all()
    assert (smooth <= line.max(axis=0) + 1e-9).all()


def test_a_smoothed_line_turns_gently():
    directions = np.diff(smoothed(np.array([[0.0, 0], [10, 0], [10, 10], [0, 10]])), axis=0)
    turns = np.abs(np.diff(np.unwrap(np.arctan2(directions[:, 1], directions[:, 0]))))
    assert turns.max() < np.radians(40)
