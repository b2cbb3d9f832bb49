"""The functions that are compared: chosen, set, named, and told apart by a colour."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from cnn.activations import ACTIVATIONS, Activation
from cnn.explain.activations import SECTIONS, ActivationsSettings, elementwise
from cnn.options import options_of
from pages.ui.drag.options import drag_options
from pages.ui.options import choose_several, name_of_kind, name_of_option, touch, touched
from pages.ui.texts import Texts

KEY = "activations"  # prefix of the page's widgets
Shown = tuple[ActivationsSettings, bool]  # what is set, and whether the reader is moving something
Section = Callable[[ActivationsSettings, Any, Any, Texts], Shown]


def choose_section(settings: ActivationsSettings, texts: Texts) -> ActivationsSettings:
    """The switch between the pictures; the settings with the one that was chosen."""
    key = f"{KEY}.section"
    if not touched(key):
        st.session_state[key] = settings.section
    st.segmented_control(
        texts("sections.label"), SECTIONS, format_func=lambda name: texts(f"sections.{name}"), key=key, required=True,
        on_change=touch, args=(key,), label_visibility="collapsed", wrap=True,
    )  # fmt: skip
    return replace(settings, section=st.session_state[key])


def choose_functions(settings: ActivationsSettings, texts: Texts) -> tuple[tuple[Activation, ...], bool]:
    """Which functions are compared, with sliders for what can be set about them, and whether one of these moves."""
    chosen = choose_several(ACTIVATIONS, settings.chosen, f"{KEY}.chosen", texts("controls.functions"), elementwise())
    return drag_options(chosen, f"{KEY}.options", names=[name_of_kind(ACTIVATIONS.name_of(one)) for one in chosen])


def called(activation: Activation) -> str:
    """What an activation is called, with its options: "ELU (α = 1)"."""
    name = name_of_kind(ACTIVATIONS.name_of(activation))
    options = [
        f"{name_of_option(type(activation).__name__, one.name)} = {getattr(activation, one.name):g}"
        for one in options_of(activation)
    ]
    return f"{name} ({', '.join(options)})" if options else name


def look_of(activation: Activation) -> int:
    """A function keeps its colour, whichever others are shown."""
    return elementwise().index(ACTIVATIONS.name_of(activation))
