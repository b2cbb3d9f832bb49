"""The checker itself: it must catch what is wrong, leave out what cannot be compared, and show both gradients."""

from dataclasses import dataclass

import numpy as np
import pytest

import cnn
from cnn.gradcheck import TOLERANCE, check_layer, check_loss, check_network
from cnn.layers import ActivationLayer, Conv2d, Dropout, Linear, MaxPool2d
from cnn.layers.base import Array, Layer
from cnn.losses import CrossEntropy, Loss


class Slightly(Linear):
    """Its dx is wrong by a hundred-thousandth."""

    def backward(self, dy: Array) -> Array:
        return super().backward(dy) * 1.00001


class Forgetful(Conv2d):
    """It forgets the bias."""

    def parameter_gradients(self, dy: Array) -> None:
        super().parameter_gradients(dy)
        self.grads["bias"][...] = 0


class OneEntry(Conv2d):
    """One entry of one gradient has the wrong sign."""

    def parameter_gradients(self, dy: Array) -> None:
        super().parameter_gradients(dy)
        self.grads["weight"].flat[7] *= -1


class Broken(Linear):
    """Not a number."""

    def backward(self, dy: Array) -> Array:
        dx = super().backward(dy).copy()
        dx[0, 0] = np.nan
        return dx


@pytest.mark.parametrize(
    ("layer", "shape", "wrong"),
    [
        (Slightly(3), (4,), "input"),
        (Forgetful(2, 3), (2, 4, 4), "bias"),
        (OneEntry(2, 3), (2, 4, 4), "weight"),
        (Broken(3), (4,), "input"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Layer) else "",
)
def test_a_wrong_gradient_is_caught_and_named(layer: Layer, shape: tuple[int, ...], wrong: str) -> None:
    report = check_layer(layer, shape)
    assert not report.passed()
    assert [one.name for one in report.tensors if one.error > TOLERANCE] == [wrong]
    assert report.error == report[wrong].error


def test_the_report_shows_both_gradients_of_what_fails_and_where() -> None:
    report = check_layer(OneEntry(2, 3), (2, 4, 4))
    one = report["weight"]
    text = str(report)
    assert text.count("analytic:") == text.count("numeric:") == 1
    assert f"worst at {one.worst}" in text
    assert one.analytic[one.worst] == pytest.approx(-one.numeric[one.worst])


def test_a_right_layer_passes_in_a_line_a_tensor() -> None:
    report = check_layer(Conv2d(2, 3), (2, 4, 4))
    assert report.passed()
    assert 0 < report.error < 1e-8
    assert len(str(report).splitlines()) == 3


@dataclass(frozen=True)
class Undivided(CrossEntropy):
    """It forgets to divide by the batch."""

    def __call__(self, outputs: Array, targets: Array, total: int | None = None) -> tuple[float, Array]:
        value, gradient = super().__call__(outputs, targets, total)
        return value, gradient * len(outputs)


@pytest.mark.parametrize(("loss", "right"), [(CrossEntropy(), True), (Undivided(), False)])
def test_losses(loss: Loss, right: bool) -> None:
    report = check_loss(loss, np.array([[1.0, 2.0, 0.5], [0.1, -1.0, 0.0]]), np.array([2, 0]))
    assert report.passed() == right


def test_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    net = cnn.Network([cnn.Conv2d(2, 3), cnn.Tanh(), cnn.Flatten(), cnn.Linear(3)], (1, 3, 3))
    images, labels = np.random.default_rng(0).random((3, 1, 3, 3)), np.array([0, 1, 2])
    before = net.parameters.copy()

    def wrong_ones() -> set[str]:
        report = check_network(net, CrossEntropy(), images, labels)
        return {one.name for one in report.tensors if one.error > TOLERANCE}

    assert wrong_ones() == set()
    right = Linear.backward
    monkeypatch.setattr(Linear, "backward", lambda layer, dy: right(layer, dy) * 1.00001)
    assert wrong_ones() == {"input", "0.weight", "0.bias"}, "all that lies before the wrong step"
    np.testing.assert_array_equal(net.parameters, before)


def test_pixels_are_checked_as_the_network_reads_them() -> None:
    net = cnn.Network([cnn.Flatten(), cnn.Linear(3)], (1, 3, 3))
    pixels = np.random.default_rng(0).integers(0, 256, (2, 1, 3, 3), np.uint8)
    assert check_network(net, CrossEntropy(), pixels, np.array([0, 1])).passed()


def test_a_tie_is_a_kink_and_is_left_out() -> None:
    x = np.array([[[[1.0, 1.0, 0.0, 5.0], [0.0, 0.5, 2.0, 3.0]]]])
    one = check_layer(MaxPool2d(2), (1, 2, 4), x=x)["input"]
    assert one.at_kink[0, 0].tolist() == [[True, True, False, False], [False, False, False, False]]
    assert one.error < TOLERANCE


@pytest.mark.parametrize("distance", [0.0, *np.geomspace(1e-9, 0.999e-5, 40)])
@pytest.mark.parametrize("side", [1, -1])
def test_a_kink_anywhere_within_a_step_is_found(distance: float, side: int) -> None:
    one = check_layer(ActivationLayer(cnn.ReLU()), (1,), batch=1, x=np.array([[side * distance]]))["input"]
    assert one.at_kink.all() or abs(one.analytic - one.numeric) < 1e-3


@pytest.mark.parametrize("activation", [cnn.Swish(10.0), cnn.Mish(), cnn.Sigmoid(), cnn.ELU()], ids=repr)
def test_a_sharp_bend_is_no_kink(activation: cnn.Activation) -> None:
    x = np.linspace(-3, 3, 60)[:, None]
    assert not check_layer(ActivationLayer(activation), (1,), x=x)["input"].at_kink.any()


def test_a_layer_where_nothing_can_be_compared_has_not_passed() -> None:
    report = check_layer(MaxPool2d(2), (1, 4, 4), x=np.zeros((1, 1, 4, 4)))
    assert report["input"].at_kink.all()
    assert report["input"].worst == ()
    assert not report.passed()


def test_a_gradient_of_zero_is_no_error() -> None:
    """The bias of a convolution before batch norm: the norm takes it out again, and rounding is all there is."""
    net = cnn.Network([cnn.Conv2d(2, 3), cnn.BatchNorm2d(), cnn.Tanh(), cnn.Flatten()], (1, 4, 4))
    images = np.random.default_rng(0).random((3, 1, 4, 4))
    report = check_network(net, CrossEntropy(), images, np.array([0, 1, 2]))
    assert np.abs(report["0.bias"].analytic).max() < 1e-12
    assert report.passed(), report


def test_only_some_entries_are_drawn() -> None:
    one = check_layer(Conv2d(4, 3), (3, 6, 6), entries=5)["weight"]
    assert np.count_nonzero(~np.isnan(one.numeric)) == 5
    assert one.error < TOLERANCE
    assert np.isfinite(one.analytic).all()


def test_the_layer_given_stays_as_it_is_and_noise_repeats() -> None:
    layer = Dropout(0.5)
    assert check_layer(layer, (20,)).passed()
    assert layer.in_shape == ()
