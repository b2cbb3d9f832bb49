"""Snapshots of a network's kernels while it trains, for the replay: keyed to steps, in bounded memory."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.layers.convolution import Conv2d
from cnn.network import Network

Array = NDArray[Any]

MOST_SNAPSHOTS = 64
_LARGEST = float(np.finfo(np.float16).max)
MOST_NUMBERS = 50_000  # in one snapshot: the first convolutions of a network, as many as fit


@dataclass(frozen=True)
class Kernels:
    """The convolutions' weights after ``step`` updates: ``{"0.weight": (F, C, KH, KW)}``."""

    step: int
    weights: dict[str, Array]


def interval(step: int, most: int = MOST_SNAPSHOTS) -> int:
    """Steps between two of at most ``most`` snapshots once ``step`` updates are done.

    A power of two, so that thinning keeps a grid.
    """
    every = 1
    while step // every >= most:
        every *= 2
    return every


def is_due(step: int) -> bool:
    """Whether a snapshot is taken after ``step`` updates. Depends on the step alone, however a run is cut."""
    return step % interval(step) == 0


def take(network: Network, step: int) -> Kernels:
    """The kernels of a network now, as float16: they are looked at, not computed with."""
    names = [f"{i}.weight" for i, layer in enumerate(network.layers) if isinstance(layer, Conv2d)]
    weights: dict[str, Array] = {}
    room = MOST_NUMBERS
    state = network.state_dict()
    for name in names:
        room -= state[name].size
        if room < 0:
            break
        weights[name] = state[name].clip(-_LARGEST, _LARGEST).astype(np.float16)
    return Kernels(step, weights)


def thinned(snapshots: list[Kernels]) -> list[Kernels]:
    """Drop the snapshots that are off the grid of the latest one; the latest itself stays."""
    if not snapshots:
        return []
    every = interval(snapshots[-1].step)
    return [one for one in snapshots[:-1] if one.step % every == 0] + snapshots[-1:]
