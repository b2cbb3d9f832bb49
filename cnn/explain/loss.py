"""The end of the network taken apart: what each feature adds to each score, and what the losses make of the scores.

All numbers come from the engine's own layers and losses, in float64.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cnn.errors import ShapeError
from cnn.layers.linear import Linear
from cnn.layers.reshape import Flatten
from cnn.losses import CrossEntropy, SquaredError, one_hot, softmax
from cnn.network import Network
from cnn.options import Configurable, option

Array = NDArray[Any]
LARGEST_SCORE = 15.0
LARGEST_OUTPUT = 3.0  # of the regression
NETWORK = "network"  # instead of numbers: the scores that the network gives
_NUMBERS = r"-?\d{1,2}(\.\d{1,4})?(,-?\d{1,2}(\.\d{1,4})?){%s}"
LEAST = 0.005  # probability at the ends of the curves
_EQUAL = 1e-9  # up to which two probabilities count as equal
_POINTS = 199  # of a curve over the probability of the right class


@dataclass(frozen=True)
class LossSettings(Configurable):
    """What the page about losses can be set to.

    Attributes:
        part: the losses of a classification, the linear layer's sum before them, or the loss of a regression.
        model: the network that gives the scores.
        target: the right class; "auto" is what the picture shows.
        scores: numbers joined by commas, one for each class; or what the network says.
        outputs: of the regression, likewise.
    """

    part: str = option("losses", choices=("losses", "features", "regression"))
    model: str = option("shipped", choices=("shipped", "run", "loaded", "untrained"))
    target: int | str = option("auto", low=0, high=9, choices=("auto",))
    scores: str = option("0.5,2,1,1.5,-1,0,-2.5,2.5,0,1", kind="text", pattern=f"{NETWORK}|{_NUMBERS % '1,19'}")
    outputs: str = option("2,1,-1", kind="text", pattern=_NUMBERS % 2)


@dataclass(frozen=True, eq=False)
class Contributions:
    """What each input of the last linear layer adds to each of its outputs: W[k, d] · x[d].

    Attributes:
        parts: (K, C, H, W) where the inputs are flattened maps, else (K, D).
        bias: (K,).
        scores: (K,), the layer's output: the sum of a class's parts plus its bias.
    """

    parts: Array
    bias: Array
    scores: Array


@dataclass(frozen=True, eq=False)
class Losses:
    """Both losses of one image.

    Attributes:
        probabilities: (K,), softmax of the scores.
        target: (K,), one-hot.
        cross_entropy, squared_error: the losses, the latter through softmax.
        cross_entropy_gradient, squared_error_gradient: (K,), with respect to the scores.
    """

    probabilities: Array
    target: Array
    cross_entropy: float
    squared_error: float
    cross_entropy_gradient: Array
    squared_error_gradient: Array


def contributions(network: Network, picture: Array) -> Contributions:
    """The last linear layer of ``network`` at work on a picture (H, W).

    Raises:
        ShapeError: the network has no linear layer.
    """
    found = [i for i, layer in enumerate(network.layers) if isinstance(layer, Linear)]
    if not found:
        raise ShapeError("explain.no_linear")
    last = found[-1]
    with network.recording() as tape:
        network.forward(picture[None, None])
    x = np.asarray(tape.outputs[last - 1] if last else picture[None, None], np.float64)[0].ravel()
    state = network.state_dict()
    weight = np.asarray(state[f"{last}.weight"], np.float64)
    bias = np.asarray(state.get(f"{last}.bias", np.zeros(len(weight))), np.float64)
    parts = weight * x
    before = network.layers[last - 1] if last else None
    if isinstance(before, Flatten):
        parts = parts.reshape(len(parts), *before.in_shape)
    return Contributions(parts, bias, np.asarray(tape.outputs[last], np.float64)[0])


def losses(scores: Array, target: int) -> Losses:
    """Softmax of K scores, and both losses with their gradients."""
    rows, labels = np.asarray(scores, np.float64)[None], np.array([target])
    cross_entropy, cross_entropy_gradient = CrossEntropy()(rows, labels)
    squared_error, squared_error_gradient = SquaredError("softmax")(rows, labels)
    return Losses(
        probabilities=softmax(rows)[0],
        target=one_hot(labels, rows.shape[1], np.float64)[0],
        cross_entropy=cross_entropy,
        squared_error=squared_error,
        cross_entropy_gradient=cross_entropy_gradient[0],
        squared_error_gradient=squared_error_gradient[0],
    )


@dataclass(frozen=True)
class Belief:
    """What the network takes the picture for.

    Attributes:
        kind: "right"; "wrong"; "tie" where several classes share the largest probability, the right one among them;
            "torn" where these are all wrong.
        best: the classes with the largest probability.
        share: that probability.
    """

    kind: Literal["right", "wrong", "tie", "torn"]
    best: tuple[int, ...]
    share: float


def belief(now: Losses, target: int) -> Belief:
    """What the network takes the picture for: a tie is no belief in one of its classes."""
    share = float(now.probabilities.max())
    best = tuple(np.flatnonzero(now.probabilities >= share * (1 - _EQUAL)).tolist())
    if len(best) > 1:
        return Belief("tie" if target in best else "torn", best, share)
    return Belief("right" if target in best else "wrong", best, share)


def with_probability(scores: Array, target: int, probability: float) -> Array:
    """The scores (K,) with the target's moved so that softmax gives it ``probability``; the others stay.

    a_t = ln(p / (1 − p)) + ln Σ_{i≠t} exp a_i.
    """
    moved = np.array(scores, np.float64)
    others = np.delete(moved, target)
    most = others.max()
    moved[target] = np.log(probability / (1 - probability)) + most + np.log(np.exp(others - most).sum())
    return moved


@dataclass(frozen=True, eq=False)
class Curves:
    """Both losses against the probability of the right class, the other classes' scores being what they are.

    Attributes:
        probability: (points,), ascending; the present one is among them.
        cross_entropy, squared_error: the losses.
        cross_entropy_slope, squared_error_slope: their gradients with respect to the right class's score.
    """

    probability: Array
    cross_entropy: Array
    squared_error: Array
    cross_entropy_slope: Array
    squared_error_slope: Array


def reach(scores: Array, target: int) -> tuple[float, float]:
    """The ends of the target's probability while its score alone moves within ±``LARGEST_SCORE``.

    They lie within ``LEAST`` of 0 and 1, unless the present probability is nearer to one of them.
    """
    moved = np.repeat(np.asarray(scores, np.float64)[None], 3, axis=0)
    moved[1:, target] = -LARGEST_SCORE, LARGEST_SCORE
    present, lowest, highest = softmax(moved)[:, target]
    return float(min(present, max(LEAST, lowest))), float(max(present, min(1 - LEAST, highest)))


def curves(scores: Array, target: int) -> Curves:
    """The losses while the target's score alone moves: over the probabilities that it can reach, see :func:`reach`."""
    low, high = reach(scores, target)
    present = losses(scores, target).probabilities[target]
    probability = np.union1d(np.linspace(low, high, _POINTS), [present])
    rows = [scores if p == present else with_probability(scores, target, p) for p in probability]
    found = [losses(row, target) for row in rows]
    return Curves(
        probability,
        np.array([one.cross_entropy for one in found]),
        np.array([one.squared_error for one in found]),
        np.array([one.cross_entropy_gradient[target] for one in found]),
        np.array([one.squared_error_gradient[target] for one in found]),
    )


def regression(outputs: Array, targets: Array) -> tuple[float, Array]:
    """Squared error through identity, and its gradient y − t, for the outputs (K,) of one example."""
    loss, gradient = SquaredError("identity")(
        np.asarray(outputs, np.float64)[None], np.asarray(targets, np.float64)[None]
    )
    return loss, gradient[0]


def numbers(text: str, largest: float) -> Array:
    """The numbers of a settings text, within ±``largest``."""
    return np.clip(np.array([float(word) for word in text.split(",")]), -largest, largest)


def as_text(values: Array) -> str:
    """The inverse of :func:`numbers`, with two decimals."""
    return ",".join(f"{round(float(value), 2) + 0.0:g}" for value in values)
