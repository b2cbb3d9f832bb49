"""All runs of a server: who trains what, for how long, and who may control it.

    runs = Runs()
    run = runs.start(config)          # returns at once; worker processes compute
    run.watch()                       # again and again, as long as somebody looks
    run.snapshot()                    # what to draw

A run lives outside the pages. Its token controls it; its view id shows it. A run that nobody watches computes nothing
more after ``LEASE`` seconds, or soon after its watcher has left, and is freed after ``FORGET``. A race is several runs
that come and go together.

One lock guards everything here, in the runs and in the scheduler; it is held for microseconds, never while waiting.
"""

import atexit
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from cnn.config import ExperimentConfig
from cnn.training.landscape import Terrain
from cnn.training.plan import EVERYTHING, Plan
from cnn.training.race import Contestant, Race, check
from cnn.training.run import Run
from cnn.training.scheduler import Scheduler
from cnn.training.survey import Survey
from cnn.training.view import RunView
from cnn.training.workers import Pool, make_pool

Array = NDArray[Any]

FORGET = 1800.0  # seconds without a watcher after which a run is freed
MOST_RUNS = 200  # kept at once, those of races included; what is unwatched for longest makes room
_SWEEP = 60.0  # seconds between two looks for runs to free


class Runs:
    """The registry of runs; one for a server process.

    Args:
        pool: where slices are computed; by default what the setting ``CNN_PLAYGROUND_DASK`` says.
        clock: seconds, never going back.

    Raises:
        ConfigError: the setting names a cluster that cannot be used.
    """

    def __init__(self, pool: Pool | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.RLock()
        self._clock = clock
        pool = make_pool() if pool is None else pool
        self._scheduler = Scheduler(pool, self._lock, clock)
        self._runs: dict[str, Run] = {}
        self._races: dict[str, Race] = {}
        self._sweeper: threading.Timer | None = None
        self._closed = False
        atexit.register(self.close)

    def start(self, config: ExperimentConfig, paused: bool = False, weights: Mapping[str, Array] | None = None) -> Run:
        """Begin a run.

        Args:
            config: of the run.
            paused: only its first weights are made.
            weights: to train on from, parameters and running statistics by PyTorch's names; None: random ones.
        """
        with self._lock:
            self._free(keep=MOST_RUNS - 1)
            run = self._begin(config, EVERYTHING, paused=paused, weights=weights)
            self._runs[run.token] = run
            self._sweep_later()
            return run

    def start_race(
        self,
        contestants: Sequence[Contestant],
        steps: int = 300,
        seeds: int = 1,
        trail: bool = False,
        instead_of: Race | None = None,
    ) -> Race:
        """Begin a race.

        Args:
            contestants: with names that differ.
            steps: updates of each run.
            seeds: each contestant runs with so many, counted up from its configuration's own.
            trail: whether the runs of the first seed keep snapshots of all weights, for the loss landscape.
            instead_of: a race that ends now. Its runs of equal configuration and length are taken over as they stand
                (finished, or to go on), the others are freed.

        Raises:
            ConfigError: no contestants, two of one name, too many runs, or too many steps.
        """
        check(contestants, steps, seeds)
        with self._lock:
            earlier = self._races.pop(instead_of.token, None) if instead_of else None
            self._free(keep=MOST_RUNS - len(contestants) * seeds)
            race = Race(contestants, steps, seeds, trail, self._begin, earlier)
            self._races[race.token] = race
            if earlier is not None:
                self._release(earlier, keep=race.runs)
            self._sweep_later()
            return race

    def find(self, token: str) -> Run | None:
        """The run that a token controls, if it still exists."""
        with self._lock:
            return self._runs.get(token)

    def find_race(self, token: str) -> Race | None:
        """The race that a token controls, if it still exists."""
        with self._lock:
            return self._races.get(token)

    def survey(self, race: Race, terrain: Terrain) -> Survey:
        """Measure a landscape; the race keeps it, in place of an earlier one of the same kind."""
        with self._lock:
            self._drop_survey(race, terrain.kind)
            survey = Survey(terrain, race.unwatched, self._clock)
            race.surveys[terrain.kind] = survey
            for lane in survey.lanes:
                self._scheduler.add(lane, race.group)
            return survey

    def close_race(self, race: Race) -> None:
        """Free it now, with its surveys."""
        with self._lock:
            self._races.pop(race.token, None)
            self._release(race)

    def view(self, view_id: str) -> RunView | None:
        """The run that a view id shows, to look at only; looking does not renew its lease."""
        with self._lock:
            return next((run.snapshot() for run in self._runs.values() if run.view_id == view_id), None)

    def __len__(self) -> int:
        with self._lock:
            return len(self._runs) + sum(len(race.runs) for race in self._races.values())

    def close(self) -> None:
        """Free all runs and end the workers."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._runs.clear()
            self._races.clear()
            if self._sweeper is not None:
                self._sweeper.cancel()
        atexit.unregister(self.close)
        self._scheduler.close()

    def sweep(self) -> None:
        """Free the runs that nobody has watched for ``FORGET`` seconds."""
        with self._lock:
            self._free(keep=MOST_RUNS)

    def _free(self, keep: int) -> None:
        residents: list[Run | Race] = [*self._runs.values(), *self._races.values()]
        room = keep
        for one in sorted(residents, key=lambda one: one.unwatched()):
            room -= len(one.runs) if isinstance(one, Race) else 1
            if room < 0 or one.unwatched() > FORGET:
                self.close_race(one) if isinstance(one, Race) else self._forget(one)

    def _release(self, race: Race, keep: Sequence[Run] = ()) -> None:
        """Let go of a race's surveys, and of its runs but those that another race has taken over."""
        for kind in tuple(race.surveys):
            self._drop_survey(race, kind)
        for run in race.runs:
            if run not in keep:
                self._scheduler.remove(run)
        self._scheduler.pump()  # slices that were dropped leave their slots to others

    def _drop_survey(self, race: Race, kind: str) -> None:
        survey = race.surveys.pop(kind, None)
        for lane in survey.lanes if survey else ():
            self._scheduler.remove(lane)

    def _begin(
        self,
        config: ExperimentConfig,
        plan: Plan,
        group: str = "",
        paused: bool = False,
        weights: Mapping[str, Array] | None = None,
    ) -> Run:
        run = Run(config, paused, self._scheduler, self._lock, self._clock, self._forget, plan, weights)
        self._scheduler.add(run, group)
        return run

    def _forget(self, run: Run) -> None:
        with self._lock:
            self._runs.pop(run.token, None)
            self._scheduler.remove(run)

    def _sweep_later(self) -> None:
        """Look again in a while, as long as there are runs."""
        if self._sweeper is not None or self._closed or not (self._runs or self._races):
            return

        def sweep() -> None:
            with self._lock:
                self._sweeper = None
                self.sweep()
                self._sweep_later()

        self._sweeper = threading.Timer(_SWEEP, sweep)
        self._sweeper.daemon = True
        self._sweeper.start()
