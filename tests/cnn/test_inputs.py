"""What people hand over: each sensible form works alike, everything else is refused with a sentence of our own."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cnn import inputs
from cnn.activations import ReLU
from cnn.errors import ConfigError, DataError, PlaygroundError, ShapeError
from cnn.layers import Conv2d, Flatten, Linear
from cnn.losses import LOSSES, CrossEntropy
from cnn.network import Network

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 1, 4, 4), dtype=np.uint8)
NET = Network([Conv2d(2, 3), ReLU(), Flatten(), Linear(3)], (1, 4, 4))
ANYTHING = arrays.arrays(
    st.one_of(arrays.scalar_dtypes(), st.just(np.dtype(object))),
    arrays.array_shapes(min_dims=0, max_dims=4, max_side=4, min_side=0),
)


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.int64, np.uint16, np.uint32, np.uint64])
def test_the_same_pixels_give_the_same_answer_whatever_their_type(dtype: type) -> None:
    pixels = np.minimum(PIXELS, min(255, np.iinfo(dtype).max))
    np.testing.assert_array_equal(NET.predict(pixels.astype(dtype)), NET.predict(pixels.astype(np.uint8)))
    np.testing.assert_array_equal(NET.predict(pixels.astype(dtype).tolist()), NET.predict(pixels.astype(np.uint8)))


@pytest.mark.parametrize("bad", [-1, 256, 10**6])
def test_whole_numbers_that_are_no_pixels_are_refused(bad: int) -> None:
    pixels = PIXELS.astype(np.int64)
    pixels[3, 0, 1, 2] = bad
    with pytest.raises(DataError, match=f"{bad}.* 0 to 255"):
        NET.forward(pixels)


@given(ANYTHING)
def test_a_network_takes_any_array_or_says_what_is_wrong(x: Any) -> None:
    try:
        with np.errstate(all="ignore"):
            assert NET.forward(x).shape == (len(x), 3)
    except PlaygroundError as error:
        _ = error.sentence("ja")


@given(ANYTHING, st.integers(0, 4), st.integers(1, 4))
def test_targets_of_any_kind_are_read_or_refused(given_targets: Any, count: int, classes: int) -> None:
    try:
        found = inputs.targets(given_targets, count, classes)
    except PlaygroundError as error:
        _ = error.sentence("ja")
    else:
        assert found.shape in ((count,), (count, classes))
        assert np.isfinite(found).all()
        if found.ndim == 1:
            assert found.dtype == np.int64
            assert all(0 <= label < classes for label in found)


@pytest.mark.parametrize("loss", [cls() for cls in LOSSES.values()])
@pytest.mark.parametrize(
    "labels", [[0, 2, 1, 2, 0, 1], np.array([0, 2, 1, 2, 0, 1.0]), np.array([0, 2, 1, 2, 0, 1], "u1")]
)
def test_labels_are_labels_in_any_type(loss: Any, labels: Any) -> None:
    outputs = np.random.default_rng(1).standard_normal((6, 3))
    value, gradient = loss(outputs, labels)
    expected, slope = loss(outputs, np.array([0, 2, 1, 2, 0, 1]))
    assert value == expected
    np.testing.assert_array_equal(gradient, slope)


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (["cat", "dog", "cat", "dog", "cat", "dog"], "word cat"),
        (np.array(["cat"] * 6, object), "word cat"),
        ([0, 1, 2, 0, 1, 0.5], "0.5"),
        ([0, 1, 2, 0, 1, np.nan], "nan"),
        ([1, 2, 3, 1, 2, 3], "count the classes from 0"),
        ([-1, 0, 1, 0, 1, 0], "-1 to 1"),
        (np.zeros((6, 1)), "one label an image"),
        (np.full((6, 3), np.nan), "image 0"),
        ([[0], [1, 2], [0], [0], [0], [0]], "type list"),
        ([None] * 6, "type object"),
        (np.zeros(6, complex), "type complex128"),
    ],
)
def test_a_label_that_is_none_is_told_what_it_should_be(labels: Any, words: str) -> None:
    with pytest.raises(PlaygroundError, match=words):
        CrossEntropy()(np.zeros((6, 3)), labels)


def test_a_loss_of_maps_wants_targets_of_their_shape() -> None:
    with pytest.raises(ShapeError, match="Flatten and Linear"):
        CrossEntropy()(np.zeros((6, 3, 2, 2)), np.zeros(6, np.int64))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"layers": ReLU()}, "list of layers"),
        ({"layers": "relu"}, "list of layers"),
        ({"layers": [ReLU]}, "must be one of"),
        ({"layers": [ReLU(), None]}, "must be one of"),
        ({"input_shape": 28}, "28 is neither"),
        ({"input_shape": (1, 28.0, 28)}, "neither"),
        ({"input_shape": "abc"}, "neither"),
        ({"seed": -1}, "at least 0"),
        ({"seed": 1.5}, "int ≥ 0"),
        ({"seed": "x"}, "int ≥ 0"),
        ({"dtype": np.int64}, "float32, float64"),
        ({"dtype": "float16"}, "float32, float64"),
        ({"dtype": "word"}, "float32, float64"),
    ],
)
def test_a_network_of_something_else_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises((ConfigError, ShapeError), match=words):
        Network(**{"layers": [ReLU()], **options})


def test_a_network_takes_sizes_and_seeds_of_numpy() -> None:
    one = Network([Flatten(), Linear(3)], list(np.array([1, 4, 4])), seed=np.int64(3))  # type: ignore[arg-type]
    other = Network([Flatten(), Linear(3)], (1, 4, 4), seed=3)
    np.testing.assert_array_equal(one.parameters, other.parameters)
    assert one.input_shape == (1, 4, 4)
    assert one.output_shape == (3,)
