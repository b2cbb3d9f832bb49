"""Real people's digits to measure with: MNIST's training half and pen strokes drawn by our rasteriser."""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.data.dataset import Dataset
from cnn.data.idx import read_idx
from cnn.data.strokes import SIZE, rasterize

Array = NDArray[Any]

IMAGES, LABELS, PEN = "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "pen-train.json.gz"
_LARGEST = 60_000 * SIZE * SIZE


def mnist_digits(folder: Path, most: int = 60_000) -> Dataset:
    """The first ``most`` images of MNIST's training half, from two IDX files as published."""
    images = read_idx((folder / IMAGES).read_bytes(), IMAGES, _LARGEST)
    labels = read_idx((folder / LABELS).read_bytes(), LABELS, _LARGEST)
    return Dataset(images[:most, None], labels[:most].astype(np.int64))


def pen_digits(folder: Path, most: int = 60_000) -> Dataset:
    """The first ``most`` pen-written digits (Alpaydin, Alimoglu 1998), drawn as a person's are; their y is up."""
    entries = json.loads(gzip.decompress((folder / PEN).read_bytes()))[:most]
    images = np.empty((len(entries), 1, SIZE, SIZE), np.uint8)
    for image, entry in zip(images, entries, strict=True):
        strokes = [np.array(stroke, dtype=np.float64) * (1, -1) for stroke in entry["strokes"] if stroke]
        image[0] = np.rint(rasterize(strokes) * 255)
    return Dataset(images, np.array([entry["label"] for entry in entries], np.int64))
