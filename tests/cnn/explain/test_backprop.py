"""The way there and back: the engine's numbers, a network left as it was, the update that was promised."""

import numpy as np
import pytest

from cnn import shipped
from cnn.activations import ReLU, Softmax
from cnn.data import digits, rasterize
from cnn.data.handwriting import write
from cnn.explain.backprop import Act, Phase, Station, learn, rehearse, root_mean_square, stations
from cnn.explain.picture import fit
from cnn.layers import BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d
from cnn.losses import CrossEntropy, SquaredError, softmax
from cnn.network import Network

IMAGES, LABELS = digits(6, seed=3)
PICTURE, LABEL = IMAGES[0, 0], int(LABELS[0])


def small(*more: object) -> Network:
    layers = [Conv2d(3, 3), *more, ReLU(), MaxPool2d(4), Flatten(), Linear(10)]
    return Network(layers, seed=2)  # type: ignore[arg-type]


def test_the_way_goes_there_and_back() -> None:
    way = stations(3)
    assert [station.layer for station in way] == [-1, 0, 1, 2, -1, 2, 1, 0, -1, -1]
    acts = [Act.INPUT, *[Act.FORWARD] * 3, Act.LOSS, *[Act.BACKWARD] * 3, Act.UPDATE, Act.REPEAT]
    assert [station.act for station in way] == acts
    assert [station.phase for station in way] == [
        Phase.BATCH, *[Phase.GRADIENT] * 7, Phase.UPDATE, Phase.REPEAT,
    ]  # fmt: skip
    assert Station(Act.LOSS).phase is Phase.GRADIENT


def test_each_scene_shows_what_the_engine_computed() -> None:
    network = shipped.load().astype(np.float64)
    play = rehearse(shipped.load(), CrossEntropy(), PICTURE, LABEL)
    with network.recording() as tape:
        scores = network.forward(IMAGES[:1], training=True)
        loss, slope = CrossEntropy()(scores, LABELS[:1])
        dx = network.backward(slope)
    assert play.loss == loss
    assert len(play.scenes) == len(network.layers)
    for place, scene in enumerate(play.scenes):
        assert np.array_equal(scene.y, tape.outputs[place][0])
        assert np.array_equal(scene.dy, tape.gradients[place][0])
        assert np.array_equal(scene.x, (tape.outputs[place - 1] if place else IMAGES[:1])[0])
        assert np.array_equal(scene.dx, (tape.gradients[place - 1] if place else dx)[0])
        for name in scene.weights:
            assert np.array_equal(scene.weights[name], network.state_dict()[f"{place}.{name}"])
            assert np.array_equal(scene.gradients[name], network.gradients()[f"{place}.{name}"])
    assert play.last_weighted == 7
    assert play.size_of_gradient(0) == pytest.approx(root_mean_square(network.gradients()["0.weight"]))
    assert play.size_of_gradient(1) is None


def test_the_gradient_sets_off_as_answer_minus_target() -> None:
    play = rehearse(small(), CrossEntropy(), PICTURE, LABEL)
    target = np.eye(10, dtype=np.float32)[LABEL]
    np.testing.assert_allclose(play.answers, softmax(play.outputs[None])[0])
    np.testing.assert_allclose(play.doutputs, play.answers - target, atol=1e-6)
    direct = rehearse(small(), SquaredError(through="identity"), PICTURE, LABEL)
    np.testing.assert_allclose(direct.doutputs, direct.outputs - target, atol=1e-6)
    assert np.array_equal(direct.answers, direct.outputs)


def test_a_final_softmax_belongs_to_the_loss_that_goes_through_it() -> None:
    network = Network([Flatten(), Linear(10), Softmax()], seed=1)
    assert len(rehearse(network, CrossEntropy(), PICTURE, LABEL).scenes) == 2
    assert len(rehearse(network, SquaredError(through="identity"), PICTURE, LABEL).scenes) == 3


@pytest.mark.parametrize("lr", [0.001, 1e3])
def test_the_network_stays_as_it_was(lr: float) -> None:
    network = small(BatchNorm2d(), Dropout(0.3))
    before = {name: array.copy() for name, array in network.state_dict().items()}
    rehearse(network, CrossEntropy(), PICTURE, LABEL)
    learn(network, CrossEntropy(), PICTURE, LABEL, lr, 5, (IMAGES, LABELS))
    assert all(np.array_equal(array, before[name]) for name, array in network.state_dict().items())


def test_one_update_is_the_step_against_the_gradient() -> None:
    network = small()
    first, second = learn(network, CrossEntropy(), PICTURE, LABEL, lr=0.01, steps=1)
    play = rehearse(network, CrossEntropy(), PICTURE, LABEL)
    assert first.loss == play.loss
    assert np.array_equal(first.answers, play.answers)
    gradients = {
        f"{place}.{name}": gradient
        for place, scene in enumerate(play.scenes)
        for name, gradient in scene.gradients.items()
    }
    network = network.astype(np.float64)
    network.load_state_dict({name: array - 0.01 * gradients[name] for name, array in network.state_dict().items()})
    after = rehearse(network, CrossEntropy(), PICTURE, LABEL)
    assert second.loss == pytest.approx(after.loss, rel=1e-12)
    assert second.loss < first.loss


@pytest.mark.parametrize("seed", range(40))
def test_a_short_step_against_the_gradient_always_lowers_the_loss_however_sure_the_network_is(seed: int) -> None:
    picture = rasterize(write(seed % 10, seed, 1.0))
    first, second = learn(shipped.load(), CrossEntropy(), picture, seed % 10, lr=0.001, steps=1)
    slopes = [scene.gradients for scene in rehearse(shipped.load(), CrossEntropy(), picture, seed % 10).scenes]
    squares = sum(float(np.vdot(one, one)) for gradients in slopes for one in gradients.values())
    assert second.loss < first.loss
    assert first.loss - second.loss == pytest.approx(0.001 * squares, rel=0.25), "to first order η ‖∇L‖²"


def test_dropout_switches_the_same_values_off_before_and_after() -> None:
    network = small(Dropout(0.5))
    moments = learn(network, CrossEntropy(), PICTURE, LABEL, lr=1e-6, steps=3)
    assert max(moment.loss for moment in moments) - min(moment.loss for moment in moments) < 1e-3


def test_other_pictures_are_asked_but_not_learned() -> None:
    network = shipped.load()
    right = float(np.mean(network.predict(IMAGES).argmax(axis=1) == LABELS))
    moments = learn(network, CrossEntropy(), PICTURE, (LABEL + 1) % 10, 0.05, 3, (IMAGES, LABELS))
    assert moments[0].others == right
    assert [moment.others for moment in moments[1:-1]] == [None, None], "asking takes time: now and then"
    assert moments[-1].others is not None
    assert moments[-1].others < right
    assert [moment.others for moment in learn(network, CrossEntropy(), PICTURE, LABEL, 0.05, 1)] == [None, None]


def test_numbers_that_overflow_are_shown_and_not_raised() -> None:
    network = small()
    network.parameters[:] = np.inf
    assert not np.isfinite(rehearse(network, CrossEntropy(), PICTURE, LABEL).loss)


@pytest.mark.parametrize(("shape", "side"), [((28, 28), 28), ((4, 4), 28), ((6, 6), 24), ((1, 12), 24), ((3, 40), 28)])
def test_a_picture_of_any_size_fits(shape: tuple[int, int], side: int) -> None:
    fitted = fit(np.ones(shape), (28, 28))
    assert fitted.shape == (28, 28)
    assert fitted.any(axis=0).sum() == side
    rows, columns = np.nonzero(fitted)
    assert abs(rows.min() - (27 - rows.max())) <= 1
    assert abs(columns.min() - (27 - columns.max())) <= 1


def test_a_picture_that_fits_already_is_left_alone() -> None:
    assert np.array_equal(fit(PICTURE, (28, 28)), PICTURE)
