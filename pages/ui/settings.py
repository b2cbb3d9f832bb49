"""A page's own settings: one dataclass of options, shown as widgets, kept in the URL."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar, cast

from pages.ui.page import follow_part

import streamlit as st

from cnn import links
from cnn.options import Configurable, options_of
from pages.ui import menus
from pages.ui.language import language
from pages.ui.options import edit_options, name_of_option, settle
from pages.ui.texts import Texts
from pages.ui.url import name_dropped, own_query, write_query

C = TypeVar("C", bound=Configurable)


def read_settings(owner: type[C]) -> C:
    """The settings that the URL says; never raises."""
    return links.decode_options(owner, own_query())[0]


def write_settings(settings: Configurable) -> None:
    """Let the URL say ``settings``: what differs from the defaults. A URL that says so in another way stays."""
    if settings != read_settings(type(settings)):
        write_query(links.encode_options(settings))


def edit_settings(
    owner: type[C],
    key: str,
    only: Collection[str],
    more: Collection[str] = (),
    meant: Mapping[str, float] = MappingProxyType({}),
) -> C:
    """Widgets for the settings of the URL; the settings with what the reader chose, which the URL then says.

    Args:
        owner: the dataclass of the page's settings.
        key: prefix of the widgets' keys; another one for each group of a page that is edited by itself.
        only: names of the options in sight.
        more: names of those that wait under "More".
        meant: which numbers words stand for now, see :func:`pages.ui.options.edit_options`.
    """
    settings = edit_options(read_settings(owner), key, only, meant)
    if more:
        with st.expander(Texts("common", language())("more")):
            settings = edit_options(settings, key, more)
    write_settings(settings)
    settle(key)
    follow_part()
    return settings


def switch(owner: type[C], name: str, key: str, called: Callable[[str], str]) -> C:
    """A choice of the page whose words all stand side by side, however many; the settings with what was chosen.

    Args:
        owner: the dataclass of the page's settings.
        name: of the option, one with choices.
        key: of the widget.
        called: what each choice is called.
    """
    choices = next(one for one in options_of(owner) if one.name == name).choices
    menus.switch(
        name_of_option(owner.__name__, name), choices, getattr(read_settings(owner), name), key,
        lambda choice: write_settings(replace(cast(Any, read_settings(owner)), **{name: choice})), called,
        label_visibility="collapsed", wrap=True,
    )  # fmt: skip
    follow_part()
    return read_settings(owner)


def settings_notice(owner: type[Configurable]) -> None:
    """One notice that names what of the URL's settings was not understood."""
    name_dropped(links.decode_options(owner, own_query())[1])
