import math
import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cnn.activations import ReLU
from cnn.data import digits
from cnn.data.augmentation import Augmentation, ImageTransform
from cnn.errors import ConfigError, DataError
from cnn.layers import BatchNorm2d, Conv2d, Flatten, Linear
from cnn.losses import CrossEntropy
from cnn.network import Network
from cnn.optimizers import OPTIMIZERS, SGD, Adam
from cnn.schedules import SCHEDULES, Cosine, Schedule
from cnn.training.checks import compact
from cnn.training.evaluation import evaluate
from cnn.training.trainer import VALIDATE_EVERY, Trainer
from tests.cnn.training.experiments import LAYERS

IMAGES, LABELS = digits(200, seed=3)


def trainer(**options: Any) -> Trainer:
    optimizer = options.pop("optimizer", Adam(lr=5e-3))
    images, labels = options.pop("data", (IMAGES, LABELS))
    return Trainer(Network(LAYERS, seed=1), optimizer, CrossEntropy(), images, labels, **{"batch_size": 32, **options})


def test_run_gives_one_record_per_update_and_trains_that_many_more_epochs() -> None:
    one = trainer()
    first, second = list(one.run(epochs=1)), list(one.run(epochs=2))
    assert [record.step for record in first + second] == list(
        range(1, 22)
    )  # 7 updates an epoch, the last one of 8 images
    assert [record.epoch for record in first + second] == [1] * 7 + [2] * 7 + [3] * 7
    assert second[-1].loss < first[0].loss


def test_run_without_arguments_trains_what_is_left_of_the_epochs() -> None:
    one = trainer(epochs=2)
    assert len(list(one.run(steps=3))) == 3
    assert len(list(one.run())) == 11
    assert one.ending == "finished"
    assert list(one.run()) == []
    assert len(list(one.run(epochs=1))) == 7


def test_an_epoch_uses_every_image_once() -> None:
    one = trainer()
    seen = np.concatenate([one._batch(index)[1] for index in range(7)])
    assert sorted(seen) == sorted(LABELS)
    again = np.concatenate([one._batch(index)[1] for index in range(7, 14)])
    assert seen.tolist() != again.tolist()


def test_bytes_and_floats_train_alike() -> None:
    as_bytes = np.rint(IMAGES * 255).astype(np.uint8)
    one, other = trainer(), trainer(data=(as_bytes, LABELS))
    assert one.images.dtype == np.uint8
    for _ in one.run(epochs=1):
        pass
    for _ in other.run(epochs=1):
        pass
    np.testing.assert_array_equal(one.network.parameters, other.network.parameters)


def test_images_that_are_not_multiples_of_a_byte_stay_as_they_are() -> None:
    odd = IMAGES * np.float32(0.77)
    assert compact(odd) is odd
    assert compact(-IMAGES).dtype == np.float32


def test_the_schedule_multiplies_the_learning_rate() -> None:
    records = list(trainer(schedule=Cosine(), epochs=2, optimizer=SGD(lr=0.1)).run())
    expected = [0.1 * Cosine().factor(index / 7, 2) for index in range(14)]
    assert [record.learning_rate for record in records] == pytest.approx(expected)


def test_weight_decay_shrinks_weights_and_leaves_biases() -> None:
    plain, decayed = trainer(optimizer=SGD(lr=0.1)), trainer(optimizer=SGD(lr=0.1), weight_decay=0.5)
    start = plain.network.parameters.copy()
    plain.step()
    decayed.step()
    difference = decayed.network.parameters - plain.network.parameters
    np.testing.assert_allclose(difference, -0.1 * 0.5 * start * plain.network.decay_mask, atol=1e-6)
    assert 0 < plain.network.decay_mask.sum() < plain.network.decay_mask.size


def test_validation_is_measured_at_fixed_steps_and_at_each_epochs_end() -> None:
    one = trainer(validation=(IMAGES[:40], LABELS[:40]), batch_size=8, epochs=5)
    records = list(one.run())
    measured = {record.step for record in records if record.validation_loss is not None}
    assert measured == set(range(VALIDATE_EVERY, 126, VALIDATE_EVERY)) | set(range(25, 126, 25))
    last = records[-1]
    assert last.complete
    assert (last.validation_loss, last.validation_accuracy) == evaluate(
        one.network,
        CrossEntropy(),
        one.validation[0],
        one.validation[1],  # type: ignore[index]
    )


def test_early_stopping_waits_for_its_patience() -> None:
    wrong = (LABELS[:100] + 1) % 10  # the better the network learns, the worse it does on these
    one = trainer(validation=(IMAGES[:100], wrong), early_stopping=2, epochs=50)
    records = list(one.run())
    assert one.ending == "early"
    losses = [record.validation_loss for record in records if record.complete]
    best = losses.index(min(losses))  # type: ignore[type-var]
    assert len(losses) == best + 1 + 2


@pytest.mark.parametrize("optimizer", [SGD(lr=1e6), Adam(lr=1e6)])
def test_divergence_gives_back_the_last_good_weights_with_a_remedy(optimizer: Any) -> None:
    one = trainer(optimizer=optimizer)
    start = one.network.parameters.copy()
    with pytest.raises(ConfigError, match=r"learning rate of 0\.01") as caught:
        list(one.run(epochs=1))
    assert "発散" in caught.value.sentence("ja")
    assert one.ending == "diverged"
    np.testing.assert_array_equal(one.network.parameters, start)
    assert one.step_count == 0
    assert np.isfinite(one.state().parameters).all()


def test_divergence_after_sound_updates_goes_back_by_one_update() -> None:
    one = trainer(optimizer=SGD(lr=0.1))
    list(one.run(steps=4))
    sound = one.network.parameters.copy()
    one.optimizer = SGD(lr=1e6)
    record = one.step()  # throws the weights far away
    assert math.isfinite(record.loss)
    assert one.ending == ""
    one.step()  # notices
    assert one.ending == "diverged"
    assert one.step_count == 4
    np.testing.assert_array_equal(one.network.parameters, sound)
    assert one.divergence is not None
    assert one.divergence.step == 6


def test_broken_weights_after_the_last_update_are_noticed_too() -> None:
    one = trainer(epochs=1, optimizer=SGD(lr=0.1))
    list(one.run(steps=6))
    sound = one.network.parameters.copy()
    one.schedule = Infinite()  # type: ignore[assignment]
    one.step()
    assert one.ending == "diverged"
    np.testing.assert_array_equal(one.network.parameters, sound)


class Infinite:
    def factor(self, epoch: float, epochs: float) -> float:
        return math.inf


def test_augmentation_depends_on_the_step_alone() -> None:
    one, other = trainer(augmentation=Augmentation()), trainer(augmentation=Augmentation())
    np.testing.assert_array_equal(one._batch(3)[0], other._batch(3)[0])
    assert (one._batch(3)[0] != trainer()._batch(3)[0]).any()


def test_each_step_is_augmented_by_random_numbers_of_its_own() -> None:
    class Listening(ImageTransform):
        def apply(self, images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
            heard.append(rng.random())
            return images

    heard: list[float] = []
    list(trainer(augmentation=Listening()).run(epochs=2))
    assert len(set(heard)) == 14


def test_divergence_gives_back_the_running_statistics_too() -> None:
    network = Network((Conv2d(2, 3, stride=4), BatchNorm2d(), ReLU(), Flatten(), Linear(10)))
    one = Trainer(network, SGD(lr=0.1), CrossEntropy(), IMAGES, LABELS, batch_size=32)
    list(one.run(steps=3))
    sound = network.buffers()
    one.schedule = Infinite()  # type: ignore[assignment]
    one.step()
    one.step()
    assert one.ending == "diverged"
    for name, array in network.buffers().items():
        np.testing.assert_array_equal(array, sound[name])


def test_bad_data_are_refused() -> None:
    with pytest.raises(DataError, match="no images"):
        trainer(data=(IMAGES[:0], LABELS[:0]))
    with pytest.raises(DataError, match="200 images but 3 labels"):
        trainer(data=(IMAGES, LABELS[:3]))


def test_a_state_of_another_network_is_refused() -> None:
    other = Trainer(Network(LAYERS[:2] + LAYERS[3:]), Adam(), CrossEntropy(), IMAGES, LABELS)
    with pytest.raises(DataError, match="another network"):
        trainer().restore(other.state())


def test_restoring_a_state_goes_on_exactly() -> None:
    one, other = trainer(), trainer()
    list(one.run(steps=5))
    saved = one.state()
    straight = list(one.run(steps=5))
    other.restore(saved)
    assert list(other.run(steps=5)) == straight
    np.testing.assert_array_equal(one.network.parameters, other.network.parameters)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_state_of_another_optimizer_is_refused_and_changes_nothing(name: str) -> None:
    one = trainer(optimizer=OPTIMIZERS[name]())
    list(one.run(steps=2))
    for other in (trainer(optimizer=cls()) for cls in OPTIMIZERS.values()):
        before = other.network.parameters.copy()
        if one._slots.keys() == other._slots.keys():
            other.restore(one.state())
            continue
        with pytest.raises(DataError, match="another optimizer") as caught:
            other.restore(one.state())
        assert "オプティマイザ" in caught.value.sentence("ja")
        np.testing.assert_array_equal(other.network.parameters, before)
        assert other.step_count == 0


def test_a_state_without_the_networks_statistics_is_refused() -> None:
    layers = (Conv2d(2, 3, stride=4), BatchNorm2d(), Flatten(), Linear(10))
    one, other = (Trainer(Network(layers), SGD(), CrossEntropy(), IMAGES, LABELS) for _ in range(2))
    with pytest.raises(DataError, match="running averages"):
        other.restore(replace(one.state(), buffers={}))


# Beyond the end of the schedule ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("schedule", [cls() for cls in SCHEDULES.values()] + [Cosine(warmup=0.5)])
def test_training_on_after_the_end_begins_the_schedule_anew(schedule: Schedule) -> None:
    first = trainer(schedule=schedule, epochs=2)
    rates = [record.learning_rate for record in first.run()]
    assert [record.learning_rate for record in first.run(epochs=2)] == rates
    assert first.ending == "finished"
    short = trainer(schedule=schedule, epochs=1)
    expected = [record.learning_rate for record in short.run()]
    records = list(first.run(epochs=1))
    assert [record.learning_rate for record in records] == expected
    assert [record.step for record in records] == list(range(29, 36)), "steps are counted on"
    assert first.ending == "finished"
    assert list(first.run()) == []


def test_going_beyond_the_end_is_the_same_in_one_go_and_in_two() -> None:
    one, two = trainer(schedule=Cosine(), epochs=1), trainer(schedule=Cosine(), epochs=1)
    straight = list(one.run(epochs=3))
    assert [*two.run(epochs=1), *two.run(epochs=2)] == straight
    assert straight[7].learning_rate == straight[0].learning_rate > straight[6].learning_rate
    np.testing.assert_array_equal(one.network.parameters, two.network.parameters)


@pytest.mark.parametrize("cut", [3, 7, 9, 13])
def test_resumed_beyond_the_end_is_uninterrupted_bit_for_bit(cut: int) -> None:
    options: dict[str, Any] = {"schedule": Cosine(), "epochs": 1, "validation": (IMAGES[:40], LABELS[:40])}
    straight, before, after = trainer(**options), trainer(**options), trainer(**options)
    expected = [*straight.run(epochs=1), *straight.run(epochs=1)]
    records = []
    for more in (before.run(epochs=1), before.run(epochs=1)):
        for record in more:
            records.append(record)
            if before.step_count == cut:
                break
        if before.step_count == cut:
            break
    after.restore(pickle.loads(pickle.dumps(before.state())))
    more = after.run(epochs=1) if cut == 7 else after.run(steps=(7 if cut < 7 else 14) - cut)
    records += list(more)
    if cut < 7:
        records += list(after.run(epochs=1))
    assert records == expected
    np.testing.assert_array_equal(after.network.parameters, straight.network.parameters)


def test_asked_for_nothing_a_finished_training_stays_finished() -> None:
    one = trainer(epochs=1)
    list(one.run())
    assert list(one.run()) == list(one.run(epochs=0)) == list(one.run(steps=0)) == []
    assert one.ending == "finished"
