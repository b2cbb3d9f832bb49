"""All measurements, and the table of them."""

import platform
from collections.abc import Callable
from typing import Any

import numpy as np

from cnn.benchmark import ours, pytorch
from cnn.benchmark.measure import Contenders, compare
from cnn.benchmark.memory import peak_megabytes
from cnn.benchmark.together import durations
from cnn.benchmark.workloads import WORKLOADS, images_and_labels
from cnn.training.fingerprint import openblas

BATCHES = (64, 128)
OURS, TORCH_1, TORCH_2 = "ours", "torch 1 thread", "torch 2 threads"

Results = dict[str, Any]


def measure_all(rounds: int, seconds: float, progress: Callable[[str], None]) -> Results:
    """``{"machine": …, "training": […], "inference": […], "single image": […], "peak memory MB": …,
    "seconds": {…}}``.
    """
    torch = pytorch.find()
    images, labels = images_and_labels()
    memory = peak_megabytes()
    results: Results = {"machine": _machine(torch), "training": [], "inference": [], "single image": []}
    for name, config in WORKLOADS.items():
        progress(f"{name} …")
        for batch in BATCHES:
            train: Contenders = {OURS: ours.training(config, images, labels, batch)}
            infer: Contenders = {OURS: ours.inference(config, images, batch)}
            if torch is not None:
                for label, threads in ((TORCH_1, 1), (TORCH_2, 2)):
                    train |= {label: pytorch.training(torch, threads, config, images, labels, batch)}
                    infer |= {label: pytorch.inference(torch, threads, config, images, batch)}
            results["training"].append(_row(name, batch, compare(train, rounds, seconds)))
            results["inference"].append(_row(name, batch, compare(infer, rounds, seconds)))
        single: Contenders = {OURS: ours.inference(config, images, 1)}
        if torch is not None:
            single |= {TORCH_1: pytorch.inference(torch, 1, config, images, 1)}
        results["single image"].append(_latency(name, compare(single, rounds, seconds)))
    progress("races …")
    return results | {"peak memory MB": memory, "seconds": {one.name: one.seconds for one in durations()}}


def table(results: Results) -> str:
    """The results for people."""
    machine = results["machine"]
    lines = [
        f"NumPy {machine['numpy']}, OpenBLAS kernels: {machine['kernels']}, threads: {machine['threads']}",
        f"PyTorch {machine['torch']}" if machine["torch"] else "PyTorch cannot be imported here: no comparison.",
    ]
    for kind in ("training", "inference"):
        lines += ["", f"{kind}, images/s"]
        lines += [
            _line(f"{row['network']} batch {row['batch']}", row["rates"], row.get("ratio")) for row in results[kind]
        ]
    lines += ["", "one image, µs"]
    lines += [_line(row["network"], row["microseconds"]) for row in results["single image"]]
    lines += ["", f"peak memory of a W1 trainer with 20 000 images: {results['peak memory MB']:.0f} MB"]
    lines += ["", "all cores, seconds"]
    lines += [f"  {name:<52}{seconds:>8.3f}" for name, seconds in results["seconds"].items()]
    return "\n".join(lines)


def _row(name: str, batch: int, calls: dict[str, float]) -> Results:
    rates = {label: each * batch for label, each in calls.items()}
    best = max((each for label, each in rates.items() if label != OURS), default=None)
    return {"network": name, "batch": batch, "rates": rates} | ({"ratio": rates[OURS] / best} if best else {})


def _latency(name: str, calls: dict[str, float]) -> Results:
    return {"network": name, "microseconds": {label: 1e6 / each for label, each in calls.items()}}


def _line(head: str, values: dict[str, float], ratio: float | None = None) -> str:
    cells = "".join(f"  {label} {value:>8,.0f}" for label, value in values.items())
    return f"  {head:<13}{cells}" + (f"   {ratio:.2f}x" if ratio else "")


def _machine(torch: Any | None) -> Results:
    kernels, threads = openblas()
    return {
        "machine": platform.machine(),
        "numpy": np.__version__,
        "kernels": kernels,
        "threads": threads,
        "torch": None if torch is None else str(torch.__version__),
    }
