"""What a run is trained on: split, noise, own drawings, batches, all from the seed."""

import numpy as np
import pytest

from cnn.data import (
    DATASETS,
    DataConfig,
    Dataset,
    GeneratedDigits,
    Stored,
    batch_order,
    batches,
    batches_per_epoch,
    split,
    store,
)
from cnn.data.cache import VARIABLE
from cnn.data.config import MINE_SHARE, MOST_REPEATS
from cnn.errors import DataError
from cnn.registry import same_options


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path))


SMALL = GeneratedDigits(size=200)


def numbered(count: int, classes: int = 3) -> Dataset:
    """Images that say which one they are."""
    images = np.zeros((count, 1, 28, 28), np.uint8)
    images[:, 0, 0, 0], images[:, 0, 0, 1] = np.divmod(np.arange(count), 256)
    return Dataset(images, np.arange(count) % classes, tuple("abcdefgh"[:classes]))


def numbers(dataset: Dataset) -> list[int]:
    return (dataset.images[:, 0, 0, 0].astype(int) * 256 + dataset.images[:, 0, 0, 1]).tolist()


def test_a_split_shares_no_image_and_loses_none():
    parts = split(numbered(1000), 0.1, seed=0)
    assert len(parts.validation) == 100
    assert sorted(numbers(parts.training) + numbers(parts.validation)) == list(range(1000))
    assert numbers(parts.training) == sorted(numbers(parts.training))
    assert numbers(parts.validation) == numbers(split(numbered(1000), 0.1, seed=0).validation)
    assert numbers(parts.validation) != numbers(split(numbered(1000), 0.1, seed=1).validation)
    assert all(len(split(numbered(10), share, 0).validation) == n for share, n in ((0, 0), (0.5, 5)))


def test_the_same_seed_loads_the_same():
    one, same, other = (DataConfig(SMALL).load(seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one.training.images, same.training.images)
    np.testing.assert_array_equal(one.validation.labels, same.validation.labels)
    assert not np.array_equal(one.training.images, other.training.images)


def test_fewer_training_images_are_drawn_from_all_classes_and_more_hold_them():
    everything, some, more = (DataConfig(SMALL, training_images=n).load(3) for n in ("all", 20, 60))
    assert [len(parts.training) for parts in (everything, some, more)] == [180, 20, 60]
    for parts in (some, more):
        np.testing.assert_array_equal(parts.validation.images, everything.validation.images)
    rows = [{one.tobytes() for one in parts.training.images} for parts in (some, more, everything)]
    assert rows[0] < rows[1] < rows[2]
    assert len(set(some.training.labels.tolist())) > 5
    assert len(DataConfig(SMALL, training_images=5000).load(3).training) == 180


def test_few_training_images_have_their_share_of_noise():
    clean, noisy = (DataConfig(SMALL, training_images=40, label_noise=noise).load(0).training for noise in (0.0, 0.25))
    np.testing.assert_array_equal(clean.images, noisy.images)
    assert np.count_nonzero(clean.labels != noisy.labels) == 10


def test_label_noise_spoils_its_share_of_the_training_labels_only():
    clean, noisy = DataConfig(SMALL).load(0), DataConfig(SMALL, label_noise=0.25).load(0)
    wrong = clean.training.labels != noisy.training.labels
    assert wrong.sum() == round(0.25 * 180)
    np.testing.assert_array_equal(clean.training.images, noisy.training.images)
    np.testing.assert_array_equal(clean.validation.labels, noisy.validation.labels)
    assert noisy.training.labels.min() >= 0
    assert noisy.training.labels.max() <= 9


def test_own_drawings_join_the_training_images_and_are_repeated():
    mine = Dataset(np.full((4, 1, 28, 28), 7, np.uint8), np.array([1, 2, 3, 4]))
    parts = DataConfig(SMALL, mine=store.put(mine)).load(0)
    own = (parts.training.images == 7).all(axis=(1, 2, 3))
    assert own.sum() == pytest.approx(MINE_SHARE * 180, abs=4)
    assert set(parts.training.labels[own].tolist()) == {1, 2, 3, 4}
    assert not (parts.validation.images == 7).all(axis=(1, 2, 3)).any()
    one = Dataset(mine.images[:1], mine.labels[:1])
    many = DataConfig(GeneratedDigits(size=2000), mine=store.put(one)).load(0)
    assert len(many.training) == 1800 + MOST_REPEATS


def test_missing_images_are_a_sentence():
    with pytest.raises(DataError, match="my digits"):
        DataConfig(SMALL, mine="0" * 32).load()
    with pytest.raises(DataError, match=r"cats\.npz"):
        DataConfig(Stored("0" * 32, "cats.npz")).load()
    key = store.put(numbered(1))
    assert len(DataConfig(Stored(key)).load().training) == 1
    with pytest.raises(DataError, match="No training images"):
        DataConfig(Stored(store.put(numbered(0)))).load()


@pytest.mark.parametrize("name", list(DATASETS))
def test_every_source_goes_through_its_registry(name):
    source = DATASETS[name]()
    again = DATASETS.from_dict(DATASETS.to_dict(source))
    assert same_options(source, again)


def test_batches_hold_every_image_once_in_an_order_of_their_epoch():
    parts = list(batches(130, 64, seed=0, epoch=0))
    assert [len(part) for part in parts] == [64, 64, 2]
    assert len(parts) == batches_per_epoch(130, 64)
    assert sorted(np.concatenate(parts).tolist()) == list(range(130))
    np.testing.assert_array_equal(np.concatenate(parts), batch_order(130, 0, 0))
    np.testing.assert_array_equal(batch_order(130, 3, 5), batch_order(130, 3, 5))
    orders = {tuple(batch_order(130, seed, epoch).tolist()) for seed in (0, 1) for epoch in (0, 1, 2)}
    assert len(orders) == 6


def good() -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    return np.zeros((2, 1, 28, 28), np.uint8), np.array([0, 1]), ("a", "b")


@pytest.mark.parametrize(
    "change",
    [
        {0: np.zeros((2, 1, 28, 28), np.float32)},
        {0: np.zeros((2, 28, 28), np.uint8)},
        {0: np.zeros((2, 1, 28, 27), np.uint8)},
        {1: np.array([0, 1], np.int32)},
        {1: np.array([0, 1, 1])},
        {1: np.array([0, 2])},
        {1: np.array([-1, 1])},
        {2: ("a",)},
        {2: tuple(map(str, range(63)))},
        {2: ("a", "a")},
    ],
)
def test_a_data_set_is_what_it_says(change):
    fields = [change.get(i, part) for i, part in enumerate(good())]
    with pytest.raises(DataError) as raised:
        Dataset(*fields)
    assert raised.value.sentence("ja")
    Dataset(*good())


def test_joining_goes_by_the_names_of_the_classes():
    """Class 1 of one set need not be class 1 of the other: a drawn 1 is no bird."""
    images = np.zeros((3, 1, 28, 28), np.uint8)
    birds_and_sevens = Dataset(images, np.array([0, 1, 1]), ("bird", "7"))
    digits = Dataset(images + 9, np.array([7, 1, 7]))
    joined = birds_and_sevens.joined(digits)
    assert joined.class_names == ("bird", "7", *"012345689")
    assert [joined.class_names[label] for label in joined.labels] == ["bird", "7", "7", "7", "1", "7"]
    assert joined.images[3:].min() == 9
    assert digits.joined(digits).class_names == digits.class_names
    many = Dataset(images, np.array([0, 1, 1]), tuple(f"class {place}" for place in range(62)))
    with pytest.raises(DataError, match="72 classes"):
        many.joined(digits)


def test_own_drawings_keep_their_classes_among_others():
    mine = store.put(Dataset(np.full((4, 1, 28, 28), 7, np.uint8), np.array([1, 2, 3, 4])))
    parts = DataConfig(Stored(store.put(numbered(20, 3))), mine=mine).load()
    own = (parts.training.images == 7).all(axis=(1, 2, 3))
    assert {parts.training.class_names[label] for label in parts.training.labels[own]} == {*"1234"}
    assert {parts.training.class_names[label] for label in parts.training.labels[~own]} == {*"abc"}
