"""FReLU: each pixel against what its surroundings let expect."""

from typing import Any

import numpy as np
import streamlit as st

from cnn.explain.activations import ActivationsSettings
from cnn.explain.funnel import KERNELS, Funnel, funnel
from pages.ui.activations.functions import KEY, Shown
from pages.ui.grid import Mosaic, Reads, grid
from pages.ui.layer_names import shape_text
from pages.ui.numbers import percent
from pages.ui.options import edit_options
from pages.ui.specimen import Specimen, choose_specimen
from pages.ui.texts import Texts

_WIDEST = 250  # CSS pixels of a picture
_WRITABLE = 26  # CSS pixels a cell needs for its number


def show(settings: ActivationsSettings, picture: Any, controls: Any, texts: Texts) -> Shown:
    """FReLU: each pixel against what its surroundings let expect."""
    with controls:
        specimen = choose_specimen()
        settings = edit_options(settings, KEY, ("kernel",))
    with picture:
        found = funnel(specimen.picture, KERNELS[settings.kernel])
        grid("activations_funnel", funnel_mosaics(specimen, found, texts), wrap=True, sweep=3)
        st.markdown(texts("see.funnel", share=percent(float(found.widened.mean()))))
        st.latex(texts("formula.frelu"))
    return settings, False


def funnel_mosaics(specimen: Specimen, found: Funnel, texts: Texts) -> list[Mosaic]:
    """The picture with its padding, the 3 × 3 weights, T(x), and the larger of the two at each pixel."""
    padded = np.pad(specimen.picture, 1)
    cell = max(2, _WIDEST // padded.shape[1])
    write = specimen.typed and cell >= _WRITABLE
    limit = float(np.abs(specimen.picture).max()) or 1.0
    window = Reads(0, (1, 1), (3, 3), kernel=1, channels="own")
    return [
        Mosaic(
            padded[None], texts("funnel.input"), notes=(shape_text((1, *specimen.picture.shape)),), kind="input",
            limit=limit, cell=cell, padding=(1, 1, 1, 1), show_values=write,
        ),
        Mosaic(
            found.kernel[None], texts("funnel.kernel"), notes=("3 × 3",), kind="convolution", cell=28,
            show_values=True, sign="∗",
        ),
        Mosaic(
            found.condition[None], texts("funnel.condition"), kind="convolution", limit=limit, cell=cell,
            reads=window, show_values=write, sign="=",
        ),
        Mosaic(
            found.output[None], texts("funnel.output"), kind="activation", limit=limit, cell=cell,
            notes=(texts("funnel.share", share=percent(float(found.widened.mean()))),), show_values=write,
            reads=Reads(0, (1, 1), (3, 3), kernel=1, channels="own", sums=found.condition[None],
                        function=texts("funnel.function")),
            marks=found.widened[None] if specimen.typed else None, marks_label=texts("funnel.mark"),
        ),
    ]  # fmt: skip
