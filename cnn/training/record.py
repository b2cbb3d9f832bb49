"""What is kept of a run for its curves: one record per update, thinned into columns of bounded length."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

MOST_ROWS = 8192  # of a history; beyond it, neighbouring updates are averaged


@dataclass(frozen=True)
class Record:
    """One update.

    Attributes:
        step: updates done, counted from 1.
        epoch: the epoch that the update belongs to, counted from 1.
        loss, accuracy: of the update's batch, before the update; weight decay's penalty is not part of the loss.
        learning_rate: as used, after the schedule.
        validation_loss, validation_accuracy: after the update, where it was measured.
        complete: whether the validation covers all images held out (at an epoch's end) or a fixed part of them.
    """

    step: int
    epoch: int
    loss: float
    accuracy: float
    learning_rate: float
    validation_loss: float | None = None
    validation_accuracy: float | None = None
    complete: bool = False


@dataclass(frozen=True)
class Columns:
    """Records as arrays of one length, for charts.

    Attributes:
        step: the last update of each row.
        epoch: its epoch, counted from 1.
        loss, accuracy: of batches, averaged over the updates of a row.
        learning_rate: at the last update of a row.
        validation_loss, validation_accuracy: the last measurement within a row, NaN where there is none.
        seconds: of processor time that the run has taken up to the end of each row.
    """

    step: Array
    epoch: Array
    loss: Array
    accuracy: Array
    learning_rate: Array
    validation_loss: Array
    validation_accuracy: Array
    seconds: Array

    def validated(self) -> "Columns":
        """The rows at which validation was measured."""
        rows = ~np.isnan(self.validation_loss)
        return Columns(*(getattr(self, name)[rows] for name in Columns.__dataclass_fields__))


class History:
    """The records of a run in bounded memory.

    Row r covers updates r·stride + 1 … (r + 1)·stride. When the rows are full the stride doubles, so what is kept
    depends on the updates alone, not on the portions in which they arrived.
    """

    _STEP, _EPOCH, _LOSS, _ACCURACY, _RATE, _VALIDATION_LOSS, _VALIDATION_ACCURACY, _SECONDS, _COUNT = range(9)

    def __init__(self, rows: int = MOST_ROWS) -> None:
        self.stride = 1
        self._rows = np.zeros((rows, 9))
        self._used = 0

    def add(self, record: Record, seconds: float = 0.0) -> None:
        """Take in the next update, done after ``seconds`` of the run's processor time."""
        row = (record.step - 1) // self.stride
        while row >= len(self._rows):
            self._halve()
            row = (record.step - 1) // self.stride
        if row >= self._used:
            self._rows[row] = 0
            self._rows[row, self._VALIDATION_LOSS : self._SECONDS] = np.nan
            self._used = row + 1
        values = self._rows[row]
        values[self._STEP], values[self._EPOCH] = record.step, record.epoch
        values[self._RATE], values[self._SECONDS] = record.learning_rate, seconds
        values[self._LOSS] += record.loss
        values[self._ACCURACY] += record.accuracy
        values[self._COUNT] += 1
        if record.validation_loss is not None and record.validation_accuracy is not None:
            values[self._VALIDATION_LOSS] = record.validation_loss
            values[self._VALIDATION_ACCURACY] = record.validation_accuracy

    def columns(self) -> Columns:
        """The rows so far, as copies."""
        rows = self._rows[: self._used]
        rows = rows[rows[:, self._COUNT] > 0]
        count = rows[:, self._COUNT]
        return Columns(
            step=rows[:, self._STEP].astype(np.int64),
            epoch=rows[:, self._EPOCH].astype(np.int64),
            loss=rows[:, self._LOSS] / count,
            accuracy=rows[:, self._ACCURACY] / count,
            learning_rate=rows[:, self._RATE].copy(),
            validation_loss=rows[:, self._VALIDATION_LOSS].copy(),
            validation_accuracy=rows[:, self._VALIDATION_ACCURACY].copy(),
            seconds=rows[:, self._SECONDS].copy(),
        )

    def _halve(self) -> None:
        """Join rows two by two: sums add up, everything else is the later row's, where it has one."""
        first, second = self._rows[: self._used : 2], self._rows[1 : self._used : 2]
        joined = first.copy()
        later = joined[: len(second)]
        for column in (self._STEP, self._EPOCH, self._RATE, self._SECONDS):
            later[:, column] = second[:, column]
        for column in (self._LOSS, self._ACCURACY, self._COUNT):
            later[:, column] += second[:, column]
        for column in (self._VALIDATION_LOSS, self._VALIDATION_ACCURACY):
            measured = ~np.isnan(second[:, column])
            later[measured, column] = second[measured, column]
        self._rows[: len(joined)] = joined
        self._used = len(joined)
        self.stride *= 2
