"""The three parts of the page about losses: dragged scores, the linear layer's sum, a regression."""

import html
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.errors import PlaygroundError
from cnn.explain.loss import (
    LARGEST_OUTPUT,
    LARGEST_SCORE,
    NETWORK,
    Contributions,
    Curves,
    Losses,
    LossSettings,
    as_text,
    belief,
    contributions,
    curves,
    losses,
    numbers,
    reach,
    regression,
    with_probability,
)  # fmt: skip
from cnn.explain.picture import fit
from pages.ui import drag, models
from pages.ui.drag import Bars, Curve, Panel, Slider, sliders
from pages.ui.errors import show_error
from pages.ui.grid import Mosaic, grid
from pages.ui.numbers import fixed, percent
from pages.ui.options import settle
from pages.ui.settings import edit_settings, read_settings, write_settings
from pages.ui.specimen import Specimen, choose_specimen
from pages.ui.texts import Texts

Array = NDArray[Any]
_SCORES, _MARKER, _OUTPUTS = "loss_scores", "loss_curves", "loss_outputs"
_REACH = 8.0  # of the sliders, unless the scores are larger
_STEP = 0.1  # of a dragged score
_TARGETS = np.array([0.5, -1.0, 2.0])  # of the regression
_SURE = 0.8  # a probability from which the network is called sure
_HARDLY = 0.1  # as a share of cross-entropy's gradient, what is hardly anything
_EXACTLY = 1e-10  # the marker stands on samples, one of which is the present probability
_STEEPEST = 5.5  # of the cross-entropy that is drawn
_CLASS, _CHANNEL, _PICTURE = 70, 42, 112  # CSS pixels of the map of a class, of a channel, of the picture


# The losses ----------------------------------------------------------------------------------------------------------


def about_losses(picture: Any, controls: Any, texts: Texts) -> None:
    """Scores to drag, their softmax and both gradients over them, and both losses as curves."""
    with controls:
        settings, model, _, target, found = _choose(texts)
    if found is None:
        return
    own = (
        np.asarray(found.scores, np.float64) if settings.scores == NETWORK else numbers(settings.scores, LARGEST_SCORE)
    )
    if len(own) != len(model.classes):  # a link for other classes
        own = np.zeros(len(model.classes))
    with controls:
        st.button(texts("network_scores"), on_click=_take_network_scores, disabled=settings.scores == NETWORK)
    with picture:
        now = _drag_scores(settings, own, target, model.classes, texts)
        _tell_losses(now, target, model.classes, texts)


def _drag_scores(settings: LossSettings, own: Array, target: int, classes: tuple[str, ...], texts: Texts) -> Losses:
    """The sliders and, below, the curves: whichever of them is moved, the other one follows."""

    def handles(scores: Array) -> list[Slider]:
        most = max(_REACH, float(np.ceil(np.abs([own, scores]).max())))
        return [Slider(c, c, -most, most, float(score), _STEP) for c, score in zip(classes, scores, strict=True)]

    def axis(scores: Array) -> Slider:
        p = float(losses(scores, target).probabilities[target])
        return Slider("p", texts("curves.probability", name=classes[target]), *reach(scores, target), p, _EXACTLY)

    def rows(values: tuple[float, ...]) -> list[Bars]:
        now = losses(np.array(values), target)
        return [
            Bars(texts("bars.probability"), now.probabilities),
            Bars(texts("bars.cross_entropy"), now.cross_entropy_gradient, -1, 1, percent=False),
            Bars(texts("bars.squared_error"), now.squared_error_gradient, -1, 1, percent=False),
        ]

    by_sliders = drag.standing(_SCORES, handles(own))
    scores = np.array(by_sliders.values)
    by_marker = drag.standing(_MARKER, [axis(scores)])
    if by_marker.chosen and not by_sliders.moving:
        if by_sliders.chosen:  # let go of in the moment in which the marker was taken
            write_settings(replace(settings, scores=as_text(scores)))
            settle(_SCORES)
        scores = with_probability(scores, target, by_marker.value)
    else:
        settle(_MARKER)
    now = losses(scores, target)
    st.html(_numbers(now, classes[target], texts))
    sliders(_SCORES, handles(scores), upright=True, bars=rows, title=texts("bars.score"))
    _curves(axis(scores), scores, target, texts)
    if not (by_sliders.moving or by_marker.moving):
        _come_to_rest(settings, scores, own)
    return now


def _come_to_rest(settings: LossSettings, scores: Array, before: Array) -> None:
    """Nothing is being dragged: the URL says where the scores stand, and the handles follow it again."""
    if np.abs(scores - before).max() > _STEP / 2:
        write_settings(replace(settings, scores=as_text(scores)))
    settle(_SCORES)
    settle(_MARKER)


def _curves(axis: Slider, scores: Array, target: int, texts: Texts) -> None:
    found = _sampled(tuple(scores.tolist()), target)
    drag.curves(
        _MARKER, axis, found.probability,
        [Panel(texts("curves.loss"), 0, _STEEPEST), Panel(texts("curves.slope"), -1, 0.05)],
        [
            Curve(texts("curves.cross_entropy"), np.stack([found.cross_entropy, found.cross_entropy_slope]), 0),
            Curve(texts("curves.squared_error"), np.stack([found.squared_error, found.squared_error_slope]), 1),
        ],
    )  # fmt: skip


@lru_cache(maxsize=64)
def _sampled(scores: tuple[float, ...], target: int) -> Curves:
    return curves(np.array(scores), target)


def _numbers(now: Losses, target: str, texts: Texts) -> str:
    pairs = {"cross_entropy": now.cross_entropy, "squared_error": now.squared_error}
    parts = [f"<p>{texts(f'curves.{name}')} <b>{fixed(value)}</b></p>" for name, value in pairs.items()]
    right = f"<p>{texts('right')} <b>{html.escape(target)}</b></p>"
    return f'<div class="loss-numbers">{right}{"".join(parts)}</div>'


def _tell_losses(now: Losses, target: int, classes: tuple[str, ...], texts: Texts) -> None:
    """What is seen right now, in words."""
    st.markdown(in_words(now, target, classes, texts))
    st.latex(texts("formula.losses"))


def in_words(now: Losses, target: int, classes: tuple[str, ...], texts: Texts) -> str:
    """What the network believes, if anything, and how hard each loss pushes."""
    found = belief(now, target)
    strong, weak = (abs(float(one[target])) for one in (now.cross_entropy_gradient, now.squared_error_gradient))
    hardly = found.kind == "wrong" and found.share > _SURE and weak < _HARDLY * strong
    said = texts(
        f"see.{found.kind}", probability=percent(float(now.probabilities[target]), 3), target=classes[target],
        best=texts("see.and").join(f"**{classes[one]}**" for one in found.best), others=percent(found.share, 3),
        cross_entropy=fixed(now.cross_entropy),
    )  # fmt: skip
    return f"{said} {texts('see.hardly' if hardly else 'see.push', pull=fixed(strong), weak=fixed(weak))}"


def _take_network_scores() -> None:
    write_settings(replace(read_settings(LossSettings), scores=NETWORK))


# The linear layer ----------------------------------------------------------------------------------------------------


def about_features(picture: Any, controls: Any, texts: Texts) -> None:
    """What each feature adds to the score of each class."""
    with controls:
        _, model, specimen, target, found = _choose(texts)
    if found is None:
        return
    with picture:
        grid("loss_classes", _class_mosaics(found, target, model.classes, texts), wrap=True)
        grid("loss_channels", _target_mosaics(specimen, found, target, model.classes, texts), wrap=True)
        parts = found.parts[target]
        st.markdown(
            texts(
                "see.linear", features=f"{parts.size:,}", sum=fixed(parts.sum()), bias=fixed(found.bias[target]),
                score=fixed(found.scores[target]), target=model.classes[target],
                best=model.classes[int(found.scores.argmax())], largest=fixed(parts.max()),
            )
        )  # fmt: skip
        st.latex(texts("formula.linear"))


def _class_mosaics(found: Contributions, target: int, classes: tuple[str, ...], texts: Texts) -> list[Mosaic]:
    """For each class what the features add to its score, summed over the channels."""
    parts = found.parts.sum(axis=1) if found.parts.ndim == 4 else found.parts[:, None]
    limit = float(np.abs(parts).max()) or 1.0
    cell = max(1, _CLASS // max(parts.shape[1:]))
    return [
        Mosaic(one[None], name, label=texts("linear.name", name=name), notes=(fixed(score, 2),),
               kind="linear" if place == target else "other", limit=limit, cell=cell)
        for place, (name, one, score) in enumerate(zip(classes, parts, found.scores, strict=True))
    ]  # fmt: skip


def _target_mosaics(
    specimen: Specimen, found: Contributions, target: int, classes: tuple[str, ...], texts: Texts
) -> list[Mosaic]:
    """The picture, and what each feature adds to the score of one class, channel by channel."""
    picture = Mosaic(
        specimen.picture[None], texts("linear.picture"), notes=("",), kind="input",
        scale="signed" if specimen.typed else "ink", cell=max(1, _PICTURE // max(specimen.picture.shape)),
    )  # fmt: skip
    parts = found.parts[target]
    title, notes = texts("linear.channels", name=classes[target]), (texts("linear.channels_note"),)
    if parts.ndim == 1:
        return [picture, Mosaic(parts, title, notes=notes, kind="linear")]
    cell = max(2, _CHANNEL // max(parts.shape[1:]))
    return [picture, Mosaic(parts, title, notes=notes, kind="linear", cell=cell, across=min(len(parts), 16))]


# Regression ----------------------------------------------------------------------------------------------------------


def about_regression(picture: Any, controls: Any, texts: Texts) -> None:
    """Outputs that are numbers to be met, not scores: identity and squared error."""
    settings = read_settings(LossSettings)
    own = numbers(settings.outputs, LARGEST_OUTPUT)
    handles = [
        Slider(f"y{k}", texts("regression.output", n=k + 1, target=f"{t:g}".replace("-", "−")), -LARGEST_OUTPUT,
               LARGEST_OUTPUT, float(value), _STEP)
        for k, (value, t) in enumerate(zip(own, _TARGETS, strict=True))
    ]  # fmt: skip

    def rows(values: tuple[float, ...]) -> list[Bars]:
        _, gradient = regression(np.array(values), _TARGETS)
        return [
            Bars(texts("regression.target"), _TARGETS, -LARGEST_OUTPUT, LARGEST_OUTPUT, percent=False),
            Bars(texts("regression.gradient"), gradient, -5, 5, percent=False),
        ]

    with controls:
        st.markdown(texts("regression.explained"))
    with picture:
        dragged = sliders(_OUTPUTS, handles, upright=True, bars=rows, title=texts("regression.outputs"))
        outputs = np.array(dragged.values)
        loss, gradient = regression(outputs, _TARGETS)
        st.markdown(texts("see.regression", loss=fixed(loss), gradient=",  ".join(fixed(g, 2) for g in gradient)))
        st.latex(texts("formula.regression"))
    if not dragged.moving:
        if np.abs(outputs - own).max() > _STEP / 2:
            write_settings(replace(settings, outputs=as_text(outputs)))
        settle(_OUTPUTS)


# What is looked at ---------------------------------------------------------------------------------------------------


def _choose(texts: Texts) -> tuple[LossSettings, models.Model, Specimen, int, Contributions | None]:
    """The controls of a classification: picture, right class, network; and that network's last layer at work."""
    specimen = choose_specimen()
    settings = edit_settings(LossSettings, "loss", ("target", "model"))
    model = models.usable(settings.model)
    shape = model.network.input_shape[-2:]
    try:
        found = contributions(model.network, fit(specimen.picture, (shape[0], shape[1])))
    except PlaygroundError as error:
        show_error(error)
        return settings, model, specimen, 0, None
    if isinstance(settings.target, int):
        target = settings.target
    else:
        target = int(specimen.kind[-1]) if specimen.kind.startswith("digit") else int(found.scores.argmax())
    if settings.target == "auto":
        st.caption(texts("target_is", name=model.classes[target]))
    return settings, model, specimen, min(target, len(model.classes) - 1), found
