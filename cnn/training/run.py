"""One run: what it is to compute next, and what is known of it."""

import logging
import math
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal

from numpy.typing import NDArray

from cnn.config import ExperimentConfig
from cnn.errors import ConfigError, PlaygroundError
from cnn.training import trail
from cnn.training.advance import Slice, run_slice
from cnn.training.kernels import Kernels, thinned
from cnn.training.plan import EVERYTHING, Plan
from cnn.training.record import History
from cnn.training.scheduler import Scheduler
from cnn.training.state import TrainingState, with_live
from cnn.training.view import RunView, Status

Array = NDArray[Any]

log = logging.getLogger(__name__)

LEASE = 120.0  # seconds for which a run computes unwatched; hidden tabs run their timers about once a minute
PARTING = 10.0  # seconds for which it goes on once its watcher has gone: a refresh, a short loss of the network
SLICE_SECONDS = 0.2  # that a slice should take: long enough to be cheap, short enough to answer a click
_MOST_STEPS = 2000  # of one slice
_SMOOTHING = 0.3  # weight of the latest slice in the measured speed
_LARGEST_SEED = 2**31 - 1


class Run:
    """A network in training. Whoever holds it (or its token) controls it.

    Attributes:
        token: secret; lets its holder find the run again, and control it.
        view_id: lets its holder look at it.
    """

    def __init__(
        self,
        config: ExperimentConfig,
        paused: bool,
        scheduler: Scheduler,
        lock: threading.RLock,
        clock: Callable[[], float],
        forget: Callable[["Run"], None],
        plan: Plan = EVERYTHING,
        weights: Mapping[str, Array] | None = None,
    ) -> None:
        self.token, self.view_id = secrets.token_urlsafe(24), secrets.token_urlsafe(9)
        self._config, self._plan, self._weights = config, plan, weights
        self._scheduler, self._lock, self._clock, self._forget = scheduler, lock, clock, forget
        self._watched = clock()
        self._steps = 1  # of the next slice
        self._begin(config, paused)

    def _begin(self, config: ExperimentConfig, paused: bool) -> None:
        self._config = config
        self._state: TrainingState | None = None
        self._wanted = not paused
        self._goal: Literal["", "batch", "epoch"] = ""  # after which it pauses by itself
        self._history = History(self._plan.rows)
        self._kernels: list[Kernels] = []
        self._trail: list[trail.Waypoint] = []
        self._pending: dict[str, float] = {}
        self._error: PlaygroundError | None = None
        self._validation: tuple[float, float] | None = None
        self._epoch_steps = 0
        self._rate = 0.0
        self._seconds = self._processor_seconds = 0.0
        self._last_end: float | None = None
        self._scheduler.drop(self)  # a slice under way belongs to the run as it was before

    # Control -----------------------------------------------------------------------------------------------------

    def watch(self) -> None:
        """Renew the lease: somebody is looking."""
        with self._lock:
            self._watched = self._clock()
            self._scheduler.pump()

    def leave(self) -> None:
        """Who looked has gone: unless somebody looks again, the lease ends in ``PARTING`` seconds."""
        with self._lock:
            self._watched = min(self._watched, self._clock() - LEASE + PARTING)

    def pause(self) -> None:
        """Compute nothing more after the slice under way."""
        with self._lock:
            self._wanted, self._goal = False, ""

    def resume(self) -> None:
        """Go on."""
        self._go("")

    def step_batch(self) -> None:
        """Make one update, then pause."""
        self._go("batch")

    def step_epoch(self) -> None:
        """Go on to the end of the epoch, then pause."""
        self._go("epoch")

    def reset(self) -> None:
        """Back to the weights it began with, paused. Live changes made so far stay, as settings from the start."""
        with self._lock:
            self._begin(self._with_pending(), paused=True)
            self.watch()

    def new_seed(self, seed: int | None = None) -> int:
        """Reset with other initial weights and other batches; returns the seed."""
        with self._lock:
            seed = secrets.randbelow(_LARGEST_SEED + 1) if seed is None else seed
            self._weights = None
            self._begin(replace(self._with_pending(), seed=seed), paused=True)
            self.watch()
            return seed

    def change(self, **live: float) -> None:
        """Change live settings (learning rate, momentum, weight decay, epochs) from the next slice on.

        Raises:
            ConfigError: a setting that is not live, or a value that it does not accept.
        """
        with self._lock:
            with_live(self._with_pending(), live)  # raises, if it cannot be
            self._pending |= live
            self._apply_pending()
            self.watch()

    def close(self) -> None:
        """Free it now."""
        self._forget(self)

    @property
    def config(self) -> ExperimentConfig:
        """The settings in force, live changes included."""
        with self._lock:
            return self._with_pending()

    def snapshot(self) -> RunView:
        """The run at this moment."""
        with self._lock:
            state, total = self._state, self._total_steps()
            step = state.step if state else 0
            left = (total - step) * self._config.batch_size / self._rate if self._rate and total else None
            loss, accuracy = self._validation or (None, None)
            return RunView(
                status=self.status(),
                config=self._with_pending(),
                step=step,
                epoch=math.ceil(step / self._epoch_steps) if self._epoch_steps else 0,
                epochs=self._with_pending().epochs,
                epoch_steps=self._epoch_steps,
                total_steps=total,
                records=self._history.columns(),
                validation_loss=loss,
                validation_accuracy=accuracy,
                images_per_second=self._rate,
                seconds_left=None if left is None else max(0.0, left),
                seconds=self._seconds,
                error=self._error,
                state=state,
                kernels=tuple(self._kernels),
                changes=state.changes if state else (),
                view_id=self.view_id,
                trail=tuple(self._trail),
            )

    def status(self) -> Status:
        """What it is doing."""
        with self._lock:
            if self._error is not None and not (self._state and self._state.ending == "diverged"):
                return Status.FAILED
            if self._state is not None and self._state.ending:
                return Status(self._state.ending)
            if self.unwatched() > LEASE:
                return Status.ASLEEP if self._wanted or self._state is None else Status.PAUSED
            if self._state is None:
                return Status.PREPARING
            if not self._wanted:
                return Status.PAUSED
            return Status.RUNNING if self._scheduler.busy(self) else Status.WAITING

    def unwatched(self) -> float:
        """Seconds since the lease was last renewed."""
        return self._clock() - self._watched

    def _go(self, goal: Literal["", "batch", "epoch"]) -> None:
        with self._lock:
            self._wanted, self._goal, self._last_end = True, goal, None
            self.watch()

    # The scheduler's side ----------------------------------------------------------------------------------------

    def next_slice(self) -> tuple[Callable[..., Slice], tuple[Any, ...]] | None:
        """The next call in a worker: the first one makes the initial weights, also of a run that is paused."""
        if self._error is not None or self.unwatched() > LEASE:
            return None
        if self._state is None:
            return run_slice, (self._config, 0, False, self._plan, self._weights)
        if not self._wanted or self._state.ending:
            return None
        steps = 1 if self._goal == "batch" else self._steps
        return run_slice, (self._state, steps, self._goal == "epoch", self._plan)

    def slice_done(self, result: Slice, seconds: float) -> None:
        """Take in a slice's result."""
        if self._state is None and result.state.config is not None:
            self._config = result.state.config  # with as many epochs as the plan's steps need
        self._state, self._epoch_steps = result.state, result.epoch_steps
        for record in result.records:
            self._processor_seconds += result.processor_seconds / len(result.records)
            self._history.add(record, self._processor_seconds)
            if record.validation_loss is not None and record.validation_accuracy is not None:
                self._validation = record.validation_loss, record.validation_accuracy
        good = result.state.step  # what was taken later is of broken weights
        self._kernels = thinned([one for one in (*self._kernels, *result.kernels) if one.step <= good])
        self._trail = trail.thinned([one for one in (*self._trail, *result.trail) if one.step <= good])
        self._measure(result, seconds)
        if result.state.divergence is not None:
            self._error = result.state.divergence.error()
        at_epoch_end = result.state.step % result.epoch_steps == 0
        if result.records and (self._goal == "batch" or (self._goal == "epoch" and at_epoch_end)):
            self._wanted, self._goal = False, ""
        self._apply_pending()

    def cost(self, result: Slice, seconds: float) -> float:
        """Only the updates are charged."""
        return result.seconds

    def slice_failed(self, error: BaseException) -> None:
        """The slice raised."""
        if isinstance(error, PlaygroundError):
            self._error = error
            return
        log.error("a slice of a run failed", exc_info=error)
        self._error = ConfigError("training.unexpected", error=f"{type(error).__name__}: {error}")

    def slice_killed(self) -> None:
        """The slice killed its process twice."""
        self._error = ConfigError("training.killed_twice", step=self._state.step if self._state else 0)

    def _measure(self, result: Slice, seconds: float) -> None:
        """Speed, and how many updates make a slice of the length wanted."""
        if not result.records:
            return
        now = self._clock()
        elapsed = seconds if self._last_end is None else now - self._last_end
        self._last_end = now
        self._seconds += elapsed
        speed = result.images / max(elapsed, 1e-6)
        self._rate = speed if not self._rate else self._rate + _SMOOTHING * (speed - self._rate)
        fitting = SLICE_SECONDS * len(result.records) / max(result.seconds, 1e-6)
        self._steps = int(min(max(1, fitting), 2 * self._steps, _MOST_STEPS))

    def _total_steps(self) -> int:
        epochs = self._with_pending().epochs * self._epoch_steps
        return min(self._plan.steps, epochs) if self._plan.steps else epochs

    def _apply_pending(self) -> None:
        """Put live changes into the state, unless a slice of it is under way."""
        if self._pending and self._state is not None and not self._scheduler.busy(self):
            self._state = self._state.changed(self._pending)
            self._config, self._pending = self._with_pending(), {}

    def _with_pending(self) -> ExperimentConfig:
        return with_live(self._config, self._pending) if self._pending else self._config
