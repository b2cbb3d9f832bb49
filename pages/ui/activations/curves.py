"""Functions and their derivatives, with a marker on all of them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st
from numpy.typing import NDArray

from cnn.activations import ACTIVATIONS, Activation
from cnn.explain.activations import REACH, ActivationsSettings, Blocked, blocked, curve, places
from pages.ui.activations.functions import KEY, Shown, called, choose_functions, look_of
from pages.ui.drag import Curve, Dragged, Panel, Slider, Zone, curves
from pages.ui.texts import Texts

Array = NDArray[Any]
_STEP = 0.05  # of the marker: from sample to sample


def show(settings: ActivationsSettings, picture: Any, controls: Any, texts: Texts) -> Shown:
    """Curves, marker, and where no gradient gets through."""
    with controls:
        chosen, moving = choose_functions(settings, texts)
    settings = replace(settings, chosen=chosen)
    with picture:
        x = curve_plots(settings, texts)
        st.caption(texts("curves.stripes"))
        st.markdown(in_words(chosen, texts))
    return replace(settings, x=x.value), moving


def curve_plots(settings: ActivationsSettings, texts: Texts) -> Dragged:
    """Each function, and each derivative, with a marker on all of them."""
    samples = [curve(one) for one in settings.chosen]
    lines = [_curve(one, values) for one, values in zip(settings.chosen, samples, strict=True)]
    panels = [
        Panel(texts("plot.function"), *_range([values[0] for values in samples], (-1.0, 1.5), (-3.0, 3.0))),
        Panel(texts("plot.derivative"), *_range([values[1] for values in samples], (0.0, 1.0), (-2.0, 2.0))),
    ]
    x = Slider("x", "x", -REACH, REACH, settings.x, _STEP)
    return curves(f"{KEY}.marker", x, places(), panels, lines, live=False)


def in_words(chosen: Sequence[Activation], texts: Texts) -> str:
    """One line for each function: its formula, and where it lets no gradient through."""
    return "\n".join(f"- **{called(one)}** {_formula(one, texts)} {_gradient(one, texts)}" for one in chosen)


def _curve(activation: Activation, samples: Array) -> Curve:
    zones = tuple(Zone(one.start, one.end, one.dead) for one in blocked(activation))
    return Curve(called(activation), samples, look_of(activation), zones)


def _range(rows: Sequence[Array], least: tuple[float, float], most: tuple[float, float]) -> tuple[float, float]:
    """The ends of a y axis that holds all of ``rows``, within ``most``, and at least ``least``, with a little air."""
    low = max(most[0], min(least[0], *(float(row.min()) for row in rows)))
    high = min(most[1], max(least[1], *(float(row.max()) for row in rows)))
    air = 0.08 * (high - low)
    return low - air, high + air


def _formula(activation: Activation, texts: Texts) -> str:
    """Empty for a function that has no formula in the texts yet."""
    return texts.get(f"formula.{ACTIVATIONS.name_of(activation)}", "")


def _gradient(activation: Activation, texts: Texts) -> str:
    ranges = blocked(activation)
    said = [
        texts(
            f"see.{name}",
            ranges=texts("see.and").join(_range_in_words(one, texts) for one in ranges if one.dead == dead),
        )
        for name, dead in (("dead", True), ("saturated", False))
        if any(one.dead == dead for one in ranges)
    ]
    return texts("see.comma").join(said) or texts("see.clear")


def _range_in_words(one: Blocked, texts: Texts) -> str:
    start, end = (f"{value:g}".replace("-", "−") for value in (one.start, one.end))
    if one.start == -REACH and one.end == REACH:
        return texts("see.everywhere")
    if one.start == -REACH:
        return texts("see.below", end=end)
    return texts("see.above", start=start) if one.end == REACH else texts("see.between", start=start, end=end)
