"""Optimizers on one network: what is set for their race, who takes part, and which learning rate suits each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, cast

import numpy as np

from cnn.config import ExperimentConfig
from cnn.data.config import DataConfig
from cnn.data.sources import DATASETS, GeneratedDigits, Source
from cnn.errors import ConfigError
from cnn.optimizers import OPTIMIZERS, SGD, AdaGrad, Adam, Momentum, Optimizer, RMSProp
from cnn.options import Configurable, option
from cnn.presets import PRESETS
from cnn.training.advance import advance, initial_state
from cnn.training.race import MOST_SEEDS, RATES, Contestant, RaceView, sweep
from cnn.training.standings import measured
from cnn.training.view import Status

MOST_RACERS = 8  # as many as are told apart on a chart; with seven rates each, a sweep is still one race
_STEP_UP = 3.0  # a second one of a kind begins with a learning rate so much higher
_HIGHEST = 1e6  # learning rate that an optimizer accepts
_FEW = 200  # digits


@dataclass(frozen=True)
class OptimizerRaceSettings(Configurable):
    """What the second stage of the page about optimizers shows.

    Attributes:
        racers: those that race: at most eight, and any number of one kind.
        network: name of the preset whose layers all train.
        source: what they train on.
        batch: images per update.
        updates: of each run.
        seeds: runs of each.
        first_seed: the seeds are counted up from it.
        terrain: the landscape on show.

    Raises:
        ConfigError: a value is not accepted, or there are more than eight racers.
    """

    racers: tuple[Optimizer, ...] = option((SGD(), Momentum(), AdaGrad(), RMSProp(), Adam()), family=OPTIMIZERS)
    network: str = option("small", choices=tuple(PRESETS))
    source: Source = option(GeneratedDigits(), family=DATASETS)
    batch: int = option(64, low=1, high=1024, log=True)
    updates: int = option(300, low=10, high=3000, log=True)
    seeds: int = option(1, low=1, high=MOST_SEEDS)
    first_seed: int = option(0, low=0, high=9999)
    terrain: str = option("principal", choices=("principal", "minimum", "straight"))

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.racers) > MOST_RACERS:
            raise ConfigError("training.too_many_racers", got=len(self.racers), most=MOST_RACERS)

    def config(self, optimizer: Optimizer) -> ExperimentConfig:
        """What one of them trains: all but the optimizer is the same for everybody."""
        return ExperimentConfig(
            data=DataConfig(source=self.source),
            layers=PRESETS[self.network].layers,
            optimizer=optimizer,
            batch_size=self.batch,
            seed=self.first_seed,
        )

    def entries(self, names: Sequence[str]) -> tuple[Contestant, ...]:
        """The racers, under names that differ."""
        return tuple(Contestant(name, self.config(one)) for name, one in zip(names, self.racers, strict=True))

    def rate_entries(self, names: Sequence[str], rates: Sequence[float] = RATES) -> tuple[Contestant, ...]:
        """Each racer with each rate, racer by racer, for the search for good ones."""
        return tuple(
            replace(one, name=f"{name} {one.name}")
            for name, racer in zip(names, self.racers, strict=True)
            for one in sweep(self.config(racer), rates)
        )


def another(racers: Sequence[Optimizer]) -> Optimizer:
    """Who joins next: a kind that is not there yet; when all are, the last one again with a higher rate."""
    present = {type(one) for one in racers}
    new = next((cls() for cls in OPTIMIZERS.values() if cls not in present), None)
    if new is not None:
        return new
    last = racers[-1]
    rate = last.lr * _STEP_UP
    return replace(cast(Any, last), lr=float(f"{min(rate, _HIGHEST):.1g}"))


def differing(racers: Sequence[Optimizer]) -> list[Mapping[str, float]]:
    """Of each racer, the options in which those of its kind differ: what its name has to say."""
    told: list[Mapping[str, float]] = []
    for one in racers:
        kin = [other for other in racers if type(other) is type(one)]
        names = [field.name for field in fields(one)]
        told.append({name: getattr(one, name) for name in names if len({getattr(other, name) for other in kin}) > 1})
    return told


def first_update(optimizer: Optimizer) -> np.ndarray[Any, Any]:
    """What the first update changes in each parameter (P,) of the default network, on a few digits."""
    few = DataConfig(source=GeneratedDigits(size=_FEW))
    start = initial_state(replace(OptimizerRaceSettings().config(optimizer), data=few))
    return advance(start, 1)[0].parameters - start.parameters


def rate_losses(view: RaceView, racers: int) -> np.ndarray[Any, Any]:
    """The final loss of each racer at each rate, (racers, rates); infinite where it diverged or failed."""
    found: list[float] = []
    for one in view.contestants:
        run = one.runs[0]
        loss = measured(run)[1]
        broken = run.status in (Status.DIVERGED, Status.FAILED)
        found.append(float(loss[-1]) if len(loss) and not broken else np.inf)
    return np.array(found).reshape(racers, -1)


def good_rates(losses: np.ndarray[Any, Any], rates: Sequence[float] = RATES) -> list[float | None]:
    """For each racer, the rate with the lowest loss; None where none came through."""
    best = losses.argmin(axis=1)
    return [rates[place] if np.isfinite(row[place]) else None for row, place in zip(losses, best, strict=True)]
