"""The store: by content, whole files, bounded, and safe against keys from links."""

import os
from dataclasses import replace

import numpy as np
import pytest

from cnn.data import Dataset, Stored, store
from cnn.data.cache import VARIABLE, cache_folder, write_whole
from cnn.data.origin import Origin, origin_from_json
from cnn.errors import ConfigError, DataError


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path))


def some(seed: int, count: int = 20, names: tuple[str, ...] = ("cat", "bird", "カエル")) -> Dataset:
    rng = np.random.default_rng(seed)
    return Dataset(rng.integers(0, 256, (count, 1, 28, 28), np.uint8), rng.integers(0, len(names), count), names)


def test_what_is_put_is_got():
    dataset = some(0)
    got = store.get(store.put(dataset))
    np.testing.assert_array_equal(got.images, dataset.images)
    np.testing.assert_array_equal(got.labels, dataset.labels)
    assert got.class_names == dataset.class_names


def test_62_classes_of_the_longest_names_are_kept():
    names = tuple(f"{place:02}" + "絵" * 62 for place in range(62))
    assert store.get(store.put(some(0, names=names))).class_names == names


def test_where_the_pictures_come_from_is_kept_and_is_part_of_the_key():
    plain, origin = some(0), Origin(8, 8, 0.0, 16.0, ("spread", "framed"))
    spread, inverted = replace(plain, origin=origin), replace(plain, origin=origin.after("inverted"))
    keys = [store.put(one) for one in (plain, spread, inverted)]
    assert len(set(keys)) == 3
    assert [store.get(key).origin for key in keys] == [None, origin, origin.after("inverted")]
    assert [store.has(key) for key in (*keys, "0" * 32, "../x", "")] == [True] * 3 + [False] * 3


@pytest.mark.parametrize("text", ["", "x", "[]", "{}", '{"height": 1e999}', "[" * 9999, '{"height": "8"}'])
def test_an_origin_that_cannot_be_read_tells_nothing(text):
    assert origin_from_json(text) is None


def test_the_steps_of_an_origin_are_in_one_order_and_inverting_twice_is_none():
    origin = Origin(8, 9, -1.0, 1.0)
    both = {origin.after(a).after(b) for a, b in (("inverted", "spread"), ("spread", "inverted"))}
    assert len(both) == 1
    assert both.pop().after("inverted") == origin.after("spread")
    assert origin_from_json(origin.after("framed").to_json()) == origin.after("framed")


def test_the_key_is_the_content(tmp_path):
    dataset = some(0)
    key = store.put(dataset)
    assert store.put(some(0)) == key
    assert len(list((tmp_path / "store").iterdir())) == 1
    labels = dataset.labels.copy()
    labels[3] = (labels[3] + 1) % 3
    images = dataset.images.copy()
    images[7, 0, 14, 14] ^= 1
    others = {
        store.key_of(Dataset(dataset.images, labels, dataset.class_names)),
        store.key_of(Dataset(images, dataset.labels, dataset.class_names)),
        store.key_of(Dataset(dataset.images, dataset.labels, ("cat", "bird", "frog"))),
    }
    assert len(others | {key}) == 4
    strided = Dataset(np.repeat(dataset.images, 2, axis=0)[::2], np.repeat(dataset.labels, 2)[::2], dataset.class_names)
    assert store.key_of(strided) == key


@pytest.mark.parametrize(
    "key", ["", "x", "../../../etc/passwd", "A" * 32, "0" * 31, "0" * 32 + "\n", "0" * 16 + "/" * 16]
)
def test_a_key_that_is_none_touches_no_file(key):
    with pytest.raises(DataError) as raised:
        store.get(key)
    assert raised.value.code == "data.bad_key"


def test_a_set_that_is_not_here_asks_for_its_file():
    with pytest.raises(DataError, match=r"cats\.npz are not on this computer"):
        store.get("0" * 32, "cats.npz")


def test_the_one_not_used_for_longest_goes_first(tmp_path):
    keys = [store.put(some(seed)) for seed in range(3)]
    for age, key in enumerate(keys):
        os.utime(tmp_path / "store" / f"{key}.npz", (1000 + age, 1000 + age))
    store.get(keys[0])  # used just now
    size = (tmp_path / "store" / f"{keys[0]}.npz").stat().st_size
    newest = store.put(some(9), most_bytes=3 * size)
    left = {path.stem for path in (tmp_path / "store").iterdir()}
    assert left == {keys[0], keys[2], newest}


def test_the_newest_is_kept_even_where_it_alone_is_too_large():
    key = store.put(some(0), most_bytes=1)
    assert len(store.get(key)) == 20


def test_a_damaged_file_is_a_sentence(tmp_path):
    key = store.put(some(0))
    path = tmp_path / "store" / f"{key}.npz"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError):
        store.get(key)


def test_a_full_disk_leaves_nothing(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DataError, match="No space left"):
        store.put(some(0))
    assert list((tmp_path / "store").iterdir()) == []


def test_stored_is_a_source():
    key = store.put(some(0))
    source = Stored(key, "cats.npz", size=5)
    first, again, other = source.load(1), source.load(1), source.load(2)
    assert len(first) == 5
    np.testing.assert_array_equal(first.images, again.images)
    assert not np.array_equal(first.images, other.images)
    with pytest.raises(DataError, match="No file has been chosen"):
        Stored().load()
    with pytest.raises(ConfigError):
        Stored("../x")
    with pytest.raises(ConfigError):
        Stored(key, "a/b")


def test_writing_stops_midway_and_the_old_file_stays(tmp_path):
    path = tmp_path / "a" / "file"
    write_whole(path, [b"old"])

    def parts():
        yield b"new"
        assert path.read_bytes() == b"old"  # nobody sees a half
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_whole(path, parts())
    assert path.read_bytes() == b"old"
    assert [one.name for one in path.parent.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/cnn-playground"),
        ("linux", {}, "/home/me/.cache/cnn-playground"),
        ("darwin", {}, "/home/me/Library/Caches/cnn-playground"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/cnn-playground/Cache"),
        ("win32", {}, "/home/me/AppData/Local/cnn-playground/Cache"),
        ("linux", {VARIABLE: "/chosen"}, "/chosen"),
    ],
)
def test_where_this_system_keeps_such_things(platform, variables, expected, monkeypatch):
    for name in (VARIABLE, "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": "/home/me", **variables}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.platform", platform)
    assert cache_folder().as_posix() == expected
