"""Experiments that take milliseconds, and pools that tests hold in their hands."""

from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future
from dataclasses import dataclass, field
from typing import Any

from cnn.activations import ReLU
from cnn.config import ExperimentConfig
from cnn.data.augmentation import Augmentation
from cnn.data.config import DataConfig
from cnn.data.sources import GeneratedDigits
from cnn.layers import BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d
from cnn.optimizers import Adam, Momentum
from cnn.schedules import Cosine

DATA = DataConfig(source=GeneratedDigits(size=200), validation=0.2)
LAYERS = (Conv2d(2, 3, stride=2), ReLU(), MaxPool2d(2), Flatten(), Linear(10))
TINY = ExperimentConfig(
    data=DATA, layers=LAYERS, optimizer=Adam(lr=5e-3), batch_size=32, epochs=3
)  # 5 updates an epoch
RICH = ExperimentConfig(
    data=DataConfig(source=GeneratedDigits(size=200), validation=0.2, augmentation=Augmentation(), label_noise=0.1),
    layers=(Conv2d(2, 3, stride=2), BatchNorm2d(), ReLU(), MaxPool2d(2), Flatten(), Dropout(0.3), Linear(10)),
    optimizer=Momentum(lr=0.02),
    schedule=Cosine(warmup=0.5),
    weight_decay=1e-3,
    batch_size=48,  # 160 images: three batches and a rest
    epochs=4,
    early_stopping=1,
    seed=7,
)


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Call:
    """A submitted call."""

    call: Callable[..., Any]
    arguments: tuple[Any, ...]
    future: "Future[Any]" = field(default_factory=lambda: Future[Any]())

    def finish(self) -> None:
        try:
            result = self.call(*self.arguments)
        except Exception as error:
            self.future.set_exception(error)
        else:
            self.future.set_result(result)


class HandPool:
    """A pool whose calls are computed when the test says so."""

    def __init__(self, slots: int = 1) -> None:
        self.size = slots
        self.calls: list[Call] = []
        self.renewals = 0
        self.closed = False

    def slots(self) -> int:
        return self.size

    def submit(self, call: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        self.calls.append(Call(call, arguments))
        self.calls[-1].future.set_running_or_notify_cancel()  # as with real processes: what runs is not cancelled
        return self.calls[-1].future

    def is_lost(self, error: BaseException) -> bool:
        return isinstance(error, BrokenExecutor)

    def renew(self) -> None:
        self.renewals += 1

    def close(self) -> None:
        self.closed = True

    def finish(self, count: int = 1) -> None:
        """Compute the oldest calls, one after the other."""
        for _ in range(count):
            self.calls.pop(0).finish()

    def kill(self) -> None:
        """A process died: every call under way is lost."""
        calls, self.calls = self.calls, []
        for one in calls:
            one.future.set_exception(BrokenExecutor())
