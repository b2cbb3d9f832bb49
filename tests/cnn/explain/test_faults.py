"""The check that one watches: right gradients pass, each fault is caught where it acts, kinks are neither."""

import numpy as np
import pytest

from cnn import shipped
from cnn.activations import ReLU, Tanh
from cnn.data import digits
from cnn.explain.faults import ENTRIES, FAULTS, sampled_check, verdict, with_fault
from cnn.gradcheck import GradientCheck
from cnn.layers import AvgPool2d, BatchNorm2d, Conv2d, Flatten, Linear
from cnn.losses import CrossEntropy, SquaredError
from cnn.network import Network

IMAGES, LABELS = digits(3, seed=5)


def smooth() -> Network:
    """No kinks: each entry can be compared."""
    return Network([Conv2d(3, 3), Tanh(), AvgPool2d(4), Flatten(), Linear(10)], seed=4)


@pytest.fixture(scope="module")
def check() -> GradientCheck:
    return sampled_check(smooth(), CrossEntropy(), IMAGES, LABELS)


def verdicts(check: GradientCheck) -> dict[str, str]:
    return {tensor.name: verdict(tensor) for tensor in check.tensors}


@pytest.mark.parametrize("loss", [CrossEntropy(), SquaredError()])
def test_the_engines_gradients_are_right(loss: CrossEntropy | SquaredError) -> None:
    for network in (smooth(), shipped.load(), Network([Conv2d(2, 3), BatchNorm2d(), Tanh(), Flatten(), Linear(10)])):
        assert "differs" not in verdicts(sampled_check(network, loss, IMAGES, LABELS)).values()


@pytest.mark.parametrize(
    ("fault", "caught"),
    [
        ("none", set[str]()),
        ("batch_sum", {"0.weight", "0.bias", "4.weight", "4.bias"}),
        ("wrong_sign", {"0.weight", "0.bias", "4.weight", "4.bias"}),
        ("unrotated", {"0.weight"}),
        ("no_bias", {"0.bias", "4.bias"}),
    ],
)
def test_a_fault_is_caught_where_it_acts(check: GradientCheck, fault: str, caught: set[str]) -> None:
    spoilt = verdicts(with_fault(check, fault, len(IMAGES)))
    assert {name for name, found in spoilt.items() if found == "differs"} == caught
    assert set(verdicts(check).values()) == {"agrees"}, "the check itself was spoilt"


def test_every_fault_is_tested() -> None:
    assert set(FAULTS) == {"none", "batch_sum", "wrong_sign", "unrotated", "no_bias"}


def test_a_forgotten_batch_size_is_an_error_of_half() -> None:
    spoilt = with_fault(sampled_check(smooth(), CrossEntropy(), IMAGES, LABELS), "batch_sum", 3)
    assert spoilt["4.weight"].error == pytest.approx((3 - 1) / (3 + 1))


def test_what_sits_on_a_kink_is_grey() -> None:
    network = Network([Conv2d(4, 5), ReLU(), Flatten(), Linear(10)], seed=0)  # blank background and no bias: ReLU at 0
    found = verdicts(sampled_check(network, CrossEntropy(), IMAGES, LABELS))
    assert found["0.bias"] == "kink"
    assert found["3.weight"] == "agrees"


def test_a_run_that_diverged_differs() -> None:
    network = smooth()
    network.parameters[-1] = np.inf
    network.parameters[:3] = 1e38
    with pytest.raises(ValueError, match="finite"):
        sampled_check(network, CrossEntropy(), IMAGES, LABELS)


def test_progress_is_told_to_the_end() -> None:
    told: list[tuple[int, int]] = []
    found = sampled_check(smooth(), CrossEntropy(), IMAGES, LABELS, lambda done, total: told.append((done, total)))
    compared = sum(np.count_nonzero(~np.isnan(tensor.numeric)) for tensor in found.tensors)
    assert compared == 3 * ENTRIES + 3  # the convolution has but three biases
    total = compared + ENTRIES  # the picture's own entries are nudged too
    assert told == [(i + 1, total) for i in range(total)]
