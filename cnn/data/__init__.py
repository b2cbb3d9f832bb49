"""Where images come from: generated digits, MNIST, uploads, a person's own drawings."""

from cnn.data import mnist, remedies, store, uploads
from cnn.data.augmentation import AUGMENTATIONS, Augmentation, ImageTransform, NoAugmentation
from cnn.data.batches import batch_order, batches, batches_per_epoch
from cnn.data.config import DataConfig, Split, split
from cnn.data.dataset import DIGIT_NAMES, Dataset
from cnn.data.drawings import (
    Drawing,
    drawings_from_json,
    drawings_to_dataset,
    drawings_to_json,
    parse_drawing,
)
from cnn.data.handwriting import digits, digits_uint8
from cnn.data.scaling import min_max_scale
from cnn.data.sources import DATASETS, FashionMnist, GeneratedDigits, Mnist, Source, Stored
from cnn.data.strokes import parse_strokes, rasterize

__all__ = [
    "AUGMENTATIONS",
    "DATASETS",
    "DIGIT_NAMES",
    "Augmentation",
    "DataConfig",
    "Dataset",
    "Drawing",
    "FashionMnist",
    "GeneratedDigits",
    "ImageTransform",
    "Mnist",
    "NoAugmentation",
    "Source",
    "Split",
    "Stored",
    "batch_order",
    "batches",
    "batches_per_epoch",
    "digits",
    "digits_uint8",
    "drawings_from_json",
    "drawings_to_dataset",
    "drawings_to_json",
    "min_max_scale",
    "mnist",
    "parse_drawing",
    "parse_strokes",
    "rasterize",
    "remedies",
    "split",
    "store",
    "uploads",
]
