"""A configuration as the query of a URL: only what differs from the defaults, in words that a person can read.

One key per entry of the experiment and of its data::

    v=1&layers=conv2d(16,3)~relu~max_pool2d~flatten~linear&optimizer=adam(0.01)&source=digits(5000)&seed=3

A value is a number, a word, or a kind with its options: the first ones by position, any by name, and kinds may nest
(``conv2d(8,initializer:normal(0.1))``). Free text, such as the name of a file, stands in quotes unless it is a word;
a quote within it is doubled. Layers, and several members of one family, are joined by ``~``::

    layers = value { "~" value }
    value  = word [ "(" entry { "," entry } ")" ] | text    word = letters, digits, "_", ".", "+", "-"
    entry  = [ word ":" ] value                             text = "'" { any character but "'" | "''" } "'"

The options of any other dataclass are written the same way, one key each (:func:`encode_options`).

What comes in is untrusted: it is parsed by this grammar, bounded in length and depth, and checked as strictly as every
other configuration; what is unknown or bad falls back to its default and is reported.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeVar, cast

from cnn.config import VERSION, ExperimentConfig, layer_registry, layers_from, named_fields, registry_of
from cnn.data.config import DataConfig
from cnn.errors import ConfigError, PlaygroundError
from cnn.options import Configurable, Option, options_of
from cnn.registry import KIND, Registry

C = TypeVar("C", bound=Configurable)
LONGEST = 4000  # characters of one value
DEEPEST = 4  # kinds within kinds
MOST_DROPPED = 20  # entries that are reported
_SHOWN = 80  # characters of a dropped value that are reported
_VERSION_KEY = "v"
_LAYERS = "layers"
_WORD = re.compile(r"[A-Za-z0-9_.+-]+")
_QUOTE = "'"
_TOKEN = re.compile(rf"{_WORD.pattern}|[(),:~]|'(?:[^']|'')*'")
_JOIN = "~"


class Dropped(NamedTuple):
    """An entry of a link that was not used: text from outside, to be shown as code."""

    key: str
    text: str


@dataclass(frozen=True)
class _Value:
    """A parsed value: a word and what stands in its brackets, each entry with its name or ""; or a quoted text."""

    word: str
    entries: tuple[tuple[str, "_Value"], ...] = ()
    quoted: bool = False


def encode(config: ExperimentConfig) -> dict[str, str]:
    """The entries of a URL's query; empty for the default experiment."""
    default = ExperimentConfig()
    texts = _differences(config, default) | _differences(config.data, default.data)
    if config.layers != default.layers:
        texts[_LAYERS] = _JOIN.join(_kind_text(registry_of(type(one)), one) for one in config.layers)
    return {_VERSION_KEY: str(VERSION), **texts} if texts else {}


def decode(texts: Mapping[str, str], other: Collection[str] = ()) -> tuple[ExperimentConfig, list[Dropped]]:
    """Read a URL's query as far as it can be read; never raises.

    Args:
        texts: the query, from anyone.
        other: keys that belong to somebody else and are passed over.

    Returns:
        The configuration, with defaults for everything left out or dropped, and what was dropped. Layers are dropped
        as a whole, and so is everything written for another version.
    """
    config = ExperimentConfig()
    version = texts.get(_VERSION_KEY, str(VERSION))
    if version != str(VERSION):
        return config, [_dropped(_VERSION_KEY, version)]
    dropped: list[Dropped] = []
    for key, text in texts.items():
        if key == _VERSION_KEY or key in other:
            continue
        try:
            config = _with_entry(config, key, text)
        except PlaygroundError:
            dropped.append(_dropped(key, text))
    return config, dropped[:MOST_DROPPED]


def encode_options(thing: Configurable) -> dict[str, str]:
    """The options of ``thing`` that are not their class's defaults; texts as they stand."""
    return {
        one.name: _text(one, getattr(thing, one.name))
        for one in options_of(thing)
        if getattr(thing, one.name) != one.default
    }


def decode_options(owner: type[C], texts: Mapping[str, str], other: Collection[str] = ()) -> tuple[C, list[Dropped]]:
    """Read the options of ``owner`` as far as they can be read; never raises. The inverse of :func:`encode_options`.

    Of several members of a family those that can be read stay.

    Args:
        owner: a dataclass of options, each with a default.
        texts: the query, from anyone.
        other: keys that belong to somebody else and are passed over.
    """
    thing = owner()
    known = {one.name: one for one in options_of(owner)}
    dropped: list[Dropped] = []
    for key, text in texts.items():
        if key in other:
            continue
        sound, bad = _sound_members(owner, key, text) if key in known and known[key].kind == "families" else (text, [])
        try:
            if key not in known:
                raise ConfigError("config.unknown_key", where="link", got=key, choices=", ".join(known))
            thing = replace(cast(Any, thing), **{key: _field(owner, key, sound)})
            dropped += [_dropped(key, member) for member in bad]
        except PlaygroundError:
            dropped.append(_dropped(key, text))
    return thing, dropped[:MOST_DROPPED]


def _sound_members(owner: type[Any], key: str, text: str) -> tuple[str, list[str]]:
    """The members of a family that can be read, joined again, and those that cannot."""
    sound: list[str] = []
    bad: list[str] = []
    for member in _split(text) if len(text) <= LONGEST else ():
        try:
            _field(owner, key, member)
            sound.append(member)
        except PlaygroundError:
            bad.append(member)
    return (_JOIN.join(sound), bad) if sound else (text, [])


def _split(text: str) -> list[str]:
    """The texts between joins that do not stand in quotes, grammatical or not."""
    parts, quoted = [""], False
    for letter in text:
        quoted ^= letter == _QUOTE
        if letter == _JOIN and not quoted:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _dropped(key: str, text: str) -> Dropped:
    return Dropped(key[:_SHOWN], text[:_SHOWN])


# Writing -------------------------------------------------------------------------------------------------------------


def _differences(thing: Any, default: Any) -> dict[str, str]:
    """The fields that are not as in ``default``; those that are written in another way left out."""
    known = {one.name: one for one in options_of(thing)}
    return {
        name: _text(known.get(name), getattr(thing, name))
        for name in named_fields(type(thing))
        if name not in ("data", _LAYERS) and getattr(thing, name) != getattr(default, name)
    }


def _text(option: Option | None, value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value).removesuffix(".0")
    if isinstance(value, str):
        return value
    assert option is not None, "a nested thing belongs to a family"
    assert option.family is not None, "a nested thing belongs to a family"
    members = cast(tuple[Any, ...], value) if isinstance(value, tuple) else (value,)
    return _JOIN.join(_kind_text(option.family, one) for one in members)


def _kind_text(registry: Registry[Any], thing: Any) -> str:
    """``kind(first,second,name:value)``: the options that differ from the class's own defaults."""
    entries: list[str] = []
    positional = True
    for one in options_of(thing):
        value = getattr(thing, one.name)
        if value == one.default:
            positional = False
            continue
        text = _quoted(value) if one.kind == "text" else _text(one, value)
        entries.append(text if positional else f"{one.name}:{text}")
    return registry.name_of(thing) + (f"({','.join(entries)})" if entries else "")


def _quoted(text: str) -> str:
    return text if _WORD.fullmatch(text) else _QUOTE + text.replace(_QUOTE, _QUOTE * 2) + _QUOTE


# Reading -------------------------------------------------------------------------------------------------------------


def _with_entry(config: ExperimentConfig, key: str, text: str) -> ExperimentConfig:
    """The configuration with one more entry of a link.

    Raises:
        PlaygroundError: an unknown key, or a value that is not accepted.
    """
    if key == _LAYERS:
        layers = [_table(layer_registry(one.word), one) for one in _parse(key, text)]
        return replace(config, layers=layers_from(layers))
    for part, owner in ((config, ExperimentConfig), (config.data, DataConfig)):
        if key in named_fields(owner) and key != "data":
            changed = replace(part, **{key: _field(owner, key, text)})
            return changed if isinstance(changed, ExperimentConfig) else replace(config, data=changed)
    raise ConfigError("config.unknown_key", where="link", got=key, choices=", ".join(_keys()))


def _keys() -> list[str]:
    return [_VERSION_KEY, *(name for owner in (ExperimentConfig, DataConfig) for name in named_fields(owner))]


def _field(owner: type[Any], key: str, text: str) -> Any:
    known = {one.name: one for one in options_of(owner)}
    if key in known and known[key].kind == "text":
        return _bounded(key, text)
    parsed = _parse(key, text)
    several = known[key].family if key in known and known[key].kind == "families" else None
    if several is not None:
        return tuple(several.from_dict(_table(several, one)) for one in parsed)
    if len(parsed) != 1:
        raise ConfigError("config.bad_text", where=key, got=text)
    value = _typed(known.get(key), parsed[0])
    family = known[key].family if key in known else None
    return family.from_dict(value) if family is not None and isinstance(value, dict) else value


def _table(registry: Registry[Any], value: _Value) -> dict[str, Any]:
    """``{"kind": …, option: …}`` for the strict reader, which checks the values."""
    if value.quoted or value.word not in registry:
        raise ConfigError("options.unknown_kind", family=registry.family, got=value.word, choices=", ".join(registry))
    options = options_of(registry[value.word])
    if len(value.entries) > len(options):
        raise ConfigError("config.too_many_values", where=value.word, got=len(value.entries), expected=len(options))
    known = {one.name: one for one in options}
    table: dict[str, Any] = {KIND: value.word}
    for place, (name, entry) in enumerate(value.entries):
        name = name or options[place].name
        if name in table:
            raise ConfigError("config.bad_text", where=value.word, got=name)
        table[name] = _typed(known.get(name), entry)
    return table


def _typed(option: Option | None, value: _Value) -> Any:
    """A parsed value as what the option takes; whatever does not fit stays text, which the strict reader refuses."""
    word = value.word
    if value.quoted:
        if option is None or option.kind != "text":
            raise ConfigError("config.bad_text", where="link", got=word)
        return word
    if option is not None and option.family is not None and word not in option.choices:
        return _table(option.family, value)
    if value.entries:
        raise ConfigError("config.bad_text", where=word, got=word)
    if option is None or word in option.choices:
        return word
    if option.kind == "bool":
        return {"true": True, "false": False}.get(word, word)
    if option.kind in ("int", "float"):
        try:
            return int(word) if option.kind == "int" else float(word)
        except ValueError:
            return word
    return word


def _parse(where: str, text: str) -> list[_Value]:
    """Values joined by ``~``.

    Raises:
        ConfigError: too long, too deep, or not of the grammar.
    """
    tokens = _TOKEN.findall(_bounded(where, text))
    if "".join(tokens) != text:
        raise ConfigError("config.bad_text", where=where, got=text)
    try:
        return _Parser(tokens).values()
    except _NotGrammar as error:
        raise ConfigError("config.bad_text", where=where, got=text) from error


def _bounded(where: str, text: str) -> str:
    if len(text) > LONGEST:
        raise ConfigError("config.text_too_long", where=where, got=len(text), most=LONGEST)
    return text


class _NotGrammar(Exception):
    """The tokens do not follow the grammar."""


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = [*tokens, ""]
        self._at = 0

    def values(self) -> list[_Value]:
        found = [self._value(0)]
        while self._accept(_JOIN):
            found.append(self._value(0))
        if self._tokens[self._at]:
            raise _NotGrammar
        return found

    def _value(self, depth: int) -> _Value:
        if self._tokens[self._at].startswith(_QUOTE):
            text = self._tokens[self._at][1:-1].replace(_QUOTE * 2, _QUOTE)
            self._at += 1
            return _Value(text, quoted=True)
        word = self._word()
        if not self._accept("("):
            return _Value(word)
        if depth >= DEEPEST:
            raise _NotGrammar
        entries = [self._entry(depth + 1)]
        while self._accept(","):
            entries.append(self._entry(depth + 1))
        if not self._accept(")"):
            raise _NotGrammar
        return _Value(word, tuple(entries))

    def _entry(self, depth: int) -> tuple[str, _Value]:
        if self._tokens[self._at + 1 : self._at + 2] == [":"]:
            name = self._word()
            self._at += 1
            return name, self._value(depth)
        return "", self._value(depth)

    def _word(self) -> str:
        word = self._tokens[self._at]
        if not _WORD.fullmatch(word):
            raise _NotGrammar
        self._at += 1
        return word

    def _accept(self, token: str) -> bool:
        if self._tokens[self._at] != token:
            return False
        self._at += 1
        return True
