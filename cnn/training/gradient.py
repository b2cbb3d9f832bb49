"""The mean gradient of a batch, the one computation that training repeats."""

from dataclasses import dataclass

import numpy as np

from cnn.layers.base import Array
from cnn.losses import Loss
from cnn.network import Network
from cnn.outline import images_at_once
from cnn.training.evaluation import count_right


@dataclass(frozen=True)
class BatchResult:
    """What a batch gave.

    Attributes:
        loss: mean loss over the batch.
        correct: images whose largest output was the right class.
        count: images.
    """

    loss: float
    correct: int
    count: int

    @property
    def accuracy(self) -> float:
        """Share of right answers, 0 … 1."""
        return self.correct / self.count


def batch_gradient(network: Network, loss: Loss, images: Array, targets: Array) -> BatchResult:
    """Leave the batch's mean ∂L/∂parameters in ``network.gradient``.

    A large batch goes through in micro-batches of 64, so that memory stays small, and their gradients are added up:
    the result is the same up to rounding. A network with batch statistics takes the batch whole, because there the
    images depend on each other.

    Args:
        network: the network; its parameters stay as they are.
        loss: takes the output, or the logits before a final Softmax if it has a softmax of its own.
        images: (N, C, H, W), uint8 pixels or floating-point numbers.
        targets: (N,) class numbers or (N, K).
    """
    count = len(images)
    size = images_at_once(network.layers, count)
    gradient, so_far = network.gradient, network.partial_sum
    total, correct = 0.0, 0
    for start in range(0, count, size):
        part = slice(start, start + size)
        outputs = network.forward(images[part], training=True, logits=loss.through_softmax)
        value, doutputs = loss(outputs, targets[part], total=count)
        network.parameter_gradients(doutputs)  # overwrites the gradient of the part before
        if start > 0:
            gradient += so_far
        if start + size < count:
            np.copyto(so_far, gradient)
        total += value
        correct += count_right(outputs, targets[part])
    return BatchResult(total, correct, count)
