"""What is measured: the presets, on images of the usual size."""

import numpy as np

from cnn.config import ExperimentConfig
from cnn.layers.base import Array
from cnn.presets import PRESETS

WORKLOADS: dict[str, ExperimentConfig] = {
    f"W{number}": PRESETS[name] for number, name in enumerate(("small", "book", "lenet", "normalized"), start=1)
}
IMAGES = 20_000


def images_and_labels() -> tuple[Array, Array]:
    """Random images, mostly blank as handwriting is: (20 000, 1, 28, 28) uint8 and labels."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (IMAGES, 1, 28, 28), np.uint8)
    for part in np.split(images, 20):  # in portions: the mask must not cost more memory than the images
        part *= rng.random(part.shape, np.float32) < 0.2
    return images, rng.integers(0, 10, IMAGES)
