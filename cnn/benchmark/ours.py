"""This engine's side: what one call of each measurement does."""

from collections.abc import Callable

import numpy as np

from cnn.config import ExperimentConfig
from cnn.layers.base import Array
from cnn.network import Network
from cnn.training.trainer import Trainer


def training(config: ExperimentConfig, images: Array, labels: Array, batch: int) -> Callable[[], None]:
    """One update of a trainer, batch and all."""
    network = Network(config.layers, images.shape[1:], config.seed)
    trainer = Trainer(network, config.optimizer, config.loss, images, labels, batch_size=batch, epochs=1_000_000)

    def step() -> None:
        trainer.step()

    return step


def inference(config: ExperimentConfig, images: Array, batch: int) -> Callable[[], None]:
    """Logits of one batch of floating-point images."""
    network = Network(config.layers, images.shape[1:], config.seed)
    x = images[:batch].astype(np.float32) / 255

    def infer() -> None:
        network.logits(x)

    return infer
