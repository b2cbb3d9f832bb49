from pages.ui.page import open_page, stage_columns

import numpy as np
import streamlit as st

from cnn.errors import PlaygroundError
from cnn.explain.pooling import Pooled, PoolingSettings, changes, pool, shifted
from pages.figures.pooling import change_figure
from pages.ui.errors import show_error
from pages.ui.grid import grid
from pages.ui.learn import foot
from pages.ui.numbers import number
from pages.ui.pooling_questions import questions
from pages.ui.pooling_stage import backward_mosaics, forward_mosaics, shift_mosaics
from pages.ui.settings import edit_settings, settings_notice
from pages.ui.specimen import Specimen, choose_specimen

LINK = "pooling"  # pointing at the gradient frames its window in both pictures below it
CHIPS = {
    "overlap": {"size": "3", "stride": "2"},
    "tie": {"input": "2 1 0 0; 1 2 0 0; 3 3 1 1; 3 3 1 1", "direction": "backward"},
    "shift": {"direction": "shift", "size": "4"},
}
ALSO = {"backward": ("gradient",), "shift": ("shift",)}  # what else is set there, beside the way to look


@st.fragment
def stage() -> None:
    """The picture, pooled in both ways, and everything that is said about it."""
    picture, controls = stage_columns()
    with controls:
        specimen = choose_specimen()
        edit_settings(PoolingSettings, "pooling", ("size", "stride", "padding"), more=("count_padding",))
    with picture:
        way, also = st.columns([1, 1.6], gap="small")
        with way:
            settings = edit_settings(PoolingSettings, "pooling_way", ("direction",))
        with also:
            settings = edit_settings(PoolingSettings, "pooling_also", ALSO.get(settings.direction, ()))
        try:
            layers = settings.layers().items()
            found = {name: pool(layer, specimen.picture, settings.gradient) for name, layer in layers}
        except PlaygroundError as error:
            show_error(error)
        else:
            {"forward": forward, "backward": backward, "shift": shift}[settings.direction](specimen, settings, found)
    foot(texts, "pooling", CHIPS, questions())


def forward(specimen: Specimen, settings: PoolingSettings, found: dict[str, Pooled]) -> None:
    """What each window keeps."""
    grid("pooling_forward", forward_mosaics(specimen, settings, found, texts), wrap=True, sweep=1)
    largest = found["max"]
    shared = int((largest.taken > 1).sum())
    st.markdown(
        texts(
            "see.forward", before=specimen.picture.size, after=largest.output.size,
            winners=int((largest.taken > 0).sum()), shared=texts("see.shared", n=shared) if shared else "",
        )
    )  # fmt: skip
    for axis in dict.fromkeys(largest.axes):  # one line for a square picture, two for another
        st.latex(texts("formula.size", kernel=axis.kernel, stride=axis.stride, padding=axis.before, size=axis.size,
                       count=axis.count))  # fmt: skip


def backward(_: Specimen, __: PoolingSettings, found: dict[str, Pooled]) -> None:
    """Where the gradient of each window goes."""
    grid("pooling_backward", backward_mosaics(found, texts), link=LINK, wrap=True)
    reached = {name: np.count_nonzero(one.input_gradient) for name, one in found.items()}
    left = {name: float(one.input_gradient.sum()) for name, one in found.items()}
    lost = not np.isclose(left["max"], left["average"])  # some went to the padding
    numbers = {
        "arrived": number(float(found["max"].gradient.sum()), 4), "cells": found["max"].input_gradient.size,
        "left": number(left["max"], 4), "left_average": number(left["average"], 4),
    }  # fmt: skip
    st.markdown(texts("see.backward_padding" if lost else "see.backward", **reached, **numbers))
    st.latex(texts(f"formula.{'tie' if (found['max'].taken > 1).any() else 'backward'}"))


def shift(specimen: Specimen, settings: PoolingSettings, found: dict[str, Pooled]) -> None:
    """How much of the maps changes when the picture moves."""
    moved = shifted(specimen.picture, settings.shift)
    after = {name: pool(layer, moved) for name, layer in settings.layers().items()}
    grid("pooling_moved", shift_mosaics(specimen, moved, found, after, texts), wrap=True)
    by_shift = changes(settings, specimen.picture)
    numbers = {name: f"{100 * values[settings.shift]:.0f}" for name, values in by_shift.items()}
    st.markdown(texts("see.shift", pixels=settings.shift, **numbers))
    names = {name: texts(f"shift.{name}") for name in by_shift}
    words = {name: texts(f"shift.{name}") for name in ("pixels", "change")}
    figure = change_figure(by_shift, names, words, settings.shift, st.context.theme.type == "dark")
    st.plotly_chart(figure, key="pooling_change", alt=texts("shift.alt"))


texts = open_page("pooling")
settings_notice(PoolingSettings)
stage()
