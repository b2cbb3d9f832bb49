"""The questions of the page about pooling."""

from functools import cache

import numpy as np

from cnn.explain.pooling import PoolingSettings, change, pool, shifted
from pages.ui.learn import Question


@cache
def questions() -> list[Question]:
    """Four to guess first, always the same; the engine answers."""
    overlap = pool(PoolingSettings(size=3, stride=2).layers()["max"], np.zeros((28, 28))).output
    tie = pool(PoolingSettings().layers()["max"], np.array([[2.0, 2.0], [1.0, 2.0]])).input_gradient
    winner = ("first", "last", "all")[0 if tie[0, 0] == 1 else 1 if tie[1, 1] == 1 else 2]
    share = pool(PoolingSettings().layers()["average"], np.ones((4, 4))).input_gradient[0, 0]
    half = np.zeros((4, 4))
    half[0, 0] = half[2, 2] = 1
    moved = change(*(pool(PoolingSettings().layers()["max"], shifted(half, one)).output for one in (0, 1)))
    return [
        Question("size", overlap.shape[0], values={"rows": overlap.shape[0]}),
        Question("tie", winner, ("first", "last", "all")),
        Question("share", share, tolerance=1e-9, values={"share": share}),
        Question("shift", 100 * moved, tolerance=0.5),
    ]
