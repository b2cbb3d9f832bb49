"""What makes the outputs of a network fit the classes."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnn.activations import ACTIVATIONS, ReLU, Softmax
from cnn.head import missing, sized
from cnn.layers import LAYERS, AvgPool2d, Conv2d, Flatten, Linear
from cnn.outline import MAX_LAYERS, outline
from tests.cnn.strategies import members


@pytest.mark.parametrize(
    ("layers", "added"),
    [
        ([Flatten()], (Linear(10),)),
        ([Conv2d(8, 3), AvgPool2d(28), Flatten()], (Linear(10),)),
        ([Conv2d(10, 3), AvgPool2d(28)], (Flatten(),)),
        ([Conv2d(8, 3), ReLU()], (Flatten(), Linear(10))),
        ([Flatten(), Softmax()], (Linear(10),)),
        ([Softmax()], (Flatten(), Linear(10))),
    ],
)
def test_what_is_missing_stands_before_a_final_softmax(layers: list[Any], added: tuple[Any, ...]) -> None:
    found = missing(layers, 10)
    assert found is not None
    assert [type(one) for one in found.layers] == [type(one) for one in added]
    softmax = [one for one in layers if isinstance(one, Softmax)]
    assert list(found.completed) == [one for one in layers if one not in softmax] + list(found.layers) + softmax


@pytest.mark.parametrize(
    "layers",
    [
        [Flatten(), Linear(10)],
        [Conv2d(10, 3), AvgPool2d(28), Flatten()],
        [Flatten(), Linear(10), Softmax()],
        [Linear(10)],  # it cannot stand there: nothing at the end would help
        [Conv2d(300, 1)],  # a linear layer behind it would be too large
        [ReLU()] * (MAX_LAYERS - 1),
    ],
)
def test_nothing_is_offered_where_nothing_is_missing_or_nothing_helps(layers: list[Any]) -> None:
    assert missing(layers, 10) is None


@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(st.lists(members(LAYERS) | members(ACTIVATIONS), max_size=6), st.integers(2, 62))
def test_what_is_offered_fits(layers: list[Any], classes: int) -> None:
    found = missing(sized(layers, classes), classes)
    if found is not None:
        assert not any(row.error for row in outline(found.completed, classes=classes))
        assert outline(found.completed)[-1].out_shape == (classes,)
