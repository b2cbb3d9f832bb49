"""Options: declared once, as the fields of a dataclass, and understood by everything else.

A field made with :func:`option` carries its range or choices. From that one declaration come the check when an
instance is made, the widget on a page, the entry in the URL and the cases of the contract tests::

    @dataclass(frozen=True)
    class LeakyReLU(Activation):
        alpha: float = option(0.01, low=0, high=1)
"""

import math
import re
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, NoReturn

import numpy as np

from cnn.errors import ConfigError

if TYPE_CHECKING:
    from cnn.registry import Registry

Kind = Literal["int", "float", "bool", "choice", "family", "families", "text"]
_METADATA = "option"


@dataclass(frozen=True)
class Option:
    """What is known of one option.

    Attributes:
        name: the field's name.
        kind: "int" and "float" are numbers within [low, high]; "bool" a switch; "choice" one of ``choices``;
            "family" an instance of a class registered in ``family``, "families" a tuple of one or more of them; "text"
            a word that matches ``pattern``, set by the program and not typed by a person (the key of an uploaded
            file). Any kind may ALSO allow the words in ``choices`` (``padding`` takes a number or "same").
        default: the value where none is given.
        low, high: inclusive bounds of a number.
        choices: the words allowed.
        log: a slider over it is logarithmic.
        live: it may change while a network trains, without starting again.
        family: the registry that a "family" option chooses from.
        pattern: the regular expression that the whole of a "text" matches.
    """

    name: str
    kind: Kind
    default: Any
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()
    log: bool = False
    live: bool = False
    family: "Registry[Any] | None" = None
    pattern: str = ""

    def check(self, owner: str, value: object) -> None:
        """Raise :class:`ConfigError` unless ``value`` may stand in this option of ``owner``."""
        if isinstance(value, str) and self.choices:
            if value not in self.choices:
                _refuse("unknown_choice", owner, self.name, value, choices=", ".join(self.choices))
        elif not self._has_type(value):
            _refuse("wrong_type", owner, self.name, value, expected=self.expected())
        elif self.kind in ("int", "float") and not self.low <= value <= self.high:  # type: ignore[operator]
            if math.isinf(self.high):
                _refuse("too_small", owner, self.name, value, low=self.low)
            _refuse("out_of_range", owner, self.name, value, low=self.low, high=self.high)

    def expected(self) -> str:
        """The values that are accepted, for a sentence: ``int 1 … 8 | valid | same``."""
        span = f"≥ {self.low}" if math.isinf(self.high) else f"{self.low} … {self.high}"
        own = {
            "int": f"int {span}",
            "float": f"float {span}",
            "bool": "true | false",
            "choice": "",
            "text": f"text {self.pattern}",
            "family": " | ".join(self.family or ()),
            "families": " ~ ".join(self.family or ()),
        }[self.kind]
        return " | ".join(part for part in (own, *self.choices) if part)

    def _has_type(self, value: object) -> bool:
        if self.kind == "bool":
            return isinstance(value, bool)
        if self.kind == "int":
            return isinstance(value, int) and not isinstance(value, bool)
        if self.kind == "float":
            return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if self.kind == "text":
            return isinstance(value, str) and re.fullmatch(self.pattern, value) is not None
        members = value if self.kind == "families" else (value,)
        if self.family is None or not isinstance(members, tuple):
            return False
        return len(members) > 0 and all(type(one) in self.family.values() for one in members)


def option(
    default: Any,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    choices: tuple[str, ...] = (),
    log: bool = False,
    live: bool = False,
    family: "Registry[Any] | None" = None,
    kind: Kind | None = None,
    pattern: str = "",
) -> Any:
    """A dataclass field that is an option; see :class:`Option`. ``kind`` follows from the default where it can."""
    kind = kind or _kind_of(default, low, family)
    known = {
        "kind": kind,
        "low": low,
        "high": high,
        "choices": choices,
        "log": log,
        "live": live,
        "family": family,
        "pattern": pattern,
    }
    return field(default=default, metadata={_METADATA: known})


def options_of(owner: Any) -> tuple[Option, ...]:
    """The options of a dataclass (or of an instance of one), in declaration order, which is the order in menus."""
    return tuple(_options(owner))


class Configurable:
    """Base of everything that has options: checks them when an instance is made.

    A number of NumPy's (``np.int64(8)``) is as good as Python's and is kept as that, for links and files to hold.
    """

    def __post_init__(self) -> None:
        for one in options_of(self):
            given = getattr(self, one.name)
            value = plain(given)
            one.check(type(self).__name__, value)
            if value is not given:
                object.__setattr__(self, one.name, value)  # also where the dataclass is frozen


def plain(value: object) -> Any:
    """A NumPy scalar as Python's number, word or switch; anything else as it is."""
    if isinstance(value, np.floating):
        return float(value)  # .item() leaves a long double as it is
    return value.item() if isinstance(value, np.generic) else value


def _options(owner: Any) -> Iterator[Option]:
    for one in fields(owner):
        if _METADATA in one.metadata:
            if one.default is MISSING:
                raise TypeError(f"{owner}: option {one.name} has no default")
            yield Option(name=one.name, default=one.default, **one.metadata[_METADATA])


def _kind_of(default: object, low: float, family: object) -> Kind:
    if family is not None:
        return "families" if isinstance(default, tuple) else "family"
    if isinstance(default, bool):
        return "bool"
    if isinstance(default, float):
        return "float"
    return "int" if isinstance(default, int) or low != -math.inf else "choice"


def _refuse(code: str, owner: str, name: str, got: object, **details: object) -> NoReturn:
    raise ConfigError(f"options.{code}", family=owner, option=name, got=got, **details)
