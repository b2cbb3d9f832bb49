"""Past runs of this session: their curves stay beside the present one, named by what their settings change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cnn.config import ExperimentConfig
from cnn.registry import KIND
from cnn.training import RunView
from cnn.training.record import Columns
from pages.ui.language import language
from pages.ui.options import name_of_kind, name_of_option
from pages.ui.texts import Texts

MOST = 4  # as many as can be told apart by colour and dash beside training and validation
_KEY = "past_runs"
_FEWEST_STEPS = 5  # shorter runs leave no curve worth keeping
_NAMED = 2  # differences spelled out in a name


@dataclass(frozen=True)
class PastRun:
    """A run that was replaced.

    Attributes:
        settings: its configuration as plain values (instances would not survive a reload of the code).
        columns: its records.
    """

    settings: dict[str, Any]
    columns: Columns


def remember(view: RunView) -> None:
    """Keep a run's curves; the oldest of too many goes."""
    if len(view.records.step) >= _FEWEST_STEPS:
        st.session_state[_KEY] = [*past_runs(), PastRun(view.config.to_dict(), view.records)][-MOST:]


def offer_to_forget(texts: Texts) -> None:
    """A button that clears the charts of past runs, where there are some."""
    if past_runs():
        st.button(
            texts("ghosts.forget"), key="train_forget", icon=":material/layers_clear:", type="tertiary", on_click=forget
        )


def forget() -> None:
    """Drop all past runs."""
    st.session_state.pop(_KEY, None)


def past_runs() -> list[PastRun]:
    """Oldest first."""
    return st.session_state.get(_KEY, [])


def named_past_runs(present: ExperimentConfig) -> list[tuple[str, Columns]]:
    """Each past run with a name that says what it did differently from ``present``; all names differ."""
    settings = present.to_dict()
    named: list[tuple[str, Columns]] = []
    for run in past_runs():
        name = difference(run.settings, settings)
        used = sum(other == name or other.startswith(f"{name} (") for other, _ in named)
        named.append((f"{name} ({used + 1})" if used else name, run.columns))
    return named


def difference(settings: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """What ``settings`` has where it is not as in ``other``, in the reader's language: ``"SGD, seed 3"``."""
    words = Texts("train", language())
    parts = list(_differences(settings, other, words))
    if not parts:
        return words("ghosts.same")
    more = [words("ghosts.more", n=len(parts) - _NAMED)] if len(parts) > _NAMED else []
    return ", ".join([*parts[:_NAMED], *more])


def _differences(settings: Mapping[str, Any], other: Mapping[str, Any], words: Texts) -> Iterator[str]:
    for name, value in settings.items():
        before = other.get(name)
        if value == before:
            continue
        if name == "layers":
            yield words("ghosts.layers", n=len(value))
        elif not isinstance(value, Mapping):
            yield f"{name_of_option('', name)} {_plain(value)}"
        elif not isinstance(before, Mapping) or value.get(KIND) != before.get(KIND):
            yield name_of_kind(value[KIND])
        else:
            yield from _differences(value, before, words)


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
