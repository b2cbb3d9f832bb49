"""The page about normalization, as far as it works without a browser: maps, races, what pixels become."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from cnn import links, shipped
from cnn.config import ExperimentConfig
from cnn.data import digits
from cnn.errors import ShapeError
from cnn.explain.normalization import NORMS, Block, sharing
from cnn.layers import BatchNorm2d, GroupNorm, InstanceNorm2d, LayerNorm, Rescale
from cnn.optimizers import SGD
from cnn.training.advance import build_network
from cnn.training.normalization import (
    BATCHES,
    CHANNELS,
    COMPANIES,
    MIDDLE_RATE,
    MOST_UPDATES,
    RACERS,
    RATES,
    SCALES,
    NormalizationSettings,
    accuracies,
    beginning,
    company_of,
    contest,
    feature_maps,
    input_contest,
    pictures_with,
    pixel_statistics,
    pool,
    remembered,
    rescaled,
    table_entries,
    treated,
)
from cnn.training.race import MOST_RUNS, RaceView, check
from cnn.training.view import Status

SETTINGS = NormalizationSettings()
NAMES = ["No norm", "Batch", "Layer", "Instance", "Group"]
INK = digits(3, seed=4)[0][:, 0].astype(np.float64)


# The block -----------------------------------------------------------------------------------------------------------


def test_the_maps_are_the_shipped_networks_at_every_second_pixel() -> None:
    whole = shipped.load()
    with whole.recording() as tape:
        whole.forward(INK[:, None].astype(np.float32))
    found = feature_maps(INK)
    assert found.shape == (3, CHANNELS, 14, 14)
    # "same" padding at stride 2 begins one pixel further in than at stride 1.
    np.testing.assert_allclose(found, tape.outputs[0][:, :CHANNELS, 1::2, 1::2], atol=1e-5)


def test_the_own_picture_comes_first() -> None:
    found = pictures_with(INK[2], 4)
    assert found.shape == (4, 28, 28)
    np.testing.assert_array_equal(found[0], INK[2])
    np.testing.assert_array_equal(pictures_with(INK[2], 1), INK[2:])


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize(("method", "low", "high"), [("unit", 0, 1), ("symmetric", -1, 1)])
def test_min_max_scaling_fixes_the_ends_of_each_group_and_not_its_mean(
    norm: str, method: str, low: float, high: float
) -> None:
    maps = feature_maps(INK)
    block = Block(maps, sharing(norm, 3, CHANNELS, 3))
    after = treated(block, replace(SETTINGS, norm=norm, groups=3, method=method))
    np.testing.assert_allclose(after.rows.min(axis=1), low, atol=1e-12)
    np.testing.assert_allclose(after.rows.max(axis=1), high, atol=1e-12)
    assert np.ptp(after.means) > 0.01
    row = block.rows[0]
    np.testing.assert_allclose(after.rows[0], low + (high - low) * (row - row.min()) / (row.max() - row.min()))


def test_a_norm_fixes_mean_and_deviation_and_not_the_ends() -> None:
    block = Block(feature_maps(INK), sharing("batch", 3, CHANNELS, 1))
    after = treated(block, replace(SETTINGS, gamma=2.0, beta=-1.0))
    np.testing.assert_allclose(after.means, -1, atol=1e-12)
    np.testing.assert_allclose(after.variances, 4, rtol=1e-3)
    assert np.ptp(after.rows.max(axis=1)) > 0.1


def test_groups_that_do_not_divide_the_channels_are_refused_in_a_sentence() -> None:
    block = Block(feature_maps(INK), sharing("batch", 3, CHANNELS, 1))
    with pytest.raises(ShapeError, match="choose one of 1, 2, 3, 6"):
        treated(block, replace(SETTINGS, norm="group", groups=4))


# Training against inference ------------------------------------------------------------------------------------------


def test_companies_are_drawn_from_the_pool_and_larger_ones_begin_with_smaller_ones() -> None:
    assert company_of(1).shape == (COMPANIES, 0, CHANNELS, 14, 14)
    small, large = company_of(3), company_of(8)
    np.testing.assert_array_equal(large[:, :2], small)
    assert all(any(np.array_equal(one, other) for other in pool()) for one in small[:, 0])


def test_running_statistics_approach_those_of_all_digits() -> None:
    found = remembered(0.1, 32)
    assert found.means.shape == (MOST_UPDATES + 1, CHANNELS)
    everything = pool().mean(axis=(0, 2, 3))
    far, near = (np.abs(found.means[step] - everything).max() for step in (0, MOST_UPDATES))
    assert near < 0.1 * far


# The races -----------------------------------------------------------------------------------------------------------


def test_contestants_differ_in_the_norm_alone() -> None:
    networks = {norm: build_network(contest(norm, replace(SETTINGS, seed=3)), 10) for norm in RACERS}

    def weights(norm: str) -> list[np.ndarray]:
        return [array for array in networks[norm].state_dict().values() if array.ndim in (2, 4)]

    for norm in NORMS:
        for one, other in zip(weights("none"), weights(norm), strict=True):
            np.testing.assert_array_equal(one, other)
    count = {"batch": BatchNorm2d, "layer": LayerNorm, "instance": InstanceNorm2d, "group": GroupNorm}
    norms = {norm: sum(isinstance(layer, cls) for layer in networks[norm].layers) for norm, cls in count.items()}
    assert norms == {"batch": 4, "layer": 4, "instance": 3, "group": 4}
    configs = [replace(contest(norm, SETTINGS), layers=contest("none", SETTINGS).layers) for norm in RACERS]
    assert len({one.canonical() for one in configs}) == 1


@pytest.mark.parametrize(("what", "columns"), [("rates", RATES), ("batches", BATCHES)])
def test_the_table_has_a_run_for_each_norm_and_column(what: str, columns: tuple[float, ...]) -> None:
    entries = table_entries(replace(SETTINGS, compared=what, batch=16), NAMES)
    assert len(entries) == len(NAMES) * len(columns) <= MOST_RUNS
    check(entries, SETTINGS.updates, 1)
    optimizers = [cast(SGD, one.config.optimizer).lr for one in entries[: len(columns)]]
    sizes = [one.config.batch_size for one in entries[: len(columns)]]
    assert (optimizers, sizes) == ((list(RATES), [16] * 3) if what == "rates" else ([MIDDLE_RATE] * 4, list(BATCHES)))


def test_accuracies_row_by_row_and_what_was_lost() -> None:
    def entry(accuracy: float | None, status: Status = Status.FINISHED) -> Any:
        one = np.array([] if accuracy is None else [accuracy])
        records = SimpleNamespace(step=one, seconds=one, accuracy=one, validation_loss=one, validation_accuracy=one)
        records.validated = lambda: records
        run = SimpleNamespace(status=status, records=records, config=ExperimentConfig(), step=1)
        return SimpleNamespace(name="", runs=[run])

    lost, unknown = entry(0.1, Status.DIVERGED), entry(None)
    view = SimpleNamespace(contestants=[entry(0.5), lost, entry(0.9), unknown, *[entry(0.2)] * 6])
    found = accuracies(cast(RaceView, view))
    np.testing.assert_array_equal(found[:2], [[0.5, -np.inf], [0.9, np.nan]])


@pytest.mark.parametrize("scale", SCALES)
def test_what_pixels_become(scale: str) -> None:
    picture = np.linspace(0, 1, 16).reshape(4, 4)
    mean, deviation = pixel_statistics()
    expected = {"bytes": 255 * picture, "unit": picture, "symmetric": 2 * picture - 1,
                "standardized": (picture - mean) / deviation}  # fmt: skip
    np.testing.assert_allclose(rescaled(picture, scale), expected[scale], atol=1e-4)
    config = input_contest(scale, replace(SETTINGS, input_rate=0.03, batch_norm=True))
    assert isinstance(config.layers[0], Rescale) == (scale != "unit")
    assert config.optimizer == SGD(lr=0.03)
    assert any(isinstance(layer, BatchNorm2d) for layer in config.layers)


def test_standardized_digits_have_mean_0_and_deviation_1() -> None:
    images, _ = digits(300, seed=0, variation=0.7)
    scaled = rescaled(images.reshape(-1, 28).astype(np.float64), "standardized")
    assert scaled.mean() == pytest.approx(0, abs=0.03)
    assert scaled.std() == pytest.approx(1, abs=0.03)


def test_settings_travel_in_the_link_and_nonsense_is_dropped() -> None:
    settings = replace(SETTINGS, part="inference", norm="group", groups=3, rate=0.1, batch_norm=True)
    texts = links.encode_options(settings)
    assert links.decode_options(NormalizationSettings, texts) == (settings, [])
    for text in ({"rate": "0"}, {"rate": "1e9"}, {"rate": "nan"}, {"batch": "1"}, {"groups": "7"}, {"norm": "<b>"}):
        read, dropped = links.decode_options(NormalizationSettings, {**text, "seed": "2"})
        assert read == replace(SETTINGS, seed=2)
        assert [one.key for one in dropped] == list(text)


@pytest.mark.parametrize("seed", range(4))
def test_raw_pixels_are_felt_as_far_as_the_last_layer_unless_batch_norm_takes_them_in(seed: int) -> None:
    raw, usual = (beginning(scale, NormalizationSettings(seed=seed)) for scale in ("bytes", "unit"))
    assert raw.loss > 30 * usual.loss
    assert raw.first > 100 * usual.first
    assert raw.last > 100 * usual.last
    taken_in, as_usual = (
        beginning(scale, NormalizationSettings(seed=seed, batch_norm=True)) for scale in ("bytes", "unit")
    )
    np.testing.assert_allclose(taken_in, as_usual, rtol=0.05)
