"""Blocks of HTML: the four steps of learning, the answers beside the target, what an update changes, the check."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.explain.backprop import Moment, Phase, Play, root_mean_square
from cnn.explain.faults import verdict
from cnn.gradcheck import GradientCheck, TensorCheck
from pages.ui.backprop.words import layer_title, tensor_title
from pages.ui.numbers import apart, number, percent, probability
from pages.ui.texts import Texts

Array = NDArray[Any]
_STYLE = Path(__file__).with_name("backprop.css")
_SIGNS = {"agrees": "✓", "differs": "✕", "kink": "○"}


def style() -> None:
    """The style sheet of the blocks: once per page."""
    st.html(_STYLE)


def phases_html(present: Phase, texts: Texts) -> str:
    """The four steps of learning; the present one is lit."""
    steps = "".join(
        f"<li{' class=lit aria-current=step' if phase is present else ''}>"
        f"<b>{i} {texts(f'phase.{phase}.name')}</b> <span>{texts(f'phase.{phase}.says')}</span></li>"
        for i, phase in enumerate(Phase, 1)
    )
    return f'<ol class="bp-phases" aria-label="{texts("phase.label")}">{steps}</ol>'


def loss_html(play: Play, classes: Sequence[str], texts: Texts) -> str:
    """For each class: score, answer, target and gradient."""
    target = np.zeros_like(play.outputs)
    target[play.label] = 1
    most = float(np.abs(play.doutputs).max()) or 1.0
    rows = "".join(
        f'<tr{_marked(k == play.label)}><th scope="row">{escape(name)}</th><td>{number(float(play.outputs[k]))}</td>'
        f"<td>{_bar(float(play.answers[k]))}</td><td>{target[k]:.0f}</td>"
        f"<td>{_signed_bar(float(play.doutputs[k]), most)}</td></tr>"
        for k, name in enumerate(classes)
    )
    answers = "probability" if play.through_softmax else "output"
    heads = [texts(f"table.{name}") for name in ("class", "score", answers, "target", "slope")]
    return _table(heads, rows, "bp-loss")


def update_html(
    play: Play, before: Moment, after: Moment, lr: float, classes: Sequence[str], texts: Texts
) -> tuple[str, str]:
    """Loss and answers before and after the update; and, for each tensor, how far it went."""
    rows = "".join(
        f'<tr{_marked(k == play.label)}><th scope="row">{escape(name)}</th>'
        f"<td>{_bar(float(before.answers[k]))}</td>"
        f"<td>{_bar(float(after.answers[k]))}</td></tr>"
        for k, name in enumerate(classes)
    )
    heads = [texts(f"table.{name}") for name in ("class", "before", "after")]
    loss, loss_after = apart(number, before.loss, after.loss, 3)
    answers = (
        f'<p class="bp-change"><span>{texts("table.loss")}</span> <b>{loss}</b> → '
        f"<b>{loss_after}</b></p>{_table(heads, rows, 'bp-answers')}"
    )
    steps = "".join(
        _step(f"{layer_title(scene.layer)} · {tensor_title(name, False, texts)}", weight, scene.gradients[name], lr)
        for scene in play.scenes
        for name, weight in scene.weights.items()
    )
    heads = [texts(f"table.{name}") for name in ("tensor", "weight", "gradient", "step", "relative")]
    return answers, _table(heads, steps, "bp-steps")


def check_html(check: GradientCheck, names: Mapping[str, str], texts: Texts) -> str:
    """A line for each tensor: its verdict as sign, word and colour; relative error; the worst entry."""
    rows = "".join(_checked(tensor, names[tensor.name], texts) for tensor in check.tensors)
    heads = [texts(f"check.{name}") for name in ("verdict", "tensor", "entries", "error", "worst")]
    return _table(heads, rows, "bp-check")


def _checked(tensor: TensorCheck, name: str, texts: Texts) -> str:
    found = verdict(tensor)
    compared, kinks = int(tensor.compared.sum()), int(tensor.at_kink.sum())
    error = "–" if found == "kink" else number(tensor.error) if tensor.error >= 1e-12 else "&lt; 10⁻¹²"
    worst = "–"
    if tensor.worst:
        values = {"analytic": tensor.analytic[tensor.worst], "numeric": tensor.numeric[tensor.worst]}
        place = _place(tensor.worst, texts)
        shown = {key: number(float(value), 6) for key, value in values.items()}
        worst = texts("check.pair", place=place, **shown)
    return (
        f'<tr class="{found}"><td class="verdict"><b>{_SIGNS[found]}</b> {texts(f"check.{found}")}</td>'
        f'<th scope="row">{escape(name)}</th><td>{texts("check.counts", compared=compared, kinks=kinks)}</td>'
        f"<td>{error}</td><td>{worst}</td></tr>"
    )


def _place(entry: tuple[int, ...], texts: Texts) -> str:
    """Where in its tensor an entry is, counted from 1."""
    return texts(f"check.place.{len(entry)}", **dict(zip("abcd", (one + 1 for one in entry), strict=False)))


def _step(name: str, weight: Array, gradient: Array, lr: float) -> str:
    size, slope = root_mean_square(weight), root_mean_square(gradient)
    relative = "–" if size == 0 else percent(lr * slope / size)
    cells = (number(size), number(slope), number(lr * slope), relative)
    return f'<tr><th scope="row">{escape(name)}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _table(heads: Sequence[str], rows: str, name: str) -> str:
    head = "".join(f'<th scope="col">{one}</th>' for one in heads)
    table = f'<table class="bp {name}"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    return f'<div class="bp-scroll scrolls">{table}</div>'


def _marked(right: bool) -> str:
    return ' class="right"' if right else ""


def _bar(share: float) -> str:
    """A number, and a bar from the left; what is no number or beyond 0 … 1 is cut off."""
    text = probability(share) if 0.5 < share < 1 else number(share)  # never 1 for what is less
    return f'<i style="--share:{np.clip(np.nan_to_num(share), 0, 1):.4f}"></i><span>{text}</span>'


def _signed_bar(value: float, most: float) -> str:
    """A number, and a bar from the middle: orange to the right above 0, blue to the left below."""
    share = float(np.clip(np.nan_to_num(value / most), -1, 1))
    side = "plus" if share >= 0 else "minus"
    return f'<i class="{side}" style="--share:{abs(share):.4f}"></i><span>{number(value)}</span>'
