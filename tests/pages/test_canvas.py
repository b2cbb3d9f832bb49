"""What the drawing pad sends may be anything: what is a drawing is taken, within limits, and nothing raises."""

import math
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cnn.data import rasterize
from pages.ui.canvas import MOST_POINTS, MOST_STROKES, NARROWEST, UNITS, WIDEST, WIDTH, Drawing, read_drawing

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=20,
)
messages = anything | st.fixed_dictionaries({"strokes": anything, "width": anything, "drawing": anything})
coordinates = st.floats(0, UNITS)
strokes = st.lists(st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=20), max_size=8)


def is_drawing(drawing: Drawing) -> bool:
    points = sum(len(stroke) for stroke in drawing.strokes)
    return (
        len(drawing.strokes) <= MOST_STROKES
        and points <= MOST_POINTS
        and all(stroke.ndim == 2 and stroke.shape[1] == 2 and len(stroke) for stroke in drawing.strokes)
        and all(np.isfinite(stroke).all() for stroke in drawing.strokes)
        and all(((stroke >= 0) & (stroke <= UNITS)).all() for stroke in drawing.strokes)
        and NARROWEST <= drawing.width <= WIDEST
    )


@given(messages)
def test_whatever_comes_a_drawing_results(message: Any):
    drawing = read_drawing(message)
    assert is_drawing(drawing)
    assert np.isfinite(rasterize(drawing.strokes, drawing.width)).all()


@given(strokes, st.floats(NARROWEST, WIDEST), st.booleans())
def test_a_drawing_arrives_as_it_was_sent(sent: list[Any], width: float, moving: bool):
    drawing = read_drawing({"strokes": sent, "width": width, "drawing": moving})
    assert [stroke.tolist() for stroke in drawing.strokes] == [np.float32(stroke).tolist() for stroke in sent]
    assert (drawing.width, drawing.moving, drawing.empty) == (width, moving, not sent)
    again = read_drawing(drawing.as_json())
    assert all(np.allclose(one, two, atol=0.06) for one, two in zip(again.strokes, drawing.strokes, strict=True))


def test_what_is_no_point_is_left_out_and_the_rest_stays():
    good = [[10, 20], [30, 40]]
    bad = [[math.nan, 1], [1, math.inf], ["1", 2], [1], [1, 2, 3], None, 7, [True, 2], [10**400, 1], [1e9, 1]]
    drawing = read_drawing({"strokes": [good + bad, bad, "no stroke", None]})
    assert [stroke.tolist() for stroke in drawing.strokes] == [good]


def test_points_beyond_the_edge_come_to_the_edge():
    (stroke,) = read_drawing({"strokes": [[[-5, 10], [UNITS + 300, UNITS]]]}).strokes
    assert stroke.tolist() == [[0, 10], [UNITS, UNITS]]


def test_what_is_too_much_is_ignored():
    many_points = read_drawing({"strokes": [[[i % UNITS, 1] for i in range(100_000)], [[1, 1]]]})
    assert [len(stroke) for stroke in many_points.strokes] == [MOST_POINTS]
    many_strokes = read_drawing({"strokes": [[[1, 1]]] * 100_000})
    assert len(many_strokes.strokes) == MOST_STROKES


def test_a_width_that_is_none_becomes_the_usual_one():
    assert read_drawing({"strokes": [], "width": math.nan}).width == WIDTH
    assert read_drawing({"strokes": [], "width": 100}).width == WIDEST
