"""Backpropagation on one picture: forward through all layers, the loss, back through all layers, one update.

>>> play = rehearse(network, CrossEntropy(), picture, label=7)
>>> play.scenes[3].dy                           # ∂L/∂output of layer 3, shape of its output
>>> play.scenes[3].gradients["weight"]          # ∂L/∂weight of layer 3
>>> before, after = learn(network, CrossEntropy(), picture, 7, lr=0.001, steps=1)
>>> after.loss - before.loss

Every number is the engine's own, of a copy of the network in float64: where the network is sure, an update changes the
loss by less than float32 can tell, and it would seem not to fall at all. The network is left as it was.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.explain.faults import FAULTS
from cnn.layers.base import Layer
from cnn.losses import LOSSES, CrossEntropy, Loss, softmax
from cnn.network import Network
from cnn.optimizers import SGD
from cnn.options import Configurable, option

Array = NDArray[Any]

REPEATS = 20  # updates that the last station shows
_ASKED_EVERY = 4  # updates: asking many pictures takes longer than an update
_MOST_STATIONS = 200  # a link names a station by number; what lies beyond the last one is the last one
_MOST_CLASSES = 1000


@dataclass(frozen=True)
class BackpropSettings(Configurable):
    """What the page is set to.

    Attributes:
        model: which network looks.
        target: the class that is to be learned; "auto" is what the picture shows.
        lr: η of the one SGD step.
        loss: at the end of the network.
        at: number of the station.
        check: whether the gradients are checked.
        fault: what is done wrong on purpose before they are checked, a name of ``cnn.explain.faults.FAULTS``.
    """

    model: str = option("untrained", choices=("untrained", "shipped", "run", "loaded"))
    target: int | str = option("auto", low=0, high=_MOST_CLASSES - 1, choices=("auto",))
    lr: float = option(0.001, low=1e-6, high=1000.0, log=True)
    loss: Loss = option(CrossEntropy(), family=LOSSES)
    at: int = option(0, low=0, high=_MOST_STATIONS)
    check: bool = option(False)
    fault: str = option("none", choices=tuple(FAULTS))


# The stations of the way ------------------------------------------------------------------------------------------


class Act(StrEnum):
    """What happens at a station."""

    INPUT = "input"
    FORWARD = "forward"
    LOSS = "loss"
    BACKWARD = "backward"
    UPDATE = "update"
    REPEAT = "repeat"


class Phase(StrEnum):
    """The four steps of learning, in order."""

    BATCH = "batch"
    GRADIENT = "gradient"
    UPDATE = "update"
    REPEAT = "repeat"


_PHASES = {Act.INPUT: Phase.BATCH, Act.UPDATE: Phase.UPDATE, Act.REPEAT: Phase.REPEAT}


@dataclass(frozen=True)
class Station:
    """One stop: what happens, and at which layer (−1 where it is not at one)."""

    act: Act
    layer: int = -1

    @property
    def phase(self) -> Phase:
        """The step of learning that it belongs to."""
        return _PHASES.get(self.act, Phase.GRADIENT)


def stations(layers: int) -> tuple[Station, ...]:
    """All stops for a network of so many layers: 2·layers + 4."""
    return (
        Station(Act.INPUT),
        *(Station(Act.FORWARD, layer) for layer in range(layers)),
        Station(Act.LOSS),
        *(Station(Act.BACKWARD, layer) for layer in reversed(range(layers))),
        Station(Act.UPDATE),
        Station(Act.REPEAT),
    )


# What the engine computed -----------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Scene:
    """One layer on the way forward and back, for one picture; the batch axis is left out.

    Attributes:
        layer: the layer.
        x, y: what it read and what it made of it, (C, H, W) or (D,).
        dx, dy: ∂L/∂x and ∂L/∂y, of the same shapes.
        weights, gradients: its parameters by name, and ∂L/∂ of each, in PyTorch's shapes.
    """

    layer: Layer
    x: Array
    y: Array
    dx: Array
    dy: Array
    weights: dict[str, Array]
    gradients: dict[str, Array]


@dataclass(frozen=True, eq=False)
class Play:
    """The whole way of one picture.

    Attributes:
        picture: (H, W).
        label: the class that is right.
        scenes: one for each layer that ran (a final softmax belongs to a loss that goes through softmax).
        outputs: (K,) what the loss is given.
        doutputs: (K,) ∂L/∂outputs.
        loss: L.
        through_softmax: whether the loss takes the softmax of the outputs first.
    """

    picture: Array
    label: int
    scenes: tuple[Scene, ...]
    outputs: Array
    doutputs: Array
    loss: float
    through_softmax: bool

    @property
    def answers(self) -> Array:
        """(K,) what is compared with the target: probabilities, or the outputs where there is no softmax."""
        return _answers(self.outputs, self.through_softmax)

    def size_of_gradient(self, layer: int) -> float | None:
        """The root mean square of ∂L/∂weight of a layer; None where it has no weights."""
        gradient = self.scenes[layer].gradients.get("weight")
        return None if gradient is None else root_mean_square(gradient)

    @property
    def last_weighted(self) -> int | None:
        """Number of the last layer with weights."""
        return next((i for i in reversed(range(len(self.scenes))) if "weight" in self.scenes[i].weights), None)


@dataclass(frozen=True, eq=False)
class Moment:
    """How right the network is at one moment.

    Attributes:
        loss: on the picture.
        answers: (K,), as in :class:`Play`.
        others: the share of other pictures that it gets right; None where none were asked.
    """

    loss: float
    answers: Array
    others: float | None = None


def rehearse(network: Network, loss: Loss, picture: Array, label: int) -> Play:
    """Take a picture (H, W) through the network and the gradient of its loss back, as a training step does."""
    network, x = network.astype(np.float64), np.asarray(picture, np.float64)[None, None]
    with np.errstate(all="ignore"), network.recording() as tape:  # the page shows what overflows
        outputs, value, doutputs = _forward(network, loss, x, label)
        dx = network.backward(doutputs)
        weights, gradients = network.state_dict(), network.gradients()
    read, slopes = [x, *tape.outputs], [dx, *tape.gradients]
    scenes = tuple(
        Scene(
            layer,
            x=read[i][0],
            y=read[i + 1][0],
            dx=slopes[i][0],
            dy=slopes[i + 1][0],
            weights={name: weights[f"{i}.{name}"] for name in layer.params},
            gradients={name: gradients[f"{i}.{name}"] for name in layer.params},
        )
        for i, layer in enumerate(network.layers[: len(tape.outputs)])
    )
    return Play(np.asarray(picture), label, scenes, outputs[0], doutputs[0], value, loss.through_softmax)


def learn(
    network: Network,
    loss: Loss,
    picture: Array,
    label: int,
    lr: float,
    steps: int,
    others: tuple[Array, Array] | None = None,
) -> list[Moment]:
    """The moment before, and after each of ``steps`` updates W ← W − η ∇L on this one picture.

    Args:
        network: a copy of it learns.
        loss: at its end.
        picture: (H, W).
        label: the class that is right.
        lr: η.
        steps: how often W is updated.
        others: images (N, C, H, W) and labels (N,) that are asked now and then and at the end, but not learned.
    """
    network, x = network.astype(np.float64), np.asarray(picture, np.float64)[None, None]
    sgd, moments = SGD(lr), list[Moment]()
    with np.errstate(all="ignore"):
        for step in range(steps + 1):
            asked = others if step % _ASKED_EVERY == 0 or step == steps else None
            right = None if asked is None else _share_right(network, *asked)
            outputs, value, doutputs = _forward(network, loss, x, label)
            moments.append(Moment(value, _answers(outputs[0], loss.through_softmax), right))
            if step < steps:
                network.parameter_gradients(doutputs)
                sgd.update(network.parameters, network.gradient, {}, step + 1)
    return moments


def root_mean_square(numbers: Array) -> float:
    """√(mean of squares): the typical size of an entry."""
    return float(np.sqrt(np.mean(np.square(numbers, dtype=np.float64)))) if numbers.size else 0.0


def _forward(network: Network, loss: Loss, x: Array, label: int) -> tuple[Array, float, Array]:
    network.begin_step(1)  # the same masks of dropout each time: before and after can be compared
    outputs = network.forward(x, training=True, logits=loss.through_softmax)
    value, doutputs = loss(outputs, np.array([label]))
    return outputs, abs(value) if value == 0 else value, doutputs


def _share_right(network: Network, images: Array, labels: Array) -> float:
    return float(np.mean(network.logits(images).argmax(axis=1) == labels))


def _answers(outputs: Array, through_softmax: bool) -> Array:
    return softmax(outputs[None])[0] if through_softmax else outputs
