"""Optimizers on a surface: what is chosen, the picture, and where other options would lead."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from cnn.explain.descent import Path, paths
from cnn.explain.optimizers import OptimizersSettings, suited
from cnn.explain.surfaces import SURFACES
from cnn.explain.sweep import RATE, Sweep, pairs, sweep
from cnn.optimizers import OPTIMIZERS, Optimizer
from cnn.options import options_of
from pages.ui.descent import Contestant, Told, descent, opens, read_told
from pages.ui.drag import Slider, sliders
from pages.ui.grid import Cell, Mosaic, grid
from pages.ui.headings import heading
from pages.ui.menus import switch
from pages.ui.options import (
    choose,
    choose_several,
    edit_options,
    name_of_kind,
    name_of_option,
    touch,
    touched,
)  # fmt: skip
from pages.ui.settings import read_settings, write_settings
from pages.ui.texts import Texts

KEY = "optimizers"  # prefix of the page's widgets
_PICTURE = f"{KEY}.descent"
_RATES = (1e-4, 10.0)  # the sliders' ends, unless a learning rate lies beyond
_CELL = 27  # CSS pixels of the map of final losses
_LEAST_POWER = -12  # of a final loss in that map
_PLAY = "play"  # the step where none was asked for
_LAST_SWEEP = f"{KEY}.sweep.shown"

Chosen = tuple[OptimizersSettings, bool]  # what is set, and whether the reader is moving something


def choose_part(page: type[OptimizersSettings], texts: Texts) -> str:
    """The switch between the page's two stages; the one that is chosen."""
    key = f"{KEY}.part"
    parts = next(one for one in options_of(page) if one.name == "part").choices
    shown = read_settings(page).part
    switch(
        texts("parts.label"), parts, shown, key, lambda part: write_settings(replace(read_settings(page), part=part)),
        lambda name: texts(f"parts.{name}"), label_visibility="collapsed",
    )  # fmt: skip
    return shown


def choose_settings(settings: OptimizersSettings, texts: Texts) -> Chosen:
    """The slim column: surface, optimizers, their learning rates, and more."""
    surface = choose(SURFACES, settings.surface, f"{KEY}.surface", texts("controls.surface"))
    if type(surface) is not type(settings.surface):  # another place, another way to begin
        settings = replace(settings, x="auto", y="auto")
    settings = edit_options(replace(settings, surface=surface), KEY, ("projection",))
    contestants, moving = _edit_rates(_choose_optimizers(settings, texts), texts)
    wanted = tuple(suited(one, surface) for one in contestants)
    if wanted != contestants:
        st.button(texts("controls.suit"), key=f"{KEY}.suit", on_click=_suit, args=(type(settings),))
    more = st.expander(texts("more"), key=f"{KEY}.more", on_change="rerun")
    if more.open:  # a dozen fields, made only where they are seen: what is dragged has to follow at once
        with more:
            contestants = tuple(_edit_more(one) for one in contestants)
            settings = edit_options(settings, KEY, ("noise", "seed", "steps"))
    return settings.with_contestants(contestants), moving


@dataclass(frozen=True, eq=False)
class Pictured:
    """The surface from above, as it was shown.

    Attributes:
        settings: with what was chosen in the picture.
        found: the ways of all.
        step: the one that the words below are about.
        moving: whether the reader is dragging the start.
    """

    settings: OptimizersSettings
    found: list[Contestant]
    step: int
    moving: bool


def show_picture(settings: OptimizersSettings, texts: Texts) -> Pictured:
    """The surface from above, with all ways down. It plays by itself where no step was asked for."""
    told = read_told(_PICTURE, Told(settings.origin, settings.at_step, settings.rule))
    settings = _with_told(settings, told)
    surface = SURFACES.name_of(settings.surface)
    plays = opens(_PICTURE, surface, told) and settings.step == _PLAY
    step = 0 if plays else settings.at_step
    found = walk(settings)
    alt = texts("alt", surface=name_of_kind(surface), names=", ".join(one.label for one in found))
    descent(_PICTURE, settings.surface, found, replace(told, step=step), alt, plays=surface if plays else "")
    return Pictured(settings, found, step, told.moving)


def walk(settings: OptimizersSettings) -> list[Contestant]:
    """The ways of all that were chosen."""
    ways = _walked(
        settings.surface, settings.contestants, settings.origin, settings.steps, settings.noise, settings.seed
    )
    return [_contestant(one) for one in ways]


def looked_at(settings: OptimizersSettings, found: Sequence[Contestant]) -> Contestant:
    """The contestant that is looked at closely: the one that was asked for, or else the first."""
    return next((one for one in found if one.name == settings.rule), found[0])


def choose_rule(settings: OptimizersSettings, found: Sequence[Contestant], texts: Texts) -> None:
    """Which optimizer is looked at closely: in the picture too, which is drawn before."""
    switch(
        texts("rules.label"), [one.name for one in found], looked_at(settings, found).name, f"{KEY}.rule",
        lambda rule: write_settings(replace(read_settings(type(settings)), rule=rule)), name_of_kind,
        label_visibility="collapsed", wrap=True,
    )  # fmt: skip


def show_sweep(settings: OptimizersSettings, one: Contestant, moving: bool, texts: Texts) -> OptimizersSettings:
    """The final loss over two options of the optimizer that is looked at; a click takes them over."""
    optimizer = one.path.optimizer
    offered = ["-".join(name for name in pair if name) for pair in pairs(type(optimizer))]
    varied = pairs(type(optimizer))[offered.index(settings.sweep) if settings.sweep in offered else 0]
    beside, picture = st.columns([1, 1.5], gap="large")
    with beside:
        heading(texts("sweep.title"))
        if len(offered) > 1:
            settings, varied = _choose_varied(settings, optimizer, offered, "-".join(varied), texts)
        found = st.session_state.get(_LAST_SWEEP) if moving else None
        if found is None or found[0] != (optimizer, varied):  # while the start is dragged, the map waits for it to rest
            found = (optimizer, varied), _swept(settings.surface, optimizer, varied, settings.origin, settings.steps)
            st.session_state[_LAST_SWEEP] = found
        st.markdown(texts("sweep.caption", name=one.label, steps=found[1].steps))
    with picture:
        mosaic = _mosaic(found[1], optimizer, texts)
        grid(f"{KEY}_sweep", [mosaic], on_choose=lambda cell: _take_over(type(settings), one.name, found[1], cell))
    return settings


# Choosing ------------------------------------------------------------------------------------------------------------


def _choose_optimizers(settings: OptimizersSettings, texts: Texts) -> tuple[Optimizer, ...]:
    """Pills; one that is switched on begins with the learning rate that suits the surface."""
    before = settings.contestants
    kinds = {type(one) for one in before}
    chosen = choose_several(OPTIMIZERS, before, f"{KEY}.optimizers", texts("controls.optimizers"))
    return tuple(one if type(one) in kinds else suited(one, settings.surface) for one in chosen)


def _edit_rates(contestants: tuple[Optimizer, ...], texts: Texts) -> tuple[tuple[Optimizer, ...], bool]:
    """A slider for the learning rate of each; the paths follow while it moves."""
    names = [OPTIMIZERS.name_of(one) for one in contestants]
    handles = [
        Slider(name, texts("controls.rate", name=name_of_kind(name)), min(_RATES[0], one.lr), max(_RATES[1], one.lr),
               one.lr, log=True)
        for name, one in zip(names, contestants, strict=True)
    ]  # fmt: skip
    dragged = sliders(f"{KEY}.rates", handles)
    # A rate that was not moved stays as it is: a slider rounds.
    rates = [
        one.lr if value == handle.within(one.lr) else value
        for one, handle, value in zip(contestants, handles, dragged.values, strict=True)
    ]
    return tuple(replace(one, lr=rate) for one, rate in zip(contestants, rates, strict=True)), dragged.moving


def _edit_more(optimizer: Optimizer) -> Optimizer:
    """The options beside the learning rate, under the optimizer's name."""
    names = [one.name for one in options_of(optimizer) if one.name != RATE]
    if not names:
        return optimizer
    kind = OPTIMIZERS.name_of(optimizer)
    heading(name_of_kind(kind))
    return edit_options(optimizer, f"{KEY}.options.{kind}", names)


def _with_told(settings: OptimizersSettings, told: Told) -> OptimizersSettings:
    """Settings that say what was chosen in the picture; what is as it would be anyway is not said."""
    x, y = told.start if told.start != settings.surface.start else ("auto", "auto")
    end = settings.step if isinstance(settings.step, str) else _PLAY
    step = told.step if told.step < settings.steps else end
    known = {"", *OPTIMIZERS}
    rule = told.focus if told.focus in known else ""
    return replace(settings, x=x, y=y, step=step, rule=rule)


def _suit(page: type[OptimizersSettings]) -> None:
    settings = read_settings(page)
    chosen = tuple(suited(one, settings.surface) for one in settings.contestants)
    write_settings(settings.with_contestants(chosen))


def _choose_varied(
    settings: OptimizersSettings, optimizer: Optimizer, offered: list[str], current: str, texts: Texts
) -> tuple[OptimizersSettings, tuple[str, str]]:
    key = f"{KEY}.varied"
    if not touched(key) or st.session_state.get(key) not in offered:
        st.session_state[key] = current

    def named(pair: str) -> str:
        return " × ".join(name_of_option(type(optimizer).__name__, name) for name in pair.split("-"))

    st.segmented_control(
        texts("sweep.label"), offered, default=current, format_func=named, key=key, required=True, on_change=touch,
        args=(key,), label_visibility="collapsed", wrap=True,
    )  # fmt: skip
    columns, _, rows = st.session_state[key].partition("-")
    return (replace(settings, sweep=st.session_state[key]) if touched(key) else settings), (columns, rows)


def _take_over(page: type[OptimizersSettings], name: str, found: Sweep, cell: Cell) -> None:
    """A click on a cell: the optimizer continues with its options."""
    settings = read_settings(page)
    chosen = tuple(
        found.at(one, cell.row, cell.column) if OPTIMIZERS.name_of(one) == name else one for one in settings.contestants
    )
    write_settings(settings.with_contestants(chosen))


# Showing -------------------------------------------------------------------------------------------------------------


def _contestant(path: Path) -> Contestant:
    name = OPTIMIZERS.name_of(path.optimizer)
    return Contestant(name, name_of_kind(name), list(OPTIMIZERS).index(name), path)


def _mosaic(found: Sweep, optimizer: Optimizer, texts: Texts) -> Mosaic:
    with np.errstate(divide="ignore"):
        powers = np.maximum(np.log10(found.losses), _LEAST_POWER)
    powers[found.lost] = np.inf  # a cell that can be pointed at and chosen, too
    marks = np.zeros(powers.shape, bool)
    marks[found.nearest(optimizer)] = True
    kind = type(optimizer).__name__
    rows = tuple(f"{value:g}" for value in found.rows.values)
    return Mosaic(
        powers[None], label=texts("sweep.alt", name=name_of_kind(OPTIMIZERS.name_of(optimizer))), cell=_CELL,
        row_labels=rows if found.rows.name else (name_of_kind(OPTIMIZERS.name_of(optimizer)),),
        column_labels=tuple(f"{value:g}" for value in found.columns.values),
        row_axis=name_of_option(kind, found.rows.name) if found.rows.name else "",
        column_axis=name_of_option(kind, found.columns.name),
        hatched=found.lost[None], hatched_label=texts("sweep.lost"), marks=marks[None], marks_label=texts("sweep.now"),
        limit=8,
    )  # fmt: skip


@lru_cache(maxsize=64)
def _walked(*asked: Any) -> list[Path]:
    return paths(*asked)


@lru_cache(maxsize=64)
def _swept(*asked: Any) -> Sweep:
    return sweep(*asked)
