"""A deep stack on show: its controls, its curves over depth, and a slider of σ that everything follows."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.activations import Activation, ReLU, Sigmoid, Tanh
from cnn.initializers import INITIALIZERS, HeNormal, Initializer, Normal, XavierNormal, Zeros
from cnn.training.initialization import InitializersSettings, Passing, send, suited
from pages.ui.drag import Curve, Panel, Slider, curves, sliders
from pages.ui.headings import heading
from pages.ui.options import name_of_member
from pages.ui.settings import edit_settings, read_settings, write_settings
from pages.ui.texts import Texts

Array = NDArray[Any]
KEY = "initializers"  # prefix of the page's widgets
OWN, BETWEEN, REFERENCE = 0, 1, 2  # looks of the curves
_LEAST, _LARGEST = 1e-3, 3.0  # of the slider of σ
_FLOOR, _CEILING = 1e-30, 1e30  # of the plots

# The figure that every textbook has, panel by panel: what the weights start with, and what is between the layers.
PRESETS: Mapping[str, tuple[Activation, Initializer]] = MappingProxyType(
    {
        "wide": (Sigmoid(), Normal(1.0)),
        "narrow": (Sigmoid(), Normal(0.01)),
        "xavier_sigmoid": (Sigmoid(), XavierNormal()),
        "xavier_tanh": (Tanh(), XavierNormal()),
        "he_relu": (ReLU(), HeNormal()),
        "zeros": (Tanh(), Zeros()),
    }
)


def show_controls(texts: Texts) -> InitializersSettings:
    """What the stack is made of, and the textbook's figure, one click each."""
    settings = edit_settings(
        InitializersSettings, f"{KEY}_stack", ("activation", "initializer", "layers", "width"), ("seed",)
    )
    heading(texts("presets.title"))
    with st.container(horizontal=True, gap="small", key="initializers_presets"):
        for name in PRESETS:
            st.button(texts(f"presets.{name}"), key=f"{KEY}_preset_{name}", on_click=take_preset, args=(name,))
    return settings


def take_preset(name: str) -> None:
    """Set activation and initializer to a panel of the textbook's figure."""
    activation, initializer = PRESETS[name]
    write_settings(replace(read_settings(InitializersSettings), activation=activation, initializer=initializer))


def drag_sigma(settings: InitializersSettings, texts: Texts) -> tuple[InitializersSettings, bool]:
    """The slider of σ, standing where the initializer puts it; the settings as it now says, and whether it moves.

    Whoever moves it chooses σ alone, so that the initializer becomes the normal one.
    """
    stands = settings.initializer.std(settings.width, settings.width)
    handle = Slider("sigma", texts("stage.sigma"), _LEAST, _LARGEST, stands, log=True)
    dragged = sliders(f"{KEY}.sigma", [handle])
    if dragged.value == min(_LARGEST, max(_LEAST, stands)):
        return settings, dragged.moving
    return replace(settings, initializer=Normal(dragged.value)), dragged.moving


def depth_plots(settings: InitializersSettings, passing: Passing, texts: Texts) -> InitializersSettings:
    """Standard deviations over depth, beside those of the suited initializer; a marker chooses the layer."""
    spreads, differences = passing.spreads, passing.differences
    nowhere = np.full_like(differences, np.nan)
    reference = _reference(settings.layers, settings.width, settings.activation, settings.seed)
    named = texts("curves.suited", name=called(suited(settings.activation)))
    lines = [
        Curve(texts("curves.all"), _drawable(spreads), OWN),
        Curve(texts("curves.between"), _drawable(np.stack([differences, nowhere])), BETWEEN),
        Curve(named, _drawable(reference), REFERENCE),
    ]
    panels = [
        Panel(texts("curves.outputs"), *_ends(spreads[0], differences, reference[0]), log=True),
        Panel(texts("curves.gradients"), *_ends(spreads[1], reference[1]), log=True),
    ]
    axis = Slider("layer", texts("curves.layer"), 0, settings.layers, settings.layer, 1)
    places = np.arange(settings.layers + 1)
    marker = curves(f"{KEY}.depth.{settings.layers}", axis, places, panels, lines, live=False)
    layer = int(marker.value)
    return settings if layer == settings.layer else replace(settings, at=layer)


def called(initializer: Initializer) -> str:
    """What an initializer is called, with its number where it has one: "Normal (0.01)"."""
    return name_of_member(INITIALIZERS, initializer)


@lru_cache(maxsize=64)
def _reference(layers: int, width: int, activation: Activation, seed: int) -> Array:
    settings = InitializersSettings(
        layers=layers, width=width, activation=activation, initializer=suited(activation), seed=seed
    )
    return send(settings).spreads


def _drawable(values: Array) -> Array:
    """What a logarithmic plot can show; an overflow leaves a gap."""
    return np.where(np.isfinite(values), np.minimum(values, _CEILING), np.nan)


def _ends(*rows: Array) -> tuple[float, float]:
    """Powers of ten around all that is to be drawn: at least from 0.01 to 10, so that a level curve looks level."""
    drawn = np.concatenate(rows)
    drawn = drawn[np.isfinite(drawn) & (drawn > _FLOOR)].clip(max=_CEILING)
    low, high = float(drawn.min(initial=1e-2)), float(drawn.max(initial=10.0))
    return 10.0 ** np.floor(np.log10(low)), 10.0 ** np.ceil(np.log10(high))
