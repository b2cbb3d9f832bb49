"""The loss as a landscape over the weights: planes and lines cut through a space of thousands of dimensions.

A plane is origin + x·axis₁ + y·axis₂. Two kinds show different things: the plane that the runs of a race themselves
span best (:func:`principal`), on which their paths can be drawn, and one of random directions around a minimum
(:func:`minimum`), which shows how sharp it is. Lines lead from the common start straight to each end.

Sources: Li, Xu, Taylor, Studer, Goldstein 2018, "Visualizing the Loss Landscape of Neural Nets", sec. 4 and 6;
Goodfellow, Vinyals, Saxe 2015, "Qualitatively characterizing neural network optimization problems", sec. 3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cnn.config import ExperimentConfig
from cnn.errors import ConfigError
from cnn.losses import Loss
from cnn.network import Network
from cnn.seeds import Purpose, generator
from cnn.training.advance import build_network, prepare
from cnn.training.evaluation import evaluate
from cnn.training.race import ContestantView, RaceView
from cnn.training.standings import measured
from cnn.training.view import Status

Array = NDArray[Any]
Kind = Literal["principal", "minimum", "straight"]

SIDE = 25  # points along each axis
IMAGES = 512  # that the loss is the mean of
_WAYPOINTS = 24  # of each path
_MARGIN = 0.15  # of the paths' extent, on each side
_REACH = 1.0  # of a plane around a minimum: at 1, a filter has moved as far as it is long
_FLAT = 1e-12  # share of the first variance below which there is no second direction
_BEYOND = 0.25  # how far lines are followed behind either end, as a share of their length


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane through the space of weights.

    Attributes:
        origin: (P,) float64.
        axes: (2, P) float64: of unit length and at right angles, or as long as the filters (:func:`random_plane`).
        explained: shares of the paths' variance along the two axes; empty where it does not come from paths.
    """

    origin: Array
    axes: Array
    explained: tuple[float, ...] = ()

    def coordinates(self, weights: Array) -> Array:
        """Where the points of the plane nearest to ``weights`` (n, P) lie on it: (n, 2)."""
        offsets = np.asarray(weights, np.float64) - self.origin
        return np.linalg.solve(self.axes @ self.axes.T, self.axes @ offsets.T).T

    def distances(self, weights: Array) -> Array:
        """How far ``weights`` (n, P) are off the plane: (n,)."""
        offsets = np.asarray(weights, np.float64) - self.origin
        return np.linalg.norm(offsets - self.coordinates(weights) @ self.axes, axis=1)


@dataclass(frozen=True, eq=False)
class Terrain:
    """What is to be surveyed: points given by combinations of a few vectors of weights.

    Attributes:
        kind: which cut.
        config: of the network and the images.
        buffers: running statistics that go with all points: those of the best end.
        basis: (m, P) float64.
        points: (n, m) float64; point i is points[i] @ basis.
        shape: of the surface, n in all: (rows, columns), or (lines, points).
        x, y: coordinates of its columns and rows; for lines, x runs from 0 (start) to 1 (end), and y is empty.
        paths: (k, 2) coordinates for each contestant; (0, 2) for those that are not on the picture.
        names: of the contestants, in the same order.
        plane: where the cut is one.
        off: how far the paths are off the plane at most, as a share of their length in it.
    """

    kind: Kind
    config: ExperimentConfig
    buffers: Mapping[str, Array]
    basis: Array
    points: Array
    shape: tuple[int, int]
    x: Array
    y: Array
    paths: tuple[Array, ...]
    names: tuple[str, ...]
    plane: Plane | None = None
    off: float = 0.0


def principal_plane(paths: Sequence[Array]) -> Plane:
    """The plane that comes closest to all points of all paths, (n_i, P) each: their first two principal components.

    Raises:
        ConfigError: the points lie on a line, or there are fewer than three.
    """
    points = np.concatenate([np.asarray(path, np.float64) for path in paths]) if paths else np.empty((0, 1))
    if len(points) < 3:
        raise ConfigError("training.no_path")
    centre = points.mean(axis=0)
    points -= centre
    # The n × n matrix of inner products has the same eigenvalues as the P × P covariance, and n is a hundred.
    variances, vectors = np.linalg.eigh(points @ points.T)
    total = float(variances.clip(0).sum())
    first, second = float(variances[-1]), float(variances[-2])
    if second <= _FLAT * max(first, 1e-300):
        raise ConfigError("training.no_path")
    axes = (vectors[:, [-1, -2]].T @ points) / np.sqrt([[first], [second]])
    return Plane(centre, axes, (first / total, second / total))


def random_plane(network: Network, seed: int = 0) -> Plane:
    """Two random directions around a network's weights, each filter of a direction as long as the network's own.

    d ← d · ‖w‖/‖d‖ for each filter (each row of a linear layer); biases and norms stay. Without this, a network with
    large weights looks flat and one with small weights sharp, though both compute the same.

    Source: Li et al. 2018, sec. 4.
    """
    axes = np.zeros((2, network.parameters.size))
    for number, axis in enumerate(axes):
        rng = generator(seed, Purpose.LANDSCAPE, number)
        for key, place in network.slices.items():
            index, _, name = key.partition(".")
            weight = network.layers[int(index)].params[name]
            direction = rng.standard_normal(weight.shape)
            if weight.ndim > 1:
                rows, own = direction.reshape(len(direction), -1), weight.reshape(len(weight), -1)
                lengths = np.linalg.norm(own.astype(np.float64), axis=1) / np.linalg.norm(rows, axis=1)
                axis[place] = (rows * lengths[:, None]).ravel()
    return Plane(network.parameters.astype(np.float64), axes)


def principal(view: RaceView) -> Terrain:
    """The plane of all paths of a race, as far as it shows them. Contestants that diverged are left out.

    Raises:
        ConfigError: the race kept no paths, or they make no plane.
    """
    best, ways = _best(view), _ways(view)
    plane = principal_plane([way for way in ways if len(way)])
    paths = tuple(plane.coordinates(way) if len(way) else np.empty((0, 2)) for way in ways)
    every = np.concatenate(paths)
    low, high = every.min(axis=0), every.max(axis=0)
    room = _MARGIN * (high - low) + 1e-9
    x, y = (np.linspace(low[axis] - room[axis], high[axis] + room[axis], SIDE) for axis in (0, 1))
    distances = [plane.distances(way).max() for way in ways if len(way)]
    extent = float(np.linalg.norm(high - low))
    return _on_plane("principal", view, best, plane, x, y, paths, float(max(distances)) / extent)


def minimum(view: RaceView, classes: int, seed: int = 0) -> Terrain:
    """A plane of random directions around the end of the contestant with the lowest loss.

    Args:
        view: the race.
        classes: of the images: the network's outputs.
        seed: of the directions.

    Raises:
        ConfigError: no contestant has an end that is sound.
    """
    best = _best(view)
    state = best.runs[0].state
    assert state is not None, "the best has come to an end"
    network = build_network(best.config, classes)
    network.parameters[:] = state.parameters
    side = np.linspace(-_REACH, _REACH, SIDE)
    nowhere = tuple(np.zeros((1, 2)) if one is best else np.empty((0, 2)) for one in view.contestants)
    return _on_plane("minimum", view, best, random_plane(network, seed), side, side, nowhere, 0.0)


def straight(view: RaceView) -> Terrain:
    """Straight lines from the common start to the end of each contestant, and a little beyond.

    Raises:
        ConfigError: the race kept no paths.
    """
    best, ways = _best(view), _ways(view)
    if not any(len(way) for way in ways):
        raise ConfigError("training.no_path")
    basis = np.concatenate([way[[0, -1]].astype(np.float64) for way in ways if len(way)])
    along = np.linspace(-_BEYOND, 1 + _BEYOND, SIDE)
    count = len(basis) // 2
    points = np.zeros((count, SIDE, len(basis)))
    for number in range(count):
        points[number, :, 2 * number], points[number, :, 2 * number + 1] = 1 - along, along
    names = tuple(one.name for one, way in zip(view.contestants, ways, strict=True) if len(way))
    return Terrain(
        "straight", best.config, _buffers(best), basis, points.reshape(-1, len(basis)), (count, SIDE), along,
        np.empty(0), (), names,
    )  # fmt: skip


def losses(network: Network, loss: Loss, images: Array, labels: Array, basis: Array, points: Array) -> Array:
    """The loss at each of ``points`` (n, m), combinations of the vectors of ``basis`` (m, P): (n,) float64.

    In inference mode; the network's own weights are overwritten. Where the loss is no number it is infinite.
    """
    found = np.empty(len(points))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for place, point in enumerate(points):
            network.parameters[:] = point @ basis
            found[place] = evaluate(network, loss, images, labels)[0]
    return np.where(np.isfinite(found), found, np.inf)


def probe(config: ExperimentConfig, count: int = IMAGES) -> tuple[Array, Array]:
    """Training images and labels, spread over all there are."""
    data = prepare(config)
    places = np.unique(np.linspace(0, len(data.labels) - 1, min(count, len(data.labels))).astype(int))
    return data.images[places], data.labels[places]


def _on_plane(
    kind: Kind,
    view: RaceView,
    best: ContestantView,
    plane: Plane,
    x: Array,
    y: Array,
    paths: tuple[Array, ...],
    off: float,
) -> Terrain:
    across, down = np.meshgrid(x, y)
    points = np.stack([np.ones(across.size), across.ravel(), down.ravel()], axis=1)
    basis = np.concatenate([plane.origin[None], plane.axes])
    names = tuple(one.name for one in view.contestants)
    return Terrain(
        kind, best.config, _buffers(best), basis, points, (len(y), len(x)), x, y, paths, names, plane, off
    )  # fmt: skip


def _best(view: RaceView) -> ContestantView:
    """The contestant with the lowest final loss, of those whose first run is sound."""
    ends: list[tuple[float, ContestantView]] = []
    for one in view.contestants:
        loss = measured(one.runs[0])[1]
        if len(loss) and np.isfinite(loss[-1]) and one.runs[0].status not in (Status.DIVERGED, Status.FAILED):
            ends.append((float(loss[-1]), one))
    if not ends:
        raise ConfigError("training.no_path")
    return min(ends, key=lambda end: end[0])[1]


def _ways(view: RaceView) -> list[Array]:
    """The paths (k, P) of the first seed; (0, P) for what diverged, or is another network than the best one's."""
    size = len(_parameters(_best(view)))
    ways: list[Array] = []
    for one in view.contestants:
        run = one.runs[0]
        state = run.state
        sound = state is not None and run.status not in (Status.DIVERGED, Status.FAILED)
        if state is None or not sound or len(state.parameters) != size or not run.trail:
            ways.append(np.empty((0, size), np.float32))
            continue
        kept = [waypoint.parameters for waypoint in run.trail] + [state.parameters]
        places = np.unique(np.linspace(0, len(kept) - 1, min(_WAYPOINTS, len(kept))).round().astype(int))
        ways.append(np.stack([kept[place] for place in places]))
    return ways


def _parameters(one: ContestantView) -> Array:
    state = one.runs[0].state
    assert state is not None, "a run with records has a state"
    return state.parameters


def _buffers(one: ContestantView) -> Mapping[str, Array]:
    state = one.runs[0].state
    return state.buffers if state else {}
