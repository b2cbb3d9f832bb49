"""Arrays from files that anybody made: either an array as announced or a sentence, whatever stands in the bytes."""

import io
import zipfile

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cnn.data.npz import read_npz
from cnn.errors import DataError
from cnn.training.checkpoint import load_model

MOST = 100_000
ARRAYS = [
    np.arange(12, dtype=np.float32).reshape(3, 4),
    np.asfortranarray(np.arange(12.0).reshape(3, 4)),
    np.float64(3),
    np.array(["cat", "カエル"]),
    np.array([b"cat", b"bird"]),
    np.zeros((2, 0)),
    np.array([True, False]),
    np.arange(3, dtype=">u2"),
    np.arange(3, dtype=np.float16),
    np.array(["cat", "bird"], ">U4"),
]


def npz(**arrays: object) -> bytes:
    packed = io.BytesIO()
    np.savez(packed, **arrays)  # type: ignore[arg-type]
    return packed.getvalue()


def zipped(content: bytes, name: str = "a.npy") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def array_file(header: str, body: bytes = bytes(12), version: bytes = b"\x01\x00") -> bytes:
    text = header.encode("latin-1", "replace")
    return b"\x93NUMPY" + version + len(text).to_bytes(2 if version[0] == 1 else 4, "little") + text + body


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{array.dtype}{array.shape}")
def test_what_numpy_writes_is_read(array):
    read = read_npz(npz(a=array), "a.npz", {"a": MOST})["a"]
    assert (read.dtype, read.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(read, array)


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 4), }",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (3,4,), }  \n",
        '{"shape":(3,4),"fortran_order":False,"descr":"|u1"}',
        "{ 'fortran_order':False , 'descr' : 'u1' , 'shape' : ( 3 , 4 ) }\n",
    ],
)
@pytest.mark.parametrize("version", [b"\x01\x00", b"\x02\x00"])
def test_headers_as_other_programs_write_them(header, version):
    assert read_npz(zipped(array_file(header, version=version)), "a", {"a": MOST})["a"].shape == (3, 4)


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 4), ",  # not closed
        "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 4",
        "{'descr': '''|u1, 'fortran_order': False, 'shape': (3, 4), }",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (-3, 4), }",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (12), }",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 4), 'shape': (12,), }",
        "{'descr': '|u1' 'fortran_order': False, 'shape': (3, 4), }",
        "{'descr': '|u1', 'fortran_order': False}",
        "{'descr': 'u3', 'fortran_order': False, 'shape': (4,), }",
        "{'descr': (), 'fortran_order': False, 'shape': (12,), }",
        "{[]: '|u1', 'fortran_order': False, 'shape': (12,), }",
        "(" * 5000,
        "",
    ],
)
def test_headers_that_say_nothing_are_a_sentence_for_data_and_for_models(header):
    content = array_file(header)
    with pytest.raises(DataError) as raised:
        read_npz(zipped(content), "digits.npz", {"a": MOST})
    assert raised.value.code in ("data.damaged_npz", "data.array_type")
    with pytest.raises(ValueError, match=r"digits\.npz"):
        load_model(zipped(content, "header.npy"), "digits.npz")


def edited(text: str) -> st.SearchStrategy[str]:
    """``text`` with a few places cut out or filled with what means something in a header."""
    pieces = st.sampled_from(
        [*"{}()[]'\",:\\\n\t #0-9Lb", "'''", "True", "None", "O", "U4", "-1", "1e9", "10" * 12, "é"]
    )
    edit = st.tuples(st.integers(0, len(text)), st.integers(0, 12), pieces | st.text(max_size=3) | st.just(""))

    def apply(edits: list[tuple[int, int, str]]) -> str:
        changed = text
        for at, length, piece in edits:
            changed = changed[:at] + piece + changed[at + length :]
        return changed

    return st.lists(edit, min_size=1, max_size=4).map(apply)


@settings(max_examples=400, deadline=None)
@given(header=edited("{'descr': '|u1', 'fortran_order': False, 'shape': (3, 4), }"), version=st.sampled_from([1, 2]))
@example(header="{'descr': '|u1', 'fortran_order': False, 'shape': (3, 4), ", version=1)
def test_any_header_gives_the_announced_array_or_a_sentence(header, version):
    try:
        array = read_npz(zipped(array_file(header, version=bytes([version, 0]))), "a.npz", {"a": MOST})["a"]
    except DataError as error:
        error.sentence("ja")  # has all that it names
        return
    assert array.nbytes == 12
    assert array.size == 0 or array.tolist() is not None  # Python can make values of all of it


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=6),
    st.integers(0, 2000) | st.none(),
)
def test_any_bytes_give_arrays_or_a_sentence(changes, length):
    data = bytearray(npz(a=np.arange(6), words=np.array(["cat", "bird"]))[:length])
    for at, byte in changes:
        if at < len(data):
            data[at] = byte
    try:
        arrays = read_npz(bytes(data), "a.npz", {"a": MOST, "words": MOST})
    except DataError as error:
        error.sentence("ja")  # has all that it names
        return
    assert all(isinstance(array.tolist(), list | int | float | str | bool) for array in arrays.values())


def test_an_optional_array_may_be_missing_but_not_be_damaged():
    data = npz(a=np.arange(3), b=np.arange(4))
    assert set(read_npz(data, "a.npz", {"a": MOST}, {"b": MOST, "c": MOST})) == {"a", "b"}
    with pytest.raises(DataError):
        read_npz(data, "a.npz", {"a": MOST}, {"b": 1})
