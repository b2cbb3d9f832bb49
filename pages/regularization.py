from pages.ui.page import open_page, stage_columns

import streamlit as st

from cnn.training.regularization import RegularizationSettings
from pages.figures.race import RaceLook
from pages.figures.weights import weight_histograms
from pages.ui.learn import foot
from pages.ui.regularization import KEY, depth, dropout, overfitting
from pages.ui.regularization.questions import questions
from pages.ui.settings import settings_notice, switch

CHIPS = {
    "all": {
        "tried": "plain~weight_decay~dropout~augmentation~early_stopping~more_data", "remedy": "dropout(0.5)",
    },
    "noise": {"noise": "0.2", "tried": "plain~dropout(0.5)~more_data"},
    "decay": {"tried": "plain~weight_decay(0.003)~weight_decay~weight_decay(0.2)", "remedy": "weight_decay(0.05)"},
    "tanh": {"part": "depth", "activation": "tanh"},
    "half": {"part": "dropout", "rate": "0.5"},
}  # fmt: skip


@st.fragment
def stage() -> None:
    """Learning by heart and what helps, depth, or dropout's scalings."""
    picture, controls = stage_columns()
    with picture:
        settings = switch(RegularizationSettings, "part", f"{KEY}_part", lambda part: texts(f"part.{part}"))
    if settings.part == "depth":
        depth.show(picture, controls, RaceLook, texts)
    elif settings.part == "dropout":
        dropout.show(picture, controls, texts)
    else:
        overfitting.show(picture, controls, RaceLook, weight_histograms, texts)
    foot(texts, "regularization", CHIPS, questions())


texts = open_page("regularization")
settings_notice(RegularizationSettings)
stage()
