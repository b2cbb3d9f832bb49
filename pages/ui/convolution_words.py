"""What the page about convolution says of what it shows: words with the present numbers, formulas, questions."""

from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.errors import PlaygroundError
from cnn.explain.convolution import ConvolutionSettings, Convolved, Stack, convolve
from cnn.explain.transposed import Gradients, Steps, gradients
from cnn.gradcheck import TOLERANCE
from cnn.layers.windows import Windows
from pages.ui.layer_names import shape_text
from pages.ui.learn import Question
from pages.ui.numbers import number
from pages.ui.options import name_of_word
from pages.ui.texts import Texts

Array = NDArray[Any]

_HALF = np.array([[1.0, 2.0], [3.0, 4.0]])  # a kernel that looks different from every side


def forward_words(found: Convolved, texts: Texts) -> None:
    """How much work it is, the formula of the sum, and that of the size with its remainder."""
    outputs, weights = found.sums.size, found.kernels
    st.markdown(
        texts(
            "see.forward", outputs=f"{outputs:,}", terms=weights[0].size, parameters=weights.size + len(weights),
            adds=f"{found.layer.multiply_adds(found.inputs.shape):,}", dense=f"{found.inputs.size * outputs:,}",
        )
    )  # fmt: skip
    st.latex(texts("formula.sum"))
    for axis in dict.fromkeys(found.axes):  # one line for a square picture, two for another
        st.latex(
            texts(
                "formula.size", size=axis.size, padding=_padding(axis), kernel=axis.kernel, stride=axis.stride,
                count=axis.count,
            )
        )  # fmt: skip
    down, across = found.axes
    if down.remainder or across.remainder:
        st.markdown(texts("see.remainder", **_unread(found, texts)))


def backward_words(name: str, found: Convolved, way: Steps, back: Gradients | None, texts: Texts) -> None:
    """What the present step does; after the last one how the result compares, and what the operator is called."""
    down, across = found.axes
    values = {
        "stride": down.stride, "zeros": down.stride - 1, "around": down.kernel - 1, "kernel": down.kernel,
        **_unread(found, texts), "padding": f"{down.before} / {down.after}",
        "before": shape_text(way.dy.shape), "dilated": shape_text(way.dilated.shape),
        "wide": shape_text(way.padded.shape), "full": shape_text(way.correlated.shape),
        "after": shape_text(way.cropped.shape),
        "apart": number(float(np.abs(way.cropped - back.dx).max()), 1) if back else "",
    }  # fmt: skip
    nothing_between = name == "dilate" and down.stride == across.stride == 1
    st.markdown(texts(f"step.{name}.{'see_none' if nothing_between else 'see'}", **values))
    if name == "pad" and (down.remainder or across.remainder):
        st.markdown(texts("step.pad.remainder", **values))
    if back is not None:
        with st.container(horizontal=True, key="convolution_check"):
            for tensor in back.check.tensors:
                right = tensor.error <= TOLERANCE
                label = texts(
                    "check.badge", name=texts(f"check.{tensor.name}"), error=number(tensor.error, 1),
                    n=int(tensor.compared.sum()),
                )  # fmt: skip
                icon = ":material/check:" if right else ":material/close:"
                st.badge(label, icon=icon, color="green" if right else "red")
        st.caption(texts("check.about"))
        st.latex(texts("formula.weights"))
    st.latex(texts("formula.input"))
    st.caption(texts("formula.remainder", **_unread(found, texts)))
    st.info(texts("see.transposed"), icon=":material/info:")


def stack_words(settings: ConvolutionSettings, layers: Stack, texts: Texts) -> None:
    """How the receptive field grows, and where the maps become too small for another layer."""
    if len(layers.fields) < settings.depth:
        st.markdown(texts("fields.fewer", n=len(layers.fields)))
    sizes = [1, *(field.size[0] for field in layers.fields)]
    steps = [1, *(field.step[0] for field in layers.fields)]
    for layer in range(1, len(sizes)):
        grows = {
            "before": sizes[layer - 1],
            "kernel": settings.size,
            "step": steps[layer - 1],
            "n": layer,
            "before_n": layer - 1,
        }
        st.latex(texts("formula.field", after=sizes[layer], **grows))


def questions(settings: ConvolutionSettings) -> list[Question]:
    """Three to guess first; the engine answers, for settings close to the present ones."""
    other = replace(settings, stride=settings.taken_stride % 3 + 1, kernel="blur")
    size = 28
    try:
        asked = convolve(other, np.zeros((size, size)), other.kernels())
    except PlaygroundError:
        other = ConvolutionSettings(stride=2)
        asked = convolve(other, np.zeros((size, size)), other.kernels())
    down, padding = asked.axes[0], other.padding
    sizes = {
        "kernel": down.kernel, "stride": down.stride, "zeros": down.before + down.after, "rows": down.count,
        "padding": name_of_word(padding) if isinstance(padding, str) else padding,
    }  # fmt: skip
    edge = ConvolutionSettings(kernel="edges")
    flat = float(convolve(edge, np.ones((5, 5)), edge.kernels()).outputs[0, 1, 1])
    return [
        Question("size", down.count, values=sizes),
        Question("flat", flat, tolerance=1e-9),
        Question("single", _seen_back(), ("kernel", "rotated", "ones")),
    ]


def _seen_back() -> str:
    """What a single 1 as dY leaves in dX, by the engine."""
    single = ConvolutionSettings(kernel="1 2; 3 4", size=2)
    found = convolve(single, np.zeros((4, 4)), single.kernels())
    dy = np.zeros(found.outputs.shape)
    dy[0, 1, 1] = 1
    reached = gradients(found, dy).dx[0, 1:3, 1:3]
    looks = {"kernel": _HALF, "rotated": _HALF[::-1, ::-1], "ones": np.ones((2, 2))}
    return next(name for name, look in looks.items() if np.allclose(reached, look))


def _unread(found: Convolved, texts: Texts) -> dict[str, str]:
    """How many rows and columns of the padded input no window reads."""
    down, across = found.axes
    return {"rows": texts.count("rows", down.remainder), "columns": texts.count("columns", across.remainder)}


def _padding(axis: Windows) -> str:
    if axis.before == axis.after:
        return rf"2 \cdot {axis.before}"
    return f"({axis.before} + {axis.after})"
