"""The whole of a training run at one step: what is needed to go on, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cnn.config import ExperimentConfig
from cnn.errors import ConfigError
from cnn.options import options_of

Array = NDArray[Any]
Ending = Literal["", "finished", "early", "diverged"]


@dataclass(frozen=True)
class Change:
    """A setting that was changed while training: in force for every update after ``step``."""

    step: int
    name: str
    value: float


@dataclass(frozen=True)
class Divergence:
    """What happened when the loss left all bounds.

    Attributes:
        step: the update whose loss it was (that update was not made).
        loss: that loss; not finite, or far above ``first``.
        first: the loss of the run's first update.
        learning_rate: in use then.
    """

    step: int
    loss: float
    first: float
    learning_rate: float

    def error(self) -> ConfigError:
        """The explanation, with a remedy."""
        return ConfigError(
            "training.diverged",
            step=self.step,
            loss=f"{self.loss:.3g}",
            first=f"{self.first:.3g}",
            learning_rate=f"{self.learning_rate:.3g}",
            suggestion=f"{suggested_rate(self.learning_rate):.1g}",
        )


def suggested_rate(rate: float) -> float:
    """A learning rate to try after ``rate`` diverged: a tenth, and never above 0.01."""
    return min(rate / 10, 0.01)


@dataclass(frozen=True)
class Stretch:
    """A later start of the learning rate's schedule: from step ``first`` on it takes ``updates`` updates."""

    first: int
    updates: int


@dataclass(frozen=True)
class TrainingState:
    """A run after ``step`` updates. Plain NumPy arrays and settings: pickled, it travels between processes.

    The order of batches, the dropout masks and the augmentation need no generator states: each is drawn afresh from
    (seed, purpose, epoch or step).

    Attributes:
        config: the settings in force from here on (live changes included); None for a trainer made by hand.
        step: updates done.
        parameters: (P,) flat, C-contiguous.
        slots: the optimizer's memory, each (P,).
        buffers: running statistics by PyTorch's name.
        good_parameters, good_buffers: before the last update, to go back to should its loss turn out to be broken.
        first_loss: of the first update; NaN before it.
        best_loss, waited: early stopping: the lowest validation loss, and epochs since.
        ending: why nothing more is to be done: all epochs are "finished", stopped "early", "diverged"; else "".
        divergence: the details in the third case.
        changes: live changes so far, each keyed to its step: with the first configuration they repeat the run.
        stretch: where the schedule began anew, beyond its first end; None before that.
    """

    config: ExperimentConfig | None
    step: int
    parameters: Array
    slots: dict[str, Array]
    buffers: dict[str, Array]
    good_parameters: Array
    good_buffers: dict[str, Array]
    first_loss: float = np.nan
    best_loss: float = np.inf
    waited: int = 0
    ending: Ending = ""
    divergence: Divergence | None = None
    changes: tuple[Change, ...] = field(default=())
    stretch: Stretch | None = None

    def changed(self, values: Mapping[str, float]) -> "TrainingState":
        """The state with live settings changed from the next update on.

        Raises:
            ConfigError: a setting that is not live, or a value that it does not accept.
        """
        assert self.config is not None, "a trainer made by hand is changed through its attributes"
        config = with_live(self.config, values)
        entries = tuple(Change(self.step, name, value) for name, value in values.items())
        ending = "" if self.ending == "finished" and config.epochs > self.config.epochs else self.ending
        return replace(self, config=config, changes=self.changes + entries, ending=ending)


def live_options(config: ExperimentConfig) -> tuple[str, ...]:
    """The settings that may change while training: the optimizer's live ones, then the experiment's."""
    optimizer = [one.name for one in options_of(config.optimizer) if one.live]
    own = [one.name for one in options_of(config) if one.live and one.name not in optimizer]
    return (*optimizer, *own)


def with_live(config: ExperimentConfig, values: Mapping[str, float]) -> ExperimentConfig:
    """A configuration with live settings changed.

    Raises:
        ConfigError: a setting that is not live, or a value that it does not accept.
    """
    choices = live_options(config)
    for name in values:
        if name not in choices:
            raise ConfigError("training.not_live", got=name, choices=", ".join(choices))
    of_optimizer = {one.name for one in options_of(config.optimizer) if one.live}
    inner = {name: value for name, value in values.items() if name in of_optimizer}
    outer = {name: value for name, value in values.items() if name not in of_optimizer}
    return replace(config, optimizer=replace(config.optimizer, **inner), **outer)
