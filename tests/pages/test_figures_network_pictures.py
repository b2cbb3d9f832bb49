"""Kernels and maps of a network, one picture a layer."""

import numpy as np

from cnn.activations import ReLU
from cnn.layers.convolution import Conv2d
from cnn.layers.linear import Linear
from cnn.layers.reshape import Flatten
from cnn.network import Network
from pages.figures.network_pictures import input_picture, kernel_pictures, map_pictures


def test_kernels_have_a_column_per_filter_and_a_row_for_each_of_the_first_channels() -> None:
    weights = {"0.weight": np.ones((8, 1, 5, 5)), "1.weight": np.ones((16, 10, 3, 3)), "2.weight": np.ones((10, 4))}
    (first, one), (second, two) = kernel_pictures(weights, ["a", "b", "c"], False)
    assert (first, one.width, one.height, one.tile) == ("a", 8 * 6 - 1, 5, 5)
    assert (second, two.width, two.height, two.tile) == ("b", 16 * 4 - 1, 4 * 4 - 1, 3)


def test_half_precision_of_the_replay_is_fine() -> None:
    assert kernel_pictures({"0.weight": np.full((1, 1, 2, 2), 0.5, np.float16)}, ["a"], True)[0][1].high == 0.5


def test_every_layer_but_long_vectors_has_maps() -> None:
    network = Network([Conv2d(2, 3), ReLU(), Flatten(), Linear(4)], input_shape=(1, 28, 28))
    with network.recording() as tape:
        network.forward(np.ones((1, 1, 28, 28), np.float32))
    pictures = map_pictures(tape.outputs, ["conv", "relu", "flat", "linear"], False)
    assert [name for name, _ in pictures] == ["conv", "relu", "linear"]
    assert (pictures[-1][1].width, pictures[-1][1].height) == (4 * 2 - 1, 1)


def test_a_digit_is_drawn_from_paper_to_full_ink() -> None:
    image = np.full((28, 28), 255, np.uint8)
    picture = input_picture(image, False)
    assert (picture.low, picture.high, picture.width) == (0.0, 1.0, 28)
