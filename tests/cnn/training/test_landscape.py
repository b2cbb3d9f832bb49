from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cnn.errors import ConfigError
from cnn.layers import BatchNorm2d
from cnn.losses import CrossEntropy
from cnn.network import Network
from cnn.optimizers import SGD, Momentum
from cnn.training import landscape
from cnn.training.advance import network_of
from cnn.training.evaluation import evaluate
from cnn.training.landscape import Terrain, principal_plane, probe, random_plane
from cnn.training.race import Contestant, Race
from cnn.training.run import LEASE
from cnn.training.runs import Runs
from cnn.training.survey import Survey, measure
from cnn.training.workers import SETTING, LokyPool
from tests.cnn.training.experiments import LAYERS, TINY, Clock, HandPool
from tests.cnn.training.test_workers import address, wait_for

__all__ = ["address"]

THREE = (
    Contestant("adam", TINY),
    Contestant("sgd", replace(TINY, optimizer=SGD())),
    Contestant("momentum", replace(TINY, optimizer=Momentum())),
)
HOT = Contestant("hot", replace(TINY, optimizer=SGD(lr=1e6)))


class Map:
    """A race that is over, and what can be surveyed of it, all by hand."""

    def __init__(self, *contestants: Contestant, trail: bool = True, steps: int = 12) -> None:
        self.pool, self.clock = HandPool(2), Clock()
        self.runs = Runs(self.pool, self.clock)
        self.race: Race = self.runs.start_race(contestants or THREE, steps, trail=trail)
        self.finish()

    def finish(self) -> None:
        while self.pool.calls:
            self.clock.now += 0.1
            self.pool.finish()

    def survey(self, terrain: Terrain) -> Survey:
        survey = self.runs.survey(self.race, terrain)
        self.finish()
        return survey


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landscape, "SIDE", 5)


@pytest.fixture
def known(small: None) -> Iterator[Map]:
    one = Map()
    yield one
    one.runs.close()


def directly(terrain: Terrain, weights: Any) -> float:
    """The loss of the network with these very weights, without anything of the landscape's."""
    network = Network(terrain.config.layers, seed=5)
    network.load_buffers(terrain.buffers)
    network.parameters[:] = weights
    return evaluate(network, CrossEntropy(), *probe(terrain.config))[0]


# Planes --------------------------------------------------------------------------------------------------------------


def test_the_surface_along_the_paths_own_axes_is_the_loss_evaluated_directly(known: Map) -> None:
    terrain = landscape.principal(known.race.snapshot())
    view = known.survey(terrain).snapshot()
    assert view.losses.shape == (len(terrain.y), len(terrain.x)) == (5, 5)
    plane = terrain.plane
    assert plane is not None
    for row, y in enumerate(terrain.y):
        for column, x in enumerate(terrain.x):
            weights = plane.origin + x * plane.axes[0] + y * plane.axes[1]
            assert view.losses[row, column] == pytest.approx(directly(terrain, weights), rel=1e-5)


def test_a_row_through_a_weight_of_the_path_meets_its_loss(known: Map) -> None:
    """A 1-D slice: along the first axis through one end, with the part off the plane added back."""
    snapshot = known.race.snapshot()
    terrain = landscape.principal(snapshot)
    plane, state = terrain.plane, snapshot.contestants[0].runs[0].state
    assert plane is not None
    assert state is not None
    (spot,) = plane.coordinates(state.parameters[None])
    points = np.array([[1.0, spot[0] + shift] for shift in (-0.1, 0.0, 0.2)])
    basis = np.stack([state.parameters - spot[0] * plane.axes[0], plane.axes[0]])
    cut = replace(terrain, basis=basis, points=points, shape=(1, 3))
    found = measure(cut, points).losses
    own = evaluate(network_of(state), CrossEntropy(), *probe(terrain.config))[0]
    assert found[1] == pytest.approx(own, rel=1e-5)
    assert found[2] == pytest.approx(directly(terrain, state.parameters + 0.2 * plane.axes[0]), rel=1e-5)


def test_straight_lines_lead_from_the_start_to_each_end(known: Map) -> None:
    snapshot = known.race.snapshot()
    terrain = landscape.straight(snapshot)
    view = known.survey(terrain).snapshot()
    assert terrain.names == ("adam", "sgd", "momentum")
    assert view.losses.shape == (3, 5)
    for number, one in enumerate(snapshot.contestants):
        state = one.runs[0].state
        assert state is not None
        start = one.runs[0].trail[0].parameters
        for place, t in enumerate(terrain.x):
            weights = (1 - t) * start.astype(float) + t * state.parameters
            assert view.losses[number, place] == pytest.approx(directly(terrain, weights), rel=1e-5)


def test_principal_axes_are_those_of_the_covariance() -> None:
    rng = np.random.default_rng(0)
    paths = [rng.standard_normal((9, 40)) * np.linspace(3, 0.1, 40) + 1 for _ in range(3)]
    plane = principal_plane(paths)
    points = np.concatenate(paths)
    values, vectors = np.linalg.eigh(np.cov(points.T))
    np.testing.assert_allclose(np.abs(plane.axes @ vectors[:, [-1, -2]]), np.eye(2), atol=1e-10)
    np.testing.assert_allclose(plane.explained, values[[-1, -2]] / values.sum())
    np.testing.assert_allclose(plane.axes @ plane.axes.T, np.eye(2), atol=1e-12)
    np.testing.assert_allclose(plane.origin, points.mean(axis=0))


def test_points_on_the_plane_are_found_where_they_are_and_others_are_off_it() -> None:
    rng = np.random.default_rng(1)
    plane = landscape.Plane(rng.standard_normal(30), rng.standard_normal((2, 30)))
    spots = rng.standard_normal((6, 2))
    on = plane.origin + spots @ plane.axes
    np.testing.assert_allclose(plane.coordinates(on), spots)
    np.testing.assert_allclose(plane.distances(on), 0, atol=1e-12)
    normal = np.linalg.qr(np.vstack([plane.axes, rng.standard_normal(30)]).T)[0][:, 2]
    np.testing.assert_allclose(plane.coordinates(on + 2 * normal), spots)
    np.testing.assert_allclose(plane.distances(on + 2 * normal), 2)


def test_random_directions_are_as_long_as_the_filters_and_leave_biases_and_norms_alone() -> None:
    network = Network((LAYERS[0], BatchNorm2d(), *LAYERS[1:]), seed=3)
    plane = random_plane(network, seed=1)
    own = network.state_dict()
    for axis in plane.axes:
        network.parameters[:] = axis
        direction = network.state_dict()
        for name in ("0.weight", "5.weight"):
            np.testing.assert_allclose(_lengths(direction[name]), _lengths(own[name]), rtol=1e-5)
        assert not any(direction[name].any() for name in ("0.bias", "1.weight", "1.bias", "5.bias"))
    assert abs(np.corrcoef(plane.axes)[0, 1]) < 0.2
    assert (plane.axes != random_plane(network, seed=2).axes).any()


def _lengths(weight: Any) -> Any:
    return np.linalg.norm(weight.reshape(len(weight), -1), axis=1)


def test_around_a_minimum_the_middle_is_the_minimum(known: Map) -> None:
    terrain = landscape.minimum(known.race.snapshot(), classes=10)
    view = known.survey(terrain).snapshot()
    assert terrain.plane is not None
    assert view.losses[2, 2] == pytest.approx(directly(terrain, terrain.plane.origin), rel=1e-5)
    assert view.losses[2, 2] < np.median(view.losses)
    shown = [len(path) for path in terrain.paths]
    assert sum(shown) == 1, "only the end that it is about"


def test_paths_begin_together_end_apart_and_lie_inside_the_picture(known: Map) -> None:
    terrain = landscape.principal(known.race.snapshot())
    starts = np.array([path[0] for path in terrain.paths])
    ends = np.array([path[-1] for path in terrain.paths])
    np.testing.assert_allclose(starts - starts[0], 0, atol=1e-9)
    assert np.linalg.norm(ends - ends[0], axis=1)[1:].min() > 0.01
    every = np.concatenate(terrain.paths)
    assert (every[:, 0] >= terrain.x[0]).all()
    assert (every[:, 0] <= terrain.x[-1]).all()
    assert (every[:, 1] >= terrain.y[0]).all()
    assert (every[:, 1] <= terrain.y[-1]).all()
    plane = terrain.plane
    assert plane is not None
    assert 0.5 < sum(plane.explained) <= 1
    assert 0 < terrain.off < 1


# What is left out ----------------------------------------------------------------------------------------------------


def test_who_diverged_or_is_another_network_is_left_out(small: None) -> None:
    other = Contestant("norm", replace(TINY, layers=(LAYERS[0], BatchNorm2d(), *LAYERS[1:])))
    place = Map(HOT, THREE[1], THREE[2], replace(other, config=replace(other.config, optimizer=SGD(lr=1e-6))))
    try:
        terrain = landscape.principal(place.race.snapshot())
        assert [len(path) > 0 for path in terrain.paths] == [False, True, True, False]
        assert np.isfinite(terrain.points).all()
    finally:
        place.runs.close()


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(lambda: Map(trail=False), id="no snapshots"),
        pytest.param(lambda: Map(HOT), id="diverged"),
        pytest.param(lambda: Map(THREE[0], steps=1), id="one step"),
    ],
)
def test_without_paths_a_sentence_says_so(place: Any) -> None:
    made = place()
    try:
        with pytest.raises(ConfigError) as caught:
            landscape.principal(made.race.snapshot())
        assert caught.value.code == "training.no_path"
    finally:
        made.runs.close()


# On the executor -----------------------------------------------------------------------------------------------------


def test_a_survey_fills_up_and_says_how_far_it_is(known: Map) -> None:
    survey = known.runs.survey(known.race, landscape.principal(known.race.snapshot()))
    view = survey.snapshot()
    assert (view.done, view.total, view.active, view.seconds_left) == (0, 25, True, None)
    known.clock.now += 1
    known.pool.finish(2)
    view = survey.snapshot()
    assert 0 < view.done < 25
    assert np.count_nonzero(~np.isnan(view.losses)) == view.done
    assert view.seconds_left == pytest.approx((25 - view.done) / view.done)
    known.finish()
    view = survey.snapshot()
    assert (view.done, view.active) == (25, False)
    assert known.race.surveys == {"principal": survey}


def test_a_survey_can_be_cancelled_sleeps_unwatched_and_goes_with_its_race(known: Map) -> None:
    terrain = landscape.principal(known.race.snapshot())
    survey = known.runs.survey(known.race, terrain)
    survey.cancel()
    known.finish()
    assert not survey.snapshot().active
    assert survey.snapshot().done < 25
    survey = known.runs.survey(known.race, terrain)
    known.clock.now += LEASE + 1
    known.pool.finish(len(known.pool.calls))
    assert not known.pool.calls
    known.race.watch()
    assert known.pool.calls
    known.runs.close_race(known.race)
    known.pool.finish(len(known.pool.calls))
    assert not known.pool.calls


def test_a_survey_that_fails_says_why(known: Map, caplog: pytest.LogCaptureFixture) -> None:
    survey = known.runs.survey(known.race, landscape.principal(known.race.snapshot()))
    known.pool.calls.pop(0).future.set_exception(KeyError("surprise"))
    known.finish()
    view = survey.snapshot()
    assert not view.active
    assert view.error is not None
    assert "surprise" in str(view.error)
    assert "surprise" in caplog.text


@pytest.mark.parametrize("where", ["processes", "cluster"])
def test_workers_measure_what_this_process_would(
    where: str, small: None, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SETTING, address)
    runs = Runs(LokyPool(2)) if where == "processes" else Runs()
    try:
        race = runs.start_race(THREE, 12, trail=True)
        wait_for(lambda: race.snapshot().status.ended)
        terrain = landscape.principal(race.snapshot())
        survey = runs.survey(race, terrain)
        wait_for(lambda: not survey.snapshot().active)
        view = survey.snapshot()
        assert view.error is None
        np.testing.assert_array_equal(view.losses.ravel(), measure(terrain, terrain.points).losses)
    finally:
        runs.close()
