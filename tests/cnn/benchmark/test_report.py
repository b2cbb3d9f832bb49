"""The benchmark's arithmetic and words; what it measures is never part of the tests."""

from typing import Any

import pytest

from cnn.benchmark.measure import compare
from cnn.benchmark.report import OURS, TORCH_1, TORCH_2, _row, table


def results(torch: str | None, rows: list[dict[str, Any]]) -> dict[str, Any]:
    machine = {"machine": "x86_64", "numpy": "2.4.6", "kernels": "Haswell", "threads": 1, "torch": torch}
    single = [{"network": "W1", "microseconds": {OURS: 80.0}}]
    measured = {"machine": machine, "training": rows, "inference": rows, "single image": single}
    return measured | {"peak memory MB": 70.2, "seconds": {"a race": 21.5}}


def test_the_ratio_is_to_the_better_of_pytorchs_two() -> None:
    row = _row("W1", 64, {OURS: 30, TORCH_1: 10, TORCH_2: 20})
    assert row["rates"] == {OURS: 1920, TORCH_1: 640, TORCH_2: 1280}
    assert row["ratio"] == pytest.approx(1.5)
    text = table(results("2.13.0", [row]))
    assert "1.50x" in text
    assert "Haswell" in text
    assert "70 MB" in text
    assert "a race" in text
    assert "21.500" in text


def test_says_so_where_there_is_no_pytorch() -> None:
    row = _row("W1", 64, {OURS: 30})
    assert "ratio" not in row
    assert "cannot be imported" in table(results(None, [row]))


def test_contenders_take_turns() -> None:
    calls: list[str] = []
    compare({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, rounds=2, seconds=1e-9)
    turns = [name for place, name in enumerate(calls) if place == 0 or calls[place - 1] != name]
    assert turns == ["a", "b"] * 3  # once to warm up, then two rounds
