"""Looking into a network: distributions in each layer, who is mistaken for whom, the worst mistakes.

Pure functions of a network and images; none of them changes the network's parameters.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.losses import Loss
from cnn.network import Network
from cnn.outline import kind_of

Array = NDArray[Any]

BINS = 40
_TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Histogram:
    """How many numbers lie in each bin, and their mean and standard deviation.

    Attributes:
        edges: (B + 1,).
        counts: (B,); numbers that are not finite are not counted.
    """

    edges: Array
    counts: Array
    mean: float
    std: float


@dataclass(frozen=True, eq=False)
class LayerStatistics:
    """One layer on one batch.

    Attributes:
        index, kind: place in the network, registered name.
        weights: of all its parameters but biases; None where it has none.
        activations: of its output.
        gradients: ∂L/∂weights where it has weights; else ∂L/∂output, None where the backward pass did not come.
        ratio: ‖∂L/∂weights‖ / ‖weights‖; times the learning rate it is the relative size of an SGD step, and about
            10⁻³ is healthy. None where there are no weights.
    """

    index: int
    kind: str
    weights: Histogram | None
    activations: Histogram
    gradients: Histogram | None
    ratio: float | None


@dataclass(frozen=True, eq=False)
class Confusion:
    """Answers over many images.

    Attributes:
        matrix: (K, K) counts; row: true class, column: answer.
        predicted: (N,) answers.
        confidence: (N,) probability given to the answer.
    """

    matrix: Array
    predicted: Array
    confidence: Array

    @property
    def accuracy(self) -> float:
        """Share of right answers."""
        return float(np.trace(self.matrix) / max(self.matrix.sum(), 1))


@dataclass(frozen=True)
class Mistake:
    """A wrong answer.

    Attributes:
        index: which image.
        label, predicted: true class and answer.
        confidence: probability given to the answer.
    """

    index: int
    label: int
    predicted: int
    confidence: float


def statistics(
    network: Network, loss: Loss, images: Array, labels: Array, bins: int = BINS
) -> tuple[LayerStatistics, ...]:
    """Distributions of weights, activations and gradients in each layer, for one batch in training mode.

    Args:
        network: its running statistics are put back afterwards; its gradient is overwritten.
        loss: as in training.
        images: (N, C, H, W), some dozens.
        labels: (N,).
        bins: of each histogram.
    """
    buffers = network.buffers()
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"), network.recording() as tape:
        outputs = network.forward(images, training=True, logits=loss.through_softmax)
        network.backward(loss(outputs, labels)[1])
    network.load_buffers(buffers)
    weights, gradients = network.state_dict(), network.gradients()
    found: list[LayerStatistics] = []
    for index, (layer, output) in enumerate(zip(network.layers, tape.outputs, strict=False)):
        names = [f"{index}.{name}" for name in layer.params if name != "bias"]
        own, own_gradients = _joined(weights, names), _joined(gradients, names)
        passing = own_gradients if names else tape.gradients[index]
        found.append(
            LayerStatistics(
                index=index,
                kind=kind_of(layer),
                weights=histogram(own, bins) if names else None,
                activations=histogram(output, bins),
                gradients=histogram(passing, bins) if passing.size else None,
                ratio=_norm(own_gradients) / max(_norm(own), _TINY) if names else None,
            )
        )
    return tuple(found)


def histogram(numbers: Array, bins: int = BINS) -> Histogram:
    """The distribution of an array's finite numbers."""
    finite = numbers[np.isfinite(numbers)].astype(np.float64)
    if not finite.size:
        return Histogram(np.linspace(-0.5, 0.5, bins + 1), np.zeros(bins, np.int64), 0.0, 0.0)
    low, high = float(finite.min()), float(finite.max())
    narrow = 4 * bins * float(np.spacing(max(abs(low), abs(high))))  # bins of less would be none between two numbers
    if high - low <= narrow:
        low, high = low - max(0.5, narrow), high + max(0.5, narrow)
    counts, edges = np.histogram(finite, bins, (low, high))
    return Histogram(edges, counts, float(finite.mean()), float(finite.std()))


def confusion(network: Network, images: Array, labels: Array, classes: int) -> Confusion:
    """Who is taken for whom.

    Args:
        network: with ``classes`` outputs.
        images: (N, C, H, W).
        labels: (N,).
        classes: K.
    """
    probabilities = network.predict(images)
    predicted = probabilities.argmax(axis=1)
    matrix = np.bincount(labels * classes + predicted, minlength=classes * classes).reshape(classes, classes)
    return Confusion(matrix, predicted, probabilities[np.arange(len(labels)), predicted])


def mistakes(network: Network, images: Array, labels: Array, count: int = 24) -> list[Mistake]:
    """The wrong answers, those first of which the network was surest."""
    probabilities = network.predict(images)
    predicted = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1)
    wrong = np.flatnonzero(predicted != labels)
    worst = wrong[np.argsort(-confidence[wrong], kind="stable")][:count]
    return [Mistake(int(i), int(labels[i]), int(predicted[i]), float(confidence[i])) for i in worst]


def _joined(arrays: dict[str, Array], names: list[str]) -> Array:
    return np.concatenate([arrays[name].ravel() for name in names]) if names else np.empty(0)


def _norm(numbers: Array) -> float:
    return float(np.linalg.norm(numbers.astype(np.float64)))
