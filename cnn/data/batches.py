"""Mini-batches: which images make up which step, from the seed alone.

The order of an epoch depends on nothing but (seed, epoch, number of images), so that a run that is paused or moved
finds its place again from its step number, without keeping a generator's state.
"""

from collections.abc import Iterator
from typing import Any

from numpy.typing import NDArray

from cnn.seeds import Purpose, generator

Array = NDArray[Any]


def batch_order(count: int, seed: int, epoch: int) -> Array:
    """The order (count,) in which an epoch, counted from 0, goes through the images."""
    return generator(seed, Purpose.BATCHES, epoch).permutation(count)


def batches_per_epoch(count: int, batch_size: int) -> int:
    """⌈count / batch size⌉: the last batch of an epoch holds what is left over."""
    return -(-count // batch_size)


def batches(count: int, batch_size: int, seed: int, epoch: int) -> Iterator[Array]:
    """The indices of each mini-batch of an epoch, in order; every image once."""
    order = batch_order(count, seed, epoch)
    for start in range(0, count, batch_size):
        yield order[start : start + batch_size]
