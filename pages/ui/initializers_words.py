"""What is seen of a stack, in words and formulas with the present numbers, and the questions about it."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.activations import ReLU, Tanh
from cnn.initializers import INITIALIZERS, Constant, Normal, XavierNormal
from cnn.training.initialization import (
    InitializersSettings,
    Passing,
    bounds,
    extremes,
    histogram,
    send,
    standardized_digits,
)
from pages.ui.activations.depth import short
from pages.ui.learn import Question
from pages.ui.texts import Texts

Array = NDArray[Any]
_LITTLE, _MUCH = 1e-2, 10.0  # of a standard deviation: below it a signal has vanished, above it it has exploded
_SATURATED = 0.5  # share of the outputs that lie at the ends of what the activation can give
_AT_THE_END = 2  # bins of forty


@dataclass(frozen=True)
class Verdict:
    """What became of the signal at a layer, and of the gradient on its way back to the first one.

    Attributes:
        signal: "overflow", "same", "vanished", "exploded", "saturated", "alike" or "alive".
        gradient: "overflow", "nothing", "vanished", "exploded" or "alive".
    """

    signal: str
    gradient: str


def judge(settings: InitializersSettings, passing: Passing, units: int) -> Verdict:
    """Name what happened, where the layer that is looked at has so many different ``units``."""
    return Verdict(
        _signal(settings, passing, units), _gradient(float(passing.spreads[1, 1]), float(passing.spreads[1, -1]))
    )


def tell(settings: InitializersSettings, passing: Passing, texts: Texts) -> None:
    """Forwards, backwards, how many units there really are, and the formula."""
    layer, spreads, differences = settings.layer, passing.spreads, passing.differences
    outputs, gradients = passing.different_units(layer) if layer else (settings.width, settings.width)
    verdict = judge(settings, passing, outputs)
    lines = [
        texts("see.forward", layer=layer, spread=_number(spreads[0, layer], texts)) + texts(f"see.{verdict.signal}",
              difference=_number(differences[layer], texts)),
        texts("see.backward", layers=settings.layers, end=_number(spreads[1, -1], texts),
              first=_number(spreads[1, 1], texts)) + texts(f"see.gradient_{verdict.gradient}"),
    ]  # fmt: skip
    if layer:
        key = "symmetric" if outputs == 1 < settings.width else "units"
        lines.append(texts(f"see.{key}", layer=layer, width=settings.width, outputs=outputs, gradients=gradients))
    st.markdown("\n".join(f"- {line}" for line in lines))
    _formula(settings, texts)


def _formula(settings: InitializersSettings, texts: Texts) -> None:
    inputs = standardized_digits()[0][0].size if settings.layer <= 1 else settings.width
    sigma = settings.initializer.std(inputs, settings.width)
    said = {"n_in": inputs, "n_out": settings.width, "sigma": _plain(sigma), "gain": _plain(inputs * sigma**2)}
    name = f"formula.{INITIALIZERS.name_of(settings.initializer)}"
    if name in texts:
        st.latex(texts(name, **said))
    if sigma:
        st.latex(texts("formula.variance", **said))


def _signal(settings: InitializersSettings, passing: Passing, units: int) -> str:
    layer = settings.layer
    spread, difference = float(passing.spreads[0, layer]), float(passing.differences[layer])
    if not np.isfinite(spread):
        return "overflow"
    if units == 1 < settings.width and spread >= _LITTLE:
        return "same"
    if spread < _LITTLE or spread > _MUCH:
        return "vanished" if spread < _LITTLE else "exploded"
    if layer and _at_the_ends(settings, passing.outputs[layer]) > _SATURATED:
        return "saturated"
    return "alike" if difference < _LITTLE * spread else "alive"


def _gradient(first: float, last: float) -> str:
    if not np.isfinite(first):
        return "overflow"
    if first == 0:
        return "nothing"
    if first < _LITTLE * last:
        return "vanished"
    return "exploded" if first > last / _LITTLE else "alive"


def _at_the_ends(settings: InitializersSettings, outputs: Array) -> float:
    """The share of outputs at the ends of a range that has two of them: those of sigmoid and tanh."""
    low, high = extremes(settings.activation)
    if not settings.activation.elementwise or max(-low, high) > 1:
        return 0.0
    counts = histogram(outputs, *bounds(settings.activation))
    return float((counts[:_AT_THE_END].sum() + counts[-_AT_THE_END:].sum()) / max(counts.sum(), 1))


def _number(value: float, texts: Texts) -> str:
    return short(float(value)) if np.isfinite(value) else texts("see.infinite")


def _plain(value: float) -> str:
    """A number within a formula."""
    return short(value, 3).replace("$", "")


# Questions -----------------------------------------------------------------------------------------------------------


@cache
def questions() -> tuple[Question, ...]:
    """Three to guess first; the engine answers."""
    tiny = send(InitializersSettings(layers=10, activation=Tanh(), initializer=Normal(0.01))).spreads[0, 10]
    sizes = {"tenth": 1e-1, "thousandth": 1e-3, "nothing": 1e-10}
    halved = send(InitializersSettings(layers=20, activation=ReLU(), initializer=XavierNormal())).spreads[0]
    kept = "stays" if 0.5 < halved[20] / halved[1] < 2 else "shrinks" if halved[20] < halved[1] else "grows"
    units = send(InitializersSettings(layers=5, initializer=Constant(0.1))).different_units(5)[0]
    return (
        Question("tiny", min(sizes, key=lambda name: abs(np.log(sizes[name] / tiny))), tuple(sizes),
                 values={"spread": short(float(tiny))}),
        Question("rectified", kept, ("stays", "shrinks", "grows"),
                 values={"first": short(float(halved[1])), "last": short(float(halved[20]))}),
        Question("same", units, values={"units": units}),
    )  # fmt: skip
