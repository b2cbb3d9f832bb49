"""Loss and accuracy of a network over many images."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.losses import Loss
from cnn.network import Network
from cnn.outline import INFERENCE_BATCH

Array = NDArray[Any]


def evaluate(network: Network, loss: Loss, images: Array, labels: Array) -> tuple[float, float]:
    """Mean loss and share of right answers, in inference mode.

    Args:
        network: is not changed.
        loss: as in training.
        images: (N, C, H, W), uint8 pixels or floating-point numbers.
        labels: (N,) class numbers, or for soft targets (N, K).
    """
    total, right = 0.0, 0
    for start in range(0, len(labels), INFERENCE_BATCH):
        part = slice(start, start + INFERENCE_BATCH)
        outputs = network.forward(images[part], logits=loss.through_softmax)
        value, _ = loss(outputs, labels[part], total=len(labels))
        total += value
        right += count_right(outputs, labels[part])
    return total, right / len(labels)


def count_right(outputs: Array, targets: Array) -> int:
    """How many outputs (N, K) are largest at their label, or where the soft target (N, K) is."""
    labels = targets if targets.ndim == 1 else targets.argmax(axis=1)
    return int(np.count_nonzero(outputs.argmax(axis=1) == labels))
