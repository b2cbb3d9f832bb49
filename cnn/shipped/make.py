"""Train the shipped network and write its weights: ``python -m cnn.shipped.make``.

Each epoch sees digits generated anew, so that the network meets no image twice; dropout keeps it from relying on what
only generated digits have; the learning rate falls along a cosine. No real digit takes part.
"""

import argparse
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from cnn.data.cache import write_whole
from cnn.data.handwriting import digits_uint8
from cnn.layers import Dropout
from cnn.losses import CrossEntropy
from cnn.network import Network
from cnn.optimizers import Adam
from cnn.schedules import Cosine
from cnn.shipped import WEIGHTS, layers
from cnn.training.trainer import Trainer

EPOCHS = 8
IMAGES = 60_000  # per epoch
VARIATION = 1.0
DROPOUT = 0.4
LEARNING_RATE = 2e-3
BATCH_SIZE = 64


def train(epochs: int = EPOCHS, images: int = IMAGES, seed: int = 0) -> Iterator[Network]:
    """Train, and give the network after each epoch; as in :func:`cnn.shipped.load`, without the dropout."""
    *body, head = layers()
    network = Network([*body, Dropout(DROPOUT), head], seed=seed)
    state = None
    for epoch in range(epochs):
        pixels, labels = digits_uint8(images, seed=1000 * seed + epoch, variation=VARIATION)
        trainer = Trainer(
            network,
            Adam(lr=LEARNING_RATE),
            CrossEntropy(),
            pixels,
            labels,
            batch_size=BATCH_SIZE,
            seed=seed,
            schedule=Cosine(),
            epochs=epochs,
        )
        if state is not None:
            trainer.restore(state)
        for _ in trainer.run(epochs=1):
            pass
        state = trainer.state()
        yield without_dropout(network)


def without_dropout(network: Network) -> Network:
    """The same network for inference only."""
    bare = Network(layers())
    bare.load_state_dict(dict(zip(bare.state_dict(), network.state_dict().values(), strict=True)))
    return bare


def write(network: Network, path: Path = WEIGHTS) -> None:
    """Keep the weights as float16."""
    packed = io.BytesIO()
    halves = {name: array.astype(np.float16) for name, array in network.state_dict().items()}
    np.savez_compressed(packed, **halves)  # pyright: ignore[reportArgumentType]  (NumPy's stub takes no names)
    write_whole(path, [packed.getvalue()])


def main() -> None:
    """Train, telling how far it is, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--images", type=int, default=IMAGES, help="per epoch")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    given = parser.parse_args()
    for epoch, network in enumerate(train(given.epochs, given.images, given.seed), start=1):
        sys.stdout.write(f"epoch {epoch} of {given.epochs}\n")
        sys.stdout.flush()
        if epoch == given.epochs:
            write(network, given.out)


if __name__ == "__main__":
    main()
