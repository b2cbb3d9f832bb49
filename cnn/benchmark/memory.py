"""Peak memory of a trainer, in a process of its own: ``python -m cnn.benchmark.memory`` prints it in megabytes."""

import subprocess
import sys
from pathlib import Path

_STEPS = 50


def peak_megabytes() -> float:
    """Peak resident memory of a fresh process that trains the small preset on its 20 000 images, kept as uint8."""
    done = subprocess.run([sys.executable, "-m", "cnn.benchmark.memory"], capture_output=True, text=True, check=True)
    return float(done.stdout)


def _train() -> None:
    from cnn.benchmark import ours
    from cnn.benchmark.workloads import WORKLOADS, images_and_labels

    images, labels = images_and_labels()
    step = ours.training(WORKLOADS["W1"], images, labels, batch=64)
    for _ in range(_STEPS):
        step()


def _peak() -> float:
    """This process's peak resident memory in megabytes."""
    status = Path("/proc/self/status")
    if status.exists():  # on Linux getrusage counts the process that started this one too
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(peak.split()[1]) * 1024 / 1e6
    import resource  # not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    _train()
    print(_peak())
