"""Are the gradients right? Backpropagation against slopes measured by nudging one number after the other.

>>> report = check_layer(Conv2d(2, 3, stride=2), (3, 7, 6))
>>> report.passed()
True
>>> print(report)                      # one line a tensor, and both gradients of a tensor that fails

Everything is computed in float64, with central differences (L(x + h) − L(x − h))/2h. These are not the truth at a kink
(ReLU at 0, a tie in max pooling), where they give the mean of two slopes: such entries are found and left out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from cnn.inputs import BRIGHTEST, are_pixels, numbers
from cnn.layers.base import Array, Layer, Shape
from cnn.losses import Loss
from cnn.network import INWARDS, OUTWARDS, Network

TOLERANCE = 1e-6  # relative error up to which gradients agree
_STEP = 1e-5  # h: the error of the formula (h²) and that of rounding (1e-16/h) are both about 1e-10


@dataclass(frozen=True)
class TensorCheck:
    """Both gradients of one tensor, in PyTorch's shape and axis order.

    Attributes:
        name: "weight", "0.bias"; the input is called "input".
        analytic: from ``backward``.
        numeric: from differences; NaN where an entry was not drawn.
        at_kink: where the left and the right difference disagree.
        noise: how far rounding alone may drive the two apart, as a norm over the tensor.
    """

    name: str
    analytic: Array
    numeric: Array
    at_kink: Array
    noise: float

    @property
    def compared(self) -> Array:
        """Where the gradients can be compared: entries that were drawn and are not at a kink."""
        return ~np.isnan(self.numeric) & ~self.at_kink

    @property
    def error(self) -> float:
        """‖analytic − numeric‖ / (‖analytic‖ + ‖numeric‖) over what is compared.

        0 where the gradient is so small that rounding alone would bring the two as far apart as the tolerance.
        """
        analytic, numeric = self.analytic[self.compared], self.numeric[self.compared]
        apart = float(np.linalg.norm(analytic - numeric))
        size = float(np.linalg.norm(analytic) + np.linalg.norm(numeric))
        if not np.isfinite(apart):
            return np.inf
        return 0.0 if apart <= self.noise and size * TOLERANCE <= self.noise else apart / size

    @property
    def worst(self) -> tuple[int, ...]:
        """Index of the compared entry where the two are furthest apart; () if none is compared."""
        if not self.compared.any():
            return ()
        apart = np.where(self.compared, np.abs(self.analytic - self.numeric), -1.0)
        apart[np.isnan(apart)] = np.inf
        return tuple(int(i) for i in np.unravel_index(int(apart.argmax()), apart.shape))

    def __str__(self) -> str:
        counts = f"{np.count_nonzero(self.compared)} compared, {np.count_nonzero(self.at_kink)} at a kink"
        line = f"{self.name} {self.analytic.shape}: relative error {self.error:.1e} ({counts})"
        if self.error <= TOLERANCE:
            return line
        where = (
            f"worst at {self.worst}: analytic {self.analytic[self.worst]:.9g}, numeric {self.numeric[self.worst]:.9g}"
        )
        return f"{line}\n  {where}\n  analytic:\n{self.analytic}\n  numeric:\n{self.numeric}"


@dataclass(frozen=True)
class GradientCheck:
    """The checks of all tensors of a layer, loss or network."""

    tensors: tuple[TensorCheck, ...]

    @property
    def error(self) -> float:
        """The largest relative error of a tensor."""
        return max((tensor.error for tensor in self.tensors), default=0.0)

    def passed(self, tolerance: float = TOLERANCE) -> bool:
        """Whether all gradients agree, and anything was compared at all."""
        return self.error <= tolerance and any(tensor.compared.any() for tensor in self.tensors)

    def __getitem__(self, name: str) -> TensorCheck:
        return next(tensor for tensor in self.tensors if tensor.name == name)

    def __str__(self) -> str:
        return "\n".join(str(tensor) for tensor in self.tensors)


def check_layer(
    layer: Layer, in_shape: Shape, *, batch: int = 3, seed: int = 0, x: Array | None = None, entries: int | None = None
) -> GradientCheck:
    """Check a layer's ``backward`` in training, with L = Σ r·y for a random r: input and parameters.

    Args:
        layer: any layer; a copy is checked, with random parameters (zero biases would sit on kinks).
        in_shape: (C, H, W) or (D,).
        batch: number of inputs.
        seed: for parameters, inputs, noise and r.
        x: the inputs, (N, C, H, W) or (N, D), instead of random ones.
        entries: at most so many entries of each tensor, drawn at random; all if None.
    """
    rng = np.random.default_rng(seed)
    layer = replace(layer)
    layer.build(in_shape, rng, np.float64)
    for array in layer.params.values():
        array += 0.3 * rng.standard_normal(array.shape)
    given = rng.standard_normal((batch, *in_shape)) if x is None else np.asarray(x, np.float64)
    inside = np.array(given.transpose(INWARDS[given.ndim]), order="C")

    def run() -> Array:
        layer.reseed(np.random.default_rng(seed))  # the same masks each time
        return layer.forward(inside, training=True)

    r = rng.standard_normal(run().shape)
    dx = layer.backward(r.copy()).copy()
    values = {"input": inside, **layer.params}
    found = _compare(lambda: float(np.vdot(r, run())), values, {"input": dx, **layer.grads}, entries, seed)
    return GradientCheck(
        tuple(
            _reordered(one, lambda a: a.transpose(OUTWARDS[a.ndim]))
            if one.name == "input"
            else _reordered(one, lambda a, name=one.name: layer.export_array(name, a))
            for one in found
        )
    )


def check_loss(loss: Loss, outputs: Array, targets: Array) -> GradientCheck:
    """Check a loss's gradient with respect to its outputs (N, K), for targets (N,) or (N, K)."""
    outputs = np.array(outputs, np.float64)
    _, doutputs = loss(outputs, targets)
    return GradientCheck(_compare(lambda: loss(outputs, targets)[0], {"input": outputs}, {"input": doutputs}, None, 0))


def check_network(
    network: Network,
    loss: Loss,
    images: Array,
    targets: Array,
    *,
    seed: int = 0,
    entries: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> GradientCheck:
    """Check all of a network's gradients, as in a training step: each parameter, and the input.

    Args:
        network: a float64 copy of it is checked, with its weights and noise.
        loss: the loss at its end.
        images: (N, C, H, W) or (N, D); whole numbers are pixels, read as 0 … 1.
        targets: (N,) or (N, K).
        seed: for the draw of ``entries``.
        entries: at most so many entries of each tensor; all if None, which takes a while for a real network.
        progress: told after each entry how many are done, and of how many.

    Raises:
        ShapeError: a weight is not a finite number: nudged or not, it gives no slope.
    """
    copy = network.astype(np.float64)
    copy.load_state_dict(network.state_dict())
    x = np.array(numbers(images), np.float64) / (BRIGHTEST if are_pixels(images) else 1)

    def run() -> tuple[float, Array]:
        copy.begin_step(1)  # the same noise each time
        return loss(copy.forward(x, training=True, logits=loss.through_softmax), targets)

    dx = copy.backward(run()[1])
    values = {"input": x} | {name: copy.parameters[place] for name, place in copy.slices.items()}
    analytic = {"input": dx} | {name: copy.gradient[place].copy() for name, place in copy.slices.items()}
    found = _compare(lambda: run()[0], values, analytic, entries, seed, progress)
    return GradientCheck(tuple(one if one.name == "input" else _unflattened(copy, one) for one in found))


def check_function(
    objective: Callable[[], float],
    values: Mapping[str, Array],
    analytic: Mapping[str, Array],
    *,
    entries: int | None = None,
    seed: int = 0,
) -> GradientCheck:
    """Check gradients of anything: ``analytic`` against what ``objective()`` does when ``values`` are nudged in place.

    Args:
        objective: L, computed from ``values`` as they are now, in float64.
        values: by name; each entry is changed for a moment and put back.
        analytic: ∂L/∂value for each of ``values``.
        entries: at most so many entries of each tensor, drawn at random; all if None.
        seed: for the draw.
    """
    return GradientCheck(_compare(objective, values, analytic, entries, seed))


def _compare(
    objective: Callable[[], float],
    values: Mapping[str, Array],
    analytic: Mapping[str, Array],
    entries: int | None,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[TensorCheck, ...]:
    """Nudge each entry of each tensor of ``values``, in place, and set the slopes against ``analytic``."""
    rng = np.random.default_rng(seed)
    analytic = {name: array.copy() for name, array in analytic.items()}
    start = objective()
    rounding = 4 * float(np.finfo(np.float64).eps) * max(abs(start), 1.0) / _STEP  # of one slope
    checks: list[TensorCheck] = []
    done, total = 0, sum(value.size if entries is None else min(entries, value.size) for value in values.values())
    for name, value in values.items():
        drawn = np.arange(value.size)
        if entries is not None and entries < value.size:
            drawn = np.sort(rng.choice(value.size, entries, replace=False))
        numeric, at_kink = np.full(value.shape, np.nan), np.zeros(value.shape, bool)
        for index in drawn:
            place = np.unravel_index(int(index), value.shape)
            numeric[place], at_kink[place] = _slope(objective, value, place, start, rounding)
            done += 1
            if progress is not None:
                progress(done, total)
        checks.append(TensorCheck(name, analytic[name], numeric, at_kink, rounding * float(np.sqrt(len(drawn)))))
    return tuple(checks)


def _slope(
    objective: Callable[[], float], value: Array, place: tuple[np.intp, ...], start: float, rounding: float
) -> tuple[float, bool]:
    """The central difference at one entry, and whether the entry is at a kink.

    The right and the left difference of a smooth function disagree by h·L″: by half as much for half the step. Across
    a kink that cannot hold for two halvings in a row.
    """

    def sides(h: float) -> tuple[float, float]:
        before = value[place]
        value[place] = before + h
        right = (objective() - start) / h
        value[place] = before - h
        left = (start - objective()) / h
        value[place] = before
        return right, left

    right, left = sides(_STEP)
    slope, gap = (right + left) / 2, right - left
    for h in (_STEP / 2, _STEP / 4):
        if abs(gap) <= 4 * rounding * _STEP / h:
            return slope, False
        right, left = sides(h)
        if abs((right - left) - gap / 2) > 0.1 * abs(gap) + 4 * rounding * _STEP / h:
            return slope, True
        gap = right - left
    return slope, False


def _reordered(check: TensorCheck, order: Callable[[Array], Array]) -> TensorCheck:
    return replace(check, analytic=order(check.analytic), numeric=order(check.numeric), at_kink=order(check.at_kink))


def _unflattened(network: Network, check: TensorCheck) -> TensorCheck:
    """A check of a flat piece of a network's parameters, in the parameter's own shape."""
    index, name = check.name.split(".", 1)
    layer = network.layers[int(index)]
    return _reordered(check, lambda a: layer.export_array(name, a.reshape(layer.params[name].shape)))
