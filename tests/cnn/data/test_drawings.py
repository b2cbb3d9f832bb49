"""A person's own digits: through JSON and back, drawn as the page draws them, and checked."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn.data import Drawing, drawings_from_json, drawings_to_dataset, drawings_to_json, parse_drawing, rasterize
from cnn.data.drawings import MOST_DRAWINGS, MOST_JSON
from cnn.errors import DataError

SEVEN = Drawing(7, (np.array([[0.0, 0], [60, 0], [20.25, 100]]), np.array([[10.0, 50], [50, 50]])))
DOT = Drawing(1, (np.array([[3.0, 3.0]]),), width=4.0)


def with_entries(*entries: object, **changed: object) -> str:
    return json.dumps({**json.loads(drawings_to_json([])), "drawings": list(entries), **changed})


def test_through_json_and_back():
    text = drawings_to_json([SEVEN, DOT])
    for form in (text, text.encode()):
        seven, dot = drawings_from_json(form)
        assert (seven.label, dot.label) == (7, 1)
        assert (seven.width, dot.width) == (SEVEN.width, 4.0)
        for one, other in zip(seven.strokes, SEVEN.strokes, strict=True):
            np.testing.assert_array_equal(one, other)
    assert drawings_to_json(drawings_from_json(text)) == text


def test_a_data_set_of_them_is_what_the_page_shows():
    dataset = drawings_to_dataset([SEVEN, DOT])
    np.testing.assert_array_equal(dataset.images[0, 0], np.rint(rasterize(SEVEN.strokes) * 255))
    np.testing.assert_array_equal(dataset.images[1, 0], np.rint(rasterize(DOT.strokes, 4.0) * 255))
    small = drawings_to_dataset([SEVEN], largest_scale=0.05)
    np.testing.assert_array_equal(small.images[0, 0], np.rint(rasterize(SEVEN.strokes, largest_scale=0.05) * 255))
    assert dataset.labels.tolist() == [7, 1]
    assert len(drawings_to_dataset([])) == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        b"\xff\xfe",
        "[]",
        "{}",
        "null",
        "[" * 100_000,
        with_entries(version=2),
        with_entries(format="other"),
        with_entries(drawings={}),
        with_entries(7),
        with_entries({"label": 1}),
        with_entries({"label": "1", "strokes": [[[0, 0]]]}),
        with_entries({"label": 10, "strokes": [[[0, 0]]]}),
        with_entries({"label": -1, "strokes": [[[0, 0]]]}),
        with_entries({"label": True, "strokes": [[[0, 0]]]}),
        with_entries({"label": 1, "strokes": []}),
        with_entries({"label": 1, "strokes": [[]]}),
        with_entries({"label": 1, "strokes": [[[0, float("nan")]]]}),
        with_entries({"label": 1, "strokes": [[[0, 1e99]]]}),
        with_entries({"label": 1, "strokes": [["ab"]]}),
        with_entries({"label": 1, "strokes": ["ab"]}),
        with_entries({"label": 1, "strokes": [[[0, 0, 0]]]}),
        with_entries({"label": 1, "strokes": [[[0, 0]] * 10_001]}),
        with_entries({"label": 1, "strokes": [[[0, 0]]], "width": 100}),
        with_entries({"label": 1, "strokes": [[[0, 0]]], "width": "2"}),
        with_entries(*[{"label": 1, "strokes": [[[0, 0]]]}] * (MOST_DRAWINGS + 1)),
        " " * (MOST_JSON + 1),
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(DataError) as raised:
        drawings_from_json(text)
    assert raised.value.sentence("ja")


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=150, deadline=None)
@given(json_values, json_values)
def test_no_payload_gets_further_than_a_sentence(label, strokes):
    try:
        drawing = parse_drawing({"label": label, "strokes": strokes})
    except DataError:
        return
    assert rasterize(drawing.strokes).any()
