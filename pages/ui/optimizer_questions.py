"""What readers of the page about optimizers guess first, on the surface and at the race; the engine answers."""

from functools import cache

import numpy as np

from cnn.explain.descent import paths
from cnn.explain.optimizers import largest_rate, steady_step, steps_down, suited
from cnn.explain.surfaces import Bowl, Saddle
from cnn.optimizers import SGD, Adam, Momentum, RMSProp
from cnn.training.optimizer_race import first_update
from pages.ui.learn import Question

_RATE = 0.3  # of Adam, in the question about its first step on a surface


@cache
def questions() -> tuple[Question, ...]:
    """Three to guess first."""
    bowl, saddle = Bowl(), Saddle()
    limit = largest_rate(bowl, SGD())
    positions = paths(bowl, [Adam(lr=_RATE)], bowl.start, 1)[0].positions
    moved = abs(float(positions[1, 0] - positions[0, 0]))
    plain, adaptive = (steps_down(saddle, suited(one, saddle)) for one in (SGD(), RMSProp()))
    return (
        Question("limit", limit, tolerance=0.02, values={"limit": f"{limit:.2g}"}),
        Question("first", moved, tolerance=0.005, values={"step": f"{moved:.2g}"}),
        Question("saddle", "faster" if adaptive < plain else "slower", ("faster", "slower"),
                 values={"sgd": plain, "rmsprop": adaptive}),
    )  # fmt: skip


@cache
def race_questions() -> tuple[Question, ...]:
    """Three to guess before a race."""
    adam, momentum = Adam(lr=0.002), Momentum(lr=0.02)
    changes = np.abs(first_update(adam))
    numbers = sum(slot.size for slot in adam.new_slots(changes.size).values())
    moved, same = (float(f"{one:.2g}") for one in (np.median(changes[changes > 0]), steady_step(momentum)))
    return (
        Question("memory", numbers, values={"parameters": f"{changes.size:,}", "numbers": f"{numbers:,}"}),
        Question("steady", same, tolerance=same / 20, values={"rate": momentum.lr, "same": same}),
        Question("step", moved, tolerance=moved / 20, values={"rate": adam.lr, "moved": moved}),
    )
