"""The grid's messages: values arrive exactly, scales are centred, what a browser selects exists."""

from base64 import b64decode
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from cnn.explain.receptive import ReceptiveField
from pages.ui.grid import Cell, Edit, Mosaic, Reads, read_cell, read_edit
from pages.ui.grid.mosaic import message as _message
from pages.ui.texts import Texts

WORDS = Texts("grid", "en")
maps = arrays(np.float32, array_shapes(min_dims=3, max_dims=3, max_side=6), elements=st.floats(-1e4, 1e4, width=32))


def values(message: dict[str, Any]) -> np.ndarray:
    """What the browser makes of the message (decode in grid.js)."""
    packed = b64decode(message["values"])
    if message["levels"] is None:
        return np.frombuffer(packed, "<f4")
    places = np.frombuffer(packed, np.uint8)
    if message["levels"]:
        return np.frombuffer(b64decode(message["levels"]), "<f4")[places]
    return message["low_level"] + message["step"] * places


@given(maps)
def test_values_arrive_exactly(tiles: np.ndarray):
    message = _message(Mosaic(tiles), WORDS, coarse=False)
    assert values(message).tolist() == tiles.ravel().tolist()
    assert (message["count"], message["height"], message["width"]) == tiles.shape


@pytest.mark.parametrize("distinct", [1, 3, 256, 257])
def test_many_cells_of_few_values_arrive_exactly_and_small(distinct: int):
    known = np.linspace(-1, 1, distinct, dtype=np.float32)
    tiles = known[np.arange(100 * 8 * 8) % distinct].reshape(100, 8, 8)
    tiles[0, 0, 0] = np.nan if distinct < 256 else known[0]
    message = _message(Mosaic(tiles), WORDS, coarse=False)
    np.testing.assert_array_equal(values(message), tiles.ravel())
    assert (len(message["values"]) < 2 * tiles.size) == (distinct <= 256)


@given(maps, st.sampled_from(["signed", "magnitude"]))
def test_coarse_values_are_within_half_a_level(tiles: np.ndarray, scale: Any):
    tiles = np.abs(tiles) if scale == "magnitude" else tiles
    message = _message(Mosaic(tiles, scale=scale), WORDS, coarse=True)
    assert len(message["values"]) <= tiles.size * 4 / 3 + 4
    assert np.abs(values(message) - tiles.ravel()).max() <= message["step"] * 0.51


def test_a_signed_scale_is_centred_and_zero_stays_zero():
    message = _message(Mosaic(np.array([[[-1.0, 0.0], [2.0, 0.5]]])), WORDS, coarse=True)
    assert (message["low"], message["high"]) == (-2, 2)
    assert message["range_labels"] == ["−2", "2"]
    assert values(message)[1] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("coarse", [False, True])
@pytest.mark.parametrize("value", [0, 2.83e-43, 1e-38])
def test_maps_of_nothing_still_have_a_scale(value: float, coarse: bool):
    message = _message(Mosaic(np.full((2, 3, 3), value, np.float32)), WORDS, coarse=coarse)
    assert (message["low"], message["high"]) == (-1, 1)
    assert np.abs(values(message)).max() < 1e-12


@given(st.integers(1, 4096))
def test_every_unit_of_a_vector_has_its_cell(units: int):
    message = _message(Mosaic(np.arange(units)), WORDS, coarse=False)
    sent = values(message)
    assert len(sent) == message["height"] * message["width"]
    assert sent[:units].tolist() == list(range(units))
    assert np.isnan(sent[units:]).all()
    assert message["height"] * message["cell"] <= 224


def test_the_receptive_field_travels_along():
    field = ReceptiveField((-2, -2), (2, 2), (6, 6), (7, 7))
    message = _message(Mosaic(np.zeros(49), field=field), WORDS, coarse=False)
    assert message["field"] == {**field.as_json(), "picture": (28, 28)}


cells = st.fixed_dictionaries({name: st.integers(-2, 5) for name in ("mosaic", "map", "row", "column")})
nonsense = st.none() | st.text() | st.lists(st.integers()) | st.dictionaries(st.text(), st.floats())


@given(cells | nonsense)
def test_only_a_cell_that_exists_is_selected(message: Any):
    mosaics = [Mosaic(np.zeros((2, 3, 4))), Mosaic(np.zeros(5))]
    cell = read_cell(message, mosaics)
    if cell is None:
        return
    shape = [(2, 3, 4), (1, 5, 1)][cell.mosaic]
    assert 0 <= cell.map < shape[0]
    assert 0 <= cell.row < shape[1]
    assert 0 <= cell.column < shape[2]


def test_a_selected_cell_is_read():
    message = {"mosaic": 1, "map": 0, "row": 4, "column": 0}
    assert read_cell(message, [Mosaic(np.zeros((2, 3, 4))), Mosaic(np.zeros(5))]) == Cell(1, 0, 4, 0)
    assert read_cell({**message, "row": True}, [Mosaic(np.zeros(5))] * 2) is None


def test_what_a_cell_is_made_of_travels_along():
    reads = Reads(0, (2, 3), (3, 2), kernel=1, bias=(0.5,), sums=np.array([[[1.5, -2.0]]]), function="ReLU")
    sent = _message(Mosaic(np.zeros((1, 1, 2)), reads=reads), WORDS, coarse=False)["reads"]
    assert np.frombuffer(b64decode(sent.pop("sums")), "<f4").tolist() == [1.5, -2.0]
    assert sent == {
        "source": 0, "stride": (2, 3), "size": (3, 2), "kernel": 1, "own": False, "bias": (0.5,), "function": "ReLU",
    }  # fmt: skip
    assert _message(Mosaic(np.zeros((1, 1, 2))), WORDS, coarse=False)["reads"] is None


def test_only_signs_that_are_there_are_explained():
    def legend(**signs: Any) -> list[tuple[str, str]]:
        return _message(Mosaic(np.zeros((1, 3, 3)), **signs), WORDS, coarse=False)["legend"]

    some = np.eye(3, dtype=bool)
    assert legend() == legend(hatched=some & False) == legend(padding=(0, 0, 0, 0)) == []
    assert legend(padding=(0, 1, 0, 0)) == [("hatched", WORDS("padding"))]
    assert legend(hatched=some, hatched_label="zeros") == [("hatched", "zeros")]
    assert legend(unread=(0, 1)) == [("unread", WORDS("unread"))]
    assert legend(marks=some[None], marks_label="winner") == [("mark", "winner")]


typed = st.fixed_dictionaries({"mosaic": st.integers(-1, 3), "cells": st.lists(st.lists(st.integers() | st.text()))})


@given(typed | nonsense)
def test_only_cells_that_may_be_changed_are_changed(message: Any):
    mosaics = [Mosaic(np.zeros((2, 3, 4))), Mosaic(np.zeros((2, 2, 2)), edit="numbers")]
    edit = read_edit(message, mosaics)
    if edit is not None:
        assert edit.mosaic == 1
        assert all(place in np.ndindex(2, 2, 2) for place in edit.cells)
        assert all(len(text) <= 40 for text in edit.cells.values())


def test_a_change_is_read_and_merged():
    maps = np.arange(12.0).reshape(2, 2, 3)
    message = {"mosaic": 0, "cells": [[0, "7"], [10, "-1.5"], [12, "9"], [True, "9"], [3]]}
    edit = read_edit(message, [Mosaic(maps, edit="numbers")])
    assert edit == Edit(0, {(0, 0, 0): "7", (1, 1, 1): "-1.5"})
    merged = edit.merged(maps, float)
    assert (merged[0, 0, 0], merged[1, 1, 1]) == (7, -1.5)
    assert (merged != maps).sum() == 2
    assert maps[0, 0, 0] == 0


def test_maps_that_belong_together_travel_with_their_notes():
    mosaic = Mosaic(
        np.zeros((4, 2, 2)), names=("a", "b", "c", "d"), groups=(0, 0, 1, 1), group_notes=("mean 0", "mean 1"),
        line_labels=("1", "2"), map_labels=("x", "y"), across=2,
    )  # fmt: skip
    message = _message(mosaic, WORDS, coarse=False)
    assert message["groups"] == (0, 0, 1, 1)
    assert message["group_notes"] == ("mean 0", "mean 1")
    assert (message["line_labels"], message["map_labels"]) == (("1", "2"), ("x", "y"))
    assert message["place"].format(name="a", row=0, column=1) == "a, row 0, column 1"
