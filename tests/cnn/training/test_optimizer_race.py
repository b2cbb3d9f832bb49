from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from cnn import links
from cnn.config import ExperimentConfig
from cnn.errors import ConfigError
from cnn.optimizers import OPTIMIZERS, SGD, Adam, Momentum
from cnn.presets import PRESETS
from cnn.training.optimizer_race import (
    MOST_RACERS,
    OptimizerRaceSettings,
    another,
    differing,
    first_update,
    good_rates,
    rate_losses,
)
from cnn.training.race import MOST_RUNS, RATES, RaceView, check
from cnn.training.view import Status

SETTINGS = OptimizerRaceSettings()


def test_the_entries_differ_in_nothing_but_the_optimizer() -> None:
    settings = replace(SETTINGS, network="lenet", batch=32, first_seed=5)
    entries = settings.entries([str(n) for n in range(5)])
    same = {replace(one.config, optimizer=SGD()).canonical() for one in entries}
    assert len(same) == 1
    assert entries[0].config.layers == PRESETS["lenet"].layers
    assert (entries[0].config.batch_size, entries[0].config.seed) == (32, 5)
    assert [one.config.optimizer for one in entries] == list(settings.racers)


def test_eight_racers_are_accepted_with_all_their_rates_and_nine_refused() -> None:
    eight = tuple(SGD(lr=0.1 * (1 + n)) for n in range(MOST_RACERS))
    settings = replace(SETTINGS, racers=eight)
    names = [str(n) for n in range(MOST_RACERS)]
    entries = settings.rate_entries(names)
    assert len(entries) == MOST_RACERS * len(RATES) <= MOST_RUNS
    check(entries, 10, 1)
    with pytest.raises(ConfigError) as caught:
        replace(SETTINGS, racers=(*eight, Adam()))
    assert caught.value.code == "training.too_many_racers"


def test_several_of_one_kind_travel_in_the_link() -> None:
    settings = replace(SETTINGS, racers=(Adam(lr=0.01), Adam(beta1=0.5), SGD()), updates=100)
    texts = links.encode_options(settings)
    assert texts == {"racers": "adam(0.01)~adam(beta1:0.5)~sgd", "updates": "100"}
    assert links.decode_options(OptimizerRaceSettings, texts) == (settings, [])


@pytest.mark.parametrize("text", ["sgd(0)", "sgd(-1)", "sgd(1e9)", "adam(nan)", "~".join(["sgd"] * 9), "nobody", ""])
def test_racers_that_cannot_be_are_dropped_from_a_link(text: str) -> None:
    settings, dropped = links.decode_options(OptimizerRaceSettings, {"racers": text, "updates": "50"})
    assert settings == replace(SETTINGS, updates=50)
    assert [one.key for one in dropped] == ["racers"]


def test_who_joins_is_of_a_new_kind_and_then_the_last_one_with_a_higher_rate() -> None:
    racers: tuple[Any, ...] = (SGD(),)
    while len(racers) < len(OPTIMIZERS):
        racers = (*racers, another(racers))
    assert len({type(one) for one in racers}) == len(OPTIMIZERS)
    once_more = another(racers)
    assert type(once_more) is type(racers[-1])
    assert once_more.lr == pytest.approx(3 * racers[-1].lr)
    assert another((*racers, SGD(lr=1e6))).lr == 1e6


def test_what_tells_racers_of_one_kind_apart() -> None:
    told = differing([Adam(lr=0.01), SGD(), Adam(lr=0.01, beta1=0.5)])
    assert [dict(one) for one in told] == [{"beta1": 0.9}, {}, {"beta1": 0.5}]
    assert [dict(one) for one in differing([Momentum(), Momentum()])] == [{}, {}]


def test_the_good_rate_is_that_of_the_lowest_loss_that_came_through() -> None:
    def entry(loss: float | None, status: Status = Status.FINISHED) -> Any:
        one = np.array([] if loss is None else [loss])
        records = SimpleNamespace(step=one, loss=one, accuracy=one, validation_loss=one, validation_accuracy=one)
        records.validated = lambda: records
        return SimpleNamespace(runs=[SimpleNamespace(status=status, records=records, config=ExperimentConfig())])

    view = SimpleNamespace(
        contestants=[entry(0.5), entry(0.2), entry(0.1, Status.DIVERGED), entry(None), entry(None, Status.FAILED),
                     entry(9.0, Status.DIVERGED)]
    )  # fmt: skip
    losses = rate_losses(cast(RaceView, view), 2)
    np.testing.assert_array_equal(losses, [[0.5, 0.2, np.inf], [np.inf] * 3])
    assert good_rates(losses, (0.01, 0.1, 1.0)) == [0.1, None]


def test_adams_first_update_is_as_long_as_its_rate_and_sgds_as_the_gradient() -> None:
    adam, plain = (np.abs(first_update(one)) for one in (Adam(lr=0.002), SGD(lr=0.1)))
    moved = plain > 1e-6  # where the gradient is far above ε
    np.testing.assert_allclose(adam[moved], 0.002, rtol=0.01)
    assert plain[moved].std() > plain[moved].mean() / 2
