"""The functions that are compared: chosen, set, named, and told apart by a colour."""

from collections.abc import Callable
from typing import Any

from cnn.activations import ACTIVATIONS, Activation
from cnn.explain.activations import ActivationsSettings, elementwise
from cnn.options import options_of
from pages.ui.drag.options import drag_options
from pages.ui.options import choose_several, name_of_kind, name_of_option
from pages.ui.settings import switch
from pages.ui.texts import Texts

KEY = "activations"  # prefix of the page's widgets
Shown = tuple[ActivationsSettings, bool]  # what is set, and whether the reader is moving something
Section = Callable[[ActivationsSettings, Any, Any, Texts], Shown]


def choose_section(texts: Texts) -> ActivationsSettings:
    """The switch between the pictures; the settings with the one that was chosen."""
    return switch(ActivationsSettings, "section", f"{KEY}.section", lambda name: texts(f"sections.{name}"))


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
