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
        np.concatenate([np.repeat(IMAGES[..., None], 3, axis=3), np.full((30, 28, 28, 1), 90, np.uint8)], axis=3),
        np.stack([IMAGES, np.zeros_like(IMAGES)], axis=1),
        IMAGES.reshape(30, 784),
        np.asfortranarray(IMAGES),
    ],
    ids=[
        "int64",
        "float 255",
        "float 1",
        "NHWC",
        "NCHW",
        "RGB",
        "RGB first",
        "RGBA of one alpha",
        "grey and alpha first",
        "rows",
        "Fortran order",
    ],
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


@pytest.mark.parametrize(
    ("images", "labels", "code"),
    [
        (IMAGES[0], LABELS, "image_shape"),
        (RNG.random((3, 5, 28, 28)), LABELS[:3], "image_shape"),
        (IMAGES[:0], LABELS[:0], "image_count"),
        (IMAGES[:1], LABELS[:1], "image_count"),
        (np.repeat(IMAGES[:1], 30, axis=0), LABELS, "all_the_same"),
        (np.zeros((30, 40, 40)), LABELS, "all_the_same"),
        (np.full((30, 28, 28), 7), LABELS, "all_the_same"),
        (np.full((30, 28, 28, 4), 255, np.uint8), LABELS, "all_the_same"),
        (np.zeros((3, 0, 28)), LABELS[:3], "image_size"),
        (np.zeros((2, 1, 4000), np.uint8), LABELS[:2], "image_size"),
        (IMAGES, LABELS[:5], "label_shape"),
        (IMAGES, LABELS + 0.5, "label_value"),
        (IMAGES, np.zeros(30), "one_class"),
        (IMAGES * 1e300, LABELS, "image_range"),
        (np.where(np.arange(30 * 784).reshape(30, 28, 28) == 5000, np.nan, IMAGES), LABELS, "image_value"),
        (np.full((30, 28, 28), -np.inf), LABELS, "image_value"),
        (IMAGES[..., None].repeat(4, axis=3) * 3.0, LABELS, "alpha_range"),
        (np.full((30, 28, 28), "x"), LABELS, "image_type"),
    ],
)
def test_arrays_that_are_not_images_and_labels(images, labels, code):
    with pytest.raises(DataError) as raised:
        read([("a.npz", npz(images=images, labels=labels))])
    assert raised.value.code == f"data.{code}"
    assert raised.value.sentence("ja") != raised.value.sentence("en")


def test_a_pixel_that_is_no_number_is_found():
    images = IMAGES.astype(float)
    images[6, 3, 3] = np.nan
    with pytest.raises(DataError, match="Image 7 "):
        make(images, LABELS)


def test_more_images_than_allowed():
    with pytest.raises(DataError) as raised:
        make(np.zeros((100_001, 2, 2), np.uint8), np.zeros(100_001, int))
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
