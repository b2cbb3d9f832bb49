"""Labels as people keep them: each becomes a class of its own name, or a sentence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn.data.labels import classes_of, shortened
from cnn.errors import DataError

SEVEN_DIGITS = np.array([7, 0, 1, 7])


@pytest.mark.parametrize(
    ("labels", "numbers", "names"),
    [
        (np.array([0, 2, 0]), [0, 1, 0], ("0", "2")),
        (np.array([1, 10, 2]), [0, 2, 1], ("1", "2", "10")),
        (np.array([70, 65, 70]), [1, 0, 1], ("65", "70")),
        (np.array([-1, 1, 1]), [0, 1, 1], ("-1", "1")),
        (np.array([0, 2**64 - 1], np.uint64), [0, 1], ("0", str(2**64 - 1))),
        (np.array(["cat", "bird", "cat"]), [1, 0, 1], ("bird", "cat")),
        (np.array([b"cat", b"b\xffrd", b"cat"]), [1, 0, 1], ("b�rd", "cat")),
        (np.array(["10", "9", "1"]), [2, 1, 0], ("1", "9", "10")),
        (np.array(["10", "9", "a"]), [0, 1, 2], ("10", "9", "a")),
        (np.array(["7", "07", "7"]), [1, 0, 1], ("07", "7")),
        (np.array([1.0, 0.0, 1.0]), [1, 0, 1], ("0", "1")),
        (np.array([True, False, True]), [1, 0, 1], ("0", "1")),
        (np.array([[3], [1], [3]]), [1, 0, 1], ("1", "3")),
        (np.array([["b"], ["a"]]), [1, 0], ("a", "b")),
        (np.array([[5, 6]]), [0, 1], ("5", "6")),
        (np.eye(4)[[3, 1, 3]], [1, 0, 1], ("1", "3")),
        (np.eye(4, dtype=bool)[[3, 1, 3]], [1, 0, 1], ("1", "3")),
    ],
)
def test_classes_are_the_values_that_occur(labels, numbers, names):
    found, called = classes_of(labels, len(numbers))
    assert (found.tolist(), found.dtype) == (numbers, np.int64)
    assert called == names


@pytest.mark.parametrize(
    ("labels", "code"),
    [
        (SEVEN_DIGITS[:3], "label_shape"),
        (np.zeros((4, 2, 2)), "label_shape"),
        (np.array([["a", "b"]] * 4), "label_shape"),
        (np.full((4, 3), 1 / 3), "not_one_hot"),
        (np.ones((4, 3)), "not_one_hot"),
        (np.zeros((4, 3)), "not_one_hot"),
        (np.array([0, 1, 1.5, 2]), "label_value"),
        (np.array([0, 1, np.nan, 2]), "label_value"),
        (np.array([0, 1, np.inf, 2]), "label_value"),
        (np.array([0, 1, 1e300, 2]), "label_value"),
        (np.array([3, 3, 3, 3]), "one_class"),
        (np.array(["same"] * 4), "one_class"),
        (np.eye(3)[[1, 1, 1, 1]], "one_class"),
        (SEVEN_DIGITS.astype(complex), "label_type"),
    ],
)
def test_labels_that_are_none_are_a_sentence(labels, code):
    with pytest.raises(DataError) as raised:
        classes_of(labels, 4)
    assert raised.value.code == f"data.{code}"
    assert raised.value.sentence("ja") != raised.value.sentence("en")


def test_62_classes_and_not_one_more():
    letters = np.array([*"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"])
    assert classes_of(letters, 62)[1] == tuple(letters.tolist())
    with pytest.raises(DataError, match="63 classes"):
        classes_of(np.arange(63), 63)


def test_the_first_label_that_is_wrong_is_named():
    with pytest.raises(DataError, match=r"Label 3 is 0\.5"):
        classes_of(np.array([0, 1, 0.5, 0.25]), 4)


def test_long_names_that_differ_in_one_character_stay_distinct():
    names = [f"{'a very long name of a class, so long that it is cut '[:39]}{last}" for last in "ab"]
    middle = ["x" * 20 + one + "y" * 20 for one in "ab"]
    for pair in (names, middle):
        labels = np.array(pair)
        called = classes_of(labels, 2)[1]
        assert len(set(called)) == 2
        assert max(map(len, called)) <= 32
    assert names[0][-8:] in classes_of(np.array(names), 2)[1][0], "the end stays in sight"


@given(st.lists(st.text(max_size=60), max_size=20), st.integers(8, 40))
def test_names_come_out_distinct_short_and_printable(names, longest):
    called = shortened(names, longest)
    assert len(called) == len(names) == len(set(called))
    assert all(1 <= len(name) <= longest and name.isprintable() for name in called)


@given(st.lists(st.text("abc-7", min_size=1, max_size=8), max_size=20, unique=True))
def test_names_that_are_short_and_distinct_stay(names):
    assert shortened(names, 8) == tuple(names)
