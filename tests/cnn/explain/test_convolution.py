"""A convolution taken apart: sizes by hand, sums by loops, pictures of windows, stacks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn.activations import ReLU
from cnn.errors import DataError, ShapeError
from cnn.explain.convolution import (
    FAINT,
    ConvolutionSettings,
    channels_of,
    convolve,
    size_table,
    stack,
    window_pictures,
)
from cnn.links import decode_options, encode_options

# (input, kernel, stride, padding) -> (output, positions never read), by hand: the figures of Dumoulin & Visin 2016.
ARITHMETIC = {
    "no padding, unit strides": ((4, 3, 1, 0), (2, 0)),
    "arbitrary padding": ((5, 4, 1, 2), (6, 0)),
    "same (half) padding": ((5, 3, 1, "same"), (5, 0)),
    "full padding": ((5, 3, 1, 2), (7, 0)),
    "strides": ((5, 3, 2, 0), (2, 0)),
    "padding and strides": ((5, 3, 2, 1), (3, 0)),
    "a remainder": ((6, 3, 2, 1), (3, 1)),
    "a remainder without padding": ((6, 3, 2, 0), (2, 1)),
    "a large stride": ((10, 2, 4, 0), (3, 0)),
    "same with stride": ((6, 3, 2, "same"), (3, 0)),
    "one cell": ((1, 1, 1, 0), (1, 0)),
}


def settings_of(case: tuple[int, int, int, int | str], **more: object) -> ConvolutionSettings:
    _, kernel, stride, padding = case
    return ConvolutionSettings(size=kernel, stride=stride, padding=padding, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("case", "known"), ARITHMETIC.values(), ids=ARITHMETIC)
def test_sizes_as_in_the_figures(case: tuple[int, int, int, int | str], known: tuple[int, int]):
    settings = settings_of(case)
    found = convolve(settings, np.ones((case[0], case[0])), settings.kernels())
    assert (found.outputs.shape[1], found.axes[0].remainder) == known
    assert found.outputs.shape == found.sums.shape == (1, known[0], known[0])


shapes = st.fixed_dictionaries(
    {
        "size": st.integers(1, 4),
        "stride": st.integers(1, 4),
        "padding": st.sampled_from([0, 1, 2, 5, "valid", "same"]),
        "filters": st.integers(1, 2),
        "channels": st.integers(1, 3),
        "bias": st.sampled_from([0.0, -1.5]),
    }
)


@settings(max_examples=40, deadline=None)
@given(shapes, st.integers(4, 7), st.integers(4, 7), st.integers(0, 99))
def test_each_output_is_the_sum_that_the_page_lays_out(chosen: dict[str, object], rows: int, columns: int, seed: int):
    rng = np.random.default_rng(seed)
    settings = ConvolutionSettings(activation=ReLU(), **chosen)  # type: ignore[arg-type]
    size, stride = settings.size, settings.stride
    kernels = rng.standard_normal((settings.filters, settings.channels, size, size))
    found = convolve(settings, rng.random((rows, columns)), kernels)
    for f, i, j in np.ndindex(*found.sums.shape):
        window = found.padded[:, i * stride : i * stride + size, j * stride : j * stride + size]
        assert found.sums[f, i, j] == pytest.approx(settings.bias + (window * kernels[f]).sum(), abs=1e-12)
    assert (found.outputs == np.maximum(found.sums, 0)).all()


def test_a_kernel_larger_than_the_padded_picture_is_refused():
    settings = ConvolutionSettings(size=5, padding=1)
    with pytest.raises(ShapeError):
        convolve(settings, np.ones((2, 2)), settings.kernels())


def test_the_channels_are_the_picture_and_its_slopes():
    ramp = np.tile(np.arange(6.0), (5, 1))
    picture, across, down = channels_of(ramp, 3)
    assert (picture == ramp).all()
    assert (across[1:-1, 1:-1] == 2).all()  # a Sobel kernel over 4 sees twice the step
    assert (down[1:-1, 1:-1] == 0).all()
    assert len(channels_of(ramp, 2)) == 2


def test_the_table_of_sizes():
    table = size_table(5, 3)
    assert table[0].tolist() == [3, 2, 1, 1]
    assert table[2].tolist() == [7, 4, 3, 2]
    assert np.isnan(size_table(2, 5)[0]).all()
    assert size_table(2, 5)[2].tolist() == [2, 1, 1, 1]


def test_the_picture_of_windows():
    picture = window_pictures(4, 3)[1 * 4 + 1]  # padding 1, stride 2
    assert picture[:2, :6].tolist() == [[-1, 1, 1, FAINT, FAINT, -FAINT], [-FAINT, FAINT, 1, 1, 1, -FAINT]]
    assert np.isnan(picture[2:]).all()
    assert np.isnan(picture[:, 6:]).all()


def test_a_stack_sees_more_with_each_layer_and_ends_where_the_maps_do():
    picture = np.random.default_rng(0).random((9, 9))
    settings = ConvolutionSettings(depth=6)
    found = stack(settings, picture, settings.kernels())
    assert [field.size for field in found.fields] == [(3, 3), (5, 5), (7, 7), (9, 9)]
    assert [output.shape for output in found.outputs] == [(1, 7, 7), (1, 5, 5), (1, 3, 3), (1, 1, 1)]
    assert (found.outputs[0] == convolve(settings, picture, settings.kernels()).sums).all()
    assert stack(settings, np.ones((2, 2)), settings.kernels()).fields == []


def test_settings_travel_in_a_link_and_nonsense_is_named():
    settings = ConvolutionSettings(
        kernel="1 2; 3 -4", size=2, padding="same", activation=ReLU(), drawn="0.1.2:1", gradient="drawn"
    )
    assert decode_options(ConvolutionSettings, encode_options(settings)) == (settings, [])
    read, dropped = decode_options(ConvolutionSettings, {"kernel": "1 2", "drawn": "1:1", "size": "9", "stride": "2"})
    assert read == ConvolutionSettings(stride=2)
    assert [one.key for one in dropped] == ["kernel", "drawn", "size"]
    with pytest.raises(DataError):
        ConvolutionSettings(kernel="1 2")


def test_learned_kernels_start_at_the_filter_asked_for():
    learned = np.arange(4.0)[:, None, None, None] * np.ones((4, 1, 5, 5))
    settings = ConvolutionSettings(kernel="shipped", size=5, filters=3, which=4)
    assert settings.kernels(learned)[:, 0, 0, 0].tolist() == [3, 0, 1]
