"""What twenty layers leave of a gradient."""

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.activations import Activation
from cnn.explain.activations import ActivationsSettings
from cnn.explain.vanishing import DEEPEST, Passage, passage
from cnn.initializers import Initializer
from pages.ui.activations.functions import KEY, Shown, called, choose_functions, look_of
from pages.ui.drag import Curve, Dragged, Panel, Slider, curves
from pages.ui.options import edit_options
from pages.ui.specimen import choose_specimen
from pages.ui.texts import Texts

Array = NDArray[Any]
_FLOOR = 1e-16  # of the plots: a smaller share of a gradient is nothing to float64 either


def show(settings: ActivationsSettings, picture: Any, controls: Any, texts: Texts) -> Shown:
    """What twenty layers leave of a gradient."""
    with controls:
        chosen, moving = choose_functions(settings, texts)
        specimen = choose_specimen()
        settings = edit_options(replace(settings, chosen=chosen), KEY, ("stack",))
        with st.expander(texts("more")):
            settings = edit_options(settings, KEY, ("initializer",))
    with picture:
        found = passages(settings, specimen.picture)
        layers = depth_plots(settings, found, texts)
        settings = replace(settings, layers=int(layers.value))
        st.markdown(in_words(settings, found, texts))
        st.latex(texts("formula.depth"))
    return settings, moving


def passages(settings: ActivationsSettings, picture: Array) -> list[Passage]:
    """What is left of a gradient, for each function chosen."""
    data, shape = picture.tobytes(), (picture.shape[0], picture.shape[1])
    return [_passage(one, data, shape, settings.stack, settings.initializer) for one in settings.chosen]


@lru_cache(maxsize=256)
def _passage(
    activation: Activation, data: bytes, shape: tuple[int, int], stack: str, initializer: Initializer | str
) -> Passage:
    return passage(activation, np.frombuffer(data).reshape(shape), stack, initializer)


def depth_plots(settings: ActivationsSettings, found: Sequence[Passage], texts: Texts) -> Dragged:
    """The product of the derivatives, and the gradient that really arrives, over the number of layers passed."""
    samples = [np.stack([one.products, one.gradients]) for one in found]
    positive = np.concatenate([values[values > 0] for values in samples] or [np.ones(1)])
    low = max(_FLOOR, 10.0 ** math.floor(math.log10(float(positive.min(initial=0.1)))))
    high = 10.0 ** math.ceil(math.log10(float(positive.max(initial=1.0))) + 0.01)
    lines = [Curve(called(one), values, look_of(one)) for one, values in zip(settings.chosen, samples, strict=True)]
    panels = [Panel(texts("plot.product"), low, high, log=True), Panel(texts("plot.gradient"), low, high, log=True)]
    layers = Slider("layers", texts("plot.layers"), 1, DEEPEST, settings.layers, 1)
    return curves(f"{KEY}.depth", layers, np.arange(1, DEEPEST + 1), panels, lines, live=False)


def in_words(settings: ActivationsSettings, found: Sequence[Passage], texts: Texts) -> str:
    """Which function leaves least of the gradient, and which most."""
    arrived = {
        called(one): left.gradients[settings.layers - 1] for one, left in zip(settings.chosen, found, strict=True)
    }
    least, most = min(arrived, key=lambda name: arrived[name]), max(arrived, key=lambda name: arrived[name])
    said = {"layers": settings.layers, "least": least, "smallest": short(arrived[least])}
    if len(arrived) == 1:
        return texts("see.one", **said)
    return texts("see.depth", **said, most=most, largest=short(arrived[most]))


def short(value: float, digits: int = 2) -> str:
    """So many digits, with a power of ten where the number is far from 1."""
    if value == 0 or 1e-3 <= value < 1e4:
        return f"{float(f'{value:.{digits}g}'):g}"
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"${mantissa} \\cdot 10^{{{int(exponent)}}}$"
