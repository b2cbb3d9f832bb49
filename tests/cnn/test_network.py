import numpy as np
import pytest

from cnn.activations import ACTIVATIONS, Activation, ReLU, Sigmoid, Softmax, Tanh
from cnn.errors import ShapeError
from cnn.layers import (
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    FReLU,
    LayerNorm,
    Linear,
    MaxPool2d,
)
from cnn.losses import softmax
from cnn.network import Network

SMALL = [Conv2d(3, 3), ReLU(), MaxPool2d(2), Conv2d(4, 3, stride=2), Tanh(), AvgPool2d(2), Flatten(), Linear(5)]
SHAPE = (1, 12, 12)


def images(n: int, seed: int = 0, dtype: type = np.float64) -> np.ndarray:
    return np.random.default_rng(seed).random((n, *SHAPE)).astype(dtype)


def test_takes_and_gives_batches_first() -> None:
    net = Network(SMALL, SHAPE, dtype=np.float64)
    x = images(4)
    y = net.forward(x, training=True)
    assert y.shape == (4, 5) == (4, *net.output_shape)
    assert net.backward(np.ones((4, 5))).shape == x.shape


def test_what_it_hands_out_are_copies() -> None:
    net = Network(SMALL, SHAPE)
    x = images(2, dtype=np.float32)
    first = net.forward(x)
    kept = first.copy()
    net.forward(images(2, seed=1, dtype=np.float32))
    np.testing.assert_array_equal(first, kept)
    for array in (*net.state_dict().values(), *net.gradients().values()):
        assert not np.shares_memory(array, net.parameters)
        assert not np.shares_memory(array, net.gradient)


def test_parameters_are_one_vector_that_the_layers_see() -> None:
    net = Network(SMALL, SHAPE)
    assert net.parameters.flags.c_contiguous
    assert net.parameters.size == sum(a.size for a in net.state_dict().values())
    for layer in net.layers:
        for name, array in layer.params.items():
            assert np.shares_memory(array, net.parameters)
            assert np.shares_memory(layer.grads[name], net.gradient)
    net.parameters[net.slices["7.bias"]] = 3
    np.testing.assert_array_equal(net.state_dict()["7.bias"], np.full(5, 3))
    decayed = {name for name, place in net.slices.items() if net.decay_mask[place].all()}
    assert decayed == {"0.weight", "3.weight", "7.weight"}
    assert set(np.unique(net.decay_mask)) == {0, 1}


def test_the_layers_given_are_left_alone() -> None:
    layers = [Conv2d(2, 3), ReLU(), Flatten(), Linear(3)]
    one, other = Network(layers, SHAPE, seed=0), Network(layers, SHAPE, seed=1)
    assert not layers[0].params  # type: ignore[union-attr]
    assert (one.parameters != other.parameters).any()


def test_same_seed_same_weights_and_each_layer_its_own() -> None:
    layers = [Conv2d(4, 3), Conv2d(4, 3), Conv2d(4, 3), Flatten(), Linear(3)]
    one, other = Network(layers, SHAPE, seed=3), Network(layers, SHAPE, seed=3)
    np.testing.assert_array_equal(one.parameters, other.parameters)
    state = one.state_dict()
    assert (state["1.weight"] != state["2.weight"]).all()


def test_dropout_norms_and_funnels_leave_the_other_weights_as_they_were() -> None:
    plain = Network([Conv2d(3, 3), ReLU(), Conv2d(4, 3), ReLU(), Flatten(), Linear(5)], SHAPE, seed=7)
    rich = Network(
        [
            Conv2d(3, 3), BatchNorm2d(), FReLU(), Dropout(), ReLU(),
            Conv2d(4, 3), LayerNorm(), ReLU(), Flatten(), Dropout(), Linear(5),
        ],
        SHAPE,
        seed=7,
    )  # fmt: skip
    few, many = plain.state_dict(), rich.state_dict()
    for mine, theirs in (("0", "0"), ("2", "5"), ("5", "10")):
        np.testing.assert_array_equal(few[f"{mine}.weight"], many[f"{theirs}.weight"])


def test_noise_depends_on_the_step_and_the_layer_only() -> None:
    net = Network([Dropout(), Flatten(), Dropout()], SHAPE, seed=1)
    x = np.ones((8, *SHAPE), np.float32)

    def masks(step: int) -> list[np.ndarray]:
        net.begin_step(step)
        with net.recording() as tape:
            net.forward(x, training=True)
        return [tape.outputs[0].reshape(8, -1) > 0, tape.outputs[2] > 0]

    first, second = masks(1), masks(2)
    again = masks(1)
    np.testing.assert_array_equal(first, again)
    assert (first[0] != second[0]).any()
    assert (first[0] & ~first[1]).any()  # the second layer drops others than the first


def test_state_dict_round_trip_gives_the_same_outputs() -> None:
    layers = [Conv2d(3, 3), BatchNorm2d(), ReLU(), Conv2d(2, 5, bias=False), FReLU(), Flatten(), Linear(4)]
    one, other = Network(layers, SHAPE, seed=1), Network(layers, SHAPE, seed=2)
    x = images(5, dtype=np.float32)
    one.forward(x, training=True)  # moves the running statistics
    other.load_state_dict(one.state_dict())
    np.testing.assert_array_equal(one.forward(x), other.forward(x))
    np.testing.assert_array_equal(one.parameters, other.parameters)


def test_state_dict_has_pytorchs_names_and_shapes() -> None:
    net = Network([Conv2d(3, 5), BatchNorm2d(), ReLU(), Flatten(), Linear(4)], SHAPE)
    assert {name: array.shape for name, array in net.state_dict().items()} == {
        "0.weight": (3, 1, 5, 5),
        "0.bias": (3,),
        "1.weight": (3,),
        "1.bias": (3,),
        "4.weight": (4, 432),
        "4.bias": (4,),
        "1.running_mean": (3,),
        "1.running_var": (3,),
    }
    state = net.state_dict() | {"1.num_batches_tracked": np.array(3)}  # PyTorch counts batches; nothing here needs it
    net.load_state_dict(state)


def test_weights_that_do_not_fit_are_refused_and_change_nothing() -> None:
    net = Network(SMALL, SHAPE)
    before, state = net.parameters.copy(), net.state_dict()
    bad = [
        {name: array for name, array in state.items() if name != "0.bias"},
        state | {"9.weight": np.zeros(3)},
        state | {"0.weight": np.zeros((3, 1, 5, 5))},
        state | {"7.bias": np.full(5, np.nan)},
        state | {"7.bias": np.array(["a"] * 5)},
    ]
    for each in bad:
        with pytest.raises(ShapeError):
            net.load_state_dict(each)
    np.testing.assert_array_equal(net.parameters, before)


def test_predict_gives_probabilities_with_and_without_a_final_softmax() -> None:
    x = images(70, dtype=np.float32)
    plain, soft = Network(SMALL, SHAPE), Network([*SMALL, Softmax()], SHAPE)
    np.testing.assert_allclose(plain.predict(x).sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(plain.predict(x), soft.predict(x), rtol=1e-6)
    np.testing.assert_allclose(soft.predict(x), soft.forward(x), rtol=1e-5)
    np.testing.assert_allclose(soft.logits(x), plain.forward(x), rtol=1e-5, atol=1e-6)
    assert plain.predict(x[:0]).shape == (0, 5)


def test_uint8_pixels_are_read_as_zero_to_one() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (3, *SHAPE), np.uint8)
    net = Network(SMALL, SHAPE)
    np.testing.assert_allclose(net.forward(pixels), net.forward(pixels / 255), rtol=1e-5, atol=1e-6)


def test_pooling_first_changes_no_number() -> None:
    layers = [Conv2d(3, 3), ReLU(), MaxPool2d(2), Conv2d(4, 3), ReLU(), MaxPool2d(3, 2, 1), Flatten(), Linear(5)]
    fast, recorded = Network(layers, SHAPE), Network(layers, SHAPE)
    x, dy = images(6, dtype=np.float32), np.ones((6, 5), np.float32)
    x[0] = 0  # all ties
    y, dx = fast.forward(x, training=True), fast.backward(dy)
    with recorded.recording():
        np.testing.assert_array_equal(recorded.forward(x, training=True), y)
        np.testing.assert_array_equal(recorded.backward(dy), dx)
    np.testing.assert_array_equal(fast.gradient, recorded.gradient)
    assert [index for index, _ in fast._fast_order] == [0, 2, 1, 3, 5, 4, 6, 7]


def test_recording_keeps_every_output_and_gradient_in_the_users_axis_order() -> None:
    net = Network(SMALL, SHAPE, dtype=np.float64)
    x, dy = images(3), np.random.default_rng(2).standard_normal((3, 5))
    with net.recording() as tape:
        y = net.forward(x, training=True)
        net.backward(dy)
    shapes = [(3, *layer.out_shape) for layer in net.layers]
    assert [a.shape for a in tape.outputs] == [a.shape for a in tape.gradients] == shapes
    np.testing.assert_array_equal(tape.outputs[-1], y)
    np.testing.assert_array_equal(tape.gradients[-1], dy)
    np.testing.assert_array_equal(tape.outputs[1], np.maximum(tape.outputs[0], 0))
    np.testing.assert_array_equal(tape.gradients[0], tape.gradients[1] * (tape.outputs[0] > 0))
    np.testing.assert_array_equal(tape.outputs[6], tape.outputs[5].reshape(3, -1))


def test_backward_needs_a_forward_pass_in_training() -> None:
    net = Network(SMALL, SHAPE)
    dy = np.ones((2, 5), np.float32)
    with pytest.raises(ShapeError, match="forward"):
        net.backward(dy)
    net.forward(images(2), training=True)
    net.forward(images(2))  # overwrote what backward would have needed
    with pytest.raises(ShapeError, match="forward"):
        net.backward(dy)
    net.forward(images(2), training=True)
    with pytest.raises(ShapeError, match=r"\(2, 5\)"):
        net.backward(np.ones((3, 5), np.float32))


@pytest.mark.parametrize("shape", [(12, 12), (2, 1, 12), (0, 1, 12, 12), (2, 12, 12, 1), (2, 144)])
def test_inputs_of_another_shape_are_explained(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match=r"\(N, 1, 12, 12\)"):
        Network(SMALL, SHAPE).forward(np.zeros(shape))


def test_vectors_are_inputs_too() -> None:
    net = Network([Linear(4), Sigmoid(), Linear(2)], input_shape=(3,), dtype=np.float64)
    x = np.random.default_rng(0).random((6, 3))
    assert net.forward(x, training=True).shape == (6, 2)
    assert net.backward(np.ones((6, 2))).shape == (6, 3)


def test_parameter_gradients_are_those_of_backward() -> None:
    for layers in (SMALL, [AvgPool2d(2), BatchNorm2d(), *SMALL], [MaxPool2d(2), Flatten()]):
        net = Network(layers, SHAPE, dtype=np.float64)
        y = net.forward(images(4), training=True)
        net.backward(np.ones_like(y))
        expected = net.gradient.copy()
        net.gradient.fill(9)
        net.parameter_gradients(np.ones_like(y))
        np.testing.assert_array_equal(net.gradient, expected)


@pytest.mark.parametrize("end", [[], [Softmax()]])
def test_outputs_as_probabilities_are_what_predict_gives(end: list[Activation]) -> None:
    network = Network([Flatten(), Linear(4), *end], input_shape=(1, 3, 3), seed=2)
    x = np.random.default_rng(0).random((5, 1, 3, 3), np.float32)
    np.testing.assert_allclose(network.probabilities(network.forward(x)), network.predict(x), rtol=1e-6)


@pytest.mark.parametrize("activation", [one() for one in ACTIVATIONS.values()], ids=list(ACTIVATIONS))
@pytest.mark.parametrize("ending", [[MaxPool2d(2)], [MaxPool2d(2), MaxPool2d(2)], [Flatten()], []])
def test_whatever_a_network_ends_in_backward_takes_a_gradient_of_its_output(
    activation: Activation, ending: list
) -> None:
    net = Network([activation, *ending], (1, 4, 4), dtype=np.float64)
    recorded = Network([activation, *ending], (1, 4, 4), dtype=np.float64)
    x = np.random.default_rng(0).standard_normal((3, 1, 4, 4))
    dy = np.ones_like(net.forward(x, training=True))
    dx = net.backward(dy)
    with recorded.recording():  # in the order in which the layers stand
        recorded.forward(x, training=True)
        np.testing.assert_allclose(dx, recorded.backward(dy), atol=1e-14)
    with pytest.raises(ShapeError):
        net.backward(np.ones((3, 1, 9, 9)))


@pytest.mark.parametrize("layers", [[Conv2d(3, 3)], [Conv2d(3, 3), Softmax()]])
def test_the_classes_of_maps_are_their_channels(layers: list) -> None:
    net = Network(layers, SHAPE, seed=1)
    x = images(40, dtype=np.float32)
    probabilities = net.predict(x)
    assert probabilities.shape == (40, 3, 12, 12)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(probabilities[:, :, 5, 7], softmax(net.logits(x)[:, :, 5, 7]), atol=1e-6)
    np.testing.assert_allclose(net.probabilities(net.forward(x)), probabilities, atol=1e-6)
