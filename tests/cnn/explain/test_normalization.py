"""Normalization taken apart: against plain loops and the formula by hand, and batch norm's memory step by step."""

from itertools import product

import numpy as np
import pytest

from cnn.errors import ShapeError
from cnn.explain.normalization import NORMS, Block, apart, follow, in_company, normalize, sharing

RNG = np.random.default_rng(3)
MAPS = 2 * RNG.standard_normal((3, 4, 5, 6)) + RNG.standard_normal((3, 4, 1, 1))


def oracle(norm: str, groups: int) -> np.ndarray:
    """(N, C, H, W), normalized cell by cell: whoever belongs together is asked of each pair of maps."""
    images, channels = MAPS.shape[:2]

    def together(one: tuple[int, int], other: tuple[int, int]) -> bool:
        size = channels // groups
        return {
            "batch": one[1] == other[1],
            "layer": one[0] == other[0],
            "instance": one == other,
            "group": one[0] == other[0] and one[1] // size == other[1] // size,
        }[norm]

    found = np.empty_like(MAPS)
    places = list(product(range(images), range(channels)))
    for one in places:
        values = np.concatenate([MAPS[other].ravel() for other in places if together(one, other)])
        mean = values.sum() / len(values)
        variance = ((values - mean) ** 2).sum() / len(values)
        found[one] = (MAPS[one] - mean) / np.sqrt(variance + 1e-5)
    return found


@pytest.mark.parametrize(("norm", "groups"), [("batch", 1), ("layer", 1), ("instance", 1), ("group", 1), ("group", 2),
                                              ("group", 4)])  # fmt: skip
def test_cells_that_share_a_mean_are_those_that_the_layer_takes_it_over(norm: str, groups: int) -> None:
    block = Block(MAPS, sharing(norm, 3, 4, groups))
    after = normalize(block, norm, groups)
    np.testing.assert_allclose(after.maps, oracle(norm, groups), rtol=1e-12, atol=1e-12)
    expected = (block.rows - block.means[:, None]) / np.sqrt(block.variances[:, None] + 1e-5)
    np.testing.assert_allclose(after.rows, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(after.means, 0, atol=1e-12)


def test_over_how_many_cells_one_mean_is_taken() -> None:
    counted = {norm: Block(MAPS, sharing(norm, 3, 4, 2)).shared for norm in NORMS}
    assert counted == {"batch": 3 * 5 * 6, "layer": 4 * 5 * 6, "instance": 5 * 6, "group": 2 * 5 * 6}
    assert sharing("group", 2, 4, 2).tolist() == [[0, 0, 1, 1], [2, 2, 3, 3]]
    assert sharing("batch", 2, 3, 9).tolist() == [[0, 1, 2], [0, 1, 2]], "the number of groups is group norm's alone"


def test_gamma_and_beta_come_last() -> None:
    block = Block(MAPS, sharing("group", 3, 4, 2))
    plain, scaled = normalize(block, "group", 2), normalize(block, "group", 2, gamma=-2.0, beta=0.5)
    np.testing.assert_allclose(scaled.maps, -2 * plain.maps + 0.5, rtol=1e-12)


@pytest.mark.parametrize("norm", NORMS)
def test_rows_go_back_to_where_they_came_from(norm: str) -> None:
    block = Block(MAPS, sharing(norm, 3, 4, 2))
    np.testing.assert_array_equal(block.with_rows(block.rows).maps, MAPS)
    np.testing.assert_array_equal(block.with_rows(10 * block.rows).maps, 10 * MAPS)


def test_groups_that_do_not_divide_the_channels_are_refused() -> None:
    with pytest.raises(ShapeError, match="choose one of 1, 2, 4"):
        sharing("group", 3, 4, 3)


@pytest.mark.parametrize("momentum", [0.0, 0.1, 1.0])
def test_running_statistics_follow_by_hand(momentum: float) -> None:
    batches = [RNG.standard_normal((n, 2, 3, 3)) + n for n in (2, 5, 1)]
    found = follow(batches, momentum)
    assert found.means.shape == (4, 2)
    mean, variance = np.zeros(2), np.ones(2)
    np.testing.assert_array_equal([found.means[0], found.variances[0]], [mean, variance])
    for step, batch in enumerate(batches, start=1):
        own = [batch[:, channel].ravel() for channel in range(2)]
        np.testing.assert_allclose(found.batch_means[step - 1], [sum(one) / len(one) for one in own])
        unbiased = [((one - one.mean()) ** 2).sum() / (len(one) - 1) for one in own]
        np.testing.assert_allclose(found.batch_variances[step - 1], unbiased)
        mean = (1 - momentum) * mean + momentum * found.batch_means[step - 1]
        variance = (1 - momentum) * variance + momentum * found.batch_variances[step - 1]
        np.testing.assert_allclose(found.means[step], mean, atol=1e-14)
        np.testing.assert_allclose(found.variances[step], variance)


def test_company_matters_in_training_alone() -> None:
    image, companies = MAPS[0], np.stack([MAPS[1:], MAPS[1:] + 5, MAPS[1:]])
    found = in_company(image, companies)
    np.testing.assert_array_equal(found[0], found[2])
    assert apart(found) == np.abs(found[0] - found[1]).max() > 0.5
    channel = np.concatenate([image[1].ravel(), *(one[1].ravel() for one in MAPS[1:])])
    expected = (image[1] - channel.mean()) / np.sqrt(channel.var() + 1e-5)
    np.testing.assert_allclose(found[0, 1], expected, rtol=1e-12, atol=1e-12)


def test_alone_in_the_batch_batch_norm_is_instance_norm() -> None:
    alone = in_company(MAPS[0], np.empty((1, 0, *MAPS.shape[1:])))
    block = Block(MAPS[:1], sharing("instance", 1, 4, 1))
    np.testing.assert_allclose(alone, normalize(block, "instance", 1).maps, rtol=1e-12, atol=1e-12)


def test_inference_uses_what_was_remembered_in_whatever_company() -> None:
    mean, variance = np.array([1.0, -2, 0, 3]), np.array([0.5, 4, 1, 9])
    expected = (MAPS[0] - mean[:, None, None]) / np.sqrt(variance[:, None, None] + 1e-5)
    found = in_company(MAPS[0], np.stack([MAPS[1:], MAPS[1:] + 5]), (mean, variance))
    np.testing.assert_allclose(found[0], expected, rtol=1e-12, atol=1e-12)
    assert apart(found) == 0
