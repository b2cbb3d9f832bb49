"""The questions of the page about losses."""

from functools import cache

import numpy as np

from cnn.explain.loss import losses
from pages.ui.learn import Question


@cache
def questions() -> list[Question]:
    """Three to guess first, always the same; the engine answers."""
    even = losses(np.zeros(10), 3)
    wrong = losses(np.array([0.0, 12.0]), 0)
    return [
        Question("even", even.cross_entropy, tolerance=0.05, values={"loss": f"{even.cross_entropy:.3f}"}),
        Question("gradient", even.cross_entropy_gradient[3], tolerance=0.005,
                 values={"gradient": f"{even.cross_entropy_gradient[3]:.1f}"}),
        Question("wrong", max(("cross_entropy", "squared_error"),
                              key=lambda name: abs(getattr(wrong, f"{name}_gradient")[0])),
                 ("cross_entropy", "squared_error"),
                 values={"cross_entropy": f"{abs(wrong.cross_entropy_gradient[0]):.3f}",
                         "squared_error": f"{abs(wrong.squared_error_gradient[0]):.6f}"}),
    ]  # fmt: skip
