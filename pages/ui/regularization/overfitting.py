"""A network that learns by heart, and remedies that are tried one after the other beside it."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.config import ExperimentConfig
from cnn.data.augmentation import Augmentation
from cnn.training.initialization import histogram, reach_of
from cnn.training.race import Race, RaceView
from cnn.training.regularization import (
    HELD_OUT,
    MOST_TRIED,
    REMEDIES,
    MoreData,
    RegularizationSettings,
    Remedy,
    another,
    first_weights,
    penalty,
    weights_of,
)
from cnn.training.standings import standings
from pages.ui.drag.options import drag_options
from pages.ui.headings import heading
from pages.ui.numbers import percent
from pages.ui.options import choose_kind, name_of_member, name_of_option, settle
from pages.ui.race import Look, current_race, race_stage, start_race, why_no_race
from pages.ui.regularization import KEY
from pages.ui.settings import edit_settings, read_settings, write_settings
from pages.ui.texts import Texts

Array = NDArray[Any]
DrawWeights = Callable[[Sequence[Array], Sequence[str], Sequence[str], Sequence[int], str, float, bool], str]

_RACE = "regularization"
_REMEDY = f"{KEY}_remedy"  # prefix of the widgets for what is to be tried next


def show(
    picture: Any,
    controls: Any,
    look: Callable[[Mapping[str, str], bool], Look],
    draw_weights: DrawWeights,
    texts: Texts,
) -> None:
    """The part of the page.

    Args:
        picture, controls: where they stand.
        look: ``pages.figures.race.RaceLook``.
        draw_weights: ``pages.figures.weights.weight_histograms``.
        texts: the page's.
    """
    with controls:
        edit_settings(RegularizationSettings, f"{KEY}_base", ("images", "noise"))
        settings, remedy, moving = _choose_remedy(texts)
        _show_tried(settings, texts)
        settings = edit_settings(RegularizationSettings, f"{KEY}_more", (), more=("updates", "seed"))

    def weights(view: RaceView, race: Race) -> None:
        _show_gap(view, texts)
        _show_weights(view, draw_weights, texts)

    with picture:
        race_stage(_RACE, settings.entries(_names(settings)), look, steps=settings.updates, show="both", more=weights)
        _tell(settings, remedy, texts)
    if not moving:
        write_settings(replace(read_settings(RegularizationSettings), remedy=remedy))
        settle(_REMEDY)


def _names(settings: RegularizationSettings) -> list[str]:
    return [name_of_member(REMEDIES, one) for one in settings.tried]


# Trying something ----------------------------------------------------------------------------------------------------


def _choose_remedy(texts: Texts) -> tuple[RegularizationSettings, Remedy, bool]:
    """What is to be tried next, with a slider for how strong it is, and whether that moves; a button that tries it."""
    settings = read_settings(RegularizationSettings)
    label = name_of_option("RegularizationSettings", "remedy")
    remedy = choose_kind(REMEDIES, settings.remedy, f"{_REMEDY}.kind", label)
    (remedy,), moving = drag_options((remedy,), f"{_REMEDY}.{REMEDIES.name_of(remedy)}")
    full, there = len(settings.tried) >= MOST_TRIED, remedy in settings.tried
    why_not = texts("remedy.full", most=MOST_TRIED) if full else texts("remedy.there") if there else None
    st.button(
        texts("remedy.add"), key=f"{KEY}_add", icon=":material/add:", disabled=full or there, on_click=_try,
        args=(remedy,), width="stretch",
    )  # fmt: skip
    if why_not:
        st.caption(why_not)
    return settings, remedy, moving


def _show_tried(settings: RegularizationSettings, texts: Texts) -> None:
    """What has been tried; a click takes it away again."""
    if len(settings.tried) < 2:
        return
    st.caption(texts("remedy.tried"))
    with st.container(key="regularization_tried", gap="xsmall"):
        for place, one in enumerate(settings.tried):
            name = name_of_member(REMEDIES, one)
            st.button(
                name, key=f"{KEY}_drop_{place}", icon=":material/close:", type="tertiary", on_click=_leave_out,
                args=(one,), help=texts("remedy.remove", name=name),
            )  # fmt: skip


def _try(remedy: Remedy) -> None:
    """Train with it, too: beside what has been trained already, which is not trained again."""
    settings = read_settings(RegularizationSettings)
    tried = (*settings.tried, remedy)
    _race(replace(settings, tried=tried, remedy=another(tried)))


def _leave_out(remedy: Remedy) -> None:
    settings = read_settings(RegularizationSettings)
    tried = tuple(one for one in settings.tried if one != remedy)
    if not tried:  # a click on what was drawn before the URL changed; something always stays
        return
    fewer = replace(settings, tried=tried)
    if current_race(_RACE) is None:
        write_settings(fewer)
    else:
        _race(fewer)


def _race(settings: RegularizationSettings) -> None:
    write_settings(settings)
    entries = settings.entries(_names(settings))
    if why_no_race(entries, settings.updates) is None:
        start_race(_RACE, entries, settings.updates)


# What is seen --------------------------------------------------------------------------------------------------------


def _tell(settings: RegularizationSettings, remedy: Remedy, texts: Texts) -> None:
    """How far the numbers of images and weights are apart, and what the remedy does, with its numbers."""
    config = settings.experiment()
    count = len(first_weights(config))
    st.markdown(texts("see.sizes", images=settings.images, weights=count, each=count // settings.images))
    name, said = REMEDIES.name_of(remedy), _numbers(settings, remedy, config)
    if f"about.{name}" in texts:
        heading(name_of_member(REMEDIES, remedy))
        st.markdown(texts(f"about.{name}", **said))
    if f"formula.{name}" in texts:
        st.latex(texts(f"formula.{name}", **said))
    st.caption(texts("see.measured", held_out=HELD_OUT))


def _numbers(settings: RegularizationSettings, remedy: Remedy, config: ExperimentConfig) -> dict[str, object]:
    """What the sentence and the formula about a remedy name: its options, and what it makes of the experiment."""
    cured = remedy.cure(config)
    said: dict[str, object] = {name: f"{value:g}" for name, value in vars(remedy).items()}
    said["images"] = settings.images
    if isinstance(remedy, MoreData):
        said["more"] = cured.data.training_images
    if isinstance(cured.data.augmentation, Augmentation):
        change = cured.data.augmentation
        said |= {"shift": f"{change.shift:g}", "rotate": f"{change.rotate:g}", "scale": percent(change.scale)}
    if "p" in said:
        said |= {"percent": percent(vars(remedy)["p"]), "kept": f"{1 - vars(remedy)['p']:g}"}
    return said


def _show_gap(view: RaceView, texts: Texts) -> None:
    """The gap of the first contestant as a formula, once there is nothing more to come."""
    first = standings(view)[0]
    if view.status.ended and math.isfinite(first.gap):
        numbers = {"training": first.training, "validation": first.final, "gap": first.gap}
        st.latex(texts("formula.gap", **{name: f"{100 * value:.1f}" for name, value in numbers.items()}))


def _show_weights(view: RaceView, draw: DrawWeights, texts: Texts) -> None:
    """Histograms of all weights, at the start and of each contestant as it stands."""
    places = [place for place, one in enumerate(view.contestants) if one.runs[0].step]
    if not places:
        return
    start = texts("weights.start")
    ends: dict[str, Array] = {}
    for one in (view.contestants[place] for place in places):
        state = one.runs[0].state
        assert state is not None, "it has made a step"
        ends[one.name] = weights_of(one.config, state.parameters)
    found = {start: first_weights(view.contestants[0].config), **ends}
    sizes = {name: penalty(weights) for name, weights in found.items()}
    reach = reach_of(max(float(np.std(weights)) for weights in found.values()))
    st.html(
        draw(
            [histogram(weights, -reach, reach) for weights in found.values()],
            [re.sub(" ?(?=[(（])", "\n", name) for name in found],
            [texts("weights.note", name=name, size=f"{size:.3g}") for name, size in sizes.items()],
            places,
            texts("weights.title"),
            reach,
            st.context.theme.type == "dark",
        )
    )
    least = min(ends, key=lambda name: sizes[name])
    most = max(ends, key=lambda name: sizes[name])
    key = "weights.one" if least == most else "weights.several"
    st.markdown(
        texts(key, start=f"{sizes[start]:.3g}", most=most, largest=f"{sizes[most]:.3g}",
              least=least, smallest=f"{sizes[least]:.3g}")
    )  # fmt: skip
