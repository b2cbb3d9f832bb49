"""What optimizers on a surface do, in words and formulas, with the numbers of the step that is looked at."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.explain.descent import Path
from cnn.explain.optimizers import OptimizersSettings, suited
from cnn.options import options_of
from pages.ui.descent import Contestant
from pages.ui.numbers import number
from pages.ui.texts import Texts

Array = NDArray[Any]
_CORRECTED = {"m": "beta1", "v": "beta2"}  # averages that start at 0, and the option that says how slowly they follow


def tell(settings: OptimizersSettings, step: int, found: Sequence[Contestant], one: Contestant, texts: Texts) -> None:
    """What is seen at a step."""
    surface = settings.surface
    said: list[str] = []
    if not surface.holds(*settings.origin):
        x, y = settings.origin
        said.append(texts("see.outside", x=_place(x), y=_place(y)))
    there = [other for other in found if other.path.last >= step and math.isfinite(other.path.losses[step])]
    if there:
        best = min(there, key=lambda other: other.path.losses[step])
        x, y = best.path.positions[step]
        where = {"loss": number(best.path.losses[step]), "x": _place(x), "y": _place(y)}
        said.append(texts("see.best", step=step, name=best.label, **where) if step else texts("see.start", **where))
    for other in found:
        if other.path.lost is not None:
            rate, better = other.path.optimizer.lr, suited(other.path.optimizer, surface).lr
            key = "see.lost" if rate > better else "see.lost_anyway"
            said.append(texts(key, name=other.label, step=other.path.lost, lr=number(rate), better=number(better)))
    if step > 1:
        turns = one.path.turns(step)
        distance = float(np.hypot(*(one.path.positions[min(step, one.path.last)] - settings.origin)))
        said.append(
            texts(f"see.way.{'often' if turns > 1 else 'once' if turns else 'never'}", name=one.label, turns=turns,
                  length=number(one.path.length(step)), distance=number(distance))
        )  # fmt: skip
    st.markdown(" ".join(said))


def show_rule(one: Contestant, step: int, texts: Texts) -> None:
    """The update rule with the numbers of one step; at the start, the rule alone. What is special about it, below."""
    step = min(step, one.path.last)
    _show_rule(one, step, texts)
    if f"note.{one.name}" in texts:
        st.caption(texts(f"note.{one.name}"))


def _show_rule(one: Contestant, step: int, texts: Texts) -> None:
    if step == 0:
        st.latex(texts.get(f"formula.{one.name}", texts("formula.other")))
        st.caption(texts("rules.start"))
        return
    numbers = _numbers(one.path, step)
    key = f"rule.{one.name}"
    st.latex(texts(key if key in texts else "rule.other", **numbers))
    st.caption(texts("rules.step", step=step))


def _numbers(path: Path, step: int) -> dict[str, str]:
    """What the rules name: W before and after, g, each slot before and after, the options."""
    before, after, g = path.positions[step - 1], path.positions[step], path.gradients[step - 1]
    numbers = {"t": str(step), "w_old": _vector(before), "w": _vector(after), "g": _vector(g), "g2": _vector(g * g)}
    numbers |= {one.name: _latex(getattr(path.optimizer, one.name)) for one in options_of(path.optimizer)}
    for name, values in path.slots.items():
        numbers |= {f"{name}_old": _vector(values[step - 1]), name: _vector(values[step])}
        numbers[f"{name}_root"] = _vector(np.sqrt(np.maximum(values[step], 0)))
        share = getattr(path.optimizer, _CORRECTED.get(name, ""), None)
        if share is not None:
            left = 1 - share**step
            numbers |= {f"{name}_left": _latex(left), f"{name}_hat": _vector(values[step] / left)}
            numbers[f"{name}_hat_root"] = _vector(np.sqrt(np.maximum(values[step] / left, 0)))
    return numbers


def _vector(values: Array) -> str:
    return r"\begin{pmatrix}" + r"\\".join(_latex(float(value)) for value in values) + r"\end{pmatrix}"


def _latex(value: float) -> str:
    """Three digits, with a power of ten where that is shorter."""
    if not math.isfinite(value):
        return r"\text{–}" if math.isnan(value) else r"\infty" if value > 0 else r"-\infty"
    mantissa, _, power = f"{value:.3g}".partition("e")
    return rf"{mantissa} \cdot 10^{{{int(power)}}}" if power else mantissa


def _place(value: float) -> str:
    return number(round(value, 3) + 0.0)  # no −0
