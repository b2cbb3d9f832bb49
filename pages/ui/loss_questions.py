"""The questions of the page about losses."""

from functools import cache

import numpy as np

from cnn.config import ExperimentConfig
from cnn.data import digits
from cnn.explain.loss import losses
from cnn.losses import CrossEntropy
from cnn.network import Network
from pages.ui.learn import Question
from pages.ui.numbers import fixed

_IMAGES = 100  # that the untrained network is asked about


@cache
def questions() -> list[Question]:
    """Three to guess first, always the same; the engine answers."""
    even = losses(np.zeros(10), 3)
    wrong = losses(np.array([0.0, 12.0]), 0)
    wrongly = {
        name: fixed(abs(getattr(wrong, f"{name}_gradient")[0])) for name in ("cross_entropy", "squared_error")
    }  # fmt: skip
    stronger = max(wrongly, key=lambda name: abs(getattr(wrong, f"{name}_gradient")[0]))
    slope = float(even.cross_entropy_gradient[3])
    known = {"loss": fixed(even.cross_entropy), "start": fixed(untrained_loss(), 2)}
    return [
        Question("even", even.cross_entropy, tolerance=0.05, values=known),
        Question("gradient", slope, tolerance=0.005, values={"gradient": fixed(slope, 1)}),
        Question("wrong", stronger, tuple(wrongly), values=wrongly),
    ]


def untrained_loss(seed: int = ExperimentConfig().seed) -> float:
    """The cross-entropy with which the default experiment begins, on generated digits."""
    images, labels = digits(_IMAGES, seed=1)
    return CrossEntropy()(Network(ExperimentConfig().layers, seed=seed).logits(images), labels)[0]
