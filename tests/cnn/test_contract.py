"""What every class of every registry must keep to: found, not listed, so that a new class is tested at once."""

import importlib
import json
import math
import pickle
import pkgutil
from collections.abc import Iterator
from dataclasses import is_dataclass, replace
from typing import Any

import pytest

import cnn
from cnn.errors import ConfigError
from cnn.options import Option, options_of
from cnn.registry import Registry, same_options


def _registries() -> list[Registry[Any]]:
    found: dict[int, Registry[Any]] = {}
    for module in pkgutil.walk_packages(cnn.__path__, "cnn."):
        if not module.name.endswith("__main__"):
            for value in vars(importlib.import_module(module.name)).values():
                if isinstance(value, Registry):
                    found[id(value)] = value
    return sorted(found.values(), key=lambda registry: registry.family)


REGISTRIES = _registries()
MEMBERS = [
    pytest.param(registry, cls, id=f"{registry.family}-{name}")
    for registry in REGISTRIES
    for name, cls in registry.items()
]
OPTIONS = [
    pytest.param(cls, one, id=f"{registry.family}-{name}-{one.name}")
    for registry in REGISTRIES
    for name, cls in registry.items()
    for one in options_of(cls)
]


def _allowed(one: Option) -> Iterator[Any]:
    """Values at the edges of what an option accepts."""
    yield one.default
    yield from one.choices
    if one.kind in ("int", "float"):
        yield from (bound for bound in (one.low, one.high) if math.isfinite(bound))
    elif one.kind == "bool":
        yield not one.default
    elif one.kind == "family" and one.family is not None:
        yield from (cls() for cls in one.family.values())


def _refused(one: Option) -> Iterator[Any]:
    """Values just beyond."""
    yield from (None, object(), ["x"], float("nan"), "no such word")
    if math.isfinite(one.low):
        yield one.low - 1
    if math.isfinite(one.high):
        yield one.high + 1
    if one.kind != "bool":
        yield True


def test_all_families_are_found() -> None:
    families = {registry.family for registry in REGISTRIES}
    assert families >= {"activation", "dataset", "initializer", "layer", "loss", "optimizer", "schedule"}


@pytest.mark.parametrize(("registry", "cls"), MEMBERS)
def test_a_member_can_be_made_without_arguments_and_explains_itself(registry: Registry[Any], cls: type[Any]) -> None:
    assert is_dataclass(cls)
    assert registry.name_of(cls()) == registry.name_of(cls)
    assert cls.__doc__
    first, *rest = cls.__doc__.splitlines()
    assert len(first) > 12, "the first line says in a sentence what it does"
    assert not first.startswith(cls.__name__ + "("), "the docstring that dataclass makes up"
    assert not rest or rest[0] == ""


@pytest.mark.parametrize(("registry", "cls"), MEMBERS)
def test_every_value_survives_the_codec_and_pickling(registry: Registry[Any], cls: type[Any]) -> None:
    variants = [cls()] + [cls(**{one.name: value}) for one in options_of(cls) for value in _allowed(one)]
    for thing in variants:
        data = json.loads(json.dumps(registry.to_dict(thing), allow_nan=False))
        assert same_options(registry.from_dict(data), thing)
        assert same_options(pickle.loads(pickle.dumps(thing)), thing)
        assert same_options(replace(thing), thing)


@pytest.mark.parametrize(("cls", "one"), OPTIONS)
def test_an_option_refuses_what_lies_outside(cls: type[Any], one: Option) -> None:
    for value in _refused(one):
        if one.kind == "text" and isinstance(value, str):
            continue  # its pattern is its own affair
        with pytest.raises(ConfigError) as caught:
            cls(**{one.name: value})
        assert f"{cls.__name__}.{one.name}" in str(caught.value), value


@pytest.mark.parametrize(("cls", "one"), OPTIONS)
def test_an_option_can_be_shown(cls: type[Any], one: Option) -> None:
    if one.log:
        assert one.low > 0, "a logarithmic slider cannot start at 0"
    if one.kind in ("int", "float"):
        assert math.isfinite(one.low)
        assert math.isfinite(one.high)


@pytest.mark.parametrize(("registry", "cls"), MEMBERS)
def test_a_member_cannot_be_changed_unless_it_holds_arrays(registry: Registry[Any], cls: type[Any]) -> None:
    thing = cls()
    assert thing == cls()
    if registry is not cnn.LAYERS:
        hash(thing)
        for one in options_of(cls):
            with pytest.raises(AttributeError):
                setattr(thing, one.name, one.default)
