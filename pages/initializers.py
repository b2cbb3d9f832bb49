from pages.ui.page import open_page, stage_columns

import streamlit as st

from cnn.training import Contestant
from cnn.training.initialization import (
    InitializersSettings,
    Passing,
    bounds,
    extremes,
    histogram,
    reach_of,
    send,
)
from cnn.training.initializer_race import contest
from pages.figures.layer_histograms import Histograms, layer_histograms
from pages.figures.race import RaceLook
from pages.ui.initializers_stage import KEY, OWN, called, depth_plots, drag_sigma, show_controls
from pages.ui.initializers_words import questions, tell
from pages.ui.learn import foot
from pages.ui.options import settle
from pages.ui.race import race_stage
from pages.ui.settings import edit_settings, settings_notice, switch, write_settings

CHIPS = {
    "halved": {"activation": "relu", "initializer": "xavier_normal", "layers": "20"},
    "alike": {"activation": "sigmoid", "initializer": "xavier_normal", "layers": "10"},
    "constant": {"initializer": "constant(0.02)", "layers": "5", "at": "3"},
    "training": {"part": "training"},
}


@st.fragment
def stage() -> None:
    """A signal on its way through a deep stack, or the same CNN trained from several initial weights."""
    picture, controls = stage_columns()
    with picture:
        settings = switch(InitializersSettings, "part", f"{KEY}_part", lambda part: texts(f"part.{part}"))
    if settings.part == "training":
        with controls:
            settings = edit_settings(InitializersSettings, f"{KEY}_race", ("racers", "updates", "seed"))
        with picture:
            st.markdown(texts("training.explained"))
            contestants = [Contestant(called(one), contest(one, settings.seed)) for one in settings.racers]
            race_stage("initializers", contestants, RaceLook, steps=settings.updates)
    else:
        with controls:
            before = show_controls(texts)
        with picture:
            through_the_stack(before)
    foot(texts, "initializers", CHIPS, questions())


def through_the_stack(before: InitializersSettings) -> None:
    """The slider, the histograms, the curves, and what they say."""
    settings, moving = drag_sigma(before, texts)
    passing = send(settings)
    place = st.container(key="initializers_histograms")
    settings = depth_plots(settings, passing, texts)
    with place:
        st.html(layer_histograms(histograms(settings, passing), st.context.theme.type == "dark"))
    tell(settings, passing, texts)
    st.caption(texts("stage.caption"))
    if moving:
        return
    write_settings(settings)
    settle(KEY)
    if settings.initializer != before.initializer:
        st.rerun()  # the menu of initializers was drawn before the slider was read


def histograms(settings: InitializersSettings, passing: Passing) -> list[Histograms]:
    """The outputs of the layers, and the gradients with respect to them."""
    (low, high), (lowest, highest) = bounds(settings.activation), extremes(settings.activation)
    spreads = passing.spreads
    reach = reach_of(max((one for one in spreads[1, 1:] if one < float("inf")), default=1.0))
    names = [str(layer) for layer in range(1, settings.layers + 1)]
    notes = [
        [texts("stage.note", layer=name, spread=f"{one:.2g}") for name, one in zip(names, row[1:], strict=True)]
        for row in spreads
    ]
    outputs = [histogram(one, low, high) for one in passing.outputs[1:]]
    gradients = [histogram(one, -reach, reach) for one in passing.gradients[1:]]
    beyond, marked = (lowest < low, highest > high), settings.layer - 1
    return [
        Histograms(texts("stage.outputs"), outputs, names, notes[0], end(low), end(high), beyond, OWN, marked),
        Histograms(
            texts("stage.gradients"), gradients, names, notes[1], end(-reach), end(reach), (False, False), OWN, marked
        ),
    ]


def end(value: float) -> tuple[float, str]:
    """The end of an axis, and how it is written."""
    return value, f"{value:g}".replace("-", "−")


texts = open_page("initializers")
settings_notice(InitializersSettings)
stage()
