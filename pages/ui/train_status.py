"""One line that says how the run is doing."""

import math

import streamlit as st

from cnn.training import RunView, Status
from pages.ui.texts import Texts

_THIN = "\u202f"  # narrow no-break space before %
_RECENT = 20  # batches that the numbers for training are the mean of: a single one jumps about


def show_status(view: RunView | None, texts: Texts) -> None:
    """Loss, accuracies, speed and progress; empty places before the first step."""
    with st.container(horizontal=True, gap="medium", key="train_status", vertical_alignment="center"):
        _number("loss", _loss(view), texts)
        _number("accuracy_training", percent(_recent_accuracy(view)), texts)
        with st.container(key="train_accuracy", width="content"):
            _number("accuracy", percent(view.validation_accuracy if view else None), texts)
        _number("speed", f"{view.images_per_second:,.0f}" if view and view.step else "–", texts)
        st.html(_progress(view, texts), width="stretch")


def turn(view: RunView | None) -> object:
    """What the buttons and the closer look depend on: once it changes, redrawing the numbers alone is not enough.

    The step counts while a run stands still, because the slice under way at a click on Pause ends after it.
    """
    if view is None:
        return None
    active = view.status.active
    return active, view.status.ended, view.state is None, None if active else view.step


def seconds_text(seconds: float, texts: Texts) -> str:
    """``"12 s"`` or ``"3 min 20 s"``."""
    if seconds < 10:
        return texts("time.seconds", n=f"{seconds:.1f}")
    if seconds < 60:
        return texts("time.seconds", n=round(seconds))
    return texts("time.minutes", n=int(seconds // 60), rest=round(seconds % 60))


def _number(name: str, text: str, texts: Texts) -> None:
    st.html(f'<span class="train-number"><b>{text}</b> {texts(f"status.{name}")}</span>', width="content")


def _progress(view: RunView | None, texts: Texts) -> str:
    words = texts("status.not_started") if view is None else texts(f"status.{view.status.value}")
    share = 0.0
    if view is not None and view.total_steps:
        share = min(1.0, view.step / view.total_steps)
        epoch = min(view.epochs, max(1, view.epoch))
        words += " · " + texts("status.progress", epoch=epoch, epochs=view.epochs, step=view.step)
        if view.status is Status.RUNNING and view.seconds_left is not None:
            words += " · " + texts("status.left", time=seconds_text(view.seconds_left, texts))
    return (
        f'<div class="progress-line"><span>{words}</span>'
        f'<div role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{share * 100:.0f}"'
        f' aria-label="{texts("status.progress_label")}"><i style="width:{share * 100:.1f}%"></i></div></div>'
    )


def _loss(view: RunView | None) -> str:
    if view is None or not len(view.records.loss):
        return "–"
    recent = float(view.records.loss[-_RECENT:].mean())
    return f"{recent:.3f}" if math.isfinite(recent) and recent < 100 else f"{recent:.2g}"


def _recent_accuracy(view: RunView | None) -> float | None:
    if view is None or not len(view.records.accuracy):
        return None
    return float(view.records.accuracy[-_RECENT:].mean())


def percent(share: float | None, decimals: int = 1) -> str:
    """``"95.1 %"``; a dash where there is none."""
    return "–" if share is None or not math.isfinite(share) else f"{share * 100:.{decimals}f}{_THIN}%"
