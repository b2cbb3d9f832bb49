from pages.ui.page import open_page, stage_columns

import streamlit as st

from cnn.explain.loss import LossSettings
from pages.ui.learn import foot
from pages.ui.loss_questions import questions
from pages.ui.loss_stage import about_features, about_losses, about_regression
from pages.ui.settings import edit_settings, settings_notice

PARTS = {"losses": about_losses, "features": about_features, "regression": about_regression}
CHIPS = {
    "sure_wrong": {"target": "1", "scores": "0,-2,0,0,0,0,0,8,0,0"},
    "undecided": {"target": "3", "scores": "0,0,0,0,0,0,0,0,0,0"},
    "features": {"part": "features", "input": "digit-8", "target": "3"},
}


@st.fragment
def stage() -> None:
    """The scores and what the losses make of them, how a score comes about, or the loss of a regression."""
    picture, controls = stage_columns()
    with picture:
        settings = edit_settings(LossSettings, "loss_part", ("part",))
    PARTS[settings.part](picture, controls, texts)
    foot(texts, "loss", CHIPS, questions())


texts = open_page("loss")
settings_notice(LossSettings)
stage()
