"""How a run is followed: how long it goes on, how often it is measured, what is kept of it."""

from dataclasses import dataclass

from cnn.training.record import MOST_ROWS
from cnn.training.trainer import VALIDATE_EVERY


@dataclass(frozen=True)
class Plan:
    """What is decided by who starts a run, and is no part of the experiment.

    Attributes:
        steps: updates after which the run ends. The experiment's epochs then become as many as hold these, so that a
            schedule stretches over them. 0: it ends with its epochs.
        validate_every: updates between two looks at a part of the validation images.
        kernels: whether snapshots of kernels are taken, for a replay.
        trail: whether snapshots of all weights are taken, for its path through them.
        rows: of the history that is kept.
    """

    steps: int = 0
    validate_every: int = VALIDATE_EVERY
    kernels: bool = True
    trail: bool = False
    rows: int = MOST_ROWS


EVERYTHING = Plan()
