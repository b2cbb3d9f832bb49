"""One experiment, complete: data, layers, loss, optimizer, regularisation and seed.

``to_dict`` and ``from_dict`` are the only way in and out: plain numbers, words, lists and tables, with a version,
strictly checked. Links (:mod:`cnn.links`), model files and session state all go through them.
"""

import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, TypeVar

from cnn.activations import ACTIVATIONS, Activation, ReLU
from cnn.data.config import DataConfig
from cnn.errors import ConfigError
from cnn.layers import Conv2d, Flatten, Linear, MaxPool2d
from cnn.layers.base import LAYERS, Layer
from cnn.losses import LOSSES, CrossEntropy, Loss
from cnn.optimizers import OPTIMIZERS, Adam, Optimizer
from cnn.options import Configurable, option, options_of
from cnn.outline import MAX_LAYERS, LayerRow, outline
from cnn.registry import KIND, Registry
from cnn.schedules import SCHEDULES, Constant, Schedule

VERSION = 1
MOST_EPOCHS = 1000

T = TypeVar("T", bound=Configurable)


def small_layers() -> tuple[Layer | Activation, ...]:
    """The default network: two convolutions, each with ReLU and max pooling, and one linear layer."""
    return (
        Conv2d(8, 5), ReLU(), MaxPool2d(2),
        Conv2d(16, 5), ReLU(), MaxPool2d(2),
        Flatten(), Linear(10),
    )  # fmt: skip


@dataclass(frozen=True)
class ExperimentConfig(Configurable):
    """Everything that decides what a run computes.

    Attributes:
        data: images, their split and augmentation, label noise.
        layers: layers and activations, in order. The units of a final ``Linear`` follow the data's classes.
        loss, optimizer, schedule: one of each family.
        weight_decay: λ of ½λΣW², weights only.
        batch_size: images per update.
        epochs: passes over the training images.
        early_stopping: stop after this many epochs without a lower validation loss; 0: never. Without validation
            images it has no effect.
        seed: of the initial weights, the order of batches, dropout, augmentation and the data.

    Raises:
        ConfigError: an option out of its range, no layers or more than 64, something that is not a layer.
    """

    data: DataConfig = field(default_factory=DataConfig)
    layers: tuple[Layer | Activation, ...] = field(default_factory=small_layers)
    loss: Loss = option(CrossEntropy(), family=LOSSES)
    optimizer: Optimizer = option(Adam(lr=2e-3), family=OPTIMIZERS)
    schedule: Schedule = option(Constant(), family=SCHEDULES)
    weight_decay: float = option(0.0, low=0, high=1, live=True)
    batch_size: int = option(64, low=1, high=1024, log=True)
    epochs: int = option(10, low=1, high=MOST_EPOCHS, live=True)
    early_stopping: int = option(0, low=0, high=100)
    seed: int = option(0, low=0, high=2**31 - 1)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.layers:
            raise ConfigError("config.no_layers")
        if len(self.layers) > MAX_LAYERS:
            raise ConfigError("config.too_many_layers", got=len(self.layers), most=MAX_LAYERS)
        for layer in self.layers:
            registry_of(type(layer))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, with every option, defaults included."""
        layers = [registry_of(type(layer)).to_dict(layer) for layer in self.layers]
        return {"version": VERSION, **to_table(self), "layers": layers}

    @classmethod
    def from_dict(cls, data: object) -> "ExperimentConfig":
        """The inverse of :meth:`to_dict`; what is left out takes its default, except the version.

        Raises:
            ConfigError: another version, an unknown key, or a value that is not accepted.
        """
        given = _mapping("experiment", data)
        version = given.pop("version", None)
        if type(version) is not int or version != VERSION:
            raise ConfigError("config.version", got=version, expected=VERSION)
        if "layers" in given:
            given["layers"] = layers_from(given["layers"])
        return from_table(cls, given, "experiment")

    def outline(self, classes: int | None = None) -> list[LayerRow]:
        """The plan of the network, trained on batches of this size: a row per layer, errors where they arise.

        Args:
            classes: of the data, whose number the outputs must have; None where it is not known.
        """
        return outline(self.layers, batch_size=self.batch_size, classes=classes)

    def canonical(self) -> str:
        """One text for equal configurations: what caches go by."""
        return json.dumps(self.to_dict(), sort_keys=True)


def layers_from(data: object) -> tuple[Layer | Activation, ...]:
    """Layers and activations from a list of tables.

    Raises:
        ConfigError: not a list, an unknown kind or option, or a value that is not accepted.
    """
    if not isinstance(data, list | tuple):
        raise ConfigError("config.layers_not_a_list", got=data)
    if len(data) > MAX_LAYERS:  # before any is made
        raise ConfigError("config.too_many_layers", got=len(data), most=MAX_LAYERS)
    return tuple(_layer_from(one) for one in data)


def to_table(thing: Configurable) -> dict[str, Any]:
    """Something that stands outside the registries as plain values; what is nested in it as tables."""
    families = {one.name: one.family for one in options_of(thing)}
    table: dict[str, Any] = {}
    for name in named_fields(type(thing)):
        value, family = getattr(thing, name), families.get(name)
        if isinstance(value, Configurable):
            table[name] = to_table(value) if family is None else family.to_dict(value)
        else:
            table[name] = value
    return table


def from_table(cls: type[T], data: object, where: str) -> T:
    """The inverse of :func:`to_table`; what is left out takes its default.

    Raises:
        ConfigError: not a table, an unknown key, or a value that is not accepted.
    """
    return cls(**_values(cls, _mapping(where, data), where))


def registry_of(cls: type[Layer | Activation]) -> Registry[Any]:
    """The registry that a layer or activation stands in.

    Raises:
        ConfigError: it is neither.
    """
    for registry in (LAYERS, ACTIVATIONS):
        if cls in registry.values():
            return registry
    raise ConfigError("config.not_a_layer", got=cls.__name__, choices=_layer_kinds())


def named_fields(cls: type[Any]) -> dict[str, Any]:
    """The fields of a dataclass with their defaults, in declaration order."""
    made = {one.name: one.default if one.default is not MISSING else None for one in fields(cls)}
    for one in fields(cls):
        if one.default_factory is not MISSING:
            made[one.name] = one.default_factory()
    return made


def layer_registry(kind: object) -> Registry[Any]:
    """The registry in which a kind of layer or activation stands.

    Raises:
        ConfigError: it is neither.
    """
    for registry in (LAYERS, ACTIVATIONS):
        if isinstance(kind, str) and kind in registry:
            return registry
    raise ConfigError("config.not_a_layer", got=kind, choices=_layer_kinds())


def _layer_from(data: object) -> Layer | Activation:
    table = _mapping("layer", data)
    return layer_registry(table.get(KIND)).from_dict(table)


def _layer_kinds() -> str:
    return ", ".join((*LAYERS, *ACTIVATIONS))


def _values(cls: type[Configurable], given: dict[str, Any], where: str) -> dict[str, Any]:
    known = {one.name: one for one in options_of(cls)}
    names = named_fields(cls)
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in names:
            raise ConfigError("config.unknown_key", where=where, got=name, choices=", ".join(names))
        family = known[name].family if name in known else None
        nested = names[name]
        if family is not None and isinstance(value, Mapping):
            values[name] = family.from_dict(value)
        elif family is None and isinstance(nested, Configurable):
            values[name] = from_table(type(nested), value, name)
        else:
            values[name] = value
    return values


def _mapping(where: str, data: object) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        raise ConfigError("config.not_a_table", where=where, got=data)
    return dict(data)
