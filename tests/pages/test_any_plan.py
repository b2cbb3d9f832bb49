"""Whatever the editor of layers can make is refused with a sentence of ours, or passes through every view of a network.

Plans are drawn from the options alone, so that a new layer is covered as soon as it is registered; half of them are put
together so that the layers fit. The views are called as the pages call them, with the page's own arrays; a few plans
go through the pages themselves.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pages.ui.page import PAGES  # noqa: F401 - it sets one BLAS thread before NumPy is imported

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from cnn.activations import ACTIVATIONS, ReLU
from cnn.config import ExperimentConfig
from cnn.data import digits_uint8, store, uploads
from cnn.data.dataset import MOST_CLASSES, Dataset
from cnn.errors import ShapeError
from cnn.explain.backprop import Act, learn, rehearse, stations
from cnn.explain.faults import sampled_check
from cnn.head import missing
from cnn.layers import LAYERS, AvgPool2d, Conv2d, Flatten, Linear
from cnn.losses import LOSSES, Loss
from cnn.network import Network
from cnn.outline import outline
from cnn.training import build_network, kernels, with_head
from cnn.training.evaluation import evaluate
from cnn.training.gradient import batch_gradient
from cnn.training.inspect import confusion, mistakes, statistics
from pages.figures.backprop import thumbnails
from pages.figures.training_look import WORDS, TrainingLook
from pages.ui.backprop import blocks, scene
from pages.ui.backprop.check import _names
from pages.ui.backprop.questions import questions
from pages.ui.backprop.words import caption, formula, station_title
from pages.ui.grid.mosaic import Mosaic, message
from pages.ui.layer_names import short_name
from pages.ui.maps import input_mosaic, layer_mosaics
from pages.ui.recognition import recognition_html
from pages.ui.texts import Texts
from tests.cnn.strategies import instances, members
from tests.pages.app import LOCALES, calm, open_app

IMAGES, LABELS = digits_uint8(6, seed=1)
PICTURE = IMAGES[0, 0] / np.float32(255)
EN, TRAIN, DRAW, GRID = (Texts(page, "en") for page in ("backprop", "train", "draw", "grid"))
LOOK = {name: name for name in WORDS}
CHEAP = 3_000_000  # multiply-adds of an image: larger plans are checked for their sentence, not walked through
FEW = 20_000  # parameters and multiply-adds up to which every gradient is checked by nudging


@st.composite
def plans(draw: st.DrawFn) -> tuple[tuple[Any, ...], int]:
    """Layers as a person puts them together, mostly such that fit what stands before them; and the data's classes.

    Half of them get a head that fits: what the editor offers, a global average of as many maps as there are classes, or
    as many classes as there happen to be numbers.
    """
    layers: list[Any] = []
    for one in draw(st.lists(members(LAYERS) | members(ACTIVATIONS), min_size=1, max_size=7)):
        if not draw(st.integers(0, 9)) or not any(row.error for row in outline([*layers, one])):
            layers.append(one)
    assume(layers)
    classes, head = draw(st.integers(2, MOST_CLASSES)), draw(st.sampled_from(["", "offered", "average", "flat", ""]))
    shape = outline(layers)[-1].out_shape
    lacking = missing(layers, classes)
    if head == "offered" and lacking is not None:
        layers = list(lacking.completed)
    elif shape is not None and len(shape) == 3 and head == "average":
        layers += [Conv2d(classes, 1), *draw(st.just([]) | st.just([ReLU()])), AvgPool2d(min(shape[1], 64)), Flatten()]
    elif shape is not None and head == "flat":
        side = next(side for side in (1, 2, 3, 4, 5, 28) if shape[0] * side**2 >= 2)
        layers += [AvgPool2d(shape[1] // side), Flatten()] if len(shape) == 3 and shape[1] >= side else []
        classes = int(np.clip(np.prod(outline(layers)[-1].out_shape or (2,)), 2, MOST_CLASSES))
    return tuple(layers), classes


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(plans(), st.sampled_from(list(LOSSES.values())).flatmap(instances))
def test_any_plan_is_refused_with_a_sentence_or_passes_through_every_view(
    plan: tuple[tuple[Any, ...], int], loss: Loss
) -> None:
    layers, classes = plan
    config = with_head(ExperimentConfig(layers=layers, loss=loss), classes)
    errors = [row.error for row in config.outline(classes) if row.error]
    for error in errors:
        assert error.sentence("en") != error.sentence("ja")
    if errors:
        event("refused")
        with pytest.raises(ShapeError) as caught:
            build_network(config, classes)
        assert str(caught.value) == str(errors[0])
        return
    network = build_network(config, classes)
    assert network.output_shape == (classes,)
    if sum(row.multiply_adds for row in config.outline()) > CHEAP:
        event("too large to walk through")
        return
    linear = any(isinstance(layer, Linear) for layer in layers)
    event("walked through, " + ("linear" if linear else "no linear" if network.parameters.size else "no parameters"))
    names = tuple(f"class {k}" for k in range(classes))
    labels = LABELS % classes
    with np.errstate(all="ignore"):  # scales of 1000 and the like: what overflows is shown
        train(network, config, labels, names)
        show_on_draw(network, names)
        show_on_backprop(network, loss, int(labels[0]), names)


@pytest.mark.parametrize("weight", [np.nan, np.inf, -np.inf, 3e38, 0.0])
@pytest.mark.parametrize("loss", [cls() for cls in LOSSES.values()])
def test_weights_that_left_all_bounds_pass_through_every_view(weight: float, loss: Loss) -> None:
    config = ExperimentConfig(loss=loss)
    network = build_network(config, 10)
    network.parameters[:] = weight
    names = tuple("0123456789")
    with np.errstate(all="ignore"):
        train(network, config, LABELS, names)
        show_on_draw(network, names)
        show_on_backprop(network, loss, 3, names)


def train(network: Network, config: ExperimentConfig, labels: Any, names: tuple[str, ...]) -> None:
    """An update, and all panels of the Train page."""
    batch_gradient(network, config.loss, IMAGES, labels)
    evaluate(network, config.loss, IMAGES, labels)
    look = TrainingLook(LOOK, [short_name(layer) for layer in config.layers], dark=False)
    look.kernels(network.state_dict())
    look.kernels(kernels.take(network, 0).weights)
    with network.recording() as tape:
        network.forward(IMAGES[:1])
    look.maps(IMAGES[:1], tape.outputs)
    layers = statistics(network, config.loss, IMAGES, labels)
    assert bool(look.histograms(layers)[1]) == bool(look.ratios(layers)[1]) == bool(network.parameters.size)
    found = confusion(network, IMAGES, labels, len(names))
    assert found.matrix.sum() == len(IMAGES)
    shown(Mosaic(found.matrix[None].astype(float), scale="magnitude", row_labels=names, column_labels=names))
    for one in mistakes(network, IMAGES, labels):
        assert names[one.predicted] != names[one.label]


def show_on_draw(network: Network, names: tuple[str, ...]) -> None:
    with network.recording() as tape:
        outputs = network.forward(PICTURE[None, None])
    assert recognition_html(network.probabilities(outputs)[0], names, DRAW)
    empty = [np.zeros((1, *layer.out_shape), np.float32) for layer in network.layers]
    for made in (tape.outputs, empty):
        shown(input_mosaic(PICTURE, 7, "seen"), *layer_mosaics(network, PICTURE, made, names, DRAW))


def show_on_backprop(network: Network, loss: Loss, label: int, names: tuple[str, ...]) -> None:
    play = rehearse(network, loss, PICTURE, label)
    moments = learn(network, loss, PICTURE, label, 0.01, 2, (IMAGES, LABELS % len(names)))
    thumbnails(play, dark=False)
    for station in stations(len(play.scenes)):
        assert station_title(station, play, EN)
        assert caption(station, play, moments, names, EN)
        formula(station, play, LOSSES.name_of(loss), EN)
        if station.layer >= 0:
            row = scene.backward_row if station.act is Act.BACKWARD else scene.forward_row
            shown(*row(play, station.layer, names, EN))
    blocks.loss_html(play, names, EN)
    blocks.update_html(play, moments[0], moments[1], 0.01, names, EN)
    assert questions(play, moments, loss, 0.01)
    costs = sum(layer.multiply_adds(layer.in_shape) for layer in network.layers)
    if max(costs, network.parameters.size) <= FEW:
        found = sampled_check(network, loss, IMAGES[:2] / 255.0, LABELS[:2] % len(names))
        blocks.check_html(found, _names(network, EN), EN)


def shown(*mosaics: Mosaic) -> None:
    for one in mosaics:
        for coarse in (False, True):
            assert message(one, GRID, coarse)["count"] >= 1


# The pages themselves -------------------------------------------------------------------------------------------------

PLANS = {
    "global average": ("conv2d(10,3)~relu~avg_pool2d(28)~flatten", 10),
    "no parameters": ("avg_pool2d(14)~flatten", 4),
    "ends in softmax": ("flatten~linear~softmax", 3),
    "order swapped": ("conv2d(4,3)~relu~max_pool2d(2)~batch_norm2d~leaky_relu~max_pool2d(2)~flatten~linear", 10),
}


@pytest.mark.parametrize("plan", PLANS)
def test_a_plan_that_fits_works_on_every_page(plan: str, monkeypatch: Any, tmp_path: Path) -> None:
    layers, classes = PLANS[plan]
    query = {"v": "1", "layers": layers, "epochs": "1", "batch_size": "64"}
    if classes == 10:
        query["source"] = "digits(200)"
    else:
        monkeypatch.setenv("CNN_PLAYGROUND_DATA", str(tmp_path))
        pixels = np.random.default_rng(0).integers(0, 256, (200, 28, 28), dtype=np.uint8)
        query["source"] = f"stored({store.put(uploads.make(pixels, np.arange(200) % classes))})"
    at = open_app("train", **query)
    calm(at.button(key="train_start").click().run())
    until(at, lambda: not at.error and TRAIN("status.finished") in html(at))
    for key, names in (
        ("train_panels", ("kernels", "maps", "histograms", "ratios")),
        ("train_closer", ("curves", "confusion", "mistakes", "replay")),
    ):
        for name in names:
            at.session_state[key] = TRAIN(f"panel.{name}")
            calm(at.run())
            if name in ("histograms", "ratios"):
                assert (TRAIN("panel.no_weights") in [one.value for one in at.markdown]) == (plan == "no parameters")
    at.switch_page("pages/draw.py")
    at.query_params = {"show": "3", "model": "run"}
    assert "%</p>" in html(calm(at.run()))
    assert Texts("common", "en")("no_such_model") not in [one.value for one in at.info], "the run's own network looks"
    at.switch_page("pages/backprop.py")
    count = layers.count("~") + 1 - layers.count("softmax")  # which belongs to the loss
    for stop in (1, count, count + 1, count + 2, 2 * count + 1, 2 * count + 2, 2 * count + 3):
        at.query_params = {"model": "run", "input": "digit-3", "at": str(stop)}
        calm(at.run())
        assert EN("model.no_run") not in [one.value for one in at.info]
        assert not at.warning


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize(
    ("layers", "sentence", "completed"),
    [
        ("flatten", "784", "flatten~linear"),
        ("conv2d(kernel:3)~relu~avg_pool2d(28)~flatten", "8", "conv2d(kernel:3)~relu~avg_pool2d(28)~flatten~linear"),
        ("conv2d(10,3)~avg_pool2d(28)", "10 × 1 × 1", "conv2d(10,3)~avg_pool2d(28)~flatten"),
        ("conv2d(kernel:3)~softmax", "8 × 28 × 28", "conv2d(kernel:3)~flatten~linear~softmax"),
        ("relu", "1 × 28 × 28", "relu~flatten~linear"),
    ],
)
def test_outputs_that_do_not_fit_are_marked_and_mended_with_one_click(
    layers: str, sentence: str, completed: str, language: str
) -> None:
    at = open_app("train", language, v="1", layers=layers)
    assert at.button(key="train_start").disabled
    assert at.button(key="train_step").disabled
    (error,) = at.error
    assert sentence in error.value.replace("\\", "")
    assert ("one for each class" in error.value) == (language == "en")
    calm(at.button(key="layer_complete").click().run())
    assert not at.error
    assert not at.button(key="train_start").disabled
    assert at.query_params["layers"] in (completed, [completed])
    assert not [one for one in at.button if one.key == "layer_complete"]


def test_removing_the_last_layer_is_told_and_undone_with_one_click() -> None:
    at = open_app("train")
    at.session_state["layer_7"] = True
    calm(at.run())
    calm(at.button(key="layer_remove_7").click().run())
    assert "784 outputs" in at.error[0].value
    assert at.button(key="layer_complete").label == TRAIN("layers.complete", layers="linear 10")
    calm(at.button(key="layer_complete").click().run())
    assert "layers" not in at.query_params, "it is the default network again"


def test_a_layer_that_cannot_stand_where_it_is_comes_first() -> None:
    at = open_app("train", v="1", layers="conv2d(kernel:3)~linear~flatten")
    (error,) = at.error
    assert "Flatten before it" in error.value
    assert not [one for one in at.button if one.key == "layer_complete"]


def test_own_digits_are_classes_beside_those_of_an_upload(monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setenv("CNN_PLAYGROUND_DATA", str(tmp_path))
    pixels = np.random.default_rng(0).integers(0, 256, (90, 28, 28), dtype=np.uint8)
    few = store.put(uploads.make(pixels, np.arange(90) % 3))
    mine = store.put(Dataset(IMAGES, np.arange(6)))
    at = open_app("train", v="1", source=f"stored({few})", mine=mine, layers="flatten~linear(3)", epochs="1")
    assert "7,850" in html(at), "an output for each digit, although the upload has three of them"
    calm(at.button(key="train_step").click().run())
    until(at, lambda: not at.error and "step 1</span>" in html(at))
    at.session_state["train_closer"] = TRAIN("panel.confusion")
    calm(at.run())


def test_own_digits_that_are_not_there_are_told_and_left_out_with_one_click() -> None:
    at = open_app("train", v="1", mine="0" * 32)
    assert at.button(key="train_start").disabled
    assert "my digits" in at.error[0].value
    calm(at.button(key="train_generated").click().run())
    assert "mine" not in at.query_params
    assert not at.button(key="train_start").disabled


def html(at: AppTest) -> str:
    return " ".join(str(one.value) for one in at.get("html"))


def until(at: AppTest, met: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 40  # for what takes a second, on a machine that is busy
    while not (calm(at.run()) and met()):
        assert time.monotonic() < deadline, html(at)
