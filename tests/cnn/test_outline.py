import numpy as np
import pytest

from cnn.activations import ReLU, Softmax, Tanh
from cnn.errors import ShapeError
from cnn.initializers import HeNormal, XavierNormal, Zeros
from cnn.layers import AvgPool2d, BatchNorm2d, Conv2d, Flatten, Linear, MaxPool2d
from cnn.network import Network
from cnn.outline import MAX_LAYERS, outline


def test_a_row_for_each_layer() -> None:
    layers = [Conv2d(8, 5), ReLU(), MaxPool2d(3), Flatten(), Linear(10), Softmax()]
    rows = outline(layers, (1, 28, 28))
    assert [row.kind for row in rows] == ["conv2d", "relu", "max_pool2d", "flatten", "linear", "softmax"]
    assert [row.in_shape for row in rows[1:]] == [row.out_shape for row in rows[:-1]]
    assert rows[-1].out_shape == (10,)
    assert [row.parameters for row in rows] == [208, 0, 0, 0, 6490, 0]
    assert [row.multiply_adds for row in rows] == [28 * 28 * 8 * 25, 0, 0, 0, 6480, 0]
    assert rows[2].remainder == (1, 1)
    assert sum(row.parameters for row in rows) == Network(layers).parameters.size


def test_auto_initializers_follow_the_activation_behind() -> None:
    layers = [
        Conv2d(),
        BatchNorm2d(),
        MaxPool2d(),
        ReLU(),
        Conv2d(),
        Tanh(),
        Flatten(),
        Linear(),
        Linear(1, True, Zeros()),
    ]
    used = [row.initializer for row in outline(layers)]
    assert used == [HeNormal(), None, None, None, XavierNormal(), None, None, XavierNormal(), Zeros()]


def test_stops_at_the_first_error_and_says_where() -> None:
    rows = outline([Conv2d(4, 5), MaxPool2d(2), Linear(10), ReLU(), Conv2d(2, 3)], (1, 28, 28))
    assert [row.error is not None for row in rows] == [False, False, True, False, False]
    assert isinstance(rows[2].error, ShapeError)
    assert rows[2].in_shape == (4, 14, 14)
    assert [row.out_shape for row in rows[2:]] == [None, None, None]
    assert [row.kind for row in rows[3:]] == ["relu", "conv2d"]
    for language in ("en", "ja"):
        assert "(4, 14, 14)" in rows[2].error.sentence(language)


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([Flatten(), Linear(4096)], "parameters"),
        ([Conv2d(64, 3), Conv2d(256, 3)], "multiply-adds"),
        ([MaxPool2d(3, 1, 1)] * (MAX_LAYERS + 1), "layers"),
        ([Conv2d(1024, 3), MaxPool2d(3, 1, 1)], "memory"),
    ],
)
def test_limits_are_stated_before_anything_is_allocated(layers: list, words: str) -> None:  # type: ignore[type-arg]
    errors = [row.error for row in outline(layers, (1, 28, 28)) if row.error]
    assert len(errors) == 1
    assert words in str(errors[0])
    with pytest.raises(ShapeError, match=words):
        Network(layers)


def test_a_large_batch_that_cannot_be_split_counts_whole() -> None:
    layers = [Conv2d(32, 5), BatchNorm2d(), ReLU(), Flatten(), Linear(10)]
    assert not any(row.error for row in outline(layers, batch_size=32))
    assert any(row.error for row in outline(layers, batch_size=1024))
    assert not any(row.error for row in outline([layers[0], *layers[2:]], batch_size=1024))


def test_enormous_inputs_are_counted_without_overflow() -> None:
    rows = outline([Flatten(), Linear(10)], (3, 10**7, 10**7))
    assert rows[0].error is not None
    with pytest.raises(ShapeError):
        Network([Flatten(), Linear(10)], (3, 10**7, 10**7))


@pytest.mark.parametrize("shape", [(), (0, 4, 4), (28, 28), (1, 2, 3, 4), (-1,)])
def test_senseless_input_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match="neither"):
        Network([ReLU()], shape)


def test_a_network_needs_layers() -> None:
    with pytest.raises(ShapeError, match="no layers"):
        Network([])
    assert outline([]) == []


def test_dtype_reaches_every_array() -> None:
    net = Network([Conv2d(2, 3), BatchNorm2d(), ReLU(), Flatten(), Linear(2)], dtype=np.float64)
    assert all(array.dtype == np.float64 for array in net.state_dict().values())


def test_outputs_are_compared_with_the_classes() -> None:
    layers = [Conv2d(10, 3), ReLU(), AvgPool2d(28), Flatten()]
    assert not any(row.error for row in outline(layers, classes=10))
    for misfit, shown in ((layers, "10 outputs"), (layers[:3], "10 × 1 × 1")):
        (error,) = [row.error for row in outline(misfit, classes=12) if row.error]
        assert shown in str(error)
        assert "12" in error.sentence("ja")
        assert not any(row.error for row in outline(misfit))
    (error,) = [row.error for row in outline(layers[:3], classes=10) if row.error]
    assert "end with Flatten." in str(error)
    rows = outline([Linear(3), Flatten()], classes=10)
    assert [row.error is not None for row in rows] == [True, False], "what cannot stand comes first"
