"""A trained network as a file: ``.npz`` with PyTorch's names and shapes, and its configuration in a header.

    numpy.load(file)["0.weight"]        # (F, C, KH, KW), as torch.nn.Conv2d has it

A file may come from anybody. Nothing is unpickled; the header is read first, the network that it describes is planned
within the usual limits, and only arrays that fit this plan are unpacked.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.config import ExperimentConfig
from cnn.data.dataset import MOST_CLASSES
from cnn.data.npz import read_npz
from cnn.errors import ConfigError, DataError
from cnn.network import Network
from cnn.training.advance import build_network, network_of, prepare, with_head
from cnn.training.fingerprint import fingerprint
from cnn.training.state import TrainingState

Array = NDArray[Any]

FORMAT = "cnn-playground-model"
VERSION = 1
MOST_BYTES = 50_000_000  # of a file
_HEADER = "header"
# Whatever is wrong with the header's array, the file was not saved by this app.
_NO_HEADER: dict[str, str] = dict.fromkeys(
    ("data.array_missing", "data.array_type", "data.array_too_large"), "training.model_header"
)
_LONGEST_HEADER = 200_000  # bytes
_LONGEST_NAME = 64  # characters of a class's name
_LARGEST_NUMBER = 8  # bytes: float64


@dataclass(frozen=True, eq=False)
class Model:
    """What a model file holds.

    Attributes:
        config: of the run that made it; its last ``Linear`` has one unit per class.
        class_names: in the order of the outputs.
        arrays: weights and running statistics by PyTorch's names.
        step: updates it was trained for.
        fingerprint: of the program and processor that made it, as text.
    """

    config: ExperimentConfig
    class_names: tuple[str, ...]
    arrays: dict[str, Array]
    step: int
    fingerprint: dict[str, Any]

    def network(self) -> Network:
        """A network of the caller's own with these weights."""
        network = build_network(self.config, len(self.class_names))
        network.load_state_dict(self.arrays)
        return network


def save_model(state: TrainingState) -> bytes:
    """The network of a run's state as a file.

    Raises:
        DataError: the run's images, whose class names go into the file, cannot be had any more.
    """
    assert state.config is not None, "a trainer made by hand saves its network's state_dict with numpy.savez"
    class_names = prepare(state.config).class_names
    header = {
        "format": FORMAT,
        "version": VERSION,
        "config": with_head(state.config, len(class_names)).to_dict(),
        "class_names": list(class_names),
        "step": state.step,
        "fingerprint": fingerprint().to_dict(),
    }
    packed = io.BytesIO()
    text = np.frombuffer(json.dumps(header).encode(), np.uint8)
    arrays: dict[str, Any] = {_HEADER: text, **network_of(state).state_dict()}
    np.savez_compressed(packed, **arrays)
    return packed.getvalue()


def load_model(data: bytes, filename: str = "model.npz") -> Model:
    """Read a file from anybody.

    Args:
        data: the file's bytes.
        filename: for sentences.

    Raises:
        DataError: too large, not an ``.npz`` file, damaged, or with pickled objects.
        ConfigError: its header is not one of ours, or describes a network that cannot be.
        ShapeError: its arrays are not those of that network, or hold numbers that are not finite.
    """
    if len(data) > MOST_BYTES:
        raise DataError("training.model_too_large", filename=filename, most=MOST_BYTES // 1_000_000)
    header = _header(_read(data, filename, {_HEADER: _LONGEST_HEADER}, _NO_HEADER)[_HEADER], filename)
    config = ExperimentConfig.from_dict(header.get("config"))
    class_names = _class_names(header.get("class_names"), filename)
    network = build_network(config, len(class_names))
    sizes = {name: array.size * _LARGEST_NUMBER for name, array in network.state_dict().items()}
    arrays = _read(data, filename, sizes, {"data.array_too_large": "training.model_misfit"})
    network.load_state_dict(arrays)
    step, made_by = header.get("step"), header.get("fingerprint")
    return Model(
        config=with_head(config, len(class_names)),
        class_names=class_names,
        arrays=network.state_dict(),
        step=step if type(step) is int and step >= 0 else 0,
        fingerprint=made_by if isinstance(made_by, dict) else {},
    )


def _read(data: bytes, filename: str, most_bytes: Mapping[str, int], reasons: Mapping[str, str]) -> dict[str, Array]:
    """The arrays of a file; what a refused one is told is about models, not about data sets."""
    try:
        return read_npz(data, filename, most_bytes)
    except DataError as error:
        code = {"data.damaged_npz": "training.model_damaged", **reasons}.get(error.code)
        if code is None:
            raise
        raise DataError(code, filename=filename) from error


def _header(raw: Array, filename: str) -> dict[str, Any]:
    try:
        header: object = json.loads(raw.tobytes())
    except (ValueError, RecursionError) as error:
        raise ConfigError("training.model_header", filename=filename) from error
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise ConfigError("training.model_header", filename=filename)
    if header.get("version") != VERSION:
        raise ConfigError("training.model_version", filename=filename, got=header.get("version"), expected=VERSION)
    return header


def _class_names(names: object, filename: str) -> tuple[str, ...]:
    if (
        not isinstance(names, list)
        or not 2 <= len(names) <= MOST_CLASSES
        or not all(isinstance(name, str) and len(name) <= _LONGEST_NAME for name in names)
    ):
        raise ConfigError("training.model_header", filename=filename)
    return tuple(names)
