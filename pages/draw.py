from pages.ui.page import open_page

import numpy as np
import streamlit as st

from cnn.layers.base import Array
from cnn.network import Network
from pages.ui import models
from pages.ui.drawing import drawing_pad, place_digit, resume_drawing
from pages.ui.grid import grid
from pages.ui.headings import heading
from pages.ui.learn import foot
from pages.ui.lesson import is_learning, lesson
from pages.ui.maps import input_mosaic, layer_mosaics
from pages.ui.recognition import recognition_html, recognition_style
from pages.ui.settings import settings_notice
from pages.ui.teaching import DIGITS, correction, digit_menu, own_digits

LINK = "draw"  # the grids of this page: what a cell sees is framed in the pictures of both
CHIPS = {
    "untrained": {"model": models.UNTRAINED, "show": "3"},
    "four": {"show": "4"},
    "nine": {"show": "9"},
}


def follow_link() -> None:
    """Show the digit that the URL asks for, once: ``?show=4``."""
    digit = st.query_params.pop("show", "")
    if digit in map(str, DIGITS):
        place_digit(int(digit), seed=1)


learning = is_learning()


@st.fragment(run_every=0.5 if learning else None)
def stage() -> None:
    """Everything that follows the pen, and a network that learns the reader's digits."""
    if is_learning() != learning:
        st.rerun()
    pad, beside = st.columns([1, 2.65], gap="medium")
    answer, sees = beside.columns([1.9, 1], gap="medium", vertical_alignment="center")
    with pad, st.container(key="canvas"):
        drawing = drawing_pad("pad")
    with beside:
        model = models.usable(models.chosen_name())
    picture = drawing.picture()
    outputs, probabilities = look(model.network, picture, drawing.empty)
    with answer, st.container(key="prediction"):
        quiet = drawing.example or learning
        st.html(recognition_html(probabilities, model.classes, texts, quiet))
    with sees, st.container(key="sees"):
        st.html(f'<p class="sees">{texts("sees.title")}</p>')
        grid("seen", [input_mosaic(picture, 7, texts("sees.title"))], link=LINK, coarse=drawing.moving)
    with beside:
        controls()
        lesson(drawing, *best(probabilities, model.classes), texts)
    heading(texts("maps.title"), f"{texts('maps.what')} {texts('maps.empty' if drawing.empty else 'maps.lead')}")
    mosaics = layer_mosaics(model.network, picture, outputs, model.classes, texts)
    grid("maps", mosaics, link=LINK, first_stays=True, coarse=drawing.moving)


def look(network: Network, picture: Array, empty: bool) -> tuple[list[Array], Array | None]:
    """Every layer's output for a picture, and the probabilities; zeros, and none, where nothing was drawn."""
    if empty:
        return [np.zeros((1, *layer.out_shape), np.float32) for layer in network.layers], None
    with network.recording() as tape:
        outputs = network.forward(picture[None, None])
    return tape.outputs, network.probabilities(outputs)[0]


def best(probabilities: Array | None, classes: tuple[str, ...]) -> tuple[str, float]:
    """The answer and how sure the network is of it; "" where there is none."""
    if probabilities is None:
        return "", 0.0
    place = int(probabilities.argmax())
    return classes[place], float(probabilities[place])


def controls() -> None:
    """One line: correct the answer, choose who looks, be shown a digit."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="controls"):
        correction(texts)
        models.choose_model(texts)
        digit_menu(texts)
        own_digits(texts)


texts = open_page("draw")
follow_link()
settings_notice(models.DrawSettings)
resume_drawing()
recognition_style()
stage()
foot(texts, "draw", CHIPS, questions=2)
