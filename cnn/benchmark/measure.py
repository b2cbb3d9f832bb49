"""Timing things that are to be compared: in turns, round after round, so that all meet the same machine."""

import time
from collections.abc import Callable, Mapping
from statistics import median

Contenders = Mapping[str, Callable[[], None]]


def calls_per_second(call: Callable[[], None], seconds: float) -> float:
    """How often ``call`` ran per second, over at least ``seconds``."""
    count, start, passed = 0, time.perf_counter(), 0.0
    while passed < seconds:
        call()
        count += 1
        passed = time.perf_counter() - start
    return count / passed


def compare(contenders: Contenders, rounds: int, seconds: float) -> dict[str, float]:
    """Median calls per second of each, over rounds in which each has its turn; the first calls do not count."""
    for call in contenders.values():
        call()
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, call in contenders.items():
            rates[name].append(calls_per_second(call, seconds))
    return {name: median(each) for name, each in rates.items()}
