"""A person's own data set from uploaded files: one ``.npz``, or two IDX files.

- ``.npz`` with ``images`` and ``labels``.
- IDX, gzip or not: images (three or four dimensions) and labels (one dimension), in any order.

Images are ``(N, H, W)``, ``(N, H, W, C)`` or ``(N, C, H, W)`` with C = 1, 2, 3 or 4 (grey, grey and alpha, RGB, RGBA),
or ``(N, H · H)``, rows of square pictures: numbers of any finite range. What is plainly right is done to them, and
the data set says so (:class:`cnn.data.origin.Origin`); what is only likely is left to :mod:`cnn.data.remedies`.

- Values in 0 … 1 or 0 … 255 keep their scale; any other range (0 … 16, 0 … 65 535, -1 … 1), or one that fills no half
  of its scale, is spread over the whole of it.
- Transparent pictures are put on white; where all of their ink has one colour, and its shape stands in the alpha
  channel alone, dark ink is inverted then, and light ink is put on black instead.
- Pictures that are not 28 × 28 are framed as drawings are, or scaled as a whole where they have no plain background.

Labels: see :func:`cnn.data.labels.classes_of`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.data.dataset import MOST_IMAGES, Dataset
from cnn.data.framing import background, frame, has_plain_background, scale_whole
from cnn.data.idx import is_idx, read_idx
from cnn.data.labels import classes_of
from cnn.data.npz import read_npz
from cnn.data.origin import Origin
from cnn.data.strokes import SIZE
from cnn.errors import DataError

Array = NDArray[Any]

MOST_UPLOADED = 50_000_000  # bytes, all files together
_MOST_UNPACKED = MOST_IMAGES * SIZE * SIZE * 4  # bytes: as many 28 × 28 images as allowed, as float32
_MOST_LABEL_BYTES = MOST_IMAGES * 4 * 64  # bytes: words of 64 characters
_LARGEST_SIDE = 2048  # pixels
_CHUNK = 1024  # images of 28 × 28 converted at once
_LOOKED_AT = 1000  # images that decide how all are treated
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
_FEWEST, _PIXELS_LOOKED_AT = 5, 4_000_000  # … and of large ones fewer
_SCALES = (1, 255)  # what white is, in files that keep to a convention
_HALF = 0.5
_LARGEST_NUMBER = 1e30  # of a pixel
_NOTHING = 1 / 255
_SAME_INK = 0.1  # of the range: standard deviation of the grey of ink that is of one colour


def read(files: Sequence[tuple[str, bytes]]) -> Dataset:
    """Make a data set of uploaded (name, bytes).

    Raises:
        DataError: what is wrong with which file.
    """
    if sum(len(data) for _, data in files) > MOST_UPLOADED:
        raise DataError("data.upload_too_large", most=MOST_UPLOADED // 1_000_000)
    if len(files) == 1 and not is_idx(files[0][1]):
        (name, data) = files[0]
        arrays = read_npz(data, name, {"images": _MOST_UNPACKED, "labels": _MOST_LABEL_BYTES})
        return make(arrays["images"], arrays["labels"])
    if len(files) != 2:
        raise DataError("data.which_files")
    parts = sorted((read_idx(data, name, _MOST_UNPACKED) for name, data in files), key=lambda part: -part.ndim)
    return make(parts[0], parts[1])


def make(images: Array, labels: Array) -> Dataset:
    """A data set of arrays as described above.

    Raises:
        DataError: what is wrong with them.
    """
    images, steps = _channels_last(images)
    if not 2 <= len(images) <= MOST_IMAGES:
        raise DataError("data.image_count", got=f"{len(images):,}", most=f"{MOST_IMAGES:,}")
    height, width = images.shape[1:3]
    if not 1 <= min(height, width) <= max(height, width) <= _LARGEST_SIDE:
        raise DataError("data.image_size", got=f"{height} × {width}", most=f"{_LARGEST_SIDE:,}")
    numbers, names = classes_of(labels, len(images))
    grey = _grey(images)
    origin = Origin(height, width, grey.low, grey.high, (*steps, *grey.steps))
    pictures, origin = _pictures(images, grey, origin)
    if (pictures == pictures[:1]).all():
        raise DataError("data.all_the_same", got=f"{len(pictures):,}", low=f"{grey.low:g}", high=f"{grey.high:g}")
    return Dataset(pictures[:, None], numbers, names, origin)


def _channels_last(images: Array) -> tuple[Array, tuple[str, ...]]:
    """(N, H, W, C), and what was done to get there."""
    if images.ndim == 2 and (side := math.isqrt(images.shape[1])) ** 2 == images.shape[1] and side > 1:
        return images.reshape(-1, side, side, 1), ("rows",)
    if images.ndim == 3:
        return images[..., None], ()
    if images.ndim == 4 and images.shape[3] in (1, 2, 3, 4):
        return images, ()
    if images.ndim == 4 and images.shape[1] in (1, 2, 3, 4):
        return images.transpose(0, 2, 3, 1), ()
    raise DataError("data.image_shape", got=images.shape)


# Grey ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Grey:
    """How images (n, H, W, C) become grey (n, H, W) float32 in [0, 1].

    Attributes:
        low, high: the range of their pixels; alpha counts where they are transparent.
        black, white: the numbers that become 0 and 1.
        page: where the pictures are transparent, the grey that they are put on.
        steps: what this does to them.
    """

    low: float
    high: float
    black: float
    white: float
    page: float | None = None
    steps: tuple[str, ...] = ()

    def __call__(self, images: Array) -> Array:
        wide = np.float64 if "spread" in self.steps else np.float32  # a narrow range may lie far from 0
        grey = ((_colours(images).astype(wide) - self.black) / (self.white - self.black)).astype(np.float32)
        grey = grey[..., 0] if grey.shape[3] == 1 else grey @ _LUMA
        if self.page is not None:
            alpha = images[..., -1].astype(np.float32) / np.float32(self.white)
            grey = alpha * grey + (1 - alpha) * np.float32(self.page)
        return 1 - grey if "inverted" in self.steps else grey


def _grey(images: Array) -> _Grey:
    """How all of these images become grey.

    Raises:
        DataError: pixels that are not numbers, not finite or too large, or transparent ones beyond 0 … 255.
    """
    if images.dtype.kind not in "biuf":
        raise DataError("data.image_type", got=str(images.dtype))
    if images.dtype.kind == "f" and not np.isfinite(images).all():
        place = int((~np.isfinite(images)).any(axis=(1, 2, 3)).argmax())
        raise DataError("data.image_value", place=f"{place + 1:,}")
    colours = _colours(images)
    transparent = colours.shape[3] < images.shape[3] and images[..., -1].min() != images[..., -1].max()
    low, high = (float(number) for number in _ends(images if transparent else colours))
    scale = next((one for one in _SCALES if 0 <= low <= high <= one), None)
    if transparent:
        if scale is None:
            raise DataError("data.alpha_range", low=f"{low:g}", high=f"{high:g}")
        return _on_a_page(_some(images), _Grey(low, high, 0, scale))
    if scale is not None and (high - low > _HALF * scale or low == high):
        return _Grey(low, high, 0, scale)
    if max(-low, high) > _LARGEST_NUMBER:
        raise DataError("data.image_range", low=f"{low:g}", high=f"{high:g}", most=f"{_LARGEST_NUMBER:g}")
    return _Grey(low, high, low, high if high > low else low + 1, steps=("spread",))


def _on_a_page(images: Array, grey: _Grey) -> _Grey:
    """For transparent pictures, the page that their ink can be told from."""
    colour, alpha = grey(images), images[..., -1].astype(np.float32) / np.float32(grey.white)
    weight = max(float(alpha.sum()), _NOTHING)
    mean = float((alpha * colour).sum()) / weight
    deviation = math.sqrt(float((alpha * (colour - mean) ** 2).sum()) / weight)
    if deviation > _SAME_INK:  # they show something by themselves
        return replace(grey, page=1, steps=("on_white",))
    return (
        replace(grey, page=1, steps=("on_white", "inverted"))
        if mean <= _HALF
        else replace(grey, page=0, steps=("on_black",))
    )


def _colours(images: Array) -> Array:
    """(n, H, W, 1 or 3): without alpha."""
    return images[..., : images.shape[3] - (images.shape[3] in (2, 4))]


def _ends(numbers: Array) -> tuple[Any, Any]:
    return numbers.min(), numbers.max()


def _some(images: Array) -> Array:
    """Images from all over the set, few enough to be looked at as a whole."""
    most = min(_LOOKED_AT, max(_FEWEST, _PIXELS_LOOKED_AT // (images.shape[1] * images.shape[2])))
    return images[:: math.ceil(len(images) / most)]


# Pictures ------------------------------------------------------------------------------------------------------------


def _pictures(images: Array, grey: _Grey, origin: Origin) -> tuple[Array, Origin]:
    """(N, 28, 28) uint8, and what was done besides making them grey."""
    some = grey(_some(images))
    plain = has_plain_background(some)
    if (origin.height, origin.width) == (SIZE, SIZE):
        sized = _as_they_are
    else:
        sized, origin = (frame, origin.after("framed")) if plain else (scale_whole, origin.after("scaled"))
    gain = _gain(sized(some)) if plain else 1.0
    if gain > 1:
        origin = origin.after("strengthened")
    pictures = np.empty((len(images), SIZE, SIZE), np.uint8)
    chunk = max(1, _CHUNK * SIZE * SIZE // (origin.height * origin.width))
    for at in range(0, len(images), chunk):
        part = sized(grey(images[at : at + chunk]))
        if gain > 1:
            paper = background(part)[:, None, None]
            part = paper + gain * (part - paper)
        pictures[at : at + chunk] = np.rint(np.clip(part, 0, 1) * 255)
    return pictures, origin


def _as_they_are(pictures: Array) -> Array:
    return pictures


def _gain(pictures: Array) -> float:
    """What makes ink that is mostly faint as strong as a pen's; 1 where it is strong enough."""
    strength = np.abs(pictures - background(pictures)[:, None, None]).max(axis=(1, 2))
    strength = strength[strength > _NOTHING]
    typical = float(np.median(strength)) if strength.size else 1.0
    return 1 / typical if typical <= _HALF else 1.0
