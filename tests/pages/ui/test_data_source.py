"""Uploaded files on their way into a configuration: read once, named, brought to what a link asks for."""

import io
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from cnn import links
from cnn.config import ExperimentConfig
from cnn.data import DataConfig, Stored, remedies, store, uploads
from cnn.data.cache import VARIABLE
from pages.ui import data_source

RNG = np.random.default_rng(0)
DARK_ON_LIGHT = np.where(RNG.random((40, 28, 28)) > 0.1, 255, 0).astype(np.uint8)
LABELS = np.arange(40) % 4


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))


def file(name: str, **arrays: Any) -> Any:
    packed = io.BytesIO()
    np.savez(packed, **arrays)
    return SimpleNamespace(name=name, getvalue=packed.getvalue, file_id=name)


def read(*files: Any, wanted: str = "") -> Any:
    return data_source._read(tuple(one.file_id for one in files), files, wanted)  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize(
    "name",
    ["mnist (1).npz", "a,b.npz", "数字.npz", "50%.npz", "x~y'z.npz", "q&a=1?#.npz", "tail ", "🙂.npz", "a" * 300],
)
def test_a_link_to_an_upload_means_that_upload(name: str) -> None:
    upload = read(file(name, images=DARK_ON_LIGHT, labels=LABELS))
    config = ExperimentConfig(data=DataConfig(Stored(upload.key, upload.filename)))
    again, dropped = links.decode(links.encode(config))
    assert not dropped
    assert again.canonical() == config.canonical()
    assert len(again.data.source.load()) == 40


def test_a_bad_file_is_a_sentence_and_no_key() -> None:
    upload = read(file("one.npz", images=DARK_ON_LIGHT[:1], labels=LABELS[:1]))
    assert upload.key is None
    assert upload.error.code == "data.image_count"


def test_the_file_of_a_link_becomes_the_images_of_the_link() -> None:
    """The link names inverted images; somebody else has only the file, which is not inverted."""
    inverted = remedies.remedied(uploads.make(DARK_ON_LIGHT, LABELS), "inverted")
    wanted = store.key_of(inverted)
    assert not store.has(wanted)
    upload = read(file("a.npz", images=DARK_ON_LIGHT, labels=LABELS), wanted=wanted)
    assert (upload.key, upload.other) == (wanted, False)
    np.testing.assert_array_equal(store.get(wanted).images, inverted.images)


def test_another_file_than_that_of_the_link_is_said() -> None:
    upload = read(file("a.npz", images=DARK_ON_LIGHT, labels=LABELS), wanted="0" * 32)
    assert upload.other
    assert upload.key == store.key_of(uploads.make(DARK_ON_LIGHT, LABELS))


def test_an_upload_in_place_of_one_that_is_here_is_what_it_is() -> None:
    """Somebody who has inverted images may well want the ones of the file again."""
    dataset = uploads.make(DARK_ON_LIGHT, LABELS)
    wanted = store.put(remedies.remedied(dataset, "inverted"))
    upload = read(file("a.npz", images=DARK_ON_LIGHT, labels=LABELS), wanted=wanted)
    assert (upload.key, upload.other) == (store.key_of(dataset), False)
