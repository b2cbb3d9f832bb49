"""The block of feature maps: the maps that share one mean and variance lit up, before and after."""

from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.errors import PlaygroundError
from cnn.explain.normalization import EPS, NORMS, Block, sharing
from cnn.explain.picture import fit
from cnn.training.initialization import histogram
from cnn.training.normalization import CHANNELS, METHODS, NormalizationSettings, feature_maps, pictures_with, treated
from pages.ui.errors import show_error
from pages.ui.grid import Cell, Mosaic, grid
from pages.ui.normalization import KEY, Figures, bracketed, number, scale_end
from pages.ui.settings import edit_settings, read_settings, switch, write_settings
from pages.ui.specimen import choose_specimen
from pages.ui.texts import Texts

Array = NDArray[Any]
_CELL = 5  # CSS pixels of a cell of a map
_SIDE = (28, 28)  # of the pictures
_REACH = 4.0  # standard deviations that a histogram shows
_DIVISORS = tuple(n for n in range(1, CHANNELS + 1) if CHANNELS % n == 0)
_BEFORE, _AFTER = 0, 2  # looks of the histograms


def show(picture: Any, controls: Any, figures: Figures, texts: Texts) -> None:
    """The stage, its controls, and what is to be seen."""
    with controls:
        specimen = choose_specimen()
        _choose_groups(texts)
        settings = edit_settings(NormalizationSettings, f"{KEY}_block", ("method", "images"), more=("gamma", "beta"))
    with picture:
        maps = feature_maps(pictures_with(fit(specimen.picture, _SIDE), settings.images))
        try:
            before = Block(maps, sharing(settings.norm, settings.images, CHANNELS, settings.groups))
        except PlaygroundError as error:
            show_error(error)
            settings = replace(settings, groups=NormalizationSettings().groups)
            before = Block(maps, sharing(settings.norm, settings.images, CHANNELS, settings.groups))
        after = treated(before, settings)
        cell = _cell(settings)
        grid(
            f"{KEY}_block_maps", block_mosaics(settings, before, after, texts), wrap=True, start=cell,
            on_choose=_take_cell,
        )  # fmt: skip
        tell(settings, before, after, cell, texts)
        panels = _histograms(settings, before, after, cell, figures, texts)
        st.html(figures.histograms(panels, st.context.theme.type == "dark"))
        st.caption(texts("block.caption"))
    with controls:
        lit = before.groups == before.groups.flat[cell.map]
        axes = [texts(f"cube.{axis}") for axis in ("images", "channels", "cells")]
        st.html(figures.cube(lit, axes, texts(f"cube.{settings.norm}"), st.context.theme.type == "dark"))


def block_mosaics(settings: NormalizationSettings, before: Block, after: Block, texts: Texts) -> list[Mosaic]:
    """The maps before and after, a line for each image, a column for each channel."""
    names = tuple(
        texts("block.map", image=image + 1, channel=channel + 1)
        for image, channel in np.ndindex(settings.images, CHANNELS)
    )
    lines = tuple(str(image + 1) for image in range(settings.images))
    columns = tuple(str(channel + 1) for channel in range(CHANNELS))
    groups = tuple(int(one) for one in before.groups.flat)
    plain = settings.method == "normalize"
    return [
        Mosaic(
            block.maps.reshape(-1, *block.maps.shape[2:]), texts(f"block.{name}"), kind=kind, limit=limit, cell=_CELL,
            across=CHANNELS, names=names, groups=groups, group_notes=_notes(block, texts), line_labels=lines,
            map_labels=columns,
        )
        for name, block, kind, limit in (
            ("before", before, "convolution", scale_end(before.maps)),
            ("after", after, "normalization" if plain else "other", scale_end(after.maps) if plain else 1.0),
        )
    ]  # fmt: skip


def tell(settings: NormalizationSettings, before: Block, after: Block, cell: Cell, texts: Texts) -> None:
    """The group and the cell in words, and the formula with their numbers."""
    group = int(before.groups.flat[cell.map])
    _, _, height, width = before.maps.shape
    row, becomes = before.rows[group], after.rows[group]
    said: dict[str, Any] = {
        "images": settings.images, "channels": CHANNELS, "height": height, "width": width, "shared": before.shared,
        "count": len(before.rows), "groups": settings.groups, "in_group": CHANNELS // settings.groups,
        "image": cell.map // CHANNELS + 1, "channel": cell.map % CHANNELS + 1,
        "row": cell.row + 1, "column": cell.column + 1,
        "mean": number(before.means[group]), "variance": number(before.variances[group]),
        "mean_after": number(after.means[group]), "variance_after": number(after.variances[group]),
        "low": number(row.min()), "high": number(row.max()), "low_after": number(becomes.min()),
        "high_after": number(becomes.max()),
        "x": number(before.maps[_place(cell)]), "y": number(after.maps[_place(cell)]),
        "eps": f"10^{{{round(np.log10(EPS))}}}",
        "gamma_in": bracketed(settings.gamma), "beta_in": bracketed(settings.beta),
        "mean_in": bracketed(before.means[group]), "low_in": bracketed(row.min()),
    }  # fmt: skip
    kind = "norm" if settings.method == "normalize" else "min_max"
    st.markdown(
        f"- {texts(f'see.{settings.norm}', **said)}\n- {texts(f'see.{kind}', **said)}\n- {texts('see.cell', **said)}"
    )
    st.latex(texts(f"formula.{settings.method}", **said))
    if kind == "norm":
        st.latex(texts(f"formula.{settings.norm}", **said))


def choose_norm(texts: Texts) -> None:
    """The switch between the norms, beside that of the page's parts."""
    switch(NormalizationSettings, "norm", f"{KEY}_norm", lambda name: texts(f"norm.{name}"))


def _choose_groups(texts: Texts) -> None:
    settings = read_settings(NormalizationSettings)
    if settings.norm != NORMS[-1]:
        return
    key = f"{KEY}_groups"
    st.session_state[key] = settings.groups if settings.groups in _DIVISORS else NormalizationSettings().groups
    st.select_slider(texts("block.groups", channels=CHANNELS), _DIVISORS, key=key, on_change=_take_groups)


def _take_groups() -> None:
    _write(groups=st.session_state[f"{KEY}_groups"])


def _take_cell(cell: Cell) -> None:
    _write(image=cell.map // CHANNELS + 1, channel=cell.map % CHANNELS + 1, row=cell.row, column=cell.column)


def _write(**changes: Any) -> None:
    write_settings(replace(read_settings(NormalizationSettings), **changes))


def _cell(settings: NormalizationSettings) -> Cell:
    image = min(settings.image, settings.images)
    return Cell(0, (image - 1) * CHANNELS + settings.channel - 1, settings.row, settings.column)


def _place(cell: Cell) -> tuple[int, int, int, int]:
    return cell.map // CHANNELS, cell.map % CHANNELS, cell.row, cell.column


def _notes(block: Block, texts: Texts) -> tuple[str, ...]:
    return tuple(
        texts("block.note", mean=f"{mean + 0.0:.3g}", variance=f"{variance:.3g}", cells=block.shared)
        for mean, variance in zip(np.round(block.means, 9), block.variances, strict=True)
    )


def _histograms(
    settings: NormalizationSettings, before: Block, after: Block, cell: Cell, figures: Figures, texts: Texts
) -> list[Any]:
    """One histogram for each group, before and after, each time over one axis for all."""
    names, called = _group_names(settings)
    beside = settings.method == "normalize"  # min–max scaling leaves nothing beyond its ends
    panels: list[Any] = []
    for name, block, look in (("before", before, _BEFORE), ("after", after, _AFTER)):
        low, high = _axis(settings, block, name == "after")
        notes = [f"{one}: {note}" for one, note in zip(called, _notes(block, texts), strict=True)]
        panels.append(
            figures.panel(
                texts(f"histograms.{name}", groups=texts(f"histograms.{settings.norm}")),
                [histogram(row, low, high) for row in block.rows], names, notes, _end(low), _end(high),
                (beside or name == "before",) * 2,
                look, int(before.groups.flat[cell.map]),
            )
        )  # fmt: skip
    return panels


def _group_names(settings: NormalizationSettings) -> tuple[list[str], list[str]]:
    """What stands below each group's histogram, and what it is called where that is not enough: "image.channel"."""
    if settings.norm in ("batch", "layer"):
        names = [str(one + 1) for one in range(CHANNELS if settings.norm == "batch" else settings.images)]
        return names, names
    places = list(np.ndindex(settings.images, CHANNELS if settings.norm == "instance" else settings.groups))
    return [str(one + 1) for _, one in places], [f"{image + 1}.{one + 1}" for image, one in places]


def _axis(settings: NormalizationSettings, block: Block, after: bool) -> tuple[float, float]:
    ends = METHODS[settings.method]
    if after and ends is not None:
        return ends
    if after:
        reach = _REACH * (abs(settings.gamma) or 1.0)
        return settings.beta - reach, settings.beta + reach
    largest = float(f"{np.abs(block.maps).max():.1g}") or 1.0
    return -largest, largest


def _end(value: float) -> tuple[float, str]:
    return value, f"{value:g}".replace("-", "−")
