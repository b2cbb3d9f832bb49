"""The map of final losses: each cell is a run of its own, however many are computed together."""

import numpy as np
import pytest

from cnn.explain.descent import paths
from cnn.explain.optimizers import suited
from cnn.explain.surfaces import Bowl, Quadratic
from cnn.explain.sweep import RATE, pairs, sweep
from cnn.optimizers import OPTIMIZERS, SGD, Adam, AdamW, Momentum


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_cell_is_the_end_of_a_way_of_its_own(name: str) -> None:
    surface = Quadratic()
    for varied in pairs(OPTIMIZERS[name]):
        optimizer = suited(OPTIMIZERS[name](), surface)
        found = sweep(surface, optimizer, varied, surface.start, 30)
        assert found.losses.shape == (len(found.rows.values), len(found.columns.values))
        for row, column in ((0, 0), (len(found.rows.values) - 1, 3), (len(found.rows.values) // 2, -1)):
            one = found.at(optimizer, row, column)
            (path,) = paths(surface, [one], surface.start, 30)
            if path.lost is None:
                assert found.losses[row, column] == pytest.approx(path.losses[-1] - surface.least, rel=1e-9, abs=1e-15)
            else:
                assert found.lost[row, column]


def test_plain_descent_gets_lost_from_its_limit_on() -> None:
    found = sweep(Bowl(), SGD(lr=0.95), (RATE, ""), (-7.0, 2.0), 400)
    rates = np.array(found.columns.values)
    assert (found.lost[0] == (rates > 1)).all()
    assert rates.min() < 0.1
    assert rates.max() > 10


def test_the_options_that_can_be_varied_follow_from_the_class() -> None:
    assert pairs(SGD) == [(RATE, "")]
    assert pairs(Momentum) == [(RATE, "momentum")]
    assert pairs(AdamW) == pairs(Adam) == [(RATE, "beta1"), (RATE, "beta2"), ("beta1", "beta2")]


def test_the_cell_of_now_is_the_nearest_in_ratios() -> None:
    momentum = Momentum(lr=0.09, momentum=0.93)
    found = sweep(Bowl(), momentum, (RATE, "momentum"), (-7.0, 2.0), 10)
    row, column = found.nearest(momentum)
    assert found.rows.values[row] == 0.95
    assert found.columns.values[column] == 0.1
    assert found.at(momentum, row, column) == Momentum(lr=0.1, momentum=0.95)


def test_both_shares_of_adam_take_no_more_steps_than_there_is_time_for() -> None:
    assert sweep(Bowl(), Adam(lr=0.3), ("beta1", "beta2"), (-7.0, 2.0), 500).steps == 200


def test_a_start_that_is_lost_is_lost_everywhere() -> None:
    assert sweep(Bowl(), SGD(), (RATE, ""), (1e6, 0.0), 10).lost.all()
