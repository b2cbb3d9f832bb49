"""What the page about convolution can be told: which kernel, which step of the way back, numbers typed and drawn.

Everything that is set goes into the URL. A text that is refused stays where it was typed; the sentence that says why
stands there until the next change.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.errors import PlaygroundError
from cnn.explain.convolution import LEARNED, STEPS, ConvolutionSettings
from cnn.explain.entries import write_entries
from cnn.explain.kernels import LARGEST_SIZE, PRESETS, write_kernels
from cnn.explain.matrix import read_matrix
from cnn.layers.convolution import Conv2d
from pages.ui import models
from pages.ui.errors import show_error
from pages.ui.grid import Cell, Edit
from pages.ui.menus import menu, switch
from pages.ui.settings import edit_settings, read_settings, write_settings
from pages.ui.texts import Texts

Array = NDArray[Any]

_OWN = "own"
_MENU, _STEP, _REFUSED = "convolution_kernel", "convolution_step", "convolution_refused"


def choose_kernel(texts: Texts) -> None:
    """The menu of kernels: made by hand, learned, or one's own numbers."""
    settings = _settings()
    known = (*PRESETS, *LEARNED)
    shown = settings.kernel if settings.kernel in known else _OWN
    menu(texts("kernel.label"), (*known, _OWN), shown, _MENU, _take_kernel, lambda name: texts(f"kernel.{name}"))


def choose_direction(texts: Texts) -> ConvolutionSettings:
    """Which way to look; on the way back also what arrives, and the step. The settings then."""
    if _settings().direction == "forward":
        return edit_settings(ConvolutionSettings, "convolution_way", ("direction",))
    way, arriving, step = st.columns([1.05, 0.95, 3.2], vertical_alignment="bottom")
    with way:
        edit_settings(ConvolutionSettings, "convolution_way", ("direction",))
    with arriving:
        edit_settings(ConvolutionSettings, "convolution_arriving", ("gradient",))
    with step:
        _choose_step(texts)
    return _settings()


def learned_kernels(settings: ConvolutionSettings, texts: Texts) -> Array | None:
    """The first convolution's weights (F, C, k, k) of the model that the settings name, None where they name none.

    Where there is no such run the shipped model stands in, and the page says so.
    """
    if settings.kernel not in LEARNED:
        return None
    try:
        weights = _weights(settings.kernel)
    except PlaygroundError as error:
        show_error(error)
        weights = None
    if weights is None:
        st.info(texts("kernel.no_run"))
        weights = _weights(models.SHIPPED)
    assert weights is not None, "the shipped model has convolutions"
    return weights


def _choose_step(texts: Texts) -> None:
    """The five steps of the way back, and a button for the next one."""
    settings = _settings()
    with st.container(horizontal=True, vertical_alignment="bottom", key="convolution_steps"):
        switch(
            texts("step.label"), STEPS, settings.step, _STEP, lambda step: _write(step=step),
            lambda name: f"{STEPS.index(name) + 1} {texts(f'step.{name}.name')}",
        )  # fmt: skip
        last = settings.step == STEPS[-1]
        st.button(
            texts("step.again" if last else "step.next"), key="convolution_next", on_click=_go_on, type="primary",
        )  # fmt: skip


def on_kernel_edit(kernels: Array) -> Callable[[Edit], None]:
    """What to do when numbers are typed into the mosaic of these kernels (F, C, k, k)."""

    def take(edit: Edit) -> None:
        maps = kernels.reshape(-1, *kernels.shape[2:])
        changed = _merged(edit, maps)
        if changed is not None and not np.array_equal(changed, maps):
            _write(kernel=write_kernels(changed.reshape(kernels.shape)))

    return take


def on_gradient_edit(dy: Array) -> Callable[[Edit], None]:
    """What to do when the gradient (F, H', W') is typed or drawn."""

    def take(edit: Edit) -> None:
        # What was not made cell by cell would be too long for a link.
        drawn = dy if np.count_nonzero(dy) < dy.size // 4 or dy.size <= 192 else np.zeros_like(dy)
        changed = _merged(edit, drawn)
        if changed is not None and edit.cells:
            try:
                _write(gradient="drawn", drawn=write_entries(changed))
            except PlaygroundError as error:
                st.session_state[_REFUSED] = error

    return take


def on_size_choice(cell: Cell) -> None:
    """What to do when a cell of the table of sizes is chosen: its row is a padding, its column a stride less 1."""
    if cell.mosaic == 0:
        _write(padding=cell.row, stride=cell.column + 1)


def show_refusal() -> None:
    """Why the last number typed was not taken, if it was not."""
    error = st.session_state.get(_REFUSED)
    if error is not None:
        show_error(error)


def _merged(edit: Edit, maps: Array) -> Array | None:
    st.session_state.pop(_REFUSED, None)
    try:
        return edit.merged(maps, lambda text: float(read_matrix(text, (1, 1))[0, 0]))
    except PlaygroundError as error:
        st.session_state[_REFUSED] = error
        return None


def _take_kernel(name: str) -> None:
    st.session_state.pop(_REFUSED, None)
    settings = _settings()
    if name == _OWN:
        learned = _weights_or_shipped(settings.kernel)
        _write(kernel=write_kernels(settings.kernels(learned)))
    elif name in LEARNED:
        _write(kernel=name, size=min(LARGEST_SIZE, _weights_or_shipped(name).shape[-1]))
    else:
        _write(kernel=name)


def _go_on() -> None:
    _write(step=STEPS[(STEPS.index(_settings().step) + 1) % len(STEPS)])


def _weights_or_shipped(name: str) -> Array:
    try:
        weights = _weights(name)
    except PlaygroundError:
        weights = None  # the page says so when it shows them
    found = _weights(models.SHIPPED) if weights is None else weights
    assert found is not None, "the shipped model has convolutions"
    return found


def _weights(name: str) -> Array | None:
    """Of the first convolution of a model; None where there is no such model, or it has none."""
    model = models.model(name) if name in LEARNED else None
    if model is None:
        return None
    state = model.network.state_dict()
    first = next((i for i, layer in enumerate(model.network.layers) if isinstance(layer, Conv2d)), None)
    return None if first is None else state[f"{first}.weight"].astype(np.float64)


def _settings() -> ConvolutionSettings:
    return read_settings(ConvolutionSettings)


def _write(**changes: Any) -> None:
    write_settings(replace(_settings(), **changes))
