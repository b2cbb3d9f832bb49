"""What a page is shown of a run: a picture of one moment, in which nothing changes."""

from dataclasses import dataclass
from enum import StrEnum

from cnn.config import ExperimentConfig
from cnn.errors import PlaygroundError
from cnn.training.kernels import Kernels
from cnn.training.record import Columns
from cnn.training.state import Change, TrainingState
from cnn.training.trail import Waypoint


class Status(StrEnum):
    """What a run is doing."""

    PREPARING = "preparing"  # images and first weights are being made
    RUNNING = "running"
    WAITING = "waiting"  # it would run, but the cores are busy with other runs
    PAUSED = "paused"
    ASLEEP = "asleep"  # it would run, but nobody has watched it for the length of a lease
    FINISHED = "finished"
    EARLY = "early"  # stopped early: the validation loss no longer fell
    DIVERGED = "diverged"
    FAILED = "failed"

    @property
    def active(self) -> bool:
        """Whether something is going to change by itself."""
        return self in (Status.PREPARING, Status.RUNNING, Status.WAITING)

    @property
    def ended(self) -> bool:
        """Whether nothing more can be computed, unless it is reset."""
        return self in (Status.FINISHED, Status.EARLY, Status.DIVERGED, Status.FAILED)


@dataclass(frozen=True, eq=False)
class RunView:
    """A run as it was at one moment, to look at; nothing in it changes.

    Attributes:
        status: what it is doing.
        config: the settings in force, live changes included.
        step, epoch: updates made, and the epoch of the last one (0 before it).
        epochs, epoch_steps, total_steps: its length; the last two are 0 while preparing.
        records: its curves.
        validation_loss, validation_accuracy: the latest measurement.
        images_per_second: lately, as the clock on the wall has it.
        seconds_left: at that speed; None where it is not known.
        seconds: that the updates took so far, pauses left out.
        error: why it diverged or failed.
        state: its weights and all; None while preparing.
        kernels: snapshots for the replay, from step 0 on.
        changes: live changes, each keyed to its step.
        view_id: by which anybody may look at it.
        trail: snapshots of all weights from step 0 on, where its plan asks for them.
    """

    status: Status
    config: ExperimentConfig
    step: int
    epoch: int
    epochs: int
    epoch_steps: int
    total_steps: int
    records: Columns
    validation_loss: float | None
    validation_accuracy: float | None
    images_per_second: float
    seconds_left: float | None
    seconds: float
    error: PlaygroundError | None
    state: TrainingState | None
    kernels: tuple[Kernels, ...]
    changes: tuple[Change, ...]
    view_id: str
    trail: tuple[Waypoint, ...] = ()
