"""The pure step from one state of a run to a later one, wherever it is computed.

    state, records = advance(state, steps)

The images and the network that a state goes with follow from its configuration. They are made once in each process and
kept, bounded in memory, so that a slice of 0.1 s does not begin with a second of preparation.
"""

import json
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Generic, TypeVar

from numpy.typing import NDArray

from cnn.config import MOST_EPOCHS, ExperimentConfig, to_table
from cnn.data.augmentation import NoAugmentation
from cnn.data.batches import batches_per_epoch
from cnn.head import sized
from cnn.network import Network
from cnn.training import kernels, trail
from cnn.training.kernels import Kernels
from cnn.training.plan import EVERYTHING, Plan
from cnn.training.record import Record
from cnn.training.state import TrainingState
from cnn.training.trail import Waypoint
from cnn.training.trainer import Trainer

Array = NDArray[Any]
T = TypeVar("T")

IMAGE_BYTES = 256 * 2**20  # of data sets kept in one process
NETWORKS = 6  # kept in one process; each holds some 10 MB of work arrays


@dataclass(frozen=True, eq=False)
class Prepared:
    """What a configuration trains on: never change the arrays, they are shared.

    Attributes:
        images, validation_images: (N, 1, 28, 28) uint8.
        labels, validation_labels: (N,) int64.
        class_names: of the classes, in order.
    """

    images: Array
    labels: Array
    validation_images: Array
    validation_labels: Array
    class_names: tuple[str, ...]

    @property
    def nbytes(self) -> int:
        """Memory of the arrays."""
        return self.images.nbytes + self.validation_images.nbytes


@dataclass(frozen=True)
class Slice:
    """What comes back from a worker.

    Attributes:
        state: after the last update made.
        records: one per update.
        kernels, trail: the snapshots that were due.
        epoch_steps: updates in an epoch.
        seconds: that the updates took; preparation is not part of it.
        processor_seconds: of them, the time that the process was not kept waiting by others.
        images: trained on.
    """

    state: TrainingState
    records: list[Record]
    kernels: list[Kernels]
    epoch_steps: int
    seconds: float
    images: int
    processor_seconds: float = 0.0
    trail: list[Waypoint] = field(default_factory=list[Waypoint])


class _Cache(Generic[T]):
    """The most recently used values, as long as their sizes sum up to no more than ``room``; always the last one."""

    def __init__(self, room: int, size: Callable[[T], int]) -> None:
        self._room, self._size = room, size
        self._values: OrderedDict[str, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str, make: Callable[[], T]) -> T:
        with self._lock:  # while making, too: two pages that want the same images wait for one of them
            if key not in self._values:
                self._values[key] = make()
            self._values.move_to_end(key)
            while len(self._values) > 1 and sum(map(self._size, self._values.values())) > self._room:
                self._values.popitem(last=False)
            return self._values[key]


class _ThreadNetworks(threading.local):
    """Networks compute in arrays of their own, so that two threads must not share one."""

    def __init__(self) -> None:
        self.cache: _Cache[Network] = _Cache(NETWORKS, lambda network: 1)


_prepared: _Cache[Prepared] = _Cache(IMAGE_BYTES, lambda data: data.nbytes)
_networks = _ThreadNetworks()


def prepare(config: ExperimentConfig) -> Prepared:
    """The images of a configuration, split into training and validation.

    Raises:
        DataError: they cannot be had.
    """
    # Augmentation comes later, batch by batch: who trains with it and who without share one set of images.
    plain = replace(config.data, augmentation=NoAugmentation())
    key = json.dumps([to_table(plain), config.seed], sort_keys=True)

    def make() -> Prepared:
        parts = config.data.load(config.seed)
        training, held_out = parts.training, parts.validation
        return Prepared(training.images, training.labels, held_out.images, held_out.labels, training.class_names)

    return _prepared.get(key, make)


def build_network(config: ExperimentConfig, classes: int) -> Network:
    """The untrained network of a configuration; its last ``Linear`` gets one unit per class.

    Raises:
        ShapeError: a layer that cannot stand where it is, outputs that are not one for each class, or more memory for a
            batch than is allowed.
    """
    config = with_head(config, classes)
    for row in config.outline(classes):
        if row.error:
            raise row.error
    return Network(config.layers, seed=config.seed)


def scratch_network(config: ExperimentConfig, classes: int) -> Network:
    """This thread's network for a configuration, kept between calls: whoever uses it sets all weights and statistics.

    Raises:
        ShapeError: as :func:`build_network`.
    """
    key = json.dumps([config.to_dict()["layers"], classes, config.seed], sort_keys=True)
    return _networks.cache.get(key, partial(build_network, config, classes))


def with_head(config: ExperimentConfig, classes: int) -> ExperimentConfig:
    """The configuration with the last ``Linear`` of its layers set to the number of classes."""
    return replace(config, layers=sized(config.layers, classes))


def initial_state(
    config: ExperimentConfig, plan: Plan = EVERYTHING, weights: Mapping[str, Array] | None = None
) -> TrainingState:
    """A run before its first update.

    Args:
        config: of the run.
        plan: what is kept of it, and how long it goes on.
        weights: to begin with, parameters and running statistics by PyTorch's names; None: random ones.

    Raises:
        PlaygroundError: the images cannot be had, the network cannot be built, or the weights are another network's.
    """
    if plan.steps:
        epochs = math.ceil(plan.steps / _size(config)[1])
        config = replace(config, epochs=min(epochs, MOST_EPOCHS))
    return replace(_trainer(config, plan, _fresh_network(config, weights)).state(), config=config)


def network_of(state: TrainingState) -> Network:
    """A network of the caller's own, with the weights of a state."""
    assert state.config is not None, "a trainer made by hand has its own network"
    network = build_network(state.config, len(prepare(state.config).class_names))
    network.parameters[:] = state.parameters
    network.load_buffers(state.buffers)
    return network


def advance(
    state: TrainingState,
    steps: int,
    observe: Callable[[Trainer], None] | None = None,
    plan: Plan = EVERYTHING,
) -> tuple[TrainingState, list[Record]]:
    """Make up to ``steps`` updates; fewer where the run ends before.

    Pure: the same state and the sum of the steps give the same weights, bit for bit, on one fingerprint.

    Args:
        state: is not changed.
        steps: ≥ 0.
        observe: called after each update.
        plan: the run's.
    """
    assert state.config is not None, "a trainer made by hand goes on with Trainer.run"
    trainer = _trainer(state.config, plan)
    trainer.restore(state)
    records: list[Record] = []
    while len(records) < steps and not trainer.ending:
        record = trainer.step()
        if trainer.divergence is None:
            records.append(record)
            if observe is not None:
                observe(trainer)
    return replace(trainer.state(), config=state.config, changes=state.changes), records


def run_slice(
    start: TrainingState | ExperimentConfig,
    steps: int,
    to_epoch_end: bool = False,
    plan: Plan = EVERYTHING,
    weights: Mapping[str, Array] | None = None,
) -> Slice:
    """What workers are asked to do: go on from a state, or make the first one.

    Args:
        start: a state, or the configuration of a run that begins.
        steps: updates to make at most.
        to_epoch_end: stop at the end of the current epoch, if it comes earlier.
        plan: what is kept of it, and how long it goes on.
        weights: that a run begins with; see :func:`initial_state`.
    """
    snapshots: list[Kernels] = []
    waypoints: list[Waypoint] = []
    state = start
    if isinstance(state, ExperimentConfig):
        state = initial_state(state, plan, weights)
        if plan.kernels:
            snapshots.append(kernels.take(network_of(state), 0))
        if plan.trail and trail.is_due(0, state.parameters.size):
            waypoints.append(Waypoint(0, state.parameters))
    assert state.config is not None
    count, epoch_steps = _size(state.config)
    if to_epoch_end:
        steps = min(steps, epoch_steps - state.step % epoch_steps)

    def observe(trainer: Trainer) -> None:
        step, network = trainer.step_count, trainer.network
        if plan.kernels and kernels.is_due(step):
            snapshots.append(kernels.take(network, step))
        if plan.trail and trail.is_due(step, network.parameters.size):
            waypoints.append(Waypoint(step, network.parameters.copy()))

    began, began_working = time.perf_counter(), time.thread_time()
    after, records = advance(state, steps, observe, plan)
    seconds, worked = time.perf_counter() - began, time.thread_time() - began_working
    short = epoch_steps * state.config.batch_size - count  # images that the last batch of an epoch lacks
    ends = (state.step + len(records)) // epoch_steps - state.step // epoch_steps
    images = len(records) * state.config.batch_size - ends * short
    return Slice(after, records, snapshots, epoch_steps, seconds, images, worked, waypoints)


def _size(config: ExperimentConfig) -> tuple[int, int]:
    """Training images, and updates in an epoch."""
    count = len(prepare(config).labels)
    return count, batches_per_epoch(count, config.batch_size)


def _fresh_network(config: ExperimentConfig, weights: Mapping[str, Array] | None) -> Network:
    network = build_network(config, len(prepare(config).class_names))
    if weights is not None:
        network.load_state_dict(weights)
    return network


def _trainer(config: ExperimentConfig, plan: Plan, network: Network | None = None) -> Trainer:
    """A trainer for a configuration, on this process's images and, unless another one is given, its network."""
    data = prepare(config)
    return Trainer(
        network or scratch_network(config, len(data.class_names)),
        config.optimizer,
        config.loss,
        data.images,
        data.labels,
        batch_size=config.batch_size,
        seed=config.seed,
        schedule=config.schedule,
        weight_decay=config.weight_decay,
        epochs=config.epochs,
        validation=(data.validation_images, data.validation_labels),
        augmentation=config.data.augmentation,
        early_stopping=config.early_stopping,
        steps=plan.steps,
        validate_every=plan.validate_every,
    )
