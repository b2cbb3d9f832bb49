import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cnn.errors import ConfigError, DataError, PlaygroundError, ShapeError
from cnn.training.advance import advance, initial_state, network_of, prepare
from cnn.training.checkpoint import MOST_BYTES, load_model, save_model
from cnn.training.fingerprint import fingerprint, openblas
from tests.cnn.training.experiments import RICH

STATE, _ = advance(initial_state(RICH), 5)
FILE = save_model(STATE)


def arrays() -> dict[str, Any]:
    with np.load(io.BytesIO(FILE)) as file:
        return dict(file)


def packed(**changed: Any) -> bytes:
    """The file with arrays changed, or left out where None."""
    found = {name: array for name, array in (arrays() | changed).items() if array is not None}
    target = io.BytesIO()
    np.savez(target, **found)
    return target.getvalue()


def header(**changed: Any) -> bytes:
    """The file with entries of its header changed."""
    known = json.loads(arrays()["header"].tobytes())
    return packed(header=np.frombuffer(json.dumps(known | changed).encode(), np.uint8))


def test_a_model_comes_back_with_its_configuration() -> None:
    model = load_model(FILE)
    assert model.config == RICH
    assert model.class_names == tuple("0123456789")
    assert model.step == 5
    assert model.fingerprint == fingerprint().to_dict()
    images = prepare(RICH).validation_images
    np.testing.assert_array_equal(model.network().predict(images), network_of(STATE).predict(images))


def test_names_and_shapes_are_pytorchs() -> None:
    found = {name: array.shape for name, array in arrays().items() if name != "header"}
    assert found == {
        "0.weight": (2, 1, 3, 3),
        "0.bias": (2,),
        "1.weight": (2,),
        "1.bias": (2,),
        "1.running_mean": (2,),
        "1.running_var": (2,),
        "6.weight": (10, 98),
        "6.bias": (10,),
    }


def not_an_array() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("header.npy", b"nonsense")
    return target.getvalue()


def bomb() -> bytes:
    """Two gigabytes of zeros that say they are the head's weights."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(FILE)) as known, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for info in known.infolist():
            if info.filename != "6.weight.npy":
                archive.writestr(info.filename, known.read(info))
        with archive.open("6.weight.npy", "w", force_zip64=True) as member:
            np.lib.format.write_array_header_1_0(
                member, {"descr": "<f4", "fortran_order": False, "shape": (10, 50_000_000)}
            )
            for _ in range(100):  # of the 2000 MB announced, 100: enough to be noticed if it were read
                member.write(bytes(1_000_000))
    return target.getvalue()


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda: b"", DataError),
        (lambda: b"PK\x03\x04 nothing", DataError),
        (lambda: FILE[: len(FILE) // 2], DataError),
        (lambda: FILE[:200] + bytes(200) + FILE[400:], DataError),
        (not_an_array, DataError),
        (bomb, DataError),
        (lambda: bytes(MOST_BYTES + 1), DataError),
        (lambda: packed(header=None), DataError),
        (lambda: packed(header=np.array(["{}"], object)), DataError),
        (lambda: packed(header=np.frombuffer(b"{" * 1000, np.uint8)), ConfigError),
        (lambda: packed(header=np.frombuffer(b"[" * 100_000, np.uint8)), ConfigError),
        (lambda: packed(header=np.frombuffer(b"[]", np.uint8)), ConfigError),
        (lambda: packed(header=np.zeros(300_000, np.uint8)), DataError),
        (lambda: header(format="something else"), ConfigError),
        (lambda: header(version=99), ConfigError),
        (lambda: header(config=None), ConfigError),
        (lambda: header(config={"version": 1, "layers": [{"kind": "conv2d", "filters": "many"}]}), ConfigError),
        (lambda: header(config={"version": 1, "layers": [{"kind": "linear", "units": 5}]}), ShapeError),
        (lambda: header(class_names=["a"] * 63), ConfigError),
        (lambda: header(class_names=["a"]), ConfigError),
        (lambda: header(class_names=["a" * 999, "b"]), ConfigError),
        (lambda: header(class_names=[1, 2]), ConfigError),
        (lambda: header(class_names=["yes", "no"]), DataError),
        (lambda: packed(**{"6.weight": None}), DataError),
        (lambda: packed(**{"6.weight": np.zeros((98, 10), np.float32)}), ShapeError),
        (lambda: packed(**{"6.weight": np.full((10, 98), np.nan, np.float32)}), ShapeError),
        (lambda: packed(**{"6.weight": np.full((10, 98), "x")}), PlaygroundError),
        (lambda: packed(**{"6.weight": np.zeros((10, 98), object)}), DataError),
    ],
)
def test_foreign_and_damaged_files_are_refused_with_a_reason(
    make: Callable[[], bytes], kind: type[PlaygroundError]
) -> None:
    data = make()
    tracemalloc.start()
    try:
        with pytest.raises(kind) as caught:
            load_model(data, "mine.npz")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000
    assert len(caught.value.sentence("en")) > 20
    assert caught.value.sentence("ja") != caught.value.sentence("en")


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: b"no zip", "training.model_damaged"),
        (lambda: FILE[: len(FILE) // 2], "training.model_damaged"),
        (lambda: packed(header=None), "training.model_header"),
        (lambda: packed(header=np.array(["{}"], object)), "training.model_header"),
        (lambda: packed(**{"6.weight": np.zeros((5000, 98))}), "training.model_misfit"),
    ],
)
def test_a_refusal_speaks_of_models_and_not_of_data_sets(make: Callable[[], bytes], code: str) -> None:
    with pytest.raises(DataError) as caught:
        load_model(make(), "mine.npz")
    assert caught.value.code == code


def test_a_step_that_is_no_number_counts_as_none() -> None:
    assert load_model(header(step="many", fingerprint=3)).step == 0
    assert load_model(header(step=True)).step == 0


def test_the_fingerprint_names_what_computes() -> None:
    mark = fingerprint()
    assert mark.threads == 1
    assert mark.numpy == np.__version__
    assert (mark.blas, mark.threads) == openblas()
    assert mark.blas != "unknown"
    assert mark == fingerprint()


def test_a_short_fingerprint_tells_apart_what_may_compute_other_weights() -> None:
    mark = fingerprint()
    assert mark.short == fingerprint().short
    for name, value in mark.to_dict().items():
        other = replace(mark, **{name: value + 1 if isinstance(value, int) else f"{value}x"})
        assert other.short != mark.short, name
