"""The published update rules, one number at a time in plain Python: what the engine's optimizers are compared with.

Sources: Robbins & Monro 1951; Sutskever et al. 2013, eq. 1–4 (Polyak 1964, Nesterov 1983); Duchi et al. 2011; Tieleman
& Hinton 2012, lecture 6.5; Kingma & Ba 2015, alg. 1; Loshchilov & Hutter 2019, alg. 2. Each rule gets the optimizer for
its options, the weight, its gradient, the number of the update, the weight's memory (changed in place), the learning
rate and whether decoupled decay acts, and returns the new weight.
"""

import math
from collections.abc import Callable
from typing import Any

Rule = Callable[[Any, float, float, int, dict[str, float], float, bool], float]


def _sgd(o: Any, w: float, g: float, t: int, s: dict[str, float], lr: float, decayed: bool) -> float:
    return w - lr * g


def _momentum(o: Any, w: float, g: float, t: int, s: dict[str, float], lr: float, decayed: bool) -> float:
    s["v"] = o.momentum * s["v"] - lr * g
    return w + s["v"]


def _nesterov(o: Any, w: float, g: float, t: int, s: dict[str, float], lr: float, decayed: bool) -> float:
    s["v"] = o.momentum * s["v"] - lr * g
    return w + o.momentum * s["v"] - lr * g


def _adagrad(o: Any, w: float, g: float, t: int, s: dict[str, float], lr: float, decayed: bool) -> float:
    s["h"] += g**2
    return w - lr * g / (math.sqrt(s["h"]) + o.eps)


def _rmsprop(o: Any, w: float, g: float, t: int, s: dict[str, float], lr: float, decayed: bool) -> float:
    s["h"] = o.rho * s["h"] + (1 - o.rho) * g**2
    return w - lr * g / (math.sqrt(s["h"]) + o.eps)


def _adam(o: Any, w: float, g: float, t: int, s: dict[str, float], lr: float, decayed: bool) -> float:
    s["m"] = o.beta1 * s["m"] + (1 - o.beta1) * g
    s["v"] = o.beta2 * s["v"] + (1 - o.beta2) * g**2
    m, v = s["m"] / (1 - o.beta1**t), s["v"] / (1 - o.beta2**t)
    decay = getattr(o, "weight_decay", 0.0) * w if decayed else 0.0
    return w - lr * (m / (math.sqrt(v) + o.eps) + decay)


RULES: dict[str, Rule] = {
    "sgd": _sgd,
    "momentum": _momentum,
    "nesterov": _nesterov,
    "adagrad": _adagrad,
    "rmsprop": _rmsprop,
    "adam": _adam,
    "adamw": _adam,
}
