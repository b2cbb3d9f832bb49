"""Augmentation: every epoch sees each image a little moved, turned, scaled, and written with another pen."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.options import Configurable, option
from cnn.registry import Registry

Array = NDArray[Any]

AUGMENTATIONS: "Registry[ImageTransform]" = Registry("augmentation")

_AT_ONCE = 16  # images; larger temporary arrays come fresh from the system each time, which took four times as long


class ImageTransform(Configurable):
    """A random change of training images that keeps what they show."""

    def apply(self, images: Array, rng: np.random.Generator) -> Array:
        """Changed copies of ``images`` (N, C, H, W), of the same type: uint8 in 0 … 255 or floats in [0, 1].

        The same generator state gives the same result.
        """
        raise NotImplementedError


@AUGMENTATIONS.register("none")
@dataclass(frozen=True)
class NoAugmentation(ImageTransform):
    """Images as they are."""

    def apply(self, images: Array, rng: np.random.Generator) -> Array:
        """The images themselves."""
        return images


@AUGMENTATIONS.register("light")
@dataclass(frozen=True)
class Augmentation(ImageTransform):
    """Shift, turn, scale and thicken each image by random amounts, uniform in ± the option.

    Attributes:
        shift: pixels, in x and y.
        rotate: degrees.
        scale: share of the size.
        thickness: pixels by which strokes get wider (grey dilation) or thinner (erosion).
    """

    shift: float = option(1.5, low=0, high=8)
    rotate: float = option(8.0, low=0, high=45)
    scale: float = option(0.08, low=0, high=0.5)
    thickness: float = option(0.3, low=0, high=1)

    def apply(self, images: Array, rng: np.random.Generator) -> Array:
        """Changed copies; see :meth:`ImageTransform.apply`."""
        # Six numbers an image, whatever the options: switching one of them off leaves the others as they were.
        amounts = rng.uniform(-1, 1, (6, len(images))).astype(np.float32)
        changed = images.astype(np.float32)
        if self.thickness:
            changed = _thickened(changed, amounts[0] * self.thickness)
        if self.shift or self.rotate or self.scale:
            angle = np.deg2rad(amounts[1] * np.float32(self.rotate))
            shift, scale = amounts[2:4] * self.shift, 1 + amounts[4] * self.scale
            for at in range(0, len(images), _AT_ONCE):
                some = slice(at, at + _AT_ONCE)
                changed[some] = _moved(changed[some], shift[:, some], angle[some], scale[some])
        return np.rint(changed).astype(np.uint8) if images.dtype == np.uint8 else changed.astype(images.dtype)


def _thickened(images: Array, amount: Array) -> Array:
    """Blend each image with its 3 × 3 maximum (amount > 0) or minimum (< 0) by |amount|."""
    changed = images.copy()
    for extreme, chosen in ((np.maximum, amount > 0), (np.minimum, amount < 0)):
        some = images[chosen]
        spread = some.copy()
        extreme(spread[..., 1:, :], some[..., :-1, :], out=spread[..., 1:, :])
        extreme(spread[..., :-1, :], some[..., 1:, :], out=spread[..., :-1, :])
        rows = spread.copy()
        extreme(spread[..., 1:], rows[..., :-1], out=spread[..., 1:])
        extreme(spread[..., :-1], rows[..., 1:], out=spread[..., :-1])
        changed[chosen] = some + np.abs(amount[chosen])[:, None, None, None] * (spread - some)
    return changed


def _moved(images: Array, shift: Array, angle: Array, scale: Array) -> Array:
    """Turn and scale about the centre, then shift, with bilinear interpolation; what comes in from outside is blank.

    Each pixel of the result looks up its place in the original (the inverse map), so that no pixel stays empty.
    """
    count, channels, height, width = images.shape
    padded = np.pad(images, ((0, 0), (0, 0), (1, 2), (1, 2)))
    y, x = np.mgrid[:height, :width].astype(np.float32).reshape(2, 1, -1)
    y, x = y - shift[1][:, None] - (height - 1) / 2, x - shift[0][:, None] - (width - 1) / 2
    cosine, sine = (np.cos(angle) / scale)[:, None], (np.sin(angle) / scale)[:, None]
    # Positions in the padded original; beyond its blank border everything is as blank as the border.
    from_x = np.clip(cosine * x + sine * y + ((width - 1) / 2 + 1), 0, width + 1)
    from_y = np.clip(cosine * y - sine * x + ((height - 1) / 2 + 1), 0, height + 1)
    left, top = from_x.astype(np.intp), from_y.astype(np.intp)
    right_part, lower_part = from_x - left, from_y - top
    stride = width + 3
    corner = top * stride + left
    corner += (np.arange(count) * (channels * padded.shape[2] * stride))[:, None]
    moved = np.empty((count, channels, height * width), np.float32)
    flat = padded.ravel()
    for channel in range(channels):
        plane = flat[channel * padded.shape[2] * stride :]
        upper = plane.take(corner)
        upper += (plane.take(corner + 1) - upper) * right_part
        lower = plane.take(corner + stride)
        lower += (plane.take(corner + (stride + 1)) - lower) * right_part
        moved[:, channel] = upper + (lower - upper) * lower_part
    return moved.reshape(images.shape)
