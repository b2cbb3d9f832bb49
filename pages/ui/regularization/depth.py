"""Depth: the same width in 2, 4, 8 and 16 layers, raced."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from cnn.training.race import Race, RaceView
from cnn.training.regularization import DEPTH_IMAGES, DEPTHS, RegularizationSettings
from cnn.training.standings import Standing, standings
from pages.ui.race import Look, race_stage
from pages.ui.regularization import KEY
from pages.ui.settings import edit_settings
from pages.ui.texts import Texts
from pages.ui.train_status import percent

_MARGIN = 0.01  # of accuracy: less is no difference


def show(picture: Any, controls: Any, look: Callable[[Mapping[str, str], bool], Look], texts: Texts) -> None:
    """The part of the page; ``look`` is ``pages.figures.race.RaceLook``."""
    with controls:
        settings = edit_settings(
            RegularizationSettings, f"{KEY}_depth", ("width", "activation"), more=("updates", "seed")
        )
    names = [texts("depth.name", layers=depth) for depth in DEPTHS]

    def verdict(view: RaceView, race: Race) -> None:
        if view.status.ended:
            tell(standings(view), texts)

    with picture:
        race_stage(f"{KEY}_depth", settings.depths(names), look, steps=settings.updates, show="both", more=verdict)
        depths = ", ".join(map(str, DEPTHS))
        st.markdown(texts("depth.explained", width=settings.width, images=f"{DEPTH_IMAGES:,}", depths=depths))
        st.latex(texts("depth.formula", shallow=DEPTHS[0], deep=DEPTHS[-1]))


def tell(lines: tuple[Standing, ...], texts: Texts) -> None:
    """Whether the deepest one is worse than the best, and in what; nothing where it was stopped before it began."""
    sound = [one for one in lines if math.isfinite(one.training)]
    if lines[-1] not in sound:
        return
    best, deepest = max(sound, key=lambda one: one.training), lines[-1]
    said = {
        "best": best.name, "best_training": percent(best.training), "best_validation": percent(best.final),
        "deepest": deepest.name, "training": percent(deepest.training), "validation": percent(deepest.final),
    }  # fmt: skip
    worse = best.training - deepest.training > _MARGIN
    st.markdown(texts(f"depth.{'worse' if worse else 'not_worse'}", **said))
