"""The engine as a notebook uses it: the few lines of ``cnn``'s own docstring, and what they promise."""

import subprocess
import sys

import numpy as np
import pytest

import cnn

LAYERS = [
    cnn.Conv2d(8, 5, padding="same"),
    cnn.ReLU(),
    cnn.MaxPool2d(2),
    cnn.Conv2d(16, 5, padding="same"),
    cnn.ReLU(),
    cnn.MaxPool2d(2),
    cnn.Flatten(),
    cnn.Linear(10),
]


def small(seed: int = 0) -> cnn.Network:
    return cnn.Network(LAYERS, input_shape=(1, 28, 28), seed=seed)


def test_digits_train_and_are_recognised() -> None:
    images, labels = cnn.data.digits(4_000, seed=0)
    assert (images.shape, images.dtype, labels.shape, labels.dtype) == ((4_000, 1, 28, 28), np.float32, (4_000,), int)
    assert images.min() == 0
    assert images.max() <= 1
    net = small()
    trainer = cnn.Trainer(net, cnn.Adam(lr=2e-3), cnn.CrossEntropy(), images, labels, batch_size=64, seed=0)
    records = list(trainer.run(epochs=2))
    assert [record.step for record in records] == list(range(1, 2 * 63 + 1))
    assert len(list(trainer.run(epochs=1))) == 63, "run(epochs=n) trains n more"
    fresh, truth = cnn.data.digits(1_000, seed=1)
    probabilities = net.predict(fresh)
    assert probabilities.shape == (1_000, 10)
    np.testing.assert_allclose(probabilities.sum(1), 1, rtol=1e-5)
    assert (probabilities.argmax(1) == truth).mean() > 0.8


def test_names_and_shapes_are_those_of_pytorch() -> None:
    net = small()
    shapes = {name: array.shape for name, array in net.state_dict().items()}
    assert shapes == {
        "0.weight": (8, 1, 5, 5),
        "0.bias": (8,),
        "3.weight": (16, 8, 5, 5),
        "3.bias": (16,),
        "7.weight": (10, 784),
        "7.bias": (10,),
    }
    net.forward(np.zeros((2, 1, 28, 28), np.float32), training=True)
    dx = net.backward(np.ones((2, 10), np.float32))
    assert dx.shape == (2, 1, 28, 28)
    assert {name: array.shape for name, array in net.gradients().items()} == shapes


def test_what_is_handed_out_is_a_copy() -> None:
    net = small()
    before = net.predict(np.ones((1, 1, 28, 28), np.float32))
    for array in net.state_dict().values():
        array[...] = 7
    output = net.forward(np.ones((1, 1, 28, 28), np.float32))
    output[...] = 7
    np.testing.assert_array_equal(net.predict(np.ones((1, 1, 28, 28), np.float32)), before)


def test_probabilities_also_where_the_last_layer_is_softmax() -> None:
    net, ending = small(), cnn.Network([*LAYERS, cnn.Softmax()], input_shape=(1, 28, 28), seed=0)
    images, labels = cnn.data.digits(128, seed=0)
    np.testing.assert_allclose(ending.predict(images), net.predict(images), rtol=1e-5)
    for network in (net, ending):
        list(cnn.Trainer(network, cnn.SGD(lr=0.1), cnn.CrossEntropy(), images, labels, seed=0).run(epochs=1))
    np.testing.assert_array_equal(ending.parameters, net.parameters)


def test_the_engine_needs_no_browser_and_no_pool() -> None:
    code = "import sys, cnn; print({'streamlit', 'plotly', 'loky', 'distributed', 'torch'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("name", cnn.__all__)
def test_everything_public_is_there_and_explained(name: str) -> None:
    thing = getattr(cnn, name)
    assert not callable(thing) or thing.__doc__
