"""Optimizers on the real CNN: who races, on what; the race; good learning rates; the landscape with the paths."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from pages.ui.page import stage_columns

import streamlit as st

from cnn.explain.optimizers import OptimizersSettings
from cnn.optimizers import OPTIMIZERS, Optimizer
from cnn.training.optimizer_race import MOST_RACERS, OptimizerRaceSettings, another, differing
from cnn.training.race import Race, RaceView
from pages.ui import landscape, race_rates
from pages.ui.errors import as_plain
from pages.ui.headings import heading
from pages.ui.landscape import show_landscape
from pages.ui.language import language
from pages.ui.opening import opening_row
from pages.ui.options import choose, name_of_kind, name_of_option, settle
from pages.ui.race import Look, race_stage
from pages.ui.race_rates import find_rates
from pages.ui.settings import edit_settings, read_settings, write_settings
from pages.ui.texts import Texts

KEY = "racers"  # prefix of the widgets' keys
_RACE = "optimizers"


@dataclass(frozen=True)
class OptimizersPage(OptimizersSettings, OptimizerRaceSettings):
    """All that the URL of the page about optimizers says: both of its stages."""


@st.fragment
def show_optimizer_race(
    look: Callable[[Mapping[str, str], bool], Look], draw_landscape: landscape.Draw, draw_rates: race_rates.Draw
) -> None:
    """The second stage of the page.

    Args:
        look: ``pages.figures.race.RaceLook``.
        draw_landscape: ``pages.figures.landscape.landscape_figure``.
        draw_rates: ``pages.figures.rates.rates_chart``.
    """
    texts = Texts("optimizer_race", language())
    picture, controls = stage_columns()
    with controls:
        settings = _controls(texts)
    names = racer_names(settings.racers)

    def terrain(view: RaceView, race: Race) -> None:
        heading(texts("landscape"))
        kind = edit_settings(OptimizersPage, "race_terrain", ("terrain",)).terrain
        called = names if len(names) == len(view.contestants) else [one.name for one in view.contestants]
        show_landscape(kind, view, race, called, draw_landscape)

    with picture:
        race_stage(
            _RACE, settings.entries(names), look, steps=settings.updates, seeds=settings.seeds, trail=True,
            more=terrain,
        )  # fmt: skip
        with st.expander(texts("rates.title")):
            find_rates(settings, names, draw_rates, _take_rates)


def racer_names(racers: Sequence[Optimizer]) -> list[str]:
    """What the racers are called, all differently: by their kind, and where that is not enough by their options."""
    names: list[str] = []
    for one, options in zip(racers, differing(racers), strict=True):
        parts = [
            f"{value:g}" if name == "lr" else f"{name_of_option(type(one).__name__, name)} {value:g}"
            for name, value in options.items()
        ]
        name = " ".join([name_of_kind(OPTIMIZERS.name_of(one)), ", ".join(parts)]).strip()
        used = sum(other == name or other.startswith(f"{name} (") for other in names)
        names.append(f"{name} ({used + 1})" if used else name)
    return names


def _controls(texts: Texts) -> OptimizersPage:
    """The slim column: a row for each racer, the length of the race, and more."""
    settings = read_settings(OptimizersPage)
    with st.container(key="racer_rows", gap="small"):
        racers = tuple(_row(place, one, len(settings.racers), texts) for place, one in enumerate(settings.racers))
    if racers != settings.racers:
        write_settings(replace(settings, racers=racers))
    settle(KEY)
    st.button(
        texts("add"), key="racer_add", icon=":material/add:", disabled=len(racers) >= MOST_RACERS, on_click=_add,
        width="stretch",
    )  # fmt: skip
    return edit_settings(
        OptimizersPage, "race_settings", ("updates", "seeds"), more=("network", "source", "batch", "first_seed")
    )


def _row(place: int, racer: Optimizer, count: int, texts: Texts) -> Optimizer:
    """One racer: closed, its name and learning rate; open, all its options."""
    key = f"racer_{place}"
    name = as_plain(name_of_kind(OPTIMIZERS.name_of(racer)))
    opened = opening_row(f"{name} :gray[{racer.lr:g}]", key)
    if opened.open:
        with opened:
            racer = choose(OPTIMIZERS, racer, f"{KEY}.{place}", name_of_option("ExperimentConfig", "optimizer"))
            st.button(
                texts("remove"), key=f"racer_remove_{place}", icon=":material/delete:", disabled=count < 2,
                on_click=_remove, args=(place,),
            )  # fmt: skip
    return racer


def _add() -> None:
    settings = read_settings(OptimizersPage)
    write_settings(replace(settings, racers=(*settings.racers, another(settings.racers))))


def _remove(place: int) -> None:
    settings = read_settings(OptimizersPage)
    st.session_state[f"racer_{place}"] = False
    racers = tuple(one for number, one in enumerate(settings.racers) if number != place)
    write_settings(replace(settings, racers=racers))


def _take_rates(rates: Sequence[float | None]) -> None:
    settings = read_settings(OptimizersPage)
    racers = tuple(
        one if rate is None else replace(cast(Any, one), lr=rate)
        for one, rate in zip(settings.racers, rates, strict=False)
    )
    write_settings(replace(settings, racers=(*racers, *settings.racers[len(rates) :])))
