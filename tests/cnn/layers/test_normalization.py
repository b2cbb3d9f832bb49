"""The norms against their definitions in PyTorch's axis order, and batch norm's running statistics."""

import numpy as np
import pytest

import cnn
from cnn.errors import ShapeError
from cnn.layers import BatchNorm2d, GroupNorm, InstanceNorm2d, Layer, LayerNorm

RNG = np.random.default_rng(0)
SHAPE = (4, 5, 3)
IMAGES = 3 * RNG.standard_normal((6, *SHAPE)) + 2


def _network(layer: Layer, shape: tuple[int, ...] = SHAPE) -> cnn.Network:
    net = cnn.Network([layer], shape, dtype=np.float64)
    state = net.state_dict()
    for name in ("0.weight", "0.bias"):
        state[name] = RNG.standard_normal(state[name].shape)
    net.load_state_dict(state)
    return net


def _normalized(x: np.ndarray, axes: tuple[int, ...], eps: float = 1e-5) -> np.ndarray:
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + eps)


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (BatchNorm2d(), _normalized(IMAGES, (0, 2, 3))),
        (BatchNorm2d(eps=0.5), _normalized(IMAGES, (0, 2, 3), 0.5)),
        (LayerNorm(), _normalized(IMAGES, (1, 2, 3))),
        (InstanceNorm2d(), _normalized(IMAGES, (2, 3))),
        (GroupNorm(2), _normalized(IMAGES.reshape(6, 2, 2, 5, 3), (2, 3, 4)).reshape(IMAGES.shape)),
        (GroupNorm(1), _normalized(IMAGES, (1, 2, 3))),
        (GroupNorm(4), _normalized(IMAGES, (2, 3))),
    ],
    ids=repr,
)
def test_definition(layer: Layer, expected: np.ndarray) -> None:
    net = _network(layer)
    state = net.state_dict()
    gamma, beta = state["0.weight"], state["0.bias"]
    assert gamma.shape == (SHAPE if isinstance(layer, LayerNorm) else SHAPE[:1])
    if gamma.ndim == 1:
        gamma, beta = gamma[:, None, None], beta[:, None, None]
    np.testing.assert_allclose(net.forward(IMAGES, training=True), gamma * expected + beta)
    if not isinstance(layer, BatchNorm2d):
        np.testing.assert_allclose(net.forward(IMAGES), gamma * expected + beta)


@pytest.mark.parametrize("layer", [BatchNorm2d(), LayerNorm(), GroupNorm(2)], ids=repr)
def test_vectors(layer: Layer) -> None:
    x = RNG.standard_normal((7, 4))
    net = _network(layer, (4,))
    axes = {BatchNorm2d: (0,), LayerNorm: (1,)}
    kind = type(layer)
    plain = _normalized(x, axes[kind]) if kind in axes else _normalized(x.reshape(7, 2, 2), (2,)).reshape(7, 4)
    state = net.state_dict()
    np.testing.assert_allclose(net.forward(x, training=True), state["0.weight"] * plain + state["0.bias"])


def test_a_fresh_norm_only_normalizes() -> None:
    net = cnn.Network([BatchNorm2d()], SHAPE, dtype=np.float64)
    y = net.forward(IMAGES, training=True)
    np.testing.assert_allclose(y.mean(axis=(0, 2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose(y.var(axis=(0, 2, 3)), 1, rtol=1e-4)
    assert not net.decay_mask.any()


@pytest.mark.parametrize("momentum", [0.1, 0.0, 1.0])
def test_running_statistics_follow_the_batches_as_in_pytorch(momentum: float) -> None:
    net = cnn.Network([BatchNorm2d(momentum=momentum)], SHAPE, dtype=np.float64)
    mean, var = np.zeros(4), np.ones(4)
    for batch in (IMAGES, IMAGES[:2] * 2 - 5, IMAGES[3:]):
        net.forward(batch, training=True)
        mean = (1 - momentum) * mean + momentum * batch.mean(axis=(0, 2, 3))
        var = (1 - momentum) * var + momentum * batch.var(axis=(0, 2, 3), ddof=1)
    buffers = net.buffers()
    np.testing.assert_allclose(buffers["0.running_mean"], mean, atol=1e-14)
    np.testing.assert_allclose(buffers["0.running_var"], var)


def test_inference_uses_the_running_statistics_and_leaves_them() -> None:
    net = _network(BatchNorm2d())
    state = net.state_dict()
    state["0.running_mean"], state["0.running_var"] = np.array([1.0, -2, 0, 3]), np.array([0.5, 4, 1, 9])
    net.load_state_dict(state)
    mean, var, gamma, beta = (
        state[f"0.{name}"][:, None, None] for name in ("running_mean", "running_var", "weight", "bias")
    )
    np.testing.assert_allclose(net.forward(IMAGES), gamma * (IMAGES - mean) / np.sqrt(var + 1e-5) + beta)
    np.testing.assert_allclose(net.forward(IMAGES[:1]), net.forward(IMAGES)[:1])
    np.testing.assert_array_equal(net.buffers()["0.running_mean"], state["0.running_mean"])


def test_a_single_vector_in_training_is_no_division_by_zero() -> None:
    net = cnn.Network([BatchNorm2d()], (4,), dtype=np.float64)
    np.testing.assert_array_equal(net.forward(np.ones((1, 4)), training=True), 0)
    assert all(np.isfinite(buffer).all() for buffer in net.buffers().values())


def test_a_large_offset_costs_no_precision() -> None:
    x = (IMAGES + 1000).astype(np.float32)
    y = cnn.Network([BatchNorm2d()], SHAPE).forward(x, training=True)
    np.testing.assert_allclose(y, _normalized(x.astype(np.float64), (0, 2, 3)), atol=2e-3)


@pytest.mark.parametrize("layer", [BatchNorm2d(), LayerNorm(), InstanceNorm2d(), GroupNorm(2)], ids=repr)
def test_a_constant_image_becomes_beta(layer: Layer) -> None:
    net = _network(layer)
    beta = net.state_dict()["0.bias"]
    y = net.forward(np.full((2, *SHAPE), 3.0), training=True)
    np.testing.assert_allclose(y, np.broadcast_to(beta if beta.ndim == 3 else beta[:, None, None], y.shape))


@pytest.mark.parametrize("layer", [BatchNorm2d(), LayerNorm(), InstanceNorm2d(), GroupNorm(2)], ids=repr)
def test_float32_stays_float32(layer: Layer) -> None:
    layer.build(SHAPE, np.random.default_rng(0))
    x = np.ascontiguousarray(IMAGES.transpose(2, 1, 3, 0), np.float32)
    assert layer.forward(x, training=True).dtype == np.float32
    assert layer.backward(np.ones_like(x)).dtype == np.float32
    assert layer.forward(x).dtype == np.float32


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (GroupNorm(3), (4, 5, 5), "choose one of 1, 2, 4"),
        (GroupNorm(4), (4,), "its own mean"),
        (GroupNorm(4), (4, 1, 1), "its own mean"),
        (InstanceNorm2d(), (4, 1, 1), "its own mean"),
        (InstanceNorm2d(), (4,), "expects an image"),
        (LayerNorm(), (1,), "its own mean"),
    ],
    ids=repr,
)
def test_what_cannot_be_normalized_is_refused(layer: Layer, shape: tuple[int, ...], words: str) -> None:
    with pytest.raises(ShapeError, match=words):
        layer.infer(shape)
