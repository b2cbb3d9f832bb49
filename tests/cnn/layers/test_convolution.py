import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn.errors import ConfigError, ShapeError
from cnn.layers import Conv2d
from tests import oracles
from tests.cnn.layers.run import backward, built, forward, inside

CASES = [
    # (C, H, W), filters, kernel, stride, padding
    ((1, 6, 6), 2, 3, 1, "same"),
    ((2, 5, 7), 3, 3, 1, "valid"),
    ((2, 6, 5), 2, 2, 1, "same"),  # even kernel: one side gets the odd pixel
    ((2, 7, 6), 2, 4, 2, "same"),
    ((1, 8, 9), 2, 3, 2, "same"),
    ((3, 7, 7), 2, 3, 3, "same"),
    ((2, 8, 7), 3, 3, 2, "valid"),  # a remainder that no window reads
    ((1, 9, 8), 2, 2, 3, 1),  # stride larger than kernel: gaps
    ((2, 4, 4), 2, 5, 1, 2),
    ((1, 3, 4), 2, 3, 1, 4),  # windows on nothing but padding
    ((2, 5, 5), 2, 1, 1, 0),
    ((2, 5, 5), 2, 1, 2, "same"),
    ((1, 5, 5), 1, 5, 1, "valid"),  # one output position
    ((2, 9, 7), 2, 5, 2, 1),  # two output rows to a product, two rows apart
    ((1, 7, 6), 4, 5, 1, "same"),  # an odd number of rows: one to a product
]


@pytest.mark.parametrize(("shape", "filters", "kernel", "stride", "padding"), CASES)
def test_equals_the_loops_forward_and_backward(
    shape: tuple[int, int, int], filters: int, kernel: int, stride: int, padding: int | str
) -> None:
    rng = np.random.default_rng(1)
    x = rng.standard_normal((3, *shape))
    layer = built(Conv2d(filters, kernel, stride, padding), x)
    pads = oracles.pads_for(padding, shape[1:], kernel, stride)
    weight, bias = layer.export_array("weight", layer.params["weight"]), layer.params["bias"]

    y = forward(layer, x)
    np.testing.assert_allclose(y, oracles.conv_forward(x, weight, bias, stride, pads), atol=1e-12)
    assert y.shape[1:] == layer.infer(shape)

    dy = rng.standard_normal(y.shape)
    dx = backward(layer, dy)
    expected = oracles.conv_backward(dy, x, weight, stride, pads)
    got = dx, layer.export_array("weight", layer.grads["weight"]), layer.grads["bias"]
    for mine, slow in zip(got, expected, strict=True):
        np.testing.assert_allclose(mine, slow, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(
    height=st.integers(1, 9),
    width=st.integers(1, 9),
    kernel=st.integers(1, 5),
    stride=st.integers(1, 4),
    padding=st.one_of(st.sampled_from(["same", "valid"]), st.integers(0, 3)),
    batch=st.integers(1, 5),
)
def test_any_shape_equals_the_loops_or_is_refused(
    height: int, width: int, kernel: int, stride: int, padding: int | str, batch: int
) -> None:
    x = np.random.default_rng(2).standard_normal((batch, 2, height, width))
    layer = Conv2d(2, kernel, stride, padding)
    pads = oracles.pads_for(padding, (height, width), kernel, stride)
    if kernel > height + sum(pads[0]) or kernel > width + sum(pads[1]):
        with pytest.raises(ShapeError):
            layer.infer(x.shape[1:])
        return
    built(layer, x)
    weight = layer.export_array("weight", layer.params["weight"])
    y = forward(layer, x)
    np.testing.assert_allclose(y, oracles.conv_forward(x, weight, layer.params["bias"], stride, pads), atol=1e-12)
    dx, dw, db = oracles.conv_backward(y, x, weight, stride, pads)
    np.testing.assert_allclose(backward(layer, y), dx, atol=1e-10)
    np.testing.assert_allclose(layer.export_array("weight", layer.grads["weight"]), dw, atol=1e-10)
    np.testing.assert_allclose(layer.grads["bias"], db, atol=1e-10)
    rows = (height + sum(pads[0]) - kernel) % stride
    columns = (width + sum(pads[1]) - kernel) % stride
    assert layer.remainder(x.shape[1:]) == (rows, columns)


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_same_gives_the_size_divided_by_the_stride_rounded_up(stride: int) -> None:
    for kernel in range(1, 7):
        assert Conv2d(4, kernel, stride, "same").infer((1, 28, 27)) == (4, -(-28 // stride), -(-27 // stride))


@pytest.mark.parametrize("batch", [4, 32])  # in one block, and in several
def test_operands_are_views_of_the_expanded_image_not_copies(batch: int) -> None:
    x = np.zeros((batch, 8, 14, 14), np.float32)
    layer = Conv2d(16, 5)
    built(layer, x)
    plan = layer._forward_plan(batch)
    assert np.shares_memory(plan.operands, plan.expanded)
    assert np.shares_memory(plan.operand_blocks, plan.expanded)
    assert np.shares_memory(plan.y_blocks, plan.y)
    assert np.shares_memory(layer.forward(inside(x)), plan.y)
    back = layer._backward_plan(batch)
    assert np.shares_memory(back.dx, back.dx_padded)
    assert np.shares_memory(back.share_blocks, back.share_rows)
    assert all(np.shares_memory(operand, back.spread) for operand, _ in back.steps)


def test_large_products_in_blocks_equal_the_whole() -> None:
    rng = np.random.default_rng(3)
    x = rng.standard_normal((40, 8, 6, 14))
    layer = built(Conv2d(16, 5), x)
    plan = layer._forward_plan(40)
    assert plan.operand_blocks.shape[1] == layer._backward_plan(40).share_blocks.shape[0] == 2
    y = forward(layer, x)
    dx = backward(layer, y)
    for part in (slice(0, 1), slice(20, 21)):
        np.testing.assert_allclose(forward(layer, x[part]), y[part], atol=1e-12)
        np.testing.assert_allclose(backward(layer, y[part]), dx[part], atol=1e-10)


def test_results_do_not_depend_on_batches_of_other_sizes_in_between() -> None:
    rng = np.random.default_rng(3)
    x = rng.standard_normal((5, 1, 9, 9)).astype(np.float32)
    layer = built(Conv2d(3, 4, 2), x)
    first = forward(layer, x)
    for size in range(1, 9):  # more sizes than work arrays are kept for
        forward(layer, rng.standard_normal((size, 1, 9, 9)).astype(np.float32))
    np.testing.assert_array_equal(forward(layer, x), first)


def test_work_arrays_of_odd_batch_sizes_do_not_pile_up() -> None:
    layer = Conv2d(2, 3)
    built(layer, np.zeros((1, 1, 9, 9), np.float32))
    for size in range(1, 30):
        forward(layer, np.zeros((size, 1, 9, 9), np.float32))
    assert len(layer._kept["forward"]) <= 3


def test_without_bias_there_is_none() -> None:
    x = np.ones((2, 1, 4, 4))
    layer = built(Conv2d(2, 3, bias=False), x)
    assert list(layer.params) == ["weight"]
    assert layer.parameter_shapes((1, 4, 4)) == {"weight": (2, 1, 3, 3)}
    weight = layer.export_array("weight", layer.params["weight"])
    expected = oracles.conv_forward(x, weight, np.zeros(2), 1, ((1, 1), (1, 1)))
    np.testing.assert_allclose(forward(layer, x), expected, atol=1e-12)


def test_weights_survive_export_and_import() -> None:
    layer = built(Conv2d(4, 3), np.zeros((1, 2, 5, 5)))
    weight = layer.params["weight"].copy()
    exported = layer.export_array("weight", weight)
    assert exported.shape == (4, 2, 3, 3)
    np.testing.assert_array_equal(layer.import_array("weight", exported), weight)


def test_an_impossible_window_is_explained() -> None:
    with pytest.raises(ShapeError, match=r"7.*larger than its input: 4"):
        Conv2d(1, 7, padding="valid").infer((1, 4, 4))
    with pytest.raises(ShapeError, match="expects an image"):
        Conv2d().infer((10,))


@pytest.mark.parametrize("options", [{"stride": 0}, {"filters": 0}, {"padding": -1}, {"kernel": 2.5}])
def test_options_out_of_range_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(ConfigError):
        Conv2d(**options)


def test_counts_multiply_adds() -> None:
    assert Conv2d(16, 5).multiply_adds((8, 14, 14)) == 14 * 14 * 16 * 8 * 25
