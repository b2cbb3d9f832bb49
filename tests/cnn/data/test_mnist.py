"""Downloading: whole and right files, or none; over a real HTTP server on this machine, with faults."""

import gzip
import hashlib
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from cnn.data import FashionMnist, Mnist, mnist
from cnn.data.cache import VARIABLE
from cnn.errors import DataError

FILES = mnist._FILES


def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def four_files() -> dict[str, bytes]:
    rng = np.random.default_rng(0)
    arrays = []
    for count in (300, 40):
        arrays += [rng.integers(0, 256, (count, 28, 28), np.uint8), (np.arange(count) % 10).astype(np.uint8)]
    return {f"{name}.gz": gzip.compress(idx(array)) for name, array in zip(FILES, arrays, strict=True)}


@dataclass
class Mirror:
    """What the server answers: the files, and faults by file name."""

    files: dict[str, bytes]
    faults: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    address: str = ""
    released: threading.Event = field(default_factory=threading.Event)


def handler(mirror: Mirror) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            name = self.path.rsplit("/", 1)[-1]
            mirror.asked.append(name)
            body, fault = mirror.files[name], mirror.faults.get(name, "")
            if fault == "missing":
                return self.send_error(404)
            if fault == "wrong bytes":
                body = body[:-9] + bytes(9)
            if fault == "nonsense":
                self.wfile.write(b"this is not HTTP\r\n\r\n")
                return None
            self.send_response(200)
            if fault != "no length":
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if fault in ("cut off", "no length"):
                body = body[: len(body) // 2]
            if fault == "silent":
                self.wfile.write(body[:100])
                mirror.released.wait(20)
            elif fault == "dripping":
                while not mirror.released.wait(0.01):
                    self.wfile.write(b"x")
                    self.wfile.flush()
            else:
                self.wfile.write(body)
            return None

        def log_message(self, *_):
            pass

    return Handler


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):  # a client that hangs up is part of the test
        pass


@pytest.fixture
def mirror(tmp_path, monkeypatch) -> Iterator[Mirror]:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    here = Mirror(four_files())
    known = replace(
        mnist.PUBLISHED["mnist"],
        md5=tuple(hashlib.md5(data).hexdigest() for data in here.files.values()),
        sizes=tuple(len(data) for data in here.files.values()),
    )
    monkeypatch.setitem(mnist.PUBLISHED, "mnist", known)
    with Server(("127.0.0.1", 0), handler(here)) as server:
        here.address = f"http://127.0.0.1:{server.server_port}/mnist/"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield here
        here.released.set()
        server.shutdown()
        thread.join()


def kept() -> list[str]:
    folder = mnist.folder("mnist")
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_download_verify_and_read(mirror):
    seen = []
    assert not mnist.available("mnist")
    mnist.download("mnist", lambda done, total: seen.append((done, total)), [mirror.address])
    assert mnist.available("mnist")
    assert kept() == sorted(mirror.files)
    total = sum(len(data) for data in mirror.files.values())
    assert seen[-1] == (total, total)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    training, test = mnist.load("mnist"), mnist.load("mnist", "test")
    assert (len(training), len(test)) == (300, 40)
    np.testing.assert_array_equal(training.labels[:20], np.arange(20) % 10)
    first = np.frombuffer(gzip.decompress(mirror.files[f"{FILES[0]}.gz"])[16 : 16 + 784], np.uint8).reshape(28, 28)
    np.testing.assert_array_equal(training.images[0, 0], first)


def test_what_is_there_is_not_fetched_again(mirror):
    mnist.download("mnist", mirrors=[mirror.address])
    (mnist.folder("mnist") / f"{FILES[2]}.gz").unlink()
    mirror.asked.clear()
    mnist.download("mnist", mirrors=[mirror.address])
    assert mirror.asked == [f"{FILES[2]}.gz"]


@pytest.mark.parametrize("fault", ["cut off", "no length", "wrong bytes", "missing", "silent", "nonsense", "dripping"])
def test_a_fault_leaves_no_half_file_and_says_where_to_put_files(mirror, fault, monkeypatch):
    monkeypatch.setattr(mnist, "_LONGEST", 0.5)
    mirror.faults[f"{FILES[2]}.gz"] = fault
    with pytest.raises(DataError) as raised:
        mnist.download("mnist", mirrors=[mirror.address], timeout=0.5)
    assert raised.value.code == "data.no_download"
    assert kept() == sorted(f"{name}.gz" for name in FILES[:2])  # the two before it are whole, and stay
    for language in ("en", "ja"):
        assert f"{FILES[2]}.gz" in raised.value.sentence(language)
        assert raised.value.details["folder"] == str(mnist.folder("mnist"))
    mirror.faults.clear()
    mnist.download("mnist", mirrors=[mirror.address])
    assert kept() == sorted(mirror.files)


def test_the_next_mirror_is_tried(mirror):
    mirror.faults[f"{FILES[0]}.gz"] = "wrong bytes"
    good = Mirror(mirror.files)
    with Server(("127.0.0.1", 0), handler(good)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            second = f"http://127.0.0.1:{server.server_port}/"
            mnist.download("mnist", mirrors=["http://127.0.0.1:9/", mirror.address, second], timeout=2)
        finally:
            server.shutdown()
            thread.join()
    assert kept() == sorted(mirror.files)
    assert good.asked == [f"{FILES[0]}.gz"]


def test_without_a_network_a_sentence_comes_soon(mirror):
    start = time.monotonic()
    with pytest.raises(DataError, match="by hand"):
        mnist.download("mnist", mirrors=["http://127.0.0.1:9/"], timeout=2)
    assert time.monotonic() - start < 10
    assert kept() == []


def test_whoever_stops_it_leaves_no_half_file(mirror):
    class StoppedError(Exception):
        pass

    def stop(done, total):
        raise StoppedError

    with pytest.raises(StoppedError):
        mnist.download("mnist", stop, [mirror.address])
    assert kept() == []


def test_a_full_disk_is_a_sentence(mirror, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DataError, match="No space left on device"):
        mnist.download("mnist", mirrors=[mirror.address])
    assert kept() == []


def test_a_folder_that_is_a_file_is_a_sentence(mirror, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file"))
    with pytest.raises(DataError) as raised:
        mnist.download("mnist", mirrors=[mirror.address])
    assert raised.value.code == "data.cannot_write"


@pytest.mark.parametrize("packed", [True, False])
def test_four_files_put_there_by_hand(mirror, packed):
    folder = mnist.folder("fashion")
    folder.mkdir(parents=True)
    for name, data in mirror.files.items():
        (folder / (name if packed else name.removesuffix(".gz"))).write_bytes(data if packed else gzip.decompress(data))
    assert mnist.available("fashion")
    dataset = mnist.load("fashion")
    assert dataset.class_names[9] == "Ankle boot"
    assert len(FashionMnist(size=100).load()) == 100


def test_sources_sample_by_seed_and_say_what_is_missing(mirror):
    with pytest.raises(DataError, match="not on this computer yet"):
        Mnist().load()
    mnist.download("mnist", mirrors=[mirror.address])
    one, same, other = (Mnist(size=100).load(seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.images, same.images)
    assert not np.array_equal(one.images, other.images)
    assert len(Mnist(size=60_000).load()) == 300


@pytest.mark.parametrize("damage", ["cut off", "longer", "labels for images", "garbage", "other count"])
def test_damaged_files_put_there_by_hand_are_refused(mirror, damage):
    folder = mnist.folder("mnist")
    folder.mkdir(parents=True)
    files = {name.removesuffix(".gz"): gzip.decompress(data) for name, data in mirror.files.items()}
    images, labels = FILES[:2]
    if damage == "cut off":
        files[images] = files[images][:-1]
    elif damage == "longer":
        files[images] += b"\0"
    elif damage == "labels for images":
        files[images] = files[labels]
    elif damage == "garbage":
        files[images] = b"\x1f\x8b" + bytes(50)
    else:
        files[labels] = idx(np.zeros(7, np.uint8))
    for name, data in files.items():
        (folder / name).write_bytes(data)
    with pytest.raises(DataError, match="idx"):
        mnist.load("mnist")


def test_published_addresses_are_encrypted_and_complete():
    for known in mnist.PUBLISHED.values():
        assert all(address.startswith("https://") and address.endswith("/") for address in known.mirrors)
        assert len(known.md5) == len(known.sizes) == len(FILES)
        assert all(len(md5) == 32 for md5 in known.md5)
        assert len(known.class_names) == 10
