"""The page about normalization without a browser: what it says, what it keeps in the URL, what it makes of nonsense."""

from base64 import b64decode

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn.explain.normalization import NORMS, Block, sharing
from cnn.training.normalization import (
    CHANNELS,
    PARTS,
    RACERS,
    SCALES,
    NormalizationSettings,
    beginning,
    feature_maps,
    pictures_with,
    treated,
)
from pages.ui.normalization import bracketed, number
from pages.ui.normalization.block import block_mosaics
from pages.ui.normalization.inference import company_mosaics
from pages.ui.normalization.questions import questions
from pages.ui.texts import Texts
from tests.pages.app import LOCALES, calm, open_app

KEY = "normalization"


def opened(language: str = "en", **query: str) -> AppTest:
    return open_app("normalization", language, **query)


def said(at: AppTest) -> str:
    return " ".join(one.value for one in at.markdown)


def formulas(at: AppTest) -> str:
    return " ".join(one.value for one in at.latex)


def table(at: AppTest) -> str:
    """The standings of the race."""
    return next(str(one.value) for one in at.get("html") if "race-table" in str(one.value) and "<td>" in str(one.value))


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("part", PARTS)
def test_it_opens_in_both_languages(language: str, part: str) -> None:
    at = opened(language, part=part)
    assert not at.error
    (mistake,) = at.info
    assert Texts("normalization", language)("mistake.text") in mistake.value


@pytest.mark.parametrize("language", LOCALES)
def test_each_part_begins_with_a_sentence_of_its_own(language: str) -> None:
    at = opened(language)
    texts = Texts("normalization", language)
    for part in PARTS:
        at.button_group(key=f"{KEY}_part").set_value(part)
        calm(at.run())
        head = next(str(one.value) for one in at.get("html") if "page-head" in str(one.value))
        assert texts.get(f"leads.{part}", texts("lead")) in head


# The block -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "cells", "groups"),
    [
        ({"norm": "batch"}, "4 · 14 · 14 = **784 cells**", 6),
        ({"norm": "batch", "images": "1"}, "1 · 14 · 14 = **196 cells**", 6),
        ({"norm": "layer"}, "6 · 14 · 14 = **1,176 cells**", 4),
        ({"norm": "instance"}, "14 · 14 = **196 cells**", 24),
        ({"norm": "group", "groups": "3"}, "2 · 14 · 14 = **392 cells**", 12),
    ],
)
def test_over_how_many_cells_a_mean_is_taken_is_said(query: dict[str, str], cells: str, groups: int) -> None:
    assert f"{cells}, {groups} groups" in said(opened(**query))


def test_the_formula_has_the_numbers_of_the_cell() -> None:
    settings = NormalizationSettings(norm="layer", image=2, channel=4, row=6, column=8)
    at = opened(norm="layer", input="digit-5", image="2", channel="4", row="6", column="8")
    # Whatever image 1 is, image 2 is a generated digit, and layer norm does not look beyond it.
    block = Block(feature_maps(pictures_with(np.zeros((28, 28)), 4)), sharing("layer", 4, CHANNELS, 1))
    x, y = (one.maps[1, 3, 6, 8] for one in (block, treated(block, settings)))
    mean, variance = block.means[1], block.variances[1]
    share = rf"\frac{{{number(x)} - {bracketed(mean)}}}{{\sqrt{{{number(variance)} + 10^{{-5}}}}}}"
    assert rf"= 1 \cdot {share} + 0 = {number(y)}" in formulas(at)
    assert f"Image 2, channel 4, row 7, column 9: $x = {number(x)}$ becomes $y = {number(y)}$" in said(at)


def test_gamma_and_beta_are_in_the_formula() -> None:
    at = opened(gamma="2", beta="-0.5")
    assert r"= 2 \cdot \frac" in formulas(at)
    assert "+ (-0.5) =" in formulas(at)
    assert "afterwards they are $-0.5$ and $4$" in said(at)


@pytest.mark.parametrize(("method", "ends"), [("unit", r"$0$ … $1$"), ("symmetric", r"$-1$ … $1$")])
def test_min_max_scaling_is_said_to_be_something_else(method: str, ends: str) -> None:
    at = opened(method=method)
    assert "**Min–max scaling** over the same cells is something else" in said(at)
    assert f"to {ends}" in said(at)
    assert r"\max - \min" in formulas(at)


def test_a_cell_of_an_image_that_is_gone_becomes_one_of_the_last_image() -> None:
    assert "Image 2, channel 1" in said(opened(images="2", image="4"))


def test_the_norms_stand_side_by_side_and_groups_have_their_slider() -> None:
    at = opened()
    assert not at.select_slider
    at.button_group(key=f"{KEY}_norm").set_value("group")
    calm(at.run())
    assert at.query_params["norm"] == "group"
    at.select_slider(key=f"{KEY}_groups").set_value(6)
    calm(at.run())
    assert at.query_params["groups"] == "6"
    assert "14 · 14 = **196 cells**, 24 groups" in said(at)


def test_groups_that_do_not_divide_the_channels_are_explained_and_the_page_goes_on() -> None:
    at = opened(norm="group", groups="4")
    (error,) = at.error
    assert "4 groups cannot share 6 channels evenly" in error.value.replace("\\", "")
    assert "12 groups" not in said(at)
    assert "3 · 14 · 14 = **588 cells**, 8 groups" in said(at)


@pytest.mark.parametrize("norm", NORMS)
def test_both_mosaics_light_up_the_same_groups(norm: str) -> None:
    settings = NormalizationSettings(norm=norm, groups=2)
    block = Block(feature_maps(pictures_with(np.zeros((28, 28)), 4)), sharing(norm, 4, CHANNELS, 2))
    before, after = block_mosaics(settings, block, treated(block, settings), Texts("normalization", "en"))
    assert before.groups == after.groups == tuple(block.groups.ravel())
    assert len(before.group_notes) == len(block.rows)
    assert "mean 0, variance 1" in after.group_notes[-1]


@pytest.mark.parametrize("typed", ["1000 -1000; 0 5", "0 0; 0 0", "3"])
def test_typed_pictures_of_any_numbers(typed: str) -> None:
    for norm in NORMS:
        at = opened(norm=norm, input=typed)
        assert not at.error


# The races -----------------------------------------------------------------------------------------------------------


def test_the_races_offer_their_contestants() -> None:
    at = opened(part="training")
    assert not at.button(key="race_start_normalization").disabled
    words = Texts("normalization", "en")
    assert all(words(f"norm.{norm}") in table(at) for norm in RACERS)
    at = opened(part="inputs")
    assert not at.button(key="race_start_normalization_inputs").disabled
    assert all(words(f"scale.{scale}") in table(at) for scale in SCALES)


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("norm", [False, True])
def test_what_the_scale_of_the_input_does_is_said_with_the_engines_numbers(norm: bool, language: str) -> None:
    settings = NormalizationSettings(batch_norm=norm, batch=16, seed=3)
    at = opened(language, part="inputs", batch_norm=str(norm).lower(), batch="16", seed="3")
    numbers = {
        f"{scale}_{name}": f"{value:.3g}"
        for scale in ("bytes", "unit")
        for name, value in beginning(scale, settings)._asdict().items()
    }
    key = "inputs.explained_norm" if norm else "inputs.explained"
    assert Texts("normalization", language)(key, **numbers) in said(at)


def test_the_table_compares_rates_or_batch_sizes() -> None:
    at = opened(part="training")
    assert "Compare all rates" in at.button(key=f"{KEY}_table_start").label
    at.button_group(key=f"{KEY}_table").set_value("batches")
    calm(at.run())
    assert at.query_params["compared"] == "batches"
    assert "Compare all batch sizes" in at.button(key=f"{KEY}_table_start").label


# Training against inference ------------------------------------------------------------------------------------------


def test_company_matters_in_training_and_not_at_inference() -> None:
    at = opened(part="inference", company="2")
    assert "in 6 different batches of 2" in said(at)
    assert "by up to **$0$**" not in said(at)
    assert "the output is the same (difference: **$0$**)" in said(at)
    assert "the outputs differ by $0$" in said(opened(part="inference", company="1"))


def test_with_a_momentum_of_one_the_last_batch_is_all_that_is_remembered() -> None:
    text = formulas(opened(part="inference", momentum="1", seen="7"))
    batch, result = text.split(r"+ 1 \cdot ")[1].split("\n")[0].split(" = ")
    assert batch == f"({result})"


def test_before_the_first_update_there_is_nothing_to_fill_in() -> None:
    at = opened(part="inference", seen="0")
    assert "remembers the mean $0$ and the variance $1$" in said(at)
    assert r"r_\mu \leftarrow" not in formulas(at)


def test_a_slider_moves_and_the_url_follows_at_rest() -> None:
    at = opened(part="inference")
    handles = {"0.NormalizationSettings.momentum": 0.5, "0.NormalizationSettings.company": 16}
    for turn, moving in ((1, True), (2, False)):
        at.session_state[f"{KEY}.inference"] = {"moved": {"values": handles, "turn": turn, "moving": moving}}
        calm(at.run())
        assert "in 6 different batches of 16" in said(at)
        assert ("momentum" in at.query_params) != moving
    assert (at.query_params["momentum"], at.query_params["company"]) == ("0.5", "16")


def test_the_values_written_above_are_those_of_the_marked_cell() -> None:
    training = np.zeros((6, 3, 3))
    training[:, 1, 2] = [1, 2, 3, 4, 5, -6]
    mosaics = company_mosaics(training, np.full((6, 3, 3), 0.5), Texts("normalization", "en"))
    assert mosaics[0].map_labels == ("1.00", "2.00", "3.00", "4.00", "5.00", "−6.00")
    assert mosaics[1].map_labels == ("0.50",) * 6
    for one in mosaics:
        assert one.marks is not None
        assert one.marks[:, 1, 2].all()
        assert one.marks.sum() == 6


# All of it -----------------------------------------------------------------------------------------------------------


def test_the_questions_are_answered_by_the_engine() -> None:
    assert [one.answer for one in questions()] == [392, "instance", "same"]
    at = opened()
    next(one for one in at.number_input if str(one.key).startswith("question_cells")).set_value(392)
    next(one for one in at.button if str(one.key).startswith("question_cells")).click()
    calm(at.run())
    assert Texts("common", "en")("guess.right") in at.success[0].value


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (1e-16, "0"), (-0.25, "-0.25"), (1234.5, "1230"), (2e-5, r"2.00 \cdot 10^{-5}"),
     (-5e7, r"-5.00 \cdot 10^{7}")],
)  # fmt: skip
def test_numbers_in_formulas(value: float, text: str) -> None:
    assert number(value) == text
    assert bracketed(value) == (f"({text})" if value < -1e-9 else text)


def test_the_cube_is_drawn_and_named() -> None:
    for language in LOCALES:
        drawn = next(str(one.value) for one in opened(language).get("html") if "norm-cube" in str(one.value))
        assert Texts("normalization", language)("cube.batch") in drawn
        svg = b64decode(drawn.split("base64,")[1].split('"')[0]).decode()
        assert Texts("normalization", language)("cube.channels") in svg


@pytest.mark.parametrize(
    "query",
    [{"norm": "<b>"}, {"groups": "7"}, {"groups": "1.5"}, {"images": "0"}, {"row": "14"}, {"gamma": "nan"},
     {"rate": "0"}, {"rate": "1e9"}, {"rate": "nan"}, {"batch": "1"}, {"company": "0"}, {"momentum": "2"},
     {"part": "sound"}, {"unknown": "1"}],
)  # fmt: skip
def test_nonsense_in_the_link_is_named_and_nothing_else_is_lost(query: dict[str, str]) -> None:
    at = opened(**{"seed": "4", **query})
    (name, text), *_ = query.items()
    assert f"`{name}={text}`" in at.warning[0].value
    assert at.query_params["seed"] == "4"
