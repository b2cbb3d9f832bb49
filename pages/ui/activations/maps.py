"""The functions applied to what a convolution made of the reader's picture."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st
from numpy.typing import NDArray

from cnn.activations import ACTIVATIONS, Activation
from cnn.explain.activations import ActivationsSettings, Applied, apply, first_maps
from cnn.explain.receptive import ReceptiveField
from pages.ui.activations.functions import KEY, Shown, called, choose_functions
from pages.ui.grid import Mosaic, Reads, grid
from pages.ui.layer_names import shape_text
from pages.ui.models import shipped_model
from pages.ui.numbers import percent
from pages.ui.options import name_of_kind
from pages.ui.specimen import Specimen, choose_specimen
from pages.ui.texts import Texts

Array = NDArray[Any]
_ACROSS = 8  # maps in one line: two mosaics stand side by side, or fill a phone


def show(settings: ActivationsSettings, picture: Any, controls: Any, texts: Texts) -> Shown:
    """The functions applied to what a convolution made of the picture."""
    with controls:
        specimen = choose_specimen()
        chosen, moving = choose_functions(settings, texts)
    with picture:
        before = first_maps(shipped_model().network, specimen.picture)
        applied = [(one, apply(one, before)) for one in chosen]
        grid("activations_maps", map_mosaics(specimen, before, applied, texts), link=KEY, wrap=True, coarse=moving)
        st.markdown(texts("see.maps", negative=percent(float((before < 0).mean()))))
    return replace(settings, chosen=chosen), moving


def map_mosaics(
    specimen: Specimen, before: Array, applied: Sequence[tuple[Activation, Applied]], texts: Texts
) -> list[Mosaic]:
    """The picture, the maps of a convolution, and what each function makes of them."""
    picture = specimen.picture
    size = (picture.shape[0], picture.shape[1])
    reach = 5 // 2
    field = ReceptiveField((-reach, -reach), (1, 1), (5, 5))
    cell = max(1, round(56 / before.shape[1]))
    first = Mosaic(
        picture[None], texts("maps.input"), notes=(shape_text((1, *size)),), kind="input",
        scale="signed" if specimen.typed else "ink", cell=4 if max(size) > 12 else 14, shows_input=True, picture=size,
    )  # fmt: skip
    maps = Mosaic(
        before, texts("maps.before"), notes=(shape_text(before.shape),), kind="convolution", cell=cell,
        field=field, picture=size, across=_ACROSS,
    )  # fmt: skip
    return [
        first,
        maps,
        *(
            Mosaic(
                one.maps, called(activation), kind="activation", cell=cell, field=field, picture=size,
                across=_ACROSS,
                notes=(
                    texts("maps.silenced", share=percent(one.silenced)),
                    texts("maps.passed", mean=f"{one.passed:.2f}"),
                ),
                reads=Reads(1, (1, 1), (1, 1), channels="own", function=name_of_kind(ACTIVATIONS.name_of(activation))),
            )
            for activation, one in applied
        ),
    ]  # fmt: skip
