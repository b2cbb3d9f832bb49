"""What every source of images gives: pictures, labels, and the names of the classes."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.data.origin import Origin
from cnn.data.strokes import SIZE
from cnn.errors import DataError

Array = NDArray[Any]

DIGIT_NAMES = tuple("0123456789")
MOST_CLASSES = 62  # the digits and both cases of the alphabet
MOST_IMAGES = 100_000  # of a data set from outside


@dataclass(frozen=True, eq=False)
class Dataset:
    """Labelled pictures.

    Attributes:
        images: ``(N, 1, 28, 28)`` uint8, 255 = ink.
        labels: ``(N,)`` int64, each below ``len(class_names)``.
        class_names: what the classes are called, 2 to 62 of them, no two the same.
        origin: of uploaded pictures, what they were before and what was done to them.

    Raises:
        DataError: other shapes or types, a label without a class, two classes of one name.
    """

    images: Array
    labels: Array
    class_names: tuple[str, ...] = DIGIT_NAMES
    origin: Origin | None = None

    def __post_init__(self) -> None:
        if self.images.dtype != np.uint8 or self.images.shape[1:] != (1, SIZE, SIZE):
            raise DataError("data.wrong_images", got=f"{self.images.dtype} {self.images.shape}")
        if self.labels.dtype != np.int64 or self.labels.shape != self.images.shape[:1]:
            raise DataError("data.wrong_labels", got=f"{self.labels.dtype} {self.labels.shape}", count=len(self.images))
        if not 2 <= len(self.class_names) <= MOST_CLASSES:
            raise DataError("data.class_count", got=len(self.class_names), most=MOST_CLASSES)
        if len(set(self.class_names)) < len(self.class_names):
            twice = next(name for name in self.class_names if self.class_names.count(name) > 1)
            raise DataError("data.class_twice", got=twice)
        if len(self.labels) and not 0 <= self.labels.min() <= self.labels.max() < len(self.class_names):
            raise DataError("data.label_range", got=int(self.labels.max()), most=len(self.class_names) - 1)

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, chosen: Array | slice) -> "Dataset":
        """The images at ``chosen`` indices, in that order."""
        return replace(self, images=self.images[chosen], labels=self.labels[chosen])

    def joined(self, other: "Dataset") -> "Dataset":
        """The images of both. Classes of one name are one class; those that only ``other`` has come last.

        Raises:
            DataError: more classes together than there may be.
        """
        names = (*self.class_names, *(name for name in other.class_names if name not in self.class_names))
        numbers = np.array([names.index(name) for name in other.class_names], np.int64)[other.labels]
        images, labels = np.concatenate([self.images, other.images]), np.concatenate([self.labels, numbers])
        return replace(self, images=images, labels=labels, class_names=names)
