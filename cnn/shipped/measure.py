"""Measure on real people's digits: ``python -m cnn.shipped.measure --data ../shared/data``.

Two networks, both trained on generated digits alone: the shipped one, and the small one of the Train page (20 000
digits at full variation, 3 epochs, constant learning rate).
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from cnn.config import small_layers
from cnn.data.dataset import Dataset
from cnn.data.handwriting import digits_uint8
from cnn.losses import CrossEntropy
from cnn.network import Network
from cnn.optimizers import Adam
from cnn.shipped import WEIGHTS, load, real
from cnn.training.evaluation import evaluate
from cnn.training.trainer import Trainer


def small_network(seed: int = 0, images: int = 20_000, epochs: int = 3) -> Network:
    """The small network, trained as a notebook would."""
    network = Network(small_layers(), seed=seed)
    pixels, labels = digits_uint8(images, seed)
    trainer = Trainer(network, Adam(lr=2e-3), CrossEntropy(), pixels, labels, batch_size=64, seed=seed)
    for _ in trainer.run(epochs=epochs):
        pass
    return network


def accuracy(network: Network, dataset: Dataset) -> float:
    """Percent of the images that are recognised."""
    return 100 * evaluate(network, CrossEntropy(), dataset.images, dataset.labels)[1]


def confusions(network: Network, dataset: Dataset, most: int = 6) -> str:
    """The commonest mistakes: ``9>4 2.1`` means that 2.1 % of the nines are read as fours."""
    answers = np.concatenate([network.logits(part).argmax(axis=1) for part in _parts(dataset.images)])
    counts = np.zeros((10, 10))
    np.add.at(counts, (dataset.labels, answers), 1)
    shares = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    np.fill_diagonal(shares, 0)
    worst = np.argsort(shares, axis=None)[::-1][:most]
    return "  ".join(f"{cell // 10}>{cell % 10} {shares.flat[cell]:.1f}" for cell in worst)


def _parts(images: np.ndarray) -> list[np.ndarray]:
    return [images[at : at + 1000].astype(np.float32) / 255 for at in range(0, len(images), 1000)]


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, required=True, help=f"folder with {real.IMAGES}, {real.LABELS}, {real.PEN}"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the small network")
    given = parser.parse_args()
    sets = {"MNIST training": real.mnist_digits(given.data), "pen-train": real.pen_digits(given.data)}
    say(f"shipped weights: {WEIGHTS.stat().st_size / 1000:.0f} KB")
    for title, network in (("shipped", load()), ("small", small_network(given.seed))):
        for name, dataset in sets.items():
            say(f"{title:8} {name:15} {accuracy(network, dataset):6.2f} %   {confusions(network, dataset)}")


def say(line: str) -> None:
    """One line, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
