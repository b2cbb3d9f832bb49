"""Optimizers: how a gradient becomes a step.

Each works on all parameters of a network at once, as one flat vector W, in place; g is the gradient ∇L(W) and η the
learning rate. What an optimizer remembers from step to step (its slots) belongs to the caller, so that training can be
stopped, moved and resumed.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from cnn.options import Configurable, option
from cnn.registry import Registry

Array = NDArray[Any]
Slots = Mapping[str, Array]

OPTIMIZERS: "Registry[Optimizer]" = Registry("optimizer")
_PIECE = 24576  # parameters updated together: all vectors of an update then stay in the cache


@dataclass(frozen=True)
class Optimizer(Configurable):
    """A rule for one update.

    Attributes:
        slots: names of the vectors that it remembers; each starts at 0.
    """

    slots: ClassVar[tuple[str, ...]] = ()

    lr: float = option(0.01, low=1e-6, high=1e6, log=True, live=True)

    def new_slots(self, size: int, dtype: DTypeLike = np.float32) -> dict[str, Array]:
        """The slots before the first step, for ``size`` parameters."""
        return {name: np.zeros(size, dtype) for name in self.slots}

    def update(
        self,
        params: Array,
        grads: Array,
        slots: Slots,
        step: int,
        lr: float | Array | None = None,
        decay_mask: Array | None = None,
    ) -> None:
        """Take one step: change ``params`` and ``slots`` in place.

        Args:
            params: W, (P,).
            grads: g, (P,), left as it is.
            slots: what :meth:`new_slots` gave.
            step: number of this update, from 1.
            lr: η, where a schedule changes it; else the option's value. An array (P,) gives each parameter its own.
            decay_mask: (P,), 1 where decoupled weight decay acts and 0 elsewhere; everywhere if None.
        """
        each = lr if isinstance(lr, np.ndarray) else None
        rate: float | Array = self.lr if lr is None else float(lr) if each is None else each
        for start in range(0, params.size, _PIECE):
            piece = slice(start, start + _PIECE)
            w = params[piece]
            rate = rate if each is None else each[piece]
            self.decay(w, rate, None if decay_mask is None else decay_mask[piece])
            self.rule(w, grads[piece], {name: slots[name][piece] for name in self.slots}, step, rate)

    def decay(self, w: Array, lr: float | Array, mask: Array | None) -> None:
        """Decoupled weight decay, before the step itself: none, unless the optimizer says otherwise."""

    def rule(self, w: Array, g: Array, slots: Slots, step: int, lr: float | Array) -> None:
        """The update of a piece of the parameters, in place."""
        raise NotImplementedError


@OPTIMIZERS.register("sgd")
@dataclass(frozen=True)
class SGD(Optimizer):
    """Downhill, in proportion to the slope.

    W ← W − ηg.

    Source: Robbins & Monro 1951.
    """

    lr: float = option(0.1, low=1e-6, high=1e6, log=True, live=True)

    def rule(self, w: Array, g: Array, slots: Slots, step: int, lr: float | Array) -> None:  # noqa: D102
        w -= lr * g


@OPTIMIZERS.register("momentum")
@dataclass(frozen=True)
class Momentum(Optimizer):
    """A heavy ball: the velocity v builds up where slopes agree; the steady step is η/(1 − α).

    v ← αv − ηg; W ← W + v. η stands inside v: after η changes, v still holds steps taken with the old one. Where η
    stands outside (v ← αv + g; W ← W − ηv), the path is the same for constant η and another once it has changed.

    Source: Polyak 1964; Sutskever et al. 2013, eq. 1–2.
    """

    slots: ClassVar[tuple[str, ...]] = ("v",)

    lr: float = option(0.02, low=1e-6, high=1e6, log=True, live=True)
    momentum: float = option(0.9, low=0, high=0.999, live=True)

    def rule(self, w: Array, g: Array, slots: Slots, step: int, lr: float | Array) -> None:  # noqa: D102
        v = slots["v"]
        v *= self.momentum
        v -= lr * g
        w += v


@OPTIMIZERS.register("nesterov")
@dataclass(frozen=True)
class Nesterov(Optimizer):
    """Momentum that looks ahead: the slope counts where the velocity is about to lead.

    v ← αv − ηg; W ← W + αv − ηg with the new v. W is the point looked at, θ + αv in the source's letters.
    As in :class:`Momentum`, η stands inside v.

    Source: Nesterov 1983; Sutskever et al. 2013, eq. 3–4.
    """

    slots: ClassVar[tuple[str, ...]] = ("v",)

    lr: float = option(0.02, low=1e-6, high=1e6, log=True, live=True)
    momentum: float = option(0.9, low=0, high=0.999, live=True)

    def rule(self, w: Array, g: Array, slots: Slots, step: int, lr: float | Array) -> None:  # noqa: D102
        v = slots["v"]
        downhill = lr * g
        v *= self.momentum
        v -= downhill
        w -= downhill
        np.multiply(v, self.momentum, out=downhill)
        w += downhill


@OPTIMIZERS.register("adagrad")
@dataclass(frozen=True)
class AdaGrad(Optimizer):
    """A learning rate for each weight, that shrinks with all the gradient it has seen.

    h ← h + g²; W ← W − ηg/(√h + ε).

    Source: Duchi, Hazan & Singer 2011.
    """

    slots: ClassVar[tuple[str, ...]] = ("h",)

    lr: float = option(0.02, low=1e-6, high=1e6, log=True, live=True)
    eps: float = option(1e-10, low=1e-16, high=1, log=True)

    def rule(self, w: Array, g: Array, slots: Slots, step: int, lr: float | Array) -> None:  # noqa: D102
        h = slots["h"]
        h += g * g
        w -= _scaled_step(g, h, lr, self.eps)


@OPTIMIZERS.register("rmsprop")
@dataclass(frozen=True)
class RMSProp(Optimizer):
    """AdaGrad that forgets: each step is divided by the recent size of the gradient.

    h ← ρh + (1 − ρ)g²; W ← W − ηg/(√h + ε).

    Source: Tieleman & Hinton 2012, lecture 6.5.
    """

    slots: ClassVar[tuple[str, ...]] = ("h",)

    lr: float = option(0.001, low=1e-6, high=1e6, log=True, live=True)
    rho: float = option(0.99, low=0, high=0.9999)
    eps: float = option(1e-8, low=1e-16, high=1, log=True)

    def rule(self, w: Array, g: Array, slots: Slots, step: int, lr: float | Array) -> None:  # noqa: D102
        h = slots["h"]
        _average(h, g * g, self.rho)
        w -= _scaled_step(g, h, lr, self.eps)


@OPTIMIZERS.register("adam")
@dataclass(frozen=True)
class Adam(Optimizer):
    """Running averages of the gradient and of its square, both corrected for starting at 0.

    m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; m̂ = m/(1 − β₁^t), v̂ = v/(1 − β₂^t); W ← W − ηm̂/(√v̂ + ε),
    t counted from 1, once an update.

    Source: Kingma & Ba 2015, algorithm 1.
    """

    slots: ClassVar[tuple[str, ...]] = ("m", "v")

    lr: float = option(0.002, low=1e-6, high=1e6, log=True, live=True)
    beta1: float = option(0.9, low=0, high=0.9999)
    beta2: float = option(0.999, low=0, high=0.999999)
    eps: float = option(1e-8, low=1e-16, high=1, log=True)

    def rule(self, w: Array, g: Array, slots: Slots, step: int, lr: float | Array) -> None:  # noqa: D102
        m, v = slots["m"], slots["v"]
        _average(m, g, self.beta1)
        _average(v, g * g, self.beta2)
        # v's correction 1/(1 − β₂^t) stands under the root; m's joins the learning rate: two scalars, not two passes.
        w -= _scaled_step(m, v, lr / (1 - self.beta1**step), self.eps, math.sqrt(1 - self.beta2**step))


@OPTIMIZERS.register("adamw")
@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with weight decay applied to the weights themselves, rather than through the gradient.

    W ← W − η(m̂/(√v̂ + ε) + λW).

    Source: Loshchilov & Hutter 2019, algorithm 2.
    """

    weight_decay: float = option(0.01, low=0, high=10, live=True)

    def decay(self, w: Array, lr: float | Array, mask: Array | None) -> None:
        """W ← (1 − ηλ)W where the mask is 1. The step that follows reads only g, m and v: the sum is the same."""
        share = lr * self.weight_decay
        w -= share * w if mask is None else share * w * mask


def add_weight_decay(grads: Array, params: Array, rate: float, mask: Array) -> None:
    """Add the gradient λW of the penalty ½λΣW² to ``grads``, where the mask (P,) is 1: on weights only.

    Not the same as AdamW's decay: here an optimizer that divides by the gradient's size divides the penalty too.
    """
    if rate:
        grads += rate * (params * mask)


def _average(average: Array, new: Array, keep: float) -> None:
    """An exponential moving average, in place: a ← keep·a + (1 − keep)·new."""
    average *= keep
    average += (1 - keep) * new


def _scaled_step(direction: Array, square: Array, lr: float | Array, eps: float, correction: float = 1.0) -> Array:
    """lr·direction/(√square/correction + eps), computed with the correction above and below: no pass of its own."""
    size = np.sqrt(square)
    size += eps * correction
    np.divide(direction, size, out=size)
    size *= lr * correction
    return size
