from pages.ui.page import open_page, stage_columns

import streamlit as st

from cnn.explain.backprop import REPEATS, Act, BackpropSettings, Moment, Phase, Play, Station, learn, rehearse, stations
from cnn.losses import LOSSES
from pages.figures.backprop import descent, thumbnails
from pages.ui import models
from pages.ui.backprop import blocks
from pages.ui.backprop.check import check
from pages.ui.backprop.controls import Cast, choose_cast, other_digits, thaw
from pages.ui.backprop.questions import questions
from pages.ui.backprop.scene import backward_row, forward_row, picture_row
from pages.ui.backprop.way import at_present, keep, show_way
from pages.ui.backprop.words import caption, formula
from pages.ui.grid import grid
from pages.ui.learn import foot
from pages.ui.settings import settings_notice

CHIPS = {
    "wrong": {"model": models.SHIPPED, "input": "digit-7", "target": "1", "at": "9"},
    "by_heart": {"model": models.SHIPPED, "input": "digit-7", "target": "1", "lr": "0.01", "at": "19"},
    "caught": {"input": "digit-4", "check": "true", "fault": "batch_sum"},
}


@st.fragment
def walk(cast: Cast, play: Play) -> None:
    """The way, and what is seen at the present station: all that a step changes."""
    network, loss = cast.model.network, cast.settings.loss
    way = stations(len(play.scenes))
    at = at_present(len(way))
    station = way[at]
    steps = REPEATS if station.act is Act.REPEAT else 1
    others = other_digits(cast.model) if station.phase in (Phase.UPDATE, Phase.REPEAT) else None
    moments = learn(network, loss, cast.picture, cast.label, cast.settings.lr, steps, others)
    with st.container(key="bp_stage", gap="xsmall"):
        st.html(blocks.phases_html(station.phase, texts))
        show_way(play, way, at, thumbnails(play, dark), texts)
        with st.container(key="bp_words"):
            said = caption(station, play, moments, cast.model.classes, texts)
            st.markdown(f"{said}\n\n{formula(station, play, LOSSES.name_of(loss), texts)}")
        with st.container(key="bp_scene", gap="small"):
            scene(station, play, moments, cast)
    keep(at)


def scene(station: Station, play: Play, moments: list[Moment], cast: Cast) -> None:
    """What there is to look at."""
    classes = cast.model.classes
    if station.layer >= 0:
        row = backward_row if station.act is Act.BACKWARD else forward_row
        grid("scene", row(play, station.layer, classes, texts), wrap=True)
    elif station.act is Act.INPUT:
        grid("scene", picture_row(play.picture, texts), wrap=True)
    elif station.act is Act.LOSS:
        st.html(blocks.loss_html(play, classes, texts))
    elif station.act is Act.UPDATE:
        answers, steps = blocks.update_html(play, moments[0], moments[1], cast.settings.lr, classes, texts)
        for place, block in zip(st.columns([1, 1.3]), (answers, steps), strict=True):
            place.html(block)
    else:
        words = {name: texts(f"table.{name}") for name in ("updates", "loss", "others")}
        figure = descent(moments, words, dark)
        st.plotly_chart(figure, key="descent", alt=texts("table.descent_alt"))


texts = open_page("backprop")
settings_notice(BackpropSettings)
blocks.style()
dark = st.context.theme.type == "dark"
thaw()
stand, controls = stage_columns(4.3)
with controls, st.container(key="bp_controls"):
    cast = choose_cast(texts)
play = rehearse(cast.model.network, cast.settings.loss, cast.picture, cast.label)
with stand:
    walk(cast, play)
check(cast, texts)
moments = learn(cast.model.network, cast.settings.loss, cast.picture, cast.label, cast.settings.lr, 1, None)
foot(texts, "backprop", CHIPS, questions(play, moments, cast.settings.loss, cast.settings.lr))
