"""Registries: the families of things a person can choose from (activations, optimizers, layers …).

A class registers itself where it is defined; menus, URLs, pages and contract tests read the registry, so one new class
in one file appears everywhere::

    ACTIVATIONS = Registry[Activation]("activation")

    @ACTIVATIONS.register("leaky_relu")
    @dataclass(frozen=True)
    class LeakyReLU(Activation): ...
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from typing import Any, TypeVar, cast

from cnn.errors import ConfigError
from cnn.options import options_of

T = TypeVar("T")
Member = TypeVar("Member")
C = TypeVar("C", bound=type[Any])
KIND = "kind"


class Registry(Mapping[str, type[T]]):
    """Names to classes, in the order of declaration, which is the order in menus.

    Args:
        family: what its members are, in one word ("optimizer"), for messages.
    """

    def __init__(self, family: str) -> None:
        self.family = family
        self._classes: dict[str, type[T]] = {}

    def register(self, name: str) -> Callable[[C], C]:
        """Class decorator: make the class known as ``name``, in menus, URLs and files.

        It hands back the class with its own type, so that type checkers know its options.
        """

        def add(cls: C) -> C:
            if name in self._classes:
                raise TypeError(f"two {self.family}s are called {name!r}")
            self._classes[name] = cast(type[T], cls)
            return cls

        return add

    def __getitem__(self, name: str) -> type[T]:
        return self._classes[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._classes)

    def __len__(self) -> int:
        return len(self._classes)

    def name_of(self, thing: T | type[T]) -> str:
        """The name under which an instance's class (or a class) is registered."""
        cls = thing if isinstance(thing, type) else type(thing)
        for name, known in self._classes.items():
            if known is cls:
                return name
        raise self._unknown(cls.__name__)

    def to_dict(self, thing: T) -> dict[str, Any]:
        """``{"kind": name, option: value, …}``: plain numbers, words and tables, for JSON and the URL."""
        values = {one.name: _plain(one.family, getattr(thing, one.name)) for one in options_of(thing)}
        return {KIND: self.name_of(thing), **values}

    def from_dict(self, data: object) -> T:
        """The inverse of :meth:`to_dict`; options left out take their defaults.

        Raises:
            ConfigError: unknown kind or option, or a value that the option does not accept.
        """
        if not isinstance(data, Mapping) or not isinstance(data.get(KIND), str):
            raise ConfigError("options.not_a_table", family=self.family, got=data)
        if data[KIND] not in self:
            raise self._unknown(data[KIND])
        cls = self[data[KIND]]
        given = {name: value for name, value in data.items() if name != KIND}
        known = {one.name: one for one in options_of(cls)}
        for name in given:
            if name not in known:
                raise ConfigError(
                    "options.unknown_option", family=data[KIND], got=name, choices=", ".join(known) or "-"
                )
        return cls(**{name: _instance(known[name].family, value) for name, value in given.items()})

    def _unknown(self, name: str) -> ConfigError:
        return ConfigError("options.unknown_kind", family=self.family, got=name, choices=", ".join(self))


def same_options(one: Any, other: Any) -> bool:
    """Whether two things are of one class with equal options."""
    return type(one) is type(other) and all(getattr(one, f.name) == getattr(other, f.name) for f in fields(one))


def _plain(family: "Registry[Any] | None", value: Any) -> Any:
    if family is not None and isinstance(value, tuple):
        return [family.to_dict(one) for one in cast(tuple[Any, ...], value)]
    return value if family is None or isinstance(value, str) else family.to_dict(value)


def _instance(family: "Registry[Any] | None", value: Any) -> Any:
    if family is not None and isinstance(value, list):
        return tuple(family.from_dict(one) for one in cast(list[object], value))
    return family.from_dict(value) if family is not None and isinstance(value, Mapping) else value
