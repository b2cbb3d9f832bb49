"""Softmax: ten logits to drag, the probabilities they become, and how each answers to each."""

from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.explain.activations import LARGEST_LOGIT, ActivationsSettings, softmax, softmax_jacobian, write_logits
from pages.ui.activations.functions import KEY, Shown
from pages.ui.drag import Bars, Dragged, Slider, sliders
from pages.ui.drag.options import drag_options
from pages.ui.grid import Mosaic, grid
from pages.ui.headings import heading
from pages.ui.models import shipped_model
from pages.ui.numbers import percent
from pages.ui.settings import read_settings, write_settings
from pages.ui.specimen import choose_specimen, current_specimen
from pages.ui.texts import Texts

Array = NDArray[Any]


def show(settings: ActivationsSettings, picture: Any, controls: Any, texts: Texts) -> Shown:
    """Ten logits to drag, the probabilities they become, and how each answers to each."""
    with controls:
        specimen = choose_specimen()
        fits = specimen.picture.shape == (28, 28)
        st.button(texts("softmax.take"), on_click=take_logits, disabled=not fits, key=f"{KEY}.take")
        (settings,), heating = drag_options([settings], f"{KEY}.heat", only=("temperature",))
    with picture:
        bars, beside = st.columns([1.9, 1], gap="medium")
        with bars:
            dragged = logit_bars(settings.scores(), settings.temperature, texts)
        scores = np.array(dragged.values)
        shares = softmax(scores, settings.temperature)
        with beside:
            heading(texts("softmax.jacobian"))
            grid("activations_jacobian", [jacobian_mosaic(scores, settings.temperature, texts)])
        best = int(shares.argmax())
        values = {"share": percent(float(shares[best]), 3), "total": percent(round(float(shares.sum()), 9))}
        st.markdown(texts("see.softmax", best=best, **values))
        st.latex(texts("formula.softmax"))
    return replace(settings, logits=write_logits(dragged.values)), heating or dragged.moving


def take_logits() -> None:
    """Put the logits that the network gives the input onto the sliders."""
    given = shipped_model().network.logits(current_specimen().picture[None, None])[0]
    write_settings(replace(read_settings(ActivationsSettings), logits=write_logits(np.round(given.astype(float), 1))))


def logit_bars(logits: Array, temperature: float, texts: Texts) -> Dragged:
    """Ten logits to be dragged, and the probabilities that softmax makes of them."""
    handles = [
        Slider(str(place), str(place), -LARGEST_LOGIT, LARGEST_LOGIT, float(logit), 0.1)
        for place, logit in enumerate(logits)
    ]
    return sliders(
        f"{KEY}.logits",
        handles,
        upright=True,
        bars=lambda values: [Bars(texts("softmax.probability"), softmax(np.array(values), temperature))],
        title=texts("softmax.logit"),
    )


def jacobian_mosaic(logits: Array, temperature: float, texts: Texts) -> Mosaic:
    """How each probability answers to each logit."""
    classes = tuple(str(place) for place in range(logits.size))
    return Mosaic(
        softmax_jacobian(logits, temperature)[None], label=texts("softmax.jacobian"), cell=25,
        row_labels=classes, column_labels=classes, row_axis="y", column_axis="a",
    )  # fmt: skip
