"""Uploads: what is accepted, how it is brought to 28 × 28, and what a bad file gets."""

import contextlib
import gzip
import io
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest

from cnn.data import uploads
from cnn.data.npz import read_npz
from cnn.data.uploads import make, read
from cnn.errors import DataError

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (30, 28, 28), np.uint8)
LABELS = np.arange(30) % 10


def npz(**arrays: object) -> bytes:
    packed = io.BytesIO()
    np.savez(packed, **arrays)  # type: ignore[arg-type]
    return packed.getvalue()


def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()


def zipped(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def header(shape: tuple[int, ...], dtype: str = "|u1") -> bytes:
    made = io.BytesIO()
    np.lib.format.write_array_header_1_0(made, {"descr": dtype, "fortran_order": False, "shape": shape})
    return made.getvalue()


def test_npz_of_28_by_28_bytes_comes_through_unchanged():
    dataset = read([("a.npz", npz(images=IMAGES, labels=LABELS))])
    np.testing.assert_array_equal(dataset.images[:, 0], IMAGES)
    np.testing.assert_array_equal(dataset.labels, LABELS)
    assert dataset.class_names == tuple("0123456789")


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("packed", [False, True])
def test_two_idx_files_in_any_order(swapped, packed):
    files = [("i", idx(IMAGES)), ("l", idx(LABELS))]
    if packed:
        files = [(name, gzip.compress(data)) for name, data in files]
    dataset = read(files[::-1] if swapped else files)
    np.testing.assert_array_equal(dataset.images[:, 0], IMAGES)
    np.testing.assert_array_equal(dataset.labels, LABELS)


@pytest.mark.parametrize(
    "images",
    [
        IMAGES.astype(np.int64),
        IMAGES.astype(np.float32),
        IMAGES / 255,
        IMAGES[..., None],
        IMAGES[:, None],
        np.repeat(IMAGES[..., None], 3, axis=3),
        np.repeat(IMAGES[:, None], 3, axis=1),
        np.concatenate([np.repeat(IMAGES[..., None], 3, axis=3), IMAGES[::-1, ..., None]], axis=3),
        np.asfortranarray(IMAGES),
    ],
    ids=["int64", "float 255", "float 1", "NHWC", "NCHW", "RGB", "RGB first", "RGBA", "Fortran order"],
)
def test_shapes_and_types_of_images(images):
    dataset = read([("a.npz", npz(images=images, labels=LABELS))])
    np.testing.assert_allclose(dataset.images[:, 0].astype(int), IMAGES, atol=1)


def test_black_and_white_is_spread_over_the_range():
    assert make((IMAGES > 127), LABELS).images.max() == 255
    assert make((IMAGES > 127).astype(np.uint8), LABELS).images.max() == 255


def test_green_counts_more_than_blue():
    colours = np.zeros((2, 28, 28, 3), np.uint8)
    colours[0, ..., 1] = colours[1, ..., 2] = 255
    green, blue = make(colours, np.array([0, 1])).images.mean(axis=(1, 2, 3))
    assert (green, blue) == pytest.approx((0.587 * 255, 0.114 * 255), abs=1)


@pytest.mark.parametrize(("height", "width"), [(56, 56), (7, 7), (20, 40), (100, 30), (1, 1), (29, 28), (500, 300)])
def test_padding_and_scaling_keep_a_flat_image_flat_and_centred(height, width):
    picture = make(np.full((2, height, width), 200, np.uint8), np.array([0, 1])).images[0, 0].astype(int)
    side = max(height, width)
    inner = [int(np.ceil(28 * (1 - length / side) / 2)) for length in (height, width)]
    if side >= 28:  # an enlarged edge is soft
        core = picture[inner[0] + 2 : 26 - inner[0], inner[1] + 2 : 26 - inner[1]]
        assert np.all(abs(core - 200) <= 1)
    assert picture.sum() / 200 / 784 == pytest.approx(height * width / side**2, rel=0.12)
    assert abs(picture - picture[::-1, ::-1]).max() <= (0 if (side - height) % 2 == (side - width) % 2 == 0 else 210)


def test_reducing_takes_the_mean_of_what_is_under_a_pixel():
    fine = np.repeat(np.repeat(IMAGES, 4, axis=1), 4, axis=2)
    stripes = np.zeros((1, 112, 112), np.uint8)
    stripes[:, ::2] = 255
    assert abs(make(fine, LABELS).images[:, 0].astype(float).mean() - IMAGES.mean()) < 1
    inner = make(np.repeat(stripes, 2, axis=0), np.array([0, 1])).images[0, 0, 2:-2, 2:-2].astype(int)
    assert np.all(abs(inner - 127.5) <= 1)  # no aliasing


@pytest.mark.parametrize(
    ("labels", "numbers", "names"),
    [
        (np.array([0, 2, 0]), [0, 2, 0], ("0", "1", "2")),
        (np.array([0, 0, 0]), [0, 0, 0], ("0", "1")),
        (np.array([19, 0, 1]), [19, 0, 1], tuple(str(i) for i in range(20))),
        (np.array([70, 65, 70]), [1, 0, 1], ("65", "70")),
        (np.array([-1, 1, 1]), [0, 1, 1], ("-1", "1")),
        (np.array(["cat", "bird", "cat"]), [1, 0, 1], ("bird", "cat")),
        (np.array([b"cat", b"b\xffrd", b"cat"]), [1, 0, 1], ("b�rd", "cat")),
        (np.array([1.0, 0.0, 1.0]), [1, 0, 1], ("0", "1")),
        (np.array([True, False, True]), [1, 0, 1], ("0", "1")),
    ],
)
def test_labels_are_numbers_or_words(labels, numbers, names):
    dataset = read([("a.npz", npz(images=IMAGES[:3], labels=labels))])
    assert dataset.labels.tolist() == numbers
    assert dataset.class_names == names


@pytest.mark.parametrize(
    ("images", "labels", "code"),
    [
        (IMAGES[0], LABELS, "image_shape"),
        (RNG.random((3, 5, 28, 28)), LABELS[:3], "image_shape"),
        (IMAGES[:0], LABELS[:0], "image_count"),
        (np.zeros((3, 0, 28)), LABELS[:3], "image_size"),
        (np.zeros((2, 1, 4000), np.uint8), LABELS[:2], "image_size"),
        (IMAGES, LABELS[:5], "label_shape"),
        (IMAGES, np.eye(10)[LABELS], "label_shape"),
        (IMAGES, LABELS + 0.5, "label_type"),
        (IMAGES, np.full(30, np.nan), "label_type"),
        (IMAGES, np.arange(30), "class_count"),
        (IMAGES, np.array(["same"] * 30), "class_count"),
        (IMAGES - 1000.0, LABELS, "image_range"),
        (IMAGES.astype(int) * 2, LABELS, "image_range"),
        (np.full((30, 28, 28), np.nan), LABELS, "image_range"),
        (np.full((30, 28, 28), np.inf), LABELS, "image_range"),
        (np.full((30, 28, 28), "x"), LABELS, "image_type"),
    ],
)
def test_arrays_that_are_not_images_and_labels(images, labels, code):
    with pytest.raises(DataError) as raised:
        read([("a.npz", npz(images=images, labels=labels))])
    assert raised.value.code == f"data.{code}"
    assert raised.value.sentence("ja")


def test_more_images_than_allowed():
    with pytest.raises(DataError) as raised:
        make(np.zeros((100_001, 1, 1), np.uint8), np.zeros(100_001, int))
    assert raised.value.code == "data.image_count"


class Evil:
    def __reduce__(self):
        return print, ("unpickled!",)


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([], "which_files"),
        ([("a", idx(IMAGES))], "which_files"),
        ([("a", idx(IMAGES)), ("b", idx(LABELS)), ("c", b"")], "which_files"),
        ([("a.npz", b"")], "damaged_npz"),
        ([("a.png", b"\x89PNG\r\n")], "damaged_npz"),
        ([("a.npz", npz(images=IMAGES, labels=LABELS)[:-30])], "damaged_npz"),
        ([("a.npz", npz(images=IMAGES))], "array_missing"),
        ([("a.npz", npz(x=IMAGES, y=LABELS))], "array_missing"),
        ([("a.npz", npz(images=np.array([Evil()], dtype=object), labels=LABELS))], "array_type"),
        ([("a.npz", npz(images=np.zeros(3, [("a", "u1")]), labels=LABELS))], "array_type"),
        ([("a", idx(IMAGES)[:-1]), ("b", idx(LABELS))], "cut_off"),
        ([("a", idx(IMAGES)[:9]), ("b", idx(LABELS))], "cut_off"),
        ([("a", idx(IMAGES) + b"1"), ("b", idx(LABELS))], "too_long"),
        ([("a", gzip.compress(idx(IMAGES))[:-40]), ("b", idx(LABELS))], "damaged_gzip"),
        ([("a", b"\x1f\x8b nothing"), ("b", idx(LABELS))], "damaged_gzip"),
        ([("a", b"\0\0\x0d\x01\0\0\0\0"), ("b", idx(LABELS))], "idx_type"),
        ([("a", struct.pack(">4B3I", 0, 0, 8, 3, 2**31, 2**31, 2**31)), ("b", idx(LABELS))], "announces_too_much"),
        ([("a", idx(LABELS)), ("b", idx(LABELS))], "image_shape"),
        ([("a", idx(IMAGES)), ("b", idx(IMAGES))], "label_shape"),
        ([("a", b"hello"), ("b", b"world")], "not_idx"),
        ([("a.npz", bytes(50_000_001))], "upload_too_large"),
    ],
)
def test_bad_files_get_a_sentence(files, code, capsys):
    with pytest.raises(DataError) as raised:
        read(files)
    assert raised.value.code == f"data.{code}"
    assert raised.value.sentence("en") != raised.value.sentence("ja")
    assert "unpickled" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "content",
    [
        header((2_000_000_000,)) + bytes(2_000_000),  # announces more than it may hold
        header((10,)) + bytes(40_000_000),  # holds more than it announces
        header((10**18, 10**18)) + bytes(10),
        bytes(40_000_000),  # no array at all
    ],
    ids=["announces 2 GB", "holds more", "overflow", "zeros"],
)
def test_zip_bombs_are_not_unpacked(content):
    bomb = zipped("images.npy", content)
    tracemalloc.start()
    with pytest.raises(DataError):
        read_npz(bomb, "bomb.npz", {"images": 1_000_000})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


def test_a_gzip_bomb_is_not_unpacked():
    bomb = gzip.compress(idx(np.zeros(50)) + bytes(40_000_000))
    tracemalloc.start()
    with pytest.raises(DataError, match="more than its header says"):
        read([("bomb.gz", bomb), ("labels", idx(LABELS))])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


def test_bytes_changed_at_random_end_in_a_sentence_or_a_data_set():
    whole = npz(images=IMAGES[:3, :8, :8], labels=LABELS[:3])
    outcomes = set()
    for seed in range(300):
        rng = np.random.default_rng(seed)
        data = bytearray(whole)
        for place in rng.integers(0, len(data), 3):
            data[place] = rng.integers(256)
        with contextlib.suppress(DataError):
            outcomes.add(len(uploads.read([("a.npz", bytes(data))])))
    assert outcomes == {3}  # some changes hit bytes that do not matter; no other error came out
