"""A network: layers in a row, their weights in one vector.

>>> net = Network([Conv2d(8, 5), ReLU(), MaxPool2d(2), Flatten(), Linear(10)], input_shape=(1, 28, 28), seed=0)
>>> net.predict(images)                        # (N, 10) probabilities
>>> logits = net.forward(x, training=True)     # (N, C, H, W) in, (N, 10) out
>>> dx = net.backward(dlogits)                 # fills net.gradient
"""

from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from cnn.activations import Activation, Softmax
from cnn.errors import ConfigError, ShapeError
from cnn.inputs import BRIGHTEST, are_pixels, numbers
from cnn.layers.activation import ActivationLayer
from cnn.layers.base import Array, Layer, Shape
from cnn.layers.pooling import MaxPool2d
from cnn.options import Option, plain
from cnn.outline import INFERENCE_BATCH, check, prepare
from cnn.seeds import Purpose, generator

INWARDS = {4: (2, 1, 3, 0), 2: (1, 0)}  # (N, C, H, W) -> (H, C, W, N), (N, D) -> (D, N), by the number of axes
OUTWARDS = {4: (3, 1, 0, 2), 2: (1, 0)}
_DTYPES = ("float32", "float64")
_SEED = Option("seed", "int", 0, low=0)


@dataclass
class Tape:
    """What a network did while it was recorded, in the user's axis order (N, C, H, W) or (N, D); copies.

    Attributes:
        outputs: the output of each layer in the last forward pass.
        gradients: ∂L/∂output of each layer in the last backward pass; empty arrays where it did not pass.
    """

    outputs: list[Array] = field(default_factory=list[Array])
    gradients: list[Array] = field(default_factory=list[Array])


class Network:
    """Layers applied one after the other.

    Args:
        layers: layers and activations; they are copied, so that one list can make many networks.
        input_shape: shape of one image (C, H, W), or of one vector (D,).
        seed: for the initial weights and the noise of dropout. Each weighted layer has its own stream, counted among
            the weighted layers only: adding dropout or a norm leaves the other weights as they were.
        dtype: float32, or float64 for checking gradients.

    Attributes:
        parameters: (P,) all parameters, in one contiguous vector that the layers hold views of.
        gradient: (P,) ∂L/∂parameters of the last backward pass, in the same order.
        partial_sum: (P,) room for summing the gradients of the parts of a batch.
        decay_mask: (P,) 1 where weight decay acts (weights), 0 where not (biases, norms).
        slices: ``{"0.weight": place in the vectors, …}``.

    Raises:
        ShapeError: a layer cannot stand where it is, or the network is beyond the limits; nothing is allocated then.
        ConfigError: something that is no layer, a seed that is no whole number of at least 0, another dtype.
    """

    def __init__(
        self,
        layers: Sequence[Layer | Activation],
        input_shape: Sequence[int] = (1, 28, 28),
        seed: int = 0,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.input_shape: Shape = check(layers, input_shape)
        self.layers = prepare(layers)
        _SEED.check("Network", seed := plain(seed))
        self.seed = seed
        self.dtype = _float_type(dtype)
        self._ordinals = self._count_streams()
        self.output_shape = self._build()
        self._fast_order = _fast_order(self.layers)
        self._join_parameters()
        self._ran: list[tuple[int, Layer]] = []  # (index, layer) in the order of the last forward pass in training
        self._ran_shape: Shape = ()
        self._tape: Tape | None = None

    # Using it ----------------------------------------------------------------------------------------------------

    def forward(self, x: ArrayLike, training: bool = False, *, logits: bool = False) -> Array:
        """The output for a batch, (N, C, H, W) or (N, D) in, (N, K) or (N, C', H', W') out; a copy.

        Args:
            x: images; whole numbers of any type are pixels, 0 … 255, and are read as 0 … 1.
            training: whether noise and batch statistics act, and ``backward`` may follow.
            logits: leave out a final Softmax.

        Raises:
            ShapeError: x has another shape than the network's input.
            DataError: x is not made of numbers, or of whole numbers that are no pixels.
        """
        a = self._enter(x)
        plan = self._plan(logits)
        self._ran, self._ran_shape = (plan if training else []), a.shape
        if self._tape is not None:
            self._tape.outputs, self._tape.gradients = [], [np.empty(0, self.dtype) for _ in self.layers]
        for _, layer in plan:
            a = layer.forward(a, training)
            if self._tape is not None:
                self._tape.outputs.append(_leave(a))
        return _leave(a)

    def backward(self, dy: ArrayLike) -> Array:
        """∂L/∂x from ∂L/∂output, for the last ``forward(…, training=True)``; fills ``gradient``.

        Raises:
            ShapeError: there was no such forward pass, or dy has another shape than its output.
        """
        dx = self._backward_to(0, dy)
        return _leave(self._ran[0][1].backward(dx))

    def parameter_gradients(self, dy: ArrayLike) -> None:
        """:meth:`backward` without ∂L/∂x, which training does not need: it ends at the first layer with parameters."""
        first = next((place for place, (_, layer) in enumerate(self._ran) if layer.params), None)
        if first is not None:
            self._ran[first][1].parameter_gradients(self._backward_to(first, dy))

    def logits(self, x: ArrayLike) -> Array:
        """The output before a final Softmax, (N, K), for any number of images."""
        x, size = numbers(x), INFERENCE_BATCH
        if 0 < len(x) <= size:
            return self.forward(x, logits=True)
        parts = [self.forward(x[start : start + size], logits=True) for start in range(0, len(x), size)]
        return np.concatenate(parts) if parts else np.empty((0, *self.output_shape), self.dtype)

    def predict(self, x: ArrayLike) -> Array:
        """Probabilities (N, K): the softmax of the logits, whether or not the last layer is a Softmax.

        Of maps (N, C, H, W) the channels are the classes: a distribution for each cell.
        """
        return _softmax(self.logits(x))

    def probabilities(self, outputs: Array) -> Array:
        """The outputs (N, K) of :meth:`forward` as :meth:`predict` gives them: softmax, unless they end in one."""
        return outputs if _is_softmax(self.layers[-1]) else _softmax(outputs)

    @contextmanager
    def recording(self) -> Generator[Tape]:
        """Keep each layer's output, and after ``backward`` each gradient: ``with net.recording() as tape: …``."""
        before, self._tape = self._tape, Tape()
        try:
            yield self._tape
        finally:
            self._tape = before
            self._ran = []

    def begin_step(self, step: int) -> None:
        """Give the noise layers the random numbers of training step ``step``, so that no generator has to be saved."""
        for layer, (stream, ordinal) in zip(self.layers, self._ordinals, strict=True):
            if stream is not None and type(layer).reseed is not Layer.reseed:
                layer.reseed(generator(self.seed, stream, ordinal, step))

    # Its weights -------------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Array]:
        """All parameters and running statistics in PyTorch's names, shapes and axis order; copies."""
        return self._export("params") | self.buffers()

    def gradients(self) -> dict[str, Array]:
        """∂L/∂parameter for each parameter, in the same order and shapes as in :meth:`state_dict`; copies."""
        return self._export("grads")

    def buffers(self) -> dict[str, Array]:
        """The running statistics; copies."""
        return self._export("buffers")

    def load_state_dict(self, state: Mapping[str, Array]) -> None:
        """Take over what :meth:`state_dict` (or PyTorch's) gave. Nothing is changed if anything does not fit.

        Raises:
            ShapeError: names are missing or unknown, shapes differ, or values are not finite.
        """
        known = self.state_dict()
        given = {name: np.asarray(a) for name, a in state.items() if not name.endswith(".num_batches_tracked")}
        _check_state(known, given)
        self._import("params", {name: a for name, a in given.items() if name in self.slices})
        self.load_buffers({name: a for name, a in given.items() if name not in self.slices})

    def load_buffers(self, buffers: Mapping[str, Array]) -> None:
        """Take over what :meth:`buffers` gave."""
        self._import("buffers", buffers)

    def astype(self, dtype: DTypeLike) -> "Network":
        """A copy of another type with the same weights, running statistics and noise."""
        copy = Network(self.layers, self.input_shape, self.seed, dtype)
        copy.parameters[:] = self.parameters
        copy.load_buffers(self.buffers())
        return copy

    def _export(self, kind: str) -> dict[str, Array]:
        return {
            f"{index}.{name}": layer.export_array(name, array)
            for index, layer in enumerate(self.layers)
            for name, array in getattr(layer, kind).items()
        }

    def _import(self, kind: str, state: Mapping[str, Array]) -> None:
        for key, array in state.items():
            index, name = key.split(".", 1)
            layer = self.layers[int(index)]
            getattr(layer, kind)[name][...] = layer.import_array(name, array)

    # Making it ---------------------------------------------------------------------------------------------------

    def _count_streams(self) -> list[tuple[Purpose | None, int]]:
        """Each layer's random stream and its number among the layers of that stream."""
        seen: Counter[Purpose | None] = Counter()
        ordinals: list[tuple[Purpose | None, int]] = []
        for layer in self.layers:
            ordinals.append((layer.stream, seen[layer.stream]))
            seen[layer.stream] += 1
        return ordinals

    def _build(self) -> Shape:
        shape = self.input_shape
        for layer, (stream, ordinal) in zip(self.layers, self._ordinals, strict=True):
            shape = layer.build(shape, generator(self.seed, stream or Purpose.WEIGHTS, ordinal), self.dtype)
        return shape

    def _join_parameters(self) -> None:
        """Move all parameters into one vector, so that an optimizer step is a few operations on long arrays."""
        named = [(f"{index}.{name}", layer, name) for index, layer in enumerate(self.layers) for name in layer.params]
        total = sum(layer.params[name].size for _, layer, name in named)
        self.parameters: Array = np.empty(total, self.dtype)
        self.gradient: Array = np.zeros(total, self.dtype)
        self.partial_sum: Array = np.empty(total, self.dtype)
        self.decay_mask: Array = np.zeros(total, self.dtype)
        self.slices: dict[str, slice] = {}
        start = 0
        for key, layer, name in named:
            array = layer.params[name]
            place = slice(start, start + array.size)
            self.parameters[place] = array.ravel()
            layer.params[name] = self.parameters[place].reshape(array.shape)
            layer.grads[name] = self.gradient[place].reshape(array.shape)
            self.decay_mask[place] = name in layer.decayed
            self.slices[key] = place
            start = place.stop

    # Running it --------------------------------------------------------------------------------------------------

    def _plan(self, logits: bool) -> list[tuple[int, Layer]]:
        """The layers, each with its index, in the order in which they run."""
        plan = self._fast_order if self._tape is None else list(enumerate(self.layers))
        return plan[:-1] if logits and _is_softmax(self.layers[-1]) else plan

    def _enter(self, x: ArrayLike) -> Array:
        """(N, C, H, W) -> (H, C, W, N) or (N, D) -> (D, N), in the network's dtype; a copy."""
        x = numbers(x)
        if x.shape[1:] != self.input_shape or x.shape[:1] in ((), (0,)):
            expected = ", ".join(str(size) for size in self.input_shape)
            raise ShapeError("layers.wrong_input", expected=expected, got=x.shape)
        inside: Array = np.array(x.transpose(INWARDS[x.ndim]), self.dtype, order="C")
        if are_pixels(x):
            inside *= 1 / BRIGHTEST
        return inside

    def _backward_to(self, place: int, dy: ArrayLike) -> Array:
        """∂L/∂output of the layer at ``place`` of the order in which the layers ran."""
        if not self._ran:
            raise ShapeError("layers.no_forward")
        dy = np.asarray(dy)
        last = max(index for index, _ in self._ran)  # not the one that ran last, where pooling came first
        expected = (self._ran_shape[-1], *self.layers[last].out_shape)
        if dy.shape != expected:
            raise ShapeError("layers.wrong_gradient", expected=expected, got=dy.shape)
        da = np.array(dy.transpose(INWARDS[dy.ndim]), self.dtype, order="C")
        for index, layer in reversed(self._ran[place + 1 :]):
            self._record_gradient(index, da)
            da = layer.backward(da)
        self._record_gradient(self._ran[place][0], da)
        return da

    def _record_gradient(self, index: int, da: Array) -> None:
        if self._tape is not None:
            self._tape.gradients[index] = _leave(da)


def _softmax(logits: Array) -> Array:
    return _leave(Softmax().forward(logits.transpose(INWARDS[logits.ndim])))


def _float_type(dtype: DTypeLike) -> np.dtype[Any]:
    """The type of a network's numbers.

    Raises:
        ConfigError: neither float32 nor float64.
    """
    try:
        found = np.dtype(dtype)
    except TypeError:
        found = None
    if found is None or found.name not in _DTYPES:
        raise ConfigError(
            "options.unknown_choice", family="Network", option="dtype", got=dtype, choices=", ".join(_DTYPES)
        )
    return found


def _leave(a: Array) -> Array:
    """(H, C, W, N) -> (N, C, H, W), (D, N) -> (N, D); a copy."""
    return a.transpose(OUTWARDS[a.ndim]).copy()


def _fast_order(layers: Sequence[Layer]) -> list[tuple[int, Layer]]:
    """The layers with max pooling before each monotone activation that it follows.

    The result is the same, and there is less left to activate. It does not do while recording, because the outputs of
    the two would not be where they belong.
    """
    order = list(enumerate(layers))
    for place, (layer, following) in enumerate(pairwise(layers)):
        if _is_monotone(layer) and isinstance(following, MaxPool2d):
            order[place : place + 2] = order[place + 1], order[place]
    return order


def _is_monotone(layer: Layer) -> bool:
    return isinstance(layer, ActivationLayer) and layer.activation.monotone


def _is_softmax(layer: Layer) -> bool:
    return isinstance(layer, ActivationLayer) and isinstance(layer.activation, Softmax)


def _check_state(known: Mapping[str, Array], given: Mapping[str, Array]) -> None:
    """Raise :class:`ShapeError` unless ``given`` has the names and shapes of ``known``, and finite numbers."""
    if known.keys() != given.keys():
        missing, unexpected = sorted(known.keys() - given.keys()), sorted(given.keys() - known.keys())
        raise ShapeError(
            "layers.state_names", missing=", ".join(missing) or "-", unexpected=", ".join(unexpected) or "-"
        )
    for name, array in given.items():
        if array.shape != known[name].shape:
            raise ShapeError("layers.state_shape", name=name, got=array.shape, expected=known[name].shape)
        if array.dtype.kind not in "fiu" or not np.isfinite(array).all():
            raise ShapeError("layers.state_values", name=name)
