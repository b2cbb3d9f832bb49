"""Find a good rate: a short race of each optimizer with seven learning rates, and one click that takes the best."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from cnn.training.optimizer_race import OptimizerRaceSettings, good_rates, rate_losses
from cnn.training.race import RATES, SWEEP_STEPS, Contestant, Race, RaceView
from pages.ui.errors import show_error
from pages.ui.language import language
from pages.ui.race import current_race, just_started, start_race, why_no_race
from pages.ui.runs import watch
from pages.ui.texts import Texts

_RACE = "optimizer_rates"
_HEIGHT = 300

Draw = Callable[[Any, Sequence[float], Sequence[str], Mapping[str, str], bool], dict[str, Any]]


@st.fragment
def find_rates(
    settings: OptimizerRaceSettings, names: Sequence[str], draw: Draw, take: Callable[[list[float | None]], None]
) -> None:
    """The search, for the optimizers of ``settings``.

    Args:
        settings: whose optimizers, network and images.
        names: of the optimizers, in the reader's language.
        draw: makes the chart (``pages.figures.rates.rates_chart``).
        take: callback that puts the rates found into the settings.
    """
    texts = Texts("optimizer_race", language())
    if just_started(_RACE):
        st.rerun()  # the whole page: the tab is told the token
    entries = settings.rate_entries(names)
    race = current_race(_RACE)
    if race is not None and _about(race.contestants) != _about(entries):
        race = None  # it was about other optimizers, or another network
    began = race.snapshot() if race else None
    active = began is not None and began.status.active
    trouble = why_no_race(entries, SWEEP_STEPS)

    st.caption(texts("rates.what", rates=len(RATES), low=f"{RATES[0]:g}", high=f"{RATES[-1]:g}", steps=SWEEP_STEPS))
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            texts("rates.start"),
            key="rates_start",
            icon=":material/search:",
            disabled=active or trouble is not None,
            on_click=start_race,
            args=(_RACE, entries, SWEEP_STEPS),
        )
        if active and race is not None:
            st.button(texts("rates.cancel"), key="rates_cancel", icon=":material/stop:", on_click=race.cancel)
    if trouble is not None:
        show_error(trouble)

    @st.fragment(run_every=0.5 if active else None)
    def live() -> None:
        assert race is not None
        watch(race)
        view = race.snapshot()
        if view.status.active != active:
            st.rerun()
        if active:
            st.progress(view.done / max(view.total, 1), texts("rates.progress", done=view.done, total=view.total))
        _chart(view, names, draw, texts)

    if race is not None and began is not None:
        live()
        if began.status.ended:
            _offer(race, began, names, take, texts)


def _about(entries: Sequence[Contestant]) -> list[str]:
    """What a search is for: one of each optimizer's experiments stands for all, as they differ in the rate alone."""
    return [one.config.canonical() for one in entries[:: len(RATES)]]


def _chart(view: RaceView, names: Sequence[str], draw: Draw, texts: Texts) -> None:
    losses = rate_losses(view, len(names))
    going = np.array([not one.runs[0].status.ended for one in view.contestants]).reshape(losses.shape)
    losses[np.isinf(losses) & going] = np.nan
    words = {name: texts(f"rates.{name}") for name in ("rate", "loss", "diverged")}
    option = draw(losses, RATES, names, words, st.context.theme.type == "dark")
    st.echarts_chart(option, height=_HEIGHT, key="race_chart_rates", alt=texts("rates.alt", rates=len(RATES)))


def _offer(
    race: Race, view: RaceView, names: Sequence[str], take: Callable[[list[float | None]], None], texts: Texts
) -> None:
    rates = good_rates(rate_losses(view, len(names)))
    found = [
        texts("rates.found", name=name, rate=f"{rate:g}") if rate is not None else texts("rates.none", name=name)
        for name, rate in zip(names, rates, strict=True)
    ]
    st.markdown(" · ".join(found))
    st.button(
        texts("rates.take"), key="rates_take", icon=":material/done_all:", type="primary", on_click=take, args=(rates,)
    )
