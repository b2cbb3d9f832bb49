from pages.ui.page import open_page, stage_columns

import streamlit as st

from cnn.errors import PlaygroundError
from cnn.explain.convolution import LEARNED, STEPS, Array, ConvolutionSettings, Convolved, convolve, stack
from cnn.explain.transposed import gradients, incoming, steps
from pages.ui import convolution_controls as controls
from pages.ui.convolution_stage import backward_mosaics, forward_mosaics, kernel_mosaic, size_mosaics, stack_mosaics
from pages.ui.convolution_words import backward_words, forward_words, questions, stack_words
from pages.ui.errors import show_error
from pages.ui.grid import Cell, grid
from pages.ui.learn import foot
from pages.ui.settings import edit_settings, read_settings, settings_notice
from pages.ui.specimen import choose_specimen

KEY = "convolution"
CHIPS = {
    "learned": {"kernel": "shipped", "size": "5", "padding": "same", "activation": "relu", "filters": "3"},
    "remainder": {"input": "0 0 1 1 0 0; 0 1 0 0 1 0; 0 0 0 0 1 0; 0 0 0 1 0 0; 0 0 1 0 0 0; 0 1 1 1 1 0",
                  "stride": "2"},
    "backward": {"direction": "backward", "stride": "2", "padding": "1", "input": "digit-3"},
}  # fmt: skip


@st.fragment
def stage() -> None:
    """The convolution, forwards or backwards, and everything that is said about it."""
    left, right = stage_columns()
    with right:
        specimen = choose_specimen()
        controls.choose_kernel(texts)
        given = read_settings(ConvolutionSettings)
        which = ("which",) if given.kernel in LEARNED else ()
        more = (*which, "filters", "channels", "bias", "activation")
        meant = {"stride": given.taken_stride}
        edit_settings(ConvolutionSettings, KEY, ("size", "stride", "padding"), more=more, meant=meant)
    with left:
        settings = controls.choose_direction(texts)
        kernels = settings.kernels(controls.learned_kernels(settings, texts))
        try:
            found = convolve(settings, specimen.picture, kernels)
        except PlaygroundError as error:
            show_error(error)
            show_kernel(kernels)
            found = None
        if found is not None:
            (backward if settings.direction == "backward" else forward)(settings, found)
    if found is not None:
        below(found)
    foot(texts, KEY, CHIPS, questions(settings))


def show_kernel(kernels: Array) -> None:
    """The kernel alone, still to be changed, where it does not fit the picture."""
    alone = [kernel_mosaic(kernels, texts, edit="numbers", sign="")]
    grid("convolution_forward", alone, wrap=True, on_edit=controls.on_kernel_edit(kernels))
    controls.show_refusal()


def forward(settings: ConvolutionSettings, found: Convolved) -> None:
    """Padded input, kernel and output, and the sum behind each cell."""
    edit = controls.on_kernel_edit(found.kernels)
    grid("convolution_forward", forward_mosaics(settings, found, texts), wrap=True, sweep=2, on_edit=edit)
    controls.show_refusal()
    forward_words(found, texts)


def backward(settings: ConvolutionSettings, found: Convolved) -> None:
    """One of the five steps from dY to dX, and at the end dW, db and the check."""
    dy = incoming(settings.gradient, settings.drawn, found.outputs)
    way = steps(found, dy)
    back = gradients(found, dy) if settings.step == STEPS[-1] else None
    mosaics = backward_mosaics(settings.step, found, way, back, texts)
    sweep = 2 if settings.step == "correlate" else None
    edit = controls.on_gradient_edit(dy)
    grid(f"convolution_{settings.step}", mosaics, wrap=True, sweep=sweep, on_edit=edit)
    controls.show_refusal()
    backward_words(settings.step, found, way, back, texts)


def below(found: Convolved) -> None:
    """Sizes against padding and stride, or the receptive fields of a stack."""
    settings = edit_settings(ConvolutionSettings, f"{KEY}_below", ("below",))
    if settings.below == "sizes":
        st.markdown(texts("sizes.lead"))
        down = found.axes[0]
        here = Cell(0, 0, down.before, down.stride - 1)
        mosaics = size_mosaics(found, texts)
        grid("convolution_sizes", mosaics, wrap=True, sweep=0, start=here, on_choose=controls.on_size_choice)
    else:
        settings = edit_settings(ConvolutionSettings, f"{KEY}_depth", ("depth",))
        layers = stack(settings, found.inputs[0], found.kernels)
        st.markdown(texts("fields.lead"))
        grid("convolution_fields", stack_mosaics(layers, found.inputs[0], texts), link=KEY, first_stays=True)
        stack_words(settings, layers, texts)


texts = open_page(KEY)
settings_notice(ConvolutionSettings)
stage()
