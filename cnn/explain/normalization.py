"""Normalization taken apart: which cells share one mean and variance, and what batch normalization remembers.

A block of feature maps is (N, C, H, W): N images, each with C maps of H × W cells. All four norms share out whole maps:
what differs is which maps belong together (Wu & He 2018, fig. 2). All results come from the engine's own layers, in
float64.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.layers.base import Layer
from cnn.layers.batch_norm import BatchNorm2d
from cnn.layers.normalization import GroupNorm, InstanceNorm2d, LayerNorm
from cnn.network import Network

Array = NDArray[Any]

NORMS = ("batch", "layer", "instance", "group")
EPS = 1e-5  # ε of all of them, as in PyTorch


def layer_of(norm: str, groups: int) -> Layer:
    """The layer that one of :data:`NORMS` is; ``groups`` counts for group norm alone."""
    if norm == "group":
        return GroupNorm(groups, eps=EPS)
    return {"batch": BatchNorm2d, "layer": LayerNorm, "instance": InstanceNorm2d}[norm](eps=EPS)


def sharing(norm: str, images: int, channels: int, groups: int) -> Array:
    """Which maps share one mean and variance: (N, C), the number of each map's group, counted in reading order.

    Raises:
        ShapeError: the channels cannot be shared evenly among so many groups.
    """
    image, channel = np.indices((images, channels))
    if norm == "batch":
        return channel
    among = {"layer": 1, "instance": channels, "group": groups}[norm]
    if norm == "group":
        GroupNorm(groups).group_count((channels,))
    return image * among + channel // (channels // among)


@dataclass(frozen=True, eq=False)
class Block:
    """Feature maps, and which of them share one mean and variance.

    Attributes:
        maps: (N, C, H, W).
        groups: (N, C) numbers of groups, from 0; each group has equally many maps.
    """

    maps: Array
    groups: Array

    @cached_property
    def rows(self) -> Array:
        """All values of each group: (groups, values)."""
        flat = self.maps.reshape(self.groups.size, -1)[self._order]
        return flat.reshape(int(self.groups.max()) + 1, -1)

    @property
    def means(self) -> Array:
        """μ of each group: (groups,)."""
        return self.rows.mean(axis=1)

    @property
    def variances(self) -> Array:
        """σ² of each group, biased, as the norms use it: (groups,)."""
        return self.rows.var(axis=1)

    @property
    def shared(self) -> int:
        """Over how many cells one mean is taken."""
        return self.rows.shape[1]

    def with_rows(self, rows: Array) -> "Block":
        """The block whose groups hold ``rows`` (groups, values), every value in the place it has here."""
        images, channels, height, width = self.maps.shape
        maps = np.empty((images * channels, height * width), rows.dtype)
        maps[self._order] = rows.reshape(len(self._order), -1)
        return Block(maps.reshape(self.maps.shape), self.groups)

    def with_maps(self, maps: Array) -> "Block":
        """Other values in the same groups."""
        return Block(maps, self.groups)

    @cached_property
    def _order(self) -> Array:
        """The maps, counted in reading order, group by group."""
        return np.argsort(self.groups.ravel(), kind="stable")


def normalize(block: Block, norm: str, groups: int, gamma: float = 1.0, beta: float = 0.0) -> Block:
    """What the layer makes of the block in training: y = γ(x − μ)/√(σ² + ε) + β, γ and β the same everywhere.

    Raises:
        ShapeError: the layer cannot be applied to such maps.
    """
    network = Network([layer_of(norm, groups)], block.maps.shape[1:], dtype=np.float64)
    state = network.state_dict()
    given = {"0.weight": gamma, "0.bias": beta}
    network.load_state_dict({name: np.full_like(array, given.get(name, array)) for name, array in state.items()})
    return block.with_maps(network.forward(block.maps, training=True))


# Batch norm: training against inference ------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Running:
    """What batch normalization remembers while it is trained on T batches.

    Attributes:
        means, variances: the running statistics after 0 … T updates: (T + 1, C).
        batch_means, batch_variances: of each batch itself, the variance unbiased: (T, C).
    """

    means: Array
    variances: Array
    batch_means: Array
    batch_variances: Array


def follow(batches: Iterable[Array], momentum: float) -> Running:
    """The running statistics as batches (n, C, H, W) go by: r ← (1 − momentum)·r + momentum·(the batch's)."""
    given = list(batches)
    remembering = _batch_norm(given[0].shape[1:], momentum)
    alone = _batch_norm(given[0].shape[1:], 1.0)  # it remembers the last batch and nothing else
    kept, each = [_statistics(remembering)], []
    for batch in given:
        for network in (remembering, alone):
            network.forward(batch, training=True)
        kept.append(_statistics(remembering))
        each.append(_statistics(alone))
    (means, variances), (own_means, own_variances) = (np.stack(one, axis=1) for one in (kept, each))
    return Running(means, variances, own_means, own_variances)


def in_company(maps: Array, companies: Array, statistics: tuple[Array, Array] | None = None) -> Array:
    """The maps (C, H, W) of one image as they leave batch norm in each of several batches.

    Args:
        maps: of the image.
        companies: (K, n, C, H, W), the other images of K batches; n may be 0.
        statistics: the running mean and variance (C,) that are used at inference; None for training, which uses those
            of each batch.

    Returns:
        (K, C, H, W).
    """
    network = _batch_norm(maps.shape, 0.0)
    if statistics is not None:
        network.load_buffers(dict(zip(("0.running_mean", "0.running_var"), statistics, strict=True)))
    batches = (np.concatenate([maps[None], others]) for others in companies)
    return np.stack([network.forward(batch, training=statistics is None)[0] for batch in batches])


def apart(outputs: Array) -> float:
    """How far the outputs (K, …) of one image lie apart, in the cell where they do so the most."""
    return float(np.ptp(outputs, axis=0).max())


def _batch_norm(shape: tuple[int, ...], momentum: float) -> Network:
    return Network([BatchNorm2d(momentum, eps=EPS)], shape, dtype=np.float64)


def _statistics(network: Network) -> Array:
    """Running mean and variance: (2, C)."""
    kept = network.buffers()
    return np.stack([kept["0.running_mean"], kept["0.running_var"]])
