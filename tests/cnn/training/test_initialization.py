"""What initial weights do to a signal: against theory, against an independent computation, and at the extremes."""

import time

import numpy as np
import pytest

from cnn.activations import ACTIVATIONS, Activation, Identity, ReLU, Sigmoid, Tanh
from cnn.data import digits
from cnn.errors import ConfigError
from cnn.initializers import INITIALIZERS, Constant, HeNormal, Normal, XavierNormal, Zeros
from cnn.layers import Flatten, Layer, Linear
from cnn.losses import CrossEntropy
from cnn.network import Network
from cnn.optimizers import SGD
from cnn.seeds import Purpose, generator
from cnn.training.initialization import (
    BINS,
    DEEPEST,
    REACH,
    WIDEST,
    InitializersSettings,
    bounds,
    different,
    extremes,
    histogram,
    reach_of,
    send,
    standardized_digits,
    suited,
)
from cnn.training.trainer import Trainer


def stack(**options: object) -> InitializersSettings:
    return InitializersSettings(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("initializer", INITIALIZERS)
def test_every_member_of_both_families(activation: str, initializer: str) -> None:
    settings = stack(layers=4, width=12, activation=ACTIVATIONS[activation](), initializer=INITIALIZERS[initializer]())
    passing = send(settings)
    assert passing.spreads.shape == (2, 5)
    assert passing.differences.shape == (5,)
    assert (passing.differences <= passing.spreads[0] * (1 + 1e-6)).all()
    assert passing.spreads[0, 0] == pytest.approx(1)


def test_both_passes_are_those_of_plain_numpy() -> None:
    passing = send(stack(layers=2, width=30, activation=Tanh(), initializer=Normal(0.05), seed=3))
    images, labels = standardized_digits()
    x = images.reshape(len(images), -1).astype(np.float64)
    drawn = [generator(3, Purpose.WEIGHTS, place) for place in range(3)]
    w1, w2 = drawn[0].standard_normal((30, 784)) * 0.05, drawn[1].standard_normal((30, 30)) * 0.05
    head = drawn[2].standard_normal((10, 30)) * np.sqrt(2 / 40)
    y1 = np.tanh(x @ w1.T)
    y2 = np.tanh(y1 @ w2.T)
    scores = y2 @ head.T
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    d2 = (p - np.eye(10)[labels]) @ head
    dz2 = d2 * (1 - y2**2)
    d1 = dz2 @ w2
    d0 = (d1 * (1 - y1**2)) @ w1
    for found, expected in zip((*passing.outputs, *passing.gradients), (x, y1, y2, d0, d1, d2), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max())
    np.testing.assert_allclose(passing.weight_gradients[1], dz2.T @ y1, atol=1e-3 * np.abs(dz2.T @ y1).max())
    assert passing.differences[2] == pytest.approx(np.sqrt(y2.var(axis=0).mean()), rel=1e-4)


def test_a_linear_layer_multiplies_the_variance_by_n_times_that_of_the_weights() -> None:
    spreads = send(stack(layers=5, width=200, activation=Identity(), initializer=Normal(0.02))).spreads[0]
    np.testing.assert_allclose(spreads[2:] / spreads[1:-1], np.sqrt(200) * 0.02, rtol=0.15)


def test_the_textbook_cases() -> None:
    vanished = send(stack(initializer=Normal(0.01))).spreads
    assert vanished[0, 10] < 1e-8
    assert vanished[1, 1] < 1e-8
    exploded = send(stack(activation=ReLU(), initializer=Normal(1.0))).spreads
    assert exploded[0, 10] > 1e6
    assert exploded[1, 1] > 1e6
    kept = send(stack(activation=ReLU(), initializer=HeNormal(), layers=DEEPEST)).spreads
    assert 0.3 < kept[0, 20] / kept[0, 1] < 3
    assert 0.3 < kept[1, 1] / kept[1, 20] < 3
    halved = send(stack(activation=ReLU(), initializer=XavierNormal(), layers=DEEPEST)).spreads[0]
    assert halved[20] / halved[1] == pytest.approx(2 ** (-19 / 2), rel=0.7)


def test_a_healthy_histogram_may_hide_that_all_pictures_look_the_same() -> None:
    passing = send(stack(activation=Sigmoid(), initializer=XavierNormal()))
    assert passing.spreads[0, 10] > 0.1
    assert passing.differences[10] < 1e-5


def test_equal_weights_make_equal_units() -> None:
    passing = send(stack(layers=5, initializer=Constant(0.02)))
    assert [passing.different_units(layer) for layer in range(1, 5)] == [(1, 1)] * 4
    outputs, gradients = passing.different_units(5)
    assert outputs == 1
    assert gradients > 95, "the head tells the last layer's units apart"
    saturated = send(stack(layers=5, initializer=Constant(0.1)))
    assert [saturated.different_units(layer) for layer in range(1, 6)] == [(1, 1)] * 5, "rounding is no difference"
    assert send(stack(layers=5)).different_units(3) == (100, 100)
    silent = send(stack(layers=3, initializer=Zeros()))
    assert silent.spreads[0, 1:].tolist() == [0, 0, 0]
    assert silent.spreads[1, :3].tolist() == [0, 0, 0]
    assert silent.spreads[1, 3] > 0


@pytest.mark.parametrize("activation", [ReLU(), Tanh(), Sigmoid()])
def test_equal_units_stay_equal_before_the_last_layer_however_long_they_train(activation: Activation) -> None:
    layers: list[Layer | Activation] = [Flatten()]
    for _ in range(3):
        layers += [Linear(8, initializer=Constant(0.05)), activation]
    network = Network([*layers, Linear(10)], (1, 28, 28), seed=0, dtype=np.float64)
    images, labels = digits(200, seed=0)
    trainer = Trainer(network, SGD(lr=0.05), CrossEntropy(), images, labels, batch_size=20)
    for _ in trainer.run(epochs=3):
        pass
    units = [np.unique(one.round(9), axis=0) for name, one in network.state_dict().items() if name.endswith("weight")]
    assert [len(one) for one in units] == [1, 1, 8, 10]


def test_rounding_does_not_make_a_unit_another_one() -> None:
    rows = np.array([[1.0, 2.0], [1.0 + 1e-7, 2.0], [1.0, 2.001]])
    assert different(rows) == 2
    assert different(np.zeros((4, 3))) == 1


def test_what_float32_cannot_hold_is_said_and_not_counted() -> None:
    passing = send(stack(layers=20, width=WIDEST, activation=ReLU(), initializer=Normal(10.0)))
    assert np.isinf(passing.spreads).any()
    for outputs in passing.outputs:
        assert histogram(outputs, 0, 3).sum() == np.isfinite(outputs).sum()


def test_histograms_count_what_lies_beyond_at_the_ends() -> None:
    counts = histogram(np.array([-9.0, -1.0, 0.0, 0.99, 1.0, 1e30, np.inf, np.nan]), -1, 1)
    assert counts.sum() == 6
    assert (counts[0], counts[BINS // 2], counts[-1]) == (2, 1, 3)


@pytest.mark.parametrize(
    ("activation", "ends"),
    [("sigmoid", (0, 1)), ("tanh", (-1, 1)), ("relu", (0, REACH)), ("elu", (-1, REACH)), ("softmax", (0, 1)),
     ("leaky_relu", (-REACH, REACH)), ("swish", (-1, REACH)), ("identity", (-REACH, REACH))],
)  # fmt: skip
def test_axes_end_where_the_activation_does(activation: str, ends: tuple[float, float]) -> None:
    assert bounds(ACTIVATIONS[activation]()) == ends


def test_extremes_are_those_of_the_outputs() -> None:
    assert extremes(ReLU()) == (0, 1000)
    assert extremes(ACTIVATIONS["swish"]())[0] == pytest.approx(-0.278, abs=1e-3)


@pytest.mark.parametrize(("spread", "reach"), [(0.1, 0.5), (1.0, 5.0), (0.3, 1.0), (3e-8, 1e-7), (0, 1), (np.inf, 1)])
def test_the_axis_of_gradients_holds_three_standard_deviations(spread: float, reach: float) -> None:
    assert reach_of(spread) == pytest.approx(reach)


def test_the_suited_one_is_the_engines_choice() -> None:
    assert (suited(ReLU()), suited(Sigmoid())) == (HeNormal(), XavierNormal())


def test_it_can_follow_a_slider() -> None:
    def seconds() -> float:
        start = time.process_time()
        passing = send(stack(layers=DEEPEST, initializer=XavierNormal()))
        assert np.isfinite(passing.spreads).all()
        assert np.isfinite(passing.differences).all()
        passing.different_units(DEEPEST)
        for values in (*passing.outputs, *passing.gradients):
            histogram(values, -1, 1)
        return time.process_time() - start

    assert min(seconds() for _ in range(4)) < 0.2


@pytest.mark.parametrize("options", [{"layers": 0}, {"layers": 21}, {"width": 0}, {"at": -1}, {"part": "sound"}])
def test_settings_out_of_range_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        stack(**options)
