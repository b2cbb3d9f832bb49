"""Training by mini-batches, one update at a time, repeatable bit for bit.

Everything that depends on chance is drawn afresh from (seed, purpose, epoch or step), and everything that happens now
and then (validation) is keyed to steps: where a run was cut, paused or moved cannot be seen in its weights.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn.data.augmentation import ImageTransform
from cnn.data.batches import batch_order, batches_per_epoch
from cnn.losses import Loss
from cnn.network import Network
from cnn.optimizers import Optimizer
from cnn.schedules import Constant, Schedule
from cnn.seeds import Purpose, generator
from cnn.training import checks
from cnn.training.evaluation import evaluate
from cnn.training.gradient import batch_gradient
from cnn.training.record import Record
from cnn.training.state import Divergence, Ending, Stretch, TrainingState

Array = NDArray[Any]

VALIDATE_EVERY = 50  # updates between two looks at a part of the validation images …
VALIDATE_PART = 500  # … of at most this many: about 5 % of the time at batch 64; all of them at each epoch's end
EXPLODED = (
    1e4  # times the first loss (or 1, if that is larger): beyond it a run counts as diverged, though still finite
)


class Trainer:
    """Trains a network on images.

    Args:
        network: is trained in place.
        optimizer: its learning rate is multiplied by ``schedule``.
        loss: compares the network's outputs with the labels.
        images: (N, C, H, W) whole numbers 0 … 255, or float in [0, 1] (multiples of 1/255 are kept as uint8), or float
            on both sides of 0.
        labels: (N,) class numbers, or for soft targets probabilities (N, K).
        batch_size: images per update; the last batch of an epoch may be smaller.
        seed: of the order of batches, the augmentation and dropout.
        schedule: over ``epochs`` epochs.
        weight_decay: λ of ½λΣW², weights only.
        epochs: how many :meth:`run` trains when it is not told, and what the schedule stretches over.
        validation: (images, labels) held out, in the same forms.
        augmentation: changes each batch's images by seed.
        early_stopping: stop after this many epochs without a lower validation loss; 0 never does. Needs ``validation``.
        steps: updates after which it is finished, if the epochs are not over before; 0: when they are.
        validate_every: updates between two looks at a part of the validation images.

    Raises:
        DataError: no images, not one label for each, a pixel or label that cannot be meant; see :mod:`cnn.inputs`.
        ShapeError: images of another shape than the network's input, or a network that ends in maps.
        ConfigError: an option that is not what it should be.
    """

    def __init__(
        self,
        network: Network,
        optimizer: Optimizer,
        loss: Loss,
        images: ArrayLike,
        labels: ArrayLike,
        *,
        batch_size: int = 64,
        seed: int = 0,
        schedule: Schedule | None = None,
        weight_decay: float = 0.0,
        epochs: int = 5,
        validation: tuple[ArrayLike, ArrayLike] | None = None,
        augmentation: ImageTransform | None = None,
        early_stopping: int = 0,
        steps: int = 0,
        validate_every: int = VALIDATE_EVERY,
    ) -> None:
        self.network = checks.part("network", network, Network)
        self.optimizer = checks.part("optimizer", optimizer, Optimizer)
        self.loss = checks.part("loss", loss, Loss)
        self.images, self.labels = checks.data(network, images, labels)
        self.validation = checks.held_out(network, validation)
        self.schedule = checks.part("schedule", Constant() if schedule is None else schedule, Schedule)
        self.augmentation = augmentation and checks.part("augmentation", augmentation, ImageTransform)
        self.batch_size: int = checks.number("batch_size", batch_size)
        self.seed: int = checks.number("seed", seed)
        self.epochs: int = checks.number("epochs", epochs)
        self.weight_decay: float = checks.number("weight_decay", weight_decay)
        self.early_stopping: int = checks.number("early_stopping", early_stopping)
        self.steps: int = checks.number("steps", steps)
        self.validate_every: int = checks.number("validate_every", validate_every)
        self.step_count = 0
        self._stretch: Stretch | None = None  # of the schedule that began anew beyond the end of the first
        self.ending: Ending = ""
        self.divergence: Divergence | None = None
        self._slots = optimizer.new_slots(network.parameters.size, network.dtype)
        self._good = (network.parameters.copy(), network.buffers())
        self._work = np.empty_like(network.parameters)
        self._first_loss, self._best_loss, self._waited = math.nan, math.inf, 0
        self._order: tuple[int, Array] = (-1, np.empty(0, np.int64))

    @property
    def epoch_steps(self) -> int:
        """Updates in one epoch."""
        return batches_per_epoch(len(self.labels), self.batch_size)

    @property
    def total_steps(self) -> int:
        """The step at which the schedule ends: after ``epochs`` epochs, or ``steps`` if that is fewer.

        Where :meth:`run` went on beyond that, after what it was asked for.
        """
        if self._stretch is not None:
            return self._stretch.first + self._stretch.updates
        epochs = self.epochs * self.epoch_steps
        return min(self.steps, epochs) if self.steps else epochs

    def run(self, epochs: int | None = None, steps: int | None = None) -> Iterator[Record]:
        """Train on, one record per update.

        The schedule stretches over ``self.epochs``. Where training goes on beyond its end it begins anew, over what is
        still to be done: ``run(epochs=3)`` after the last epoch takes the learning rate through the whole schedule in
        three epochs, instead of training on at the rate at which it ended (0 for a cosine).

        Args:
            epochs: that many MORE epochs; without either, as many as are left of ``self.epochs``.
            steps: that many more updates.

        Raises:
            ConfigError: training diverged; the network is back at its last good weights. Or no such number.
        """
        if steps is not None:
            more: int = checks.number("steps", steps)
        elif epochs is not None:
            more = checks.number("epochs", epochs, low=0) * self.epoch_steps
        else:
            more = self.total_steps - self.step_count
        for left in range(more, 0, -1):
            if self.ending in ("early", "diverged"):
                break
            if self.step_count >= self.total_steps:
                self._stretch = Stretch(self.step_count, left)
            self.ending = ""
            record = self.step()
            if self.divergence is None:
                yield record
        if self.divergence is not None:
            raise self.divergence.error()

    def step(self) -> Record:
        """Make one update.

        Where the loss is broken (not finite, or ten thousand times the first one) no update is made: the weights go
        back to before the last one, ``ending`` becomes "diverged", and the record holds the broken loss.
        """
        network, index = self.network, self.step_count
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # broken numbers are dealt with below
            images, labels = self._batch(index)
            network.begin_step(index)
            before = network.buffers()
            result = batch_gradient(network, self.loss, images, labels)
            rate = self._rate(index)
            epoch = index // self.epoch_steps + 1
            measured = Record(index + 1, epoch, result.loss, result.accuracy, rate)
            if math.isnan(self._first_loss):
                self._first_loss = result.loss
            if self._is_broken(result.loss):
                return self._diverge(measured)
            np.copyto(self._good[0], network.parameters)
            self._good = (self._good[0], before)
            self._update(rate)
            self.step_count += 1
            return self._validated(measured)

    def state(self) -> TrainingState:
        """Everything needed to go on from here, as copies."""
        return TrainingState(
            config=None,
            step=self.step_count,
            parameters=self.network.parameters.copy(),
            slots={name: slot.copy() for name, slot in self._slots.items()},
            buffers=self.network.buffers(),
            good_parameters=self._good[0].copy(),
            good_buffers=self._good[1],
            first_loss=self._first_loss,
            best_loss=self._best_loss,
            waited=self._waited,
            ending=self.ending,
            divergence=self.divergence,
            stretch=self._stretch,
        )

    def restore(self, state: TrainingState) -> None:
        """Go on from a state of a trainer with the same network, images and settings.

        Raises:
            DataError: the state is another network's, or another optimizer's. Nothing is changed then.
        """
        checks.state(state, self.network, self._slots)
        np.copyto(self.network.parameters, state.parameters)
        self.network.load_buffers(state.buffers)
        for name, slot in self._slots.items():
            np.copyto(slot, state.slots[name])
        np.copyto(self._good[0], state.good_parameters)
        self._good = (self._good[0], state.good_buffers)
        self._first_loss, self._best_loss, self._waited = state.first_loss, state.best_loss, state.waited
        self.step_count, self.ending, self.divergence = state.step, state.ending, state.divergence
        self._stretch = state.stretch

    # One update, in parts --------------------------------------------------------------------------------------------

    def _batch(self, index: int) -> tuple[Array, Array]:
        epoch, place = divmod(index, self.epoch_steps)
        if self._order[0] != epoch:
            self._order = (epoch, batch_order(len(self.labels), self.seed, epoch))
        chosen = self._order[1][place * self.batch_size : (place + 1) * self.batch_size]
        images = self.images[chosen]
        if self.augmentation is not None:
            images = self.augmentation.apply(images, generator(self.seed, Purpose.AUGMENTATION, index))
        return images, self.labels[chosen]

    def _rate(self, index: int) -> float:
        first, epochs = 0, float(self.epochs)
        if self._stretch is not None:
            first, epochs = self._stretch.first, self._stretch.updates / self.epoch_steps
        return self.optimizer.lr * self.schedule.factor((index - first) / self.epoch_steps, epochs)

    def _update(self, rate: float) -> None:
        network = self.network
        if self.weight_decay:
            np.multiply(network.parameters, network.decay_mask, out=self._work)
            np.multiply(self._work, self.weight_decay, out=self._work)
            np.add(network.gradient, self._work, out=network.gradient)
        step = self.step_count + 1
        self.optimizer.update(network.parameters, network.gradient, self._slots, step, rate, network.decay_mask)

    def _validated(self, record: Record) -> Record:
        """The record with validation, where it is due after the update."""
        step = self.step_count
        at_epoch_end = step % self.epoch_steps == 0
        complete = at_epoch_end or step == self.total_steps
        if step >= self.total_steps:
            self.ending = "finished"
        if self.validation is None or not (complete or step % self.validate_every == 0):
            if complete and not np.isfinite(self.network.parameters).all():
                return self._diverge(record)
            return record
        images, labels = self.validation
        if not complete:
            spread = slice(None, None, -(-len(labels) // VALIDATE_PART))  # they may be sorted by class
            images, labels = images[spread], labels[spread]
        loss, accuracy = evaluate(self.network, self.loss, images, labels)
        if self._is_broken(loss):
            return self._diverge(record, loss)
        if at_epoch_end:
            self._consider_stopping(loss)
        return replace(record, validation_loss=loss, validation_accuracy=accuracy, complete=complete)

    def _consider_stopping(self, loss: float) -> None:
        self._waited = 0 if loss < self._best_loss else self._waited + 1
        self._best_loss = min(loss, self._best_loss)
        if self.early_stopping and self._waited >= self.early_stopping and not self.ending:
            self.ending = "early"

    def _is_broken(self, loss: float) -> bool:
        return not loss <= EXPLODED * max(1.0, self._first_loss)  # also where it is NaN

    def _diverge(self, record: Record, loss: float | None = None) -> Record:
        """Go back to the last weights whose loss was sound."""
        loss = record.loss if loss is None else loss
        self.divergence = Divergence(record.step, loss, self._first_loss, record.learning_rate)
        self.ending = "diverged"
        np.copyto(self.network.parameters, self._good[0])
        self.network.load_buffers(self._good[1])
        for slot in self._slots.values():  # they remember the gradients that led astray
            slot.fill(0)
        self.step_count = max(0, self.step_count - 1)
        return replace(record, loss=loss)
