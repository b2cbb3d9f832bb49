"""First weights: their spread as measured, their range, and what "auto" stands for."""

import math

import numpy as np
import pytest

from cnn.activations import ACTIVATIONS
from cnn.initializers import (
    INITIALIZERS,
    Constant,
    HeNormal,
    HeUniform,
    Initializer,
    LeCun,
    Normal,
    Uniform,
    XavierNormal,
    XavierUniform,
    auto_initializer,
)

SHAPE, FAN_IN, FAN_OUT = (64, 8, 5, 5), 200, 1600
EXPECTED = {
    "zeros": 0.0,
    "constant": 0.0,
    "normal": 0.01,
    "uniform": 0.05 / math.sqrt(3),
    "lecun": math.sqrt(1 / 200),
    "xavier_normal": math.sqrt(2 / 1800),
    "xavier_uniform": math.sqrt(2 / 1800),
    "he_normal": math.sqrt(2 / 200),
    "he_uniform": math.sqrt(2 / 200),
}


@pytest.mark.parametrize("name", INITIALIZERS)
def test_std_is_what_it_says(name: str) -> None:
    initializer = INITIALIZERS[name]()
    weights = initializer.draw(np.random.default_rng(0), SHAPE, FAN_IN, FAN_OUT)
    assert weights.shape == SHAPE
    assert weights.dtype == np.float32
    assert initializer.std(FAN_IN, FAN_OUT) == pytest.approx(EXPECTED[name])
    assert float(weights.std()) == pytest.approx(EXPECTED[name], rel=0.02, abs=1e-7)
    assert abs(float(weights.mean()) - getattr(initializer, "value", 0)) <= 4 * EXPECTED[name] / 113 + 1e-7


@pytest.mark.parametrize("initializer", [Uniform(0.2), XavierUniform(), HeUniform()])
def test_uniform_keeps_to_its_limit(initializer: Initializer) -> None:
    weights = np.abs(initializer.draw(np.random.default_rng(0), SHAPE, FAN_IN, FAN_OUT))
    limit = math.sqrt(3) * initializer.std(FAN_IN, FAN_OUT)
    assert 0.999 * limit < weights.max() <= limit * (1 + 1e-6)


@pytest.mark.parametrize("initializer", [Normal(), LeCun(), XavierNormal(), HeNormal()])
def test_normal_is_not_cut_off(initializer: Initializer) -> None:
    weights = initializer.draw(np.random.default_rng(0), SHAPE, FAN_IN, FAN_OUT, np.float64)
    beyond = np.mean(np.abs(weights) > 2 * initializer.std(FAN_IN, FAN_OUT))
    assert beyond == pytest.approx(0.0455, abs=0.01)


def test_constant() -> None:
    assert (Constant(-0.5).draw(np.random.default_rng(0), (2, 3), 3, 2) == -0.5).all()


@pytest.mark.parametrize("cls", INITIALIZERS.values())
def test_float64_starts_with_the_same_weights(cls: type[Initializer]) -> None:
    narrow, wide = (cls().draw(np.random.default_rng(3), (4, 5), 5, 4, dtype) for dtype in (np.float32, np.float64))
    np.testing.assert_array_equal(narrow, wide.astype(np.float32))


def test_auto_is_he_before_rectifiers_and_xavier_elsewhere() -> None:
    rectifiers = {"relu", "leaky_relu", "elu", "swish", "mish"}
    for name, cls in ACTIVATIONS.items():
        assert type(auto_initializer(cls())) is (HeNormal if name in rectifiers else XavierNormal), name
    assert type(auto_initializer(None)) is XavierNormal
