"""Training: the trainer, the pure step between states, and the runs that live outside the pages."""

from cnn.training.advance import Prepared, advance, build_network, initial_state, network_of, prepare, with_head
from cnn.training.evaluation import evaluate
from cnn.training.gradient import BatchResult, batch_gradient
from cnn.training.kernels import Kernels
from cnn.training.race import Contestant, ContestantView, Race, RaceStatus, RaceView, sweep
from cnn.training.record import Columns, History, Record
from cnn.training.run import LEASE, Run
from cnn.training.runs import Runs
from cnn.training.standings import Standing, as_csv, as_json, standings
from cnn.training.state import Change, Divergence, TrainingState, live_options, with_live
from cnn.training.trainer import Trainer
from cnn.training.view import RunView, Status

__all__ = [
    "LEASE",
    "BatchResult",
    "Change",
    "Columns",
    "Contestant",
    "ContestantView",
    "Divergence",
    "History",
    "Kernels",
    "Prepared",
    "Race",
    "RaceStatus",
    "RaceView",
    "Record",
    "Run",
    "RunView",
    "Runs",
    "Standing",
    "Status",
    "Trainer",
    "TrainingState",
    "advance",
    "as_csv",
    "as_json",
    "batch_gradient",
    "build_network",
    "evaluate",
    "initial_state",
    "live_options",
    "network_of",
    "prepare",
    "standings",
    "sweep",
    "with_head",
    "with_live",
]
