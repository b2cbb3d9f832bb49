"""Dropout's scaling: what the next layer gets on average while training, and what it gets at inference.

Dropping units with probability p leaves 1 − p of their sum. Somebody has to make up for that, in training or at
inference, or else the two do not fit together::

    inverted   training x·mask/(1 − p)   inference x
    classic    training x·mask           inference x·(1 − p)
    mistaken   training x·mask           inference x·p        p/(1 − p) times what it should be: right at p = 0.5 alone

The first two are the engine's own layer; the third is what is often written.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.explain.picture import fit
from cnn.layers.dropout import Dropout
from cnn.network import Network
from cnn.seeds import Purpose, generator

Array = NDArray[Any]

SCALINGS = ("inverted", "classic", "mistaken")


@dataclass(frozen=True, eq=False)
class Scaled:
    """One scaling, over many masks.

    Attributes:
        training: mean over the units with each mask, (masks,).
        inference: mean over the units.
        output: what the next layer gets with the mask that is looked at, of the shape of the activations.
    """

    training: Array
    inference: float
    output: Array

    @property
    def running(self) -> Array:
        """The mean over the first 1, 2, … masks, (masks,)."""
        return np.cumsum(self.training) / np.arange(1, len(self.training) + 1)

    @property
    def average(self) -> float:
        """The mean in training, over all masks."""
        return float(self.training.mean())

    @property
    def ratio(self) -> float:
        """What comes out at inference, as a multiple of what it was in training; NaN where nothing came through."""
        return self.inference / self.average if self.average else float("nan")


@dataclass(frozen=True, eq=False)
class Masked:
    """A layer's activations under dropout.

    Attributes:
        mask: the one that is looked at: 1 kept, 0 dropped, of the shape of the activations.
        kept: how many units that mask keeps.
        scalings: by the names of :data:`SCALINGS`.
    """

    mask: Array
    kept: int
    scalings: dict[str, Scaled]


def drop(activations: Array, p: float, masks: int, at: int, seed: int = 0) -> Masked:
    """Send a batch of equal images through dropout: each gets a mask of its own.

    Args:
        activations: of one image, any shape.
        p: the share dropped.
        masks: how many, which is the size of the batch.
        at: number of the mask that is looked at, from 1.
        seed: of the masks.
    """
    alone = activations.reshape(-1, 1)
    batch = np.repeat(alone, masks, axis=1)
    engine = {name: _layer(batch, p, name) for name in ("inverted", "classic")}
    trained = {name: _trained(layer, batch, seed) for name, layer in engine.items()}
    inferred = {name: layer.forward(alone).copy() for name, layer in engine.items()}  # its array is used again
    trained["mistaken"], inferred["mistaken"] = trained["classic"], alone * p
    mask = _trained(engine["classic"], np.ones_like(batch), seed)[:, at - 1]
    shape = activations.shape
    scalings = {
        name: Scaled(
            trained[name].mean(axis=0, dtype=np.float64),
            float(inferred[name].mean(dtype=np.float64)),
            trained[name][:, at - 1].reshape(shape),
        )
        for name in SCALINGS
    }
    return Masked(mask.reshape(shape), int(mask.sum()), scalings)


def maps_before_head(network: Network, picture: Array) -> Array:
    """The last maps (C, H, W) that ``network`` makes of a picture (h, w) of any size: where dropout would act."""
    fitted = fit(picture, (network.input_shape[1], network.input_shape[2])).astype(network.dtype)
    with network.recording() as tape:
        network.forward(fitted[None, None])
    return next(output[0] for output in reversed(tape.outputs) if output.ndim == 4)


def _layer(batch: Array, p: float, scaling: str) -> Dropout:
    layer = Dropout(p, scaling)
    layer.build((len(batch),), generator(0, Purpose.DROPOUT), batch.dtype)
    return layer


def _trained(layer: Dropout, batch: Array, seed: int) -> Array:
    """What the layer makes of a batch (units, images) in training, with the masks of ``seed``; a copy."""
    layer.reseed(generator(seed, Purpose.DROPOUT))
    return layer.forward(batch, training=True).copy()
