"""The page Backpropagation without a browser: what it says is what the engine computed, and the URL says the rest."""

import re
from pathlib import Path
from typing import Any

from pages.ui.page import PAGES  # noqa: F401 - it sets one BLAS thread before NumPy is imported

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn import shipped
from cnn.activations import ReLU
from cnn.data import rasterize
from cnn.data.handwriting import write
from cnn.explain.backprop import Play, learn, rehearse
from cnn.explain.faults import sampled_check
from cnn.layers import AvgPool2d, BatchNorm2d, Conv2d, Dropout, Flatten, FReLU, LayerNorm, Linear, MaxPool2d
from cnn.losses import CrossEntropy
from cnn.network import Network
from pages.figures.backprop import descent, thumbnails
from pages.ui.backprop import scene
from pages.ui.backprop.blocks import check_html
from pages.ui.backprop.questions import questions
from pages.ui.backprop.words import caption, formula, station_title
from pages.ui.numbers import apart, number, percent
from pages.ui.stations import _move
from pages.ui.texts import Texts

from cnn.explain.backprop import Act, Moment, Station, stations  # isort: skip

APP = str(Path(__file__).parents[2] / "app.py")
LOCALES = {"en": "en-US", "ja": "ja-JP"}
EN = Texts("backprop", "en")
CLASSES = tuple("0123456789")


def sample(digit: int) -> np.ndarray:
    return np.asarray(rasterize(write(digit, 1, 0.6)), np.float64)


def opened(language: str = "en", **query: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=30)
    at.context = {"locale": LOCALES[language]}
    at = at.run().switch_page("pages/backprop.py")
    for name, value in query.items():
        at.query_params[name] = value
    return calm(at.run())


def calm(at: AppTest) -> AppTest:
    assert not at.exception, at.exception
    return at


def said(at: AppTest) -> str:
    return "\n".join(str(one.value) for kind in ("markdown", "html", "caption") for one in at.get(kind))


def go(at: AppTest, station: Any, count: int) -> AppTest:
    at.session_state["stations"] = {"went": {"at": station, "count": count}}
    return calm(at.run())


@pytest.fixture(scope="module")
def play() -> Play:
    return rehearse(Network(shipped.layers()), CrossEntropy(), sample(4), 4)


# The page -----------------------------------------------------------------------------------------------------------


def test_the_update_tells_the_engines_losses() -> None:
    at = opened(input="digit-4", at="18", lr="0.002")
    before, after = learn(Network(shipped.layers()), CrossEntropy(), sample(4), 4, 0.002, 1)
    first, second = apart(number, before.loss, after.loss, 3)
    change = number(before.loss - after.loss, 3)
    assert EN("caption.update.falls", loss=first, loss_after=second, change=change) in said(at)
    assert percent(float(after.answers[4])) in said(at)


@pytest.mark.parametrize("seed", range(40))
def test_a_sure_network_still_learns_and_the_page_says_by_how_much(seed: int) -> None:
    network, digit = shipped.load(), seed % 10
    picture = rasterize(write(digit, seed, 1.0))
    play = rehearse(network, CrossEntropy(), picture, digit)
    moments = learn(network, CrossEntropy(), picture, digit, 0.001, 1)
    words = caption(Station(Act.UPDATE), play, moments, CLASSES, EN)
    first, second = re.findall(r"the loss falls from \*\*(.+?)\*\* to \*\*(.+?)\*\*", words)[0]
    assert first != second
    assert number(moments[0].loss - moments[1].loss, 3) in words
    assert questions(play, moments, CrossEntropy(), 0.001)[-1].answer == "falls"


def test_what_the_network_deems_nearly_impossible_is_told_with_two_digits() -> None:
    network = shipped.load()
    play = rehearse(network, CrossEntropy(), sample(7), 1)
    moments = learn(network, CrossEntropy(), sample(7), 1, 0.001, 1)
    before, after = (percent(float(one.answers[1])) for one in moments)
    assert f"**1** goes from {before} to **{after}**" in caption(Station(Act.UPDATE), play, moments, CLASSES, EN)
    assert before != after
    slope = questions(play, moments, CrossEntropy(), 0.001)[0].values
    assert float(str(slope["share"])) > 0
    assert float(str(slope["slope"]).replace("−", "-")) == pytest.approx(float(str(slope["share"])) - 1, abs=1e-12)


@pytest.mark.parametrize("language", LOCALES)
def test_an_update_that_changes_nothing_is_not_called_too_long(language: str) -> None:
    network = Network([Conv2d(2, 3), ReLU(), Flatten(), Linear(10, bias=False)])
    network.parameters[:] = 0
    play, texts = rehearse(network, CrossEntropy(), sample(4), 4), Texts("backprop", language)
    moments = learn(network, CrossEntropy(), sample(4), 4, 0.001, 1)
    for act in (Act.UPDATE, Act.REPEAT):
        assert texts(f"caption.{act}.stays", loss=number(play.loss), steps=1) in caption(
            Station(act), play, moments, CLASSES, texts
        )


@pytest.mark.parametrize("language", LOCALES)
def test_weights_and_biases_are_counted_apart(language: str, play: Play) -> None:
    words = caption(Station(Act.FORWARD, 7), play, [], CLASSES, Texts("backprop", language))
    assert "15,680" in words
    assert "15,690" not in words


def test_the_loss_tells_the_gradient_of_the_target_that_was_chosen() -> None:
    at = opened(model="shipped", input="digit-7", target="1", at="9")
    play = rehearse(shipped.load(), CrossEntropy(), sample(7), 1)
    assert f"a loss of **{number(play.loss)}**" in said(at)
    assert f"{number(float(play.doutputs[1]))} at **1**" in said(at)


def test_a_station_is_gone_to_and_kept_in_the_url() -> None:
    at = go(opened(input="digit-4"), 17, 1)
    assert at.query_params["at"] == "17"
    assert EN("phase.gradient.name") in said(at)
    assert "**conv 16@5×5** passes the gradient on" in said(at)
    at = go(at, 0, 2)
    assert "at" not in at.query_params
    at.query_params["at"] = "3"  # a link: the old move must not win over it
    assert "**max pool 2** keeps the largest" in said(calm(at.run()))


@pytest.mark.parametrize("nonsense", [-1, 20, 10**9, "1", None, True, [3], 2.0])
def test_nonsense_from_the_browser_moves_nothing(nonsense: Any) -> None:
    assert "at" not in go(opened(input="digit-4"), nonsense, 1).query_params


@pytest.mark.parametrize("went", [None, 3, {"at": 1}, {"at": 1, "count": "x"}, {"at": True, "count": 1}])
def test_only_a_move_is_a_move(went: Any) -> None:
    assert _move({"went": went}) is None
    assert _move(went) is None


@pytest.mark.parametrize("language", LOCALES)
def test_without_a_drawing_a_seven_stands_in_and_it_says_so(language: str) -> None:
    at = opened(language)
    assert Texts("common", language)("specimen.none_yet") in said(at)
    assert "**7**" in said(at)


def test_bad_values_of_a_link_are_named() -> None:
    at = opened(at="x", lr="-1", target="77", fault="laziness")
    warnings = " ".join(one.value for one in at.warning)
    assert all(part in warnings for part in ("at=x", "lr=-1", "fault=laziness"))
    assert EN("target.beyond", target=77, most=9) in warnings


@pytest.mark.parametrize(("model", "sentence"), [("run", "model.no_run"), ("loaded", "model.not_loaded")])
def test_a_network_that_is_not_there_is_replaced_and_it_says_so(model: str, sentence: str) -> None:
    at = opened(model=model)
    assert EN(sentence) in [one.value for one in at.info]


def test_a_station_beyond_the_last_is_the_last() -> None:
    assert EN("phase.repeat.name") in said(opened(at="150"))


def test_a_typed_grid_is_enlarged_and_it_says_so() -> None:
    assert EN("typed_fit", rows=28, columns=28) in said(opened(input="0 1; 1 0"))


def test_the_controls_reach_the_url() -> None:
    at = opened(input="digit-4")
    at.selectbox(key="backprop_model").set_value("shipped").run()
    at.selectbox(key="backprop_target").set_value(9).run()
    at.number_input(key="backprop.lr").set_value(0.5).run()
    calm(at)
    assert {name: at.query_params[name] for name in ("model", "target", "lr")} == {
        "model": "shipped", "target": "9", "lr": "0.5",
    }  # fmt: skip


@pytest.mark.parametrize(("fault", "verdict"), [("none", "agrees"), ("wrong_sign", "differs")])
def test_the_check_tells_right_gradients_from_broken_ones(fault: str, verdict: str) -> None:
    at = opened(model="shipped", input="digit-4", check="true", fault=fault)
    table = next(str(one.value) for one in at.get("html") if '<table class="bp bp-check"' in str(one.value))
    assert set(re.findall(r'<tr class="(\w+)"', table)) == {verdict}
    assert EN(f"check.{verdict}") in table
    assert ("Caught" in said(at)) == (verdict == "differs")


def test_the_check_waits_until_it_is_asked_for() -> None:
    assert '<table class="bp bp-check"' not in said(opened())


# Words, rows and pictures -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LOCALES)
def test_every_station_of_every_kind_of_layer_has_words_and_a_formula(language: str) -> None:
    layers = [
        Conv2d(4, 3), BatchNorm2d(), FReLU(), AvgPool2d(2), Conv2d(3, 3), ReLU(), MaxPool2d(2), Dropout(0.5), Flatten(),
        Linear(12), ReLU(), Linear(10),
    ]  # fmt: skip
    network, texts = Network(layers), Texts("backprop", language)
    play = rehearse(network, CrossEntropy(), sample(3), 3)
    moments = learn(network, CrossEntropy(), sample(3), 3, 0.001, 1)
    for station in stations(len(play.scenes)):
        words = caption(station, play, moments, CLASSES, texts) + station_title(station, play, texts)
        assert "{" not in words
        assert "$" in formula(station, play, "cross_entropy", texts)
        if station.layer >= 0:
            row = scene.backward_row if station.act is Act.BACKWARD else scene.forward_row
            assert row(play, station.layer, CLASSES, texts)


def test_the_first_layers_gradient_is_compared_with_the_lasts(play: Play) -> None:
    ratio = (play.size_of_gradient(7) or 0) / (play.size_of_gradient(0) or 1)
    assert ratio > 1.15
    words = caption(Station(Act.BACKWARD, 0), play, [], CLASSES, EN)
    assert EN("compared.smaller", name="conv 16@5×5", times=number(ratio), last="linear 10") in words


def test_how_many_cells_a_pool_reaches_is_counted(play: Play) -> None:
    words = caption(Station(Act.BACKWARD, 2), play, [], CLASSES, EN)
    assert percent(float(np.mean(play.scenes[2].dx != 0))) in words


def test_a_step_that_is_too_long_is_told(play: Play) -> None:
    moments = [Moment(1.0, play.answers), Moment(float("nan"), play.answers)]
    assert "does **not** fall" in caption(Station(Act.UPDATE), play, moments, CLASSES, EN)


def test_rows_show_the_engines_numbers(play: Play) -> None:
    x, weight, bias, y = scene.forward_row(play, 0, CLASSES, EN)
    assert np.array_equal(x.maps, play.scenes[0].x)
    assert np.array_equal(weight.maps, play.scenes[0].weights["weight"][:, 0])
    assert np.array_equal(bias.maps, play.scenes[0].weights["bias"])
    assert np.array_equal(y.maps, play.scenes[0].y)
    y, dy, weight, dweight = scene.backward_row(play, 0, CLASSES, EN)[:4]
    assert np.array_equal(dy.maps, play.scenes[0].dy)
    assert np.array_equal(dweight.maps, play.scenes[0].gradients["weight"][:, 0])
    assert (y.cell, y.across, weight.cell) == (dy.cell, dy.across, dweight.cell)


def test_a_kernel_is_called_by_its_filter_and_channel(play: Play) -> None:
    weight = scene.forward_row(play, 3, CLASSES, EN)[1]
    place = weight.names.index("filter 3, channel 6")
    assert np.array_equal(weight.maps[place], play.scenes[3].weights["weight"][2, 5])


def test_a_units_weights_are_shown_as_the_maps_they_weigh(play: Play) -> None:
    x, weight = scene.forward_row(play, 7, CLASSES, EN)[:2]
    assert x.maps.shape == (32, 7, 7)
    place = weight.names.index("unit 2, channel 31")
    assert np.array_equal(weight.maps[place].ravel(), play.scenes[7].weights["weight"][1].reshape(32, -1)[30])


@pytest.mark.parametrize("layer", range(8))
def test_a_row_has_room(play: Play, layer: int) -> None:
    for row in (scene.forward_row(play, layer, CLASSES, EN), scene.backward_row(play, layer, CLASSES, EN)):
        wide = [
            (one.across or 1) * (one.maps.shape[2] * (one.cell or 0) + 2) for one in row if one.maps.ndim == 3
        ]  # fmt: skip
        assert sum(wide) <= 970


def test_questions_are_answered_by_the_engine(play: Play) -> None:
    moments = learn(Network(shipped.layers()), CrossEntropy(), sample(4), 4, 0.001, 1)
    slope, reached, step = questions(play, moments, CrossEntropy(), 0.001)
    assert slope.answer == pytest.approx(float(play.answers[4]) - 1)
    assert (reached.answer, step.answer) == ("few", "falls")
    for question in (slope, reached, step):
        for language in LOCALES:
            words = Texts("backprop", language)
            for what in ("ask", "answer"):
                assert "{" not in words(f"questions.{question.name}.{what}", **question.values)
            assert all(f"questions.{question.name}.{choice}" in words for choice in question.choices)


def test_thumbnails_are_one_for_each_stop(play: Play) -> None:
    picture, outputs, gradients = thumbnails(play, dark=False)
    assert len(outputs) == len(gradients) == len(play.scenes)
    assert all(uri.startswith("data:image/png") for uri in (picture, *outputs, *gradients))
    assert len({*outputs, *gradients}) > len(play.scenes)


def test_the_descent_is_drawn_with_the_digits_that_were_not_learned(play: Play) -> None:
    words = {"updates": "u", "loss": "l", "others": "o"}
    moments = [Moment(3.0, play.answers, 0.5), Moment(1.0, play.answers, 0.25)]
    loss, others = descent(moments, words, dark=False).data
    assert (list(loss.y), list(others.y)) == ([3, 1], [0.5, 0.25])
    assert loss.line.dash != others.line.dash
    assert len(descent([Moment(3.0, play.answers)], words, dark=True).data) == 1


@pytest.mark.parametrize("language", LOCALES)
def test_the_worst_entry_of_every_tensor_is_named_as_people_count(language: str) -> None:
    network = Network([Conv2d(2, 3), BatchNorm2d(), LayerNorm(), FReLU(), Flatten(), Linear(10)])
    images = np.stack([sample(3)[None], sample(4)[None]])
    check, texts = sampled_check(network, CrossEntropy(), images, np.array([3, 4])), Texts("backprop", language)
    shapes = {tensor.name: tensor.analytic.shape for tensor in check.tensors}
    assert {len(shape) for shape in shapes.values()} == {1, 2, 3, 4}
    told = check_html(check, {name: name for name in shapes}, texts)
    worst = check.tensors[0].worst
    assert worst is not None
    assert texts("check.place.4", **dict(zip("abcd", (one + 1 for one in worst), strict=True))) in told
    assert "{" not in told


@pytest.mark.parametrize("language", LOCALES)
def test_a_favourite_that_is_right_is_named_once(language: str) -> None:
    texts = Texts("backprop", language)
    for digit, target in ((7, 7), (7, 1)):
        play = rehearse(shipped.load(), CrossEntropy(), sample(digit), target)
        moments = learn(shipped.load(), CrossEntropy(), sample(digit), target, 0.001, 1)
        words = caption(Station(Act.LOSS), play, moments, CLASSES, texts)
        other = texts("caption.loss").split("{share}")[1].split("{")[0]
        assert (other in words) == (target != digit)
