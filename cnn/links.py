"""A configuration as the query of a URL: only what differs from the defaults, in words that a person can read.

One key per entry of the experiment and of its data::

    v=1&layers=conv2d(16,3)~relu~max_pool2d~flatten~linear&optimizer=adam(0.01)&source=digits(5000)&seed=3

A value is a number, a word, or a kind with its options: the first ones by position, any by name, and kinds may nest
(``conv2d(8,initializer:normal(0.1))``). Free text, such as the name of a file, stands in quotes unless it is a word;
a quote within it is doubled. Layers, and several members of one family, are joined by ``~``
(:mod:`cnn.link_grammar`). The options of any other dataclass are written the same way, one key each
(:func:`encode_options`).

What comes in is untrusted: it is parsed by that grammar, bounded in length and depth, and checked as strictly as every
other configuration; what is unknown or bad falls back to its default and is reported.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar, cast

from cnn.config import VERSION, ExperimentConfig, layer_registry, layers_from, named_fields, registry_of
from cnn.data.config import DataConfig
from cnn.errors import ConfigError, PlaygroundError
from cnn.link_grammar import JOIN, LONGEST, Value, bounded, parse, quoted, split
from cnn.options import Configurable, Option, options_of
from cnn.registry import KIND, Registry

C = TypeVar("C", bound=Configurable)
MOST_DROPPED = 20  # entries that are reported
_SHOWN = 80  # characters of a dropped value that are reported
_VERSION_KEY = "v"
_LAYERS = "layers"


class Dropped(NamedTuple):
    """An entry of a link that was not used: text from outside, to be shown as code."""

    key: str
    text: str


def encode(config: ExperimentConfig) -> dict[str, str]:
    """The entries of a URL's query; empty for the default experiment."""
    default = ExperimentConfig()
    texts = _differences(config, default) | _differences(config.data, default.data)
    if config.layers != default.layers:
        texts[_LAYERS] = JOIN.join(_kind_text(registry_of(type(one)), one) for one in config.layers)
    return {_VERSION_KEY: str(VERSION), **texts} if texts else {}


def decode(texts: Mapping[str, str]) -> tuple[ExperimentConfig, list[Dropped]]:
    """Read a URL's query as far as it can be read; never raises.

    Args:
        texts: the query, from anyone, without what is not a configuration's.

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
        if key == _VERSION_KEY:
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


def decode_options(owner: type[C], texts: Mapping[str, str]) -> tuple[C, list[Dropped]]:
    """Read the options of ``owner`` as far as they can be read; never raises. The inverse of :func:`encode_options`.

    Of several members of a family those that can be read stay.

    Args:
        owner: a dataclass of options, each with a default.
        texts: the query, from anyone, without what is not a configuration's.
    """
    thing = owner()
    known = {one.name: one for one in options_of(owner)}
    dropped: list[Dropped] = []
    for key, text in texts.items():
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
    for member in split(text) if len(text) <= LONGEST else ():
        try:
            _field(owner, key, member)
            sound.append(member)
        except PlaygroundError:
            bad.append(member)
    return (JOIN.join(sound), bad) if sound else (text, [])


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
    return JOIN.join(_kind_text(option.family, one) for one in members)


def _kind_text(registry: Registry[Any], thing: Any) -> str:
    """``kind(first,second,name:value)``: the options that differ from the class's own defaults."""
    entries: list[str] = []
    positional = True
    for one in options_of(thing):
        value = getattr(thing, one.name)
        if value == one.default:
            positional = False
            continue
        text = quoted(value) if one.kind == "text" else _text(one, value)
        entries.append(text if positional else f"{one.name}:{text}")
    return registry.name_of(thing) + (f"({','.join(entries)})" if entries else "")


# Reading -------------------------------------------------------------------------------------------------------------


def _with_entry(config: ExperimentConfig, key: str, text: str) -> ExperimentConfig:
    """The configuration with one more entry of a link.

    Raises:
        PlaygroundError: an unknown key, or a value that is not accepted.
    """
    if key == _LAYERS:
        layers = [_table(layer_registry(one.word), one) for one in parse(key, text)]
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
        return bounded(key, text)
    parsed = parse(key, text)
    several = known[key].family if key in known and known[key].kind == "families" else None
    if several is not None:
        return tuple(several.from_dict(_table(several, one)) for one in parsed)
    if len(parsed) != 1:
        raise ConfigError("config.bad_text", where=key, got=text)
    value = _typed(known.get(key), parsed[0])
    family = known[key].family if key in known else None
    return family.from_dict(value) if family is not None and isinstance(value, dict) else value


def _table(registry: Registry[Any], value: Value) -> dict[str, Any]:
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


def _typed(option: Option | None, value: Value) -> Any:
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
