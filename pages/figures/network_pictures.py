"""Kernels and feature maps of a network as mosaics, one a layer."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pages.figures.mosaic import Picture, magnitude_mosaic, signed_mosaic
from pages.figures.palette import ink, signed

Array = NDArray[Any]

_MOST_CHANNELS = 4  # input channels of which kernels are shown: all 8 under 16 filters would be a wall of 128 squares
_LONGEST_VECTOR = 128
_VECTOR_COLUMNS = 21  # so many units of a vector stand in a row: all classes of a data set


def kernel_pictures(weights: Mapping[str, Array], names: Sequence[str], dark: bool) -> list[tuple[str, Picture]]:
    """Name and picture of each convolution: a column for each filter, a row for each of its first input channels.

    Args:
        weights: ``{"0.weight": (F, C, KH, KW), …}``; what is no kernel is left out.
        names: what the layers of the network are called.
        dark: whether the page is dark.
    """
    kernels = {key: np.asarray(array, np.float32) for key, array in weights.items() if array.ndim == 4}
    return [(names[int(key.partition(".")[0])], _kernels(array, dark)) for key, array in kernels.items()]


def _kernels(weights: Array, dark: bool) -> Picture:
    shown = weights[:, :_MOST_CHANNELS].transpose(1, 0, 2, 3)
    channels, filters = shown.shape[:2]
    tiles = shown.reshape(channels * filters, *shown.shape[2:])
    return signed_mosaic(tiles, signed(dark), columns=filters if channels > 1 else None)


def input_picture(image: Array, dark: bool) -> Picture:
    """The digit (28, 28) that the maps are made of, as the network sees it: 0 … 1. uint8 pixels are scaled."""
    seen = image / np.float32(255) if image.dtype == np.uint8 else image
    return magnitude_mosaic(seen[None], ink(dark), high=1.0)


def map_pictures(outputs: Sequence[Array], names: Sequence[str], dark: bool) -> list[tuple[str, Picture]]:
    """Name and picture of each layer's output.

    Args:
        outputs: of each layer for one image: (1, C, H, W) or (1, D). A long flat vector is left out: it shows nothing
            that the maps before it do not.
        names: what the layers are called.
        dark: whether the page is dark.
    """
    return [
        (name, _maps(output[0], dark))
        for name, output in zip(names, outputs, strict=True)
        if output.ndim == 4 or output.shape[1] <= _LONGEST_VECTOR
    ]


def _maps(output: Array, dark: bool) -> Picture:
    if output.ndim == 3:
        return signed_mosaic(output, signed(dark))
    return signed_mosaic(output.reshape(-1, 1, 1), signed(dark), columns=min(len(output), _VECTOR_COLUMNS))
