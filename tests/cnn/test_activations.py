"""Activations against their definitions, written once more in plain Python, and against differences."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from cnn.activations import ACTIVATIONS, ELU, Activation, LeakyReLU, ReLU, SiLU, Softmax, Swish

POINTS = (-30.0, -3.0, -1.0, -0.25, -1e-3, 1e-3, 0.25, 1.0, 3.0, 30.0)


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


DEFINITIONS: dict[str, Callable[[float], float]] = {
    "sigmoid": _sigmoid,
    "relu": lambda x: x if x > 0 else 0.0,
    "tanh": math.tanh,
    "identity": lambda x: x,
    "leaky_relu": lambda x: x if x > 0 else 0.01 * x,
    "elu": lambda x: x if x > 0 else math.expm1(x),
    "swish": lambda x: x * _sigmoid(x),
    "mish": lambda x: x * math.tanh(math.log1p(math.exp(x))),
}
EVERY = pytest.mark.parametrize("activation", [cls() for cls in ACTIVATIONS.values()], ids=list(ACTIVATIONS))
ELEMENTWISE = pytest.mark.parametrize(
    ("name", "activation"),
    [pytest.param(name, cls(), id=name) for name, cls in ACTIVATIONS.items() if cls.elementwise],
)
SLOPED = [
    *(cls() for cls in ACTIVATIONS.values() if cls.elementwise),
    *(LeakyReLU(0.0), LeakyReLU(0.3), LeakyReLU(1.0), ELU(0.0), ELU(0.3), ELU(3.0), Swish(0.0), Swish(2.5)),
]


@ELEMENTWISE
def test_value_is_the_definition(name: str, activation: Activation) -> None:
    expected = [DEFINITIONS[name](x) for x in POINTS]
    np.testing.assert_allclose(activation.forward(np.array(POINTS)), expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("activation", SLOPED, ids=repr)
def test_derivative_is_the_slope(activation: Activation) -> None:
    x, h = np.array(POINTS), 1e-6
    numeric = (activation.forward(x + h) - activation.forward(x - h)) / (2 * h)
    np.testing.assert_allclose(activation.derivative(x), numeric, rtol=1e-7, atol=1e-9)


@ELEMENTWISE
def test_backward_is_the_derivative_times_dy(name: str, activation: Activation) -> None:
    x, dy = np.array(POINTS), np.linspace(-2, 2, len(POINTS))
    np.testing.assert_allclose(activation.backward(dy, x, activation.forward(x)), dy * activation.derivative(x))


@EVERY
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nothing_overflows_and_the_type_stays(activation: Activation, dtype: type[np.floating]) -> None:
    x = np.concatenate([s * np.array([1e4, 1e3, 710, 100, 89, 88, 40, 20, 1, 0]) for s in (-1, 1)]).astype(dtype)[None]
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        y = activation.forward(x)
        slope, dx = activation.derivative(x), activation.backward(np.ones_like(x), x, y)
    for result in (y, slope, dx):
        assert result.dtype == dtype
        assert np.isfinite(result).all()


@EVERY
@pytest.mark.parametrize("shape", [(3, 4), (5, 3, 2, 4), (3, 300_000)], ids=str)
def test_out_takes_the_result_and_the_inputs_stay(activation: Activation, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal(shape).astype(np.float32), rng.standard_normal(shape).astype(np.float32)
    kept = x.copy(), dy.copy()
    y, dx = np.full_like(x, np.nan), np.full_like(x, np.nan)
    assert activation.forward(x, out=y) is y
    assert activation.backward(dy, x, y, out=dx) is dx
    np.testing.assert_array_equal(y, activation.forward(x))
    np.testing.assert_array_equal(dx, activation.backward(dy, x, y))
    np.testing.assert_array_equal(x, kept[0])
    np.testing.assert_array_equal(dy, kept[1])


@EVERY
def test_monotone_means_never_falling(activation: Activation) -> None:
    y = activation.forward(np.linspace(-30, 30, 200_001, dtype=np.float32)[:, None].T)[0]
    if activation.monotone:
        assert (np.diff(y) >= 0).all()


@EVERY
def test_a_single_number_is_fine_too(activation: Activation) -> None:
    if activation.elementwise:
        x = np.array([-2.0, 0.5, 3.0])
        assert [float(activation.forward(v)) for v in x] == pytest.approx(activation.forward(x).tolist())
        assert [float(activation.derivative(v)) for v in x] == pytest.approx(activation.derivative(x).tolist())


def test_numbers_and_lists() -> None:
    assert LeakyReLU(0.5).forward(-2.0) == -1
    assert ELU().forward([1, 2]).tolist() == [1, 2]


def test_silu_is_swish_with_beta_one() -> None:
    assert SiLU() == Swish(beta=1.0)


@pytest.mark.parametrize(("shape", "axis"), [((5, 3), 0), ((2, 5, 3, 4), 1)])
def test_softmax_is_a_distribution_over_the_class_axis(shape: tuple[int, ...], axis: int) -> None:
    x = 20 * np.random.default_rng(1).standard_normal(shape)
    y = Softmax().forward(x)
    np.testing.assert_allclose(y.sum(axis=axis), 1)
    np.testing.assert_allclose(y, np.exp(x) / np.exp(x).sum(axis=axis, keepdims=True))
    np.testing.assert_allclose(Softmax().forward(x + 500), y)


def test_softmax_passes_gradients_through_its_whole_jacobian() -> None:
    rng = np.random.default_rng(2)
    a, dy = rng.standard_normal((4, 3)), rng.standard_normal((4, 3))
    y = Softmax().forward(a)
    dx = Softmax().backward(dy, a, y)
    for n in range(3):
        jacobian = np.array([[y[i, n] * ((i == j) - y[j, n]) for j in range(4)] for i in range(4)])
        np.testing.assert_allclose(dx[:, n], dy[:, n] @ jacobian)
        np.testing.assert_allclose(Softmax().derivative(a)[:, n], np.diag(jacobian))


def test_at_its_kink_relu_has_the_slope_zero() -> None:
    assert ReLU().derivative(np.array([-1e-9, -0.0, 0.0, 1e-9])).tolist() == [0, 0, 0, 1]
