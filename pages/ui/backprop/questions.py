"""Questions about the present play, answered by the engine."""

import numpy as np

from cnn.explain.backprop import Moment, Play
from cnn.layers.pooling import MaxPool2d
from cnn.losses import CrossEntropy, Loss
from pages.ui.backprop.words import layer_title
from pages.ui.learn import Question
from pages.ui.numbers import apart, number, percent, probability

_HALF, _QUARTER = 0.5, 0.25


def questions(play: Play, moments: list[Moment], loss: Loss, lr: float) -> list[Question]:
    """Two or three, according to network and loss."""
    found = [_slope(play)] if isinstance(loss, CrossEntropy) else []
    pool = next((i for i, scene in enumerate(play.scenes) if isinstance(scene.layer, MaxPool2d)), None)
    if pool is not None:
        found.append(_reached(play, pool))
    return [*found, _step(play, moments, lr)]


def _slope(play: Play) -> Question:
    share, slope = float(play.answers[play.label]), float(play.doutputs[play.label])
    shown = probability(share)
    values = {"share": shown, "slope": f"{slope:.{len(shown) - 2}f}".replace("-", "−")}
    return Question("slope", slope, tolerance=0.005, values=values)


def _reached(play: Play, place: int) -> Question:
    scene = play.scenes[place]
    reached = int(np.count_nonzero(scene.dx))
    share = reached / scene.dx.size
    answer = "most" if share > _HALF else "some" if share > _QUARTER else "few"
    values = {
        "name": layer_title(scene.layer), "cells": f"{scene.dx.size:,}", "reached": f"{reached:,}",
        "share": percent(share),
    }  # fmt: skip
    return Question("reached", answer, ("most", "some", "few"), values=values)


def _step(play: Play, moments: list[Moment], lr: float) -> Question:
    before, after = moments[0].loss, moments[1].loss
    answer = "falls" if after < before else "rises"
    shown = apart(number, before, after, 3)
    values = {"lr": number(lr), "before": shown[0], "after": shown[1], "change": number(after - before, 3)}
    return Question("step", answer, ("falls", "rises"), values=values)
