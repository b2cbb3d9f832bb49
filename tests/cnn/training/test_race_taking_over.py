"""A race in place of another: what both have in common is not computed again, and ends where it would have."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cnn.config import ExperimentConfig
from cnn.data.sources import Stored
from cnn.training.race import Contestant, RaceStatus
from cnn.training.run import LEASE
from cnn.training.view import Status
from tests.cnn.training.experiments import TINY
from tests.cnn.training.test_race import HOT, THREE, Track, alone, end, track

__all__ = ["track"]  # the fixture


def calls_for(track: Track) -> set[str]:
    """The experiments that slices are asked for, whichever epochs they were given."""
    given: list[Any] = [call.arguments[0] for call in track.pool.calls]
    configs = [one if isinstance(one, ExperimentConfig) else one.config for one in given]
    return {replace(config, epochs=1).canonical() for config in configs}


def test_only_what_is_new_is_computed_and_the_ends_are_the_same(track: Track) -> None:
    first = track.start(*THREE[:2])
    track.finish(first)
    race = track.start(*THREE, instead_of=first)
    assert calls_for(track) == {replace(THREE[2].config, epochs=1).canonical()}
    assert race.runs[:2] == first.runs
    view = track.finish(race)
    for place, one in enumerate(THREE):
        np.testing.assert_array_equal(end(view, place).parameters, alone(one.config, 12))
    assert track.runs.find_race(first.token) is None
    assert track.runs.find_race(race.token) is race
    assert len(track.runs) == 3
    assert first.snapshot().status is RaceStatus.FINISHED, "whoever still holds it can look at it"


def test_what_was_under_way_goes_on_where_it_was(track: Track) -> None:
    first = track.start(*THREE[:2], steps=40)
    track.pool.finish(6)
    before = [run.snapshot().step for run in first.runs]
    assert max(before) > 0
    first.cancel()
    race = track.start(*THREE, steps=40, instead_of=first)
    assert [run.snapshot().step for run in race.runs[:2]] == before
    view = track.finish(race)
    assert view.status is RaceStatus.FINISHED
    for place, one in enumerate(THREE):
        np.testing.assert_array_equal(end(view, place).parameters, alone(one.config, 40))


def test_who_is_left_out_computes_nothing_more(track: Track) -> None:
    first = track.start(steps=400)
    track.pool.finish(4)
    race = track.start(THREE[1], steps=400, instead_of=first)
    view = track.finish(race)
    assert view.contestants[0].runs[0].step == 400
    assert all(run.snapshot().step < 400 for run in (first.runs[0], first.runs[2]))
    assert len(track.runs) == 1


@pytest.mark.parametrize("more", [{"steps": 13}, {"trail": True}])
def test_another_length_or_another_plan_is_another_run(track: Track, more: dict[str, Any]) -> None:
    first = track.start(THREE[0])
    track.finish(first)
    race = track.start(THREE[0], **more, instead_of=first)
    assert race.runs[0] is not first.runs[0]
    assert track.finish(race).contestants[0].runs[0].step == more.get("steps", 12)


def test_more_seeds_keep_the_first_ones_runs(track: Track) -> None:
    first = track.start(THREE[0])
    track.finish(first)
    race = track.start(THREE[0], seeds=2, instead_of=first)
    assert race.runs[0] is first.runs[0]
    view = track.finish(race)
    np.testing.assert_array_equal(end(view, 0, 1).parameters, alone(replace(TINY, seed=TINY.seed + 1), 12))


def test_divergence_is_taken_over_and_failure_gets_another_chance(track: Track) -> None:
    missing = Contestant("missing", replace(TINY, data=replace(TINY.data, source=Stored(key="0" * 32))))
    first = track.start(HOT, missing)
    track.finish(first)
    race = track.start(HOT, missing, THREE[0], instead_of=first)
    assert race.runs[0] is first.runs[0]
    assert race.runs[1] is not first.runs[1]
    statuses = [one.runs[0].status for one in track.finish(race).contestants]
    assert statuses == [Status.DIVERGED, Status.FAILED, Status.FINISHED]


def test_a_race_that_was_freed_hands_nothing_over(track: Track) -> None:
    first = track.start(THREE[0])
    track.pool.finish(2)
    track.runs.close_race(first)
    race = track.start(THREE[0], instead_of=first)
    assert race.runs[0] is not first.runs[0]
    assert track.finish(race).status is RaceStatus.FINISHED


def test_the_lease_and_the_end_of_what_was_taken_over_are_the_new_races(track: Track) -> None:
    first = track.start(THREE[0], steps=4000)
    track.pool.finish(2)
    track.clock.now += LEASE + 1
    race = track.start(*THREE[:2], steps=4000, instead_of=first)
    assert race.snapshot().status is not RaceStatus.ASLEEP
    track.pool.finish(4)
    track.runs.close_race(race)
    track.pool.finish(2)
    assert not track.pool.calls
