from pages.ui.page import open_page, stage_columns

import streamlit as st

from cnn.training.normalization import NormalizationSettings
from pages.figures.heat_table import heat_table
from pages.figures.layer_histograms import Histograms, layer_histograms
from pages.figures.norm_cube import norm_cube
from pages.figures.race import RaceLook
from pages.ui.learn import foot
from pages.ui.normalization import KEY, Figures, block, inference, races
from pages.ui.normalization.questions import questions
from pages.ui.settings import settings_notice, switch

FIGURES = Figures(norm_cube, layer_histograms, Histograms, RaceLook, heat_table)
CHIPS = {
    "instance": {"norm": "instance"},
    "min_max": {"method": "unit"},
    "small": {"part": "training", "rate": "0.02", "batch": "2", "updates": "500"},
    "bytes": {"part": "inputs"},
    "pair": {"part": "inference", "company": "2"},
}


@st.fragment
def stage() -> None:
    """The block, the race of the norms, the race of input scalings, or training against inference."""
    picture, controls = stage_columns()
    with picture, st.container(horizontal=True, gap="medium"):
        settings = switch(NormalizationSettings, "part", f"{KEY}_part", lambda part: texts(f"part.{part}"))
        if settings.part == "block":
            block.choose_norm(texts)
    if settings.part == "training":
        races.show_norms(picture, controls, FIGURES, texts)
    elif settings.part == "inputs":
        races.show_inputs(picture, controls, FIGURES, texts)
    elif settings.part == "inference":
        inference.show(picture, controls, texts)
    else:
        block.show(picture, controls, FIGURES, texts)
    foot(texts, "normalization", CHIPS, questions())


texts = open_page("normalization")
settings_notice(NormalizationSettings)
stage()
