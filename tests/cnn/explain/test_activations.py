"""What the page about activations shows is what the engine computes."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnn import shipped
from cnn.activations import ACTIVATIONS, ELU, Activation, Identity, LeakyReLU, Mish, ReLU, Sigmoid, Softmax, Swish, Tanh
from cnn.data import digits
from cnn.errors import PlaygroundError
from cnn.explain.activations import (
    REACH,
    SATURATED,
    ActivationsSettings,
    Blocked,
    apply,
    blocked,
    curve,
    elementwise,
    first_maps,
    places,
    softmax,
    softmax_jacobian,
    write_logits,
)

LOGITS = arrays(np.float64, 10, elements=st.floats(-10, 10))


@pytest.mark.parametrize("name", elementwise())
def test_a_curve_is_the_function_and_its_slope(name: str) -> None:
    activation = ACTIVATIONS[name]()
    x = places()
    y, slope = curve(activation)
    assert (x[0], x[-1]) == (-REACH, REACH)
    assert 0 in x
    np.testing.assert_array_equal(y, activation.forward(x))
    smooth = x != 0  # the only kink there is
    h = 1e-6
    numeric = (activation.forward(x + h) - activation.forward(x - h)) / (2 * h)
    np.testing.assert_allclose(slope[smooth], numeric[smooth], atol=1e-7)


def test_softmax_has_no_curve_and_all_others_have() -> None:
    assert set(elementwise()) == set(ACTIVATIONS) - {"softmax"}


@pytest.fixture
def newcomer() -> Iterator[str]:
    @ACTIVATIONS.register("newcomer")
    @dataclass(frozen=True)
    class Newcomer(Identity):
        pass

    yield "newcomer"
    del ACTIVATIONS._classes["newcomer"]


def test_a_new_class_appears_by_itself(newcomer: str) -> None:
    assert newcomer in elementwise()
    settings = ActivationsSettings(chosen=(ACTIVATIONS[newcomer](),))
    np.testing.assert_array_equal(curve(settings.chosen[0])[0], places())


@pytest.mark.parametrize(
    ("activation", "ranges"),
    [
        (ReLU(), [Blocked(-6, 0, True)]),
        (Identity(), []),
        (Sigmoid(), [Blocked(-6, -2.9, False), Blocked(2.9, 6, False)]),  # y(1 − y) = 0.05 at x = ±2.887
        (Tanh(), [Blocked(-6, -2.2, False), Blocked(2.2, 6, False)]),  # 1 − y² = 0.05 at x = ±2.178
        (LeakyReLU(0.01), [Blocked(-6, 0, False)]),
        (LeakyReLU(0.1), []),
        (ELU(1.0), [Blocked(-6, -3, False)]),  # e^x = 0.05 at x = −2.996
    ],
)
def test_ranges_without_a_gradient(activation: Activation, ranges: list[Blocked]) -> None:
    assert blocked(activation) == ranges


@given(st.sampled_from([Swish(), Mish(), Swish(5.0), ELU(0.0)]))
def test_in_a_blocked_range_the_slope_is_small_and_outside_it_is_not(activation: Activation) -> None:
    x, slope = places(), np.abs(curve(activation)[1])
    inside = np.zeros(x.shape, bool)
    for one in blocked(activation):
        within = (x >= one.start) & (x <= one.end)
        assert (slope[within] == 0).all() if one.dead else (slope[within] < SATURATED).all()
        inside |= within
    crossing = (slope < SATURATED) & ~inside
    assert not (crossing[1:] & crossing[:-1]).any(), "only a single place may be left out"


def test_maps_are_those_of_the_network() -> None:
    network = shipped.load()
    picture = digits(1, seed=3)[0][0, 0]
    with network.recording() as tape:
        network.forward(picture[None, None])
    maps = first_maps(network, picture)
    np.testing.assert_array_equal(maps, tape.outputs[0][0])
    applied = apply(ReLU(), maps)
    np.testing.assert_array_equal(applied.maps, tape.outputs[1][0])
    assert applied.silenced == pytest.approx((maps < 0).mean())
    assert applied.passed == pytest.approx((maps > 0).mean())


@pytest.mark.parametrize("shape", [(1, 1), (4, 4), (6, 3), (12, 12)])
def test_a_typed_grid_passes_the_convolution_too(shape: tuple[int, int]) -> None:
    assert first_maps(shipped.load(), np.ones(shape)).shape == (16, *shape)


@given(LOGITS, st.floats(0.1, 10))
def test_softmax_with_temperature(logits: np.ndarray, temperature: float) -> None:
    y = softmax(logits, temperature)
    scaled = np.exp(logits / temperature - (logits / temperature).max())
    np.testing.assert_allclose(y, scaled / scaled.sum(), rtol=1e-12)
    np.testing.assert_allclose(softmax(logits + 100, temperature), y, atol=1e-12)


@given(LOGITS, st.floats(0.1, 10))
def test_the_jacobian_is_the_engines_and_the_formulas(logits: np.ndarray, temperature: float) -> None:
    y = softmax(logits, temperature)
    jacobian = softmax_jacobian(logits, temperature)
    np.testing.assert_allclose(jacobian, (np.diag(y) - np.outer(y, y)) / temperature, atol=1e-12)
    np.testing.assert_allclose(jacobian.sum(axis=0), 0, atol=1e-12)


@given(LOGITS)
def test_logits_travel_as_text(logits: np.ndarray) -> None:
    settings = ActivationsSettings(logits=write_logits(logits.round(1)))
    np.testing.assert_allclose(settings.scores(), logits.round(1), atol=1e-9)


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"chosen": (Softmax(),)}, "explain.not_elementwise"),
        ({"chosen": (ReLU(), LeakyReLU(), ReLU())}, "explain.chosen_twice"),
        ({"chosen": ()}, "options.wrong_type"),
        ({"logits": "1 2 3"}, "explain.logits"),
        ({"logits": "1 2 3 4 5 6 7 8 9 -"}, "explain.matrix_not_a_number"),
        ({"logits": "a b"}, "options.wrong_type"),
        ({"x": 7.0}, "options.out_of_range"),
        ({"temperature": 0.0}, "options.out_of_range"),
        ({"kernel": "sharp"}, "options.unknown_choice"),
        ({"layers": 21}, "options.out_of_range"),
    ],
)
def test_bad_settings_are_explained(bad: dict[str, object], code: str) -> None:
    with pytest.raises(PlaygroundError) as caught:
        ActivationsSettings(**bad)  # type: ignore[arg-type]
    assert caught.value.code == code
    assert caught.value.sentence("ja")


def test_logits_beyond_the_sliders_come_to_their_ends() -> None:
    assert ActivationsSettings(logits="99 -99 0 0 0 0 0 0 0 0").scores()[:3].tolist() == [10, -10, 0]
