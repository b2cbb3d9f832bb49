"""Widgets made from options: what ``cnn.options`` declares once appears here as a control with its bounds.

Names and explanations come from ``pages/texts/*/options.toml``; a class or option that has none there yet appears under
its own name, so that one new class in one file is on the pages at once.

The page's configuration is the truth and a widget shows it, except while the reader's last change has not reached the
configuration: a click may interrupt the run of the script that would have carried it there. :func:`settle` says that
all changes have arrived.

What a widget shows is its default, too, and labels that are no choices any more are passed over; ``pages.ui.menus``
says why.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar, cast

import streamlit as st

from cnn.errors import ConfigError
from cnn.options import Configurable, Option, options_of
from cnn.registry import Registry
from pages.ui.errors import show_error
from pages.ui.language import language
from pages.ui.menus import is_echo, show
from pages.ui.texts import Texts

C = TypeVar("C", bound=Configurable)
T = TypeVar("T")
_PENDING = "options_pending"
_NUMBER = "#"  # the entry "a number" in the menu of an option that takes a word or a number
_WIDTH = 150  # pixels: two widgets fit beside each other in a slim column
_FEW = 3  # so many words stand side by side, more go into a menu


def edit_options(
    thing: C, key: str, only: Collection[str] | None = None, meant: Mapping[str, float] = MappingProxyType({})
) -> C:
    """Widgets for the options of ``thing``; returns ``thing`` with what the reader chose.

    Args:
        thing: any dataclass with options.
        key: prefix of the widgets' keys: ``<key>.<option>``.
        only: names of the options to show; by default all that a person can set (texts are set by the program).
        meant: for options that take a number or a word: which number the word stands for now. It alone is shown, and
            the word stays until there is another number.

    A value that the options refuse (the browser's own limits can be got around) is explained in place, and ``thing``
    comes back as it was.
    """
    shown = [one for one in options_of(thing) if one.kind != "text" and (only is None or one.name in only)]
    if not shown:
        return thing
    owner = type(thing).__name__
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        chosen = {
            one.name: _edit(owner, one, getattr(thing, one.name), f"{key}.{one.name}", meant.get(one.name))
            for one in shown
        }
    try:
        return replace(cast(Any, thing), **chosen)
    except ConfigError as error:
        show_error(error)
        return thing


def choose(registry: Registry[T], thing: T, key: str, label: str) -> T:
    """A menu of the whole family, with the options of the chosen one below it.

    Choosing another class begins with that class's defaults.
    """
    chosen = choose_kind(registry, thing, key, label)
    return _edit_member(registry, registry.name_of(chosen), chosen, key)


def choose_kind(registry: Registry[T], thing: T, key: str, label: str) -> T:
    """The menu alone: ``thing``, or another class with its defaults, whose options are shown in some other way."""
    name = _menu(label, list(registry), registry.name_of(thing), key, kinds=registry)
    return thing if registry.name_of(thing) == name else registry[name]()


def choose_several(
    registry: Registry[T], things: tuple[T, ...], key: str, label: str, names: Collection[str] | None = None
) -> tuple[T, ...]:
    """Members of a family (those of ``names``, where given) to be switched on and off; at least one stays on.

    One that is switched on begins with its class's defaults.
    """
    offered = [name for name in registry if names is None or name in names]
    current = [registry.name_of(one) for one in things]
    st.pills(
        label, offered, selection_mode="multi", format_func=name_of_kind, key=_follow(key, current, offered),
        default=current, wrap=True, on_change=touch, args=(key,),
    )  # fmt: skip
    chosen: list[str] = st.session_state[key]
    kept = dict(zip(current, things, strict=True))
    return tuple(kept.get(name) or registry[name]() for name in offered if name in chosen) or things


def settle(key: str = "") -> None:
    """All changes of the widgets under the prefix ``key`` have reached the configuration, which they follow again.

    An empty prefix means all widgets there are.
    """
    st.session_state[_PENDING] = {one for one in _pending() if key and not f"{one}.".startswith(f"{key}.")}


def touch(key: str) -> None:
    """The reader has just changed the control ``key``: it leads until :func:`settle`."""
    if not is_echo(key):
        _pending().add(key)


def touched(key: str) -> bool:
    """Whether a change of the control ``key`` has not reached the configuration yet."""
    return key in _pending()


def name_of_kind(name: str) -> str:
    """What the members of a family are called in the reader's language: ``"leaky_relu"`` -> "Leaky ReLU"."""
    return _words().get(f"kind.{name}", _pretty(name))


def name_of_member(registry: Registry[T], thing: T) -> str:
    """What a member is called, with its numbers where it has any: "Normal (0.01)"."""
    values = [getattr(thing, one.name) for one in options_of(thing) if one.kind in ("int", "float")]
    name = name_of_kind(registry.name_of(thing))
    return _words()("member", name=name, values=", ".join(f"{value:g}" for value in values)) if values else name


def name_of_word(name: str) -> str:
    """What one word of a menu is called, be it a choice of an option or a network: ``"same"``, ``"lenet"``."""
    return _words().get(f"word.{name}", name_of_kind(name))


def name_of_option(owner: str, name: str) -> str:
    """What an option is called, by ``<owner's class>.<option>`` or else ``option.<option>`` in options.toml."""
    return _about(owner, name, "label") or _pretty(name)


def _edit(owner: str, one: Option, value: Any, key: str, meant: float | None = None) -> Any:
    label, help_text = name_of_option(owner, one.name), _about(owner, one.name, "help")
    if meant is not None:
        number = _number(one, meant if isinstance(value, str) else value, key, label, help_text)
        return value if isinstance(value, str) and number == meant else number
    if one.kind == "bool":
        return st.toggle(label, value, key=_follow(key, value), help=help_text, on_change=touch, args=(key,))
    if one.kind == "family" and one.family is not None:
        current = value if isinstance(value, str) else one.family.name_of(value)
        name = _menu(label, [*one.choices, *one.family], current, key, help_text, kinds=one.family)
        return name if name in one.choices else _edit_member(one.family, name, value, key)
    if one.kind == "families" and one.family is not None:
        members = choose_several(one.family, value, key, label)
        return tuple(edit_options(member, f"{key}.{one.family.name_of(member)}") for member in members)
    if one.kind == "choice":
        return _menu(label, list(one.choices), value, key, help_text)
    if not one.choices:
        return _number(one, value, key, label, help_text)
    name = _menu(label, [*one.choices, _NUMBER], value if isinstance(value, str) else _NUMBER, key, help_text)
    if name != _NUMBER:
        return name
    start = one.low if math.isfinite(one.low) else 0
    return _number(one, start if isinstance(value, str) else value, f"{key}.number", label, help_text)


def _edit_member(registry: Registry[Any], name: str, thing: Any, key: str) -> Any:
    member = thing if not isinstance(thing, str) and registry.name_of(thing) == name else registry[name]()
    return edit_options(member, f"{key}.{name}")


def _menu(
    label: str, names: list[str], current: str, key: str, help_text: str | None = None, kinds: Collection[str] = ()
) -> str:
    """A menu of ``names``, of which those in ``kinds`` are members of a family and the others words."""
    _follow(key, current, names)

    def called(name: str) -> str:
        return name_of_kind(name) if name in kinds else _name_in_menu(name)

    shared: dict[str, Any] = {
        "format_func": called,
        "help": help_text,
        "on_change": touch,
        "args": (key,),
    }
    if len(names) <= _FEW:
        return st.segmented_control(label, names, default=current, key=key, required=True, **shared)
    return st.selectbox(label, names, names.index(current), key=key, **shared)


def _number(one: Option, value: float, key: str, label: str, help_text: str | None) -> float:
    number = int if one.kind == "int" else float
    chosen = st.number_input(
        label,
        min_value=number(one.low) if math.isfinite(one.low) else None,
        max_value=number(one.high) if math.isfinite(one.high) else None,
        value=number(value),
        step=_step(one),
        format="%d" if number is int else "%g",
        key=_follow(key, number(value)),
        help=help_text,
        on_change=touch,
        args=(key,),
        width=_WIDTH,
    )
    return number(chosen)


def _step(one: Option) -> float:
    """What + and - add: 1 to an integer, a twentieth of its range to a float.

    To a logarithmic option, the magnitude of its default.
    """
    if one.log and one.default:
        step = 10.0 ** math.floor(math.log10(abs(one.default)))
        return max(1, int(step)) if one.kind == "int" else step
    if one.kind == "int":
        return 1
    span = one.high - one.low if math.isfinite(one.high - one.low) else 10 * abs(one.default) or 1.0
    return 10.0 ** math.floor(math.log10(span / 20))


def _follow(key: str, value: Any, offered: Collection[str] = ()) -> str:
    """Let the widget ``key`` show ``value``, unless the reader has just changed it.

    Args:
        key: of the widget.
        value: the configuration's.
        offered: what can be chosen, where that is a list.
    """
    shown = st.session_state.get(key)
    if offered and not {*(shown if isinstance(shown, list) else [shown])} <= {*offered}:
        _pending().discard(key)
    if key not in st.session_state or not touched(key):
        show(key, value)
    return key


def _pending() -> set[str]:
    return st.session_state.setdefault(_PENDING, set())


def _words() -> Texts:
    return Texts("options", language())


def _about(owner: str, name: str, what: str) -> str | None:
    words = _words()
    return next(
        (words(key) for key in (f"{owner.lower()}.{name}.{what}", f"option.{name}.{what}") if key in words), None
    )


def _name_in_menu(name: str) -> str:
    return _words()("number") if name == _NUMBER else name_of_word(name)


def _pretty(name: str) -> str:
    return name.replace("_", " ").capitalize()
