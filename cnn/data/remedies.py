"""A look at a data set before a network is trained on it: what is in it, what is odd, and what puts it right.

A network learns whatever ink it is shown; one that has seen dark ink on light, or only faint ink, does not recognise
what is drawn on the pad, light on dark and strong. Each finding that can be put right has a remedy of the same name.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.data.dataset import Dataset
from cnn.data.framing import background, has_plain_background
from cnn.data.store import key_of
from cnn.errors import DataError

Array = NDArray[Any]

SAMPLES = 20
_LOOKED_AT = 2000  # pictures whose background and ink are measured
_LIGHT = 0.5  # a background lighter than this is that of dark ink
_STRONG = 0.9  # ink that reaches so far is strong enough
_NOTHING = 1.5 / 255  # a picture that varies by less is blank
_MOST_REMEDIES = 3  # that are tried to find the data set of a link


@dataclass(frozen=True, eq=False)
class Overview:
    """What a person should see of a data set.

    Attributes:
        class_names: of all classes.
        counts: of pictures of each class.
        samples: indices of pictures, the classes by turns.
        low, high: the range of the pixels, 0 … 255.
        blank: pictures without ink.
        findings: what is odd: keys of ``REMEDIES``.
    """

    class_names: tuple[str, ...]
    counts: tuple[int, ...]
    samples: Array
    low: int
    high: int
    blank: int
    findings: tuple[str, ...]


def overview(dataset: Dataset) -> Overview:
    """Look at a data set."""
    blank = _blank(dataset.images)
    findings = [_ink_finding(dataset.images[~blank])]
    if blank.any() and not blank.all():
        findings.append("blank_left_out")
    return Overview(
        class_names=dataset.class_names,
        counts=tuple(np.bincount(dataset.labels, minlength=len(dataset.class_names)).tolist()),
        samples=_samples(dataset.labels),
        low=int(dataset.images.min(initial=255)),
        high=int(dataset.images.max(initial=0)),
        blank=int(blank.sum()),
        findings=tuple(one for one in findings if one),
    )


def remedied(dataset: Dataset, name: str) -> Dataset:
    """The data set after one of ``REMEDIES``, which its origin remembers.

    Raises:
        DataError: nothing is left of it.
    """
    changed = REMEDIES[name](dataset)
    return replace(changed, origin=changed.origin and changed.origin.after(name))


def found(dataset: Dataset, key: str) -> Dataset | None:
    """The data set with a key of the store that this one becomes by what is offered for it; None if none does.

    A link names pictures after their remedies: whoever opens it elsewhere needs to give it the file only.
    """
    return next((one for one in _reachable(dataset, _MOST_REMEDIES) if key_of(one) == key), None)


def _reachable(dataset: Dataset, steps: int) -> Iterator[Dataset]:
    yield dataset
    if steps:
        for name in overview(dataset).findings:
            yield from _reachable(remedied(dataset, name), steps - 1)


def _inverted(dataset: Dataset) -> Dataset:
    return replace(dataset, images=255 - dataset.images)


def _strengthened(dataset: Dataset) -> Dataset:
    """What is typically the strongest ink becomes full ink, what is typically the background becomes none."""
    shown = _some(dataset.images[~_blank(dataset.images)])
    paper = _paper(shown)
    strength = max(_strength(shown, paper), _NOTHING)
    levels = np.clip((np.arange(256) / 255 - paper) / strength + (paper > _LIGHT), 0, 1)
    return replace(dataset, images=np.rint(levels * 255).astype(np.uint8)[dataset.images])


def _without_blank(dataset: Dataset) -> Dataset:
    inked = dataset.take(~_blank(dataset.images))
    left = np.unique(inked.labels)
    if len(left) < 2:
        raise DataError("data.one_class", got=", ".join(inked.class_names[place] for place in left))
    names = tuple(inked.class_names[place] for place in left)
    return replace(inked, labels=np.searchsorted(left, inked.labels), class_names=names)


REMEDIES: dict[str, Callable[[Dataset], Dataset]] = {
    "inverted": _inverted,
    "strengthened": _strengthened,
    "blank_left_out": _without_blank,
}


def _ink_finding(images: Array) -> str:
    """The one thing that is odd about the ink of pictures that are not blank; "" if nothing is."""
    if not len(images):
        return ""
    shown = _some(images)
    paper = _paper(shown)
    if paper > _LIGHT:
        return "inverted"
    return "strengthened" if _strength(shown, paper) < _STRONG else ""


def _paper(shown: Array) -> float:
    """The typical background; that of pictures without one is black."""
    return float(np.median(background(shown))) if len(shown) and has_plain_background(shown) else 0.0


def _strength(shown: Array, paper: float) -> float:
    """How far the strongest ink of a picture typically is from the background."""
    return float(np.median(np.abs(shown - paper).max(axis=(1, 2)))) if len(shown) else 1.0


def _blank(images: Array) -> Array:
    """Which (N,) pictures have no ink."""
    spread = images.max(axis=(1, 2, 3)).astype(np.int16) - images.min(axis=(1, 2, 3))
    return spread < _NOTHING * 255


def _some(images: Array) -> Array:
    """Pictures (n, 28, 28) float32 in [0, 1] from all over the set."""
    return images[:: -(-len(images) // _LOOKED_AT) or 1, 0].astype(np.float32) / 255


def _samples(labels: Array) -> Array:
    """Indices of up to 20 pictures: the first of each class that has any, then the second …"""
    order = np.argsort(labels, kind="stable")
    first = np.searchsorted(labels[order], labels[order])
    turn = np.empty(len(labels), np.int64)
    turn[order] = np.arange(len(labels)) - first
    return np.lexsort((labels, turn))[:SAMPLES]
