"""Losses: how wrong the outputs are, and in which direction each should change.

Outputs are (N, K), one row of K scores an image; targets are labels (N,) or, for soft targets, probabilities (N, K).
What else can be meant as either is read by :mod:`cnn.inputs`.
Most losses here are applied THROUGH softmax: they take the scores before it and hand back the gradient with respect to
these, which is simpler and more exact than the two steps one after the other.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn import inputs
from cnn.errors import DataError, ShapeError
from cnn.options import Configurable, option
from cnn.registry import Registry

Array = NDArray[Any]

LOSSES: "Registry[Loss]" = Registry("loss")


@dataclass(frozen=True)
class Loss(Configurable):
    """A mean over images that training makes small."""

    @property
    def through_softmax(self) -> bool:
        """Whether the outputs expected are scores before softmax, which the loss applies itself."""
        raise NotImplementedError

    def __call__(self, outputs: Array, targets: ArrayLike, total: int | None = None) -> tuple[float, Array]:
        """The loss of ``outputs`` (N, K), and its gradient with respect to them (N, K).

        Args:
            outputs: scores, or whatever the network ends in where the loss is not through softmax.
            targets: labels (N,) or probabilities (N, K).
            total: what the sum over the N images is divided by; N unless they are a part of a larger batch.

        Raises:
            ShapeError: targets are neither (N,) nor (N, K), or the outputs are maps.
            DataError: a label is not one of 0 … K − 1, a target is not a finite number.
        """
        raise NotImplementedError


@LOSSES.register("cross_entropy")
@dataclass(frozen=True)
class CrossEntropy(Loss):
    """How surprised the network is by the right answer: the loss for telling classes apart.

    E = −(1/N) Σ_n Σ_k t_k ln y_k with y = softmax a, computed as t·(log-sum-exp a − a); ∂E/∂a_k = (y_k − t_k)/N.

    Source: Bishop 2006, §4.3.4.
    """

    @property
    def through_softmax(self) -> bool:  # noqa: D102
        return True

    def __call__(self, outputs: Array, targets: ArrayLike, total: int | None = None) -> tuple[float, Array]:  # noqa: D102
        total = total or len(outputs)
        t = _targets(outputs, targets)
        shifted = outputs - outputs.max(axis=1, keepdims=True)
        y = np.exp(shifted)
        sums = y.sum(axis=1, keepdims=True)
        shifted -= np.log(sums)  # ln y
        loss = -float(np.vdot(t, shifted)) / total
        y /= sums
        if np.ndim(targets) > 1:
            y *= t.sum(axis=1, keepdims=True)  # soft targets need not sum to 1
        y -= t
        y /= total
        return loss, y


@LOSSES.register("squared_error")
@dataclass(frozen=True)
class SquaredError(Loss):
    """Half the squared distance from the targets.

    E = (1/N) Σ_n ½ Σ_k (y_k − t_k)². Through identity, y is the output and ∂E/∂y_k = (y_k − t_k)/N. Through softmax,
    y = softmax a and ∂E/∂a_k = (1/N) Σ_j (y_j − t_j) y_j (δ_jk − y_k), which is nearly 0 where the network is sure,
    even where it is wrong.

    Source: Bishop 2006, §5.2.
    """

    through: str = option("softmax", choices=("softmax", "identity"))

    @property
    def through_softmax(self) -> bool:  # noqa: D102
        return self.through == "softmax"

    def __call__(self, outputs: Array, targets: ArrayLike, total: int | None = None) -> tuple[float, Array]:  # noqa: D102
        total = total or len(outputs)
        t = _targets(outputs, targets)
        y = softmax(outputs) if self.through_softmax else outputs
        difference = y - t
        loss = 0.5 * float(np.vdot(difference, difference)) / total
        difference /= total
        if self.through_softmax:
            difference -= (difference * y).sum(axis=1, keepdims=True)
            difference *= y
        return loss, difference


def softmax(scores: Array) -> Array:
    """Probabilities (N, K) from scores (N, K), along the classes."""
    y = np.exp(scores - scores.max(axis=1, keepdims=True))
    y /= y.sum(axis=1, keepdims=True)
    return y


def one_hot(labels: Array, classes: int, dtype: type[np.floating[Any]] = np.float32) -> Array:
    """Labels (N,) as rows (N, classes) with a 1 at each label and 0 elsewhere.

    Raises:
        DataError: a label is not one of 0 … classes − 1.
    """
    if labels.size and not 0 <= labels.min() <= labels.max() < classes:
        raise DataError("engine.label_range", low=int(labels.min()), high=int(labels.max()), limit=classes - 1)
    rows = np.zeros((len(labels), classes), dtype)
    rows[np.arange(len(labels)), labels] = 1
    return rows


def _targets(outputs: Array, targets: ArrayLike) -> Array:
    """The targets as (N, K), of the outputs' type."""
    if outputs.ndim != 2:
        return _targets_of_maps(outputs, np.asarray(targets))
    count, classes = outputs.shape
    rows = inputs.targets(targets, count, classes)
    return rows.astype(outputs.dtype, copy=False) if rows.ndim == 2 else one_hot(rows, classes, outputs.dtype.type)


def _targets_of_maps(outputs: Array, targets: Array) -> Array:
    """Targets of the shape of outputs that are maps (N, K, H, W)."""
    if targets.shape != outputs.shape:
        raise ShapeError("engine.not_a_vector", shape=outputs.shape[1:])
    return targets.astype(outputs.dtype, copy=False)
