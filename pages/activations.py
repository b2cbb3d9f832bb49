from pages.ui.page import open_page, stage_columns

import numpy as np
import streamlit as st

from cnn.activations import ELU, LeakyReLU, ReLU, Sigmoid
from cnn.explain.activations import SECTIONS, ActivationsSettings, curve, places, softmax
from pages.ui.activations import curves, depth, funnel, maps
from pages.ui.activations import softmax as softmax_section
from pages.ui.activations.functions import KEY, Section, choose_section
from pages.ui.learn import Question, foot
from pages.ui.numbers import number
from pages.ui.options import settle
from pages.ui.settings import settings_notice, write_settings

SHOW: dict[str, Section] = dict(
    zip(SECTIONS, (curves.show, maps.show, softmax_section.show, funnel.show, depth.show), strict=True)
)
CHIPS = {
    "dying": {"chosen": "relu~leaky_relu(0.1)~elu", "x": "-2"},
    "vanish": {"section": "depth", "chosen": "sigmoid~relu~tanh", "layers": "20"},
    "hot": {"section": "softmax", "temperature": "5"},
    "blind": {"section": "funnel", "kernel": "nothing"},
}


@st.fragment
def stage() -> None:
    """One picture at a time, and everything that is said about it."""
    picture, controls = stage_columns()
    with picture:
        settings = choose_section(texts)
    settings, moving = SHOW[settings.section](settings, picture, controls, texts)
    if not moving:
        write_settings(settings)
        settle(KEY)


def questions() -> list[Question]:
    """Three to guess first; the engine answers."""
    steepest = float(curve(Sigmoid())[1].max())
    after = {"layers": 10, "left": number(steepest**10, 1)}
    scores = ActivationsSettings().scores()
    moved = np.abs(softmax(scores + 100, 1) - softmax(scores, 1)).max()
    at = int(np.argmin(np.abs(places() + 2)))
    silent = [curve(one)[1][at] == 0 for one in (ReLU(), LeakyReLU(), ELU())].count(True)
    return [
        Question("steepest", steepest, tolerance=0.005, values={"steepest": f"{steepest:g}", **after}),
        Question("shift", "same" if moved < 1e-6 else "sharper", ("same", "sharper", "flatter")),
        Question("silent", silent, values={"silent": silent}),
    ]


texts = open_page("activations")
settings_notice(ActivationsSettings)
stage()
foot(texts, "activations", CHIPS, questions())
