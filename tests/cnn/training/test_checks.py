"""What a trainer is given by hand: each sensible form trains alike, the rest is refused with a sentence."""

import math
from typing import Any

import numpy as np
import pytest

from cnn.data import digits
from cnn.errors import ConfigError, PlaygroundError
from cnn.layers import AvgPool2d, Conv2d, Flatten
from cnn.losses import LOSSES, CrossEntropy, one_hot
from cnn.network import Network
from cnn.optimizers import SGD, Adam
from cnn.schedules import Cosine
from cnn.training.trainer import Trainer
from tests.cnn.training.experiments import LAYERS

IMAGES, LABELS = digits(200, seed=3)


def trainer(images: Any = IMAGES, labels: Any = LABELS, **options: Any) -> Trainer:
    known = {"optimizer": Adam(lr=5e-3), "loss": CrossEntropy(), "batch_size": 32, **options}
    return Trainer(Network(LAYERS, seed=1), images=images, labels=labels, **known)


@pytest.mark.parametrize("loss", [cls() for cls in LOSSES.values()])
def test_soft_targets_train_and_validate_as_labels_do(loss: Any) -> None:
    soft = one_hot(LABELS, 10)
    made = [
        trainer(labels=labels, loss=loss, validation=(IMAGES[:40], labels[:40]))
        for labels in (LABELS, soft, soft.astype(bool), soft.tolist())
    ]
    records = [list(one.run(epochs=1)) for one in made]
    for found in records[1:]:
        assert [record.accuracy for record in found] == [record.accuracy for record in records[0]]
        assert found[-1].validation_accuracy == records[0][-1].validation_accuracy
        assert found[-1].validation_loss == pytest.approx(records[0][-1].validation_loss, rel=1e-5)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int64, np.uint32])
def test_whole_numbers_are_pixels_in_training_as_in_prediction(dtype: type) -> None:
    pixels = np.rint(IMAGES * 255).astype(dtype)
    one, other = trainer(*(pixels, LABELS)), trainer(*(pixels.astype(np.uint8), LABELS))
    assert one.images.dtype == np.uint8
    assert list(one.run(epochs=1)) == list(other.run(epochs=1))
    np.testing.assert_array_equal(one.network.predict(pixels), other.network.predict(pixels.astype(np.uint8)))


def test_lists_and_whole_floats_are_as_good_as_arrays() -> None:
    one = trainer(*(IMAGES[:64].tolist(), LABELS[:64].tolist()))
    other = trainer(*(IMAGES[:64], LABELS[:64].astype(np.float32)))
    assert list(one.run(epochs=1)) == list(other.run(epochs=1))


def broken(value: float, dtype: type = np.float32) -> np.ndarray:
    images = (IMAGES * (255 if dtype is np.int64 else 1)).astype(dtype)
    images[17, 0, 3, 4] = value
    return images


@pytest.mark.parametrize(
    ("images", "labels", "words"),
    [
        (broken(np.nan), LABELS, "Image 17 .* not a finite number"),
        (broken(np.inf), LABELS, "Image 17 .* not a finite number"),
        (broken(256, np.int64), LABELS, "from 0 to 256"),
        (broken(-1, np.int64), LABELS, "from -1 to 255"),
        (IMAGES * 255, LABELS, "from 0 to 255 as float32"),
        (np.rint(IMAGES * 255.0), LABELS, "from 0 to 255 as float"),
        (IMAGES * 16.0, LABELS, "from 0 to 16"),
        (IMAGES[:, 0], LABELS, r"\(N, 1, 28, 28\)"),
        (IMAGES[:, :, :8, :8], LABELS, r"\(N, 1, 28, 28\)"),
        (np.full(IMAGES.shape, "x"), LABELS, "array of numbers"),
        ("x.png", LABELS, "array of numbers"),
        ([[1.0], [2.0, 3.0]], LABELS, "array of numbers"),
        (None, LABELS, "array of numbers"),
        (0.5, LABELS, "no images"),
        (IMAGES, LABELS[:, None], "one label an image"),
        (IMAGES, LABELS + 1, "from 1 to 10|run from"),
        (IMAGES, LABELS - 0.5, "whole numbers"),
        (IMAGES, LABELS.astype(str), "word"),
        (IMAGES, [None] * 200, "type object"),
        (IMAGES, 7, "one label an image"),
        (IMAGES, None, "labels are of the type"),
        (IMAGES, "labels", "200 images but 6 labels"),
        (IMAGES, one_hot(LABELS, 12), r"\(200, 10\)"),
        (IMAGES, np.full((200, 10), np.nan), "image 0"),
    ],
)
@pytest.mark.parametrize("held_out", [False, True])
def test_data_that_cannot_be_meant_are_refused(images: Any, labels: Any, words: str, held_out: bool) -> None:
    with pytest.raises(PlaygroundError, match=words) as caught:
        trainer(validation=(images, labels)) if held_out else trainer(images, labels)
    assert caught.value.sentence("ja") != str(caught.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        *[({"batch_size": value}, "at least 1|int ≥ 1") for value in (0, -1, 2.5, "64", None, True, np.float64(32))],
        *[({name: value}, name) for name in ("epochs", "validate_every") for value in (0, -1, 1.5, "2")],
        *[({name: value}, name) for name in ("seed", "steps", "early_stopping") for value in (-1, 1.5, "2")],
        *[({"weight_decay": value}, "weight_decay") for value in (-0.1, "0.1", math.nan)],
        ({"optimizer": SGD}, "Optimizer"),
        ({"optimizer": "sgd"}, "Optimizer"),
        ({"schedule": Cosine}, "Schedule"),
        ({"augmentation": "shift"}, "ImageTransform"),
        ({"validation": IMAGES}, "pair"),
        ({"validation": (IMAGES, LABELS, LABELS)}, "pair"),
    ],
)
def test_an_option_that_is_none_is_told_what_it_should_be(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        trainer(**options)
    assert caught.value.sentence("ja") != str(caught.value)


def test_none_to_train_on_is_refused_and_none_held_out_is_fine() -> None:
    with pytest.raises(PlaygroundError, match="no images"):
        trainer([], [])
    assert trainer(validation=([], [])).validation is None


@pytest.mark.parametrize("asked", [{"epochs": -1}, {"epochs": 1.5}, {"steps": -1}, {"steps": "3"}])
def test_run_is_told_a_number(asked: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        list(trainer().run(**asked))


def test_numbers_of_numpy_are_numbers() -> None:
    one = trainer(batch_size=np.int64(32), seed=np.uint8(0), epochs=np.int32(1), weight_decay=np.float32(0))
    assert list(one.run(epochs=np.int64(1))) == list(trainer().run(epochs=1))


def test_a_network_that_ends_in_maps_is_not_trained() -> None:
    with pytest.raises(PlaygroundError, match="Flatten and Linear"):
        Trainer(Network([Conv2d(10, 3), AvgPool2d(28)]), SGD(), CrossEntropy(), IMAGES, LABELS)
    with pytest.raises(ConfigError, match="Network"):
        Trainer([Flatten()], SGD(), CrossEntropy(), IMAGES, LABELS)  # type: ignore[arg-type]


def test_a_network_without_parameters_has_nothing_to_learn_and_says_so_by_its_loss() -> None:
    network = Network([AvgPool2d(7), Flatten()])  # 16 outputs
    one = Trainer(network, Adam(), CrossEntropy(), IMAGES, LABELS, validation=(IMAGES, LABELS))
    first, second = (list(one.run(epochs=1))[-1].validation_loss for _ in range(2))
    assert first == second


def test_float_images_around_zero_are_taken_as_they_are() -> None:
    centred = (IMAGES - IMAGES.mean()) / IMAGES.std()
    assert centred.max() > 1
    assert trainer(*(centred, LABELS)).images is centred
