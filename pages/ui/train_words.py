"""What is going on, in sentences with the current numbers; and what to do about a run that came to grief."""

from dataclasses import replace

import numpy as np
import streamlit as st

from cnn.config import ExperimentConfig
from cnn.errors import PlaygroundError
from cnn.training import RunView
from cnn.training.state import suggested_rate
from pages.ui.errors import show_error
from pages.ui.samples import classes_of, fitted, samples
from pages.ui.texts import Texts
from pages.ui.train_controls import start_with
from pages.ui.train_status import percent

_GOALS = (0.99, 0.98, 0.95, 0.9)


def why_not(config: ExperimentConfig) -> PlaygroundError | None:
    """What keeps a run from starting: a layer that cannot stand where it is, outputs that do not fit the classes of the
    data, or images that are not there.
    """
    trained = fitted(config)
    error = next((row.error for row in trained.outline(classes_of(config)) if row.error), None)
    if error is not None:
        return error
    try:
        samples(config)
    except PlaygroundError as found:
        return found
    return None


def waiting_for(view: RunView | None, config: ExperimentConfig, texts: Texts) -> str:
    """What an empty chart waits for."""
    if view is not None and view.status.active:
        return texts("status.preparing")
    return texts("chart.wait" if why_not(config) is None else "chart.mend")


def tell(view: RunView | None, config: ExperimentConfig, classes: int, texts: Texts) -> None:
    """One or two sentences under the stage."""
    parameters = f"{sum(row.parameters for row in config.outline()):,}"
    if view is None or not view.step:
        words = texts("words.before", parameters=parameters, chance=percent(1 / classes, 0))
    else:
        words = " ".join(_progress(view, texts))
    st.html(f'<p class="train-words">{words}</p>')


def show_trouble(view: RunView, texts: Texts) -> None:
    """Why a run stopped, and one click that starts a better one."""
    if view.error is None:
        return
    show_error(view.error)
    divergence = view.state.divergence if view.state else None
    if divergence is None:
        st.button(texts("trouble.again"), key="train_again", on_click=start_with, args=(view.config,))
        return
    rate = float(f"{suggested_rate(divergence.learning_rate):.1g}")
    remedy = replace(view.config, optimizer=replace(view.config.optimizer, lr=rate))
    st.button(
        texts("trouble.remedy", rate=f"{rate:g}"),
        key="train_remedy",
        type="primary",
        icon=":material/healing:",
        on_click=start_with,
        args=(remedy,),
    )


def explain(texts: Texts) -> None:
    """The rule that all this follows."""
    st.latex(texts("words.formula"))
    st.caption(texts("words.formula_words"), text_alignment="center")


def _progress(view: RunView, texts: Texts) -> list[str]:
    measured = view.records.validated()
    if not len(measured.step):
        recent = float(view.records.accuracy[-20:].mean()) if len(view.records.accuracy) else None
        return [texts("words.no_validation", step=f"{view.step:,}", accuracy=percent(recent))]
    parts = [texts("words.going", step=f"{view.step:,}", accuracy=percent(view.validation_accuracy))]
    for goal in _GOALS:
        passed = np.flatnonzero(measured.validation_accuracy >= goal)
        if len(passed):
            step = int(measured.step[passed[0]])
            return [*parts, texts("words.reached", goal=percent(goal, 0), step=f"{step:,}")]
    return parts
