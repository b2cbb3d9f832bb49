"""Learning-rate factors over time."""

import pytest

from cnn.schedules import SCHEDULES, Constant, Cosine, Schedule, Step

EVERY = pytest.mark.parametrize("cls", SCHEDULES.values(), ids=list(SCHEDULES))


def test_constant() -> None:
    assert [Constant().factor(epoch, 5) for epoch in (0, 2.5, 5, 9)] == [1, 1, 1, 1]


def test_step_falls_every_few_epochs() -> None:
    schedule = Step(every=2, gamma=0.1)
    factors = [schedule.factor(epoch, 10) for epoch in (0, 1.99, 2, 3.99, 4)]
    assert factors == pytest.approx([1, 1, 0.1, 0.1, 0.01])


def test_cosine_falls_to_its_final_value_and_stays() -> None:
    factors = [Cosine(final=0.2).factor(epoch, 8) for epoch in (0, 2, 4, 8, 12)]
    assert factors == pytest.approx([1, 0.2 + 0.8 * (0.5 + 2**-1.5), 0.6, 0.2, 0.2])


@EVERY
def test_warm_up_rises_in_a_line_then_the_schedule_begins(cls: type[Schedule]) -> None:
    schedule = cls(warmup=2.0)
    factors = [schedule.factor(epoch, 6) for epoch in (0, 0.5, 1, 1.5, 2)]
    assert factors == pytest.approx([0.1, 0.325, 0.55, 0.775, 1])
    for epoch in (2.0, 3.1, 5.9, 6.0):
        assert schedule.factor(epoch, 6) == pytest.approx(cls().factor(epoch - 2, 4))


@EVERY
@pytest.mark.parametrize("epochs", [0, 1, 3])
def test_a_warm_up_longer_than_training_is_no_error(cls: type[Schedule], epochs: float) -> None:
    assert all(0 <= cls(warmup=3.0).factor(epoch / 4, epochs) <= 1 for epoch in range(20))
