"""What readers of the page about optimizers guess first; the engine answers."""

from functools import cache

from cnn.explain.descent import paths
from cnn.explain.optimizers import largest_rate, steps_down, suited
from cnn.explain.surfaces import Bowl, Saddle
from cnn.optimizers import SGD, Adam, RMSProp
from pages.ui.learn import Question

_RATE = 0.3  # of Adam, in the question about its first step


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
