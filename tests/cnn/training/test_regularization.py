"""Remedies against learning by heart: what each changes, and what it leaves alone."""

from dataclasses import replace

import numpy as np
import pytest

from cnn.activations import Tanh
from cnn.config import ExperimentConfig
from cnn.data.augmentation import Augmentation
from cnn.errors import ConfigError
from cnn.layers import Dropout, Linear
from cnn.network import Network
from cnn.optimizers import SGD
from cnn.training.advance import advance, initial_state
from cnn.training.plan import Plan
from cnn.training.regularization import (
    DEPTHS,
    MOST_TRIED,
    POOL,
    REMEDIES,
    MoreData,
    Plain,
    RegularizationSettings,
    StopEarly,
    WithAugmentation,
    WithDropout,
    WithWeightDecay,
    another,
    first_weights,
    penalty,
    weights_of,
)

PLAIN = RegularizationSettings().experiment()


@pytest.mark.parametrize("name", REMEDIES)
def test_a_remedy_starts_from_the_same_weights_and_is_a_whole_experiment(name: str) -> None:
    cured = REMEDIES[name]().cure(PLAIN)
    assert ExperimentConfig.from_dict(cured.to_dict()) == cured
    assert (cured == PLAIN) == (name == "plain")
    assert (cured.seed, cured.optimizer, cured.batch_size) == (PLAIN.seed, PLAIN.optimizer, PLAIN.batch_size)
    start, other = (Network(config.layers, seed=config.seed).parameters for config in (PLAIN, cured))
    np.testing.assert_array_equal(start, other)


def test_what_each_of_them_changes() -> None:
    assert WithWeightDecay(0.3).cure(PLAIN) == replace(PLAIN, weight_decay=0.3)
    assert StopEarly(7).cure(PLAIN) == replace(PLAIN, early_stopping=7)
    more = MoreData(3).cure(PLAIN)
    assert more == replace(PLAIN, data=replace(PLAIN.data, training_images=300))
    dropped = WithDropout(0.4).cure(PLAIN).layers
    assert [one for one in dropped if not isinstance(one, Dropout)] == list(PLAIN.layers)
    places = [place for place, one in enumerate(dropped) if isinstance(one, Dropout)]
    assert all(isinstance(dropped[place + 1], Linear) for place in places)
    assert [one.p for one in dropped if isinstance(one, Dropout)] == [0.4, 0.4]
    twice, strongest = (WithAugmentation(strength).cure(PLAIN).data.augmentation for strength in (2, 3))
    light = Augmentation()
    assert twice == Augmentation(2 * light.shift, 2 * light.rotate, 2 * light.scale, 2 * light.thickness)
    assert isinstance(strongest, Augmentation)
    assert strongest.thickness <= 1


def test_more_data_ends_where_there_are_no_more() -> None:
    many = RegularizationSettings(images=1000).experiment()
    assert MoreData(20).cure(many).data.training_images == POOL
    everything = replace(PLAIN, data=replace(PLAIN.data, training_images="all"))
    assert MoreData(2).cure(everything) == everything
    assert len(everything.data.load().training) == POOL
    cured = MoreData(2).cure(PLAIN).data.load()
    np.testing.assert_array_equal(cured.validation.images, PLAIN.data.load().validation.images)


def trained(config: ExperimentConfig, steps: int) -> tuple[np.ndarray, list[float]]:
    plan = Plan(steps, validate_every=steps, kernels=False)
    state, records = advance(initial_state(config, plan), steps, plan=plan)
    return weights_of(config, state.parameters), [record.accuracy for record in records]


def test_weight_decay_is_the_gradient_of_half_the_sum_of_squares() -> None:
    """One update of plain SGD differs from that without by exactly −ηλW, and biases not at all."""
    plain = replace(PLAIN, optimizer=SGD(lr=0.1))
    plan = Plan(10, kernels=False)
    start = initial_state(plain, plan)
    ends = [
        advance(initial_state(config, plan), 1, plan=plan)[0].parameters
        for config in (plain, WithWeightDecay(0.5).cure(plain))
    ]
    network = Network(plain.layers, seed=plain.seed)
    pulled = -0.1 * 0.5 * start.parameters * network.decay_mask
    np.testing.assert_allclose(ends[1] - ends[0], pulled, atol=1e-6)
    assert np.count_nonzero(network.decay_mask == 0) == 8 + 16 + 128 + 10
    weights = first_weights(plain).astype(np.float64)
    for place in (0, 5000):
        lighter, heavier = weights.copy(), weights.copy()
        lighter[place] -= 1e-4
        heavier[place] += 1e-4
        assert (penalty(heavier) - penalty(lighter)) / 2e-4 == pytest.approx(weights[place], abs=1e-5)


def test_the_training_loss_that_is_plotted_leaves_out_the_penalty() -> None:
    plan = Plan(10, kernels=False)
    losses = [
        advance(initial_state(one.cure(PLAIN), plan), 1, plan=plan)[1][0].loss
        for one in (Plain(), WithWeightDecay(1.0))
    ]
    assert losses[0] == losses[1], "before the first update the weights are equal, and ½ΣW² is not 0"
    assert penalty(first_weights(PLAIN)) > 1


def test_weights_shrink_under_weight_decay_and_are_those_of_the_layers() -> None:
    plain, decayed = (trained(one.cure(PLAIN), 60)[0] for one in (Plain(), WithWeightDecay(0.1)))
    assert penalty(decayed) < 0.7 * penalty(plain)
    count = 8 * 25 + 16 * 8 * 25 + 784 * 128 + 128 * 10
    assert len(plain) == len(first_weights(PLAIN)) == count
    dropped = WithDropout().cure(PLAIN)
    assert len(weights_of(dropped, Network(dropped.layers).parameters)) == count


@pytest.mark.parametrize("seed", [0, 1])
def test_the_network_learns_its_images_by_heart(seed: int) -> None:
    settings = RegularizationSettings(seed=seed)
    plan = Plan(150, validate_every=10, kernels=False)
    _, records = advance(initial_state(settings.experiment(), plan), 150, plan=plan)
    training = np.mean([one.accuracy for one in records[-20:]])
    assert training > 0.97
    assert records[-1].validation_accuracy is not None
    assert records[-1].validation_accuracy < 0.85


def test_wrong_labels_are_learned_by_heart_too() -> None:
    noisy = RegularizationSettings(noise=1.0, images=40)
    _, accuracies = trained(noisy.experiment(), 200)
    assert np.mean(accuracies[-20:]) > 0.9


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_sixteen_layers_are_worse_in_training_than_two(seed: int) -> None:
    settings = RegularizationSettings(seed=seed)
    shallow, deep = (np.mean(trained(settings.stack(depth), 300)[1][-20:]) for depth in (DEPTHS[0], DEPTHS[-1]))
    assert shallow > deep + 0.1


def test_stacks_differ_in_nothing_but_their_depth() -> None:
    settings = RegularizationSettings(width=9, activation=Tanh())
    entered = settings.depths(["a", "b", "c", "d"])
    for one, depth in zip(entered, DEPTHS, strict=True):
        layers = one.config.layers
        assert len(layers) == 2 * depth + 2
        assert [layer.units for layer in layers if isinstance(layer, Linear)] == [9] * depth + [10]
        assert replace(one.config, layers=entered[0].config.layers) == entered[0].config


def test_what_is_tried_next() -> None:
    assert another((Plain(),)) == WithWeightDecay()
    everything = tuple(cls() for cls in REMEDIES.values())
    assert another(everything) == everything[-1]
    names = [str(place) for place in range(len(everything))]
    entered = RegularizationSettings(tried=everything).entries(names)
    assert [one.name for one in entered] == names
    assert len({one.config.canonical() for one in entered}) == len(everything)


@pytest.mark.parametrize(
    "options",
    [{"images": 0}, {"images": -5}, {"images": 2000}, {"noise": 1.5}, {"rate": 1.0}, {"mask": 0}, {"part": "sound"},
     {"tried": ()}, {"tried": (Plain(), Plain())},
     {"tried": tuple(WithWeightDecay(0.01 * n) for n in range(1, MOST_TRIED + 2))}],
)  # fmt: skip
def test_settings_out_of_range_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        RegularizationSettings(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize("strength", [-0.1, 0.0, 1e9, float("nan")])
def test_a_decay_that_cannot_be_is_refused(strength: float) -> None:
    with pytest.raises(ConfigError):
        WithWeightDecay(strength)
