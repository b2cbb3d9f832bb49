"""Questions about regularization, answered by the engine."""

from dataclasses import replace
from functools import cache

import numpy as np

from cnn.data.config import DataConfig
from cnn.data.sources import GeneratedDigits
from cnn.explain.dropout import drop
from cnn.optimizers import SGD
from cnn.training.advance import advance, initial_state
from cnn.training.plan import Plan
from cnn.training.regularization import DEPTHS, RegularizationSettings
from pages.ui.learn import Question
from pages.ui.numbers import percent

_DROPPED = 0.2  # share of units, in a question
_RATE, _DECAY = 0.1, 0.5  # learning rate and λ
_UPDATES, _RECENT = 100, 20  # of the stacks that are asked about


@cache
def questions() -> tuple[Question, ...]:
    """Three to guess first."""
    scaled = drop(np.ones(1000, np.float32), _DROPPED, 1, 1).scalings
    ratio = round(scaled["mistaken"].inference / scaled["classic"].inference, 3)
    weight = np.ones(1)
    SGD(lr=_RATE).update(weight, _DECAY * weight, {}, 1, _RATE, np.ones(1))
    left = round(float(weight[0]), 4)
    shallow, deep = (_training_accuracy(depth) for depth in (DEPTHS[0], DEPTHS[-1]))
    higher = "deep" if deep > shallow else "shallow"
    said = {"shallow": percent(shallow), "deep": percent(deep), "updates": _UPDATES}
    dropped = {"percent": percent(_DROPPED), "p": _DROPPED, "kept": 1 - _DROPPED}
    width = RegularizationSettings().width
    return (
        Question("ratio", ratio, tolerance=0.01, values={**dropped, "ratio": f"{ratio:g}"}),
        Question("decay", left, tolerance=0.001, values={"left": f"{left:g}", "rate": _RATE, "decay": _DECAY}),
        Question(
            "depth", higher, ("shallow", "deep"), values={**said, "few": DEPTHS[0], "many": DEPTHS[-1], "width": width}
        ),
    )


def _training_accuracy(depth: int) -> float:
    """Of a stack, over the last batches of a short training."""
    config = replace(RegularizationSettings().stack(depth), data=DataConfig(source=GeneratedDigits(size=1000)))
    plan = Plan(_UPDATES, validate_every=_UPDATES, kernels=False)
    _, records = advance(initial_state(config, plan), _UPDATES, plan=plan)
    return float(np.mean([record.accuracy for record in records[-_RECENT:]]))
