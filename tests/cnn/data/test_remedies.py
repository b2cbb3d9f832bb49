"""Uploads as people have them: what is done without asking, what is offered, and what a network then makes of them."""

from itertools import permutations

import numpy as np
import pytest

import cnn
from cnn.data import Dataset, rasterize, remedies, store, uploads
from cnn.data.handwriting import digits_uint8, write
from cnn.data.remedies import found, overview, remedied
from cnn.data.uploads import make
from cnn.errors import DataError

COUNT = 1000
INK, LABELS = digits_uint8(COUNT, seed=5, variation=0.6)
INK = INK[:, 0]
FEW = slice(0, 200)


def eight_by_eight(pictures: np.ndarray) -> np.ndarray:
    """As scikit-learn's digits: the box of the ink as 32 × 32 bits, of which each 4 × 4 are counted: 0 … 16."""
    small = np.empty((len(pictures), 8, 8))
    for one, picture in zip(small, pictures > 127, strict=True):
        rows, columns = np.flatnonzero(picture.any(axis=1)), np.flatnonzero(picture.any(axis=0))
        side = max(np.ptp(rows), np.ptp(columns)) + 1
        places = (np.arange(32) + 0.5) * side / 32 - side / 2
        at = [np.rint(places + (line[0] + line[-1]) / 2).astype(int).clip(0, 27) for line in (rows, columns)]
        one[:] = picture[np.ix_(*at)].reshape(8, 4, 8, 4).sum(axis=(1, 3))
    return small


def rgba(pictures: np.ndarray, grey: int) -> np.ndarray:
    """Pictures whose ink is in alpha alone, and of one grey."""
    colours = np.full((*pictures.shape, 4), grey, np.uint8)
    colours[..., 3] = pictures
    return colours


def read_by_a_network(dataset: Dataset) -> tuple[float, float]:
    """Trained on the data set: the share of drawn digits, and of drawn sevens, that it then reads right."""
    layers = [
        cnn.Conv2d(8, 5, padding="same"), cnn.ReLU(), cnn.MaxPool2d(2),
        cnn.Conv2d(16, 5, padding="same"), cnn.ReLU(), cnn.MaxPool2d(2), cnn.Flatten(), cnn.Linear(10),
    ]  # fmt: skip
    net = cnn.Network(layers, input_shape=(1, 28, 28), seed=0)
    images = dataset.images.astype(np.float32) / 255
    trainer = cnn.Trainer(net, cnn.Adam(lr=3e-3), cnn.CrossEntropy(), images, dataset.labels, batch_size=50, seed=0)
    for _ in trainer.run(epochs=6):
        pass
    truth = np.repeat(np.arange(10), 10)
    drawn = np.stack([rasterize(write(int(digit), seed, 0.3)) for seed, digit in enumerate(truth)])[:, None]
    right = net.predict(drawn).argmax(axis=1) == truth
    return float(right.mean()), float(right[truth == 7].mean())


UPLOADS = {
    "0 … 16, 8 × 8": (eight_by_eight(INK), ("spread", "framed"), ()),
    "0 … 16, 8 × 8, rows": (eight_by_eight(INK).reshape(COUNT, 64), ("rows", "spread", "framed"), ()),
    "0 … 16, 8 × 8, dark on light": (16 - eight_by_eight(INK), ("spread", "framed"), ("inverted",)),
    "black on white": (255 - INK, (), ("inverted",)),
    "ink in alpha, black": (rgba(INK, 0), ("on_white", "inverted"), ()),
    "ink in alpha, white": (rgba(INK, 255), ("on_black",), ()),
    "dark": (INK // 2 + INK // 8, (), ("strengthened",)),
    "very dark": (INK // 10, ("spread",), ()),
    "dark on light and faint": (255 - INK // 2 - INK // 8, (), ("inverted", "strengthened")),
    "standardised": ((INK / 255 - 0.13) / 0.31, ("spread",), ()),
    "16 bits": (INK.astype(np.uint16) * 257, ("spread",), ()),
}


@pytest.mark.parametrize("name", UPLOADS)
def test_what_is_done_and_what_is_offered(name):
    images, done, offered = UPLOADS[name]
    dataset = make(images, LABELS)
    assert dataset.origin is not None
    assert dataset.origin.steps == done
    taken = []
    while findings := overview(dataset).findings:
        taken.append(findings[0])
        dataset = remedied(dataset, findings[0])
    assert tuple(taken) == offered
    assert dataset.origin is not None
    assert set(dataset.origin.steps) == {*done, *offered}
    shown = overview(dataset)
    assert (shown.low, shown.high) == (0, 255)
    assert shown.counts == (100,) * 10
    if "framed" not in done:  # nothing but the pixels' scale was changed
        np.testing.assert_allclose(dataset.images[:, 0].astype(int), INK, atol=14)


@pytest.mark.parametrize("name", ["0 … 16, 8 × 8, dark on light", "dark on light and faint", "ink in alpha, black"])
def test_a_network_trained_on_an_upload_reads_what_is_drawn(name):
    dataset = make(UPLOADS[name][0], LABELS)
    while findings := overview(dataset).findings:
        dataset = remedied(dataset, findings[0])
    everything, sevens = read_by_a_network(dataset)
    assert sevens >= 0.9
    assert everything >= 0.85


def test_an_upload_taken_at_face_value_reads_nothing_of_what_is_drawn():
    """So that the test above means something."""
    everything, _ = read_by_a_network(make(UPLOADS["black on white"][0], LABELS))
    assert everything < 0.5


def test_inverting_twice_gives_the_same_data_set():
    dataset = make(255 - INK[FEW], LABELS[FEW])
    twice = remedied(remedied(dataset, "inverted"), "inverted")
    assert store.key_of(twice) == store.key_of(dataset)
    assert store.key_of(remedied(dataset, "inverted")) != store.key_of(dataset)


def test_a_file_is_brought_to_what_a_link_names():
    """Whoever gets a link to inverted pictures, and the file, need not be told to invert them."""
    file = make(UPLOADS["dark on light and faint"][0][FEW], LABELS[FEW])
    wanted = remedied(remedied(file, "inverted"), "strengthened")
    got = found(file, store.key_of(wanted))
    assert got is not None
    np.testing.assert_array_equal(got.images, wanted.images)
    assert got.origin == wanted.origin
    assert found(file, store.key_of(file)) is file
    assert found(file, "0" * 32) is None


def test_blank_pictures_are_counted_and_can_be_left_out():
    images, labels = INK[FEW].copy(), LABELS[FEW]
    images[[3, 50, 51]] = 0
    images[60] = 200
    dataset = make(images, labels)
    shown = overview(dataset)
    assert (shown.blank, shown.findings) == (4, ("blank_left_out",))
    left = remedied(dataset, "blank_left_out")
    assert len(left) == 196
    assert overview(left).findings == ()
    assert left.class_names == dataset.class_names


def test_a_class_of_blank_pictures_goes_with_them():
    images = INK[FEW].copy()
    images[LABELS[FEW] == 4] = 0
    left = remedied(make(images, LABELS[FEW]), "blank_left_out")
    assert left.class_names == tuple("012356789")
    assert left.labels.max() == 8
    two = np.isin(LABELS, (3, 4))
    images = INK[two].copy()
    images[LABELS[two] == 4] = 0
    with pytest.raises(DataError, match="two classes"):
        remedied(make(images, LABELS[two]), "blank_left_out")


def test_photographs_are_left_alone():
    images = np.random.default_rng(0).integers(0, 256, (50, 32, 32, 3), np.uint8)
    dataset = make(images, np.arange(50) % 5)
    assert dataset.origin is not None
    assert dataset.origin.steps == ("scaled",)
    assert "inverted" not in overview(dataset).findings


@pytest.mark.parametrize("classes", [3, 10, 62])
def test_twenty_samples_show_as_many_classes_as_they_can(classes):
    labels = np.arange(200) % classes
    labels[labels == 1] = 0
    shown = overview(make(INK[FEW], labels))
    samples = labels[shown.samples]
    assert len(shown.samples) == remedies.SAMPLES == len(set(shown.samples.tolist()))
    assert len(set(samples.tolist())) == min(remedies.SAMPLES, len(set(labels.tolist())))


def test_few_pictures_are_all_shown():
    assert sorted(overview(make(INK[:3], LABELS[:3])).samples.tolist()) == [0, 1, 2]


def test_all_remedies_work_in_any_order():
    images = INK[FEW].copy()
    images[3] = 0
    for order in permutations(remedies.REMEDIES):
        dataset = make(images, LABELS[FEW])
        for name in order:
            dataset = remedied(dataset, name)
        assert len(dataset) == 199


def test_files_that_were_uploaded_say_so():
    assert uploads.make(INK[:3], LABELS[:3]).origin is not None
    assert Dataset(INK[:3, None], LABELS[:3]).origin is None
