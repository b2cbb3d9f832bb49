"""The same CNN with each norm and without; and fed with pixels on four scales."""

from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.training.normalization import (
    RACERS,
    SCALES,
    Beginning,
    NormalizationSettings,
    beginning,
    contest,
    input_contest,
    pixel_statistics,
    rescaled,
)
from cnn.training.race import Contestant
from pages.ui.grid import Mosaic, grid
from pages.ui.normalization import KEY, Figures, number
from pages.ui.normalization.table import compare
from pages.ui.race import race_stage
from pages.ui.settings import edit_settings
from pages.ui.specimen import Specimen, choose_specimen
from pages.ui.texts import Texts

Array = NDArray[Any]
_WIDEST = 140  # CSS pixels of a picture


def show_norms(picture: Any, controls: Any, figures: Figures, texts: Texts) -> None:
    """Five networks that differ in their norms alone, and a table of them over rates or batch sizes."""
    with controls:
        settings = edit_settings(NormalizationSettings, f"{KEY}_race", ("rate", "batch", "updates"), more=("seed",))
    names = [texts(f"norm.{norm}") for norm in RACERS]
    with picture:
        st.markdown(texts("training.explained"))
        contestants = [Contestant(name, contest(norm, settings)) for norm, name in zip(RACERS, names, strict=True)]
        race_stage("normalization", contestants, figures.race, steps=settings.updates)
        compare(names, figures, texts)


def show_inputs(picture: Any, controls: Any, figures: Figures, texts: Texts) -> None:
    """Four networks that differ in the scale of their input alone."""
    with controls:
        specimen = choose_specimen()
        settings = edit_settings(
            NormalizationSettings, f"{KEY}_inputs", ("input_rate", "batch_norm"), more=("batch", "updates", "seed")
        )
    with picture:
        grid(f"{KEY}_scales", scale_mosaics(specimen, texts), wrap=True)
        st.markdown(texts("inputs.explained_norm" if settings.batch_norm else "inputs.explained", **_begins(settings)))
        contestants = [Contestant(texts(f"scale.{scale}"), input_contest(scale, settings)) for scale in SCALES]
        race_stage("normalization_inputs", contestants, figures.race, steps=settings.updates)
        mean, deviation = pixel_statistics()
        st.latex(texts("formula.scales", mean=number(mean), deviation=number(deviation)))


def _begins(settings: NormalizationSettings) -> dict[str, str]:
    """Loss and gradients before the first update, with raw and with usual pixels: {"bytes_loss": "130", …}."""
    return {
        f"{scale}_{name}": f"{value:.3g}"
        for scale in ("bytes", "unit")
        for name, value in _beginning(scale, settings.batch, settings.batch_norm, settings.seed)._asdict().items()
    }


@lru_cache(maxsize=32)
def _beginning(scale: str, batch: int, batch_norm: bool, seed: int) -> Beginning:
    return beginning(scale, NormalizationSettings(batch=batch, batch_norm=batch_norm, seed=seed))


def scale_mosaics(specimen: Specimen, texts: Texts) -> list[Mosaic]:
    """The picture as a network is fed with it: the same shape, other numbers."""
    cell = max(1, _WIDEST // max(specimen.picture.shape))
    return [_scaled(rescaled(specimen.picture, scale), scale, cell, texts) for scale in SCALES]


def _scaled(pixels: Array, scale: str, cell: int, texts: Texts) -> Mosaic:
    ends = f"{number(float(pixels.min()))} … {number(float(pixels.max()))}".replace("-", "−")
    middle = texts("inputs.mean", mean=f"{pixels.mean():.3g}".replace("-", "−"), deviation=f"{np.std(pixels):.3g}")
    return Mosaic(pixels[None], texts(f"scale.{scale}"), notes=(ends, middle), kind="input", cell=cell)
